package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

//go:embed templates static migrations
var files embed.FS

// Config is Flaskr's configuration: Dewar's own settings and these.
type Config struct {
	dewar.Config

	// DatabaseURL names the database. Default: sqlite:flaskr.sqlite, a file in
	// the instance folder.
	DatabaseURL dewar.Secret `env:"DATABASE_URL"`

	// TemplateDir is a folder to read the templates from instead of the ones
	// in the program, for working on them. Default: none.
	TemplateDir string
}

// newApp is the application factory. base is what the command line said.
func newApp(base dewar.Config) (*dewar.App, error) {
	base.Name = "flaskr"
	base.Templates = folder("templates")
	base.TemplateFolders = []dewar.TemplateFolder{{FS: forms.Templates}}
	base.Static = folder("static")
	config, err := dewar.LoadConfig[Config]("FLASKR_", base)
	if err != nil {
		return nil, err
	}
	if config.TemplateDir != "" {
		if _, err := os.ReadDir(config.TemplateDir); err != nil {
			return nil, fmt.Errorf("flaskr: the template folder cannot be read: %w; change template_dir (FLASKR_TEMPLATE_DIR in the environment)", err)
		}
		config.Templates = os.DirFS(config.TemplateDir)
	}
	if !config.DatabaseURL.IsSet() {
		config.DatabaseURL = dewar.NewSecret("sqlite:flaskr.sqlite")
	}
	database := db.New(db.Config{URL: config.DatabaseURL.Value(), Migrations: folder("migrations")})

	app := dewar.New(config.Config)
	accounts := &accounts{database}
	app.Extend(database, login.New(accounts.load, login.Config{LoginView: "auth.login", Store: database.Logins()}))
	forms.Declare[registerForm](app, "auth/register.html")
	forms.Declare[loginForm](app, "auth/login.html")
	forms.Declare[postForm](app, "blog/create.html", "blog/update.html")
	app.Register(newAuth(accounts))
	app.Register(newBlog(&blog{database}))
	registerErrors(app)
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
