// Package routing matches URLs to rules and builds URLs from them, in the
// grammar and with the behaviour of Werkzeug's routing.
package routing
