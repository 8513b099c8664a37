package context

import "strings"

// EventKind is a thing that the engine does in the middle of a text.
type EventKind uint8

// The kinds of events.
const (
	Nonce     EventKind = iota // the end of a start tag that takes a nonce
	Form                       // behind the start tag of a form
	FormEnd                    // the end tag of a form
	TagStart                   // behind the name of a tag that may take one of them
	BareEnd                    // an unquoted value that an output began has ended
	Slash                      // before a / that names a host if the outputs before it were empty
	EmptyHost                  // before the / behind a host that only outputs have written
)

// Event is what happens before the byte At of a text.
type Event struct {
	At   int
	Kind EventKind
	// RunTime is set when the render has to decide by what the tag says, see
	// [TakesNonce] and [TakesToken].
	RunTime bool
	// Has is set of a nonce that the tag has already, and of a form that takes no token:
	// nothing is put in there.
	Has bool
}

// scanner takes one context through a text.
type scanner struct {
	c      Context
	s      string
	i      int
	events []Event
	tagAt  int      // one more than the index of the TagStart of the tag that is open, if that is in events
	more   []branch // other readings of the text
	lt     int      // where the last < stands behind which the text was no longer between tags

	stop, stopped bool // run ends where the first tag or comment does
}

// branch is a reading of a text from a place on.
type branch struct {
	c Context
	i int
}

// maxBranches bounds how many ways one text is read.
const maxBranches = 8

// advance takes c through s. There is more than one result when s can be read
// in several ways; the events are those of the first.
func (c Context) advance(s string) ([]Context, []Event) {
	sc := scanner{c: c, s: s}
	sc.run()
	if len(sc.more) == 0 {
		return []Context{sc.c}, sc.events
	}
	out := []Context{sc.c}
	for n := 0; len(sc.more) > 0; n++ {
		b := sc.more[len(sc.more)-1]
		sc.more = sc.more[:len(sc.more)-1]
		alt := scanner{c: b.c, s: s, i: b.i}
		alt.run()
		sc.more = append(sc.more, alt.more...)
		out = append(out, alt.c)
		if n > 4*maxBranches || len(out) > 4*maxBranches {
			var u Context
			u.unknown(whyMany)
			return []Context{u}, nil
		}
	}
	return out, sc.events
}

func (sc *scanner) event(k EventKind, at int, runTime bool) {
	sc.events = append(sc.events, Event{At: at, Kind: k, RunTime: runTime})
}

// inserts reports whether something may be put into or behind a start tag of the
// element.
func (e Elem) inserts() bool {
	return e == elemScript || e == elemStyle || e == elemLink || e == elemForm
}

func (sc *scanner) run() {
	for sc.i < len(sc.s) {
		if sc.stop && sc.c.State >= RCData {
			sc.stopped = true
			return
		}
		switch sc.c.State {
		case Text:
			if sc.stop && sc.i > 0 {
				sc.stopped = true
				return
			}
			if !sc.plainTags() {
				return
			}
			sc.c.State, sc.lt = LT, sc.i-1
		case LT, EndLT, Bang:
			sc.open()
		case Comment:
			sc.comment()
		case Bogus:
			sc.until('>', Text)
		case CData:
			sc.cdata()
		case TagName, EndTagName:
			sc.tagName()
		case EndTag:
			if sc.until('>', Text) {
				sc.c.Elem = elemOther
			}
		case Tag, AfterName:
			sc.tag()
		case AttrName, AttrNameDyn:
			sc.attrName()
		case BeforeValue:
			sc.beforeValue()
		case Value:
			sc.value()
		case RCData, RawText, Script, Style:
			sc.raw()
		default:
			return
		}
	}
}

// plainTags skips text and tags without attributes that mean nothing here. It
// stops behind the < of another tag, and reports whether there is one.
func (sc *scanner) plainTags() bool {
	s := sc.s
	for {
		j := strings.IndexByte(s[sc.i:], '<')
		if j < 0 {
			sc.i = len(s)
			return false
		}
		sc.i += j + 1
		if sc.stop {
			return true
		}
		at := sc.i
		end := at < len(s) && s[at] == '/'
		if end {
			at++
		}
		k := at
		for k < len(s) && ('a' <= s[k] && s[k] <= 'z' || k > at && '0' <= s[k] && s[k] <= '9') {
			k++
		}
		if k == at || k == len(s) || s[k] != '>' {
			return true
		}
		if sc.c.NS != 0 || end && s[at:k] == "form" || !end && k-at > 2 && elems[s[at:k]] != elemOther {
			return true
		}
		sc.i = k + 1
	}
}

