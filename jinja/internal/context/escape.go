package context

import (
	"bytes"
	"errors"
	"strings"

	"github.com/dewar-go/dewar/markup"
)

// Blocked stands for a value that a place does not take: an address with a
// scheme that may run scripts, a style that is none, the name of a handler. It
// is easy to search for in a page, and does nothing.
const Blocked = "zZDewarZz"

const blockedURL = "#" + Blocked

// Append appends s, which is safe where kind says, through e. It is for text;
// values of EscJS and EscJSON that are no text are written by the caller.
func Append(buf []byte, e Escaper, s string, kind markup.Kind) ([]byte, error) {
	buf = closeReference(buf, e, s)
	if e.Kind() == EscRCData && e.Is(BehindLT) {
		buf = closeTagStart(buf)
	}
	if e.Is(Raw) && kind == markup.KindHTML && !e.Is(Bare) {
		if out, done, err := appendRaw(buf, e, s); done {
			return out, err
		}
	}
	switch e.Kind() {
	case EscText:
		switch kind {
		case markup.KindHTML, markup.KindAttrs, markup.KindJSON:
			return append(buf, s...), nil
		}
		return markup.AppendEscape(buf, s), nil
	case EscCData:
		return appendCData(buf, e, s, kind), nil
	case EscAttr:
		return appendAttr(buf, e, s, kind), nil
	case EscType:
		if kind == markup.KindHTML {
			s, kind = markup.Unescape(withoutTags(s)), markup.KindText
		}
		if e.Is(Data) && !isDataType(s) {
			s = Blocked
		}
		return appendAttr(buf, e, s, kind), nil
	case EscRCData, EscData:
		switch {
		case kind == markup.KindHTML:
			return appendNorm(buf, s), nil
		case kind == markup.KindJSON && e.Kind() == EscData:
			return append(buf, strings.ReplaceAll(s, "<", `\u003c`)...), nil
		}
		return markup.AppendEscape(buf, s), nil
	case EscComment:
		return appendComment(buf, s), nil
	case EscNames:
		return appendNames(buf, e, s, kind), nil
	case EscNamePart:
		return appendNamePart(buf, s), nil
	case EscTag, EscTagDigit, EscTagPart:
		return appendTagName(buf, e, s)
	case EscSrcdoc:
		if kind == markup.KindHTML {
			return appendQuoted(buf, e, s), nil
		}
		return appendQuoted(buf, e, string(markup.Escape(s))), nil
	case EscTrigger:
		if strings.IndexByte(s, '[') >= 0 {
			s = Blocked // a filter is a script
		}
		return appendQuoted(buf, e, s), nil
	case EscConfig:
		return appendQuoted(buf, e, filterConfig(s)), nil
	case EscNothing:
		return buf, nil
	case EscJS, EscJSName, EscJSNamePart, EscJSModule, EscJSSpecifier, EscJSString, EscJSTagString, EscJSRegexp, EscJSON, EscJSONString, EscJSONMap:
		return appendScript(buf, e, s, kind)
	case EscCSS, EscCSSString, EscCSSURL, EscCSSURLRest:
		return appendStyle(buf, e, s, kind), nil
	}
	return appendURL(buf, e, s, kind), nil
}

// closeReference makes the & before an output that is not empty a reference to
// itself, so that the output completes no other.
func closeReference(buf []byte, e Escaper, s string) []byte {
	if e.Is(Amp) && s != "" && bytes.HasSuffix(buf, []byte("&")) {
		return append(buf, "amp;"...)
	}
	return buf
}

// closeTagStart makes a reference of the < that may begin a tag at the end of a text in
// which references are read.
func closeTagStart(buf []byte) []byte {
	from := max(0, len(buf)-len("</textarea"))
	i := bytes.LastIndexByte(buf[from:], '<')
	if i < 0 {
		return buf
	}
	tail := string(buf[from+i+1:])
	return append(append(buf[:from+i], "&lt;"...), tail...)
}

// appendCData writes text into a CDATA section, which nothing but its own end may end.
// Jinja escapes there as between tags.
func appendCData(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	switch kind {
	case markup.KindHTML, markup.KindAttrs, markup.KindJSON:
		if e.Is(InPoint) {
			s = strings.ReplaceAll(s, ">", "&gt;")
		}
		s = strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>")
		buf = append(buf, s...)
	default:
		buf = markup.AppendEscape(buf, s)
	}
	switch {
	case !strings.HasSuffix(s, "]"):
	case e.Is(InPoint):
		buf = append(buf[:len(buf)-1], "&#93;"...)
	default:
		buf = append(buf, "]]><![CDATA["...)
	}
	return buf
}

