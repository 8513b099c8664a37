package routing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/punycode"
)

// encodeHost lower-cases a host name and encodes it for the DNS: IDNA 2003 (RFC 3490), as Python's codec does. A port
// is kept. The standard library has no normalization (NFKC), so only wide letters and characters without a shape are
// normalized.
func encodeHost(host string) (string, error) {
	if !utf8.ValidString(host) {
		return "", ErrBadHost
	}
	host = strings.ToLower(host)
	name, port := host, ""
	if i := strings.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i:]
	}
	if plainHost(name) {
		return host, nil
	}
	labels := strings.Split(prepared.Replace(strings.Map(prepare, name)), ".")
	for i, label := range labels {
		if label == "" && i < len(labels)-1 {
			return "", ErrBadHost
		}
		if !isASCII(label) && utf8.RuneCountInString(label) <= 63 {
			label = "xn--" + punycode.Encode(label)
		}
		if len(label) > 63 {
			return "", ErrBadHost
		}
		labels[i] = label
	}
	return strings.Join(labels, ".") + port, nil
}

// plainHost reports whether a name is ASCII in lower case and needs no encoding.
func plainHost(name string) bool {
	length := 0
	for i := range len(name) {
		switch {
		case name[i] >= utf8.RuneSelf:
			return false
		case name[i] == '.' && length == 0:
			return false
		case name[i] == '.':
			length = 0
		default:
			if length++; length > 63 {
				return false
			}
		}
	}
	return true
}

// prepared replaces characters that become several, and full stops that are no ".".
var prepared = strings.NewReplacer("\u3002", ".", "\uff61", ".", "ß", "ss")

// prepare maps one character as Nameprep (RFC 3491) does, as far as small tables can.
func prepare(r rune) rune {
	switch {
	case r == 0xad, r == 0x34f, r == 0x1806, 0x180b <= r && r <= 0x180d, 0x200b <= r && r <= 0x200d,
		r == 0x2060, 0xfe00 <= r && r <= 0xfe0f, r == 0xfeff:
		return -1 // removed
	case 0xff01 <= r && r <= 0xff5e:
		return unicode.ToLower(r - 0xfee0) // the wide forms of ASCII
	case r == 'ς':
		return 'σ'
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
