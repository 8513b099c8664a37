package dewar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/session"
)

// TestSessionLifetime: a permanent session lasts in a store as it does in a
// cookie; what is idle is bounded for the others alone.
func TestSessionLifetime(t *testing.T) {
	const day = 24 * time.Hour
	for name, row := range map[string]struct {
		options   session.ServerOptions
		permanent bool
		after     time.Duration
		there     bool
	}{
		"permanent, 30 hours":            {session.ServerOptions{}, true, 30 * time.Hour, true},
		"permanent, 59 days":             {session.ServerOptions{}, true, 59 * day, true},
		"permanent, 61 days":             {session.ServerOptions{}, true, 61 * day, false},
		"permanent, idle is for others":  {session.ServerOptions{Idle: time.Minute}, true, time.Hour, true},
		"not permanent, 30 hours":        {session.ServerOptions{}, false, 30 * time.Hour, false},
		"not permanent, 23 hours":        {session.ServerOptions{}, false, 23 * time.Hour, true},
		"not permanent, absolute":        {session.ServerOptions{Idle: 100 * day}, false, 32 * day, false},
		"permanent, an absolute as long": {session.ServerOptions{Absolute: 60 * day}, true, 59 * day, true},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			row.options.Now = func() time.Time { return now }
			app, _ := newApp(t, func(cfg *dewar.Config) {
				cfg.Session.Lifetime = 60 * day
				cfg.Session.Store = session.NewMemoryStore(session.MemoryOptions{ServerOptions: row.options})
			})
			app.Get("/set", func(c *dewar.Context) error {
				c.Session().Set("a", 1)
				c.Session().SetPermanent(row.permanent)
				return c.Text("")
			})
			app.Get("/", func(c *dewar.Context) error {
				if c.Session().Has("a") {
					return c.Text("there")
				}
				return c.Text("")
			})
			client := dewartest.New(t, app)
			client.Get("/set")
			now = now.Add(row.after)
			if got := client.Get("/").Text == "there"; got != row.there {
				t.Errorf("there: %t, want %t", got, row.there)
			}
		})
	}
}

// TestSessionLifetimeContradicts: of two settings for one thing the start says so.
func TestSessionLifetimeContradicts(t *testing.T) {
	for _, o := range []session.ServerOptions{{Absolute: time.Hour}, {Lifetime: time.Hour}} {
		app, _ := newApp(t, func(cfg *dewar.Config) {
			cfg.Loopback, cfg.Session.Lifetime = true, 60*24*time.Hour
			cfg.Session.Store = session.NewMemoryStore(session.MemoryOptions{ServerOptions: o})
		})
		if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "Session.Lifetime and Session.Store contradict") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}
