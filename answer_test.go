package dewar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

var placeOfTest = regexp.MustCompile(`\w+_test\.go:\d+`)

// checkNoneOfBoth: an answer given twice is a 500 with nothing of either, and the log
// names both places.
func checkNoneOfBoth(t *testing.T, name string, resp *dewartest.Response, log *bytes.Buffer, places int) {
	t.Helper()
	text := resp.Text + fmt.Sprint(resp.Header)
	if resp.Status != 500 || strings.Contains(text, "FIRST") || strings.Contains(text, "SECRET") || resp.Header.Get("Location") != "" || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: got %d %v %q", name, resp.Status, resp.Header, resp.Text)
	}
	line := ""
	for l := range strings.Lines(log.String()) {
		if strings.Contains(l, "answered twice") && line == "" {
			line = l
		}
	}
	found := map[string]bool{}
	text, _, _ = strings.Cut(line, "stack=")
	for _, place := range placeOfTest.FindAllString(text, -1) {
		found[place] = true
	}
	if len(found) != places || !strings.Contains(line, "level=ERROR") {
		t.Errorf("%s: the log names %v, want %d places: %s", name, found, places, log)
	}
}

func TestSecondAnswers(t *testing.T) {
	content := func() io.ReadSeeker { return strings.NewReader("SECRET content") }
	files := fstest.MapFS{"secret.txt": {Data: []byte("SECRET file")}}
	raw := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "SECRET raw") })
	firsts := map[string]func(c *dewar.Context) error{
		"Redirect":         func(c *dewar.Context) error { return c.Redirect(dewar.Path("/login?FIRST")) },
		"RedirectExternal": func(c *dewar.Context) error { return c.RedirectExternal("https://FIRST.example/") },
		"Text":             func(c *dewar.Context) error { return c.Text("FIRST") },
		"HTML":             func(c *dewar.Context) error { return c.HTML("FIRST") },
		"JSON":             func(c *dewar.Context) error { return c.JSON("FIRST") },
		"Bytes":            func(c *dewar.Context) error { return c.Bytes("text/x-FIRST", []byte("FIRST")) },
		"NoContent":        func(c *dewar.Context) error { return c.NoContent() },
		"emptyText":        func(c *dewar.Context) error { return c.Text("") },
		"Render":           func(c *dewar.Context) error { return c.Render("first.html", nil) },
		"NotModified":      func(c *dewar.Context) error { c.NotModified("x", time.Time{}); return nil },
		"ServeFS":          func(c *dewar.Context) error { return c.ServeFS(files, "secret.txt") },
		"Attachment":       func(c *dewar.Context) error { return c.Attachment(files, "secret.txt", "FIRST.txt") },
	}
	seconds := map[string]func(c *dewar.Context) error{
		"Text":             func(c *dewar.Context) error { return c.Text("SECRET") },
		"HTML":             func(c *dewar.Context) error { return c.HTML("SECRET") },
		"JSON":             func(c *dewar.Context) error { return c.JSON("SECRET") },
		"Bytes":            func(c *dewar.Context) error { return c.Bytes("text/x-SECRET", []byte("SECRET")) },
		"Render":           func(c *dewar.Context) error { return c.Render("secret.html", nil) },
		"Redirect":         func(c *dewar.Context) error { return c.Redirect(dewar.Path("/SECRET")) },
		"RedirectExternal": func(c *dewar.Context) error { return c.RedirectExternal("https://SECRET.example/") },
		"NoContent":        func(c *dewar.Context) error { return c.NoContent() },
		"ServeFS":          func(c *dewar.Context) error { return c.ServeFS(files, "secret.txt") },
		"Attachment":       func(c *dewar.Context) error { return c.Attachment(files, "secret.txt", "SECRET") },
		"UserFile":         func(c *dewar.Context) error { return c.UserFile(files, "secret.txt", "SECRET", true) },
		"ServeContent": func(c *dewar.Context) error {
			http.ServeContent(c.Writer(), c.Request(), "SECRET.txt", time.Time{}, content())
			return nil
		},
		"NotModified": func(c *dewar.Context) error { c.NotModified("x", time.Time{}); return nil },
		"Wrap":        func(c *dewar.Context) error { return dewar.Wrap(raw)(c) },
		"Stream": func(c *dewar.Context) error {
			return c.Stream("text/x-SECRET", func(w io.Writer) error { _, err := io.WriteString(w, "SECRET"); return err })
		},
		"Events": func(c *dewar.Context) error {
			return c.Events(func(send func(dewar.Event) error) error { return send(dewar.Event{Data: "SECRET"}) })
		},
		"Writer":       func(c *dewar.Context) error { _, _ = c.Writer().Write([]byte("SECRET")); return nil },
		"WriteString":  func(c *dewar.Context) error { _, _ = io.WriteString(c.Writer(), "SECRET"); return nil },
		"Fprint":       func(c *dewar.Context) error { fmt.Fprint(c.Writer(), "SECRET"); return nil },
		"Copy":         func(c *dewar.Context) error { _, _ = io.Copy(c.Writer(), content()); return nil },
		"WriteHeader":  func(c *dewar.Context) error { c.Writer().WriteHeader(202); return nil },
		"httpError":    func(c *dewar.Context) error { http.Error(c.Writer(), "SECRET", 403); return nil },
		"httpRedirect": func(c *dewar.Context) error { http.Redirect(c.Writer(), c.Request(), "/SECRET", 302); return nil },
		"handler":      func(c *dewar.Context) error { raw.ServeHTTP(c.Writer(), c.Request()); return nil },
	}
	through := map[string]dewar.Middleware{
		"": nil,
		"behind middleware": func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
			})
		},
	}
	for where, middleware := range through {
		for _, debug := range []bool{false, true} {
			app, log := newApp(t, func(c *dewar.Config) {
				c.Debug = debug
				c.Templates = fstest.MapFS{"first.html": {Data: []byte("FIRST")}, "secret.html": {Data: []byte("SECRET")}}
			})
			if middleware != nil {
				app.Wrap(middleware)
			}
			for first, one := range firsts {
				for second, two := range seconds {
					for _, drops := range []bool{false, true} {
						app.Get(fmt.Sprintf("/%s/%s/%v", first, second, drops), func(c *dewar.Context) error {
							c.Session().Set("FIRST", "SECRET")
							if err := c.SetCookie(http.Cookie{Name: "FIRST", Value: "SECRET"}); err != nil {
								return err
							}
							if err := one(c); err != nil {
								return err
							}
							err := two(c)
							if drops {
								return nil
							}
							return err
						}).Name(strings.ReplaceAll(fmt.Sprint(first, second, drops), ".", " "))
					}
				}
			}
			client := dewartest.New(t, app)
			for first := range firsts {
				for second := range seconds {
					for _, drops := range []bool{false, true} {
						log.Reset()
						r := client.NewRequest("GET", fmt.Sprintf("/%s/%s/%v", first, second, drops), nil)
						r.Header.Set("If-None-Match", `"x"`)
						r.Header.Set("Via", "1.1 proxy") // the page of debug mode shows the session and the source
						resp := client.Do(r)
						checkNoneOfBoth(t, fmt.Sprintf("%s then %s, dropped %v, debug %v %s", first, second, drops, debug, where), resp, log, 2)
					}
				}
			}
		}
	}
}

