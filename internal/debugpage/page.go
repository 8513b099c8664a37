// Package debugpage makes the page of an error in debug mode and what the debug toolbar shows. It renders what it is
// given: finding out what happened in a request, and taking secrets out, is up to the caller. It runs nothing, takes no
// input and loads nothing.
package debugpage

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/jinja"
)

// Bounds of what is shown, so that a page stays below 200 KB whatever went wrong.
const (
	maxValue  = 1 << 10  // bytes of a value
	maxRows   = 50       // rows of a table
	maxTable  = 5 << 10  // bytes of a table
	maxSpans  = 10 << 10 // bytes of all spans
	maxReport = 10 << 10 // bytes of the text to copy
	maxShown  = 10       // frames with their source
)

// A Report is an error with all that is known of its request.
type Report struct {
	Status   int
	Title    string // "500 Internal Server Error"
	Kind     string // the type of the error
	Message  string
	Detail   string // the sentence that visitors would see
	Request  string // "GET /orders/12"
	Rule     string
	Endpoint string
	ID       string
	View     *Frame  // of an error without a stack: where the view is
	Frames   []Frame // of a panic
	Template *TemplatePlace
	Tables   []Table
	Spans    []debugtrace.Span
	Rules    []Rule // of a 404: the nearest first
	Version  string // of Go and the program
	Nonce    string // of the page's own style and script
	Base     string // where the toolbar's pages are, "" without
}

// A TemplatePlace is where a template failed.
type TemplatePlace struct {
	Name   string
	Line   int
	Source []SourceLine
	Chain  []string // the places through which it was reached
}

// A Table is a part of the page.
type Table struct {
	Title string
	Open  bool
	Rows  []Row
	More  int // rows that are left out

	size int
}

// A Row is a name with its value.
type Row struct{ Name, Value string }

// Add adds a row, its value cut at 1 KB; behind 50 rows, or 5 KB, they are counted.
func (t *Table) Add(name, value string) {
	row := Row{cutTo(name, maxValue/4), cutTo(value, maxValue)}
	if t.size += len(row.Name) + len(row.Value); len(t.Rows) >= maxRows || t.size > maxTable {
		t.More++
		return
	}
	t.Rows = append(t.Rows, row)
}

// A Rule is a rule that a request did not match.
type Rule struct{ Methods, Rule, Endpoint, Note string }

// Format writes a value as text. It never fails: a value whose own methods panic is shown as such.
func Format(v any) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = "(its String method panicked)"
		}
	}()
	return cutTo(fmt.Sprintf("%+v", v), maxValue)
}

//go:embed templates
var files embed.FS

// environment compiles the templates when the first page is asked for.
var environment = sync.OnceValue(func() *jinja.Environment {
	env, err := jinja.New(jinja.Options{
		Loader:     jinja.FS(files),
		Autoescape: func(string) bool { return true },
		TrimBlocks: true, LstripBlocks: true,
	})
	if err != nil {
		panic("dewar: the templates of the debug page: " + err.Error())
	}
	for name, f := range map[string]any{"ms": Milliseconds, "short": shortPlace, "name": shortName} {
		if err := env.AddFilter(name, f); err != nil {
			panic("dewar: the templates of the debug page: " + err.Error())
		}
	}
	return env
})

// render renders a template; what fails is said in the page's stead.
func render(name string, vars any) []byte {
	t, err := environment().GetTemplate("templates/" + name)
	if err == nil {
		var page []byte
		if page, err = t.Append(nil, jinja.Run{Vars: vars}); err == nil {
			return page
		}
	}
	return []byte("the debug page failed: " + err.Error())
}

// HTML is the page.
func (r *Report) HTML() []byte {
	r.bound()
	return render("error.html", map[string]any{"r": r, "nonce": r.Nonce, "base": r.Base, "own": r.own(), "text": cutTo(r.Text(), maxReport), "libraries": len(r.Frames) - len(r.ownFrames())})
}

// own is the place that is shown first: the program's own frame that is nearest to the panic, or else the view.
func (r *Report) own() *Frame {
	if list := r.ownFrames(); len(list) > 0 {
		return &list[0]
	}
	return r.View
}

func (r *Report) ownFrames() []Frame {
	var list []Frame
	for _, f := range r.Frames {
		if f.Own {
			list = append(list, f)
		}
	}
	return list
}

// bound cuts the long texts.
func (r *Report) bound() {
	r.Message, r.Detail = cutTo(r.Message, 4*maxValue), cutTo(r.Detail, maxValue)
	shown := 0
	for i := range r.Frames {
		if shown++; r.Frames[i].Own && shown > maxShown {
			r.Frames[i].Source = nil
		}
	}
	total := 0
	for i := range r.Spans {
		if total += len(r.Spans[i].Text); total > maxSpans || i >= 4*maxRows {
			r.Spans = r.Spans[:i]
			break
		}
	}
	if len(r.Rules) > maxRows {
		r.Rules = r.Rules[:maxRows]
	}
}

// Milliseconds writes a duration as "1.3 ms".
func Milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// shortPlace keeps the last two parts of a path.
func shortPlace(place string) string {
	parts := strings.Split(place, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// shortName is a function's name with its package's, without the path of that.
func shortName(function string) string { return function[strings.LastIndexByte(function, '/')+1:] }
