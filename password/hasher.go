package password

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// A Scheme is a way to hash passwords.
type Scheme string

const (
	// Argon2id is the default (RFC 9106).
	Argon2id Scheme = "argon2id"
	// Scrypt is the default of Werkzeug since 2.3 (RFC 7914).
	Scrypt Scheme = "scrypt"
	// PBKDF2 is for Werkzeug before 2.3, or where FIPS 140 demands it
	// (RFC 8018).
	PBKDF2 Scheme = "pbkdf2"
)

// DefaultMaxLength is the length of the longest password, in bytes.
const DefaultMaxLength = 1024

// ErrTooLong says that a password is longer than the hasher's limit.
var ErrTooLong = errors.New("password: the password is too long")

// Options are the settings of a hasher.
type Options struct {
	// Scheme is the scheme of new hashes. The default is Argon2id.
	Scheme Scheme
	// Argon2id are the costs of Argon2id; zero fields have the defaults of
	// OWASP: 19,456 KiB, 2 passes, 1 lane.
	Argon2id Argon2idCosts
	// Scrypt are the costs of scrypt; zero fields have the defaults of
	// Werkzeug: N 32768, R 8, P 1.
	Scrypt ScryptCosts
	// PBKDF2 are the costs of PBKDF2; zero fields have the defaults of
	// Werkzeug: sha256, 1,000,000 iterations.
	PBKDF2 PBKDF2Costs
	// Parallel is how many hashes are computed at the same time. The default is GOMAXPROCS.
	Parallel int
	// MaxLength is the length of the longest password, in bytes. The default
	// is [DefaultMaxLength].
	MaxLength int
}

// A Hasher hashes and checks passwords. It is safe for concurrent use.
type Hasher struct {
	options Options
	slots   chan struct{}
	dummy   hashed
}

// New returns a hasher. It fails when a cost is out of bounds.
func New(options Options) (*Hasher, error) {
	o := options
	if o.Scheme == "" {
		o.Scheme = Argon2id
	}
	if o.Parallel <= 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	if o.MaxLength <= 0 {
		o.MaxLength = DefaultMaxLength
	}
	o.Argon2id = o.Argon2id.withDefaults()
	o.Scrypt = o.Scrypt.withDefaults()
	o.PBKDF2 = o.PBKDF2.withDefaults()
	h := &Hasher{options: o, slots: make(chan struct{}, o.Parallel)}
	var err error
	if h.dummy, err = h.fresh(); err != nil {
		return nil, err
	}
	if err := h.dummy.costs.check(); err != nil {
		return nil, fmt.Errorf("password: %w", err)
	}
	return h, nil
}

// fresh returns a hash of the hasher's scheme with a new salt and without a sum.
func (h *Hasher) fresh() (hashed, error) {
	switch h.options.Scheme {
	case Argon2id:
		return hashed{scheme: Argon2id, costs: h.options.Argon2id, salt: randomBytes(16)}, nil
	case Scrypt:
		return hashed{scheme: Scrypt, costs: h.options.Scrypt, salt: werkzeugSalt()}, nil
	case PBKDF2:
		return hashed{scheme: PBKDF2, costs: h.options.PBKDF2, salt: werkzeugSalt()}, nil
	}
	return hashed{}, fmt.Errorf("password: unknown scheme %q; use argon2id, scrypt or pbkdf2", h.options.Scheme)
}

// acquire waits for a slot. It takes none when ctx has ended, even when a slot is free.
func (h *Hasher) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if ctx.Err() != nil { // a slot was free and ctx had ended
		h.release()
		return context.Cause(ctx)
	}
	return nil
}

func (h *Hasher) release() { <-h.slots }

// Hash returns the hash of a password with a new salt. The error is [ErrTooLong], or that of ctx when it ends before a
// slot is free.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > h.options.MaxLength {
		return "", ErrTooLong
	}
	p, err := h.fresh()
	if err != nil {
		return "", err
	}
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	if p.sum, err = p.costs.derive(password, p.salt, p.sumSize()); err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return p.String(), nil
}

// Verify reports whether a password is that of a stored hash. It returns an error when it cannot tell: the hash is
// malformed or its costs are above the limits, or ctx ended before a slot was free. Pass the request's context, so that
// nothing is computed for a client that has gone. A hash in no known format is false without an error, as in Werkzeug,
// and so is a password above the hasher's limit.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > h.options.MaxLength {
		return false, nil
	}
	p, err := parse(hash)
	if err != nil {
		if errors.Is(err, errNotHash) {
			return false, nil
		}
		return false, fmt.Errorf("password: %w", err)
	}
	if err := h.acquire(ctx); err != nil {
		return false, err
	}
	defer h.release()
	sum, err := p.costs.derive(password, p.salt, p.sumSize())
	if err != nil {
		return false, fmt.Errorf("password: %w", err)
	}
	return subtle.ConstantTimeCompare(sum, p.sum) == 1, nil
}

// VerifyDummy does the work of Verify for a user that does not exist, so that the time does not tell who has an
// account. It takes as long as Verify does for hashes of the hasher's own scheme and costs. Hashes of an older
// application take another time until NeedsRehash has had them replaced. It fails when ctx ends before a slot is free.
func (h *Hasher) VerifyDummy(ctx context.Context, password string) error {
	if len(password) > h.options.MaxLength {
		return nil // as in Verify
	}
	if err := h.acquire(ctx); err != nil {
		return err
	}
	defer h.release()
	sum, err := h.dummy.costs.derive(password, h.dummy.salt, h.dummy.sumSize())
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	subtle.ConstantTimeCompare(sum, make([]byte, len(sum)))
	return nil
}

// NeedsRehash reports whether a stored hash should be replaced: it has another scheme than the hasher's, lower costs,
// or no known format.
func (h *Hasher) NeedsRehash(hash string) bool {
	p, err := parse(hash)
	return err != nil || p.scheme != h.options.Scheme || p.costs.below(h.dummy.costs)
}

// defaultHasher has the zero Options.
var defaultHasher = sync.OnceValue(func() *Hasher { return must(New(Options{})) })

// Flask returns a hasher whose hashes Werkzeug 2.3 and later can verify: scrypt with N 32768, R 8 and P 3, the costs
// that OWASP recommends. It is for applications that share their users with a Flask application.
var Flask = sync.OnceValue(func() *Hasher {
	return must(New(Options{Scheme: Scrypt, Scrypt: ScryptCosts{P: 3}}))
})

func must(h *Hasher, err error) *Hasher {
	if err != nil {
		panic(err) // cannot fail: the options are valid
	}
	return h
}

// Hash is [Hasher.Hash] with the default options: Argon2id.
func Hash(ctx context.Context, password string) (string, error) {
	return defaultHasher().Hash(ctx, password)
}

// Verify is [Hasher.Verify] with the default options. It reads all formats.
func Verify(ctx context.Context, hash, password string) (bool, error) {
	return defaultHasher().Verify(ctx, hash, password)
}

// VerifyDummy is [Hasher.VerifyDummy] with the default options.
func VerifyDummy(ctx context.Context, password string) error {
	return defaultHasher().VerifyDummy(ctx, password)
}

// NeedsRehash reports whether a stored hash differs from what Hash makes today. If so, hash the password again after it
// was verified.
func NeedsRehash(hash string) bool { return defaultHasher().NeedsRehash(hash) }
