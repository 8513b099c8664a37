package thirdparty

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/passkey"
	"github.com/dewar-go/dewar/login"
)

type member struct {
	login.UserMixin
	name string
}

func (m *member) GetID() string { return m.name }

// members is an app with passkeys.
func members(t *testing.T, store login.Credentials) string {
	t.Helper()
	app := dewar.New(dewar.Config{
		Loopback: true, Name: "Shop", InstanceDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Templates: fstest.MapFS{
			"login.html": {Data: []byte(`<!doctype html><html lang="en"><title>Log in</title><main><h1>Log in</h1>
				<form method="post"><label>Name <input name="name" autocomplete="username"></label> <input name="level" type="hidden"><button id="go">Go on</button></form>
				{% include "passkey/login.html" %}</main>`)},
			"home.html": {Data: []byte(`<!doctype html><html lang="en"><title>{{ who }}</title>
				<form method="post" action="/logout"><button>Log out</button></form>`)},
		},
	})
	app.Extend(
		login.New(func(_ *dewar.Context, name string) (*member, error) { return &member{name: name}, nil }, login.Config{LoginView: "login"}),
		passkey.New(passkey.Config{
			Credentials: store, LoginView: "login",
			HasPassword: func(*dewar.Context, login.Account) (bool, error) { return true, nil },
		}),
	)
	app.Get("/", func(c *dewar.Context) error {
		who := "nobody"
		if r, ok := login.ThisSession(c); ok {
			who = login.Current(c).GetID() + " " + strings.Join(r.Methods, "+")
		}
		return c.Render("home.html", dewar.Vars{"who": who})
	})
	app.Route("/login", func(c *dewar.Context) error {
		if c.Method() != "POST" {
			return c.Render("login.html", nil)
		}
		how := login.Options{Level: login.Level(c.Form("level")), Methods: []string{"pwd"}}
		if err := login.In(c, &member{name: c.Form("name")}, how); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	}, "GET", "POST").Name("login")
	app.Post("/logout", func(c *dewar.Context) error {
		if err := login.Out(c); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	})
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // an address has no passkeys
}

// TestPasskeyInBrowser: a passkey is made, logs in from the list of the name's field and by the button, is the second
// factor, and is forgotten by the browser once it is removed.
func TestPasskeyInBrowser(t *testing.T) {
	ctx := chrome(t)
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		DefaultBackupEligibility: true, DefaultBackupState: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	presence := func(on bool) {
		t.Helper()
		_, err := chromedp.Call(ctx, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: device.AuthenticatorID, Enabled: on})
		if err != nil {
			t.Fatal(err)
		}
	}
	store := login.NewMemoryCredentials()
	site := members(t, store)
	b := browser{t, ctx}
	in := func(level string) {
		t.Helper()
		b.do(chromedp.Navigate(site + "/login"))
		b.set("[name=name]", "ann")
		b.set("[name=level]", level)
		b.leave(`document.querySelector("#go").click()`)
	}

	presence(false) // or the login page would not wait for the form
	in("")
	b.title("ann pwd")
	presence(true)
	b.do(chromedp.Navigate(site + "/passkey/"))
	b.leave(`document.querySelector("[data-passkey] button").click()`)
	if got := b.ask(`document.querySelectorAll("main li").length + " " + document.querySelector("main li").innerText.includes("synced")`); got != "1 true" {
		t.Fatalf("the list of passkeys: %q", b.ask(`document.body.innerText`))
	}
	b.leave(`document.querySelector("[name=id]").form.querySelector("input[name=name]").value = "Phone"; document.querySelector("[name=id]").form.querySelector("button").click()`)
	if got := b.ask(`document.querySelector("main li strong").innerText`); got != "Phone" {
		t.Errorf("the passkey's name is %q", got)
	}
	// The browser makes no second one on the same device.
	b.run(`document.querySelector("[data-passkey=create] button").click()`)
	b.wait(`!document.querySelector("[data-passkey=create] [role=alert]").hidden`)

	logOut := func() {
		t.Helper()
		b.do(chromedp.Navigate(site + "/"))
		b.leave(`document.querySelector("button").click()`)
		b.title("nobody")
	}
	logOut()
	// The browser of a test takes the first passkey of the list by itself.
	b.run(`location = "/login"`)
	b.wait(`document.title == "ann hwk+mfa"`)

	logOut()
	presence(false)
	b.do(chromedp.Navigate(site + "/login"))
	b.wait(`document.querySelector("[name=name]").autocomplete == "username webauthn"`)
	press := func() { // while nobody touches the device, the list's request is still open
		t.Helper()
		b.run(`window.before = true; document.querySelector("[data-passkey] button").click()`)
		presence(true)
		b.wait(`!window.before && document.readyState == "complete"`)
	}
	press()
	b.title("ann hwk+mfa")

	logOut()
	presence(false)
	in("pending")
	b.title("pwd") // nobody, behind a password
	b.do(chromedp.Navigate(site + "/passkey/use?next=/%3Fdone"))
	press()
	b.title("ann pwd+hwk+mfa")
	if got := b.ask(`location.search`); got != "?done" {
		t.Errorf("the second factor leads to %q", got)
	}

	if err := store.RemoveCredentials(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	logOut()
	presence(false)
	b.do(chromedp.Navigate(site + "/login"))
	press()
	b.title("That did not work - Shop")
	b.gone(func() bool {
		left, err := chromedp.Call(ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams(device))
		return err == nil && len(left.Credentials) == 0
	})
}

// A browser is one that a test looks into.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func (b browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
	if got := b.ask(`violations.join(", ")`); got != "" {
		b.t.Errorf("violations of the policy: %s", got)
	}
}

func (b browser) ask(script string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return s
}

func (b browser) run(script string) { b.t.Helper(); b.ask("{" + script + "}; ''") }

func (b browser) set(selector, value string) {
	b.t.Helper()
	b.run(`document.querySelector("` + selector + `").value = "` + value + `"`)
}

// leave runs a script that leads to another page, and waits for it.
func (b browser) leave(script string) {
	b.t.Helper()
	b.run("window.before = true;" + script)
	b.wait(`!window.before && document.readyState == "complete"`)
}

func (b browser) wait(condition string) {
	b.t.Helper()
	for {
		// A page that is left while it is asked is asked again.
		if is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](condition)); err == nil && is {
			return
		}
		if err := b.ctx.Err(); err != nil {
			b.t.Fatalf("%s: %v", condition, err)
		}
	}
}

func (b browser) gone(is func() bool) {
	b.t.Helper()
	for !is() {
		if err := b.ctx.Err(); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b browser) title(want string) {
	b.t.Helper()
	if got := b.ask(`document.title`); got != want {
		b.t.Fatalf("the page is %q, want %q: %s", got, want, b.ask(`document.body.innerText`))
	}
}
