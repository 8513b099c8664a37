package secure

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/punycode"
)

// toASCII converts the labels of a host that are not ASCII to their IDNA
// form: lower case, Punycode (RFC 3492), "xn--". The full preparation of IDNA
// (normalisation, script rules) needs tables that the standard library does
// not export; a label that is not in its composed, lower-case form is
// converted as it stands.
func toASCII(host string) (string, error) {
	if isASCII(host) {
		return host, nil
	}
	if len(host) > maxHostLength || !utf8.ValidString(host) {
		return "", errors.New("not a host name or an IP address")
	}
	name, port, hasPort := strings.Cut(host, ":")
	labels := strings.FieldsFunc(name, func(r rune) bool {
		// The full stops of IDNA (RFC 3490, section 3.1).
		return r == '.' || r == '\u3002' || r == '\uff0e' || r == '\uff61'
	})
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		for _, r := range label {
			if r >= utf8.RuneSelf && !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number) {
				return "", errors.New("a host name holds letters, digits and hyphens")
			}
		}
		labels[i] = "xn--" + punycode.Encode(strings.ToLower(label))
	}
	name = strings.Join(labels, ".")
	if hasPort {
		name += ":" + port
	}
	return name, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
