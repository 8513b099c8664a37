package db_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

func TestMigrateTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		first := open(t, db.Config{URL: url, Migrations: migrations})
		if err := insert(t.Context(), first, "kept"); err != nil {
			t.Fatal(err)
		}
		second := open(t, db.Config{URL: url, Migrations: with("00002_more.sql", "CREATE TABLE more (id INTEGER);")})
		if n := count(t, second); n != 1 {
			t.Errorf("%d rows after the second start, want 1", n)
		}
	})
}

// TestMigrateRace: processes that start together migrate once, so that a row
// put in by a migration is there once.
func TestMigrateRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		m := with("00002_row.sql", "INSERT INTO notes (text, at) SELECT CONCAT('row ', COUNT(*)), '2026-01-01 00:00:00' FROM notes;")
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				d := db.New(db.Config{URL: url, Migrations: m, MaxOpen: 3})
				if err := d.Open(t.Context()); err != nil {
					t.Error(err)
					return
				}
				if err := d.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, open(t, db.Config{URL: url, Migrations: m})); n != 1 {
			t.Errorf("the migration ran %d times", n)
		}
	})
}

func TestNewerDatabaseRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		newer := db.New(db.Config{URL: url, Migrations: with("00007_more.sql", "CREATE TABLE more (id INTEGER);")})
		if err := newer.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := newer.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := db.New(db.Config{URL: url, Migrations: migrations}).Open(t.Context())
		if err == nil {
			t.Fatal("a database newer than the code was opened")
		}
		for _, want := range []string{"at version 7, newer than this program, which knows versions up to 1", "start the newer release"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not say %q", err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	})
}

func TestFailingMigrationLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		broken := "INSERT INTO notes (text, at) VALUES ('half', '2026-01-01 00:00:00');\nINSERT INTO nowhere VALUES (1);"
		err := db.New(db.Config{URL: url, Migrations: with("00002_broken.sql", broken)}).Open(t.Context())
		var failed *db.MigrationError
		if !errors.As(err, &failed) {
			t.Fatalf("got %v", err)
		}
		if failed.File != "00002_broken.sql" || failed.Applied != 1 || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("%+v: %s", failed, err)
		}
		// The program of before starts, and finds what it left.
		d := open(t, db.Config{URL: url, Migrations: migrations})
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows of the failed migration stayed", n)
		}
		// The repaired one goes on where it stopped.
		repaired := open(t, db.Config{URL: url, Migrations: with("00002_broken.sql", "INSERT INTO notes (text, at) VALUES ('whole', '2026-01-01 00:00:00');")})
		if n := count(t, repaired); n != 1 {
			t.Errorf("%d rows after the repair, want 1", n)
		}
	})
}

func TestFailingSchemaChangeLeavesNothing(t *testing.T) {
	two := "CREATE TABLE first (id INTEGER);\nCREATE TABLE notes (id INTEGER);"
	dbtest.Each(t, func(t *testing.T, url string) {
		err := db.New(db.Config{URL: url, Migrations: with("00002_two.sql", two)}).Open(t.Context())
		if err == nil {
			t.Fatal("a table was made twice")
		}
		d := open(t, db.Config{URL: url})
		if _, err := d.Reader().ExecContext(t.Context(), "SELECT 1 FROM first"); err == nil {
			t.Error("the first table of the failed migration stayed")
		}
		if d.Dialect() == db.MySQL {
			if !strings.Contains(err.Error(), "holds 2 statements") {
				t.Errorf("MariaDB should refuse before anything runs: %v", err)
			}
			if _, err := d.Reader().ExecContext(t.Context(), "SELECT 1 FROM notes"); err == nil {
				t.Error("something ran before the refusal")
			}
		}
	})
}

func TestMigrationFolders(t *testing.T) {
	table := sqlFile("CREATE TABLE notes (id INTEGER);")
	tests := []struct {
		name string
		fsys fstest.MapFS
		want string
	}{
		{"one for all", fstest.MapFS{"00001_note.sql": table}, ""},
		{"none for this one", fstest.MapFS{"mysql/00001_note.sql": table}, "none for sqlite: add a folder sqlite"},
		{"empty", fstest.MapFS{}, "no migration for sqlite"},
		{"not goose", fstest.MapFS{"00001_note.sql": {Data: []byte("CREATE TABLE notes (id INTEGER);")}}, "00001_note.sql"},
		{"two of a version", fstest.MapFS{"00001_a.sql": table, "00001_b.sql": table}, "00001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.New(db.Config{URL: dbtest.SQLite(t), Migrations: tt.fsys}).Open(t.Context())
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOutOfOrderMigrationRefused(t *testing.T) {
	url := dbtest.SQLite(t)
	first := fstest.MapFS{"00002_b.sql": sqlFile("CREATE TABLE b (id INTEGER);")}
	if err := db.New(db.Config{URL: url, Migrations: first}).Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	first["00001_a.sql"] = sqlFile("CREATE TABLE a (id INTEGER);")
	err := db.New(db.Config{URL: url, Migrations: first}).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "00001_a.sql was added before one that already ran") {
		t.Errorf("got %v", err)
	}
}

// TestMigrationWithByteOrderMark: an editor's mark is no part of the statement.
func TestMigrationWithByteOrderMark(t *testing.T) {
	marked := fstest.MapFS{}
	for name, f := range migrations {
		marked[name] = &fstest.MapFile{Data: append([]byte("\ufeff"), f.Data...)}
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		if n := count(t, open(t, db.Config{URL: url, Migrations: marked})); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}
