package uploads_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accesslog"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/uploads"
)

const pngHead = "\x89PNG\r\n\x1a\n0000"

// sendFile posts a form with one file.
func sendFile(t *testing.T, client *dewartest.Client, target, name, content string) *dewartest.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", `form-data; name="file"; filename="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "%0D", "\n", "%0A").Replace(name)+`"`)
	h.Set("Content-Type", "image/png") // what the client says counts for nothing
	part, err := w.CreatePart(h)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	w.Close()
	r := client.NewRequest("POST", target, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return client.Do(r)
}

// uploading is an app that keeps files and serves them.
func uploading(t *testing.T, dir string, o uploads.Options) (*dewar.App, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	app := dewar.New(dewar.Config{InstanceDir: dir, Logger: slog.New(accesslog.New(log, accesslog.Options{}))})
	store := uploads.New(o)
	app.Extend(store)
	app.Post("/upload", func(c *dewar.Context) error {
		file, err := c.FormFile("file")
		if err != nil {
			return err
		}
		stored, err := store.Save(c, file)
		if err != nil {
			return err
		}
		return c.JSON(stored)
	})
	show := func(inline bool) dewar.View {
		return func(c *dewar.Context) error { return store.Serve(c, c.Str("name"), c.Query("as"), inline) }
	}
	app.Get("/file/<path:name>", show(false)).Name("file")
	app.Get("/show/<path:name>", show(true)).Name("show")
	app.Post("/delete/<path:name>", func(c *dewar.Context) error {
		if err := store.Delete(c, c.Str("name")); err != nil {
			return err
		}
		return c.NoContent()
	}).Name("delete")
	return app, log
}

// securityEvents decodes the security events of a log.
func securityEvents(t *testing.T, log *bytes.Buffer) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if entry["msg"] == "security" {
			list = append(list, entry)
		}
	}
	return list
}

func TestUploads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "instance")
	app, log := uploading(t, dir, uploads.Options{
		Endings: []string{".png", ".txt", ".svg"}, MaxSize: 2000,
		Inspect: func(_ context.Context, f uploads.File, content io.Reader) error {
			b, err := io.ReadAll(content)
			if err != nil || int64(len(b)) != f.Size {
				return fmt.Errorf("%d bytes: %w", len(b), err)
			}
			if strings.Contains(string(b), "EICAR") {
				return errors.New("a virus")
			}
			return nil
		},
	})
	client := dewartest.New(t, app)
	generated := regexp.MustCompile(`^[a-z2-7]{26}\.(png|txt|svg)$`)
	for _, row := range []struct {
		name, content    string
		status           int
		original, kind   string
		event, detailEnd string
	}{
		{"cat.png", pngHead, 200, "cat.png", "image/png", "upload_stored", ""},
		{"CAT.PNG", pngHead, 200, "CAT.PNG", "image/png", "upload_stored", ""},
		{"../../etc/passwd.png", pngHead, 200, "passwd.png", "image/png", "upload_stored", ""},
		{"..\\..\\x.png", pngHead, 200, "x.png", "image/png", "upload_stored", ""},
		{"con.png", pngHead, 200, "_con.png", "image/png", "upload_stored", ""},
		{"été.txt", "héllo\n", 200, "ete.txt", "text/plain; charset=utf-8", "upload_stored", ""},
		{"drawing.svg", "<svg/>", 200, "drawing.svg", "image/svg+xml", "upload_stored", ""},
		{"page.png", "<script>alert(1)</script>", 415, "", "", "upload_validation", "page.png content:FAILED"},
		{"page.txt", "<!doctype html><script>alert(1)</script>", 415, "", "", "upload_validation", "page.txt content:FAILED"},
		{"bin.txt", "a\x00b", 415, "", "", "upload_validation", "bin.txt content:FAILED"},
		{"empty.png", "", 415, "", "", "upload_validation", "empty.png content:FAILED"},
		{"page.html", "<p>", 415, "", "", "upload_validation", "page.html type:FAILED"},
		{"shell.php", "<?php", 415, "", "", "upload_validation", "shell.php type:FAILED"},
		{"shell.php.png", "<?php", 415, "", "", "upload_validation", "shell.php.png content:FAILED"},
		{"cat.png.html", pngHead, 415, "", "", "upload_validation", "cat.png.html type:FAILED"},
		{"none", pngHead, 415, "", "", "upload_validation", "none type:FAILED"},
		{"big.png", pngHead + strings.Repeat("x", 2000), 413, "", "", "upload_validation", "big.png size:FAILED"},
		{"virus.txt", "EICAR", 422, "", "", "upload_validation", "virus.txt inspection:FAILED"},
	} {
		log.Reset()
		resp := sendFile(t, client, "/upload", row.name, row.content)
		events := securityEvents(t, log)
		last := events[len(events)-1]
		if n := len(events); row.status != 200 && (n != 1 && row.status != 422 || n > 2) {
			t.Errorf("%q: %d events", row.name, n)
		}
		if resp.Status != row.status || last["event"] != row.event || !strings.HasSuffix(last["detail"].(string), row.detailEnd) {
			t.Errorf("%q: got %d %s, %v", row.name, resp.Status, resp.Text, last)
			continue
		}
		if row.status != 200 {
			continue
		}
		var f uploads.File
		if err := json.Unmarshal([]byte(resp.Text), &f); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, "uploads", f.Name))
		if !generated.MatchString(f.Name) || f.Original != row.original || f.Type != row.kind || f.Size != int64(len(row.content)) || len(f.SHA256) != 64 || err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %+v %v", row.name, f, err)
		}
		if events[0]["event"] != "upload_complete" || events[0]["level"] != "INFO" {
			t.Errorf("%q: %v", row.name, events)
		}
		for path, disposition := range map[string]string{"/file/": "attachment", "/show/": "inline"} {
			got := client.Get(path + f.Name + "?as=caf%C3%A9%22%0d%0a.png")
			if got.Status != 200 || got.Text != row.content || got.Header.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") || strings.Contains(got.Header.Get("Content-Security-Policy"), "allow-scripts") ||
				!strings.HasPrefix(got.Header.Get("Content-Disposition"), disposition+`; filename="cafe`) || !strings.Contains(got.Header.Get("Content-Disposition"), "filename*=UTF-8''caf%C3%A9") {
				t.Errorf("%s%s: %d %v", path, f.Name, got.Status, got.Header)
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "uploads"))
	if err != nil || len(entries) != 7 {
		t.Errorf("%d files are kept, %v", len(entries), err)
	}
	for _, name := range []string{"../secret_key", "..%2fsecret_key", "/etc/passwd", ".gitignore", "x/../../y", "none.png"} {
		if resp := client.Get("/file/" + name); resp.Status < 300 {
			t.Errorf("%s: %d %s", name, resp.Status, resp.Text)
		}
		if resp := client.PostForm("/delete/"+name, nil); resp.Status == 204 && name != "none.png" {
			t.Errorf("delete %s: %d", name, resp.Status)
		}
	}
	name := entries[0].Name()
	if resp := client.PostForm("/delete/"+name, nil); resp.Status != 204 || client.Get("/file/"+name).Status != 404 {
		t.Errorf("delete: %d", resp.Status)
	}
}

