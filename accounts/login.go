package accounts

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

type loginForm struct {
	Email    string `form:"email" type:"email" label:"E-mail address" attrs:"autocomplete=username maxlength=254 required"`
	Password string `form:"password" type:"password" attrs:"autocomplete=current-password maxlength=1024 required"`
	Remember bool   `form:"remember" label:"Keep me logged in on this device"`
}

const (
	wrongPassword = "The address or the password is wrong."
	tooMany       = "There were too many tries. Wait a moment, or ask for a new password."
)

func (a *Accounts) loginPage(c *dewar.Context) error {
	if record, ok := login.ThisSession(c); ok && record.Level == login.Pending && slices.Contains(record.Methods, "remember") {
		return a.redirect(c, "accounts.factor") // a remember cookie was worth a password, and a factor is missing
	}
	form := forms.New[loginForm](c)
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/login.html", nil)
	}
	account, wait, err := a.authenticate(c, form.Data.Email, form.Data.Password)
	switch {
	case err != nil:
		return err
	case wait > 0:
		return a.throttled(c, &form.Form, wait, "accounts/login.html")
	case account == nil:
		form.AddError("", "login", forms.Gettext(c, wrongPassword))
		return a.show(c, &form.Form, "accounts/login.html", nil)
	}
	if form.Data.Remember {
		c.Session().Set(rememberKey, true)
	} else {
		c.Session().Delete(rememberKey)
	}
	return SignIn(c, account, "pwd")
}

// authenticate finds the account that address and password belong to, nil for none. An address without an account, an
// account that may not log in and one without a password take as long as a wrong password, and count as one. A wait
// above zero says that nothing was looked at.
func (a *Accounts) authenticate(c *dewar.Context, address, password string) (account *Account, wait time.Duration, err error) {
	email, _ := CanonicalEmail(address) // what is none is counted as one
	if wait, err = a.fromAddress(c, hash(email)); wait > 0 || err != nil {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFailMax, Detail: "too many tries from an address"})
		return nil, wait, err
	}
	return a.checkPassword(c, address, password)
}

// checkPassword is authenticate without the count for the client's address.
func (a *Accounts) checkPassword(c *dewar.Context, address, password string) (account *Account, wait time.Duration, err error) {
	ctx := c.Context()
	email, _ := CanonicalEmail(address)
	key, known := a.device(c, email)
	if !known {
		key = accountKey(email)
	}
	if wait, err = a.try(ctx, key); wait > 0 || err != nil {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFailMax, Detail: "too many tries for an account"})
		return nil, wait, err
	}
	password = a.cfg.Passwords.normalize(password)
	account, err = a.cfg.Store.AccountByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, 0, unavailable(err)
	}
	ok, err := a.verify(ctx, account, password)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		id := ""
		if account != nil {
			id = account.ID
		}
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: id, Detail: "password"})
		return nil, 0, nil
	}
	if err := a.succeeded(ctx, key); err != nil {
		return nil, 0, err
	}
	if a.hasher.NeedsRehash(account.PasswordHash) {
		if account, err = a.rehash(ctx, account, password); err != nil {
			return nil, 0, err
		}
	}
	return account, 0, nil
}

// verify looks at the password of an account that may log in. For any other it does the same work.
func (a *Accounts) verify(ctx context.Context, account *Account, password string) (bool, error) {
	if account == nil || account.PasswordHash == "" || !account.IsActive() {
		return false, a.hasher.VerifyDummy(ctx, password)
	}
	return a.hasher.Verify(ctx, account.PasswordHash, password)
}

// rehash gives an account a hash of today's costs.
func (a *Accounts) rehash(ctx context.Context, account *Account, password string) (*Account, error) {
	text, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	changed := *account
	changed.PasswordHash = text
	switch err := a.cfg.Store.Update(ctx, &changed, ""); {
	case errors.Is(err, ErrChanged): // it will be done at the next login
		return account, nil
	case err != nil:
		return nil, unavailable(err)
	}
	return &changed, nil
}

type passwordForm struct {
	Password string `form:"password" type:"password" attrs:"autocomplete=current-password maxlength=1024 required"`
}

// reauthPage asks who is logged in to log in again: for pages that need a fresh login. It ends as any login does, so
// that a second factor is asked for too.
func (a *Accounts) reauthPage(c *dewar.Context) error {
	account, ok := User(c)
	if !ok {
		return login.Unauthorized(c)
	}
	if account.PasswordHash == "" {
		return a.redirect(c, "accounts.login")
	}
	form := forms.New[passwordForm](c)
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/reauth.html", nil)
	}
	account, wait, err := a.authenticate(c, account.Email, form.Data.Password)
	switch {
	case err != nil:
		return err
	case wait > 0:
		return a.throttled(c, &form.Form, wait, "accounts/reauth.html")
	case account == nil:
		form.AddError("password", "password", forms.Gettext(c, wrongCurrent))
		return a.show(c, &form.Form, "accounts/reauth.html", nil)
	}
	record, _ := login.ThisSession(c)
	c.Session().Set(rememberKey, record.Token != "")
	return SignIn(c, account, "pwd")
}

func (a *Accounts) logout(c *dewar.Context) error {
	if err := login.Out(c); err != nil {
		return err
	}
	return a.redirect(c, "accounts.login")
}

// show answers with a form.
func (a *Accounts) show(c *dewar.Context, form *forms.Form, name string, vars dewar.Vars) error {
	return form.Render(name, a.common(c, vars))
}

// throttled answers that there were too many tries. The page is the same whatever account it is about.
func (a *Accounts) throttled(c *dewar.Context, form *forms.Form, wait time.Duration, name string) error {
	return a.wait(c, form, wait, tooMany, name, nil)
}

// wait answers that the next try comes too early.
func (a *Accounts) wait(c *dewar.Context, form *forms.Form, wait time.Duration, text, name string, vars dewar.Vars) error {
	c.SetHeader("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	c.Status(429)
	form.AddError("", "throttled", forms.Gettext(c, text))
	return a.show(c, form, name, vars)
}
