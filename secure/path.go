package secure

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxPath is the longest escaped path that [CanonicalPath] reads, in bytes.
const MaxPath = 8 << 10

// ErrBadPath is matched by every error of [CanonicalPath] but
// [ErrPathTooLong]. The answer to it is 400 Bad Request.
var ErrBadPath = errors.New("secure: bad path")

// ErrPathTooLong is returned for a path of more than [MaxPath] bytes. The
// answer to it is 414 URI Too Long.
var ErrPathTooLong = errors.New("secure: path too long")

// A PathError says why a path was refused. It matches [ErrBadPath].
type PathError struct {
	// Reason is one of a fixed set of short texts; it never holds a part of
	// the path and may be logged and shown.
	Reason string
}

func (e *PathError) Error() string { return "secure: bad path: " + e.Reason }

// Is makes errors.Is(err, ErrBadPath) true.
func (e *PathError) Is(target error) bool { return target == ErrBadPath }

// The errors are made once, so that refusing a flood of bad paths costs no
// memory.
var (
	errPathRelative  = &PathError{"it does not begin with a slash"}
	errPathEscape    = &PathError{"malformed percent-encoding"}
	errPathDelimiter = &PathError{"unescaped ? or #"}
	errPathSlash     = &PathError{"encoded slash"}
	errPathBackslash = &PathError{"backslash"}
	errPathControl   = &PathError{"control character"}
	errPathDot       = &PathError{"dot segment"}
	errPathParameter = &PathError{"path parameter on an empty or dot segment"}
	errPathUTF8      = &PathError{"not UTF-8"}
	errTarget        = &PathError{"the target is neither a path nor an http address"}
	errTargetUser    = &PathError{"the target names a user"}
	errTargetHash    = &PathError{"unescaped # in the query"}
)

// CanonicalPath decodes the escaped path of a request once and returns the
// one string that guards, the router and file handlers must all see. What
// two programs in a row could read differently is refused instead of being
// cleaned, because a guard in front may have judged the uncleaned form:
//
//   - an encoded slash (%2f) and a backslash, raw or encoded,
//   - a NUL or another control character (C0, DEL and C1), raw or encoded,
//   - a "." or ".." segment, in any mixture of raw and encoded dots,
//   - a ";" parameter on an empty or dot segment ("/..;/", "/;x/"), raw or
//     encoded, which servers that know path parameters drop,
//   - percent-encoding that is cut short or not hexadecimal,
//   - bytes that are not UTF-8 once decoded, overlong forms included,
//   - a raw "?" or "#", where some programs end the path and some do not,
//   - a path that does not begin with a slash, "*" included.
//
// A path is decoded exactly once: "%252f" gives the text "%2f", which nothing
// may decode again, and "+" stays a plus sign. Empty segments ("//") are
// kept; the router merges them or not. An empty path is "/" (RFC 9110,
// section 4.2.3).
//
// For a request use [RequestTarget]. When there is nothing to decode it returns
// its argument and does not allocate. Errors are a [PathError], which matches
// [ErrBadPath], or [ErrPathTooLong].
func CanonicalPath(escapedPath string) (decoded string, err error) {
	if escapedPath == "" {
		return "/", nil
	}
	if len(escapedPath) > MaxPath {
		return "", ErrPathTooLong
	}
	if escapedPath[0] != '/' {
		return "", errPathRelative
	}
	if decoded, err = decodePath(escapedPath); err != nil {
		return "", err
	}
	if err := checkDecoded(decoded); err != nil {
		return "", err
	}
	return decoded, nil
}

