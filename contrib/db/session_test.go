package db_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/session/sessiontest"
)

func TestSessionBackend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		sessiontest.TestBackend(t, func(*testing.T) session.Backend { return d.SessionBackend(db.DefaultSessionTable) })
	})
}

// Whoever reads the database learns no id that would be accepted, and users
// that a collation could take for one are two.
func TestSessionRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		store := d.Sessions(session.ServerOptions{})
		var ids []string
		users := []string{"ann", "Ann", "ann ", "änn", "ann\x00"}
		for _, user := range users {
			s := session.New()
			s.Set(session.UserKey, user)
			id, err := store.Save(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		for _, user := range users {
			if list, err := store.List(t.Context(), user, nil); err != nil || len(list) != 1 {
				t.Errorf("%q: %v, %v", user, list, err)
			}
		}
		rows, err := d.Reader().DB.QueryContext(t.Context(), "SELECT id, data FROM "+db.DefaultSessionTable)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			var id, data []byte
			if err := rows.Scan(&id, &data); err != nil {
				t.Fatal(err)
			}
			n++
			for _, secret := range ids {
				if strings.Contains(string(id)+string(data), secret) {
					t.Error("a row holds an id")
				}
			}
			if s, err := store.Load(t.Context(), string(id)); err != nil || s.Len() > 0 {
				t.Errorf("the hash is taken for an id, %v", err)
			}
		}
		if err := rows.Err(); err != nil || n != len(users) {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestSessionTimeouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		now := time.Now()
		store := d.Sessions(session.ServerOptions{Idle: time.Hour, Absolute: 90 * time.Minute, Now: func() time.Time { return now }})
		begin := func() string {
			s := session.New()
			s.Set("a", 1)
			id, err := store.Save(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		there := func(id string) bool {
			s, err := store.Load(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return s.Len() > 0
		}
		idle, used := begin(), begin()
		now = now.Add(50 * time.Minute)
		if !there(used) {
			t.Error("gone before its time")
		}
		now = now.Add(30 * time.Minute)
		if there(idle) || !there(used) {
			t.Error("the idle time is not kept")
		}
		now = now.Add(20 * time.Minute)
		if there(used) {
			t.Error("there after the absolute time")
		}
	})
}

// Expired records go by themselves.
func TestSessionSweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		put := func(id string, expires time.Duration) {
			now := time.Now()
			// A backend of its own: each sweeps at its first new record.
			err := d.SessionBackend("other_sessions").Put(t.Context(), session.Record{ID: id, Created: now, Seen: now, Expires: now.Add(expires), Version: 1})
			if err != nil {
				t.Fatal(err)
			}
		}
		put("old", -time.Hour)
		put("new", time.Hour)
		var n int
		if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM other_sessions").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d records, %v", n, err)
		}
	})
}

// Processes that start together make one table.
func TestSessionTableAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		for range 4 {
			d := open(t, db.Config{URL: url})
			wg.Go(func() {
				if err := d.CreateSessionTable(t.Context(), db.DefaultSessionTable); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// The whole app: a session in the database, beside a transaction of the view,
// and a database that goes away.
func TestSessionsOfAnApp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := db.New(db.Config{URL: url, Migrations: migrations})
		store := d.Sessions(session.ServerOptions{})
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Session: dewar.SessionConfig{Store: store}})
		app.Extend(d)
		app.Post("/login", func(c *dewar.Context) error {
			tx, err := d.Tx(c)
			if err != nil {
				return err
			}
			if _, err := tx.NewInsert().Model(&note{Text: "login", At: time.Now()}).Exec(c.Context()); err != nil {
				return err
			}
			c.Session().Set(session.UserKey, "42")
			return c.NoContent()
		})
		app.Get("/", func(c *dewar.Context) error {
			user, _ := session.Value[string](c.Session(), session.UserKey)
			return c.Text("user " + user)
		})
		cl := dewartest.New(t, app)
		if resp := cl.PostForm("/login", nil); resp.Status != 204 {
			t.Fatalf("login: %d", resp.Status)
		}
		if resp := cl.Get("/"); resp.Text != "user 42" {
			t.Errorf("got %q", resp.Text)
		}
		if err := store.RevokeUser(t.Context(), "42", nil); err != nil {
			t.Fatal(err)
		}
		if resp := cl.Get("/"); resp.Text != "user " {
			t.Errorf("after revoking: %q", resp.Text)
		}
		if err := d.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if resp := cl.Get("/"); resp.Status != 503 {
			t.Errorf("with a session and no database: %d", resp.Status)
		}
	})
}

// A request that holds SQLite's writer gets an error, not a standstill, when it
// needs a second one.
func TestSessionInsideTransaction(t *testing.T) {
	d := open(t, db.Config{URL: dbtest.SQLite(t)})
	if err := d.CreateSessionTable(t.Context(), db.DefaultSessionTable); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := d.InTx(t.Context(), func(context.Context, bun.Tx) error {
		return d.SessionBackend(db.DefaultSessionTable).Delete(ctx, "x")
	})
	if err == nil {
		t.Error("no error")
	}
}

func TestSessionTableName(t *testing.T) {
	for _, name := range []string{"", "a; DROP TABLE b", "A", "1", strings.Repeat("a", 60)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", name)
				}
			}()
			db.New(db.Config{}).SessionBackend(name)
		}()
	}
}

// The server goes away and comes back: an error meanwhile, and no restart.
func TestSessionsRecover(t *testing.T) {
	for name, open := range map[string]func(testing.TB) string{"postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(open(t))
			if err != nil {
				t.Fatal(err)
			}
			d := newDoor(t, u.Host)
			u.Host = d.addr
			database := db.New(db.Config{URL: u.String()})
			if err := database.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer database.Close(context.Background())
			store := database.Sessions(session.ServerOptions{})
			s := session.New()
			s.Set("n", 7)
			id, err := store.Save(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			d.shut()
			if _, err := store.Load(t.Context(), id); !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("down: %v", err)
			}
			d.unlock(t)
			s, err = store.Load(t.Context(), id)
			if err != nil {
				t.Fatalf("back: %v", err)
			}
			if n, _ := session.Value[int](s, "n"); n != 7 {
				t.Errorf("back: the session holds %d", n)
			}
		})
	}
}

// door is a way to a server that can be shut.
type door struct {
	addr, to string
	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
}

func newDoor(t *testing.T, to string) *door {
	d := &door{addr: "127.0.0.1:0", to: to}
	d.unlock(t)
	t.Cleanup(d.shut)
	return d
}

func (d *door) unlock(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	d.addr, d.listener = listener.Addr().String(), listener
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", d.to)
			if err != nil {
				in.Close()
				continue
			}
			d.mu.Lock()
			d.open = append(d.open, in, out)
			d.mu.Unlock()
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
}

func (d *door) shut() {
	d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.open {
		c.Close()
	}
	d.open = nil
}
