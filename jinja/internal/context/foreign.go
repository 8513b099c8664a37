package context

import "strings"

// The elements that decide in which language a tag is, four bits of NS for each that
// is open: svg and math, and those in them whose content is HTML again.
const (
	nsSVG uint32 = 1 + iota
	nsMath
	nsForeignObject
	nsDesc
	nsTitle
	nsMI
	nsMO
	nsMN
	nsMS
	nsMText
	nsAnnotation
)

var (
	svgPoints  = map[string]uint32{"foreignobject": nsForeignObject, "desc": nsDesc, "title": nsTitle}
	mathPoints = map[string]uint32{"mi": nsMI, "mo": nsMO, "mn": nsMN, "ms": nsMS, "mtext": nsMText, "annotation-xml": nsAnnotation}
)

// breakouts are the elements whose tags end svg and math, by section 13.2.6.5 of the
// HTML standard.
var breakouts = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li
		listing menu meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var`) {
		m[n] = true
	}
	return m
}()

// foreign reports whether a tag at c is one of SVG, MathML or XML.
func (c *Context) foreign() bool {
	top := c.NS & 15
	return top == nsSVG || top == nsMath || c.has(flagXML)
}

// breakOut leaves svg and math up to what holds HTML.
func (c *Context) breakOut() {
	for c.NS&15 == nsSVG || c.NS&15 == nsMath {
		c.NS >>= 4
	}
}

// startsForeign notes what the start tag of a name opens.
func (c *Context) startsForeign(name string) {
	c.Opens = 0
	switch top := c.NS & 15; {
	case c.has(flagXML):
	case (top == nsSVG || top == nsMath) && breakouts[name]:
		c.breakOut()
	case top == nsSVG && name == "svg":
		c.Opens = nsSVG
	case top == nsSVG:
		c.Opens = svgPoints[name]
	case top == nsMath:
		c.Opens = mathPoints[name]
	case name == "svg":
		c.Opens = nsSVG
	case name == "math":
		c.Opens = nsMath
	}
}

// endsForeign takes the end tag of a name.
func (c *Context) endsForeign(name string) {
	switch top := c.NS & 15; {
	case top == 0:
	case top == nsSVG && name == "svg", top == nsMath && name == "math", top > nsMath && (svgPoints[name] == top || mathPoints[name] == top):
		c.NS >>= 4
	case (top == nsSVG || top == nsMath) && breakouts[name]:
		c.breakOut() // it ends an element around them
	}
}

// push opens what the start tag has opened.
func (c *Context) push() {
	if c.Opens == 0 {
		return
	}
	if c.NS>>28 != 0 {
		c.unknown(whyDepth)
		return
	}
	c.NS = c.NS<<4 | c.Opens
	c.Opens = 0
}

// cdata reads a CDATA section.
func (sc *scanner) cdata() {
	c := &sc.c
	for ; sc.i < len(sc.s); sc.i++ {
		switch b := sc.s[sc.i]; {
		case b == ']':
			c.Prev = min(c.Prev+1, 2)
		case b == '>' && c.Prev == 2:
			sc.i++
			c.State, c.Prev, c.Sub = Text, 0, 0
			return
		case b == '>' && c.Sub == cdataInPoint:
			c.unknown(whyCData)
			return
		default:
			c.Prev = 0
		}
	}
}

// cdataInPoint is Sub of a CDATA section in SVG's foreignObject and the like: it is
// a comment that ends with the first > in an element of HTML there.
const cdataInPoint = 1

// rawForeign reads the content of a script or style of SVG, MathML or XML:
// references are decoded there, tags are tags, and CDATA sections are neither.
func (sc *scanner) rawForeign() {
	c := &sc.c
	name := rawNames[c.Elem]
	if rest := sc.s[sc.i:]; c.has(flagReference) && (rest[0] == '>' || rest[0] == ']') {
		c.Lang, c.Sub = langUnknown, 0 // it may end a CDATA section
	}
	c.Flags &^= flagReference
	for sc.i < len(sc.s) {
		rest := sc.s[sc.i:]
		if c.has(flagCData) {
			j := strings.Index(rest, "]]>")
			if j < 0 {
				sc.i = len(sc.s)
				if strings.HasSuffix(rest, "]") {
					c.Flags |= flagReference
				}
				sc.rawText(rest)
				return
			}
			sc.i += j + len("]]>")
			c.Flags &^= flagCData
			sc.rawText(rest[:j])
			continue
		}
		j := strings.IndexByte(rest, '<')
		if j < 0 {
			j = len(rest)
		}
		chunk, tail := rest[:j], rest[j:]
		sc.i += j
		if strings.IndexByte(chunk, '&') >= 0 {
			c.Lang, c.Sub = langUnknown, 0
		}
		switch at, ended := endOf(tail, name); {
		case tail == "":
		case strings.HasPrefix(tail, "<![CDATA["):
			sc.i += len("<![CDATA[")
			c.Flags |= flagCData
		case ended && at == 0:
			*c = Context{State: EndTagName, NS: c.NS, Flags: c.Flags & flagXML}
			sc.i += len("</")
			return
		default: // a tag or comment, or the beginning of something
			sc.i++
			c.Lang, c.Sub = langUnknown, 0
		}
		sc.rawText(chunk)
	}
}

// rawText takes text of a script or style to its language.
func (sc *scanner) rawText(s string) {
	c := &sc.c
	switch c.Lang {
	case langJS:
		for _, o := range c.jsText(s) {
			sc.more = append(sc.more, branch{o, sc.i})
		}
	case langJSON:
		c.jsonText(s)
	case langCSS:
		c.cssText(s)
	}
}
