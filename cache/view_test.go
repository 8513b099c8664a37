package cache_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/dewartest"
)

// A shop counts how often its views run.
type shop struct {
	*dewartest.Client
	runs  atomic.Int64
	store *cache.Memory
}

func newShop(t *testing.T, o cache.ViewOptions, view dewar.View, guards ...dewar.Guard) *shop {
	t.Helper()
	s := &shop{store: cache.NewMemory(0)}
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
		Templates: fstest.MapFS{
			"nonce.html":  {Data: []byte(`<script>let a = 1</script>`)},
			"form.html":   {Data: []byte(`<form method="post"></form>`)},
			"flash.html":  {Data: []byte(`{{ get_flashed_messages() }}`)},
			"cookie.html": {Data: []byte(`{{ request.cookies.theme }}`)},
			"header.html": {Data: []byte(`{{ request.headers['X-Who'] }}`)},
			"agent.html":  {Data: []byte(`{{ request.user_agent.string }}`)},
			"addr.html":   {Data: []byte(`{{ request.remote_addr }}`)},
			"plain.html":  {Data: []byte(`<h1>{{ title }}</h1>`)},
		},
	})
	if o.TTL == 0 {
		o.TTL = time.Minute
	}
	o.Logger = slog.New(slog.DiscardHandler)
	counted := func(c *dewar.Context) error { s.runs.Add(1); return view(c) }
	app.Route("/", counted, "GET", "POST").Guard(append(guards, cache.NewView(s.store, o))...)
	app.Get("/<path:p>", counted).Guard(cache.NewView(s.store, o))
	s.Client = dewartest.New(t, app)
	return s
}

// twice asks twice and says how often the view ran.
func (s *shop) twice(t *testing.T, ask func() *dewartest.Response) (first, second *dewartest.Response, runs int64) {
	t.Helper()
	before := s.runs.Load()
	first, second = ask(), ask()
	return first, second, s.runs.Load() - before
}

func TestView(t *testing.T) {
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error {
		c.SetHeader("X-Own", "1")
		c.Writer().Header()["Link"] = []string{"</a>; rel=next", "</b>; rel=prev"}
		return c.Render("plain.html", dewar.Vars{"title": "Hello"})
	})
	first, second, runs := s.twice(t, func() *dewartest.Response { return s.Get("/") })
	if runs != 1 || second.Status != 200 || second.Text != first.Text || second.Text != "<h1>Hello</h1>" {
		t.Errorf("%d runs, %d %q", runs, second.Status, second.Text)
	}
	for name := range first.Header {
		if !slices.Equal(first.Header[name], second.Header[name]) {
			t.Errorf("%s: %q and %q", name, first.Header[name], second.Header[name])
		}
	}
	if second.Header.Get("Age") == "" || first.Header.Get("Age") != "" {
		t.Errorf("Age: %q and %q", first.Header.Get("Age"), second.Header.Get("Age"))
	}
	head := s.Do(s.NewRequest("HEAD", "/", nil))
	if s.runs.Load() != 1 || head.Status != 200 || head.Text != "" {
		t.Errorf("HEAD: %d runs, %d %q", s.runs.Load(), head.Status, head.Text)
	}
	r := s.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", first.Header.Get("Etag"))
	if got := s.Do(r); got.Status != http.StatusNotModified || s.runs.Load() != 1 {
		t.Errorf("with its ETag: %d", got.Status)
	}
}

