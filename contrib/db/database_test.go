package db_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

// note is the one table of these tests.
type note struct {
	ID   int64 `bun:",pk,autoincrement"`
	Text string
	At   time.Time
}

// migrations has one table, with the types of each database.
var migrations = fstest.MapFS{
	"sqlite/00001_note.sql":   sqlFile("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE, at TIMESTAMP NOT NULL);"),
	"postgres/00001_note.sql": sqlFile("CREATE TABLE notes (id BIGSERIAL PRIMARY KEY, text VARCHAR(100) NOT NULL UNIQUE, at TIMESTAMPTZ NOT NULL);"),
	"mysql/00001_note.sql":    sqlFile("CREATE TABLE notes (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL UNIQUE, at DATETIME(6) NOT NULL);"),
}

func sqlFile(up string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + "\n")}
}

// with adds a migration for every dialect.
func with(name, up string) fs.FS {
	m := fstest.MapFS{}
	for file, f := range migrations {
		m[file] = f
	}
	for _, d := range []string{"sqlite", "postgres", "mysql"} {
		m[d+"/"+name] = sqlFile(up)
	}
	return m
}

func open(t *testing.T, c db.Config) *db.Database {
	t.Helper()
	d := db.New(c)
	if err := d.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return d
}

func insert(ctx context.Context, d *db.Database, text string) error {
	return d.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&note{Text: text, At: time.Now()}).Exec(ctx)
		return err
	})
}

func count(t *testing.T, d *db.Database) int {
	t.Helper()
	n, err := d.Reader().NewSelect().Model((*note)(nil)).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func TestRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url, Migrations: migrations})
		at := time.Date(2026, 11, 22, 3, 4, 5, 678901000, time.FixedZone("", 7200))
		want := `it's "quoted" \ % é 日本 🎉 '; DROP TABLE notes; --`
		if err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewInsert().Model(&note{Text: want, At: at}).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var got note
		if err := d.Reader().NewSelect().Model(&got).Where("text = ?", want).Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got.ID != 1 || got.Text != want || !got.At.Equal(at) {
			t.Errorf("got %+v, want the text %q at %v", got, want, at)
		}
		if err := d.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestUniqueAndRollback(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url, Migrations: migrations})
		if err := insert(t.Context(), d, "one"); err != nil {
			t.Fatal(err)
		}
		err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.NewInsert().Model(&note{Text: "two", At: time.Now()}).Exec(ctx); err != nil {
				t.Fatal(err)
			}
			_, err := tx.NewInsert().Model(&note{Text: "one", At: time.Now()}).Exec(ctx)
			return err
		})
		if !db.IsUnique(err) || db.IsForeignKey(err) || db.IsRetryable(err) {
			t.Errorf("the second insert gave %v", err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows after the rollback, want 1", n)
		}
	})
}

// TestFoundRows: an update to the same value finds its row on all databases.
func TestFoundRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url, Migrations: migrations})
		if err := insert(t.Context(), d, "same"); err != nil {
			t.Fatal(err)
		}
		err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			res, err := tx.NewUpdate().Model((*note)(nil)).Set("text = ?", "same").Where("id = 1").Exec(ctx)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); n != 1 || err != nil {
				t.Errorf("%d rows, %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestStrict: a text that is too long is refused, never cut.
func TestStrict(t *testing.T) {
	for name, newURL := range map[string]func(testing.TB) string{"postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			d := open(t, db.Config{URL: newURL(t), Migrations: migrations})
			if err := insert(t.Context(), d, strings.Repeat("x", 101)); err == nil {
				t.Error("101 characters went into VARCHAR(100)")
			}
		})
	}
}

func TestSQLiteReaderCannotWrite(t *testing.T) {
	d := open(t, db.Config{URL: dbtest.SQLite(t), Migrations: migrations})
	if _, err := d.Reader().NewInsert().Model(&note{Text: "x", At: time.Now()}).Exec(t.Context()); err == nil {
		t.Error("the reader wrote")
	}
}

