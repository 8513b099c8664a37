package dewar_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// holding is a middleware's writer that keeps everything until the end, as
// those that compute a validator or compress do.
type holding struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *holding) WriteHeader(code int) {
	if h.status == 0 {
		h.status = code
	}
}

func (h *holding) Write(p []byte) (int, error) {
	h.WriteHeader(200)
	return h.body.Write(p)
}

func hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := &holding{ResponseWriter: w}
		next.ServeHTTP(h, r)
		if r.URL.Query().Has("unchanged") && h.status == 200 {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if h.status != 0 {
			w.WriteHeader(h.status)
		}
		_, _ = w.Write(h.body.Bytes())
	})
}

func TestAnAnswerEndsTheRequest(t *testing.T) {
	for _, wrapped := range []bool{false, true} {
		app, _ := newApp(t)
		if wrapped {
			app.Wrap(hold)
		}
		ran := ""
		app.Before(func(c *dewar.Context) error {
			if c.Query("before") != "" {
				return c.Redirect(dewar.Path("/login"))
			}
			c.Status(201) // no answer yet
			return nil
		})
		app.Post("/", func(c *dewar.Context) error { ran += "view"; return c.Text("deleted") }).
			Guard(dewar.GuardFunc(dewar.StagePermission, "members", func(c *dewar.Context) error {
				if c.Query("guard") != "" {
					return c.Redirect(dewar.Path("/login"))
				}
				return nil
			}), dewar.GuardFunc(dewar.StagePermission, "second", func(*dewar.Context) error { ran += "guard "; return nil }))
		client := dewartest.New(t, app)
		for _, query := range []string{"?before=1", "?guard=1"} {
			ran = ""
			resp := client.PostForm("/"+query, nil)
			if resp.Status != 303 || resp.Location() != "/login" || strings.Contains(ran, "view") || strings.Contains(resp.Text, "deleted") {
				t.Errorf("wrapped %v, %s: %d to %q, ran %q", wrapped, query, resp.Status, resp.Location(), ran)
			}
			if query == "?guard=1" && ran != "" {
				t.Errorf("a guard ran after one had answered")
			}
		}
		if resp := client.PostForm("/", nil); resp.Status != 201 || resp.Text != "deleted" {
			t.Errorf("wrapped %v: a status alone ended the request: %d %q", wrapped, resp.Status, resp.Text)
		}
	}
}

func TestMiddlewareThatHoldsTheAnswer(t *testing.T) {
	app, _ := newApp(t)
	app.Wrap(hold)
	app.Get("/", text("page"))
	app.Get("/partly", func(c *dewar.Context) error {
		_ = c.Text("half a page")
		return errors.New("broken")
	})
	app.Get("/after", func(c *dewar.Context) error {
		c.AfterThis(func(*dewar.Context) error { return errors.New("broken") })
		return c.Text("whole page")
	})
	client := dewartest.New(t, app)
	if got := client.Get("/?unchanged"); got.Status != 304 {
		t.Errorf("the middleware's status: %d", got.Status)
	}
	for _, path := range []string{"/partly", "/after"} {
		if got := client.Get(path); got.Status != 500 || !strings.Contains(got.Text, "Internal Server Error") || strings.Contains(got.Text, "page</") {
			t.Errorf("%s: %d %q", path, got.Status, got.Text)
		}
	}
}

func TestErrorPagesKeepWhatStoodBefore(t *testing.T) {
	app, _ := newApp(t)
	app.Guard(dewar.GuardFunc(dewar.StageCORS, "cors", func(c *dewar.Context) error {
		c.SetHeader("Access-Control-Allow-Origin", "https://a.example")
		return nil
	}))
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			next.ServeHTTP(compressed{w, z}, r)
		})
	})
	app.Before(func(c *dewar.Context) error {
		return c.SetCookie(http.Cookie{Name: "seen", Value: "1"})
	})
	app.Get("/", func(c *dewar.Context) error {
		c.SetHeader("X-View", "1")
		return dewar.StatusError(422)
	})
	got := dewartest.New(t, app).Get("/")
	z, err := gzip.NewReader(strings.NewReader(got.Text))
	if err != nil {
		t.Fatalf("%v: %q %v", err, got.Text, got.Header)
	}
	page, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(page), "<h1>") || got.Status != 422 {
		t.Errorf("%d %q %v", got.Status, page, err)
	}
	if h := got.Header; h.Get("Access-Control-Allow-Origin") == "" || !strings.HasPrefix(h.Get("Set-Cookie"), "seen=") || h.Get("X-View") != "" {
		t.Errorf("headers %v", h)
	}
}

