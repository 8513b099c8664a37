package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/examples/internal/chrome"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/totp"
)

const submit chromedp.CSS = ".form-buttons button"

// TestBrowser: in a real browser a member registers, confirms the address, sets up an authenticator app, logs in with password
// and code, steps up, ends the other login and deletes the account. DEWAR_SCREENSHOTS names a folder for pictures of the
// pages.
func TestBrowser(t *testing.T) {
	ctx := chrome.Start(t)
	s := &site{t: t, mails: make(chan *mail.Message, 10)}
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Loopback: true}, s)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.Close()
		if err := app.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})

	site := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // an address has no passkeys
	complained := chrome.Complaints(ctx, t)
	run := func(step string, actions ...chrome.Action) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
	}
	text := func(selector chromedp.CSS) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Text(selector))
		if err != nil {
			t.Fatalf("reading %s: %v", selector, err)
		}
		return s
	}
	shows := func(step, want string) {
		t.Helper()
		if got := text("main"); !strings.Contains(got, want) {
			t.Fatalf("%s: no %q in\n%s", step, want, got)
		}
	}
	dir := os.Getenv("DEWAR_SCREENSHOTS")
	shoot := func(name string, steps ...chrome.Action) {
		t.Helper()
		if dir != "" {
			chrome.Shoot(ctx, t, dir, name, steps...)
		}
	}
	open := func(path string) chrome.Action { return chromedp.Navigate(site + path) }
	form := func(action string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf(`form[action*=%q] button`, action)) }

	run("register", open("/account/register"), chrome.Fill("#email", "ann@example.com"), chrome.Fill("#password", "short"), chrome.Press(submit))
	shows("a short password", "Use at least 15 characters")
	shoot("register-refused")
	run("register", chrome.Fill("#password", first), chrome.Press(submit))
	shows("registered", "a mail is on its way")
	shoot("sent")
	run("the link", chromedp.Navigate((<-s.mails).Links()[0]))
	shoot("confirm")
	run("confirm", chrome.Press(submit))
	shows("confirmed", "You are logged in as ann@example.com.")

	// Set up the app, with the key that the page shows for typing.
	run("the account", open("/account/authenticator"))
	shoot("authenticator-none")
	run("set up", chrome.Press(form("authenticator/new")))
	shows("the key", "Scan this code with the app.")
	shoot("authenticator")
	secret, err := totp.ParseSecret(text("code.key"))
	if err != nil {
		t.Fatal(err)
	}
	phone := totp.Key{Secret: secret}
	// Each code works once. That of the step after this one is good too.
	step := int64(0)
	code := func() string {
		step = max(step+1, phone.Step(time.Now()))
		return phone.At(step)
	}
	run("a wrong code", chrome.Fill("#code", "000000"), chrome.Press(submit))
	shows("a wrong code", "The code is wrong, or was used before.")
	run("turn on", chrome.Fill("#code", code()), chrome.Press(submit))
	shows("turned on", "They are not shown again.")
	codes := strings.Fields(text(".codes"))
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	shoot("newcodes")
	<-s.mails

	run("log out", open("/"), chrome.Press("nav form button"))
	run("password", open("/account/login?next=/profile"), chrome.Fill("#email", "ann@example.com"), chrome.Fill("#password", first), chrome.Press(submit))
	shows("password", "Open your authenticator app")
	shoot("code")
	shoot("recovery", open("/account/factor/recovery"))
	run("code", open("/account/factor/code?next=/profile"), chrome.Fill("#code", code()), chrome.Press(submit))
	if got := text("h1"); got != "Your profile" {
		t.Fatalf("logging in leads to %q", got)
	}
	run("account", open("/account/"))
	shows("account", "Codes left: 10")

	// Another device logs in with a recovery code, and is logged out from here.
	elsewhere := newDevice(t, site)
	elsewhere.post("/account/login", "email", "ann@example.com", "password", first)
	elsewhere.post("/account/factor/recovery", "code", codes[0])
	if got := elsewhere.get("/account/"); !strings.Contains(got, "Codes left: 9") {
		t.Fatalf("the other device is not logged in:\n%s", got)
	}
	run("two logins", open("/account/"))
	shows("two logins", "Log out all others")
	shoot("account")
	run("end the other", chrome.Press(form("sessions/end")))
	shows("ended", "The device is logged out.")
	if got := elsewhere.get("/account/"); !strings.Contains(got, "Please log in") {
		t.Errorf("the other device is still logged in:\n%s", got)
	}

	// Step up: password and factor again, and back to the page.
	run("step up", open("/account/reauth?next=/account/delete"), chrome.Fill("#password", first), chrome.Press(submit))
	shows("step up", "Open your authenticator app")
	run("by recovery code", chrome.Press(`a[href*="factor/recovery"]`), chrome.Fill("#code", strings.ToLower(codes[1])), chrome.Press(submit))
	if got := text("h1"); got != "Delete your account" {
		t.Fatalf("stepping up leads to %q", got)
	}
	shoot("delete")
	run("delete", chromedp.Click(chromedp.CSS("#sure")), chrome.Press(submit))
	shows("deleted", "Your account is closed.")
	if list := complained(); len(list) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(list, "\n"))
	}
}

// A device is another browser, without a screen.
type device struct {
	*http.Client
	t   *testing.T
	url string
}

func newDevice(t *testing.T, url string) *device {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &device{&http.Client{Jar: jar}, t, url}
}

func (d *device) do(method, path string, body io.Reader) string {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Origin", d.url)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := d.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s %s: %s %v", method, path, answer.Status, err)
	}
	return string(page)
}

func (d *device) get(path string) string { return d.do("GET", path, nil) }

func (d *device) post(path string, pairs ...string) {
	d.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	d.do("POST", path, strings.NewReader(form.Encode()))
}
