package dewar_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

func TestStaticVersions(t *testing.T) { synctest.Test(t, testStaticVersions) }

func testStaticVersions(t *testing.T) {
	files := fstest.MapFS{"app.js": {Data: []byte("one")}}
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Static = files
		c.Templates = mapFS("p.html", `{{ url_for('static', filename='app.js') }}`)
	})
	app.Get("/", func(c *dewar.Context) error { return c.Render("p.html", nil) })
	client := dewartest.New(t, app)
	before := client.Get("/").Text
	if got := client.Get(before); got.Text != "one" || got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%s: %q %q", before, got.Text, got.Header.Get("Cache-Control"))
	}
	if got := client.Get("/static/app.js"); got.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("without a version: %q", got.Header.Get("Cache-Control"))
	}
	files["app.js"] = &fstest.MapFile{Data: []byte("two"), ModTime: time.Unix(1, 0)}
	time.Sleep(time.Second) // a file is looked at once a second
	if after := client.Get("/").Text; after == before {
		t.Error("the file changed and its URL did not")
	}
	if got := client.Get(before); got.Header.Get("Cache-Control") != "no-cache" {
		t.Error("the new content under the old version may be kept for ever")
	}
}

func TestPrecompressedFiles(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Static = fstest.MapFS{"a.js": {Data: []byte("plain")}, "a.js.br": {Data: []byte("BR")}, "a.js.gz": {Data: []byte("GZIP")}}
	})
	client := dewartest.New(t, app)
	for accept, want := range map[string]string{
		"": "plain", "gzip": "GZIP", "gzip, deflate, br": "BR", "br;q=0, gzip": "GZIP", "identity": "plain", "*": "BR",
	} {
		r := client.NewRequest("GET", "/static/a.js", nil)
		if accept != "" {
			r.Header.Set("Accept-Encoding", accept)
		}
		resp := client.Do(r)
		coding := map[string]string{"GZIP": "gzip", "BR": "br"}[want]
		if resp.Text != want || resp.Header.Get("Content-Encoding") != coding || resp.Header.Get("Vary") != "Accept-Encoding" || resp.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: %q %v", accept, resp.Text, resp.Header)
		}
	}
}

// TestStaticLinksStayInside covers the class of CVE-2021-28658: a folder given
// as os.DirFS is opened so that links do not lead out of it.
func TestStaticLinksStayInside(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "secret.txt")
	static := filepath.Join(dir, "static")
	if err := os.Mkdir(static, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{outside: "secret", filepath.Join(static, "a.txt"): "inside"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(static, "out.txt")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	app, _ := newApp(t, func(c *dewar.Config) { c.Static = os.DirFS(static) })
	client := dewartest.New(t, app)
	if got := client.Get("/static/a.txt"); got.Text != "inside" {
		t.Errorf("got %d %q", got.Status, got.Text)
	}
	if got := client.Get("/static/out.txt"); got.Status != 404 || strings.Contains(got.Text, "secret") {
		t.Errorf("a link led out: %d %q", got.Status, got.Text)
	}
}

func TestFileAnswers(t *testing.T) {
	files := fstest.MapFS{"page.html": {Data: []byte("0123456789"), ModTime: time.Unix(1e9, 0)}}
	app, _ := newApp(t)
	app.Get("/show", func(c *dewar.Context) error { return c.ServeFS(files, "page.html") })
	app.Get("/save", func(c *dewar.Context) error { return c.Attachment(files, "page.html", "naïve\r\nX: 1.html") })
	app.Get("/user", func(c *dewar.Context) error { return c.UserFile(files, "page.html", "x.html", true) })
	client := dewartest.New(t, app)
	r := client.NewRequest("GET", "/show", nil)
	r.Header.Set("Range", "bytes=2-4")
	if got := client.Do(r); got.Status != 206 || got.Text != "234" || got.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("range: %d %q %v", got.Status, got.Text, got.Header)
	}
	r = client.NewRequest("GET", "/show", nil)
	r.Header.Set("If-Modified-Since", time.Unix(1e9, 0).UTC().Format(http.TimeFormat))
	if got := client.Do(r); got.Status != 304 || got.Header.Get("Content-Security-Policy") != "" {
		t.Errorf("conditional: %d %v", got.Status, got.Header)
	}
	// CVE-2020-15111, CVE-2023-29401: the name stays within its header and quotes.
	if got := client.Get("/save").Header; got.Get("X") != "" || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment;") || strings.ContainsAny(got.Get("Content-Disposition"), "\r\n") {
		t.Errorf("attachment: %q", got)
	}
	if got := client.Get("/user").Header.Get("Content-Security-Policy"); !strings.Contains(got, "sandbox") {
		t.Errorf("a user's file is shown under %q", got)
	}
}

