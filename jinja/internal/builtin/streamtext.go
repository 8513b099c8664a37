package builtin

import (
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// StreamText are the filters of [Stream] that change the case of a plain text, without arguments: they append the
// result, escaped with html. ok is false, and nothing appended, for text that the short way does not know.
var StreamText = map[string]func(buf []byte, s string, html bool) (_ []byte, ok bool){
	"lower": value.AppendLower,
	"title": appendTitleText,
	"upper": value.AppendUpper,
}

// StreamPlain are the filters of [Stream] whose result, of what is not Markup and with arguments that are not, is not
// Markup either.
var StreamPlain = map[string]bool{
	"capitalize": true, "count": true, "int": true, "length": true, "lower": true, "replace": true, "round": true,
	"string": true, "title": true, "trim": true, "truncate": true, "upper": true, "urlencode": true,
}

// ASCII by what the filters do with it.
const (
	asciiOther   = iota
	asciiLower   // a to z
	asciiUpper   // A to Z
	asciiBreak   // what begins a word in title
	asciiSpecial // what HTML escapes
)

var asciiClass = func() (class [256]uint8) {
	for c := range class {
		switch b := byte(c); {
		case b >= utf8.RuneSelf, b == '&', b == '<', b == '>', b == '\'', b == '"':
			class[c] = asciiSpecial
		case 'a' <= b && b <= 'z':
			class[c] = asciiLower
		case 'A' <= b && b <= 'Z':
			class[c] = asciiUpper
		case isWordBreak(rune(b)):
			class[c] = asciiBreak
		}
	}
	return class
}()

// entity is how HTML writes a special character, "" for bytes beyond ASCII.
func entity(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\'':
		return "&#39;"
	case '"':
		return "&#34;"
	}
	return ""
}

func appendTitleText(buf []byte, s string, html bool) ([]byte, bool) {
	start, first := len(buf), true
	for i := range len(s) {
		c := s[i]
		switch asciiClass[c] {
		case asciiLower:
			if first {
				c ^= 0x20
			}
		case asciiUpper:
			if !first {
				c ^= 0x20
			}
		case asciiBreak:
			buf = append(buf, c)
			first = true
			continue
		case asciiSpecial:
			if c >= utf8.RuneSelf {
				return buf[:start], false
			}
			first = isWordBreak(rune(c))
			if html {
				buf = append(buf, entity(c)...)
			} else {
				buf = append(buf, c)
			}
			continue
		}
		first = false
		buf = append(buf, c)
	}
	return buf, true
}
