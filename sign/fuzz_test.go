package sign_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/sign"
)

// FuzzJSON reads anything, and what it has read is the same after writing and
// reading it again.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`null`, `{"a": [1, 2.5, "x\u00e9"]}`, `[NaN, -Infinity, 1e400]`, `"\ud83d\ude00\ud800"`, `[[[`, `1234567890123456789012345678901234567890`, `{" t": [1]}`, `-0.0`} {
		f.Add([]byte(text))
	}
	compact := sign.JSON{Compact: true, Ordered: true}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := compact.Unmarshal(data)
		if err != nil {
			return
		}
		once, err := compact.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		v2, err := compact.Unmarshal(once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, err := compact.Marshal(v2); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
	})
}

func FuzzBase64Decode(f *testing.F) {
	for _, s := range []string{"", "QUJD", "QQ==", "Q=Q", "!!!", "-_+/", "A\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := sign.Base64Decode(s)
		if err != nil {
			return
		}
		if again, err := sign.Base64Decode(sign.Base64Encode(b)); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q: %x became %x, %v", s, b, again, err)
		}
	})
}

// FuzzLoads loads anything: nothing verifies that was not signed, and nothing
// panics.
func FuzzLoads(f *testing.F) {
	keys := []string{"old", "new"}
	o := sign.SerializerOptions{MaxPayload: 1 << 16}
	all := serializers(o, keys...)
	signed := map[string]bool{}
	for _, s := range all {
		for _, v := range []any{"v", map[string]any{"a": 1}, strings.Repeat("x", 100)} {
			if token, err := s.Dumps(v); err == nil {
				f.Add(token)
				signed[token[:strings.LastIndex(token, ".")]] = true
			}
		}
	}
	f.Add("eyJpZCI6MSwibmFtZSI6Ilpvw6sifQ.ZVPxAA.UEujg1fJRDHOyla_ONBMmEnbkSY")
	f.Add(".eJyLNtQZhYMIxgIAfSxJNQ.ZVPxAA.Jmh4fmcz99SzorFNSrlefRmKIi4")
	f.Fuzz(func(t *testing.T, token string) {
		for name, s := range all {
			v, err := s.loads(token)
			// base64 is lenient, so that a signature has several forms; what it
			// signs has one.
			if err == nil && !signed[token[:strings.LastIndex(token, ".")]] {
				t.Fatalf("%s loads %q as %v", name, token, v)
			}
			if unsafe, valid := s.loadsUnsafe(token); valid != (err == nil) || valid && !reflect.DeepEqual(unsafe, v) {
				t.Fatalf("%s: %v, %v but %v, %v", name, v, err, unsafe, valid)
			}
		}
	})
}

// FuzzPayload decodes payloads that do verify.
func FuzzPayload(f *testing.F) {
	for _, payload := range []string{"", "WzEsMiwzXQ", ".eJyLNtQZhYMIxgIAfSxJNQ", ".", "..", ".eJwBAAAA"} {
		f.Add(payload)
	}
	signer := must(sign.NewSigner([]string{"k"}, sign.SignerOptions{Salt: "itsdangerous"}))
	s := must(sign.NewURLSafeSerializer([]string{"k"}, sign.SerializerOptions{MaxPayload: 1 << 12}))
	f.Fuzz(func(t *testing.T, payload string) {
		b, err := s.Payload(payload)
		if err == nil && len(b) > 1<<12 {
			t.Fatalf("%d bytes", len(b))
		}
		s.Loads(signer.Sign(payload))
	})
}

func FuzzParseKeyFile(f *testing.F) {
	f.Add([]byte(strongKey))
	f.Add([]byte("# x\n" + strongKey + " 2026-01-02T03:04:05Z\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if ring, err := sign.ParseKeyFile(data); err == nil && ring.Len() == 0 {
			t.Fatal("a ring without a key")
		}
	})
}
