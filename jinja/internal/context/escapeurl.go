package context

import (
	"bytes"
	"strings"

	"github.com/dewar-go/dewar/markup"
)

// appendURL writes a URL, or a part of one, in an attribute. Nothing is
// percent-encoded: an address that is allowed is written as Jinja does.
func appendURL(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	typed := kind == markup.KindURL || kind == markup.KindResourceURL
	if kind == markup.KindHTML {
		// Markup is its text here.
		s = markup.Unescape(withoutTags(s))
	}
	if e.Is(List) && !typed {
		// Each address but the first is a whole one.
		first, rest, more := strings.Cut(s, ";")
		buf = appendURL(buf, e&^List, first, markup.KindText)
		for more {
			first, rest, more = strings.Cut(rest, ";")
			buf = appendQuoted(append(buf, ';'), e, filterURL(first, false))
		}
		return buf
	}
	switch e.Kind() {
	case EscURL:
		if !typed {
			s = filterURL(s, false)
		}
	case EscImage:
		if !typed {
			s = filterURL(s, true)
		}
	case EscResource:
		// What runs or applies comes from the site itself, unless the program
		// vouches for its address.
		if !typed && !e.Is(Trusted) {
			s = filterURL(s, false)
			if !e.Is(Foreign) && !onSite(s) {
				s = blockedURL
			}
		}
	case EscTyped:
		if kind != markup.KindResourceURL {
			s = blockedURL
		}
	case EscURLRest:
		if !e.Is(Local) && beginsValue(buf, e) {
			if !typed {
				s = filterURL(s, false) // the outputs before it were empty
			}
			break
		}
		if s = filterRest(s); e.Is(Local) && !onSite(s) {
			s = blockedURL
		}
		buf, s = afterSlash(buf, s)
	case EscURLPath:
		buf, s = afterSlash(buf, s)
	case EscURLScheme:
		// What brings its own scheme may go on with a port.
		if !linkSchemes[strings.ToLower(s)] && (e.Is(Local) || !strings.Contains(s, "://") || filterURL(s, false) != s) {
			s = Blocked
		}
	case EscURLSlash:
		buf, s = afterSlash(buf, s)
	case EscURLHost, EscURLHostRest:
		if e.Kind() == EscURLHostRest {
			s = filterHost(s)
		}
		if e.Is(Local) && kind != markup.KindResourceURL && (e.Kind() == EscURLHost || s != "" && strings.IndexByte("/?#", s[0]) < 0) {
			s = blockedHost
		}
	case EscSrcset:
		return appendSrcset(buf, e, s)
	case EscSrcsetRest:
		s = encode(s, ", \t\n\f\r")
	case EscURLs:
		return appendURLs(buf, e, s)
	case EscRefresh:
		if !typed {
			s = filterRefresh(s)
		}
	case EscRefreshTime:
		if strings.Trim(s, "0123456789.") != "" {
			s = Blocked
		}
	case EscRefreshURL:
		if !typed {
			s = filterRefreshURL(s)
		}
	}
	return appendQuoted(buf, e, s)
}

// blockedHost is no host: RFC 2606 reserves its domain.
const blockedHost = Blocked + ".invalid"

// beginsValue reports whether nothing has been written of a value in quotes.
func beginsValue(buf []byte, e Escaper) bool {
	quote := byte('"')
	if e.Is(Single) {
		quote = '\''
	}
	return !e.Is(Bare) && len(buf) > 0 && buf[len(buf)-1] == quote
}

// FilterURL returns an address without what browsers take out of it, or the
// address of nothing when its scheme is not one of a page's links.
func FilterURL(s string) string { return filterURL(s, false) }

// IsURL reports whether the value of an attribute, on some element, is an
// address.
func IsURL(name string) bool { return urlAttrs[strings.ToLower(name)] }

// cleaned is a URL without what browsers take out of it before they read it.
func cleaned(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for i := range len(s) {
		if b := s[i]; b == '\t' || b == '\n' || b == '\r' {
			return strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
		}
	}
	return s
}

// schemeOf is the scheme of a URL; ok is false when it has none.
func schemeOf(s string) (scheme string, ok bool) {
	for i := range len(s) {
		switch s[i] {
		case ':':
			return s[:i], true
		case '/', '?', '#':
			return "", false
		}
	}
	return "", false
}

