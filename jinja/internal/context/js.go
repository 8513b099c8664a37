package context

import (
	"strings"
	"unicode/utf8"
)

// The places in a script, in Sub.
const (
	jsCode     uint8 = iota
	jsDouble         // "…"
	jsSingle         // '…'
	jsTemplate       // `…`
	jsTagged         // a template literal with a tag, which may read escapes as it likes
	jsRegexp         // /…/
	jsClass          // […] in a regular expression
	jsLine           // a comment up to the end of the line
	jsBlock          // /* … */
	jsUnknown        // it cannot be told
)

var jsNames = [...]string{
	jsCode: "value", jsDouble: "string", jsSingle: "string", jsTemplate: "template literal", jsTagged: "tagged template literal",
	jsRegexp: "regular expression", jsClass: "character class of a regular expression", jsLine: "comment", jsBlock: "comment",
	jsUnknown: "that cannot be told",
}

// What Prev says in a script: in the two lowest bits what a / that follows is, in
// the others what is pending. In a string that names a module the four lowest bits
// are the part of the address.
const (
	jsRegexpNext uint8 = 0 // the beginning of a regular expression
	jsDivNext    uint8 = 1 // a division
	jsEither     uint8 = 2 // one or the other
	jsControl    uint8 = 3 // no / may follow: if, while, for or with, and then a (
	jsClassBits  uint8 = 3

	jsLineStart uint8 = 4   // nothing but white space and comments on the line so far
	jsDot       uint8 = 8   // the next word is the name of a property
	jsPending   uint8 = 16  // a \ in a string, a * in a comment, a / in code
	jsDollar    uint8 = 32  // a $ in a template literal
	jsSkip      uint8 = 64  // the next character has been read
	jsDeclares  uint8 = 128 // the next word is the name of what is declared
)

// The entries of Stack.
const (
	bracePlain    uint32 = 1
	braceTemplate uint32 = 2
	braceTagged   uint32 = 3
)

// maxDepth is how many braces may be open in a template literal.
const maxDepth = 16

// startJS begins a script.
func (c *Context) startJS() {
	c.Lang, c.Sub, c.Prev = langJS, jsCode, jsLineStart|jsRegexpNext
}

// jsText takes text of a script. It returns other readings of the text.
func (c *Context) jsText(s string) (others []Context) {
	if c.Sub == jsUnknown {
		return nil
	}
	var live []Context
	for i := range len(s) {
		if len(live) == 0 {
			alive, fork, forked := c.jsStep(s, i)
			if !alive {
				c.jsLost()
				return nil
			}
			if forked {
				live = append(live, *c, fork)
			}
			continue
		}
		kept := make([]Context, 0, len(live)+1)
		for j := range live {
			alive, fork, forked := live[j].jsStep(s, i)
			if alive {
				kept = join(kept, live[j])
			}
			if forked {
				kept = join(kept, fork)
			}
		}
		live = kept
		switch {
		case len(live) == 0 || len(live) > maxBranches:
			c.jsLost()
			return nil
		case len(live) == 1:
			*c = live[0]
			live = nil
		}
	}
	if len(live) > 0 {
		*c = live[0]
		return live[1:]
	}
	return nil
}

// join adds a context to a list that holds each once.
func join(list []Context, c Context) []Context {
	for i := range list {
		if list[i] == c {
			return list
		}
	}
	return append(list, c)
}

func (c *Context) jsLost() {
	c.clearBuf()
	c.clearLang()
	c.Lang, c.Sub = langJS, jsUnknown
}

// jsStep takes the byte i of s. alive is false when the script would not be
// one in this reading; fork is a second reading.
func (c *Context) jsStep(s string, i int) (alive bool, fork Context, forked bool) {
	b := s[i]
	if c.Prev&jsSkip != 0 {
		c.Prev &^= jsSkip
		return true, fork, false
	}
	r := rune(b)
	if b >= utf8.RuneSelf {
		if !utf8.RuneStart(b) {
			return true, fork, false
		}
		r, _ = utf8.DecodeRuneInString(s[i:])
	}
	newline := r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029
	switch c.Sub {
	case jsCode:
		return c.jsToken(s, i, r, newline)
	case jsDouble, jsSingle:
		switch {
		case c.Prev&jsPending != 0:
			c.Prev &^= jsPending
			if b == '\r' && strings.HasPrefix(s[i+1:], "\n") {
				c.Prev |= jsSkip
			}
		case b == '\\':
			c.Prev |= jsPending
		case b == '\n' || b == '\r':
			return false, fork, false
		case c.Sub == jsDouble && b == '"' || c.Sub == jsSingle && b == '\'':
			c.jsValueEnds()
			return true, fork, false
		}
		c.specifierByte(b)
	case jsTemplate, jsTagged:
		switch {
		case c.Prev&jsPending != 0:
			c.Prev &^= jsPending
		case b == '\\':
			c.Prev = c.Prev&urlBits | jsPending
		case b == '`':
			c.jsValueEnds()
			return true, fork, false
		case b == '$':
			c.Prev = c.Prev&urlBits | jsDollar
		case b == '{' && c.Prev&jsDollar != 0:
			kind := braceTemplate
			if c.Sub == jsTagged {
				kind = braceTagged
			}
			if !c.jsPush(kind) {
				return false, fork, false
			}
			c.clearBuf()
			c.Flags &^= flagSpecifier
			c.Sub, c.Prev = jsCode, jsRegexpNext
			return true, fork, false
		default:
			c.Prev &= urlBits
		}
		c.specifierByte(b)
	case jsRegexp, jsClass:
		switch {
		case newline:
			return false, fork, false
		case c.Prev&jsPending != 0:
			c.Prev &^= jsPending
		case b == '\\':
			c.Prev |= jsPending
		case c.Sub == jsClass:
			if b == ']' {
				c.Sub = jsRegexp
			}
		case b == '[':
			c.Sub = jsClass
		case b == '/':
			c.jsValueEnds()
		}
	case jsLine:
		if newline {
			c.Sub = jsCode
			c.Prev |= jsLineStart
		}
	case jsBlock:
		switch {
		case b == '/' && c.Prev&jsPending != 0:
			c.Sub = jsCode
			c.Prev &^= jsPending
		case b == '*':
			c.Prev |= jsPending
		default:
			c.Prev &^= jsPending
			if newline {
				c.Prev |= jsLineStart
			}
		}
	}
	return true, fork, false
}

