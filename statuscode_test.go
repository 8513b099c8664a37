package dewar_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// StatusCode is what was answered, however: set, implied, streamed, by an error,
// a guard, a mounted handler.
func TestStatusCode(t *testing.T) {
	app, _ := newApp(t)
	var seen []string
	note := func(when string, c *dewar.Context) { seen = append(seen, fmt.Sprintf("%s %d", when, c.StatusCode())) }
	app.Before(func(c *dewar.Context) error { note("before", c); return nil })
	app.After(func(c *dewar.Context) error { note("after", c); return nil })
	app.Signals.RequestFinished.Connect(func(c *dewar.Context) { note("finished", c) })
	app.Teardown(func(c *dewar.Context, _ error) { note("teardown", c) })
	app.Get("/text", text("x"))
	app.Get("/set", func(c *dewar.Context) error { return c.Status(201).Text("x") })
	app.Get("/error", func(*dewar.Context) error { return errors.New("broken") })
	app.Get("/abort", func(*dewar.Context) error { return dewar.StatusError(409) })
	app.Get("/panic", func(*dewar.Context) error { panic("on purpose") })
	app.Get("/redirect", func(c *dewar.Context) error { return c.Redirect(dewar.Path("/text")) })
	app.Get("/stream", func(c *dewar.Context) error {
		c.Writer().WriteHeader(202)
		return http.NewResponseController(c.Writer()).Flush()
	})
	app.Get("/guarded", text("x")).Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(*dewar.Context) error { return dewar.StatusError(403) }))
	app.Mount("/mounted", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) }))
	client := dewartest.New(t, app)
	for _, row := range []struct {
		path string
		want int
	}{
		{"/text", 200}, {"/set", 201}, {"/error", 500}, {"/abort", 409}, {"/panic", 500}, {"/redirect", 303},
		{"/stream", 202}, {"/guarded", 403}, {"/mounted/", 418}, {"/nowhere", 404},
	} {
		seen = nil
		resp := client.Get(row.path)
		if resp.Status != row.want {
			t.Errorf("%s: answered %d, want %d", row.path, resp.Status, row.want)
		}
		want := fmt.Sprintf("before 0,after %d,finished %d,teardown %d", row.want, row.want, row.want)
		if row.path == "/guarded" {
			want = strings.TrimPrefix(want, "before 0,")
		}
		if got := strings.Join(seen, ","); got != want {
			t.Errorf("%s: %s, want %s", row.path, got, want)
		}
	}
}
