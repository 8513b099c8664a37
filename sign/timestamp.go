package sign

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// NoMaxAge as a maximum age accepts a signature of any age, even one made in the future. Every other negative age
// accepts nothing, so that an age that was computed wrongly is safe.
const NoMaxAge time.Duration = math.MinInt64

// lastTimestamp is the last second of the year 9999. Python has no later datetime.
const lastTimestamp = 253402300799

// A TimestampSigner is a signer that also signs the time, in seconds. It is
// safe for concurrent use.
//
// Source: itsdangerous.TimestampSigner.
type TimestampSigner struct{ signer *Signer }

// NewTimestampSigner is [NewSigner] for a signer with a timestamp.
func NewTimestampSigner(keys []string, options SignerOptions) (*TimestampSigner, error) {
	s, err := NewSigner(keys, options)
	if err != nil {
		return nil, err
	}
	return &TimestampSigner{s}, nil
}

// Sign returns value, the time and the signature of both.
func (s *TimestampSigner) Sign(value string) string { return s.signer.signTimed(value) }

// Unsign returns the value and when it was signed. A signature that is older than maxAge or was made in the future is a
// *SignatureExpired. Any other failure is a *BadTimeSignature, or a *BadSignature when the value has no timestamp.
func (s *TimestampSigner) Unsign(signed string, maxAge time.Duration) (string, time.Time, error) {
	return s.signer.unsignTimed(signed, maxAge)
}

// Validate reports whether Unsign would succeed.
func (s *TimestampSigner) Validate(signed string, maxAge time.Duration) bool {
	_, _, err := s.Unsign(signed, maxAge)
	return err == nil
}

// DerivedKey returns a copy of the key that signs.
func (s *TimestampSigner) DerivedKey() []byte { return s.signer.DerivedKey() }

// signTimed appends the time to value and signs both. The time is base64 of its big-endian bytes without leading zeros.
func (s *Signer) signTimed(value string) string {
	k := s.macs[0]
	st := k.get()
	st.buf = append(st.buf[:0], value...)
	st.buf = append(st.buf, s.options.Separator...)
	var be [8]byte
	seconds, start := uint64(max(s.options.Now().Unix(), 0)), 8
	for ; seconds > 0; seconds >>= 8 {
		start--
		be[start] = byte(seconds)
	}
	st.buf = base64.RawURLEncoding.AppendEncode(st.buf, be[start:])
	signed := s.seal(k, st)
	k.put(st)
	return signed
}

func (s *Signer) unsignTimed(signed string, maxAge time.Duration) (string, time.Time, error) {
	result, bad := s.unsign(signed)
	if bad != nil {
		result = bad.Payload
	}
	i := strings.LastIndex(result, s.options.Separator)
	if i < 0 {
		if bad != nil {
			return "", time.Time{}, bad
		}
		return "", time.Time{}, badTime("timestamp missing", result)
	}
	value := result[:i]
	seconds, ok := timestamp(result[i+len(s.options.Separator):])

	if bad != nil {
		e := badTime(bad.Message, value)
		switch {
		case !ok:
		case seconds > lastTimestamp:
			e.Message = "Malformed timestamp"
		default:
			e.DateSigned = time.Unix(int64(seconds), 0).UTC()
		}
		return "", time.Time{}, e
	}
	if !ok || seconds > lastTimestamp {
		return "", time.Time{}, badTime("Malformed timestamp", value)
	}
	date := time.Unix(int64(seconds), 0).UTC()
	if maxAge != NoMaxAge {
		age := s.options.Now().Unix() - int64(seconds)
		// Compared in seconds: the age may be too long for a Duration.
		older := float64(age) > maxAge.Seconds()
		if older || age < 0 {
			e := &SignatureExpired{*badTime(fmt.Sprintf("Signature age %d < 0 seconds", age), value)}
			if older {
				e.Message = fmt.Sprintf("Signature age %d > %s seconds", age, formatSeconds(maxAge))
			}
			e.DateSigned = date
			return "", time.Time{}, e
		}
	}
	return value, date, nil
}

// timestamp decodes the seconds of a timestamp. ok is false when they are not base64 or too many bytes.
func timestamp(s string) (uint64, bool) {
	var buf [16]byte
	if len(s) > 256 {
		return 0, false
	}
	b, err := appendBase64Decoded(buf[:0], s)
	if err != nil || len(b) > 8 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n, true
}

func formatSeconds(d time.Duration) string {
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10)
	}
	return string(appendFloat(nil, d.Seconds()))
}

func badTime(message, payload string) *BadTimeSignature {
	return &BadTimeSignature{BadSignature: BadSignature{BadData: BadData{Message: message}, Payload: payload, HasPayload: true}}
}
