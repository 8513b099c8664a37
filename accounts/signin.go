package accounts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// rememberKey is the session's note that the login is to be remembered, from the password to the last factor.
const rememberKey = "_accounts_remember"

// trustKey is the session's note that the remember cookie is to stand for the second factor too.
const trustKey = "_accounts_trust"

// SignIn logs an account in that proved who it is by methods, names of RFC 8176 such as "pwd", and answers with a
// redirect. Whatever logs in, calls it: there is no other way to a session. An account with a second factor that is not
// among the methods gets a login at the level login.Pending and is sent to accounts.factor; from there SignIn is called
// again, with all methods. Otherwise the login is full, and the answer leads to the page that was asked for, or to
// Config.Home.
//
// It fails with login.ErrInactive for an account that may not log in; show the answer of a wrong password then.
func SignIn(c *dewar.Context, account *Account, methods ...string) error {
	a := of(c)
	needed, err := a.signIn(c, account, methods)
	switch {
	case err != nil:
		return err
	case needed:
		return a.redirect(c, "accounts.factor")
	}
	return c.Redirect(login.Next(c, a.home()))
}

// signIn is SignIn without its answer. It reports whether a second factor is still needed.
func (a *Accounts) signIn(c *dewar.Context, account *Account, methods []string) (needed bool, err error) {
	if needed, err = a.factorNeeded(c, account, methods); err != nil {
		return false, err
	}
	if needed {
		return true, login.In(c, account, login.Options{Level: login.Pending, Methods: methods})
	}
	record, _ := login.ThisSession(c)
	o := login.Options{Methods: methods, Remember: a.remembers(c, record)}
	// Who came by a remember cookie and gave a factor did not enter the password just now.
	o.NotFresh = slices.Contains(methods, "remember")
	o.RememberMethods = slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == "remember" })
	if trust, _ := session.Value[bool](c.Session(), trustKey); !trust && len(o.RememberMethods) > 1 {
		o.RememberMethods = o.RememberMethods[:1]
	}
	c.Session().Delete(rememberKey)
	c.Session().Delete(trustKey)
	if err := login.In(c, account, o); err != nil {
		return false, err
	}
	return false, a.setDevice(c, account)
}

// remembers reports whether the login that is being made is to be remembered: the user asked for it with the password, or
// came by a remember cookie.
func (a *Accounts) remembers(c *dewar.Context, record login.Record) bool {
	remember, _ := session.Value[bool](c.Session(), rememberKey)
	return remember || record.Level == login.Pending && record.Token != ""
}

// remembered is how far a remember cookie leads that stands for methods: an account with a second factor is asked for it,
// unless the cookie was bought with one.
func (a *Accounts) remembered(c *dewar.Context, user login.Account, methods []string) (login.Level, error) {
	account, ok := user.(*Account)
	if !ok {
		return login.Full, nil
	}
	needed, err := a.factorNeeded(c, account, methods)
	if needed || err != nil {
		return login.Pending, err
	}
	return login.Full, nil
}

// home is where a login leads that was not sent from elsewhere.
func (a *Accounts) home() dewar.Target {
	if strings.HasPrefix(a.cfg.Home, "/") {
		return dewar.Path(a.cfg.Home)
	}
	return dewar.To(a.cfg.Home)
}

// redirect leads to another page of the login, which gets the page that was asked for.
func (a *Accounts) redirect(c *dewar.Context, endpoint string) error {
	target := dewar.To(endpoint)
	if next := cmp.Or(c.Query("next"), c.Form("next")); next != "" {
		target = target.With("next", next)
	}
	return c.Redirect(target)
}

// factorPage shows the factors of an account at the level Pending, or the only one's page.
func (a *Accounts) factorPage(c *dewar.Context) error {
	account, ok := login.UserAt[*Account](c, login.Pending)
	if !ok {
		return login.Unauthorized(c)
	}
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil {
		return err
	}
	record, _ := login.ThisSession(c)
	factors = slices.DeleteFunc(factors, func(f Factor) bool { return slices.Contains(record.Methods, f.Name()) })
	switch len(factors) {
	case 0: // one must be set up
		return a.redirect(c, authenticatorApp{}.Manage())
	case 1:
		return a.redirect(c, factors[0].Endpoint())
	}
	row, err := a.cfg.Store.Factors(c.Context(), account.ID)
	if err != nil {
		return unavailable(err)
	}
	return a.render(c, "accounts/factor.html", dewar.Vars{"factors": factors, "recovery": a.recoveryLeft(row) > 0})
}
