package dewar_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestPersonalAnswersStayPrivate: whatever way an answer takes, one that sets a
// cookie, read the session or knows the user is in no cache that is for all.
func TestPersonalAnswersStayPrivate(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=60")
		if r.URL.Path == "/flask" { // Flask sends a permanent session with its static files, too
			w.Header().Set("Set-Cookie", "session=flask; HttpOnly; Path=/")
		}
	}))
	defer backend.Close()
	app, log := newApp(t, func(cfg *dewar.Config) { cfg.Debug = true })
	app.Fallback(backend.URL)
	shared := func(c *dewar.Context) { c.SetHeader("Cache-Control", "public, max-age=60") }
	for path, view := range map[string]dewar.View{
		"/changed": func(c *dewar.Context) error { shared(c); c.Session().Set("a", 1); return c.Text("x") },
		"/read":    func(c *dewar.Context) error { shared(c); c.Session().Get("a"); return c.Text("x") },
		"/cookie": func(c *dewar.Context) error {
			shared(c)
			if err := c.SetCookie(http.Cookie{Name: "a", Value: "b"}); err != nil {
				return err
			}
			return c.Text("x")
		},
		"/user": func(c *dewar.Context) error { shared(c); c.SetUserID("7"); return c.Text("x") },
		"/cdn": func(c *dewar.Context) error {
			c.SetHeader("CDN-Cache-Control", "max-age=60")
			c.Session().Set("a", 1)
			return c.Text("x")
		},
		"/expires": func(c *dewar.Context) error {
			c.SetHeader("Expires", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			c.SetUserID("7")
			return c.Text("x")
		},
		"/lines": func(c *dewar.Context) error {
			c.Writer().Header()["Cache-Control"] = []string{"max-age=60", "public"}
			c.Session().Set("a", 1)
			return c.Text("x")
		},
		"/stream": func(c *dewar.Context) error {
			shared(c)
			c.Session().Set("a", 1)
			return c.Stream("text/plain", func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
		},
		"/file": func(c *dewar.Context) error {
			shared(c)
			c.Session().Set("a", 1)
			return c.ServeFS(fstest.MapFS{"x": {Data: []byte("x")}}, "x")
		},
		"/error": func(c *dewar.Context) error {
			c.Session().Get("a")
			return &dewar.HTTPError{Code: 404, Header: http.Header{"Cache-Control": {"public, max-age=60"}}}
		},
		"/page": func(c *dewar.Context) error { shared(c); return c.Text("for all") },
	} {
		app.Get(path, view)
	}
	app.Mount("/mounted", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "s-maxage=60")
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		w.(http.Flusher).Flush()
	}))
	app.Before(func(c *dewar.Context) error {
		if c.Query("hook") != "" {
			c.Session().Set("a", time.Now().String())
		}
		return nil
	})
	client := dewartest.New(t, app)
	for _, path := range []string{
		"/changed", "/read", "/cookie", "/user", "/cdn", "/expires", "/lines", "/stream", "/file", "/error",
		"/mounted/x", "/flask", "/static/style.css?hook=1", "/page?hook=1",
	} {
		for range 2 {
			h := client.Get(path).Header
			control := strings.Join(h["Cache-Control"], ", ")
			if !strings.HasPrefix(control, "private") && control != "no-store" || strings.Contains(control, "public") || strings.Contains(control, "s-maxage") || h["Cdn-Cache-Control"] != nil {
				t.Errorf("%s: %q", path, control)
			}
		}
		rule, _, _ := strings.Cut(path, "?")
		if n := strings.Count(log.String(), "rule="+rule+" cache_control="); n > 1 {
			t.Errorf("%s was reported %d times", path, n)
		}
	}
	if !strings.Contains(log.String(), `is private now`) || !strings.Contains(log.String(), `rule=/changed cache_control="public, max-age=60"`) {
		t.Errorf("nothing was said: %s", log)
	}
	for _, path := range []string{"/page", "/elsewhere"} {
		if got := client.Get(path).Header.Get("Cache-Control"); got != "public, max-age=60" {
			t.Errorf("%s: %q, though it is for all", path, got)
		}
	}
}
