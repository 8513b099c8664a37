package accounts

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/mail"
)

var errEmail = errors.New("accounts: it is no address like ada@example.com")

// CanonicalEmail is the one form of an address in which accounts are stored and looked for: lower case, with the domain
// in the form of the DNS. The part before the @ is ASCII. So nothing is normalised after it was checked, and no letter
// that only looks like an @ becomes one (GHSA-7rqj-j65f-68wh). Two mailboxes that differ in upper and lower case alone
// are one here, as they are at every large provider.
func CanonicalEmail(text string) (string, error) {
	text = strings.Trim(text, " \t\r\n")
	if strings.ContainsAny(text, " \t\r\n<>\"(),:;") || strings.Count(text, "@") != 1 {
		return "", errEmail
	}
	foreign := func(r rune) bool {
		return r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}
	if strings.ContainsFunc(text, foreign) {
		return "", errEmail
	}
	box, err := mail.Mailbox(text)
	if err != nil {
		return "", errEmail
	}
	return strings.ToLower(box), nil
}
