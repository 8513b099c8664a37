package werkzeug

import (
	"strings"
	"unicode/utf8"
)

// alwaysSafe are the bytes that Werkzeug never quotes.
const alwaysSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~$!'()*+,;"

// URL puts the URL of a request together as get_current_url does: an address with
// letters of all scripts (IRI) for people to read. parts are the prefix, the path and
// the query, of which the last ones may be left out.
func URL(scheme, host string, parts ...string) string {
	u := scheme + "://" + host
	if len(parts) == 0 {
		return u + "/"
	}
	u += toIRI(quote(strings.TrimRight(parts[0], "/"), "/:")) + "/"
	if len(parts) > 1 {
		u += toIRI(quote(strings.TrimLeft(parts[1], "/"), "/:"))
	}
	if len(parts) > 2 && parts[2] != "" {
		u += "?" + toIRI(quote(parts[2], ":&%=+$!*'(),"))
	}
	return u
}

// quote is url_quote.
func quote(s, safe string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(alwaysSafe+safe, s[i]) >= 0 {
			b.WriteByte(s[i])
		} else {
			b.WriteString(percent(s[i]))
		}
	}
	return b.String()
}

func percent(c byte) string {
	const hex = "0123456789ABCDEF"
	return string([]byte{'%', hex[c>>4], hex[c&15]})
}

// toIRI decodes what uri_to_iri does: letters, and no reserved characters. Bytes that
// are no UTF-8 stay quoted.
func toIRI(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				if c := hi<<4 | lo; c >= utf8.RuneSelf || strings.IndexByte(alwaysSafe, c) >= 0 {
					b = append(b, c)
					i += 2
					continue
				}
			}
		}
		b = append(b, s[i])
	}
	var out strings.Builder
	for len(b) > 0 {
		_, n := utf8.DecodeRune(b)
		if n == 1 && b[0] >= utf8.RuneSelf {
			out.WriteString(percent(b[0]))
		} else {
			out.Write(b[:n])
		}
		b = b[n:]
	}
	return out.String()
}

// Latin1 is a header's value as WSGI has it: each byte a character.
func Latin1(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			r := make([]rune, len(s))
			for i := range len(s) {
				r[i] = rune(s[i])
			}
			return string(r)
		}
	}
	return s
}
