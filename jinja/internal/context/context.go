// Package context follows the literal text of a template through HTML, its
// attributes, URLs, scripts and styles, and says for each place what an output
// there has to go through.
//
// # Contexts
//
// A [Context] is where a place is: between tags, in the value of an href behind
// "/search?q=", in a JavaScript string in an event handler. It is a plain
// comparable value with no pointer in it, so two branches of a template can
// never share a part of one. [Context.Escaper] is what an output in the
// context needs, [Context.Printed] where the text goes on behind it.
//
// # Sets
//
// Behind a condition a place may be in one of several contexts. A [Set] holds
// them, eight at most. Text takes every member on; they mostly become one
// again soon. It is an error only when an output is met for which the members
// do not agree.
//
// # Doubt
//
// The machine is small and does not guess. What it does not understand, a regular
// expression that may be a division among it, becomes several contexts or
// [Unknown], and an output there is an error. Whatever an escaper of this
// package writes holds no <, so that a text which does get to a place that was
// not meant cannot open a tag.
package context

// State is the part of an HTML document that a place is in.
type State uint8

// The states, named as in section 13.2.5 of the HTML standard where that has
// them.
const (
	Text        State = iota // between tags
	LT                       // behind <
	EndLT                    // behind </
	Bang                     // behind <!, Sub hyphens of a comment's start later
	Comment                  // Sub counts the hyphens that may end it
	Bogus                    // a doctype, a processing instruction or a comment that ends with >
	CData                    // <![CDATA[ in SVG, MathML or XML
	TagName                  // Buf holds the name so far
	EndTagName               // the same in an end tag
	EndTag                   // behind the name of an end tag
	Tag                      // in a start tag, where an attribute may begin
	AttrName                 // Buf holds the name so far
	AttrNameDyn              // in a name that an output has written a part of
	AfterName                // behind the name of an attribute and a space
	BeforeValue              // behind the = of an attribute
	Value                    // in the value of an attribute
	RCData                   // in title or textarea
	RawText                  // in an element whose content is never parsed
	Script                   // in script
	Style                    // in style
	Unknown                  // the place cannot be told
)

// Elem is an element that has a meaning for what its attributes or its
// content are.
type Elem uint8

const (
	elemOther Elem = iota
	elemScript
	elemStyle
	elemTitle
	elemTextarea
	elemXmp
	elemIframe
	elemNoembed
	elemNoframes
	elemPlaintext
	elemLink
	elemMeta
	elemBase
	elemObject
	elemEmbed
	elemFrame
	elemImg
	elemForm
	elemSVG
	elemMath
	elemAnimate
	elemUse
	elemFont
)

var elems = map[string]Elem{
	"script": elemScript, "style": elemStyle, "title": elemTitle, "textarea": elemTextarea, "xmp": elemXmp,
	"iframe": elemIframe, "noembed": elemNoembed, "noframes": elemNoframes, "plaintext": elemPlaintext,
	"link": elemLink, "meta": elemMeta, "base": elemBase, "object": elemObject, "embed": elemEmbed, "frame": elemFrame,
	"img": elemImg, "image": elemImg, "source": elemImg, "video": elemImg, "audio": elemImg, "input": elemImg,
	"form": elemForm, "svg": elemSVG, "math": elemMath,
	"animate": elemAnimate, "set": elemAnimate, "animatetransform": elemAnimate, "animatemotion": elemAnimate,
	"animatecolor": elemAnimate, "use": elemUse, "feimage": elemUse, "mpath": elemUse, "font": elemFont,
}

// rawNames are the names that end the content of raw elements.
var rawNames = [...]string{
	elemScript: "script", elemStyle: "style", elemTitle: "title", elemTextarea: "textarea", elemXmp: "xmp",
	elemIframe: "iframe", elemNoembed: "noembed", elemNoframes: "noframes", elemPlaintext: "plaintext",
}

// Delim is what ends the value of an attribute.
type Delim uint8

const (
	delimNone Delim = iota // white space or >
	delimDouble
	delimSingle
)

// The kinds of scripts, by the type attribute.
const (
	scriptJS uint8 = iota
	scriptJSON
	scriptData
	scriptDynamic // the type is an output
	scriptMap     // JSON that the browser acts on
	scriptModule  // JavaScript without comments in the manner of HTML
	scriptTyped   // the type is one output, which the render holds to those of data if outputs are in the script
)

// Flags of the start tag that is open, and of the document.
const (
	flagXML       uint32 = 1 << iota // the document is XML: elements may close themselves, no content is raw
	flagDynName                      // an output wrote a part of the name of the element
	flagNonce                        // the tag has a nonce
	flagSrc                          // the tag has a src or href
	flagLook                         // what its attributes say is looked at when it is rendered
	flagLoose                        // it may have attributes that are not known
	flagSheet                        // link: rel holds stylesheet
	flagRelSafe                      // link: rel is literal and loads nothing that runs or applies
	flagRelDyn                       // link: rel is an output
	flagRefresh                      // meta: http-equiv is or may be refresh
	flagMetaOut                      // meta: content holds an output that nothing was done to
	flagAnimURL                      // animate: attributeName is href
	flagAnimDyn                      // animate: attributeName is an output
	flagAnimSafe                     // animate: attributeName is another
	flagPost                         // form: method is post
	flagSlash                        // the last character in the tag is /
	flagMarkup                       // script: a <!-- is open in it
	flagCSSImport                    // style: behind @import
	flagCSSValue                     // style: behind the colon of a declaration
	flagOutput                       // the value of the attribute holds an output
	flagReference                    // the value so far ends in the beginning of a character reference
	flagAmp                          // that is a & alone
	flagTagStart                     // the script, style or text so far ends in the beginning of a tag
	flagCData                        // script, style: in a CDATA section
	flagImport                       // JavaScript: behind the word import
	flagSpecifier                    // JavaScript, JSON: the string, or the one that may follow, is the address of a module
)

