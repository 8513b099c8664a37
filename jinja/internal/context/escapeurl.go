package context

import (
	"bytes"
	"cmp"
	"slices"
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
		if beginsValue(buf, e) { // what might have stood before it is empty
			if !typed {
				s = filterURL(s, e.Is(Picture))
				if e.Is(Local) && !onSite(s) {
					s = blockedURL
				}
			}
			break
		}
		if e.Is(Local) || !behindScheme(buf, e) {
			s = filterRest(s)
			if e.Is(Hosted) && s != blockedURL {
				s = filterHost(s)
			}
		}
		if e.Is(Local) && !onSite(s) {
			s = blockedURL
		}
		s = afterSlash(buf, s)
	case EscURLScheme:
		// What brings its own scheme may go on with a port.
		if !typed && !linkSchemes[strings.ToLower(s)] && (e.Is(Local) || !strings.Contains(s, "://") || filterURL(s, false) != s) {
			s = Blocked
		}
	case EscURLSlash:
		s = afterSlash(buf, s)
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

// behindScheme reports whether something stands before an output in quotes that no scheme
// has in it, and no host where one may stand there. It looks at the last bytes.
func behindScheme(buf []byte, e Escaper) bool {
	quote := byte('"')
	if e.Is(Single) {
		quote = '\''
	}
	for i := len(buf) - 1; !e.Is(Bare) && i > max(0, len(buf)-maxReference); i-- {
		switch b := buf[i]; {
		case b == quote:
			return false
		case b == '?', b == '#', !e.Is(Hosted) && (b == '/' || b == '=' && i == len(buf)-1):
			return true
		case b == '/' && !isSlash(buf[i-1]) && buf[i-1] != ':' && inValue(buf[:i]) && (i+1 == len(buf) || !isSlash(buf[i+1])):
			return true
		}
	}
	return false
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
	return withoutBreaks(s)
}

var breaks = strings.NewReplacer("\t", "", "\n", "", "\r", "")

// withoutBreaks is s without the white space that browsers take out of addresses.
func withoutBreaks(s string) string {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\t') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return breaks.Replace(s)
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

// filterURL blocks addresses whose scheme is not one of a web page's links. No scheme
// begins with a digit: 10:30 has none.
func filterURL(s string, image bool) string {
	s = cleaned(s)
	scheme, ok := schemeOf(s)
	if !ok {
		return s
	}
	scheme = strings.ToLower(scheme)
	if scheme != "" && isDigit(scheme[0]) || linkSchemes[scheme] || scheme == "data" && image && isImageData(s) {
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

// IsLinkScheme reports whether s is a scheme that neither runs scripts nor holds
// documents.
func IsLinkScheme(s string) bool {
	s = strings.ToLower(s)
	return s != "" && isLetter(s[0]) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == "" && !slices.Contains(badSchemes, s) && s != "about"
}

// HasScheme reports whether the text of an output is an address in a link, or the scheme
// of one, with one of the schemes.
func HasScheme(e Escaper, s string, schemes []string) bool {
	switch e.Kind() {
	case EscURL:
	case EscURLRest, EscURLScheme:
		if e.Is(Local) {
			return false
		}
	default:
		return false
	}
	scheme, ok := schemeOf(cleaned(s))
	return (ok || e.Kind() == EscURLScheme) && slices.Contains(schemes, strings.ToLower(cmp.Or(scheme, s)))
}

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
	if _, ok := schemeOf(withoutBreaks(s)); ok {
		return blockedURL
	}
	return s
}

// afterSlash keeps what follows a first / in an address from naming a host: outputs
// between them may have been empty.
func afterSlash(buf []byte, s string) string {
	if s == "" || !opensHost(buf) {
		return s
	}
	return filterSlash(s)
}

// opensHost reports whether another / behind what has been written would begin a host.
func opensHost(out []byte) bool {
	i, slashes := slashesBefore(out)
	return slashes > 0 && !inValue(out[:i])
}

// BeforeSlash writes what goes before a / of the template's own text, so that it does
// not begin a host together with one that is there by itself because outputs were empty.
func BeforeSlash(out []byte) []byte {
	if opensHost(out) {
		return append(out, '.')
	}
	return out
}

// BehindHost writes a host that does not exist where outputs have written an empty one:
// what follows would be the host.
func BehindHost(out []byte) []byte {
	b, n := lastByte(out)
	if b == ':' {
		i := len(out) - n
		for i > 0 && len(out)-i < 8 && isLetter(out[i-1]) {
			i--
		}
		if b = '/'; i == 0 || i == len(out)-n || inValue(out[:i]) {
			return out // of a port
		}
	}
	if isSlash(b) {
		return append(out, blockedHost...)
	}
	return out
}

// AppendAlone is [Append] where nothing is put between the output and the text behind it:
// the output by itself keeps a / that follows from beginning a host.
func AppendAlone(buf []byte, e Escaper, s string, kind markup.Kind) ([]byte, error) {
	start := len(buf)
	buf, err := Append(buf, e, s, kind)
	if err != nil {
		return buf, err
	}
	switch e.Kind() {
	case EscURLSlash, EscCSSURLRest:
		if opensHost(buf) {
			buf = append(buf, "./"...)
		}
	case EscURL, EscURLRest, EscImage, EscResource, EscCSSURL, EscRefreshURL:
		if len(buf) > start && opensHost(buf) {
			buf = append(buf, "./"...)
		}
	case EscURLHost:
		if len(buf) == start {
			buf = BehindHost(buf)
		}
	}
	return buf, nil
}

// StartsWithSlash reports whether text in an attribute begins with a slash for a browser.
func StartsWithSlash(s string) bool {
	for s != "" {
		b, n := firstByte(s)
		if b != '\t' && b != '\n' && b != '\r' {
			return isSlash(b)
		}
		s = s[n:]
	}
	return false
}

// slashesBefore counts the slashes that a browser reads one behind the other at the
// end of buf, and returns where they begin.
func slashesBefore(buf []byte) (i, slashes int) {
	for i = len(buf); i > 0; {
		b, n := lastByte(buf[:i])
		switch {
		case isSlash(b):
			slashes++
		case b == '\t' || b == '\n' || b == '\r':
		default:
			return i, slashes
		}
		i -= n
	}
	return i, slashes
}

// maxReference is how long a reference to a slash or white space can be that is looked
// for in what has been written.
const maxReference = 16

// lastByte is the last character of what has been written of an attribute's value, if it
// is one byte, and how many bytes it is written as.
func lastByte(out []byte) (b byte, n int) {
	if len(out) == 0 {
		return 0, 0
	}
	b = out[len(out)-1]
	if b != ';' && !isLetter(b) && !isDigit(b) {
		return b, 1
	}
	tail := out[max(0, len(out)-maxReference):]
	if i := bytes.LastIndexByte(tail, '&'); i >= 0 {
		if s := AttrText(string(tail[i:])); len(s) == 1 {
			return s[0], len(tail) - i
		}
	}
	return b, 1
}

// Behind returns how many bytes at the end of an output must stay at hand for what is
// printed next: [Append], [BeforeSlash] and [BehindHost] look at them.
func Behind(out []byte) int {
	i, _ := slashesBefore(out)
	return min(len(out), len(out)-i+maxReference)
}

// filterSlash encodes a first slash.
func filterSlash(s string) string {
	t := withoutBreaks(s)
	if t != "" && isSlash(t[0]) {
		return encode(t[:1], "/\\") + t[1:]
	}
	return s
}

func isSlash(b byte) bool { return b == '/' || b == '\\' }

// inValue reports whether out ends in a part of an address, which a / may follow.
func inValue(out []byte) bool {
	b, _ := lastByte(out)
	if b == ':' && bytes.HasSuffix(out, []byte("connect:")) {
		return false // of htmx: the address begins behind it
	}
	return b > ' ' && strings.IndexByte("\"'=(;,", b) < 0
}

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
