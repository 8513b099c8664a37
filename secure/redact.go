package secure

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Redacted stands where a secret was.
const Redacted = "[secret]"

// maxRedact bounds the texts that [Redact] looks at, in bytes; the rest is cut.
const maxRedact = 64 << 10

// The words in the name of a field, header, cookie or parameter whose value is
// nobody's business: anywhere, and as whole words.
var (
	sensitiveWords = []string{
		"password", "passwort", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "csrf",
		"apikey", "api_key", "api-key", "privatekey", "private_key", "private-key", "accesskey", "access_key", "access-key",
		"signingkey", "signing_key", "signing-key", "sessionid", "session_id", "session-id",
	}
	sensitiveWhole = []string{"pwd", "pass", "sid", "otp", "pin", "dsn"}
)

// sensitive is the same as a pattern.
const sensitive = `passwor[dt]|passwd|passphrase|\bpwd\b|\bpass\b|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|signing[-_]?key|authorization|cookie|credential|csrf|session[-_]?id|\bsid\b|\botp\b|\bpin\b|\bdsn\b`

var (
	// headerLine: the value of such a header is its whole line, or what a
	// printed http.Header has in brackets.
	headerLine = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-csrf-?token|x-api-key)(["']?\s*:\s*)(\[[^\]]*\]|"[^"]*"|[^\r\n]+)`)
	// keyValue: password=…, "password": "…", Password:….
	keyValue = regexp.MustCompile(`(?i)\b([\w.-]*(?:` + sensitive + `)[\w.-]*)` +
		`(?:(["']\s*:\s*)(\[[^\]]*\]|"[^"]*"|'[^']*'|-?\d+)|(\s*=\s*|:)(\[[^\]]*\]|"[^"]*"|'[^']*'|[^\s,;&(){}\[\]"']+))`)
	// userinfo: scheme://user:password@host.
	userinfo = regexp.MustCompile(`(://[^\s:/@"']*:)[^\s"'?#]+@`)
	// dsn: user:password@tcp(host)/name, as go-sql-driver has it.
	dsn = regexp.MustCompile(`([\w.-]+:)[^\s@"']+(@(?:tcp|tcp6|unix)?\()`)
	// scheme: credentials with their scheme, wherever they stand.
	scheme = regexp.MustCompile(`\b(Bearer|Basic|Digest|DPoP) +[A-Za-z0-9._~+/=-]{8,}`)
)

// SensitiveName reports whether a value of this name is a secret: one that holds
// password, secret, token, key, authorization, cookie or the like, in any case.
func SensitiveName(name string) bool {
	var buf [64]byte
	lower := name
	if len(name) <= len(buf) {
		lower = string(appendLower(buf[:0], name)) // stays on the stack
	} else {
		lower = strings.ToLower(name)
	}
	for _, word := range sensitiveWords {
		if strings.Contains(lower, word) {
			return true
		}
	}
	for _, word := range sensitiveWhole {
		for at, rest := 0, lower; ; {
			i := strings.Index(rest, word)
			if i < 0 {
				break
			}
			at += i
			end := at + len(word)
			if (at == 0 || !isWord(lower[at-1])) && (end == len(lower) || !isWord(lower[end])) {
				return true
			}
			at = end
			rest = lower[at:]
		}
	}
	return false
}

func isWord(c byte) bool { return isAlnum(c) || c == '_' }

// Redact takes what looks like a secret out of a text for a log or an error page,
// and every one of secrets that is at least four bytes long: the passwords of
// URLs and DSNs, the values of Authorization and Cookie headers, and of fields
// whose name is a [SensitiveName], as they stand in printed structs, maps, JSON,
// queries and connection strings. Texts above 64 KiB are cut.
//
// It is a net below the rope: text that says nothing of what it is, such as a
// password alone, can be found only when it is among secrets.
func Redact(text string, secrets ...string) string {
	if len(text) > maxRedact {
		text = strings.ToValidUTF8(text[:maxRedact], "") + "…"
	}
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, Redacted)
		}
	}
	if !strings.ContainsAny(text, "=:@") && !strings.Contains(text, " ") {
		return text
	}
	if strings.Contains(text, "@") {
		text = userinfo.ReplaceAllString(text, "${1}"+Redacted+"@")
		text = dsn.ReplaceAllString(text, "${1}"+Redacted+"${2}")
	}
	if strings.ContainsAny(text, "=:") {
		text = headerLine.ReplaceAllString(text, "${1}${2}"+Redacted)
		text = keyValue.ReplaceAllStringFunc(text, redactPair)
	}
	for _, name := range []string{"Bearer ", "Basic ", "Digest ", "DPoP "} {
		if strings.Contains(text, name) {
			return scheme.ReplaceAllString(text, "${1} "+Redacted)
		}
	}
	return text
}

// redactPair keeps the name of a pair. What an earlier rule did stays, and so do
// the lines of a stack ("token.go:17").
func redactPair(pair string) string {
	m := keyValue.FindStringSubmatch(pair)
	if value := m[3] + m[5]; strings.HasPrefix(value, Redacted) || m[4] == ":" && strings.HasSuffix(m[1], ".go") {
		return pair
	}
	return m[1] + m[2] + m[4] + Redacted
}

// RequestSecrets lists what r carries that must not be shown: its credentials,
// cookies and CSRF tokens, and the parameters of its query and of form, which
// may be nil, whose names are a [SensitiveName].
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
			list = append(list, values...)
			for _, c := range r.Cookies() {
				list = append(list, c.Value)
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
	// The longest first, so that a part does not leave the rest standing.
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(list)
}

func parseQuery(raw string) url.Values {
	if raw == "" {
		return nil
	}
	values, _ := url.ParseQuery(raw)
	return values
}

// RedactAttr is for slog.HandlerOptions.ReplaceAttr: attributes with a
// [SensitiveName] lose their value, headers and forms that of their sensitive
// fields, texts and errors what [Redact] finds, and times are in UTC.
func RedactAttr(groups []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindTime:
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(a.Value.Time().UTC())
		}
		return a
	case slog.KindString:
		if a.Value.String() == "" {
			return a
		}
	case slog.KindAny:
		return redactAny(a)
	case slog.KindGroup:
		return a
	default:
		if SensitiveName(a.Key) && a.Value.Kind() != slog.KindDuration && a.Value.Kind() != slog.KindBool {
			a.Value = slog.StringValue(Redacted)
		}
		return a
	}
	if SensitiveName(a.Key) {
		a.Value = slog.StringValue(Redacted)
		return a
	}
	if s := a.Value.String(); strings.ContainsAny(s, "=:@ ") {
		a.Value = slog.StringValue(Redact(s))
	}
	return a
}

// redactAny keeps values that print as themselves and takes the others apart.
func redactAny(a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case nil, slog.Level, *slog.Source, time.Time:
		return a
	case http.Header:
		a.Value = slog.AnyValue(redactMap(v))
	case url.Values:
		a.Value = slog.AnyValue(redactMap(v))
	case *http.Request:
		a.Value = slog.StringValue(v.Method + " " + v.URL.Path)
	case *url.URL:
		a.Value = slog.StringValue(Redact(v.Redacted()))
	case error:
		a.Value = slog.StringValue(Redact(v.Error()))
	default:
		if SensitiveName(a.Key) {
			a.Value = slog.StringValue(Redacted)
		}
	}
	return a
}

func redactMap(m map[string][]string) map[string][]string {
	shown := make(map[string][]string, len(m))
	for name, values := range m {
		if SensitiveName(name) {
			values = []string{Redacted}
		}
		shown[name] = values
	}
	return shown
}
