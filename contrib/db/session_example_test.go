package db_test

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/session"
)

func ExampleDatabase_Sessions() {
	database := db.New(db.Config{URL: "sqlite:shop.sqlite"})
	store := database.Sessions(session.ServerOptions{})
	app := dewar.New(dewar.Config{Session: dewar.SessionConfig{Store: store}})
	app.Extend(database)
	// Every other device of this user is signed out, the present one is not.
	app.Post("/sign-out-elsewhere", func(c *dewar.Context) error {
		user, _ := session.Value[string](c.Session(), session.UserKey)
		if err := store.RevokeUser(c.Context(), user, c.Session()); err != nil {
			return err
		}
		return c.Redirect(dewar.Path("/"))
	})
}
