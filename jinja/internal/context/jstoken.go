package context

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// regexpWords are the words that an expression or a statement follows, eitherWords
// those that may also be names, and declareWords those that the name of what is
// declared follows.
var (
	regexpWords = map[string]bool{
		"return": true, "typeof": true, "instanceof": true, "in": true, "new": true, "delete": true, "void": true, "throw": true,
		"case": true, "do": true, "else": true, "default": true, "extends": true, "break": true, "continue": true, "debugger": true,
	}
	eitherWords  = map[string]bool{"yield": true, "await": true, "of": true}
	controlWords = map[string]bool{"if": true, "while": true, "for": true, "with": true}
	declareWords = map[string]bool{"var": true, "let": true, "const": true, "function": true, "class": true}
)

// What Buf holds in code, besides a word: a number by its form, punctuation that may
// go on, or one of these.
const (
	jsOpenWord = "\x01" // a word that an output has written a part of: it may be a keyword
	jsOutput   = "\x02" // an output has been printed here
)

// wordRune reports whether a character is a part of a name, a number or a
// keyword. All that is not ASCII is, but for white space (CVE-2023-24540).
func wordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return isLetter(byte(r)) || isDigit(byte(r)) || r == '_' || r == '$' || r == '\\'
	case r == 0xfeff || r == 0x2028 || r == 0x2029:
		return false
	}
	return !unicode.IsSpace(r)
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// inWord reports whether the text so far ends in a word or number.
func (c *Context) inWord() bool {
	return c.N == longText || c.N > 0 && (c.Buf[0] == jsOpenWord[0] || wordRune(rune(c.Buf[0])))
}

func (c *Context) setBuf(s string) {
	c.clearBuf()
	c.N = uint8(copy(c.Buf[:], s))
}

