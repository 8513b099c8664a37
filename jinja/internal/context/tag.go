package context

import (
	"bytes"
	"strings"
)

// An Attr is an attribute of a start tag as a browser reads it.
type Attr struct {
	Name   string // in lower case
	Value  string // without its quotes, references as they are
	Quoted bool   // in quotes, of which the second is there
	Open   bool   // in quotes, of which the second is not there
	Bare   bool   // there is no value
}

// NextAttr reads the first attribute of what follows in a start tag, by section
// 13.2.5.32 of the HTML standard and those behind it. ok is false at the end of the tag.
func NextAttr(s string) (a Attr, rest string, ok bool) {
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
	a.Name, a.Bare = strings.ToLower(s[start:i]), true
	behind := i
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i == len(s) || s[i] != '=' {
		return a, s[behind:], true
	}
	a.Bare = false
	i++
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	s = s[i:]
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if i = strings.IndexByte(s[1:], s[0]); i < 0 {
			a.Value, a.Open = s[1:], true
			return a, "", true
		}
		a.Value, a.Quoted = s[1:i+1], true
		return a, s[i+2:], true
	}
	for i = 0; i < len(s) && !isSpace(s[i]) && s[i] != '>'; {
		i++
	}
	a.Value = s[:i]
	return a, s[i:], true
}

// attrs calls f for each attribute that counts: the first of a name. It returns what
// stands behind them; ok is false within the value of one.
func attrs(tag string, f func(a Attr)) (rest string, ok bool) {
	seen := map[string]bool{}
	for {
		a, rest, ok := NextAttr(tag)
		if !ok {
			return rest, true
		}
		if a.Open {
			return "", false
		}
		if !seen[a.Name] {
			seen[a.Name] = true
			f(a)
		}
		tag = rest
	}
}

// NamedBehind is the element whose start tag has been written up to its name. ok is
// false if that is not what has been written, or nothing is ever put into such a tag.
func NamedBehind(out []byte) (e Elem, ok bool) {
	i := len(out)
	for i > 0 && len(out)-i < len("script") && isLetter(out[i-1]) {
		i--
	}
	if i == 0 || out[i-1] != '<' {
		return elemOther, false
	}
	e = elems[string(bytes.ToLower(out[i:]))]
	return e, e.inserts()
}

// TakesNonce reports whether a nonce belongs into a start tag. attrs is what has been
// written behind the name.
func TakesNonce(elem Elem, tag string) bool {
	var rel uint32
	nonce, href, kind := false, false, scriptJS
	rest, ok := attrs(tag, func(a Attr) {
		value := strings.ToLower(strings.Trim(AttrText(a.Value), " \t\n\f\r"))
		switch a.Name {
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
	if !ok || rest != "" {
		return false
	}
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

// TakesToken reports whether a start tag is that of a form which posts, and where: tag is
// what has been written behind its name. The address is that of the page if it is empty.
func TakesToken(elem Elem, tag string) (action string, ok bool) {
	post := false
	rest, ok := attrs(tag, func(a Attr) {
		switch a.Name {
		case "action":
			action = AttrText(a.Value)
		case "method":
			post = strings.EqualFold(AttrText(a.Value), "post")
		}
	})
	return action, ok && rest == ">" && post && elem == elemForm
}

// Attr returns what the value of an attribute goes through that an output writes into
// a tag, in double quotes. refused is not empty when it must not: it says why.
func (s *Set) Attr(name string) (e Escaper, refused string) {
	for i := range s.n {
		other, refused := s.all[i].attrEscaper(name)
		if refused != "" {
			return 0, refused
		}
		if i > 0 {
			var ok bool
			if other, ok = Merge(e, other); !ok {
				return 0, "it depends on the branches before it what it is"
			}
		}
		e = other
	}
	return e, ""
}

func (c Context) attrEscaper(name string) (Escaper, string) {
	if strings.ContainsAny(name, "\x00\"'<`") {
		return 0, "it is no name"
	}
	if c.State == TagName {
		c.nameEnds()
	}
	c.clearBuf()
	c.State, c.Prev = AttrName, namePlain
	for i := range len(name) {
		c.addName(name[i])
	}
	c.startAttr()
	switch c.Attr {
	case attrType, attrHTTPEquiv, attrAnimName:
		return 0, "it decides what is in the element: write it as text"
	}
	c.startValue(delimDouble)
	return c.Escaper("\"")
}

// Decides reports whether an attribute decides what is in its element or what its
// other attributes are.
func (s *Set) Decides(name string) bool {
	for i := range s.n {
		c := s.all[i]
		if c.State == TagName {
			c.nameEnds()
		}
		switch c.attrOf(strings.ToLower(name)) {
		case attrType, attrRel, attrHTTPEquiv, attrAnimName:
			return true
		}
	}
	return false
}
