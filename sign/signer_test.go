package sign_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"hash"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

func newSigner(t testing.TB, o sign.SignerOptions, keys ...string) *sign.Signer {
	t.Helper()
	if keys == nil {
		keys = []string{"secret-key"}
	}
	s, err := sign.NewSigner(keys, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSigner(t *testing.T) {
	s := newSigner(t, sign.SignerOptions{})
	for _, value := range []string{"my string", "", "a.b.c", "\x00\xff", strings.Repeat("long ", 10_000)} {
		signed := s.Sign(value)
		if got, err := s.Unsign(signed); got != value || err != nil || !s.Validate(signed) {
			t.Errorf("%.20q: got %.20q, %v", value, got, err)
		}
		if want := value + "." + s.Signature(value); signed != want {
			t.Errorf("signed %q, want %q", signed, want)
		}
	}
}

// TestSignerRefuses has the ways in which a signed value is not accepted, with
// the texts of itsdangerous.
func TestSignerRefuses(t *testing.T) {
	s := newSigner(t, sign.SignerOptions{})
	signed := s.Sign("my string")
	for name, row := range map[string]struct {
		signed, message, payload string
		hasPayload               bool
	}{
		"no separator":     {"my string", "No b'.' found in value", "", false},
		"empty":            {"", "No b'.' found in value", "", false},
		"no signature":     {"my string.", "Signature b'' does not match", "my string", true},
		"changed value":    {"My" + signed[2:], "Signature b'" + s.Signature("my string") + "' does not match", "My string", true},
		"broken signature": {signed[:len(signed)-1], "Signature b'" + signed[10:len(signed)-1] + "' does not match", "my string", true},
		"not base64":       {"my string.a", "Signature b'a' does not match", "my string", true},
		"quotes":           {"x.it's", `Signature b"it's" does not match`, "x", true},
		"control":          {"x.\n\r\t\x00\\\xff'\"", `Signature b'\n\r\t\x00\\\xff\'"' does not match`, "x", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Unsign(row.signed)
			var bad *sign.BadSignature
			var data *sign.BadData
			if !errors.As(err, &bad) || !errors.As(err, &data) {
				t.Fatalf("got %v", err)
			}
			if bad.Message != row.message || bad.Payload != row.payload || bad.HasPayload != row.hasPayload || err.Error() != "sign: "+row.message {
				t.Errorf("got %+v", bad)
			}
			if s.Validate(row.signed) {
				t.Error("it validates")
			}
		})
	}
}

func TestSignerOptions(t *testing.T) {
	for _, separator := range []string{"-", "_", "=", "a", "Z", "0", "-_", "xyz"} {
		if _, err := sign.NewSigner([]string{"k"}, sign.SignerOptions{Separator: separator}); err == nil || !strings.Contains(err.Error(), "separator cannot be used") {
			t.Errorf("separator %q: %v", separator, err)
		}
	}
	for name, row := range map[string]struct {
		keys []string
		o    sign.SignerOptions
		err  string
	}{
		"no key":     {nil, sign.SignerOptions{}, "at least one secret key"},
		"empty key":  {[]string{"a", ""}, sign.SignerOptions{}, "secret key 2 of 2 is empty"},
		"derivation": {[]string{"a"}, sign.SignerOptions{KeyDerivation: "invalid"}, "Unknown key derivation method"},
	} {
		if _, err := sign.NewSigner(row.keys, row.o); err == nil || !strings.Contains(err.Error(), row.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Salts, derivations and digests keep signatures apart.
	seen := map[string]string{}
	for name, o := range map[string]sign.SignerOptions{
		"default": {}, "salt": {Salt: "x"}, "no salt": {EmptySalt: true}, "concat": {KeyDerivation: sign.Concat}, "hmac": {KeyDerivation: sign.HMACDerivation},
		"none": {KeyDerivation: sign.NoDerivation}, "md5": {Digest: md5.New}, "sha256": {Digest: sha256.New},
	} {
		signature := newSigner(t, o).Signature("v")
		if other, ok := seen[signature]; ok {
			t.Errorf("%s and %s sign alike", name, other)
		}
		seen[signature] = name
	}
	if got := newSigner(t, sign.SignerOptions{Separator: "|x|"}).Sign("v"); !strings.HasPrefix(got, "v|x|") {
		t.Error(got)
	}
}

// reversed is an algorithm of somebody's own: the value backwards.
type reversed struct{}

func (reversed) Signature(_, value []byte) []byte {
	b := bytes.Clone(value)
	for i := range len(b) / 2 {
		b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
	}
	return b
}

func TestAlgorithms(t *testing.T) {
	if got := newSigner(t, sign.SignerOptions{Algorithm: sign.NoSignature{}}).Sign("v"); got != "v." {
		t.Error(got)
	}
	s := newSigner(t, sign.SignerOptions{Algorithm: reversed{}})
	if got := s.Sign("abc"); got != "abc."+sign.Base64Encode([]byte("cba")) || !s.Validate(got) || s.Validate("abd"+got[3:]) {
		t.Error(got)
	}
	explicit := newSigner(t, sign.SignerOptions{Algorithm: sign.HMAC{Digest: sha256.New}, Digest: sha256.New})
	if got, want := explicit.Sign("v"), newSigner(t, sign.SignerOptions{Digest: sha256.New}).Sign("v"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCVE_2025_47278 is about the order of keys: the last one signs, all
// verify, and a ring signs with the current one.
func TestCVE_2025_47278(t *testing.T) {
	oldest, middle, newest := newSigner(t, sign.SignerOptions{}, "a"), newSigner(t, sign.SignerOptions{}, "a", "b"), newSigner(t, sign.SignerOptions{}, "a", "b", "c")
	only := newSigner(t, sign.SignerOptions{}, "c")
	if newest.Sign("v") != only.Sign("v") || newest.Sign("v") == oldest.Sign("v") {
		t.Error("the last key does not sign")
	}
	for _, s := range []*sign.Signer{oldest, middle, newest} {
		if !newest.Validate(s.Sign("v")) {
			t.Error("an older key does not verify")
		}
	}
	if middle.Validate(newest.Sign("v")) || only.Validate(oldest.Sign("v")) {
		t.Error("a key that is not there verifies")
	}

	current, older, retired := sign.GenerateKey(), sign.GenerateKey(), sign.GenerateKey()
	ring, err := sign.NewKeyRing(current, older)
	if err != nil {
		t.Fatal(err)
	}
	alone, _ := sign.NewKeyRing(current)
	before, _ := sign.NewKeyRing(older, retired)
	gone, _ := sign.NewKeyRing(retired)
	token, err := ring.URLSafe("x").Dumps(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.URLSafe("x").Loads(token); err != nil {
		t.Errorf("the ring does not sign with its current key: %v", err)
	}
	if _, err := before.URLSafe("x").Loads(token); err == nil {
		t.Error("the ring signs with an older key")
	}
	token, _ = before.URLSafe("x").Dumps(1)
	if _, err := ring.URLSafe("x").Loads(token); err != nil {
		t.Errorf("an older key does not verify: %v", err)
	}
	token, _ = gone.URLSafe("x").Dumps(1)
	if _, err := ring.URLSafe("x").Loads(token); err == nil {
		t.Error("a retired key verifies")
	}
}

func TestTimestampSigner(t *testing.T) {
	const signedAt = 308534400 // 11 October 1979
	now := int64(signedAt)
	clock := func() time.Time { return time.Unix(now, 999_999_999) }
	s, err := sign.NewTimestampSigner([]string{"predictable-key"}, sign.SignerOptions{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	signed := s.Sign("value")
	other := newSigner(t, sign.SignerOptions{}, "predictable-key")
	huge := sign.Base64Encode([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	date := time.Unix(signedAt, 0).UTC()
	for name, row := range map[string]struct {
		signed  string
		now     int64
		maxAge  time.Duration
		kind    string
		message string
		payload string
		date    time.Time
	}{
		"at once":           {signed, signedAt, 0, "", "", "", date},
		"in time":           {signed, signedAt + 10, 10 * time.Second, "", "", "", date},
		"no limit":          {signed, signedAt + 1e9, sign.NoMaxAge, "", "", "", date},
		"expired":           {signed, signedAt + 11, 10 * time.Second, "SignatureExpired", "Signature age 11 > 10 seconds", "value", date},
		"expired by half":   {signed, signedAt + 3, 2500 * time.Millisecond, "SignatureExpired", "Signature age 3 > 2.5 seconds", "value", date},
		"negative age":      {signed, signedAt, -1, "SignatureExpired", "Signature age 0 > -1e-09 seconds", "value", date},
		"future":            {signed, signedAt - 10, 10 * time.Second, "SignatureExpired", "Signature age -10 < 0 seconds", "value", date},
		"future, no limit":  {signed, signedAt - 10, sign.NoMaxAge, "", "", "", date},
		"no timestamp":      {other.Sign("value"), signedAt, 0, "BadTimeSignature", "timestamp missing", "value", time.Time{}},
		"malformed":         {other.Sign("value.____________"), signedAt, 0, "BadTimeSignature", "Malformed timestamp", "value", time.Time{}},
		"malformed base64":  {other.Sign("value.a"), signedAt, 0, "BadTimeSignature", "Malformed timestamp", "value", time.Time{}},
		"too far":           {other.Sign("value." + huge), signedAt, 0, "BadTimeSignature", "Malformed timestamp", "value", time.Time{}},
		"too far, unsigned": {"value.TgPVoaGhoQ.AGBfQ6G6cr07byTRt0zAdPljHOY", signedAt, 0, "BadTimeSignature", "Malformed timestamp", "value", time.Time{}},
		"changed":           {"other" + signed[5:], signedAt, 0, "BadTimeSignature", "Signature b'" + signed[strings.LastIndex(signed, ".")+1:] + "' does not match", "other", date},
		"no separator":      {"value", signedAt, 0, "BadSignature", "No b'.' found in value", "", time.Time{}},
		"one separator":     {"value.x", signedAt, 0, "BadSignature", "Signature b'x' does not match", "value", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			now = row.now
			value, when, err := s.Unsign(row.signed, row.maxAge)
			if s.Validate(row.signed, row.maxAge) != (row.kind == "") {
				t.Error("Validate says otherwise")
			}
			if row.kind == "" {
				if value != "value" || err != nil || !when.Equal(row.date) {
					t.Errorf("got %q, %v, %v", value, when, err)
				}
				return
			}
			var expired *sign.SignatureExpired
			var badTime *sign.BadTimeSignature
			var bad *sign.BadSignature
			if !errors.As(err, &bad) {
				t.Fatalf("got %v", err)
			}
			kind := "BadSignature"
			if errors.As(err, &badTime) {
				kind = "BadTimeSignature"
				if !badTime.DateSigned.Equal(row.date) {
					t.Errorf("signed %v, want %v", badTime.DateSigned, row.date)
				}
			}
			if errors.As(err, &expired) {
				kind = "SignatureExpired"
			}
			if kind != row.kind || bad.Message != row.message || bad.Payload != row.payload {
				t.Errorf("got %s %q %q, want %s %q %q", kind, bad.Message, bad.Payload, row.kind, row.message, row.payload)
			}
		})
	}
}

// TestErrorHierarchy finds every parent of every error.
func TestErrorHierarchy(t *testing.T) {
	cause := errors.New("cause")
	header := error(&sign.BadHeader{BadSignature: sign.BadSignature{BadData: sign.BadData{Message: "m"}}, Header: "h", Err: cause})
	payload := error(&sign.BadPayload{BadData: sign.BadData{Message: "m"}, Err: cause})
	bare := error(&sign.BadPayload{BadData: sign.BadData{Message: "m"}})
	var bad *sign.BadSignature
	var data *sign.BadData
	if !errors.As(header, &bad) || !errors.As(header, &data) || !errors.Is(header, cause) {
		t.Error("BadHeader")
	}
	if errors.As(payload, &bad) || !errors.As(payload, &data) || !errors.Is(payload, cause) {
		t.Error("BadPayload")
	}
	if !errors.As(bare, &data) || errors.Is(bare, cause) {
		t.Error("BadPayload without a cause")
	}
}

func TestSignerConcurrent(t *testing.T) {
	s := newSigner(t, sign.SignerOptions{Digest: sha256.New}, "a", "b")
	want := s.Sign("value")
	done := make(chan string)
	for range 8 {
		go func() {
			for range 200 {
				if got := s.Sign("value"); got != want || !s.Validate(got) || s.Validate("x"+got) {
					done <- got
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if got := <-done; got != "" {
			t.Error(got)
		}
	}
}

func TestDerivedKeys(t *testing.T) {
	for derivation, want := range map[sign.KeyDerivation]func(h hash.Hash) []byte{
		sign.Concat:       func(h hash.Hash) []byte { h.Write([]byte("saltkey")); return h.Sum(nil) },
		sign.DjangoConcat: func(h hash.Hash) []byte { h.Write([]byte("saltsignerkey")); return h.Sum(nil) },
		sign.NoDerivation: func(hash.Hash) []byte { return []byte("key") },
	} {
		s := newSigner(t, sign.SignerOptions{Salt: "salt", KeyDerivation: derivation, Digest: sha256.New}, "key")
		if got := s.DerivedKey(); !bytes.Equal(got, want(sha256.New())) {
			t.Errorf("%s: %x", derivation, got)
		}
	}
}
