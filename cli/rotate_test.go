package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

func TestSecretRotateAndRetire(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, dewar.SecretKeyFile)
	run := func(status int, want string, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := Run(t.Context(), newApp, append([]string{"shop", "secret"}, args...), &stdout, &stderr); got != status {
			t.Errorf("secret %v: exit status %d: %s", args, got, stderr.String())
		}
		if out := stdout.String() + stderr.String(); !strings.Contains(out, want) {
			t.Errorf("secret %v: %q does not say %q", args, out, want)
		}
	}
	run(1, "--instance", "rotate", "--instance", dir)
	first, err := sign.LoadOrCreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	token := first.Signer("test").Sign("x")
	verifies := func() bool {
		ring, err := sign.LoadKeyFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ring.Signer("test").Unsign(token)
		return err == nil
	}
	run(0, "1 older still", "rotate", "--instance", dir)
	run(0, "2 older still", "rotate", "--file", path)
	if !verifies() {
		t.Error("what the first key signed is worthless after rotating")
	}
	run(0, "0 taken out, 3 left", "retire", "--instance", dir, "--keep", "2")
	run(0, "1 taken out, 2 left", "retire", "--instance", dir, "--keep", "1")
	if verifies() {
		t.Error("what a retired key signed is still good")
	}
	run(2, "negative", "retire", "--instance", dir, "--keep", "-1")
	run(0, "1 taken out, 1 left", "retire", "--instance", dir)
}
