package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isWebAddress reports whether all of s is the address of a page by Jinja's rules. It is one of:
//
//   - http://, https:// or www. with any host name;
//   - a host name without a scheme under one of the oldest top level domains;
//   - http or https with an IP address.
//
// A port and a path may follow. Each byte is looked at a few times at most.
func isWebAddress(s string) bool {
	rest, scheme := cutFold(s, "https://")
	if !scheme {
		rest, scheme = cutFold(s, "http://")
	}
	if scheme && strings.HasPrefix(rest, "[") {
		host, after, ok := strings.Cut(rest[1:], "]")
		return ok && isIPv6(host) && isPortAndPath(after)
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) && r != '%' && r != '-' && r != '.' })
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	if host == "" || !isPortAndPath(rest[end:]) {
		return false
	}
	if scheme {
		return isHost(host) || isIPv4(host)
	}
	if name, ok := cutFold(host, "www."); ok && isHost(name) {
		return true
	}
	return isBareHost(host)
}

// foldRune returns the lower case of a letter as Python's regular expressions compare it when they ignore case.
func foldRune(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r | 0x20
	case r == 'ſ':
		return 's'
	case r == '\u212A': // Kelvin
		return 'k'
	case r == 'İ' || r == 'ı':
		return 'i'
	}
	return r
}

// cutFold cuts prefix off s, ignoring case. prefix is in lower case.
func cutFold(s, prefix string) (string, bool) {
	for _, want := range prefix {
		r, n := utf8.DecodeRuneInString(s)
		if foldRune(r) != want {
			return s, false
		}
		s = s[n:]
	}
	return s, true
}

func isPortAndPath(s string) bool {
	if strings.HasPrefix(s, ":") {
		s = s[1:]
		n := 0
		for s != "" && n < 6 {
			r, w := utf8.DecodeRuneInString(s)
			if !unicode.IsDigit(r) {
				break
			}
			s = s[w:]
			n++
		}
		if n < 1 || n > 5 {
			return false
		}
	}
	return s == "" || s[0] == '/' || s[0] == '?' || s[0] == '#'
}

// isHost reports whether s is a host name whose top level domain has only letters or is encoded (xn--). The caller has
// checked the characters of the labels.
func isHost(s string) bool {
	labels, tld := "", s
	if dot := strings.LastIndexByte(s, '.'); dot >= 0 {
		labels, tld = s[:dot], s[dot+1:]
		if labels == "" || labels[0] == '.' || strings.Contains(labels, "..") || labels[len(labels)-1] == '.' {
			return false
		}
	}
	n := 0
	for _, r := range tld {
		if c := foldRune(r); c < 'a' || c > 'z' {
			n = -1
			break
		}
		n++
	}
	if n >= 2 && n <= 63 {
		return true
	}
	name, ok := cutFold(tld, "xn--")
	if !ok || strings.IndexByte(name, '-') >= 0 {
		return false
	}
	n = utf8.RuneCountInString(name)
	return n >= 2 && n <= 59
}

// isBareHost reports whether s is taken for a host name even without a scheme.
func isBareHost(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 {
		return false
	}
	known := false
	for _, tld := range [...]string{"com", "net", "int", "edu", "gov", "org", "info", "mil"} {
		if rest, ok := cutFold(s[dot+1:], tld); ok && rest == "" {
			known = true
		}
	}
	if !known {
		return false
	}
	for label := range strings.SplitSeq(s[:dot], ".") {
		if n := utf8.RuneCountInString(label); n < 2 || n > 63 {
			return false
		}
	}
	return true
}

func isIPv4(s string) bool {
	parts := 0
	for part := range strings.SplitSeq(s, ".") {
		n := 0
		for _, r := range part {
			if !unicode.IsDigit(r) {
				return false
			}
			n++
		}
		parts++
		if n < 1 || n > 3 || parts > 4 {
			return false
		}
	}
	return parts == 4
}

// isIPv6 reports whether s has the form that Jinja takes for an IPv6 address: two groups of up to four hexadecimal
// digits, each with a colon, and then one to six groups whose colon may be missing.
func isIPv6(s string) bool {
	groups, digits := 0, 0
	for _, r := range s {
		c := foldRune(r)
		switch {
		case r == ':':
			groups++
			digits = 0
		case unicode.IsDigit(r) || 'a' <= c && c <= 'f':
			digits++
			if digits > 4 {
				if groups < 2 {
					return false
				}
				groups++
				digits = 1
			}
		default:
			return false
		}
	}
	if groups < 2 {
		return false
	}
	if digits > 0 {
		groups++
	}
	return groups <= 2+6
}
