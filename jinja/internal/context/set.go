package context

import (
	"errors"
	"strings"
)

// MaxContexts is how many contexts one place can be in.
const MaxContexts = 8

// Set is the contexts that a place may be in, behind conditions and loops. It
// is a comparable value. The zero Set holds nothing: no way leads to the
// place.
type Set struct {
	n   uint8
	all [MaxContexts]Context
}

// Of returns the set of one context.
func Of(c Context) Set {
	s := Set{n: 1}
	s.all[0] = c
	return s
}

// Len is the number of contexts.
func (s *Set) Len() int { return int(s.n) }

// At returns a context of the set.
func (s *Set) At(i int) *Context { return &s.all[i] }

// IsText reports whether the place is between tags, whatever way leads to it.
func (s *Set) IsText() bool {
	return s.n == 1 && s.all[0].State == Text && s.all[0].NS == 0 && s.all[0].Flags == 0
}

// AllText reports whether each context is between tags, those in SVG included.
func (s *Set) AllText() bool {
	for i := range s.n {
		if s.all[i].State != Text {
			return false
		}
	}
	return true
}

// Has reports whether c is in the set.
func (s *Set) Has(c Context) bool {
	for i := range s.n {
		if s.all[i] == c {
			return true
		}
	}
	return false
}

// Add adds a context. A set that would hold too many holds [Unknown] alone.
func (s *Set) Add(c Context) {
	if s.Has(c) {
		return
	}
	for i := range int(s.n) {
		d := s.all[i]
		if one, ok := slashed(d, c); ok {
			s.remove(i)
			s.Add(one)
			return
		}
		// Where only the open brackets of a script differ, none of them is known.
		if d.Open|c.Open == 0 {
			continue
		}
		if d.Open, d.Parens = c.Open, c.Parens; d == c {
			s.remove(i)
			c.Open, c.Parens = 0, 0
			s.Add(c)
			return
		}
	}
	if int(s.n) == MaxContexts {
		if s.coarsen(c) {
			return
		}
		xml := s.all[0].Flags & flagXML
		*s = Of(Context{State: Unknown, Flags: xml, Why: whyMany})
		return
	}
	// The order is that of the contexts' own, so that equal sets are equal
	// values.
	i := int(s.n)
	for i > 0 && less(&c, &s.all[i-1]) {
		s.all[i] = s.all[i-1]
		i--
	}
	s.all[i] = c
	s.n++
}

func (s *Set) remove(i int) {
	copy(s.all[i:s.n], s.all[i+1:s.n])
	s.n--
	s.all[s.n] = Context{}
}

// slashed makes one of two contexts behind the first / of an address of which it
// depends on branches, or on outputs, whether more has been written.
func slashed(a, b Context) (Context, bool) {
	behind := func(c *Context) bool {
		return c.address() == c.Prev && (c.Prev == urlSlash || c.Prev == urlSlashed || c.Prev == urlPath)
	}
	if a.State != Value || a.Prev == b.Prev || !behind(&a) || !behind(&b) {
		return a, false
	}
	const outputs = flagOutput | flagLook
	flags := (a.Flags | b.Flags) & outputs
	a.Prev, b.Prev, a.Flags, b.Flags = urlSlashed, urlSlashed, a.Flags|outputs, b.Flags|outputs
	one := a
	one.Flags = one.Flags&^outputs | flags
	return one, a == b
}

// coarsen makes room in the set for one more context of a start tag: which attributes
// the tag has so far is left to the render.
func (s *Set) coarsen(c Context) bool {
	var next Set
	for i := range int(s.n) + 1 {
		one := c
		if i < int(s.n) {
			one = s.all[i]
		}
		switch one.State {
		case TagName, Tag, AttrName, AttrNameDyn, AfterName:
			one = one.loosened()
		case BeforeValue, Value:
			one.loosenTag()
			one.attrsPrinted()
			one.Seen = 0
		default:
			return false
		}
		if next.Has(one) {
			continue
		}
		if int(next.n) == MaxContexts-1 {
			return false
		}
		next.Add(one)
	}
	*s = next
	return true
}

