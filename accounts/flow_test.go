package accounts_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// in returns a client that is logged in.
func (s *site) in(email string) *dewartest.Client {
	s.t.Helper()
	c := s.Another()
	if r := s.logIn(c, email, good); r.Status != 303 {
		s.t.Fatalf("logging in: %d\n%s", r.Status, r.Text)
	}
	return c
}

func forgot(c *dewartest.Client, email string) *dewartest.Response {
	return c.PostForm("/account/forgot", url.Values{"email": {email}})
}

func TestReset(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		phone := s.in("ann@example.com")
		remembered := s.Another()
		remembered.PostForm("/account/login", url.Values{"email": {"ann@example.com"}, "password": {good}, "remember": {"y"}})
		wantTo(t, forgot(s.Client, "ann@example.com"), "/account/sent")
		first := s.link("ann@example.com")
		forgot(s.Client, "Ann@example.com")
		link := s.link("ann@example.com")
		want(t, s.Get(follow(t, s.Another(), first)), 410) // the newest alone is good

		page := follow(t, s.Client, link)
		want(t, s.Get(page), 200, "ann@example.com", `autocomplete="new-password"`)
		want(t, s.PostForm(page, url.Values{"password": {"ann@example.com 12"}}), 422, "Leave the name of the site and your address out")
		wantTo(t, s.PostForm(page, url.Values{"password": {other}}), "/account/login")
		want(t, s.Get("/account/login"), 200, "Your password is changed. Log in with it.")
		for name, c := range map[string]*dewartest.Client{"who reset it": s.Client, "another device": phone, "a remembered device": remembered} {
			if got := s.who(c); got != "nobody" {
				t.Errorf("%s: %q is logged in", name, got)
			}
		}
		want(t, s.PostForm(page, url.Values{"password": {good}}), 410)
		want(t, s.logIn(s.Client, "ann@example.com", good), 422)
		wantTo(t, s.logIn(s.Client, "ann@example.com", other), "/account/")
		if list := s.mails(); list[len(list)-1] != "ann@example.com: Your password was changed" {
			t.Errorf("mails: %q", list)
		}
		if !slices.Contains(s.events, "authn_password_change") {
			t.Errorf("events: %q", s.events)
		}
		forgot(s.Client, "ann@example.com")
		late := s.link("ann@example.com")
		time.Sleep(15*time.Minute + time.Second)
		want(t, s.Get(follow(t, s.Client, late)), 410)
	})
}

// Nobody gets a link who may not log in; an account that an administrator made is confirmed by it.
func TestResetWhom(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		a := s.member("ann@example.com")
		if err := s.accounts.Disable(t.Context(), a.ID, true); err != nil {
			t.Fatal(err)
		}
		forgot(s.Client, "ann@example.com")
		forgot(s.Client, "nobody@example.com")
		if list := s.mails(); len(list) != 0 {
			t.Errorf("mails: %q", list)
		}
		if _, err := s.accounts.Create(t.Context(), "Bob@example.com", "editor"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.accounts.Create(t.Context(), "bob@example.com"); !errors.Is(err, accounts.ErrTaken) {
			t.Errorf("an address twice: %v", err)
		}
		forgot(s.Client, "bob@example.com")
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("bob@example.com")), url.Values{"password": {good}}), "/account/login")
		wantTo(t, s.logIn(s.Client, "bob@example.com", good), "/account/")
		if b := s.account("bob@example.com"); b.Confirmed.IsZero() || !slices.Equal(b.Roles, []string{"editor"}) {
			t.Errorf("%+v", b)
		}
		// Disabled between the mail and the click.
		forgot(s.Client, "bob@example.com")
		page := follow(t, s.Client, s.link("bob@example.com"))
		s.accounts.Disable(t.Context(), s.account("bob@example.com").ID, true)
		want(t, s.PostForm(page, url.Values{"password": {other}}), 410)
		if got := s.who(s.Client); got != "nobody" {
			t.Errorf("%q is logged in after being disabled", got)
		}
	})
}

