package forms_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

type tree struct {
	Name string `form:"name" filter:"strip"`
	Mail string `form:"mail" check:"optional, email"`
	Site string `form:"site" check:"optional, url"`
	N    int    `form:"n" check:"optional"`
	Rows []struct {
		Name string `form:"name"`
		Sub  []struct {
			Name string `form:"name"`
		} `form:"sub" entries:"0..5"`
	} `form:"rows" entries:"0..20"`
}

// TestHostileForms: what no browser sends is refused, or changes nothing but the fields that the struct names, whose
// number is bounded.
func TestHostileForms(t *testing.T) {
	var form *forms.FormOf[tree]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[tree]) error {
		form = f
		if f.Valid() {
			return c.NoContent()
		}
		return f.Err()
	})
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, row := range []struct {
		name, body string
		status     int
	}{
		{"100,000 fields", many(100_000, "f%d&"), 413},
		{"999 entries", many(999, "rows-%d-name=x&"), 204},
		{"entries of entries", many(900, "rows-1-sub-%d-name=x&"), 204},
		{"a far index", "rows-999999999-name=a&rows-99999999999999999999-name=b&rows--1-name=c", 204},
		{"brackets", "rows[999999999]=x&rows[0][name]=x&n[]=1", 204},
		{"deep nesting", strings.Repeat("rows-0-", 5000) + "name=x&" + strings.Repeat("a[", 5000) + "=x", 204},
		{"duplicate names", strings.Repeat("name=a&", 999), 204},
		{"invalid UTF-8", "name=%ff%fe", 204},
		{"NUL", "name=a%00b", 400},
		{"a long address", "mail=" + strings.Repeat("a", 1_000_000), 422},
		{"a long URL", "site=http://" + strings.Repeat("a.", 500_000), 422},
		{"a long number", "n=" + strings.Repeat("1", 1_000_000), 422},
		{"many markers", strings.Repeat("_offered=x&", 999), 204},
	} {
		t.Run(row.name, func(t *testing.T) {
			form = nil
			r := client.Do(formRequest(client, row.body))
			if r.Status != row.status {
				t.Errorf("%d, want %d: %.200s", r.Status, row.status, r.Text)
			}
			if form == nil {
				return
			}
			if len(form.Data.Rows) > 20 || !utf8.ValidString(form.Data.Name) {
				t.Errorf("%d rows, name %.20q", len(form.Data.Rows), form.Data.Name)
			}
			for _, r := range form.Data.Rows {
				if len(r.Sub) > 5 {
					t.Errorf("%d entries in an entry", len(r.Sub))
				}
			}
		})
	}
}

