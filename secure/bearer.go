package secure

import (
	"net/http"
	"strings"
)

// BearerToken returns the token of an Authorization: Bearer header (RFC 6750), and
// whether there is one. That of HTTP Basic is net/http's: [http.Request.BasicAuth].
func BearerToken(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !ok || token == "" || !strings.EqualFold(scheme, "bearer") {
		return "", false
	}
	return token, true
}
