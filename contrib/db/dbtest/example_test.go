package dbtest_test

import (
	"testing"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

// A test that runs on SQLite, PostgreSQL and MariaDB.
func ExampleEach() {
	test := func(t *testing.T) {
		dbtest.Each(t, func(t *testing.T, url string) {
			database := db.New(db.Config{URL: url})
			if err := database.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer database.Close(t.Context())
			if err := database.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	_ = test
}
