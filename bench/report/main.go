// Command report puts the latest results into docs/benchmarks.md: tables
// between its marks, and drawings beside it, made of the runs' own figures.
//
//	cd bench && go run ./report -results results -page ../docs/benchmarks.md
//
// A mark is a comment that says what follows up to the next "<!-- end -->":
//
//	<!-- machine -->
//	<!-- table: suite | unit | case; case -->   all cases when none is named
//	<!-- bars: suite | unit | case; case | title | file.svg -->
//	<!-- curve: suite | case | unit | title | file.svg -->
//	<!-- notes: suite -->                       what was missing
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/dewar-go/dewar/bench/internal/plot"
	"github.com/dewar-go/dewar/bench/internal/result"
)

func main() {
	results := flag.String("results", "results", "folder of the results")
	page := flag.String("page", "../docs/benchmarks.md", "the page")
	flag.Parse()
	if err := run(*results, *page); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(results, page string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	r := &report{folder: results, out: filepath.Join(filepath.Dir(page), "benchmarks"), runs: map[string]*result.Run{}}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	filled, err := r.fill(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(filled), 0o644)
}

type report struct {
	folder, out string
	runs        map[string]*result.Run
}

var mark = regexp.MustCompile(`(?s)<!-- (machine|table|bars|curve|notes)(?::([^>]*))? -->\n.*?<!-- end -->`)

// fill replaces what stands between the marks.
func (r *report) fill(text string) (string, error) {
	var failed error
	out := mark.ReplaceAllStringFunc(text, func(block string) string {
		m := mark.FindStringSubmatch(block)
		args := strings.Split(m[2], "|")
		for i := range args {
			args[i] = strings.TrimSpace(args[i])
		}
		body, err := r.block(m[1], args)
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", strings.TrimSpace(m[1]+": "+m[2]), err)
		}
		head, _, _ := strings.Cut(block, "\n")
		return head + "\n" + strings.Trim(body, "\n") + "\n<!-- end -->"
	})
	return out, failed
}

func (r *report) block(kind string, args []string) (string, error) {
	if kind == "machine" {
		return r.machines()
	}
	want := map[string]int{"table": 3, "bars": 5, "curve": 5, "notes": 1}[kind]
	if kind == "table" && len(args) == 2 {
		args = append(args, "")
	}
	if len(args) != want {
		return "", fmt.Errorf("%d parts, want %d", len(args), want)
	}
	run, err := r.run(args[0])
	if err != nil {
		return "", err
	}
	var b strings.Builder
	switch kind {
	case "notes":
		for _, n := range run.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
		if run.Quick {
			b.WriteString("- This was a quick run: few rounds.\n")
		}
		return b.String(), nil
	case "table":
		err = run.UnitTable(&b, args[1], cases(args[2])...)
	case "bars":
		err = r.draw(&b, args[3], args[4], plot.Bars(run, args[3], args[1], cases(args[2])...))
	case "curve":
		if err = r.draw(&b, args[3], args[4], plot.Curve(run, args[3], args[1], args[2])); err == nil {
			err = run.CurveTable(&b, args[1], args[2])
		}
		b.WriteString("\n" + slopes(run, args[1], args[2]) + "\n")
	}
	return b.String(), err
}

func cases(list string) []string {
	if list == "" {
		return nil
	}
	parts := strings.Split(list, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (r *report) run(suite string) (*result.Run, error) {
	if r.runs[suite] == nil {
		run, err := result.Read(filepath.Join(r.folder, suite+".json"))
		if err != nil {
			return nil, err
		}
		r.runs[suite] = run
	}
	return r.runs[suite], nil
}

func (r *report) draw(b *strings.Builder, title, file, svg string) error {
	fmt.Fprintf(b, "![%s](benchmarks/%s)\n", title, file)
	return os.WriteFile(filepath.Join(r.out, file), []byte(svg), 0o644)
}

// machines says where and when each suite ran.
func (r *report) machines() (string, error) {
	files, err := filepath.Glob(filepath.Join(r.folder, "*.json"))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| suite | when (UTC) | machine |\n|---|---|---|\n")
	for _, f := range files {
		run, err := r.run(strings.TrimSuffix(filepath.Base(f), ".json"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", run.Suite, run.Time.Format("2006-01-02 15:04"), run.Machine)
	}
	return b.String(), nil
}

// slopes are the least-squares lines through the medians of a curve.
func slopes(run *result.Run, name, unit string) string {
	type sums struct{ n, x, y, xx, xy float64 }
	list := map[string]*sums{}
	var subjects []string
	xUnit := ""
	for _, w := range run.Rows {
		if w.Case != name || w.Unit != unit || w.XUnit == "" {
			continue
		}
		s := list[w.Subject]
		if s == nil {
			s = &sums{}
			list[w.Subject] = s
			subjects = append(subjects, w.Subject)
		}
		s.n++
		s.x += w.X
		s.y += w.Median
		s.xx += w.X * w.X
		s.xy += w.X * w.Median
		xUnit = strings.TrimSuffix(w.XUnit, "s")
	}
	var parts []string
	for _, subject := range subjects {
		s := list[subject]
		if d := s.n*s.xx - s.x*s.x; d > 0 {
			parts = append(parts, fmt.Sprintf("%s %.3g %s a %s", subject, (s.n*s.xy-s.x*s.y)/d, unit, xUnit))
		}
	}
	return "Slope (least squares): " + strings.Join(parts, ", ") + "."
}