// TestAnswersThroughAWriter: what a handler of net/http began is an answer too.
func TestAnswersThroughAWriter(t *testing.T) {
	for name, view := range map[string]dewar.View{
		"httpRedirect": func(c *dewar.Context) error {
			http.Redirect(c.Writer(), c.Request(), "/FIRST", http.StatusSeeOther)
			return c.Text("SECRET")
		},
		"httpError": func(c *dewar.Context) error {
			http.Error(c.Writer(), "FIRST", http.StatusForbidden)
			return c.HTML("SECRET")
		},
		"WriteHeader": func(c *dewar.Context) error {
			c.Writer().WriteHeader(http.StatusNoContent)
			return c.JSON("SECRET")
		},
		"a handler": func(c *dewar.Context) error {
			_ = dewar.Wrap(http.RedirectHandler("/FIRST", 302))(c)
			return c.Text("SECRET")
		},
	} {
		app, log := newApp(t)
		app.Get("/", view)
		checkNoneOfBoth(t, name, dewartest.New(t, app).Get("/"), log, 2)
	}
}

// TestSecondAnswersAround: in guards, hooks, error handlers, middleware and receivers.
func TestSecondAnswersAround(t *testing.T) {
	twice := func(c *dewar.Context) error {
		c.Session().Set("FIRST", "SECRET")
		_ = c.Redirect(dewar.Path("/FIRST"))
		return c.Text("SECRET")
	}
	dropped := func(c *dewar.Context) error { _ = twice(c); return nil }
	once := func(c *dewar.Context) error { return c.Text("SECRET") }
	fails := func(*dewar.Context) error { return errors.New("broken") }
	for name, f := range map[string]func(*dewar.App){
		"a guard": func(a *dewar.App) {
			a.Get("/", text("x")).Guard(dewar.GuardFunc(dewar.StagePermission, "twice", twice))
		},
		"a guard, dropped": func(a *dewar.App) {
			a.Get("/", text("x")).Guard(dewar.GuardFunc(dewar.StagePermission, "twice", dropped))
		},
		"a before hook":          func(a *dewar.App) { a.Before(twice); a.Get("/", text("x")) },
		"a before hook, dropped": func(a *dewar.App) { a.Before(dropped); a.Get("/", text("x")) },
		"an after hook":          func(a *dewar.App) { a.After(once); a.Get("/", text("FIRST")) },
		"an after hook, dropped": func(a *dewar.App) {
			a.After(func(c *dewar.Context) error { _ = once(c); return nil })
			a.Get("/", text("FIRST"))
		},
		"an after hook, raw": func(a *dewar.App) {
			a.After(func(c *dewar.Context) error { fmt.Fprint(c.Writer(), "SECRET"); return nil })
			a.Get("/", text("FIRST"))
		},
		"a hook after this": func(a *dewar.App) {
			a.Get("/", func(c *dewar.Context) error { c.AfterThis(once); return c.Text("FIRST") })
		},
		"an error handler": func(a *dewar.App) {
			a.OnError(500, func(c *dewar.Context, _ *dewar.HTTPError) error { return twice(c) })
			a.Get("/", fails)
		},
		"an error handler by type": func(a *dewar.App) {
			dewar.OnErrorAs(a, func(c *dewar.Context, err error) error { return dropped(c) })
			a.Get("/", fails)
		},
		"the error handler of a second answer": func(a *dewar.App) {
			a.OnError(500, func(c *dewar.Context, _ *dewar.HTTPError) error { return dropped(c) })
			a.Get("/", twice)
		},
		"an after hook of an error handler": func(a *dewar.App) {
			a.OnError(500, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("of the handler") })
			a.After(once)
			a.Get("/", fails)
		},
		"an after hook of an error page": func(a *dewar.App) { a.After(once); a.Get("/", fails) },
		"a receiver": func(a *dewar.App) {
			a.Signals.RequestFinished.Connect(func(c *dewar.Context) { _ = c.Text("SECRET") })
			a.Get("/", text("FIRST"))
		},
		"another error behind it": func(a *dewar.App) {
			a.Get("/", func(c *dewar.Context) error { _ = twice(c); return dewar.StatusError(404) })
		},
		"a panic behind it": func(a *dewar.App) { a.Get("/", func(c *dewar.Context) error { _ = twice(c); panic("broken") }) },
		"middleware that goes on": func(a *dewar.App) {
			a.Get("/", text("SECRET")).Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "/FIRST", http.StatusSeeOther)
					next.ServeHTTP(w, r)
				})
			})
		},
		"a mounted handler with a Context": func(a *dewar.App) {
			a.Get("/", dewar.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c, _ := dewar.FromRequest(r)
				_ = c.Text("FIRST")
				fmt.Fprint(w, "SECRET")
			}))).Wrap(func(next http.Handler) http.Handler { return next })
		},
	} {
		app, log := newApp(t)
		f(app)
		resp := dewartest.New(t, app).Get("/")
		places := 2
		if !strings.Contains(name, "error page") {
			checkNoneOfBoth(t, name, resp, log, places)
		} else if resp.Status != 500 || strings.Contains(resp.Text, "SECRET") || !strings.Contains(log.String(), "answered twice") {
			t.Errorf("%s: %d %q: %s", name, resp.Status, resp.Text, log)
		}
	}
}

