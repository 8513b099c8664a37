package routing

import "strings"

// A quoter percent-encodes UTF-8 as urllib.parse.quote does. Unreserved characters (RFC 3986) and the given ones stay.
type quoter [256]bool

func newQuoter(safe string) *quoter {
	var q quoter
	for c := range 256 {
		q[c] = '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' ||
			strings.IndexByte("_.-~"+safe, byte(c)) >= 0 && c < 0x80
	}
	return &q
}

var (
	// pathQuoter keeps "/" and what the URL standard allows in a path.
	pathQuoter = newQuoter("!$&'()*+,/:;=@")
	// queryQuoter does not keep "&", "=" and "+", which have a meaning in a query.
	queryQuoter = newQuoter("!$'()*,/:;?@")
	// anchorQuoter is Flask's for the fragment. It keeps "%".
	anchorQuoter = newQuoter("%!#$&'()*+,/:;=?@")
)

func quotePath(s string) string { return pathQuoter.quote(s) }

// quoteQuery encodes a name or value of a query. A space becomes "+".
func quoteQuery(s string) string {
	return strings.ReplaceAll(queryQuoter.quote(s), "%20", "+")
}

func (q *quoter) quote(s string) string {
	const hex = "0123456789ABCDEF"
	i := 0
	for i < len(s) && q[s[i]] {
		i++
	}
	if i == len(s) {
		return s
	}
	b := make([]byte, i, len(s)+2*(len(s)-i))
	copy(b, s)
	for ; i < len(s); i++ {
		if c := s[i]; q[c] {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}
