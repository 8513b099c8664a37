package main

import (
	"crypto/md5" //nolint:gosec // a case recorded from itsdangerous may name it
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/password"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

func init() {
	kinds["session_load"] = formatDoor(sessionLoad)
	kinds["session_dump"] = formatDoor(sessionDump)
	kinds["sign"] = formatDoor(signValue)
	kinds["unsign"] = formatDoor(unsignValue)
	kinds["password_check"] = formatDoor(passwordCheck)
	kinds["password_hash"] = formatDoor(passwordHash)
	kinds["remember_load"] = formatDoor(rememberLoad)
}

// A formatRequest has the fields of all kinds in this file.
type formatRequest struct {
	Secrets   json.RawMessage
	Cookie    json.RawMessage
	Session   json.RawMessage
	Now       *float64
	MaxAge    json.RawMessage `json:"max_age"`
	Class     string
	Salt      json.RawMessage
	Sep       json.RawMessage
	Derive    string          `json:"key_derivation"`
	Digest    string          `json:"digest"`
	Fallbacks []formatRequest `json:"fallback_signers"`
	Value     json.RawMessage
	Timestamp bool `json:"return_timestamp"`
	Hash      json.RawMessage
	Password  json.RawMessage
	Method    string
}

// formatDoor reads the request of a kind and turns its error into an answer.
func formatDoor(door func(q *formatRequest) (any, error)) func(json.RawMessage) answer {
	return func(request json.RawMessage) answer {
		var q formatRequest
		if err := json.Unmarshal(request, &q); err != nil {
			return answer{"exception": "BadRequest", "message": err.Error()}
		}
		result, err := door(&q)
		if err != nil {
			return formatError(err)
		}
		return answer{"result": result}
	}
}

// formatError names an error as itsdangerous does.
func formatError(err error) answer {
	var (
		expired *sign.SignatureExpired
		badTime *sign.BadTimeSignature
		bad     *sign.BadSignature
		payload *sign.BadPayload
		data    *sign.BadData
	)
	a := answer{"exception": "ValueError", "message": err.Error()}
	switch {
	case errors.As(err, &expired):
		a["exception"] = "SignatureExpired"
	case errors.As(err, &badTime):
		a["exception"] = "BadTimeSignature"
	case errors.As(err, &bad):
		a["exception"] = "BadSignature"
	case errors.As(err, &payload):
		a["exception"] = "BadPayload"
	case errors.As(err, &data):
		a["exception"] = "BadData"
	case strings.Contains(err.Error(), "Unknown key derivation method"):
		a["exception"], a["message"] = "TypeError", "Unknown key derivation method"
	}
	if errors.As(err, &data) {
		a["message"] = data.Message
	}
	if errors.As(err, &bad) && bad.HasPayload {
		a["payload"] = formatText(bad.Payload, false)
	}
	if errors.As(err, &badTime) && !badTime.DateSigned.IsZero() {
		a["date_signed"] = badTime.DateSigned.Format(time.RFC3339)
	}
	a["message"] = strings.TrimPrefix(strings.TrimPrefix(a["message"].(string), "sign: "), "password: ")
	return a
}

// clock returns a clock that shows the time of the request.
func (q *formatRequest) clock() func() time.Time {
	if q.Now == nil {
		return time.Now
	}
	seconds, fraction := math.Modf(*q.Now)
	now := time.Unix(int64(seconds), int64(fraction*1e9))
	return func() time.Time { return now }
}

// maxAge returns the greatest age, or absent when the request has none.
func (q *formatRequest) maxAge(absent time.Duration) time.Duration {
	var seconds *float64
	if json.Unmarshal(q.MaxAge, &seconds) != nil || seconds == nil {
		return absent
	}
	if math.Abs(*seconds) > math.MaxInt64/1e9 {
		return time.Duration(math.MaxInt64)
	}
	return time.Duration(*seconds * float64(time.Second))
}

// formatString reads a string or {"$bytes":…}. bytes says that it was the latter.
func formatString(raw json.RawMessage) (s string, bytes bool) {
	var wrapped struct {
		Bytes *string `json:"$bytes"`
	}
	if json.Unmarshal(raw, &s) == nil {
		return s, false
	}
	if json.Unmarshal(raw, &wrapped) != nil || wrapped.Bytes == nil {
		return "", false
	}
	var b []byte
	for _, r := range *wrapped.Bytes {
		b = append(b, byte(r))
	}
	return string(b), true
}

// formatText returns a string as it is sent: as {"$bytes":…} when bytes is set.
func formatText(s string, bytes bool) any {
	if !bytes && utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return answer{"$bytes": string(runes)}
}

// secrets returns the keys, oldest to newest.
func (q *formatRequest) secrets() []string {
	var list []json.RawMessage
	if json.Unmarshal(q.Secrets, &list) != nil {
		list = []json.RawMessage{q.Secrets}
	}
	var keys []string
	for _, raw := range list {
		key, _ := formatString(raw)
		keys = append(keys, key)
	}
	return keys
}

// ring returns the keys as a ring, without repetitions.
func (q *formatRequest) ring() (*sign.KeyRing, error) {
	var older []string
	keys := q.secrets()
	current := keys[len(keys)-1]
	for _, key := range slices.Backward(keys[:len(keys)-1]) {
		if key != current && !slices.Contains(older, key) {
			older = append(older, key)
		}
	}
	return sign.NewKeyRingInsecureShortKey(current, older...)
}

func (q *formatRequest) cookies() (*session.CookieStore, error) {
	ring, err := q.ring()
	if err != nil {
		return nil, err
	}
	// In the options zero stands for the default.
	lifetime := q.maxAge(session.DefaultLifetime)
	if lifetime == 0 {
		lifetime = time.Nanosecond
	}
	return session.NewCookieStore(ring, session.CookieOptions{Lifetime: lifetime, CompressAbove: -1, Now: q.clock()}), nil
}

func sessionLoad(q *formatRequest) (any, error) {
	store, err := q.cookies()
	if err != nil {
		return nil, err
	}
	cookie, _ := formatString(q.Cookie)
	values, err := store.Decode(cookie)
	var badTime *sign.BadTimeSignature
	var expired *sign.SignatureExpired
	if errors.As(err, &badTime) && !errors.As(err, &expired) {
		err = &badTime.BadSignature // the name for every signature that does not match
	}
	if err != nil {
		return nil, err
	}
	return encodeFormat(values), nil
}

func sessionDump(q *formatRequest) (any, error) {
	store, err := q.cookies()
	if err != nil {
		return nil, err
	}
	values, err := decodeFormat(q.Session)
	if err != nil {
		return nil, err
	}
	dict, ok := values.(sign.Dict)
	if !ok {
		return nil, fmt.Errorf("a session is an object")
	}
	m := make(map[string]any, len(dict))
	for _, member := range dict {
		m[member.Name] = member.Value
	}
	return store.Encode(m)
}

func rememberLoad(q *formatRequest) (any, error) {
	ring, err := q.ring()
	if err != nil {
		return nil, err
	}
	cookie, _ := formatString(q.Cookie)
	if user, ok := session.NewRemember(ring).Decode(cookie); ok {
		return user, nil
	}
	return nil, nil
}

// digests are the hashes of Python's hashlib that a signer may be given.
var digests = map[string]func() hash.Hash{
	"": nil, "md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New,
	"sha384": sha512.New384, "sha512": sha512.New,
}

func (q *formatRequest) signer() (sign.SignerOptions, error) {
	digest, ok := digests[q.Digest]
	if !ok {
		return sign.SignerOptions{}, fmt.Errorf("unknown digest %q", q.Digest)
	}
	o := sign.SignerOptions{KeyDerivation: sign.KeyDerivation(q.Derive), Digest: digest, Now: q.clock()}
	if len(q.Salt) > 0 && string(q.Salt) != "null" {
		o.Salt, _ = formatString(q.Salt)
		o.EmptySalt = o.Salt == ""
	}
	if len(q.Sep) > 0 {
		if o.Separator, _ = formatString(q.Sep); o.Separator == "" {
			o.Separator = "a" // an empty one has the same error
		}
	}
	return o, nil
}

func (q *formatRequest) serializer() (sign.SerializerOptions, error) {
	o, err := q.signer()
	so := sign.SerializerOptions{SignerOptions: o}
	for i := range q.Fallbacks {
		f, fallbackErr := q.Fallbacks[i].signer()
		f.Now = o.Now
		so.Fallbacks = append(so.Fallbacks, f)
		err = errors.Join(err, fallbackErr)
	}
	return so, err
}

func signValue(q *formatRequest) (any, error) {
	o, err := q.serializer()
	if err != nil {
		return nil, err
	}
	keys := q.secrets()
	text, bytes := formatString(q.Value)
	switch q.Class {
	case "Signer":
		s, err := sign.NewSigner(keys, o.SignerOptions)
		if err != nil {
			return nil, err
		}
		return formatText(s.Sign(text), bytes), nil
	case "TimestampSigner":
		s, err := sign.NewTimestampSigner(keys, o.SignerOptions)
		if err != nil {
			return nil, err
		}
		return formatText(s.Sign(text), bytes), nil
	}
	value, err := decodeFormat(q.Value)
	if err != nil {
		return nil, err
	}
	switch q.Class {
	case "Serializer":
		s, err := sign.NewSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		return s.Dumps(value)
	case "TimedSerializer":
		s, err := sign.NewTimedSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		return s.Dumps(value)
	case "URLSafeSerializer":
		s, err := sign.NewURLSafeSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		return s.Dumps(value)
	case "URLSafeTimedSerializer":
		s, err := sign.NewURLSafeTimedSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		return s.Dumps(value)
	}
	return nil, fmt.Errorf("unknown class %q", q.Class)
}

func unsignValue(q *formatRequest) (any, error) {
	o, err := q.serializer()
	if err != nil {
		return nil, err
	}
	keys := q.secrets()
	signed, bytes := formatString(q.Value)
	age := q.maxAge(sign.NoMaxAge)
	switch q.Class {
	case "Signer":
		s, err := sign.NewSigner(keys, o.SignerOptions)
		if err != nil {
			return nil, err
		}
		value, err := s.Unsign(signed)
		return formatText(value, bytes), err
	case "TimestampSigner":
		s, err := sign.NewTimestampSigner(keys, o.SignerOptions)
		if err != nil {
			return nil, err
		}
		value, date, err := s.Unsign(signed, age)
		return q.dated(formatText(value, bytes), date), err
	case "Serializer":
		s, err := sign.NewSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		v, err := s.Loads(signed)
		return encodeFormat(v), err
	case "TimedSerializer":
		s, err := sign.NewTimedSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		v, date, err := s.LoadsTime(signed, age)
		return q.dated(encodeFormat(v), date), err
	case "URLSafeSerializer":
		s, err := sign.NewURLSafeSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		v, err := s.Loads(signed)
		return encodeFormat(v), err
	case "URLSafeTimedSerializer":
		s, err := sign.NewURLSafeTimedSerializer(keys, o)
		if err != nil {
			return nil, err
		}
		v, date, err := s.LoadsTime(signed, age)
		return q.dated(encodeFormat(v), date), err
	}
	return nil, fmt.Errorf("unknown class %q", q.Class)
}

// dated adds the date when the request asks for it.
func (q *formatRequest) dated(v any, date time.Time) any {
	if !q.Timestamp {
		return v
	}
	return answer{"$tuple": []any{v, answer{"$datetime": date.Format(time.RFC3339)}}}
}

func passwordCheck(q *formatRequest) (any, error) {
	h, err := password.New(password.Options{})
	if err != nil {
		return nil, err
	}
	hash, _ := formatString(q.Hash)
	text, _ := formatString(q.Password)
	ok, err := h.Verify(noContext, hash, text)
	return ok, err
}

func passwordHash(q *formatRequest) (any, error) {
	o, err := password.ParseMethod(q.Method)
	if err != nil {
		return nil, err
	}
	h, err := password.New(o)
	if err != nil {
		return nil, err
	}
	text, _ := formatString(q.Password)
	return h.Hash(noContext, text)
}
