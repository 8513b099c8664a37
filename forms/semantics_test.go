package forms_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/routing"
)

// schema makes a schema of fields in code.
func schema(t *testing.T, fields ...forms.Field) *forms.Schema {
	t.Helper()
	s, err := forms.NewSchema(fields...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func codes(list []forms.Error) (all []string) {
	for _, e := range list {
		all = append(all, e.Field+":"+e.Code)
	}
	return all
}

// TestRequiredAsksWhetherSomethingWasSent: zero and false pass, absence and white space fail.
func TestRequiredAsksWhetherSomethingWasSent(t *testing.T) {
	s := schema(t,
		forms.Field{Name: "n", Type: "IntegerField", Checks: []forms.Check{forms.Required{}}},
		forms.Field{Name: "b", Type: "BooleanField", Checks: []forms.Check{forms.Required{}}},
	)
	if f := s.Read(url.Values{"n": {"0"}, "b": {"false"}}); !f.Valid() || f.Field("b").Value() != false {
		t.Errorf("zero and false: %v", f.Errors())
	}
	if f := s.Read(url.Values{"n": {" "}}); !slices.Equal(codes(f.Errors()), nil) || f.Valid() || !slices.Equal(codes(f.Errors()), []string{"n:required", "b:required"}) {
		t.Errorf("absent: %v", f.Errors())
	}
}

type profile struct {
	Name   string   `form:"name" check:"required"`
	Active bool     `form:"active" default:"true"`
	Tags   []string `form:"tags" choices:"a,b,c" type:"multiselect"`
	Note   string   `form:"note"`
}

type account struct {
	ID     int
	Name   string
	Active bool
	Tags   []string
	Note   *string
	Admin  bool
}

// TestPopulateWritesWhatThePageOffered: what was not on the page keeps the model's value.
func TestPopulateWritesWhatThePageOffered(t *testing.T) {
	var form *forms.FormOf[profile]
	client := app(t, "{{ form.hidden_tag() }}{{ form.active }}{{ form.tags }}", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	})
	if page := client.Get("/").Text; strings.Count(page, `<input name="_offered"`) != 2 {
		t.Errorf("the checkbox and the list have no markers: %s", page)
	}
	note := "kept"
	for _, row := range []struct {
		name string
		sent url.Values
		want account
	}{
		{"nothing offered", url.Values{"name": {"n"}}, account{1, "n", true, []string{"a"}, &note, true}},
		{"offered and unchecked", url.Values{"name": {"n"}, "_offered": {"active", "tags"}}, account{1, "n", false, []string{}, &note, true}},
		{"checked", url.Values{"name": {"n"}, "active": {"y"}, "tags": {"b", "c"}, "note": {"x"}}, account{1, "n", true, []string{"b", "c"}, new("x"), true}},
		{"fields that the form has not", url.Values{"name": {"n"}, "id": {"7"}, "ID": {"7"}, "Admin": {""}, "_offered": {"Admin"}}, account{1, "n", true, []string{"a"}, &note, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			client.PostForm("/", row.sent)
			model := account{1, "old", true, []string{"a"}, &note, true}
			form.Populate(&model)
			if !reflect.DeepEqual(model, row.want) {
				t.Errorf("%+v, want %+v", model, row.want)
			}
		})
	}
}

// TestPartialSkipsWhatWasNotSent: PATCH may leave required fields out.
func TestPartialSkipsWhatWasNotSent(t *testing.T) {
	var form *forms.FormOf[profile]
	valid := false
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		form, valid = f, f.Partial()
		return c.NoContent()
	})
	client.PostForm("/", url.Values{"note": {"x"}})
	if !valid {
		t.Errorf("absent: %v", form.Errors())
	}
	client.PostForm("/", url.Values{"name": {""}})
	if valid {
		t.Error("an empty required field is valid")
	}
}

// TestLoneUncheckedBox: its form is submitted by an empty body, and a default does not come back.
func TestLoneUncheckedBox(t *testing.T) {
	type settings struct {
		News bool `form:"news" default:"true"`
	}
	var form *forms.FormOf[settings]
	client := app(t, "{{ form.news }}", func(c *dewar.Context, f *forms.FormOf[settings]) error {
		form = f
		if f.Valid() {
			return c.NoContent()
		}
		return f.Render("page.html", nil)
	})
	if page := client.Get("/").Text; !strings.Contains(page, "checked") {
		t.Errorf("the default is not shown: %s", page)
	}
	client.PostForm("/", url.Values{})
	if !form.Submitted() || form.Data.News {
		t.Errorf("submitted %v, value %v", form.Submitted(), form.Data.News)
	}
}

