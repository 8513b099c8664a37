// Command planted has two of the mistakes that dewar vet is for.
package main

import (
	"database/sql"

	"github.com/dewar-go/dewar"
)

func main() {
	var db *sql.DB
	app := dewar.New(dewar.Config{})
	app.Get("/search", search(db))
	app.Get("/login", login)
	_ = app.Run("127.0.0.1:5000")
}

type row struct{ title string }

func search(db *sql.DB) func(c *dewar.Context) error {
	return func(c *dewar.Context) error {
		var r row
		err := db.QueryRowContext(c.Context(),
			"SELECT title FROM posts WHERE title LIKE '%"+c.Query("q")+"%'").Scan(&r.title)
		if err != nil {
			return err
		}
		return c.RedirectExternal(c.Query("next"))
	}
}

func login(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("next"))) }
