package jinja

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestConstantFormats prints random constant formats, which are read when the template is compiled, and compares them
// with the plain way, which reads them each time: the output, the error and its place.
func TestConstantFormats(t *testing.T) {
	o := Options{Autoescape: func(string) bool { return true }}
	short, slow := newEnv(t, o), plain(newEnv(t, o))
	when := time.Date(2024, 2, 9, 1, 2, 3, 4000, time.FixedZone("<Z&>", 3600))
	values := map[string]any{
		"n": -7, "f": 2.5, "s": "<x> & y", "m": map[string]any{"k": "<v>", "s": 1}, "none": nil,
		"t": when, "d": Date(when), "c": Clock(when), "big": 1e300, "e": struct{ Strftime string }{"no method"},
	}
	vars := maps.Clone(values)
	vars["v"] = values
	dates := []string{"%Y", "%m", "%-d", "%^a", "%#b", "%Z", "%z", "%F", "%^c", "%Q", "%%", "%Ey", "%", "-", "<b>", "é", "&"}
	texts := []string{"%d n", "%.2f f", "%5s s", "%s s", "%s s", "%-5d| n", "%*d 5, n", "%-*.*f 5, 1, f", "%%", "%x n", "%#o n", "%c 65", "%r s", "%a s", "-", "<b>", "é", "%+g big", "%hd n"}
	faults := []string{"%y n", "%(k)s", "%(s)d", "%(", "%(k", "%", "%.99999999999f f", "%é", "%d", "%d s", "- s", "%s nope", "%d none"}
	good, failed := 0, 0
	for seed := range 3000 {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		pick := func(list ...string) string { return list[r.IntN(len(list))] }
		format, args, expr := "", []string(nil), ""
		n := r.IntN(4) + r.IntN(2)*r.IntN(2)*20
		if r.IntN(3) == 0 {
			for range n {
				format += pick(dates...)
			}
			expr = fmt.Sprintf("%s.strftime(%s'%s')%s", pick("v.t", "v.t", "v.d", "v.c", "t", "v.s", "v.e", "v.none"), pick("", "", "format="), format, pick("", "", "|lower"))
		} else {
			for i := range n {
				piece := pick(texts...)
				if i < 3 && r.IntN(8) == 0 {
					piece = pick(faults...)
				}
				text, arg, ok := strings.Cut(piece, " ")
				if format += text; ok {
					args = append(args, arg)
				}
			}
			list := strings.Join(args, ", ")
			expr = fmt.Sprintf(pick("'%s'|format(%s)", "'%s'|format(%s)", "('%s'|format(%s))|upper", "'%s' %% (%s,)", "'%s'|format(k=s, *[%s])", "'%s' %% [m, %s][0]"), format, list)
		}
		source := fmt.Sprintf(pick("a\n{{ %s }}.", "<p title=\"{{ %s }}\">", "{%% autoescape false %%}{{ %s }}{%% endautoescape %%}"), expr)
		var got [2]string
		for i, env := range []*Environment{short, slow} {
			tmpl, err := env.FromString(source)
			if err == nil {
				got[i], err = tmpl.RenderString(vars)
			}
			got[i] += fmt.Sprintf(" %v line %d", err, lineOf(err))
			if err == nil {
				good++
			} else {
				failed++
			}
		}
		if got[0] != got[1] {
			t.Fatalf("seed %d: %s\n got %s\nwant %s", seed, source, got[0], got[1])
		}
	}
	if good < 2000 || failed < 1000 {
		t.Errorf("%d renders ran, %d failed: the formats say little", good, failed)
	}
}
