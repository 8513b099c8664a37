package accounts_test

import (
	"testing"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/accounts/accountstest"
)

func TestMemory(t *testing.T) {
	accountstest.TestStore(t, func(*testing.T) accounts.Store { return accounts.NewMemory() })
}
