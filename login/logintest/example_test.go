package logintest_test

import (
	"testing"

	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
)

// The test of a store of one's own.
func Example() {
	_ = func(t *testing.T) {
		logintest.TestStore(t, func(*testing.T) login.Store { return login.NewMemory() })
	}
}
