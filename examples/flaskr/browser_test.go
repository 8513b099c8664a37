package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
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
		chromedp.Flag("disable-component-update", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	// The browser lives as long as the context of its first use.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

type action = chromedp.Action[chromedp.Void]

// fill types into a field, over what is in it.
func fill(selector chromedp.CSS, text string) action {
	selectAll := fmt.Sprintf(`document.querySelector(%q).select(), true`, selector)
	return chromedp.Steps(
		chromedp.WaitVisible(selector),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](selectAll))
			return err
		}),
		chromedp.SendKeys(selector, text),
	)
}

// press clicks something that leads to another page, and waits for that page.
func press(selector chromedp.CSS) action {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(selector))
		return err
	})
}

// complaints reads what the browser writes to its console: a violated policy, a
// missing file, a script's error. Each call returns what came since the last.
func complaints(ctx context.Context, t *testing.T) func() []string {
	t.Helper()
	next, stop := iter.Pull2(chromedp.Console(ctx))
	t.Cleanup(stop)
	return func() (list []string) {
		t.Helper()
		// A message of our own marks the end: the others came before it.
		const end = "that is all"
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`console.log("`+end+`"), true`)); err != nil {
			t.Fatal(err)
		}
		for {
			message, err, ok := next()
			switch {
			case !ok || err != nil:
				t.Fatalf("the console ended: %v", err)
			case message.Text == end:
				return list
			}
			if !strings.Contains(message.Text, "status of 422") { // a form that was refused
				list = append(list, message.String())
			}
		}
	}
}

// TestBrowser: a real browser registers, logs in, writes a post, edits it,
// deletes it and logs out, and has nothing to complain about.
func TestBrowser(t *testing.T) {
	ctx := chrome(t)
	p := start(t, t.TempDir(), "")
	complained := complaints(ctx, t)
	run := func(step string, actions ...action) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v\n%s", step, err, p.log)
		}
	}
	text := func(selector chromedp.CSS) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Text(selector))
		if err != nil {
			t.Fatalf("reading %s: %v\n%s", selector, err, p.log)
		}
		return s
	}
	const submit chromedp.CSS = "main form.card [type=submit]"

	run("open", chromedp.Navigate(p.url))
	if s := text("main"); !strings.Contains(s, "Nothing here yet") {
		t.Fatalf("the first page says %q", s)
	}
	run("register", press(`a[href="/auth/register"]`), fill("#username", "ada"), fill("#password", "a long secret"), press(submit))
	run("wrong password", fill("#username", "ada"), fill("#password", "wrong"), press(submit))
	if s := text(".form-summary li"); s != "Incorrect username or password." {
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
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil || title != "Posts - Flaskr" {
		t.Errorf("the page's title is %q, %v", title, err)
	}
	weight, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector(".brand")).fontWeight`))
	if err != nil || weight != "700" {
		t.Errorf("the brand's weight is %q, %v: is the stylesheet there?", weight, err)
	}
	if list := complained(); len(list) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(list, "\n"))
	}

	// The policy holds back what is not the page's own.
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='document.title=1'>"), true`)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.images[document.images.length-1].complete`)); err != nil {
		t.Fatal(err)
	}
	if list := complained(); !strings.Contains(strings.Join(list, " "), "Content Security Policy") {
		t.Errorf("the injected handler was not refused: %q", list)
	}
	run("delete", press(`a[href="/1/update"]`), chromedp.Click(chromedp.CSS("details summary")), press("details input[type=submit]"))
	if s := text("main"); !strings.Contains(s, "Nothing here yet") {
		t.Fatalf("after deleting the page says %q", s)
	}
	run("log out", press("nav button"))
	if s := text("nav"); !strings.Contains(s, "Log In") {
		t.Fatalf("after logging out the bar says %q", s)
	}
}

// TestScreenshots writes a picture of every page, wide and narrow, light and
// dark, to the folder that DEWAR_SCREENSHOTS names.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("DEWAR_SCREENSHOTS")
	if dir == "" {
		t.Skip("skipped: DEWAR_SCREENSHOTS names no folder")
	}
	ctx := chrome(t)
	p := start(t, t.TempDir(), "")
	run := func(actions ...action) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%v\n%s", err, p.log)
		}
	}
	const submit chromedp.CSS = "main form.card [type=submit]"
	shoot := func(name, path string, before ...action) {
		t.Helper()
		for width, wide := range map[int64]string{1280: "wide", 390: "narrow"} {
			for _, scheme := range []string{"light", "dark"} {
				run(chromedp.EmulateViewport(width, 844), prefer(scheme),
					chromedp.Navigate(p.url+path), chromedp.Steps(before...))
				picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name+"-"+wide+"-"+scheme+".png"), picture, 0o600); err != nil {
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
	shoot("update", "/1/update", chromedp.Click(chromedp.CSS("details summary")))
	shoot("missing", "/nowhere")
}

// prefer makes the browser ask for the light or the dark scheme.
func prefer(scheme string) action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
