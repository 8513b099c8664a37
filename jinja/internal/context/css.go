package context

// The places in a style, in Sub.
const (
	cssCode      uint8 = iota
	cssDouble          // "…"
	cssSingle          // '…'
	cssURL             // url(…) without quotes
	cssURLDouble       // url("…") and the address of @import
	cssURLSingle       //
	cssComment         // /* … */
)

var cssNames = [...]string{
	cssCode: "value", cssDouble: "string", cssSingle: "string", cssURL: "url", cssURLDouble: "url", cssURLSingle: "url",
	cssComment: "comment",
}

// What Prev says in a style. In a url it is the part of the URL.
const (
	cssEscape uint8 = 128 // a \ has been read
	cssStar   uint8 = 64  // a * in a comment
	cssSlash  uint8 = 32  // a / in code
	cssParen  uint8 = 16  // url( has been read, and white space
)

func (c *Context) cssText(s string) {
	if c.Lang != langCSS {
		return
	}
	for i := 0; i < len(s); i++ {
		c.cssByte(s[i])
	}
}

func (c *Context) cssByte(b byte) {
	if c.Prev&cssEscape != 0 {
		c.Prev &^= cssEscape
		return
	}
	switch c.Sub {
	case cssCode:
		c.cssCodeByte(b)
	case cssDouble, cssSingle:
		switch {
		case b == '\\':
			c.Prev |= cssEscape
		case c.Sub == cssDouble && b == '"' || c.Sub == cssSingle && b == '\'' || b == '\n' || b == '\r' || b == '\f':
			c.Sub, c.Prev = cssCode, 0
		}
	case cssURL, cssURLDouble, cssURLSingle:
		switch {
		case b == '\\':
			c.Prev |= cssEscape
			return
		case c.Sub == cssURL && b == ')', c.Sub == cssURLDouble && b == '"', c.Sub == cssURLSingle && b == '\'':
			c.clearBuf()
			c.Sub, c.Prev = cssCode, 0
			return
		}
		attr := c.Attr
		c.Attr = attrImage
		c.urlByte(b)
		c.Attr = attr
	case cssComment:
		switch {
		case b == '/' && c.Prev&cssStar != 0:
			c.Sub, c.Prev = cssCode, 0
		case b == '*':
			c.Prev |= cssStar
		default:
			c.Prev &^= cssStar
		}
	}
}

func (c *Context) cssCodeByte(b byte) {
	if c.Prev&cssParen != 0 {
		switch {
		case isSpace(b):
			return
		case b == '"':
			c.Sub, c.Prev = cssURLDouble, urlStart
			return
		case b == '\'':
			c.Sub, c.Prev = cssURLSingle, urlStart
			return
		}
		c.Sub, c.Prev = cssURL, urlStart
		c.cssByte(b)
		return
	}
	slash := c.Prev&cssSlash != 0
	c.Prev = 0
	if isLetter(b) || '0' <= b && b <= '9' || b == '-' || b == '_' || b == '@' || b >= 0x80 {
		if c.N != longText {
			c.add(b)
		}
		return
	}
	word := c.text()
	if !isSpace(b) || c.N > 0 {
		if word == "@import" {
			c.Flags |= flagCSSImport
		}
		if b == ';' || b == '{' || b == '}' {
			c.Flags &^= flagCSSImport | flagCSSValue
		}
	}
	if b == ':' {
		c.Flags |= flagCSSValue
	}
	c.clearBuf()
	switch {
	case b == '(' && (word == "url" || word == "src"):
		c.Prev = cssParen
	case b == '"' || b == '\'':
		double := b == '"'
		switch {
		case c.has(flagCSSImport) && double:
			c.Sub, c.Prev = cssURLDouble, urlStart
		case c.has(flagCSSImport):
			c.Sub, c.Prev = cssURLSingle, urlStart
		case double:
			c.Sub = cssDouble
		default:
			c.Sub = cssSingle
		}
	case b == '\\':
		// An escape may spell url: what follows is not looked at as a name.
		c.Prev = cssEscape
		c.add('\\')
	case b == '/':
		c.Prev = cssSlash
	case b == '*' && slash:
		c.Sub, c.Prev = cssComment, 0
	}
}
