package context

import (
	"strings"
	"unicode/utf8"
)

// Escaper says what an output goes through: one of the kinds, and flags for
// what is around it.
type Escaper uint32

// The kinds of escapers.
const (
	EscText        Escaper = iota // as Jinja does: five characters, Markup as it is
	EscAttr                       // the value of an attribute
	EscCData                      // a CDATA section
	EscRCData                     // title and textarea, and elements that are not parsed
	EscData                       // a script that is no script, such as a template
	EscComment                    // an HTML comment
	EscNames                      // names of attributes
	EscNamePart                   // the rest of the name of a data- attribute
	EscTag                        // the name of a tag
	EscTagDigit                   // the digit of h1 to h6
	EscTagPart                    // the rest of the name of a custom element
	EscURL                        // a whole URL
	EscURLRest                    // a part of a URL whose scheme is not decided
	EscURLScheme                  // the scheme of a URL, before a literal :
	EscURLSlash                   // what follows a first /
	EscURLHost                    // what follows ://
	EscURLHostRest                // the rest of a host
	EscURLPath                    // a part of a URL behind what decides its scheme and host
	EscURLQuery                   // the same behind ? or #
	EscImage                      // the whole URL of a picture
	EscResource                   // the whole URL of something that runs or applies
	EscTyped                      // the same where only a typed URL will do
	EscSrcset                     // a whole srcset
	EscSrcsetRest                 // a part of a URL in one
	EscURLs                       // a list of URLs
	EscSrcdoc                     // a document
	EscRefresh                    // the whole content of a refresh
	EscRefreshTime                // the seconds of a refresh
	EscRefreshURL                 // what follows the seconds
	EscType                       // the type of a script
	EscTrigger                    // events of htmx, outside of the brackets of a filter
	EscConfig                     // settings that may begin with js:
	EscJS                         // a JavaScript expression
	EscJSName                     // the name of a property, or of what is declared
	EscJSNamePart                 // a part of a name or number
	EscJSModule                   // a JavaScript expression that is the address of a module
	EscJSSpecifier                // the address of a module, or the beginning of one, in a string
	EscJSString                   // a part of a JavaScript string or template literal
	EscJSTagString                // the same, or of a JSON string, behind the beginning of a tag
	EscJSRegexp                   // a part of a regular expression
	EscJSON                       // a JSON value
	EscJSONString                 // a part of a JSON string
	EscJSONMap                    // a JSON value whose strings may be addresses of scripts
	EscNothing                    // a comment in a script or style: nothing is written
	EscCSS                        // a value of a property
	EscCSSString                  // a part of a CSS string
	EscCSSURL                     // a whole url(…)
	EscCSSURLRest                 // a part of one
	numEscapers
)

// The flags of an escaper.
const (
	Bare     Escaper = 1 << (8 + iota) // in an attribute without quotes
	Single                             // in an attribute with single quotes
	InAttr                             // the text of a script or style is in an attribute
	Own                                // the address decides whether its element gets a nonce: what nobody vouches for is noted
	Word                               // see Binding and Foreign
	Raw                                // the last filter is safe
	Space                              // a space goes before names
	Trusted                            // what writes the address of an element vouches for it
	InCData                            // the text of a script or style is in a CDATA section
	InMarkup                           // the text of a script or style is in SVG, MathML or XML, where references are decoded
	Amp                                // an & stands before the output
	List                               // the address is one of several with semicolons between them
	kindMask Escaper = 0xff

	// Again of EscJS: an output may stand right before this one.
	Again = Space
	// Binding of EscJSName: the name must be no reserved word.
	Binding = Word
	// Slashed of EscJSSpecifier: a / stands before the output.
	Slashed = Own

	// InPoint of EscCData: the section may be a comment that ends with >.
	InPoint = Word
	// Foreign of EscResource: what is loaded stays apart, as in a frame, so that it
	// may come from another site.
	Foreign = Word
	// Local of EscURLRest, EscURLHost, EscURLHostRest and EscURLScheme: the address must not become one of another site.
	Local = InAttr
	// Picture of EscURLRest: the address is that of a picture.
	Picture = Word
	// Hosted of EscURLRest: a part of a host may stand before the output.
	Hosted = InMarkup
	// Imported of EscCSS, EscCSSURL and EscCSSURLRest: the same.
	Imported = Space
	// Declarations of EscCSS: whole declarations may stand there as well.
	Declarations = Word
	// Data of EscType: the script has to be data.
	Data = Word
	// BehindLT of EscRCData: text that may begin a tag stands before the output.
	BehindLT = Word
)

