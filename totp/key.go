package totp

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An Algorithm is the hash below a code.
type Algorithm string

// The algorithms of RFC 6238. Many apps ignore the setting and use SHA1, which is not weak here.
const (
	SHA1   Algorithm = "SHA1"
	SHA256 Algorithm = "SHA256"
	SHA512 Algorithm = "SHA512"
)

// A Key is a secret and how codes are made from it. The zero values are what all apps understand.
type Key struct {
	// Secret is shared with the app.
	Secret Secret
	// Digits is the length of a code, 6 to 8. Default: 6.
	Digits int
	// Period is how long a code lasts, in whole seconds. Default: 30 s.
	Period time.Duration
	// Algorithm is the hash. Default: [SHA1].
	Algorithm Algorithm
}

// Step returns the number of the period that a time is in, since 1970.
func (k Key) Step(at time.Time) int64 { return at.Unix() / int64(k.period()/time.Second) }

// Code returns the code of a time.
func (k Key) Code(at time.Time) string { return k.At(k.Step(at)) }

// At returns the code of a step; as HOTP, of a counter. It panics for settings that a [Key] cannot have.
func (k Key) At(step int64) string {
	var newHash func() hash.Hash
	switch cmp.Or(k.Algorithm, SHA1) {
	case SHA1:
		newHash = sha1.New
	case SHA256:
		newHash = sha256.New
	case SHA512:
		newHash = sha512.New
	default:
		panic(fmt.Sprintf("totp: Key.Algorithm is %q; it is SHA1, SHA256 or SHA512", k.Algorithm))
	}
	if len(k.Secret) < minSecret {
		panic("totp: Key.Secret is missing or too short; make it with NewSecret or ParseSecret")
	}
	mac := hmac.New(newHash, k.Secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	value := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:]) & 0x7fffffff
	text := fmt.Sprintf("%010d", value)
	return text[len(text)-k.digits():]
}

// Verify looks for the step that a code belongs to: that of now, the one before or the one after, if it is later than last,
// the step of the code that was used before (0 for none). It returns the newest such step, and false when there is none.
// A code may be of two steps; with the newest it cannot be used again as the other.
//
// Spaces and hyphens in the code are ignored. Anything else but the right number of ASCII digits is wrong.
func (k Key) Verify(code string, now time.Time, last int64) (step int64, ok bool) {
	if len(code) > 32 {
		return 0, false
	}
	code = strings.NewReplacer(" ", "", "-", "").Replace(code)
	current, match := k.Step(now), 0
	for i := range 3 {
		candidate := current - 1 + int64(i)
		equal := subtle.ConstantTimeCompare([]byte(code), []byte(k.At(candidate)))
		if candidate > last {
			match = subtle.ConstantTimeSelect(equal, i+1, match)
		}
	}
	return current - 2 + int64(match), match > 0
}

// URI returns the otpauth URI of the key for a QR code: the names of the site and of the user's account are what the app
// shows. A colon, which separates the two, is left out of them. pyotp's provisioning_uri returns the same.
func (k Key) URI(issuer, account string) string {
	escape := func(s string) string {
		return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(s, ":", "")), "+", "%20")
	}
	label, query := escape(account), "secret="+k.Secret.Text()
	if issuer != "" {
		label = escape(issuer) + ":" + label
		query += "&issuer=" + escape(issuer)
	}
	if a := cmp.Or(k.Algorithm, SHA1); a != SHA1 {
		query += "&algorithm=" + string(a)
	}
	if n := k.digits(); n != 6 {
		query += "&digits=" + strconv.Itoa(n)
	}
	if p := k.period(); p != 30*time.Second {
		query += "&period=" + strconv.Itoa(int(p/time.Second))
	}
	return "otpauth://totp/" + label + "?" + query
}

func (k Key) digits() int {
	if k.Digits != 0 && (k.Digits < 6 || k.Digits > 8) {
		panic(fmt.Sprintf("totp: Key.Digits is %d; it must be 6 to 8", k.Digits))
	}
	return cmp.Or(k.Digits, 6)
}

func (k Key) period() time.Duration {
	if k.Period < 0 || k.Period%time.Second != 0 {
		panic(fmt.Sprintf("totp: Key.Period is %v; it must be whole seconds", k.Period))
	}
	return cmp.Or(k.Period, 30*time.Second)
}
