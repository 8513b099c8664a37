package dewar

import (
	"github.com/dewar-go/dewar/internal/negotiate"
	"github.com/dewar-go/dewar/secure"
)

// Accepts returns which of the offered media types the client likes best, by
// the quality and specificity of its Accept header (RFC 9110, section 12.5.1),
// as Werkzeug's accept_mimetypes.best_match does. Of equally liked ones the
// first offered wins; without the header that is the first one. It is "" when
// the client takes none of them. The header is added to Vary, so that caches keep
// what each kind of client gets apart, and so with the functions below.
func (c *Context) Accepts(offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept")
	return negotiate.Media(c.r.Header["Accept"], offers)
}

// AcceptsLanguage returns which of the offered languages the client likes best.
// A language without a match of its own is matched by its first part: "de"
// serves "de-AT", and "de-AT" serves "de".
func AcceptsLanguage(c *Context, offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept-Language")
	return negotiate.Language(c.r.Header["Accept-Language"], offers)
}

// AcceptsEncoding returns which of the offered content codings the client likes
// best; "identity" is always acceptable unless refused.
func AcceptsEncoding(c *Context, offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept-Encoding")
	return negotiate.Encoding(c.r.Header["Accept-Encoding"], offers)
}
