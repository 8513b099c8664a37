package forms_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

type period struct {
	From int `form:"from"`
	To   int `form:"to"`
}

func (p *period) Validate() error {
	if p.From > p.To {
		return errors.New("The end is before the beginning.")
	}
	return nil
}

type journey struct {
	Whole period   `form:"whole"`
	Legs  []period `form:"legs"`
}

// TestErrorsOfNestedForms: what the method Validate of a nested struct says is an error of its field.
func TestErrorsOfNestedForms(t *testing.T) {
	a := dewar.New(dewar.Config{TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}}, Templates: fstest.MapFS{"page.html": {
		Data: []byte("{% import 'forms/fields.html' as fields %}{{ fields.show(form) }}{{ form.whole.form_errors }} {{ form.errors.whole }}"),
	}}})
	var last *forms.FormOf[journey]
	a.Post("/", func(c *dewar.Context) error {
		last = forms.New[journey](c)
		last.Valid()
		return last.Render("page.html", nil)
	})
	client := dewartest.New(t, a)
	page := client.Do(formRequest(client, "whole-from=2&whole-to=1&legs-0-from=1&legs-0-to=2&legs-4-from=2&legs-4-to=1")).Text
	for _, want := range []string{
		`<a href="#whole">Whole: The end is before the beginning.</a>`, `<a href="#legs-1">Legs-1: The end is before the beginning.</a>`,
		`<fieldset id="whole" aria-describedby="whole-error">`, `<div class="form-error" id="legs-1-error">`,
		`[&#39;The end is before the beginning.&#39;] {None: [&#39;The end is before the beginning.&#39;]}`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	got := ""
	for _, e := range last.Errors() {
		got += e.Field + " " + e.Pointer() + " " + e.Code + "\n"
	}
	if want := "whole /whole invalid\nlegs-1 /legs/1 invalid\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

type hidden struct {
	Kind string `form:"kind"`
}

// TestEmbeddedPointers: one that cannot be filled is found at the start, and by Populate before reflection does.
func TestEmbeddedPointers(t *testing.T) {
	const want = "embeds a pointer to the unexported hidden, which cannot be filled; embed the struct itself"
	_, err := forms.SchemaOf[struct{ *hidden }]()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	f := schema(t, forms.Field{Name: "kind"}).Read(url.Values{"kind": {"a"}})
	full := struct{ *hidden }{&hidden{}}
	if f.Populate(&full); full.Kind != "a" {
		t.Errorf("%+v", full.hidden)
	}
	defer func() {
		if text, ok := recover().(string); !ok || !strings.Contains(text, want) {
			t.Error(text)
		}
	}()
	f.Populate(&struct{ *hidden }{})
}

type stop struct {
	Name string `form:"name" check:"required"`
	Days int    `form:"days"`
}

// TestPartialOfLists: PATCH may leave out fields of entries that are there, but not those of new ones.
func TestPartialOfLists(t *testing.T) {
	type tour struct {
		Stops []stop `form:"stops"`
		First stop   `form:"first"`
	}
	s, err := forms.SchemaOf[tour]()
	if err != nil {
		t.Fatal(err)
	}
	from := forms.Options{From: tour{Stops: []stop{{"Rome", 1}}, First: stop{"Oslo", 2}}}
	if f := s.Read(url.Values{"stops-0-days": {"3"}, "first-days": {"4"}}, from); !f.Partial() {
		t.Error(f.Errors())
	}
	f := s.Read(url.Values{"stops-0-days": {"3"}, "stops-1-days": {"4"}}, from)
	if f.Partial() || len(f.Errors()) != 1 || f.Errors()[0].Field != "stops-1-name" {
		t.Error(f.Errors())
	}
}

// TestFewestEntries: what MinEntries adds reads as WTForms 3.0.1 reads it from the same form: nothing was sent, the
// default of the field counts, and what the object has does not. A list of which nothing was sent is left as it is.
func TestFewestEntries(t *testing.T) {
	type list struct {
		N     string   `form:"n"`
		Flags []bool   `form:"flags" entries:"3..9" default:"true"`
		Names []string `form:"names" entries:"3..9" default:"d"`
	}
	s, err := forms.SchemaOf[list]()
	if err != nil {
		t.Fatal(err)
	}
	from := list{Flags: []bool{true, false, true, true}, Names: []string{"o1", "o2", "o3", "o4"}}
	for _, row := range []struct {
		sent  url.Values
		flags string
		names string
	}{
		{url.Values{"n": {"1"}, "flags-0": {"x"}, "names-0": {"x"}}, "[true false false]", "[x d d]"},
		{url.Values{"n": {"1"}, "flags-2": {"x"}, "names-2": {"x"}}, "[true false false]", "[x d d]"},
		{url.Values{"n": {"1"}, "flags-7": {"x"}, "names-7": {"y"}}, "[true false false]", "[y d d]"},
	} {
		for _, options := range []forms.Options{{}, {From: from}} {
			var into list
			f := s.Read(row.sent, options)
			f.Populate(&into)
			if fmt.Sprint(into.Flags) != row.flags || fmt.Sprint(into.Names) != row.names {
				t.Errorf("%v, with an object %v: %v %v, want %s %s", row.sent, options.From != nil, into.Flags, into.Names, row.flags, row.names)
			}
		}
	}
}
