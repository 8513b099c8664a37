package builtin_test

import (
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A generator is used after the call that made it, when the memory of the
// call's arguments serves other calls.
func TestGeneratorsKeepTheirArguments(t *testing.T) {
	str := value.String
	list := value.NewList([]value.Value{value.Int(1), value.Int(2), value.Int(3)})
	dicts := value.NewList([]value.Value{dict(str("a"), value.Int(1)), dict(str("a"), value.Int(2))})
	for _, c := range []struct {
		filter, want string
		v            value.Value
		pos          []value.Value
		kw           []value.Kw
	}{
		{"map", "['1', '2', '3']", list, []value.Value{str("string")}, nil},
		{"map", "[1, 2]", dicts, nil, []value.Kw{{Name: "attribute", Value: str("a")}}},
		{"map", "['x', 'x']", dicts, nil, []value.Kw{{Name: "attribute", Value: str("b")}, {Name: "default", Value: str("x")}}},
		{"select", "[3]", list, []value.Value{str("gt"), value.Int(2)}, nil},
		{"reject", "[1, 2]", list, []value.Value{str("gt"), value.Int(2)}, nil},
		{"selectattr", "[{'a': 2}]", dicts, []value.Value{str("a"), str("gt"), value.Int(1)}, nil},
		{"rejectattr", "[{'a': 1}]", dicts, []value.Value{str("a"), str("gt"), value.Int(1)}, nil},
		{"batch", "[[1, 2], [3, 'x']]", list, []value.Value{value.Int(2), str("x")}, nil},
		{"slice", "[[1, 2], [3, 'x']]", list, []value.Value{value.Int(2), str("x")}, nil},
		{"unique", "[{'a': 1}, {'a': 2}]", dicts, []value.Value{value.True, str("a")}, nil},
	} {
		v, err := builtin.Filters[c.filter](&state{}, c.v, value.Args{Pos: c.pos, Kw: c.kw})
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.pos {
			c.pos[i] = str("overwritten")
		}
		for i := range c.kw {
			c.kw[i] = value.Kw{Name: "overwritten", Value: str("overwritten")}
		}
		items, err := value.Collect(v)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if got, _ := value.ReprOf(value.NewList(items)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.filter, got, c.want)
		}
	}
	c := makeGlobalFrom(t, "cycler", []value.Value{str("a"), str("b")})
	if got := callMethod(t, c, "next"); got != "a" {
		t.Errorf("cycler: got %q", got)
	}
}

// makeGlobalFrom calls a global and overwrites its arguments.
func makeGlobalFrom(t *testing.T, name string, args []value.Value) value.Value {
	t.Helper()
	v := makeGlobal(t, name, args...)
	for i := range args {
		args[i] = value.String("overwritten")
	}
	return v
}
