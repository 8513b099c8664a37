package accounts

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/login"
)

//go:embed templates
var embedded embed.FS

// Accounts is the extension. Make it with [New] and add it with app.Extend.
type Accounts struct {
	// Signals are sent by this extension.
	Signals Signals

	cfg     Config
	app     *dewar.App
	manager *login.Manager
	hasher  hasher

	perAddress, perAccounts, perPair *limit.Counter
}

// Signals tell what happens to accounts.
type Signals struct {
	Registered      dewar.Signal[Event] // an account was made and its address confirmed
	PasswordChanged dewar.Signal[Event] // changed or reset
	EmailChanged    dewar.Signal[Event] // by its user, or undone
	DeletionAsked   dewar.Signal[Event] // the account will be removed
	Deleted         dewar.Signal[Event] // the account is removed: remove what belongs to its ID
}

// An Event is what the signals send.
type Event struct {
	// Context is the request, nil for one of the process.
	Context *dewar.Context
	// Account is whom it is about, as it is now.
	Account *Account
}

// hasher is what a password.Hasher does.
type hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (bool, error)
	VerifyDummy(ctx context.Context, password string) error
	NeedsRehash(hash string) bool
}

// New makes the extension.
func New(config Config) *Accounts { return &Accounts{cfg: config} }

// Init is called by app.Extend. It adds a [login.Manager] and the pages.
func (a *Accounts) Init(app *dewar.App) error {
	if a.app != nil {
		return errors.New("accounts: the Accounts are an extension already; make them for each app")
	}
	if err := a.cfg.check(); err != nil {
		return err
	}
	a.app = app
	a.cfg.setDefaults()
	if a.cfg.Site == "" {
		a.cfg.Site = app.Config().Name
	}
	if a.hasher == nil {
		a.hasher = app.Passwords()
	}
	a.perAddress = a.cfg.Limiter.Counter("accounts.address", "20/minute")
	a.perAccounts = a.cfg.Limiter.Counter("accounts.accounts", "10 per 10 minutes")
	a.perPair = a.cfg.Limiter.Counter("accounts.pair", "1 per 10 minutes")
	a.manager = login.New(func(c *dewar.Context, id string) (*Account, error) {
		account, err := a.cfg.Store.Account(c.Context(), id)
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return account, err
	}, a.cfg.Login)
	app.Extend(a.manager)
	app.Register(a.blueprint())
	return nil
}

// Manager returns the manager of logins that comes with the accounts.
func (a *Accounts) Manager() *login.Manager { return a.manager }

// of returns the app's Accounts.
func of(c *dewar.Context) *Accounts {
	a, ok := dewar.ExtensionOf[*Accounts](c.App())
	if !ok {
		panic("accounts: the app has no Accounts; add them with app.Extend(accounts.New(…))")
	}
	return a
}

// blueprint has the pages.
func (a *Accounts) blueprint() *dewar.Blueprint {
	templates, err := fs.Sub(embedded, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	bp := dewar.NewBlueprint("accounts", dewar.BlueprintOptions{Prefix: a.cfg.Prefix, Templates: templates})
	bp.Register(dewar.NewBlueprint("forms", dewar.BlueprintOptions{Templates: forms.Templates}))
	bp.Route("/login", a.loginPage, "GET", "POST").Name("login")
	bp.Post("/logout", a.logout).Name("logout")
	bp.Route("/reauth", a.reauthPage, "GET", "POST").Name("reauth").Guard(login.Required)
	bp.Get("/factor", a.factorPage).Name("factor").Guard(login.At(login.Pending))
	bp.Get("/", a.accountPage).Name("account").Guard(login.Required)
	forms.Declare[loginForm](a.app, "accounts/login.html")
	forms.Declare[passwordForm](a.app, "accounts/reauth.html")
	return bp
}

// render shows a page without a form.
func (a *Accounts) render(c *dewar.Context, name string, vars dewar.Vars) error {
	if vars == nil {
		vars = dewar.Vars{}
	}
	vars["site"] = a.cfg.Site
	vars["say"] = func(text string) string { return forms.Gettext(c, text) }
	return c.Render(name, vars)
}

// unavailable is the error of a store that does not answer: 503.
func unavailable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &dewar.HTTPError{Code: 503, Err: fmt.Errorf("accounts: %w", err)}
}