// TestHostileJSON: a JSON object has no more values than a form may have fields, however its lists are nested. What it
// has beyond the form's fields does not count.
func TestHostileJSON(t *testing.T) {
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[tree]) error {
		if !f.Valid() {
			return f.Err()
		}
		return c.NoContent()
	})
	rows := func(n, sub int) string {
		row := `{"sub":[` + strings.TrimSuffix(strings.Repeat("{},", sub), ",") + `]}`
		return `{"rows":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `]}`
	}
	for _, row := range []struct {
		name, body string
		status     int
	}{
		{"a few", rows(5, 2), 204},
		{"more than a list takes", rows(1, 10_000), 204},
		{"other members", `{"other":[` + strings.Repeat("{},", 100_000) + `{}]}`, 204},
		{"the same member many times", `{` + strings.Repeat(`"n":1,`, 50_000) + `"n":1}`, 204},
		{"too deep", strings.Repeat(`{"rows":[`, 20_000) + strings.Repeat(`]}`, 20_000), 400},
		{"a number for a list", `{"rows":1}`, 422},
		{"a huge exponent", `{"n":1e999999999}`, 422},
		{"a long text", `{"mail":"` + strings.Repeat("a", 1_000_000) + `"}`, 422},
	} {
		r := client.NewRequest("POST", "/", strings.NewReader(row.body))
		r.Header.Set("Content-Type", "application/json")
		if resp := client.Do(r); resp.Status != row.status {
			t.Errorf("%s: %d, want %d: %.200s", row.name, resp.Status, row.status, resp.Text)
		}
	}
	lists := app(t, "", func(c *dewar.Context, f *forms.FormOf[struct {
		Rows []struct {
			Names []string `form:"names" entries:"0..1000"`
		} `form:"rows" entries:"0..1000"`
	}]) error {
		f.Valid()
		return c.NoContent()
	})
	for n, status := range map[int]int{20: 204, 40: 413} {
		row := `{"names":[` + strings.TrimSuffix(strings.Repeat(`"",`, 40), ",") + `]}`
		r := lists.NewRequest("POST", "/", strings.NewReader(`{"rows":[`+strings.TrimSuffix(strings.Repeat(row+",", n), ",")+`]}`))
		r.Header.Set("Content-Type", "application/json")
		if resp := lists.Do(r); resp.Status != status {
			t.Errorf("%d lists of 40: %d, want %d: %.200s", n, resp.Status, status, resp.Text)
		}
	}
}

type owner struct {
	Name string `form:"name"`
	Role string
}

type document struct {
	Title string  `form:"title"`
	Owner owner   `form:"owner"`
	Parts []owner `form:"parts"`
	State string
	owner
}

// TestMassAssignment: nothing is set that the struct does not name with a tag, in a nested struct and in the entries of
// a list as well.
func TestMassAssignment(t *testing.T) {
	var form *forms.FormOf[document]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[document]) error {
		form = f
		f.Valid()
		return c.NoContent()
	}, forms.Options{From: document{State: "draft", Owner: owner{Role: "user"}}})
	sent := url.Values{}
	for _, name := range []string{"State", "state", "Role", "role", "owner-Role", "owner-role", "Owner-Role", "Owner.Role", "owner[role]", "parts-0-Role", "parts-0-role", "_offered"} {
		sent.Set(name, "evil")
	}
	sent.Set("title", "t")
	sent.Set("owner-name", "n")
	sent.Set("parts-0-name", "p")
	client.PostForm("/", sent)
	if got := fmt.Sprintf("%+v", form.Data); strings.Contains(got, "evil") || form.Data.Title != "t" || form.Data.Owner.Name != "n" || form.Data.Parts[0].Name != "p" {
		t.Error(got)
	}
	model := document{State: "draft", Owner: owner{"o", "user"}, Parts: []owner{{"q", "user"}}}
	form.Populate(&model)
	if got := fmt.Sprintf("%+v", model); strings.Contains(got, "evil") || model.Owner != (owner{"n", "user"}) || model.Parts[0] != (owner{"p", "user"}) || model.State != "draft" {
		t.Error(got)
	}
}

// FuzzBind: whatever is sent, reading, checking and showing a form ends without a panic, and what is shown is escaped.
func FuzzBind(f *testing.F) {
	for _, seed := range []string{"name=a&mail=b&rows-0-name=c", "rows-1-sub-2-name=x", "n=1e5&n=2", "_offered=name&name=%3Cscript%3E", "a=%00", "site=http://[::1]/", "born=2026-2-30&price=-1e-9"} {
		f.Add(seed)
	}
	schema, err := forms.SchemaOf[tree]()
	if err != nil {
		f.Fatal(err)
	}
	every, err := forms.SchemaOf[every]()
	if err != nil {
		f.Fatal(err)
	}
	others, err := forms.NewSchema(forms.Field{Name: "born", Type: "DateField"}, forms.Field{Name: "price", Type: "DecimalField", Checks: []forms.Check{forms.NumberRange{Min: "0.5"}}},
		forms.Field{Name: "name", Type: "IntegerField"}, forms.Field{Name: "n", Type: "WeekField"}, forms.Field{Name: "mail", Type: "FloatField"}, forms.Field{Name: "site", Type: "TimeField"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for _, s := range []*forms.Schema{schema, every, others} {
			form := s.Read(values)
			if form.Valid() != (len(form.Errors()) == 0) {
				t.Error("Valid and Errors differ")
			}
			for _, b := range form.Fields() {
				if html := string(b.HTML()); strings.Contains(html, "<script") {
					t.Errorf("%s", html)
				}
			}
		}
	})
}

// FuzzTags: no text of a tag makes the reading of tags panic, and a check that is read has a name.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{"required, length(3, 25)", "regexp('^a$', message='x')", "any_of(a,b", "number_range(min=1e9)", "file_allowed(png)", "image(1,1)", "length(", "'", "optional(strip_whitespace=false),"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checks, err := forms.ParseChecks(text)
		if err == nil && strings.TrimSpace(text) != "" && len(checks) == 0 {
			t.Errorf("%q holds no check", text)
		}
	})
}