// A password of eight characters is for accounts with a second factor, and noted: such an account must not lose it. The
// links that were followed leave nothing in the session.
func TestShortPassword(t *testing.T) {
	const short = "hamlet-7x"
	factor := &fakeFactor{}
	bubble(t, func(cfg *accounts.Config) { cfg.Factors = []accounts.Factor{factor} }, func(t *testing.T, s *site) {
		s.register(s.Client, "ann@example.com", good)
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("ann@example.com")), nil), "/account/")
		if s.account("ann@example.com").ShortPassword {
			t.Error("a long password is short")
		}
		want(t, s.Get("/account/"), 200, "Fake", "off")
		reset := func(secret string, status int) {
			t.Helper()
			forgot(s.Client, "ann@example.com")
			page := follow(t, s.Client, s.link("ann@example.com"))
			want(t, s.PostForm(page, url.Values{"password": {secret}}), status)
		}
		reset(short, 422)
		factor.enrolled = true
		reset(short, 303)
		if !s.account("ann@example.com").ShortPassword {
			t.Error("a short password is not noted")
		}
		reset(other, 303)
		if s.account("ann@example.com").ShortPassword {
			t.Error("a long password is short")
		}
		s.Session(func(v *session.Session) {
			for _, name := range v.Keys() {
				if strings.HasPrefix(name, "_accounts") {
					t.Errorf("the session still has %s", name)
				}
			}
		})
	})
}

func TestChangePassword(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		c, phone := s.in("ann@example.com"), s.in("ann@example.com")
		forgot(s.Client, "ann@example.com")
		sent := s.link("ann@example.com")
		copied := c.Cookie("session").Value
		form := func(current, next string) url.Values {
			return url.Values{"current": {current}, "password": {next}}
		}
		want(t, c.Get("/account/password"), 200, "Current password")
		want(t, c.PostForm("/account/password", form("wrong", other)), 422, "The password is wrong.")
		want(t, c.PostForm("/account/password", form(good, "12345678901234567890")), 422, "easy to guess")
		wantTo(t, c.PostForm("/account/password", form(good, other)), "/account/")
		want(t, c.Get("/account/"), 200, "All other devices are logged out.")
		thief := s.Another()
		thief.SetCookie("session", copied)
		for name, c := range map[string]*dewartest.Client{"another device": phone, "a copy of the cookie": thief} {
			if got := s.who(c); got != "nobody" {
				t.Errorf("%s: %q is logged in", name, got)
			}
		}
		want(t, s.Get(follow(t, s.Client, sent)), 410) // a link from before
		want(t, s.logIn(s.Client, "ann@example.com", good), 422)
		wantTo(t, s.logIn(s.Client, "ann@example.com", other), "/account/")
		if list := s.mails(); list[len(list)-1] != "ann@example.com: Your password was changed" {
			t.Errorf("mails: %q", list)
		}
	})
}

// Pages that change what matters ask again who it is once the login is old.
func TestStepUp(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		c := s.in("ann@example.com")
		time.Sleep(16 * time.Minute)
		for _, path := range []string{"/account/password", "/account/email", "/account/delete"} {
			r := c.Get(path)
			if r.Status != 302 || r.Location() != "/account/reauth?next="+url.QueryEscape(path) {
				t.Errorf("%s: %d to %q", path, r.Status, r.Location())
			}
			if r := c.PostForm(path, url.Values{"sure": {"y"}, "email": {"eve@example.com"}}); r.Status != 302 {
				t.Errorf("POST %s: %d", path, r.Status)
			}
		}
		page := "/account/reauth?next=" + url.QueryEscape("/account/email")
		want(t, c.Get(page), 200, "Confirm that it is you")
		want(t, c.PostForm(page, url.Values{"password": {"wrong"}}), 422, "The password is wrong.")
		if r := c.Get("/account/email"); r.Status != 302 {
			t.Errorf("a wrong password is enough: %d", r.Status)
		}
		before := c.Cookie("session").Value
		wantTo(t, c.PostForm(page, url.Values{"password": {good}}), "/account/email")
		want(t, c.Get("/account/email"), 200, "ann@example.com")
		if c.Cookie("session").Value == before {
			t.Error("the session is the same")
		}
		// A visitor is sent to log in.
		if r := s.Get("/account/reauth"); r.Status != 302 || !strings.HasPrefix(r.Location(), "/account/login") {
			t.Errorf("%d to %q", r.Status, r.Location())
		}
	})
}

