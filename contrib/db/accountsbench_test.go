package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	"github.com/dewar-go/dewar/password"
)

// BenchmarkLogin logs in to one of 100,000 accounts and opens its page. The metrics are medians in milliseconds: of the
// hash alone, of the login, of what of the login is not the hash, and of the page.
func BenchmarkLogin(b *testing.B) {
	const users, secret = 100_000, "vinegar hamlet seven"
	for name, open := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		b.Run(name, func(b *testing.B) {
			database := db.New(db.Config{URL: open(b)})
			app := dewar.New(dewar.Config{Logger: slog.New(slog.DiscardHandler), InstanceDir: b.TempDir(), Loopback: true})
			app.Extend(database, accounts.New(accounts.Config{
				Store: database.Accounts(), Login: login.Config{Store: database.Logins()}, Mail: &mail.Outbox{}, From: "shop@example.com",
			}))
			client := dewartest.New(b, app)
			hasher := app.Passwords()
			hash, err := hasher.Hash(b.Context(), secret)
			if err != nil {
				b.Fatal(err)
			}
			if err := database.CreateAccountTables(b.Context(), db.DefaultAccountTable); err != nil {
				b.Fatal(err)
			}
			fill(b, database, users, hash)

			var hashes, logins, pages []float64
			timed := func(list *[]float64, work func()) {
				began := time.Now()
				work()
				*list = append(*list, time.Since(began).Seconds()*1000)
			}
			for i := 0; b.Loop(); i++ {
				timed(&hashes, func() { check(b, hasher, hash, secret) })
				from := fmt.Sprintf("10.%d.%d.%d:1000", i>>16&255, i>>8&255, i&255)
				client.ClearCookies()
				ask := func(method, target string, form url.Values) *dewartest.Response {
					r := client.NewRequest(method, target, strings.NewReader(form.Encode()))
					r.RemoteAddr = from
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					return client.Do(r)
				}
				form := url.Values{"email": {fmt.Sprintf("user%d@example.com", rand.IntN(users))}, "password": {secret}}
				timed(&logins, func() {
					if w := ask("POST", "/account/login", form); w.Status != 303 || w.Location() != "/account/" {
						b.Fatal(w.Status, w.Location(), w.Text)
					}
				})
				timed(&pages, func() {
					if w := ask("GET", "/account/", nil); w.Status != 200 {
						b.Fatal(w.Status, w.Location())
					}
				})
			}
			rests := make([]float64, len(logins)) // of each login, before the lists are sorted
			for i := range rests {
				rests[i] = logins[i] - hashes[i]
			}
			b.ReportMetric(median(hashes), "hash-ms")
			b.ReportMetric(median(logins), "login-ms")
			b.ReportMetric(median(rests), "rest-ms")
			b.ReportMetric(median(pages), "page-ms")
		})
	}
}

// fill adds accounts that differ in their address.
func fill(b *testing.B, database *db.Database, n int, hash string) {
	b.Helper()
	const batch = 1000
	now := time.Now().UnixMilli()
	for from := 0; from < n; from += batch {
		var text strings.Builder
		var args []any
		for i := from; i < from+batch; i++ {
			text.WriteString(", (?, ?, ?, 0, ?, 0, ?, ?, 0, 1)")
			args = append(args, fmt.Appendf(nil, "%026d", i), fmt.Appendf(nil, "user%d@example.com", i), []byte(hash), now, []byte{}, now)
		}
		err := database.InTx(b.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO "+db.DefaultAccountTable+
				" (id, email, password, short, confirmed, disabled, roles, created, delete_at, version) VALUES "+text.String()[2:], args...)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func check(b *testing.B, h *password.Hasher, hash, secret string) {
	if ok, err := h.Verify(b.Context(), hash, secret); !ok || err != nil {
		b.Fatal(ok, err)
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