func TestUploadMistakes(t *testing.T) {
	dir := t.TempDir()
	for name, row := range map[string]struct {
		o      uploads.Options
		change func(*dewar.Config)
		want   string
	}{
		"no endings":          {uploads.Options{}, nil, "Endings is empty"},
		"an unknown ending":   {uploads.Options{Endings: []string{".html"}}, nil, `".html"`},
		"no dot":              {uploads.Options{Endings: []string{"png"}}, nil, `"png"`},
		"a size below zero":   {uploads.Options{Endings: []string{".png"}, MaxSize: -1}, nil, "MaxSize"},
		"leads out":           {uploads.Options{Endings: []string{".png"}, Dir: "../x"}, nil, "leads out"},
		"in the static files": {uploads.Options{Endings: []string{".png"}, Dir: dir + "/static/up"}, func(c *dewar.Config) { c.Static = os.DirFS(dir + "/static") }, "not apart"},
		"around them":         {uploads.Options{Endings: []string{".png"}, Dir: dir}, func(c *dewar.Config) { c.Static = os.DirFS(dir + "/static") }, "not apart"},
		"by a link":           {uploads.Options{Endings: []string{".png"}, Dir: dir + "/link"}, func(c *dewar.Config) { c.Static = os.DirFS(dir + "/static") }, "not apart"},
		"in the templates":    {uploads.Options{Endings: []string{".png"}, Dir: dir + "/static"}, func(c *dewar.Config) { c.Templates = os.DirFS(dir + "/static") }, "not apart"},
	} {
		if err := os.MkdirAll(dir+"/static", 0o700); err != nil {
			t.Fatal(err)
		}
		_ = os.Symlink(dir+"/static", dir+"/link")
		cfg := dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}
		if row.change != nil {
			row.change(&cfg)
		}
		app := dewar.New(cfg)
		app.Extend(uploads.New(row.o))
		if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