type compressed struct {
	http.ResponseWriter
	z io.Writer
}

func (c compressed) Write(p []byte) (int, error) { return c.z.Write(p) }

// contextTransaction fails when its context is over.
type contextTransaction struct{}

func (contextTransaction) Commit(ctx context.Context) error { return ctx.Err() }
func (contextTransaction) Rollback(context.Context) error   { return nil }

func TestCommitOutlivesMiddlewaresContext(t *testing.T) {
	app, _ := newApp(t)
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	})
	app.Post("/", func(c *dewar.Context) error {
		c.AddTransaction(contextTransaction{})
		if _, ok := c.Context().Deadline(); !ok {
			t.Error("the view does not see the middleware's deadline")
		}
		if _, ok := dewar.RequestContext(c).Deadline(); ok {
			t.Error("the request's own context has the middleware's deadline")
		}
		return c.Text("done")
	})
	if got := dewartest.New(t, app).PostForm("/", nil); got.Status != 200 {
		t.Errorf("%d %s", got.Status, got.Text)
	}
}

// TestMiddlewareThatDoesNotWait: the view goes on only when the client has the
// middleware's answer, so it is certainly the one that came too late.
func TestMiddlewareThatDoesNotWait(t *testing.T) {
	app, log := newApp(t, func(cfg *dewar.Config) { cfg.Loopback = true })
	var trace []string
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			entered := make(chan struct{})
			go next.ServeHTTP(&holding{ResponseWriter: entry{w, entered}}, r)
			<-entered
			w.WriteHeader(503)
		})
	})
	answered := make(chan struct{})
	app.Get("/", func(c *dewar.Context) error {
		c.Session().Set("x", 1)
		c.AddTransaction(transaction{"a", &trace, nil})
		c.Writer().Header() // tells the middleware that the view runs
		<-answered
		return errors.New("too late")
	})
	server := httptest.NewServer(app)
	got, err := http.Get(server.URL)
	close(answered)
	server.Close() // waits for the view
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != 503 || got.Header.Get("Set-Cookie") != "" || strings.Join(trace, ",") != "rollback a" {
		t.Errorf("%d %v %v", got.StatusCode, got.Header, trace)
	}
	if !strings.Contains(log.String(), "middleware returned before the view") {
		t.Errorf("log: %s", log)
	}
}

// TestMiddlewareAnswersBeforeTheView: the answer of middleware that does not wait
// reaches the client while the view still runs, and what the view writes then
// reaches nobody.
func TestMiddlewareAnswersBeforeTheView(t *testing.T) {
	for _, row := range []struct {
		name string
		head string // flushed before the view is called
		want string
	}{{"whole", "", "timeout"}, {"behind a flushed part", "head ", "head timeout"}} {
		t.Run(row.name, func(t *testing.T) {
			app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
			app.Wrap(func(next http.Handler) http.Handler {
				timeout := http.TimeoutHandler(next, time.Millisecond, "timeout")
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if row.head != "" {
						_, _ = io.WriteString(w, row.head)
						_ = http.NewResponseController(w).Flush()
					}
					timeout.ServeHTTP(w, r)
				})
			})
			answered, ended := make(chan struct{}), make(chan error, 1)
			app.Get("/", func(c *dewar.Context) error {
				<-answered
				c.SetHeader("X-Late", "1")
				_, err := io.WriteString(c.Writer(), "SECRET")
				ended <- err
				return errors.New("late")
			})
			server := httptest.NewServer(app)
			defer server.Close()
			got, err := http.Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			body := make([]byte, len(row.want))
			_, err = io.ReadFull(got.Body, body)
			close(answered)
			if err != nil || string(body) != row.want || row.head == "" && got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("X-Content-Type-Options") == "" {
				t.Errorf("%d %q %v, %v", got.StatusCode, body, got.Header, err)
			}
			if err := <-ended; !errors.Is(err, http.ErrHandlerTimeout) {
				t.Errorf("the late view wrote: %v", err)
			}
			if rest, _ := io.ReadAll(got.Body); len(rest) > 0 {
				t.Errorf("then came %q", rest)
			}
			_ = got.Body.Close()
		})
	}
}

