package context

import "strings"

// attrKind is what the value of an attribute is.
type attrKind uint8

const (
	attrPlain     attrKind = iota
	attrURL                // the address of a page
	attrImage              // the address of a picture, which may be a data: URL
	attrResource           // the address of something that runs or applies
	attrBase               // the href of base
	attrSrcset             // addresses with descriptors
	attrURLs               // addresses with white space between them
	attrJS                 // a script
	attrCSS                // declarations
	attrSrcdoc             // a document
	attrMeta               // the content of a meta element that refreshes
	attrMetaPlain          // the content of another, or one of which that is not known yet
	attrAnimate            // a value that an animation sets
	attrConfig             // htmx settings, which may begin with js:
	attrTrigger            // the events of htmx, with filters in brackets that are scripts
	attrLocal              // an address that the page sends something to, or is made of: it is on the site
	attrType               // from here on Buf collects the value
	attrRel
	attrHTTPEquiv
	attrMethod
	attrAction // the action of a form
	attrAnimName
	attrNonce
	attrUnknown // the name is not known well enough
)

var attrNames = [...]string{
	attrPlain: "an attribute", attrURL: "a URL attribute", attrImage: "a URL attribute", attrResource: "a resource URL",
	attrBase: "the URL of <base>", attrSrcset: "a srcset", attrURLs: "a list of URLs", attrJS: "an event handler",
	attrCSS: "a style attribute", attrSrcdoc: "a srcdoc", attrMeta: "a refresh", attrMetaPlain: "an attribute",
	attrAnimate: "an animated attribute", attrConfig: "an attribute", attrTrigger: "hx-trigger", attrLocal: "a URL attribute", attrType: "a script's type", attrRel: "a link's rel",
	attrHTTPEquiv: "http-equiv", attrMethod: "a form's method", attrAction: "a form's action", attrAnimName: "attributeName",
	attrNonce: "a nonce", attrUnknown: "an attribute whose name is not known",
}

func (k attrKind) String() string { return attrNames[k] }

// collects reports whether the value is collected in Buf.
func (k attrKind) collects() bool {
	switch k {
	case attrType, attrRel, attrHTTPEquiv, attrMethod, attrAnimName:
		return true
	}
	return false
}

var urlAttrs = map[string]bool{
	"href": true, "src": true, "action": true, "formaction": true, "cite": true, "background": true, "poster": true,
	"longdesc": true, "data": true, "manifest": true, "icon": true, "profile": true, "usemap": true, "classid": true,
	"codebase": true, "dynsrc": true, "lowsrc": true, "xlink:href": true, "xml:base": true, "handler": true,
}

// scriptPrefixes begin the names of attributes that frameworks run as scripts,
// scriptNames are whole ones.
var (
	scriptPrefixes = []string{"on", "hx-on", "x-", "@", ":", "v-", "#", "ng-", "ng:", "bind:", "(", "[", "*", "up-on", "wire:", "on-", "on:"}
	scriptNames    = map[string]bool{"_": true, "script": true, "bind": true, "hx-vars": true, "data-hx-vars": true}
)

// inertNames are attributes of frameworks that are texts, though their names begin
// as those of scripts do.
var inertNames = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`x-ref x-teleport x-cloak x-ignore x-mask x-transition x-webkit-airplay
		ng-app ng-bind-template ng-cloak ng-csp ng-form ng-jq ng-list ng-message ng-non-bindable ng-strict-di ng-switch-when ng-transclude ng-view
		v-cloak v-once v-pre data-on-color data-on-text data-on-label data-on-class data-on-icon data-on-value
		wire:key wire:id wire:model wire:target wire:loading wire:confirm wire:navigate wire:current wire:transition wire:ignore wire:offline
		wire:dirty wire:stream wire:replace`) {
		m[n] = true
	}
	return m
}()

