package sign_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// A serializer is any of the four, without its time.
type serializer interface {
	Dumps(v any) (string, error)
	loads(token string) (any, error)
	loadsUnsafe(token string) (any, bool)
}

type untimedSerializer interface {
	Dumps(v any) (string, error)
	Loads(token string) (any, error)
	LoadsUnsafe(token string) (any, bool)
}

type timedSerializer interface {
	Dumps(v any) (string, error)
	Loads(token string, maxAge time.Duration) (any, error)
	LoadsUnsafe(token string, maxAge time.Duration) (any, bool)
}

type (
	untimed struct{ untimedSerializer }
	timed   struct{ timedSerializer }
)

func (s untimed) loads(token string) (any, error)      { return s.Loads(token) }
func (s untimed) loadsUnsafe(token string) (any, bool) { return s.LoadsUnsafe(token) }
func (s timed) loads(token string) (any, error)        { return s.Loads(token, time.Minute) }
func (s timed) loadsUnsafe(token string) (any, bool)   { return s.LoadsUnsafe(token, time.Minute) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func serializers(o sign.SerializerOptions, keys ...string) map[string]serializer {
	return map[string]serializer{
		"Serializer":             untimed{must(sign.NewSerializer(keys, o))},
		"TimedSerializer":        timed{must(sign.NewTimedSerializer(keys, o))},
		"URLSafeSerializer":      untimed{must(sign.NewURLSafeSerializer(keys, o))},
		"URLSafeTimedSerializer": timed{must(sign.NewURLSafeTimedSerializer(keys, o))},
	}
}

func TestSerializers(t *testing.T) {
	for name, s := range serializers(sign.SerializerOptions{}, "old", "new") {
		t.Run(name, func(t *testing.T) {
			for _, v := range []any{nil, true, "str", "tést", []any{1, 2, 3, 4}, 42, 1.5, map[string]any{"id": 42, "": nil}, strings.Repeat("x", 5000)} {
				token := must(s.Dumps(v))
				got, err := s.loads(token)
				if err != nil || !reflect.DeepEqual(got, v) {
					t.Errorf("got %v, %v, want %v", got, err, v)
				}
				if v, valid := s.loadsUnsafe(token); !valid || !reflect.DeepEqual(v, got) {
					t.Errorf("unsafe: %v, %v", v, valid)
				}
				if strings.HasPrefix(name, "URL") && strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
					t.Errorf("not safe in a URL: %s", token)
				}
			}
			if _, err := s.Dumps(func() {}); err == nil {
				t.Error("a function is signed")
			}

			token := must(s.Dumps(map[string]any{"a": []any{1, "x"}}))
			for how, changed := range map[string]string{
				"capitals": strings.ToUpper(token), "longer": token + "a", "before": "a" + token, "shorter": token[:len(token)-2],
				"swapped": strings.Replace(token, ".", "", 1), "empty": "", "no separator": "aaa",
			} {
				var bad *sign.BadSignature
				if v, err := s.loads(changed); !errors.As(err, &bad) {
					t.Errorf("%s: got %v, %v", how, v, err)
				}
				if _, valid := s.loadsUnsafe(changed); valid {
					t.Errorf("%s is valid", how)
				}
			}
			// The payload of a bad signature can still be looked at.
			i := strings.LastIndex(token, ".")
			if v, valid := s.loadsUnsafe(token[:i] + ".bad"); valid || !reflect.DeepEqual(v, map[string]any{"a": []any{1, "x"}}) {
				t.Errorf("unsafe: %v, %v", v, valid)
			}
		})
	}
}

