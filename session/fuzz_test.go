package session_test

import (
	"bytes"
	"testing"

	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

func FuzzTaggedJSON(f *testing.F) {
	for _, text := range []string{
		`{"a":{" t":[1,{" t":[2]}]}}`, `{" di":{" t__":[1]}}`, `{" b":"AP8="}`, `{" m":"<b>"}`, `{" u":"00000000000000000000000000000001"}`,
		`{" d":"Thu, 02 Jan 2020 03:04:05 GMT"}`, `{" d":"x"}`, `{" di":{}}`, `{" di":{" ":1}}`, `[{" t":"abc"}]`, `{" t":1}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := session.TaggedJSON{}.Unmarshal(data)
		if err != nil {
			return
		}
		once, err := session.TaggedJSON{}.Marshal(v)
		if err != nil {
			return // a date before the year 1
		}
		v, err = session.TaggedJSON{}.Unmarshal(once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, err := (session.TaggedJSON{}).Marshal(v); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
	})
}

// FuzzCookie loads anything, as it is and as the payload of a good signature.
func FuzzCookie(f *testing.F) {
	for _, cookie := range malformed(f) {
		if len(cookie) < 5000 {
			f.Add(cookie)
		}
	}
	f.Add(forgeJSON(f, `{"_flashes":[{" t":["message","hello"]}],"_user_id":"42"}`))
	ring := shortRing(f, "dewar-secret-key")
	all := []session.Store{
		session.NewCookieStore(ring, session.CookieOptions{Now: at(vectorTime)}),
		session.NewEncryptedCookieStore(ring, session.CookieOptions{Now: at(vectorTime)}),
		session.NewMemoryStore(session.MemoryOptions{}),
	}
	remember := session.NewRemember(ring)
	signer, err := ring.SignerWith(sign.SignerOptions{Salt: "cookie-session", KeyDerivation: sign.HMACDerivation})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, store := range all {
			for _, cookie := range []string{value, signer.Sign(value), signer.Sign(sign.Base64Encode([]byte(value)) + ".ZVPxAA")} {
				s, err := store.Load(t.Context(), cookie)
				if err != nil {
					t.Fatal(err)
				}
				s.Flashes()
				s.CSRFSecret()
				s.Set("x", 1)
				if s.Err() != nil && s.Len() != 1 {
					t.Fatalf("%q is refused and has values", cookie)
				}
				store.Save(t.Context(), s)
			}
		}
		if user, ok := remember.Decode(value); ok && remember.Encode(user) != value {
			t.Fatalf("%q is accepted for %q", value, user)
		}
	})
}

func FuzzParseUUID(f *testing.F) {
	f.Add("12345678-1234-5678-1234-567812345678")
	f.Add("urn:uuid:{12345678123456781234567812345678}")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := session.ParseUUID(s)
		if err != nil {
			return
		}
		if again, err := session.ParseUUID(u.String()); again != u || err != nil {
			t.Fatalf("%q: %v, %v", s, again, err)
		}
	})
}
