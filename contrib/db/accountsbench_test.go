package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

// BenchmarkAccountLogin logs in to one of 100,000 accounts, and says what a login takes beside the hash of the password:
// the median of the differences between a whole login and the hash alone, one after the other.
func BenchmarkAccountLogin(b *testing.B) {
	const users, perStatement = 100_000, 500
	for name, address := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := db.New(db.Config{URL: address(b)})
			app := dewar.New(dewar.Config{InstanceDir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
			app.Extend(d, accounts.New(accounts.Config{
				Store: d.Accounts(), Login: login.Config{Store: d.Logins()}, Mail: new(mail.Outbox), From: "shop@example.com",
			}))
			client := dewartest.New(b, app)
			hash, err := app.Passwords().Hash(b.Context(), "vinegar hamlet seven")
			if err != nil {
				b.Fatal(err)
			}
			if err := d.CreateAccountTables(b.Context(), db.DefaultAccountTable); err != nil {
				b.Fatal(err)
			}
			email := func(i int) string { return fmt.Sprintf("user%d@example.com", i) }
			err = d.InTx(b.Context(), func(ctx context.Context, tx bun.Tx) error {
				for i := 0; i < users; i += perStatement {
					var values []any
					for n := i; n < i+perStatement; n++ {
						values = append(values, []byte(fmt.Sprintf("id%d", n)), []byte(email(n)), []byte(hash), []byte{})
					}
					text := "INSERT INTO " + db.DefaultAccountTable + " (id, email, password, short, confirmed, disabled, roles, created, delete_at, version) VALUES " +
						strings.Repeat("(?, ?, ?, 0, 1, 0, ?, 1, 0, 0), ", perStatement)
					if _, err := tx.ExecContext(ctx, strings.TrimSuffix(text, ", "), values...); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			var differences []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if ok, err := app.Passwords().Verify(b.Context(), hash, "vinegar hamlet seven"); !ok || err != nil {
					b.Fatal(ok, err)
				}
				alone := time.Since(start)
				visitor := client.Another()
				r := visitor.NewRequest("POST", "/account/login", strings.NewReader(url.Values{"email": {email(i * 7919 % users)}, "password": {"vinegar hamlet seven"}}.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16&255, i>>8&255, i&255)
				start = time.Now()
				if resp := visitor.Do(r); resp.Status != 303 {
					b.Fatalf("%d\n%s", resp.Status, resp.Text)
				}
				differences = append(differences, time.Since(start)-alone)
			}
			slices.Sort(differences)
			b.ReportMetric(float64(differences[len(differences)/2].Microseconds()), "µs-beside-hash")
		})
	}
}
