package dewar_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

type counting struct {
	asked int
	fails bool
}

func (e *counting) Init(app *dewar.App) error {
	if e.fails {
		return errors.New("no")
	}
	dewar.ContextVariable(app, "asked", func(*dewar.Context) any { e.asked++; return e.asked })
	return nil
}

// An extension is found by its type, and its variable is made when a template asks for it.
func TestExtensionOf(t *testing.T) {
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Templates: fstest.MapFS{
		"with.html": {Data: []byte("{{ asked }}")}, "without.html": {Data: []byte("plain")},
	}})
	if _, ok := dewar.ExtensionOf[*counting](app); ok {
		t.Error("an extension that was not added")
	}
	first, second := &counting{}, &counting{}
	app.Extend(first, second)
	if got, ok := dewar.ExtensionOf[*counting](app); !ok || got != first {
		t.Errorf("got %v, %v", got, ok)
	}
	for _, name := range []string{"with", "without"} {
		app.Get("/"+name, func(c *dewar.Context) error { return c.Render(name+".html", nil) })
	}
	for _, f := range app.Check() {
		if strings.HasPrefix(f.Source, "with.html") {
			t.Errorf("the check does not know the variable: %s", f.Message)
		}
	}
	client := dewartest.New(t, app)
	if got := client.Get("/without").Text; got != "plain" || second.asked != 0 {
		t.Errorf("a page that does not ask: %q, asked %d times", got, second.asked)
	}
	if got := client.Get("/with").Text; got != "1" {
		t.Errorf("a page that asks: %q", got)
	}
	failed := dewar.New(dewar.Config{InstanceDir: t.TempDir()})
	failed.Extend(&counting{fails: true})
	if _, ok := dewar.ExtensionOf[*counting](failed); ok {
		t.Error("an extension whose Init failed")
	}
	if !panics(func() { dewar.ContextVariable(failed, "not a name", nil) }) {
		t.Error("a name that no template can write")
	}
}

// A program gets a problem document and no redirect.
func TestAnswersJSON(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir()})
	view := func(c *dewar.Context) error {
		if dewar.AnswersJSON(c) {
			return c.Text("program")
		}
		return c.Text("person")
	}
	app.Get("/page", view)
	app.Get("/api", view).API()
	client := dewartest.New(t, app)
	for _, row := range [][3]string{
		{"/page", "", "person"}, {"/page", "text/html,*/*;q=0.8", "person"}, {"/page", "*/*", "person"},
		{"/page", "application/json", "program"}, {"/api", "text/html", "program"},
	} {
		r := client.NewRequest("GET", row[0], nil)
		if row[1] != "" {
			r.Header.Set("Accept", row[1])
		}
		if got := client.Do(r).Text; got != row[2] {
			t.Errorf("%s, Accept %q: %s, want %s", row[0], row[1], got, row[2])
		}
	}
}
