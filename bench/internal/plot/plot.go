// Package plot draws a suite's rows as SVG: bars with their spread for subjects
// beside each other, curves for what grows. The drawings follow the reader's
// light or dark setting by themselves.
package plot

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/bench/internal/result"
)

// style is the same for all. The first colour is Dewar's, in bars and curves.
const style = `<style>
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:15px;font-weight:600}.small{font-size:11px;fill:#57606a}
.bar{fill:#8c9bab}.dewar{fill:#0969da}.spread{stroke:#24292f;stroke-width:1.2}.grid{stroke:#d0d7de;stroke-width:1}
.line{fill:none;stroke-width:2}.c0{stroke:#0969da;fill:#0969da}.c1{stroke:#bc4c00;fill:#bc4c00}.c2{stroke:#1a7f37;fill:#1a7f37}.c3{stroke:#8250df;fill:#8250df}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#8d96a0}.bar{fill:#59636e}.dewar{fill:#4493f8}.spread{stroke:#e6edf3}.grid{stroke:#30363d}
.c0{stroke:#4493f8;fill:#4493f8}.c1{stroke:#db6d28;fill:#db6d28}.c2{stroke:#3fb950;fill:#3fb950}.c3{stroke:#ab7df8;fill:#ab7df8}}
</style>`

type canvas struct {
	strings.Builder
}

func (c *canvas) text(x, y float64, class, anchor, s string) {
	fmt.Fprintf(c, `<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`+"\n", x, y, class, anchor, html.EscapeString(s))
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(c, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>`+"\n", x1, y1, x2, y2, class)
}

// document puts the drawing into a page of its size. description is read to
// those who cannot see it.
func (c *canvas) document(width, height float64, title, description string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`+"\n%s\n%s</svg>\n",
		width, height, width, height, html.EscapeString(title+". "+description), style, c.String())
}

// Bars draws the rows of the given cases and one unit: a group of bars for each
// case, a bar for each subject in the order of the run, its median's length,
// with a line from the smallest to the largest sample. Bars of one case share a
// scale; each carries its figure and, where there is one, its ratio.
func Bars(run *result.Run, title, unit string, cases ...string) string {
	const left, width, right, rowHeight = 200.0, 380.0, 170.0, 20.0
	var c canvas
	c.text(12, 24, "title", "start", title)
	better := "shorter is better"
	if result.MoreIsBetter(unit) {
		better = "longer is better"
	}
	c.text(12, 42, "small", "start", unit+", "+better+"; bar: median, line: smallest to largest round")
	y := 62.0
	for _, name := range cases {
		var rows []result.Row
		largest := 0.0
		for _, r := range run.Rows {
			if r.Case == name && r.Unit == unit && r.XUnit == "" {
				rows = append(rows, r)
				largest = max(largest, r.Median)
			}
		}
		if len(rows) == 0 {
			continue
		}
		c.text(12, y+12, "", "start", name)
		y += 20
		at := func(v float64) float64 { return left + width*min(v/largest, 1.12)/1.12 }
		for _, r := range rows {
			class := "bar"
			if r.Subject == "dewar" {
				class = "dewar"
			}
			c.text(left-8, y+13, "", "end", r.Subject)
			fmt.Fprintf(&c, `<rect x="%.1f" y="%.1f" width="%.1f" height="14" rx="2" class="%s"/>`+"\n", left, y+2, at(r.Median)-left, class)
			c.line(at(r.Min), y+9, at(r.Max), y+9, "spread")
			label := result.Number(r.Median)
			if r.Base != "" && r.Base != r.Subject {
				label += "  (" + result.Number(r.Ratio) + "x)"
			}
			c.text(left+width+10, y+13, "", "start", label)
			y += rowHeight
		}
		y += 10
	}
	return c.document(left+width+right, y+6, title, "Bars of the figures in the table beside it")
}

