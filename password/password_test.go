package password_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/dewar-go/dewar/password"
)

// cheap returns a hasher whose hashes cost next to nothing.
func cheap(t testing.TB, o password.Options) *password.Hasher {
	t.Helper()
	o.Argon2id = password.Argon2idCosts{Memory: 64, Passes: 1, Lanes: 1}
	o.Scrypt = password.ScryptCosts{N: 16, R: 1, P: 1}
	o.PBKDF2 = password.PBKDF2Costs{Hash: "sha256", Iterations: 2}
	h, err := password.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// verifies is password.Verify; that a hash is malformed is false as well.
func verifies(t testing.TB, hash, text string) bool {
	ok, err := password.Verify(t.Context(), hash, text)
	return ok && err == nil
}

func TestHash(t *testing.T) {
	hash, err := password.Hash(t.Context(), "correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s, %v", hash, err)
	}
	if !verifies(t, hash, "correct horse") || verifies(t, hash, "Correct horse") || verifies(t, hash, "") {
		t.Error("Verify")
	}
	if password.NeedsRehash(hash) {
		t.Error("a new hash needs another")
	}
}

func TestSchemes(t *testing.T) {
	for scheme, prefix := range map[password.Scheme]string{
		password.Argon2id: "$argon2id$v=19$m=64,t=1,p=1$", password.Scrypt: "scrypt:16:1:1$", password.PBKDF2: "pbkdf2:sha256:2$",
	} {
		h := cheap(t, password.Options{Scheme: scheme})
		a, err := h.Hash(t.Context(), "pässword")
		b, _ := h.Hash(t.Context(), "pässword")
		if err != nil || !strings.HasPrefix(a, prefix) || a == b {
			t.Errorf("%s: %s and %s, %v", scheme, a, b, err)
		}
		for text, want := range map[string]bool{"pässword": true, "password": false, "pässword ": false, "": false} {
			if ok, err := h.Verify(t.Context(), a, text); ok != want || err != nil {
				t.Errorf("%s, %q: %v, %v", scheme, text, ok, err)
			}
		}
		if h.NeedsRehash(a) {
			t.Errorf("%s: a new hash needs another", scheme)
		}
		// The empty password is a policy's business, not a hash's.
		if empty, err := h.Hash(t.Context(), ""); err != nil || !verifies(t, empty, "") || verifies(t, empty, "x") {
			t.Errorf("%s: empty: %v", scheme, err)
		}
	}
	if _, err := password.New(password.Options{Scheme: "md5"}); err == nil || !strings.Contains(err.Error(), "unknown scheme") {
		t.Error(err)
	}
}

func TestNeedsRehash(t *testing.T) {
	argon := "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	scrypt := "scrypt:32768:8:3$salt$" + strings.Repeat("00", 64)
	for name, row := range map[string]struct {
		hash               string
		byDefault, byFlask bool
	}{
		"today":              {argon, false, true},
		"more memory":        {strings.Replace(argon, "19456", "65536", 1), false, true},
		"less memory":        {strings.Replace(argon, "19456", "19455", 1), true, true},
		"fewer passes":       {strings.Replace(argon, "t=2", "t=1", 1), true, true},
		"scrypt of OWASP":    {scrypt, true, false},
		"scrypt of Werkzeug": {strings.Replace(scrypt, "8:3", "8:1", 1), true, true},
		"bare scrypt":        {strings.Replace(scrypt, ":32768:8:3", "", 1), true, true},
		"pbkdf2":             {"pbkdf2:sha256:1000000$salt$" + strings.Repeat("00", 32), true, true},
		"malformed":          {"x", true, true},
		"empty":              {"", true, true},
	} {
		if got := password.NeedsRehash(row.hash); got != row.byDefault {
			t.Errorf("%s: %v by default", name, got)
		}
		if got := password.Flask().NeedsRehash(row.hash); got != row.byFlask {
			t.Errorf("%s: %v for Flask", name, got)
		}
	}
}

