package forms_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/jinja"
)

// TestTextsAreTranslated by the functions of the tag trans, which know the request.
func TestTextsAreTranslated(t *testing.T) {
	german := map[string]string{
		"E-mail": "E-Mail-Adresse", "This field is required.": "Dieses Feld wird benötigt.", "Short": "Kurz",
		"Field must be at least %(min)d characters long.": "Mindestens %(min)d Zeichen.", "red": "rot",
	}
	language := func(st jinja.State, text string) string {
		if c, _ := st.Data().(*dewar.Context); c.Query("lang") == "de" && german[text] != "" {
			return german[text]
		}
		return text
	}
	a := dewar.New(dewar.Config{
		Templates: fstest.MapFS{"page.html": {Data: []byte(`{{ form.mail.label }}|{{ form.mail.errors[0] }}|{{ form.name.errors[0] }}|{{ form.color }}`)}},
		TemplateTranslations: jinja.Translations{
			Gettext: func(st jinja.State, text string) (string, error) { return language(st, text), nil },
			Ngettext: func(st jinja.State, one, many string, n jinja.Value) (string, error) {
				if i, _ := n.Int64(); i == 1 {
					return language(st, one), nil
				}
				return language(st, many), nil
			},
		},
	})
	type form struct {
		Mail  string `form:"mail" label:"E-mail" check:"required"`
		Name  string `form:"name" check:"length(3)"`
		Color string `form:"color" choices:"r=red"`
	}
	a.Route("/", func(c *dewar.Context) error {
		f := forms.New[form](c)
		f.Valid()
		return f.Render("page.html", nil)
	}, "GET", "POST")
	client := dewartest.New(t, a)
	sent := url.Values{"mail": {""}, "name": {"ab"}, "color": {"r"}}
	if got, want := client.PostForm("/?lang=de", sent).Text, `<label for="mail">E-Mail-Adresse</label>|Dieses Feld wird benötigt.|Mindestens 3 Zeichen.|<select id="color" name="color"><option selected value="r">rot</option></select>`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := client.PostForm("/", sent).Text; !strings.HasPrefix(got, `<label for="mail">E-mail</label>|This field is required.|Field must`) {
		t.Error(got)
	}
}

// TestQueryForm: a form that is sent by GET reads the query, and carries neither token nor markers.
func TestQueryForm(t *testing.T) {
	type search struct {
		Q    string `form:"q"`
		Deep bool   `form:"deep"`
	}
	var form *forms.FormOf[search]
	client := app(t, "{{ form.hidden_tag() }}{{ form.q }}{{ form.deep }}", func(c *dewar.Context, f *forms.FormOf[search]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	}, forms.Options{Query: true})
	if page := client.Get("/?x=1").Text; form.Submitted() || strings.Contains(page, "hidden") {
		t.Error(page)
	}
	if client.Get("/?q=a+b&deep=y"); !form.Submitted() || form.Data != (search{"a b", true}) {
		t.Errorf("%+v", form.Data)
	}
}

// TestFieldsInCode: a struct's form takes more fields and choices for one request.
func TestFieldsInCode(t *testing.T) {
	var form *forms.FormOf[profile]
	client := app(t, "{{ form.group }}", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		form = f
		f.Add(forms.Field{Name: "group", Type: "SelectField", Choices: []forms.Choice{{Value: 7, Label: "Seven"}}})
		f.Field("tags").Choices = forms.ChoicesOf("x")
		f.Field("name").Checks = []forms.Check{forms.CheckFunc(func(form *forms.Form, field *forms.BoundField) error {
			if field.Value() == form.Field("note").Value() {
				return forms.Fail("same", "Not the same.")
			}
			return nil
		})}
		f.Remove("active")
		f.Valid()
		return f.Render("page.html", nil)
	})
	r := client.PostForm("/", url.Values{"name": {"n"}, "note": {"n"}, "group": {"7"}, "tags": {"a"}})
	if got := strings.Join(codes(form.Errors()), " "); got != "name:same tags:choice" || !strings.Contains(r.Text, `<option selected value="7">Seven</option>`) {
		t.Errorf("%s %s", got, r.Text)
	}
	defer func() {
		if p, _ := recover().(string); p != "forms: the form has no field nam; did you mean name?" {
			t.Error(p)
		}
	}()
	form.Field("nam")
}

// TestCheckboxesForSeveralChoices: WTForms' way to show a list of choices as checkboxes.
func TestCheckboxesForSeveralChoices(t *testing.T) {
	s := schema(t, forms.Field{Name: "tags", Type: "SelectMultipleField", Choices: forms.ChoicesOf("a", "b"), Widget: forms.ListWidget{Tag: "ol"}, OptionWidget: forms.CheckboxInput})
	want := `<ol id="tags"><li><input id="tags-0" name="tags" type="checkbox" value="a"> <label for="tags-0">a</label></li>` +
		`<li><input checked id="tags-1" name="tags" type="checkbox" value="b"> <label for="tags-1">b</label></li></ol>`
	if got := s.Read(url.Values{"tags": {"b"}}).Field("tags").HTML(); string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	var form *forms.FormOf[profile]
	client := app(t, "{{ form.tags }}", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		form = f
		f.Add(forms.Field{Name: "more", Type: "SelectMultipleField", Choices: forms.ChoicesOf("a"), Widget: forms.ListWidget{}, OptionWidget: forms.CheckboxInput})
		return f.Render("page.html", nil)
	})
	if client.Get("/"); !strings.HasPrefix(string(form.Field("more").HTML()), `<input name="_offered" type="hidden" value="more"><ul id="more">`) {
		t.Error(form.Field("more").HTML())
	}
}

