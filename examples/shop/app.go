package main

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/outbound"
	"github.com/dewar-go/dewar/permit"
	"github.com/dewar-go/dewar/tasks"
)

//go:embed templates static migrations
var files embed.FS

// Config is the shop's configuration: Dewar's own settings and these.
type Config struct {
	dewar.Config

	// DatabaseURL names the database. Default: sqlite:shop.sqlite, a file in the instance folder.
	DatabaseURL dewar.Secret `env:"DATABASE_URL"`
	// Workers is how many tasks the serving process runs at once; -1 leaves all to the command worker.
	Workers int `default:"4"`
	// MailFrom is the address that mails come from, ReportTo who gets the nightly report.
	MailFrom string `default:"Shop <shop@example.com>"`
	ReportTo string `default:"owner@example.com"`
	// WebhookURL is told of each order. Default: none, and nobody is.
	WebhookURL string
	// WebhookKey signs what the webhook is told; at least 24 bytes. It is required with WebhookURL.
	WebhookKey dewar.Secret
}

// outside is what the shop reaches of the world, for tests to replace.
type outside struct {
	mailer  mail.Sender
	webhook outbound.Config
	backoff func(failures int) time.Duration // of the webhook's task; nil for the default
}

// shop holds what the views and tasks use.
type shop struct {
	config   Config
	app      *dewar.App
	database *db.Database
	queue    *tasks.Queue
	store    cache.Store
	popular  *cache.Cache[int64, []Product]
	later    *mail.Later
	webhook  *http.Client // nil for none

	confirm, announce tasks.Kind[placed]
	report            tasks.Kind[struct{}]
}

// newShop is the application factory. base is what the command line said.
func newShop(base dewar.Config, o outside) (*shop, error) {
	// One process has its store in memory. Several share one of contrib/redis.
	s := &shop{store: cache.NewMemory(0)}
	base.Name = "Shop"
	base.Templates, base.Static = folder("templates"), folder("static")
	base.TemplateFolders = []dewar.TemplateFolder{{FS: forms.Templates}}
	base.TemplateTags = map[string]jinja.Tag{"cache": cache.Tag(s.store, time.Hour)}
	var err error
	if s.config, err = dewar.LoadConfig[Config]("SHOP_", base); err != nil {
		return nil, err
	}
	if !s.config.DatabaseURL.IsSet() {
		s.config.DatabaseURL = dewar.NewSecret("sqlite:shop.sqlite")
	}
	if s.config.WebhookURL != "" {
		if len(s.config.WebhookKey.Value()) < 24 {
			return nil, fmt.Errorf("shop: webhook_url needs a webhook_key of at least 24 bytes (SHOP_WEBHOOK_KEY), the one that the receiver checks")
		}
		o.webhook.Name, o.webhook.Retries = "webhook", -1 // the task tries again
		if s.webhook, err = outbound.New(o.webhook); err != nil {
			return nil, err
		}
	}
	s.app = dewar.New(s.config.Config)
	s.database = db.New(db.Config{URL: s.config.DatabaseURL.Value(), Migrations: folder("migrations")})
	s.queue = tasks.NewQueue(tasks.Config{Broker: s.database.Tasks(), Workers: s.config.Workers})
	s.popular = cache.Of(s.store, "popular", time.Hour, s.loadPopular)
	s.addTasks(o)
	members := accounts.New(accounts.Config{
		Store:          s.database.Accounts(),
		Login:          login.Config{Store: s.database.Logins()},
		NoRegistration: true, // staff alone has accounts
		Mail:           o.mailer,
		From:           s.config.MailFrom,
		Home:           "admin.index",
	})
	s.app.Extend(s.database, s.queue, members, permit.New(permit.Config{Roles: []string{"staff"}}))
	s.addCatalog()
	s.addAdmin()
	return s, nil
}

// folder returns one of the embedded folders.
func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // cannot fail: the name is a valid path
	}
	return sub
}
