package forms_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

type every struct {
	Name   string   `form:"name" check:"required" description:"As <em>written</em>."`
	Bio    string   `form:"bio" type:"textarea"`
	Agree  bool     `form:"agree" check:"required"`
	Color  string   `form:"color" type:"radio" choices:"red=Red, blue=Blue" check:"required"`
	Size   string   `form:"size" choices:"s, m, l"`
	Many   []string `form:"many" choices:"a, b"`
	Home   address  `form:"home"`
	Tags   []string `form:"tags" entries:"1..3" check:"length(2)"`
	Secret string   `form:"secret" type:"hidden"`
}

func fieldsApp(t *testing.T) *dewartest.Client {
	t.Helper()
	a := dewar.New(dewar.Config{
		Templates:       fstest.MapFS{"page.html": {Data: []byte(`{% import 'forms/fields.html' as fields %}{{ fields.show(form) }}`)}},
		TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}},
	})
	a.Route("/", func(c *dewar.Context) error {
		form := forms.New[every](c)
		form.Valid()
		return form.Render("page.html", nil)
	}, "GET", "POST")
	return dewartest.New(t, a)
}

// TestFieldsAreAccessible: labels belong to elements, groups have legends, errors are found from their elements and
// from the summary, and descriptions are escaped.
func TestFieldsAreAccessible(t *testing.T) {
	client := fieldsApp(t)
	page := client.Get("/").Text
	for _, want := range []string{
		`<label for="name">Name <span class="form-required">(required)</span></label>`,
		`<p class="form-help" id="name-help">As &lt;em&gt;written&lt;/em&gt;.</p>`,
		`aria-describedby="name-help"`,
		`<legend>Color <span class="form-required">(required)</span></legend>`,
		`<label for="color-0">Red</label>`,
		`<legend>Home</legend>`, `<legend>Tags</legend>`, `<label for="tags-0">Tags-0</label>`,
		`<button type="submit">Send</button>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not there", want)
		}
	}
	if strings.Contains(page, "form-summary") || strings.Contains(page, "aria-invalid") || strings.Contains(page, "autofocus") {
		t.Errorf("a new form shows errors:\n%s", page)
	}
	wrong := client.PostForm("/", url.Values{"size": {"s"}, "tags-0": {"x"}})
	for _, want := range []string{
		`<div class="form-summary" tabindex="-1" autofocus>`,
		`<a href="#name">Name: This field is required.</a>`,
		`<a href="#color-0">Color: `, `<a href="#home-street">Street: `, `<a href="#tags-0">`,
		`aria-describedby="name-help name-error" aria-invalid="true"`,
		`<div class="form-error" id="name-error">`,
		`<fieldset id="color" aria-describedby="color-error">`,
		`<div class="form-error" id="tags-0-error">`,
	} {
		if !strings.Contains(wrong.Text, want) {
			t.Errorf("%s is not there", want)
		}
	}
	if wrong.Status != 422 || strings.Count(wrong.Text, "autofocus") != 1 {
		t.Errorf("%d, %d times autofocus\n%s", wrong.Status, strings.Count(wrong.Text, "autofocus"), wrong.Text)
	}
}