// tagFlags are those that end with the tag.
const tagFlags = ^flagXML

// Context is a place in a document.
type Context struct {
	State  State
	Elem   Elem
	Attr   attrKind
	Delim  Delim
	Script uint8 // kind of the script
	Seen   uint8 // which attributes that decide have been written in the tag, by the bits of attrKind.once

	NS, Opens uint32 // the open elements of SVG and MathML, and what the start tag will open

	Lang uint8 // what the text of a value, script or style is in: one of the lang constants
	Sub  uint8 // state of the language
	Prev uint8 // what precedes: in JavaScript a class of tokens, in a URL a part
	Why  uint8 // why the place is unknown

	Depth    uint8  // JavaScript: open braces in template literals
	Stack    uint32 // two bits for each: plain, template literal, tagged template literal
	Open     uint8  // JavaScript: open brackets whose kind is known
	Brackets uint8  // JavaScript: open square brackets in the filter of a trigger
	Parens   uint32 // a bit for each of Open, the innermost first: it holds the condition of a statement

	Flags uint32
	N     uint8 // length of Buf; 255 when the text was longer
	Buf   [31]byte
}

// longText is N of a text that does not fit into Buf.
const longText = 255

func (c *Context) has(f uint32) bool { return c.Flags&f != 0 }

func (c *Context) clearBuf() {
	if c.N != 0 {
		c.N, c.Buf = 0, [31]byte{}
	}
}

// add puts a character into Buf, in lower case.
func (c *Context) add(b byte) {
	if int(c.N) >= len(c.Buf) {
		c.N, c.Buf = longText, [31]byte{}
		return
	}
	if 'A' <= b && b <= 'Z' {
		b |= 0x20
	}
	c.Buf[c.N] = b
	c.N++
}

// clearLang ends what is in a language.
func (c *Context) clearLang() {
	c.Lang, c.Sub, c.Prev, c.Depth, c.Stack, c.Open, c.Brackets, c.Parens = langNone, 0, 0, 0, 0, 0, 0, 0
	c.Flags &^= flagImport | flagSpecifier
}

// text is the content of Buf; a text that was too long is never equal to a
// name.
func (c *Context) text() string {
	if c.N == longText {
		return "\xff"
	}
	return string(c.Buf[:c.N])
}

// Start returns the context at the start of a document.
func Start(xml bool) Context {
	if xml {
		return Context{Flags: flagXML}
	}
	return Context{}
}

// IsText reports whether c is between tags.
func (c *Context) IsText() bool { return c.State == Text }

// Why a place is unknown.
const (
	whyMany uint8 = iota // there are too many ways to it
	whyName
	whyMeta
	whyDepth
	whyScheme
	whyCData
	whyReference
	whyDoubled
)

var whys = [...]string{
	whyMany:  "there are too many ways to the place, or they cannot be told apart",
	whyName:  "literal text completes the name of a tag that an output begins",
	whyMeta:  "http-equiv stands behind a content with an output: write http-equiv first",
	whyDepth: "svg and math elements are nested too deep",
	whyCData: "a CDATA section with a > stands where it may be a comment",
	whyReference: "the text before the output ends in a part of a character reference, or goes on with one behind it: " +
		"write &amp; for an & that is one",
	whyDoubled: "a script before it holds <script behind <!--, so that it is not known where it ends: write \\x3cscript in its strings",
	whyScheme: "a colon behind an output makes the output a scheme, which may be javascript: " +
		"write the scheme as text, or print the whole address as one value",
}

// unknown makes c a place that cannot be told.
func (c *Context) unknown(why uint8) {
	*c = Context{State: Unknown, Flags: c.Flags & flagXML, Why: why}
}

// String describes c for an error.
func (c Context) String() string {
	switch c.State {
	case Text:
		return "text"
	case LT, TagName:
		return "the name of a tag"
	case EndLT, EndTagName, EndTag:
		return "an end tag"
	case Bang, Comment, Bogus:
		return "a comment"
	case CData:
		return "a CDATA section"
	case Tag, AttrName, AttrNameDyn, AfterName:
		return "a tag"
	case BeforeValue:
		return "an unquoted attribute"
	case Value:
		return c.Attr.String() + c.part()
	case RCData:
		return "<" + rawNames[c.Elem] + ">"
	case RawText:
		return "<" + rawNames[c.Elem] + ">"
	case Script:
		return "<script>" + c.part()
	case Style:
		return "<style>" + c.part()
	}
	return "a place that cannot be told"
}

// part describes the place in the language of a value, script or style.
func (c *Context) part() string {
	switch c.Lang {
	case langJS:
		return ", JavaScript " + jsNames[c.Sub]
	case langJSON:
		return ", JSON " + jsNames[c.Sub]
	case langCSS:
		return ", CSS " + cssNames[c.Sub]
	case langURL:
		return ", " + urlNames[c.Prev]
	}
	return ""
}
