package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

// bootstrapFlask is where Debian's python3-flask-bootstrap has Bootstrap-Flask's macro files.
const bootstrapFlask = "/usr/lib/python3/dist-packages/flask_bootstrap/templates"

// everyField is a form with each kind of field that the macro files treat in a way of its own.
const everyField = `[
	{"name":"token","type":"HiddenField","validators":[["DataRequired",{}]]},
	{"name":"name","type":"StringField","label":"Your <name>","description":"As in your <em>passport</em>","validators":[["DataRequired",{}],["Length",{"max":20}]]},
	{"name":"mail","type":"EmailField","validators":[["InputRequired",{}]],"render_kw":{"class":"own","placeholder":"a@b"}},
	{"name":"secret","type":"PasswordField","description":"Long"},
	{"name":"age","type":"IntegerField","validators":[["Optional",{}]]},
	{"name":"level","type":"IntegerRangeField","default":3},
	{"name":"share","type":"DecimalRangeField","default":{"$decimal":"0.5"},"description":"Of all"},
	{"name":"born","type":"DateField","validators":[["Optional",{}]]},
	{"name":"note","type":"TextAreaField","default":"a\nb"},
	{"name":"pick","type":"SelectField","choices":[["a","A <a>"],["b","B"]],"default":"b"},
	{"name":"many","type":"SelectMultipleField","choices":[["a","A"],["b","B"]]},
	{"name":"radio","type":"RadioField","choices":[["x","X"],["y","<Y>"]],"default":"y","description":"One"},
	{"name":"accept","type":"BooleanField","description":"The rules","validators":[["DataRequired",{}]]},
	{"name":"photo","type":"FileField"},
	{"name":"addr","type":"FormField","fields":[{"name":"street","type":"StringField","validators":[["DataRequired",{}]]},{"name":"key","type":"HiddenField"},{"name":"main","type":"BooleanField"}]},
	{"name":"list","type":"FieldList","min_entries":2,"entry":{"name":"e","type":"StringField","label":"Entry","validators":[["DataRequired",{}]]}},
	{"name":"rows","type":"FieldList","entry":{"name":"e","type":"FormField","fields":[{"name":"street","type":"StringField","validators":[["DataRequired",{}]]}]}},
	{"name":"submit","type":"SubmitField","label":"Send & go"}]`

// A formTemplate is a template that both sides render with form.
type formTemplate struct {
	name, source, file string
	fields             string
	data               [][2]string // nil: not sent
}

// formTemplates are the templates that carry over: those of the documentation of Flask and Flask-WTF, Bootstrap-Flask's
// macros in all their ways, and one in the manner of Flask-Bootstrap's.
func formTemplates() (list []formTemplate) {
	states := map[string][][2]string{
		"new": nil, "empty": {}, "filled": {{"token", "t"}, {"name", "Ada"}, {"mail", "a@b.de"}, {"age", "x"}, {"born", "2026-02-30"}, {"pick", "z"}, {"many", "a"}, {"radio", "q"}, {"addr-street", "S"}, {"list-0", ""}, {"list-1", "b"}, {"rows-0-street", ""}, {"rows-1-street", "T"}, {"level", "9"}, {"submit", "1"}},
	}
	for state, data := range states {
		for _, own := range []string{"quickstart", "tokenfield", "pattern", "bootstrap3", "probe"} {
			list = append(list, formTemplate{own + "/" + state, "", own + ".html", everyField, data})
		}
		for _, version := range []string{"bootstrap4", "bootstrap5"} {
			from := `{% from "` + version + `/form.html" import render_form, render_field, render_form_row, render_hidden_errors %}`
			for _, kind := range []string{"basic", "inline", "horizontal"} {
				list = append(list, formTemplate{version + "/" + kind + "/" + state, from + `{{ render_form(form, form_type="` + kind + `", button_map={"submit": "success"}, id="f", extra_classes="e", novalidate=True, render_kw={"data-x": "<1>"}) }}`, "", everyField, data})
			}
			list = append(list, formTemplate{version + "/parts/" + state, from + `<form method="post">{{ form.hidden_tag() }}{{ render_hidden_errors(form) }}{{ render_form_row([form.name, form.mail], col_map={"mail": "col-8"}) }}` +
				`{{ render_field(form.name, class="big", placeholder="p") }}{{ render_field(form.submit, button_style="danger", button_size="lg") }}{{ render_field(form.accept, form_type="inline") }}</form>`, "", everyField, data})
		}
	}
	return list
}