// Curve draws a case whose rows have places, a line for each subject. Both axes
// are logarithmic when the places span more than a factor of 20.
func Curve(run *result.Run, title, name, unit string) string {
	const left, top, width, height, right = 80.0, 62.0, 520.0, 260.0, 150.0
	lines := map[string][]result.Row{}
	var subjects []string
	lowX, highX, lowY, highY := math.Inf(1), 0.0, math.Inf(1), 0.0
	xUnit := ""
	for _, r := range run.Rows {
		if r.Case != name || r.Unit != unit || r.XUnit == "" {
			continue
		}
		if lines[r.Subject] == nil {
			subjects = append(subjects, r.Subject)
		}
		lines[r.Subject] = append(lines[r.Subject], r)
		xUnit = r.XUnit
		lowX, highX = min(lowX, r.X), max(highX, r.X)
		lowY, highY = min(lowY, r.Min), max(highY, r.Max)
	}
	var c canvas
	c.text(12, 24, "title", "start", title)
	if len(subjects) == 0 || highY <= 0 {
		c.text(12, 60, "", "start", "not measured")
		return c.document(left+width+right, 90, title, "")
	}
	logarithmic := lowX > 0 && highX/lowX > 20 && lowY > 0
	c.text(12, 42, "small", "start", unit+" by "+xUnit+"; line: median, bars: smallest to largest round")
	scale := func(v, low, high float64) float64 {
		if logarithmic {
			return math.Log(v/low) / math.Log(high/low)
		}
		return v / high
	}
	if logarithmic {
		lowY, highY = lowY*0.8, highY*1.25
	}
	atX := func(v float64) float64 {
		if highX == lowX {
			return left + width/2
		}
		return left + width*scale(v, lowX, highX)
	}
	atY := func(v float64) float64 { return top + height*(1-scale(v, lowY, highY)) }
	for _, v := range ticks(lowY, highY, logarithmic) {
		c.line(left, atY(v), left+width, atY(v), "grid")
		c.text(left-8, atY(v)+4, "small", "end", result.Number(v))
	}
	var places []float64
	for _, rows := range lines {
		for _, r := range rows {
			if !slices.Contains(places, r.X) {
				places = append(places, r.X)
			}
		}
	}
	slices.Sort(places)
	for _, x := range places {
		c.text(atX(x), top+height+18, "small", "middle", result.Place(x))
	}
	c.text(left+width/2, top+height+38, "small", "middle", xUnit)
	for i, subject := range subjects {
		rows := lines[subject]
		slices.SortFunc(rows, func(a, b result.Row) int {
			if a.X < b.X {
				return -1
			}
			return 1
		})
		class := fmt.Sprintf("c%d", i%4)
		var points []string
		for _, r := range rows {
			points = append(points, fmt.Sprintf("%.1f,%.1f", atX(r.X), atY(r.Median)))
			c.line(atX(r.X), atY(r.Min), atX(r.X), atY(r.Max), class)
			fmt.Fprintf(&c, `<circle cx="%.1f" cy="%.1f" r="3" class="%s"/>`+"\n", atX(r.X), atY(r.Median), class)
		}
		fmt.Fprintf(&c, `<polyline points="%s" class="line %s" style="fill:none"/>`+"\n", strings.Join(points, " "), class)
		c.line(left+width+14, top+14+20*float64(i), left+width+34, top+14+20*float64(i), "line "+class)
		c.text(left+width+40, top+18+20*float64(i), "", "start", subject)
	}
	return c.document(left+width+right, top+height+50, title, "Curves of the figures in the table beside it")
}

// ticks are about five places on an axis: powers of ten and their halves on a
// logarithmic one, round numbers on a linear one.
func ticks(low, high float64, logarithmic bool) []float64 {
	var list []float64
	if logarithmic {
		for p := math.Pow(10, math.Floor(math.Log10(low))); p <= high; p *= 10 {
			for _, m := range []float64{1, 2, 5} {
				if v := p * m; v >= low && v <= high && (m == 1 || high/low < 1000) {
					list = append(list, v)
				}
			}
		}
		return list
	}
	step := math.Pow(10, math.Floor(math.Log10(high/2)))
	for high/step > 6 {
		step *= 2
	}
	for v := 0.0; v <= high; v += step {
		list = append(list, v)
	}
	return list
}