// TestOneAnswer: what looks like a second answer and is none.
func TestOneAnswer(t *testing.T) {
	app, log := newApp(t)
	app.Before(func(c *dewar.Context) error {
		if c.Query("hook") != "" {
			return c.Text("ok")
		}
		return nil
	})
	app.After(func(c *dewar.Context) error { c.Status(c.StatusCode()).SetHeader("X-After", "1"); return nil })
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Status(200).Text("ok") })
	views := map[string]dewar.View{
		"an error after an answer": func(c *dewar.Context) error { _ = c.Text("SECRET"); return dewar.StatusError(404) },
		"another answer after a template that fails": func(c *dewar.Context) error {
			if err := c.Render("fail.html", nil); err == nil {
				t.Error("it did not fail")
			}
			return c.Text("ok")
		},
		"another target after one that is refused": func(c *dewar.Context) error {
			if err := c.Redirect(dewar.Path("//evil.example")); err == nil {
				t.Error("it was not refused")
			}
			return c.Text("ok")
		},
		"pieces through a writer": func(c *dewar.Context) error { fmt.Fprint(c.Writer(), "o"); fmt.Fprint(c.Writer(), "k"); return nil },
		"a handler that answers by the Context": dewar.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			c, _ := dewar.FromRequest(r)
			_ = c.Text("ok")
		})),
	}
	for name, view := range views {
		app.Get("/"+url.PathEscape(name), view).Name(name).Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r)
				w.Header().Set("X-Middleware", "1")
			})
		})
	}
	app.Get("/hook", text("SECRET"))
	app.Get("/footer", text("o")).Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r); fmt.Fprint(w, "k") })
	})
	client := dewartest.New(t, app)
	for name := range views {
		if resp := client.Get("/" + url.PathEscape(url.PathEscape(name))); resp.Status != 200 || resp.Text != "ok" || resp.Header.Get("X-After") != "1" {
			t.Errorf("%s: %d %q", name, resp.Status, resp.Text)
		}
	}
	for _, target := range []string{"/hook?hook=1", "/footer"} {
		if resp := client.Get(target); resp.Status != 200 || resp.Text != "ok" {
			t.Errorf("%s: %d %q", target, resp.Status, resp.Text)
		}
	}
	if strings.Contains(log.String(), "answered twice") {
		t.Error(log)
	}
}

// TestSecondAnswerOfAStream: what is out cannot be taken back, so the connection is
// cut.
func TestSecondAnswerOfAStream(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		_ = c.Stream("text/plain", func(w io.Writer) error { _, err := io.WriteString(w, "FIRST"); return err })
		return c.Text("SECRET")
	})
	answer := exchangeAll(t, serve(t, app), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if strings.Contains(answer, "SECRET") || strings.HasSuffix(answer, "0\r\n\r\n") || !strings.Contains(answer, "FIRST") {
		t.Errorf("got %q", answer)
	}
}

// TestTeardownAnswersAreLogged: nobody gets them.
func TestTeardownAnswersAreLogged(t *testing.T) {
	app, log := newApp(t)
	app.Teardown(func(c *dewar.Context, _ error) { _ = c.Text("SECRET") })
	app.Get("/", text("FIRST"))
	if resp := dewartest.New(t, app).Get("/"); resp.Text != "FIRST" || !strings.Contains(log.String(), "answered twice") {
		t.Errorf("%q: %s", resp.Text, log)
	}
}
