package value

import (
	"testing"
	"time"

	"github.com/dewar-go/dewar/markup"
)

type getters struct {
	a, b, c string
	n       int
	f       float64
}

func (g getters) Text() string        { return g.a + g.b + g.c }
func (g *getters) PText() string      { return g.c }
func (g getters) On() bool            { return g.n > 1 }
func (g getters) Count() int          { return g.n }
func (g getters) Count64() int64      { return int64(g.n) << 33 }
func (g getters) Ratio() float64      { return g.f }
func (g getters) When() time.Time     { return time.Unix(int64(g.n), 0).UTC() }
func (g getters) Any() any            { return []string{g.a} }
func (g getters) Markup() markup.HTML { return markup.HTML("<" + g.b + ">") }
func (g getters) Val() Value          { return NewTuple([]Value{Int(int64(g.n))}) }
func (g getters) Other() []int        { return []int{g.n} }

func TestGetters(t *testing.T) {
	g := getters{"a", "b", "c", 5, 1.5}
	for what, v := range map[string]Value{"pointer": Of(&g), "value": Of(g), "element": mustAt(t, Of([]getters{{}, g}), 1)} {
		for name, want := range map[string]string{
			"text": "'abc'", "PText": "'c'", "on": "True", "count": "5", "count64": "42949672960", "ratio": "1.5",
			"when": "datetime.datetime(1970, 1, 1, 0, 0, 5, tzinfo=datetime.timezone.utc)", "any": "['a']", "markup": "Markup('<b>')", "val": "(5,)", "other": "[5]",
		} {
			m, ok := LookupMethod(v, name)
			if !ok {
				if what != "value" || name != "PText" {
					t.Errorf("%s has no method %s", what, name)
				}
				continue
			}
			for range 3 {
				r, err := m(nil, v, Args{})
				if got, _ := ReprOf(r); got != want || err != nil {
					t.Errorf("%s.%s: got %s, %v; want %s", what, name, got, err, want)
				}
			}
		}
	}
	m, _ := LookupMethod(Of(&g), "text")
	if _, err := m(nil, Of(&g), Positional(None)); err == nil || err.Error() != "TypeError: Text() takes 0 arguments but 1 was given" {
		t.Error(err)
	}
}