// jsWord takes a character of a word or number.
func (c *Context) jsWord(r rune) {
	digit := r < utf8.RuneSelf && isDigit(byte(r))
	if !c.inWord() {
		period := c.N > 0 && c.Buf[0] == '.'
		c.clearBuf()
		switch {
		case period && digit:
			c.setBuf("1.")
			return
		case period:
			c.Prev |= jsDot
		case c.Prev&jsDot != 0:
		case r == '0':
			c.setBuf("0")
			return
		case digit:
			c.setBuf("1")
			return
		}
	} else if c.N != longText && isDigit(c.Buf[0]) {
		c.jsNumber(r, digit)
		return
	}
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

// jsNumber takes a character of a number. What Buf holds says whether a period may
// still belong to it: "0" and "1" are whole decimal numbers, "1." is behind the
// point, "1e" behind the exponent, "08" an old octal number, "0x" any other.
func (c *Context) jsNumber(r rune, digit bool) {
	switch form := c.text(); {
	case digit && form == "0":
		c.setBuf("08")
	case digit || r == '_':
	case (r == 'e' || r == 'E') && form != "0x" && form != "08":
		c.setBuf("1e")
	default:
		c.setBuf("0x")
	}
}

// jsPeriod takes a period. alive is false when it cannot be told what it is.
func (c *Context) jsPeriod() (alive bool) {
	switch c.text() {
	case "0", "1":
		c.setBuf("1.")
		return true
	case "08":
		return false
	case ".":
		c.setBuf("..")
		return true
	case "..":
		c.clearBuf() // the three of a spread
		return true
	}
	c.endWord()
	c.Prev = jsRegexpNext
	c.Flags &^= flagImport | flagSpecifier
	c.setBuf(".")
	return true
}

// endWord ends a word or number, or what else Buf holds.
func (c *Context) endWord() {
	if c.N == 0 {
		return
	}
	w := c.text()
	before := c.Prev
	c.clearBuf()
	switch w[0] {
	case '.':
		c.Prev |= jsDot
		return
	case '+', '-', '<', jsOutput[0]:
		return
	}
	c.Flags &^= flagImport | flagSpecifier
	c.Prev = jsDivNext
	if before&jsDot != 0 {
		return
	}
	switch {
	case w[0] == jsOpenWord[0] || eitherWords[w]:
		if c.Prev = jsEither; before&jsClassBits == jsControl && w == "await" {
			c.Prev = jsControl
		}
	case regexpWords[w]:
		if c.Prev = jsRegexpNext; before&jsDeclares != 0 {
			c.Prev = jsEither // let is a name as well
		}
	case controlWords[w]:
		c.Prev = jsControl
	case declareWords[w]:
		c.Prev |= jsDeclares
	case w == "import":
		c.Flags |= flagImport | flagSpecifier
	case w == "from":
		c.Flags |= flagSpecifier
	}
}

// jsToken takes the character at i of code.
func (c *Context) jsToken(s string, i int, r rune, newline bool) (alive bool, fork Context, forked bool) {
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
		if fork, forked = c.jsSlash(); c.Sub == jsCode {
			alive, _, _ = c.jsToken(s, i, r, newline)
		} else {
			alive, _, _ = c.jsStep(s, i)
		}
		if forked {
			if forked, _, _ = fork.jsStep(s, i); forked && !alive {
				*c = fork
				return true, fork, false
			}
		}
		return alive, fork, forked
	}
	switch {
	case wordRune(r):
		c.Prev &^= jsLineStart
		c.jsWord(r)
		return true, fork, false
	case r == '.':
		return c.jsPeriod(), fork, false
	}
	before := c.text()
	c.endWord()
	switch {
	case newline:
		c.Prev |= jsLineStart
		return true, fork, false
	case r < utf8.RuneSelf && (isSpace(byte(r)) || r == '\v'), r >= utf8.RuneSelf:
		return true, fork, false
	case r == '/':
		if i+1 == len(s) {
			c.Prev |= jsPending
			return true, fork, false
		}
		switch s[i+1] {
		case '/':
			c.Sub = jsLine
			return true, fork, false
		case '*':
			c.Sub = jsBlock
			c.Prev |= jsSkip
			return true, fork, false
		}
		fork, forked = c.jsSlash()
		return true, fork, forked
	}
	prev := c.Prev
	class := prev & jsClassBits
	specifier := c.Flags & flagSpecifier
	calls := c.has(flagImport)
	c.Flags &^= flagImport | flagSpecifier
	c.Prev = jsRegexpNext
	switch r {
	case '"', '\'':
		c.Sub, c.Prev = jsDouble, 0
		if r == '\'' {
			c.Sub = jsSingle
		}
		c.Flags |= specifier
	case '`':
		c.Sub, c.Prev = jsTemplate, 0
		if class != jsRegexpNext {
			c.Sub = jsTagged
		}
		c.Flags |= specifier
	case '(':
		c.jsParen(class == jsControl)
		if calls {
			c.Flags |= specifier
		}
	case ')':
		c.Prev = c.jsUnparen()
	case '[':
		if c.Brackets > 0 && c.Brackets < 255 {
			c.Brackets++
		}
	case ']':
		c.Prev = jsDivNext
		if c.Brackets > 0 {
			if c.Brackets--; c.Brackets == 0 {
				c.clearLang()
				return true, fork, false
			}
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
	case '+':
		if before == "+" {
			c.Prev = jsEither
			break
		}
		c.setBuf("+")
	case '-':
		switch before {
		case "<!-":
			c.Sub, c.Prev = jsLine, prev
		case "-":
			c.setBuf("--")
			c.Prev = jsEither | prev&jsLineStart
		case "<!":
			c.setBuf("<!-")
		default:
			c.setBuf("-")
			c.Prev = jsRegexpNext | prev&jsLineStart
		}
	case '>':
		if before == "--" && prev&jsLineStart != 0 && !c.inModule() {
			c.Sub, c.Prev = jsLine, prev
		}
	case '<':
		if !c.inModule() {
			c.setBuf("<")
		}
	case '!':
		if before == "<" {
			c.setBuf("<!")
		}
	case '#':
		if c.Prev = prev | jsDot; i+1 < len(s) && s[i+1] == '!' {
			c.Sub, c.Prev = jsLine, prev
		}
	}
	return true, fork, false
}

// jsSlash reads a / that begins no comment: a division, or the first character of a
// regular expression. Where it may be both, fork is the second reading.
func (c *Context) jsSlash() (fork Context, forked bool) {
	class := c.Prev & jsClassBits
	c.Flags &^= flagImport | flagSpecifier
	c.Prev = jsRegexpNext
	switch class {
	case jsRegexpNext:
		c.Sub, c.Prev = jsRegexp, 0
	case jsEither:
		fork = *c
		fork.Sub, fork.Prev = jsRegexp, 0
		return fork, true
	}
	return fork, false
}

// jsParen opens a bracket. control says that it holds the condition of a statement,
// behind which an expression may begin. Only the innermost 32 are remembered.
func (c *Context) jsParen(control bool) {
	c.Parens <<= 1
	if control {
		c.Parens |= 1
	}
	c.Open = min(c.Open+1, 32)
}

// jsUnparen closes a bracket and says what a / behind it is.
func (c *Context) jsUnparen() (class uint8) {
	if c.Open == 0 {
		return jsEither
	}
	control := c.Parens&1 != 0
	c.Open--
	c.Parens >>= 1
	if control {
		return jsRegexpNext
	}
	return jsDivNext
}

// jsValueEnds is code behind the end of a string, template literal or regular
// expression.
func (c *Context) jsValueEnds() {
	c.clearBuf()
	c.Flags &^= flagImport | flagSpecifier
	c.Sub, c.Prev = jsCode, jsDivNext
}

// inModule reports whether the script is a module, which has no comments in the
// manner of HTML.
func (c *Context) inModule() bool { return c.State == Script && c.Script == scriptModule }

// mayBeKeyword reports whether a word that begins with s changes what a / behind it
// is.
func mayBeKeyword(s string) bool {
	for _, list := range []map[string]bool{regexpWords, eitherWords, controlWords} {
		for w := range list {
			if strings.HasPrefix(w, s) {
				return true
			}
		}
	}
	return false
}
