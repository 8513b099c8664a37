package dewar_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestCVE_2023_23934_NamelessCookies: a cookie without a name must not be read as
// one that a subdomain may not set.
func TestCVE_2023_23934_NamelessCookies(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		return c.Text(c.Cookie("__Host-session") + c.Cookie("session") + c.Cookie(""))
	})
	client := dewartest.New(t, app)
	for _, line := range []string{"=__Host-session=evil", "==__Host-session=evil", " =session=evil", "=; =evil", "__Host-session", "session"} {
		r := client.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", line)
		if resp := client.Do(r); resp.Status != 200 || strings.Contains(resp.Text, "evil") {
			t.Errorf("%q: %d %q", line, resp.Status, resp.Text)
		}
	}
}

// TestCVE_2025_58186_ManyCookies: as many cookies as the header's cap lets through
// are read without an error, and the session is found or not, never another's.
func TestCVE_2025_58186_ManyCookies(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error { return c.Text(fmt.Sprint(c.Session().Get("user"))) })
	addr := serve(t, app)
	const head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: "
	if answer := exchange(t, addr, head+strings.Repeat("a=b; ", 12_000)+"session=x\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 200") {
		t.Errorf("12,000 cookies: %.100q", answer)
	}
	if answer := exchange(t, addr, head+strings.Repeat("a=b; ", 20_000)+"session=x\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 431") {
		t.Errorf("20,000 cookies: %.100q", answer)
	}
}

// TestCVE_2018_25060_CookieFlags: no cookie that the app sets is without them.
func TestCVE_2018_25060_CookieFlags(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		c.Session().Set("a", 1)
		if _, err := c.CSRFToken(); err != nil {
			return err
		}
		return c.SetCookie(http.Cookie{Name: "theme", Value: "dark"})
	}).Name("index")
	app.After(func(c *dewar.Context) error {
		if c.Endpoint() == "index" {
			return c.Text("x")
		}
		return nil
	})
	for _, cookie := range dewartest.New(t, app).Get("/").Header["Set-Cookie"] {
		if !strings.Contains(cookie, "; HttpOnly") || !strings.Contains(cookie, "; SameSite=Lax") {
			t.Errorf("got %s", cookie)
		}
	}
}

// TestCVE_2025_66630_NoPredictableRandom: secrets come from crypto/rand, which
// stops the program when there is none; CVE-2025-66565 fell back to predictable
// values. math/rand names requests, picks counters to drop, and spreads times.
func TestCVE_2025_66630_NoPredictableRandom(t *testing.T) {
	allowed := map[string]bool{"log.go": true, filepath.Join("limit", "memory.go"): true, filepath.Join("cache", "spread.go"): true, filepath.Join("outbound", "retry.go"): true, filepath.Join("tasks", "spread.go"): true, filepath.Join("contrib", "vault", "run.go"): true}
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == "bench" || path == "examples" || path == "internal" || strings.HasPrefix(d.Name(), ".") && path != "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if strings.HasPrefix(name, "crypto/rand") {
				seen++
			}
			// jinja's random and shuffle filters choose what to show.
			if strings.HasPrefix(name, "math/rand") && !allowed[path] && !strings.HasPrefix(path, "jinja"+string(os.PathSeparator)) {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Errorf("%v, crypto/rand seen %d times", err, seen)
	}
}

// TestCVE_2026_42554_NegotiatedErrorsAreEscaped: what the client asks to get does
// not make text a page. CVE-2016-10516 and CVE-2018-16516 were the same in
// debug pages, CVE-2025-30223 and CVE-2024-22199 in forms and templates.
func TestCVE_2026_42554_NegotiatedErrorsAreEscaped(t *testing.T) {
	const evil = "<script>alert(1)</script>"
	for _, debug := range []bool{false, true} {
		app, _ := newApp(t, func(c *dewar.Config) {
			c.Debug = debug
			c.Templates = fstest.MapFS{"p.html": {Data: []byte("{{ q }}")}, "p.txt": {Data: []byte("{{ q }}")}, "p": {Data: []byte("{{ q }}")}}
		})
		app.Get("/abort", func(c *dewar.Context) error { return &dewar.HTTPError{Code: 400, Detail: c.Query("q")} })
		app.Get("/panic", func(c *dewar.Context) error { panic(c.Query("q")) }).Name("panic")
		app.Get("/text", func(c *dewar.Context) error { return c.Text(c.Query("q")) }).Name("text")
		app.Get("/json", func(c *dewar.Context) error { return c.JSON(c.Query("q")) }).Name("json")
		for _, name := range []string{"p.html", "p.txt", "p"} {
			app.Get("/"+name, func(c *dewar.Context) error { return c.Render(name, dewar.Vars{"q": c.Query("q")}) }).Name("t" + strings.ReplaceAll(name, ".", ""))
		}
		client := dewartest.New(t, app)
		for _, path := range []string{"/abort", "/panic", "/text", "/json", "/none" + evil, "/p.html", "/p.txt", "/p"} {
			for _, accept := range []string{"", "*/*", "text/html", "application/json", "text/html;q=0.1, application/problem+json"} {
				r := client.NewRequest("GET", path, nil)
				r.URL.RawQuery = "q=" + strings.NewReplacer("<", "%3C", ">", "%3E").Replace(evil)
				r.Header.Set("Accept", accept)
				resp := client.Do(r)
				kind := resp.Header.Get("Content-Type")
				if strings.HasPrefix(kind, "text/html") && strings.Contains(resp.Text, evil) || kind == "" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("debug %v, %s for %q: %s %s", debug, path, accept, kind, resp.Text)
				}
				if strings.HasSuffix(kind, "json") && !json.Valid([]byte(resp.Text)) {
					t.Errorf("%s for %q: %s", path, accept, resp.Text)
				}
			}
		}
	}
}