// until skips to behind b and reports whether it is there.
func (sc *scanner) until(b byte, next State) bool {
	j := strings.IndexByte(sc.s[sc.i:], b)
	if j < 0 {
		sc.i = len(sc.s)
		return false
	}
	sc.i += j + 1
	sc.c.State = next
	return true
}

// OpensTag reports whether a tag, a comment or the like begins where b follows a <.
func OpensTag(b byte) bool { return isLetter(b) || b == '/' || b == '!' || b == '?' }

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f' }

// open reads what follows <, </ and <!.
func (sc *scanner) open() {
	c, b := &sc.c, sc.s[sc.i]
	switch c.State {
	case LT:
		switch {
		case isLetter(b):
			c.Flags &^= tagFlags
			c.clearBuf()
			c.State, c.Elem, c.Script = TagName, elemOther, scriptJS
		case b == '/':
			sc.i++
			c.State = EndLT
		case b == '!':
			sc.i++
			c.State, c.Sub = Bang, 0
		case b == '?':
			c.State = Bogus
		default:
			c.State = Text
		}
	case EndLT:
		switch {
		case isLetter(b):
			c.Flags &^= tagFlags
			c.clearBuf()
			c.State = EndTagName
		case b == '>':
			sc.i++
			c.State = Text
		default:
			c.State = Bogus
		}
	case Bang:
		switch {
		case b == '-' && c.Sub == 1:
			sc.i++
			c.State, c.Sub = Comment, commentStart
		case b == '-':
			sc.i++
			c.Sub = 1
		case c.Sub == 0 && (c.NS > 0 || c.has(flagXML)) && strings.HasPrefix(sc.s[sc.i:], "[CDATA["):
			sc.i += len("[CDATA[")
			if c.State, c.Prev = CData, 0; !c.foreign() {
				c.Sub = cdataInPoint
			}
		default:
			c.State, c.Sub = Bogus, 0
		}
	}
}

// commentStart is Sub behind <!--, where > ends the comment too. 3 is behind --!.
// Behind a piece that something else has written it is not known how it ended; a
// hyphen may follow.
const (
	commentStart = 4
	commentLoose = 5
	looseHyphen  = 6
)

func (sc *scanner) comment() {
	c := &sc.c
	for sc.i < len(sc.s) {
		b := sc.s[sc.i]
		sc.i++
		switch {
		case b == '-' && (c.Sub == commentStart || c.Sub == looseHyphen):
			c.Sub = 2
		case b == '-' && c.Sub == commentLoose:
			c.Sub = looseHyphen
		case (b == '>' || b == '!') && c.Sub >= commentLoose:
			c.unknown(whyMany)
			return
		case b == '-' && c.Sub < 2:
			c.Sub++
		case b == '-' && c.Sub == 3:
			c.Sub = 1
		case b == '-':
		case b == '>' && c.Sub >= 2:
			c.State, c.Sub = Text, 0
			return
		case b == '!' && c.Sub == 2:
			c.Sub = 3
		default:
			c.Sub = 0
		}
	}
}

// tagName collects the name of a start or end tag.
func (sc *scanner) tagName() {
	c := &sc.c
	for ; sc.i < len(sc.s); sc.i++ {
		b := sc.s[sc.i]
		if isSpace(b) || b == '/' || b == '>' {
			sc.named()
			return
		}
		if c.has(flagDynName) {
			c.unknown(whyName)
			return
		}
		c.add(b)
	}
	if c.State == TagName && elems[c.text()].inserts() { // an output may follow at once
		sc.tagStart()
	}
}

func (sc *scanner) tagStart() {
	sc.event(TagStart, sc.i, false)
	sc.tagAt = len(sc.events)
}

// named ends the name of a tag.
func (sc *scanner) named() {
	c := &sc.c
	name := c.text()
	c.clearBuf()
	c.Flags &^= flagDynName
	if c.State == EndTagName {
		c.endsForeign(name)
		if name == "form" {
			sc.event(FormEnd, sc.i, false)
		}
		c.State = EndTag
		return
	}
	c.Elem = elems[name]
	c.State = Tag
	c.startsForeign(name)
	if c.Elem.inserts() && sc.s[sc.i] != '>' {
		sc.tagStart()
	}
}

