package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/mail"
)

// site is the site with a visitor and their mailbox.
type site struct {
	*dewartest.Client
	t     *testing.T
	app   *dewar.App
	mails chan *mail.Message
}

// Send makes the site its own mail server.
func (s *site) Send(_ context.Context, m *mail.Message) error { s.mails <- m; return m.Check() }

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, mails: make(chan *mail.Message, 10)}
	var err error
	s.app, err = newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = dewartest.New(t, s.app)
	return s
}

// link waits for the next mail, which must have this subject, and opens its link.
func (s *site) link(subject string) (page string) {
	s.t.Helper()
	m := <-s.mails
	if !strings.HasPrefix(m.Subject, subject) {
		s.t.Fatalf("the mail is %q, want %q", m.Subject, subject)
	}
	r := s.Get(strings.TrimPrefix(m.Links()[0], "http://localhost"))
	if r.Status != 303 {
		s.t.Fatalf("the link: %d", r.Status)
	}
	return r.Location()
}

func (s *site) send(path string, status int, pairs ...string) *dewartest.Response {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := s.PostForm(path, form)
	if r.Status != status {
		s.t.Fatalf("%s: %d to %q\n%s", path, r.Status, r.Location(), r.Text)
	}
	return r
}

func (s *site) shows(path string, texts ...string) {
	s.t.Helper()
	r := s.Get(path)
	for _, text := range texts {
		if r.Status != 200 || !strings.Contains(r.Text, text) {
			s.t.Fatalf("%s: %d, no %q in\n%s", path, r.Status, text, r.Text)
		}
	}
}

const first, second = "vinegar hamlet seven", "marble otter seldom"

// A member's whole life: register, confirm, log out and in, a name, a new password and address, another device, the end.
func TestMember(t *testing.T) {
	s := newSite(t)
	s.shows("/", "Members see more")
	s.send("/account/register", 303, "email", "ann@example.com", "password", first)
	s.shows("/account/sent", "a mail is on its way", "Log in") // in the site's own frame
	s.send(s.link("Confirm your address for Members"), 303)
	s.shows("/", "You are logged in as ann@example.com.")
	s.send("/profile", 422)
	s.send("/profile", 303, "name", " Ann ")
	s.send("/profile", 303, "name", "Ann  B.")
	s.shows("/", "Hello, Ann B.", "Your name is saved.")

	s.send("/account/logout", 303)
	s.shows("/", "Members see more")
	s.send("/account/login", 422, "email", "ann@example.com", "password", second)
	if r := s.send("/account/login?next=/profile", 303, "email", "ann@example.com", "password", first); r.Location() != "/profile" {
		t.Errorf("logging in leads to %q", r.Location())
	}
	phone := &site{Client: s.Another(), t: t, app: s.app}
	phone.send("/account/login", 303, "email", "ann@example.com", "password", first)
	s.shows("/account/", "ann@example.com", "(this one)", "Log out all others")

	s.shows("/account/reauth", "Use a passkey")
	s.shows("/passkey/", "You have no passkey yet.", "Log out") // in the site's own frame
	visitor := &site{Client: s.Another(), t: t, app: s.app}
	visitor.shows("/account/login", "Log in with a passkey")

	s.send("/account/password", 303, "current", first, "password", second)
	<-s.mails
	phone.shows("/", "Members see more")
	s.send("/account/email", 303, "email", "ann@example.org")
	s.send(s.link("Confirm your new address"), 303)
	s.shows("/", "ann@example.org")
	undo := <-s.mails
	if undo.To[0] != "ann@example.com" || len(undo.Links()) != 1 {
		t.Errorf("the old address is told %+v", undo)
	}

	s.send("/account/delete", 303, "sure", "y")
	s.shows("/", "Members see more")
	s.send(s.link("Your account will be deleted"), 303)
	s.send("/account/login", 303, "email", "ann@example.org", "password", second)
	s.shows("/", "Hello, Ann B.")

	members, _ := dewar.ExtensionOf[*accounts.Accounts](s.app)
	database, _ := dewar.ExtensionOf[*db.Database](s.app)
	account, err := members.ByEmail(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := members.Delete(t.Context(), account.ID); err != nil {
		t.Fatal(err)
	}
	s.shows("/", "Members see more")
	if n, err := database.Reader().NewSelect().Model((*Profile)(nil)).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d profiles are left, %v", n, err)
	}
}

// The templates and routes are right, and nothing is reported but that this is a trial on one machine.
func TestCheck(t *testing.T) {
	s := newSite(t)
	for _, f := range s.app.Check() {
		if f.Severity == dewar.SeverityError {
			t.Errorf("%s: %s", f.Subject, f.Message)
		}
	}
}

// Of two clicks on one link at once, with a whole request each, one sets its password.
func TestResetAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, address string) {
		s := &site{t: t, mails: make(chan *mail.Message, 10)}
		database := db.New(db.Config{URL: address})
		members := accounts.New(accounts.Config{Store: database.Accounts(), Mail: s, From: "a@example.com"})
		s.app = dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		s.app.Extend(database, members)
		s.Client = dewartest.New(t, s.app)
		if _, err := members.Create(t.Context(), "ann@example.com"); err != nil {
			t.Fatal(err)
		}
		s.send("/account/forgot", 303, "email", "ann@example.com")
		m := <-s.mails
		results := make(chan int, 4)
		passwords := []string{first, second, "an umbrella for two", "seldom is otherwise"}
		for _, secret := range passwords {
			c := s.Another()
			page := c.Get(strings.TrimPrefix(m.Links()[0], "http://localhost")).Location()
			go func() { results <- c.PostForm(page, url.Values{"password": {secret}}).Status }()
		}
		got := map[int]int{}
		for range passwords {
			got[<-results]++
		}
		if got[303] != 1 || got[410] != 3 {
			t.Errorf("statuses %v, want one 303 and three 410", got)
		}
		in := 0
		for _, secret := range passwords {
			if s.Another().PostForm("/account/login", url.Values{"email": {"ann@example.com"}, "password": {secret}}).Status == 303 {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d passwords log in", in)
		}
	})
}
