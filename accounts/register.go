package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/session"
)

type registerForm struct {
	Email    string `form:"email" type:"email" label:"E-mail address" check:"required" attrs:"autocomplete=username maxlength=254"`
	Password string `form:"password" type:"password" check:"required" attrs:"autocomplete=new-password maxlength=1024"`
}

type newPasswordForm struct {
	Password string `form:"password" type:"password" label:"New password" check:"required" attrs:"autocomplete=new-password maxlength=1024"`
}

// browserKey is the session's proof that this browser registered.
const browserKey = "_accounts_browser"

const notAddress = "This is not an e-mail address."

// registerPage takes an address and a password. The account begins when the link in the mail is followed: until then
// there is a token and nothing that somebody could squat on. The answer is the same for an address that has an account.
func (a *Accounts) registerPage(c *dewar.Context) error {
	form := forms.New[registerForm](c)
	var email string
	if form.Valid() {
		var err error
		if email, err = CanonicalEmail(form.Data.Email); err != nil {
			form.AddError("email", "email", forms.Gettext(c, notAddress))
		}
	}
	secret := a.cfg.Passwords.normalize(form.Data.Password)
	if !form.Valid() || !a.acceptable(c, form.Field("password"), secret, email, false) {
		return a.show(c, &form.Form, "accounts/register.html", nil)
	}
	switch wait, err := a.mailTo(c, email); {
	case err != nil:
		return err
	case wait > 0:
		return a.throttled(c, &form.Form, wait, "accounts/register.html")
	}
	browser, ok := session.Value[string](c.Session(), browserKey)
	if !ok {
		browser = rand.Text()
		c.Session().Set(browserKey, browser)
	}
	t, link, err := a.newLink(c, PurposeConfirm, "", email, a.cfg.ConfirmFor)
	if err != nil {
		return err
	}
	loginLink, err := c.URL(dewar.To("accounts.login").External())
	if err != nil {
		return err
	}
	t.Browser = hash(browser)
	if t.PasswordHash, err = a.hasher.Hash(c.Context(), secret); err != nil {
		return err
	}
	a.later(c, func(ctx context.Context) error {
		switch _, err := a.cfg.Store.AccountByEmail(ctx, email); {
		case err == nil:
			return a.send(ctx, "exists", email, dewar.Vars{"link": loginLink})
		case !errors.Is(err, ErrNotFound):
			return err
		}
		if err := a.cfg.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return a.send(ctx, "confirm", email, dewar.Vars{"link": link, "hours": int(a.cfg.ConfirmFor.Hours())})
	})
	return c.Redirect(dewar.To("accounts.sent"))
}

func (a *Accounts) sentPage(c *dewar.Context) error { return a.render(c, "accounts/sent.html", nil) }

// confirmPage makes the account of a registration. In the browser that registered it takes a click. Any other browser
// chooses a new password: the one of the registration may be that of somebody who waits for the owner of the mailbox to
// make the account good (CVE-2024-38351).
func (a *Accounts) confirmPage(c *dewar.Context) error {
	t, err := a.link(c, PurposeConfirm)
	if err != nil {
		return a.answer(c, err)
	}
	form := forms.New[newPasswordForm](c)
	browser, _ := session.Value[string](c.Session(), browserKey)
	same := browser != "" && hash(browser) == t.Browser
	if same {
		form.Remove("password")
	}
	secret := a.cfg.Passwords.normalize(form.Data.Password)
	if !form.Valid() || !same && !a.acceptable(c, form.Field("password"), secret, t.SentTo, false) {
		return a.show(c, &form.Form, "accounts/confirm.html", dewar.Vars{"email": t.SentTo, "same": same})
	}
	now := time.Now()
	account := &Account{ID: rand.Text(), Email: t.SentTo, PasswordHash: t.PasswordHash, Confirmed: now, Created: now}
	if !same {
		if account.PasswordHash, err = a.hasher.Hash(c.Context(), secret); err != nil {
			return err
		}
	}
	switch err := a.cfg.Store.Add(c.Context(), account, t.Hash); {
	case errors.Is(err, ErrSpent), errors.Is(err, ErrTaken):
		return a.answer(c, errLink)
	case err != nil:
		return unavailable(err)
	}
	c.Session().Delete(linkKey(PurposeConfirm))
	c.Session().Delete(browserKey)
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserCreated, User: account.ID})
	a.Signals.Registered.Send(Event{c, account})
	return SignIn(c, account, "pwd")
}
