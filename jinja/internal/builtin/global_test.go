package builtin_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// makeGlobal calls a global.
func makeGlobal(t *testing.T, name string, args ...value.Value) value.Value {
	t.Helper()
	st := &state{}
	v, err := st.Call(builtin.Globals()[name], value.Args{Pos: args})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func callMethod(t *testing.T, v value.Value, name string) string {
	t.Helper()
	st := &state{}
	f, ok := value.GetAttr(v, name)
	if !ok {
		t.Fatalf("no attribute %s", name)
	}
	r, err := st.Call(f, value.Args{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := value.StrOf(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCycler(t *testing.T) {
	c := makeGlobal(t, "cycler", value.String("odd"), value.String("even"))
	got := ""
	for range 3 {
		got += callMethod(t, c, "next") + " "
	}
	current, _ := value.GetAttr(c, "current")
	s, _ := current.Str()
	got += s + " "
	if callMethod(t, c, "reset") != "None" {
		t.Error("reset returns something")
	}
	got += callMethod(t, c, "next")
	if want := "odd even odd even odd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJoiner(t *testing.T) {
	j := makeGlobal(t, "joiner", value.String("|"))
	got := ""
	for range 3 {
		v, err := (&state{}).Call(j, value.Args{})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := v.Str()
		got += "x" + s
	}
	if want := "xx|x|"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNamespace(t *testing.T) {
	n := makeGlobal(t, "namespace", dict(value.String("a"), value.Int(1)))
	if err := n.Any().(value.AttrSetter).SetAttr("b", value.String("x")); err != nil {
		t.Fatal(err)
	}
	if s, _ := value.ReprOf(n); s != "<Namespace {'a': 1, 'b': 'x'}>" {
		t.Errorf("got %s", s)
	}
	if _, ok := value.GetAttr(n, "c"); ok {
		t.Error("c is set")
	}
}

func TestLipsum(t *testing.T) {
	for range 50 {
		v := makeGlobal(t, "lipsum", value.Int(3), value.True, value.Int(5), value.Int(40))
		s, _ := v.Str()
		paragraphs := strings.Split(s, "\n")
		if !v.IsSafe() || len(paragraphs) != 3 {
			t.Fatalf("%d paragraphs, Markup %v", len(paragraphs), v.IsSafe())
		}
		for _, p := range paragraphs {
			text, ok1 := strings.CutPrefix(p, "<p>")
			text, ok2 := strings.CutSuffix(text, "</p>")
			words := strings.Fields(text)
			if !ok1 || !ok2 || len(words) < 5 || len(words) >= 40 || !strings.HasSuffix(text, ".") || text[0] < 'A' || text[0] > 'Z' {
				t.Fatalf("paragraph %q", p)
			}
			for i := 1; i < len(words); i++ {
				if strings.EqualFold(strings.Trim(words[i], ".,"), strings.Trim(words[i-1], ".,")) {
					t.Fatalf("%q twice in %q", words[i], p)
				}
			}
		}
	}
	v := makeGlobal(t, "lipsum", value.Int(2), value.False)
	if s, _ := v.Str(); v.IsSafe() || strings.Count(s, "\n\n") != 1 || strings.Contains(s, "<") {
		t.Errorf("plain text is %q", s)
	}
}

func TestTables(t *testing.T) {
	if n := len(builtin.Filters); n != 54 {
		t.Errorf("%d filters", n)
	}
	if n := len(builtin.Tests); n != 39 {
		t.Errorf("%d tests", n)
	}
	if n := len(builtin.Globals()); n != 6 {
		t.Errorf("%d globals", n)
	}
	for name := range builtin.Stream {
		if builtin.Filters[name] == nil {
			t.Errorf("%s streams and is no filter", name)
		}
	}
}

func TestGroups(t *testing.T) {
	st := &state{}
	list := value.NewList([]value.Value{
		dict(value.String("c"), value.String("b")), dict(value.String("c"), value.String("a")), dict(value.String("c"), value.String("B")),
	})
	v, err := builtin.Filters["groupby"](st, list, value.Args{Pos: []value.Value{value.String("c")}})
	if err != nil {
		t.Fatal(err)
	}
	groups, err := value.Collect(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 2 {
		t.Fatalf("%d groups", len(groups))
	}
	grouper, _ := value.GetAttr(groups[1], "grouper")
	members, _ := value.GetAttr(groups[1], "list")
	if s, _ := grouper.Str(); s != "b" {
		t.Errorf("grouper %q", s)
	}
	if n, _ := value.Len(members); n != 2 {
		t.Errorf("%d members", n)
	}
	pair, err := value.Collect(groups[0])
	if err != nil || len(pair) != 2 {
		t.Errorf("a group unpacks into %v, %v", pair, err)
	}
}

func TestPolicies(t *testing.T) {
	dumps := value.NewFunc("dumps", func(_ value.State, a value.Args) (value.Value, error) {
		s, err := value.ReprOf(a.Pos[0])
		indent, _ := a.Get("indent")
		n, _ := value.StrOf(indent)
		return value.String("<" + s + ">" + n), err
	})
	st := &state{policies: map[string]value.Value{
		"json.dumps_function": dumps,
		"truncate.leeway":     value.Int(0),
		"urlize.rel":          value.None,
		"urlize.target":       value.String("_top"),
		"newline_sequence":    value.String("\r\n"),
	}}
	for _, c := range []struct {
		filter, want string
		v            value.Value
		args         []value.Value
	}{
		{"tojson", `\u003c[1]\u003e2`, value.NewList([]value.Value{value.Int(1)}), []value.Value{value.Int(2)}},
		{"truncate", "aaa...", value.String("aaaaaaa"), []value.Value{value.Int(6), value.True}},
		{"wordwrap", "a\r\nb", value.String("a b"), []value.Value{value.Int(1)}},
	} {
		v, err := builtin.Filters[c.filter](st, c.v, value.Args{Pos: c.args})
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if s, _ := v.Str(); s != c.want {
			t.Errorf("%s: got %q, want %q", c.filter, s, c.want)
		}
	}
}
