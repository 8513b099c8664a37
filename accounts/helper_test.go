package accounts_test

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/password"
	"github.com/dewar-go/dewar/sign"
)

// good is a password that the policy takes.
const good = "vinegar hamlet seven"

var key = sign.GenerateKey()

// counter is a cheap hasher that counts its work.
type counter struct {
	*password.Hasher
	hashes, checks atomic.Int64
}

func newCounter(t *testing.T) *counter {
	h, err := password.New(password.Options{Argon2id: password.Argon2idCosts{Memory: 8, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return &counter{Hasher: h}
}

func (h *counter) Hash(ctx context.Context, text string) (string, error) {
	h.hashes.Add(1)
	return h.Hasher.Hash(ctx, text)
}

func (h *counter) Verify(ctx context.Context, hash, text string) (bool, error) {
	h.checks.Add(1)
	return h.Hasher.Verify(ctx, hash, text)
}

func (h *counter) VerifyDummy(ctx context.Context, text string) error {
	h.checks.Add(1)
	return h.Hasher.VerifyDummy(ctx, text)
}

// site is an app with accounts and nothing else.
type site struct {
	*dewartest.Client
	t        *testing.T
	app      *dewar.App
	accounts *accounts.Accounts
	store    accounts.Store
	outbox   *mail.Outbox
	hasher   *counter
	mu       sync.Mutex // several requests at once
	events   []string
}

func newSite(t *testing.T, change func(*accounts.Config)) *site {
	t.Helper()
	s := &site{t: t, outbox: &mail.Outbox{}, hasher: newCounter(t)}
	cfg := accounts.Config{Mail: s.outbox, From: "shop@example.com", Site: "Shop"}
	if change != nil {
		change(&cfg)
	}
	if cfg.Store == nil {
		cfg.Store = accounts.NewMemory()
	}
	s.store = cfg.Store
	s.app = dewar.New(dewar.Config{SecretKey: dewar.NewSecret(key), Logger: slog.New(slog.DiscardHandler), InstanceDir: t.TempDir()})
	s.accounts = accounts.New(cfg)
	accounts.SetHasher(s.accounts, s.hasher)
	s.app.Extend(s.accounts)
	s.app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, string(e.Name))
	})
	s.app.Get("/who", func(c *dewar.Context) error {
		if a, ok := accounts.User(c); ok {
			return c.Text(a.Email)
		}
		return c.Text("nobody")
	})
	s.app.Get("/secret", func(c *dewar.Context) error { return c.Text("secret") }).Guard(login.Required)
	s.Client = dewartest.New(t, s.app)
	return s
}

// member adds an account whose password is good.
func (s *site) member(email string) *accounts.Account {
	s.t.Helper()
	hash, err := s.hasher.Hasher.Hash(s.t.Context(), good)
	if err != nil {
		s.t.Fatal(err)
	}
	a := &accounts.Account{ID: "id of " + email, Email: email, PasswordHash: hash, Confirmed: time.Now(), Created: time.Now()}
	if err := s.store.Add(s.t.Context(), a, ""); err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *site) logIn(c *dewartest.Client, email, secret string) *dewartest.Response {
	return c.PostForm("/account/login", url.Values{"email": {email}, "password": {secret}})
}

// who is who the client is logged in as.
func (s *site) who(c *dewartest.Client) string { return c.Get("/who").Text }

func want(t *testing.T, r *dewartest.Response, status int, texts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("status %d, want %d, to %q:\n%s", r.Status, status, r.Location(), r.Text)
	}
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			t.Errorf("no %q in\n%s", text, r.Text)
		}
	}
}

func wantTo(t *testing.T, r *dewartest.Response, location string) {
	t.Helper()
	if r.Status != 303 || r.Location() != location {
		t.Errorf("status %d to %q, want 303 to %q:\n%s", r.Status, r.Location(), location, r.Text)
	}
}

// bubble runs a test with a clock of its own.
func bubble(t *testing.T, change func(*accounts.Config), test func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newSite(t, change)) })
}

// mails waits for the work in the background and returns the mails so far as "recipient: subject".
func (s *site) mails() (list []string) {
	synctest.Wait()
	for _, m := range s.outbox.Messages() {
		list = append(list, m.To[0]+": "+m.Subject)
	}
	return list
}

// link waits for the work in the background and returns the path of the link in the last mail to an address.
func (s *site) link(to string) string {
	s.t.Helper()
	synctest.Wait()
	list := s.outbox.Messages()
	for i := len(list) - 1; i >= 0; i-- {
		if links := list[i].Links(); list[i].To[0] == to && len(links) > 0 {
			path, ok := strings.CutPrefix(links[0], "http://localhost")
			if !ok {
				s.t.Fatalf("the link is %q", links[0])
			}
			return path
		}
	}
	s.t.Fatalf("no mail with a link to %s: %q", to, s.mails())
	return ""
}

// follow opens a link and returns the path of the page behind it.
func follow(t *testing.T, c *dewartest.Client, link string) string {
	t.Helper()
	r := c.Get(link)
	if r.Status != 303 || strings.ContainsAny(r.Location(), "?#") || strings.Contains(r.Location(), link) {
		t.Fatalf("the link leads to %d %q", r.Status, r.Location())
	}
	return r.Location()
}

func (s *site) register(c *dewartest.Client, email, secret string) *dewartest.Response {
	return c.PostForm("/account/register", url.Values{"email": {email}, "password": {secret}})
}

func (s *site) account(email string) *accounts.Account {
	s.t.Helper()
	a, err := s.store.AccountByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

var tokens = regexp.MustCompile(`(nonce|value)="[^"]{20,}"`)

// withoutTokens leaves out what is new in each page.
func withoutTokens(page string) string { return tokens.ReplaceAllString(page, "TOKEN") }

func logger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// postFrom sends a form as a new visitor with an address.
func (s *site) postFrom(address, path string, form url.Values) *dewartest.Response {
	c := s.Another()
	r := c.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = address
	return c.Do(r)
}
