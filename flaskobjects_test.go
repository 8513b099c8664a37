package dewar_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// flaskObjects is what internal/datastruct/testdata/record.py recorded.
type flaskObjects struct {
	Requests map[string]struct {
		Method, URL, Body string
		Headers           map[string]string
	}
	Classes map[string][]string
	Cases   []struct{ Request, Template, Answer string }
}

func readFlaskObjects(t *testing.T) (golden flaskObjects) {
	t.Helper()
	raw, err := os.ReadFile("internal/datastruct/testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(raw, &golden)
	}
	if err != nil || len(golden.Cases) < 50 {
		t.Fatal(len(golden.Cases), err)
	}
	return golden
}

// TestFlaskObjects: request, session, g and config print in templates what they do in
// Flask.
func TestFlaskObjects(t *testing.T) {
	golden := readFlaskObjects(t)
	templates := fstest.MapFS{}
	for i, c := range golden.Cases {
		templates[fmt.Sprintf("%d.txt", i)] = &fstest.MapFile{Data: []byte(c.Template)}
	}
	app := dewar.New(dewar.Config{
		Name: "shop", Loopback: true, InstanceDir: t.TempDir(), Templates: templates, Static: fstest.MapFS{}, Logger: slog.New(slog.DiscardHandler), TrustedHosts: []string{"localhost"},
		Settings: map[string]any{"BOOTSTRAP_BTN_STYLE": "primary", "POSTS_PER_PAGE": 20, "BRAND": map[string]any{"name": "Dewar & Co"},
			"LANGS": []string{"en", "de"}, "LANGD": map[string]any{"de": "D", "en": "E"}},
	})
	app.TemplateGlobal("f", func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil {
			err = jinja.NewException("ValueError", "not a number")
		}
		return n, err
	})
	user, count := dewar.NewKey[string]("user"), dewar.NewKey[int]("count")
	app.Before(func(c *dewar.Context) error {
		user.Set(c, "ada")
		count.Set(c, 3)
		s := c.Session()
		s.SetPermanent(true)
		s.Set("cart", map[string]any{"apples": 2})
		s.Set("name", "Ada")
		s.Set("seen", []any{1, 2})
		return nil
	})
	var at int
	view := func(c *dewar.Context) error { return c.Render(fmt.Sprintf("%d.txt", at), nil) }
	blog := dewar.NewBlueprint("blog", dewar.BlueprintOptions{Prefix: "/blog"})
	blog.Route("/post/<int:id>", view, "GET", "POST").Name("post")
	app.Register(blog)
	app.Route("/form", view, "GET", "POST", "PUT").Name("form")
	app.Get("/files/<path:name>", view).Name("form").Defaults(dewar.Vars{"kind": "any"})
	app.Get("/flash", func(c *dewar.Context) error {
		c.Flash("Saved")
		c.Flash("No <b>", "error")
		c.Flash("x", "info")
		return view(c)
	})
	app.OnError(404, func(c *dewar.Context, e *dewar.HTTPError) error {
		return c.Render(fmt.Sprintf("%d.txt", at), dewar.Vars{"e": e})
	})
	h, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range golden.Cases {
		at = i
		q := golden.Requests[c.Request]
		r := httptest.NewRequest(q.Method, "http://localhost"+q.URL, strings.NewReader(q.Body))
		r.RequestURI = q.URL
		for k, v := range q.Headers {
			r.Header.Set(k, v)
		}
		r.RemoteAddr = "127.0.0.1:1234"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); got != c.Answer || w.Code >= 500 {
			t.Errorf("%s: %s\n got %d %s\nwant %s", c.Request, c.Template, w.Code, got, c.Answer)
		}
	}
}

// TestFlaskAttributes: every public attribute of Flask's classes is one that
// TestFlaskObjects compares, or the check says what to write instead.
func TestFlaskAttributes(t *testing.T) {
	golden := readFlaskObjects(t)
	var compared strings.Builder
	for _, c := range golden.Cases {
		compared.WriteString(c.Template)
	}
	templates := fstest.MapFS{}
	var missing []string
	for class, attrs := range golden.Classes {
		for _, attr := range attrs {
			path := class + "." + attr
			if regexp.MustCompile(regexp.QuoteMeta(path) + `\b`).MatchString(compared.String()) {
				continue
			}
			missing = append(missing, path)
			templates[path+".txt"] = &fstest.MapFile{Data: []byte("{{ " + path + " }}")}
		}
	}
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Templates: templates, Logger: slog.New(slog.DiscardHandler)})
	app.Get("/", func(c *dewar.Context) error { return c.Render(c.Query("path")+".txt", nil) })
	said := map[string]bool{}
	for _, f := range app.Check() {
		if strings.Contains(f.Message, " is not there: ") {
			said[strings.TrimSuffix(strings.TrimPrefix(f.Subject, "template "), ".txt")] = true
		}
	}
	h, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(missing)
	for _, path := range missing {
		r := httptest.NewRequest("GET", "http://localhost/?path="+path, nil)
		r.Header.Set("Authorization", "Basic YWRhOnNlY3JldA==")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		body := w.Body.String()
		switch {
		case said[path] && body != "":
			t.Errorf("%s is named by the check, and is there: %s", path, body)
		case !said[path] && body == "":
			t.Errorf("%s is neither there nor named by the check", path)
		case !said[path] && !strings.Contains(body, "function") && !strings.Contains(body, "method"):
			t.Errorf("%s is there and not compared with Flask: %s", path, body)
		}
	}
}
