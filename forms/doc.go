// Package forms is WTForms for Go.
package forms