// TestViewFailsAsItsTimeEnds: a view that fails, sets headers and answers at the moment
// in which its middleware gives up touches nothing that the middleware uses. The race
// detector and the runtime's own check of maps see it.
func TestViewFailsAsItsTimeEnds(t *testing.T) {
	app, _ := newApp(t)
	app.Wrap(func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Millisecond, "timeout") })
	app.Before(func(c *dewar.Context) error { c.SetHeader("X-Before", "1"); return nil })
	app.Get("/<int:n>", func(c *dewar.Context) error {
		<-c.Context().Done()
		for range 50 {
			c.SetHeader("X-Progress", "1")
		}
		switch c.Int("n") % 3 {
		case 0:
			return errors.New("failed")
		case 1:
			return c.Status(201).Text("late")
		}
		panic("failed")
	})
	client := dewartest.New(t, app)
	for n := range 60 {
		if got := client.Get("/" + strconv.Itoa(n)); got.Status != http.StatusServiceUnavailable && got.Status != 201 && got.Status != 500 { // whichever was first
			t.Fatalf("%d %q", got.Status, got.Text)
		}
	}
}

// TestErrorPageKeepsWhatStandsNow: an error page has the headers that stood when the
// view began, and not one that a before hook had taken away.
func TestErrorPageKeepsWhatStandsNow(t *testing.T) {
	app, _ := newApp(t)
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Mw", "1")
			next.ServeHTTP(w, r)
		})
	})
	app.Before(func(c *dewar.Context) error {
		c.Writer().Header().Del("X-Mw")
		if c.Path() == "/kept" {
			c.SetHeader("X-Kept", "1")
		}
		return nil
	})
	fails := func(c *dewar.Context) error {
		c.SetHeader("X-View", "1")
		return errors.New("failed")
	}
	app.Get("/", fails)
	app.Get("/kept", fails)
	client := dewartest.New(t, app)
	for path, kept := range map[string]string{"/": "", "/kept": "1"} {
		got := client.Get(path)
		if got.Status != 500 || got.Header.Get("X-Mw") != "" || got.Header.Get("X-View") != "" || got.Header.Get("X-Kept") != kept {
			t.Errorf("%s: %d %v", path, got.Status, got.Header)
		}
	}
}

// TestTearingDownReceiverPanics: the answer stands, and the rest of the end is done.
func TestTearingDownReceiverPanics(t *testing.T) {
	app, log := newApp(t)
	app.Signals.RequestTearingDown.Connect(func(*dewar.Context) { panic("receiver") })
	done := false
	app.Teardown(func(*dewar.Context, error) { done = true })
	app.Get("/", func(c *dewar.Context) error { return c.Text("fine") })
	if got := dewartest.New(t, app).Get("/"); got.Text != "fine" || !done || !strings.Contains(log.String(), "RequestTearingDown") {
		t.Errorf("%d %q, teardown %v, log %s", got.Status, got.Text, done, log)
	}
}

// TestRedirectExternalTakesAddresses: absolute ones of http and https, with a host.
func TestRedirectExternalTakesAddresses(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error { return c.RedirectExternal(c.Query("to")) })
	client := dewartest.New(t, app)
	for to, want := range map[string]int{
		"https://example.com/a?b=c#d": 303, "http://example.com": 303, "HTTPS://example.com/": 303, "https://[2001:db8::1]:8443/": 303, "https://e.com/é": 303,
		"": 400, "/here": 400, "//example.com/": 400, "https://": 400, "https:///x": 400, "https://#": 400, "https://?a": 400, "https://:80/": 400, "https://[bad": 400,
		"https://exa\tmple.com/": 400, "https://e.com/\x01": 400, "https://e.com/\r\nSet-Cookie: a=b": 400, "https:\\\\e.com": 400, "javascript://example.com/": 400, "ftp://example.com/": 400,
	} {
		if got := client.Get("/?to=" + url.QueryEscape(to)); got.Status != want || want == 303 && got.Header.Get("Location") == "" {
			t.Errorf("%q: %d %q", to, got.Status, got.Header.Get("Location"))
		}
	}
}