// TestViewsThatAreNotKept: what is for one visitor, or is no whole page, is made each time.
func TestViewsThatAreNotKept(t *testing.T) {
	for name, view := range map[string]dewar.View{
		"session read":    func(c *dewar.Context) error { _, _ = c.Session().Get("x"); return c.Text("a") },
		"session written": func(c *dewar.Context) error { c.Session().Set("x", 1); return c.Text("a") },
		"nonce":           func(c *dewar.Context) error { return c.Render("nonce.html", nil) },
		"token":           func(c *dewar.Context) error { return c.Render("form.html", nil) },
		"flashes":         func(c *dewar.Context) error { return c.Render("flash.html", nil) },
		"cookie":          func(c *dewar.Context) error { return c.Text(c.Cookie("theme")) },
		"template cookie": func(c *dewar.Context) error { return c.Render("cookie.html", nil) },
		"user":            func(c *dewar.Context) error { c.SetUserID("ada"); return c.Text("a") },
		"bound cookie": func(c *dewar.Context) error {
			var in struct {
				Theme string `cookie:"theme"`
			}
			_ = c.Bind(&in)
			return c.Text(in.Theme)
		},
		"bound header": func(c *dewar.Context) error {
			var in struct {
				Who string `header:"X-Who"`
			}
			_ = c.Bind(&in)
			return c.Text(in.Who)
		},
		"template header":  func(c *dewar.Context) error { return c.Render("header.html", nil) },
		"template agent":   func(c *dewar.Context) error { return c.Render("agent.html", nil) },
		"template address": func(c *dewar.Context) error { return c.Render("addr.html", nil) },
		"address":          func(c *dewar.Context) error { return c.Text(c.ClientIP().String()) },
		"Set-Cookie": func(c *dewar.Context) error {
			_ = c.SetCookie(http.Cookie{Name: "a", Value: "b"})
			return c.Text("a")
		},
		"no-store": func(c *dewar.Context) error { c.SetHeader("Cache-Control", "no-store"); return c.Text("a") },
		"private":  func(c *dewar.Context) error { c.SetHeader("Cache-Control", "max-age=5, Private"); return c.Text("a") },
		"Vary: *":  func(c *dewar.Context) error { c.SetHeader("Vary", "*"); return c.Text("a") },
		"Vary: Cookie": func(c *dewar.Context) error {
			c.SetHeader("Vary", "accept, cookie")
			return c.Text("a")
		},
		"an error": func(c *dewar.Context) error { return errors.New("boom") },
		"403":      func(c *dewar.Context) error { return dewar.StatusError(403) },
		"201":      func(c *dewar.Context) error { return c.Status(201).Text("a") },
		"302":      func(c *dewar.Context) error { return c.Redirect(dewar.Path("/x")) },
		"stream": func(c *dewar.Context) error {
			_, _ = c.Writer().Write([]byte("a"))
			return http.NewResponseController(c.Writer()).Flush()
		},
		"too large": func(c *dewar.Context) error { return c.Text(strings.Repeat("x", 2<<20)) },
		"a panic":   func(c *dewar.Context) error { panic("ouch") },
		"aborted":   func(c *dewar.Context) error { c.SetUserID("x"); return c.Text("a") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, cache.ViewOptions{}, view)
			if _, _, runs := s.twice(t, func() *dewartest.Response { return s.Get("/") }); runs != 2 {
				t.Errorf("%d runs", runs)
			}
		})
	}
}

func TestViewsThatAreKept(t *testing.T) {
	for name, view := range map[string]dewar.View{
		"404":     func(c *dewar.Context) error { return dewar.StatusError(404) },
		"301":     func(c *dewar.Context) error { c.SetHeader("Location", "/x"); return c.Status(301).Text("moved") },
		"max-age": func(c *dewar.Context) error { c.SetHeader("Cache-Control", "max-age=5"); return c.Text("a") },
		"empty":   func(c *dewar.Context) error { return c.Text("") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, cache.ViewOptions{}, view)
			first, second, runs := s.twice(t, func() *dewartest.Response { return s.Get("/") })
			if runs != 1 || first.Status != second.Status || first.Text != second.Text || first.Header.Get("Location") != second.Header.Get("Location") {
				t.Errorf("%d runs, %d %q and %d %q", runs, first.Status, first.Text, second.Status, second.Text)
			}
		})
	}
}

// TestRequestsThatPass: who proves who they are, wants a piece, or asks in a way that is no part of the
// key, gets the view's answer, and it is not kept for others.
func TestRequestsThatPass(t *testing.T) {
	view := func(c *dewar.Context) error { return c.Text(fmt.Sprint(time.Now().UnixNano())) }
	for name, change := range map[string]func(*http.Request){
		"Authorization": func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") },
		"Range":         func(r *http.Request) { r.Header.Set("Range", "bytes=0-1") },
		"override":      func(r *http.Request) { r.Header.Set("X-HTTP-Method-Override", "DELETE") },
		"query":         func(r *http.Request) { r.URL.RawQuery = "utm=1" },
		"two in query":  func(r *http.Request) { r.URL.RawQuery = "page=1&utm=1" },
		"a body":        func(r *http.Request) { r.ContentLength = 1; r.Body = http.NoBody },
		"POST":          func(r *http.Request) { r.Method = "POST" },
		"a certificate": func(r *http.Request) { r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, cache.ViewOptions{Query: []string{"page"}}, view)
			ask := func() *dewartest.Response {
				r := s.NewRequest("GET", "/", nil)
				change(r)
				return s.Do(r)
			}
			if _, _, runs := s.twice(t, ask); runs != 2 {
				t.Errorf("%d runs", runs)
			}
			if s.Get("/"); s.runs.Load() != 3 {
				t.Error("the next visitor got that page")
			}
		})
	}
}

