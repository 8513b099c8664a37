package accounts

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/privacy"
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

	removed atomic.Int64 // when RemoveDue was called last, in Unix time

	perAddress, perAccounts, perPair, perMailbox *limit.Counter
}

// stepUp is how long after a proof of who somebody is what matters most may be changed.
const stepUp = 15 * time.Minute

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
	privacy.Register(app, privacy.Source{Name: "accounts", Export: a.exported, Erase: a.erase})
	if a.hasher == nil {
		a.hasher = app.Passwords()
	}
	if a.cfg.Login.LocalizeCallback == nil {
		a.cfg.Login.LocalizeCallback = forms.Gettext
	}
	if a.cfg.Login.Remembered == nil {
		a.cfg.Login.Remembered = a.remembered
	}
	a.cfg.Factors = append([]Factor{authenticatorApp{a}}, a.cfg.Factors...)
	a.perAddress = a.cfg.Limiter.Counter("accounts.address", "20/minute")
	a.perAccounts = a.cfg.Limiter.Counter("accounts.accounts", "10 per 10 minutes")
	a.perPair = a.cfg.Limiter.Counter("accounts.pair", "1 per 10 minutes")
	a.perMailbox = a.cfg.Limiter.Counter("accounts.mailbox", "5/hour")
	a.manager = login.New(func(c *dewar.Context, id string) (*Account, error) {
		account, err := a.cfg.Store.Account(c.Context(), id)
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return account, err
	}, a.cfg.Login)
	app.Extend(a.manager)
	app.Register(a.blueprint())
	a.addCommands()
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
	fresh := StepUp(stepUp)
	get := func(rule, name string, view dewar.View) *dewar.Route { return bp.Get(rule, view).Name(name) }
	form := func(rule, name string, view dewar.View) *dewar.Route {
		return bp.Route(rule, view, "GET", "POST").Name(name)
	}
	form("/login", "login", a.loginPage)
	bp.Post("/logout", a.logout).Name("logout")
	form("/reauth", "reauth", a.reauthPage).Guard(login.Required)
	pending := login.At(login.Pending)
	get("/factor", "factor", a.factorPage).Guard(pending)
	form("/factor/code", "code", a.codePage).Guard(pending)
	form("/factor/recovery", "recovery", a.recoveryPage).Guard(pending)
	form("/authenticator", "authenticator", a.authenticatorPage).Guard(a.enrolling())
	bp.Post("/authenticator/new", a.newAuthenticator).Name("new_authenticator").Guard(a.enrolling())
	bp.Post("/authenticator/remove", a.removeAuthenticator).Name("remove_authenticator").Guard(fresh)
	form("/recovery-codes", "codes", a.codesPage).Guard(fresh)
	get("/sent", "sent", a.sentPage)
	form("/forgot", "forgot", a.forgotPage)
	form("/reset", "reset", a.resetPage)
	form("/email/undo", "undo_email", a.undoEmailPage)
	form("/restore", "restore", a.restorePage)
	get("/", "account", a.accountPage).Guard(login.Required)
	form("/email", "email", a.emailPage).Guard(fresh)
	form("/email/confirm", "confirm_email", a.confirmEmailPage).Guard(login.Required)
	form("/password", "password", a.passwordPage).Guard(fresh)
	form("/delete", "delete", a.deletePage).Guard(fresh)
	bp.Post("/sessions/end", a.endSession).Name("end_session").Guard(login.Required)
	bp.Post("/sessions/end-others", a.endOthers).Name("end_others").Guard(login.Required)
	bp.Post("/keys/delete", a.deleteKey).Name("delete_key").Guard(login.Required)
	form("/register", "register", a.registering(a.registerPage))
	form("/confirm", "confirm", a.registering(a.confirmPage))
	for p, endpoint := range pages {
		name := strings.TrimPrefix(endpoint, "accounts.")
		dewar.Get1(bp, "/"+strings.ReplaceAll(name, "_", "-")+"/<secret>", a.takeLink(p)).Name(name + "_link")
	}
	forms.Declare[loginForm](a.app, "accounts/login.html")
	forms.Declare[registerForm](a.app, "accounts/register.html")
	forms.Declare[passwordForm](a.app, "accounts/reauth.html")
	forms.Declare[addressForm](a.app, "accounts/forgot.html")
	forms.Declare[newPasswordForm](a.app, "accounts/reset.html", "accounts/confirm.html")
	forms.Declare[changePasswordForm](a.app, "accounts/password.html")
	forms.Declare[newAddressForm](a.app, "accounts/email.html")
	forms.Declare[deleteForm](a.app, "accounts/delete.html")
	forms.Declare[codeForm](a.app, "accounts/code.html", "accounts/authenticator.html")
	forms.Declare[recoveryForm](a.app, "accounts/recovery.html")
	return bp
}

// registering is a view that is there only where accounts are made by registering.
func (a *Accounts) registering(view dewar.View) dewar.View {
	if !a.cfg.NoRegistration {
		return view
	}
	return func(*dewar.Context) error { return &dewar.HTTPError{Code: 404} }
}

// render shows a page without a form.
func (a *Accounts) render(c *dewar.Context, name string, vars dewar.Vars) error {
	return c.Render(name, a.common(c, vars))
}

// common adds what all pages see to the variables of one.
func (a *Accounts) common(c *dewar.Context, vars dewar.Vars) dewar.Vars {
	if vars == nil {
		vars = dewar.Vars{}
	}
	vars["site"] = a.cfg.Site
	vars["registration"] = !a.cfg.NoRegistration
	if _, set := vars["least"]; !set {
		vars["least"] = a.cfg.Passwords.MinLength
	}
	vars["next"] = cmp.Or(c.Query("next"), c.Form("next"))
	vars["say"] = func(text string) string { return forms.Gettext(c, text) }
	return vars
}

// unavailable is the error of a store that does not answer: 503.
func unavailable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &dewar.HTTPError{Code: 503, Err: fmt.Errorf("accounts: %w", err)}
}
