package context

import (
	"slices"
	"strings"
)

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
	urlData                 // behind data:, Buf holds the type
	urlUnknown
	urlSlashed // behind a / that is the first of the address if the outputs before it and behind it were empty

	urlBits uint8 = 15 // which of these it is
)

var urlNames = [...]string{
	urlStart: "URL start", urlScheme: "URL with an undecided scheme", urlName: "relative URL", urlDynamic: "URL behind an output",
	urlSlash: "URL path", urlHost: "URL host", urlPath: "URL path", urlQuery: "URL query", urlBad: "URL with a dangerous scheme", urlData: "URL with a dangerous scheme",
	urlUnknown: "URL that is not known", urlSlashed: "URL path",
}

// urlAbsolute in Sub says that the address has a scheme or host of its own.
const urlAbsolute = 1

// badSchemes run scripts or hold documents.
var badSchemes = []string{"javascript", "vbscript", "livescript", "data", "blob", "filesystem", "view-source", "jar", "mocha", "feed"}

// RunsScripts reports whether a scheme, with its colon, may run scripts or hold a document.
func RunsScripts(scheme string) bool {
	scheme, _, _ = strings.Cut(strings.ToLower(scheme), ":")
	return slices.Contains(badSchemes, scheme)
}

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
	if c.Prev == urlData {
		c.urlDataByte(b)
		return
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
		case urlDynamic:
			c.Prev = urlSlashed
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
		case urlSlash, urlSlashed:
			c.Prev = urlPath
		case urlHost:
			if c.N == 0 || c.Buf[0] == hostPrinted {
				c.clearBuf()
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
	case urlSlash, urlSlashed:
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
	if c.Attr == attrLocal && scheme == "connect" {
		c.Prev = urlStart // of htmx: the address follows
		return
	}
	c.Sub = urlAbsolute
	switch {
	case scheme == "http" || scheme == "https" || scheme == "ftp" || scheme == "ws" || scheme == "wss":
		c.Prev = urlHost
	case scheme == "data" && (c.Attr == attrImage || c.Attr == attrSrcset):
		c.Prev = urlQuery
	case scheme == "data" && c.Attr == attrURL:
		c.Prev = urlData
	default:
		c.Prev = urlQuery
		if slices.Contains(badSchemes, scheme) {
			c.Prev = urlBad
		}
		if c.Prev == urlBad {
			c.keepScheme(scheme)
		}
	}
}

// keepScheme keeps a scheme for the error of an output behind it.
func (c *Context) keepScheme(scheme string) {
	for i := range len(scheme) {
		c.add(scheme[i])
	}
}

// urlDataByte takes a byte of the type in a data: address. What is plain data may be
// written by outputs behind the comma.
func (c *Context) urlDataByte(b byte) {
	switch {
	case b == ',':
		kind, _, _ := strings.Cut(c.text(), ";")
		c.clearBuf()
		if c.Prev = urlQuery; !plainData[kind] {
			c.Prev = urlBad
			c.keepScheme("data")
		}
	case c.N > 0 && c.N != longText && c.Buf[c.N-1] == ';': // what it is has been said
	default:
		c.add(b)
	}
}

// plainData are the types of what a page gives to be saved, which no browser runs.
var plainData = map[string]bool{
	"": true, "text/plain": true, "text/csv": true, "text/tab-separated-values": true, "text/calendar": true, "text/vcard": true,
	"application/json": true, "application/octet-stream": true, "application/zip": true, "application/gzip": true,
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true,
}

// urlPrinted takes the context behind an output.
func (c *Context) urlPrinted() {
	switch c.Prev {
	case urlStart, urlScheme, urlName:
		c.Prev = urlDynamic
		c.clearBuf()
	case urlSlash:
		c.Prev = urlSlashed
	case urlHost:
		if c.N == 0 {
			c.add(hostPrinted)
		}
	}
}

// hostPrinted stands in Buf for a host of which outputs have written all so far.
const hostPrinted = 1

// printedNothing takes the context behind a constant that is empty: a slash that
// follows is not one of two that the author has written.
func (c *Context) printedNothing() {
	if c.State == Value && c.Prev == urlSlash && (c.Lang == langURL || c.Lang == langMeta && c.Sub == metaURL) {
		c.Prev = urlSlashed
	}
}

// address is the part of an address that the place is in, urlPath for none and where
// no / can begin a host.
func (c *Context) address() uint8 {
	switch {
	case c.Lang == langURL, c.Lang == langMeta && c.Sub == metaURL:
		return c.Prev
	case c.Lang == langCSS && (c.Sub == cssURL || c.Sub == cssURLDouble || c.Sub == cssURLSingle):
		return c.Prev &^ cssEscape
	}
	return urlPath
}

// slashes notes which slashes of a text may name a host together with what outputs have
// written before them. The text is what comes next of an address; ended says that the
// address ends with it.
func (sc *scanner) slashes(text string, ended bool) {
	c, kind := &sc.c, Slash
	may := 1 // how many slashes one behind the other may
	switch c.address() {
	case urlSlashed, urlUnknown:
	case urlDynamic:
		may = 2
	case urlHost:
		if c.N == 0 || c.Buf[0] != hostPrinted {
			return
		}
		kind = EmptyHost
	default:
		return
	}
	ended = ended && c.Lang == langURL
	for at := 0; at < len(text) && may > 0; {
		b, n := firstByte(text[at:])
		switch {
		case isSlash(b):
			if may--; may == 0 && c.address() == urlDynamic && isHost(text[at+n:], ended) {
				return // the author has written both slashes and the host
			}
			sc.events = append(sc.events, Event{At: sc.i + at, Kind: kind})
		case b != '\t' && b != '\n' && b != '\r':
			return
		}
		at += n
	}
}

func isHex(b byte) bool { return isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }

// isHost reports whether a text that follows two slashes begins with a whole host.
func isHost(s string, ended bool) bool {
	i := strings.IndexAny(s, "/\\?#")
	return i > 0 || i < 0 && ended && s != ""
}

// firstByte is the first byte of a text in an attribute, and the length of what it is
// written as.
func firstByte(s string) (b byte, n int) {
	if s[0] != '&' {
		return s[0], 1
	}
	for n = 1; n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '#'); n++ {
		if s[1] == '#' && n > 1 && !isDigit(s[n]) && (s[2]|0x20 != 'x' || n > 2 && !isHex(s[n])) {
			break
		}
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	if t := AttrText(s[:n]); len(t) == 1 {
		return t[0], n
	}
	return s[0], 1
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