// Kind returns e without its flags.
func (e Escaper) Kind() Escaper { return e & kindMask }

// Is reports whether e has a flag.
func (e Escaper) Is(flag Escaper) bool { return e&flag != 0 }

// Escaper returns what an output in c goes through, next is the text right behind it
// if that is known. refused is not empty when there must be none: it says why and
// what to do.
func (c *Context) Escaper(next string) (e Escaper, refused string) {
	switch c.State {
	case Text:
		return EscText, ""
	case CData:
		if c.Sub == cdataInPoint {
			return EscCData | InPoint, ""
		}
		return EscCData, ""
	case LT, EndLT:
		return EscTag, ""
	case TagName, EndTagName:
		name := c.text()
		switch {
		case c.has(flagDynName) && c.State == TagName:
			return EscNames | Space, ""
		case c.has(flagDynName):
			return 0, "two outputs make the name of an end tag"
		case name == "h":
			return EscTagDigit, ""
		case c.N != longText && hasDash(name):
			return EscTagPart, ""
		}
		if c.State == TagName {
			return EscNames | Space, "" // attributes: they begin with a space, or get one
		}
		return 0, "an output completes the name of an end tag"
	case EndTag:
		return 0, "an output in an end tag"
	case Bang, Bogus:
		return EscComment, ""
	case Comment:
		return EscComment, ""
	case Tag:
		return EscNames, ""
	case AfterName:
		return EscNames, ""
	case AttrNameDyn:
		if c.Prev == nameData {
			return EscNamePart, ""
		}
		return EscNames | Space, ""
	case AttrName:
		if name := c.text(); c.N != longText && isDataName(name) {
			return EscNamePart, ""
		}
		return EscNames | Space, "" // it does not go on: the output begins with a space, or gets one
	case BeforeValue:
		v := *c
		v.startValue(delimNone)
		return v.Escaper(next)
	case Value:
		return c.valueEscaper(next)
	case RCData, RawText:
		switch {
		case !c.has(flagTagStart):
			return EscRCData, ""
		case c.State == RCData:
			return EscRCData | BehindLT, ""
		}
		return 0, completesTag
	case Script:
		switch c.Script {
		case scriptDynamic:
			return 0, "the type of the script is an output that something else stands beside, or is not in this piece of template, so it is not known what the script is: " +
				`write the type as text, or all of it as one output, type="{{ … }}", for a script that is data`
		case scriptData, scriptTyped:
			if c.has(flagTagStart) {
				return 0, completesTag
			}
			return EscData, ""
		}
		e, refused = c.langEscaper(c.inMarkup(), next)
		if c.has(flagTagStart) && refused == "" {
			switch e.Kind() {
			case EscJSString, EscJSONString:
				return e&^kindMask | EscJSTagString, ""
			case EscJS, EscJSON, EscJSModule, EscJSONMap, EscNothing: // none of them begins with a letter that a tag does
			default:
				return 0, completesTag
			}
		}
		return e, refused
	case Style:
		if c.has(flagTagStart) {
			return 0, completesTag
		}
		return c.langEscaper(c.inMarkup(), next)
	}
	return 0, whys[c.Why]
}

// inMarkup are the flags of an output in a script or style.
func (c *Context) inMarkup() Escaper {
	switch {
	case c.has(flagCData):
		return InCData
	case c.foreign():
		return InMarkup
	}
	return 0
}

const completesTag = "an output completes a tag that would end the element: escape the < before it"

func hasDash(s string) bool {
	for i := range len(s) {
		if s[i] == '-' {
			return true
		}
	}
	return false
}

// OpenName reports whether what an output in c writes may be a part of an attribute's
// name only.
func (c *Context) OpenName() bool {
	switch c.State {
	case AttrName:
		return c.N == longText || !isDataName(c.text())
	case AttrNameDyn:
		return c.Prev == nameUnknown
	}
	return false
}

