package csplearn

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/secure"
)

// Kinds of inline text, as [Inline.Kind].
const (
	kindScript  = "script"
	kindHandler = "handler"
	kindStyle   = "style"
	kindAttr    = "style attribute"
	kindURL     = "javascript: URL"
)

// loads are the attributes that make a page load something, by the directive
// that is asked.
var loads = map[string]map[string]string{
	"script": {"src": "script-src"},
	"img":    {"src": "img-src", "srcset": "img-src"},
	"input":  {"src": "img-src", "formaction": "form-action"},
	"button": {"formaction": "form-action"},
	"image":  {"href": "img-src", "xlink:href": "img-src"},
	"video":  {"src": "media-src", "poster": "img-src"},
	"audio":  {"src": "media-src"},
	"source": {"src": "media-src", "srcset": "img-src"},
	"track":  {"src": "media-src"},
	"iframe": {"src": "frame-src"},
	"frame":  {"src": "frame-src"},
	"object": {"data": "object-src"},
	"embed":  {"src": "object-src"},
	"form":   {"action": "form-action"},
	"base":   {"href": "base-uri"},
}

// linked are the relations of a link that load something.
var linked = map[string]string{
	"stylesheet": "style-src", "icon": "img-src", "apple-touch-icon": "img-src", "manifest": "manifest-src", "modulepreload": "script-src",
}

// preloaded are the directives for what a link preloads.
var preloaded = map[string]string{"script": "script-src", "style": "style-src", "font": "font-src", "image": "img-src", "fetch": "connect-src"}

// Page reads the HTML of a page of the site origin.
func (l *Learner) Page(origin, path, html string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, today := pageKey(path), time.Now().Format(time.DateOnly)
	page := l.f.Pages[key]
	changed := page == nil || page.Last != today
	if page == nil {
		if len(l.f.Pages) >= maxPages {
			l.f.Dropped++
			return
		}
		page = &Page{}
		l.f.Pages[key] = page
	}
	page.Reads++
	page.Last = today
	r := pageReader{l: l, origin: origin, key: key, today: today, page: page, changed: changed}
	base, err := url.Parse(origin)
	if err != nil {
		return
	}
	base.Path = path
	r.base = base
	r.read(html, 0)
	if r.changed {
		l.save()
	}
}

// pageReader reads one page.
type pageReader struct {
	l                  *Learner
	origin, key, today string
	base               *url.URL
	page               *Page
	changed            bool
}

func (r *pageReader) read(html string, depth int) {
	for e := range elements(html) {
		for name, value := range e.attrs {
			switch {
			case strings.HasPrefix(name, "on") && len(name) > 2:
				r.inline(kindHandler, value)
			case name == "style":
				r.inline(kindAttr, value)
			case (name == "href" || name == "action" || name == "formaction") && isScriptURL(value):
				r.inline(kindURL, value)
			case name == "srcdoc" && e.name == "iframe" && depth == 0:
				r.read(value, 1)
			}
			if directive := loads[e.name][name]; directive == "" {
				continue
			} else if name == "srcset" {
				for candidate := range strings.SplitSeq(value, ",") {
					address, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
					r.load(directive, address)
				}
			} else {
				r.load(directive, value)
			}
		}
		switch e.name {
		case "script":
			if _, external := e.attrs["src"]; !external && runs(e.attrs["type"]) {
				r.inline(kindScript, e.text)
			}
		case "style":
			r.inline(kindStyle, e.text)
		case "link":
			for rel := range strings.FieldsSeq(strings.ToLower(e.attrs["rel"])) {
				directive := linked[rel]
				if rel == "preload" {
					directive = preloaded[strings.ToLower(e.attrs["as"])]
				}
				if directive != "" {
					r.load(directive, e.attrs["href"])
				}
			}
		case "base":
			if base, err := r.base.Parse(e.attrs["href"]); err == nil {
				r.base = base
			}
		}
	}
}

// runs reports whether a script of the type is subject to the policy; others are
// data.
func runs(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(kind)), ";")
	return kind == "" || kind == "module" || kind == "importmap" || kind == "speculationrules" ||
		strings.HasSuffix(kind, "javascript") || strings.HasSuffix(kind, "ecmascript")
}

func isScriptURL(s string) bool {
	s = strings.Map(func(c rune) rune {
		if c <= ' ' {
			return -1
		}
		return c
	}, s[:min(len(s), 64)])
	return len(s) > len("javascript:") && strings.EqualFold(s[:len("javascript:")], "javascript:")
}