// Join adds the contexts of another set.
func (s *Set) Join(o *Set) {
	for i := range o.n {
		s.Add(o.all[i])
	}
}

// Within reports whether each context of s is in o.
func (s *Set) Within(o *Set) bool {
	for i := range s.n {
		c := s.all[i]
		if c.Attr == attrConfig && c.Lang == langNone && !o.Has(c) {
			c.Sub = configOpen // less is known there
		}
		if !o.Has(c) {
			return false
		}
	}
	return true
}

// less orders contexts.
func less(a, b *Context) bool {
	ka, kb := a.key(), b.key()
	for i := range ka {
		if ka[i] != kb[i] {
			return ka[i] < kb[i]
		}
	}
	return string(a.Buf[:]) < string(b.Buf[:])
}

func (c *Context) key() [5]uint64 {
	return [5]uint64{
		uint64(c.State)<<56 | uint64(c.Elem)<<48 | uint64(c.Attr)<<40 | uint64(c.Delim)<<32 | uint64(c.Script)<<24 | uint64(c.Seen)<<16 | uint64(c.Lang)<<8 | uint64(c.Sub),
		uint64(c.Prev)<<56 | uint64(c.Depth)<<48 | uint64(c.N)<<40 | uint64(c.Why)<<32,
		uint64(c.Stack)<<32 | uint64(c.Flags),
		uint64(c.Parens)<<32 | uint64(c.Open)<<8 | uint64(c.Brackets),
		uint64(c.NS)<<32 | uint64(c.Opens),
	}
}

// Advance takes the set through literal text and returns the events in it:
// those that all contexts have, and those that any needs and that do no harm in
// others.
func (s *Set) Advance(text string) []Event {
	if s.n == 1 {
		c := &s.all[0]
		if c.State == Text && !hasLT(text) {
			return nil
		}
		out, events := c.advance(text)
		if len(out) == 1 {
			s.all[0] = out[0]
			return events
		}
		*s = Set{}
		for _, c := range out {
			s.Add(c)
		}
		return events
	}
	var next Set
	var events []Event
	inTag := s.inOpenTag()
	for i := range s.n {
		out, ev := s.all[i].advance(text)
		for _, c := range out {
			next.Add(c)
		}
		if i == 0 {
			events = ev
		} else {
			events = common(events, ev, inTag)
		}
	}
	*s = next
	return events
}

func hasLT(s string) bool { return strings.IndexByte(s, '<') >= 0 }

// common returns the events of two readings of a text. A nonce or a token needs both of
// them, or is left to the render where both readings begin in a start tag: what stands in
// its branches decides. Where one of them has a nonce by itself, the render decides too.
func common(a, b []Event, inTag bool) []Event {
	var out []Event
	one := func(e Event) {
		if e.Kind == Nonce || e.Kind == Form {
			if !inTag {
				return
			}
			e.RunTime = true
		}
		out = append(out, e)
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && before(a[i], b[j]):
			one(a[i])
			i++
		case i == len(a) || before(b[j], a[i]):
			one(b[j])
			j++
		default:
			e := a[i]
			e.RunTime = e.RunTime || b[j].RunTime || e.Has != b[j].Has
			if e.Has = e.Has && b[j].Has; e.Kind == Form && !inTag {
				e.Has = a[i].Has || b[j].Has
			}
			out = append(out, e)
			i++
			j++
		}
	}
	return out
}

func before(a, b Event) bool { return a.At < b.At || a.At == b.At && a.Kind < b.Kind }

// Printed takes the set through an output.
func (s *Set) Printed(e Escaper) {
	if s.n == 1 {
		s.all[0] = s.all[0].Printed(e)
		return
	}
	var next Set
	for i := range s.n {
		next.Add(s.all[i].Printed(e))
	}
	*s = next
}

