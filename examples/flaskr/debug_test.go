package main

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/examples/internal/chrome"
)

// TestDebugInBrowser: the pages of debug mode work under the policy of every page, and the browser complains of nothing.
// With SHOTS set to a folder it writes pictures of them there.
func TestDebugInBrowser(t *testing.T) {
	ctx := chrome.Start(t)
	app, err := newApp(dewar.Config{Debug: true, Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	app.Get("/fail", func(c *dewar.Context) error {
		var posts []struct{ Title string }
		c.Log().Debug("about to show a post", "posts", len(posts))
		return c.Text(posts[2].Title)
	}).Name("fail")
	app.Get("/undefined", func(c *dewar.Context) error { return c.Render("blog/update.html", nil) }).Name("undefined")
	app.Get("/gone", func(c *dewar.Context) error { return errors.New("the shelf is empty") }).Name("gone")
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(app)
	defer server.Close()
	complained := chrome.Complaints(ctx, t)
	text := func(selector chromedp.CSS) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Text(selector))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	open := func(path string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path)); err != nil {
			t.Fatal(err)
		}
	}
	open("/")
	bar, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("script[data-debug-id]").dataset.debugId`))
	if err != nil || bar == "" {
		t.Fatal("no bar", err)
	}
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.body.lastElementChild.matches("div") && document.body.lastElementChild.attachShadow !== undefined`))
	if err != nil || !shown {
		t.Errorf("the bar is not on the page: %v", err)
	}
	for _, panel := range []string{"", "/sql", "/request", "/session", "/headers", "/templates", "/config", "/checks"} {
		open("/-/debug/" + bar + panel)
		if s := text("h1"); s != "GET /" {
			t.Errorf("panel %q: %s", panel, s)
		}
	}
	if list := complained(); len(list) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(list, "\n"))
	}
	for path, want := range map[string]string{"/fail": "index out of range [2]", "/gone": "the shelf is empty"} {
		open(path)
		if s := text(".message"); !strings.Contains(s, want) {
			t.Errorf("%s says %q", path, s)
		}
	}
	for _, line := range complained() {
		if !strings.Contains(line, "status of 500") {
			t.Errorf("the browser complains: %s", line)
		}
	}
	if shots := os.Getenv("SHOTS"); shots != "" {
		for name, path := range map[string]string{
			"panic": "/fail", "template": "/undefined", "error": "/gone", "missing": "/auth/logn", "page": "/", "timeline": "/-/debug/" + bar, "queries": "/-/debug/" + bar + "/sql", "headers": "/-/debug/" + bar + "/headers",
		} {
			chrome.Shoot(ctx, t, filepath.Clean(shots), name, chromedp.Navigate(server.URL+path))
		}
	}
}
