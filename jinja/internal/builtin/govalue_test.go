package builtin_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

type city struct {
	Name string `json:"name"`
}

type user struct {
	Name      string    `json:"name"`
	Age       int       `json:"age"`
	CreatedAt time.Time `json:"created_at"`
	City      *city     `json:"city,omitempty"`
	Tags      []string  `json:"tags"`
}

type badge struct{ label string }

func (b badge) HTML() markup.HTML { return markup.HTML("<b>" + b.label + "</b>") }
func (b badge) String() string    { return "badge <" + b.label + ">" }

type money int

func (m money) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"%d.00 <EUR>"`, int(m)), nil }

// pages is an object that answers by number and has a length.
type pages int

func (p pages) Len() int { return int(p) }
func (p pages) Item(key value.Value) (value.Value, bool) {
	n, ok := key.Int64()
	return value.String(fmt.Sprint("page ", n)), ok && n >= 0 && n < int64(p)
}
func (p pages) TypeName() string { return "Pages" }

func TestGoValues(t *testing.T) {
	ada := &user{Name: "Ada", Age: 36, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), City: &city{"London"}, Tags: []string{"x"}}
	bob := &user{Name: "bob", Age: 20, City: &city{"london"}}
	cyd := &user{Name: "Cyd", Age: 50, City: &city{"Berlin"}}
	users := []*user{bob, ada, cyd}
	counter := iter.Seq[int](func(yield func(int) bool) {
		for i := 1; i <= 3 && yield(i); i++ {
		}
	})
	str := value.String
	kw := func(name string, v value.Value) []value.Kw { return []value.Kw{{Name: name, Value: v}} }
	for _, c := range []struct {
		name, filter string
		v            any
		a            value.Args
		want         string
	}{
		{"attribute by tag", "map", users, value.Args{Kw: kw("attribute", str("name"))}, "['bob', 'Ada', 'Cyd']"},
		{"attribute by Go name", "map", users, value.Args{Kw: kw("attribute", str("Age"))}, "[20, 36, 50]"},
		{"dotted attribute", "map", users, value.Args{Kw: kw("attribute", str("city.name"))}, "['london', 'London', 'Berlin']"},
		{"sort", "sort", []string{"b", "A", "c"}, value.Args{}, "['A', 'b', 'c']"},
		{"sum", "sum", users, value.Args{Pos: []value.Value{str("age")}}, "106"},
		{"join", "join", []string{"a", "b"}, value.Args{Pos: []value.Value{str("-")}}, "'a-b'"},
		{"join of a sequence", "join", counter, value.Args{Pos: []value.Value{str("-")}}, "'1-2-3'"},
		{"list of a sequence", "list", counter, value.Args{}, "[1, 2, 3]"},
		{"first of a map", "first", map[string]int{"b": 1, "a": 2}, value.Args{}, "'a'"},
		{"dictsort of a map", "dictsort", map[string]int{"b": 1, "A": 2}, value.Args{}, "[('A', 2), ('b', 1)]"},
		{"items of a map", "items", map[int]string{2: "x", 1: "y"}, value.Args{}, "[(1, 'y'), (2, 'x')]"},
		{"length of a map", "length", map[string]int{"b": 1}, value.Args{}, "1"},
		{"reverse of a slice", "reverse", []int{1, 2, 3}, value.Args{}, "[3, 2, 1]"},
		{"last of an object", "last", pages(3), value.Args{}, "'page 2'"},
		{"reverse of an object", "reverse", pages(2), value.Args{}, "['page 1', 'page 0']"},
		{"escape of HTML", "escape", badge{"x"}, value.Args{}, "Markup('<b>x</b>')"},
		{"forceescape of HTML", "forceescape", badge{"x"}, value.Args{}, "Markup('&lt;b&gt;x&lt;/b&gt;')"},
		{"striptags of HTML", "striptags", badge{"x"}, value.Args{}, "'x'"},
		{"string of HTML", "string", badge{"x"}, value.Args{}, "'badge <x>'"},
		{"tojson of a map", "tojson", map[string]any{"b": []int{1}, "a": nil}, value.Args{}, `Markup('{"a": null, "b": [1]}')`},
		{"tojson of a struct", "tojson", ada, value.Args{}, `Markup('{"age": 36, "city": {"name": "London"}, "created_at": "2026-01-02T03:04:05Z", "name": "Ada", "tags": ["x"]}')`},
		{"tojson of a marshaler", "tojson", []money{5}, value.Args{}, `Markup('["5.00 \\u003cEUR\\u003e"]')`},
		{"tojson of raw JSON", "tojson", json.RawMessage(`{"z":1.50,"a":[]}`), value.Args{}, `Markup('{"a": [], "z": 1.5}')`},
		{"urlencode of a map", "urlencode", map[string]string{"q": "a b", "p": "ü"}, value.Args{}, "'p=%C3%BC&q=a+b'"},
		{"xmlattr of a map", "xmlattr", map[string]any{"id": 5, "title": `"`}, value.Args{}, `' id="5" title="&#34;"'`},
		{"default of nil", "default", (*user)(nil), value.Args{Pos: []value.Value{str("D"), value.True}}, "'D'"},
		{"upper of an error", "upper", errors.New("boom"), value.Args{}, "'BOOM'"},
		{"round of a float32", "round", float32(2.5), value.Args{}, "2.0"},
		{"filesizeformat of a uint64", "filesizeformat", uint64(1 << 40), value.Args{Pos: []value.Value{value.True}}, "'1.0 TiB'"},
		{"batch of an array", "batch", [3]int{1, 2, 3}, value.Args{Pos: []value.Value{value.Int(2)}}, "[[1, 2], [3]]"},
		{"unique of strings", "unique", []string{"a", "A", "b"}, value.Args{}, "['a', 'b']"},
		{"max by attribute", "map", []any{users[1]}, value.Args{Pos: []value.Value{str("attr"), str("Name")}}, "['Ada']"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := builtin.Filters[c.filter](&state{}, value.Of(c.v), c.a)
			if err == nil && v.Kind() == value.KindIterator {
				var list []value.Value
				list, err = value.Collect(v)
				v = value.NewList(list)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := value.ReprOf(v); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	v, err := builtin.Filters["groupby"](&state{}, value.Of(users), value.Args{Pos: []value.Value{str("city.name")}})
	if err != nil {
		t.Fatal(err)
	}
	groups, _ := value.Collect(v)
	got := ""
	for _, g := range groups {
		grouper, _ := value.GetAttr(g, "grouper")
		list, _ := value.GetAttr(g, "list")
		s, _ := grouper.Str()
		n, _ := value.Len(list)
		got += fmt.Sprint(s, " ", n, ";")
	}
	if want := "Berlin 1;london 2;"; got != want {
		t.Errorf("groupby: got %q, want %q", got, want)
	}
}

func TestTestsOfGoValues(t *testing.T) {
	for _, c := range []struct {
		test string
		v    any
		want bool
	}{
		{"mapping", map[string]int{}, true},
		{"mapping", []int{}, false},
		{"sequence", []int{}, true},
		{"sequence", pages(2), true},
		{"sequence", user{}, false},
		{"iterable", map[string]int{}, true},
		{"iterable", user{}, false},
		{"string", "x", true},
		{"string", markup.HTML("x"), true},
		{"escaped", markup.HTML("x"), true},
		{"escaped", badge{}, true},
		{"escaped", "x", false},
		{"number", 1.5, true},
		{"number", uint8(3), true},
		{"integer", int32(3), true},
		{"boolean", true, true},
		{"none", nil, true},
		{"none", (*user)(nil), true},
		{"callable", func() {}, true},
		{"callable", 5, false},
		{"defined", user{}, true},
	} {
		got, err := builtin.Tests[c.test](&state{}, value.Of(c.v), value.Args{})
		if err != nil || got != c.want {
			t.Errorf("%T is %s: %v, %v", c.v, c.test, got, err)
		}
	}
}
