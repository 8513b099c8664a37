package password

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxHash is the length of the longest stored hash that is read.
const maxHash = 4096

// errNotHash says that a string has none of the formats.
var errNotHash = errors.New("the stored hash is malformed")

// A hashed is a parsed stored hash.
type hashed struct {
	scheme Scheme
	costs  costs
	salt   []byte
	sum    []byte
}

// sumSize returns the size of the sum: of the stored one, or of a new one when there is none yet.
func (p hashed) sumSize() int {
	if p.sum != nil {
		return len(p.sum)
	}
	switch p.scheme {
	case Scrypt:
		return 64
	case PBKDF2:
		return digests[p.costs.(PBKDF2Costs).Hash]().Size()
	}
	return 32
}

// String returns the hash as it is stored.
func (p hashed) String() string {
	switch c := p.costs.(type) {
	case ScryptCosts:
		return fmt.Sprintf("scrypt:%d:%d:%d$%s$%x", c.N, c.R, c.P, p.salt, p.sum)
	case PBKDF2Costs:
		return fmt.Sprintf("pbkdf2:%s:%d$%s$%x", c.Hash, c.Iterations, p.salt, p.sum)
	case Argon2idCosts:
		b64 := base64.RawStdEncoding.EncodeToString
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", c.Memory, c.Passes, c.Lanes, b64(p.salt), b64(p.sum))
	}
	return ""
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}

// werkzeugSalt returns a salt as Werkzeug makes it: 16 random bytes as 22 characters of base64url. The text itself is
// the salt.
func werkzeugSalt() []byte { return base64.RawURLEncoding.AppendEncode(nil, randomBytes(16)) }

// parse parses a stored hash. It does not check the costs; that is done before they are used.
func parse(s string) (hashed, error) {
	if len(s) > maxHash {
		return hashed{}, errNotHash
	}
	if rest, ok := strings.CutPrefix(s, "$argon2id$"); ok {
		return parsePHC(rest)
	}
	// Werkzeug: method$salt$hex
	parts := strings.SplitN(s, "$", 3)
	if len(parts) != 3 {
		return hashed{}, errNotHash
	}
	p := hashed{salt: []byte(parts[1])}
	method, args, some := strings.Cut(parts[0], ":")
	var err error
	switch method {
	case "scrypt":
		p.scheme = Scrypt
		p.costs, err = parseScrypt(args, some)
	case "pbkdf2":
		p.scheme = PBKDF2
		p.costs, err = parsePBKDF2(args, some)
	default:
		return hashed{}, fmt.Errorf("Invalid hash method '%s'.", method)
	}
	if err != nil {
		return hashed{}, err
	}
	if err := p.costs.check(); err != nil {
		return hashed{}, err
	}
	sum, err := hex.DecodeString(parts[2])
	// The sum must have the size of the scheme, because a shorter one is easier to match. Werkzeug compares texts, so
	// upper-case digits do not match.
	if err != nil || len(sum) != p.sumSize() || strings.ToLower(parts[2]) != parts[2] {
		return hashed{}, errNotHash
	}
	p.sum = sum
	return p, nil
}

func parseScrypt(args string, some bool) (ScryptCosts, error) {
	if !some {
		return ScryptCosts{}.withDefaults(), nil
	}
	parts := strings.Split(args, ":")
	if len(parts) != 3 {
		return ScryptCosts{}, errors.New("'scrypt' takes 3 arguments.")
	}
	var n [3]int
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return ScryptCosts{}, errors.New("'scrypt' takes 3 arguments.")
		}
		n[i] = int(v)
	}
	return ScryptCosts{n[0], n[1], n[2]}, nil
}

func parsePBKDF2(args string, some bool) (PBKDF2Costs, error) {
	c := PBKDF2Costs{}.withDefaults()
	if !some {
		return c, nil
	}
	name, count, counted := strings.Cut(args, ":")
	c.Hash = name
	if !counted {
		return c, nil
	}
	if strings.Contains(count, ":") {
		return c, errors.New("'pbkdf2' takes 2 arguments.")
	}
	n, err := strconv.ParseUint(count, 10, 31)
	if err != nil {
		return c, fmt.Errorf("pbkdf2 iterations %q are not a number", count)
	}
	c.Iterations = int(n)
	return c, nil
}

// parsePHC reads what follows "$argon2id$" in the PHC string format.
func parsePHC(s string) (hashed, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 4 || parts[0] != "v=19" {
		return hashed{}, errNotHash
	}
	var c Argon2idCosts
	fields := strings.Split(parts[1], ",")
	if len(fields) != 3 {
		return hashed{}, errNotHash
	}
	var n [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(fields[i], name)
		v, err := strconv.ParseUint(text, 10, 32)
		if !ok || err != nil || i == 2 && v > 255 {
			return hashed{}, errNotHash
		}
		n[i] = v
	}
	c = Argon2idCosts{uint32(n[0]), uint32(n[1]), uint8(n[2])}
	if err := c.check(); err != nil {
		return hashed{}, err
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, err1 := b64.DecodeString(parts[2])
	sum, err2 := b64.DecodeString(parts[3])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 128 {
		return hashed{}, errNotHash
	}
	return hashed{Argon2id, c, salt, sum}, nil
}

// ParseMethod reads the method argument of Werkzeug's generate_password_hash: "scrypt", "scrypt:32768:8:1", "pbkdf2",
// "pbkdf2:sha512", "pbkdf2:sha256:600000". It also reads "argon2id". Costs that are left out have their defaults.
func ParseMethod(method string) (Options, error) {
	name, args, some := strings.Cut(method, ":")
	var o Options
	var err error
	switch {
	case name == "scrypt":
		o.Scheme = Scrypt
		o.Scrypt, err = parseScrypt(args, some)
	case name == "pbkdf2":
		o.Scheme = PBKDF2
		o.PBKDF2, err = parsePBKDF2(args, some)
	case method == "argon2id":
		o.Scheme = Argon2id
	default:
		err = fmt.Errorf("Invalid hash method '%s'.", name)
	}
	if err != nil {
		return Options{}, fmt.Errorf("password: %w", err)
	}
	return o, nil
}
