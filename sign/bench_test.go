package sign_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// A token of 200 bytes, as a session cookie often is.
func benchToken(tb testing.TB) (*sign.URLSafeTimedSerializer, string) {
	s, err := sign.NewURLSafeTimedSerializer([]string{strongKey}, sign.SerializerOptions{
		SignerOptions: sign.SignerOptions{KeyDerivation: sign.HMACDerivation}, CompressAbove: 1024,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s, must(s.Dumps(map[string]any{"_user_id": "42", "csrf_token": strings.Repeat("0f", 20), "theme": strings.Repeat("d", 35)}))
}

// BenchmarkHMAC is the bare minimum: HMAC-SHA1 over the same bytes with a
// prepared key, and the comparison.
func BenchmarkHMAC(b *testing.B) {
	_, token := benchToken(b)
	i := strings.LastIndexByte(token, '.')
	value, sig := []byte(token[:i]), token[i+1:]
	mac := hmac.New(sha1.New, []byte(strongKey))
	var sum, sent [sha1.Size]byte
	b.ReportAllocs()
	b.SetBytes(int64(len(token)))
	for b.Loop() {
		base64.RawURLEncoding.Decode(sent[:], []byte(sig))
		mac.Reset()
		mac.Write(value)
		hmac.Equal(mac.Sum(sum[:0]), sent[:])
	}
}

func BenchmarkOpen(b *testing.B) {
	s, token := benchToken(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(token)))
	for b.Loop() {
		if _, _, err := s.Open(token, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResign(b *testing.B) {
	s, token := benchToken(b)
	payload, _, _ := s.Open(token, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		s.Resign(payload)
	}
}

func BenchmarkLoads(b *testing.B) {
	s, token := benchToken(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Loads(token, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDumps(b *testing.B) {
	s, token := benchToken(b)
	v, _ := s.Loads(token, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Dumps(v); err != nil {
			b.Fatal(err)
		}
	}
}
