// Package csplearn learns which Content-Security-Policy the pages of another
// application need: from their HTML as it passes, and from what browsers report
// of a policy that is not enforced.
//
// Everything it reads comes from outside. So what it keeps is bounded, and when
// there is no more room the first findings stay and the others are counted. A report counts
// only for a page that has passed, and a source of scripts that no page names is
// not put into the policy: it is listed for somebody to decide.
package csplearn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/secure"
)

const (
	// File is the name of the file of findings in the instance folder.
	File = "csp-learned.json"

	maxPage    = 1 << 20 // bytes of a page that are read; a longer one counts as not read
	maxReading = 4       // pages that are kept in memory at a time
	maxReads   = 32      // how often one page is read, for what differs from visitor to visitor
	maxPages   = 300     // pages, each under 200 bytes of path
	maxSources = 300     // sources, and as many inline texts
	maxNamed   = 300     // hosts that scripts name
	maxWhere   = 8       // pages that are kept with a finding
	maxAlike   = 4       // texts that differ in their strings and numbers only
	keepDays   = 30      // after which what was not seen again is forgotten
)

// Findings are what was learnt.
type Findings struct {
	Pages   map[string]*Page `json:"pages"`
	Sources []*Source        `json:"sources"`
	Inline  []*Inline        `json:"inline"`
	Named   []string         `json:"named"` // hosts that inline scripts name
	// Dropped counts what there was no room for, and reports about pages that
	// never passed.
	Dropped int `json:"dropped"`
}

// A Page is one path, with its numbers and long names blanked out.
type Page struct {
	Reads int `json:"reads"`
	// Inline are the kinds of inline text in its HTML.
	Inline []string `json:"inline,omitempty"`
	Last   string   `json:"last"` // the day
}

// A Source is what a directive would have to allow.
type Source struct {
	Directive string   `json:"directive"`
	Source    string   `json:"source"`
	InPage    bool     `json:"in_page"` // a page's HTML names it
	Pages     []string `json:"pages"`   // the first few
	Last      string   `json:"last"`
}

// Inline is a script, a style, a handler or a style attribute within a page.
type Inline struct {
	Kind string `json:"kind"`
	Hash string `json:"hash"` // of the policy, with its quotes
	// Shape is the beginning of the text without its strings and numbers, which
	// may be secrets.
	Shape string   `json:"shape"`
	Alike string   `json:"alike"` // the same for all texts of this shape
	Pages []string `json:"pages"`
	Last  string   `json:"last"`
}

// A Learner gathers findings and keeps them in a file.
type Learner struct {
	name    string
	prepare func() error
	failed  func(error)
	reports secure.CSPReports
	reading chan struct{}

	mu sync.Mutex
	f  Findings
}

// New goes on with the findings of the file, if there are some. prepare is called
// before it is written, to make its folder, and failed when that was not possible.
func New(file string, prepare func() error, failed func(error)) (*Learner, error) {
	l := &Learner{name: file, prepare: prepare, failed: failed, reading: make(chan struct{}, maxReading)}
	l.reports = secure.CSPReports{Max: maxSources, OnNew: l.report}
	f, err := Read(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f.forget(time.Now())
	l.f = f
	return l, nil
}

// Read reads the findings of a file.
func Read(file string) (f Findings, err error) {
	data, err := os.ReadFile(file) //nolint:gosec // a file of the instance folder
	if err == nil {
		if err = json.Unmarshal(data, &f); err != nil {
			err = fmt.Errorf("csplearn: %s: %w; delete it to begin anew", file, err)
		}
	}
	if f.Pages == nil {
		f.Pages = map[string]*Page{}
	}
	return f, err
}

func (f *Findings) forget(now time.Time) {
	day := now.AddDate(0, 0, -keepDays).Format(time.DateOnly)
	for path, p := range f.Pages {
		if p.Last < day {
			delete(f.Pages, path)
		}
	}
	f.Sources = slices.DeleteFunc(f.Sources, func(s *Source) bool { return s.Last < day })
	f.Inline = slices.DeleteFunc(f.Inline, func(i *Inline) bool { return i.Last < day })
}

// Policy is the header that browsers report by, but do not enforce. reports is
// where they send that.
func Policy(reports string) string {
	return secure.DefaultCSP().Without("upgrade-insecure-requests").With("script-src", "'self'").With("style-src", "'self'").
		With("report-uri", reports).String()
}

// ServeHTTP takes reports of browsers. The caller has seen to it that they come
// from the site itself.
func (l *Learner) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.reports.ServeHTTP(w, r) }

// Body is the body of a page of the site origin, which is read while it passes.
func (l *Learner) Body(origin, path string, body io.ReadCloser) io.ReadCloser {
	key := pageKey(path)
	l.mu.Lock()
	known := l.f.Pages[key]
	full := known == nil && len(l.f.Pages) >= maxPages || known != nil && known.Reads >= maxReads
	l.mu.Unlock()
	if full {
		return body
	}
	select {
	case l.reading <- struct{}{}:
		return &pageBody{ReadCloser: body, l: l, origin: origin, path: path}
	default:
		return body
	}
}

// pageBody keeps what is read, and shows it to the learner at the end.
type pageBody struct {
	io.ReadCloser
	l            *Learner
	origin, path string
	kept         bytes.Buffer
	done         sync.Once
}

func (b *pageBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.kept.Len() <= maxPage {
		b.kept.Write(p[:min(n, maxPage+1-b.kept.Len())])
	}
	if err == io.EOF {
		b.finish(true)
	}
	return n, err
}

func (b *pageBody) Close() error {
	b.finish(false)
	return b.ReadCloser.Close()
}

func (b *pageBody) finish(whole bool) {
	b.done.Do(func() {
		if whole && b.kept.Len() <= maxPage {
			b.l.Page(b.origin, b.path, b.kept.String())
		}
		b.kept = bytes.Buffer{}
		<-b.l.reading
	})
}

var (
	number   = regexp.MustCompile(`^[0-9]+$`)
	literal  = regexp.MustCompile("\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)*'|`[^`]*`|[0-9]+")
	hostName = regexp.MustCompile(`//([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?)`)
)

// pageKey is a path without what differs from visitor to visitor and may be
// secret.
func pageKey(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if number.MatchString(part) || len(part) > 24 {
			parts[i] = "…"
		}
	}
	return cut(strings.Join(parts, "/"), 200)
}

func cut(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// save writes the findings; the lock is held. It is called where there is
// something new, which the limits make rare.
func (l *Learner) save() {
	data, err := json.MarshalIndent(&l.f, "", " ")
	if err == nil {
		err = l.prepare()
	}
	if err == nil {
		err = replaceFile(l.name, data)
	}
	if err != nil {
		l.failed(fmt.Errorf("csplearn: %w", err))
	}
}

// replaceFile writes a file that is there whole or not at all.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // for its owner alone
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// own reports whether an address is the site's own, and gives what a policy
// would say for it otherwise, "" where there is nothing to say.
func own(origin, address string) (source string, self bool) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", false
	case slices.Contains([]string{"data", "blob", "mediastream", "filesystem"}, u.Scheme):
		return u.Scheme + ":", false
	case !slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme) || u.Host == "":
		return "", false
	}
	source = u.Scheme + "://" + strings.ToLower(u.Host)
	if source == origin {
		return "'self'", true
	}
	if (secure.CSP{"img-src": {source}}).Check() != nil || !utf8.ValidString(source) {
		return "", false
	}
	return source, false
}
