// Package debugtrace keeps what happened in one request in debug mode: the stages with their times, statements of
// databases, log lines and events. The debug page and the debug toolbar show it. It imports nothing of the framework, so
// that an extension such as that of a database may add to it.
package debugtrace

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of spans.
const (
	Guard    = "guard"
	Hook     = "hook"
	View     = "view"
	Template = "template"
	SQL      = "sql"
	Commit   = "commit"
	Log      = "log"
	Event    = "event"
)

// maxSpans bounds what is kept of a request; the rest is counted.
const maxSpans = 500

// maxText bounds the text of a span, in bytes.
const maxText = 4 << 10

// A Span is something that happened: with a duration, or at one time.
type Span struct {
	Kind  string
	Text  string        // the stage's name, the statement without its arguments, the line of the log
	Place string        // the line of the program, as "/src/shop/orders.go:12", where it is known
	At    time.Duration // since the request began
	Took  time.Duration // 0 for what has no duration
	Err   string        // why it failed
}

// A Header is a header of the answer and the stage that set it last.
type Header struct{ Name, Value, Origin string }

// A Record is what happened in one request. The zero value is not of use: make it with [New]. A nil Record takes
// everything and keeps nothing, so that nobody has to ask whether debug mode is on.
type Record struct {
	began time.Time

	mu      sync.Mutex
	spans   []Span
	dropped int
	headers map[string]Header
}

// New makes the record of a request that began at a time.
func New(began time.Time) *Record { return &Record{began: began, headers: map[string]Header{}} }

type key struct{}

// With returns a context that carries r.
func With(ctx context.Context, r *Record) context.Context { return context.WithValue(ctx, key{}, r) }

// From returns the record that ctx carries, nil for none.
func From(ctx context.Context) *Record {
	r, _ := ctx.Value(key{}).(*Record)
	return r
}

// Add keeps a span that began at a time, its text cut at 4 KB. Of a request that has 500 of them the rest is dropped.
func (r *Record) Add(s Span, began time.Time) {
	if r == nil {
		return
	}
	if len(s.Text) > maxText {
		s.Text = strings.ToValidUTF8(s.Text[:maxText], "") + "…"
	}
	s.At = began.Sub(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.spans) == maxSpans {
		r.dropped++
		return
	}
	r.spans = append(r.spans, s)
}

// Begin starts a span, and what it returns ends it.
func (r *Record) Begin(kind, text string) (end func()) {
	if r == nil {
		return func() {}
	}
	began := time.Now()
	return func() { r.Add(Span{Kind: kind, Text: text, Took: time.Since(began)}, began) }
}

// Spans returns a copy of what was kept, in the order of the times at which it began, and how many were dropped.
func (r *Record) Spans() (list []Span, dropped int) {
	if r == nil {
		return nil, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list = slices.Clone(r.spans)
	slices.SortStableFunc(list, func(a, b Span) int { return int(a.At - b.At) })
	return list, r.dropped
}

// Headers notes which headers of an answer a stage has set or changed.
func (r *Record) Headers(origin string, h http.Header) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range r.headers {
		if _, ok := h[name]; !ok {
			delete(r.headers, name)
		}
	}
	for name, values := range h {
		if value := strings.Join(values, ", "); r.headers[name].Value != value || r.headers[name].Name == "" {
			r.headers[name] = Header{name, value, origin}
		}
	}
}

// HeaderList returns the headers that [Record.Headers] was told of, by name.
func (r *Record) HeaderList() []Header {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Header, 0, len(r.headers))
	for _, h := range r.headers {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Caller returns the nearest place on the stack that skip does not leave out, as "file:line", "" for none. skip gets the
// name of a function and its file.
func Caller(skip func(function, file string) bool) string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if f.File != "" && !skip(f.Function, f.File) {
			return Place(f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}
