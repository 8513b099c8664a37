package dewar

import (
	"net/http"
	"strings"
)

// requestCookie is the value of the first well-formed cookie of a name, and
// whether there is one: http.Request.Cookie without reading the others.
func requestCookie(r *http.Request, name string) (string, bool) {
	if !isToken(name) {
		return "", false // no such cookie can be sent
	}
	for _, line := range r.Header["Cookie"] {
		for line != "" {
			var part string
			part, line, _ = strings.Cut(line, ";")
			key, value, _ := strings.Cut(strings.Trim(part, " \t\r\n"), "=")
			if strings.Trim(key, " \t\r\n") != name {
				continue
			}
			if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
				value = value[1 : n-1]
			}
			if plainCookieValue(value) {
				return value, true
			}
		}
	}
	return "", false
}

// plainCookieValue reports whether net/http takes a cookie's value.
func plainCookieValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < 0x20 || b >= 0x7F || b == '"' || b == ';' || b == '\\' {
			return false
		}
	}
	return true
}

// isToken reports whether a name is one that HTTP knows (RFC 9110, section
// 5.6.2).
func isToken(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return name != ""
}
