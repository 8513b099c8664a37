package thirdparty

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestChiMiddleware: middleware written for chi wraps views, and what it puts
// around the writer and into the context stays there.
func TestChiMiddleware(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Wrap(middleware.RequestID, middleware.Compress(5))
	app.Get("/", func(c *dewar.Context) error {
		if middleware.GetReqID(c.Context()) == "" {
			t.Error("the middleware's value is not in the view's context")
		}
		return c.Text(strings.Repeat("hello ", 1000))
	}).Name("index")
	client := dewartest.New(t, app)
	client.Header.Set("Accept-Encoding", "gzip")
	resp := client.Get("/")
	if resp.Status != 200 || resp.Header.Get("Content-Encoding") != "gzip" || len(resp.Text) > 500 {
		t.Errorf("got %d %v, %d bytes", resp.Status, resp.Header, len(resp.Text))
	}
}

// TestWithinChi: an app is a handler like any other.
func TestWithinChi(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, Logger: slog.New(slog.DiscardHandler)})
	app.Get("/blog/<int:id>", func(c *dewar.Context) error { return c.Text("post") }).Name("post")
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	router.Get("/old", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	router.Handle("/blog/*", handler)
	for path, status := range map[string]int{"/old": 418, "/blog/1": 200, "/blog/x": 404} {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost"+path, nil))
		if w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
	}
}
