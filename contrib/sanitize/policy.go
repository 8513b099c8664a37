package sanitize

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"

	"github.com/dewar-go/dewar/markup"
)

// MaxInput bounds the text for [Sanitizer.HTML], in bytes. A longer text is cut.
const MaxInput = 1 << 20

// A Policy says what is kept. The zero value has bleach's defaults.
type Policy struct {
	// Elements are kept. Default: a, abbr, acronym, b, blockquote, code, em, i, li, ol, strong, ul.
	Elements []string
	// Attributes are kept, by element; those of "*" on every element. Default: href and title of a, title of abbr and
	// acronym.
	Attributes map[string][]string
	// Schemes of URLs are kept. Addresses without a scheme are kept too. Default: http, https, mailto.
	Schemes []string
	// NoFollow adds rel="nofollow" to links, which takes away their value for search engines. Default: false.
	NoFollow bool
}

// Default returns a Policy with the default values, to be changed:
//
//	p := sanitize.Default()
//	p.Elements = append(p.Elements, "p", "br", "img")
//	p.Attributes["img"] = []string{"src", "alt"}
func Default() Policy {
	return Policy{
		Elements:   []string{"a", "abbr", "acronym", "b", "blockquote", "code", "em", "i", "li", "ol", "strong", "ul"},
		Attributes: map[string][]string{"a": {"href", "title"}, "abbr": {"title"}, "acronym": {"title"}},
		Schemes:    []string{"http", "https", "mailto"},
	}
}

// Text returns a policy that keeps no element. The result is text, escaped for HTML.
func Text() Policy {
	return Policy{Elements: []string{}, Attributes: map[string][]string{}, Schemes: []string{}}
}

// refusedElements cannot be allowed. Browsers parse them in another way than others do, or they run code, load
// something, or move what is around them.
var refusedElements = strings.Fields(`svg math style script noscript template iframe frame frameset noframes noembed object embed applet
	param xmp plaintext listing textarea title select option optgroup base meta link head html body form input button keygen
	isindex audio video source track canvas portal dialog slot annotation-xml foreignobject desc mglyph malignmark mtext mi mo mn ms`)

// urlAttributes are the attributes that hold a URL, with the elements on which the sanitizer checks it.
var urlAttributes = map[string][]string{"href": {"a", "area"}, "src": {"img"}, "cite": {"blockquote", "q", "del", "ins"}}

// refusedAttributes run code, load something or set styles, or hold URLs that are not checked.
var refusedAttributes = strings.Fields(`style srcset srcdoc action formaction background ping poster data codebase longdesc lowsrc
	dynsrc manifest archive classid usemap profile icon form is slot nonce integrity http-equiv xmlns`)

var (
	nameForm   = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	schemeForm = regexp.MustCompile(`^[a-z][a-z0-9+.-]*$`)
	// dangerousSchemes are code or whole pages.
	dangerousSchemes = []string{"javascript", "vbscript", "data", "blob", "file", "filesystem", "about", "view-source", "livescript", "mocha", "jar"}
)

// New compiles a policy. Its error names every element, attribute and scheme that cannot be allowed.
func New(p Policy) (*Sanitizer, error) {
	d := Default()
	if p.Elements == nil {
		p.Elements = d.Elements
	}
	if p.Attributes == nil {
		p.Attributes = d.Attributes
	}
	if p.Schemes == nil {
		p.Schemes = d.Schemes
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	b := bluemonday.NewPolicy()
	b.AllowElements(p.Elements...)
	for _, element := range slices.Sorted(maps.Keys(p.Attributes)) {
		attributes := p.Attributes[element]
		if len(attributes) == 0 {
			continue
		}
		if element == "*" {
			b.AllowAttrs(attributes...).Globally()
		} else {
			b.AllowAttrs(attributes...).OnElements(element)
		}
	}
	// bluemonday removes elements without attributes unless told otherwise.
	b.AllowNoAttrs().OnElements(p.Elements...)
	b.RequireParseableURLs(true)
	b.AllowRelativeURLs(true)
	b.AllowURLSchemes(p.Schemes...)
	b.RequireNoFollowOnLinks(p.NoFollow)
	return &Sanitizer{b}, nil
}

// check returns an error that names what cannot be allowed.
func (p *Policy) check() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("sanitize: "+format, args...)) }
	for _, e := range p.Elements {
		switch {
		case !nameForm.MatchString(e):
			fail("element %q: a name is lower-case letters, digits and hyphens", e)
		case slices.Contains(refusedElements, e):
			fail("element %q cannot be allowed: browsers run it, load it or read it in another way", e)
		}
	}
	for _, e := range slices.Sorted(maps.Keys(p.Attributes)) {
		if e != "*" && !slices.Contains(p.Elements, e) {
			fail("attributes of %q, which is not among the elements", e)
		}
		for _, a := range p.Attributes[e] {
			switch on, isURL := urlAttributes[a]; {
			case !nameForm.MatchString(a):
				fail("attribute %q of %q: a name is lower-case letters, digits and hyphens", a, e)
			case strings.HasPrefix(a, "on"), slices.Contains(refusedAttributes, a):
				fail("attribute %q of %q cannot be allowed: it runs, loads or styles", a, e)
			case isURL && !slices.Contains(on, e):
				fail("attribute %q of %q cannot be allowed: it would be a URL that is not checked; only on %s", a, e, strings.Join(on, ", "))
			}
		}
	}
	for _, s := range p.Schemes {
		if !schemeForm.MatchString(s) {
			fail("scheme %q: lower case and without a colon", s)
		} else if slices.Contains(dangerousSchemes, s) {
			fail("scheme %q cannot be allowed: it is code or a page of its own", s)
		}
	}
	return errors.Join(errs...)
}

// A Sanitizer applies a [Policy]. It is safe for concurrent use.
type Sanitizer struct{ policy *bluemonday.Policy }

// HTML returns what the policy keeps of a text. Sanitizing the result again changes nothing. Text beyond [MaxInput] is
// cut.
func (s *Sanitizer) HTML(text string) markup.HTML {
	if len(text) > MaxInput {
		text = text[:MaxInput]
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	return markup.HTML(s.policy.Sanitize(text))
}
