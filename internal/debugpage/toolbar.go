package debugpage

import (
	"bytes"
	"crypto/rand"
	_ "embed" // the script
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dewar-go/dewar/internal/debugtrace"
)

// kept is how many requests the toolbar remembers.
const kept = 25

// repeated is from how many times on a statement of one place is marked: somebody asks for each row by itself.
const repeated = 5

// An Entry is a request that the toolbar remembers. Its panels are made when they are opened, so that a request costs
// next to nothing.
type Entry struct {
	ID      string
	Request string
	Status  int
	Took    time.Duration
	Spans   []debugtrace.Span
	Dropped int // spans that were too many
	Panels  []Panel
}

// NewID returns the name of an entry, which nobody can guess.
func NewID() string { return rand.Text() }

// A Panel is a part of an entry.
type Panel struct {
	Name, Title string
	Tables      func() []Table
}

// A Ring remembers the last 25 requests. It is safe for concurrent use.
type Ring struct {
	mu   sync.Mutex
	list []*Entry
}

// Add remembers an entry and forgets the oldest one.
func (r *Ring) Add(e *Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == kept {
		r.list = append(r.list[:0:0], r.list[1:]...)
	}
	r.list = append(r.list, e)
}

// Complete gives an entry of the ring what is known at the end of its request.
func (r *Ring) Complete(e *Entry, spans []debugtrace.Span, dropped int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Spans, e.Dropped, e.Took = spans, dropped, took
}

// All returns copies of the entries, the newest first.
func (r *Ring) All() []*Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*Entry, 0, len(r.list))
	for i := len(r.list) - 1; i >= 0; i-- {
		e := *r.list[i]
		list = append(list, &e)
	}
	return list
}

// Get finds an entry, nil for none.
func (r *Ring) Get(id string) *Entry {
	for _, e := range r.All() {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// A statement is one text of SQL and how often one place sent it.
type statement struct {
	Text, Place, Err string
	Times            int
	Took             time.Duration
	Repeated         bool
}

// statements groups the statements of an entry by text and place, in the order in which each was first sent.
func (e *Entry) statements() []*statement {
	var list []*statement
	byKey := map[[2]string]*statement{}
	for _, s := range e.Spans {
		if s.Kind != debugtrace.SQL {
			continue
		}
		key := [2]string{s.Text, s.Place}
		st := byKey[key]
		if st == nil {
			st = &statement{Text: s.Text, Place: s.Place}
			byKey[key], list = st, append(list, st)
		}
		st.Times, st.Took, st.Repeated = st.Times+1, st.Took+s.Took, st.Times+1 >= repeated
		if s.Err != "" {
			st.Err = s.Err
		}
	}
	return list
}

// Summary is the one line of the bar: "200 · 3.1 ms · 7 queries (repeated)".
func (e *Entry) Summary() string {
	text := fmt.Sprintf("%d · %s", e.Status, Milliseconds(e.Took))
	n, again := 0, false
	for _, s := range e.statements() {
		n, again = n+s.Times, again || s.Repeated
	}
	switch {
	case n == 1:
		text += " · 1 query"
	case n > 1:
		text += fmt.Sprintf(" · %d queries", n)
	}
	if again {
		text += " (repeated)"
	}
	return text
}

// Page is an entry as a page, with the panel of a name open ("" for the time line).
func (e *Entry) Page(panel, nonce, base string, others []*Entry) []byte {
	vars := map[string]any{"e": e, "panel": panel, "nonce": nonce, "base": base, "others": others, "total": max(e.Took, 1)}
	switch panel {
	case "", "time":
		vars["panel"] = "time"
	case "sql":
		vars["statements"] = e.statements()
	default:
		for _, p := range e.Panels {
			if p.Name == panel {
				vars["tables"] = p.Tables()
			}
		}
	}
	return render("request.html", vars)
}

// Index lists the requests.
func (r *Ring) Index(nonce, base string) []byte {
	return render("requests.html", map[string]any{"nonce": nonce, "base": base, "list": r.All()})
}

// Script is what puts the bar on a page, and Icon the pages' icon.
var (
	//go:embed templates/toolbar.js
	Script []byte
	//go:embed templates/icon.svg
	Icon []byte
)

// tail is how much of a page's end is looked at for the end of its body, in bytes.
const tail = 4 << 10

// Insert puts the bar's script into a complete page: one that begins with a doctype or an html element and ends its body.
// ok is false for anything else, such as a part of a page.
func Insert(page []byte, script string) (with []byte, ok bool) {
	start := bytes.ToLower(bytes.TrimSpace(page[:min(len(page), 256)]))
	if !bytes.HasPrefix(start, []byte("<!doctype html")) && !bytes.HasPrefix(start, []byte("<html")) {
		return page, false
	}
	from := max(0, len(page)-tail)
	end := bytes.ToLower(page[from:])
	at := bytes.LastIndex(end, []byte("</body"))
	if at < 0 {
		if at = bytes.LastIndex(end, []byte("</html")); at < 0 {
			if at = len(end); strings.Contains(string(end), "<!--") { // an open comment would swallow it
				return page, false
			}
		}
	}
	at += from
	with = make([]byte, 0, len(page)+len(script))
	with = append(with, page[:at]...)
	with = append(with, script...)
	return append(with, page[at:]...), true
}
