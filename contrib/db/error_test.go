package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

func TestIsForeignKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		exec := func(query string) error {
			return d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, query)
				return err
			})
		}
		for _, q := range []string{
			"CREATE TABLE parent (id INTEGER PRIMARY KEY)",
			"CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))",
			"INSERT INTO parent (id) VALUES (1)",
			"INSERT INTO child (id, parent) VALUES (1, 1)",
		} {
			if err := exec(q); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range []string{"INSERT INTO child (id, parent) VALUES (2, 7)", "DELETE FROM parent"} {
			if err := exec(q); !db.IsForeignKey(err) || db.IsUnique(err) {
				t.Errorf("%s: %v", q, err)
			}
		}
		if err := exec("INSERT INTO parent (id) VALUES (1)"); !db.IsUnique(err) || db.IsForeignKey(err) {
			t.Errorf("primary key: %v", err)
		}
	})
}

// TestIsRetryable makes two transactions wait for each other.
func TestIsRetryable(t *testing.T) {
	for name, newURL := range map[string]func(testing.TB) string{"postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			d := open(t, db.Config{URL: newURL(t), Migrations: migrations})
			for _, text := range []string{"a", "b"} {
				if err := insert(t.Context(), d, text); err != nil {
					t.Fatal(err)
				}
			}
			var holding, ended sync.WaitGroup
			holding.Add(2)
			errs := make([]error, 2)
			for i, order := range [][2]int{{1, 2}, {2, 1}} {
				ended.Go(func() {
					errs[i] = d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
						touch := func(id int) error {
							_, err := tx.NewUpdate().Model((*note)(nil)).Set("text = ?", fmt.Sprint(i, id)).Where("id = ?", id).Exec(ctx)
							return err
						}
						err := touch(order[0])
						holding.Done()
						holding.Wait()
						return errors.Join(err, touch(order[1]))
					})
				})
			}
			ended.Wait()
			lost := 0
			for _, err := range errs {
				if err != nil && !db.IsRetryable(err) {
					t.Errorf("not retryable: %v", err)
				}
				if db.IsRetryable(err) {
					lost++
				}
			}
			if lost != 1 {
				t.Errorf("%d of two transactions lost, want 1: %v", lost, errs)
			}
		})
	}
	if db.IsRetryable(nil) || db.IsRetryable(errors.New("x")) || db.IsUnique(nil) || db.IsForeignKey(nil) {
		t.Error("what is no database error was taken for one")
	}
}
