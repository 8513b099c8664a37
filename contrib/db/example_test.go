package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
)

// A Bookmark is a row of the examples.
type Bookmark struct {
	ID  int64 `bun:",pk,autoincrement"`
	URL string
}

// The database of an App: opened and migrated at its start, one transaction for
// each request that changes something.
func Example() {
	database := db.New(db.Config{URL: "sqlite:bookmarks.sqlite", Migrations: os.DirFS("migrations")})
	app := dewar.New(dewar.Config{})
	app.Extend(database)
	app.Post("/bookmarks", func(c *dewar.Context) error {
		tx, err := database.Tx(c)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&Bookmark{URL: c.Form("url")}).Exec(c.Context()); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	}).Name("add")
}

// Without an App, as in a command line tool.
func ExampleDatabase_Open() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	migrations := fstest.MapFS{"00001_bookmarks.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE bookmarks (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);\n")}}

	ctx := context.Background()
	database := db.New(db.Config{URL: "sqlite:" + filepath.Join(dir, "b.sqlite"), Migrations: migrations, Logger: quiet})
	if err := database.Open(ctx); err != nil {
		fmt.Println(err)
		return
	}
	defer database.Close(ctx)

	add := func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&Bookmark{URL: "https://go.dev"}).Exec(ctx)
		return err
	}
	fmt.Println(database.InTx(ctx, add))
	fmt.Println(db.IsUnique(database.InTx(ctx, add)))
	// Output:
	// <nil>
	// true
}

var quiet = slog.New(slog.DiscardHandler)
