package cli_test

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cli"
)

// The whole of a program's main.
func Example() {
	newApp := func(base dewar.Config) (*dewar.App, error) {
		config, err := dewar.LoadConfig[dewar.Config]("SHOP_", base)
		if err != nil {
			return nil, err
		}
		app := dewar.New(config)
		app.Get("/", func(c *dewar.Context) error { return c.Text("Welcome") }).Name("index")
		return app, nil
	}
	cli.Main(newApp)
}
