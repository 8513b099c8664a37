package dewar_test

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/routing"
)

// goldens are Flask's and Werkzeug's own answers: see testdata/goldens.py.
func goldens(t *testing.T) (g struct {
	Accept, Language []struct {
		Header string
		Offers []string
		Best   string
	}
	JSON      []string `json:"json"`
	JSONDebug []string `json:"json_debug"`
}) {
	t.Helper()
	b, err := os.ReadFile("testdata/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

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

func TestNegotiationIsWerkzeugs(t *testing.T) {
	g := goldens(t)
	for _, row := range g.Accept {
		withHeaders(t, map[string]string{"Accept": row.Header}, func(c *dewar.Context) {
			if got := c.Accepts(row.Offers...); got != row.Best {
				t.Errorf("Accept: %s of %q: got %q, want %q", row.Header, row.Offers, got, row.Best)
			}
		})
	}
	for _, row := range g.Language {
		withHeaders(t, map[string]string{"Accept-Language": row.Header}, func(c *dewar.Context) {
			if got := c.AcceptsLanguage(row.Offers...); got != row.Best {
				t.Errorf("Accept-Language: %s of %q: got %q, want %q", row.Header, row.Offers, got, row.Best)
			}
		})
	}
}

func TestFlaskJSON(t *testing.T) {
	type point struct {
		Y       int `json:"y"`
		X       int `json:"x,omitempty"`
		Hidden  int `json:"-"`
		private int
	}
	decimal, _, _ := big.ParseFloat("1.10", 10, 200, big.ToNearestEven)
	values := []any{
		map[string]any{"b": 1, "a": []any{true, nil, 1.5, 1e16, 1e-7, 100.0, math.Copysign(0, -1)}},
		map[string]any{"é": "ü<b>&'\"\\\n\t\x07\x7f😀"},
		nil, // decimals keep no trailing zero in Go; below
		[]int{}, map[string]int{}, []any{[]int{}, map[string]int{}},
		map[string]any{"x": map[string]any{"y": []any{1, map[string]any{"z": "}],:"}}}},
		"text", json.Number("12345678901234567890"), 0.1,
	}
	g := goldens(t)
	for i, v := range values {
		if v == nil {
			continue
		}
		for _, row := range []struct {
			provider dewar.FlaskJSON
			want     string
		}{{dewar.FlaskJSON{}, g.JSON[i]}, {dewar.FlaskJSON{Indent: true}, g.JSONDebug[i]}} {
			got, err := row.provider.Marshal(v)
			if err != nil || string(got) != row.want {
				t.Errorf("%v: got %q, %v; want %q", v, got, err, row.want)
			}
		}
	}
	got, err := dewar.FlaskJSON{}.Marshal(map[string]any{
		"d": decimal, "u": routing.UUID{15: 5}, "t": time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), "p": point{Y: 1, Hidden: 2, private: 3}, "i": big.NewInt(7),
	})
	want := `{"d":"1.1","i":7,"p":{"y":1},"t":"Thu, 02 Jan 2020 00:00:00 GMT","u":"00000000-0000-0000-0000-000000000005"}` + "\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	loop := map[string]any{}
	loop["self"] = loop
	if _, err := (dewar.FlaskJSON{}).Marshal(loop); err == nil {
		t.Error("a value that contains itself was encoded")
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
