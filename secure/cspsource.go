package secure

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
)

const upgrade = "upgrade-insecure-requests"

// A directive says what values are good for one name of a policy.
type directive struct {
	rank     int
	fetch    bool // falls back to default-src
	empty    bool // takes no value
	optional bool // may stand without a value
	value    func(string) error
}

// directives are those of CSP Level 3 and of Trusted Types, without the
// deprecated ones.
var directives = map[string]directive{
	"default-src":               {rank: 1, value: source},
	"script-src":                {rank: 2, fetch: true, value: source},
	"script-src-elem":           {rank: 3, fetch: true, value: source},
	"script-src-attr":           {rank: 4, fetch: true, value: source},
	"style-src":                 {rank: 5, fetch: true, value: source},
	"style-src-elem":            {rank: 6, fetch: true, value: source},
	"style-src-attr":            {rank: 7, fetch: true, value: source},
	"img-src":                   {rank: 8, fetch: true, value: source},
	"font-src":                  {rank: 9, fetch: true, value: source},
	"connect-src":               {rank: 10, fetch: true, value: source},
	"media-src":                 {rank: 11, fetch: true, value: source},
	"object-src":                {rank: 12, fetch: true, value: source},
	"frame-src":                 {rank: 13, fetch: true, value: source},
	"child-src":                 {rank: 14, fetch: true, value: source},
	"worker-src":                {rank: 15, fetch: true, value: source},
	"manifest-src":              {rank: 16, fetch: true, value: source},
	"base-uri":                  {rank: 17, value: source},
	"form-action":               {rank: 18, value: source},
	"frame-ancestors":           {rank: 19, value: source},
	"sandbox":                   {rank: 20, optional: true, value: sandboxToken},
	"require-trusted-types-for": {rank: 21, value: trustedTypesFor},
	"trusted-types":             {rank: 22, optional: true, value: trustedTypes},
	"report-uri":                {rank: 23, value: reportURI},
	"report-to":                 {rank: 24, value: plainToken},
	upgrade:                     {rank: 25, empty: true},
}

func rank(name string) int {
	if d, ok := directives[name]; ok {
		return d.rank
	}
	return len(directives) + 1
}

// keywords are the quoted sources of CSP Level 3.
var keywords = map[string]bool{
	"'self'": true, "'none'": true, CSPNonce: true, "'unsafe-inline'": true, "'unsafe-eval'": true,
	"'unsafe-hashes'": true, "'strict-dynamic'": true, "'report-sample'": true, "'wasm-unsafe-eval'": true,
	"'inline-speculation-rules'": true,
}

// CSPHash returns the source that allows one inline script or style by its
// SHA-256 hash. content is the text between the tags, to the last space.
func CSPHash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var errCSPChars = errors.New("a value holds no space, comma, semicolon or control character")

// source checks a source expression: a keyword, a hash, a scheme or a host.
func source(s string) error {
	if err := cspChars(s); err != nil {
		return err
	}
	if s[0] == '\'' || s[len(s)-1] == '\'' {
		switch {
		case keywords[s] || isHash(s):
			return nil
		case strings.HasPrefix(s, "'nonce-"):
			return errors.New("a nonce must be fresh in every answer; use secure.CSPNonce")
		}
		return errors.New("unknown keyword or hash")
	}
	if keywords["'"+s+"'"] {
		return errors.New("a keyword is written with quotes: \"'" + s + "'\"")
	}
	if s == "*" {
		return nil
	}
	if scheme, ok := strings.CutSuffix(s, ":"); ok && validScheme(scheme) {
		return nil
	}
	rest := s
	if scheme, after, ok := strings.Cut(s, "://"); ok {
		if !validScheme(scheme) {
			return errors.New("malformed scheme")
		}
		rest = after
	}
	host, path, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(path, "?#") {
		return errors.New("a source has no query")
	}
	if name, port, ok := strings.Cut(host, ":"); ok && name[max(0, len(name)-1):] != "[" && strings.Count(host, ":") == 1 {
		if port != "*" && !validPort(port) {
			return errors.New("malformed port")
		}
		host = name
	}
	if host == "*" {
		return nil
	}
	if _, _, ok := SplitHost(strings.TrimPrefix(host, "*.")); !ok {
		return errors.New("not a keyword, hash, scheme or host")
	}
	return nil
}

func isHash(s string) bool {
	algorithm, digest, ok := strings.Cut(strings.Trim(s, "'"), "-")
	if !ok || len(s) < 3 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return false
	}
	size := map[string]int{"sha256": 32, "sha384": 48, "sha512": 64}[algorithm]
	raw, err := base64.StdEncoding.DecodeString(digest)
	if err != nil {
		raw, err = base64.URLEncoding.DecodeString(digest)
	}
	return err == nil && size > 0 && len(raw) == size
}

func validScheme(s string) bool {
	if s == "" || !isAlnum(s[0]) || '0' <= s[0] && s[0] <= '9' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlnum(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func sandboxToken(s string) error {
	if !strings.HasPrefix(s, "allow-") {
		return errors.New("a sandbox token begins with allow-")
	}
	return plainToken(s)
}

func trustedTypesFor(s string) error {
	if s != "'script'" {
		return errors.New("the only value is 'script'")
	}
	return nil
}

func trustedTypes(s string) error {
	if s == "'none'" || s == "'allow-duplicates'" || s == "*" {
		return nil
	}
	return plainToken(s)
}

func plainToken(s string) error {
	if s == "" || tokenLength(s) != len(s) {
		return errors.New("not a token")
	}
	return nil
}

func reportURI(s string) error {
	if err := cspChars(s); err != nil {
		return err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || u.Scheme == "" && !strings.HasPrefix(s, "/") {
		return errors.New("not an http URL or an absolute path")
	}
	return nil
}

func cspChars(s string) error {
	if s == "" {
		return errors.New("empty value")
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || c == ';' || c == ',' {
			return errCSPChars
		}
	}
	return nil
}
