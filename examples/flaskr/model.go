package main

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/login"
)

// Limits of what may be stored, in characters. The forms say the same.
const (
	maxUsername = 80
	maxPassword = 256
	maxTitle    = 200
	maxBody     = 50_000
)

// An Account is a user without the password: what templates see as current_user.
type Account struct {
	bun.BaseModel `bun:"table:user,alias:u"`

	login.UserMixin `bun:"-"`
	ID              int64 `bun:",pk,autoincrement"`
	Username        string
}

// GetID is what the session says of the account.
func (a *Account) GetID() string { return strconv.FormatInt(a.ID, 10) }

// A credential is an account with the hash of its password. It stays in this
// package's auth views.
type credential struct {
	bun.BaseModel `bun:"table:user,alias:u"`

	Account  `bun:",extend"`
	Password string // a hash
}

// A Post is a post with its author's name.
type Post struct {
	bun.BaseModel `bun:"table:post,alias:p"`

	ID       int64 `bun:",pk,autoincrement"`
	AuthorID int64
	Created  time.Time
	Title    string
	Body     string
	Username string `bun:",scanonly"`
}

// longer tells whether a text has more than limit characters.
func longer(text string, limit int) bool { return utf8.RuneCountInString(text) > limit }

// lines turns the line ends of a form into those of the database.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
