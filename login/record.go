package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// A Level says how far a login has come. Only [Full] is somebody: to every guard, loader and template the others are
// anonymous, and [At] alone lets them pass.
type Level string

// The levels.
const (
	// Full is a user who is logged in.
	Full Level = "full"
	// Pending is a user whose password was right and whose second factor is missing. It ends after Config.PendingFor.
	Pending Level = "pending"
	// Recovering is a visitor who followed a link in a mail and may do no more than set a password. It ends after
	// Config.PendingFor.
	Recovering Level = "recovering"
)

// A Record is one login: one user on one device. A [Store] keeps it.
type Record struct {
	// ID is the hexadecimal SHA-256 of the secret in the client's session. Whoever reads the store learns nothing that
	// is accepted. It is the name for [End].
	ID string
	// User is the user's GetID.
	User string
	// Level is how far the login has come.
	Level Level
	// Methods say how the user proved who they are, in the names of RFC 8176: "pwd", "otp".
	Methods []string
	// Token is the selector of the remember token that belongs to this login, "" without one.
	Token string
	// Address is the client's address at the last use, and Agent its User-Agent, cut to 256 bytes.
	Address, Agent string
	// Created is when the user logged in, Seen when the login was last used, to the minute. Proved is when the user last
	// entered a password or the like; zero is a login that is not fresh. Expires is the absolute end.
	Created, Seen, Proved, Expires time.Time
}

// Device describes the client in a few words for a list of logins, such as "Firefox on Linux". It trusts what the client
// says of itself.
func (r Record) Device() string {
	first := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(r.Agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// Browsers name others too, so the order is from the most special to the most general.
	browser := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "Firefox/", "Firefox", "FxiOS", "Firefox",
		"CriOS", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := first("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	}
	return "unknown device"
}

// A Token is what a remember cookie stands for. A [Store] keeps it.
type Token struct {
	// Selector finds the row; the cookie holds it in the open.
	Selector string
	// User is the user's GetID.
	User string
	// Hash is the hexadecimal SHA-256 of the verifier that the cookie holds, Previous that of the one before, "" when
	// there was none.
	Hash, Previous string
	// Methods say what the token stands for, in the names of RFC 8176: how its user proved who they are when it was made.
	Methods []string
	// Rotated is when Hash was made. Expires is the end; use does not move it.
	Rotated, Expires time.Time
}

// A Key is an API key. A [Store] keeps it without its secret.
type Key struct {
	// Prefix is the beginning of the key, which may be shown: it finds the row.
	Prefix string
	// User is the user's GetID.
	User string
	// Hash is the hexadecimal SHA-256 of the whole key.
	Hash string
	// Name is the user's own, at most 100 bytes. Scopes are what the application lets the key do; this package does not
	// look at them.
	Name   string
	Scopes []string
	// Created is when it was made, Used when it was last used, to the minute, zero for never. Expires is its end, zero
	// for none.
	Created, Used, Expires time.Time
}

// ErrNotFound says that a store has no such row, and a user loader that there is no such user.
var ErrNotFound = errors.New("login: not found")

// A Store keeps logins, remember tokens and API keys. [NewMemory] is one; contrib/db has one in SQL. It is safe for
// concurrent use. It may drop what has expired; the Manager checks the times itself. Times are kept to the millisecond
// or better. Any error but ErrNotFound means that it does not answer.
//
// Package logintest tests a Store.
type Store interface {
	// AddSession writes a new record.
	AddSession(ctx context.Context, r Record) error
	// Session returns the record of an id, or ErrNotFound.
	Session(ctx context.Context, id string) (Record, error)
	// TouchSession sets Seen and Address. No record is no error.
	TouchSession(ctx context.Context, id string, seen time.Time, address string) error
	// StaleSession makes Proved zero. No record is no error.
	StaleSession(ctx context.Context, id string) error
	// EndSession removes a record and reports whether it was there: of two calls at once, one is told so.
	EndSession(ctx context.Context, id string) (ended bool, err error)
	// SessionsOf returns the records of a user, the last used first.
	SessionsOf(ctx context.Context, user string) ([]Record, error)

	// AddToken writes a new token.
	AddToken(ctx context.Context, t Token) error
	// Token returns the token of a selector, or ErrNotFound.
	Token(ctx context.Context, selector string) (Token, error)
	// TokensOf returns the tokens of a user, the last rotated first.
	TokensOf(ctx context.Context, user string) ([]Token, error)
	// RotateToken makes to the Hash and from the Previous of a token whose Hash is from, in one conditional step, and
	// reports whether it did: of two calls at once, one does.
	RotateToken(ctx context.Context, selector, from, to string, at time.Time) (rotated bool, err error)
	// DeleteToken removes a token. No token is no error.
	DeleteToken(ctx context.Context, selector string) error

	// EndUser removes all tokens of a user, and then all records but the one with the id except, "" for none. A remember
	// cookie that is used meanwhile relies on the order.
	EndUser(ctx context.Context, user, except string) error

	// AddKey writes a new key.
	AddKey(ctx context.Context, k Key) error
	// Key returns the key of a prefix, or ErrNotFound.
	Key(ctx context.Context, prefix string) (Key, error)
	// UseKey sets Used. No key is no error.
	UseKey(ctx context.Context, prefix string, at time.Time) error
	// KeysOf returns the keys of a user, the newest first.
	KeysOf(ctx context.Context, user string) ([]Key, error)
	// DeleteKey removes a key of this user and reports whether it was there.
	DeleteKey(ctx context.Context, user, prefix string) (deleted bool, err error)
}

// secretSize is the size of everything that is proof by itself, in bytes.
const secretSize = 32

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}

func newSecret() string { return base64.RawURLEncoding.EncodeToString(randomBytes(secretSize)) }

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return string(text[:])
}
