package db_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/sign"
)

// auditApp is an app with its log in a database.
func auditApp(t *testing.T, address, key string, c audit.Config) (*dewar.App, *db.Database, *audit.Log) {
	t.Helper()
	d := db.New(db.Config{URL: address})
	l := audit.New(d.Audit(), c)
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, SecretKey: dewar.NewSecret(key), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(d, l)
	return app, d, l
}

// TestAuditManyWriters: 200 parallel appends of two processes, half of them in transactions of their own, are 200 records
// of one chain.
func TestAuditManyWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		key := sign.GenerateKey()
		var checkpoints []audit.Checkpoint
		var mu sync.Mutex
		sink := audit.SinkFunc(func(_ context.Context, c audit.Checkpoint) error {
			mu.Lock()
			defer mu.Unlock()
			checkpoints = append(checkpoints, c)
			return nil
		})
		var wg sync.WaitGroup
		var logs []*audit.Log
		for range 2 {
			app, d, l := auditApp(t, url, key, audit.Config{Sinks: []audit.Sink{sink}, CheckpointEvery: 10, Wait: 30 * time.Second})
			app.Post("/", func(c *dewar.Context) error {
				if _, err := d.Tx(c); err != nil {
					return err
				}
				if err := audit.Write(c, audit.Event{Name: audit.EventSensitiveUpdate, Actor: "ann"}); err != nil {
					return err
				}
				return c.NoContent()
			})
			client := dewartest.New(t, app)
			logs = append(logs, l)
			for range 50 {
				another := client.Another()
				wg.Go(func() {
					if got := another.PostForm("/", nil); got.Status != 204 {
						t.Error(got.Status, got.Text)
					}
				})
				wg.Go(func() {
					if err := l.Write(audit.Event{Name: audit.EventSensitiveRead, Actor: "bob"}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		for _, l := range logs {
			if err := l.Checkpoint(t.Context()); err != nil {
				t.Error(err)
			}
		}
		r, err := logs[0].Verify(t.Context(), checkpoints)
		if err != nil || r.Last != 201 || r.Covered != 201 || r.Unchecked > 0 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// TestAuditTransactions: a record of a success is kept or undone with the act, one of a failure or a denial is kept.
func TestAuditTransactions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		app, d, l := auditApp(t, url, sign.GenerateKey(), audit.Config{})
		app.Post("/<outcome>/<int:status>", func(c *dewar.Context) error {
			tx, err := d.Tx(c)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(c.Context(), "INSERT INTO acts VALUES (1)"); err != nil {
				return err
			}
			c.Emit(dewar.SecurityEvent{Name: dewar.EventInvalidInput, User: "ann"}) // by itself, and the answer waits for it
			if err := audit.Write(c, audit.Event{Name: audit.EventSensitiveDelete, Outcome: audit.Outcome(c.Str("outcome"))}); err != nil {
				return err
			}
			if c.Int("status") >= 400 {
				return dewar.StatusError(c.Int("status"))
			}
			return c.NoContent()
		})
		client := dewartest.New(t, app)
		if _, err := d.Reader().ExecContext(t.Context(), "CREATE TABLE acts (n INTEGER)"); err != nil {
			err = d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, "CREATE TABLE acts (n INTEGER)")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		records := 1
		acts := 0
		for _, row := range []struct {
			outcome audit.Outcome
			status  int
			adds    int
		}{{audit.Success, 204, 2}, {audit.Success, 409, 1}, {audit.Failure, 204, 2}, {audit.Failure, 409, 2}, {audit.Denied, 500, 2}} {
			if got := client.PostForm(fmt.Sprintf("/%s/%d", row.outcome, row.status), nil).Status; got != row.status {
				t.Errorf("%+v: %d", row, got)
			}
			records += row.adds
			if row.status == 204 {
				acts++
			}
			r, err := l.Verify(t.Context(), nil)
			if err != nil || r.Last != uint64(records) {
				t.Errorf("%+v: %+v %v, want %d records", row, r, err, records)
			}
			var n int
			if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM acts").Scan(&n); err != nil || n != acts {
				t.Errorf("%+v: %d acts, want %d: %v", row, n, acts, err)
			}
		}
	})
}

// TestAuditEditsAreFound: what somebody with the database's password changes is found and named, and the app does not
// start with a log that ends before its head.
func TestAuditEditsAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		key := sign.GenerateKey()
		d := open(t, db.Config{URL: url})
		do := func(statements ...string) error {
			return d.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
				for _, s := range statements {
					if _, err := tx.Tx.ExecContext(ctx, s); err != nil {
						return err
					}
				}
				return nil
			})
		}
		must := func(statements ...string) {
			t.Helper()
			if err := do(statements...); err != nil {
				t.Fatal(err)
			}
		}
		app, _, l := auditApp(t, url, key, audit.Config{})
		dewartest.New(t, app)
		for i := range 7 {
			if err := l.Write(audit.Event{Name: audit.EventSensitiveUpdate, Actor: fmt.Sprint("user", i), Target: "x", Code: "c", Private: map[string]string{"note": "n"}}); err != nil {
				t.Fatal(err)
			}
		}
		must("CREATE TABLE kept AS SELECT * FROM dewar_audit", "CREATE TABLE kept_values AS SELECT * FROM dewar_audit_values", "CREATE TABLE kept_head AS SELECT * FROM dewar_audit_head")
		swap := func(a, b int, columns ...string) []string {
			var list []string
			for _, c := range columns {
				list = append(list, fmt.Sprintf("UPDATE dewar_audit SET %[1]s = (SELECT %[1]s FROM kept WHERE seq = %[3]d) WHERE seq = %[2]d", c, a, b),
					fmt.Sprintf("UPDATE dewar_audit SET %[1]s = (SELECT %[1]s FROM kept WHERE seq = %[3]d) WHERE seq = %[2]d", c, b, a))
			}
			return list
		}
		for _, row := range []struct {
			name string
			kind audit.Kind
			seq  uint64
			do   []string
			run  bool // it starts all the same
		}{
			{"line", audit.Altered, 4, []string{"UPDATE dewar_audit SET line = REPLACE(line, 'success', 'failure') WHERE seq = 4"}, true},
			{"event", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET event = 'x' WHERE seq = 3"}, true},
			{"time", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET at = at + 1 WHERE seq = 3"}, true},
			{"outcome", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET outcome = 'denied' WHERE seq = 3"}, true},
			{"code", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET code = 'C' WHERE seq = 3"}, true},
			{"pseudonym", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET actor = target WHERE seq = 3"}, true},
			{"request", audit.ColumnDiffers, 3, []string{"UPDATE dewar_audit SET request_id = 'r' WHERE seq = 3"}, true},
			{"name", audit.ColumnDiffers, 5, []string{"UPDATE dewar_audit_values SET actor = 'eve' WHERE seq = 5"}, true},
			{"name in the data", audit.ColumnDiffers, 5, []string{"UPDATE dewar_audit_values SET actor = 'eve', data = REPLACE(data, 'user', 'usor') WHERE seq = 5"}, true},
			{"no name", audit.ColumnDiffers, 5, []string{"UPDATE dewar_audit_values SET data = '{' WHERE seq = 5"}, true},
			{"names are gone", audit.ColumnDiffers, 5, []string{"DELETE FROM dewar_audit_values WHERE seq = 5"}, true},
			{"deletion", audit.Missing, 4, []string{"DELETE FROM dewar_audit WHERE seq = 4"}, true},
			{"deletion of the first", audit.GenesisMissing, 1, []string{"DELETE FROM dewar_audit WHERE seq <= 2"}, true},
			{"swap", audit.Reordered, 3, swap(3, 6, "line", "at", "event", "outcome", "code", "actor", "target", "request_id"), true},
			{"swap of texts", audit.Reordered, 3, swap(3, 6, "line"), true},
			{"payment-reconciliation#18: the end is gone", audit.Truncated, 7, []string{"DELETE FROM dewar_audit WHERE seq >= 7"}, false},
			{"all records are gone", audit.Truncated, 1, []string{"DELETE FROM dewar_audit"}, false},
			{"the head is of another record", audit.Forked, 7, []string{"UPDATE dewar_audit_head SET seq = 7, hash = (SELECT hash FROM kept_head)"}, false},
			{"a record behind the head", audit.Forked, 8, []string{"UPDATE dewar_audit_head SET seq = 7, hash = 'PREV'"}, false},
		} {
			must("DELETE FROM dewar_audit", "DELETE FROM dewar_audit_values", "DELETE FROM dewar_audit_head",
				"INSERT INTO dewar_audit SELECT * FROM kept", "INSERT INTO dewar_audit_values SELECT * FROM kept_values", "INSERT INTO dewar_audit_head SELECT * FROM kept_head")
			if r, err := l.Verify(t.Context(), nil); err != nil || r.Last != 8 {
				t.Fatal(r, err)
			}
			for _, s := range row.do {
				var line string
				if err := d.Reader().QueryRowContext(t.Context(), "SELECT line FROM kept WHERE seq = 7").Scan(&line); err != nil {
					t.Fatal(err)
				}
				must(strings.ReplaceAll(s, "PREV", line[len(line)-66:len(line)-2]))
			}
			_, err := l.Verify(t.Context(), nil)
			if p := (*audit.Problem)(nil); !errors.As(err, &p) || p.Kind != row.kind || p.Seq != row.seq {
				t.Errorf("%s: %v, want %s at %d", row.name, err, row.kind, row.seq)
			}
			second, _, _ := auditApp(t, url, key, audit.Config{})
			if _, err := second.Handler(); err != nil {
				t.Fatal(err)
			}
			if err := second.Start(t.Context()); row.run != (err == nil) {
				t.Errorf("%s: start: %v", row.name, err)
			}
			if err := second.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		must("DELETE FROM dewar_audit WHERE seq >= 7", "UPDATE dewar_audit_head SET seq = 6")
		if err := l.Checkpoint(t.Context()); err == nil || !strings.Contains(err.Error(), "went back") {
			t.Errorf("the end and the head are gone while the app runs: %v", err)
		}
		must("DELETE FROM dewar_audit_head")
		if _, err := l.Verify(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "head is gone") {
			t.Error(err)
		}
		must("INSERT INTO dewar_audit_head SELECT * FROM kept_head") // for the end of the app
	})
}

// TestAuditEraseAndPurge: in a database as in files.
func TestAuditEraseAndPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		app, d, l := auditApp(t, url, sign.GenerateKey(), audit.Config{})
		dewartest.New(t, app)
		var third time.Time
		for i := range 10 {
			if i == 3 {
				third = time.Now()
			}
			if err := l.Write(audit.Event{Name: audit.EventSensitiveUpdate, Actor: []string{"ann", "bob"}[i%2], Private: map[string]string{"note": "ünï\x00"}}); err != nil {
				t.Fatal(err)
			}
		}
		n, err := l.Erase(t.Context(), "bob")
		if err != nil || n != 5 {
			t.Fatal(n, err)
		}
		var left int
		if err := d.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM dewar_audit_values WHERE actor = 'bob' OR data LIKE '%bob%'").Scan(&left); err != nil || left != 0 {
			t.Error(left, err)
		}
		if r, err := l.Verify(t.Context(), nil); err != nil || r.Erased != n {
			t.Errorf("%+v %v", r, err)
		}
		through, err := l.Purge(t.Context(), third)
		if err != nil || through != 4 {
			t.Fatal(through, err)
		}
		if r, err := l.Verify(t.Context(), nil); err != nil || r.First != through+1 {
			t.Errorf("%+v %v", r, err)
		}
	})
}
