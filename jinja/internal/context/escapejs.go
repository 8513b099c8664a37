package context

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/markup"
)

// appendScript writes text in a script, or in an attribute that is one.
func appendScript(buf []byte, e Escaper, s string, kind markup.Kind) ([]byte, error) {
	start := len(buf)
	switch e.Kind() {
	case EscJS, EscJSModule:
		if e.Is(Again) && e.Kind() == EscJS && endsValue(buf) {
			return buf, errTwoValues
		}
		module := e.Kind() == EscJSModule
		switch {
		case kind == markup.KindJS || kind == markup.KindJSON && !module:
			if kind == markup.KindJS && !e.Is(InAttr) {
				s = jsWithoutEnds(s)
			}
			buf = append(spaced(buf), s...)
		case isJSWord(s) && !module:
			buf = append(spaced(buf), s...)
		default:
			if module {
				s = filterModule(s, kind)
			}
			buf = append(spaced(buf), '"')
			buf = append(appendJSString(buf, s), '"')
		}
	case EscJSName, EscJSNamePart:
		if !isJSName(s, e.Kind() == EscJSNamePart) || e.Is(Binding) && reservedWords[s] {
			return buf, fmt.Errorf("%q is no name that can stand in a script here", s)
		}
		buf = append(buf, s...)
	case EscJSSpecifier:
		if s = filterModule(s, kind); e.Is(Slashed) {
			s = filterSlash(s)
		}
		if strings.Trim(s, "/\\") == "" && (s != "" || e.Is(Slashed)) {
			s += "." // a / that follows begins no host
		}
		buf = appendJSString(buf, s)
	case EscJSON:
		if kind == markup.KindJSON || isJSWord(s) {
			buf = append(buf, s...)
			break
		}
		buf = append(appendJSString(append(buf, '"'), s), '"')
	case EscJSONMap:
		if kind == markup.KindJSON {
			buf = appendJSONMap(buf, s)
			break
		}
		buf = append(appendJSString(append(buf, '"'), filterModule(s, kind)), '"')
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
	return inAttr(buf, start, e), nil
}

var errTwoValues = errors.New("two outputs stand one behind the other in a script, each is a value: print them as one, {{ a ~ b }}")

// endsValue reports whether what has been written ends in a value.
func endsValue(buf []byte) bool {
	if len(buf) == 0 {
		return false
	}
	switch b := buf[len(buf)-1]; b {
	case '"', '\'', '`', ']', '}', ')', ';':
		return b != ';' || bytes.HasSuffix(buf, []byte("&#34;"))
	default:
		return b >= utf8.RuneSelf || wordRune(rune(b))
	}
}

// filterModule blocks addresses of modules that are not on the site, unless the
// program vouches for them.
func filterModule(s string, kind markup.Kind) string {
	switch kind {
	case markup.KindURL, markup.KindResourceURL:
		return s
	case markup.KindHTML:
		s = markup.Unescape(withoutTags(s))
	}
	if s = cleaned(s); onSite(s) {
		return s
	}
	return blockedURL
}

// appendJSONMap writes JSON whose strings may be addresses of modules.
func appendJSONMap(buf []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(buf, s...)
		}
		end := i + 1
		for end < len(s) && s[end] != '"' {
			if s[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(s) {
			return append(buf, s[:i]...) // no JSON
		}
		var text string
		literal := s[i : end+1]
		if err := json.Unmarshal([]byte(literal), &text); err != nil || filterModule(text, markup.KindText) != text {
			literal = `"` + blockedURL + `"`
		}
		buf = append(append(buf, s[:i]...), literal...)
		s = s[end+1:]
	}
}

// isJSName reports whether s can be a name, or with part the rest of a name or
// number.
func isJSName(s string, part bool) bool {
	for i, r := range s {
		start := r == '$' || r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)
		if !start && (i == 0 && !part || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
			return false
		}
	}
	return s != "" || part
}

// reservedWords cannot be declared.
var reservedWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`await break case catch class const continue debugger default delete do else enum export extends
		false finally for function if implements import in instanceof interface let new null package private protected public return
		static super switch this throw true try typeof var void while with yield`) {
		m[w] = true
	}
	return m
}()

// isJSWord reports whether s is one of the words that templates make of values
// with filters: {{ flag|lower }}, {{ n|default("null") }}.
func isJSWord(s string) bool { return s == "true" || s == "false" || s == "null" }

// inAttr escapes what has been written from start on when it stands in an
// attribute, or where else references are decoded. In a CDATA section it keeps it from
// ending that.
func inAttr(buf []byte, start int, e Escaper) []byte {
	written := buf[start:]
	switch {
	case e.Is(InAttr) && (e.Is(Bare) || bytes.ContainsAny(written, "&<>'\"")), e.Is(InMarkup) && bytes.ContainsAny(written, "&<"):
		tail := string(written)
		return appendQuoted(buf[:start], e, tail)
	case e.Is(InCData) && bytes.Contains(written, []byte("]]>")):
		buf = append(buf[:start], bytes.ReplaceAll(written, []byte("]]>"), []byte("]]]]><![CDATA[>"))...)
	}
	if e.Is(InCData) && bytes.HasSuffix(buf, []byte("]")) {
		buf = append(buf, "]]><![CDATA["...)
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
		n := 0
		buf, n = appendWide(buf, s[i:])
		i += n
	}
	return buf
}

const lowerHex = "0123456789abcdef"

// appendU writes \uNNNN.
func appendU(buf []byte, r rune) []byte {
	return append(buf, '\\', 'u', lowerHex[r>>12&15], lowerHex[r>>8&15], lowerHex[r>>4&15], lowerHex[r&15])
}

// appendWide writes the first character of s, which is not ASCII, and returns its length.
func appendWide(buf []byte, s string) ([]byte, int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return append(buf, `\ufffd`...), n
	case r == 0x2028 || r == 0x2029 || r == 0xfeff:
		return appendU(buf, r), n
	}
	return append(buf, s[:n]...), n
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
		n := 0
		buf, n = appendWide(buf, s[i:])
		i += n
	}
	return buf
}

// AppendLiteral appends a value that is no text, written as JavaScript or JSON
// already: a number, true, null, or what the filter tojson makes.
func AppendLiteral(buf []byte, e Escaper, s string) ([]byte, error) {
	buf = closeReference(buf, e, s)
	start := len(buf)
	switch e.Kind() {
	case EscJS:
		if e.Is(Again) && endsValue(buf) {
			return buf, errTwoValues
		}
		if n := len(buf); n > 0 && s != "" && s[0] == '-' && buf[n-1] == '-' {
			buf = append(buf, ' ')
		}
		buf = spaced(buf)
	case EscJSONMap:
		return appendJSONMap(buf, s), nil
	}
	buf = append(buf, s...)
	return inAttr(buf, start, e), nil
}
