package dewar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

type baseError struct{}

func (*baseError) Error() string { return "base" }

// derivedError is a baseError too, as a Python class is what it inherits from.
type derivedError struct{ *baseError }

func (e *derivedError) Unwrap() error { return e.baseError }

// TestErrorHandlerOrder: of all handlers the one is called that Flask calls.
func TestErrorHandlerOrder(t *testing.T) {
	raw, err := os.ReadFile("testdata/errororder/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Handlers [][2]string
		Raise    string
		Answer   string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	raises := map[string]error{
		"404": dewar.StatusError(404), "410": dewar.StatusError(410), "500": dewar.StatusError(500),
		"Base": &baseError{}, "Derived": &derivedError{&baseError{}}, "plain": errors.New("plain"),
	}
	for i, row := range cases {
		app, _ := newApp(t)
		outer, inner := dewar.NewBlueprint("outer", dewar.BlueprintOptions{}), dewar.NewBlueprint("inner", dewar.BlueprintOptions{})
		scopes := map[string]dewar.Router{"app": app, "outer": outer, "inner": inner}
		for _, h := range row.Handlers {
			name := h[0] + " " + h[1]
			answer := func(c *dewar.Context) error { return c.Status(299).Text(name) }
			switch r := scopes[h[0]]; h[1] {
			case "HTTPError":
				dewar.OnErrorAs(r, func(c *dewar.Context, _ *dewar.HTTPError) error { return answer(c) })
			case "error":
				dewar.OnErrorAs(r, func(c *dewar.Context, _ error) error { return answer(c) })
			case "Base":
				dewar.OnErrorAs(r, func(c *dewar.Context, _ *baseError) error { return answer(c) })
			case "Derived":
				dewar.OnErrorAs(r, func(c *dewar.Context, _ *derivedError) error { return answer(c) })
			default:
				var code int
				fmt.Sscan(h[1], &code)
				r.(interface {
					OnError(int, func(*dewar.Context, *dewar.HTTPError) error)
				}).OnError(code, func(c *dewar.Context, _ *dewar.HTTPError) error { return answer(c) })
			}
		}
		inner.Get("/", func(*dewar.Context) error { return raises[row.Raise] })
		outer.Register(inner)
		app.Register(outer)
		resp := dewartest.New(t, app).Get("/")
		got := resp.Text
		if resp.Status != 299 {
			got = fmt.Sprint(resp.Status)
		}
		if got != row.Answer {
			t.Errorf("case %d, %v with %v: Flask calls %q, got %q", i, row.Raise, row.Handlers, row.Answer, got)
		}
	}
}

type fullError struct{}

func (fullError) Error() string { return "full" }
func (fullError) Full() bool    { return true }

// TestErrorHandlerNearest: what Python has no word for, an error that wraps
// another, and interfaces.
func TestErrorHandlerNearest(t *testing.T) {
	app, _ := newApp(t)
	dewar.OnErrorAs(app, func(c *dewar.Context, _ error) error { return c.Text("error") })
	dewar.OnErrorAs(app, func(c *dewar.Context, _ interface {
		error
		Full() bool
	}) error {
		return c.Text("interface")
	})
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *baseError) error { return c.Text("base") })
	dewar.OnErrorAs(app, func(c *dewar.Context, _ fullError) error { return c.Text("full") })
	type other struct{ fullError }
	rows := map[string]error{
		"/error":     errors.New("x"),
		"/interface": &other{},
		"/base":      fmt.Errorf("wrapped: %w", errors.Join(errors.New("x"), &baseError{}, fullError{})),
		"/full":      fmt.Errorf("wrapped: %w", fmt.Errorf("%w, %w", fullError{}, &baseError{})),
	}
	for path, err := range rows {
		app.Get(path, func(*dewar.Context) error { return err })
	}
	client := dewartest.New(t, app)
	for path := range rows {
		if resp := client.Get(path); resp.Text != path[1:] || resp.Status != 500 {
			t.Errorf("%s: got %d %q", path, resp.Status, resp.Text)
		}
	}
}

