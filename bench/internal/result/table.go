package result

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table writes the run as Markdown: a table for each unit, with a line for each
// subject and a column for each case, and one for each curve.
func (r *Run) Table(w io.Writer) error {
	var units []string
	for _, row := range r.Rows {
		if row.XUnit == "" && !slices.Contains(units, row.Unit) {
			units = append(units, row.Unit)
		}
	}
	for _, unit := range units {
		if err := r.UnitTable(w, unit); err != nil {
			return err
		}
	}
	return r.curves(w)
}

// UnitTable writes the table of one unit. With cases given it has these alone.
func (r *Run) UnitTable(w io.Writer, unit string, cases ...string) error {
	given := len(cases) > 0
	var subjects []string
	for _, row := range r.Rows {
		if row.Unit != unit || row.XUnit != "" || given && !slices.Contains(cases, row.Case) {
			continue
		}
		if !given && !slices.Contains(cases, row.Case) {
			cases = append(cases, row.Case)
		}
		if !slices.Contains(subjects, row.Subject) {
			subjects = append(subjects, row.Subject)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n| %s | %s |\n|---|%s\n", unit, strings.Join(cases, " | "), strings.Repeat("---|", len(cases)))
	for _, subject := range subjects {
		fmt.Fprintf(&b, "| %s |", subject)
		for _, name := range cases {
			fmt.Fprintf(&b, " %s |", r.Find(name, subject, unit).Cell())
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Cell is a row in a few characters: the median, the ratio and its extremes in
// brackets, and the allocations.
func (r *Row) Cell() string {
	if r == nil {
		return "-"
	}
	text := Number(r.Median)
	if r.Base != "" && r.Base != r.Subject {
		text += fmt.Sprintf(" · %sx (%s–%s)", Number(r.Ratio), Number(r.RatioMin), Number(r.RatioMax))
	}
	if r.Allocs != nil {
		text += fmt.Sprintf(" · %s allocs", Number(*r.Allocs))
	}
	return text
}

// curves writes a table for each curve.
func (r *Run) curves(w io.Writer) error {
	type curve struct{ name, unit string }
	var list []curve
	for _, row := range r.Rows {
		if c := (curve{row.Case, row.Unit}); row.XUnit != "" && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for _, c := range list {
		if _, err := fmt.Fprintf(w, "\n%s, %s\n", c.name, c.unit); err != nil {
			return err
		}
		if err := r.CurveTable(w, c.name, c.unit); err != nil {
			return err
		}
	}
	return nil
}

// CurveTable writes the table of one curve: a line for each place.
func (r *Run) CurveTable(w io.Writer, name, unit string) error {
	var subjects []string
	var places []float64
	cells := map[string]string{}
	xUnit := ""
	for _, row := range r.Rows {
		if row.Case != name || row.Unit != unit || row.XUnit == "" {
			continue
		}
		xUnit = row.XUnit
		if !slices.Contains(subjects, row.Subject) {
			subjects = append(subjects, row.Subject)
		}
		if !slices.Contains(places, row.X) {
			places = append(places, row.X)
		}
		cells[fmt.Sprint(row.Subject, row.X)] = row.Cell()
	}
	slices.Sort(places)
	var b strings.Builder
	fmt.Fprintf(&b, "\n| %s | %s |\n|---|%s\n", xUnit, strings.Join(subjects, " | "), strings.Repeat("---|", len(subjects)))
	for _, x := range places {
		fmt.Fprintf(&b, "| %s |", Place(x))
		for _, s := range subjects {
			fmt.Fprintf(&b, " %s |", cells[fmt.Sprint(s, x)])
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Number writes a figure with three digits that count, and commas.
func Number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0:
		return "-" + Number(-v)
	case v >= 1000:
		return commas(strconv.FormatFloat(v, 'f', 0, 64))
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// Place writes a place on a curve: a whole number as one.
func Place(x float64) string {
	if x == math.Trunc(x) {
		return commas(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return Number(x)
}

func commas(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
