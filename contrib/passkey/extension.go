package passkey

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/secure"
)

//go:embed templates static
var embedded embed.FS

const (
	// Kind is that of this package's login.Credential.
	Kind = "passkey"
	// Method is the name of a passkey among the methods of a login (RFC 8176). With it comes "mfa".
	Method = "hwk"
)

const (
	// freshFor is how old the proof may be with which passkeys are added and removed.
	freshFor = 10 * time.Minute
	// maxBody bounds what a browser sends, in bytes.
	maxBody = 64 << 10
	// maxPasskeys is how many an account can have.
	maxPasskeys = 30
)

// A Manager is the extension. Make it with [New] and add it with app.Extend, with package login's.
type Manager struct {
	// Signals are sent by this Manager.
	Signals Signals

	cfg Config
	app *dewar.App
}

// Signals tell what happens to passkeys. A mail to the account's owner belongs to each.
type Signals struct {
	Added   dewar.Signal[Event]
	Removed dewar.Signal[Event]
}

// An Event is what the signals send.
type Event struct {
	Context *dewar.Context
	User    login.Account
	Passkey Passkey
}

// New makes the extension. Its mistakes are reported by app.Extend.
func New(config Config) *Manager { return &Manager{cfg: config} }

// Init is called by app.Extend.
func (m *Manager) Init(app *dewar.App) error {
	if m.app != nil {
		return errors.New("passkey: the Manager is an extension already; make one for each app")
	}
	if err := m.cfg.check(); err != nil {
		return err
	}
	m.app = app
	m.cfg.Prefix = cmp.Or(m.cfg.Prefix, "/passkey")
	m.cfg.After = cmp.Or(m.cfg.After, "/")
	m.cfg.Site = cmp.Or(m.cfg.Site, app.Config().Name)
	if m.cfg.Describe == nil {
		m.cfg.Describe = func(_ *dewar.Context, user login.Account) string { return user.GetID() }
	}
	dewar.ContextVariable(app, "passkey_script", m.script)

	templates, err := fs.Sub(embedded, "templates")
	if err != nil {
		return err
	}
	static, err := fs.Sub(embedded, "static")
	if err != nil {
		return err
	}
	bp := dewar.NewBlueprint("passkey", dewar.BlueprintOptions{Prefix: m.cfg.Prefix, Templates: templates, Static: static, OwnPaths: true})
	bp.Post("/login/options", m.loginOptions).Name("login_options").MaxBody(maxBody)
	bp.Post("/login", m.login).Name("login").MaxBody(maxBody)
	bp.Get("/use", m.use).Name("use")
	bp.Get("/", m.manage).Name("manage").Guard(login.Required)
	bp.Post("/create/options", m.createOptions).Name("create_options").MaxBody(maxBody).Guard(stepUp())
	bp.Post("/create", m.create).Name("create").MaxBody(maxBody).Guard(stepUp())
	bp.Post("/rename", m.rename).Name("rename").Guard(login.Required)
	bp.Post("/remove", m.remove).Name("remove").Guard(stepUp())
	app.Register(bp)
	return nil
}

// Check stops the start of an app without a login.Manager.
func (m *Manager) Check() []dewar.Finding {
	if _, ok := dewar.ExtensionOf[*login.Manager](m.app); ok {
		return nil
	}
	return []dewar.Finding{{
		ID: "passkey-no-login", Severity: dewar.SeverityError, Subject: "passkey.Manager",
		Message: "the app has no login.Manager", Remedy: "add one with app.Extend(login.New(…))",
	}}
}

// Name is [Method]: a Manager is a Factor of package accounts.
func (m *Manager) Name() string { return Method }

// Label returns "Passkey".
func (m *Manager) Label() string { return "Passkey" }

// Enrolled reports whether an account has a passkey.
func (m *Manager) Enrolled(ctx context.Context, account string) (bool, error) {
	list, err := m.cfg.Credentials.CredentialsOf(ctx, account, Kind)
	return len(list) > 0, err
}

// Endpoint is the page that asks for a passkey at the level login.Pending.
func (m *Manager) Endpoint() string { return "passkey.use" }

// Manage is the page that adds and removes passkeys.
func (m *Manager) Manage() string { return "passkey.manage" }

// script is what templates see as passkey_script: the address of the script. The page that has it may use passkeys.
func (m *Manager) script(c *dewar.Context) any {
	headers := m.app.Config().Headers
	if !headers.InsecureNoPermissionsPolicy {
		features := maps.Clone(headers.PermissionsPolicy)
		if features == nil {
			features = secure.DefaultPermissionsPolicy()
		}
		for _, feature := range []string{"publickey-credentials-get", "publickey-credentials-create"} {
			if list, ok := features[feature]; ok && list == "()" {
				features[feature] = "(self)"
			}
		}
		var parts []string
		for _, feature := range slices.Sorted(maps.Keys(features)) {
			parts = append(parts, feature+"="+features[feature])
		}
		c.SetHeader("Permissions-Policy", strings.Join(parts, ", "))
	}
	address, err := c.URL(dewar.To("passkey.static", "filename", "passkey.js"))
	if err != nil {
		dewar.EndView(err)
	}
	return address
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
	vars["site"] = m.cfg.Site
	vars["say"] = func(text string) string { return forms.Gettext(c, text) }
	return c.Render(name, vars)
}

// loginView is where a failed login leads back to.
func (m *Manager) loginView(c *dewar.Context) dewar.Target {
	view := m.cfg.LoginView
	if _, ok := dewar.ExtensionOf[*accounts.Accounts](c.App()); ok && view == "" {
		view = "accounts.login"
	}
	if view = cmp.Or(view, m.cfg.After); strings.HasPrefix(view, "/") {
		return dewar.Path(view)
	}
	return dewar.To(view)
}

// unavailable is the error of a store that does not answer: 503.
func unavailable(err error) error {
	if errors.Is(err, login.ErrNotFound) {
		return err
	}
	return &dewar.HTTPError{Code: http.StatusServiceUnavailable, Err: fmt.Errorf("passkey: %w", err)}
}
