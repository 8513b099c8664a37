package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// An API key is keyLabel, 8 characters that name it, "_", 52 that are secret and 7 that are a checksum, so that a program
// that looks for leaked keys recognizes one and a mistyped key asks no database. The characters are those of base32.
const (
	keyLabel  = "key_"
	keyPrefix = len(keyLabel) + 8
	keyLength = keyPrefix + 1 + 52 + 7
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// maxKeys is how many API keys a user has.
const maxKeys = 100

var errTooMany = fmt.Errorf("the user has %d API keys, which is as many as one may have; delete one", maxKeys)

// usedKey is the key that APIKeys found.
var usedKey = dewar.NewKey[*apiKey]("_login_key")

// apiKey keeps the fields of a Key from templates, which see g._login_key.
type apiKey struct{ key Key }

func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	return base32Lower.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
}

// parseKey returns the prefix of an API key. It takes what this package writes and nothing else.
func parseKey(text string) (prefix string, ok bool) {
	if len(text) != keyLength || !strings.HasPrefix(text, keyLabel) || text[keyPrefix] != '_' {
		return "", false
	}
	for _, b := range []byte(text[len(keyLabel):keyPrefix] + text[keyPrefix+1:]) {
		if (b < 'a' || b > 'z') && (b < '2' || b > '7') {
			return "", false
		}
	}
	return text[:keyPrefix], checksum(text[:keyLength-7]) == text[keyLength-7:]
}

// NewKey makes an API key for a user and returns it with what is kept of it. The text is shown to the user once: only its
// hash is stored. Of the given Key it takes User, Name, Scopes and Expires. It fails for a User that is not 1 to 255
// bytes, a Name above 100, Scopes above 1,000 together or with spaces, a user with 100 keys, and when the store does not
// answer.
func (m *Manager) NewKey(ctx context.Context, k Key) (text string, made Key, err error) {
	if err := checkID(k.User); err != nil {
		return "", Key{}, err
	}
	if scopes := strings.Join(k.Scopes, " "); len(k.Name) > 100 || len(scopes) > 1000 || len(strings.Fields(scopes)) != len(k.Scopes) {
		return "", Key{}, errors.New("login: NewKey: Name has at most 100 bytes, Scopes have 1,000 together, and no scope is empty or has a space")
	}
	if keys, err := m.cfg.Store.KeysOf(ctx, k.User); err != nil || len(keys) >= maxKeys {
		return "", Key{}, fmt.Errorf("login: NewKey: %w", cmp.Or(err, errTooMany))
	}
	b := make([]byte, 5+secretSize)
	rand.Read(b)
	k.Prefix = keyLabel + base32Lower.EncodeToString(b[:5])
	text = k.Prefix + "_" + base32Lower.EncodeToString(b[5:])
	text += checksum(text)
	k.Hash, k.Created, k.Used = hash(text), time.Now(), time.Time{}
	if err := m.cfg.Store.AddKey(ctx, k); err != nil {
		return "", Key{}, fmt.Errorf("login: NewKey: %w", err)
	}
	m.app.Emit(dewar.SecurityEvent{Name: dewar.EventTokenCreated, User: k.User, Detail: "API key " + k.Prefix})
	return text, k, nil
}

// Keys lists the API keys of a user, the newest first.
func (m *Manager) Keys(ctx context.Context, user string) ([]Key, error) {
	return m.cfg.Store.KeysOf(ctx, user)
}

// DeleteKey ends an API key of a user, by its prefix. It fails with [ErrNotFound] for a key that is none of this user's.
func (m *Manager) DeleteKey(ctx context.Context, user, prefix string) error {
	deleted, err := m.cfg.Store.DeleteKey(ctx, user, prefix)
	if err == nil && !deleted {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("login: DeleteKey: %w", err)
	}
	m.app.Emit(dewar.SecurityEvent{Name: dewar.EventTokenRevoked, User: user, Detail: "API key " + prefix})
	return nil
}

// UsedKey returns the API key that sent the request, for a look at its Scopes, and whether it was one.
func UsedKey(c *dewar.Context) (Key, bool) {
	if v := must(c); v.key != nil {
		return v.key.key, true
	}
	return Key{}, false
}

// APIKeys is a Loader for the keys of [Manager.NewKey], in X-API-Key or Authorization: Bearer. A Bearer token that does not look
// like one is left to the next Loader.
func APIKeys() Loader { return apiKeys{} }

type apiKeys struct{}

func (apiKeys) Challenge() string { return "Bearer" }

func (apiKeys) Load(c *dewar.Context) (string, error) {
	text := c.Request().Header.Get("X-API-Key")
	given := text != ""
	if !given {
		text, _ = secure.BearerToken(c.Request())
	}
	prefix, ok := parseKey(text)
	switch {
	case !ok && given, !ok && strings.HasPrefix(text, keyLabel):
		return "", ErrCredential
	case !ok:
		return "", nil
	}
	store, now := managerOf(c).cfg.Store, time.Now()
	k, err := store.Key(c.Context(), prefix)
	sum := hash(text)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", ErrCredential
	case err != nil:
		return "", err
	case !same(k.Hash, sum), !k.Expires.IsZero() && now.After(k.Expires):
		return k.User, ErrCredential
	}
	if now.Sub(k.Used) >= touchEvery {
		if err := store.UseKey(c.Context(), prefix, now); err != nil {
			return "", err
		}
	}
	usedKey.Set(c, &apiKey{k})
	return k.User, nil
}