// filterURL blocks addresses whose scheme is not one of a web page's links.
func filterURL(s string, image bool) string {
	s = cleaned(s)
	scheme, ok := schemeOf(s)
	if !ok {
		return s
	}
	scheme = strings.ToLower(scheme)
	if linkSchemes[scheme] || scheme == "data" && image && isImageData(s) {
		return s
	}
	return blockedURL
}

// linkSchemes are those of a page's links: http and https, and the safelisted schemes
// of section 8.9.1 of the HTML standard.
var linkSchemes = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`http https bitcoin ftp ftps geo im irc ircs magnet mailto matrix mms news nntp openpgp4fpr sftp sip
		sips sms smsto ssh tel urn webcal wtai xmpp`) {
		m[s] = true
	}
	return m
}()

// isImageData reports whether a data: URL is a picture without scripts.
func isImageData(s string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(s), "data:image/")
	if !ok {
		return false
	}
	if strings.HasPrefix(rest, "svg+xml,") || strings.HasPrefix(rest, "svg+xml;") {
		return true // as a picture it runs no scripts and loads nothing
	}
	kind, data, ok := strings.Cut(rest, ";base64,")
	if !ok {
		return false
	}
	switch kind {
	case "png", "gif", "jpeg", "jpg", "webp", "avif":
	default:
		return false
	}
	for i := range len(data) {
		b := data[i]
		if !isLetter(b) && (b < '0' || '9' < b) && b != '+' && b != '/' && b != '=' && b != '-' && b != '_' && b != '%' {
			return false
		}
	}
	return true
}

// filterRest blocks what would make a scheme together with what stands before it.
func filterRest(s string) string {
	if _, ok := schemeOf(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)); ok {
		return blockedURL
	}
	return s
}

// afterSlash keeps what follows a first / from naming a host: buf ends with that /,
// or with more when the outputs between them were empty, or white space that
// browsers take out.
func afterSlash(buf []byte, s string) ([]byte, string) {
	n := len(buf)
	if s == "" || n > 0 && !isSlash(buf[n-1]) && strings.IndexByte(";\t\n\r", buf[n-1]) < 0 {
		return buf, s // neither a slash nor a reference to one, or white space that browsers take out
	}
	i, slashes := slashesBefore(buf)
	within := i > 0 && inValue(buf[i-1])
	if slashes > 1 && !within {
		return append(buf[:i], "/./"...), s
	}
	if within && isSlash(buf[n-1]) {
		return buf, s
	}
	return buf, filterSlash(s)
}

// slashesBefore counts the slashes that a browser reads one behind the other at the
// end of buf, and returns where they begin.
func slashesBefore(buf []byte) (i, slashes int) {
	for i = len(buf); i > 0; {
		switch b := buf[i-1]; {
		case isSlash(b):
			slashes++
			i--
		case b == '\t' || b == '\n' || b == '\r':
			i--
		case b == ';' && bytes.HasSuffix(buf[:i], []byte(bareRefs['\t'])):
			i -= len(bareRefs['\t'])
		case b == ';' && (bytes.HasSuffix(buf[:i], []byte(bareRefs['\n'])) || bytes.HasSuffix(buf[:i], []byte(bareRefs['\r']))):
			i -= len(bareRefs['\n'])
		default:
			return i, slashes
		}
	}
	return i, slashes
}

// Behind returns how many bytes at the end of an output must stay at hand for what is
// printed next: [Append] looks at them, and may replace them.
func Behind(out []byte) int {
	i, _ := slashesBefore(out)
	return len(out) - max(i-1, 0)
}

// filterSlash encodes a first slash.
func filterSlash(s string) string {
	t := strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	if t != "" && isSlash(t[0]) {
		return encode(t[:1], "/\\") + t[1:]
	}
	return s
}

func isSlash(b byte) bool { return b == '/' || b == '\\' }

// inValue reports whether a byte before a / may be a part of an address.
func inValue(b byte) bool { return b > ' ' && b != '"' && b != '\'' && b != '=' }

// filterHost keeps what follows a part of a host from changing the host to
// one of another kind.
func filterHost(s string) string {
	for i := range len(s) {
		b := s[i]
		switch {
		case b == '/' || b == '?' || b == '#':
			return s
		case isLetter(b), '0' <= b && b <= '9', b == '.', b == '-', b == ':', b == '_', b >= 0x80, b == '[', b == ']':
		default:
			return Blocked
		}
	}
	return s
}

