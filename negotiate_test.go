package dewar_test

import (
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func FuzzAccept(f *testing.F) {
	f.Add("text/html;q=0.5, */*;q=x", "de-AT;q=1e999,*")
	f.Add(",;q=,;;", "-")
	f.Fuzz(func(t *testing.T, accept, language string) {
		app, _ := newApp(t)
		app.Get("/", func(c *dewar.Context) error {
			if got := c.Accepts("text/html", "application/json"); got != "" && got != "text/html" && got != "application/json" {
				t.Errorf("%q was not offered", got)
			}
			dewar.AcceptsLanguage(c, "en", "de-AT")
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
		return c.Text(c.Accepts("text/plain", "text/html") + dewar.AcceptsLanguage(c, "en", "de") + dewar.AcceptsEncoding(c, "identity"))
	})
	app.Get("/type", func(c *dewar.Context) error { return c.Text(c.Accepts("text/plain")) })
	client := dewartest.New(t, app)
	for path, want := range map[string]string{"/": "Accept, Accept-Language, Accept-Encoding", "/type": "Accept"} {
		if got := client.Get(path).Header.Get("Vary"); got != want {
			t.Errorf("%s: Vary %q, want %q", path, got, want)
		}
	}
}
