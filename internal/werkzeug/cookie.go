package werkzeug

import "strings"

// Cookies returns the cookies of all lines of the Cookie header, in order.
func Cookies(lines []string) []Pair {
	var pairs []Pair
	for _, line := range lines {
		for line != "" {
			var name, value string
			if name, value, line = nextCookie(line); name != "" {
				pairs = append(pairs, Pair{Text(name), cookieValue(value)})
			}
		}
	}
	return pairs
}

// Cookie returns the value of the first cookie with the name. It stops there. ok is false when there is none.
func Cookie(lines []string, name string) (string, bool) {
	for _, line := range lines {
		for line != "" {
			var key, value string
			if key, value, line = nextCookie(line); key != "" && (key == name || Text(key) == name) {
				return cookieValue(value), true
			}
		}
	}
	return "", false
}

// nextCookie cuts the first cookie off a line. A cookie without a name has name "" and is left out by the callers: its
// value could be taken for another cookie (CVE-2023-23934).
func nextCookie(line string) (name, value, rest string) {
	cookie, rest, _ := strings.Cut(line, ";")
	name, value, _ = strings.Cut(cookie, "=")
	return trim(name), trim(value), rest
}

// cookieValue removes the quotes around a value and replaces the octal escapes inside, as Werkzeug writes them.
func cookieValue(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return Text(s)
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return Text(s)
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if i+2 < len(s) && s[i] >= '0' && s[i] <= '3' && octal(s[i+1]) && octal(s[i+2]) {
			b = append(b, (s[i]-'0')<<6|(s[i+1]-'0')<<3|(s[i+2]-'0'))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return Text(string(b))
}

func octal(c byte) bool { return c >= '0' && c <= '7' }
