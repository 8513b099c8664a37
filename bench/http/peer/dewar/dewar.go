// Package dewar is the suite's server on Dewar. There is nothing to set up:
// sessions, CSRF, headers and the log line are there.
package dewar

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"

	"github.com/dewar-go/dewar/bench/http/content"
)

// A member is a user of package login.
type member struct {
	login.UserMixin
	name string
}

// GetID is the number of a row.
func (m *member) GetID() string { return "42" }

// New makes the application.
func New(o content.Options, cfg dewar.Config) *dewar.App {
	cfg.Templates, cfg.Static = content.Jinja, os.DirFS(o.StaticDir())
	cfg.InstanceDir = filepath.Join(o.Dir, "instance")
	app := dewar.New(cfg)
	app.Get("/plaintext", func(c *dewar.Context) error { return c.Text(content.Text) })
	app.Get("/json", func(c *dewar.Context) error { return c.JSON(content.Message{Message: content.Text}) })
	dewar.Get2(app, "/users/<int:id>/posts/<slug>", func(c *dewar.Context, id int, slug string) error {
		return c.Text(content.Post(id, slug))
	}).Name("post")
	app.Get("/fortunes", func(c *dewar.Context) error {
		return c.Render("fortunes.html", dewar.Vars{"fortunes": content.Fortunes()})
	}).Name("fortunes")
	app.Get("/db", func(c *dewar.Context) error {
		list, err := content.Query(c.Context(), o.Pool())
		if err != nil {
			return err
		}
		return c.Render("fortunes.html", dewar.Vars{"fortunes": list})
	})
	app.Get("/login", func(c *dewar.Context) error {
		c.Session().Set("user", content.UserName)
		return c.Redirect(dewar.Path("/account"))
	})
	app.Get("/account", func(c *dewar.Context) error {
		content.Count.Add(1)
		name, ok := c.Session().Get("user")
		if !ok {
			return dewar.StatusError(401)
		}
		return c.Render("account.html", dewar.Vars{"name": name, "orders": content.Orders})
	}).Name("account")
	user := &member{name: content.UserName}
	app.Extend(login.New(func(*dewar.Context, string) (*member, error) { return user, nil }, login.Config{}))
	app.Get("/member/login", func(c *dewar.Context) error {
		if err := login.In(c, user); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/member"))
	})
	app.Get("/member", func(c *dewar.Context) error {
		content.Count.Add(1)
		user, _ := login.User[*member](c)
		return c.Render("account.html", dewar.Vars{"name": user.name, "orders": content.Orders})
	}).Name("member").Guard(login.Required)
	for i := range o.Blueprints {
		b := dewar.NewBlueprint(fmt.Sprintf("b%d", i), dewar.BlueprintOptions{})
		for _, name := range []string{"one", "two", "three", "four", "five"} {
			dewar.Get1(b, fmt.Sprintf("/b%d/%s/<int:id>", i, name), func(c *dewar.Context, id int) error { return c.Text(content.Text) })
		}
		app.Register(b)
	}
	return app
}