func TestValidators(t *testing.T) {
	app, _ := newApp(t)
	calls := 0
	app.Get("/auto", text("same"))
	app.Get("/session", func(c *dewar.Context) error { c.Session().Has("x"); return c.Text("same") })
	app.Get("/token", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	app.Get("/own", func(c *dewar.Context) error {
		if c.NotModified("v1", time.Unix(1e9, 0)) {
			return nil
		}
		calls++
		return c.Text("computed")
	})
	client := dewartest.New(t, app)
	ask := func(path, name, value string) *dewartest.Response {
		r := client.NewRequest("GET", path, nil)
		if name != "" {
			r.Header.Set(name, value)
		}
		return client.Do(r)
	}
	tag := ask("/auto", "", "").Header.Get("Etag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	if got := ask("/auto", "If-None-Match", `"x", W/`+tag); got.Status != 304 || got.Text != "" || got.Header.Get("Content-Security-Policy") != "" || got.Header.Get("Etag") != tag {
		t.Errorf("304: %d %q %v", got.Status, got.Text, got.Header)
	}
	if got := ask("/auto", "If-None-Match", `"x"`); got.Status != 200 {
		t.Errorf("another version: %d", got.Status)
	}
	for _, path := range []string{"/session", "/token"} {
		if got := ask(path, "If-None-Match", "*"); got.Header.Get("Etag") != "" || got.Status != 200 {
			t.Errorf("%s: %d, ETag %q", path, got.Status, got.Header.Get("Etag"))
		}
	}
	if got := ask("/own", "If-None-Match", `"v1"`); got.Status != 304 {
		t.Errorf("own: %d", got.Status)
	}
	if got := ask("/own", "If-Modified-Since", time.Unix(1e9+5, 0).UTC().Format(http.TimeFormat)); got.Status != 304 {
		t.Errorf("own, by date: %d", got.Status)
	}
	if got := ask("/own", "If-Modified-Since", time.Unix(1e9-5, 0).UTC().Format(http.TimeFormat)); got.Text != "computed" || calls != 1 {
		t.Errorf("own, newer: %d, %d calls", got.Status, calls)
	}
}

func TestStreams(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/stream", func(c *dewar.Context) error {
		return c.Stream("text/csv", func(w io.Writer) error {
			_, err := io.WriteString(w, "a,b\n")
			return err
		})
	})
	app.Get("/events", func(c *dewar.Context) error {
		return c.Events(func(send func(dewar.Event) error) error {
			for _, e := range []dewar.Event{{ID: "1", Name: "news", Data: "two\nlines", Retry: time.Second}, {}, {Data: "x"}} {
				if err := send(e); err != nil {
					return err
				}
			}
			return send(dewar.Event{Name: "a\ndata: forged"})
		})
	})
	client := dewartest.New(t, app)
	if got := client.Get("/stream"); got.Text != "a,b\n" || got.Header.Get("Content-Type") != "text/csv" || got.Header.Get("X-Content-Type-Options") == "" {
		t.Errorf("stream: %q %v", got.Text, got.Header)
	}
	got := client.Get("/events")
	want := "id: 1\nevent: news\nretry: 1000\ndata: two\ndata: lines\n\n:\n\ndata: x\n\n"
	if got.Text != want || got.Header.Get("Content-Type") != "text/event-stream" || !got.Aborted {
		t.Errorf("events: %q %v aborted %v", got.Text, got.Header, got.Aborted)
	}
}

func TestChangedInTheMeantime(t *testing.T) {
	app, _ := newApp(t)
	app.Put("/", func(c *dewar.Context) error {
		if err := c.Changed("v2", time.Unix(1e9, 0)); err != nil {
			return err
		}
		return c.NoContent()
	})
	client := dewartest.New(t, app)
	for _, row := range []struct {
		name, header, value string
		status              int
	}{
		{"no condition", "X", "", 204},
		{"same version", "If-Match", `"v1", "v2"`, 204},
		{"any version", "If-Match", "*", 204},
		{"other version", "If-Match", `"v1"`, 412},
		{"weak", "If-Match", `W/"v2"`, 412},
		{"not since", "If-Unmodified-Since", time.Unix(1e9, 0).UTC().Format(http.TimeFormat), 204},
		{"since", "If-Unmodified-Since", time.Unix(1e9-1, 0).UTC().Format(http.TimeFormat), 412},
	} {
		r := client.NewRequest("PUT", "/", nil)
		r.Header.Set(row.header, row.value)
		if got := client.Do(r); got.Status != row.status {
			t.Errorf("%s: %d, want %d", row.name, got.Status, row.status)
		}
	}
}

func TestServeContent(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		http.ServeContent(c.Writer(), c.Request(), "report.csv", time.Unix(1e9, 0), strings.NewReader("a,b,c"))
		return nil
	})
	client := dewartest.New(t, app)
	r := client.NewRequest("GET", "/", nil)
	r.Header.Set("Range", "bytes=-1")
	if got := client.Do(r); got.Status != 206 || got.Text != "c" || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d %q %v", got.Status, got.Text, got.Header)
	}
}

// TestUserFileKeepsNosniff: an app that sends the header nowhere else has it on
// files of users.
func TestUserFileKeepsNosniff(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Headers = secure.Headers{XContentTypeOptions: secure.InsecureOff, InsecureNoContentSecurityPolicy: true}
	})
	files := mapFS("a.html", "<script>alert(1)</script>")
	app.Get("/", func(c *dewar.Context) error { return c.UserFile(files, "a.html", "a.html", true) })
	app.Get("/none", func(c *dewar.Context) error { return c.UserFile(files, "b.html", "a.html", true) }).Name("none")
	client := dewartest.New(t, app)
	h := client.Get("/").Header
	if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasSuffix(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Content-Disposition") != `inline; filename=a.html` {
		t.Errorf("got %v", h)
	}
	if resp := client.Get("/none"); resp.Status != 404 || resp.Header.Get("Content-Disposition") != "" {
		t.Errorf("got %d %v", resp.Status, resp.Header)
	}
}