func TestChangeEmail(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		a := s.member("ann@example.com")
		c, phone := s.in("ann@example.com"), s.in("ann@example.com")
		var changes []string
		s.accounts.Signals.EmailChanged.Connect(func(e accounts.Event) { changes = append(changes, e.Account.Email) })
		want(t, c.PostForm("/account/email", url.Values{"email": {"Ann@example.com"}}), 422, "This is your address already.")
		want(t, c.PostForm("/account/email", url.Values{"email": {"x"}}), 422, "This is not an e-mail address.")
		wantTo(t, c.PostForm("/account/email", url.Values{"email": {"new@example.com"}}), "/account/sent")
		forgot(s.Client, "ann@example.com")
		old := s.link("ann@example.com")
		link := s.link("new@example.com")
		if got := s.account("ann@example.com").Email; got != "ann@example.com" {
			t.Errorf("the address is %q before the click", got)
		}
		page := follow(t, c, link)
		want(t, c.Get(page), 200, "ann@example.com", "new@example.com")
		// The click of a visitor is sent to log in first, that of another account does nothing.
		if r := s.PostForm(follow(t, s.Client, link), nil); r.Status != 302 {
			t.Errorf("a visitor: %d", r.Status)
		}
		s.member("eve@example.com")
		eve := s.in("eve@example.com")
		want(t, eve.PostForm(follow(t, eve, link), nil), 410)

		wantTo(t, c.PostForm(page, nil), "/account/")
		if got := s.who(c) + " " + s.who(phone); got != "new@example.com nobody" {
			t.Errorf("logged in: %q", got)
		}
		want(t, s.logIn(s.Client, "ann@example.com", good), 422)
		want(t, s.Get(follow(t, s.Client, old)), 410) // a reset that was sent to the old address
		want(t, c.PostForm(page, nil), 410)

		// The old address takes it back, whatever was done meanwhile.
		undo := s.link("ann@example.com")
		c.PostForm("/account/email", url.Values{"email": {"newer@example.com"}})
		wantTo(t, c.PostForm(follow(t, c, s.link("newer@example.com")), nil), "/account/")
		second := s.link("new@example.com")
		owner := s.Another()
		page = follow(t, owner, undo)
		want(t, owner.Get(page), 200, "ann@example.com")
		if got := s.account("newer@example.com").ID; got != a.ID {
			t.Error("the page undoes it without a click")
		}
		wantTo(t, owner.PostForm(page, nil), "/account/forgot")
		if got := s.account("ann@example.com"); got.ID != a.ID || got.PasswordHash != "" {
			t.Errorf("%+v", got)
		}
		if got := s.who(c); got != "nobody" {
			t.Errorf("%q is still logged in", got)
		}
		want(t, s.logIn(c, "ann@example.com", good), 422)
		want(t, c.PostForm(follow(t, c, second), nil), 410) // the thief does not undo the undoing
		forgot(owner, "ann@example.com")
		wantTo(t, owner.PostForm(follow(t, owner, s.link("ann@example.com")), url.Values{"password": {other}}), "/account/login")
		wantTo(t, s.logIn(owner, "ann@example.com", other), "/account/")
		if want := []string{"new@example.com", "newer@example.com", "ann@example.com"}; !slices.Equal(changes, want) {
			t.Errorf("signals: %q", changes)
		}
	})
}

// The address that is confirmed is the one that the link was sent to, whatever was asked for between the mail and the
// click.
func TestChangeEmailTwice_CVE_2026_32700(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("eve@example.com")
		c := s.in("eve@example.com")
		ask := func(email string) {
			wantTo(t, c.PostForm("/account/email", url.Values{"email": {email}}), "/account/sent")
			synctest.Wait()
		}
		ask("eve2@example.com")
		page := follow(t, c, s.link("eve2@example.com"))
		ask("victim@example.com")
		want(t, c.PostForm(page, nil), 410) // the newest link alone
		if a := s.account("eve@example.com"); a.Email != "eve@example.com" {
			t.Errorf("%+v", a)
		}
		ask("eve3@example.com")
		page = follow(t, c, s.link("eve3@example.com"))
		wantTo(t, c.PostForm(page, nil), "/account/")
		if got := s.who(c); got != "eve3@example.com" {
			t.Errorf("the address is %q", got)
		}
	})
}

