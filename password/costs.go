package password

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"fmt"
	"hash"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/scrypt"
)

// The most that a hash may ask for.
const (
	maxMemory     = 256 << 20 // bytes
	maxPasses     = 64        // of Argon2id over its memory
	maxWork       = 4 << 30   // bytes of memory filled, all passes and lanes together
	maxLanes      = 16
	maxIterations = 10_000_000
)

// costs are the cost parameters of one scheme.
type costs interface {
	check() error
	derive(password string, salt []byte, size int) ([]byte, error)
	below(other costs) bool // other is of the same scheme
}

// Argon2idCosts are the costs of Argon2id. Zero fields have the defaults, see [Options].
type Argon2idCosts struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

func (c Argon2idCosts) withDefaults() Argon2idCosts {
	return Argon2idCosts{orDefault(c.Memory, 19456), orDefault(c.Passes, 2), orDefault(c.Lanes, 1)}
}

func (c Argon2idCosts) check() error {
	memory := uint64(c.Memory) << 10
	switch {
	case c.Passes < 1, c.Lanes < 1, c.Memory < 8*uint32(c.Lanes):
		return fmt.Errorf("argon2id costs m=%d,t=%d,p=%d are too low", c.Memory, c.Passes, c.Lanes)
	case memory > maxMemory, c.Passes > maxPasses, memory*uint64(c.Passes) > maxWork, c.Lanes > maxLanes:
		return fmt.Errorf("argon2id costs m=%d,t=%d,p=%d are above the limits", c.Memory, c.Passes, c.Lanes)
	}
	return nil
}

func (c Argon2idCosts) derive(password string, salt []byte, size int) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Lanes, uint32(size)), nil
}

func (c Argon2idCosts) below(other costs) bool {
	o := other.(Argon2idCosts)
	return c.Memory < o.Memory || c.Passes < o.Passes || c.Lanes < o.Lanes
}

// ScryptCosts are the costs of scrypt. Zero fields have the defaults, see [Options].
type ScryptCosts struct {
	N int // a power of two
	R int
	P int
}

func (c ScryptCosts) withDefaults() ScryptCosts {
	return ScryptCosts{orDefault(c.N, 1<<15), orDefault(c.R, 8), orDefault(c.P, 1)}
}

func (c ScryptCosts) check() error {
	switch {
	case c.N < 2 || c.N&(c.N-1) != 0 || c.R < 1 || c.P < 1:
		return fmt.Errorf("scrypt costs %d:%d:%d are not valid", c.N, c.R, c.P)
	case c.N > maxMemory || c.R > maxMemory || c.P > maxLanes || uint64(c.N)*uint64(c.R) > maxMemory/128:
		return fmt.Errorf("scrypt costs %d:%d:%d are above the limits", c.N, c.R, c.P)
	}
	return nil
}

func (c ScryptCosts) derive(password string, salt []byte, size int) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return scrypt.Key([]byte(password), salt, c.N, c.R, c.P, size)
}

func (c ScryptCosts) below(other costs) bool {
	o := other.(ScryptCosts)
	return c.N < o.N || c.R < o.R || c.P < o.P
}

// PBKDF2Costs are the costs of PBKDF2. Zero fields have the defaults, see [Options].
type PBKDF2Costs struct {
	Hash       string // Python's name: sha256, sha512, …
	Iterations int
}

func (c PBKDF2Costs) withDefaults() PBKDF2Costs {
	return PBKDF2Costs{orDefault(c.Hash, "sha256"), orDefault(c.Iterations, 1_000_000)}
}

// digests are the hashes of Python's hashlib that PBKDF2 can use.
var digests = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha512_224": sha512.New512_224, "sha512_256": sha512.New512_256,
	"sha3_224": func() hash.Hash { return sha3.New224() }, "sha3_256": func() hash.Hash { return sha3.New256() },
	"sha3_384": func() hash.Hash { return sha3.New384() }, "sha3_512": func() hash.Hash { return sha3.New512() },
}

func (c PBKDF2Costs) check() error {
	switch {
	case digests[c.Hash] == nil:
		return fmt.Errorf("unsupported hash type %q", c.Hash)
	case c.Iterations < 1:
		return fmt.Errorf("pbkdf2 iterations %d are not valid", c.Iterations)
	case c.Iterations > maxIterations:
		return fmt.Errorf("pbkdf2 iterations %d are above the limit of %d", c.Iterations, maxIterations)
	}
	return nil
}

func (c PBKDF2Costs) derive(password string, salt []byte, size int) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return pbkdf2.Key(digests[c.Hash], password, salt, c.Iterations, size)
}

func (c PBKDF2Costs) below(other costs) bool {
	o := other.(PBKDF2Costs)
	return c.Hash != o.Hash || c.Iterations < o.Iterations
}

func orDefault[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}
