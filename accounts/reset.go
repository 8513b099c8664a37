package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

type addressForm struct {
	Email string `form:"email" type:"email" label:"E-mail address" check:"required" attrs:"autocomplete=username maxlength=254"`
}

type changePasswordForm struct {
	Current  string `form:"current" type:"password" label:"Current password" check:"required" attrs:"autocomplete=current-password maxlength=1024"`
	Password string `form:"password" type:"password" label:"New password" check:"required" attrs:"autocomplete=new-password maxlength=1024"`
}

// forgotPage sends a link to a new password. It works while the account is locked by wrong passwords, and answers the
// same whether there is an account or not.
func (a *Accounts) forgotPage(c *dewar.Context) error {
	form := forms.New[addressForm](c)
	var email string
	if form.Valid() {
		var err error
		if email, err = CanonicalEmail(form.Data.Email); err != nil {
			form.AddError("email", "email", forms.Gettext(c, notAddress))
		}
	}
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/forgot.html", nil)
	}
	switch wait, err := a.mailTo(c, email); {
	case err != nil:
		return err
	case wait > 0:
		return a.throttled(c, &form.Form, wait, "accounts/forgot.html")
	}
	t, link, err := a.newLink(c, PurposeReset, "", email, a.cfg.ResetFor)
	if err != nil {
		return err
	}
	a.later(c, func(ctx context.Context) error {
		account, err := a.cfg.Store.AccountByEmail(ctx, email)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && (account.Disabled || !account.DeleteAt.IsZero()):
			return nil
		case err != nil:
			return err
		}
		t.Account = account.ID
		// Only the newest link is good.
		if err := a.cfg.Store.DeleteTokens(ctx, account.ID, PurposeReset); err != nil {
			return err
		}
		if err := a.cfg.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return a.send(ctx, "reset", email, dewar.Vars{"link": link, "minutes": int(a.cfg.ResetFor.Minutes())})
	})
	return c.Redirect(dewar.To("accounts.sent"))
}

// resetPage sets a new password for who followed the link. It logs nobody in: what comes next is the ordinary login,
// which asks for the second factor, also in a browser that was logged in.
func (a *Accounts) resetPage(c *dewar.Context) error {
	t, account, err := a.linked(c, PurposeReset)
	if err == nil && (t.SentTo != account.Email || !account.DeleteAt.IsZero()) {
		err = errLink
	}
	if err != nil {
		return a.answer(c, err)
	}
	vars, err := a.least(c, account)
	if err != nil {
		return err
	}
	form := forms.New[newPasswordForm](c)
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/reset.html", vars)
	}
	changed, err := a.withPassword(c, account, form.Field("password"), form.Data.Password)
	if err != nil {
		return err
	}
	if changed == nil {
		return a.show(c, &form.Form, "accounts/reset.html", vars)
	}
	if changed.Confirmed.IsZero() {
		changed.Confirmed = time.Now() // the mailbox has spoken
	}
	if err := a.spend(c, changed, t); err != nil {
		return a.answer(c, err)
	}
	// First the logins of whoever knew the old password: the link is spent, and cannot be tried again when something fails.
	ended := a.manager.EndUser(c.Context(), changed.ID)
	if err := a.passwordChanged(c, changed); err != nil || ended != nil {
		return unavailable(errors.Join(ended, err))
	}
	if err := a.succeeded(c.Context(), accountKey(changed.Email)); err != nil {
		return err
	}
	c.Flash(forms.Gettext(c, "Your password is changed. Log in with it."))
	return c.Redirect(dewar.To("accounts.login"))
}

// passwordPage changes the password of who is logged in.
func (a *Accounts) passwordPage(c *dewar.Context) error {
	account, _ := User(c)
	vars, err := a.least(c, account)
	if err != nil {
		return err
	}
	form := forms.New[changePasswordForm](c)
	if account.PasswordHash == "" {
		form.Remove("current")
	}
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/password.html", vars)
	}
	if account.PasswordHash != "" {
		found, wait, err := a.authenticate(c, account.Email, form.Data.Current)
		switch {
		case err != nil:
			return err
		case wait > 0:
			return a.throttled(c, &form.Form, wait, "accounts/password.html")
		case found == nil || found.ID != account.ID:
			form.AddError("current", "password", forms.Gettext(c, wrongCurrent))
			return a.show(c, &form.Form, "accounts/password.html", vars)
		}
		account = found
	}
	changed, err := a.withPassword(c, account, form.Field("password"), form.Data.Password)
	if err != nil {
		return err
	}
	if changed == nil {
		return a.show(c, &form.Form, "accounts/password.html", vars)
	}
	if err := a.update(c, changed); err != nil {
		return err
	}
	ended := login.EndOthers(c)
	if err := errors.Join(ended, a.passwordChanged(c, changed)); err != nil {
		return err
	}
	c.Flash(forms.Gettext(c, "Your password is changed. All other devices are logged out."))
	return c.Redirect(dewar.To("accounts.account"))
}

const wrongCurrent = "The password is wrong."

// least is how long a new password of an account must be.
func (a *Accounts) least(c *dewar.Context, account *Account) (dewar.Vars, error) {
	factors, err := a.enrolled(c.Context(), account.ID)
	least := a.cfg.Passwords.MinLength
	if len(factors) > 0 {
		least = a.cfg.Passwords.MinLengthWithFactor
	}
	return dewar.Vars{"email": account.Email, "least": least}, err
}

// withPassword returns a copy of an account with a new password, nil when the policy refuses it.
func (a *Accounts) withPassword(c *dewar.Context, account *Account, field *forms.BoundField, password string) (*Account, error) {
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return nil, err
	}
	password = a.cfg.Passwords.normalize(password)
	if !a.acceptable(c, field, password, account.Email, len(factors) > 0) {
		return nil, nil
	}
	changed := clone(*account)
	changed.ShortPassword = a.cfg.Passwords.refuse(password, false, a.words(account.Email)...) != nil
	changed.PasswordHash, err = a.hasher.Hash(c.Context(), password)
	return changed, err
}

// passwordChanged tells everybody who must know, and ends links that were sent before.
func (a *Accounts) passwordChanged(c *dewar.Context, account *Account) error {
	c.Emit(dewar.SecurityEvent{Name: dewar.EventPasswordChange, User: account.ID})
	a.Signals.PasswordChanged.Send(Event{c, account})
	a.notify(c, "password", account, nil)
	if err := a.cfg.Store.DeleteTokens(c.Context(), account.ID, PurposeReset, PurposeEmail); err != nil {
		return unavailable(err)
	}
	return nil
}

// update writes a changed account of who is logged in.
func (a *Accounts) update(c *dewar.Context, account *Account) error {
	err := a.cfg.Store.Update(c.Context(), account, "")
	if errors.Is(err, ErrChanged) {
		return &dewar.HTTPError{Code: 409, Detail: forms.Gettext(c, "Your account was changed meanwhile. Please try again."), Err: err}
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}