// TestViewKey: each part of the key makes another page.
func TestViewKey(t *testing.T) {
	s := newShop(t, cache.ViewOptions{Query: []string{"page", "q"}}, func(c *dewar.Context) error {
		return c.Text(c.Host() + c.Path() + "?" + c.Request().URL.RawQuery)
	})
	get := func(target string) *dewartest.Response {
		u, _ := url.Parse(target)
		r := s.NewRequest("GET", u.RequestURI(), nil)
		r.Host = u.Host
		return s.Do(r)
	}
	pages := map[string]string{}
	for _, u := range []string{
		"http://localhost/", "http://127.0.0.1/", "http://localhost:81/", "http://localhost/a", "http://localhost/a/b", "http://localhost/?page=1", "http://localhost/?page=2",
		"http://localhost/?page=1&page=2", "http://localhost/?q=1", "http://localhost/?page=1&q=1", "http://localhost/?page=%22%2C%22q", "http://localhost/?page=",
	} {
		got := get(u)
		if other, ok := pages[got.Text]; ok || got.Status != 200 {
			t.Errorf("%s is %d %q, as is %s", u, got.Status, got.Text, other)
		}
		pages[got.Text] = u
		if again := get(u); again.Text != got.Text || again.Header.Get("Age") == "" {
			t.Errorf("%s is not kept", u)
		}
	}
	if got := get("http://localhost/?q=1&page=1"); got.Header.Get("Age") == "" {
		t.Error("the order of parameters makes another page")
	}
}

func TestViewVaries(t *testing.T) {
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error {
		return c.Text(dewar.AcceptsLanguage(c, "en", "de") + c.Accepts("text/plain", "text/html"))
	})
	ask := func(language string) *dewartest.Response {
		r := s.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", language)
		return s.Do(r)
	}
	for range 2 {
		for language, want := range map[string]string{"de": "de", "en": "en"} {
			if got := ask(language); !strings.HasPrefix(got.Text, want) {
				t.Errorf("%s: %q", language, got.Text)
			}
		}
	}
	if s.runs.Load() != 2 {
		t.Errorf("%d runs", s.runs.Load())
	}
	if ask(strings.Repeat("de,", 100)); s.runs.Load() != 3 {
		t.Error("a long value is kept")
	}
}

// TestViewBehindGuards: a page is not shown to those whom a guard turns away.
func TestViewBehindGuards(t *testing.T) {
	closed := false
	guard := dewar.GuardFunc(dewar.StagePermission, "door", func(*dewar.Context) error {
		if closed {
			return dewar.StatusError(403)
		}
		return nil
	})
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error { return c.Text("inside") }, guard)
	s.twice(t, func() *dewartest.Response { return s.Get("/") })
	closed = true
	if got := s.Get("/"); got.Status != 403 || s.runs.Load() != 1 {
		t.Errorf("%d %q", got.Status, got.Text)
	}
}

// TestHeadersOfGuards: what a guard says to one visitor is not said to the next.
func TestHeadersOfGuards(t *testing.T) {
	n := 0
	guard := dewar.GuardFunc(dewar.StageLimit, "count", func(c *dewar.Context) error {
		n++
		c.SetHeader("X-Count", fmt.Sprint(n))
		c.SetHeader("X-Left", fmt.Sprint(n))
		if n == 1 { // as a limit that charges behind the view
			c.AfterThis(func(c *dewar.Context) error { c.SetHeader("X-Left", "0"); return nil })
		}
		return nil
	})
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error {
		c.SetHeader("X-Own", "view")
		return c.Text("a")
	}, guard)
	_, second, runs := s.twice(t, func() *dewartest.Response { return s.Get("/") })
	if runs != 1 || second.Header.Get("X-Count") != "2" || second.Header.Get("X-Left") != "2" || second.Header.Get("X-Own") != "view" {
		t.Errorf("%d runs, %v", runs, second.Header)
	}
}

func TestViewInvalidation(t *testing.T) {
	for name, vary := range map[string]string{"plain": "", "varied": "Accept-Language"} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, cache.ViewOptions{Tags: []string{"posts"}}, func(c *dewar.Context) error {
				if vary != "" {
					c.SetHeader("Vary", vary)
				}
				return c.Text("a")
			})
			for n := range 3 {
				if _, _, runs := s.twice(t, func() *dewartest.Response { return s.Get("/") }); runs != 1 {
					t.Errorf("%d runs behind %d invalidations", runs, n)
				}
				if err := cache.Invalidate(context.Background(), s.store, "posts"); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestViewOfAUser: who is known gets the view's answer, whatever it depends on.
func TestViewOfAUser(t *testing.T) {
	user := ""
	guard := dewar.GuardFunc(dewar.StageSession, "user", func(c *dewar.Context) error {
		if user != "" {
			c.SetUserID(user)
		}
		return nil
	})
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error { return c.Text("for " + c.UserID()) }, guard)
	s.twice(t, func() *dewartest.Response { return s.Get("/") })
	user = "ada"
	if got := s.Get("/"); got.Text != "for ada" {
		t.Errorf("%q", got.Text)
	}
}

