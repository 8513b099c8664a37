package db_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/sign"
)

// alchemy runs testdata/shared.py, which is Flask-SQLAlchemy, and reads what it
// prints.
func alchemy(t *testing.T, into any, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", append([]string{"testdata/shared.py"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if strings.Contains(stderr.String(), "ModuleNotFoundError") && os.Getenv("DEWAR_TEST_SERVICES") != "required" {
			t.Skipf("this needs /usr/bin/python3 with Flask-SQLAlchemy: %s", stderr.Bytes())
		}
		t.Fatalf("shared.py %s: %v\n%s", args[0], err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
}

// visit is the model of shared.py.
type visit struct {
	ID   int64 `bun:",pk,autoincrement"`
	Name string
	At   time.Time
	Seen time.Time    `bun:",nullzero"`
	Day  *time.Time   `bun:"type:date"`
	Hour bun.NullTime `bun:"type:time"`
}

type visitRow struct {
	Name, At, Seen, Day, Hour, Raw string
	Later                          bool
}

// sharing is a Flask application with the database of the URL, and an app with
// Config.Flask beside it.
func sharing(t *testing.T, url string, c db.Config) (instance string, d *db.Database) {
	t.Helper()
	instance = t.TempDir()
	if err := os.Mkdir(filepath.Join(instance, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	var made struct{ File, Journal string }
	alchemy(t, &made, "make", instance, url)
	c.URL = url
	d = db.New(c)
	app := dewar.New(dewar.Config{
		InstanceDir: instance, SecretKey: dewar.NewSecret(sign.GenerateKey()), Flask: &dewar.FlaskSharing{}, Logger: slog.New(slog.DiscardHandler), Loopback: true,
	})
	app.Extend(d)
	if _, err := app.Handler(); err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return instance, d
}

// TestSQLAlchemySharesTimes: what bun writes SQLAlchemy reads as its own, and
// the other way about.
func TestSQLAlchemySharesTimes(t *testing.T) {
	for _, tt := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(*testing.T) string { return "sqlite:///shop.sqlite" }},
		{"postgres", func(t *testing.T) string {
			return strings.Replace(dbtest.Postgres(t), "postgres://", "postgresql+psycopg2://", 1)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := tt.url(t)
			instance, d := sharing(t, url, db.Config{})
			east := time.FixedZone("", 2*3600)
			day := time.Date(2026, 1, 2, 0, 0, 0, 0, east) // still the first in UTC
			hour := bun.NullTime{Time: time.Date(2026, 1, 2, 12, 30, 0, 0, time.UTC)}
			at := time.Date(2026, 1, 2, 5, 4, 5, 700_000, east)
			if err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				for _, v := range []visit{
					{Name: "whole", At: at.Truncate(time.Second), Seen: at},
					{Name: "parts", At: at, Day: &day, Hour: hour},
				} {
					if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}

			var read struct {
				Rows  []visitRow
				Later []string
			}
			alchemy(t, &read, "read", instance, url)
			want := []visitRow{
				{Name: "whole", At: "2026-01-02T03:04:05", Seen: "2026-01-02T03:04:05.000700", Raw: "2026-01-02 03:04:05.000000"},
				{Name: "python", At: "2026-01-02T03:04:05.000600", Day: "2026-01-02", Hour: "23:59:58.000007", Raw: "2026-01-02 03:04:05.000600"},
				{Name: "parts", At: "2026-01-02T03:04:05.000700", Day: "2026-01-02", Hour: "12:30:00", Raw: "2026-01-02 03:04:05.000700", Later: true},
			}
			if tt.name == "postgres" {
				for i := range want {
					want[i].Raw = ""
				}
				// A date column takes the day of the time in UTC there.
				want[2].Day = read.Rows[2].Day
			}
			if len(read.Rows) != len(want) {
				t.Fatalf("SQLAlchemy reads %+v", read.Rows)
			}
			for i, row := range read.Rows {
				if row != want[i] {
					t.Errorf("SQLAlchemy reads\n%+v, want\n%+v", row, want[i])
				}
			}
			if strings.Join(read.Later, " ") != "parts" {
				t.Errorf("SQLAlchemy's comparison in SQL finds %q", read.Later)
			}

			var python visit
			if err := d.Reader().NewSelect().Model(&python).Where("name = 'python'").Where("at < ?", at).Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !python.At.Equal(time.Date(2026, 1, 2, 3, 4, 5, 600_000, time.UTC)) || python.Day == nil ||
				python.Day.Format(time.DateOnly) != "2026-01-02" || python.Hour.Format(time.TimeOnly) != "23:59:58" || !python.Seen.IsZero() {
				t.Errorf("bun reads %+v", python)
			}
			if python.At.Location() != jinja.Naive || tt.name == "sqlite" && (python.Day.Location() != jinja.Naive || python.Hour.Location() != jinja.Naive) {
				t.Errorf("what bun reads has a time zone: %+v", python)
			}
		})
	}
}

