package debugpage

import (
	"fmt"
	"strings"
)

// Text is the report for a terminal and for a bug report.
func (r *Report) Text() string {
	r.bound()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", r.Title, r.Request)
	if r.Rule != "" {
		fmt.Fprintf(&b, "rule %s, endpoint %s\n", r.Rule, r.Endpoint)
	}
	if r.Message != "" {
		fmt.Fprintf(&b, "\n%s: %s\n", r.Kind, r.Message)
	}
	if t := r.Template; t != nil {
		fmt.Fprintf(&b, "\ntemplate %s, line %d\n%s", t.Name, t.Line, sourceText(t.Source))
		for _, place := range t.Chain {
			fmt.Fprintf(&b, "  reached through %s\n", place)
		}
	}
	switch {
	case len(r.Frames) > 0:
		b.WriteString("\n" + StackText(r.Frames))
	case r.View != nil:
		fmt.Fprintf(&b, "\nin the view %s\n  %s\n%s", r.View.Function, r.View.Place(), sourceText(r.View.Source))
	}
	if len(r.Rules) > 0 {
		b.WriteString("\nrules, the nearest first\n")
	}
	for _, rule := range r.Rules {
		fmt.Fprintf(&b, "  %-12s %-40s %s %s\n", rule.Methods, rule.Rule, rule.Endpoint, rule.Note)
	}
	for _, t := range r.Tables {
		if len(t.Rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", t.Title)
		for _, row := range t.Rows {
			fmt.Fprintf(&b, "  %s: %s\n", row.Name, row.Value)
		}
	}
	if len(r.Spans) > 0 {
		b.WriteString("\ntime line\n")
	}
	for _, s := range r.Spans {
		fmt.Fprintf(&b, "  %9s +%-9s %-8s %s %s %s\n", Milliseconds(s.At), Milliseconds(s.Took), s.Kind, s.Text, shortPlace(s.Place), s.Err)
	}
	fmt.Fprintf(&b, "\n%s\n", r.Version)
	return b.String()
}

// StackText is a stack for a terminal: the program's own frames with their line, runs of others as a count.
func StackText(frames []Frame) string {
	var b strings.Builder
	others := 0
	count := func() {
		if others > 0 {
			fmt.Fprintf(&b, "  … %d of libraries\n", others)
		}
		others = 0
	}
	for _, f := range frames {
		if !f.Own {
			others++
			continue
		}
		count()
		fmt.Fprintf(&b, "  %s\n    %s\n", f.Place(), f.Function)
		for _, l := range f.Source {
			if l.Here {
				fmt.Fprintf(&b, "    > %s\n", strings.TrimSpace(l.Text))
			}
		}
	}
	count()
	return b.String()
}

func sourceText(lines []SourceLine) string {
	var b strings.Builder
	for _, l := range lines {
		mark := " "
		if l.Here {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %4d  %s\n", mark, l.Number, l.Text)
		if l.Caret != "" {
			fmt.Fprintf(&b, "        %s\n", l.Caret)
		}
	}
	return b.String()
}
