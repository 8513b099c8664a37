package vault

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/config"
)

var quiet = slog.New(slog.DiscardHandler)

var shop = Config{AppRole: AppRole{RoleID: "shop"}, Logger: quiet}

// open opens a reference or ends the test.
func open(t *testing.T, v *Vault, name string) func() string {
	t.Helper()
	value, err := v.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func want(t *testing.T, when string, value func() string, want string) {
	t.Helper()
	synctest.Wait()
	if got := value(); got != want {
		t.Errorf("%s: %q, want %q", when, got, want)
	}
}

func TestReads(t *testing.T) {
	for _, row := range []struct{ name, want, err string }{
		{"secret/data/shop#password", "one", ""},
		{"/secret/data/shop#port", "5432", ""},
		{"old/shop#password", "v1", ""},
		{"database/creds/shop#username", "user2", ""},
		{"secret/data/shop#user", "", `no value "user"`},
		{"secret/data/other#password", "", "nothing at secret/data/other"},
		{"secret/shop#password", "", "has data in it"},
		{"secret/data/shop", "", "write secret/data/shop#password"},
		{"#password", "", "no reference"},
		{"private/data/x#password", "", "status 403: permission denied"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.refuse["private/data/x"] = true
				value, err := start(t, f, shop).Open(t.Context(), row.name)
				if row.err != "" {
					if err == nil || !strings.Contains(err.Error(), row.err) {
						t.Errorf("error %v, want %q", err, row.err)
					}
					return
				}
				if err != nil || value() != row.want {
					t.Fatalf("%v, want %q", err, row.want)
				}
			})
		})
	}
}

func TestLogsIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "id")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("s3cret")
	t.Setenv("TEST_SECRET_ID", "s3cret")
	for _, row := range []struct {
		name string
		cfg  Config
		err  string
	}{
		{"approle from a file", Config{AppRole: AppRole{RoleID: "shop", SecretID: "file:" + file}}, ""},
		{"approle from the environment", Config{AppRole: AppRole{RoleID: "shop", SecretID: "env:TEST_SECRET_ID"}}, ""},
		{"approle as text", Config{AppRole: AppRole{RoleID: "shop", SecretID: "s3cret"}}, ""},
		{"wrapped", Config{AppRole: AppRole{RoleID: "shop", SecretID: "wrapping", Wrapped: true}}, ""},
		{"wrapped, used", Config{AppRole: AppRole{RoleID: "shop", SecretID: "spent", Wrapped: true}}, "the wrapped secret id: status 400"},
		{"wrong secret", Config{AppRole: AppRole{RoleID: "shop", SecretID: "other"}}, "status 400: invalid role or secret ID"},
		{"no file", Config{AppRole: AppRole{RoleID: "shop", SecretID: "file:/no/such"}}, "/no/such"},
		{"another mount", Config{AppRole: AppRole{RoleID: "shop", SecretID: "s3cret", Mount: "other"}}, "status 400"},
		{"kubernetes", Config{Kubernetes: Kubernetes{Role: "shop", TokenFile: file}}, ""},
		{"token", Config{Token: config.NewSecret("given")}, ""},
		{"token that is not known", Config{Token: config.NewSecret("other")}, "status 403"},
		{"no way", Config{}, "0 ways to log in"},
		{"two ways", Config{AppRole: AppRole{RoleID: "shop"}, Token: config.NewSecret("given")}, "2 ways to log in"},
		{"no address", Config{Address: "vault", Token: config.NewSecret("given")}, "Config.Address must be"},
		{"password in the address", Config{Address: "https://a:b@vault", Token: config.NewSecret("given")}, "Config.Address must be"},
		{"plain http", Config{Address: "http://vault.example.com", Token: config.NewSecret("given")}, "plain http to another machine"},
		{"negative", Config{Poll: -1, Token: config.NewSecret("given")}, "Config.Poll"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.secretID, f.jwt = "s3cret", "s3cret"
				f.wrapped["wrapping"] = "s3cret"
				f.tokens["given"] = f.make(time.Hour, time.Hour)
				row.cfg.Logger = quiet
				_, err := start(t, f, row.cfg).Open(t.Context(), "secret/data/shop#password")
				if (row.err == "") != (err == nil) || err != nil && (!strings.Contains(err.Error(), row.err) || strings.Contains(err.Error(), "s3cret")) {
					t.Errorf("error %v, want %q", err, row.err)
				}
			})
		})
	}
}

// A value that changes is there within Config.Poll.
func TestKeyValueIsPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		password := open(t, start(t, f, shop), "secret/data/shop#password")
		f.set(func() { f.kv["secret/data/shop"] = map[string]any{"password": "two"}; f.version++ })
		want(t, "before it is time", password, "one")
		time.Sleep(5 * time.Minute)
		want(t, "after 5 minutes", password, "two")
	})
}