// A thief who changes the address and then deletes the account does not keep its owner from taking both back.
func TestUndoAfterDeletion(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		a := s.member("ann@example.com")
		thief := s.in("ann@example.com")
		thief.PostForm("/account/email", url.Values{"email": {"thief@example.com"}})
		wantTo(t, thief.PostForm(follow(t, thief, s.link("thief@example.com")), nil), "/account/")
		undo := s.link("ann@example.com")
		wantTo(t, thief.PostForm("/account/delete", url.Values{"sure": {"y"}}), "/account/login")
		restore := s.link("thief@example.com")
		wantTo(t, s.PostForm(follow(t, s.Client, undo), nil), "/account/forgot")
		if got := s.account("ann@example.com"); got.ID != a.ID || !got.DeleteAt.IsZero() {
			t.Errorf("%+v", got)
		}
		want(t, thief.PostForm(follow(t, thief, restore), nil), 410)
		forgot(s.Client, "ann@example.com")
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("ann@example.com")), url.Values{"password": {other}}), "/account/login")
		wantTo(t, s.logIn(s.Client, "ann@example.com", other), "/account/")
	})
}

// An address that somebody has meanwhile is not taken from them.
func TestChangeEmailTaken(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		c := s.in("ann@example.com")
		c.PostForm("/account/email", url.Values{"email": {"new@example.com"}})
		page := follow(t, c, s.link("new@example.com"))
		s.member("new@example.com")
		want(t, c.PostForm(page, nil), 410)
		if got := s.who(c); got != "ann@example.com" {
			t.Errorf("the address is %q", got)
		}
		wantTo(t, c.PostForm("/account/email", url.Values{"email": {"new@example.com"}}), "/account/sent")
		if list := s.mails(); list[len(list)-1] != "new@example.com: You have an account at Shop" {
			t.Errorf("mails: %q", list)
		}
	})
}

func TestSessions(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		s.member("ann@example.com")
		s.member("eve@example.com")
		c, phone, tablet, eve := s.in("ann@example.com"), s.in("ann@example.com"), s.in("ann@example.com"), s.in("eve@example.com")
		page := c.Get("/account/").Text
		if n := strings.Count(page, `name="id"`); n != 2 || strings.Count(page, "(this one)") != 1 {
			t.Errorf("%d others:\n%s", n, page)
		}
		list, err := s.accounts.Manager().Sessions(t.Context(), s.account("ann@example.com").ID)
		if err != nil || len(list) != 3 {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		want(t, eve.PostForm("/account/sessions/end", url.Values{"id": {list[0].ID}}), 404)
		end := strings.Split(strings.Split(page, `name="id" value="`)[1], `"`)[0]
		wantTo(t, c.PostForm("/account/sessions/end", url.Values{"id": {end}}), "/account/")
		if got := s.who(c) + s.who(phone) + s.who(tablet); strings.Count(got, "nobody") != 1 {
			t.Errorf("after ending one: %q", got)
		}
		wantTo(t, c.PostForm("/account/sessions/end-others", nil), "/account/")
		if got := s.who(c) + " " + s.who(phone) + s.who(tablet) + " " + s.who(eve); got != "ann@example.com nobodynobody eve@example.com" {
			t.Errorf("after ending all others: %q", got)
		}
		id := s.account("ann@example.com").ID
		_, key, err := s.accounts.Manager().NewKey(t.Context(), login.Key{User: id, Name: "laptop"})
		if err != nil {
			t.Fatal(err)
		}
		want(t, c.Get("/account/"), 200, "laptop", key.Prefix)
		want(t, eve.PostForm("/account/keys/delete", url.Values{"prefix": {key.Prefix}}), 404)
		wantTo(t, c.PostForm("/account/keys/delete", url.Values{"prefix": {key.Prefix}}), "/account/")
		if keys, err := s.accounts.Manager().Keys(t.Context(), id); err != nil || len(keys) != 0 {
			t.Errorf("%d keys, %v", len(keys), err)
		}
	})
}

