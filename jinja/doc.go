// Package jinja is Jinja2 for Go: the templates of a Flask application render
// as they do in Python.
package jinja
