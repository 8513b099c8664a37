// Command fiber is the HTTP suite's server on fiber.
package main

import (
	root "github.com/gofiber/fiber/v3"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/http/peer/fiber"
)

func main() {
	o := content.Flags()
	content.Fail(fiber.New(o).Listen(o.Addr, root.ListenConfig{DisableStartupMessage: true}))
}