// isDataName reports whether a name beginning with s is of an attribute that
// nothing but the page's own scripts reads.
func isDataName(s string) bool {
	if len(s) < 5 || s[:5] != "data-" && s[:5] != "aria-" {
		return false
	}
	rest := s[5:]
	for _, w := range dataWords {
		if rest != "" && strings.HasPrefix(w, rest) {
			return false
		}
	}
	return !runs(s) && !strings.HasPrefix(rest, "hx-")
}

// dataWords are, or begin, the names behind data- that frameworks read.
var dataWords = []string{"hx-", "ng-", "on-", "on:", "bind", "script", "up-on", "sse-connect", "ws-connect", "_"}

func (c *Context) valueEscaper(next string) (Escaper, string) {
	var quote Escaper
	switch c.Delim {
	case delimNone:
		quote = Bare
	case delimSingle:
		quote = Single
	}
	switch c.Attr {
	case attrType:
		if !c.has(flagOutput) && c.N == 0 {
			return EscType | quote, ""
		}
	case attrUnknown:
		return 0, "the attribute's name is not known, or not all of it, and so not what its value is: write the name as text before the ="
	case attrSrcdoc:
		switch {
		case c.Sub != 0:
			return 0, "the document in srcdoc has more than whole tags before the output: give the whole document as the value"
		case c.has(flagReference):
			return 0, completesReferenceText // the document is decoded twice
		}
		return EscSrcdoc | quote, ""
	case attrTrigger:
		if c.Lang == langNone {
			return EscTrigger | quote, ""
		}
	case attrConfig:
		switch {
		case c.Lang != langNone:
		case c.Sub == configStart:
			return EscConfig | quote, ""
		case c.Sub != configJSON:
			return 0, "the settings may be a script by what stands before the output: begin them with a literal {, or print all of them as one value"
		}
	case attrBase:
		if c.Prev == urlStart {
			return EscTyped | quote, ""
		}
	case attrAnimate:
		switch {
		case c.has(flagAnimDyn):
			return 0, "attributeName may be an output, so it is not known what is set"
		case c.has(flagAnimSafe):
			return EscAttr | quote, ""
		}
	}
	if c.Lang == langNone {
		return EscAttr | quote, ""
	}
	e, refused := c.langEscaper(quote|InAttr, next)
	switch {
	case refused != "" || !c.has(flagReference):
	case !c.has(flagAmp):
		return 0, completesReferenceText
	default:
		e |= Amp
	}
	return e, refused
}

const completesReferenceText = "an output completes a character reference: write &amp; for the & before it"

func (c *Context) langEscaper(flags Escaper, next string) (Escaper, string) {
	switch c.Lang {
	case langURL:
		return c.urlEscaper(flags)
	case langMeta:
		switch c.Sub {
		case metaStart:
			return EscRefresh | flags, ""
		case metaTime:
			return EscRefreshTime | flags, ""
		case metaSep:
			if c.N > 0 {
				return 0, "the address of a refresh begins with an output behind a part of url="
			}
			return EscRefreshURL | flags, ""
		case metaURL:
			if c.Prev == urlStart {
				return EscRefreshURL | flags&^InAttr, ""
			}
			return c.urlEscaper(flags)
		}
		return EscAttr | flags&^InAttr, ""
	case langJS:
		return c.jsEscaper(flags, next)
	case langJSON:
		switch c.Sub {
		case jsCode:
			if c.Script == scriptMap {
				return EscJSONMap, ""
			}
			return EscJSON, ""
		case jsDouble:
			if c.Prev&jsPending != 0 {
				return 0, behindBackslash
			}
			return c.specifierEscaper(EscJSONString)
		}
	case langCSS:
		return c.cssEscaper(flags, next)
	case langNone:
		return EscAttr | flags&^InAttr, ""
	}
	return 0, "the script or style cannot be followed: it holds <script behind <!--, or character references in SVG or XML"
}

