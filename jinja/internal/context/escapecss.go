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
		case cssValue(s, !e.Is(Imported)) && !completesFunction(buf, s), e.Is(Declarations) && cssDeclarations(s):
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
		buf = appendCSSString(buf, urlText(s), cssURLChars)
	case EscCSSURLRest:
		if n := len(buf); n > 0 && strings.IndexByte(`("'`, buf[n-1]) >= 0 { // what might have stood before it is empty
			if kind != markup.KindURL && kind != markup.KindResourceURL {
				s = filterURL(s, !e.Is(Imported))
				if e.Is(Imported) && !onSite(s) {
					s = blockedURL
				}
			}
			s = urlText(s)
		} else {
			if t := filterRest(s); t != s {
				s = Blocked
			}
			if s = urlText(s); e.Is(Imported) {
				s = afterSlash(buf, s)
			}
		}
		buf = appendCSSString(buf, s, cssURLChars)
	}
	return inAttr(buf, start, e)
}

// urlText is an address as browsers read it, so that no slash in it needs an escape.
func urlText(s string) string {
	if strings.ContainsAny(s, "\\\t\n\r") {
		return strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(s)
	}
	return s
}

func cssWithoutEnds(s string) string {
	if !strings.Contains(strings.ToLower(s), "</style") {
		return s
	}
	return strings.ReplaceAll(s, "</", `<\/`)
}

// cssValue reports whether s can only be a value of a property: numbers, colours,
// keywords and strings, with functions that load nothing. Nothing in it goes on with
// what stands before or behind it but words and numbers.
func cssValue(s string, quotes bool) bool {
	if s == "" {
		return true
	}
	if strings.IndexByte("/*(", s[0]) >= 0 || strings.IndexByte("/*", s[len(s)-1]) >= 0 {
		return false
	}
	depth, word := 0, 0
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case isLetter(b), isDigit(b), b >= utf8.RuneSelf, b == '-', b == '_':
			continue
		case b == '"' || b == '\'':
			end := strings.IndexByte(s[i+1:], b)
			if !quotes || end < 0 || strings.ContainsAny(s[i+1:i+1+end], "\\\n\r\f<>") {
				return false
			}
			i += end + 1
		case b == '(':
			if cssLoads(s[word:i]) {
				return false
			}
			depth++
		case b == ')':
			if depth--; depth < 0 {
				return false
			}
		case b == '/' || b == '*':
			if n := s[i+1]; n == '/' || n == '*' {
				return false
			}
		case strings.IndexByte("#%.,! +\t", b) < 0:
			return false
		}
		word = i + 1
	}
	return depth == 0
}

// cssLoads reports whether a function may load or run something.
func cssLoads(name string) bool {
	switch name = strings.ToLower(name); name {
	case "url", "src", "image", "element", "attr", "expression", "cross-fade":
		return true
	}
	return strings.HasSuffix(name, "image-set") || strings.HasPrefix(name, "-webkit-cross") || strings.HasPrefix(name, "-moz-el")
}

// cssDeclarations reports whether s is a list of declarations whose values are ones.
func cssDeclarations(s string) bool {
	if strings.IndexByte(s, ':') < 0 {
		return false
	}
	for s != "" {
		end := 0
		for quote := byte(0); end < len(s) && (s[end] != ';' || quote != 0); end++ {
			switch b := s[end]; {
			case quote == 0 && (b == '"' || b == '\''):
				quote = b
			case b == quote:
				quote = 0
			}
		}
		one := strings.Trim(s[:end], " \t\n\r\f")
		s = s[min(end+1, len(s)):]
		if one == "" {
			continue
		}
		name, value, ok := strings.Cut(one, ":")
		name = strings.ToLower(strings.Trim(name, " \t\n\r\f"))
		if !ok || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" ||
			strings.Contains(name, "behavior") || strings.Contains(name, "binding") {
			return false
		}
		if value = strings.Trim(value, " \t\n\r\f"); value == "" || !cssValue(value, true) {
			return false
		}
	}
	return true
}

// completesFunction reports whether a value goes on with the name of a function that
// stands before it.
func completesFunction(buf []byte, s string) bool {
	if n := len(buf); n == 0 || !isLetter(buf[n-1]) && !isDigit(buf[n-1]) && buf[n-1] != '-' && buf[n-1] != '_' && buf[n-1] < utf8.RuneSelf {
		return false
	}
	i := strings.IndexFunc(s, func(r rune) bool {
		return r < utf8.RuneSelf && !isLetter(byte(r)) && !isDigit(byte(r)) && r != '-' && r != '_'
	})
	return i >= 0 && s[i] == '('
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
