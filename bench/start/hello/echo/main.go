// Command echo says hello with echo.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/labstack/echo/v5"
)

func main() {
	e := echo.New()
	e.GET("/", func(c *echo.Context) error { return c.String(http.StatusOK, "Hello, World!") })
	log.Fatal(http.ListenAndServe(os.Args[1], e))
}
