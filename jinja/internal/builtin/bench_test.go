package builtin_test

import (
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// BenchmarkStream prints through the filters that append.
func BenchmarkStream(b *testing.B) {
	text := value.String("The quick brown fox jumps over the lazy dog & the cat")
	list := make([]value.Value, 20)
	for i := range list {
		list[i] = value.String("item")
	}
	for _, c := range []struct {
		name string
		v    value.Value
		a    value.Args
	}{
		{"upper", text, value.Args{}},
		{"title", text, value.Args{}},
		{"truncate", text, value.Args{Pos: []value.Value{value.Int(20)}}},
		{"default", text, value.Args{Pos: []value.Value{value.String("")}}},
		{"join", value.NewList(list), value.Args{Pos: []value.Value{value.String(", ")}}},
		{"length", value.NewList(list), value.Args{}},
		{"tojson", value.NewList(list), value.Args{}},
		{"urlencode", text, value.Args{}},
		{"replace", text, value.Args{Pos: []value.Value{value.String("fox"), value.String("cat")}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			st := &state{autoescape: true}
			f := builtin.Stream[c.name]
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = f(st, buf[:0], c.v, c.a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFilters calls filters that work on lists.
func BenchmarkFilters(b *testing.B) {
	list := make([]value.Value, 100)
	for i := range list {
		list[i] = dict(value.String("name"), value.String(string(rune('a'+i%26))+"x"), value.String("age"), value.Int(int64(i*7%50)))
	}
	name := value.String("name")
	for _, c := range []struct {
		name string
		a    value.Args
	}{
		{"map", value.Args{Kw: []value.Kw{{Name: "attribute", Value: name}}}},
		{"selectattr", value.Args{Pos: []value.Value{value.String("age"), value.String("gt"), value.Int(20)}}},
		{"sort", value.Args{Kw: []value.Kw{{Name: "attribute", Value: name}}}},
		{"groupby", value.Args{Pos: []value.Value{name}}},
		{"sum", value.Args{Pos: []value.Value{value.String("age")}}},
		{"max", value.Args{Kw: []value.Kw{{Name: "attribute", Value: value.String("age")}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			st := &state{}
			v := value.NewList(list)
			b.ReportAllocs()
			for b.Loop() {
				r, err := builtin.Filters[c.name](st, v, c.a)
				if err == nil && r.Kind() == value.KindIterator {
					_, err = value.Collect(r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
