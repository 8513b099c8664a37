package accounts

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

// A Factor is a second way to prove who somebody is, beside the password. The authenticator app is one that all accounts
// can have; Config.Factors has more.
type Factor interface {
	// Name is the name of the method in RFC 8176, such as "otp" or "hwk": what [SignIn] gets in methods.
	Name() string
	// Label is what users call it, such as "Authenticator app".
	Label() string
	// Enrolled reports whether an account has it. While one has, its password alone is not enough.
	Enrolled(ctx context.Context, account string) (bool, error)
	// Endpoint is the page that asks for it from an account at the level Pending, and then calls [SignIn] with the
	// methods of login.ThisSession and its Name.
	Endpoint() string
	// Manage is the endpoint of the page that adds and removes it. It calls [FactorAdded], [MayRemoveFactor] and
	// [FactorRemoved], and is guarded by [StepUp].
	Manage() string
}

// MultiFactor is the method of a proof that is two factors by itself, such as a passkey that asked for the user's
// fingerprint: "mfa" of RFC 8176.
const MultiFactor = "mfa"

// enrolled lists the factors that an account has.
func (a *Accounts) enrolled(ctx context.Context, account string) (list []Factor, err error) {
	for _, f := range a.cfg.Factors {
		has, err := f.Enrolled(ctx, account)
		if err != nil {
			return nil, unavailable(err)
		}
		if has {
			list = append(list, f)
		}
	}
	return list, nil
}

// required reports whether an account must have a second factor.
func (a *Accounts) required(account *Account) bool {
	return a.cfg.FactorRequired != nil && a.cfg.FactorRequired(account)
}

// factorNeeded reports whether the methods are not enough for an account, because it has a second factor or must have one.
func (a *Accounts) factorNeeded(c *dewar.Context, account *Account, methods []string) (bool, error) {
	if slices.Contains(methods, MultiFactor) {
		return false, nil
	}
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return false, err
	}
	if len(factors) == 0 {
		return a.required(account), nil
	}
	given := func(f Factor) bool { return slices.Contains(methods, f.Name()) }
	return len(methods) < 2 || !slices.ContainsFunc(factors, given) && !slices.Contains(methods, RecoveryCode), nil
}

// StepUp lets users pass who proved who they are within d, by all that their account asks for: a password and a second
// factor, if there is one. Others are sent to accounts.reauth, and come back. It is for what a thief of a session must not
// do. A d that is not positive panics.
func StepUp(d time.Duration) dewar.Guard {
	within := login.FreshWithin(d)
	return dewar.GuardFunc(dewar.StagePermission, "step up within "+d.String(), func(c *dewar.Context) error {
		account, ok := User(c)
		record, _ := login.ThisSession(c)
		if !ok || !login.IsFresh(c) {
			return within.Check(c)
		}
		needed, err := of(c).factorNeeded(c, account, record.Methods)
		switch {
		case err != nil:
			return err
		case needed:
			return login.NeedsRefresh(c)
		}
		return within.Check(c)
	})
}

// enrolling lets pass who may set up the authenticator app: by stepping up, or on the way of a login that needs a second
// factor while the account has none.
func (a *Accounts) enrolling() dewar.Guard {
	within := StepUp(stepUp)
	return dewar.GuardFunc(dewar.StagePermission, within.Name(), func(c *dewar.Context) error {
		if account, ok := login.UserAt[*Account](c, login.Pending); ok {
			factors, err := a.enrolled(c.Context(), account.ID)
			if err != nil || len(factors) == 0 {
				return err
			}
		}
		return within.Check(c)
	})
}

// enrollee is who sets up a factor behind the guard enrolling.
func enrollee(c *dewar.Context) (account *Account, pending bool) {
	if account, ok := User(c); ok {
		return account, false
	}
	account, pending = login.UserAt[*Account](c, login.Pending)
	return account, pending
}

// changeFactors reads the row of an account, has change work on it, and writes it; again when another request was faster.
// When change returns false nothing is written.
func (a *Accounts) changeFactors(ctx context.Context, account string, change func(*Factors) (bool, error)) (bool, error) {
	for {
		f, err := a.cfg.Store.Factors(ctx, account)
		if err != nil {
			return false, unavailable(err)
		}
		if ok, err := change(f); !ok || err != nil {
			return false, err
		}
		switch err := a.cfg.Store.SaveFactors(ctx, f); {
		case err == nil:
			return true, nil
		case !errors.Is(err, ErrChanged) || ctx.Err() != nil:
			return false, unavailable(err)
		}
	}
}

// A proof says what came of a code.
type proof struct {
	ok   bool
	wait time.Duration // above zero: the code was not looked at
	over bool          // the login at the level Pending was ended
}