// TestMalformedHashes: whatever is stored, Verify says no and does not panic,
// and nothing that costs too much is computed.
func TestMalformedHashes(t *testing.T) {
	zeros := strings.Repeat("00", 64)
	b64 := "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, row := range map[string]struct{ hash, err string }{
		"empty": {"", ""}, "text": {"secret", ""}, "one dollar": {"scrypt$x", ""}, "long": {strings.Repeat("x", 1<<20), ""},
		"plain": {"plain$$secret", "Invalid hash method 'plain'."}, "old": {"sha1$salt$00", "Invalid hash method 'sha1'."}, "no method": {"$x$y", "Invalid hash method ''."},
		"not hex": {"scrypt:16:1:1$salt$zz", ""}, "short sum": {"scrypt:16:1:1$salt$00", ""}, "no sum": {"scrypt:16:1:1$salt$", ""}, "capitals": {"scrypt:16:1:1$salt$" + strings.Repeat("AB", 64), ""},
		"two numbers": {"scrypt:16:1$salt$" + zeros, "'scrypt' takes 3 arguments."}, "no number": {"scrypt:a:b:c$salt$" + zeros, "'scrypt' takes 3 arguments."}, "negative": {"scrypt:-16:1:1$salt$" + zeros, "'scrypt' takes 3 arguments."},
		"zero": {"scrypt:0:0:0$salt$" + zeros, "not valid"}, "odd": {"scrypt:15:1:1$salt$" + zeros, "not valid"},
		"huge N": {"scrypt:1073741824:8:1$salt$" + zeros, "above the limits"}, "huge r": {"scrypt:2:1073741824:1$salt$" + zeros, "above the limits"}, "huge p": {"scrypt:32768:8:1000000$salt$" + zeros, "above the limits"},
		"product": {"scrypt:1048576:8:1$salt$" + zeros, "above the limits"}, "overflow": {"scrypt:99999999999999999999:8:1$salt$" + zeros, "'scrypt' takes 3 arguments."},
		"iterations": {"pbkdf2:sha256:2000000000$salt$" + zeros[:64], "above the limit"}, "no iterations": {"pbkdf2:sha256:0$salt$" + zeros[:64], "not valid"}, "bad iterations": {"pbkdf2:sha256:x$salt$" + zeros[:64], "not a number"},
		"unknown hash": {"pbkdf2:crc32:1$salt$" + zeros[:8], "unsupported hash type"}, "three arguments": {"pbkdf2:sha256:1:1$salt$" + zeros[:64], "'pbkdf2' takes 2 arguments."}, "other size": {"pbkdf2:sha256:1$salt$" + zeros, ""},
		"argon memory": {"$argon2id$v=19$m=4294967295,t=1,p=1" + b64, "above the limits"}, "argon passes": {"$argon2id$v=19$m=64,t=4294967295,p=1" + b64, "above the limits"}, "argon work": {"$argon2id$v=19$m=262144,t=60,p=1" + b64, "above the limits"},
		"argon lanes": {"$argon2id$v=19$m=65536,t=1,p=255" + b64, "above the limits"}, "argon zero": {"$argon2id$v=19$m=0,t=0,p=0" + b64, "too low"}, "argon no lanes": {"$argon2id$v=19$m=64,t=1,p=0" + b64, "too low"},
		"argon 256 lanes": {"$argon2id$v=19$m=65536,t=1,p=256" + b64, ""}, "argon version": {"$argon2id$v=16$m=64,t=1,p=1" + b64, ""}, "argon order": {"$argon2id$v=19$t=1,m=64,p=1" + b64, ""}, "argon fields": {"$argon2id$v=19$m=64,t=1" + b64, ""},
		"argon salt": {"$argon2id$v=19$m=64,t=1,p=1$AA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""}, "argon sum": {"$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AA", ""}, "argon base64": {"$argon2id$v=19$m=64,t=1,p=1$?$?", ""},
		"argon parts": {"$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA", ""}, "argon2i": {"$argon2i$v=19$m=64,t=1,p=1" + b64, "Invalid hash method"},
	} {
		t.Run(name, func(t *testing.T) {
			ok, err := cheap(t, password.Options{}).Verify(t.Context(), row.hash, "secret")
			if ok || (err == nil) != (row.err == "") || err != nil && (!strings.Contains(err.Error(), row.err) || !strings.HasPrefix(err.Error(), "password: ")) {
				t.Errorf("got %v, %v, want %q", ok, err, row.err)
			}
			if verifies(t, row.hash, "secret") || !password.NeedsRehash(row.hash) {
				t.Error("Verify or NeedsRehash")
			}
		})
	}
}

func TestNewRefusesCosts(t *testing.T) {
	for name, o := range map[string]password.Options{
		"memory": {Argon2id: password.Argon2idCosts{Memory: 1 << 30}}, "lanes": {Argon2id: password.Argon2idCosts{Memory: 8, Lanes: 2}},
		"N": {Scheme: password.Scrypt, Scrypt: password.ScryptCosts{N: 1000}}, "digest": {Scheme: password.PBKDF2, PBKDF2: password.PBKDF2Costs{Hash: "x"}},
		"negative": {Scheme: password.PBKDF2, PBKDF2: password.PBKDF2Costs{Iterations: -1}},
	} {
		if _, err := password.New(o); err == nil || !strings.HasPrefix(err.Error(), "password: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCVE_2013_1443 is about long passwords: they are refused before anything
// is computed.
func TestCVE_2013_1443(t *testing.T) {
	h := cheap(t, password.Options{})
	longest, long := strings.Repeat("x", 1024), strings.Repeat("x", 1025)
	hash, err := h.Hash(t.Context(), longest)
	if err != nil || !verifies(t, hash, longest) {
		t.Fatal(err)
	}
	if _, err := h.Hash(t.Context(), long); !errors.Is(err, password.ErrTooLong) {
		t.Error(err)
	}
	if ok, err := h.Verify(t.Context(), hash, long); ok || err != nil {
		t.Error(ok, err)
	}
	if err := h.VerifyDummy(t.Context(), long); err != nil {
		t.Error(err)
	}
	if _, err := password.Hash(t.Context(), long); !errors.Is(err, password.ErrTooLong) {
		t.Error(err)
	}
	if verifies(t, hash, long) {
		t.Error("a longer password verifies")
	}
}

// TestParallel: no more hashes than allowed are computed at a time, and who
// waits may give up.
func TestParallel(t *testing.T) {
	h := cheap(t, password.Options{Parallel: 1})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	release := password.Occupy(h)
	if _, err := h.Hash(ended, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash: %v", err)
	}
	if err := h.VerifyDummy(ended, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("VerifyDummy: %v", err)
	}
	release()
	hash, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	release = password.Occupy(h)
	if ok, err := h.Verify(ended, hash, "x"); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v, %v", ok, err)
	}
	// What cannot be a hash waits for nothing.
	if ok, err := h.Verify(ended, "malformed", "x"); ok || err != nil {
		t.Errorf("Verify: %v, %v", ok, err)
	}
	release()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if ok, err := h.Verify(t.Context(), hash, "x"); !ok || err != nil {
				t.Error(ok, err)
			}
		})
	}
	wg.Wait()
}

