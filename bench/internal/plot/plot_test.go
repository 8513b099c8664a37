package plot

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/bench/internal/result"
)

func sample() *result.Run {
	set := result.New("x")
	for i := range 3 {
		set.Add("a <b>", "dewar", "ns", 10+float64(i))
		set.Add("a <b>", "gin", "ns", 20+float64(i))
		for _, x := range []float64{10, 100, 10_000} {
			set.At("size", "dewar", "ns", x, "rows", x*3)
		}
		set.At("cores", "dewar", "req/s", 1, "cores", 1000)
		set.At("cores", "dewar", "req/s", 2, "cores", 1900)
	}
	set.Base("dewar")
	return set.Run()
}

// The drawings are well-formed and hold each figure and name.
func TestDrawings(t *testing.T) {
	run := sample()
	for name, row := range map[string]struct {
		svg  string
		want []string
	}{
		"bars":        {Bars(run, "Title", "ns", "a <b>", "not measured"), []string{"a &lt;b&gt;", "dewar", "gin", ">11.0<", "21.0  (1.91x)", "shorter is better"}},
		"logarithmic": {Curve(run, "Title", "size", "ns"), []string{"10,000", "rows", "polyline"}},
		"linear":      {Curve(run, "Title", "cores", "req/s"), []string{"cores", "1,600", "polyline"}},
		"nothing":     {Curve(run, "Title", "none", "ns"), []string{"not measured"}},
	} {
		d := xml.NewDecoder(strings.NewReader(row.svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, row.svg)
			}
		}
		for _, want := range row.want {
			if !strings.Contains(row.svg, want) {
				t.Errorf("%s: no %q in\n%s", name, want, row.svg)
			}
		}
		if strings.Contains(row.svg, "NaN") || strings.Contains(row.svg, "Inf") {
			t.Errorf("%s: a place that is no number\n%s", name, row.svg)
		}
	}
}