// load notes the source of an address.
func (r *pageReader) load(directive, address string) {
	u, err := r.base.Parse(strings.TrimSpace(address))
	if err != nil {
		return
	}
	source, self := own(r.origin, u.String())
	if source != "" && (!self || directive == "base-uri") {
		r.changed = r.l.source(directive, source, r.key, r.today, true) || r.changed
	}
}

// inline notes a text within the page.
func (r *pageReader) inline(kind, text string) {
	if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
		return
	}
	if !slices.Contains(r.page.Inline, kind) {
		r.page.Inline = append(r.page.Inline, kind)
		r.changed = true
	}
	f := &r.l.f
	if kind == kindScript {
		for _, m := range hostName.FindAllStringSubmatch(text, maxWhere) {
			if host := strings.ToLower(m[1]); !slices.Contains(f.Named, host) && len(f.Named) < maxNamed && len(host) < 200 {
				f.Named = append(f.Named, host)
				r.changed = true
			}
		}
	}
	hash, shape := secure.CSPHash(text), literal.ReplaceAllString(text, "…")
	alike := secure.CSPHash(kind + shape)
	same := 0
	for _, i := range f.Inline {
		if i.Kind == kind && i.Hash == hash {
			r.changed = seen(&i.Pages, &i.Last, r.key, r.today) || r.changed
			return
		}
		if i.Alike == alike {
			same++
		}
	}
	switch {
	case same >= maxAlike: // known to differ each time
	case len(f.Inline) >= maxSources:
		f.Dropped++
	default:
		short := cut(strings.Join(strings.Fields(cut(shape, 300)), " "), 80)
		f.Inline = append(f.Inline, &Inline{Kind: kind, Hash: hash, Shape: short, Alike: alike, Pages: []string{r.key}, Last: r.today})
		r.changed = true
	}
}

// seen notes that a finding came up again, and reports whether that is new.
func seen(pages *[]string, last *string, page, today string) (changed bool) {
	if !slices.Contains(*pages, page) && len(*pages) < maxWhere {
		*pages = append(*pages, page)
		changed = true
	}
	changed = changed || *last != today
	*last = today
	return changed
}

// source notes that a page needs a source; the lock is held.
func (l *Learner) source(directive, source, page, today string, inPage bool) (changed bool) {
	for _, s := range l.f.Sources {
		if s.Directive == directive && s.Source == source {
			changed = inPage && !s.InPage
			s.InPage = s.InPage || inPage
			return seen(&s.Pages, &s.Last, page, today) || changed
		}
	}
	reported := 0
	for _, s := range l.f.Sources {
		if !s.InPage {
			reported++
		}
	}
	// Reports must not take the room of what the pages themselves name.
	if len(l.f.Sources) >= maxSources || !inPage && reported >= maxSources/2 {
		l.f.Dropped++
		return false
	}
	l.f.Sources = append(l.f.Sources, &Source{Directive: directive, Source: source, InPage: inPage, Pages: []string{page}, Last: today})
	return true
}

// reportable are the directives that a report may be about.
var reportable = []string{
	"script-src", "style-src", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "worker-src", "manifest-src",
	"base-uri", "form-action", "frame-ancestors",
}

// report notes what a browser says.
func (l *Learner) report(report secure.CSPReport) {
	l.mu.Lock()
	defer l.mu.Unlock()
	page, err := url.Parse(report.Document)
	directive := strings.TrimSuffix(strings.TrimSuffix(report.Directive, "-elem"), "-attr")
	if err != nil || !slices.Contains(reportable, directive) || report.Disposition != "report" {
		return
	}
	key, today := pageKey(page.Path), time.Now().Format(time.DateOnly)
	known := l.f.Pages[key]
	if known == nil { // nobody can have seen the policy there
		l.f.Dropped++
		return
	}
	source := ""
	switch report.Blocked {
	case "inline":
		// The page's HTML has the text, or a script made it.
		kinds := map[string][]string{
			"script-src-elem": {kindScript, kindURL}, "script-src-attr": {kindHandler}, "style-src-elem": {kindStyle}, "style-src-attr": {kindAttr},
		}[report.Directive]
		if kinds == nil || slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(known.Inline, k) }) {
			return
		}
		directive, source = report.Directive, "inline"
	case "eval", "wasm-eval":
		source = map[string]string{"eval": "'unsafe-eval'", "wasm-eval": "'wasm-unsafe-eval'"}[report.Blocked]
	case "self":
		source = "'self'"
	case "data", "blob":
		source = report.Blocked + ":"
	default:
		source, _ = own(page.Scheme+"://"+page.Host, report.Blocked)
	}
	if source != "" && l.source(directive, source, key, today, false) {
		l.save()
	}
}
