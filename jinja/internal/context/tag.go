package context

import (
	"bytes"
	"strings"

	"github.com/dewar-go/dewar/markup"
)

// An attr is an attribute of a start tag as a browser reads it.
type attr struct {
	name  string // in lower case
	value string // without its quotes, references as they are
	quote byte   // 0 for none
	bare  bool   // there is no value
}

// nextAttr reads the first attribute of what follows in a start tag, by section
// 13.2.5.32 of the HTML standard and those behind it. ok is false at the end of the tag.
func nextAttr(s string) (a attr, rest string, ok bool) {
	i := 0
	for i < len(s) && (isSpace(s[i]) || s[i] == '/') {
		i++
	}
	if i == len(s) || s[i] == '>' {
		return a, s[i:], false
	}
	start := i
	for i < len(s) && !isSpace(s[i]) && s[i] != '/' && s[i] != '>' && (s[i] != '=' || i == start) {
		i++
	}
	a.name, a.bare = strings.ToLower(s[start:i]), true
	behind := i
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i == len(s) || s[i] != '=' {
		return a, s[behind:], true
	}
	a.bare = false
	i++
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	s = s[i:]
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		a.quote = s[0]
		s = s[1:]
		if i = strings.IndexByte(s, a.quote); i < 0 {
			a.value = s
			return a, "", true
		}
		a.value = s[:i]
		return a, s[i+1:], true
	}
	for i = 0; i < len(s) && !isSpace(s[i]) && s[i] != '>'; {
		i++
	}
	a.value = s[:i]
	return a, s[i:], true
}

// attrs calls f for each attribute that counts: the first of a name.
func attrs(tag string, f func(a attr)) {
	seen := map[string]bool{}
	for {
		a, rest, ok := nextAttr(tag)
		if !ok {
			return
		}
		if !seen[a.name] {
			seen[a.name] = true
			f(a)
		}
		tag = rest
	}
}

// NamedBehind is the element whose start tag has been written up to its name.
func NamedBehind(out []byte) Elem {
	i := len(out)
	for i > 0 && len(out)-i < len("script") && isLetter(out[i-1]) {
		i--
	}
	if i == 0 || out[i-1] != '<' {
		return elemOther
	}
	return elems[string(bytes.ToLower(out[i:]))]
}

// TakesNonce reports whether a nonce belongs into a start tag. attrs is what has been
// written behind the name.
func TakesNonce(elem Elem, tag string) bool {
	var rel uint32
	nonce, href, kind := false, false, scriptJS
	attrs(tag, func(a attr) {
		value := strings.ToLower(strings.Trim(markup.Unescape(a.value), " \t\n\f\r"))
		switch a.name {
		case "nonce":
			nonce = true
		case "href":
			href = true
		case "type":
			kind = scriptKind(value)
		case "rel":
			rel = relFlags(value)
		}
	})
	switch elem {
	case elemScript:
		return !nonce && (kind == scriptJS || kind == scriptModule || kind == scriptMap)
	case elemStyle:
		return !nonce
	case elemLink:
		return !nonce && href && rel&flagSheet != 0
	}
	return false
}

// TakesToken reports whether a form posts, and where: attrs is what has been written
// behind its name. The address is that of the page if it is empty.
func TakesToken(tag string) (action string, ok bool) {
	attrs(tag, func(a attr) {
		switch a.name {
		case "action":
			action = markup.Unescape(a.value)
		case "method":
			ok = strings.EqualFold(markup.Unescape(a.value), "post")
		}
	})
	return action, ok
}