// PrintedNothing takes the set through a constant output that is empty.
func (s *Set) PrintedNothing() {
	all := *s
	*s = Set{}
	for i := range all.n {
		all.all[i].printedNothing()
		s.Add(all.all[i])
	}
}

// Loosen forgets what cannot be agreed on at the edge of a block, a macro or an
// included template, where the two sides are not written together: what the
// last token of a script was, how far an address is, the end of a name.
func (s *Set) Loosen() {
	if s.IsText() {
		return
	}
	var next Set
	for i := range s.n {
		next.Add(s.all[i].loosened())
	}
	*s = next
}

// nameEnds ends the name of a start tag that attributes may follow at once.
func (c *Context) nameEnds() {
	c.Elem = elemOther
	if !c.has(flagDynName) {
		c.Elem = elems[c.text()]
	}
	c.clearBuf()
	c.Flags &^= flagDynName
	c.State, c.Prev = AttrNameDyn, namePlain
}

// loosenTag leaves it to the render what a nonce or a token needs to know of the tag
// that is open.
func (c *Context) loosenTag() {
	c.Flags &^= flagNonce | flagSrc | flagPost | flagLook
	if c.Elem.inserts() {
		c.Flags |= flagLoose
	}
}

func (c Context) loosened() Context {
	switch c.State {
	case TagName:
		if !c.has(flagDynName) {
			c.nameEnds()
		}
	case Tag, AttrName, AttrNameDyn, AfterName:
		if c.State == AttrName || c.State == AfterName {
			c.startAttr()
			c.endName()
		}
		c.clearBuf()
		c.State, c.Attr = AttrNameDyn, attrPlain
		c.Flags &^= flagSlash
	}
	switch c.State {
	case Comment:
		c.Sub = commentLoose
	case AttrNameDyn:
		c.Prev = nameUnknown
		c.loosenTag()
		c.attrsPrinted()
		c.Seen = 0
	case BeforeValue, Value, Script, Style:
		if c.State == BeforeValue {
			c.startValue(delimNone)
		}
		if c.State == Value {
			c.loosenTag()
		}
		c.Flags &^= flagCSSImport | flagMarkup
		if c.State == Value {
			c.Flags |= flagOutput
		}
		switch c.Lang {
		case langJS:
			c.Open, c.Parens = 0, 0
			switch {
			case c.Sub == jsCode && c.Prev&jsPending != 0:
				c.jsLost()
			case c.Sub == jsCode:
				c.clearBuf()
				c.Prev = jsEither
				c.Flags &^= flagImport | flagSpecifier
			default:
				c.loosenSpecifier()
			}
		case langJSON:
			c.loosenSpecifier()
		case langCSS:
			c.clearBuf()
			c.Flags |= flagCSSValue
			if c.Sub != cssURL && c.Sub != cssURLDouble && c.Sub != cssURLSingle {
				c.Prev = 0
			} else {
				c.Prev = urlUnknown
			}
		case langURL:
			c.clearBuf()
			c.Sub, c.Prev = 0, urlUnknown
		case langMeta:
			c.clearBuf()
			c.Prev = urlUnknown
		case langNone:
			if c.Attr.collects() {
				c.clearBuf()
			}
			switch {
			case c.Attr == attrConfig && c.Sub != configJSON:
				c.Sub = configOpen
			case c.Attr == attrType:
				c.Sub = typePieces
			}
		}
	}
	return c
}

// Outside returns a context of s that is not in o.
func (s *Set) Outside(o *Set) *Context {
	for i := range s.n {
		if !o.Has(s.all[i]) {
			return &s.all[i]
		}
	}
	return &s.all[0]
}

// Lost returns why a place cannot be told once the text before it has made
// every output behind it a fault, "" when it is not so.
func (s *Set) Lost() string {
	for i := range s.n {
		if c := &s.all[i]; c.State == Unknown && (c.Why == whyMeta || c.Why == whyScheme || c.Why == whyCData || c.Why == whyReference) {
			return whys[c.Why]
		}
	}
	return ""
}

