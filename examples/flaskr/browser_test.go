package main

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar/examples/internal/chrome"
)

// TestBrowser: a real browser registers, logs in, writes a post, edits it,
// deletes it and logs out, and has nothing to complain about.
func TestBrowser(t *testing.T) {
	ctx := chrome.Start(t)
	p := start(t, t.TempDir(), "")
	complained := chrome.Complaints(ctx, t)
	run := func(step string, actions ...chrome.Action) {
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
	run("register", chrome.Press(`a[href="/auth/register"]`), chrome.Fill("#username", "ada"), chrome.Fill("#password", "a long secret"), chrome.Press(submit))
	run("wrong password", chrome.Fill("#username", "ada"), chrome.Fill("#password", "wrong"), chrome.Press(submit))
	if s := text(".form-summary li"); s != "Incorrect username or password." {
		t.Errorf("the message is %q", s)
	}
	run("log in", chrome.Fill("#password", "a long secret"), chrome.Press(submit))
	if s := text("nav .me"); s != "ada" {
		t.Fatalf("logged in as %q", s)
	}
	const attack = `<script>document.title = "broken"</script>`
	run("write", chrome.Press(`a[href="/create"]`), chrome.Fill("#title", "A first post"), chrome.Fill("#body", attack), chrome.Press(submit))
	if s := text("article"); !strings.Contains(s, "A first post") || !strings.Contains(s, attack) {
		t.Fatalf("the post reads %q", s)
	}
	run("edit", chrome.Press(`a[href="/1/update"]`), chrome.Fill("#title", "An edited post"), chrome.Press(submit))
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
	run("delete", chrome.Press(`a[href="/1/update"]`), chromedp.Click(chromedp.CSS("details summary")), chrome.Press("details input[type=submit]"))
	if s := text("main"); !strings.Contains(s, "Nothing here yet") {
		t.Fatalf("after deleting the page says %q", s)
	}
	run("log out", chrome.Press("nav button"))
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
	ctx := chrome.Start(t)
	p := start(t, t.TempDir(), "")
	run := func(actions ...chrome.Action) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%v\n%s", err, p.log)
		}
	}
	const submit chromedp.CSS = "main form.card [type=submit]"
	shoot := func(name, path string, before ...chrome.Action) {
		t.Helper()
		chrome.Shoot(ctx, t, dir, name, append([]chrome.Action{chromedp.Navigate(p.url + path)}, before...)...)
	}
	shoot("empty", "/")
	shoot("register", "/auth/register")
	shoot("login-refused", "/auth/login", chrome.Fill("#username", "ada"), chrome.Fill("#password", "wrong"), chrome.Press(submit))
	run(chromedp.Navigate(p.url+"/auth/register"), chrome.Fill("#username", "ada"), chrome.Fill("#password", "a long secret"), chrome.Press(submit),
		chrome.Fill("#username", "ada"), chrome.Fill("#password", "a long secret"), chrome.Press(submit))
	for _, post := range [][2]string{
		{"On vacuum flasks", "James Dewar put one flask into another and took the air out from between them. What is inside keeps its temperature; what is outside stays there.\n\nHe never patented it."},
		{"A title that is rather longer than most titles are, to see where it breaks", "Short."},
		{"Notes on the Analytical Engine", "The Analytical Engine has no pretensions whatever to originate anything. It can do whatever we know how to order it to perform.\n\nIt can follow analysis; but it has no power of anticipating any analytical relations or truths."},
	} {
		run(chromedp.Navigate(p.url+"/create"), chrome.Fill("#title", post[0]), chrome.Fill("#body", post[1]), chrome.Press(submit))
	}
	shoot("index", "/")
	shoot("create", "/create")
	shoot("create-refused", "/create", chrome.Fill("#title", " "), chrome.Press(submit))
	shoot("update", "/1/update", chromedp.Click(chromedp.CSS("details summary")))
	shoot("missing", "/nowhere")
}
