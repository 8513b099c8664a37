package session_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// forge signs a payload as Flask does.
func forge(t testing.TB, payload string) string {
	t.Helper()
	s, err := shortRing(t, "dewar-secret-key").SignerWith(sign.SignerOptions{Salt: "cookie-session", KeyDerivation: sign.HMACDerivation})
	if err != nil {
		t.Fatal(err)
	}
	return s.Sign(payload + ".ZVPxAA")
}

func forgeJSON(t testing.TB, text string) string { return forge(t, sign.Base64Encode([]byte(text))) }

func deflate(s string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

// malformed are cookies that are nobody's session.
func malformed(t testing.TB) map[string]string {
	good := forgeJSON(t, `{"a":1}`)
	bomb := string(deflate(`{"a":"` + strings.Repeat("x", 10<<20) + `"}`))
	return map[string]string{
		"text": "x", "dots": "...", "no signature": strings.TrimRight(good[:strings.LastIndex(good, ".")], "."), "changed": "e" + good, "shorter": good[:len(good)-3],
		"other key":  "eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.R4lA6dRNVyicNFIo_elwwFQn2jw",
		"future":     must(session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{Now: at(vectorTime + 5)}).Encode(map[string]any{"a": 1})),
		"expired":    must(session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{Now: at(vectorTime - 32*24*3600)}).Encode(map[string]any{"a": 1})),
		"long":       strings.Repeat("x", 1<<20),
		"not base64": forge(t, "a"), "not zlib": forge(t, ".aaaa"), "not JSON": forgeJSON(t, "{"), "list": forgeJSON(t, "[1]"), "number": forgeJSON(t, "1"), "null": forgeJSON(t, "null"),
		"tuple": forgeJSON(t, `{" t":[1]}`), "bad base64": forgeJSON(t, `{"a":{" b":"?"}}`), "bad uuid": forgeJSON(t, `{"a":{" u":"1"}}`), "bad tag": forgeJSON(t, `{"a":{" t":1}}`),
		"bad di": forgeJSON(t, `{"a":{" di":{}}}`), "di of two": forgeJSON(t, `{"a":{" di":{"a":1,"b":2}}}`), "bad text": forgeJSON(t, "{\"a\":\"\xff\"}"),
		"deep": forgeJSON(t, `{"a":`+strings.Repeat("[", 5000)), "deep tags": forgeJSON(t, strings.Repeat(`{" t":[`, 2000)+strings.Repeat(`]}`, 2000)),
		"bomb": forge(t, "."+sign.Base64Encode([]byte(bomb))[:12000]), "bomb of 300 KiB": forge(t, "."+sign.Base64Encode(deflate(`{"a":"`+strings.Repeat("x", 300<<10)+`"}`))), "bomb of 10 MiB": forge(t, "."+sign.Base64Encode([]byte(bomb))),
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestMalformedCookies: whatever comes is a new and empty session, with the
// reason, and never an error or a panic.
func TestMalformedCookies(t *testing.T) {
	store := session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{Now: at(vectorTime)})
	for name, cookie := range malformed(t) {
		t.Run(name, func(t *testing.T) {
			s, err := store.Load(t.Context(), cookie)
			if err != nil {
				t.Fatal(err)
			}
			if s.Len() != 0 || !s.IsNew() || s.Err() == nil || s.Modified() {
				t.Errorf("got %v, new %v, %v", s.Keys(), s.IsNew(), s.Err())
			}
			if _, err := store.Decode(cookie); err == nil {
				t.Error("Decode accepts it")
			}
			s.Set("a", 1)
			if value, err := store.Save(t.Context(), s); err != nil || value == "" {
				t.Errorf("it cannot be saved: %v", err)
			}
			s, _ = store.Load(t.Context(), cookie)
			s.Get("a")
			if value, err := store.Save(t.Context(), s); value != "" || err != nil {
				t.Errorf("saved %q, %v", value, err)
			}
		})
	}
}

func TestNoCookie(t *testing.T) {
	for kind, store := range stores(t) {
		s, err := store.Load(t.Context(), "")
		if err != nil || s.Err() != nil || !s.IsNew() || s.Len() != 0 {
			t.Errorf("%s: %v, %v", kind, err, s.Err())
		}
		if value, err := store.Save(t.Context(), s); value != "" || err != nil {
			t.Errorf("%s: saved %q, %v", kind, value, err)
		}
	}
}

// TestSavedIsNoChange: what was saved does not count as changed, so that only what
// comes after it does.
func TestSavedIsNoChange(t *testing.T) {
	for name, store := range map[string]session.Store{
		"signed":    session.NewCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{}),
		"encrypted": session.NewEncryptedCookieStore(shortRing(t, "dewar-secret-key"), session.CookieOptions{}),
	} {
		s := must(store.Load(t.Context(), ""))
		s.Set("a", 1)
		value := must(store.Save(t.Context(), s))
		if s.Modified() || s.State(false).New {
			t.Errorf("%s: it counts as changed after it was saved", name)
		}
		s.Set("a", 2)
		if !s.Modified() || must(store.Save(t.Context(), s)) == value {
			t.Errorf("%s: a change after it was saved is not seen", name)
		}
	}
}

