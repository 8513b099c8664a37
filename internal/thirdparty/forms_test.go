package thirdparty

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

// everything is a form with a field of every type.
type everything struct {
	Name     string           `form:"name" label:"Your name" description:"As in your passport" check:"required, length(2, 40)" filter:"strip" attrs:"autocomplete=name"`
	Note     string           `form:"note" type:"textarea" check:"length(max=200)"`
	Password string           `form:"password" type:"password" check:"required, length(min=8)"`
	Email    string           `form:"email" type:"email" label:"E-mail" check:"required, email"`
	Site     string           `form:"site" type:"url" check:"optional, url"`
	Phone    string           `form:"phone" type:"tel"`
	Search   string           `form:"search" type:"search"`
	Age      int              `form:"age" check:"required, number_range(18, 120)"`
	Price    forms.Decimal    `form:"price" check:"optional, number_range(0, 1000)"`
	Weight   float64          `form:"weight" check:"optional"`
	Level    int              `form:"level" type:"range" default:"3" check:"optional, number_range(1, 9)"`
	Share    forms.Decimal    `form:"share" type:"DecimalRangeField" default:"0.5" check:"optional, number_range(0, 1)"`
	Born     time.Time        `form:"born" type:"date" check:"required"`
	Wake     time.Time        `form:"wake" type:"time" check:"optional"`
	Meeting  time.Time        `form:"meeting" type:"datetime-local" check:"optional"`
	Month    time.Time        `form:"month" type:"month" check:"optional"`
	Week     time.Time        `form:"week" type:"week" check:"optional"`
	Color    string           `form:"color" type:"color" default:"#336699"`
	Terms    bool             `form:"terms" label:"I accept the terms" check:"required"`
	Plan     string           `form:"plan" type:"radio" choices:"free=Free, pro=Professional" check:"required"`
	Country  string           `form:"country" choices:"Europe: de=Germany, fr=France; Asia: jp=Japan"`
	Tags     []string         `form:"tags" type:"multiselect" choices:"a=Apple, b=Banana"`
	Photo    *dewar.Upload    `form:"photo"`
	Papers   []*dewar.Upload  `form:"papers"`
	Campaign string           `form:"campaign" type:"hidden" default:"spring"`
	Address  everythingStreet `form:"address"`
	Guests   []string         `form:"guests" entries:"2..4" label:"Guest"`
	Send     bool             `form:"send" type:"submit" label:"Send"`
}

type everythingStreet struct {
	Street string `form:"street" check:"required"`
	City   string `form:"city"`
}

const everythingPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{% if form.errors %}Error: {% endif %}Everything</title>
<style>:root { background: #fff; color: #111 } @media (prefers-color-scheme: dark) { :root { background: #111; color: #eee } a { color: #9db2ff } } body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }</style></head>
<body><main><h1>Everything</h1>
{% import "forms/fields.html" as fields %}
{{ fields.show(form) }}
</main></body></html>`

// everythingApp shows the form and, when it is right, another page.
func everythingApp(t *testing.T) *httptest.Server {
	t.Helper()
	app := dewar.New(dewar.Config{
		Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}},
		Templates:       fstest.MapFS{"page.html": {Data: []byte(everythingPage)}, "done.html": {Data: []byte(`<!doctype html><html lang="en"><title>Done</title><main><h1>Thank you, {{ request.args.name }}</h1></main>`)}},
	})
	forms.Declare[everything](app, "page.html")
	app.Route("/", func(c *dewar.Context) error {
		form := forms.New[everything](c)
		if form.Valid() {
			return c.Redirect(dewar.To("done", "name", form.Data.Name))
		}
		return form.Render("page.html", nil)
	}, "GET", "POST").Name("form")
	app.Get("/done", func(c *dewar.Context) error { return c.Render("done.html", nil) }).Name("done")
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// A keyboard is a user who has nothing else.
type keyboard struct {
	t   *testing.T
	ctx context.Context
}

// asTyped sends what a keyboard sends: behind a key that did something, such as following a link, no character comes.
func asTyped(p *input.DispatchKeyEventParams) {
	if p.Type == kb.KeyDown {
		p.Type = kb.KeyRawDown
	}
}

func (k keyboard) press(keys ...string) {
	k.t.Helper()
	for _, key := range keys {
		if _, err := chromedp.Run(k.ctx, chromedp.KeyEvent(key, asTyped)); err != nil {
			k.t.Fatalf("pressing %q: %v", key, err)
		}
	}
}

func (k keyboard) ask(script string) string {
	k.t.Helper()
	s, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		k.t.Fatalf("%s: %v", script, err)
	}
	return s
}

// focused names what has the focus.
func (k keyboard) focused() string {
	return k.ask(`(e => e.name || e.id || e.textContent.trim() || e.tagName)(document.activeElement)`)
}

// to presses the tabulator until the field has the focus.
func (k keyboard) to(name string) {
	k.t.Helper()
	for range 120 {
		k.press(kb.Tab)
		if k.focused() == name {
			return
		}
	}
	k.t.Fatalf("%s cannot be reached with the tabulator", name)
}

// TestFormByKeyboard: a form with a field of every type is filled, refused, corrected and accepted with nothing but the
// keyboard. Files are left out: their dialog is the browser's own.
func TestFormByKeyboard(t *testing.T) {
	ctx := chrome(t)
	server := everythingApp(t)
	k := keyboard{t, ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	submit := func(want string) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter, asTyped)); err != nil {
			t.Fatal(err)
		}
		if got := k.ask(`document.title`); got != want {
			t.Fatalf("the page after sending is %q, want %q: %s", got, want, k.ask(`document.body.innerText`))
		}
	}

	// Nothing: the summary has the focus, and its first link leads to the first field.
	k.to("send")
	submit("Error: Everything")
	if got := k.ask(`document.activeElement.className`); got != "form-summary" {
		t.Errorf("after a refusal the focus is on %q", got)
	}
	if got := k.ask(`document.querySelector(".form-summary li").innerText`); got != "Your name: This field is required." {
		t.Errorf("the summary begins with %q", got)
	}
	k.press(kb.Tab, kb.Enter)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.activeElement.name == "name"`)); err != nil {
		t.Fatalf("the first link of the summary leads to %q: %v", k.focused(), err)
	}

	// Two values are wrong.
	k.press("Ada Lovelace")
	for _, field := range []struct {
		name string
		keys []string
	}{
		{"note", []string{"first line", kb.Enter, "second"}}, {"password", []string{"correct horse"}}, {"email", []string{"ada"}}, {"site", []string{"https://example.com"}},
		{"phone", []string{"0123"}}, {"search", []string{"engine"}}, {"age", []string{"5"}}, {"price", []string{"9.50"}}, {"weight", []string{"61.5"}},
		{"level", []string{kb.ArrowRight}}, {"share", []string{kb.ArrowRight}}, {"born", []string{"12101990"}}, {"wake", []string{"0730AM"}}, {"meeting", []string{"02282026", kb.Tab, "0815AM"}},
		{"month", []string{"F", kb.Tab, "2026"}}, {"week", []string{"052026"}}, {"color", nil}, {"terms", []string{" "}}, {"plan", []string{" ", kb.ArrowDown}},
		{"country", []string{"Jap"}}, {"tags", []string{kb.ArrowDown, kb.ArrowDown}}, {"photo", nil}, {"papers", nil}, {"address-street", []string{"Row 1"}}, {"address-city", []string{"London"}},
		{"guests-0", []string{"Charles"}}, {"guests-1", []string{"Mary"}},
	} {
		k.to(field.name)
		k.press(field.keys...)
	}
	k.to("send")
	submit("Error: Everything")
	if got := k.ask(`[...document.querySelectorAll(".form-summary li")].map(e => e.innerText).join("; ")`); got != "E-mail: Invalid email address.; Age: Number must be between 18 and 120." {
		t.Errorf("the summary is %q", got)
	}
	for _, row := range []struct{ name, want string }{
		{"name", "Ada Lovelace"}, {"note", "first line\nsecond"}, {"password", ""}, {"email", "ada"}, {"age", "5"}, {"price", "9.50"}, {"level", "4"}, {"born", "1990-12-10"}, {"wake", "07:30"},
		{"meeting", "2026-02-28T08:15"}, {"month", "2026-02"}, {"week", "2026-W05"}, {"country", "jp"}, {"tags", "b"}, {"address-street", "Row 1"}, {"guests-1", "Mary"}, {"campaign", "spring"},
	} {
		if got := k.ask(fmt.Sprintf(`document.getElementsByName(%q)[0].value`, row.name)); got != row.want {
			t.Errorf("%s shows %q after the refusal, want %q", row.name, got, row.want)
		}
	}
	for _, checked := range []string{"terms", "plan-1"} {
		if got := k.ask(fmt.Sprintf(`String(document.getElementById(%q).checked)`, checked)); got != "true" {
			t.Errorf("%s is not checked after the refusal", checked)
		}
	}
	for name, want := range map[string]string{"email": "true email-error", "age": "true age-error", "name": "null name-help"} {
		if got := k.ask(fmt.Sprintf(`(e => e.getAttribute("aria-invalid") + " " + e.getAttribute("aria-describedby"))(document.getElementById(%q))`, name)); got != want {
			t.Errorf("%s has aria-invalid and aria-describedby %q, want %q", name, got, want)
		}
	}

	// They are corrected, and Enter in a field sends the form.
	k.to("password")
	k.press("correct horse")
	k.to("email")
	k.press("ada@example.com")
	k.to("age")
	k.press("36")
	submit("Done")
	if got := k.ask(`document.querySelector("h1").innerText`); got != "Thank you, Ada Lovelace" {
		t.Errorf("the last page says %q", got)
	}
}

// TestFormScreenshots writes pictures of the form, new and refused, light and dark, to the folder that
// DEWAR_SCREENSHOTS names.
func TestFormScreenshots(t *testing.T) {
	dir := os.Getenv("DEWAR_SCREENSHOTS")
	if dir == "" {
		t.Skip("skipped: DEWAR_SCREENSHOTS names no folder")
	}
	ctx := chrome(t)
	server := everythingApp(t)
	for _, scheme := range []string{"light", "dark"} {
		if _, err := chromedp.Run(ctx, prefer(scheme)); err != nil {
			t.Fatal(err)
		}
		for _, state := range []string{"new", "refused"} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(900, 844), chromedp.Navigate(server.URL)); err != nil {
				t.Fatal(err)
			}
			if state == "refused" {
				if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("[type=submit]"))); err != nil {
					t.Fatal(err)
				}
			}
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "form-"+state+"-"+scheme+".png"), picture, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// prefer makes the browser ask for the light or the dark scheme.
func prefer(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
