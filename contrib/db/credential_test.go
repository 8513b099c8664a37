package db_test

import (
	"testing"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
)

func TestCredentialStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		logintest.TestCredentials(t, func(*testing.T) login.Credentials { return d.Credentials() })
	})
}