// tag reads what may stand between attributes.
func (sc *scanner) tag() {
	c := &sc.c
	for ; sc.i < len(sc.s); sc.i++ {
		b := sc.s[sc.i]
		switch {
		case isSpace(b):
			c.Flags &^= flagSlash
		case b == '/':
			if c.State == AfterName {
				c.startAttr()
				c.endName()
			}
			c.Flags |= flagSlash
		case b == '>':
			if c.State == AfterName {
				c.startAttr()
				c.endName()
			}
			at := sc.i
			if c.has(flagSlash) && at > 0 && sc.s[at-1] == '/' {
				at--
			}
			sc.endTag(at)
			return
		case b == '=' && c.State == AfterName:
			sc.i++
			c.startAttr()
			c.State = BeforeValue
			return
		default:
			if c.State == AfterName {
				c.startAttr()
				c.endName()
			}
			c.Flags &^= flagSlash
			c.State, c.Prev = AttrName, namePlain
			c.clearBuf()
			c.addName(b)
			sc.i++
			return
		}
	}
}

// endName ends an attribute without a value.
func (c *Context) endName() {
	c.Attr, c.Prev = attrPlain, 0
	c.State = Tag
}

func (sc *scanner) attrName() {
	c := &sc.c
	for ; sc.i < len(sc.s); sc.i++ {
		b := sc.s[sc.i]
		switch {
		case isSpace(b):
			c.State = AfterName
			return
		case b == '/' || b == '>':
			c.startAttr()
			c.endName()
			return
		case b == '=':
			sc.i++
			c.startAttr()
			c.State = BeforeValue
			return
		case c.State == AttrNameDyn:
			if c.Prev != nameData {
				c.Prev = nameUnknown
			}
		default:
			c.addName(b)
		}
	}
}

func (sc *scanner) beforeValue() {
	c := &sc.c
	for ; sc.i < len(sc.s); sc.i++ {
		b := sc.s[sc.i]
		switch {
		case isSpace(b):
			continue
		case b == '"':
			sc.i++
			c.startValue(delimDouble)
			return
		case b == '\'':
			sc.i++
			c.startValue(delimSingle)
			return
		case b == '>':
			c.startValue(delimNone)
			c.endAttr()
			return
		default:
			c.startValue(delimNone)
			return
		}
	}
}

// value takes the part of an attribute's value that is in the text to the
// language it is in.
func (sc *scanner) value() {
	c := &sc.c
	rest := sc.s[sc.i:]
	var j int
	switch c.Delim {
	case delimDouble:
		j = strings.IndexByte(rest, '"')
	case delimSingle:
		j = strings.IndexByte(rest, '\'')
	default:
		j = strings.IndexAny(rest, " \t\n\f\r>")
	}
	ended := j >= 0
	if !ended {
		j = len(rest)
	}
	chunk := rest[:j]
	sc.slashes(chunk, ended)
	sc.i += j
	if ended && c.Delim != delimNone {
		sc.i++
	}
	after := sc.i
	if c.has(flagReference) && chunk != "" {
		if c.Flags &^= flagReference | flagAmp; completesReference(chunk) {
			c.unknown(whyReference)
		}
	}
	open := ""
	if strings.IndexByte(chunk, '&') >= 0 {
		if !ended {
			open = openReference(chunk)
			chunk = chunk[:len(chunk)-len(open)]
		}
		chunk = AttrText(chunk)
	}
	others := c.feed(chunk)
	if open != "" {
		if c.decides() {
			switch c.Flags |= flagReference; {
			case open == "&":
				c.Flags |= flagAmp
			case AttrText(open) != open:
				c.unknown(whyReference) // whether it is one depends on what follows
			}
			for i := range others {
				others[i].unknown(whyReference) // two readings are enough
			}
		}
		c.feed(open)
	}
	if c.State == Unknown {
		sc.i = len(sc.s)
		return
	}
	if ended {
		for _, o := range others {
			o.endAttr()
			sc.more = append(sc.more, branch{o, after})
		}
		sc.endValue()
		return
	}
	for _, o := range others {
		sc.more = append(sc.more, branch{o, after})
	}
}

// endValue ends a value.
func (sc *scanner) endValue() {
	if sc.c.Delim == delimNone && sc.c.has(flagOutput) {
		sc.event(BareEnd, sc.i, false)
	}
	sc.c.endAttr()
}

