//go:build differential

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// TestFormsRandom compares the driver with the real WTForms on random forms, others with each DEWAR_SEED:
//
//	DEWAR_SEED=7 go test -tags differential -run FormsRandom ./internal/conform
func TestFormsRandom(t *testing.T) {
	seed := os.Getenv("DEWAR_SEED")
	if seed == "" {
		seed = "1"
	}
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-B", "../../forms/testdata/wtforms/randomforms.py", seed, "5000")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			ID              string
			Request, Answer json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		answered, err := json.Marshal(serve(c.Request))
		if err != nil {
			t.Fatal(err)
		}
		if diff := formDiff(t, answered, c.Answer); diff != "" {
			t.Errorf("%s: %s\n  request %s\n  got  %s\n  want %s", c.ID, diff, c.Request, answered, c.Answer)
		}
	}
}
