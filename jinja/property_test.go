package jinja_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

type role string

// Label has a value receiver and a type that is no struct.
func (r role) Label() string { return "role " + string(r) }

type person struct {
	ID    int64 `bun:",pk,autoincrement"`
	Name  string
	Roles []role
	calls int
}

func (p *person) IsAdmin() bool               { return p.Name == "root" }
func (p *person) Calls() int                  { p.calls++; return p.calls }
func (p person) Upper() string                { return strings.ToUpper(p.Name) }
func (p *person) Friends() ([]*person, error) { return p.friends(p.Name) }
func (p *person) Posts(ctx context.Context) []string {
	return []string{fmt.Sprint(ctx.Value(ctxKey{}))}
}
func (p *person) Self() *person                     { return p }
func (p *person) Can(what string) bool              { return what == "read" }
func (p *person) Save() error                       { return errors.New("saved by a template") }
func (p *person) Touch()                            { panic("touched by a template") }
func (p *person) Viewer(d *data) string             { return d.viewer }
func (p *person) Total(st jinja.State) (int, error) { return 2, nil }
func (p *person) friends(name string) ([]*person, error) {
	if name == "broken" {
		return nil, errors.New("no friends table")
	}
	return []*person{{ID: 2, Name: "ada"}}, nil
}

type (
	ctxKey struct{}
	data   struct {
		context.Context
		viewer string
	}
	page struct{ Number int }
)

func (p page) Pages() int              { return p.Number * 2 }
func (p page) Broken() (string, error) { return "", errors.New("no pages") }

// TestProperties: a Go method without arguments reads as its result wherever it
// is not called, and called with () it is the same.
func TestProperties(t *testing.T) {
	vars := func() map[string]any {
		return map[string]any{"u": &person{ID: 1, Name: "eve", Roles: []role{"a"}}, "root": &person{ID: 3, Name: "root"}, "v": person{ID: 1, Name: "val"},
			"us": []*person{{Name: "eve"}, {Name: "root"}}, "broken": &person{Name: "broken"}, "p": page{3}, "r": role("x"), "n": "upper"}
	}
	rows := []struct{ source, want string }{
		{`{% if u.is_admin %}x{% endif %}`, ""},
		{`{% if not u.is_admin and root.is_admin %}x{% endif %}`, "x"},
		{`{% if u.is_admin() %}x{% endif %}{% if root.is_admin() %}y{% endif %}`, "y"},
		{`{{ "x" if u.is_admin else "y" }}`, "y"},
		{`{{ u.is_admin }} {{ u.IsAdmin }} {{ u.IsAdmin() }}`, "False False False"},
		{`{{ p.pages }} {{ p.pages() }} {{ p.pages + 1 }} {{ p.pages > 5 }} {{ 6 == p.pages }}`, "6 6 7 True True"},
		{`{{ u.upper|lower }} {{ v.upper }} {{ u.upper[0] }} {{ u.upper.lower() }}`, "eve VAL E eve"},
		{`{% for f in u.friends %}{{ f.name }}{% endfor %} {{ u.friends|length }} {{ u.friends[0].upper }} {{ u.friends|map(attribute="upper")|join }}`, "ada 1 ADA ADA"},
		{`{% for x in us if x.is_admin %}{{ x.name }}{% endfor %} {{ us|selectattr("is_admin")|map(attribute="name")|list }} {{ us|rejectattr("is_admin")|list|length }}`, "root ['root'] 1"},
		{`{{ us|sort(attribute="upper", reverse=true)|map(attribute="name")|join(",") }} {{ us|groupby("is_admin")|length }} `, "root,eve 2 "},
		{`{{ u.self.self.upper }} {{ u.self().self().upper() }}`, "EVE EVE"},
		{`{{ u["is_admin"] }} {{ u["is_admin"]() }} {{ u|attr("upper") }} {{ u[n] }}`, "False False EVE EVE"},
		{`{% set x = u.is_admin %}{{ x }} {% with y = u.upper %}{{ y }}{% endwith %}`, "False EVE"},
		{`{% macro m(x) %}{{ x }}{% endmacro %}{{ m(u.upper) }} {{ [u.upper, u.is_admin] }} {{ {"a": u.upper}.a }} {{ u.upper ~ "!" }}`, "EVE ['EVE', False] EVE EVE!"},
		{`{{ "{0.upper}".format(u) }} {{ "%s"|format(u.upper) }}`, "EVE EVE"},
		{`{{ u.posts[0] }} {{ u.posts()[0] }} {{ u.total }} {{ u.viewer }} {{ u.viewer() }}`, "from ctx from ctx 2 me me"},
		{`{{ u.can("read") }} {{ u.can("write") }} {{ u.can is callable }} {{ u.save is callable }} {{ u.touch is callable }}`, "True False True True True"},
		{`{{ r.label }} {{ r.label() }} {{ u.roles[0].label }}`, "role x role x role a"},
		{`{% if u.is_admin is defined %}d{% endif %} {{ u.upper|default("x") }} {{ u.is_admin is true }} {{ u.nothing|default("x") }}`, "d EVE False x"},
		{`{{ u.calls }} {{ u.calls }}{% if u.calls %} {{ u.calls() }}{% endif %}`, "1 2 4"},
		{`<a title="{{ u.upper }}">{{ u.upper }}</a><script>var x = {{ u.upper|tojson }};</script>`, `<a title="EVE">EVE</a><script>var x = "EVE";</script>`},
		{`{% macro m2() %}{{ caller(1) }}{% endmacro %}{% filter lower %}{{ u.upper }}{% endfilter %} {% call(x) m2() %}{{ u.upper }}{% endcall %}`, "eve EVE"},
	}
	for _, row := range rows {
		for _, sandboxed := range []bool{false, true} {
			env := newEnv(t, jinja.Options{Sandboxed: sandboxed})
			tmpl, err := env.FromString(row.source)
			if err != nil {
				t.Fatal(row.source, err)
			}
			ctx := context.WithValue(context.Background(), ctxKey{}, "from ctx")
			d := &data{ctx, "me"}
			run := jinja.Run{Vars: vars(), Data: d, Ctx: ctx}
			got, err := tmpl.Append(nil, run)
			if err != nil || string(got) != row.want {
				t.Errorf("%s (sandbox: %t): got %q, %v, want %q", row.source, sandboxed, got, err, row.want)
			}
		}
	}
}

