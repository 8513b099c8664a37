package context

import (
	"html"
	"strings"
)

// AttrText is the text of an attribute's value, or of a part of one. References are
// read as in attributes, by section 13.2.5.73 of the HTML standard: one without a
// semicolon is none before a letter, a digit or an equals sign.
func AttrText(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		n := 1
		if n < len(s) && s[n] == '#' {
			n++
		}
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
			n++
		}
		if n < len(s) && s[n] == ';' {
			n++
		}
		if name := s[:n]; isReference(name, s[n:]) {
			b.WriteString(html.UnescapeString(name))
		} else {
			b.WriteString(name)
		}
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// isReference reports whether all of s, which begins with &, is a reference in an
// attribute where it goes on with rest.
func isReference(s, rest string) bool {
	if len(s) > 1 && s[1] == '#' {
		return true // with a semicolon or without
	}
	n := len(s) - 1
	if s[n] != ';' && strings.HasPrefix(rest, "=") {
		return false
	}
	// A name that is longer than a reference leaves what is behind that.
	return n > 0 && html.UnescapeString(s) != html.UnescapeString(s[:n])+s[n:]
}

// openReference returns the end of s that may be the beginning of a reference which
// what follows completes, "" for none.
func openReference(s string) string {
	i := strings.LastIndexByte(s, '&')
	if i < 0 {
		return ""
	}
	for j := i + 1; j < len(s); j++ {
		if b := s[j]; !isLetter(b) && !isDigit(b) && (b != '#' || j > i+1) {
			return ""
		}
	}
	return s[i:]
}

// completesReference reports whether text that begins with s may go on with a
// reference, or says whether one without a semicolon is one.
func completesReference(s string) bool {
	return s != "" && (isLetter(s[0]) || isDigit(s[0]) || s[0] == '#' || s[0] == ';' || s[0] == '=')
}

// decides reports whether what the attribute holds so far, or the character that
// follows, may decide about what runs or is loaded: a reference may not be left open
// there.
func (c *Context) decides() bool {
	switch {
	case c.Attr == attrPlain || c.Attr == attrNonce || c.Attr == attrMetaPlain:
		return false
	case c.Lang == langURL:
		return c.Attr == attrSrcset || c.Attr == attrURLs || c.Attr == attrAnimate || c.Prev != urlPath && c.Prev != urlQuery
	}
	return true
}
