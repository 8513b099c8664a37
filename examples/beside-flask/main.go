// Command beside-flask is a shop on its way from Flask to Dewar: some routes
// are served here, and the Flask application of flask_app.py serves the rest.
// Both have the same users, sessions, flashed messages, forms and remember
// cookies, and render the same templates.
//
//	export SHOP_SECRET_KEY=$(go run ./examples/beside-flask secret new)
//	/usr/bin/python3 examples/beside-flask/flask_app.py &
//	go run ./examples/beside-flask
package main

import "github.com/dewar-go/dewar/cli"

func main() { cli.Main(newApp) }
