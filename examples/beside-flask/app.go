package main

import (
	"embed"
	"encoding/json"
	"io/fs"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/password"
	"github.com/dewar-go/dewar/session"
)

//go:embed templates users.json
var files embed.FS

// Config is the shop's configuration: Dewar's own settings and these. Its
// secret key, SHOP_SECRET_KEY, is the Flask application's SECRET_KEY.
type Config struct {
	dewar.Config

	// FlaskURL is where the Flask application listens.
	FlaskURL string `default:"http://127.0.0.1:5001"`
}

// newApp is the application factory. base is what the command line said.
func newApp(base dewar.Config) (*dewar.App, error) {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	base.Name, base.Templates = "shop", templates
	base.Flask = &dewar.FlaskSharing{}
	config, err := dewar.LoadConfig[Config]("SHOP_", base)
	if err != nil {
		return nil, err
	}
	app := dewar.New(config.Config)
	shop := &shop{passwords: app.Passwords()}
	text, err := files.ReadFile("users.json")
	if err == nil {
		err = json.Unmarshal(text, &shop.users)
	}
	if err != nil {
		return nil, err
	}

	app.Extend(login.New(shop.user, login.Config{LoginView: "/signin"}))

	// What has moved so far.
	app.Get("/", shop.home)
	app.Post("/notes", shop.note)
	app.Get("/password", shop.home).Guard(login.Fresh)
	app.Get("/signin", shop.signInPage)
	app.Post("/signin", shop.signIn)
	app.Post("/signout", shop.signOut)

	// Everything else is still Flask's.
	app.Fallback(config.FlaskURL)
	return app, nil
}

// shop has the moved views. Its users are those of the Flask application, with
// Werkzeug's password hashes; a real shop has them in a database.
type shop struct {
	users     map[string]string
	passwords *password.Hasher
}

// A user is the Flask application's User.
type user struct {
	login.UserMixin
	name string
}

func (u *user) GetID() string { return u.name }

// user is Flask-Login's user_loader. An account that is gone is nobody, whatever its cookies say.
func (s *shop) user(_ *dewar.Context, id string) (*user, error) {
	if s.users[id] == "" {
		return nil, login.ErrNotFound
	}
	return &user{name: id}, nil
}

func (s *shop) page(c *dewar.Context, form string) error {
	notes, _ := session.Value[[]any](c.Session(), "notes")
	return c.Render("page.html", dewar.Vars{
		"side": "Dewar", "user": login.Current(c).GetID(), "fresh": login.IsFresh(c), "notes": notes, "form": form,
	})
}

func (s *shop) home(c *dewar.Context) error { return s.page(c, "/feedback") }

func (s *shop) note(c *dewar.Context) error {
	notes, _ := session.Value[[]any](c.Session(), "notes")
	c.Session().Set("notes", append(notes, c.Form("text")))
	c.Flash("Noted", "hello")
	return c.Redirect(dewar.Path("/account")) // a page that is still Flask's
}

func (s *shop) signInPage(c *dewar.Context) error { return s.page(c, "/signin") }

func (s *shop) signIn(c *dewar.Context) error {
	name := c.Form("name")
	hash, known := s.users[name]
	if !known {
		// It takes as long as for a user there is.
		if err := s.passwords.VerifyDummy(c.Context(), c.Form("password")); err != nil {
			return err
		}
	} else if ok, err := s.passwords.Verify(c.Context(), hash, c.Form("password")); err != nil {
		return err
	} else if ok {
		if err := login.In(c, &user{name: name}, login.Options{Remember: c.Form("remember") != ""}); err != nil {
			return err
		}
		c.Flash("Welcome, "+name, "hello")
		return c.Redirect(dewar.Path("/account"))
	}
	c.Flash("Wrong name or password", "error")
	return s.page(c, "/signin")
}

func (s *shop) signOut(c *dewar.Context) error {
	if err := login.Out(c); err != nil {
		return err
	}
	return c.Redirect(dewar.Path("/"))
}
