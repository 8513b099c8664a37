package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
)

func TestLoginStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		logintest.TestStore(t, func(*testing.T) login.Store { return d.Logins() })
	})
}

// Processes that start together make one set of tables.
func TestLoginTablesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		for range 4 {
			d := open(t, db.Config{URL: url})
			wg.Go(func() {
				if err := d.CreateLoginTables(t.Context(), db.DefaultLoginTable); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// What has expired goes by itself.
func TestLoginSweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		now := time.Now()
		for id, expires := range map[string]time.Duration{"old": -time.Hour, "new": time.Hour} {
			// A store of its own: each sweeps at its first new login.
			r := login.Record{ID: id, User: "ann", Level: login.Full, Created: now, Seen: now, Expires: now.Add(expires)}
			if err := d.LoginStore("other_login").AddSession(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			tok := login.Token{Selector: id, User: "ann", Hash: "h", Rotated: now, Expires: now.Add(expires)}
			if err := d.LoginStore("other_login").AddToken(t.Context(), tok); err != nil {
				t.Fatal(err)
			}
		}
		s := d.LoginStore("other_login")
		last := login.Record{ID: "last", User: "bob", Level: login.Full, Created: now, Seen: now, Expires: now.Add(time.Hour)}
		if err := s.AddSession(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{"other_login": 2, "other_login_token": 1} {
			var n int
			if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil || n != want {
				t.Errorf("%s has %d rows, want %d: %v", table, n, want, err)
			}
		}
	})
}

type member struct {
	login.UserMixin
	name string
}

func (m *member) GetID() string { return m.name }

// The whole app on each database: a login, its list, and a remember cookie that many tabs use at once after its login is
// over. Everybody is in, nobody is taken for a thief, and one verifier was made.
func TestLoginsOfAnApp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, address string) {
		d := db.New(db.Config{URL: address})
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		var mu sync.Mutex
		stolen := 0
		manager := login.New(func(_ *dewar.Context, id string) (*member, error) { return &member{name: id}, nil }, login.Config{Store: d.Logins()})
		manager.Signals.TokenReused.Connect(func(login.Event) { mu.Lock(); defer mu.Unlock(); stolen++ })
		app.Extend(d, manager)
		app.Post("/in", func(c *dewar.Context) error {
			if err := login.In(c, &member{name: c.Form("name")}, login.Options{Remember: true, Methods: []string{"pwd"}}); err != nil {
				return err
			}
			return c.NoContent()
		})
		app.Post("/out", func(c *dewar.Context) error {
			if err := login.Out(c); err != nil {
				return err
			}
			return c.NoContent()
		})
		app.Get("/", func(c *dewar.Context) error {
			list, err := login.Sessions(c)
			if err != nil {
				return err
			}
			return c.Text(fmt.Sprint(login.Current(c).GetID(), len(list)))
		}).Guard(login.Required)
		client := dewartest.New(t, app)
		if resp := client.PostForm("/in", url.Values{"name": {"ann"}}); resp.Status != 204 {
			t.Fatalf("%d %s", resp.Status, resp.Text)
		}
		if got := client.Get("/").Text; got != "ann1" {
			t.Errorf("logged in: %q", got)
		}
		// As if the verifier were made ten minutes ago.
		cookie := client.Cookie("remember_token").Value
		err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE "+db.DefaultLoginTable+"_token SET rotated = rotated - 600000")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		cookies := make([]string, 8)
		for i := range cookies {
			tab := client.Another()
			tab.SetCookie("remember_token", cookie)
			wg.Go(func() {
				if resp := tab.Get("/"); resp.Status != 200 {
					t.Errorf("a tab is not in: %d", resp.Status)
				}
				cookies[i] = tab.Cookie("remember_token").Value
			})
		}
		wg.Wait()
		made := map[string]bool{}
		for _, c := range cookies {
			made[c] = true
		}
		delete(made, cookie)
		if len(made) != 1 || stolen != 0 {
			t.Errorf("%d verifiers were made, want 1; %d thefts", len(made), stolen)
		}
		if resp := client.PostForm("/out", nil); resp.Status != 204 {
			t.Errorf("logging out: %d", resp.Status)
		}
		if resp := client.Get("/"); resp.Status != 401 {
			t.Errorf("after logging out: %d", resp.Status)
		}
	})
}
