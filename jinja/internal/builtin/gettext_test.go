package builtin_test

import (
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func TestGettext(t *testing.T) {
	german := builtin.Translations{
		Gettext: func(_ value.State, m string) (string, error) {
			if m == "<b>%(name)s</b>" {
				return "<i>%(name)s</i>", nil
			}
			return m, nil
		},
		Ngettext: func(_ value.State, s, p string, n value.Value) (string, error) {
			if value.Equal(n, value.Int(1)) {
				return "ein Ding", nil
			}
			return "%(num)s Dinge", nil
		},
	}
	str := func(list ...string) (out []value.Value) {
		for _, s := range list {
			out = append(out, value.String(s))
		}
		return out
	}
	kw := func(name, v string) []value.Kw { return []value.Kw{{Name: name, Value: value.String(v)}} }
	for _, c := range []struct {
		name     string
		t        builtin.Translations
		newStyle bool
		auto     bool
		f        string
		a        value.Args
		want     string // as repr
	}{
		{"old", german, false, true, "gettext", value.Args{Pos: str("<b>%(name)s</b>")}, "'<i>%(name)s</i>'"},
		{"old plural", german, false, true, "ngettext", value.Args{Pos: append(str("a", "b"), value.Int(3))}, "'%(num)s Dinge'"},
		{"new", german, true, false, "gettext", value.Args{Pos: str("<b>%(name)s</b>"), Kw: kw("name", "<x>")}, "'<i><x></i>'"},
		{"new escapes", german, true, true, "gettext", value.Args{Pos: str("<b>%(name)s</b>"), Kw: kw("name", "<x>")}, "Markup('<i>&lt;x&gt;</i>')"},
		{"new plural", german, true, false, "ngettext", value.Args{Pos: append(str("a", "b"), value.Int(3))}, "'3 Dinge'"},
		{"new plural with num", german, true, false, "ngettext", value.Args{Pos: append(str("a", "b"), value.Int(3)), Kw: kw("num", "drei")}, "'drei Dinge'"},
		{"null", builtin.Translations{}, false, false, "gettext", value.Args{Pos: str("a")}, "'a'"},
		{"null singular", builtin.Translations{}, false, false, "ngettext", value.Args{Pos: append(str("a", "b"), value.Int(1))}, "'a'"},
		{"null plural", builtin.Translations{}, false, false, "ngettext", value.Args{Pos: append(str("a", "b"), value.Int(0))}, "'b'"},
		{"null context", builtin.Translations{}, true, false, "pgettext", value.Args{Pos: str("menu", "%(context)s open")}, "'menu open'"},
		{"null context plural", builtin.Translations{}, true, true, "npgettext", value.Args{Pos: append(str("menu", "a", "%(num)d%(context)s<"), value.Int(2))}, "Markup('2menu<')"},
		{"alias", builtin.Translations{}, true, false, "_", value.Args{Pos: str("100%%")}, "'100%'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			globals := builtin.Gettext(c.t, c.newStyle)
			st := &state{autoescape: c.auto, names: globals}
			v, err := st.Call(globals[c.f], c.a)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := value.ReprOf(v); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
