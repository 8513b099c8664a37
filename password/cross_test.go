package password_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/password"
)

type crossHash struct {
	Hash     string `json:"hash"`
	Password string `json:"password"`
}

// TestCrossWerkzeug makes hashes of random passwords here and checks them with
// the real Werkzeug, and the other way round.
func TestCrossWerkzeug(t *testing.T) {
	const count = 1000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var request struct {
		Count int         `json:"count"`
		Seed  uint64      `json:"seed"`
		Made  []crossHash `json:"made"`
	}
	request.Count, request.Seed = count, seed
	alphabet := []rune("ab$ é€😀\x00")
	digests := []string{"sha1", "sha224", "sha256", "sha384", "sha512", "md5", "sha3_256"}
	for i := range count {
		text := make([]rune, r.IntN(70))
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		o := password.Options{Scheme: password.PBKDF2, PBKDF2: password.PBKDF2Costs{Hash: digests[r.IntN(len(digests))], Iterations: 1 + r.IntN(30)}}
		if i%10 == 0 {
			o = password.Options{Scheme: password.Scrypt, Scrypt: password.ScryptCosts{N: 2 << r.IntN(7), R: 1 + r.IntN(3), P: 1 + r.IntN(2)}}
		}
		h, err := password.New(o)
		if err != nil {
			t.Fatal(err)
		}
		hash, err := h.Hash(t.Context(), string(text))
		if err != nil {
			t.Fatal(err)
		}
		request.Made = append(request.Made, crossHash{hash, string(text)})
	}
	in, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", "testdata/cross.py")
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case err == nil:
	case os.Getenv("DEWAR_TEST_SERVICES") != "required" && (errors.Is(err, fs.ErrNotExist) || strings.Contains(stderr.String(), "ModuleNotFoundError")):
		t.Skipf("this needs /usr/bin/python3 with Werkzeug: %v\n%s", err, stderr.Bytes())
	default:
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	var answer struct {
		Checked []bool
		Made    []crossHash
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Checked) != count || len(answer.Made) != count {
		t.Fatal("an answer is missing")
	}
	for i := range count {
		if !answer.Checked[i] {
			t.Errorf("%+v is not accepted there", request.Made[i])
		}
		if m := answer.Made[i]; !verifies(t, m.Hash, m.Password) || verifies(t, m.Hash, m.Password+"x") {
			t.Errorf("%+v of there is not accepted", m)
		}
	}
}