// TestErrorHandlerStatus: an answer has the error's status and headers unless
// the handler sets another, whatever the handler was registered for.
func TestErrorHandlerStatus(t *testing.T) {
	app, _ := newApp(t)
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("any") })
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("404") })
	app.OnError(410, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Status(200).Text("still here") })
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *baseError) error { return c.Redirect(dewar.Path("/")) })
	app.Get("/", text("index"))
	for path, err := range map[string]error{
		"/busy": &dewar.HTTPError{Code: 503, Header: http.Header{"Retry-After": {"5"}}}, "/gone": dewar.StatusError(410), "/plain": errors.New("x"), "/base": &baseError{},
	} {
		app.Get(path, func(*dewar.Context) error { return err })
	}
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/nope": "404 404", "/busy": "503 any", "/gone": "200 still here", "/plain": "500 any", "/base": "303 <!doctype html>",
	} {
		resp := client.Get(path)
		line, _, _ := strings.Cut(resp.Text, "\n")
		if got := fmt.Sprint(resp.Status, " ", line); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
		if path == "/busy" && resp.Header.Get("Retry-After") != "5" {
			t.Error("the header of the error is gone")
		}
	}
}

// TestErrorsInDebug: the page with the cause is shown, whatever answers a 500
// elsewhere, and status errors go to their handlers as ever.
func TestErrorsInDebug(t *testing.T) {
	app, _ := newApp(t, func(cfg *dewar.Config) { cfg.Debug, cfg.Loopback = true, true })
	app.OnError(500, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("own 500") })
	dewar.OnErrorAs(app, func(c *dewar.Context, e *dewar.HTTPError) error { return c.Text("own " + e.Title) })
	app.Get("/error", func(*dewar.Context) error { return errors.New("the cause") })
	app.Get("/panic", func(*dewar.Context) error { panic("the cause") })
	app.Get("/abort", func(*dewar.Context) error { return dewar.StatusError(500) })
	client := dewartest.New(t, app)
	for path, want := range map[string]string{"/error": "the cause", "/panic": "errorhandler_test.go", "/abort": "own 500", "/nope": "own Not Found"} {
		if resp := client.Get(path); !strings.Contains(resp.Text, want) {
			t.Errorf("%s: got %q", path, resp.Text)
		}
	}
}

// TestErrorShowsNoCause: handlers get an error whose title and detail are
// filled, and whichever way they show it, the cause stays in the log.
func TestErrorShowsNoCause(t *testing.T) {
	cause := errors.New("secret cause")
	inner := &dewar.HTTPError{Code: 404, Err: cause}
	app, log := newApp(t, func(cfg *dewar.Config) {
		cfg.Templates = fstest.MapFS{"e.txt": {Data: []byte(
			"{{ e }}|{{ e.code }}|{{ e.name }}|{{ e.title }}|{{ e.description }}|{{ e.detail }}|{{ e.err }}{{ e.header }}")}}
	})
	app.Get("/404", func(*dewar.Context) error { return inner })
	app.Get("/json", func(*dewar.Context) error { return &dewar.HTTPError{Code: 410, Err: cause} })
	app.Get("/wrapped", func(*dewar.Context) error {
		return fmt.Errorf("lost: %w", &dewar.HTTPError{Code: 503, Detail: "Busy.", Err: cause})
	})
	app.OnError(404, func(c *dewar.Context, e *dewar.HTTPError) error {
		if !errors.Is(e, inner) || !errors.Is(e, cause) {
			t.Error("the error that the view returned is not found in what the handler gets")
		}
		return c.Render("e.txt", dewar.Vars{"e": e})
	})
	app.OnError(410, func(c *dewar.Context, e *dewar.HTTPError) error { return c.JSON(e) })
	dewar.OnErrorAs(app, func(c *dewar.Context, e error) error { return c.Text(e.Error()) })
	client := dewartest.New(t, app)
	detail := "There is nothing at this address. If you typed it, check the spelling."
	for path, want := range map[string]string{
		"/404":     "404 Not Found: " + detail + "|404|Not Found|Not Found|" + detail + "|" + detail + "|",
		"/json":    `{"code":410,"name":"Gone","description":"What was at this address is gone for good."}` + "\n",
		"/wrapped": "lost: 503 Service Unavailable: Busy.",
	} {
		if resp := client.Get(path); resp.Text != want {
			t.Errorf("%s: got %q, want %q", path, resp.Text, want)
		}
	}
	if inner.Title != "" || inner.Detail != "" {
		t.Error("the view's own error was changed")
	}
	if !strings.Contains(log.String(), "secret cause") {
		t.Error("the log does not have the cause")
	}
}