const hexDigits = "0123456789ABCDEF"

// encode percent-encodes the characters of set.
func encode(s, set string) string {
	if !strings.ContainsAny(s, set) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hexDigits[s[i]>>4])
			b.WriteByte(hexDigits[s[i]&15])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// appendSrcset filters each address of a srcset. Commas separate candidates
// where a space, or the end, is on one side of them.
func appendSrcset(buf []byte, e Escaper, s string) []byte {
	for i := 0; ; {
		// White space and commas before an address.
		start := i
		for i < len(s) && (isSpace(s[i]) || s[i] == ',') {
			i++
		}
		buf = appendQuoted(buf, e, s[start:i])
		if i == len(s) {
			return buf
		}
		start = i
		for i < len(s) && !isSpace(s[i]) {
			i++
		}
		url := s[start:i]
		commas := len(url) - len(strings.TrimRight(url, ","))
		tail := url[len(url)-commas:]
		url = url[:len(url)-commas]
		// A comma inside may also be read as a separator: each side is looked at.
		clean := true
		for part := range strings.SplitSeq(url, ",") {
			if strings.HasPrefix(strings.ToLower(part), "data:") && part == url || filterURL(part, true) == part {
				continue
			}
			clean = false
		}
		if !clean && !isImageData(url) {
			url = blockedURL
		}
		buf = appendQuoted(buf, e, url)
		buf = appendQuoted(buf, e, tail)
		if commas > 0 {
			continue
		}
		// Descriptors up to a comma.
		start = i
		for i < len(s) && s[i] != ',' {
			i++
		}
		for _, b := range []byte(s[start:i]) {
			if isLetter(b) || '0' <= b && b <= '9' || isSpace(b) || b == '.' || b == '+' || b == '-' {
				buf = appendQuoted(buf, e, string(rune(b)))
			}
		}
	}
}

// appendURLs filters each of several addresses with white space between them.
func appendURLs(buf []byte, e Escaper, s string) []byte {
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && (isSpace(s[i]) || s[i] == ',') {
			i++
		}
		buf = appendQuoted(buf, e, s[start:i])
		start = i
		for i < len(s) && !isSpace(s[i]) && s[i] != ',' {
			i++
		}
		if start < i {
			buf = appendQuoted(buf, e, filterURL(s[start:i], false))
		}
	}
	return buf
}

// filterRefresh takes seconds, or text that is no refresh, but no address:
// that one is part of the page's text only with a literal url= before it.
func filterRefresh(s string) string {
	t := strings.TrimLeft(s, " \t\n\f\r")
	if t == "" || (t[0] < '0' || '9' < t[0]) && t[0] != '.' {
		return s
	}
	t = strings.TrimLeft(t, "0123456789.")
	if strings.Trim(t, " \t\n\f\r") == "" {
		return s
	}
	return Blocked
}

// filterRefreshURL is what follows the seconds: an address, perhaps with url=
// before it. Browsers go there by themselves, so it must be on the site, as
// that of a redirect must.
func filterRefreshURL(s string) string {
	t := strings.TrimLeft(s, " \t\n\f\r;,")
	lead := s[:len(s)-len(t)]
	if len(t) >= 3 && strings.EqualFold(t[:3], "url") {
		u := strings.TrimLeft(t[3:], " \t\n\f\r")
		if strings.HasPrefix(u, "=") {
			u = strings.TrimLeft(u[1:], " \t\n\f\r'\"")
			lead, t = lead+"url=", u
		}
	}
	t = filterURL(strings.TrimLeft(t, "'\" \t\n\f\r"), false)
	if !onSite(t) {
		t = blockedURL
	}
	return lead + t
}

// OnSite reports whether an address is on the site of the page it stands in: it has
// no scheme and no host.
func OnSite(s string) bool { return onSite(s) }

func onSite(s string) bool {
	s = cleaned(s)
	if len(s) > 1 && (s[0] == '/' || s[0] == '\\') && (s[1] == '/' || s[1] == '\\') {
		return false
	}
	_, absolute := schemeOf(strings.ReplaceAll(s, "\\", "/"))
	return !absolute
}