type level int

func (l level) String() string { return [...]string{"low", "high"}[l] }

// TestChoicesCompareTypedValues: "01" is the choice 1, no value is no choice and never the text None.
func TestChoicesCompareTypedValues(t *testing.T) {
	number := forms.Field{Name: "n", Type: "SelectField", GoType: reflect.TypeFor[int](), Choices: forms.ChoicesOf(1, 2)}
	f := schema(t, number).Read(url.Values{"n": {"01"}})
	if !f.Valid() || f.Field("n").Value() != 1 {
		t.Errorf("01: %v %v", f.Field("n").Value(), f.Errors())
	}
	radio := forms.Field{Name: "r", Type: "RadioField", Choices: forms.ChoicesOf("a", "b"), Checks: []forms.Check{forms.Optional{}}}
	if f := schema(t, radio).Read(url.Values{}); !f.Valid() || f.Field("r").Value() != nil {
		t.Errorf("no answer: %v", f.Errors())
	}
	if html := schema(t, radio).Read(nil).Field("r").HTML(); strings.Contains(string(html), "checked") || strings.Contains(string(html), "None") {
		t.Error(html)
	}
	enum := forms.Field{Name: "e", Type: "SelectField", GoType: reflect.TypeFor[level](), Choices: forms.ChoicesOf(level(0), level(1))}
	f = schema(t, enum).Read(url.Values{"e": {"high"}})
	if !f.Valid() || f.Field("e").Value() != level(1) || !strings.Contains(string(f.Field("e").HTML()), `<option selected value="high">high</option>`) {
		t.Errorf("enumeration: %v %v %s", f.Field("e").Value(), f.Errors(), f.Field("e").HTML())
	}
	if f := schema(t, enum).Read(url.Values{"e": {"1"}}); f.Valid() {
		t.Error("a number is a name of the enumeration")
	}
}

// TestListClosesGaps: entries are in the body's order, their names follow their places, and at most MaxEntries are read.
func TestListClosesGaps(t *testing.T) {
	type row struct {
		Name string `form:"name" check:"required"`
		N    int    `form:"n" check:"optional"`
	}
	type order struct {
		Rows []row `form:"rows" entries:"1..3"`
	}
	var form *forms.FormOf[order]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[order]) error {
		form = f
		f.Valid()
		return c.NoContent()
	})
	client.Do(formRequest(client, "rows-7-name=b&rows-2-name=a&rows-2-n=2&rows-999999999999-name=x&rows-x-name=y&rows-5-name="))
	if want := []row{{"b", 0}, {"a", 2}, {"", 0}}; !slices.Equal(form.Data.Rows, want) {
		t.Errorf("%v, want %v", form.Data.Rows, want)
	}
	if got := codes(form.Errors()); !slices.Equal(got, []string{"rows-2-name:required"}) || form.Errors()[0].Pointer() != "/rows/2/name" {
		t.Errorf("errors %v %v", got, form.Errors())
	}
	if html := form.Field("rows").HTML(); !strings.Contains(string(html), `name="rows-0-name" required type="text" value="b"`) {
		t.Error(html)
	}
	client.Do(formRequest(client, "rows-1-name=a&rows-2-name=b&rows-3-name=c&rows-4-name=d"))
	if len(form.Data.Rows) != 3 {
		t.Errorf("%d entries of at most 3", len(form.Data.Rows))
	}
	form.Field("rows").PopEntry()
	form.Field("rows").AppendEntry(row{"z", 9})
	if want := []row{{"a", 0}, {"b", 0}, {"z", 9}}; !slices.Equal(form.Data.Rows, want) {
		t.Errorf("%v, want %v", form.Data.Rows, want)
	}
}

