package dewar_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dewar-go/dewar"
)

// nowhere is a writer that costs nothing.
type nowhere struct{ h http.Header }

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}

// sink takes the log: the lines are made, as they would be.
type sink struct{}

func (sink) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkDispatch is what a request costs between net/http's call and its
// writer, the log line included.
func BenchmarkDispatch(b *testing.B) {
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: b.TempDir(), Logger: slog.New(slog.NewJSONHandler(sink{}, nil)),
		Templates: mapFS("page.html", `<p>{{ name }} {{ g.user }} <a href="{{ url_for('text') }}">x</a></p>`),
	})
	app.Get("/", text("Hello, World!")).Name("text")
	dewar.Get1(app, "/users/<int:id>", func(c *dewar.Context, _ int) error { return c.Text("Hello, World!") })
	app.Get("/json", func(c *dewar.Context) error { return c.JSON(map[string]string{"message": "Hello, World!"}) })
	app.Get("/page", func(c *dewar.Context) error { return c.Render("page.html", dewar.Vars{"name": "ada"}) })
	app.Get("/wrapped", text("Hello, World!")).Wrap(func(next http.Handler) http.Handler { return next })
	handler, err := app.Handler()
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/", "/users/42", "/json", "/page", "/wrapped", "/missing"} {
		b.Run(path[1:], func(b *testing.B) {
			r := httptest.NewRequest("GET", path, nil)
			r.Host, r.RemoteAddr = "localhost", "127.0.0.1:50000"
			w := &nowhere{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				handler.ServeHTTP(w, r)
			}
		})
	}
}

// BenchmarkRequestLine compares the log of a request: none, the app's handler,
// and slog's JSON handler as it is.
func BenchmarkRequestLine(b *testing.B) {
	for _, row := range []struct {
		name    string
		handler slog.Handler
	}{
		{"none", slog.DiscardHandler},
		{"own", dewar.NewLogHandler(sink{}, dewar.LogOptions{})},
		{"slog", slog.NewJSONHandler(sink{}, nil)},
	} {
		b.Run(row.name, func(b *testing.B) {
			app := dewar.New(dewar.Config{InstanceDir: b.TempDir(), Loopback: true, Logger: slog.New(row.handler)})
			app.Get("/users/<int:id>", func(c *dewar.Context) error { return c.Text("x") })
			h, err := app.Handler()
			if err != nil {
				b.Fatal(err)
			}
			r := httptest.NewRequest("GET", "/users/42", nil)
			r.Host, r.RemoteAddr = "localhost", "127.0.0.1:1"
			w := &nowhere{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				h.ServeHTTP(w, r)
			}
		})
	}
}
