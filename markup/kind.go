package markup

// HTML is text that may stand between tags: a fragment with balanced tags or
// escaped text. It is MarkupSafe's Markup.
type HTML string

// Attrs is a list of HTML attributes as it may stand inside a start tag, such
// as ` class="x" hidden`.
type Attrs string

// URL is the address of a page, for attributes such as href. Making one is a promise that its scheme is safe: a URL may
// be "javascript:…".
type URL string

// ResourceURL is the address of something that the browser runs or applies:
// the src of a script or a frame, the href of a style sheet or of <base>.
type ResourceURL string

// JS is a JavaScript expression, or a run of statements, for <script> and
// event handlers. It must not contain "</script" or "<!--".
type JS string

// CSS is a style sheet or a list of declarations. It must not contain
// "</style".
type CSS string

// JSON is JSON text in which <, >, & and ' are written as \u escapes, so that
// it may stand in a <script> and in an attribute with single quotes.
type JSON string

// HTMLer is implemented by values that have HTML of their own: the __html__ protocol of Python's template engines.
type HTMLer interface {
	// HTML returns the value as markup, which is not escaped.
	HTML() HTML
}

// Kind says where a string is safe. Engines whose values have no Go types use it to tell the types of this package
// apart.
type Kind uint8

// The kinds. KindText is plain text, which is safe nowhere.
const (
	KindText        Kind = iota // plain text: has to be escaped
	KindHTML                    // HTML
	KindAttrs                   // Attrs
	KindURL                     // URL
	KindResourceURL             // ResourceURL
	KindJS                      // JS
	KindCSS                     // CSS
	KindJSON                    // JSON
)

var kindNames = [...]string{"text", "HTML", "Attrs", "URL", "ResourceURL", "JS", "CSS", "JSON"}

// String returns the name of the kind's Go type, or "text".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// KindOf returns the string in v and its kind. ok is false when v is neither a
// string nor one of the types of this package; an HTMLer counts as HTML.
func KindOf(v any) (s string, k Kind, ok bool) {
	switch v := v.(type) {
	case string:
		return v, KindText, true
	case HTML:
		return string(v), KindHTML, true
	case Attrs:
		return string(v), KindAttrs, true
	case URL:
		return string(v), KindURL, true
	case ResourceURL:
		return string(v), KindResourceURL, true
	case JS:
		return string(v), KindJS, true
	case CSS:
		return string(v), KindCSS, true
	case JSON:
		return string(v), KindJSON, true
	case HTMLer:
		return string(v.HTML()), KindHTML, true
	}
	return "", KindText, false
}
