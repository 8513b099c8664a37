package accounts

import (
	"errors"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

type deleteForm struct {
	Sure bool `form:"sure" label:"Yes, delete my account" check:"required"`
}

// factorRow is a line of the account's page.
type factorRow struct {
	Label, Manage string
	Enrolled      bool
}

// accountPage shows the account with its logins, factors and API keys.
func (a *Accounts) accountPage(c *dewar.Context) error {
	account, _ := User(c)
	sessions, err := login.Sessions(c)
	if err != nil {
		return err
	}
	keys, err := a.manager.Keys(c.Context(), account.ID)
	if err != nil {
		return unavailable(err)
	}
	var factors []factorRow
	for _, f := range a.cfg.Factors {
		has, err := f.Enrolled(c.Context(), account.ID)
		if err != nil {
			return unavailable(err)
		}
		factors = append(factors, factorRow{f.Label(), f.Manage(), has})
	}
	row, err := a.cfg.Store.Factors(c.Context(), account.ID)
	if err != nil {
		return unavailable(err)
	}
	return a.render(c, "accounts/account.html", dewar.Vars{
		"account": account, "sessions": sessions, "keys": keys, "factors": factors, "recovery": a.recoveryLeft(row),
	})
}

func (a *Accounts) endSession(c *dewar.Context) error {
	if err := login.End(c, c.Form("id")); err != nil {
		return err
	}
	return a.backToAccount(c, "The device is logged out.")
}

func (a *Accounts) endOthers(c *dewar.Context) error {
	if err := login.EndOthers(c); err != nil {
		return err
	}
	return a.backToAccount(c, "All other devices are logged out.")
}

func (a *Accounts) deleteKey(c *dewar.Context) error {
	account, _ := User(c)
	switch err := a.manager.DeleteKey(c.Context(), account.ID, c.Form("prefix")); {
	case errors.Is(err, login.ErrNotFound):
		return &dewar.HTTPError{Code: 404, Err: err}
	case err != nil:
		return unavailable(err)
	}
	return a.backToAccount(c, "The key is deleted.")
}

func (a *Accounts) backToAccount(c *dewar.Context, message string) error {
	c.Flash(forms.Gettext(c, message))
	return c.Redirect(dewar.To("accounts.account"))
}

// deletePage ends an account. It can be had back with the link in a mail for Config.DeleteAfter; then it is removed.
func (a *Accounts) deletePage(c *dewar.Context) error {
	account, _ := User(c)
	form := forms.New[deleteForm](c)
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/delete.html", dewar.Vars{"days": int(a.cfg.DeleteAfter.Hours() / 24)})
	}
	t, link, err := a.newLink(c, PurposeRestore, account.ID, account.Email, a.cfg.DeleteAfter)
	if err != nil {
		return err
	}
	// The way back is there before the way. That to an address from before stays: whoever deletes the account may have
	// changed that too.
	if err := a.cfg.Store.DeleteTokens(c.Context(), account.ID, PurposeReset, PurposeEmail, PurposeRestore); err != nil {
		return unavailable(err)
	}
	if err := a.cfg.Store.AddToken(c.Context(), t); err != nil {
		return unavailable(err)
	}
	changed := clone(*account)
	changed.DeleteAt = t.Expires
	if err := a.update(c, changed); err != nil {
		return err
	}
	if err := login.Out(c); err != nil {
		return err
	}
	if err := a.endAll(c.Context(), account.ID); err != nil {
		return err
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "deletion asked for"})
	a.Signals.DeletionAsked.Send(Event{c, changed})
	a.notify(c, "deleted", changed, dewar.Vars{"link": link, "date": changed.DeleteAt.UTC().Format("2 January 2006")})
	c.Flash(forms.Gettext(c, "Your account is closed."))
	return c.Redirect(dewar.To("accounts.login"))
}

// restorePage takes a deletion back.
func (a *Accounts) restorePage(c *dewar.Context) error {
	t, account, err := a.linked(c, PurposeRestore)
	if err != nil {
		return a.answer(c, err)
	}
	if c.Method() != http.MethodPost {
		return a.render(c, "accounts/restore.html", dewar.Vars{"email": account.Email})
	}
	changed := clone(*account)
	changed.DeleteAt = time.Time{}
	if err := a.spend(c, changed, t); err != nil {
		return a.answer(c, err)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "deletion taken back"})
	c.Flash(forms.Gettext(c, "Your account is back. Log in."))
	return c.Redirect(dewar.To("accounts.login"))
}