func (c *Context) urlEscaper(flags Escaper) (Escaper, string) {
	flags &^= InAttr
	switch c.Attr {
	case attrAnimate:
		flags |= List
	case attrSrcset:
		if c.Prev == urlStart {
			return EscSrcset | flags, ""
		}
	case attrURLs:
		if c.Prev == urlStart {
			return EscURLs | flags, ""
		}
	}
	var e Escaper
	switch c.Prev {
	case urlStart:
		e = EscURL
		switch {
		case c.Attr == attrImage:
			e = EscImage
		case c.Attr == attrLocal:
			e = EscResource
		case c.Attr == attrResource && !(c.Elem == elemLink && c.has(flagRelSafe)):
			e = EscResource
			if c.Elem == elemIframe || c.Elem == elemFrame {
				e |= Foreign
			}
		}
	case urlScheme:
		return 0, "what stands before the output may become a dangerous scheme such as javascript: begin the address with / or a whole scheme, or output all of it"
	case urlBad, urlData:
		switch c.text() {
		case "javascript":
			return 0, `an output in an address whose scheme runs scripts, javascript:, and which the Content-Security-Policy blocks: write a handler, <button onclick="f({{ … }})">`
		default:
			if c.Prev == urlBad && c.text() != "data" {
				break
			}
			return 0, "an output in a data: address that may be a document: begin it with data:text/plain, or the like and a comma, or give the whole address as a markup.URL"
		}
		return 0, "an output in an address whose scheme runs scripts or holds a document: begin the address with another scheme, or give all of it as one value"
	case urlName, urlDynamic:
		e = EscURLRest
		if (c.Attr == attrResource || c.Attr == attrLocal) && c.Prev == urlDynamic && c.Elem != elemIframe && c.Elem != elemFrame && !(c.Elem == elemLink && c.has(flagRelSafe)) {
			e |= Local
		}
	case urlSlash, urlSlashed:
		e = EscURLSlash
	case urlHost:
		e = EscURLHost
		if c.N > 0 {
			e = EscURLHostRest
		}
		if (c.Attr == attrResource || c.Attr == attrLocal) && c.Elem != elemIframe && c.Elem != elemFrame && !(c.Elem == elemLink && c.has(flagRelSafe)) {
			e |= Local
		}
	case urlPath, urlQuery:
		e = EscURLPath
		if c.Prev == urlQuery {
			e = EscURLQuery
		}
		if c.Attr == attrSrcset {
			e = EscSrcsetRest
		}
	default:
		return 0, "it is not known what stands before the output in the address"
	}
	if c.Attr == attrResource && c.Prev != urlQuery && (c.Elem == elemScript || c.Elem == elemLink && !c.has(flagRelSafe)) {
		e |= Own
	}
	if c.Attr == attrSrcset && e != EscSrcsetRest {
		return 0, "the first part of an address in srcset is not known"
	}
	return e | flags, ""
}

const behindBackslash = "an output behind a backslash"

func (c *Context) jsEscaper(flags Escaper, next string) (Escaper, string) {
	if c.Prev&jsPending != 0 {
		switch c.Sub {
		case jsDouble, jsSingle, jsTemplate, jsRegexp:
			return 0, behindBackslash
		case jsCode:
			if c.Prev&jsClassBits == jsEither {
				return 0, "the / before the output may begin a regular expression or be a division: put the value into a variable first"
			}
			d := *c
			d.Prev &^= jsPending
			d.jsSlash()
			return d.jsEscaper(flags, next)
		}
	}
	switch c.Sub {
	case jsCode:
		return c.jsCodeEscaper(flags, next)
	case jsDouble, jsSingle, jsTemplate:
		e, refused := c.specifierEscaper(EscJSString)
		return e | flags, refused
	case jsTagged:
		return 0, "a template literal with a tag may read escapes as it likes: put the value into a variable first"
	case jsRegexp:
		return EscJSRegexp | flags, ""
	case jsClass:
		return 0, "an output between the brackets of a regular expression"
	case jsLine, jsBlock:
		return EscNothing | flags, ""
	}
	return 0, "the script cannot be followed up to here: a / may begin a regular expression, or a string does not end"
}

