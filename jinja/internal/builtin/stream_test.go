package builtin_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// TestStreamLikeFilters prints every golden call of a filter with a streaming
// form both ways.
func TestStreamLikeFilters(t *testing.T) {
	n := 0
	failed := 0
	readGoldens(t, goldenFile(), func(g *golden) {
		stream := builtin.Stream[g.Name]
		if g.Kind != "filter" || stream == nil {
			return
		}
		n++
		st, v, a := g.call(t)
		var want string
		r, wantErr := builtin.Filters[g.Name](st, v, a)
		if wantErr == nil {
			appendOne := value.AppendStr
			if g.Auto {
				appendOne = value.AppendEscaped
			}
			var b []byte
			b, wantErr = appendOne(nil, r)
			want = string(b)
		}
		st, v, a = g.call(t)
		got, err := stream(st, []byte("<p>"), v, a)
		if strings.Contains(want, " at 0x") || strings.Contains(want, "AT 0X") || strings.Contains(want, "At 0x") {
			return
		}
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() || err == nil && string(got) != "<p>"+want {
			if failed++; failed < 20 {
				t.Errorf("%s\n\tgot  %q, %v\n\twant %q, %v", g, got, err, want, wantErr)
			}
		}
	})
	if n < 1000 {
		t.Errorf("only %d calls", n)
	}
}

func TestStreamAllocations(t *testing.T) {
	st := &state{autoescape: true}
	buf := make([]byte, 0, 4096)
	text := value.String("The quick brown fox jumps over the lazy dog")
	list := value.NewList([]value.Value{value.Int(1), value.String("a & b"), value.Float(2.5)})
	comma := value.Args{Pos: []value.Value{value.String(", ")}}
	short := value.Args{Pos: []value.Value{value.Int(20)}}
	words := value.Args{Pos: []value.Value{value.String("fox"), value.String("cat")}}
	for _, c := range []struct {
		name string
		v    value.Value
		a    value.Args
	}{
		{"upper", text, value.Args{}},
		{"lower", text, value.Args{}},
		{"title", text, value.Args{}},
		{"capitalize", text, value.Args{}},
		{"trim", text, value.Args{}},
		{"truncate", text, short},
		{"replace", text, words},
		{"join", list, comma},
		{"length", list, value.Args{}},
		{"default", text, value.Args{}},
		{"int", value.Float(2.5), value.Args{}},
		{"e", text, value.Args{}},
		{"safe", text, value.Args{}},
		{"string", text, value.Args{}},
		{"urlencode", text, value.Args{}},
		{"tojson", text, value.Args{}},
	} {
		f := builtin.Stream[c.name]
		if n := testing.AllocsPerRun(100, func() {
			var err error
			if buf, err = f(st, buf[:0], c.v, c.a); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}