// feed takes text of a value, decoded, to its language. It returns other
// readings of it.
func (c *Context) feed(s string) (others []Context) {
	switch {
	case c.Attr.collects():
		c.collect(s)
		return nil
	case c.Attr == attrSrcdoc:
		c.srcdocText(s)
		return nil
	case c.Attr == attrTrigger:
		c.triggerText(s)
		return nil
	case c.Attr == attrConfig && c.Lang != langJS:
		return c.configText(s)
	}
	switch c.Lang {
	case langURL:
		c.urlText(s)
	case langMeta:
		c.metaText(s)
	case langJS:
		return c.jsText(s)
	case langCSS:
		c.cssText(s)
	}
	return nil
}

// The places in settings of htmx, in Sub.
const (
	configStart  uint8 = iota // nothing has been written
	configJSON                // they are no script
	configScheme              // what has been written, in Buf, may go on to js: or javascript:
	configOpen                // an output has been written, or something else that is not known
)

// configText takes text of settings of htmx, which are a script behind js: or javascript:.
func (c *Context) configText(s string) (others []Context) {
	for i := range len(s) {
		if c.Sub == configStart && s[i] > ' ' {
			c.Sub = configScheme
		}
		if c.Sub != configScheme {
			continue
		}
		c.add(s[i])
		switch word := c.text(); {
		case word == "js:" || word == "javascript:":
			c.clearBuf()
			c.startJS()
			return c.jsText(s[i+1:])
		case !strings.HasPrefix("js:", word) && !strings.HasPrefix("javascript:", word):
			c.clearBuf()
			c.Sub = configJSON
		}
	}
	return nil
}

// triggerText takes text of the events of htmx: what stands in brackets is a script.
func (c *Context) triggerText(s string) {
	for i := range len(s) {
		switch {
		case c.Lang == langJS:
			if len(c.jsText(s[i:i+1])) > 0 {
				c.jsLost()
			}
		case s[i] == '[':
			c.startJS()
			c.Brackets = 1
		}
	}
}

// collect takes text of a value that is a word or a list of words: white space at its
// start does not count, nor more than one character of it elsewhere.
func (c *Context) collect(s string) {
	if c.Attr == attrType && c.Sub == typeWhole && strings.Trim(s, " \t\n\f\r") != "" {
		c.Sub = typePieces
	}
	for i := 0; i < len(s) && c.N != longText; i++ {
		if isSpace(s[i]) && (c.N == 0 || isSpace(c.Buf[c.N-1])) {
			continue
		}
		c.add(s[i])
	}
}

// srcdocText notes whether an output, which is escaped twice as text, may still stand
// in the document of an attribute: as long as each piece of it ends between tags.
func (c *Context) srcdocText(s string) {
	out, _ := Start(false).advance(s)
	if len(out) != 1 || !out[0].plainText() {
		c.Sub = 1
	}
}

// plainText reports whether c is between tags as at the start of a document.
func (c *Context) plainText() bool { return c.State == Text && c.NS == 0 && c.Flags == 0 }

// endTag ends a start tag; at is where its > or /> stands.
func (sc *scanner) endTag(at int) {
	c := &sc.c
	foreign := c.foreign()
	closed := c.has(flagSlash) && foreign
	if sc.tagAt > 0 && !c.has(flagLook|flagLoose) {
		sc.events = append(sc.events[:sc.tagAt-1], sc.events[sc.tagAt:]...) // there is nothing to look at
	}
	sc.tagAt = 0
	sc.takesNonce(at)
	form := c.Elem == elemForm && (!foreign || c.has(flagXML))
	posts, runTime := c.has(flagPost|flagLook|flagLoose), c.has(flagLook|flagLoose)
	kind, isScript := c.Elem, c.Script
	sc.i++
	c.Flags &^= tagFlags
	c.Attr, c.Delim = attrPlain, delimNone
	c.clearLang()
	c.Elem, c.Script, c.State, c.Seen = elemOther, 0, Text, 0
	if form {
		sc.events = append(sc.events, Event{At: sc.i, Kind: Form, RunTime: runTime, Has: !posts})
	}
	if closed {
		c.Opens = 0
		return
	}
	c.push()
	switch kind {
	case elemScript:
		c.State, c.Elem, c.Script = Script, elemScript, isScript
		switch isScript {
		case scriptJS, scriptModule:
			c.startJS()
		case scriptJSON, scriptMap:
			c.Lang = langJSON
		}
	case elemStyle:
		c.State, c.Elem, c.Lang, c.Sub = Style, elemStyle, langCSS, cssCode
	case elemTitle, elemTextarea:
		if !foreign {
			c.State, c.Elem = RCData, kind
		}
	case elemXmp, elemIframe, elemNoembed, elemNoframes, elemPlaintext:
		if !foreign {
			c.State, c.Elem = RawText, kind
		}
	}
}