// plainName is a name without what HTML lets stand before those of frameworks, and
// without modifiers.
func plainName(name string) string {
	name = strings.TrimPrefix(name, "data-")
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// runs reports whether an attribute of this name is a script.
func runs(name string) bool {
	plain := plainName(name)
	if inertNames[name] || inertNames[plain] || strings.HasPrefix(plain, "x-transition:") {
		return false
	}
	if scriptNames[name] || scriptNames[plain] {
		return true
	}
	for _, p := range scriptPrefixes {
		switch {
		case !strings.HasPrefix(plain, p):
		case !strings.HasPrefix(name, "data-"):
			return true
		case p == "hx-on" || p == "ng-" || p == "up-on" || p == "on-" || p == "on:": // with data- before it
			return true
		}
	}
	return false
}

// ajaxAttrs are the addresses that htmx and its extensions load pieces of the page from.
var ajaxAttrs = map[string]bool{
	"hx-get": true, "hx-post": true, "hx-put": true, "hx-patch": true, "hx-delete": true, "sse-connect": true, "ws-connect": true,
	"hx-sse": true, "hx-ws": true,
}

// attrOf says what an attribute is. name is in lower case; one that did not
// fit into Buf is known by its beginning only, see startAttr.
func (c *Context) attrOf(name string) attrKind {
	switch name {
	case "style":
		return attrCSS
	case "srcset", "imagesrcset":
		return attrSrcset
	case "ping", "archive":
		return attrURLs
	case "srcdoc":
		return attrSrcdoc
	case "hx-vals", "hx-headers", "hx-request", "data-hx-vals", "data-hx-headers", "data-hx-request":
		return attrConfig
	case "hx-trigger", "data-hx-trigger":
		return attrTrigger
	case "nonce":
		return attrNonce
	case "formaction":
		return attrLocal
	case "ng-href", "data-ng-href", "x-ng-href":
		return attrURL
	case "ng-src", "data-ng-src":
		return attrImage
	case "ng-srcset", "data-ng-srcset":
		return attrSrcset
	}
	if ajaxAttrs[strings.TrimPrefix(name, "data-")] {
		return attrLocal
	}
	if runs(name) {
		return attrJS
	}
	switch c.Elem {
	case elemScript:
		switch name {
		case "src", "href", "xlink:href":
			return attrResource
		case "type":
			return attrType
		}
	case elemLink:
		switch name {
		case "href":
			return attrResource
		case "rel":
			return attrRel
		}
	case elemMeta:
		switch name {
		case "http-equiv":
			return attrHTTPEquiv
		case "content":
			if c.has(flagRefresh) {
				return attrMeta
			}
			return attrMetaPlain
		}
	case elemBase:
		if name == "href" {
			return attrBase
		}
	case elemObject, elemEmbed, elemIframe, elemFrame, elemUse:
		if urlAttrs[name] {
			return attrResource
		}
	case elemImg:
		if name == "src" || name == "href" || name == "xlink:href" || name == "poster" {
			return attrImage
		}
	case elemForm:
		switch name {
		case "action":
			return attrAction
		case "method":
			return attrMethod
		}
	case elemAnimate:
		switch name {
		case "attributename":
			return attrAnimName
		case "to", "from", "by", "values":
			return attrAnimate
		}
	}
	if urlAttrs[name] {
		return attrURL
	}
	if i := strings.IndexByte(name, ':'); i > 0 && urlAttrs[name[i+1:]] {
		return attrURL
	}
	return attrPlain
}

// startAttr begins an attribute whose name is in Buf, at its = or at the end of
// a name without a value.
func (c *Context) startAttr() {
	name := c.text()
	long := c.N == longText
	c.clearBuf()
	c.Attr = attrPlain
	switch {
	case c.Prev == nameUnknown:
		c.Attr = attrUnknown
	case c.State == AttrNameDyn:
	case long:
		// The beginning is kept in Prev, see addName.
		if c.Prev == nameScript {
			c.Attr = attrJS
		}
	default:
		c.Attr = c.attrOf(name)
	}
	c.Prev = 0
	if bit := c.Attr.once(); bit != 0 {
		if c.Seen&bit != 0 {
			c.Attr = attrPlain // the first one counts
			return
		}
		c.Seen |= bit
	}
	if c.Attr == attrNonce {
		c.Flags |= flagNonce
	}
	if c.Elem == elemFont && (name == "color" || name == "face" || name == "size") {
		c.breakOut()
	}
}

// once is the bit of an attribute that says of its element what it is. When it is
// written twice browsers take the first.
func (k attrKind) once() uint8 {
	switch k {
	case attrType:
		return 1
	case attrRel:
		return 2
	case attrHTTPEquiv:
		return 4
	case attrMeta, attrMetaPlain:
		return 8
	case attrMethod:
		return 16
	case attrAction:
		return 32
	case attrAnimName:
		return 64
	case attrNonce:
		return 128
	}
	return 0
}

// What is known of a name that is longer than Buf, or that an output has
// written a part of.
const (
	namePlain   uint8 = iota
	nameScript        // its beginning makes it a script
	nameUnknown       // literal text follows the output
	nameData          // it begins with data- or aria-
)

// addName adds a character to the name of an attribute.
func (c *Context) addName(b byte) {
	if c.N == longText {
		return
	}
	if int(c.N) == len(c.Buf) {
		if runs(c.text()) {
			c.Prev = nameScript
		}
	}
	c.add(b)
}

// startValue prepares for the value of the attribute.
func (c *Context) startValue(d Delim) {
	c.State, c.Delim = Value, d
	c.Flags &^= flagOutput
	c.clearLang()
	switch c.Attr {
	case attrURL, attrImage, attrResource, attrBase, attrSrcset, attrURLs, attrAction, attrLocal:
		c.Lang = langURL
	case attrAnimate:
		c.Lang = langURL
	case attrJS:
		c.startJS()
	case attrCSS:
		c.Lang = langCSS
	case attrMeta:
		c.Lang, c.Sub = langMeta, metaStart
	}
}

// endAttr notes what the value of an attribute says of its element.
func (c *Context) endAttr() {
	out := c.has(flagOutput)
	value := strings.Trim(c.text(), " \t\n\f\r")
	switch c.Attr {
	case attrType:
		c.Script = scriptKind(value)
		if out && c.Sub == typeWhole && !c.has(flagLoose) {
			c.Script = scriptTyped
		} else if out || c.has(flagLoose) && c.Script == scriptData {
			c.Script = scriptDynamic // an attribute that is not known may have been the first type
		}
	case attrRel:
		switch {
		case out:
			c.Flags |= flagRelDyn
		case c.N == longText:
		default:
			c.Flags |= relFlags(value)
			if c.has(flagLoose) {
				c.Flags &^= flagRelSafe // there may be a rel before it, which counts then
			}
		}
	case attrHTTPEquiv:
		if out || value == "refresh" {
			c.Flags |= flagRefresh
			if c.has(flagMetaOut) {
				c.unknown(whyMeta)
				return
			}
		}
	case attrMethod:
		switch {
		case out:
			c.Flags |= flagLook
		case value == "post":
			c.Flags |= flagPost
		}
	case attrAnimName:
		switch {
		case out || c.has(flagAnimDyn):
			c.Flags |= flagAnimDyn
		case value == "href" || strings.HasSuffix(value, ":href"):
			c.Flags |= flagAnimURL
		case value != "" && !runs(value) && !urlAttrs[value]:
			c.Flags |= flagAnimSafe
		default:
			c.Flags |= flagAnimDyn
		}
	case attrMetaPlain:
		if out {
			c.Flags |= flagMetaOut
		}
	case attrResource, attrImage:
		if c.Elem == elemScript || c.Elem == elemLink {
			c.Flags |= flagSrc
		}
	case attrAction:
		if out || c.Sub == urlAbsolute {
			c.Flags |= flagLook
		}
	}
	c.Attr, c.Delim = attrPlain, delimNone
	c.clearLang()
	c.Flags &^= flagOutput | flagCSSImport | flagCSSValue | flagReference | flagAmp
	c.clearBuf()
	c.State = Tag
}

// What outputs have written of the type of a script, in Sub.
const (
	typeWhole  uint8 = 1 + iota // all of it is one output
	typePieces                  // there is more
)

// isDataType reports whether a script of a type is data, which no browser runs or acts on.
func isDataType(t string) bool {
	t = strings.ToLower(strings.Trim(t, " \t\n\f\r"))
	if t == "" || strings.Trim(t, "abcdefghijklmnopqrstuvwxyz0123456789/.+-_") != "" {
		return false
	}
	kind := scriptKind(t)
	return kind == scriptData || kind == scriptJSON
}

// scriptKind says what is in a script of a type. A type that is empty or white
// space is JavaScript (CVE-2026-39826).
func scriptKind(t string) uint8 {
	if i := strings.IndexByte(t, ';'); i >= 0 {
		t = strings.TrimRight(t[:i], " \t\n\f\r")
	}
	switch t {
	case "module":
		return scriptModule
	case "", "text/javascript", "application/javascript", "application/ecmascript", "text/ecmascript",
		"application/x-javascript", "application/x-ecmascript", "text/x-javascript", "text/x-ecmascript",
		"text/javascript1.0", "text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4",
		"text/javascript1.5", "text/jscript", "text/livescript", "text/babel", "text/jsx", "jsx", "babel", "text/typescript":
		return scriptJS
	case "application/json", "text/json":
		return scriptJSON
	case "importmap", "speculationrules":
		return scriptMap
	}
	if strings.HasSuffix(t, "+json") {
		return scriptJSON
	}
	return scriptData
}

// relFlags says what the rel of a link makes of its href.
func relFlags(rel string) uint32 {
	var f uint32
	safe := true
	for _, r := range strings.Fields(rel) {
		switch r {
		case "stylesheet":
			f |= flagSheet
			safe = false
		case "icon", "shortcut", "apple-touch-icon", "alternate", "canonical", "author", "help", "license", "next", "prev", "search",
			"bookmark", "me", "dns-prefetch", "preconnect":
		default:
			safe = false
		}
	}
	if safe && rel != "" {
		f |= flagRelSafe
	}
	return f
}
