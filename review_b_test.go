package dewar_test

import (
	"errors"
	"io"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func TestKeyOfAnInterface(t *testing.T) {
	problem := dewar.NewKey[error]("problem")
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		problem.Set(c, nil)
		if err, ok := problem.Get(c); err != nil || !ok {
			t.Errorf("nil: got %v, %v", err, ok)
		}
		problem.Set(c, io.EOF)
		if err, ok := problem.Get(c); !errors.Is(err, io.EOF) || !ok {
			t.Errorf("got %v, %v", err, ok)
		}
		return c.NoContent()
	})
	if resp := dewartest.New(t, app).Get("/"); resp.Status != 204 {
		t.Errorf("got %d", resp.Status)
	}
}

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

func TestAcceptsVaries(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		return c.Text(c.Accepts("text/plain", "text/html") + c.AcceptsLanguage("en", "de") + c.AcceptsEncoding("identity"))
	})
	app.Get("/type", func(c *dewar.Context) error { return c.Text(c.Accepts("text/plain")) })
	client := dewartest.New(t, app)
	for path, want := range map[string]string{"/": "Accept, Accept-Language, Accept-Encoding", "/type": "Accept"} {
		if got := client.Get(path).Header.Get("Vary"); got != want {
			t.Errorf("%s: Vary %q, want %q", path, got, want)
		}
	}
}