// takesNonce notes where a nonce goes: into the template's own scripts, styles
// and links to style sheets. The render looks at what outputs have written of them.
func (sc *scanner) takesNonce(at int) {
	c := &sc.c
	switch c.Elem {
	case elemScript:
		switch c.Script {
		case scriptJS, scriptModule, scriptMap:
		default:
			return
		}
	case elemStyle:
	case elemLink:
		if !c.has(flagLoose) && !(c.has(flagSheet) && c.has(flagSrc)) {
			return
		}
	default:
		return
	}
	sc.events = append(sc.events, Event{At: at, Kind: Nonce, RunTime: c.has(flagLook | flagLoose), Has: c.has(flagNonce)})
}

// raw reads the content of an element that only its own end tag ends.
func (sc *scanner) raw() {
	c := &sc.c
	if c.foreign() {
		sc.rawForeign()
		return
	}
	name := rawNames[c.Elem]
	rest := sc.s[sc.i:]
	j, ended := endOf(rest, name)
	if c.Elem == elemPlaintext {
		j, ended = len(rest), false
	}
	chunk := rest[:j]
	sc.slashes(chunk, false)
	sc.i += j
	c.endTagStart(chunk, name)
	var others []Context
	switch c.State {
	case Script:
		others = c.scriptText(chunk)
	case Style:
		c.cssText(chunk)
	}
	if !ended {
		for _, o := range others {
			sc.more = append(sc.more, branch{o, sc.i})
		}
		return
	}
	if c.State == Script && c.Lang == langUnknown {
		c.unknown(whyDoubled)
		return
	}
	if c.State != Unknown || len(others) > 0 {
		// However the script is read, it ends here.
		*c = Context{State: EndTagName, NS: c.NS, Flags: c.Flags & flagXML}
		sc.i += len("</")
		return
	}
	sc.i += len("</")
	c.State = EndTagName
}

// endTagStart notes whether text of an element that is not parsed ends in what,
// with the output that follows, may become a tag or comment that counts there.
func (c *Context) endTagStart(s, name string) {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		c.Flags &^= flagTagStart
		tail := strings.ToLower(s[i:])
		for _, tag := range [...]string{"</" + name, "<script", "<!--"} {
			if strings.HasPrefix(tag, tail) && (tag[1] == '/' || name == "script") {
				c.Flags |= flagTagStart
			}
		}
		return
	}
	if c.has(flagTagStart) && strings.Trim(strings.ToLower(s), "/!-"+name) != "" {
		c.Flags &^= flagTagStart
	}
}

// endOf finds the end tag of a raw element.
func endOf(s, name string) (int, bool) {
	for from := 0; ; {
		j := strings.Index(s[from:], "</")
		if j < 0 {
			return len(s), false
		}
		j += from
		tail := s[j+2:]
		if len(tail) >= len(name) && strings.EqualFold(tail[:len(name)], name) {
			if len(tail) == len(name) {
				return j, true
			}
			if b := tail[len(name)]; isSpace(b) || b == '/' || b == '>' {
				return j, true
			}
		}
		from = j + 2
	}
}

// scriptText takes the text of a script to its language.
func (c *Context) scriptText(s string) (others []Context) {
	if c.Lang == langUnknown {
		return nil
	}
	if strings.Contains(s, "<!--") || c.has(flagMarkup) {
		// Behind <!-- a second <script makes the next </script> mean nothing.
		low := strings.ToLower(s)
		open := c.has(flagMarkup)
		for len(low) > 0 {
			if !open {
				j := strings.Index(low, "<!--")
				if j < 0 {
					break
				}
				open, low = true, low[j+4:]
				continue
			}
			end, script := strings.Index(low, "-->"), strings.Index(low, "<script")
			if script >= 0 && end < 0 {
				c.Lang, c.Sub = langUnknown, 0
				return nil
			}
			if end < 0 {
				break
			}
			open, low = false, low[end+3:]
		}
		c.Flags &^= flagMarkup
		if open {
			c.Flags |= flagMarkup
		}
	}
	switch c.Lang {
	case langJS:
		return c.jsText(s)
	case langJSON:
		c.jsonText(s)
	}
	return nil
}
