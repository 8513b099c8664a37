package db_test

import (
	"log/slog"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/sign"
	"github.com/dewar-go/dewar/totp"
)

// Of many logins at once with one code of an app (CVE-2026-20779), or one recovery code (keycloak#26106), one succeeds.
func TestOneLoginForACode(t *testing.T) {
	const password = "vinegar hamlet seven"
	dbtest.Each(t, func(t *testing.T, address string) {
		d := open(t, db.Config{URL: address})
		app := dewar.New(dewar.Config{SecretKey: dewar.NewSecret(sign.GenerateKey()), Logger: slog.New(slog.DiscardHandler), InstanceDir: t.TempDir()})
		app.Extend(accounts.New(accounts.Config{
			Store: d.Accounts(), Mail: &mail.Outbox{}, From: "shop@example.com", Login: login.Config{Store: d.Logins()},
		}))
		c := dewartest.New(t, app)
		hash, err := app.Passwords().Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if err := d.Accounts().Add(t.Context(), &accounts.Account{ID: "ann", Email: "ann@example.com", PasswordHash: hash, Confirmed: now, Created: now}, ""); err != nil {
			t.Fatal(err)
		}
		logIn := func(c *dewartest.Client) {
			if r := c.PostForm("/account/login", url.Values{"email": {"ann@example.com"}, "password": {password}}); r.Status != 303 {
				t.Fatalf("%d %s", r.Status, r.Text)
			}
		}
		logIn(c)
		c.PostForm("/account/authenticator/new", nil)
		key := regexp.MustCompile(`<code class="key">([A-Z2-7 ]+)</code>`).FindStringSubmatch(c.Get("/account/authenticator").Text)
		if key == nil {
			t.Fatal("no key")
		}
		secret, err := totp.ParseSecret(key[1])
		if err != nil {
			t.Fatal(err)
		}
		phone := totp.Key{Secret: secret}
		// The code of the step before, so that the next one is still to be used.
		r := c.PostForm("/account/authenticator", url.Values{"code": {phone.At(phone.Step(now) - 1)}})
		recovery := regexp.MustCompile(`<li><code>([0-9A-Z-]+)</code>`).FindStringSubmatch(r.Text)
		if recovery == nil {
			t.Fatal(r.Status, r.Text)
		}
		for path, code := range map[string]string{"/account/factor/code": phone.At(phone.Step(now) + 1), "/account/factor/recovery": recovery[1]} {
			var won atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				c := c.Another()
				logIn(c)
				wg.Go(func() {
					if r := c.PostForm(path, url.Values{"code": {code}}); r.Status == 303 && r.Location() == "/account/" {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			if n := won.Load(); n != 1 {
				t.Errorf("%s: %d logins with one code", path, n)
			}
		}
	})
}
