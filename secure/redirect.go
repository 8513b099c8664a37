package secure

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrNotLocal is returned by [LocalRedirect].
var ErrNotLocal = errors.New("secure: redirect target is not a path of this site")

// maxRedirect is the longest target that LocalRedirect accepts, in bytes.
const maxRedirect = 8 << 10

// LocalRedirect returns target, ready for a Location header, when a browser
// that follows it stays on this site, and [ErrNotLocal] otherwise. Use it for
// every target that came from outside, the "next" of a login form above all.
//
// A local target is a path ("/account?tab=2"), a query ("?page=3"), a fragment
// ("#top") or a relative path ("edit", "../list"). Refused are: any scheme
// ("https:", "javascript:"), a host ("//evil.example", "///evil.example"),
// backslashes, which browsers read as slashes, control characters and
// surrounding spaces, which browsers drop, each of these percent-encoded
// once, twice or three times in the path, dot segments that leave a double slash at
// the beginning ("/.//evil.example", "/a/..//evil.example"), text that is not UTF-8, and more than 8 KiB before or
// after encoding. In the query and the fragment only raw control characters
// and backslashes are refused. Spaces, quotes, angle brackets and characters
// outside ASCII come back percent-encoded.
func LocalRedirect(target string) (string, error) {
	if target == "" || len(target) > maxRedirect || !utf8.ValidString(target) || HeaderValue(target) != nil {
		return "", ErrNotLocal
	}
	if target[0] == ' ' || target[len(target)-1] == ' ' || strings.ContainsAny(target, "\\\t") {
		return "", ErrNotLocal
	}
	path := target
	if end := strings.IndexAny(target, "?#"); end >= 0 {
		path = target[:end]
	}
	for range 4 {
		if !localPath(path) {
			return "", ErrNotLocal
		}
		decoded, changed := unescapeLenient(path)
		if !changed {
			if target = escapeLocation(target); len(target) > maxRedirect {
				return "", ErrNotLocal
			}
			return target, nil
		}
		path = decoded
	}
	return "", ErrNotLocal
}

// localPath judges one stage of decoding.
func localPath(p string) bool {
	for i := range len(p) {
		if c := p[i]; c < ' ' || c == 0x7F || c == '\\' {
			return false
		}
	}
	if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ":") {
		return false
	}
	p = strings.TrimLeft(p, " ")
	// A path that begins with two slashes names a host. One that does so only
	// after its dot segments are resolved does for programs that clean it.
	if strings.HasPrefix(p, "//") {
		return false
	}
	if !strings.HasPrefix(p, ".") && !strings.Contains(p, "/.") {
		return true
	}
	var depth int  // segments before the one that is looked at, resolved
	var empty bool // the first of them is empty
	segments := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i, s := range segments {
		switch {
		case s == ".":
		case s == "..":
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				empty = s == ""
			}
			depth++
		}
		if depth > 0 && empty && i < len(segments)-1 {
			return false
		}
	}
	return true
}

// unescapeLenient decodes every well-formed escape once and leaves the rest.
func unescapeLenient(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, false
	}
	b := make([]byte, 0, len(s))
	changed := false
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				b = append(b, hi<<4|lo)
				i += 2
				changed = true
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b), changed
}

// escapeLocation percent-encodes what a URI may not hold (RFC 3986) and
// leaves existing escapes.
func escapeLocation(s string) string {
	const hex = "0123456789ABCDEF"
	bad := func(c byte) bool {
		return c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>^`{|}", c) >= 0
	}
	n := 0
	for i := range len(s) {
		if bad(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; bad(c) {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}
