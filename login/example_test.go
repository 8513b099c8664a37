package login_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/sign"
)

type Member struct {
	login.UserMixin
	Name string
}

func (m *Member) GetID() string { return m.Name }

var members = map[string]*Member{"ann": {Name: "ann"}}

func newApp(config login.Config) (*dewar.App, *login.Manager) {
	dir, err := os.MkdirTemp("", "login")
	if err != nil {
		panic(err)
	}
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), Loopback: true, InstanceDir: dir, Logger: slog.New(slog.DiscardHandler),
	})
	manager := login.New(func(_ *dewar.Context, id string) (*Member, error) { return members[id], nil }, config)
	app.Extend(manager)
	return app, manager
}

// A page for members, and the view that lets them in. The password has been looked at before In.
func Example() {
	app, _ := newApp(login.Config{LoginView: "signin"})
	app.Get("/", func(c *dewar.Context) error {
		member, _ := login.User[*Member](c)
		return c.Text("Hello, " + member.Name)
	}).Guard(login.Required)
	app.Route("/signin", func(c *dewar.Context) error {
		if c.Method() == "GET" {
			return c.Text("a form")
		}
		if err := login.In(c, members["ann"], login.Options{Remember: c.Form("remember") != ""}); err != nil {
			return err
		}
		return c.Redirect(login.Next(c, dewar.Path("/")))
	}, "GET", "POST").Name("signin")

	visit := httptest.NewRecorder()
	app.ServeHTTP(visit, httptest.NewRequest("GET", "http://localhost/", nil))
	fmt.Println(visit.Code, visit.Header().Get("Location"))

	signIn := httptest.NewRecorder()
	form := httptest.NewRequest("POST", "http://localhost/signin?next=/", nil)
	form.Header.Set("Sec-Fetch-Site", "same-origin")
	app.ServeHTTP(signIn, form)
	fmt.Println(signIn.Code, signIn.Header().Get("Location"))

	again := httptest.NewRequest("GET", "http://localhost/", nil)
	for _, cookie := range signIn.Result().Cookies() {
		again.AddCookie(cookie)
	}
	page := httptest.NewRecorder()
	app.ServeHTTP(page, again)
	fmt.Println(page.Code, page.Body)
	// Output:
	// 302 /signin?next=%2F
	// 303 /
	// 200 Hello, ann
}

// The page on which users see where they are logged in.
func ExampleSessions() {
	app, _ := newApp(login.Config{})
	app.Get("/account/logins", func(c *dewar.Context) error {
		sessions, err := login.Sessions(c)
		if err != nil {
			return err
		}
		return c.Render("logins.html", dewar.Vars{"logins": sessions}) // {{ l.device }}, {{ l.address }}, {{ l.seen }}
	}).Guard(login.Required)
	app.Post("/account/logins/end", func(c *dewar.Context) error {
		if err := login.End(c, c.Form("id")); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/account/logins"))
	}).Guard(login.Fresh)
}

// A login in two steps: until the second factor is right the user is nobody to every other page.
func ExampleAt() {
	app, _ := newApp(login.Config{LoginView: "/signin"})
	app.Post("/signin", func(c *dewar.Context) error {
		if err := login.In(c, members["ann"], login.Options{Level: login.Pending, Methods: []string{"pwd"}}); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/factor"))
	})
	app.Post("/factor", func(c *dewar.Context) error {
		member, _ := login.UserAt[*Member](c, login.Pending)
		// … look at the code …
		if err := login.In(c, member, login.Options{Methods: []string{"pwd", "otp"}}); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	}).Guard(login.At(login.Pending))
}

// An API whose clients have keys.
func ExampleAPIKeys() {
	app, manager := newApp(login.Config{Loaders: []login.Loader{login.APIKeys()}})
	app.Get("/api/me", func(c *dewar.Context) error {
		key, _ := login.UsedKey(c)
		return c.Text(login.Current(c).GetID() + " with " + key.Name)
	}).API().Guard(login.Required)

	text, key, err := manager.NewKey(context.Background(), login.Key{User: "ann", Name: "backup"})
	fmt.Println(len(text), strings.HasPrefix(text, key.Prefix), err)

	r := httptest.NewRequest("GET", "http://localhost/api/me", nil)
	r.Header.Set("Authorization", "Bearer "+text)
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 72 true <nil>
	// 200 ann with backup
}