// TestPropertyErrors: the error of a method fails the render at its place.
func TestPropertyErrors(t *testing.T) {
	env := newEnv(t, jinja.Options{})
	for _, source := range []string{
		"\n{{ u.friends }}", "\n{% if u.friends %}x{% endif %}", "\n{% for f in u.friends %}{% endfor %}", "\n{{ u.friends[0].name }}", "\n{{ u.friends() }}", "\n{{ [u]|map(attribute='friends')|list }}", "\n{{ u|attr('friends') }}",
	} {
		tmpl, err := env.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tmpl.Append(nil, jinja.Run{Vars: map[string]any{"u": &person{Name: "broken"}}})
		var at *jinja.Error
		if !errors.As(err, &at) || at.Line != 2 || !strings.Contains(err.Error(), "no friends table") {
			t.Errorf("%s: got %v", source, err)
		}
	}
}

// TestPropertiesOfVars: the methods of a struct that a template is rendered with.
func TestPropertiesOfVars(t *testing.T) {
	env := newEnv(t, jinja.Options{})
	for source, want := range map[string]string{
		"{{ pages }}": "6", "{{ pages() }}": "6", "{% if pages > 5 %}x{% endif %}": "x", "{{ Number }}": "3", "{% for i in [1] %}{{ pages }}{% endfor %}": "6", "{{ broken }}": "error",
	} {
		tmpl, err := env.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tmpl.Append(nil, jinja.Run{Vars: page{3}})
		if err != nil {
			got = []byte("error")
		}
		if string(got) != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

type (
	money struct{ cents int }
	row   struct {
		A, B int `bun:",pk"`
		Text string
	}
	plain struct{ ID int }
)

func (m *money) Equal(o *money) bool { return m.cents%100 == o.cents%100 }

// TestEqualRows: two pointers to one row are equal, by a method Equal or by the
// primary key.
func TestEqualRows(t *testing.T) {
	vars := map[string]any{
		"u": &person{ID: 1, Name: "a"}, "same": &person{ID: 1, Name: "b"}, "value": person{ID: 1}, "other": &person{ID: 2}, "new": &person{}, "new2": &person{},
		"m": &money{1}, "m2": &money{101}, "m3": &money{2}, "r": row{1, 2, "x"}, "r2": &row{1, 2, "y"}, "r3": row{1, 3, "x"}, "p": &plain{1}, "p2": &plain{1}, "nobody": (*person)(nil),
	}
	env := newEnv(t, jinja.Options{})
	for source, want := range map[string]string{
		"u == same": "True", "u != same": "False", "u == value": "True", "u == other": "False", "u != other": "True", "u == u": "True", "new == new2": "False", "new == new": "True",
		"u in [other, same]": "True", "u in [other]": "False", "m == m2": "True", "m == m3": "False", "m == u": "False", "r == r2": "True", "r == r3": "False", "p == p2": "False",
		"[u] == [same]": "True", "{'x': u} == {'x': same}": "True", "u == none": "False", "u == nobody": "False", "u is eq same": "True", "[u, same, other]|unique|list|length": "2",
		"[m, m2, m3]|unique|list|length": "2", "u is sameas same": "False", "[other, u]|select('eq', same)|list|length": "1", "{u: 1}[same]": "1",
	} {
		tmpl, err := env.FromString("{{ " + source + " }}")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tmpl.Append(nil, jinja.Run{Vars: vars}); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", source, got, err)
		}
	}
}

// TestFieldsAllocateNothing: the fields of structs cost what they did.
func TestFieldsAllocateNothing(t *testing.T) {
	tmpl, err := newEnv(t, jinja.Options{}).FromString(`{{ u.Name }}{% if u.ID == 1 %}x{% endif %}{% for r in u.roles %}{{ r }}{% endfor %}`)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"u": &person{ID: 1, Name: "eve", Roles: []role{"a"}}}
	buf := make([]byte, 0, 1000)
	// Pooled states may be dropped, and are made anew then: by a collection, or
	// at random under the race detector. The best of several runs counts.
	if n := fewestAllocs(func() {
		if buf, err = tmpl.Append(buf[:0], jinja.Run{Vars: vars}); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// fewestAllocs is the smallest number of allocations of twenty runs of f.
func fewestAllocs(f func()) float64 {
	fewest := testing.AllocsPerRun(1, f)
	for range 20 {
		fewest = min(fewest, testing.AllocsPerRun(1, f))
	}
	return fewest
}

// TestCheckKnowsProperties: the check takes a method without arguments for its
// result, and names comparisons that are true for one pointer alone.
func TestCheckKnowsProperties(t *testing.T) {
	for source, want := range map[string]string{
		"{{ u.self.upper }}{{ u.self().upper() }}{% for f in u.friends %}{{ f.name }}{% endfor %}": "",
		"{{ u.self.nothing }}": "undefined-attribute", "{% for f in u.friends %}{{ f.nothing }}{% endfor %}": "undefined-attribute", "{{ u.friends()[0].nothing }}": "undefined-attribute",
		"{{ u == u.self }}": "", "{{ p == p2 }}": "pointer-comparison", "{{ p.id == p2.id }}": "", "{{ m != m }}": "",
	} {
		env := newEnv(t, jinja.Options{Loader: jinja.Map{"a": source}})
		found, err := env.Check(jinja.CheckOptions{Vars: map[string]any{"a": map[string]any{"u": &person{}, "p": &plain{}, "p2": &plain{}, "m": &money{}}}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Rule
		}
		if got != want || len(found) > 1 {
			t.Errorf("%s: got %v, want %q", source, found, want)
		}
	}
}
