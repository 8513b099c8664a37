package passkey_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	virtual "github.com/descope/virtualwebauthn"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/passkey"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

// With package accounts a passkey is the second factor behind a password, and both factors alone.
func TestAccounts(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, Name: "Shop", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	store, credentials := accounts.NewMemory(), login.NewMemoryCredentials()
	ann := &accounts.Account{ID: "ann", Email: "ann@example.com", Confirmed: time.Now(), Created: time.Now()}
	if err := store.Add(t.Context(), ann, ""); err != nil {
		t.Fatal(err)
	}
	required := false
	keys := passkey.New(passkey.Config{Credentials: credentials})
	extension := accounts.New(accounts.Config{
		Store: store, Mail: &mail.Outbox{}, From: "shop@example.com", Factors: []accounts.Factor{keys}, Credentials: credentials,
		FactorRequired: func(*accounts.Account) bool { return required },
	})
	app.Extend(extension, keys)
	app.Post("/password", func(c *dewar.Context) error { return accounts.SignIn(c, ann, "pwd") })
	app.Get("/who", func(c *dewar.Context) error {
		r, _ := login.ThisSession(c)
		return c.Text(login.Current(c).GetID() + " " + strings.Join(r.Methods, "+"))
	})
	s := &site{t: t, Client: dewartest.New(t, app), party: virtual.RelyingParty{Name: "Shop", ID: "localhost", Origin: "http://localhost"}}
	s.device, s.key = virtual.NewAuthenticator(), newKey()

	s.PostForm("/password", nil)
	s.is("ann pwd")
	other := s.Another()
	other.PostForm("/password", nil)
	if resp := s.enrol("Phone"); resp.Status != 200 || strings.Count(resp.Text, "<li><code>") != 10 {
		t.Fatalf("adding the first factor shows no recovery codes: %d %s", resp.Status, resp.Text)
	}
	s.is("ann pwd+hwk")
	if got := other.Get("/who").Text; got != " " {
		t.Errorf("another device is logged in behind no factor still: %q", got)
	}
	s.Client = s.Another()
	if resp := s.PostForm("/password", nil); resp.Location() != "/account/factor" {
		t.Errorf("behind the password: %d to %q", resp.Status, resp.Location())
	}
	s.is(" pwd")
	if resp := s.Get("/account/factor"); resp.Location() != "/passkey/use" {
		t.Errorf("the second factor: %d to %q", resp.Status, resp.Location())
	}
	if page := s.Get("/passkey/use").Text; !strings.Contains(page, `href="/account/factor/recovery"`) {
		t.Errorf("who has lost the passkey is told of no other way:\n%s", page)
	}
	if resp := s.send(s.assertion()); resp.Location() != "/next" {
		t.Errorf("behind the second factor: %d to %q", resp.Status, resp.Location())
	}
	s.is("ann pwd+hwk+mfa")
	if page := s.Get("/account/").Text; !strings.Contains(page, `href="/passkey/"`) {
		t.Errorf("the page of the account does not lead to passkeys:\n%s", page)
	}

	s.Client = s.Another()
	s.send(s.assertion())
	s.is("ann hwk+mfa")

	// The only factor stays for who must have one, or has nothing else.
	remove := func() *dewartest.Response {
		list, err := credentials.CredentialsOf(t.Context(), "ann", passkey.Kind)
		if err != nil {
			t.Fatal(err)
		}
		return s.PostForm("/passkey/remove", url.Values{"id": {list[0].ID}})
	}
	required = true
	if resp := remove(); resp.Status != 303 {
		t.Errorf("removing a factor that is required: %d", resp.Status)
	}
	if page := s.Get("/passkey/").Text; !strings.Contains(page, "must have a second factor") || !strings.Contains(page, "Phone") {
		t.Errorf("why the factor was not removed:\n%s", page)
	}
	required = false
	if resp := remove(); resp.Status != 409 {
		t.Errorf("removing the only way in: %d, want 409", resp.Status)
	}
	changed, err := store.Account(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	changed.PasswordHash = "$hash"
	if err := store.Update(t.Context(), changed, ""); err != nil {
		t.Fatal(err)
	}
	if resp := remove(); resp.Status != 303 {
		t.Errorf("removing: %d %s", resp.Status, resp.Text)
	}
	if page := s.Get("/passkey/").Text; !strings.Contains(page, "no passkey yet") {
		t.Errorf("the passkey is there still:\n%s", page)
	}
	if resp := s.enrol("Phone"); resp.Status != 200 {
		t.Fatalf("adding again: %d %s", resp.Status, resp.Text)
	}
	s.Client = s.Another()
	if err := extension.Disable(t.Context(), "ann", true); err != nil {
		t.Fatal(err)
	}
	if resp := s.send(s.assertion()); resp.Status != 403 || !strings.Contains(resp.Text, `href="/account/login"`) {
		t.Errorf("a disabled account: %d, want 403", resp.Status)
	}
	s.is(" ")
	if err := extension.Delete(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	if list, err := credentials.CredentialsOf(t.Context(), "ann", ""); err != nil || len(list) != 0 {
		t.Errorf("%d passkeys of a deleted account are left: %v", len(list), err)
	}
}
