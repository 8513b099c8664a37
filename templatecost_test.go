package dewar_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
)

// TestRequestObjectsAreMadeWhenAsked: a page that reads an attribute of request does
// not pay for the others, and an object is made once a request.
func TestRequestObjectsAreMadeWhenAsked(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Loopback = true
		c.Templates = fstest.MapFS{
			"none.txt": {Data: []byte("x")},
			"path.txt": {Data: []byte("{{ request.path }}")},
			"args.txt": {Data: []byte("{{ request.args.a }}")},
			"many.txt": {Data: []byte("{% for i in range(50) %}{{ request.args.a }}{% endfor %}")},
		}
	})
	for _, name := range []string{"none", "path", "args", "many"} {
		app.Get("/"+name, func(c *dewar.Context) error { return c.Render(name+".txt", nil) })
	}
	h, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	cost := func(name string) float64 {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/"+name+"?a=1&b=2&c=3", nil)
		least := 1e9
		for range 5 { // pools may drop what they hold at any time
			least = min(least, testing.AllocsPerRun(50, func() { h.ServeHTTP(httptest.NewRecorder(), r) }))
		}
		return least
	}
	none, path, args, many := cost("none"), cost("path"), cost("args"), cost("many")
	if path > none+2 {
		t.Errorf("request.path costs %v allocations, a page without it %v", path, none)
	}
	if args <= path || many > args+55 {
		t.Errorf("request.args costs %v allocations once and %v fifty times, request.path %v", args, many, path)
	}
}
