package xss

import (
	_ "embed"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed hook.js
var hook string

//go:embed runner.js
var runner string

// A hit is something that a document did.
type hit struct {
	kind string // run, nav, click, or load of something from outside
	id   int    // of the case, -1 if it does not say
	text string
	at   string // the document
}

// site is the whole of the network: the browser's proxy, which answers for every
// host. app.test has the documents, the others say pwned.
type site struct {
	*httptest.Server
	mu   sync.Mutex
	docs []document
	hits []hit
	turn func() // the runner works
}

// A document is a page of the site. It is written into a frame or, more slowly,
// loaded.
type document struct {
	text string
	load bool
}

func newSite() *site {
	s := &site{}
	s.Server = httptest.NewServer(s)
	return s
}

// onTurn calls f whenever the runner says that it works.
func (s *site) onTurn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn = f
}

// serve replaces the documents.
func (s *site) serve(docs []document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.docs, s.hits = docs, nil
}

// taken returns what happened since.
func (s *site) taken() []hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.hits
	s.hits = nil
	return list
}

var digits = regexp.MustCompile(`[0-9]{5,}`)

func (s *site) note(kind, text, at string) {
	id := -1
	if d := digits.FindString(text); d != "" {
		id, _ = strconv.Atoi(d)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits = append(s.hits, hit{kind, id, text, at})
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	switch {
	case r.Method == http.MethodConnect:
		if strings.Contains(host, "evil") {
			s.note("load", host, "")
		}
		http.Error(w, "no TLS here", http.StatusBadGateway)
	case host != "app.test":
		if strings.Contains(host, "evil") {
			s.note("load", r.URL.String(), r.Referer())
		}
		s.evil(w, r)
	case r.URL.Path == "/hit":
		q := r.URL.Query()
		s.note(q.Get("kind"), q.Get("text"), q.Get("at"))
	case r.URL.Path == "/turn":
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.turn != nil {
			s.turn()
		}
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>runner</title><body><script>" + runner + "</script>"))
	case r.URL.Path == "/blank":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	case r.URL.Path == "/docs":
		s.list(w, r)
	case strings.HasPrefix(r.URL.Path, "/doc/"):
		n, err := strconv.Atoi(r.URL.Path[5:])
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil || n < 0 || n >= len(s.docs) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(s.docs[n].text))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// evil is any other site: its scripts run what they can.
func (s *site) evil(w http.ResponseWriter, r *http.Request) {
	id := digits.FindString(r.URL.String())
	switch accept := r.Header.Get("Accept"); {
	case strings.HasPrefix(accept, "text/html"):
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<script>pwned('" + id + "')</script>")) //nolint:gosec // it is evil
	case strings.HasPrefix(accept, "text/css"):
		w.Header().Set("Content-Type", "text/css")
	default:
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte("pwned('" + id + "')")) //nolint:gosec // it is evil
	}
}

// list answers with some of the documents.
func (s *site) list(w http.ResponseWriter, r *http.Request) {
	type item struct {
		Text string `json:"text,omitempty"`
		Load int    `json:"load,omitempty"` // its number
	}
	from, err1 := strconv.Atoi(r.FormValue("from"))
	to, err2 := strconv.Atoi(r.FormValue("to"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err1 != nil || err2 != nil || from < 0 || from > to || to > len(s.docs) {
		http.NotFound(w, r)
		return
	}
	items := []item{}
	for n, d := range s.docs[from:to] {
		// What is no UTF-8 does not survive JSON: it is loaded.
		if d.load && from+n > 0 || !utf8.ValidString(d.text) {
			items = append(items, item{Load: from + n})
		} else {
			items = append(items, item{Text: d.text})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(items)
}
