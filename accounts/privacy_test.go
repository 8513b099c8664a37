package accounts_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/privacy"
)

// TestPrivacy: the export of an account has its address and no hash, and erasing removes the account.
func TestPrivacy(t *testing.T) {
	s := newSite(t, nil)
	account, err := s.accounts.Create(t.Context(), "ann@example.org", "editor")
	if err != nil {
		t.Fatal(err)
	}
	found, err := privacy.Export(t.Context(), s.app, account.ID)
	text, err2 := json.Marshal(found)
	if err != nil || err2 != nil || !strings.Contains(string(text), "ann@example.org") || strings.Contains(string(text), "Hash") {
		t.Errorf("%s %v %v", text, err, err2)
	}
	for range 2 { // erased again, nothing is wrong
		if _, _, err := privacy.Erase(t.Context(), s.app, account.ID); err != nil {
			t.Error(err)
		}
	}
	if found, err = privacy.Export(t.Context(), s.app, account.ID); err != nil || len(found) > 0 {
		t.Errorf("left: %v %v", found, err)
	}
}