// prove looks at a code of a second factor. Every page that takes one comes through here, so that all codes of an account
// count together: after five wrong ones the next waits, and a login at the level Pending is over.
func (a *Accounts) prove(c *dewar.Context, account *Account, check func(ctx context.Context) (bool, error)) (p proof, err error) {
	ctx := c.Context()
	key, known := a.device(c, account.Email)
	if !known {
		key = account.ID
	}
	key = "factor:" + key
	if p.wait, err = a.try(ctx, key); p.wait > 0 || err != nil {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFailMax, User: account.ID, Detail: "too many codes"})
		return p, err
	}
	record, _ := login.ThisSession(c)
	pendingKey, pending := "pending:"+record.ID, record.Level == login.Pending
	if pending {
		if wait, err := a.try(ctx, pendingKey); err != nil {
			return p, err
		} else if wait > 0 {
			p.over = true
			return p, login.Out(c)
		}
	}
	if p.ok, err = check(ctx); err != nil {
		return p, err
	}
	if p.ok {
		return p, a.succeeded(ctx, key)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: account.ID, Detail: "second factor"})
	if !pending {
		return p, nil
	}
	tries, err := a.cfg.Store.Attempts(ctx, pendingKey)
	if err != nil {
		return p, unavailable(err)
	}
	if p.over = tries.Count >= freeTries; p.over {
		return p, login.Out(c)
	}
	return p, nil
}

const (
	wrongCode    = "The code is wrong, or was used before."
	tooManyCodes = "There were too many wrong codes. Wait a moment."
	codesRunOut  = "There were too many wrong codes. Log in again."
)

// disproved answers a code that was not right.
func (a *Accounts) disproved(c *dewar.Context, p proof, form *forms.Form, name string, vars dewar.Vars) error {
	switch {
	case p.over:
		c.Flash(forms.Gettext(c, codesRunOut))
		return a.redirect(c, "accounts.login")
	case p.wait > 0:
		return a.wait(c, form, p.wait, tooManyCodes, name, vars)
	}
	form.AddError("code", "code", forms.Gettext(c, wrongCode))
	return a.show(c, form, name, vars)
}

// FactorAdded ends the other logins of an account that has a new second factor, from before which nobody was asked for it,
// writes to the owner, and returns recovery codes for the page to show once, none when the account has some. method is the
// factor's Name, label its Label. Call it in the view that added the factor, after it was proven to work.
func FactorAdded(c *dewar.Context, account *Account, method, label string) (codes []string, err error) {
	a := of(c)
	_, err = a.changeFactors(c.Context(), account.ID, func(f *Factors) (bool, error) {
		codes = nil
		if a.recoveryLeft(f) > 0 {
			return false, nil
		}
		codes = a.renewRecoveryCodes(f)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.factorChanged(c, account, label+" added"); err != nil {
		return nil, err
	}
	if _, ok := User(c); ok {
		if err := login.Confirm(c, method); err != nil {
			return nil, err
		}
	}
	a.notify(c, "factor_added", account, dewar.Vars{"factor": label})
	return codes, nil
}

// MayRemoveFactor reports whether an account may lose a factor: any but the last one, and that too unless the account must
// have one, or has a password that is long enough beside a factor only. The text says why not.
func MayRemoveFactor(c *dewar.Context, account *Account, factor Factor) (ok bool, why string, err error) {
	a := of(c)
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return false, "", err
	}
	others := slices.ContainsFunc(factors, func(f Factor) bool { return f.Name() != factor.Name() })
	switch {
	case others:
	case a.required(account):
		return false, forms.Gettext(c, "Your account must have a second factor. Add another one first."), nil
	case account.ShortPassword:
		return false, forms.Gettext(c, "Your password is too short to be all that protects your account. Choose a longer one first."), nil
	}
	return true, "", nil
}

// FactorRemoved ends the other logins of an account that has lost a second factor, writes to the owner, and removes the
// recovery codes when it was the last. label is the factor's Label.
func FactorRemoved(c *dewar.Context, account *Account, label string) error {
	a := of(c)
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return err
	}
	if len(factors) == 0 {
		_, err := a.changeFactors(c.Context(), account.ID, func(f *Factors) (bool, error) {
			had := len(f.Recovery) > 0
			f.Recovery = nil
			return had, nil
		})
		if err != nil {
			return err
		}
	}
	if err := a.factorChanged(c, account, label+" removed"); err != nil {
		return err
	}
	a.notify(c, "factor_removed", account, dewar.Vars{"factor": label})
	return nil
}

// factorChanged ends all other logins, remember tokens that are worth a factor, and logins that wait for one.
func (a *Accounts) factorChanged(c *dewar.Context, account *Account, detail string) error {
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "second factor: " + detail})
	if _, ok := User(c); ok {
		return login.EndOthers(c)
	}
	return a.manager.EndUser(c.Context(), account.ID)
}
