package accounts

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/session"
)

// A link in a mail opens a page that asks for a click: programs that look for viruses open every link, and GET and HEAD
// change nothing. The secret leaves the address at once, for the session of the browser, so that it is in no history and
// no Referer.

// secretLength is the length of a secret in a link: 32 bytes.
const secretLength = 43

// linkKey is the secret of a purpose in the session.
func linkKey(p Purpose) string { return "_accounts_" + string(p) }

// pages are the endpoints of the pages of links; those that take the secret have "_link" behind it.
var pages = map[Purpose]string{
	PurposeConfirm: "accounts.confirm", PurposeReset: "accounts.reset", PurposeEmail: "accounts.confirm_email",
	PurposeUndo: "accounts.undo_email", PurposeRestore: "accounts.restore",
}

// takeLink is the view behind a link in a mail.
func (a *Accounts) takeLink(p Purpose) func(c *dewar.Context, secret string) error {
	return func(c *dewar.Context, secret string) error {
		if len(secret) == secretLength {
			c.Session().Set(linkKey(p), secret)
		}
		return c.Redirect(dewar.To(pages[p]))
	}
}

// newLink makes a token and the address of its link.
func (a *Accounts) newLink(c *dewar.Context, p Purpose, account, sentTo string, life time.Duration) (Token, string, error) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	secret := base64.RawURLEncoding.EncodeToString(raw)
	now := time.Now()
	address, err := c.URL(dewar.To(pages[p]+"_link", "secret", secret).External())
	return Token{Hash: hash(secret), Purpose: p, Account: account, SentTo: sentTo, Created: now, Expires: now.Add(life)}, address, err
}

// errLink says that a link is not good, or no longer.
var errLink = errors.New("accounts: the link is not valid")

// link returns the token of a purpose whose link this browser opened, or errLink.
func (a *Accounts) link(c *dewar.Context, p Purpose) (Token, error) {
	secret, ok := session.Value[string](c.Session(), linkKey(p))
	if !ok {
		return Token{}, errLink
	}
	t, err := a.cfg.Store.Token(c.Context(), hash(secret))
	switch {
	case errors.Is(err, ErrNotFound), err == nil && (t.Purpose != p || time.Now().After(t.Expires)):
		return Token{}, errLink
	case err != nil:
		return Token{}, unavailable(err)
	}
	return t, nil
}

// linked returns the token of a purpose and its account, which still has the address that it was made for, or errLink.
func (a *Accounts) linked(c *dewar.Context, p Purpose) (Token, *Account, error) {
	t, err := a.link(c, p)
	if err != nil {
		return t, nil, err
	}
	account, err := a.cfg.Store.Account(c.Context(), t.Account)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && account.Disabled:
		return t, nil, errLink
	case err != nil:
		return t, nil, unavailable(err)
	}
	return t, account, nil
}

// spend writes a changed account and spends the token of its link. A link that somebody used meanwhile is errLink.
func (a *Accounts) spend(c *dewar.Context, account *Account, t Token) error {
	err := a.cfg.Store.Update(c.Context(), account, t.Hash)
	switch {
	case errors.Is(err, ErrSpent), errors.Is(err, ErrChanged), errors.Is(err, ErrTaken):
		return errLink
	case err != nil:
		return unavailable(err)
	}
	c.Session().Delete(linkKey(t.Purpose))
	return nil
}

// answer turns errLink into the page that says so; other errors stay.
func (a *Accounts) answer(c *dewar.Context, err error) error {
	if errors.Is(err, errLink) {
		c.Status(http.StatusGone)
		return a.render(c, "accounts/invalid.html", nil)
	}
	return err
}

// later does work after the answer, so that its time tells nothing: looking for an account, writing a token, sending.
func (a *Accounts) later(c *dewar.Context, work func(ctx context.Context) error) {
	due := a.dueNow()
	dewar.Go(c, func(ctx context.Context) error {
		err := work(ctx)
		if due {
			_, removed := a.RemoveDue(ctx)
			err = errors.Join(err, removed)
		}
		return err
	})
}

// send makes and sends a mail from the template accounts/mail/NAME.txt.
func (a *Accounts) send(ctx context.Context, name, to string, vars dewar.Vars) error {
	vars["site"] = a.cfg.Site
	m, err := mail.Render(a.app, "accounts/mail/"+name, mail.Message{From: a.cfg.From, To: []string{to}}, vars)
	if err != nil {
		return err
	}
	return a.cfg.Mail.Send(ctx, m)
}

// notify tells the owner of an account that something of it changed.
func (a *Accounts) notify(c *dewar.Context, name string, account *Account, vars dewar.Vars) {
	to := account.Email
	if vars == nil {
		vars = dewar.Vars{}
	}
	vars["address"] = c.ClientIP().String()
	a.later(c, func(ctx context.Context) error { return a.send(ctx, name, to, vars) })
}

// mailTo counts a mail that a visitor asks for, by the address of the client and that of the mail, whether one will be
// sent or not.
func (a *Accounts) mailTo(c *dewar.Context, email string) (time.Duration, error) {
	if wait, err := a.fromAddress(c, hash(email)); wait > 0 || err != nil {
		return wait, err
	}
	return taken(a.perMailbox.Take(c.Context(), hash(email), 1))
}
