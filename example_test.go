package dewar_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// show sends a GET to an app and prints the answer.
func show(app *dewar.App, path string) {
	handler, err := app.Handler()
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "http://localhost"+path, nil)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body.String())
}

// settings for the examples: served by a server of their own, on this machine.
func exampleConfig() dewar.Config {
	return dewar.Config{Loopback: true, SecretKey: dewar.NewSecret(sign.GenerateKey()), Logger: slog.New(slog.DiscardHandler)}
}

func Example() {
	app := dewar.New(exampleConfig())
	app.Get("/", func(c *dewar.Context) error {
		return c.Text("Hello, World!")
	})
	show(app, "/")
	// Output: 200 Hello, World!
}

// The rule's variables reach the view as typed arguments, and the same types
// build the URL.
func ExampleGet1() {
	app := dewar.New(exampleConfig())
	var user *dewar.TypedRoute[func(int) dewar.Target]
	user = dewar.Get1(app, "/users/<int:id>", func(c *dewar.Context, id int) error {
		next, err := c.URL(user.To(id + 1))
		if err != nil {
			return err
		}
		return c.Text(fmt.Sprintf("user %d, next %s", id, next))
	}).Name("user")
	show(app, "/users/41")
	// Output: 200 user 41, next /users/42
}

func ExampleContext_Render() {
	cfg := exampleConfig()
	cfg.Templates = fstest.MapFS{ // an embed.FS, or os.DirFS("templates")
		"hello.txt": {Data: []byte(`Hello, {{ name|title }}! This is {{ url_for("hello", name=name) }}.`)},
	}
	app := dewar.New(cfg)
	dewar.Get1(app, "/hello/<name>", func(c *dewar.Context, name string) error {
		return c.Render("hello.txt", dewar.Vars{"name": name})
	}).Name("hello")
	show(app, "/hello/ada")
	// Output: 200 Hello, Ada! This is /hello/ada.
}

// A blueprint is a part of an application with its own prefix, hooks and
// error pages.
func ExampleBlueprint() {
	admin := dewar.NewBlueprint("admin", dewar.BlueprintOptions{Prefix: "/admin"})
	admin.Guard(dewar.GuardFunc(dewar.StagePermission, "admins only", func(*dewar.Context) error {
		return &dewar.HTTPError{Code: http.StatusForbidden, Detail: "This is for administrators."}
	}))
	admin.Get("/", func(c *dewar.Context) error { return c.Text("secret") }).Name("index")
	admin.OnError(http.StatusForbidden, func(c *dewar.Context, err *dewar.HTTPError) error {
		return c.Text("no: " + err.Detail)
	})
	app := dewar.New(exampleConfig())
	app.Register(admin)
	show(app, "/admin/")
	// Output: 403 no: This is for administrators.
}

type outOfStock struct{ item string }

func (e *outOfStock) Error() string { return e.item + " is out of stock" }

func ExampleOnErrorAs() {
	app := dewar.New(exampleConfig())
	app.Get("/buy", func(*dewar.Context) error {
		return fmt.Errorf("order: %w", &outOfStock{"tea"})
	})
	dewar.OnErrorAs(app, func(c *dewar.Context, err *outOfStock) error {
		return c.Status(http.StatusConflict).Text("Sorry, there is no " + err.item + ".")
	})
	show(app, "/buy")
	// Output: 409 Sorry, there is no tea.
}

func ExampleNewKey() {
	user := dewar.NewKey[string]("user")
	app := dewar.New(exampleConfig())
	app.Before(func(c *dewar.Context) error {
		user.Set(c, "ada")
		return nil
	})
	app.Get("/", func(c *dewar.Context) error { return c.Text(user.Value(c)) })
	show(app, "/")
	// Output: 200 ada
}

// Middleware is net/http's.
func ExampleApp_Wrap() {
	app := dewar.New(exampleConfig())
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, "who are you?")
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") })
	show(app, "/")
	// Output: 401 who are you?
}

func ExampleApp_OnStart() {
	app := dewar.New(exampleConfig())
	app.OnStart(func(context.Context) error { return errors.New("the database is down") })
	fmt.Println(app.Run("127.0.0.1:0"))
	// Output: dewar: the database is down
}

func ExampleCORS() {
	app := dewar.New(dewar.Config{})
	api := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api", API: true})
	api.Guard(dewar.CORS(secure.CORSOptions{
		Origins:      []string{"https://app.example.com"},
		AllowHeaders: []string{"Content-Type"},
	}))
	api.Put("/items/<int:id>", func(c *dewar.Context) error { return c.NoContent() }).Name("item")
	app.Register(api)
	fmt.Println(app.Routes()[0].Guards)
	// Output: [cors session csrf]
}