// TestTwoFormsOnOnePage: only the one whose prefix or button was sent is submitted.
func TestTwoFormsOnOnePage(t *testing.T) {
	type login struct {
		Name string `form:"name" check:"required"`
		Send bool   `form:"login" type:"submit"`
	}
	type search struct {
		Name string `form:"name" check:"required"`
		Send bool   `form:"search" type:"submit"`
	}
	var a *forms.FormOf[login]
	var b *forms.FormOf[search]
	client := app(t, "{{ a.name }}{{ b.name }}", func(c *dewar.Context, f *forms.FormOf[login]) error {
		a, b = f, forms.New[search](c)
		a.Valid()
		b.Valid()
		return c.NoContent()
	})
	client.PostForm("/", url.Values{"name": {"x"}, "search": {"Search"}})
	if a.Submitted() || !b.Submitted() || len(a.Errors()) > 0 || a.Data.Name != "" {
		t.Errorf("by button: %v %v", a.Submitted(), b.Submitted())
	}
	client.PostForm("/", url.Values{"name": {"x"}})
	if !a.Submitted() {
		t.Error("without a button a form that knows all names is not submitted")
	}
	client = app(t, "", func(c *dewar.Context, f *forms.FormOf[login]) error {
		a, b = f, forms.New[search](c, forms.Options{Prefix: "s"})
		return c.NoContent()
	}, forms.Options{Prefix: "l"})
	client.PostForm("/", url.Values{"s-name": {"x"}})
	if a.Submitted() || !b.Submitted() || a.Field("name").ID() == b.Field("name").ID() {
		t.Errorf("by prefix: %v %v", a.Submitted(), b.Submitted())
	}
	client.PostForm("/", url.Values{"_offered": {"l-box"}, "l-login": {""}})
	if !a.Submitted() || b.Submitted() {
		t.Errorf("by button with prefix: %v %v", a.Submitted(), b.Submitted())
	}
}

// TestDisabledFieldsTakeNothing: what is sent for one is ignored, its value stands and is not written.
func TestDisabledFieldsTakeNothing(t *testing.T) {
	type form struct {
		Role string `form:"role" attrs:"disabled"`
		Plan string `form:"plan" check:"readonly, required"`
		Name string `form:"name"`
	}
	var got *forms.FormOf[form]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[form]) error {
		got = f
		return c.NoContent()
	}, forms.Options{From: form{"user", "free", "old"}})
	client.PostForm("/", url.Values{"role": {"admin"}, "plan": {"gold"}, "name": {"new"}})
	if want := (form{"user", "free", "new"}); got.Data != want || !got.Valid() {
		t.Errorf("%+v %v", got.Data, got.Errors())
	}
	model := form{"a", "b", "c"}
	got.Populate(&model)
	if want := (form{"a", "b", "new"}); model != want {
		t.Errorf("populated %+v", model)
	}
	if html := got.Field("role").HTML() + got.Field("plan").HTML(); !strings.Contains(string(html), " disabled ") || !strings.Contains(string(html), " readonly ") {
		t.Error(html)
	}
}

// TestBrowserAttributes: they follow from the checks, and a template switches each off.
func TestBrowserAttributes(t *testing.T) {
	s := schema(t, forms.Field{Name: "x", Checks: []forms.Check{forms.Required{}, forms.Length{Min: 2, Max: 9}, mustCheck(t, "regexp", "^[a-z]+$")}})
	f := s.Read(nil)
	if got, want := f.Field("x").HTML(), `<input id="x" maxlength="9" minlength="2" name="x" pattern="[a-z]+" required type="text" value="">`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	off := map[string]any{"required": false, "minlength": false, "maxlength": false, "pattern": false}
	if got, want := f.Field("x").Element(off), `<input id="x" name="x" type="text" value="">`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	for pattern, want := range map[string]bool{`^\d{3}$`: true, `^a|b$`: false, `^(?i)a$`: false, `[a-z]+`: false, `^\pL$`: false, `^[[:alpha:]]$`: false} {
		html := schema(t, forms.Field{Name: "x", Checks: []forms.Check{mustCheck(t, "regexp", pattern)}}).Read(nil).Field("x").HTML()
		if strings.Contains(string(html), "pattern=") != want {
			t.Errorf("%s: %s", pattern, html)
		}
	}
}

