package builtin

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// addresses states the rule as one regular expression.
var addresses = regexp.MustCompile(`^(?:` +
	`(?:(?i:http[sſ]?://)|(?i:www\.))(?:(?:[\pL\pN_%-]+\.)+)?(?:[a-zA-ZİıſK]{2,63}|(?i:xn--)[\pL\pN_%]{2,59})` +
	`|(?:[\pL\pN_%-]{2,63}\.)+(?i:com|net|[iİı]nt|edu|gov|org|[iİı]nfo|m[iİı]l)` +
	`|(?i:http[sſ]?://)(?:\p{Nd}{1,3}(?:\.\p{Nd}{1,3}){3}|\[(?:[\p{Nd}a-fA-F]{0,4}:){2}(?:[\p{Nd}a-fA-F]{0,4}:?){1,6}\])` +
	`)(?::\p{Nd}{1,5})?(?s:[/?#].*)?$`)

func FuzzWebAddress(f *testing.F) {
	for _, s := range []string{
		"http://a.bc", "https://[::1]:80/x", "HTTPſ://x.yz", "www.com", "www.a-b.xn--ab", "ab.info", "ab.ınfo/x", "a.com", "http://1.2.3.4:5", "http://[1:2:3:4:5:6:7:8]",
		"http://[12345:]", "http://[1:2:12345]", "http://a..b", "x.com:123456", "x%.com?", "http://K.KK", "www.xn--a_%", "http://[a::b:c:d:e:f:1:2]", "http://-.ab", "aa.com#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.IndexFunc(s, value.IsSpace) >= 0 || len(s) > 300 {
			return
		}
		if got, want := isWebAddress(s), addresses.MatchString(s); got != want {
			t.Fatalf("isWebAddress(%q) = %v, want %v", s, got, want)
		}
	})
}
