package accounts

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/internal/qr"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/totp"
)

// pendingApp is how long an app that is being set up may take to show its first code.
const pendingApp = 10 * time.Minute

// authenticatorApp is the factor of codes that an app shows (TOTP).
type authenticatorApp struct{ a *Accounts }

func (authenticatorApp) Name() string     { return "otp" }
func (authenticatorApp) Label() string    { return "Authenticator app" }
func (authenticatorApp) Endpoint() string { return "accounts.code" }
func (authenticatorApp) Manage() string   { return "accounts.authenticator" }

func (f authenticatorApp) Enrolled(ctx context.Context, account string) (bool, error) {
	row, err := f.a.cfg.Store.Factors(ctx, account)
	return err == nil && row.Secret != nil, err
}

type codeForm struct {
	Code  string `form:"code" label:"Code" check:"required" attrs:"inputmode=numeric autocomplete=one-time-code autocapitalize=none spellcheck=false maxlength=32 autofocus"`
	Trust bool   `form:"trust" label:"Do not ask for a code on this device again"`
}

type recoveryForm struct {
	Code string `form:"code" label:"Recovery code" check:"required" attrs:"autocomplete=off autocapitalize=characters spellcheck=false maxlength=64 autofocus"`
}

// spendCode uses a code of the app, if it is right. The row says which step was used last; of two requests with one code
// the second to write it reads it again, and finds the step spent (CVE-2026-20779).
func (a *Accounts) spendCode(ctx context.Context, account, code string) (bool, error) {
	return a.changeFactors(ctx, account, func(f *Factors) (bool, error) {
		if f.Secret == nil {
			return false, nil
		}
		secret, err := open(a.app.Keys(), account, f.Secret)
		if err != nil {
			return false, err
		}
		step, ok := totp.Key{Secret: secret}.Verify(code, time.Now(), f.LastStep)
		if ok {
			f.LastStep, f.Used = step, time.Now()
			f.Secret = seal(a.app.Keys(), account, secret) // with the current key, so that older ones can be retired
		}
		return ok, nil
	})
}

// codePage asks for a code of the app after the password.
func (a *Accounts) codePage(c *dewar.Context) error {
	account, _ := login.UserAt[*Account](c, login.Pending)
	row, err := a.cfg.Store.Factors(c.Context(), account.ID)
	switch {
	case err != nil:
		return unavailable(err)
	case row.Secret == nil:
		return a.redirect(c, "accounts.factor")
	}
	form := forms.New[codeForm](c)
	record, _ := login.ThisSession(c)
	if !a.remembers(c, record) {
		form.Remove("trust")
	}
	vars := dewar.Vars{"recovery": a.recoveryLeft(row) > 0}
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/code.html", vars)
	}
	p, err := a.prove(c, account, func(ctx context.Context) (bool, error) { return a.spendCode(ctx, account.ID, form.Data.Code) })
	if err != nil {
		return err
	}
	if !p.ok {
		return a.disproved(c, p, &form.Form, "accounts/code.html", vars)
	}
	if form.Data.Trust {
		c.Session().Set(trustKey, true)
	}
	return SignIn(c, account, append(record.Methods, "otp")...)
}

// recoveryPage takes a recovery code in place of any factor.
func (a *Accounts) recoveryPage(c *dewar.Context) error {
	account, _ := login.UserAt[*Account](c, login.Pending)
	form := forms.New[recoveryForm](c)
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/recovery.html", nil)
	}
	left := 0
	p, err := a.prove(c, account, func(ctx context.Context) (spent bool, err error) {
		spent, left, err = a.spendRecoveryCode(ctx, account.ID, form.Data.Code)
		return spent, err
	})
	if err != nil {
		return err
	}
	if !p.ok {
		return a.disproved(c, p, &form.Form, "accounts/recovery.html", nil)
	}
	record, _ := login.ThisSession(c)
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "second factor: recovery code used"})
	a.notify(c, "recovery_used", account, dewar.Vars{"left": left})
	if left <= fewCodes {
		c.Flash(strings.ReplaceAll(forms.Gettext(c, "Recovery codes left: %(number)s. Make new ones soon."), "%(number)s", strconv.Itoa(left)))
	}
	return SignIn(c, account, append(record.Methods, RecoveryCode)...)
}