// TestSetHeaderRefuses: what would break out of its line, or breaks the answer for clients.
func TestSetHeaderRefuses(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		c.SetHeader(c.Query("name"), c.Query("value"))
		return c.Text("fine")
	})
	client := dewartest.New(t, app)
	for _, row := range []struct {
		name, value string
		status      int
	}{
		{"X-A", "v", 200}, {"X-A", "a\tb", 200}, {"X-A", "é", 200}, {"X-A", "", 200}, {"X Y", "v", 500}, {"X\tY", "v", 500}, {"", "v", 500}, {"X:Y", "v", 500}, {"X(Y", "v", 500},
		{"X-A", "a\rb", 500}, {"X-A", "a\nb", 500}, {"X-A", "a\x01b", 500}, {"X-A", "a\x7fb", 500},
	} {
		if got := client.Get("/?" + url.Values{"name": {row.name}, "value": {row.value}}.Encode()); got.Status != row.status {
			t.Errorf("%q: %q: %d", row.name, row.value, got.Status)
		}
	}
}

// entry closes a channel when somebody asks for the headers.
type entry struct {
	http.ResponseWriter
	entered chan struct{}
}

func (e entry) Header() http.Header {
	select {
	case <-e.entered:
	default:
		close(e.entered)
	}
	return http.Header{}
}

func TestFormsParsedTwice(t *testing.T) {
	app, _ := newApp(t)
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PostFormValue("a"))
	})
	app.Mount("/mounted", echo)
	app.Get("/form", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	client := dewartest.New(t, app)
	token := client.Get("/form").Text
	client.SecFetchSite = "" // so that the token, and the form, is looked at
	if got := client.PostForm("/mounted/x", map[string][]string{"a": {"kept"}, "csrf_token": {token}}); got.Text != "kept" {
		t.Errorf("%d %q", got.Status, got.Text)
	}
}

func TestTemporaryFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxFormMemorySize, c.MaxContentLength = 1, 20<<20 })
	parse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil {
			t.Error(err)
		}
		if list, _ := os.ReadDir(dir); len(list) == 0 {
			t.Error("nothing to remove: the test shows nothing")
		}
	})
	app.Mount("/mounted", parse)
	app.Post("/wrapped", dewar.Wrap(parse)).Wrap(func(next http.Handler) http.Handler { return next })
	app.Post("/own", func(c *dewar.Context) error {
		_, err := c.FormFile("f")
		return errors.Join(err, c.Text("ok"))
	})
	client := dewartest.New(t, app)
	// net/http keeps 10 MiB in memory beside what it is told.
	body := "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + strings.Repeat("x", 11<<20) + "\r\n--B--\r\n"
	for _, path := range []string{"/mounted/x", "/wrapped", "/own"} {
		r := client.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
		client.Do(r)
		if list, _ := os.ReadDir(dir); len(list) != 0 {
			t.Errorf("%s left %d files", path, len(list))
		}
	}
}