// appendRaw writes what the author of a template has marked with the filter
// safe at this very place. What would end the element all the same is kept
// from it.
func appendRaw(buf []byte, e Escaper, s string) (out []byte, done bool, err error) {
	switch e.Kind() {
	case EscText, EscCData, EscAttr, EscNames, EscConfig:
		return append(buf, s...), true, nil
	case EscRCData:
		return appendEndTagsBroken(buf, s, "title", "textarea", "xmp", "iframe", "noembed", "noframes"), true, nil
	case EscData:
		return appendEndTagsBroken(buf, s, "script"), true, nil
	case EscSrcdoc:
		return appendQuoted(buf, e, s), true, nil
	case EscJS, EscJSName, EscJSNamePart, EscJSModule, EscJSSpecifier, EscJSString, EscJSTagString, EscJSON, EscJSONString, EscJSONMap:
		if e.Is(InAttr) {
			return appendQuoted(buf, e, s), true, nil
		}
		if low := strings.ToLower(s); strings.Contains(low, "</script") || strings.Contains(low, "<!--") {
			return buf, true, errors.New("text that is marked safe holds </script or <!--, which ends the script")
		}
		return append(buf, s...), true, nil
	case EscCSS, EscCSSString, EscCSSURL, EscCSSURLRest:
		if e.Is(InAttr) {
			return appendQuoted(buf, e, s), true, nil
		}
		if strings.Contains(strings.ToLower(s), "</style") {
			return buf, true, errors.New("text that is marked safe holds </style, which ends the style")
		}
		return append(buf, s...), true, nil
	case EscURL, EscURLRest, EscURLSlash, EscURLHost, EscURLHostRest, EscURLPath, EscURLQuery, EscImage, EscResource, EscSrcset, EscSrcsetRest,
		EscURLs:
		return append(buf, s...), true, nil
	}
	return buf, false, nil
}

// appendEndTagsBroken keeps end tags of the elements from being ones.
func appendEndTagsBroken(buf []byte, s string, names ...string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '<' && i+1 < len(s) && s[i+1] == '/' {
			tail := s[i+2:]
			for _, n := range names {
				if len(tail) >= len(n) && strings.EqualFold(tail[:len(n)], n) {
					buf = append(buf, "&lt;"...)
					i++
					break
				}
			}
		}
		buf = append(buf, s[i])
	}
	return buf
}

// appendAttr writes the value of an attribute that holds nothing special.
// Markup loses its tags; its character references stay.
func appendAttr(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	switch {
	case kind == markup.KindHTML:
		s = withoutTags(s)
		if e.Is(Bare) {
			return appendBare(buf, s, false)
		}
		return appendNorm(buf, s)
	case kind == markup.KindJSON && e.Is(Single):
		return append(buf, s...) // it has no ' and no &, see markup.JSON
	}
	return appendQuoted(buf, e, s)
}

// appendQuoted escapes for an attribute with the quotes that e says.
func appendQuoted(buf []byte, e Escaper, s string) []byte {
	if e.Is(Bare) {
		return appendBare(buf, s, true)
	}
	return markup.AppendEscape(buf, s)
}

// appendNorm escapes what opens tags and ends values; references stay.
func appendNorm(buf []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			buf = append(buf, "&lt;"...)
		case '>':
			buf = append(buf, "&gt;"...)
		case '"':
			buf = append(buf, "&#34;"...)
		case '\'':
			buf = append(buf, "&#39;"...)
		default:
			buf = append(buf, s[i])
		}
	}
	return buf
}

// bareRefs are the characters that end an unquoted value, or that browsers
// have taken for quotes.
var bareRefs = [256]string{
	'<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;", ' ': "&#32;", '\t': "&#9;", '\n': "&#10;", '\v': "&#11;", '\f': "&#12;",
	'\r': "&#13;", '=': "&#61;", '`': "&#96;", 0: "&#xfffd;",
}

func appendBare(buf []byte, s string, amp bool) []byte {
	for i := 0; i < len(s); i++ {
		switch ref := bareRefs[s[i]]; {
		case ref != "":
			buf = append(buf, ref...)
		case s[i] == '&' && amp:
			buf = append(buf, "&amp;"...)
		default:
			buf = append(buf, s[i])
		}
	}
	return buf
}

// withoutTags is the text of HTML, its references as they are.
func withoutTags(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		if len(s) < 2 || !isLetter(s[1]) && s[1] != '/' && s[1] != '!' && s[1] != '?' {
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		// The machine finds the end of the tag, quotes in it included.
		end := len(s)
		sc := scanner{s: s, stop: true}
		sc.run()
		if sc.stopped {
			end = sc.i
		}
		s = s[end:]
	}
	return b.String()
}

