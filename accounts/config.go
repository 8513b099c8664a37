package accounts

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

// Config are the settings of [Accounts].
type Config struct {
	// Store keeps accounts. Default: a [Memory], for tests.
	Store Store
	// Mail sends the links. It is required. It is called after the answer and has a minute: one that must lose no mail
	// when the process ends, or a receiver is away, puts it into a queue, such as that of package tasks.
	Mail mail.Sender
	// From is the address that mails come from. It is required.
	From string
	// Site is the name of the site in pages and mails. Default: dewar.Config.Name.
	Site string
	// Prefix is the path of the pages. Default: "/account".
	Prefix string
	// Home is where a login leads that was not sent from elsewhere: an endpoint, or a path that begins with a slash.
	// Default: "accounts.account", the page of the account.
	Home string
	// NoRegistration leaves the pages out that make accounts. Default: false.
	NoRegistration bool
	// Login are the settings of the [login.Manager] that comes with it. Its LoginView is "accounts.login" and its
	// RefreshView "accounts.reauth" unless they are set.
	Login login.Config
	// Limiter counts the requests of addresses. Default: one of its own, in memory.
	Limiter *limit.Limiter
	// Factors are second factors that accounts can have beside an authenticator app, which all can. Default: none.
	Factors []Factor
	// FactorRequired says which accounts must have a second factor, by their roles for example. Who has none sets up an
	// authenticator app at the next login, before anything else. Default: none must.
	FactorRequired func(account *Account) bool
	// Credentials are ways into accounts that other packages keep, such as contrib/oidc: those of an account are removed
	// with it. Default: none.
	Credentials login.Credentials
	// Passwords say which passwords are taken.
	Passwords PasswordPolicy

	// ConfirmFor is how long the link of a registration or a new address is good. Default: 24 hours.
	ConfirmFor time.Duration
	// ResetFor is how long the link to a new password is good. Default: 15 minutes.
	ResetFor time.Duration
	// UndoFor is how long the old address can undo a change of the address. Default: 7 days.
	UndoFor time.Duration
	// DeleteAfter is how long a deletion can be taken back. Default: 7 days.
	DeleteAfter time.Duration
}

func (c *Config) setDefaults() {
	c.Prefix = cmp.Or(c.Prefix, "/account")
	c.Home = cmp.Or(c.Home, "accounts.account")
	c.Login.LoginView = cmp.Or(c.Login.LoginView, "accounts.login")
	c.Login.RefreshView = cmp.Or(c.Login.RefreshView, "accounts.reauth")
	c.ConfirmFor = cmp.Or(c.ConfirmFor, 24*time.Hour)
	c.ResetFor = cmp.Or(c.ResetFor, 15*time.Minute)
	c.UndoFor = cmp.Or(c.UndoFor, 7*24*time.Hour)
	c.DeleteAfter = cmp.Or(c.DeleteAfter, 7*24*time.Hour)
	c.Passwords.setDefaults()
	if c.Store == nil {
		c.Store = NewMemory()
	}
	if c.Limiter == nil {
		c.Limiter = limit.New(limit.Options{})
	}
}

func (c *Config) check() error {
	var mistakes []error
	if c.Mail == nil {
		mistakes = append(mistakes, errors.New("accounts: Config.Mail is nil; give a mail.Sender, such as mail.Console(os.Stdout)"))
	}
	if _, err := mail.Mailbox(c.From); err != nil {
		mistakes = append(mistakes, errors.New("accounts: Config.From is no address: "+err.Error()))
	}
	if c.Prefix != "" && !strings.HasPrefix(c.Prefix, "/") {
		mistakes = append(mistakes, errors.New("accounts: Config.Prefix must begin with a slash"))
	}
	for _, d := range []time.Duration{c.ConfirmFor, c.ResetFor, c.UndoFor, c.DeleteAfter} {
		if d < 0 {
			mistakes = append(mistakes, errors.New("accounts: a duration of Config is negative"))
		}
	}
	return errors.Join(mistakes...)
}

// Check reports a store that forgets all accounts.
func (a *Accounts) Check() []dewar.Finding {
	config := a.app.Config()
	if _, memory := a.cfg.Store.(*Memory); !memory || config.Debug || config.Loopback {
		return nil
	}
	return []dewar.Finding{{
		ID: "accounts-memory", Severity: dewar.SeverityWarning, Subject: "accounts.Config.Store",
		Message: "accounts are kept in this process: a restart forgets all of them, and a second process knows none",
		Remedy:  "set Store, for example to that of contrib/db",
	}}
}
