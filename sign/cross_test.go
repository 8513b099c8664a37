package sign_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"hash"
	"io/fs"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// python runs a script of testdata with the system's Python and decodes its
// answer. It skips when Python or a library is missing, unless
// DEWAR_TEST_SERVICES is "required".
func python(t *testing.T, script string, request, answer any) {
	t.Helper()
	in, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", script)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case err == nil:
	case os.Getenv("DEWAR_TEST_SERVICES") != "required" && (errors.Is(err, fs.ErrNotExist) || strings.Contains(stderr.String(), "ModuleNotFoundError")):
		t.Skipf("%s needs /usr/bin/python3 with the Pallets libraries: %v\n%s", script, err, stderr.Bytes())
	default:
		t.Fatalf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

// A crossToken is a token with what made it.
type crossToken struct {
	Class      string   `json:"class"`
	Keys       []string `json:"keys"`
	Salt       string   `json:"salt"`
	Sep        string   `json:"sep"`
	Derivation string   `json:"derivation"`
	Digest     string   `json:"digest"`
	Token      string   `json:"token"`
	Value      string   `json:"value"`
	MaxAge     *int64   `json:"max_age"`
	Now        int64    `json:"now"`
}

var crossDigests = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

func (c crossToken) options() sign.SerializerOptions {
	return sign.SerializerOptions{SignerOptions: sign.SignerOptions{
		Salt: c.Salt, EmptySalt: c.Salt == "", Separator: c.Sep,
		KeyDerivation: sign.KeyDerivation(c.Derivation), Digest: crossDigests[c.Digest],
		Now: func() time.Time {
			if c.Now == 0 {
				return time.Now()
			}
			return time.Unix(c.Now, 0)
		},
	}}
}

// dumps signs v by the token's recipe.
func (c crossToken) dumps(t *testing.T, v any) string {
	t.Helper()
	var token string
	var err error
	switch o := c.options(); c.Class {
	case "Signer":
		s, _ := sign.NewSigner(c.Keys, o.SignerOptions)
		token = s.Sign(v.(string))
	case "TimestampSigner":
		s, _ := sign.NewTimestampSigner(c.Keys, o.SignerOptions)
		token = s.Sign(v.(string))
	case "Serializer":
		s, _ := sign.NewSerializer(c.Keys, o)
		token, err = s.Dumps(v)
	case "TimedSerializer":
		s, _ := sign.NewTimedSerializer(c.Keys, o)
		token, err = s.Dumps(v)
	case "URLSafeSerializer":
		s, _ := sign.NewURLSafeSerializer(c.Keys, o)
		token, err = s.Dumps(v)
	case "URLSafeTimedSerializer":
		s, _ := sign.NewURLSafeTimedSerializer(c.Keys, o)
		token, err = s.Dumps(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (c crossToken) loads() (any, error) {
	age := sign.NoMaxAge
	if c.MaxAge != nil {
		age = time.Duration(*c.MaxAge) * time.Second
	}
	switch o := c.options(); c.Class {
	case "Signer":
		s, _ := sign.NewSigner(c.Keys, o.SignerOptions)
		return s.Unsign(c.Token)
	case "TimestampSigner":
		s, _ := sign.NewTimestampSigner(c.Keys, o.SignerOptions)
		v, _, err := s.Unsign(c.Token, age)
		return v, err
	case "Serializer":
		s, _ := sign.NewSerializer(c.Keys, o)
		return s.Loads(c.Token)
	case "TimedSerializer":
		s, _ := sign.NewTimedSerializer(c.Keys, o)
		return s.Loads(c.Token, age)
	case "URLSafeSerializer":
		s, _ := sign.NewURLSafeSerializer(c.Keys, o)
		return s.Loads(c.Token)
	}
	s, _ := sign.NewURLSafeTimedSerializer(c.Keys, c.options())
	return s.Loads(c.Token, age)
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func randomText(r *rand.Rand) string {
	alphabet := []rune("ab z\"\\/<>&'\x00\x1f\x7f\n\té€\u2028\ufeff😀\U0010ffff")
	text := make([]rune, r.IntN(12))
	for i := range text {
		text[i] = pick(r, alphabet...)
	}
	return string(text)
}

func randomValue(r *rand.Rand, depth int) any {
	kinds := 9
	if depth > 3 {
		kinds = 6
	}
	switch r.IntN(kinds) {
	case 0:
		return pick[any](r, nil, true, false)
	case 1:
		return r.IntN(1000) - 10
	case 2:
		n := new(big.Int).SetUint64(r.Uint64())
		return n.Lsh(n, uint(r.IntN(200)))
	case 3:
		return pick(r, 0, 1, 1e16, 1e-5, math.SmallestNonzeroFloat64, math.MaxFloat64, r.Float64(), r.NormFloat64()*math.Pow10(r.IntN(600)-300))
	case 4, 5:
		return randomText(r)
	case 6:
		m := map[string]any{}
		for range r.IntN(5) {
			m[randomText(r)] = randomValue(r, depth+1)
		}
		return m
	case 7:
		list := make([]any, r.IntN(5))
		for i := range list {
			list[i] = randomValue(r, depth+1)
		}
		return list
	}
	list := make([]string, r.IntN(60))
	for i := range list {
		list[i] = "again and "
	}
	return list
}

// A diagnosis is what loading a damaged token gives.
type diagnosis struct {
	Value, Exception, Message, Payload string
	Date                               int64
}

func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func (c crossToken) diagnose(t *testing.T) (d diagnosis) {
	t.Helper()
	v, err := c.loads()
	if err == nil {
		if text, ok := v.(string); ok && (c.Class == "Signer" || c.Class == "TimestampSigner") {
			v = latin1(text)
		}
		d.Value = encode(t, v)
		return d
	}
	var (
		expired *sign.SignatureExpired
		badTime *sign.BadTimeSignature
		bad     *sign.BadSignature
		payload *sign.BadPayload
		data    *sign.BadData
	)
	if !errors.As(err, &data) {
		t.Fatalf("%+v: %v is no BadData", c, err)
	}
	d.Message = data.Message
	switch {
	case errors.As(err, &payload):
		d.Exception = "BadPayload"
	case errors.As(err, &expired):
		d.Exception = "SignatureExpired"
	case errors.As(err, &badTime):
		d.Exception = "BadTimeSignature"
	case errors.As(err, &bad):
		d.Exception = "BadSignature"
	}
	if errors.As(err, &bad) {
		d.Payload = latin1(bad.Payload)
	}
	if errors.As(err, &badTime) && !badTime.DateSigned.IsZero() {
		d.Date = badTime.DateSigned.Unix()
	}
	return d
}

// damage changes a token a little, or not at all.
func damage(r *rand.Rand, token, sep string) string {
	b := []byte(token)
	for range r.IntN(3) {
		i := r.IntN(len(b) + 1)
		switch r.IntN(5) {
		case 0:
			b = b[:i]
		case 1:
			b = slices.Insert(b, i, pick(r, []byte("A=\"'\\._-+/ \x00\x7f\xff\n")...))
		case 2:
			if i < len(b) {
				b[i] ^= 1 << r.IntN(8)
			}
		case 3:
			b = slices.Concat(b[:i], []byte(sep), b[i:])
		case 4:
			if i < len(b) {
				b = slices.Delete(b, i, i+1)
			}
		}
	}
	return string(b)
}

// TestCrossItsdangerous signs random values here and loads them there, and the
// other way round.
func TestCrossItsdangerous(t *testing.T) {
	const count = 1000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var request struct {
		Count  int          `json:"count"`
		Seed   uint64       `json:"seed"`
		Tokens []crossToken `json:"tokens"`
		Broken []crossToken `json:"broken"`
	}
	request.Count, request.Seed = count, seed
	for range count {
		c := crossToken{
			Class: pick(r, "Signer", "TimestampSigner", "Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer"),
			Keys:  []string{"key " + randomText(r), "newest"}[r.IntN(2):], Salt: randomText(r), Sep: pick(r, ".", ":", "..", "|x|"),
			Derivation: pick(r, "django-concat", "concat", "hmac", "none"), Digest: pick(r, "sha1", "sha224", "sha256", "sha384", "sha512"),
		}
		v := randomValue(r, 0)
		if c.Class == "Signer" || c.Class == "TimestampSigner" {
			v = randomText(r)
		}
		c.Token, c.Value = c.dumps(t, v), encode(t, v)
		request.Tokens = append(request.Tokens, c)

		// What is signed may be anything: the damage may come before it.
		if r.IntN(4) == 0 && strings.HasSuffix(c.Class, "Serializer") {
			plain := c
			plain.Class = pick(r, "Signer", "TimestampSigner")
			c.Token = plain.dumps(t, damage(r, c.Token, c.Sep))
		} else {
			c.Token = damage(r, c.Token, c.Sep)
		}
		c.Now = time.Now().Unix() + r.Int64N(20)
		if r.IntN(3) > 0 {
			c.MaxAge = new(r.Int64N(20) - 2)
		}
		request.Broken = append(request.Broken, c)
	}
	wire := slices.Clone(request.Broken)
	for i := range wire {
		wire[i].Token = latin1(wire[i].Token)
	}
	damaged := request.Broken
	request.Broken = wire
	var answer struct {
		Loaded []string
		Tokens []crossToken
		Broken []diagnosis
	}
	python(t, "testdata/cross.py", request, &answer)
	if len(answer.Loaded) != count || len(answer.Tokens) != count {
		t.Fatalf("%d and %d answers", len(answer.Loaded), len(answer.Tokens))
	}
	for i, got := range answer.Loaded {
		if c := request.Tokens[i]; got != c.Value {
			t.Errorf("%+v\nmeans there %s", c, got)
		}
	}
	kinds := map[string]int{}
	for i, want := range answer.Broken {
		kinds[want.Exception]++
		if got := damaged[i].diagnose(t); got != want && want.Exception != "ValueError" {
			t.Errorf("%+v\ngives here  %+v\nand there   %+v", damaged[i], got, want)
		}
	}
	t.Logf("damaged tokens: %v", kinds)
	for _, c := range answer.Tokens {
		v, err := c.loads()
		if err != nil {
			t.Errorf("%+v\n%v", c, err)
		} else if got := encode(t, v); got != c.Value {
			t.Errorf("%+v\nmeans here %s", c, got)
		}
	}
}