func TestSessionsAtTheEdges(t *testing.T) {
	app, log := newApp(t)
	early := dewar.GuardFunc(dewar.StageLimit, "early", func(c *dewar.Context) error {
		c.Session().Set("early", "kept")
		return nil
	})
	app.Get("/early", func(c *dewar.Context) error {
		v, _ := c.Session().Get("early")
		s, _ := v.(string)
		return c.Text(s)
	}).Guard(early)
	app.Get("/late", func(c *dewar.Context) error {
		c.Session().Set("a", 1)
		if err := http.NewResponseController(c.Writer()).Flush(); err != nil {
			return err
		}
		c.Session().Set("b", 2)
		return nil
	})
	app.Post("/out", func(c *dewar.Context) error {
		c.Session().Clear()
		return c.Text("out")
	})
	app.Post("/large", func(c *dewar.Context) error {
		c.AddTransaction(transaction{"a", &largeTrace, nil})
		noise := make([]byte, 5000)
		for i := range noise {
			noise[i] = byte(i*i*31 + i>>3)
		}
		c.Session().Set("noise", noise)
		return c.Text("done")
	})
	client := dewartest.New(t, app)
	client.Get("/early")
	if got := client.Get("/early").Text; got != "kept" {
		t.Errorf("a session written before its guard: %q", got)
	}
	before := log.Len()
	client.PostForm("/out", nil)
	if strings.Contains(log.String()[before:], "the change is lost") {
		t.Errorf("signing out: %s", log.String()[before:])
	}
	client.Get("/late")
	if !strings.Contains(log.String(), "the change is lost") {
		t.Errorf("log: %s", log)
	}
	largeTrace = nil
	if got := client.PostForm("/large", nil); got.Status != 500 || strings.Join(largeTrace, ",") != "rollback a" {
		t.Errorf("a session past the limit: %d, %v", got.Status, largeTrace)
	}
}

var largeTrace []string

func TestCachesGetNoCookies(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.StaticMaxAge = time.Hour })
	app.Before(func(c *dewar.Context) error { c.Session().Set("n", c.Path()); return nil })
	app.Get("/personal", func(c *dewar.Context) error { return c.Text(c.Cookie("theme")) })
	client := dewartest.New(t, app)
	if got := client.Get("/static/style.css").Header; got.Get("Set-Cookie") != "" && got.Get("Cache-Control") != "no-store" {
		t.Errorf("a cookie in a shared cache: %v", got)
	}
	app, _ = newApp(t)
	app.Get("/personal", func(c *dewar.Context) error { return c.Text(c.Cookie("theme")) })
	client = dewartest.New(t, app)
	if got := client.Get("/personal").Header; got.Get("Etag") != "" || got.Get("Vary") != "Cookie" {
		t.Errorf("an answer made of a cookie: %v", got)
	}
	if got := client.Get("/static/style.css").Header; got.Get("X-Content-Type-Options") == "" {
		t.Errorf("%v", got)
	}
}

func TestRenderAfterAFlush(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		_, _ = io.WriteString(c.Writer(), "head ")
		if err := http.NewResponseController(c.Writer()).Flush(); err != nil {
			return err
		}
		return c.Render("page.html", dewar.Vars{"title": "tail"})
	}).Name("index")
	if got := dewartest.New(t, app).Get("/").Text; !strings.HasPrefix(got, "head <title>tail") {
		t.Errorf("got %q", got)
	}
}

func TestAfterHooksReachShortFiles(t *testing.T) {
	app, _ := newApp(t)
	app.After(func(c *dewar.Context) error { c.SetHeader("X-After", "1"); return nil })
	client := dewartest.New(t, app)
	if got := client.Get("/static/style.css"); got.Header.Get("X-After") != "1" || got.Text != "p{}" || got.Header.Get("Content-Length") != "3" {
		t.Errorf("%q %v", got.Text, got.Header)
	}
}

func TestPanicsAreLoggedUnderOnErrorAs(t *testing.T) {
	app, log := newApp(t)
	dewar.OnErrorAs(app, func(c *dewar.Context, err error) error {
		if strings.Contains(err.Error(), "twice") {
			return errors.New("the handler failed")
		}
		return c.Status(500).Text("sorry")
	})
	app.Get("/", func(*dewar.Context) error { panic("in the view") })
	app.Get("/twice", func(*dewar.Context) error { return errors.New("twice") })
	client := dewartest.New(t, app)
	client.Get("/")
	client.Get("/twice")
	for _, want := range []string{"in the view", "middleware_test.go", "twice", "the handler failed"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}

func TestDeleteCookie(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		return errors.Join(c.SetCookie(http.Cookie{Name: "a", Path: "/sub", Value: "old", MaxAge: -1}), c.Text("ok"))
	})
	if got := dewartest.New(t, app).Get("/").Header.Get("Set-Cookie"); !strings.HasPrefix(got, "a=; Path=/sub; ") || !strings.Contains(got, "Max-Age=0") {
		t.Errorf("got %q", got)
	}
}
