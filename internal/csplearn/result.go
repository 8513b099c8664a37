package csplearn

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// A Result is the policy that the pages need, and why.
type Result struct {
	Pages int `json:"pages"` // how many were read
	// Policy has the directives that differ from [secure.DefaultCSP], Header the
	// whole policy.
	Policy secure.CSP `json:"policy"`
	Header string     `json:"header"`
	// Needed says what each source is for.
	Needed []Need `json:"needed"`
	// Unconfirmed are sources that browsers reported and no page names. Anyone
	// could have sent such a report: they are not in the policy.
	Unconfirmed []Need `json:"unconfirmed"`
	// Refused is what no policy can allow without allowing injected scripts too.
	Refused []Need `json:"refused"`
	// Dropped counts what there was no room for, and reports about unknown pages.
	Dropped int `json:"dropped"`
}

// A Need is a source with its reason.
type Need struct {
	Directive string   `json:"directive"`
	Source    string   `json:"source,omitempty"`
	For       string   `json:"for,omitempty"` // the inline text
	Advice    string   `json:"advice,omitempty"`
	Pages     []string `json:"pages"` // the first eight
}

// passive are the directives whose sources run no code in the page.
var passive = []string{"img-src", "font-src", "media-src", "style-src"}

// Result sums up the findings.
func (f *Findings) Result() Result {
	r := Result{Pages: len(f.Pages), Dropped: f.Dropped, Needed: []Need{}, Unconfirmed: []Need{}, Refused: []Need{}}
	base := secure.DefaultCSP().With("script-src", "'self'").With("style-src", "'self'")
	policy := base
	allow := func(n Need) {
		policy = policy.Add(n.Directive, n.Source)
		r.Needed = append(r.Needed, n)
	}
	for _, i := range slices.SortedStableFunc(slices.Values(f.Inline), func(a, b *Inline) int { return cmp.Compare(a.Kind, b.Kind) }) {
		n := Need{Directive: "script-src", Source: i.Hash, For: i.Kind + ": " + i.Shape, Pages: i.Pages}
		if i.Kind == kindStyle || i.Kind == kindAttr {
			n.Directive = "style-src"
		}
		alike := 0
		for _, j := range f.Inline {
			if j.Alike == i.Alike {
				alike++
			}
		}
		switch {
		case alike >= maxAlike:
			n.Source, n.Advice = "", "it differs from time to time: put the values into data- attributes, and the rest into a file"
			if !slices.ContainsFunc(r.Refused, func(o Need) bool { return o.For == n.For }) {
				r.Refused = append(r.Refused, n)
			}
			continue
		case i.Kind == kindURL:
			n.Source, n.Advice = "", "make it a button, with a listener in a script"
			r.Refused = append(r.Refused, n)
			continue
		case i.Kind == kindHandler:
			n.Advice = "needs 'unsafe-hashes'; better a listener in a script"
		case i.Kind == kindAttr:
			n.Advice = "needs 'unsafe-hashes'; better a class"
		}
		allow(n)
		if n.Advice != "" {
			policy = policy.Add(n.Directive, "'unsafe-hashes'")
		}
	}
	for _, s := range slices.SortedFunc(slices.Values(f.Sources), func(a, b *Source) int {
		return cmp.Or(cmp.Compare(a.Directive, b.Directive), cmp.Compare(a.Source, b.Source))
	}) {
		n := Need{Directive: s.Directive, Source: s.Source, Pages: s.Pages}
		_, host, _ := strings.Cut(s.Source, "://")
		switch {
		case s.Source == "inline":
			n.Source, n.Advice = "", "inline text that is not in the page's HTML, made by a script"
			r.Refused = append(r.Refused, n)
		case s.InPage, s.Source == "'self'", slices.Contains(passive, s.Directive), host != "" && slices.Contains(f.Named, host):
			allow(n)
		default:
			r.Unconfirmed = append(r.Unconfirmed, n)
		}
	}
	r.Policy = secure.CSP{}
	for directive, values := range policy {
		if !slices.Equal(values, secure.DefaultCSP()[directive]) && !slices.Equal(values, base[directive]) {
			r.Policy[directive] = values
		}
	}
	r.Header = policy.String()
	return r
}

// Print writes the result of what was learnt in an instance folder.
func Print(w io.Writer, dir string, asJSON bool) error {
	f, err := Read(filepath.Join(dir, File))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.forget(time.Now())
	if asJSON {
		return f.Result().JSON(w)
	}
	return f.Result().Text(w)
}

// JSON writes the result as JSON.
func (r Result) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Text writes the result for people.
func (r Result) Text(w io.Writer) error {
	var b strings.Builder
	if r.Pages == 0 {
		b.WriteString("No page has been read yet. Run the application in debug mode, or with LearnCSP of its Fallback, and visit its pages with a browser.\n")
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "The Content-Security-Policy of %s:\n\n    app.Fallback(…).Headers(secure.Headers{ContentSecurityPolicy: secure.CSP{\n", count(r.Pages, "page"))
	for _, directive := range slices.Sorted(maps.Keys(r.Policy)) {
		fmt.Fprintf(&b, "    \t%q: {", directive)
		for i, v := range r.Policy[directive] {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", v)
		}
		b.WriteString("},\n")
	}
	fmt.Fprintf(&b, "    }})\n\nAs a header, %d bytes:\n\n    Content-Security-Policy: %s\n", len(r.Header), r.Header)
	list(&b, "What for", r.Needed)
	list(&b, "Reported by browsers, but named by no page. Anyone can send a report: add what you know", r.Unconfirmed)
	list(&b, "Not in the policy, since it could not tell them from injected ones. Change these pages", r.Refused)
	if r.Dropped > 0 {
		fmt.Fprintf(&b, "\n%s left out: there was no room, or they were about pages that were not read.\n", count(r.Dropped, "finding"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func list(b *strings.Builder, title string, needs []Need) {
	if len(needs) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n\n", title)
	for _, n := range needs {
		fmt.Fprintf(b, "    %s\n", strings.Join(strings.Fields(n.Directive+" "+n.Source+" "+n.For), " "))
		if n.Advice != "" {
			fmt.Fprintf(b, "        %s\n", n.Advice)
		}
		more := ""
		if len(n.Pages) == maxWhere {
			more = " and maybe more"
		}
		fmt.Fprintf(b, "        on %s: %s%s\n", count(len(n.Pages), "page"), strings.Join(n.Pages, ", "), more)
	}
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