// TestCVE_2024_34069_DebugPageTakesNoOrders: there is no console in it to drive
// from elsewhere (CVE-2019-14806), and a name that was rebound to this machine
// does not get to see it.
func TestCVE_2024_34069_DebugPageTakesNoOrders(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Debug = true })
	app.Get("/", func(*dewar.Context) error { panic("shown in debug") })
	client := dewartest.New(t, app)
	resp := client.Get("/?__debugger__=yes&cmd=printpin&frm=0&s=x")
	if !strings.Contains(resp.Text, "shown in debug") || strings.Contains(resp.Text, "<script") || strings.Contains(resp.Text, "<form") {
		t.Errorf("got %s", resp.Text)
	}
	client.Host = "rebound.evil.example"
	if resp := client.Get("/"); resp.Status != 400 || strings.Contains(resp.Text, "shown in debug") {
		t.Errorf("by a name that is not trusted: %d %s", resp.Status, resp.Text)
	}
}

// TestStreamedUpload: the view of a streamed upload reads the body, and no guard
// does before it; the token is taken from the header alone.
func TestStreamedUpload(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/form", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	app.Post("/stream", func(c *dewar.Context) error {
		_, params, ok := strings.Cut(c.Request().Header.Get("Content-Type"), "boundary=")
		if !ok || params == "" {
			return dewar.StatusError(400)
		}
		part, err := multipart.NewReader(c.Request().Body, params).NextPart()
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, part)
		if err != nil {
			return err
		}
		return c.Text(fmt.Sprint(part.FormName(), n))
	}).StreamBody().MaxBody(1 << 20)
	client := dewartest.New(t, app)
	token := client.Get("/form").Text
	client.SecFetchSite = ""
	const body = "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n%s\r\n--x--\r\n"
	for _, row := range []struct {
		name, header, field string
		status              int
		text                string
	}{
		{"token in the header", token, "abc", 200, "csrf_token3"},
		{"token in the form", "", token, 400, "The CSRF token is missing."},
		{"a wrong one in the header", "x", token, 400, "The CSRF token is invalid."},
	} {
		r := client.NewRequest("POST", "/stream", strings.NewReader(fmt.Sprintf(body, row.field)))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if row.header != "" {
			r.Header.Set("X-CSRFToken", row.header)
		}
		if resp := client.Do(r); resp.Status != row.status || !strings.Contains(resp.Text, row.text) {
			t.Errorf("%s: %d %s", row.name, resp.Status, resp.Text)
		}
	}
}

// TestTokenBeforeTheBody: the header's token decides before a byte of the body is
// read, and a form is read within its limit.
func TestTokenBeforeTheBody(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/form", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	app.Post("/", text("done")).MaxBody(1000)
	client := dewartest.New(t, app)
	token := client.Get("/form").Text
	client.SecFetchSite = ""
	for _, row := range []struct {
		name, header, body string
		status             int
		read               bool
	}{
		{"header", token, "a=b", 200, false},
		{"wrong header", "x", "csrf_token=" + token, 400, false},
		{"form", "", "csrf_token=" + token, 200, true},
		{"form past the limit", "", "a=" + strings.Repeat("x", 2000) + "&csrf_token=" + token, 413, true},
	} {
		body := &countingBody{Reader: strings.NewReader(row.body)}
		r := client.NewRequest("POST", "/", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if row.header != "" {
			r.Header.Set("X-CSRF-Token", row.header)
		}
		if resp := client.Do(r); resp.Status != row.status || (body.n > 0) != row.read {
			t.Errorf("%s: %d, %d bytes read", row.name, resp.Status, body.n)
		}
	}
}

// countingBody counts what is read of it.
type countingBody struct {
	io.Reader
	n int
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.n += n
	return n, err
}
