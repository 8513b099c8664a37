package cache

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// place is where an entry is kept, and the keys of the tokens that it is valid under: that of
// the cache and those of its tags.
type place struct {
	entry  string
	tokens []string
}

// A token is random, and another one from when what depends on it is invalidated. An
// entry holds those that were there before it was made, and is valid while they are
// there still: a token that a store has lost takes its entries along.
const (
	tokenSize = 8
	maxKept   = 30 * 24 * time.Hour
	tokenTTL  = maxKept + 24*time.Hour
)

func newToken() []byte {
	t := make([]byte, tokenSize)
	rand.Read(t)
	return t
}

func renew(ctx context.Context, store Store, key string) error {
	if err := store.Set(ctx, key, newToken(), tokenTTL); err != nil {
		return fmt.Errorf("cache: what depends on it is not forgotten: %w", err)
	}
	return nil
}

// An entry is kept as version, kind, the number of its tokens, the end of its freshness in
// milliseconds, the tokens and the value.
type entry struct {
	negative bool
	soft     time.Time // fresh until then
	data     []byte
}

const (
	formatVersion = 2
	headSize      = 11
)

const (
	kindValue = iota
	kindNegative
	kindTombstone // of a deleted entry: what is loaded meanwhile is not kept
)

func (e *entry) encode(tokens [][]byte) []byte {
	b := make([]byte, 0, headSize+len(tokens)*tokenSize+len(e.data))
	b = append(b, formatVersion, kindValue, byte(len(tokens))) //nolint:gosec // New bounds them
	if e.negative {
		b[1] = kindNegative
	}
	b = binary.BigEndian.AppendUint64(b, uint64(e.soft.UnixMilli())) //nolint:gosec // read back as it is written
	for _, t := range tokens {
		b = append(b, t...)
	}
	return append(b, e.data...)
}

// decode reads an entry; nil for one of another format or that is not valid any more.
func decode(b []byte, tokens [][]byte) *entry {
	head := headSize + len(tokens)*tokenSize
	if len(b) < head || b[0] != formatVersion || b[1] > kindNegative || int(b[2]) != len(tokens) {
		return nil
	}
	for i, t := range tokens {
		if len(t) != tokenSize || !bytes.Equal(b[headSize+i*tokenSize:headSize+(i+1)*tokenSize], t) {
			return nil
		}
	}
	soft := time.UnixMilli(int64(binary.BigEndian.Uint64(b[3:]))) //nolint:gosec // as above
	return &entry{negative: b[1] == kindNegative, soft: soft, data: b[head:]}
}

func tagKey(tag string) string { return storeKey("t", tag) }

// storeKey is a kind and a text, which is hashed when it is long or not plain ASCII.
func storeKey(kind, text string) string {
	for i := range len(text) {
		if c := text[i]; len(text) > 200 || c <= ' ' && c != 0 || c >= 0x7f {
			sum := sha256.Sum256([]byte(text))
			return kind + "#" + hex.EncodeToString(sum[:])
		}
	}
	return kind + ":" + text
}

// entries reads and writes the entries of a cache.
type entries struct {
	store                Store
	name                 string
	ttl, stale, negative time.Duration
	loadTimeout          time.Duration
	maxValue             int
	failWhenDown         bool
	spare                *Memory
	keys                 []sign.DerivedKey
	log                  *slog.Logger
	slots                chan struct{} // for loads while the store is down
	mu                   sync.Mutex
	flights              map[string]*flight
	downTill             time.Time
}

// found is what a store has for a place.
type found struct {
	kept   []byte   // the bytes of the entry, nil for none
	tokens [][]byte // nil for what is not there
	entry  *entry   // nil for none that is valid
}

func (c *entries) read(ctx context.Context, p place) (f found, err error) {
	values, err := c.store.Get(ctx, append([]string{p.entry}, p.tokens...)...)
	if err != nil {
		return f, fmt.Errorf("cache: %s: %w", c.name, err)
	}
	f.kept, f.tokens = values[0], values[1:]
	data := f.kept
	if c.keys != nil {
		data = c.open(data, p.entry)
	}
	f.entry = decode(data, f.tokens)
	return f, nil
}

// prepare makes the tokens that are not there, before a value is loaded.
func (c *entries) prepare(ctx context.Context, p place, f *found) error {
	for i, t := range f.tokens {
		if t != nil {
			continue
		}
		t = newToken()
		mine, err := c.store.Swap(ctx, p.tokens[i], nil, t, tokenTTL)
		if err == nil && !mine { // somebody else's is there now
			var values [][]byte
			if values, err = c.store.Get(ctx, p.tokens[i]); err == nil {
				t = values[0]
			}
		}
		if err != nil {
			return fmt.Errorf("cache: %s: %w", c.name, err)
		}
		f.tokens[i] = t
	}
	return nil
}

// write keeps a value where nothing has changed since before was found.
func (c *entries) write(ctx context.Context, p place, before found, data []byte, negative bool) error {
	if err := c.prepare(ctx, p, &before); err != nil {
		return err
	}
	b, kept := c.encode(p, before.tokens, data, negative)
	if b == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err // a load that did not end in time: the tombstone of a Delete may be gone
	}
	_, err := c.store.Swap(ctx, p.entry, before.kept, b, kept)
	return err
}

// encode makes the entry of a value, and says how long it is kept; nil for one that is not.
func (c *entries) encode(p place, tokens [][]byte, data []byte, negative bool) ([]byte, time.Duration) {
	ttl, kept := c.ttl, c.ttl+c.stale
	if negative {
		ttl, kept = c.negative, c.negative
	}
	if len(data) > c.maxValue || ttl <= 0 {
		return nil, 0
	}
	e := entry{negative: negative, soft: time.Now().Add(ttl - spread(ttl)), data: data}
	b := e.encode(tokens)
	if c.keys != nil {
		b = c.seal(b, p.entry)
	}
	return b, kept
}

// bury puts a tombstone where an entry was, for as long as a load of it may be under way.
func (c *entries) bury(ctx context.Context, p place) error {
	if c.spare != nil {
		_ = c.spare.Delete(ctx, p.entry)
	}
	stone := append([]byte{formatVersion, kindTombstone}, newToken()...)
	if err := c.store.Set(ctx, p.entry, stone, c.loadTimeout); err != nil {
		return fmt.Errorf("cache: %s: the value is not forgotten: %w", c.name, err)
	}
	return nil
}

// seal encrypts an entry for its key: id of the ring's key, nonce, ciphertext.
func (c *entries) seal(b []byte, key string) []byte {
	own := &c.keys[0]
	aead := gcm(own.Key())
	out := append([]byte(nil), own.ID[:]...)
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	out = append(out, nonce...)
	return aead.Seal(out, nonce, b, []byte(key))
}

// open decrypts an entry; nil for one that is none, or of a key that is gone.
func (c *entries) open(b []byte, key string) []byte {
	for i := range c.keys {
		own := &c.keys[i]
		if !bytes.HasPrefix(b, own.ID[:]) {
			continue
		}
		aead, rest := gcm(own.Key()), b[len(own.ID):]
		if len(rest) < aead.NonceSize() {
			return nil
		}
		n := aead.NonceSize()
		if data, err := aead.Open(nil, rest[:n], rest[n:], []byte(key)); err == nil {
			return data
		}
	}
	return nil
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}
