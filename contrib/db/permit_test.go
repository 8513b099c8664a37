package db_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

type memo struct {
	bun.BaseModel `bun:"table:memo"`
	ID            int64 `bun:",pk"`
	Owner         string
	Team          *string // NULL belongs to nobody
	Public        bool
	Locked        *bool
}

// TestWhereAgreesWithCan: for rows of every kind and each user, a visitor among them, the rows that the condition finds are those
// that the rules allow one by one, on each database.
func TestWhereAgreesWithCan(t *testing.T) {
	is := func(b *bool) bool { return b == nil || *b } // not known to be open is locked
	team := func(n *memo) string {
		if n.Team == nil {
			return ""
		}
		return *n.Team
	}
	makePolicies := func() *permit.Policies {
		policies := permit.New(permit.Config{})
		permit.On(policies, "view",
			permit.Owner("owner", func(m *member) string { return m.name }, func(n *memo) string { return n.Owner }),
			permit.Allow("public", func(_ *dewar.Context, _ *member, n *memo) (bool, error) { return n.Public, nil }).
				Visitors().Where(func(*member) permit.Condition { return permit.SQL("public = ?", true) }),
			permit.Deny("locked", "", func(_ *dewar.Context, _ *member, n *memo) (bool, error) { return is(n.Locked), nil }).
				Where(func(*member) permit.Condition { return permit.SQL("locked = ?", true) }))
		permit.On(policies, "edit",
			permit.Allow("member", func(*dewar.Context, *member, *memo) (bool, error) { return true, nil }).
				Where(func(*member) permit.Condition { return permit.All }),
			permit.Tenant("team", func(m *member) string { return m.name }, team))
		return policies
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		d := db.New(db.Config{URL: url})
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(d, login.New(func(_ *dewar.Context, id string) (*member, error) { return &member{name: id}, nil }, login.Config{}), makePolicies())
		var all []*memo
		app.Get("/<user>/<action>", func(c *dewar.Context) error {
			if user := c.Str("user"); user != "nobody" {
				if err := login.In(c, &member{name: user}); err != nil {
					return err
				}
			}
			where, err := permit.Where[*memo](c, c.Str("action"))
			if c.Str("user") == "nobody" && c.Str("action") == "edit" {
				if err == nil {
					t.Error("a rule that needs a user has a condition for visitors")
				}
				return c.NoContent()
			}
			if err != nil {
				return err
			}
			var found []int64
			if err := d.Reader().NewSelect().Model((*memo)(nil)).Column("id").Where(where.SQL, where.Args...).Order("id").Scan(c.Context(), &found); err != nil {
				return err
			}
			var allowed []int64
			for _, n := range all {
				if permit.Can(c, c.Str("action"), n).Allowed {
					allowed = append(allowed, n.ID)
				}
			}
			if !slices.Equal(found, allowed) {
				t.Errorf("%s %s: the condition finds %v, the rules allow %v", c.Str("user"), c.Str("action"), found, allowed)
			}
			if len(allowed) == 0 || len(allowed) == len(all) {
				t.Errorf("%s %s: %d of %d rows, which tests nothing", c.Str("user"), c.Str("action"), len(allowed), len(all))
			}
			return c.NoContent()
		})
		client := dewartest.New(t, app)
		err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.NewCreateTable().Model((*memo)(nil)).Exec(ctx); err != nil {
				return err
			}
			names, booleans := []string{"ann", "bob", "eve"}, []bool{true, false}
			for id := range int64(200) {
				n := &memo{ID: id + 1, Owner: names[rand.IntN(3)], Public: rand.IntN(2) == 0}
				if rand.IntN(4) > 0 {
					n.Team = &names[rand.IntN(3)]
				}
				if rand.IntN(4) > 0 {
					n.Locked = &booleans[rand.IntN(2)]
				}
				if _, err := tx.NewInsert().Model(n).Exec(ctx); err != nil {
					return err
				}
				all = append(all, n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range []string{"nobody", "ann", "bob"} {
			for _, action := range []string{"view", "edit"} {
				client.ClearCookies()
				if resp := client.Get("/" + user + "/" + action); resp.Status != 204 {
					t.Errorf("%s %s: %d", user, action, resp.Status)
				}
			}
		}
	})
}
