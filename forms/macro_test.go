package forms

import (
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

type macroForm struct {
	Email string   `form:"email" type:"email"`
	Plan  string   `form:"plan" choices:"a, b"`
	Tags  []string `form:"tags"`
	Home  struct {
		Street string `form:"street"`
	} `form:"home"`
}

// TestDeclareChecksTemplates: a name that the form or a field of it does not have is found when the app starts, with a
// suggestion, in included templates too. Names that are not the form's are left alone.
func TestDeclareChecksTemplates(t *testing.T) {
	app := dewar.New(dewar.Config{Logger: slog.New(slog.DiscardHandler), Templates: fstest.MapFS{
		"signup.html": {Data: []byte("{{ form.hidden_tag() }}{{ other.thing }}{% include 'part.html' %}\n{{ form.emial.label }}{{ form.email.lable }}{{ form.home.sreet }}{{ form.tags.entires }}\n" +
			"{{ form['plann'] }}{{ form.email(class='x') }}{{ form.plan.choices }}{{ form.home.street.errors }}{{ form.home.form.street }}{% for field in form %}{{ field.anything }}{% endfor %}")},
		"part.html":  {Data: []byte("{{ form.mail }}{{ form.extra is defined }}{{ form.tags[0].data }}")},
		"other.html": {Data: []byte("{{ form.emial }}")},
	}})
	Declare[macroForm](app, "signup.html")
	var got []string
	for _, f := range app.Check() {
		if f.ID == "undefined-attribute" {
			got = append(got, f.Source+" "+f.Message+" "+f.Remedy)
		}
	}
	want := []string{
		`part.html:1:8 form has no field or method "mail" (rendered by signup.html) did you mean "email"?`,
		`signup.html:2:8 form has no field or method "emial" did you mean "email"?`,
		`signup.html:2:36 form.email has no field or method "lable" did you mean "label"?`,
		`signup.html:2:57 form.home has no field or method "sreet" did you mean "street"?`,
		`signup.html:2:78 form.tags has no field or method "entires" did you mean "entries"?`,
		`signup.html:3:8 form has no field or method "plann" did you mean "plan"?`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestDeclaredAttributes: what the check takes for an attribute is one.
func TestDeclaredAttributes(t *testing.T) {
	s, err := SchemaOf[macroForm]()
	if err != nil {
		t.Fatal(err)
	}
	form := s.Read(url.Values{})
	for _, name := range sortedKeys(formAttributes) {
		if _, ok := form.Attr(name); !ok {
			t.Errorf("form.%s is not there", name)
		}
	}
	for _, name := range []string{"email", "plan", "tags", "home"} {
		b := form.Field(name)
		for _, attribute := range slices.Concat(sortedKeys(fieldAttributes), sortedKeys(b.ownAttributes())) {
			if _, ok := b.Attr(attribute); !ok {
				t.Errorf("form.%s.%s is not there", name, attribute)
			}
		}
	}
}

// TestBootstrapSettings: the settings have Bootstrap-Flask's defaults, and those of the application win.
func TestBootstrapSettings(t *testing.T) {
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Settings: map[string]any{"BOOTSTRAP_BTN_SIZE": "lg"},
		Templates: fstest.MapFS{"page.html": {Data: []byte("{{ config.BOOTSTRAP_BTN_STYLE }} {{ config.BOOTSTRAP_BTN_SIZE }} {{ config.BOOTSTRAP_FORM_GROUP_CLASSES }} {{ config.BOOTSTRAP_FORM_INLINE_CLASSES }} {{ bootstrap_is_hidden_field(1) }} {{ warn('old', stacklevel=2) }} {{ config.BOOTSTRAP_MSG_CATEGORY }} {{ config.BOOTSTRAP_ICON_COLOR }}")}}})
	app.Extend(Bootstrap{})
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) })
	client := dewartest.New(t, app)
	if found := app.Check(); slices.ContainsFunc(found, func(f dewar.Finding) bool { return strings.HasPrefix(f.Source, "page.html") }) {
		t.Errorf("%+v", found)
	}
	got := client.Get("/").Text
	if want := "primary lg mb-3 row row-cols-lg-auto g-3 align-items-center False None primary None"; got != want {
		t.Errorf("got %q", got)
	}
}
