// Package content is what every server of the HTTP suite answers with: the
// same data, the same texts, the same files.
package content

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Text is the answer of /plaintext and the message of /json.
const Text = "Hello, World!"

// Message is the answer of /json.
type Message struct {
	Message string `json:"message"`
}

// Post is the answer of /users/{id}/posts/{slug}.
func Post(id int, slug string) string { return fmt.Sprintf("user %d, post %s", id, slug) }

//go:embed jinja gohtml static
var files embed.FS

// Jinja, GoHTML and Static are the folders of the templates for Dewar and
// Flask, of those for html/template, and of the static files.
var (
	Jinja  = sub("jinja")
	GoHTML = sub("gohtml")
	Static = sub("static")
)

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return f
}

// A Fortune is a row of the page of fortunes.
type Fortune struct {
	ID      int
	Message string
}

var fortunes = []Fortune{
	{1, "fortune: No such file or directory"},
	{2, "A computer scientist is someone who fixes things that aren't broken."},
	{3, "After enough decimal places, nobody gives a damn."},
	{4, "A bad random number generator: 1, 1, 1, 1, 1, 4.33e67, 1, 1, 1"},
	{5, "A computer program does what you tell it to do, not what you want it to do."},
	{6, "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen"},
	{7, "Any program that runs right is obsolete."},
	{8, "A list is only as strong as its weakest link. — Donald Knuth"},
	{9, "Feature: A bug with seniority."},
	{10, "Computers make very fast, very accurate mistakes."},
	{11, `<script>alert("This should not be displayed in a browser alert box.");</script>`},
	{12, "フレームワークのベンチマーク"},
}

// Fortunes are the twelve and one more, sorted by their message.
func Fortunes() []Fortune { return sorted(slices.Clone(fortunes)) }

func sorted(list []Fortune) []Fortune {
	list = append(list, Fortune{0, "Additional fortune added at request time."})
	slices.SortFunc(list, func(a, b Fortune) int { return strings.Compare(a.Message, b.Message) })
	return list
}

// Query gets the twelve from PostgreSQL, and adds and sorts as Fortunes does.
func Query(ctx context.Context, db *pgxpool.Pool) ([]Fortune, error) {
	rows, err := db.Query(ctx, "SELECT id, message FROM fortune")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]Fortune, 0, 16)
	for rows.Next() {
		var f Fortune
		if err := rows.Scan(&f.ID, &f.Message); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return sorted(list), rows.Err()
}

// Fill makes the table of fortunes.
func Fill(ctx context.Context, db *pgxpool.Pool) error {
	if _, err := db.Exec(ctx, "CREATE TABLE fortune (id int PRIMARY KEY, message text NOT NULL)"); err != nil {
		return err
	}
	for _, f := range fortunes {
		if _, err := db.Exec(ctx, "INSERT INTO fortune VALUES ($1, $2)", f.ID, f.Message); err != nil {
			return err
		}
	}
	return nil
}

// UserName is who is signed in on the account page.
const UserName = "Ada <ada@example.test>"

// An Order is a row of the account page.
type Order struct {
	ID              int
	Date, Item, Sum string
	Paid            bool
}

// Orders are the fourteen rows of the account page.
var Orders = func() []Order {
	items := []string{"Lamp & shade", "Chair", `Desk, 60"`, "Shelf <oak>", "Rug", "Mirror", "Clock"}
	list := make([]Order, 14)
	for i := range list {
		list[i] = Order{
			ID: 4200 + i, Date: fmt.Sprintf("2026-03-%02d", i+1), Item: items[i%len(items)],
			Sum: fmt.Sprintf("%d.%02d", 19+7*i, 5*i), Paid: i%3 != 0,
		}
	}
	return list
}()

// Account is what the account page's template gets.
type Account struct {
	Name   string
	Orders []Order
	Token  string // of the CSRF protection, where the template takes it from here
	Nonce  string
}

// Count counts the answers, as every server of the suite does.
var Count atomic.Int64
