package accounts

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

// A PasswordPolicy says which passwords are taken (NIST SP 800-63B-4, section 3.1.1.2): long ones that are not easily
// guessed. There are no rules about kinds of characters, and no password grows old.
type PasswordPolicy struct {
	// MinLength is the number of characters of a password that is the only factor. Default: 15.
	MinLength int
	// MinLengthWithFactor is that of an account with a second factor. Default: 8.
	MinLengthWithFactor int
	// Words must not make up most of a password, such as the product's name. The name of the site and the address of the
	// account are among them. Default: none.
	Words []string
	// Breached asks for passwords that were stolen elsewhere, such as a [RangeService]. It is given a second; when it does
	// not answer, the password passes, with an event. Default: none.
	Breached Breached
	// Normalize makes one form of texts that look the same before they are hashed and checked, such as norm.NFKC.String
	// of golang.org/x/text/unicode/norm, as NIST recommends. A later change locks those out whose passwords it changes.
	// Default: none, a password is the bytes that were typed; browsers and keyboards of all common systems type
	// composed letters (NFC).
	Normalize func(string) string
}

// Breached knows passwords that were stolen elsewhere.
type Breached interface {
	Breached(ctx context.Context, password string) (bool, error)
}

// maxPassword is the length of the longest password in bytes: that of package password.
const maxPassword = 1024

const breachedTime = time.Second

//go:generate python3 testdata/common.py /usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz
//go:embed common.txt.gz
var commonFile []byte

// common has passwords of 8 to 14 characters that many people use, in lower case.
var common = sync.OnceValue(func() map[string]struct{} {
	r, err := gzip.NewReader(bytes.NewReader(commonFile))
	if err != nil {
		panic(err) // the file is part of the program
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	set := make(map[string]struct{}, 9000)
	for line := range strings.Lines(string(text)) {
		set[strings.TrimSuffix(line, "\n")] = struct{}{}
	}
	return set
})

func (p *PasswordPolicy) setDefaults() {
	p.MinLength = cmp.Or(p.MinLength, 15)
	p.MinLengthWithFactor = cmp.Or(p.MinLengthWithFactor, 8)
}

// normalize gives the form of a password that is hashed.
func (p *PasswordPolicy) normalize(password string) string {
	if p.Normalize != nil && len(password) <= maxPassword {
		return p.Normalize(password)
	}
	return password
}

// A refusal is why a password is not taken: a code, a text with at most one number, which is translated before the
// number is put in.
type refusal struct {
	code, text string
	number     int
}

// refuse looks for what makes a password easy to guess. words are those of the account.
func (p *PasswordPolicy) refuse(password string, withFactor bool, words ...string) *refusal {
	least := p.MinLength
	if withFactor {
		least = p.MinLengthWithFactor
	}
	folded := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < least:
		return &refusal{"length", "Use at least %(number)s characters. A few words that have nothing to do with each other are good.", least}
	case len(password) > maxPassword:
		return &refusal{"length", "Use at most %(number)s bytes.", maxPassword}
	}
	if _, ok := common()[folded]; ok {
		return &refusal{code: "common", text: "Many people use this password, so it is among the first that are tried."}
	}
	rest := folded
	for _, word := range slices.Concat(words, p.Words) {
		if word = strings.ToLower(word); utf8.RuneCountInString(word) >= 4 {
			rest = strings.ReplaceAll(rest, word, "")
		}
	}
	// What is left must be worth a password of half the length: a known word with padding is none.
	if rest != folded && distinct(rest) < least/2 {
		return &refusal{code: "context", text: "Leave the name of the site and your address out of it."}
	}
	if periodic(folded) || distinct(folded) < least/2 {
		return &refusal{code: "pattern", text: "Repeats, rows of keys and sequences like 12345 are easy to guess."}
	}
	return nil
}

// rows are keys that lie beside each other.
var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1234567890", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"}

// distinct counts the characters that a guesser cannot derive from those before: three that were there before, a
// character that follows in a sequence or on the keyboard, and one that was there three times before count nothing.
func distinct(text string) (n int) {
	runes := []rune(text)
	seen, threes := map[rune]int{}, map[[3]rune]bool{}
	for i, r := range runes {
		repeated := false
		if i >= 2 {
			three := [3]rune(runes[i-2 : i+1])
			repeated, threes[three] = threes[three], true
		}
		if seen[r]++; seen[r] <= 3 && !repeated && (i == 0 || !follows(runes[i-1], r)) {
			n++
		}
	}
	return n
}

// follows reports whether b comes after a, or before it, in the alphabet, in counting or on a keyboard, or is the same.
func follows(a, b rune) bool {
	if d := b - a; d >= -1 && d <= 1 && (unicode.IsLetter(a) || unicode.IsDigit(a) || d == 0) {
		return true
	}
	pair, back := string([]rune{a, b}), string([]rune{b, a})
	return slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, pair) || strings.Contains(row, back) })
}

// periodic reports whether a text is a shorter one several times.
func periodic(text string) bool {
	return len(text) > 1 && strings.Contains((text + text)[1:2*len(text)-1], text)
}

// words are what a password of an address must not be made of.
func (a *Accounts) words(email string) []string {
	local, domain, _ := strings.Cut(email, "@")
	list := []string{email, local, domain, a.cfg.Site}
	for _, part := range []string{local, domain, a.cfg.Site} {
		list = append(list, strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	// The longest first: what is left of it is no word of its own.
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return list
}

// acceptable looks at a new password, and makes what is wrong with it an error of the form's field.
func (a *Accounts) acceptable(c *dewar.Context, field *forms.BoundField, password, email string, withFactor bool) bool {
	if r := a.cfg.Passwords.refuse(password, withFactor, a.words(email)...); r != nil {
		field.AddError(r.code, strings.ReplaceAll(forms.Gettext(c, r.text), "%(number)s", strconv.Itoa(r.number)))
		return false
	}
	if a.cfg.Passwords.Breached == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(c.Context(), breachedTime)
	defer cancel()
	breached, err := a.cfg.Passwords.Breached.Breached(ctx, password)
	if err != nil {
		c.Emit(dewar.SecurityEvent{Name: "sys_monitor_disabled", Detail: fmt.Sprintf("stolen passwords were not asked for: %v", err)})
		return true
	}
	if breached {
		field.AddError("breached", forms.Gettext(c, "This password was stolen from another site, so it is among the first that are tried."))
	}
	return !breached
}