// TestCallsOfOneFieldWithOtherKeywords: what is kept of one call is not shown by another.
func TestCallsOfOneFieldWithOtherKeywords(t *testing.T) {
	page := `{{ form.note(class='a') }}{{ form.note(class='a', rows=3) }}{{ form.note(rows=3) }}{{ form.note(class=form.name.data) }}{{ form.note(required=true) }}` +
		`{{ form.note(value='v') }}{{ form.note.label(class='l') }}{{ form.note.label }}{{ form.active(class='a') }}`
	client := app(t, page, func(c *dewar.Context, f *forms.FormOf[profile]) error { return f.Render("page.html", nil) })
	for _, name := range []string{"x", `"><script>`, "x"} {
		class := strings.NewReplacer(`"`, "&#34;", "<", "&lt;", ">", "&gt;").Replace(name)
		want := `<input class="a" id="note" name="note" type="text" value="n&lt;"><input class="a" id="note" name="note" rows="3" type="text" value="n&lt;">` +
			`<input id="note" name="note" rows="3" type="text" value="n&lt;"><input class="` + class + `" id="note" name="note" type="text" value="n&lt;">` +
			`<input id="note" name="note" required type="text" value="n&lt;"><input id="note" name="note" type="text" value="v">` +
			`<label class="l" for="note">Note</label><label for="note">Note</label>` +
			`<input name="_offered" type="hidden" value="active"><input checked class="a" id="active" name="active" type="checkbox" value="y">`
		for range 3 {
			if got := client.PostForm("/", url.Values{"name": {name}, "note": {"n<"}, "active": {"y"}}).Text; got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

type stars struct{}

func (stars) AppendTo(buf []byte, f *forms.BoundField, a *forms.Attrs) []byte {
	a.SetDefault("class", "stars")
	a.Set("data-n", f.Value())
	return append(a.AppendTo(append(buf, "<x-stars"...)), "></x-stars>"...)
}

// TestWidgetsAreReplaced for all forms in a declaration, for one in the bound field.
func TestWidgetsAreReplaced(t *testing.T) {
	s := schema(t, forms.Field{Name: "n", Type: "IntegerField", Widget: stars{}}, forms.Field{Name: "m"})
	f := s.Read(url.Values{"n": {"3"}, "m": {"x"}})
	f.Field("m").Widget = stars{}
	if got := f.Field("n").HTML() + f.Field("m").Element(map[string]any{"class_": `a"b`, `on"x`: 1}); got != `<x-stars class="stars" data-n="3"></x-stars><x-stars class="a&#34;b" data-n="x"></x-stars>` {
		t.Error(got)
	}
}

// TestSchemaIsSharedByRequests: forms of one schema are made, checked and shown at the same time.
func TestSchemaIsSharedByRequests(t *testing.T) {
	s, err := forms.SchemaOf[every]()
	if err != nil {
		t.Fatal(err)
	}
	want := s.Read(url.Values{"name": {"n"}, "size": {"m"}, "tags-0": {"ab"}})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			f := s.Read(url.Values{"name": {"n"}, "size": {"m"}, "tags-0": {"ab"}})
			for j, b := range f.Fields() {
				class := map[string]any{"class": i}
				if b.HTML() != want.Fields()[j].HTML() || !strings.Contains(string(b.Element(class)), "class=") {
					t.Errorf("%s: %s", b.Name(), b.HTML())
				}
			}
		})
	}
	group.Wait()
}

// TestConstantKeywordsOfOneTemplate: what is kept for a place in a template is neither another field's nor another
// request's.
func TestConstantKeywordsOfOneTemplate(t *testing.T) {
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
	if err != nil {
		t.Fatal(err)
	}
	page, err := env.FromString(`{% for f in form %}{{ f(class='w', autofocus=true, checked=true) }}{{ f.label(class='l') }}{% endfor %}{{ form.b(checked='on') }}`)
	if err != nil {
		t.Fatal(err)
	}
	s := schema(t, forms.Field{Name: "a", Checks: []forms.Check{forms.Required{}}}, forms.Field{Name: "b", Type: "BooleanField"}, forms.Field{Name: "c"})
	const box = `class="w" id="b" name="b" type="checkbox" value="y"><label class="l" for="b">B</label>`
	const plain = `<input checked id="b" name="b" type="checkbox" value="y">`
	given := strings.Replace(plain, "checked", `checked="on"`, 1)
	const last = `<input autofocus checked class="w" id="c" name="c" type="text" value=""><label class="l" for="c">C</label>`
	for range 2 {
		for _, row := range []struct {
			name, want string
			form       *forms.Form
		}{
			{"right", `<input autofocus checked class="w" id="a" name="a" required type="text" value="x"><label class="l" for="a">A</label><input autofocus checked ` + box + last + plain,
				s.Read(url.Values{"a": {"x"}, "b": {"y"}})},
			{"prefix", `<input autofocus checked class="w" id="p-a" name="p-a" required type="text" value="&lt;"><label class="l" for="p-a">A</label><input autofocus checked ` +
				strings.NewReplacer(`="b"`, `="p-b"`, `="c"`, `="p-c"`).Replace(box+last+given), s.Read(url.Values{"p-a": {"<"}}, forms.Options{Prefix: "p"})},
			{"wrong", `<input aria-describedby="a-error" aria-invalid="true" checked class="w" id="a" name="a" required type="text" value=""><label class="l" for="a">A</label><input checked ` + box + strings.Replace(last, "autofocus ", "", 1) + given,
				s.Read(url.Values{"a": {""}})},
		} {
			row.form.Valid()
			got, err := page.Append(nil, jinja.Run{Vars: map[string]any{"form": row.form}})
			if err != nil || string(got) != row.want {
				t.Errorf("%s: %v\n%s, want\n%s", row.name, err, got, row.want)
			}
		}
	}
}
