package dewar_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestRefusedTargetsAreTheVisitors: an address from outside that no redirect may lead to is
// a 400 with an event, and no error of the program.
func TestRefusedTargetsAreTheVisitors(t *testing.T) {
	app, log := newApp(t)
	app.Get("/next", func(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("next"))) })
	app.Get("/url", func(c *dewar.Context) error {
		u, err := c.URL(dewar.Path(c.Query("next")))
		if err != nil {
			return fmt.Errorf("a menu: %w", err)
		}
		return c.Text(u)
	})
	app.Get("/out", func(c *dewar.Context) error { return c.RedirectExternal(c.Query("next")) })
	client := dewartest.New(t, app)
	for _, path := range []string{"/next", "/url", "/out"} {
		for _, next := range []string{"//evil.example", "https:evil.example", "javascript:alert(1)", "", "login", "%2F%5Cevil.example", "/%09/evil.example", "/a/..//evil.example", "https://localhost@evil.example", strings.Repeat("a", 10_000)} {
			log.Reset()
			got := client.Get(path + "?next=" + next)
			if got.Status != 400 || got.Header.Get("Location") != "" {
				t.Errorf("%s of %.40q: %d %v", path, next, got.Status, got.Header)
			}
			if n := strings.Count(log.String(), "event=input_validation_fail"); n != 1 || strings.Contains(log.String(), "level=ERROR") || log.Len() > 2000 {
				t.Errorf("%s of %.40q: %d events, %.1000s", path, next, n, log)
			}
		}
	}
}

// TestManyRanges: no answer to a Range header is longer than the file and a little,
// whoever serves it.
func TestManyRanges(t *testing.T) {
	file := strings.Repeat("0123456789", 4_800)
	files := fstest.MapFS{"f.txt": {Data: []byte(file), ModTime: time.Now()}}
	app, _ := newApp(t, func(cfg *dewar.Config) { cfg.Static = files })
	app.Get("/fs", func(c *dewar.Context) error { return c.ServeFS(files, "f.txt") })
	app.Get("/content", dewar.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "f.txt", time.Time{}, strings.NewReader(file))
	})))
	app.Mount("/mounted", http.FileServerFS(files))
	client := dewartest.New(t, app)
	var small []string
	for i := range 4_000 {
		small = append(small, fmt.Sprintf("%d-%d", 2*i, 2*i))
	}
	for _, path := range []string{"/static/f.txt", "/fs", "/content", "/mounted/f.txt"} {
		for _, row := range []struct {
			ranges string
			status int
		}{
			{strings.Join(small, ","), 200},
			{strings.Join(small[:11], ","), 200},
			{strings.Join(small[:10], ","), 206},
			{"0-99,50-149", 200},
			{"0-,0-,0-", 200},
			{"5-9", 206},
			{"-5", 206},
		} {
			r := client.NewRequest("GET", path, nil)
			r.Header.Set("Range", "bytes="+row.ranges)
			got := client.Do(r)
			if got.Status != row.status || len(got.Text) > len(file)+4<<10 || row.status == 200 && got.Text != file {
				t.Errorf("%s: %.40s: %d with %d bytes", path, row.ranges, got.Status, len(got.Text))
			}
		}
	}
}

// TestServedFoldersEndAtLinks: a link leads out of no folder that an app serves.
func TestServedFoldersEndAtLinks(t *testing.T) {
	dir := t.TempDir()
	static := filepath.Join(dir, "static")
	for _, err := range []error{
		os.Mkdir(static, 0o700),
		os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(static, "a.txt"), []byte("public"), 0o600),
		os.Symlink("../secret", filepath.Join(static, "out.txt")),
	} {
		if err != nil {
			t.Skip(err)
		}
	}
	app, _ := newApp(t, func(cfg *dewar.Config) { cfg.Static = os.DirFS(static) })
	app.Get("/fs/<path:name>", func(c *dewar.Context) error { return c.ServeFS(os.DirFS(static), c.Str("name")) })
	app.Get("/user/<path:name>", func(c *dewar.Context) error {
		return c.UserFile(os.DirFS(static), c.Str("name"), "x", true)
	})
	client := dewartest.New(t, app)
	for _, path := range []string{"/static/", "/fs/", "/user/"} {
		if got := client.Get(path + "a.txt"); got.Status != 200 {
			t.Errorf("%sa.txt: %d", path, got.Status)
		}
		if got := client.Get(path + "out.txt"); got.Status != 404 {
			t.Errorf("%sout.txt: %d %s", path, got.Status, got.Text)
		}
	}
}

// TestBrokenBodiesAreTheVisitors: a body that breaks off is the client's 400, also where
// the view reads it itself and returns the error as it is.
func TestBrokenBodiesAreTheVisitors(t *testing.T) {
	app, log := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Post("/", func(c *dewar.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return fmt.Errorf("an import: %w", err)
		}
		return c.Text("read")
	}).StreamBody()
	for _, body := range []string{"5\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "5\r\nhel"} {
		log.Reset()
		resp := receive(t, app, "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"+body)
		if resp.StatusCode != 400 || strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%q: %d, %s", body, resp.StatusCode, log)
		}
	}
}
