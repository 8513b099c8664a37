package forms

import (
	"net"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/punycode"
)

// Email checks the form of an e-mail address as the Python package email_validator does: no name, no quotes, a host
// with a dot that is no name for private use. Nothing is sent.
type Email struct {
	// ASCIIOnly refuses addresses that are not ASCII before the @.
	ASCIIOnly bool
	// EmptyLocal takes an address that begins with the @.
	EmptyLocal bool
	Message    string
}

// maxEmail is the length of an address, in bytes (RFC 5321 with its erratum 1690).
const maxEmail = 254

// Check implements [Check].
func (c Email) Check(form *Form, field *BoundField) error {
	text, ok := field.text()
	return form.unless(ok && len(text) <= maxEmail && c.valid(text), "email", c.Message, "Invalid email address.")
}

func (c Email) valid(address string) bool {
	local, host, found := strings.Cut(address, "@")
	if !found || len(local) > 64 && utf8.RuneCountInString(local) > 64 || local == "" && !c.EmptyLocal {
		return false
	}
	dot := true
	for i, r := range local {
		if r == '.' && dot || r != '.' && !c.atom(r) || i == 0 && unicode.IsMark(r) {
			return false
		}
		dot = r == '.'
	}
	if dot && local != "" {
		return false
	}
	if !isASCII(host) {
		if host, found = asciiHost(host); !found {
			return false
		}
	}
	if len(host)+len(local)+1 > maxEmail || !strings.Contains(host, ".") {
		return false
	}
	last := ""
	for last = range strings.SplitSeq(host, ".") {
		if !isHostLabel(last) {
			return false
		}
	}
	switch strings.ToLower(last) {
	case "arpa", "invalid", "local", "localhost", "onion", "test":
		return false
	}
	return last[len(last)-1]|0x20 >= 'a'
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// isHostLabel reports whether a text is a label of a host's name: letters, digits and inner hyphens.
func isHostLabel(label string) bool {
	return label != "" && len(label) <= 63 && strings.Trim(label, "-") == label && strings.Trim(label, letters+digits+"-") == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// atom reports whether a character may stand before the @ (RFC 5322 atext, RFC 6531).
func (c Email) atom(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	case c.ASCIIOnly || r == utf8.RuneError:
		return false
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.M)
}

// fullStops are those of IDNA (RFC 3490, section 3.1).
var fullStops = strings.NewReplacer("。", ".", "．", ".", "｡", ".")

// asciiHost writes a host name in lower case and in ASCII.
func asciiHost(host string) (string, bool) {
	if len(host) > 4*maxEmail {
		return "", false
	}
	labels := strings.Split(fullStops.Replace(strings.ToLower(host)), ".")
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		for _, r := range label {
			if r >= utf8.RuneSelf && !unicode.In(r, unicode.L, unicode.M, unicode.N) {
				return "", false
			}
		}
		if len(label) > 4*63 {
			return "", false
		}
		labels[i] = "xn--" + punycode.Encode(label)
	}
	return strings.Join(labels, "."), true
}

// URL checks that the text is an absolute URL of any scheme.
type URL struct {
	// NoTLD takes hosts without a top-level domain, such as localhost: WTForms' require_tld=False.
	NoTLD   bool
	Message string
}

// maxURL is the length of a URL that is looked at, in bytes.
const maxURL = 8 << 10

var urlTLD = regexp.MustCompile(`(?i)^([a-z]{2,20}|xn--([a-z0-9]+-)*[a-z0-9]+)$`)

// Check implements [Check].
func (c URL) Check(form *Form, field *BoundField) error {
	text := field.valueText()
	return form.unless(len(text) <= maxURL && c.valid(text), "url", c.Message, "Invalid URL.")
}

func (c URL) valid(text string) bool {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme == "" || strings.Trim(scheme, letters) != "" {
		return false
	}
	host := rest
	if i := strings.IndexAny(rest, "/?:"); i >= 0 {
		host, rest = rest[:i], rest[i:]
		if port, ok := strings.CutPrefix(rest, ":"); ok {
			if rest = strings.TrimLeft(port, digits); rest == port {
				return false
			}
		}
		if rest != "" && rest[0] != '/' && rest[0] != '?' || strings.Contains(rest, "\n") {
			return false
		}
	}
	if host == "" {
		return false
	}
	if digit := host[len(host)-1]; digit >= '0' && digit <= '9' {
		if _, err := netip.ParseAddr(host); err == nil {
			return true
		}
	}
	if !isASCII(host) {
		if host, ok = asciiHost(host); !ok {
			return false
		}
	}
	if len(host) > 253 {
		return false
	}
	last, count := "", 0
	for last = range strings.SplitSeq(host, ".") {
		if !isURLLabel(last) {
			return false
		}
		count++
	}
	return c.NoTLD || count > 1 && urlTLD.MatchString(last)
}

// isURLLabel reports whether a text is a part of the host of a URL. As WTForms has it, underscores are letters, and a
// hyphen may stand at the end behind another one.
func isURLLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || strings.Trim(label, letters+digits+"_-") != "" {
		return false
	}
	hyphen := strings.IndexByte(label, '-')
	return hyphen < len(label)-1 || strings.EqualFold(label, "xn-")
}

// IPAddress checks for an IP address. With neither field set it is one of IPv4, as in WTForms.
type IPAddress struct {
	IPv4, IPv6 bool
	Message    string
}

// Check implements [Check].
func (c IPAddress) Check(form *Form, field *BoundField) error {
	var a netip.Addr // neither Is4 nor Is6
	if text := field.valueText(); len(text) <= 64 {
		a, _ = netip.ParseAddr(text)
	}
	return form.unless(a.Is4() && (c.IPv4 || !c.IPv6) || a.Is6() && c.IPv6, "ip_address", c.Message, "Invalid IP address.")
}

// MacAddress checks for a MAC address such as 01:23:45:67:ab:CD.
type MacAddress struct{ Message string }

// Check implements [Check].
func (c MacAddress) Check(form *Form, field *BoundField) error {
	text, _ := field.text()
	text = strings.TrimSuffix(text, "\n") // Python's $
	_, err := net.ParseMAC(text)
	return form.unless(err == nil && len(text) == 17 && strings.Count(text, ":") == 5, "mac_address", c.Message, "Invalid Mac address.")
}

// UUID checks for a UUID in any spelling that Python's uuid.UUID reads: with hyphens or without, in braces, as a URN.
type UUID struct{ Message string }

// Check implements [Check].
func (c UUID) Check(form *Form, field *BoundField) error {
	text := field.valueText()
	if len(text) <= 100 {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "urn:", ""), "uuid:", "")
		text = strings.ReplaceAll(strings.Trim(text, "{}"), "-", "")
	}
	return form.unless(len(text) == 32 && strings.Trim(text, digits+"abcdefABCDEF") == "", "uuid", c.Message, "Invalid UUID.")
}
