package main

import "github.com/dewar-go/dewar"
import "github.com/dewar-go/dewar/cli"

func main() {
	app := dewar.New(dewar.Config{})
	app.Get("/", func(c *dewar.Context) error { return c.Text("Hello, World!") })
	cli.Serve(app, "127.0.0.1:5000")
}
