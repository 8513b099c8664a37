package db_test

import (
	"strconv"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/login"
)

type Account struct {
	login.UserMixin `bun:"-"`
	ID              int64 `bun:",pk,autoincrement"`
	Name            string
}

func (a *Account) GetID() string { return strconv.FormatInt(a.ID, 10) }

func ExampleDatabase_Logins() {
	database := db.New(db.Config{URL: "sqlite:shop.sqlite"})
	app := dewar.New(dewar.Config{})
	app.Extend(database, login.New(func(c *dewar.Context, id string) (*Account, error) {
		account := new(Account)
		return account, database.Reader().NewSelect().Model(account).Where("id = ?", id).Scan(c.Context())
	}, login.Config{LoginView: "/login", Store: database.Logins()}))
}