func TestDelete(t *testing.T) {
	bubble(t, func(cfg *accounts.Config) {
		cfg.Login.Loaders = []login.Loader{login.APIKeys(), accounts.BasicAuth("shop")}
		cfg.Credentials = login.NewMemoryCredentials()
		if err := cfg.Credentials.AddCredential(context.Background(), login.Credential{Kind: "oidc", ID: "1", User: "id of ann@example.com"}); err != nil {
			t.Error(err)
		}
	}, func(t *testing.T, s *site) {
		a := s.member("ann@example.com")
		var deleted []string
		s.accounts.Signals.Deleted.Connect(func(e accounts.Event) { deleted = append(deleted, e.Account.ID) })
		text, _, err := s.accounts.Manager().NewKey(t.Context(), login.Key{User: a.ID})
		if err != nil {
			t.Fatal(err)
		}
		c, phone := s.in("ann@example.com"), s.in("ann@example.com")
		want(t, c.Get("/account/delete"), 200, "Delete the account")
		want(t, c.PostForm("/account/delete", nil), 422)
		if got := s.who(c); got != "ann@example.com" {
			t.Errorf("without a yes: %q", got)
		}
		wantTo(t, c.PostForm("/account/delete", url.Values{"sure": {"y"}}), "/account/login")
		everybodyOut := func(what string) {
			t.Helper()
			r := s.NewRequest("GET", "/who", nil)
			r.Header.Set("X-API-Key", text)
			basic := s.NewRequest("GET", "/who", nil)
			basic.SetBasicAuth("ann@example.com", good)
			if got := s.who(c) + s.who(phone) + s.Do(r).Text + s.Another().Do(basic).Text; got != "nobodynobodynobodynobody" {
				t.Errorf("%s: %q", what, got)
			}
			want(t, s.logIn(s.Client, "ann@example.com", good), 422)
		}
		everybodyOut("after deleting")
		restore := s.link("ann@example.com")
		forgot(s.Client, "ann@example.com")
		if list := s.mails(); list[len(list)-1] != "ann@example.com: Your account will be deleted" {
			t.Errorf("mails: %q", list)
		}
		page := follow(t, s.Client, restore)
		want(t, s.Get(page), 200, "Keep it")
		wantTo(t, s.PostForm(page, nil), "/account/login")
		want(t, s.PostForm(page, nil), 410)
		c = s.in("ann@example.com") // back

		wantTo(t, c.PostForm("/account/delete", url.Values{"sure": {"y"}}), "/account/login")
		if n, err := s.accounts.RemoveDue(t.Context()); n != 0 || err != nil || len(deleted) != 0 {
			t.Errorf("removed at once: %d, %v", n, err)
		}
		restore = s.link("ann@example.com")
		time.Sleep(7*24*time.Hour + time.Second)
		want(t, s.Get(follow(t, s.Client, restore)), 410)
		forgot(s.Client, "somebody@example.com") // what is due is removed along with work for mails
		synctest.Wait()
		if _, err := s.store.Account(t.Context(), a.ID); !errors.Is(err, accounts.ErrNotFound) || !slices.Equal(deleted, []string{a.ID}) {
			t.Errorf("after its time: %v, signals %q", err, deleted)
		}
		everybodyOut("after its time")
		if !slices.Contains(s.events, "user_deleted") {
			t.Errorf("events: %q", s.events)
		}
		s.register(s.Client, "ann@example.com", other)
		wantTo(t, s.PostForm(follow(t, s.Client, s.link("ann@example.com")), nil), "/account/")
		if b := s.account("ann@example.com"); b.ID == a.ID {
			t.Error("the new account has the old one's ID")
		}
	})
}

