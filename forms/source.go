package forms

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar"
)

// offeredName is the name of the markers: each rendered checkbox and list of choices sends its own name under it, since
// browsers send nothing for one that is not checked.
const offeredName = "_offered"

// A source is what was sent.
type source struct {
	values url.Values
	c      *dewar.Context  // for files
	named  []string        // the names in their order
	bad    map[string]bool // names of JSON values of the wrong kind
	json   bool
	room   int             // how many more values of a JSON object are taken
	marked map[string]bool // the markers, made when there are many

	sorted []sentName // by name, made when a list asks
}

type sentName struct {
	name string
	at   int
}

// requestSource returns what a request sent to the form, nil for nothing, and settles whether the form was submitted.
func requestSource(f *Form) *source {
	c := f.c
	src := &f.sent
	src.c = c
	switch {
	case f.options.Query:
		src.values = c.QueryValues()
		f.submitted = f.ownsAny(src)
	case c.Method() == http.MethodPost, c.Method() == http.MethodPut, c.Method() == http.MethodPatch, c.Method() == http.MethodDelete:
		if isJSON(c) {
			if err := src.readJSON(f, c); err != nil {
				dewar.EndView(err)
			}
			src.c, f.submitted = nil, true
			break
		}
		c.Form("") // ends the view when the body cannot be read
		src.values, _ = c.FormValues()
		f.submitted = f.wasSent(src)
	}
	if !f.submitted {
		return nil
	}
	return src
}

// names returns the names of what was sent in their order, nil where that is not known.
func (s *source) names() []string {
	if s.c != nil && s.named == nil {
		s.named = dewar.FormNames(s.c)
	}
	return s.named
}

// wasSent reports whether the body is that of this form, and not of another one on the page.
func (f *Form) wasSent(src *source) bool {
	if f.prefix != "" {
		return f.ownsAny(src)
	}
	if !f.schema.submits {
		return true
	}
	foreign := false
	for _, name := range src.names() {
		p := f.schema.owner(name)
		if p != nil && p.isSubmit() {
			return true
		}
		foreign = foreign || p == nil && name != offeredName && !strings.HasSuffix(name, "csrf_token")
	}
	return !foreign
}

// ownsAny reports whether something that was sent is the form's.
func (f *Form) ownsAny(src *source) bool {
	owns := func(name string) bool {
		short, ok := strings.CutPrefix(name, f.prefix)
		return ok && f.schema.owner(short) != nil
	}
	for name := range src.values {
		if owns(name) {
			return true
		}
	}
	if slices.ContainsFunc(src.values[offeredName], owns) {
		return true
	}
	return slices.ContainsFunc(src.names(), owns) // files
}

// owner returns the field that a name without the prefix belongs to.
func (s *Schema) owner(name string) *plan {
	for _, p := range s.fields {
		if rest, ok := strings.CutPrefix(name, p.Name); ok && (rest == "" || p.isCompound() && strings.HasPrefix(rest, p.Separator)) {
			return p
		}
	}
	return nil
}

func (p *plan) isCompound() bool { return p.kind == kindForm || p.kind == kindList }
func (p *plan) isFile() bool     { return p.kind == kindFile || p.kind == kindFiles }
func (p *plan) isChoice() bool   { return p.kind == kindChoice || p.kind == kindChoices }
func (p *plan) isTime() bool     { return p.kind >= kindDateTime && p.kind <= kindWeek }
func (p *plan) isSubmit() bool   { return p.Type == "SubmitField" }

// offered reports whether a field's marker was sent.
func (s *source) offered(name string) bool {
	markers := s.values[offeredName]
	if len(markers) < 16 {
		return slices.Contains(markers, name)
	}
	if s.marked == nil {
		s.marked = make(map[string]bool, len(markers))
		for _, m := range markers {
			s.marked[m] = true
		}
	}
	return s.marked[name]
}

// entries returns the parts of the names that stand for the entries of a list, in the order in which they were sent, or
// by their numbers where that is not known: "list-0-name" has the part "0" of the list "list" with the separator "-".
// There are at most limit.
func (s *source) entries(prefix, separator string, limit int) []string {
	if s.sorted == nil {
		names := s.names()
		if names == nil {
			for name := range s.values {
				names = append(names, name)
			}
		}
		s.sorted = make([]sentName, len(names))
		for i, name := range names {
			s.sorted[i] = sentName{name, i}
		}
		slices.SortFunc(s.sorted, func(a, b sentName) int { return strings.Compare(a.name, b.name) })
	}
	from, _ := slices.BinarySearchFunc(s.sorted, prefix, func(n sentName, p string) int { return strings.Compare(n.name, p) })
	var found []sentName
	for _, n := range s.sorted[from:] {
		rest, ok := strings.CutPrefix(n.name, prefix)
		if !ok {
			break
		}
		part, _, _ := strings.Cut(rest, separator)
		if part == "" || len(part) > 9 || strings.Trim(part, digits) != "" {
			continue
		}
		found = append(found, sentName{part, n.at})
	}
	known := s.names() != nil
	slices.SortStableFunc(found, func(a, b sentName) int {
		if known {
			return cmp.Compare(a.at, b.at)
		}
		x, _ := strconv.Atoi(a.name) // nine digits at most
		y, _ := strconv.Atoi(b.name)
		return cmp.Compare(x, y)
	})
	var parts []string
	seen := map[string]bool{}
	for _, n := range found {
		if !seen[n.name] && len(parts) < limit {
			seen[n.name] = true
			parts = append(parts, n.name)
		}
	}
	return parts
}