func TestBadPayload(t *testing.T) {
	keys := []string{"k"}
	plain := must(sign.NewSigner(keys, sign.SignerOptions{Salt: "itsdangerous"}))
	s := must(sign.NewURLSafeSerializer(keys, sign.SerializerOptions{}))
	for name, row := range map[string]struct{ payload, message string }{
		"not base64":     {"a", "Could not base64 decode the payload because of an exception"},
		"not zlib":       {"." + sign.Base64Encode([]byte("plain")), "Could not zlib decompress the payload before decoding the payload"},
		"cut zlib":       {"." + sign.Base64Encode(deflate("[1, 2, 3]"))[:10], "Could not zlib decompress the payload before decoding the payload"},
		"not JSON":       {sign.Base64Encode([]byte("{")), "Could not load the payload because an exception occurred on unserializing the data."},
		"empty":          {"", "Could not load the payload because an exception occurred on unserializing the data."},
		"not UTF-8":      {sign.Base64Encode([]byte("\"\xff\"")), "Could not load the payload because an exception occurred on unserializing the data."},
		"not JSON, zlib": {"." + sign.Base64Encode(deflate("{")), "Could not load the payload because an exception occurred on unserializing the data."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Loads(plain.Sign(row.payload))
			var bad *sign.BadPayload
			var signature *sign.BadSignature
			if !errors.As(err, &bad) || errors.As(err, &signature) || bad.Message != row.message || bad.Err == nil {
				t.Errorf("got %v", err)
			}
			if v, valid := s.LoadsUnsafe(row.payload + ".x"); v != nil || valid {
				t.Errorf("unsafe: %v, %v", v, valid)
			}
		})
	}
}

