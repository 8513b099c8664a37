package password_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/dewar-go/dewar/password"
)

// TestVectors replays testdata/vectors.json, hashes that the real Werkzeug
// made.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Password []struct{ Method, Password, Hash string }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Password {
		t.Run(v.Method, func(t *testing.T) {
			if !verifies(t, v.Hash, v.Password) {
				t.Error("the password does not verify")
			}
			if verifies(t, v.Hash, v.Password+"x") {
				t.Error("another password verifies")
			}
			if !password.NeedsRehash(v.Hash) {
				t.Error("a hash of Werkzeug is not renewed")
			}
		})
	}
}