// realFlaskWTF renders the templates with the real libraries.
func realFlaskWTF(t *testing.T, list []formTemplate) (pages []string) {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, c := range list {
		var data any
		if c.data != nil {
			data = c.data
		}
		if err := enc.Encode(map[string]any{"template": c.text(t), "fields": json.RawMessage(c.fields), "formdata": data}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "../../forms/testdata/wtforms/macros.py")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	switch {
	case err != nil && os.Getenv("DEWAR_TEST_SERVICES") != "required" && (errors.Is(err, fs.ErrNotExist) || strings.Contains(stderr.String(), "ModuleNotFoundError")):
		t.Skipf("this needs /usr/bin/python3 with Flask-WTF and Bootstrap-Flask: %v\n%s", err, stderr.Bytes())
	case err != nil:
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var page struct{ HTML string }
		if err := json.Unmarshal(lines.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page.HTML)
	}
	return pages
}

func (c formTemplate) text(t *testing.T) string {
	t.Helper()
	if c.file == "" {
		return c.source
	}
	b, err := os.ReadFile("testdata/forms/" + c.file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var tokenValue = regexp.MustCompile(`(name="csrf_token"[^>]*value=")[^"]*|value="[^"]*"([^>]*name="csrf_token")`)

// TestFormTemplates: templates that were written for Flask-WTF show what they show in Flask, unchanged.
func TestFormTemplates(t *testing.T) {
	list := formTemplates()
	want := realFlaskWTF(t, list)
	if len(want) != len(list) {
		t.Fatalf("%d pages, want %d", len(want), len(list))
	}
	for i, c := range list {
		t.Run(c.name, func(t *testing.T) {
			got := dewarPage(t, c)
			if diff := sameHTML(t, got, want[i], addedToForms); diff != "" {
				t.Errorf("%s\n got %s\nwant %s", diff, squeeze(got), squeeze(want[i]))
			}
		})
	}
}

func squeeze(page string) string { return blanks.ReplaceAllString(page, " ") }

// dewarPage renders a template as an application of Dewar's does.
func dewarPage(t *testing.T, c formTemplate) string {
	t.Helper()
	var described []formField
	if err := json.Unmarshal([]byte(c.fields), &described); err != nil {
		t.Fatal(err)
	}
	fields, err := declare(described)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := forms.NewSchema(fields...)
	if err != nil {
		t.Fatal(err)
	}
	templates := fstest.MapFS{"page.html": {Data: []byte(c.text(t))}}
	for _, name := range []string{"bootstrap4/form.html", "bootstrap5/form.html"} {
		file, err := os.ReadFile(filepath.Join(bootstrapFlask, name))
		if err != nil {
			t.Fatal(err)
		}
		templates[name] = &fstest.MapFile{Data: file}
	}
	app := dewar.New(dewar.Config{Templates: templates, Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(forms.Bootstrap{})
	view := func(c *dewar.Context) error {
		form := schema.New(c)
		form.Valid()
		return c.Render("page.html", dewar.Vars{"form": form})
	}
	app.Route("/", view, "GET", "POST")
	client := dewartest.New(t, app)
	var page string
	if c.data == nil {
		page = client.Get("/").Text
	} else {
		sent := url.Values{}
		for _, pair := range c.data {
			sent.Add(pair[0], pair[1])
		}
		page = client.PostForm("/", sent).Text
	}
	return tokenValue.ReplaceAllString(page, `${1}TOKEN`)
}