func deflate(s string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

// TestInflationIsBounded: a payload that inflates a thousandfold is refused
// after the bound, signed or not.
func TestInflationIsBounded(t *testing.T) {
	keys := []string{"k"}
	s := must(sign.NewURLSafeSerializer(keys, sign.SerializerOptions{MaxPayload: 1000}))
	for size, ok := range map[int]bool{998: true, 999: false, 1 << 24: false} {
		token := must(s.Dumps(strings.Repeat("a", size)))
		_, err := s.Loads(token)
		var bad *sign.BadPayload
		if ok && err != nil || !ok && !errors.As(err, &bad) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	s = must(sign.NewURLSafeSerializer(keys, sign.SerializerOptions{}))
	bomb := "." + sign.Base64Encode(deflate(strings.Repeat("a", 64<<20)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if v, _ := s.LoadsUnsafe(bomb + ".x"); v != nil {
		t.Error("64 MiB are inflated")
	}
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	if allocated > 16<<20 {
		t.Errorf("refusing a payload of 64 MiB allocates %d bytes", allocated)
	}
	// Plain payloads have the same bound.
	for name, s := range serializers(sign.SerializerOptions{MaxPayload: 10, CompressAbove: 1 << 20}, "k") {
		if _, err := s.loads(must(s.Dumps("123456789"))); err == nil {
			t.Errorf("%s loads 11 bytes", name)
		}
		if _, err := s.loads(must(s.Dumps("12345678"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompression(t *testing.T) {
	long := strings.Repeat("abc", 100)
	always := must(sign.NewURLSafeSerializer([]string{"k"}, sign.SerializerOptions{}))
	never := must(sign.NewURLSafeSerializer([]string{"k"}, sign.SerializerOptions{CompressAbove: 1 << 20}))
	if token := must(always.Dumps(long)); token[0] != '.' {
		t.Errorf("not compressed: %s", token)
	}
	if token := must(always.Dumps("short")); token[0] == '.' {
		t.Errorf("compressed: %s", token)
	}
	token := must(never.Dumps(long))
	if token[0] == '.' {
		t.Errorf("compressed: %s", token)
	}
	if v, err := always.Loads(token); v != long || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestSalts(t *testing.T) {
	keys := []string{"k"}
	a := must(sign.NewURLSafeTimedSerializer(keys, sign.SerializerOptions{SignerOptions: sign.SignerOptions{Salt: "a"}}))
	b := must(sign.NewURLSafeTimedSerializer(keys, sign.SerializerOptions{SignerOptions: sign.SignerOptions{Salt: "b"}}))
	empty := must(sign.NewURLSafeTimedSerializer(keys, sign.SerializerOptions{SignerOptions: sign.SignerOptions{EmptySalt: true}}))
	token := must(a.Dumps(1))
	if _, err := b.Loads(token, time.Minute); err == nil {
		t.Error("another salt accepts it")
	}
	if _, err := b.WithSalt("a").Loads(token, time.Minute); err != nil {
		t.Error(err)
	}
	if _, err := a.WithSalt("").Loads(must(empty.Dumps(1)), time.Minute); err != nil {
		t.Error(err)
	}
	o := sign.SerializerOptions{}
	for _, pair := range [][2]string{
		{must(must(sign.NewSerializer(keys, o)).WithSalt("x").Dumps(1)), must(must(sign.NewSerializer(keys, o)).Dumps(1))},
		{must(must(sign.NewTimedSerializer(keys, o)).WithSalt("x").Dumps(1)), must(must(sign.NewTimedSerializer(keys, o)).Dumps(1))},
		{must(must(sign.NewURLSafeSerializer(keys, o)).WithSalt("x").Dumps(1)), must(must(sign.NewURLSafeSerializer(keys, o)).Dumps(1))},
	} {
		if pair[0] == pair[1] {
			t.Error("WithSalt changes nothing")
		}
	}
}

// TestFallbackSigners changes the digest of tokens that are already out.
func TestFallbackSigners(t *testing.T) {
	for name, old := range serializers(sign.SerializerOptions{SignerOptions: sign.SignerOptions{Digest: sha512.New}}, "k") {
		t.Run(name, func(t *testing.T) {
			token := must(old.Dumps(1))
			plain := serializers(sign.SerializerOptions{SignerOptions: sign.SignerOptions{Digest: sha256.New}}, "k", "newer")[name]
			if _, err := plain.loads(token); err == nil {
				t.Error("it loads without a fallback")
			}
			both := serializers(sign.SerializerOptions{
				SignerOptions: sign.SignerOptions{Digest: sha256.New},
				Fallbacks:     []sign.SignerOptions{{KeyDerivation: sign.Concat}, {Digest: sha512.New}},
			}, "k", "newer")[name]
			if v, err := both.loads(token); v != 1 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
			if _, err := plain.loads(must(both.Dumps(1))); err != nil {
				t.Error("a fallback signs")
			}
			if _, err := both.loads(token + "x"); err == nil {
				t.Error("anything loads")
			}
		})
	}
	if _, err := sign.NewSerializer([]string{"k"}, sign.SerializerOptions{Fallbacks: []sign.SignerOptions{{Separator: "a"}}}); err == nil || !strings.Contains(err.Error(), "fallback signer 1") {
		t.Error(err)
	}
}

// TestExpiredEndsTheSearch: a token whose signature matches and whose time is
// over is expired, whatever the fallbacks say.
func TestExpiredEndsTheSearch(t *testing.T) {
	now := int64(1000)
	s := must(sign.NewTimedSerializer([]string{"k"}, sign.SerializerOptions{
		SignerOptions: sign.SignerOptions{Now: func() time.Time { return time.Unix(now, 0) }},
		Fallbacks:     []sign.SignerOptions{{Digest: sha512.New}},
	}))
	token := must(s.Dumps("v"))
	now += 20
	_, err := s.Loads(token, 10*time.Second)
	var expired *sign.SignatureExpired
	if !errors.As(err, &expired) || expired.Payload != `"v"` || expired.DateSigned.Unix() != 1000 {
		t.Errorf("got %v", err)
	}
	if v, valid := s.LoadsUnsafe(token, 10*time.Second); v != "v" || valid {
		t.Errorf("unsafe: %v, %v", v, valid)
	}
	v, signed, err := s.LoadsTime(token, time.Minute)
	if v != "v" || signed.Unix() != 1000 || err != nil {
		t.Errorf("got %v, %v, %v", v, signed, err)
	}
}

func TestLoadsInto(t *testing.T) {
	keys := []string{"k"}
	type claim struct {
		User int    `json:"user"`
		Name string `json:"name"`
	}
	var got claim
	s := must(sign.NewURLSafeTimedSerializer(keys, sign.SerializerOptions{}))
	if err := s.LoadsInto(must(s.Dumps(claim{42, "Zoë"})), time.Minute, &got); err != nil || got != (claim{42, "Zoë"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	var bad *sign.BadPayload
	if err := s.LoadsInto(must(s.Dumps("text")), time.Minute, &got); !errors.As(err, &bad) {
		t.Error(err)
	}
	if err := s.LoadsInto("x", time.Minute, &got); err == nil {
		t.Error("anything loads")
	}
	plain := must(sign.NewSerializer(keys, sign.SerializerOptions{}))
	var n int
	if err := plain.LoadsInto(must(plain.Dumps(7)), &n); err != nil || n != 7 {
		t.Errorf("got %d, %v", n, err)
	}
	if err := plain.LoadsInto("7", &n); err == nil {
		t.Error("anything loads")
	}
}

func TestReadersAndWriters(t *testing.T) {
	keys := []string{"k"}
	var b strings.Builder
	s := must(sign.NewSerializer(keys, sign.SerializerOptions{MaxPayload: 100}))
	if err := s.Dump(&b, []int{1}); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Load(strings.NewReader(b.String())); err != nil || fmt.Sprint(v) != "[1]" {
		t.Errorf("got %v, %v", v, err)
	}
	if v, valid := s.LoadUnsafe(strings.NewReader(b.String())); !valid || fmt.Sprint(v) != "[1]" {
		t.Errorf("got %v, %v", v, valid)
	}
	var data *sign.BadData
	if _, err := s.Load(strings.NewReader(strings.Repeat("x", 10_000))); !errors.As(err, &data) {
		t.Error(err)
	}
	b.Reset()
	ts := must(sign.NewTimedSerializer(keys, sign.SerializerOptions{}))
	if err := ts.Dump(&b, "v"); err != nil {
		t.Fatal(err)
	}
	if v, err := ts.Load(strings.NewReader(b.String()), time.Minute); v != "v" || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
	if v, valid := ts.LoadUnsafe(strings.NewReader(b.String()), time.Minute); v != "v" || !valid {
		t.Errorf("got %v, %v", v, valid)
	}
	if err := ts.Dump(&b, make(chan int)); err == nil {
		t.Error("a channel is signed")
	}
}

// upper is a codec of somebody's own.
type upper struct{}

func (upper) Marshal(v any) ([]byte, error)      { return []byte(strings.ToUpper(v.(string))), nil }
func (upper) Unmarshal(data []byte) (any, error) { return string(data), nil }

func TestCodec(t *testing.T) {
	for name, s := range serializers(sign.SerializerOptions{Codec: upper{}}, "k") {
		if v, err := s.loads(must(s.Dumps("abc"))); v != "ABC" || err != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

func TestResign(t *testing.T) {
	now := int64(1000)
	keys := []string{"old", "new"}
	o := sign.SerializerOptions{SignerOptions: sign.SignerOptions{Now: func() time.Time { return time.Unix(now, 0) }}}
	old := must(sign.NewURLSafeTimedSerializer(keys[:1], o))
	s := must(sign.NewURLSafeTimedSerializer(keys, o))
	payload, signed, err := s.Open(must(old.Dumps("v")), 0)
	if err != nil || signed.Unix() != 1000 {
		t.Fatal(err)
	}
	now += 100
	again := s.Resign(payload)
	if v, signed, err := must(sign.NewURLSafeTimedSerializer(keys[1:], o)).LoadsTime(again, 0); v != "v" || signed.Unix() != 1100 || err != nil {
		t.Errorf("got %v, %v, %v", v, signed, err)
	}
	if b, err := s.Payload(payload); string(b) != `"v"` || err != nil {
		t.Errorf("got %s, %v", b, err)
	}
}