// RequestTarget is the canonical path of a request whose target is a path ("/a?b")
// or, as clients send it to proxies, a whole address ("http://host/a", which net/http
// puts in place of the Host header). Nothing else is a target that two programs read
// in one way, and it is refused with a [PathError]:
//
//   - an opaque one ("x:admin"), and an address of another scheme or without a host,
//   - a user or a password in the address,
//   - a whole address over HTTP/2, where it does not replace the :authority (RFC 9113,
//     section 8.3.1),
//   - a host alone ("localhost:80"), which belongs to CONNECT, and "*", which belongs
//     to OPTIONS and is the caller's to answer,
//   - a raw "#" in the query,
//   - and a path that [CanonicalPath] refuses.
func RequestTarget(r *http.Request) (path string, err error) {
	switch u := r.URL; {
	case u.User != nil:
		return "", errTargetUser
	case (u.Scheme != "" || u.Host != "") && (r.ProtoMajor == 2 || u.Host == "" || u.Scheme != "http" && u.Scheme != "https"):
		return "", errTarget
	case strings.Contains(u.RawQuery, "#"):
		return "", errTargetHash
	}
	return RequestPath(r.URL)
}

// RequestPath is [CanonicalPath] for the URL of a request, whose path net/url
// has decoded already. It looks at what the client wrote: URL.EscapedPath does
// not always return that (with a quote in the path it gives the slash of a
// "%2f" as a plain one). An opaque URL has no path and is refused. See
// [RequestTarget] for the rest of the target.
func RequestPath(u *url.URL) (decoded string, err error) {
	if u.Opaque != "" {
		return "", errTarget
	}
	if u.RawPath != "" {
		return CanonicalPath(u.RawPath)
	}
	// The path was written in net/url's own encoding, which has no escaped
	// slash. u.Path is its only reading.
	switch {
	case u.Path == "":
		return "/", nil
	case len(u.Path) > MaxPath:
		return "", ErrPathTooLong
	case u.Path[0] != '/':
		return "", errPathRelative
	}
	if err := checkDecoded(u.Path); err != nil {
		return "", err
	}
	return u.Path, nil
}

// decodePath undoes the percent-encoding of s once.
func decodePath(s string) (string, error) {
	escapes := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '?', '#':
			return "", errPathDelimiter
		case '%':
		default:
			continue
		}
		if i+2 >= len(s) {
			return "", errPathEscape
		}
		hi, lo := unhex(s[i+1]), unhex(s[i+2])
		if hi > 15 || lo > 15 {
			return "", errPathEscape
		}
		if hi<<4|lo == '/' {
			return "", errPathSlash
		}
		escapes++
		i += 2
	}
	if escapes == 0 {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s) - 2*escapes)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// checkDecoded judges a decoded path that begins with a slash.
func checkDecoded(s string) error {
	ascii, odd := true, false
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c == 0x7F:
			return errPathControl
		case c == '\\':
			return errPathBackslash
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '.' || c == ';':
			odd = odd || s[max(i, 1)-1] == '/'
		}
	}
	if !ascii {
		if !utf8.ValidString(s) {
			return errPathUTF8
		}
		// C1 controls are U+0080 to U+009F, 0xC2 0x80..0x9F in UTF-8.
		for i := range len(s) - 1 {
			if s[i] == 0xC2 && s[i+1] <= 0x9F {
				return errPathControl
			}
		}
	}
	if !odd {
		return nil
	}
	return checkSegments(s)
}

// checkSegments refuses dot segments and parameters on nothing. p begins with
// a slash.
func checkSegments(p string) error {
	for i := 0; i < len(p); {
		// p[i] is the slash before a segment.
		end := i + 1
		dots := 0
		for end < len(p) && p[end] == '.' {
			end++
			dots++
		}
		if dots <= 2 && (end == len(p) || p[end] == '/' || p[end] == ';') {
			switch {
			case end < len(p) && p[end] == ';':
				return errPathParameter
			case dots > 0:
				return errPathDot
			}
		}
		next := strings.IndexByte(p[end:], '/')
		if next < 0 {
			return nil
		}
		i = end + next
	}
	return nil
}

// unhex returns the value of a hexadecimal digit, or 255.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
