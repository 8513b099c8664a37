package accounts

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

type newAddressForm struct {
	Email string `form:"email" type:"email" label:"New e-mail address" check:"required" attrs:"autocomplete=email maxlength=254"`
}

// emailPage asks for a new address and sends a link to it. The address of the account stays until that is followed. The
// new one is in the token alone, so that no request can change it between the mail and the click (CVE-2026-32700).
func (a *Accounts) emailPage(c *dewar.Context) error {
	account, _ := User(c)
	form := forms.New[newAddressForm](c)
	var email string
	if form.Valid() {
		var err error
		if email, err = CanonicalEmail(form.Data.Email); err != nil {
			form.AddError("email", "email", forms.Gettext(c, notAddress))
		} else if email == account.Email {
			form.AddError("email", "same", forms.Gettext(c, "This is your address already."))
		}
	}
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/email.html", dewar.Vars{"account": account})
	}
	switch wait, err := a.mailTo(c, email); {
	case err != nil:
		return err
	case wait > 0:
		return a.throttled(c, &form.Form, wait, "accounts/email.html")
	}
	t, link, err := a.newLink(c, PurposeEmail, account.ID, email, a.cfg.ConfirmFor)
	if err != nil {
		return err
	}
	loginLink, err := c.URL(dewar.To("accounts.login").External())
	if err != nil {
		return err
	}
	a.later(c, func(ctx context.Context) error {
		switch _, err := a.cfg.Store.AccountByEmail(ctx, email); {
		case err == nil:
			return a.send(ctx, "exists", email, dewar.Vars{"link": loginLink})
		case !errors.Is(err, ErrNotFound):
			return err
		}
		if err := a.cfg.Store.DeleteTokens(ctx, t.Account, PurposeEmail); err != nil {
			return err
		}
		if err := a.cfg.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return a.send(ctx, "email", email, dewar.Vars{"link": link, "hours": int(a.cfg.ConfirmFor.Hours())})
	})
	return c.Redirect(dewar.To("accounts.sent"))
}

// confirmEmailPage gives the account its new address. It must be logged in: somebody else's account does not get an
// address because its owner clicks.
func (a *Accounts) confirmEmailPage(c *dewar.Context) error {
	user, _ := User(c)
	t, account, err := a.linked(c, PurposeEmail)
	if err == nil && user.ID != account.ID {
		err = errLink
	}
	if err != nil {
		return a.answer(c, err)
	}
	if c.Method() != http.MethodPost {
		return a.render(c, "accounts/confirm_email.html", dewar.Vars{"email": t.SentTo, "account": account})
	}
	// The way back is there before the way: it leads to the address that the account has anyway.
	undo, link, err := a.newLink(c, PurposeUndo, account.ID, account.Email, a.cfg.UndoFor)
	if err != nil {
		return err
	}
	if err := a.cfg.Store.AddToken(c.Context(), undo); err != nil {
		return unavailable(err)
	}
	changed := clone(*account)
	changed.Email = t.SentTo
	if err := a.spend(c, changed, t); err != nil {
		return a.answer(c, err)
	}
	// The owner hears of it whatever fails behind this.
	a.emailChanged(c, changed)
	a.notify(c, "undo", account, dewar.Vars{"link": link, "email": changed.Email, "days": int(a.cfg.UndoFor.Hours() / 24)})
	if err := login.EndOthers(c); err != nil {
		return err
	}
	// Links that were sent to the old address are no longer good.
	if err := a.cfg.Store.DeleteTokens(c.Context(), account.ID, PurposeReset, PurposeEmail); err != nil {
		return unavailable(err)
	}
	c.Flash(forms.Gettext(c, "Your address is changed."))
	return c.Redirect(dewar.To("accounts.account"))
}

// undoEmailPage gives the account its old address back, from the mailbox of which the link comes. Whoever changed it knew
// the password, which is no longer good then, and is logged out. A deletion meanwhile was theirs too.
func (a *Accounts) undoEmailPage(c *dewar.Context) error {
	t, account, err := a.linked(c, PurposeUndo)
	if err != nil {
		return a.answer(c, err)
	}
	if c.Method() != http.MethodPost {
		return a.render(c, "accounts/undo_email.html", dewar.Vars{"email": t.SentTo})
	}
	changed := clone(*account)
	changed.Email, changed.PasswordHash, changed.ShortPassword, changed.DeleteAt = t.SentTo, "", false, time.Time{}
	if err := a.spend(c, changed, t); err != nil {
		return a.answer(c, err)
	}
	a.emailChanged(c, changed)
	a.notify(c, "undone", account, nil)
	if err := a.endAll(c.Context(), account.ID); err != nil {
		return err
	}
	if err := a.forgetSince(c.Context(), account.ID, t.Created); err != nil {
		return unavailable(err)
	}
	c.Flash(forms.Gettext(c, "Your old address is back, and everybody is logged out. Ask for a new password now."))
	return c.Redirect(dewar.To("accounts.forgot"))
}

// forgetSince takes back what an account got since its address was changed: links, the authenticator app with its recovery
// codes, and the credentials of other packages. Whoever changed the address may have made them, to come back. The way
// back to an address from before that stays: an owner whose address was changed twice has the older link.
func (a *Accounts) forgetSince(ctx context.Context, id string, since time.Time) error {
	err := a.cfg.Store.DeleteTokens(ctx, id, PurposeConfirm, PurposeReset, PurposeEmail, PurposeRestore)
	err = errors.Join(err, a.cfg.Store.DeleteTokensSince(ctx, id, since))
	f, found := a.cfg.Store.Factors(ctx, id)
	if found != nil {
		return errors.Join(err, found)
	}
	if f.Version != 0 {
		f.Pending, f.Recovery = nil, nil // codes have no time, and can be made anew
		if !f.Enrolled.Before(since) {
			f = &Factors{Account: id, Version: f.Version}
		}
		err = errors.Join(err, a.cfg.Store.SaveFactors(ctx, f))
	}
	if a.cfg.Credentials == nil {
		return err
	}
	list, found := a.cfg.Credentials.CredentialsOf(ctx, id, "")
	err = errors.Join(err, found)
	for _, credential := range list {
		if !credential.Created.Before(since) {
			err = errors.Join(err, a.cfg.Credentials.RemoveCredential(ctx, id, credential.Kind, credential.ID, true))
		}
	}
	return err
}

func (a *Accounts) emailChanged(c *dewar.Context, account *Account) {
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "e-mail address"})
	a.Signals.EmailChanged.Send(Event{c, account})
}
