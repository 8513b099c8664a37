package secure

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/werkzeug"
)

// RequestSecrets lists what r carries that must not be shown: its credentials,
// cookies and CSRF tokens, and the parameters of its query and of form, which
// may be nil, whose names are a [SensitiveName]. What is a part of the request's
// host or origin is left out, and so are cookies whose value is a word or a host's name.
func RequestSecrets(r *http.Request, form url.Values) []string {
	var list []string
	for name, values := range r.Header {
		switch name {
		case "Authorization", "Proxy-Authorization":
			for _, v := range values {
				list = append(list, v)
				kind, rest, _ := strings.Cut(v, " ")
				list = append(list, rest)
				if b, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(kind, "Basic") {
					_, password, _ := strings.Cut(string(b), ":")
					list = append(list, string(b), password)
				}
			}
		case "Cookie":
			for _, line := range values {
				for cookie := range strings.SplitSeq(line, ";") {
					name, value, ok := strings.Cut(cookie, "=")
					if !ok {
						value = name
					}
					list = appendCookie(list, strings.Trim(value, " \t\""))
				}
			}
			for _, c := range werkzeug.Cookies(values) {
				list = appendCookie(list, c.Value)
			}
		default:
			if SensitiveName(name) {
				list = append(list, values...)
			}
		}
	}
	for _, values := range []url.Values{parseQuery(r.URL.RawQuery), form} {
		for name, v := range values {
			if SensitiveName(name) {
				list = append(list, v...)
			}
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return inOrigin(r, s) })
}

// appendCookie adds the value of a cookie to list, unless it is a word or the name of a
// host, of up to 24 bytes: such a one is no credential, and would be found in texts that
// say what went wrong, and where.
func appendCookie(list []string, value string) []string {
	if len(value) <= 24 && strings.Trim(value, "abcdefghijklmnopqrstuvwxyz.") == "" {
		return list
	}
	return append(list, value)
}

// inOrigin reports whether a text is a part of the host that r is for or of the
// origin that it comes from. Neither is a secret, and whoever gives a cookie such a
// value must not take them out of the log with it.
func inOrigin(r *http.Request, s string) bool {
	for _, shown := range []string{r.Host, r.Header.Get("Origin")} {
		if len(s) <= len(shown) && len(shown) <= 2*maxHostLength && strings.Contains(shown, s) {
			return true
		}
	}
	return false
}

func parseQuery(raw string) url.Values {
	if raw == "" {
		return nil
	}
	// net/url leaves pairs out that an App reads.
	values := url.Values{}
	for _, p := range werkzeug.Query(raw) {
		values.Add(p.Name, p.Value)
	}
	return values
}
