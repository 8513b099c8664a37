// Command template measures Dewar's engine beside other template engines of Go
// and Jinja2 itself: seven pages, each as the users of an engine would write it,
// and three of them with maps in the place of structs. The floor is hand-written
// Go that appends to one buffer. What an engine prints is compared with what the
// floor prints before anything is measured. Then engines take turns, several
// rounds long, each into a buffer that is used again.
//
// Last comes the time to compile: a template of one megabyte, parsed and
// escaped.
//
//	cd bench && go run ./template
//
// The code in qt and templs is generated: go generate ./template.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/bench/internal/callgrind"
	"github.com/dewar-go/dewar/bench/internal/result"
)

//go:generate go run github.com/valyala/quicktemplate/qtc@v1.8.0 -dir=qt
//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1100 generate -path templs

// floor is the subject that ratios are to.
const floor = "hand-written Go"

// A render appends a page to a buffer, or returns one of its own.
type render func(buf []byte) ([]byte, error)

// A subject is an engine.
type subject struct {
	name string
	make func(c *testCase) (render, error) // nil, nil: it has no way to do this
}

var subjects = []subject{
	{floor, func(c *testCase) (render, error) {
		return func(b []byte) ([]byte, error) { return c.hand(b), nil }, nil
	}},
	{"dewar", makeDewar},
	{"quicktemplate", makeQuicktemplate},
	{"templ", makeTempl},
	{"jet", exceptDates(makeJet)},
	{"pongo2", exceptDates(makePongo2)},
	{"gonja", exceptDates(makeGonja)},
	{"html/template", exceptDates(makeHTMLTemplate)},
}

// exceptDates leaves out the pages with dates and prices in Python's formats,
// which other languages have no words for.
func exceptDates(f func(c *testCase) (render, error)) func(c *testCase) (render, error) {
	return func(c *testCase) (render, error) {
		if c.page == "flaskr" || c.page == "orders" {
			return nil, nil
		}
		return f(c)
	}
}

func main() {
	rounds := flag.Int("rounds", 7, "rounds; each engine is measured once a round")
	batch := flag.Duration("batch", 4*time.Millisecond, "how long a batch lasts; the best of twenty counts")
	quick := flag.Bool("quick", false, "three short rounds of the main cases")
	file := flag.String("json", "", "file for the result")
	only := flag.String("subjects", "", "engines, with commas; all when empty")
	pages := flag.String("cases", "", "cases, separated by semicolons; all when empty")
	renders := flag.Int("renders", 0, "only render the one case with the one engine so many times")
	flag.Parse()
	if *quick {
		*rounds, *batch = min(*rounds, 3), min(*batch, 2*time.Millisecond)
	}
	if *renders > 0 {
		page, maps := strings.CutSuffix(*pages, ", maps")
		if err := renderOnly(newCase(page, maps), *only, *renders); err != nil {
			fmt.Fprintln(os.Stderr, "template:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*rounds, *batch, *quick, *only, *pages, *file); err != nil {
		fmt.Fprintln(os.Stderr, "template:", err)
		os.Exit(1)
	}
}

func run(rounds int, batch time.Duration, quick bool, only, pages, file string) error {
	set := result.New("template")
	set.Quick(quick)
	set.Base(floor)
	set.Base("html/template", "ms to compile 1 MB")
	chosen := subjects
	if only != "" {
		names := strings.Split(only, ",")
		chosen = slices.DeleteFunc(slices.Clone(subjects), func(s subject) bool { return s.name != floor && !slices.Contains(names, s.name) })
	}
	count := !quick
	if err := callgrind.Available(); err != nil {
		set.Note("%v", err)
		count = false
	}
	py, err := startPython()
	if err != nil {
		set.Note("Jinja2 is left out: %v", err)
	}
	defer py.stop()
	for _, c := range []*testCase{
		newCase("flaskr", false), newCase("orders", false),
		newCase("fortunes", false), newCase("table", false), newCase("page", false), newCase("static", false), newCase("logic", false),
		newCase("fortunes", true), newCase("page", true), newCase("logic", true),
	} {
		if pages != "" && !slices.Contains(strings.Split(pages, ";"), c.name) || quick && c.maps {
			continue
		}
		if err := measure(set, chosen, py, c, rounds, batch); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if !count {
			continue
		}
		if err := countInstructions(set, c, chosen); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if pages == "" {
		if err := measureCompile(set, py, rounds); err != nil {
			return fmt.Errorf("compile: %w", err)
		}
	}
	return set.Finish(file)
}

// running is a subject that is ready to render a case.
type running struct {
	name   string
	render render
	python bool
}

func measure(set *result.Set, chosen []subject, py *python, c *testCase, rounds int, batch time.Duration) error {
	want := string(c.hand(nil))
	var list []running
	for _, s := range chosen {
		r, err := s.make(c)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if r == nil {
			continue
		}
		got, err := r(nil)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if !same(string(got), want) {
			return fmt.Errorf("%s prints %.400q, not %.400q", s.name, plain(string(got)), plain(want))
		}
		list = append(list, running{s.name, r, false})
	}
	if py != nil {
		if got, err := py.load(c); err != nil {
			return err
		} else if !same(got, want) {
			return fmt.Errorf("Jinja2 prints %.400q, not %.400q", plain(got), plain(want))
		}
		list = append(list, running{"Jinja2, CPython", nil, true})
	}
	for round := range rounds {
		for _, s := range result.Turn(list, round) {
			if s.python {
				ns, err := py.run(batch)
				if err != nil {
					return err
				}
				set.Add(c.name, s.name, "ns", ns)
				continue
			}
			set.Bench(c.name, s.name, best(s.render, batch))
		}
	}
	return nil
}
