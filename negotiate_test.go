package dewar_test

import (
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// withHeaders runs f inside a request with these headers.
func withHeaders(t *testing.T, headers map[string]string, f func(c *dewar.Context)) {
	t.Helper()
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error { f(c); return c.Text("ok") })
	client := dewartest.New(t, app)
	r := client.NewRequest("GET", "/", nil)
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	if resp := client.Do(r); resp.Status != 200 {
		t.Errorf("status %d: %s", resp.Status, resp.Text)
	}
}

func TestAuthorization(t *testing.T) {
	withHeaders(t, map[string]string{"Authorization": "bearer  abc.def"}, func(c *dewar.Context) {
		if token, ok := c.BearerToken(); !ok || token != "abc.def" {
			t.Errorf("got %q, %v", token, ok)
		}
		if _, _, ok := c.BasicAuth(); ok {
			t.Error("a bearer token taken for Basic")
		}
	})
	withHeaders(t, map[string]string{"Authorization": "Basic YWRhOmx2bGM="}, func(c *dewar.Context) {
		if user, pw, ok := c.BasicAuth(); !ok || user != "ada" || pw != "lvlc" {
			t.Errorf("got %q %q %v", user, pw, ok)
		}
		if _, ok := c.BearerToken(); ok {
			t.Error("Basic taken for a bearer token")
		}
	})
}

func FuzzAccept(f *testing.F) {
	f.Add("text/html;q=0.5, */*;q=x", "de-AT;q=1e999,*")
	f.Add(",;q=,;;", "-")
	f.Fuzz(func(t *testing.T, accept, language string) {
		app, _ := newApp(t)
		app.Get("/", func(c *dewar.Context) error {
			if got := c.Accepts("text/html", "application/json"); got != "" && got != "text/html" && got != "application/json" {
				t.Errorf("%q was not offered", got)
			}
			c.AcceptsLanguage("en", "de-AT")
			return c.Text("ok")
		})
		client := dewartest.New(t, app)
		r := client.NewRequest("GET", "/", nil)
		r.Header["Accept"], r.Header["Accept-Language"] = []string{accept}, []string{language}
		client.Do(r)
	})
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
