package defaultclient

import (
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
)

var client = &http.Client{}

func view(c *dewar.Context) error {
	_, err := http.Get("https://shop.com/")     // want `DW708: http.Get: in a view`
	_, err = http.DefaultClient.Do(c.Request()) // want `DW708: http.DefaultClient`
	own := &http.Client{Transport: nil}         // want `DW708: an http.Client without Timeout`
	good := &http.Client{Timeout: time.Second}
	_, _, _ = own, good, c.Request().Header.Get("X")
	return err
}

func start() { _, _ = http.Get("https://shop.com/") }
