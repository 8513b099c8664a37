package oidc

import (
	"cmp"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/outbound"
)

//go:embed templates
var embedded embed.FS

// Kind is that of this package's login.Credential.
const Kind = "oidc"

const (
	// attemptFor is how long a sign-in may take.
	attemptFor = 10 * time.Minute
	// freshFor is how old a proof may be for a login to be fresh, and a login for a link.
	freshFor = 10 * time.Minute
)

// A Manager is the extension. Make it with [New] and add it with app.Extend, with package login's.
type Manager struct {
	// Signals are sent by this Manager.
	Signals Signals

	cfg       Config
	app       *dewar.App
	client    *http.Client
	providers []*provider
}

// Signals tell what happens to identities. A mail to the account's owner belongs to each.
type Signals struct {
	Linked   dewar.Signal[Event] // an identity was added to an account, also to the one that SignUp made
	Unlinked dewar.Signal[Event] // an identity was removed
}

// An Event is what the signals send.
type Event struct {
	Context  *dewar.Context
	User     login.Account
	Identity Linked
}

// New makes the extension. Its mistakes are reported by app.Extend.
func New(config Config) *Manager { return &Manager{cfg: config} }

// Init is called by app.Extend.
func (m *Manager) Init(app *dewar.App) error {
	if m.app != nil {
		return errors.New("oidc: the Manager is an extension already; make one for each app")
	}
	if err := m.cfg.check(); err != nil {
		return err
	}
	m.app = app
	m.cfg.Prefix = cmp.Or(m.cfg.Prefix, "/oidc")
	m.cfg.After = cmp.Or(m.cfg.After, "/")
	o := m.cfg.Outbound
	o.Name, o.Timeout, o.MaxBody = cmp.Or(o.Name, "oidc"), cmp.Or(o.Timeout, 10*time.Second), cmp.Or(o.MaxBody, 1<<20)
	if o.Logger == nil {
		o.Logger = app.Logger()
	}
	var err error
	if m.client, err = outbound.New(o); err != nil {
		return err
	}
	var buttons []map[string]string
	for _, p := range m.cfg.Providers {
		p.Label = cmp.Or(p.Label, p.Name)
		if p.Scopes == nil {
			p.Scopes = []string{"email", "profile"}
		}
		p.Scopes = append([]string{"openid"}, slices.DeleteFunc(slices.Clone(p.Scopes), func(s string) bool { return s == "openid" })...)
		m.providers = append(m.providers, &provider{Provider: p, manager: m})
		buttons = append(buttons, map[string]string{"name": p.Name, "label": p.Label})
	}
	app.TemplateGlobal("oidc_providers", buttons)

	templates, err := fs.Sub(embedded, "templates")
	if err != nil {
		return err
	}
	bp := dewar.NewBlueprint("oidc", dewar.BlueprintOptions{Prefix: m.cfg.Prefix, Templates: templates, OwnPaths: true})
	bp.Get("/", m.manage).Name("manage").Guard(login.Required)
	bp.Post("/unlink", m.unlink).Name("unlink").Guard(stepUp())
	bp.Post("/<provider>", m.begin).Name("begin")
	bp.Get("/<provider>/callback", m.callback).Name("callback")
	bp.Post("/<provider>/link", m.link).Name("link").Guard(stepUp())
	app.Register(bp)
	return nil
}

// Check reports settings with which nobody can sign in. A missing login.Manager stops the start.
func (m *Manager) Check() []dewar.Finding {
	var list []dewar.Finding
	if _, ok := dewar.ExtensionOf[*login.Manager](m.app); !ok {
		list = append(list, dewar.Finding{
			ID: "oidc-no-login", Severity: dewar.SeverityError, Subject: "oidc.Manager",
			Message: "the app has no login.Manager", Remedy: "add one with app.Extend(login.New(…))",
		})
	}
	if strings.EqualFold(m.app.Config().Session.CookieSameSite, "strict") {
		list = append(list, dewar.Finding{
			ID: "oidc-samesite", Severity: dewar.SeverityError, Subject: "Config.Session.CookieSameSite",
			Message: "browsers do not send a Strict cookie when a provider sends them back, so that no sign-in ends", Remedy: "leave it Lax",
		})
	}
	if m.cfg.Outbound.InsecurePlainHTTP {
		list = append(list, dewar.Finding{
			ID: "oidc-plain", Subject: "oidc.Config.Outbound.InsecurePlainHTTP",
			Message: "whoever is on the way to a provider can be anybody here", Remedy: "remove it",
		})
	}
	return list
}

// stepUp is login.FreshWithin, and for accounts of package accounts accounts.StepUp.
func stepUp() dewar.Guard {
	within, factors := login.FreshWithin(freshFor), accounts.StepUp(freshFor)
	return dewar.GuardFunc(within.Stage(), within.Name(), func(c *dewar.Context) error {
		if _, ok := login.Current(c).(*accounts.Account); ok {
			return factors.Check(c)
		}
		return within.Check(c)
	})
}

// render shows a page.
func (m *Manager) render(c *dewar.Context, name string, vars dewar.Vars) error {
	vars["site"] = m.app.Config().Name
	vars["say"] = func(text string) string { return forms.Gettext(c, text) }
	return c.Render(name, vars)
}

// managerOf returns the Manager of the app. It panics when there is none.
func managerOf(c *dewar.Context) *Manager {
	m, ok := dewar.ExtensionOf[*Manager](c.App())
	if !ok {
		panic("oidc: the app has no oidc.Manager; add one with app.Extend(oidc.New(…))")
	}
	return m
}

// provider finds the one that a request is about: 404 for none.
func (m *Manager) provider(c *dewar.Context) (*provider, error) {
	name := c.Str("provider")
	i := slices.IndexFunc(m.providers, func(p *provider) bool { return p.Name == name })
	if i < 0 {
		return nil, dewar.StatusError(http.StatusNotFound)
	}
	return m.providers[i], nil
}
