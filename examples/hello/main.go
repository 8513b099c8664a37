package main

import "github.com/dewar-go/dewar"

func main() {
	app := dewar.New(dewar.Config{})
	app.Get("/", func(c *dewar.Context) error { return c.Text("Hello, World!") })
	app.Run("127.0.0.1:5000")
}
