package context

import (
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/markup"
)

// appendStyle writes text in a style, or in an attribute that is one.
func appendStyle(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	start := len(buf)
	switch e.Kind() {
	case EscCSS:
		switch {
		case kind == markup.KindCSS:
			if !e.Is(InAttr) {
				s = cssWithoutEnds(s)
			}
			buf = append(buf, s...)
		case cssValue(s):
			buf = append(buf, s...)
		default:
			buf = append(buf, Blocked...)
		}
	case EscCSSString:
		buf = appendCSSString(buf, s, "")
	case EscCSSURL:
		if kind != markup.KindURL && kind != markup.KindResourceURL {
			s = filterURL(s, true)
			if e.Is(Imported) && !onSite(s) {
				s = blockedURL
			}
		}
		buf = appendCSSString(buf, s, cssURLChars)
	case EscCSSURLRest:
		if t := filterRest(s); t != s {
			s = Blocked
		}
		if e.Is(Imported) {
			s = filterSlash(s)
		}
		buf = appendCSSString(buf, s, cssURLChars)
	}
	return inAttr(buf, start, e)
}

func cssWithoutEnds(s string) string {
	if !strings.Contains(strings.ToLower(s), "</style") {
		return s
	}
	return strings.ReplaceAll(s, "</", `<\/`)
}

// cssValue reports whether s can only be a value of a property: a number, a
// colour, a keyword or a list of those, with functions that load nothing.
func cssValue(s string) bool {
	for i := range len(s) {
		b := s[i]
		if isLetter(b) || '0' <= b && b <= '9' || b >= utf8.RuneSelf || strings.IndexByte("_#%.,()! -+", b) >= 0 {
			continue
		}
		return false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	if depth != 0 {
		return false
	}
	low := strings.ToLower(s)
	for _, bad := range []string{"url", "expression", "-moz-binding", "mozbinding", "@import", "image-set", "behavior", "src(", "attr(", "element(", "--"} {
		if strings.Contains(low, bad) {
			return false
		}
	}
	return true
}

// cssURLChars mean nothing between the brackets of url, quoted or not.
const cssURLChars = "/:&;@+!$*|[]"

// appendCSSString writes a part of a CSS string or of a url, in which the
// characters of plain need no escape.
func appendCSSString(buf []byte, s, plain string) []byte {
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case b >= utf8.RuneSelf, isLetter(b), '0' <= b && b <= '9', b == '-', b == '_', b == '.', b == ',', b == '%', b == '#', b == '?', b == '=', b == '~',
			strings.IndexByte(plain, b) >= 0:
			buf = append(buf, b)
		case b == 0:
			buf = append(buf, `\fffd `...)
		default:
			buf = append(buf, '\\')
			if b >= 16 {
				buf = append(buf, lowerHex[b>>4])
			}
			buf = append(buf, lowerHex[b&15], ' ')
		}
	}
	return buf
}