// TestViewStampede: many who ask for a page that is not there cause one run of the view.
func TestViewStampede(t *testing.T) {
	var s *shop
	go1 := make(chan struct{})
	s = newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error { <-go1; return c.Text("a") })
	var wg sync.WaitGroup
	started := make(chan struct{}, 100)
	for range cap(started) {
		client := s.Another()
		wg.Go(func() {
			started <- struct{}{}
			if got := client.Get("/"); got.Text != "a" {
				t.Errorf("%d %q", got.Status, got.Text)
			}
		})
	}
	for range cap(started) {
		<-started
	}
	close(go1)
	wg.Wait()
	if s.runs.Load() != 1 {
		t.Errorf("%d runs", s.runs.Load())
	}
}

// TestViewOfOtherTags: a program that names other tags than the one before it finds a page of that one no more.
func TestViewOfOtherTags(t *testing.T) {
	store := cache.NewMemory(0)
	for _, tags := range [][]string{{"a", "b"}, {"a"}, {"a", "b", "c"}, nil} {
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Get("/", func(c *dewar.Context) error { return c.Text("page") }).Guard(cache.NewView(store, cache.ViewOptions{TTL: time.Minute, Tags: tags}))
		if got := dewartest.New(t, app).Get("/"); got.Status != 200 || got.Text != "page" || got.Header.Get("Age") != "" {
			t.Errorf("%q: %d %q of age %q", tags, got.Status, got.Text, got.Header.Get("Age"))
		}
	}
}

// TestViewOfErrorPages: an error page for a program is none for a person, nor the other way round.
func TestViewOfErrorPages(t *testing.T) {
	s := newShop(t, cache.ViewOptions{}, func(*dewar.Context) error { return dewar.StatusError(404) })
	for range 2 {
		for _, row := range []struct{ accept, kind, want string }{
			{"", "", "text/html"}, {"application/json", "", "application/problem+json"}, {"*/*", "application/json", "application/problem+json"},
			{"*/*", "", "text/html"}, {"", "application/json", "application/problem+json"},
		} {
			r := s.NewRequest("GET", "/", nil)
			for name, value := range map[string]string{"Accept": row.accept, "Content-Type": row.kind} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			if got := s.Do(r).Header.Get("Content-Type"); !strings.HasPrefix(got, row.want) {
				t.Errorf("Accept %q, Content-Type %q: %q, want %q", row.accept, row.kind, got, row.want)
			}
		}
	}
}

// TestViewOfCodings: who takes no gzip gets no page that was made for one who does.
func TestViewOfCodings(t *testing.T) {
	s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error {
		return c.Text(dewar.AcceptsEncoding(c, "gzip", "deflate", "identity"))
	})
	for range 2 {
		for accept, want := range map[string]string{"gzip": "gzip", "gzip;q=0": "", "gzip; q=0.000": "", "deflate": "deflate", "identity": "identity", "br, gzip;q=0.5": "gzip"} {
			r := s.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", accept)
			if got := s.Do(r); got.Text != want {
				t.Errorf("%q: %q, want %q", accept, got.Text, want)
			}
		}
	}
	before := s.runs.Load()
	for _, accept := range []string{"br;q=1, GZIP;q=0.5", "gzip,br"} {
		r := s.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", accept)
		if s.Do(r); s.runs.Load() != before {
			t.Errorf("%q is another page", accept)
		}
	}
	if _, _, runs := s.twice(t, func() *dewartest.Response {
		r := s.NewRequest("GET", "/", nil)
		r.TLS = &tls.ConnectionState{}
		return s.Do(r)
	}); runs != 1 {
		t.Errorf("over TLS: %d runs", runs)
	}
}

// TestViewOfAStream: nobody waits for the end of a stream that is not kept.
func TestViewOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, end := make(chan struct{}, 2), make(chan struct{})
		s := newShop(t, cache.ViewOptions{}, func(c *dewar.Context) error {
			return c.Stream("text/plain", func(w io.Writer) error {
				_, _ = w.Write([]byte("a"))
				_ = http.NewResponseController(c.Writer()).Flush()
				began <- struct{}{}
				<-end
				return nil
			})
		})
		start := time.Now()
		for range 2 {
			client := s.Another()
			go client.Get("/")
			<-began
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("the second waited for %v", waited)
		}
		close(end)
		synctest.Wait()
	})
}