func mustCheck(t *testing.T, name string, args ...any) forms.Check {
	t.Helper()
	c, err := forms.NewCheck(name, args, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSlicesOfOwnTypes: a wrong element is an error of its own, not left out.
func TestSlicesOfOwnTypes(t *testing.T) {
	type hosts struct {
		Hosts []netip.Addr `form:"hosts"`
		Ports []uint16     `form:"ports" type:"multiselect" choices:"80,443,8080"`
	}
	var form *forms.FormOf[hosts]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[hosts]) error {
		form = f
		f.Valid()
		return c.NoContent()
	})
	client.PostForm("/", url.Values{"hosts-0": {"192.0.2.1"}, "hosts-1": {"x"}, "ports": {"443", "80"}})
	if form.Data.Hosts[0] != netip.MustParseAddr("192.0.2.1") || !slices.Equal(form.Data.Ports, []uint16{443, 80}) || !slices.Equal(codes(form.Errors()), []string{"hosts-1:type"}) {
		t.Errorf("%+v %v", form.Data, form.Errors())
	}
	client.PostForm("/", url.Values{"ports": {"x"}})
	if !slices.Equal(codes(form.Errors()), []string{"ports:type"}) {
		t.Errorf("%v", form.Errors())
	}
}

// TestNoAnswerIsValid: what a page lets a user leave open is no mistake, and leaves the zero value.
func TestNoAnswerIsValid(t *testing.T) {
	type open struct {
		Radio string     `form:"radio" type:"radio" choices:"a, b"`
		Size  int        `form:"size" type:"radio" choices:"1=One, 2=Two"`
		Count int        `form:"count"`
		Day   time.Time  `form:"day" type:"date"`
		Addr  netip.Addr `form:"addr"`
		Raw   []byte     `form:"raw"`
	}
	var form *forms.FormOf[open]
	client := app(t, "{{ form.raw }}", func(c *dewar.Context, f *forms.FormOf[open]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	})
	client.PostForm("/", url.Values{"count": {""}, "day": {""}, "addr": {""}})
	if !form.Valid() || !reflect.DeepEqual(form.Data, open{}) {
		t.Errorf("%+v %v", form.Data, form.Errors())
	}
	page := client.PostForm("/", url.Values{"radio": {"z"}, "size": {"3"}, "count": {"x"}, "raw": {"a<b"}}).Text
	if got, want := codes(form.Errors()), []string{"radio:choice", "size:choice", "count:type"}; !slices.Equal(got, want) || !strings.Contains(page, `value="a&lt;b"`) {
		t.Errorf("%q, want %q; %s", got, want, page)
	}
}

// TestDatabaseErrorInOneLine: an error that the form could not know is the field's.
func TestDatabaseErrorInOneLine(t *testing.T) {
	client := app(t, "{{ form.name.errors }}", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		if f.Valid() {
			f.AddError("name", "unique", "")
		}
		if f.Valid() {
			t.Error("a form with an error is valid")
		}
		return f.Render("page.html", nil)
	})
	if r := client.PostForm("/", url.Values{"name": {"x"}}); r.Status != 422 || !strings.Contains(r.Text, "This value is taken already.") {
		t.Errorf("%d %s", r.Status, r.Text)
	}
}

// TestChanged tells fields that differ from what the form was made with.
func TestChanged(t *testing.T) {
	var form *forms.FormOf[profile]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[profile]) error {
		form = f
		return c.NoContent()
	}, forms.Options{From: account{Name: "n", Active: true, Tags: []string{"a"}}})
	client.PostForm("/", url.Values{"name": {"n"}, "active": {"y"}, "tags": {"a"}, "note": {""}})
	if form.Changed() {
		t.Error("nothing changed")
	}
	client.PostForm("/", url.Values{"name": {"m"}, "active": {"y"}, "tags": {"a"}})
	if !form.Changed() || !form.Field("name").Changed() || form.Field("active").Changed() {
		t.Error("the name changed")
	}
}

// TestNumbersAndDatesMayBeEmpty where nothing is said of them: the page has no required for them either. With a check
// they may not, unless it is optional.
func TestNumbersAndDatesMayBeEmpty(t *testing.T) {
	type meeting struct {
		At    time.Time `form:"at" type:"date"`
		Seats int       `form:"seats"`
		Price float64   `form:"price" check:"number_range(1)"`
		Rows  []int     `form:"rows"`
	}
	var form *forms.FormOf[meeting]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[meeting]) error {
		form = f
		f.Valid()
		return c.NoContent()
	}, forms.Options{From: meeting{Seats: 3}})
	client.PostForm("/", url.Values{"at": {""}, "seats": {""}, "price": {""}, "rows-0": {""}})
	if got := codes(form.Errors()); !slices.Equal(got, []string{"price:type", "price:number_range"}) || form.Data.Seats != 0 || !form.Data.At.IsZero() {
		t.Errorf("%v %+v", form.Errors(), form.Data)
	}
	client.PostForm("/", url.Values{"seats": {"x"}, "price": {"2"}})
	if got := codes(form.Errors()); !slices.Equal(got, []string{"seats:type"}) {
		t.Errorf("%v", form.Errors())
	}
}