func TestEmptied(t *testing.T) {
	for kind, store := range stores(t) {
		s := reload(t, store, filled())
		s.Clear()
		if st := s.State(false); !st.Empty || !st.Modified {
			t.Errorf("%s: %+v", kind, st)
		}
		if value, err := store.Save(t.Context(), s); value != "" || err != nil {
			t.Errorf("%s: saved %q, %v", kind, value, err)
		}
	}
}

// TestResigned: a session that nobody changed is signed again as it is, with
// the newest key and the time of now.
func TestResigned(t *testing.T) {
	now := int64(vectorTime)
	o := session.CookieOptions{Now: func() time.Time { return time.Unix(now, 0) }}
	old := session.NewCookieStore(shortRing(t, "old"), o)
	both := session.NewCookieStore(shortRing(t, "new", "old"), o)
	newest := session.NewCookieStore(shortRing(t, "new"), o)
	cookie := must(old.Encode(map[string]any{"a": 1}))
	now += 3600
	s, _ := both.Load(t.Context(), cookie)
	if s.Signed().Unix() != vectorTime || s.Err() != nil {
		t.Errorf("signed %v, %v", s.Signed(), s.Err())
	}
	again := must(both.Save(t.Context(), s))
	if again == cookie || s.Accessed() {
		t.Error("not signed again")
	}
	s, _ = newest.Load(t.Context(), again)
	if v, _ := session.Value[int](s, "a"); v != 1 || s.Signed().Unix() != now {
		t.Errorf("got %v, signed %v (%v)", v, s.Signed(), s.Err())
	}
}