// authenticatorPage shows the app of an account. While one is being set up it shows the secret, and takes the code that
// proves that the app has it.
func (a *Accounts) authenticatorPage(c *dewar.Context) error {
	account, pending := enrollee(c)
	row, err := a.cfg.Store.Factors(c.Context(), account.ID)
	if err != nil {
		return unavailable(err)
	}
	vars := dewar.Vars{"app": row.Secret != nil, "enrolled": row.Enrolled, "used": row.Used, "must": pending}
	form := forms.New[codeForm](c)
	form.Remove("trust")
	if row.Pending == nil || time.Now().After(row.PendingUntil) {
		return a.show(c, &form.Form, "accounts/authenticator.html", vars)
	}
	secret, err := open(a.app.Keys(), account.ID, row.Pending)
	if err != nil {
		return err
	}
	key := totp.Key{Secret: secret}
	vars["secret"] = groups(secret.Text())
	uri := key.URI(cmp.Or(a.cfg.Site, c.Host()), account.Email)
	vars["uri"] = markup.URL(uri)
	// A code that is too long for a picture, of an unusually long address, is typed.
	if svg, err := qr.SVG(uri, forms.Gettext(c, "QR code for the app")); err == nil {
		vars["picture"] = markup.HTML(svg)
	}
	if !form.Valid() {
		return a.show(c, &form.Form, "accounts/authenticator.html", vars)
	}
	p, err := a.prove(c, account, func(ctx context.Context) (bool, error) { return a.enrolApp(ctx, account.ID, form.Data.Code, !pending) })
	if err != nil {
		return err
	}
	if !p.ok {
		return a.disproved(c, p, &form.Form, "accounts/authenticator.html", vars)
	}
	codes, err := FactorAdded(c, account, "otp", authenticatorApp{}.Label())
	if err != nil {
		return err
	}
	if pending {
		record, _ := login.ThisSession(c)
		if _, err := a.signIn(c, account, append(record.Methods, "otp")); err != nil {
			return err
		}
	}
	return a.showCodes(c, codes, "Your authenticator app is set up.")
}

// enrolApp makes the app that is being set up the account's, if the code is its. The code is spent. Without replace it must
// be the first.
func (a *Accounts) enrolApp(ctx context.Context, account, code string, replace bool) (bool, error) {
	return a.changeFactors(ctx, account, func(f *Factors) (bool, error) {
		now := time.Now()
		if f.Pending == nil || now.After(f.PendingUntil) || f.Secret != nil && !replace {
			return false, nil
		}
		secret, err := open(a.app.Keys(), account, f.Pending)
		if err != nil {
			return false, err
		}
		step, ok := totp.Key{Secret: secret}.Verify(code, now, 0)
		if ok {
			f.Secret, f.LastStep, f.Enrolled, f.Used = f.Pending, step, now, now
			f.Pending, f.PendingUntil = nil, time.Time{}
		}
		return ok, nil
	})
}

// newAuthenticator begins to set up an app. One that the account has stays until the new one has shown a code.
func (a *Accounts) newAuthenticator(c *dewar.Context) error {
	account, _ := enrollee(c)
	sealed := seal(a.app.Keys(), account.ID, totp.NewSecret())
	_, err := a.changeFactors(c.Context(), account.ID, func(f *Factors) (bool, error) {
		f.Pending, f.PendingUntil = sealed, time.Now().Add(pendingApp)
		return true, nil
	})
	if err != nil {
		return err
	}
	return a.redirect(c, "accounts.authenticator")
}

func (a *Accounts) removeAuthenticator(c *dewar.Context) error {
	account, _ := User(c)
	switch ok, why, err := MayRemoveFactor(c, account, authenticatorApp{a}); {
	case err != nil:
		return err
	case !ok:
		c.Flash(why)
		return a.redirect(c, "accounts.authenticator")
	}
	had, err := a.changeFactors(c.Context(), account.ID, func(f *Factors) (bool, error) {
		had := f.Secret != nil
		f.Secret, f.Pending, f.LastStep = nil, nil, 0
		f.Enrolled, f.Used, f.PendingUntil = time.Time{}, time.Time{}, time.Time{}
		return had, nil
	})
	if err != nil {
		return err
	}
	if had {
		if err := FactorRemoved(c, account, authenticatorApp{}.Label()); err != nil {
			return err
		}
	}
	return a.backToAccount(c, "Your authenticator app is removed. All other devices are logged out.")
}

// codesPage says how many recovery codes are left, and makes new ones.
func (a *Accounts) codesPage(c *dewar.Context) error {
	account, _ := User(c)
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return err
	}
	if len(factors) == 0 || c.Method() != http.MethodPost {
		row, err := a.cfg.Store.Factors(c.Context(), account.ID)
		if err != nil {
			return unavailable(err)
		}
		return a.render(c, "accounts/codes.html", dewar.Vars{"left": a.recoveryLeft(row), "factors": len(factors)})
	}
	var codes []string
	_, err = a.changeFactors(c.Context(), account.ID, func(f *Factors) (bool, error) {
		codes = a.renewRecoveryCodes(f)
		return true, nil
	})
	if err != nil {
		return err
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: account.ID, Detail: "second factor: new recovery codes"})
	a.notify(c, "recovery_made", account, nil)
	return a.showCodes(c, codes, "You have new recovery codes. The ones from before are no longer good.")
}

// showCodes shows recovery codes, which nobody can see again.
func (a *Accounts) showCodes(c *dewar.Context, codes []string, message string) error {
	if len(codes) == 0 {
		return a.backToAccount(c, message)
	}
	next, err := c.URL(login.Next(c, a.home()))
	if err != nil {
		return err
	}
	return a.render(c, "accounts/newcodes.html", dewar.Vars{"codes": codes, "message": forms.Gettext(c, message), "after": next})
}

// groups writes a secret in groups of four, for who types it.
func groups(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