// jsCodeEscaper is jsEscaper in code: the output is a value, or a name where only a
// name can stand.
func (c *Context) jsCodeEscaper(flags Escaper, next string) (Escaper, string) {
	behind := strings.TrimLeft(next, " \t\v\f\u00a0\ufeff")
	switch {
	case c.inWord():
		if w := c.text(); c.Prev&jsDot != 0 || !regexpWords[w] {
			return EscJSNamePart | flags, ""
		}
	case c.text() == "..":
		return 0, "an output behind two periods"
	case c.text() == "." || c.Prev&jsDot != 0:
		return EscJSName | flags, ""
	case c.Prev&jsDeclares != 0:
		return EscJSName | Binding | flags, ""
	case c.has(flagImport) && (strings.HasPrefix(behind, "from") || strings.HasPrefix(behind, ",")), strings.HasPrefix(behind, "=>"):
		return EscJSName | Binding | flags, ""
	case startsWord(next):
		return EscJSNamePart | flags, ""
	case strings.HasPrefix(behind, "("):
		return 0, "the output names a function: a value from outside must not. Look it up in an object of the page: handlers[{{ … }}](…)"
	case strings.HasPrefix(behind, "=") && !strings.HasPrefix(behind, "=="):
		return 0, "the output names what is assigned to: write window[{{ … }}] = …"
	}
	e := EscJS | flags
	switch {
	case c.has(flagSpecifier):
		e = EscJSModule | flags
	case c.text() == jsOutput:
		e |= Again
	}
	return e, ""
}

// startsWord reports whether text that follows an output goes on with the name or
// number that it is.
func startsWord(next string) bool {
	r, n := utf8.DecodeRuneInString(next)
	return n > 0 && wordRune(r)
}

// specifierEscaper is for an output in a string, which plain is for unless the string
// is the address of a module.
func (c *Context) specifierEscaper(plain Escaper) (Escaper, string) {
	if !c.has(flagSpecifier) {
		return plain, ""
	}
	switch c.Prev & urlBits {
	case urlStart, urlName:
		return EscJSSpecifier, ""
	case urlSlash:
		return EscJSSpecifier | Slashed, ""
	case urlPath, urlQuery:
		return plain, ""
	}
	return 0, "the address of a script is made of parts: print the whole address as one value, or begin it with a literal path on the site or a literal host and a /"
}

func (c *Context) cssEscaper(flags Escaper, next string) (Escaper, string) {
	if c.Prev&cssEscape != 0 {
		return 0, behindBackslash
	}
	switch c.Sub {
	case cssCode:
		if c.Prev&cssParen != 0 {
			return EscCSSURL | flags | c.imported(), ""
		}
		e := EscCSS | flags | c.imported()
		switch {
		case c.N != longText && strings.HasPrefix(c.text(), "@"):
			return 0, "an output completes the name of a rule of a style: write its name as text, with a space behind it"
		case strings.HasPrefix(next, "("):
			return 0, "an output names a function of a style: write its name as text"
		case c.N == 0 && !c.has(flagCSSValue|flagCSSImport):
			e |= Declarations
		}
		return e, ""
	case cssDouble, cssSingle:
		return EscCSSString | flags, ""
	case cssURL, cssURLDouble, cssURLSingle:
		switch c.Prev {
		case urlStart:
			return EscCSSURL | flags | c.imported(), ""
		case urlSlash, urlSlashed:
			return EscCSSURLRest | flags | Imported, ""
		case urlDynamic:
			return EscCSSURLRest | flags | c.imported(), ""
		case urlPath, urlQuery, urlHost, urlName:
			return EscCSSURLRest | flags, ""
		}
		return 0, "what stands before the output in the address may become a dangerous scheme"
	}
	return EscNothing | flags, ""
}

// Untyped returns why a strict environment refuses an output in c, "" when it
// does not: the address of something that runs or applies is a typed one, or it
// begins with a literal path on the site.
func (c *Context) Untyped() string {
	if c.Attr != attrResource && c.Attr != attrBase || c.State != Value && c.State != BeforeValue {
		return ""
	}
	if c.Elem == elemLink && c.has(flagRelSafe) {
		return ""
	}
	switch c.Prev {
	case urlStart, urlQuery:
		return "" // the value has to be typed, or what it names is decided
	case urlSlash, urlSlashed, urlPath:
		if c.Sub != urlAbsolute {
			return ""
		}
	}
	return "the address of a script, style sheet, frame or object is made of parts: give a markup.ResourceURL, call url_for, or begin it with a literal path"
}

// imported is the flag of an address whose style sheet is imported.
func (c *Context) imported() Escaper {
	if c.has(flagCSSImport) {
		return Imported
	}
	return 0
}