func TestSQLiteSettings(t *testing.T) {
	url := dbtest.SQLite(t)
	d := open(t, db.Config{URL: url, Migrations: migrations})
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		check := func(pool string, c bun.IConn) {
			var got string
			if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s of the %s is %q, want %q (%v)", pragma, pool, got, want, err)
			}
		}
		check("reader", d.Reader())
		if err := d.InTx(t.Context(), func(_ context.Context, tx bun.Tx) error { check("writer", tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(strings.TrimPrefix(url, "sqlite:"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, want 0600 (%v)", info.Mode(), err)
	}
}

// TestConcurrentWriters: nobody loses a write to a lock.
func TestConcurrentWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		// Two Databases on one file or server stand for two processes.
		a := open(t, db.Config{URL: url, Migrations: migrations})
		b := open(t, db.Config{URL: url, Migrations: migrations})
		var wg sync.WaitGroup
		for i := range 20 {
			d := a
			if i%2 == 1 {
				d = b
			}
			wg.Go(func() {
				if err := insert(t.Context(), d, string(rune('a'+i))); err != nil {
					t.Error(err)
				}
				if _, err := d.Reader().NewSelect().Model((*note)(nil)).Count(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, a); n != 20 {
			t.Errorf("%d rows, want 20", n)
		}
	})
}

func TestClosed(t *testing.T) {
	d := db.New(db.Config{URL: dbtest.SQLite(t)})
	if err := insert(t.Context(), d, "x"); !errors.Is(err, db.ErrNotOpen) {
		t.Errorf("before Open: %v", err)
	}
	if err := d.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t.Context()); err != nil {
		t.Errorf("second Open: %v", err)
	}
	for range 2 {
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := d.Ping(t.Context()); !errors.Is(err, db.ErrNotOpen) {
		t.Errorf("after Close: %v", err)
	}
	if err := d.Open(t.Context()); err == nil {
		t.Error("a closed database was opened")
	}
}

func TestUnreachable(t *testing.T) {
	// A port that was just free and is closed again.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	for _, scheme := range []string{"postgres", "mysql"} {
		d := db.New(db.Config{URL: scheme + "://u:secret@" + addr + "/shop", Name: "SHOP_DATABASE_URL"})
		err := d.Open(t.Context())
		want := "db: database at " + scheme + "://u@" + addr + "/shop cannot be reached: connection refused; is it running? (set by SHOP_DATABASE_URL)"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	for name, url := range map[string]string{"postgres": dbtest.Postgres(t), "mysql": dbtest.MySQL(t)} {
		at := strings.LastIndexByte(url, '@')
		d := db.New(db.Config{URL: name + "://nobody_here:s3cret@" + url[at+1:]})
		err := d.Open(t.Context())
		if err == nil {
			t.Fatalf("%s let nobody_here in", name)
		}
		if msg := err.Error(); !strings.Contains(msg, "check the user name") || strings.Contains(msg, "s3cret") || strings.Contains(msg, "\n") {
			t.Errorf("%s: %s", name, msg)
		}
	}
}

func TestSQLiteFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	noDatabase := filepath.Join(dir, "text")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, url, want string }{
		{"folder is a file", "sqlite:" + file + "/x.sqlite", "cannot be made"},
		{"file is a folder", "sqlite:" + dir, "is a directory"},
		{"not a database", "sqlite:" + noDatabase, "file is not a database"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.New(db.Config{URL: tt.url}).Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q in one line", err, tt.want)
			}
		})
	}
	// A new folder is made.
	open(t, db.Config{URL: "sqlite:new/deep/x.sqlite", Dir: dir, Migrations: migrations})
	if _, err := os.Stat(filepath.Join(dir, "new", "deep", "x.sqlite")); err != nil {
		t.Error(err)
	}
}

func TestQueryLogHasNoValues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		var log bytes.Buffer
		d := open(t, db.Config{URL: url, Migrations: migrations,
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		for range 2 { // the second one fails: the error repeats the value
			_ = insert(t.Context(), d, "hunter2 'quoted'")
		}
		if !strings.Contains(log.String(), "INSERT INTO") || !strings.Contains(log.String(), "failed=true") {
			t.Errorf("the log lacks the statement: %s", log.String())
		}
		if strings.Contains(log.String(), "hunter2") {
			t.Errorf("the log holds a value: %s", log.String())
		}
	})
}
