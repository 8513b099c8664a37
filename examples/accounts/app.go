package main

import (
	"embed"
	"io/fs"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/passkey"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

//go:embed templates static migrations
var files embed.FS

// Config is the site's configuration: Dewar's own settings and these.
type Config struct {
	dewar.Config

	// DatabaseURL names the database. Default: sqlite:accounts.sqlite, a file in the instance folder.
	DatabaseURL dewar.Secret `env:"DATABASE_URL"`
	// MailFrom is the address that mails come from.
	MailFrom string `default:"Members <members@example.com>"`
}

// newApp is the application factory. base is what the command line said, mailer sends the mails.
func newApp(base dewar.Config, mailer mail.Sender) (*dewar.App, error) {
	base.Name = "Members"
	base.Templates, base.Static = folder("templates"), folder("static")
	config, err := dewar.LoadConfig[Config]("MEMBERS_", base)
	if err != nil {
		return nil, err
	}
	if !config.DatabaseURL.IsSet() {
		config.DatabaseURL = dewar.NewSecret("sqlite:accounts.sqlite")
	}
	database := db.New(db.Config{URL: config.DatabaseURL.Value(), Migrations: folder("migrations")})
	keys := passkey.New(passkey.Config{Credentials: database.Credentials()})
	members := accounts.New(accounts.Config{
		Store:       database.Accounts(),
		Login:       login.Config{Store: database.Logins()},
		Factors:     []accounts.Factor{keys},
		Credentials: database.Credentials(),
		Mail:        mailer,
		From:        config.MailFrom,
		Home:        "index",
	})

	app := dewar.New(config.Config)
	app.Extend(database, members, keys)
	p := &profiles{database}
	members.Signals.Deleted.Connect(p.remove)
	app.Get("/", p.index).Name("index")
	app.Route("/profile", p.edit, "GET", "POST").Name("profile").Guard(login.Required)
	forms.Declare[profileForm](app, "profile.html")
	return app, nil
}

// folder returns one of the embedded folders.
func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // cannot fail: the name is a valid path
	}
	return sub
}
