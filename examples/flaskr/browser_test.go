package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chrome starts a headless Chromium with an empty profile. Without one on the
// machine the test is skipped, or fails where services are required.
func chrome(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal("no browser: install chromium, or name one in CHROME")
		}
		t.Skip("skipped: no chromium on the path and none named by CHROME")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// complaints collects what a browser writes to its console: a violated policy,
// a missing file, a script's error.
func complaints(ctx context.Context, t *testing.T) func() []string {
	t.Helper()
	var mu sync.Mutex
	var list []string
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, text)
	}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			note(e.Entry.Text + " " + e.Entry.URL)
		case *runtime.EventExceptionThrown:
			note(e.ExceptionDetails.Error())
		}
	})
	if err := chromedp.Run(ctx, log.Enable()); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

// fill empties a field and types into it.
func fill(selector, text string) chromedp.Action {
	return chromedp.Tasks{
		chromedp.WaitVisible(selector, chromedp.ByQuery),
		chromedp.SetValue(selector, "", chromedp.ByQuery),
		chromedp.SendKeys(selector, text, chromedp.ByQuery),
	}
}

// press clicks something that leads to another page, and waits for that page.
func press(selector string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
		return err
	})
}

// TestBrowser: a real browser registers, logs in, writes a post, edits it,
// deletes it and logs out, and has nothing to complain about.
func TestBrowser(t *testing.T) {
	ctx := chrome(t)
	p := start(t, t.TempDir(), "")
	complained := complaints(ctx, t)
	run := func(step string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%s: %v\n%s", step, err, p.log)
		}
	}
	text := func(selector string) (s string) {
		t.Helper()
		run("reading "+selector, chromedp.Text(selector, &s, chromedp.ByQuery))
		return s
	}
	const main, submit = "main", "main form.card input[type=submit]"

	run("open", chromedp.Navigate(p.url))
	if s := text(main); !strings.Contains(s, "Nothing here yet") {
		t.Fatalf("the first page says %q", s)
	}
	run("register", press(`a[href="/auth/register"]`), fill("#username", "ada"), fill("#password", "a long secret"), press(submit))
	run("wrong password", fill("#username", "ada"), fill("#password", "wrong"), press(submit))
	if s := text(".flash"); s != "Incorrect username or password." {
		t.Errorf("the message is %q", s)
	}
	run("log in", fill("#password", "a long secret"), press(submit))
	if s := text("nav .me"); s != "ada" {
		t.Fatalf("logged in as %q", s)
	}
	const attack = `<script>document.title = "broken"</script>`
	run("write", press(`a[href="/create"]`), fill("#title", "A first post"), fill("#body", attack), press(submit))
	if s := text("article"); !strings.Contains(s, "A first post") || !strings.Contains(s, attack) {
		t.Fatalf("the post reads %q", s)
	}
	run("edit", press(`a[href="/1/update"]`), fill("#title", "An edited post"), press(submit))
	if s := text("article h2"); s != "An edited post" {
		t.Fatalf("the title is %q", s)
	}
	var title, font string
	run("looks", chromedp.Title(&title),
		chromedp.Evaluate(`getComputedStyle(document.querySelector(".brand")).fontWeight`, &font))
	if title != "Posts - Flaskr" || font != "700" {
		t.Errorf("title %q, weight of the brand %s: is the stylesheet there?", title, font)
	}
	run("delete", press(`a[href="/1/update"]`), chromedp.Click("details summary", chromedp.ByQuery), press("details input[type=submit]"))
	if s := text(main); !strings.Contains(s, "Nothing here yet") {
		t.Fatalf("after deleting the page says %q", s)
	}
	run("log out", press("nav button"))
	if s := text("nav"); !strings.Contains(s, "Log In") {
		t.Fatalf("after logging out the bar says %q", s)
	}
	if list := complained(); len(list) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(list, "\n"))
	}
}

// TestScreenshots writes a picture of every page, wide and narrow, light and
// dark, to the folder that FLASKR_SCREENSHOTS names.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("FLASKR_SCREENSHOTS")
	if dir == "" {
		t.Skip("skipped: FLASKR_SCREENSHOTS names no folder")
	}
	ctx := chrome(t)
	p := start(t, t.TempDir(), "")
	run := func(actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%v\n%s", err, p.log)
		}
	}
	const submit = "main form.card input[type=submit]"
	shoot := func(name, path string, before ...chromedp.Action) {
		t.Helper()
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				var picture []byte
				run(emulation.SetDeviceMetricsOverride(width, 844, 2, width < 500),
					emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
					chromedp.Navigate(p.url+path), chromedp.Tasks(before),
					chromedp.ActionFunc(func(ctx context.Context) (err error) {
						picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).Do(ctx)
						return err
					}))
				file := filepath.Join(dir, name+"-"+map[int64]string{1280: "wide", 390: "narrow"}[width]+"-"+scheme+".png")
				if err := os.WriteFile(file, picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	shoot("empty", "/")
	shoot("register", "/auth/register")
	shoot("login-refused", "/auth/login", fill("#username", "ada"), fill("#password", "wrong"), press(submit))
	run(chromedp.Navigate(p.url+"/auth/register"), fill("#username", "ada"), fill("#password", "a long secret"), press(submit),
		fill("#username", "ada"), fill("#password", "a long secret"), press(submit))
	for _, post := range [][2]string{
		{"On vacuum flasks", "James Dewar put one flask into another and took the air out from between them. What is inside keeps its temperature; what is outside stays there.\n\nHe never patented it."},
		{"A title that is rather longer than most titles are, to see where it breaks", "Short."},
		{"Notes on the Analytical Engine", "The Analytical Engine has no pretensions whatever to originate anything. It can do whatever we know how to order it to perform.\n\nIt can follow analysis; but it has no power of anticipating any analytical relations or truths."},
	} {
		run(chromedp.Navigate(p.url+"/create"), fill("#title", post[0]), fill("#body", post[1]), press(submit))
	}
	shoot("index", "/")
	shoot("create", "/create")
	shoot("create-refused", "/create", fill("#title", " "), press(submit))
	shoot("update", "/1/update", chromedp.Click("details summary", chromedp.ByQuery))
	shoot("missing", "/nowhere")
	shoot("forbidden", "/9/update")
}