// TestNaiveTimes: on a server a time without a time zone is naive beside a Flask application alone, and one with is as it
// was.
func TestNaiveTimes(t *testing.T) {
	for _, url := range []string{dbtest.Postgres(t), dbtest.MySQL(t)} {
		query, zoned := "SELECT CAST(? AS datetime), CAST(? AS datetime)", true
		if strings.HasPrefix(url, "postgres") {
			query, zoned = "SELECT ?::timestamp, ?::timestamptz", false
		}
		for _, shared := range []bool{false, true} {
			d := open(t, db.Config{URL: url, SQLAlchemy: shared})
			at := time.Date(2026, 1, 2, 5, 4, 5, 0, time.FixedZone("", 2*3600))
			var plain, aware time.Time
			if err := d.Reader().NewRaw(query, at, at).Scan(t.Context(), &plain, &aware); err != nil {
				t.Fatal(err)
			}
			if !plain.Equal(at) || !aware.Equal(at) || (plain.Location() == jinja.Naive) != shared || (aware.Location() == jinja.Naive) != (shared && zoned) {
				t.Errorf("%s, shared %v: %v, %v", d, shared, plain, aware)
			}
		}
	}
}

// TestSharedSQLiteFile: three slashes mean a file in the instance folder, as
// they do to Flask-SQLAlchemy, and its journal stays as it was.
func TestSharedSQLiteFile(t *testing.T) {
	for _, url := range []string{"sqlite:///shop.sqlite", "sqlite:///data/shop.sqlite", "sqlite:///shop.sqlite?timeout=5&check_same_thread=False", "sqlite+pysqlite:///shop.sqlite"} {
		for _, wal := range []bool{false, true}[:1+strings.Count(url, "data")] {
			instance, d := sharing(t, url, db.Config{WAL: wal})
			want := filepath.Join(instance, "shop.sqlite")
			if strings.Contains(url, "data") {
				want = filepath.Join(instance, "data", "shop.sqlite")
			}
			if d.String() != "sqlite:"+want {
				t.Errorf("%s: %s", url, d)
			}
			if n, err := d.Reader().NewSelect().Model((*visit)(nil)).Count(t.Context()); err != nil || n != 1 {
				t.Errorf("%s: %d rows, %v", url, n, err)
			}
			var read struct{ Journal string }
			alchemy(t, &read, "read", instance, url)
			if mode := map[bool]string{false: "delete", true: "wal"}[wal]; read.Journal != mode {
				t.Errorf("%s: the journal is in mode %s, want %s", url, read.Journal, mode)
			}
		}
	}
}

// TestForeignFileKeepsItsJournal: without any setting, a file that is there is
// not switched to the write-ahead log, and one that is made here is.
func TestForeignFileKeepsItsJournal(t *testing.T) {
	mode := func(d *db.Database) (mode string) {
		if err := d.Reader().QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil {
			t.Fatal(err)
		}
		return mode
	}
	instance := t.TempDir()
	alchemy(t, new(any), "make", instance, "sqlite:///shop.sqlite")
	file := filepath.Join(instance, "shop.sqlite")
	if got := mode(open(t, db.Config{URL: "sqlite:" + file})); got != "delete" {
		t.Errorf("the file of another program is in mode %s", got)
	}
	if got := mode(open(t, db.Config{URL: "sqlite:" + file, WAL: true})); got != "wal" {
		t.Errorf("asked for, and in mode %s", got)
	}
	if got := mode(open(t, db.Config{URL: dbtest.SQLite(t)})); got != "wal" {
		t.Errorf("a new file is in mode %s", got)
	}
}

// TestURLsAsSQLAlchemyReadsThem compares what a URL names.
func TestURLsAsSQLAlchemyReadsThem(t *testing.T) {
	var rows []struct {
		URL                            string
		Name, User, Password, Database string
		Host                           *string
		Port                           *int
		Query                          map[string]string
	}
	b, err := os.ReadFile("testdata/urls.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		got, err := db.ParseForTest(row.URL, "/instance", true)
		if err != nil {
			t.Errorf("%s: %v", row.URL, err)
			continue
		}
		want := map[string]string{"name": row.Name, "user": row.User, "password": row.Password, "database": row.Database}
		if row.Name == "sqlite" && !filepath.IsAbs(row.Database) {
			want["database"] = "/instance/" + row.Database
		}
		if row.Host != nil {
			want["host"] = *row.Host
		} else if h := row.Query["host"]; h != "" {
			want["host"] = h
		} else if h := row.Query["unix_socket"]; h != "" {
			want["host"] = h
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: %s is %q, want %q", row.URL, key, got[key], value)
			}
		}
	}
}

// TestUnixSocket opens a server by its socket.
func TestUnixSocket(t *testing.T) {
	const folder = "/var/run/postgresql"
	if _, err := os.Stat(folder + "/.s.PGSQL.5432"); err != nil {
		t.Skip("no PostgreSQL of this machine: ", err)
	}
	user := "postgres"
	for _, url := range []string{
		"postgres://" + user + "@/postgres?host=" + folder, "postgresql+psycopg2://" + user + "@/postgres?host=" + folder + "&port=5432",
		"postgresql://" + user + "@%2Fvar%2Frun%2Fpostgresql/postgres", "postgresql://" + user + "@/postgres",
	} {
		d := db.New(db.Config{URL: url})
		err := d.Open(t.Context())
		// A server may let only its own user in by its socket: it is the one
		// that answers then.
		if err != nil && !strings.Contains(err.Error(), "Peer authentication") {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && !strings.Contains(err.Error(), "var%2Frun%2Fpostgresql") {
			t.Errorf("%s is not named by its socket: %v", url, err)
		}
		if err == nil {
			var where *string
			if err := d.Reader().QueryRowContext(t.Context(), "SELECT host(inet_server_addr())").Scan(&where); err != nil || where != nil {
				t.Errorf("%s: connected by %v, %v", url, where, err)
			}
			_ = d.Close(t.Context())
		}
	}
}