// EndsPage reports whether a page may end at s.
func (s *Set) EndsPage() bool {
	for i := range s.n {
		switch s.all[i].State {
		case Text, LT, EndLT, CData, Bogus:
		case Unknown:
			if s.all[i].Why != whyDoubled {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// Settled returns an error when a place in an address must not be gone on
// from: what has been written may become, or is, a dangerous scheme.
func (s *Set) Settled() error {
	for i := range s.n {
		c := &s.all[i]
		if c.Lang == langURL && (c.Prev == urlBad || c.Prev == urlData || c.Prev == urlScheme) {
			return errUnsettled
		}
	}
	return nil
}

var errUnsettled = errors.New("what a block, a macro or an included template writes into an address may become a dangerous scheme")

// Similar reports whether two contexts are the same place for a reader.
func (c Context) Similar(o *Context) bool { return c.String() == o.String() }

// Differ describes two places that are not the same, so that the difference shows.
func Differ(a, b *Context) (string, string) {
	x, y := a.String(), b.String()
	if x != y {
		return x, y
	}
	return x + a.detail(b), y + b.detail(a)
}

// detail says what c has that a place of the same description has not.
func (c *Context) detail(o *Context) string {
	only := c.Flags &^ o.Flags
	switch {
	case c.Script != o.Script:
		return [...]string{
			scriptJS: " of a script that is JavaScript", scriptJSON: " of a script that is JSON", scriptData: " of a script that is data",
			scriptDynamic: " of a script whose type is an output", scriptMap: " of a script that is a map",
			scriptModule: " of a script that is a module", scriptTyped: " of a script whose type is an output",
		}[c.Script]
	case c.Seen != o.Seen:
		return " whose attributes are others"
	case only&(flagSheet|flagRelSafe|flagRelDyn) != 0:
		return " of a link whose rel is said"
	case only&(flagRefresh|flagMetaOut) != 0:
		return " of a meta element that may be a refresh"
	case only&(flagAnimURL|flagAnimDyn|flagAnimSafe) != 0:
		return " of an animation whose attributeName is said"
	case c.Elem != o.Elem:
		return " of another element"
	case c.NS > o.NS:
		return " in SVG or MathML"
	case c.Delim != o.Delim:
		return [...]string{delimNone: " without quotes", delimDouble: " in double quotes", delimSingle: " in single quotes"}[c.Delim]
	case c.Depth != o.Depth || c.Stack != o.Stack:
		return " within other braces"
	}
	return " before that"
}

// InTag reports whether the place is in a start tag, where attributes may be written.
func (s *Set) InTag() bool {
	for i := range s.n {
		switch s.all[i].State {
		case TagName, Tag, AttrName, AttrNameDyn, AfterName:
		default:
			return false
		}
	}
	return s.n > 0
}

// Typed reports whether the place is in a script whose type is an output.
func (s *Set) Typed() bool {
	for i := range s.n {
		if s.all[i].State == Script && s.all[i].Script == scriptTyped {
			return true
		}
	}
	return false
}

// inOpenTag reports whether the place is in a start tag or in the value of an attribute.
func (s *Set) inOpenTag() bool {
	for i := range s.n {
		switch s.all[i].State {
		case TagName, Tag, AttrName, AttrNameDyn, AfterName, BeforeValue, Value:
		default:
			return false
		}
	}
	return true
}

// Output returns what an output at the place goes through. ok is false when there must
// be none, or the contexts do not agree.
func (s *Set) Output() (e Escaper, ok bool) {
	for i := range s.n {
		other, refused := s.all[i].Escaper("")
		if refused != "" {
			return 0, false
		}
		if i > 0 {
			if other, ok = Merge(e, other); !ok {
				return 0, false
			}
		}
		e = other
	}
	return e, s.n > 0
}
