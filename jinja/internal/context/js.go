package context

import (
	"strings"
	"unicode"
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

// What Prev says in a script: in the two lowest bits whether a / that follows
// is a division, in the others what is pending.
const (
	jsRegexpNext uint8 = 0 // a regular expression
	jsDivNext    uint8 = 1 // a division
	jsEither     uint8 = 2 // one or the other
	jsClassBits  uint8 = 3

	jsLineStart uint8 = 4  // nothing but white space and comments on the line so far
	jsPending   uint8 = 16 // a \ in a string, a * in a comment, a / in code
	jsDollar    uint8 = 32 // a $ in a template literal
	jsSkip      uint8 = 64 // the next character has been read
)

// The entries of Stack.
const (
	bracePlain    uint32 = 1
	braceTemplate uint32 = 2
	braceTagged   uint32 = 3
)

// maxDepth is how many braces may be open in a template literal.
const maxDepth = 16

// regexpWords are the words that an expression follows, eitherWords those that
// may also be names.
var (
	regexpWords = map[string]bool{
		"return": true, "typeof": true, "instanceof": true, "in": true, "new": true, "delete": true, "void": true,
		"throw": true, "case": true, "do": true, "else": true,
	}
	eitherWords = map[string]bool{"yield": true, "await": true, "of": true}
)

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
	c.Sub, c.Prev, c.Depth, c.Stack = jsUnknown, 0, 0, 0
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
		return c.jsCode(s, i, r, newline)
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
			c.Sub, c.Prev = jsCode, jsDivNext
		}
	case jsTemplate, jsTagged:
		switch {
		case c.Prev&jsPending != 0:
			c.Prev &^= jsPending
		case b == '\\':
			c.Prev = jsPending
		case b == '`':
			c.Sub, c.Prev = jsCode, jsDivNext
		case b == '$':
			c.Prev = jsDollar
		case b == '{' && c.Prev&jsDollar != 0:
			kind := braceTemplate
			if c.Sub == jsTagged {
				kind = braceTagged
			}
			if !c.jsPush(kind) {
				return false, fork, false
			}
			c.Sub, c.Prev = jsCode, jsRegexpNext
		default:
			c.Prev = 0
		}
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
			c.Sub, c.Prev = jsCode, jsDivNext
		}
	case jsLine:
		if newline {
			c.Sub = jsCode
			c.Prev = c.Prev&jsClassBits | jsLineStart
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

// wordRune reports whether a character is a part of a name, a number or a
// keyword. All that is not ASCII is, but for white space (CVE-2023-24540).
func wordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return isLetter(byte(r)) || '0' <= r && r <= '9' || r == '_' || r == '$' || r == '\\'
	case r == 0xfeff || r == 0x2028 || r == 0x2029:
		return false
	}
	return !unicode.IsSpace(r)
}

// endWord ends a name, number or keyword.
func (c *Context) endWord() {
	if c.N == 0 {
		return
	}
	if w := c.text(); w == "." {
		c.Prev = jsRegexpNext
	} else {
		c.Prev = wordClass(w)
	}
	c.clearBuf()
}

func wordClass(w string) uint8 {
	switch {
	case regexpWords[w]:
		return jsRegexpNext
	case eitherWords[w]:
		return jsEither
	}
	return jsDivNext
}

// addWord collects a word; keywords have lower case only.
func (c *Context) addWord(r rune) {
	if c.N == longText {
		return
	}
	if r >= utf8.RuneSelf || 'A' <= r && r <= 'Z' {
		r = '_' // no keyword
	}
	c.add(byte(r))
	if c.N > 12 && c.N != longText {
		c.N, c.Buf = longText, [31]byte{} // no keyword is as long
	}
}

func (c *Context) jsCode(s string, i int, r rune, newline bool) (alive bool, fork Context, forked bool) {
	if c.Prev&jsPending != 0 {
		// A / ended the text before this one.
		c.Prev &^= jsPending
		switch r {
		case '/':
			c.Sub = jsLine
			return true, fork, false
		case '*':
			c.Sub = jsBlock
			return true, fork, false
		}
	}
	if wordRune(r) {
		c.Prev &= jsClassBits
		c.addWord(r)
		return true, fork, false
	}
	c.endWord()
	line := c.Prev & jsLineStart
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	switch {
	case newline:
		c.Prev |= jsLineStart
		return true, fork, false
	case r < utf8.RuneSelf && (isSpace(byte(r)) || r == '\v'), r >= utf8.RuneSelf:
		return true, fork, false
	}
	class := c.Prev & jsClassBits
	c.Prev = jsRegexpNext
	switch r {
	case '"':
		c.Sub, c.Prev = jsDouble, 0
	case '\'':
		c.Sub, c.Prev = jsSingle, 0
	case '`':
		c.Sub, c.Prev = jsTemplate, 0
		if class != jsRegexpNext {
			c.Sub = jsTagged
		}
	case '/':
		switch {
		case next == '/':
			c.Sub, c.Prev = jsLine, class|line
		case next == '*':
			c.Sub, c.Prev = jsBlock, class|line|jsSkip
		default:
			return c.jsSlash(class, i+1 == len(s))
		}
	case '{':
		if c.Depth > 0 && !c.jsPush(bracePlain) {
			return false, fork, false
		}
	case '}':
		c.Prev = jsEither
		if c.Depth == 0 {
			break
		}
		switch c.jsPop() {
		case braceTemplate:
			c.Sub, c.Prev = jsTemplate, 0
		case braceTagged:
			c.Sub, c.Prev = jsTagged, 0
		}
	case ')':
		c.Prev = jsEither
	case ']':
		c.Prev = jsDivNext
	case '.':
		c.add('.')
	case '+':
		if i > 0 && s[i-1] == '+' {
			c.Prev = jsEither
		}
	case '-':
		if i > 0 && s[i-1] == '-' {
			c.Prev = jsEither
		}
		if line != 0 && strings.HasPrefix(s[i:], "-->") {
			c.Sub, c.Prev = jsLine, class
		}
	case '<':
		if strings.HasPrefix(s[i:], "<!--") {
			c.Sub, c.Prev = jsLine, class|line
		}
	case '#':
		if next == '!' {
			c.Sub, c.Prev = jsLine, class
		}
	}
	return true, fork, false
}

// jsSlash reads a / that begins no comment. last is set when nothing follows
// it in the text.
func (c *Context) jsSlash(class uint8, last bool) (alive bool, fork Context, forked bool) {
	regexp := *c
	regexp.Sub, regexp.Prev = jsRegexp, 0
	c.Prev = jsRegexpNext
	if last {
		c.Prev |= jsPending
	}
	switch class {
	case jsRegexpNext:
		*c = regexp
		return true, fork, false
	case jsEither:
		return true, regexp, true
	}
	return true, fork, false
}

// jsPrinted takes the context behind an output. raw is set when the output is
// not escaped: what it ends with is not known.
func (c *Context) jsPrinted(raw bool) {
	switch c.Sub {
	case jsCode:
		c.clearBuf()
		c.Prev = jsDivNext
		if raw {
			c.Prev = jsEither
		}
	case jsTemplate, jsTagged:
		c.Prev = 0
	case jsBlock:
		c.Prev &^= jsPending
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
			}
		case jsDouble:
			switch {
			case c.Prev&jsPending != 0:
				c.Prev &^= jsPending
			case b == '\\':
				c.Prev |= jsPending
			case b == '"':
				c.Sub, c.Prev = jsCode, 0
			case b == '\n':
				c.Sub = jsUnknown
			}
		}
	}
}
