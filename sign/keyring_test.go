package sign_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/sign"
)

const strongKey = "Vn3r8QpXk2LwZt6YbHc9JfDsGm4NxRa7TeUo1CiKvB0"

// TestCVE_2023_27524_CVE_2020_17526_CVE_2021_41192 is about published default
// keys, those of Superset, Airflow and Redash: a ring takes none of them.
func TestCVE_2023_27524_CVE_2020_17526_CVE_2021_41192(t *testing.T) {
	for _, key := range []string{
		"\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h", "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET", "thisISaSECRET_1234", "TEST_NON_DEV_SECRET",
		"temporary_key", "c292a0a3aa32397cdb050e233733900f",
	} {
		if _, err := sign.NewKeyRing(key); err == nil {
			t.Errorf("%q is accepted", key)
		}
		if _, err := sign.NewKeyRing(strongKey, key); err == nil {
			t.Errorf("%q is accepted as an older key", key)
		}
	}
}

// TestKeyStrength has keys that a ring refuses, with the reason, and keys that
// it takes.
func TestKeyStrength(t *testing.T) {
	for key, reason := range map[string]string{
		"":                                     "it is empty",
		"dev":                                  "it has 3 bytes and needs at least 32",
		"0123456789abcdef":                     "needs at least 32",
		strings.Repeat("a", 64):                "too regular",
		strings.Repeat("ab", 32):               "too regular",
		strings.Repeat("k3y!", 9):              "too regular",
		strings.Repeat("0123456789abcdef", 4):  "too regular",
		"abcdefghijklmnopqrstuvwxyz0123456789": "too regular",
		"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbcccccccccccccccc":                 "too regular",
		"00000000000000000000000000000000000000000000000000000000000000ff": "too regular",
		"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf": "known default",
		"C292A0A3AA32397CDB050E233733900F":                                 "known default",
		"\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h":                     "known default",
		"django-insecure-8x!k2@w9s7#f5q$z1m%c4v^b6n&":                      `contains "insecure"`,
		"CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET":                             `contains "change_me"`,
		"please-changeme-before-production-8fj2":                           `contains "changeme"`,
		"my-super-secret-key-that-nobody-knows!":                           "looks like a default",
		"this is an example of a key, 32 long":                             `contains "example"`,
	} {
		_, err := sign.NewKeyRing(key)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: got %v, want %q", key, err, reason)
			continue
		}
		if !strings.Contains(err.Error(), "the current key") || !strings.Contains(err.Error(), "`secret new`") {
			t.Errorf("%q: the error does not help: %v", key, err)
		}
		if len(key) > 8 && strings.Contains(err.Error(), key) {
			t.Errorf("%q: the error shows the key", key)
		}
		if _, err := sign.NewKeyRing(strongKey, key); err == nil || !strings.Contains(err.Error(), "older key 1") {
			t.Errorf("%q as an older key: %v", key, err)
		}
	}
	for _, key := range []string{
		strongKey,
		"3f8a1c9e7b2d6054fe13a8c97d20b46e", // openssl rand -hex 16
		"9c1f0b7ad3e8426597fa1be0c84d23a6517e90bf64c2d8a30e7519fb862cd04a", // secrets.token_hex
		"correct horse battery staple wax tundra",
		"\x9f\x02\xe1\x7a\xc4\x33\x80\x15\xb8\x6d\xf0\x29\x4e\xd7\x91\x5c\x08\xaf\x62\xfb\x3d\x84\x1b\xc9\x70\xe6\x57\x2a\xbd\x13\xf8\x46",
	} {
		if _, err := sign.NewKeyRing(key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestGenerateKey(t *testing.T) {
	seen := map[string]bool{}
	for range 2000 {
		key := sign.GenerateKey()
		if len(key) != 43 || seen[key] {
			t.Fatalf("got %q", key)
		}
		seen[key] = true
		if _, err := sign.NewKeyRing(key); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeyRingRefuses(t *testing.T) {
	other := sign.GenerateKey()
	for name, keys := range map[string][]string{
		"the current key again": {strongKey, strongKey}, "an older key twice": {strongKey, other, other},
	} {
		if _, err := sign.NewKeyRing(keys[0], keys[1:]...); err == nil || !strings.Contains(err.Error(), "in the ring twice") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFallbacksAsAString is Flask's mistake of SECRET_KEY_FALLBACKS as a
// string: every letter of it becomes a key, so that one letter forges a
// session.
func TestFallbacksAsAString(t *testing.T) {
	letters := strings.Split("old-secret", "")
	if _, err := sign.NewKeyRing(strongKey, letters...); err == nil {
		t.Error("a ring takes keys of one letter")
	}
	if _, err := sign.NewKeyRingInsecureShortKey("dev", letters...); err == nil || !strings.Contains(err.Error(), "one string, split up") {
		t.Errorf("the insecure ring takes keys of one letter: %v", err)
	}
	ring, err := sign.NewKeyRingInsecureShortKey("dev", "old-secret")
	if err != nil {
		t.Fatal(err)
	}
	forged := must(must(sign.NewURLSafeTimedSerializer([]string{"o"}, sign.SerializerOptions{SignerOptions: sign.SignerOptions{Salt: "s"}})).Dumps("admin"))
	if _, err := ring.URLSafeTimed("s").Loads(forged, sign.NoMaxAge); err == nil {
		t.Error("the key \"o\" forges a token")
	}
}

func TestInsecureShortKey(t *testing.T) {
	ring, err := sign.NewKeyRingInsecureShortKey("dev", "x")
	if err != nil || ring.Len() != 2 {
		t.Fatal(err)
	}
	for _, keys := range [][]string{{""}, {"dev", ""}} {
		if _, err := sign.NewKeyRingInsecureShortKey(keys[0], keys[1:]...); err == nil {
			t.Errorf("%q is accepted", keys)
		}
	}
}

// TestKeyRingNeverPrints holds for every verb, in a log and as JSON, also when
// the ring is a part of something larger that is printed.
func TestKeyRingNeverPrints(t *testing.T) {
	older := sign.GenerateKey()
	ring, err := sign.NewKeyRing(strongKey, older)
	if err != nil {
		t.Fatal(err)
	}
	type config struct {
		Ring *sign.KeyRing
		ring *sign.KeyRing
		copy sign.KeyRing
	}
	c := config{ring, ring, *ring}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("ring", "ring", ring, "config", c, "value", *ring)
	}
	var out strings.Builder
	for _, v := range []any{ring, *ring, c, &c, []any{ring}, []config{c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			fmt.Fprintf(&out, verb, v)
		}
		b, _ := json.Marshal(v)
		out.Write(b)
	}
	out.WriteString(log.String() + ring.String() + ring.GoString() + strings.Join(ring.IDs(), " "))
	text := out.String()
	for _, key := range []string{strongKey, older} {
		for name, form := range map[string]string{"text": key, "hex": fmt.Sprintf("%x", key), "bytes": strings.Trim(fmt.Sprint([]byte(key)), "[]")} {
			if strings.Contains(text, form) {
				t.Errorf("a key is printed as %s", name)
			}
		}
	}
	if !strings.Contains(text, "sign.KeyRing(2 keys, redacted)") {
		t.Error(text)
	}
	if got := (*sign.KeyRing)(nil).String(); got != "sign.KeyRing(nil)" {
		t.Error(got)
	}
}

func TestKeyRingPurposes(t *testing.T) {
	ring := must(sign.NewKeyRing(strongKey, sign.GenerateKey()))
	if ring.Signer("a").Sign("v") == ring.Signer("b").Sign("v") {
		t.Error("two salts sign alike")
	}
	if v, _, err := ring.TimestampSigner("a").Unsign(ring.TimestampSigner("a").Sign("v"), 0); v != "v" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	if _, err := ring.URLSafe("a").Loads(must(ring.URLSafe("b").Dumps(1))); err == nil {
		t.Error("another salt's token loads")
	}
	for name, f := range map[string]func(){
		"Signer": func() { ring.Signer("") }, "TimestampSigner": func() { ring.TimestampSigner("") }, "URLSafe": func() { ring.URLSafe("") },
		"URLSafeTimed": func() { ring.URLSafeTimed("") }, "Derive": func() { ring.Derive("", 32) }, "Derive short": func() { ring.Derive("x", 8) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes no purpose", name)
				}
			}()
			f()
		}()
	}
	if _, err := ring.SignerWith(sign.SignerOptions{KeyDerivation: sign.NoDerivation}); err != nil {
		t.Error(err)
	}

	a, b := ring.Derive("a", 32), ring.Derive("b", 32)
	if len(a) != 2 || len(a[0].Key()) != 32 || bytes.Equal(a[0].Key(), b[0].Key()) || bytes.Equal(a[0].Key(), a[1].Key()) || a[0].ID == a[1].ID || a[0].ID == b[0].ID {
		t.Error("derived keys are not apart")
	}
	if again := ring.Derive("a", 32); !bytes.Equal(again[0].Key(), a[0].Key()) || again[0].ID != a[0].ID {
		t.Error("derived keys change")
	}
	if ids := ring.IDs(); len(ids) != 2 || len(ids[0]) != 16 || ids[0] == ids[1] {
		t.Error(ids)
	}
}

func TestLatin1(t *testing.T) {
	sum := func(ring *sign.KeyRing) string { return ring.Signer("s").Sign("v") }
	utf8, latin := must(sign.NewKeyRingInsecureShortKey("clé")), must(sign.NewKeyRingInsecureShortKey("cl\xe9"))
	if sum(utf8.Latin1()) != sum(latin) || sum(utf8) == sum(latin) {
		t.Error("é")
	}
	for _, key := range []string{"plain", "€", "\xff\xfe"} {
		ring := must(sign.NewKeyRingInsecureShortKey(key))
		if sum(ring.Latin1()) != sum(ring) {
			t.Errorf("%q changes", key)
		}
	}
}

// TestRandomKeysAreStrong: what openssl rand and secrets.token_hex make is
// never refused.
func TestRandomKeysAreStrong(t *testing.T) {
	for range 5000 {
		var b [16]byte
		rand.Read(b[:])
		if _, err := sign.NewKeyRing(hex.EncodeToString(b[:])); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
	}
}

// TestMadeFromKeysNeverPrints: what is made from keys does not show them
// either.
func TestMadeFromKeysNeverPrints(t *testing.T) {
	ring := must(sign.NewKeyRing(strongKey))
	derived := ring.Derive("x", 32)
	plain := must(ring.SignerWith(sign.SignerOptions{KeyDerivation: sign.NoDerivation}))
	type holder struct {
		exported any
		hidden   any
	}
	var out strings.Builder
	for _, v := range []any{derived, derived[0], plain, ring.TimestampSigner("x"), ring.URLSafe("x"), ring.URLSafeTimed("x"), *plain, *ring.URLSafeTimed("x")} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, v)
			fmt.Fprintf(&out, verb, holder{v, v})
		}
		b, _ := json.Marshal(v)
		out.Write(b)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	secrets := []string{strongKey, string(derived[0].Key())}
	for _, secret := range secrets {
		for name, form := range map[string]string{
			"text": secret, "hex": fmt.Sprintf("%x", secret), "bytes": strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
			"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "go": strings.Trim(fmt.Sprintf("%#v", []byte(secret)), "[]byte{}"),
		} {
			if strings.Contains(out.String(), form) {
				t.Errorf("a key is printed as %s", name)
			}
		}
	}
}