// What Vault rotates is read just after the time it tells.
func TestStaticRoleIsReadWhenItRotates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, began := newFake(), time.Now()
		f.static = func() map[string]any {
			period := time.Since(began) / time.Minute
			left := time.Minute - time.Since(began)%time.Minute
			return map[string]any{"password": string(rune('a' + period)), "ttl": int(left.Seconds())}
		}
		password := open(t, start(t, f, shop), "database/static-creds/shop#password")
		for i := range 3 {
			want(t, "after a rotation", password, string(rune('a'+i)))
			time.Sleep(time.Minute + 2*time.Second - time.Since(began)%time.Minute)
		}
	})
}

// For two days user and password belong together and to a lease that is valid, though neither login nor lease may last
// for more than hours: the kinds of spring-vault#845, vault-secrets-operator#99 and vault#28616.
func TestLeasesOutliveTheLongestLifetimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		v := start(t, f, shop)
		user, password := open(t, v, "database/creds/shop#username"), open(t, v, "database/creds/shop#password")
		seen := map[string]bool{}
		for range 48 * 6 {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			n := strings.TrimPrefix(user(), "user")
			seen[n] = true
			if password() != "pw"+n {
				t.Fatalf("%s and %s do not belong together", user(), password())
			}
			f.set(func() {
				if !f.leases["database/creds/shop/"+n].valid() {
					t.Fatalf("the lease of %s has ended", user())
				}
			})
		}
		if err := v.Err(); err != nil {
			t.Error(err)
		}
		f.set(func() {
			// Without renewals it would be a new user every hour.
			if len(seen) < 8 || len(seen) > 30 || f.logins < 12 || f.logins > 30 || f.renewals == 0 {
				t.Errorf("%d users, %d logins, %d renewals", len(seen), f.logins, f.renewals)
			}
		})
	})
}

// A Vault that is sealed, and one whose policy was changed: the last value stays, Err says so, and it is well again alone.
func TestLastValueStays(t *testing.T) {
	for _, row := range []struct {
		name      string
		down, up  func(f *fake)
		complaint string
	}{
		{"sealed", func(f *fake) { f.sealed = true }, func(f *fake) { f.sealed = false }, "sealed"},
		{"policy", func(f *fake) { f.refuse["secret/data/shop"] = true }, func(f *fake) { clear(f.refuse) }, "permission denied"},
		{"token revoked", func(f *fake) { clear(f.tokens); f.secretID = "other" }, func(f *fake) { f.secretID = "" }, "permission denied"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				v := start(t, f, shop)
				password := open(t, v, "secret/data/shop#password")
				f.set(func() { row.down(f); f.kv["secret/data/shop"]["password"] = "two" })
				time.Sleep(30 * time.Minute)
				want(t, "while it is down", password, "one")
				if err := v.Err(); err == nil || !strings.Contains(err.Error(), row.complaint) || len(v.Check()) != 1 {
					t.Errorf("Err: %v, findings: %v", err, v.Check())
				}
				f.set(func() {
					if row.up(f); f.asked > 150 {
						t.Errorf("asked %d times in half an hour", f.asked)
					}
				})
				time.Sleep(2 * time.Minute)
				want(t, "when it is back", password, "two")
				if err := v.Err(); err != nil || len(v.Check()) != 0 {
					t.Errorf("Err: %v, findings: %v", err, v.Check())
				}
			})
		})
	}
}

// A login that cannot be made again is told of when the one before has ended, and not a moment earlier.
func TestLoginThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		v := start(t, f, shop)
		open(t, v, "secret/data/shop#password")
		f.set(func() { f.refuse["auth/token/renew-self"] = true; f.secretID = "other" })
		time.Sleep(58 * time.Minute)
		if err := v.Err(); err != nil {
			t.Error("too early:", err)
		}
		time.Sleep(3 * time.Minute)
		if err := v.Err(); err == nil || !strings.Contains(err.Error(), "the login ended") {
			t.Error(err)
		}
	})
}

// The start fails where Vault is not there; an answer without end is cut.
func TestStartWithoutVault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.sealed = true
		if _, err := start(t, f, shop).Open(t.Context(), "secret/data/shop#password"); err == nil || !strings.Contains(err.Error(), "sealed") {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.kv["secret/data/shop"]["password"] = strings.Repeat("x", maxAnswer)
		if _, err := start(t, f, shop).Open(t.Context(), "secret/data/shop#password"); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Error(err)
		}
	})
}
