package context

import "strings"

// The languages of values, scripts and styles.
const (
	langNone uint8 = iota
	langURL
	langMeta
	langJS
	langJSON
	langCSS
	langUnknown
)

// The parts of a URL that a place can be in; they are kept in Prev, the text
// that may become a scheme in Buf.
const (
	urlStart   uint8 = iota // nothing has been written
	urlScheme               // what has been written may still become a dangerous scheme
	urlName                 // it may become a scheme, but none that is dangerous
	urlDynamic              // an output has been written, which may become one
	urlSlash                // a single / has been written
	urlHost                 // behind //
	urlPath                 // the path is reached
	urlQuery                // behind ? or #
	urlBad                  // the scheme is one that runs scripts
	urlUnknown

	urlBits uint8 = 15 // which of these it is
)

var urlNames = [...]string{
	urlStart: "URL start", urlScheme: "URL with an undecided scheme", urlName: "relative URL", urlDynamic: "URL behind an output",
	urlSlash: "URL path", urlHost: "URL host", urlPath: "URL path", urlQuery: "URL query", urlBad: "URL with a dangerous scheme",
	urlUnknown: "URL that is not known",
}

// urlAbsolute in Sub says that the address has a scheme or host of its own.
const urlAbsolute = 1

// badSchemes run scripts or hold documents.
var badSchemes = []string{"javascript", "vbscript", "livescript", "data", "blob", "filesystem", "view-source", "jar", "mocha", "feed"}

// mayBeBad reports whether s is the beginning of a dangerous scheme.
func mayBeBad(s string) bool {
	for _, b := range badSchemes {
		if strings.HasPrefix(b, s) {
			return true
		}
	}
	return false
}

// urlText takes literal text of a URL.
func (c *Context) urlText(s string) {
	for i := 0; i < len(s) && c.State != Unknown; i++ {
		c.urlByte(s[i])
	}
}

func (c *Context) urlByte(b byte) {
	list := c.Attr == attrSrcset || c.Attr == attrURLs
	if list && (b == ',' || isSpace(b)) {
		c.Prev, c.Sub = urlStart, 0
		c.clearBuf()
		return
	}
	if c.Attr == attrAnimate && b == ';' {
		c.Prev, c.Sub = urlStart, 0
		c.clearBuf()
		return
	}
	switch c.Prev {
	case urlStart:
		if b <= ' ' {
			return
		}
	case urlPath, urlQuery, urlBad, urlUnknown:
		if b == '?' || b == '#' {
			if c.Prev == urlPath {
				c.Prev = urlQuery
			}
		}
		return
	}
	if b == '\t' || b == '\n' || b == '\r' {
		return // browsers take them out
	}
	switch b {
	case '/', '\\':
		switch c.Prev {
		case urlStart:
			c.Prev = urlSlash
		case urlSlash:
			c.Prev, c.Sub = urlHost, urlAbsolute
			c.clearBuf()
			return
		case urlHost:
			if c.N > 0 {
				c.Prev = urlPath
			}
		default:
			c.Prev = urlPath
		}
		c.clearBuf()
	case '?', '#':
		c.Prev = urlQuery
		c.clearBuf()
	case ':':
		c.urlColon()
	default:
		switch c.Prev {
		case urlSlash:
			c.Prev = urlPath
		case urlHost:
			if c.N == 0 {
				c.add(b)
			}
		case urlDynamic:
		default:
			if c.N != longText {
				c.add(b)
			}
			if c.Prev = urlName; c.N != longText && mayBeBad(c.text()) {
				c.Prev = urlScheme
			}
		}
	}
}

// urlColon ends what may be a scheme.
func (c *Context) urlColon() {
	scheme := c.text()
	switch c.Prev {
	case urlHost:
		return
	case urlSlash:
		c.Prev = urlPath
		return
	case urlDynamic:
		// What has been written is a scheme now, however the colon is spelled.
		c.unknown(whyScheme)
		return
	case urlStart:
		c.Prev = urlPath // no scheme at all
		return
	}
	c.clearBuf()
	c.Sub = urlAbsolute
	switch {
	case scheme == "http" || scheme == "https" || scheme == "ftp" || scheme == "ws" || scheme == "wss":
		c.Prev = urlHost
	case scheme == "data" && (c.Attr == attrImage || c.Attr == attrSrcset):
		c.Prev = urlQuery
	default:
		c.Prev = urlQuery
		for _, b := range badSchemes {
			if scheme == b {
				c.Prev = urlBad
			}
		}
	}
}

// urlPrinted takes the context behind an output.
func (c *Context) urlPrinted() {
	switch c.Prev {
	case urlStart, urlScheme, urlName:
		c.Prev = urlDynamic
		c.clearBuf()
	case urlSlash:
		c.Prev = urlPath
	case urlHost:
		if c.N == 0 {
			c.add('x')
		}
	}
}

// The places in the content of a refresh, in Sub.
const (
	metaStart uint8 = iota
	metaTime        // digits have been written
	metaSep         // behind ; or , or a space
	metaURL         // in the address
	metaOther       // it is no refresh
)

func (c *Context) metaText(s string) {
	for i := 0; i < len(s) && c.State != Unknown; i++ {
		b := s[i]
		switch c.Sub {
		case metaStart:
			switch {
			case isSpace(b):
			case '0' <= b && b <= '9' || b == '.':
				c.Sub = metaTime
			default:
				c.Sub = metaOther
			}
		case metaTime:
			switch {
			case '0' <= b && b <= '9' || b == '.':
			case b == ';' || b == ',' || isSpace(b):
				c.Sub = metaSep
				c.clearBuf()
			default:
				c.Sub = metaOther
			}
		case metaSep:
			switch {
			case (isSpace(b) || b == ';' || b == ',') && c.N == 0:
			case isSpace(b) && c.text() == "url":
			case b == '=' && c.text() == "url":
				c.toURL()
			case c.N < 3 && "url"[c.N] == b|0x20:
				c.add(b)
			default:
				// An address without url= before it.
				have := c.text()
				c.toURL()
				c.urlText(have)
				i--
			}
		case metaURL:
			if (b == '"' || b == '\'' || isSpace(b)) && c.Prev == urlStart {
				continue
			}
			c.urlByte(b)
		}
	}
}

func (c *Context) toURL() {
	c.clearBuf()
	c.Sub, c.Prev = metaURL, urlStart
}