// WholeTags is HTML, which begins between tags, without a tag, a comment or an element
// that is not parsed at its end which is not whole: what follows would be a part of it.
func WholeTags(s string) string {
	sc := scanner{s: s}
	if sc.run(); sc.c.State != Text {
		return s[:sc.lt]
	}
	return s
}

// appendComment writes text into an HTML comment, which nothing but the
// comment's own end may end.
func appendComment(buf []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '-' && (i == 0 || i == len(s)-1 || s[i-1] == '-' || s[i+1] == '-') {
			buf = append(buf, "&#45;"...)
			continue
		}
		if s[i] == '!' {
			buf = append(buf, "&#33;"...)
			continue
		}
		buf = markup.AppendEscape(buf, s[i:i+1])
	}
	return buf
}

// appendNames writes names of attributes without values.
func appendNames(buf []byte, e Escaper, s string, kind markup.Kind) []byte {
	if s == "" {
		return buf
	}
	buf = AppendSpace(buf, s[:len(s)-len(TrimSpace(s))], e)
	s = TrimSpace(s)
	if kind == markup.KindAttrs {
		return append(buf, s...)
	}
	for start := 0; start < len(s); {
		if isSpace(s[start]) {
			buf = append(buf, s[start])
			start++
			continue
		}
		end := start
		for end < len(s) && !isSpace(s[end]) {
			end++
		}
		if isInertName(s[start:end]) {
			buf = append(buf, s[start:end]...)
		} else {
			buf = append(buf, Blocked...)
		}
		start = end
	}
	return buf
}

// AppendSpace appends the white space that s begins with. If there is none a space is
// appended where e asks for it.
func AppendSpace(buf []byte, s string, e Escaper) []byte {
	space := s[:len(s)-len(TrimSpace(s))]
	if space == "" && e.Is(Space) && len(buf) > 0 && !isSpace(buf[len(buf)-1]) {
		space = " "
	}
	return append(buf, space...)
}

// TrimSpace returns s without the white space that it begins with.
func TrimSpace(s string) string { return strings.TrimLeft(s, " \t\n\f\r") }

// isInertName reports whether an attribute of the name does nothing that a
// value could be harmful for.
func isInertName(s string) bool {
	for i := range len(s) {
		b := s[i]
		if isLetter(b) || b == '_' || i > 0 && ('0' <= b && b <= '9' || b == '-' || b == '.' || b == ':') {
			continue
		}
		return false
	}
	s = strings.ToLower(s)
	c := Context{}
	for _, elem := range []Elem{elemOther, elemScript, elemLink, elemMeta, elemBase, elemObject, elemImg, elemForm, elemAnimate} {
		c.Elem = elem
		if c.attrOf(s) != attrPlain {
			return false
		}
	}
	return !strings.HasPrefix(s, "src") && !strings.HasPrefix(s, "xmlns") && s != "style"
}

func appendNamePart(buf []byte, s string) []byte {
	for i := range len(s) {
		b := s[i]
		if !isLetter(b) && (b < '0' || '9' < b) && b != '_' && b != '-' && b != '.' && b != ':' {
			return append(buf, Blocked...)
		}
	}
	if low := strings.ToLower(s); runs("data-"+low) || ajaxAttrs[low] {
		return append(buf, Blocked...)
	}
	return append(buf, s...)
}

// inertTags are the elements that an output may name: none has a content or
// an attribute with a meaning of its own.
var inertTags = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`a abbr address article aside audio b bdi bdo blockquote br button caption center cite code col
		colgroup dd del details dfn dialog div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr
		i ins kbd label legend li main mark menu nav ol optgroup option output p picture pre q rp rt ruby s samp section select small span
		strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr`) {
		m[n] = true
	}
	return m
}()

func appendTagName(buf []byte, e Escaper, s string) ([]byte, error) {
	switch e.Kind() {
	case EscTagDigit:
		if len(s) == 1 && '1' <= s[0] && s[0] <= '6' {
			return append(buf, s...), nil
		}
	case EscTagPart:
		ok := true
		for i := range len(s) {
			b := s[i]
			ok = ok && (isLetter(b) || '0' <= b && b <= '9' || b == '-' || b == '_' || b == '.')
		}
		if ok {
			return append(buf, s...), nil
		}
	default:
		if inertTags[strings.ToLower(s)] {
			return append(buf, s...), nil
		}
	}
	return buf, errors.New("an output names an element that must not come from data; only elements without a meaning of their own may, such as div and h2")
}

// filterConfig blocks settings of htmx that would be run.
func filterConfig(s string) string {
	low := strings.ToLower(strings.TrimLeft(s, " \t\n\f\r\v\u00a0\ufeff"))
	if strings.HasPrefix(low, "js:") || strings.HasPrefix(low, "javascript:") {
		return Blocked
	}
	return s
}
