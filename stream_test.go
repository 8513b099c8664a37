package dewar_test

import (
	"io"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func TestHeadOfAStream(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/stream", func(c *dewar.Context) error {
		return c.Stream("text/csv", func(io.Writer) error { t.Error("the stream was produced for HEAD"); return nil })
	})
	app.Get("/events", func(c *dewar.Context) error {
		return c.Events(func(func(dewar.Event) error) error { t.Error("the events were produced for HEAD"); return nil })
	})
	client := dewartest.New(t, app)
	for path, kind := range map[string]string{"/stream": "text/csv", "/events": "text/event-stream"} {
		resp := client.Do(client.NewRequest("HEAD", path, nil))
		if resp.Status != 200 || resp.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q", path, resp.Status, resp.Header.Get("Content-Type"))
		}
	}
}