// Printed returns the context behind an output in c.
func (c Context) Printed(e Escaper) Context {
	raw := e.Is(Raw)
	switch c.State {
	case LT:
		c.Flags = c.Flags&^tagFlags | flagDynName
		c.clearBuf()
		c.State, c.Elem, c.Script = TagName, elemOther, scriptJS
	case EndLT:
		c.Flags = c.Flags&^tagFlags | flagDynName
		c.clearBuf()
		c.State = EndTagName
	case TagName, EndTagName:
		switch e.Kind() {
		case EscTagDigit:
			c.Flags |= flagDynName
		case EscNames:
			c.nameEnds()
			c.namesPrinted(raw)
		}
	case Bang:
		c.State, c.Sub = Bogus, 0
	case Comment:
		c.Sub = 0
		if raw {
			c.Sub = commentLoose
		}
	case CData:
		c.Prev = 0
	case Tag, AfterName:
		if c.State == AfterName {
			c.startAttr()
			c.endName()
		}
		c.Flags &^= flagSlash
		c.clearBuf()
		c.State, c.Prev = AttrNameDyn, namePlain
		c.namesPrinted(raw)
	case AttrNameDyn:
		if c.Prev != nameData {
			c.namesPrinted(raw)
		}
	case AttrName:
		if e.Kind() == EscNamePart {
			c.clearBuf()
			c.State, c.Prev = AttrNameDyn, nameData
			break
		}
		c.startAttr()
		c.endName()
		c.State = AttrNameDyn
		c.namesPrinted(true) // a = behind it is odd
	case BeforeValue:
		c.startValue(delimNone)
		c.valuePrinted(e, raw)
	case Value:
		c.valuePrinted(e, raw)
	case Script, Style:
		c.langPrinted(e, raw)
	}
	return c
}

// namesPrinted notes that attributes have been written. With open, the last of them
// may go on.
func (c *Context) namesPrinted(open bool) {
	if open {
		c.Prev = nameUnknown
	}
	c.attrsPrinted()
}

// attrsPrinted notes that the tag may have attributes which are not known, and which
// count before those that follow.
func (c *Context) attrsPrinted() {
	switch {
	case c.Elem.inserts():
		c.Flags |= flagLoose
	case c.Elem == elemMeta:
		c.Flags |= flagMetaOut | flagRefresh
	case c.Elem == elemAnimate && !c.has(flagAnimURL|flagAnimSafe):
		c.Flags |= flagAnimDyn
	}
}

func (c *Context) valuePrinted(e Escaper, raw bool) {
	c.Flags |= flagOutput
	if e.Is(Own) && !e.Is(Trusted) {
		c.Flags |= flagLook
	}
	switch c.Attr {
	case attrConfig:
		if c.Lang == langNone {
			if c.Sub != configJSON {
				c.Sub = configOpen
			}
			return
		}
	case attrType:
		if c.Sub = typePieces; e.Kind() == EscType && !raw {
			c.Sub = typeWhole
		}
		return
	}
	if c.Attr == attrSrcset || c.Attr == attrURLs {
		if e.Kind() == EscSrcset || e.Kind() == EscURLs {
			c.Prev = urlQuery
			return
		}
	}
	c.langPrinted(e, raw)
	if e.Kind() == EscURLScheme {
		c.Prev = urlName
		c.clearBuf()
		for _, b := range []byte("http") {
			c.add(b)
		}
	}
}

func (c *Context) langPrinted(e Escaper, raw bool) {
	switch c.Lang {
	case langURL:
		c.urlPrinted()
	case langMeta:
		switch c.Sub {
		case metaStart, metaTime:
			c.Sub = metaTime
		case metaSep:
			c.Sub, c.Prev = metaURL, urlDynamic
		case metaURL:
			c.urlPrinted()
		}
	case langJS:
		c.jsPrinted(e, raw)
	case langJSON:
		if c.Sub == jsDouble {
			c.specifierPrinted()
		}
	case langCSS:
		switch c.Sub {
		case cssCode:
			paren := c.Prev&cssParen != 0
			c.clearBuf()
			c.Prev = 0
			if paren {
				c.Sub, c.Prev = cssURL, urlDynamic
			}
		case cssURL, cssURLDouble, cssURLSingle:
			c.urlPrinted()
		case cssComment:
			c.Prev = 0
		}
	}
}