// TestAbandoned: what nobody waits for any more is not computed, neither when
// its turn comes nor when there is no queue, and whoever comes next does not wait
// behind it.
func TestAbandoned(t *testing.T) {
	h := cheap(t, password.Options{Parallel: 1})
	hash, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	release := password.Occupy(h)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if ok, err := h.Verify(ended, hash, "x"); ok || !errors.Is(err, context.Canceled) {
				t.Errorf("waiting: %v, %v", ok, err)
			}
		})
	}
	cancel()
	wg.Wait() // while every slot is taken
	release()
	if ok, err := h.Verify(t.Context(), hash, "x"); !ok || err != nil {
		t.Errorf("the next: %v, %v", ok, err)
	}
	for range 100 { // a free slot and an ended context are both ready
		if ok, err := h.Verify(ended, hash, "x"); ok || !errors.Is(err, context.Canceled) {
			t.Fatalf("a slot is free: %v, %v", ok, err)
		}
	}
}

// TestVerifyDummy: for a user that does not exist the same work is done as for
// one that does.
func TestVerifyDummy(t *testing.T) {
	for _, scheme := range []password.Scheme{password.Argon2id, password.Scrypt, password.PBKDF2} {
		h := cheap(t, password.Options{Scheme: scheme})
		hash, err := h.Hash(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := password.DummyCosts(h), hash[:strings.LastIndexAny(hash, ":=")]; !strings.HasPrefix(got, want) {
			t.Errorf("%s: the dummy is %s, a hash %s", scheme, got, hash)
		}
		if err := h.VerifyDummy(t.Context(), "x"); err != nil {
			t.Error(err)
		}
	}
	if err := password.VerifyDummy(t.Context(), "x"); err != nil {
		t.Error(err)
	}
}

func TestParseMethod(t *testing.T) {
	for method, row := range map[string]struct{ prefix, err string }{
		"scrypt": {"scrypt:32768:8:1$", ""}, "scrypt:16:1:1": {"scrypt:16:1:1$", ""}, "pbkdf2:sha512:3": {"pbkdf2:sha512:3$", ""}, "pbkdf2:sha1": {"pbkdf2:sha1:1000000$", ""}, "argon2id": {"$argon2id$", ""},
		"sha256": {"", "Invalid hash method 'sha256'."}, "": {"", "Invalid hash method ''."}, "scrypt:1": {"", "'scrypt' takes 3 arguments."}, "pbkdf2:a:1:2": {"", "'pbkdf2' takes 2 arguments."}, "argon2id:1": {"", "Invalid hash method"},
	} {
		o, err := password.ParseMethod(method)
		if row.err != "" {
			if err == nil || !strings.Contains(err.Error(), row.err) {
				t.Errorf("%s: %v", method, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", method, err)
			continue
		}
		h, err := password.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if method == "pbkdf2:sha1" {
			continue // takes a second
		}
		if hash, err := h.Hash(t.Context(), "x"); err != nil || !strings.HasPrefix(hash, row.prefix) {
			t.Errorf("%s: %s, %v", method, hash, err)
		}
	}
}

func TestFlask(t *testing.T) {
	hash, err := password.Flask().Hash(t.Context(), "x")
	if err != nil || !strings.HasPrefix(hash, "scrypt:32768:8:3$") {
		t.Fatalf("%s, %v", hash, err)
	}
	if parts := strings.Split(hash, "$"); len(parts) != 3 || len(parts[1]) != 22 || len(parts[2]) != 128 {
		t.Error(hash)
	}
}

func FuzzVerify(f *testing.F) {
	for _, hash := range []string{"scrypt:16:1:1$salt$00", "pbkdf2:sha256:1$salt$00", "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$$$", "scrypt$$"} {
		f.Add(hash, "secret")
	}
	f.Fuzz(func(t *testing.T, hash, text string) {
		if password.Expensive(hash) {
			return
		}
		if verifies(t, hash, text) && password.NeedsRehash("x"+hash) == false {
			t.Fatalf("%q", hash)
		}
	})
}