// A cookie that was copied is worth nothing after a logout, being disabled, other roles, and the end of the account
// (GHSA-2vg6-77g8-24mp).
func TestReplay(t *testing.T) {
	for name, end := range map[string]func(s *site, c *dewartest.Client, id string) error{
		"logout": func(_ *site, c *dewartest.Client, _ string) error { c.PostForm("/account/logout", nil); return nil },
		"disable": func(s *site, _ *dewartest.Client, id string) error {
			return s.accounts.Disable(s.t.Context(), id, true)
		},
		"roles": func(s *site, _ *dewartest.Client, id string) error {
			return s.accounts.SetRoles(s.t.Context(), id, "a")
		},
		"delete": func(s *site, _ *dewartest.Client, id string) error { return s.accounts.Delete(s.t.Context(), id) },
		"end all": func(s *site, _ *dewartest.Client, id string) error {
			return s.accounts.Manager().EndUser(s.t.Context(), id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			a := s.member("ann@example.com")
			c := s.Another()
			c.PostForm("/account/login", url.Values{"email": {"ann@example.com"}, "password": {good}, "remember": {"y"}})
			if c.Cookie("remember_token") == nil {
				t.Fatal("no remember cookie")
			}
			for _, cookie := range []string{"session", "remember_token"} {
				thief := s.Another()
				thief.SetCookie(cookie, c.Cookie(cookie).Value)
				if got := s.who(thief); got != "ann@example.com" {
					t.Fatalf("a copy of %s before: %q", cookie, got)
				}
			}
			stolen := map[string]string{"session": c.Cookie("session").Value, "remember_token": c.Cookie("remember_token").Value}
			if err := end(s, c, a.ID); err != nil {
				t.Fatal(err)
			}
			for cookie, value := range stolen {
				thief := s.Another()
				thief.SetCookie(cookie, value)
				if got := s.who(thief); got != "nobody" {
					t.Errorf("a copy of %s after: %q", cookie, got)
				}
			}
		})
	}
}

// A store that does not answer is a 503 and never a wrong password, nor a login.
func TestStoreFails(t *testing.T) {
	s := newSite(t, func(cfg *accounts.Config) { cfg.Store = failing{accounts.NewMemory()} })
	want(t, s.logIn(s.Client, "ann@example.com", good), 503)
	if got := s.who(s.Client); got != "nobody" {
		t.Errorf("%q is logged in", got)
	}
}

type failing struct{ accounts.Store }

func (failing) AccountByEmail(context.Context, string) (*accounts.Account, error) {
	return nil, errors.New("the disk is gone")
}

var _ dewar.Extension = (*accounts.Accounts)(nil)

// A thief who changes the address twice, and undoes the second change from a mailbox of their own, keeps nobody from
// undoing the first; and what they enrolled meanwhile goes with the undoing.
func TestUndoOfTheFirstChange(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *site) {
		a := s.member("ann@example.com")
		change := func(c *dewartest.Client, to string) {
			wantTo(t, c.PostForm("/account/email", url.Values{"email": {to}}), "/account/sent")
			wantTo(t, c.PostForm(follow(t, c, s.link(to)), nil), "/account/")
		}
		thief := s.in("ann@example.com")
		change(thief, "thief@example.com")
		first := s.link("ann@example.com")
		time.Sleep(time.Minute) // of the bubble's clock
		change(thief, "other@example.com")
		second := s.link("thief@example.com")
		ctx := t.Context()
		if err := s.store.SaveFactors(ctx, &accounts.Factors{Account: a.ID, Secret: []byte("thief's"), Enrolled: time.Now(), Recovery: []string{"x"}}); err != nil {
			t.Fatal(err)
		}
		wantTo(t, thief.PostForm(follow(t, thief, second), nil), "/account/forgot")
		owner := s.Another()
		wantTo(t, owner.PostForm(follow(t, owner, first), nil), "/account/forgot")
		if got := s.account("ann@example.com"); got.ID != a.ID {
			t.Errorf("%+v", got)
		}
		f, err := s.store.Factors(ctx, a.ID)
		if err != nil || f.Secret != nil || f.Recovery != nil {
			t.Errorf("the thief's factor is there: %+v, %v", f, err)
		}
		forgot(owner, "ann@example.com")
		wantTo(t, owner.PostForm(follow(t, owner, s.link("ann@example.com")), url.Values{"password": {other}}), "/account/login")
		wantTo(t, s.logIn(owner, "ann@example.com", other), "/account/")
	})
}
