package db_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
)

// notes is an app whose one view writes a note and then ends as the form says.
func notes(t *testing.T, url string) (*db.Database, *dewartest.Client) {
	t.Helper()
	database := db.New(db.Config{URL: url, Migrations: migrations})
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(database)
	write := func(c *dewar.Context) error {
		tx, err := database.Tx(c)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&note{Text: c.Query("text"), At: time.Now()}).Exec(c.Context()); err != nil {
			return err
		}
		again, err := database.Tx(c)
		if err != nil {
			return err
		}
		var n int64
		if err := again.NewSelect().Model((*note)(nil)).ColumnExpr("count(*)").Scan(c.Context(), &n); err != nil {
			return err
		}
		if again != tx || n == 0 {
			t.Errorf("the second Tx does not see what the first wrote")
		}
		switch c.Query("end") {
		case "error":
			return errors.New("the view failed")
		case "abort":
			return dewar.StatusError(404)
		case "panic":
			panic("the view panicked")
		case "503":
			return c.Status(503).Text("try later")
		}
		return c.Text("written")
	}
	app.Post("/", write).Name("write")
	app.Get("/", func(c *dewar.Context) error {
		tx, err := database.Tx(c)
		if err != nil {
			return err
		}
		if _, ok := tx.(bun.Tx); ok {
			t.Error("a GET got a transaction")
		}
		return c.Text("read")
	}).Name("read")
	return database, dewartest.New(t, app)
}

func TestCommitStage(t *testing.T) {
	tests := []struct {
		end          string
		status, rows int
	}{
		{"", 200, 1},
		{"error", 500, 0},
		{"abort", 404, 0},
		{"panic", 500, 0},
		{"503", 503, 0},
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		database, client := notes(t, dsn)
		if resp := client.Get("/"); resp.Status != 200 {
			t.Fatalf("GET: %d %s", resp.Status, resp.Text)
		}
		rows := 0
		for _, tt := range tests {
			resp := client.PostForm("/?text=note+"+tt.end+"&end="+tt.end, url.Values{})
			if resp.Status != tt.status {
				t.Errorf("%q: status %d, want %d: %s", tt.end, resp.Status, tt.status, resp.Text)
			}
			rows += tt.rows
			if n := count(t, database); n != rows {
				t.Errorf("%q: %d rows, want %d", tt.end, n, rows)
				rows = n
			}
		}
	})
}

// TestCommitFails: a commit that fails is an error page, never a success. The
// constraint is looked at when the transaction ends.
func TestCommitFails(t *testing.T) {
	database := db.New(db.Config{URL: dbtest.Postgres(t)})
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(database)
	app.Post("/", func(c *dewar.Context) error {
		tx, err := database.Tx(c)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(c.Context(), "INSERT INTO child (parent) VALUES (7)"); err != nil {
			return err
		}
		c.Session().Set("done", true)
		return c.Text("the child was stored")
	}).Name("write")
	client := dewartest.New(t, app)
	for _, q := range []string{
		"CREATE TABLE parent (id INT PRIMARY KEY)",
		"CREATE TABLE child (parent INT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
	} {
		if _, err := database.Reader().ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	resp := client.PostForm("/", url.Values{})
	if resp.Status != 500 || strings.Contains(resp.Text, "stored") {
		t.Errorf("got %d %q", resp.Status, resp.Text)
	}
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("the session was saved although the commit failed")
	}
}

func TestInstanceFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "instance")
	app := dewar.New(dewar.Config{InstanceDir: dir, Logger: slog.New(slog.DiscardHandler)})
	app.Extend(db.New(db.Config{URL: "sqlite:notes.sqlite", Migrations: migrations}))
	dewartest.New(t, app)
	if _, err := os.Stat(filepath.Join(dir, "notes.sqlite")); err != nil {
		t.Error(err)
	}
	ignored, err := os.ReadFile(filepath.Join(dir, ".gitignore"))
	if err != nil || string(ignored) != "*\n" {
		t.Errorf(".gitignore is %q, %v", ignored, err)
	}
}

func TestBadURLIsReported(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true})
	app.Extend(db.New(db.Config{URL: "oracle://u:secret@h/n"}))
	_, err := app.Handler()
	if err == nil || !strings.Contains(err.Error(), "unknown scheme") || !strings.Contains(err.Error(), "DATABASE_URL") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

// TestNULIsNoFailureOfTheDatabase: a text with NUL is refused before it reaches the
// database, and where a program lets one through, what the database cannot hold is a
// 400.
func TestNULIsNoFailureOfTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		database, client := notes(t, url)
		if resp := client.PostForm("/?text=a%00b", nil); resp.Status != 400 {
			t.Errorf("through a query: got %d", resp.Status)
		}
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Get("/", func(c *dewar.Context) error {
			query := "SELECT ?"
			if database.Dialect() == db.Postgres {
				query = "SELECT $1::text"
			}
			if _, err := database.Reader().DB.ExecContext(c.Context(), query, "a\x00b"); err != nil {
				return fmt.Errorf("select: %w", err)
			}
			return c.Text("held")
		})
		want := 200
		if database.Dialect() == db.Postgres {
			want = 400
		}
		if resp := dewartest.New(t, app).Get("/"); resp.Status != want {
			t.Errorf("from the program: got %d %q, want %d", resp.Status, resp.Text, want)
		}
	})
}
