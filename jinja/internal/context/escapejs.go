package context

import (
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/markup"
)

// appendScript writes text in a script, or in an attribute that is one.
func appendScript(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	start := len(buf)
	switch e.Kind() {
	case EscJS:
		if kind == markup.KindJS || kind == markup.KindJSON {
			if kind == markup.KindJS && !e.Is(InAttr) {
				s = jsWithoutEnds(s)
			}
			buf = append(spaced(buf), s...)
			break
		}
		if isJSWord(s) {
			buf = append(spaced(buf), s...)
			break
		}
		buf = append(spaced(buf), '"')
		buf = append(appendJSString(buf, s), '"')
	case EscJSON:
		if kind == markup.KindJSON || isJSWord(s) {
			buf = append(buf, s...)
			break
		}
		buf = append(appendJSString(append(buf, '"'), s), '"')
	case EscJSRegexp:
		buf = appendRegexp(buf, s)
	case EscJSTagString:
		// With the first character escaped no tag's name is completed.
		if s != "" && (isLetter(s[0]) || s[0] == '!' || s[0] == '-') {
			buf, s = appendU(buf, rune(s[0])), s[1:]
		}
		buf = appendJSString(buf, s)
	default:
		buf = appendJSString(buf, s)
	}
	return inAttr(buf, start, e)
}

// isJSWord reports whether s is one of the words that templates make of values
// with filters: {{ flag|lower }}, {{ n|default("null") }}.
func isJSWord(s string) bool { return s == "true" || s == "false" || s == "null" }

// inAttr escapes what has been written from start on when it stands in an
// attribute.
func inAttr(buf []byte, start int, e Escaper) []byte {
	if !e.Is(InAttr) {
		return buf
	}
	if e.Is(Bare) || strings.ContainsAny(string(buf[start:]), "&<>'\"") {
		tail := string(buf[start:])
		return appendQuoted(buf[:start], e, tail)
	}
	return buf
}

// spaced puts a space between a word, or an operator that a value could become
// a part of, and a value.
func spaced(buf []byte) []byte {
	if n := len(buf); n > 0 {
		if r, _ := utf8.DecodeLastRune(buf); wordRune(r) || r == '/' {
			return append(buf, ' ')
		}
	}
	return buf
}

// jsWithoutEnds keeps a typed script from ending its element.
func jsWithoutEnds(s string) string {
	low := strings.ToLower(s)
	if !strings.Contains(low, "</script") && !strings.Contains(low, "<!--") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '<' && (strings.HasPrefix(low[i:], "</script") || strings.HasPrefix(low[i:], "<!--")) {
			b.WriteString(`\x3c`)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// appendJSString writes a part of a string, a template literal or JSON in
// escapes that all of them have.
func appendJSString(buf []byte, s string) []byte {
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			switch {
			case b == '\\':
				buf = append(buf, `\\`...)
			case b == '/':
				buf = append(buf, `\/`...)
			case b == '\n':
				buf = append(buf, `\n`...)
			case b == '\r':
				buf = append(buf, `\r`...)
			case b == '\t':
				buf = append(buf, `\t`...)
			case b < ' ' || b == 0x7f || strings.IndexByte("\"'<>&`${}+", b) >= 0:
				buf = appendU(buf, rune(b))
			default:
				buf = append(buf, b)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			buf = append(buf, `\ufffd`...)
		case r == 0x2028 || r == 0x2029 || r == 0xfeff:
			buf = appendU(buf, r)
		default:
			buf = append(buf, s[i:i+n]...)
		}
		i += n
	}
	return buf
}

const lowerHex = "0123456789abcdef"

// appendU writes \uNNNN.
func appendU(buf []byte, r rune) []byte {
	return append(buf, '\\', 'u', lowerHex[r>>12&15], lowerHex[r>>8&15], lowerHex[r>>4&15], lowerHex[r&15])
}

// appendRegexp writes a text that a regular expression matches literally.
func appendRegexp(buf []byte, s string) []byte {
	if s == "" {
		return append(buf, "(?:)"...)
	}
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if isLetter(b) || '0' <= b && b <= '9' || b == '_' || b == ' ' {
				buf = append(buf, b)
			} else {
				buf = appendU(buf, rune(b))
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			buf = append(buf, `\ufffd`...)
		case r == 0x2028 || r == 0x2029 || r == 0xfeff:
			buf = appendU(buf, r)
		default:
			buf = append(buf, s[i:i+n]...)
		}
		i += n
	}
	return buf
}

// AppendLiteral appends a value that is no text, written as JavaScript or JSON
// already: a number, true, null, or what the filter tojson makes.
func AppendLiteral(buf []byte, e Escaper, s string) []byte {
	start := len(buf)
	if e.Kind() == EscJS {
		// item{{ i }} is the name item1, as in Jinja; a keyword is not completed.
		digits := s != "" && strings.Trim(s, "0123456789") == ""
		if e.Is(Word) && digits && len(buf) > 0 && (wordRune(rune(buf[len(buf)-1])) || buf[len(buf)-1] >= utf8.RuneSelf) {
			return append(buf, s...)
		}
		if n := len(buf); n > 0 && s != "" && s[0] == '-' && buf[n-1] == '-' {
			buf = append(buf, ' ')
		}
		buf = spaced(buf)
	}
	buf = append(buf, s...)
	return inAttr(buf, start, e)
}