func (c *Context) jsPush(kind uint32) bool {
	if c.Depth >= maxDepth {
		return false
	}
	c.Stack |= kind << (2 * c.Depth)
	c.Depth++
	return true
}

func (c *Context) jsPop() uint32 {
	c.Depth--
	kind := c.Stack >> (2 * c.Depth) & 3
	c.Stack &^= 3 << (2 * c.Depth)
	return kind
}

// specifierByte takes a byte of a string that names a module to its address.
func (c *Context) specifierByte(b byte) {
	if !c.has(flagSpecifier) {
		return
	}
	pending := c.Prev &^ urlBits
	if b == '\\' || pending&jsPending != 0 {
		c.Prev = pending | urlUnknown
		return
	}
	u := Context{Attr: attrResource, Prev: c.Prev & urlBits, N: c.N, Buf: c.Buf}
	if u.urlByte(b); u.State == Unknown {
		u.Prev = urlUnknown
	}
	c.Prev, c.N, c.Buf = pending|u.Prev, u.N, u.Buf
}

// jsPrinted takes the context behind an output. raw is set when the output is
// not escaped: what it ends with is not known.
func (c *Context) jsPrinted(e Escaper, raw bool) {
	switch c.Sub {
	case jsCode:
		if c.Prev&jsPending != 0 {
			c.Prev &^= jsPending
			if c.jsSlash(); c.Sub != jsCode {
				return
			}
		}
		if k := e.Kind(); k == EscJSName || k == EscJSNamePart {
			c.namePrinted()
			return
		}
		c.Flags &^= flagImport | flagSpecifier
		c.setBuf(jsOutput)
		c.Prev = jsDivNext
		if raw {
			c.clearBuf()
			c.Prev, c.Open, c.Parens = jsEither, 0, 0
		}
	case jsDouble, jsSingle, jsTemplate, jsTagged:
		c.Prev &^= jsDollar
		c.specifierPrinted()
	case jsBlock:
		c.Prev &^= jsPending
	}
}

// namePrinted is code behind a part of a name or number.
func (c *Context) namePrinted() {
	w := ""
	switch {
	case c.inWord():
		w = c.text()
	case c.N > 0 && c.Buf[0] == '.':
		c.Prev |= jsDot
	}
	switch {
	case w != "" && isDigit(w[0]):
		c.setBuf("08") // where its point may be is not known
	case c.Prev&jsDot == 0 && mayBeKeyword(w):
		c.setBuf(jsOpenWord)
	default:
		c.N, c.Buf = longText, [31]byte{}
	}
}

// loosenSpecifier forgets how far the address of a module is.
func (c *Context) loosenSpecifier() {
	if c.has(flagSpecifier) {
		c.clearBuf()
		c.Prev = c.Prev&^urlBits | urlUnknown
	}
}

// specifierPrinted is the address of a module behind an output.
func (c *Context) specifierPrinted() {
	if c.has(flagSpecifier) {
		switch c.Prev & urlBits {
		case urlPath, urlQuery:
		default:
			c.Prev = c.Prev&^urlBits | urlUnknown
		}
	}
}

// jsonText takes text of a block of JSON.
func (c *Context) jsonText(s string) {
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch c.Sub {
		case jsCode:
			if b == '"' {
				c.Sub, c.Prev = jsDouble, 0
				if c.Script == scriptMap {
					c.Flags |= flagSpecifier // in an import map each string may be the address of a script
				}
			}
		case jsDouble:
			switch {
			case c.Prev&jsPending != 0:
				c.Prev &^= jsPending
			case b == '\\':
				c.Prev |= jsPending
			case b == '"':
				c.Sub, c.Prev = jsCode, 0
				c.clearBuf()
				continue
			case b == '\n':
				c.Sub = jsUnknown
				continue
			}
			c.specifierByte(b)
		}
	}
}
