package secure

import "strings"

// maxDisposition bounds the file name of a Content-Disposition, in bytes.
const maxDisposition = 1024

// ContentDisposition returns the value of a Content-Disposition header (RFC
// 6266) for a disposition, "attachment" or "inline", and the file name a
// browser should save under. An empty file name gives the disposition alone.
//
// A name within ASCII is one filename parameter, a token where it can be and
// a quoted string otherwise. Another name is folded to ASCII for filename and
// given whole, in UTF-8, by filename* (RFC 8187), as Werkzeug's send_file
// does. Nothing in the name can end the parameter or the header: line breaks
// and other control characters become underscores (CVE-2020-15111), quotes
// and backslashes are escaped (CVE-2023-29401, CVE-2022-36359), and a percent
// sign in the folded name, which some browsers decode, becomes an underscore.
// Slashes and backslashes are replaced too: a name is no path. A name of more
// than 1024 bytes is cut. A disposition that is not a token panics.
func ContentDisposition(disposition, filename string) string {
	if disposition == "" || tokenLength(disposition) != len(disposition) {
		panic("secure: ContentDisposition: the disposition is not a token; use \"attachment\" or \"inline\"")
	}
	if filename == "" {
		return disposition
	}
	if len(filename) > maxDisposition {
		filename = filename[:maxDisposition]
	}
	filename = strings.ToValidUTF8(filename, "\uFFFD")
	clean := strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r >= 0x7F && r < 0xA0, r == '/', r == '\\', bidi(r), r == '\u2028', r == '\u2029':
			return '_'
		}
		return r
	}, filename)
	if isASCII(clean) {
		return disposition + "; filename=" + quote(clean)
	}
	var plain strings.Builder
	for _, r := range clean {
		switch {
		case r == '%':
			plain.WriteByte('_')
		case r < 0x80:
			plain.WriteByte(byte(r))
		default:
			for _, c := range []byte(fold(r)) {
				if c < ' ' || c == '/' || c == '\\' || c == '%' || c == 0x7F {
					c = '_'
				}
				plain.WriteByte(c)
			}
		}
	}
	return disposition + "; filename=" + quote(plain.String()) + "; filename*=UTF-8''" + extendedValue(clean)
}

// bidi reports whether r turns the direction of text, which shows
// "gpj.exe" as "exe.jpg".
func bidi(r rune) bool {
	return r == '\u061C' || r == '\u200E' || r == '\u200F' || '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}

// extendedValue percent-encodes all but the attr-char of RFC 8187 that
// RFC 3986 leaves unreserved.
func extendedValue(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
