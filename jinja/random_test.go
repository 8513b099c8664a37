//go:build python

package jinja_test

import (
	"os"
	"os/exec"
	"testing"
)

// TestRandomTemplates holds the engine against Jinja2 in random templates. It
// needs a python3 with Jinja2 3.1:
//
//	SEED=7 go test -tags python -run RandomTemplates ./jinja
func TestRandomTemplates(t *testing.T) {
	seed := os.Getenv("SEED")
	if seed == "" {
		seed = "1"
	}
	cmd := exec.Command("python3", "testdata/randomtemplates.py", seed, "1000")
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	replay(t, raw)
}