func TestLifetime(t *testing.T) {
	now := int64(vectorTime)
	for kind, row := range map[string]struct {
		store    session.Store
		lifetime int64
	}{
		"default":   {session.NewCookieStore(shortRing(t, "k"), session.CookieOptions{Now: func() time.Time { return time.Unix(now, 0) }}), 31 * 24 * 3600},
		"short":     {session.NewCookieStore(shortRing(t, "k"), session.CookieOptions{Lifetime: 90500 * time.Millisecond, Now: func() time.Time { return time.Unix(now, 0) }}), 90},
		"shorter":   {session.NewCookieStore(shortRing(t, "k"), session.CookieOptions{Lifetime: time.Millisecond, Now: func() time.Time { return time.Unix(now, 0) }}), 1},
		"encrypted": {session.NewEncryptedCookieStore(shortRing(t, "k"), session.CookieOptions{Lifetime: time.Minute, Now: func() time.Time { return time.Unix(now, 0) }}), 60},
	} {
		now = vectorTime
		value := must(row.store.Save(t.Context(), filled()))
		for age, ok := range map[int64]bool{0: true, row.lifetime: true, row.lifetime + 1: false, -1: false} {
			now = vectorTime + age
			s, _ := row.store.Load(t.Context(), value)
			if (s.Len() > 0) != ok {
				t.Errorf("%s: after %d s: %v, %v", kind, age, s.Keys(), s.Err())
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	for kind, store := range stores(t) {
		s := session.New()
		s.Set("small", 1)
		s.Set("cart", randomLooking(70_000))
		s.Set("log", randomLooking(2000))
		_, err := store.Save(t.Context(), s)
		var large *session.TooLargeError
		if !errors.As(err, &large) {
			t.Fatalf("%s: %v", kind, err)
		}
		if large.Size <= large.Limit || len(large.Largest) != 3 || !strings.HasPrefix(large.Largest[0], `"cart" (70002 bytes)`) || !strings.HasPrefix(large.Largest[1], `"log"`) {
			t.Errorf("%s: %+v", kind, large)
		}
		if text := err.Error(); !strings.HasPrefix(text, "session: ") || !strings.Contains(text, "cart") || len(text) > 400 {
			t.Errorf("%s: %s", kind, text)
		}
	}
	// Up to the limit it is saved.
	store := session.NewCookieStore(shortRing(t, "k"), session.CookieOptions{})
	for size := 2900; ; size++ {
		s := session.New()
		s.Set("a", randomLooking(size))
		value, err := store.Save(t.Context(), s)
		if err != nil {
			break
		}
		if len(value) > 4064 {
			t.Fatalf("a cookie of %d bytes is saved", len(value))
		}
	}
}

// randomLooking returns text that does not compress.
func randomLooking(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%x", uint64(i+1)*0x9e3779b97f4a7c15)
	}
	return b.String()[:n]
}

func TestNotEncodable(t *testing.T) {
	for kind, store := range stores(t) {
		loop := map[string]any{}
		loop["self"] = loop
		for name, v := range map[string]any{"channel": make(chan int), "loop": loop, "year": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
			s := session.New()
			s.Set("fine", 1)
			s.Set("culprit", v)
			_, err := store.Save(t.Context(), s)
			if err == nil || !strings.Contains(err.Error(), `"culprit"`) {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
		}
	}
}

// TestRotation: every store accepts what older keys wrote, and nothing that
// retired ones did; so does the remember cookie, which Flask loses.
func TestRotation(t *testing.T) {
	a, b, c := sign.GenerateKey(), sign.GenerateKey(), sign.GenerateKey()
	before, after, later := must(sign.NewKeyRing(a)), must(sign.NewKeyRing(b, a)), must(sign.NewKeyRing(c, b))
	for kind, open := range map[string]func(keys *sign.KeyRing) session.Store{
		"cookie": func(k *sign.KeyRing) session.Store { return session.NewCookieStore(k, session.CookieOptions{}) },
		"encrypted": func(k *sign.KeyRing) session.Store {
			return session.NewEncryptedCookieStore(k, session.CookieOptions{})
		},
	} {
		value := must(open(before).Save(t.Context(), filled()))
		if s, _ := open(after).Load(t.Context(), value); s.Len() == 0 {
			t.Errorf("%s: an older key is not accepted: %v", kind, s.Err())
		}
		if s, _ := open(later).Load(t.Context(), value); s.Len() != 0 {
			t.Errorf("%s: a retired key is accepted", kind)
		}
	}
	cookie := session.NewRemember(before).Encode("42")
	if user, ok := session.NewRemember(after).Decode(cookie); user != "42" || !ok {
		t.Error("rotation loses remember cookies")
	}
	if _, ok := session.NewRemember(later).Decode(cookie); ok {
		t.Error("a retired key is accepted")
	}
}

func TestEncrypted(t *testing.T) {
	ring := must(sign.NewKeyRing(sign.GenerateKey()))
	store := session.NewEncryptedCookieStore(ring, session.CookieOptions{})
	s := session.New()
	s.Set("secret", "hidden-value")
	value := must(store.Save(t.Context(), s))
	raw, _ := sign.Base64Decode(value)
	if strings.Contains(value, "hidden") || bytes.Contains(raw, []byte("hidden")) || bytes.Contains(raw, []byte("secret")) {
		t.Error("the values can be read")
	}
	if again := must(store.Save(t.Context(), s)); again == value {
		t.Error("two cookies are the same")
	}
	for i := range len(value) {
		changed := []byte(value)
		if changed[i]++; changed[i] == value[i] {
			continue
		}
		if s, err := store.Load(t.Context(), string(changed)); err != nil || s.Len() != 0 || s.Err() == nil {
			t.Fatalf("byte %d changed: %v, %v", i, s.Keys(), err)
		}
	}
	for name, changed := range map[string]string{
		"shorter": value[:len(value)-4], "longer": value + "AAAA", "header": value[:44], "empty": "AA", "text": "not base64!", "long": strings.Repeat("A", 1<<20), "padded": value + "=",
	} {
		if s, err := store.Load(t.Context(), changed); err != nil || s.Len() != 0 || s.Err() == nil {
			t.Errorf("%s: %v, %v", name, s.Keys(), err)
		}
	}
	// One purpose's cookie is nothing to another.
	other := session.NewEncryptedCookieStore(ring, session.CookieOptions{Salt: "other"})
	if s, _ := other.Load(t.Context(), value); s.Len() != 0 {
		t.Error("another purpose reads it")
	}
	if text := fmt.Sprintf("%v %#v %d", store, store, store); strings.Count(text, "redacted") != 3 {
		t.Error(text)
	}
}

// TestForeignSession saves what another store has loaded.
func TestForeignSession(t *testing.T) {
	all := stores(t)
	for from, a := range all {
		for to, b := range all {
			s := reload(t, a, filled())
			got := reload(t, b, s)
			if v, ok := session.Value[int](got, "n"); v != 1 || !ok {
				t.Errorf("from %s to %s: %v", from, to, got.Keys())
			}
		}
	}
}

func TestRememberRefuses(t *testing.T) {
	r := session.NewRemember(shortRing(t, "dev-secret-key"))
	good := r.Encode("42")
	for name, cookie := range map[string]string{
		"empty": "", "no digest": "42", "empty digest": "42|", "other user": "43" + good[2:], "capitals": "42|" + strings.ToUpper(good[3:]), "short": good[:len(good)-2], "longer": good + "00",
		"not hex": good[:len(good)-1] + "g", "other key": session.NewRemember(shortRing(t, "other")).Encode("42"), "long": strings.Repeat("4", 5000) + good[2:],
	} {
		if user, ok := r.Decode(cookie); ok || user != "" {
			t.Errorf("%s: %q, %v", name, user, ok)
		}
	}
	if got, ok := session.NewRemember(shortRing(t, "cl\u00e9")).Decode(session.NewRemember(shortRing(t, "cl\xe9")).Encode("1")); !ok || got != "1" {
		t.Error("keys are not taken as Latin-1")
	}
}
