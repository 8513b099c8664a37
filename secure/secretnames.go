package secure

import "strings"

// The words in the name of a field, header, cookie or parameter whose value is
// nobody's business: anywhere, and as whole words.
var (
	sensitiveWords = []string{
		"password", "passwort", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "csrf",
		"apikey", "api_key", "api-key", "privatekey", "private_key", "private-key", "accesskey", "access_key", "access-key",
		"signingkey", "signing_key", "signing-key", "sessionid", "session_id", "session-id",
	}
	sensitiveWhole = []string{"pwd", "pass", "sid", "otp", "pin", "dsn"}
)

// SensitiveName reports whether a value of this name is a secret: one that holds
// password, secret, token, key, authorization, cookie or the like, in any case.
func SensitiveName(name string) bool {
	var buf [64]byte
	lower := name
	if len(name) <= len(buf) {
		lower = string(appendLower(buf[:0], name)) // stays on the stack
	} else {
		lower = strings.ToLower(name)
	}
	for _, word := range sensitiveWords {
		if strings.Contains(lower, word) {
			return true
		}
	}
	for _, word := range sensitiveWhole {
		for at, rest := 0, lower; ; {
			i := strings.Index(rest, word)
			if i < 0 {
				break
			}
			at += i
			end := at + len(word)
			if (at == 0 || !isWord(lower[at-1])) && (end == len(lower) || !isWord(lower[end])) {
				return true
			}
			at = end
			rest = lower[at:]
		}
	}
	return false
}

func isWord(c byte) bool { return isAlnum(c) || c == '_' }
