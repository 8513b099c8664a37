package db_test

import (
	"testing"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/accounts/accountstest"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

func TestAccountStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		accountstest.TestStore(t, func(*testing.T) accounts.Store { return d.Accounts() })
	})
}