// TestGoTypes: types that read a text, and url.URL, are fields; what was typed is shown again when it is none.
func TestGoTypes(t *testing.T) {
	type server struct {
		Addr netip.Addr    `form:"addr" check:"required"`
		Home url.URL       `form:"home" check:"url"`
		Next *url.URL      `form:"next"`
		ID   routing.UUID  `form:"id"`
		Wait time.Duration `form:"wait"`
		Name *string       `form:"name" filter:"strip" check:"length(2)"`
	}
	var form *forms.FormOf[server]
	client := app(t, "{{ form.home.data }} {{ form.home }} {{ form.addr }} {{ form.wait }}", func(c *dewar.Context, f *forms.FormOf[server]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	})
	page := client.PostForm("/", url.Values{"addr": {"192.0.2.1"}, "home": {"https://example.org/a?b"}, "next": {""}, "id": {"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, "wait": {"90s"}, "name": {" ab "}})
	if len(form.Errors()) > 0 || form.Data.Home.Host != "example.org" || form.Data.Next != nil || form.Data.Wait != 90*time.Second || *form.Data.Name != "ab" || form.Data.ID.String()[:8] != "6ba7b810" {
		t.Errorf("%v %+v", form.Errors(), form.Data)
	}
	if !strings.HasPrefix(page.Text, `https://example.org/a?b <input id="home" name="home" type="url" value="https://example.org/a?b">`) || !strings.Contains(page.Text, `value="1m30s"`) {
		t.Error(page.Text)
	}
	page = client.PostForm("/", url.Values{"addr": {"192.0.2"}, "home": {"x"}, "id": {""}, "name": {"a"}})
	if got := codes(form.Errors()); !slices.Equal(got, []string{"addr:type", "home:url", "name:length"}) || !strings.Contains(page.Text, `value="192.0.2"`) {
		t.Errorf("%v %s", form.Errors(), page.Text)
	}
}

// TestNestedListsKeepTheirNames: the names of entries in entries follow their places, in errors and elements as well.
func TestNestedListsKeepTheirNames(t *testing.T) {
	type page struct {
		Rows []struct {
			Cells []struct {
				N int `form:"n" check:"required"`
			} `form:"cells"`
		} `form:"rows"`
	}
	var form *forms.FormOf[page]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[page]) error {
		form = f
		f.Valid()
		return c.NoContent()
	})
	client.Do(formRequest(client, "rows-9-cells-4-n=x&rows-9-cells-2-n=2&rows-3-cells-0-n=3"))
	if got := fmt.Sprint(form.Data.Rows); got != "[{[{0} {2}]} {[{3}]}]" {
		t.Error(got)
	}
	e := form.Errors()
	if len(e) != 1 || e[0].Field != "rows-0-cells-0-n" || e[0].Pointer() != "/rows/0/cells/0/n" {
		t.Error(e)
	}
	if html := string(form.Field("rows").HTML()); !strings.Contains(html, `name="rows-0-cells-1-n" required type="number" value="2"`) || !strings.Contains(html, `name="rows-1-cells-0-n" required type="number" value="3"`) {
		t.Error(html)
	}
}

// TestWeeksAndColors: the fields that the recorded WTForms does not have yet.
func TestWeeksAndColors(t *testing.T) {
	s := schema(t, forms.Field{Name: "w", Type: "WeekField"}, forms.Field{Name: "c", Type: "ColorField", Checks: []forms.Check{mustCheck(t, "regexp", "^#[0-9a-f]{6}$")}})
	for _, row := range []struct{ sent, day string }{{"2026-W01", "2025-12-29"}, {"2026-W53", "2026-12-28"}, {"2025-W53", ""}, {"2026-W00", ""}, {"+026-W01", ""}, {"2026-W1", ""}} {
		f := s.Read(url.Values{"w": {row.sent}, "c": {"#00ff7f"}})
		day, _ := f.Field("w").Value().(time.Time)
		if f.Valid() != (row.day != "") || row.day != "" && day.Format(time.DateOnly) != row.day {
			t.Errorf("%s: %v %v", row.sent, day, f.Errors())
		}
	}
	f := s.Read(nil, forms.Options{From: map[string]any{"w": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "c": "#00ff7f"}})
	if got := f.Field("w").HTML() + f.Field("c").HTML(); got != `<input id="w" name="w" type="week" value="2026-W01"><input id="c" name="c" type="color" value="#00ff7f">` {
		t.Error(got)
	}
}

// TestListWithoutRows: the marker of a list says that all of its rows were removed; without it the model keeps its own.
func TestListWithoutRows(t *testing.T) {
	type form struct {
		Tags []string `form:"tags"`
		On   *bool    `form:"on"`
	}
	var got *forms.FormOf[form]
	client := app(t, "{{ form.tags }}", func(c *dewar.Context, f *forms.FormOf[form]) error {
		got = f
		return f.Render("page.html", nil)
	})
	if page := client.Get("/").Text; !strings.Contains(page, `<input name="_offered" type="hidden" value="tags"><ul id="tags">`) {
		t.Error(page)
	}
	for _, row := range []struct {
		sent url.Values
		want string
	}{
		{url.Values{"_offered": {"tags", "on"}}, "[] false"}, {url.Values{"x": {""}}, "[a] <nil>"}, {url.Values{"tags-0": {"b"}, "on": {"y"}}, "[b] true"},
	} {
		client.PostForm("/", row.sent)
		model := form{Tags: []string{"a"}}
		got.Populate(&model)
		on := "<nil>"
		if model.On != nil {
			on = fmt.Sprint(*model.On)
		}
		if text := fmt.Sprint(model.Tags, " ", on); text != row.want {
			t.Errorf("%v: %s, want %s", row.sent, text, row.want)
		}
	}
}

// TestPopulateIntoNarrowerNumbers: whether it may happen that a number does not fit is said of any number.
func TestPopulateIntoNarrowerNumbers(t *testing.T) {
	bounded := []forms.Check{forms.NumberRange{Min: 1, Max: 100}}
	for _, row := range []struct {
		name   string
		field  forms.Field
		model  any
		panics bool
	}{
		{"unbounded", forms.Field{Name: "n", Type: "IntegerField"}, &struct{ N int8 }{}, true},
		{"pointer", forms.Field{Name: "n", Type: "IntegerField"}, &struct{ N *int32 }{}, true},
		{"pointers", forms.Field{Name: "n", GoType: reflect.TypeFor[*int64]()}, &struct{ N *int32 }{}, true},
		{"bounded below alone", forms.Field{Name: "n", Type: "IntegerField", Checks: []forms.Check{forms.NumberRange{Min: 1}}}, &struct{ N int8 }{}, true},
		{"bounds that do not fit", forms.Field{Name: "n", Type: "IntegerField", Checks: []forms.Check{forms.NumberRange{Min: 0, Max: 128}}}, &struct{ N int8 }{}, true},
		{"bounded", forms.Field{Name: "n", Type: "IntegerField", Checks: bounded}, &struct{ N int8 }{}, false},
		{"as wide", forms.Field{Name: "n", Type: "IntegerField"}, &struct{ N int64 }{}, false},
		{"unsigned", forms.Field{Name: "n", GoType: reflect.TypeFor[uint64]()}, &struct{ N uint8 }{}, true},
		{"unsigned and bounded", forms.Field{Name: "n", GoType: reflect.TypeFor[uint64](), Checks: bounded}, &struct{ N uint8 }{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			defer func() {
				text, panicked := recover().(string)
				if panicked != row.panics || panicked && !strings.Contains(text, "bound it by number_range") {
					t.Errorf("%q, want a panic: %v", text, row.panics)
				}
			}()
			schema(t, row.field).Read(url.Values{"n": {"7"}}).Populate(row.model)
			if got := reflect.ValueOf(row.model).Elem().Field(0); !row.panics && wholeNumber(got) != 7 {
				t.Error(got)
			}
		})
	}
}

func wholeNumber(v reflect.Value) int64 {
	if v.CanUint() {
		return int64(v.Uint())
	}
	return v.Int()
}
