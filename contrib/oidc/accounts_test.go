package oidc_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/oidc"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

// A code is a second factor that some accounts have.
type code map[string]bool

func (f code) Name() string                                             { return "otp" }
func (f code) Label() string                                            { return "Code" }
func (f code) Enrolled(_ context.Context, account string) (bool, error) { return f[account], nil }
func (f code) Endpoint() string                                         { return "code" }
func (f code) Manage() string                                           { return "code" }

// With package accounts a provider makes confirmed accounts, never takes over one that is there, and is one factor.
func TestAccounts(t *testing.T) {
	i := newIssuer(t)
	store, factor := accounts.NewMemory(), code{}
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	app.Extend(
		accounts.New(accounts.Config{Store: store, Mail: &mail.Outbox{}, From: "shop@example.com", Home: "/who", Factors: []accounts.Factor{factor}}),
		oidc.New(oidc.Config{
			Credentials: login.NewMemoryCredentials(), Outbound: i.outbound(),
			Providers: []oidc.Provider{{Name: "test", Issuer: i.URL, ClientID: clientID, ClientSecret: dewar.NewSecret(clientSecret)}},
			SignUp: func(c *dewar.Context, id oidc.Identity) (login.Account, error) {
				email, err := accounts.CanonicalEmail(id.Email)
				if err != nil {
					return nil, nil // no address, or one that is not verified
				}
				account := &accounts.Account{ID: rand.Text(), Email: email, Confirmed: time.Now(), Created: time.Now()}
				err = store.Add(c.Context(), account, "")
				if errors.Is(err, accounts.ErrTaken) {
					return nil, nil
				}
				return account, err
			},
		}),
	)
	app.Get("/code", func(c *dewar.Context) error { return c.Text("code") }).Name("code")
	app.Get("/who", func(c *dewar.Context) error {
		email := ""
		if account, ok := accounts.User(c); ok {
			email = account.Email
		}
		r, _ := login.ThisSession(c)
		return c.Text(email + " " + strings.Join(r.Methods, "+"))
	})
	s := &site{t: t, issuer: i, app: app, Client: dewartest.New(t, app)}
	is := func(want string) {
		t.Helper()
		s.is(want)
		s.Client = s.Another()
	}
	if resp := s.signIn("next", "/settings"); resp.Location() != "/settings" {
		t.Errorf("the first sign-in leads to %q: %d", resp.Location(), resp.Status)
	}
	is("ann@example.com oidc")
	i.claims = map[string]any{"sub": "subject-2"}
	if resp := s.signIn(); resp.Status != 403 {
		t.Errorf("somebody else with the same address: %d, want 403", resp.Status)
	}
	is(" ")
	i.claims = map[string]any{"sub": "subject-3", "email": "new@example.com", "email_verified": false}
	if resp := s.signIn(); resp.Status != 403 {
		t.Errorf("an address that is not verified: %d, want 403", resp.Status)
	}
	is(" ")
	i.claims = nil
	account, err := store.AccountByEmail(t.Context(), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	factor[account.ID] = true
	resp := s.signIn()
	if u, err := url.Parse(resp.Location()); err != nil || u.Path != "/account/factor" {
		t.Errorf("an account with a second factor is sent to %q: %d", resp.Location(), resp.Status)
	}
	is(" oidc")
}
