package accountstest_test

import (
	"testing"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/accounts/accountstest"
)

// The test of a store of one's own.
func Example() {
	_ = func(t *testing.T) {
		accountstest.TestStore(t, func(*testing.T) accounts.Store { return accounts.NewMemory() })
	}
}
