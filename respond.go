package dewar

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/dewar-go/dewar/internal/negotiate"
	"github.com/dewar-go/dewar/secure"
)

// Status sets the answer's status; call it before what writes the answer. It
// returns the Context, so that it reads in one line:
//
//	return c.Status(http.StatusCreated).JSON(order)
func (c *Context) Status(code int) *Context {
	if code < 200 {
		panic(fmt.Sprintf("dewar: Status(%d): not the status of an answer", code))
	}
	checkStatus(code)
	c.chosen = code
	return c
}

// StatusCode is the answer's status as it stands, for after hooks, receivers of
// signals and teardown functions: 0 while nobody has set one or written anything,
// 101 once the connection was taken over. Until the first byte is sent an error
// may still make another of it.
func (c *Context) StatusCode() int {
	switch {
	case c.res.state == hijacked:
		return http.StatusSwitchingProtocols
	case c.res.status != 0:
		return c.res.status
	case c.chosen == 0 && c.wrote():
		return http.StatusOK
	}
	return c.chosen
}

// SetHeader sets a header of the answer. A name or value that would break out
// of its line panics: it is data from outside in a place where it must not be.
func (c *Context) SetHeader(name, value string) {
	if !isHeaderName(name) {
		panic(fmt.Sprintf("dewar: SetHeader(%q): no name of a header (RFC 9110, section 5.1)", clip(name)))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		panic(fmt.Sprintf("dewar: SetHeader(%q): the value holds a line break or another control character", name))
	}
	c.w.Header().Set(name, value)
}

// isHeaderName reports whether a text is a token (RFC 9110, section 5.6.2).
func isHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

// Text answers with plain text.
func (c *Context) Text(text string) error {
	if err := c.answering(); err != nil {
		return err
	}
	c.w.Header()["Content-Type"] = textPlain
	return c.writeString(text)
}

// HTML answers with a page. The text must be HTML that the program made: what
// came from outside belongs into a template, which escapes it. A page that
// [Context.RenderString] made for another request and that holds that one's nonce is
// an error: its scripts would not run.
func (c *Context) HTML(page string) error {
	if err := c.ownNonce(page); err != nil {
		return err
	}
	if err := c.answering(); err != nil {
		return err
	}
	c.w.Header()["Content-Type"] = textHTML
	return c.writeString(page)
}

// Bytes answers with data of the given content type.
func (c *Context) Bytes(contentType string, data []byte) error {
	if secure.IsHTML(contentType) && bytes.Contains(data, []byte(beforeNonce)) {
		if err := c.ownNonce(string(data)); err != nil {
			return err
		}
	}
	if err := c.answering(); err != nil {
		return err
	}
	c.SetHeader("Content-Type", contentType)
	return c.writeBytes(data)
}

const beforeNonce = `nonce="`

// ownNonce refuses a page with a nonce of another request: it was kept, and the
// policy of this answer does not name it. It cannot be replaced by this request's,
// since whoever could write it into a page would have a script run.
func (c *Context) ownNonce(page string) error {
	for c.app.nonces {
		i := strings.Index(page, beforeNonce)
		if i < 0 {
			break
		}
		page = page[i+len(beforeNonce):]
		nonce, _, _ := strings.Cut(page[:min(len(page), secure.NonceLength+1)], `"`)
		if len(nonce) == secure.NonceLength && len(page) > len(nonce) && nonce != c.nonce && secure.IsNonce(nonce) {
			return errors.New("dewar: the page has the nonce of another request, so that its scripts and styles would not run: " +
				"keep what the template needs instead of the page, or render it without scripts and styles of its own")
		}
	}
	return nil
}

// NoContent answers with 204 and no body.
func (c *Context) NoContent() error {
	if err := c.answering(); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return c.answered(nil)
}

// Redirect sends the browser to a target of this app, with 303, or the status
// set before. Build the target with a route's To, with [To] or with [Path], which
// refuses what leads to another site: that is what RedirectExternal is for.
func (c *Context) Redirect(t Target) error {
	location, err := c.URL(t)
	if err != nil {
		return err
	}
	if err := c.answering(); err != nil {
		return err
	}
	c.redirect(location, c.redirectStatus())
	return nil
}

// RedirectExternal sends the browser to another site. The URL must be absolute,
// http or https, without a user ("https://shop.example@evil.example"); any other is an
// error, answered with 400. Never take it from the request without a list of what is
// allowed: a link to this site that leads elsewhere is a phisher's tool.
func (c *Context) RedirectExternal(address string) error {
	if !isExternal(address) {
		return &targetError{fmt.Errorf("dewar: RedirectExternal(%q): not an absolute http or https URL", clip(address))}
	}
	if err := c.answering(); err != nil {
		return err
	}
	c.redirect(address, c.redirectStatus())
	return nil
}

// isExternal reports whether a text is an address of http or https with a host and
// without a user.
func isExternal(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f })
}

// redirectStatus is the status set before, when it is one of a redirect.
func (c *Context) redirectStatus() int {
	if s := c.chosen; s >= 300 && s < 400 {
		return s
	}
	return http.StatusSeeOther
}

// redirect writes the answer, with a page for what does not follow redirects.
func (c *Context) redirect(location string, code int) {
	h := c.w.Header()
	h["Location"] = []string{location}
	h["Content-Type"] = textHTML
	c.w.WriteHeader(code)
	link := escapeText(location)
	_, _ = c.w.Write([]byte("<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n" + //nolint:gosec // link is escaped
		"<p>You should be redirected automatically to the target URL: <a href=\"" + link + "\">" + link + "</a>. If not, click the link.\n"))
	c.given.whole = true
}

func (c *Context) writeString(s string) error {
	c.writeStatus()
	var err error
	if !c.behindMiddleware() {
		_, err = c.res.WriteString(s)
	} else {
		_, err = c.w.Write([]byte(s))
	}
	return c.answered(ignoreClient(c, err))
}

func (c *Context) writeBytes(b []byte) error {
	c.writeStatus()
	_, err := c.w.Write(b) //nolint:gosec // the answer as the view made it
	return c.answered(ignoreClient(c, err))
}

// writeStatus passes a status set by Status on to middleware's writer.
func (c *Context) writeStatus() {
	if c.chosen != 0 && !c.wrote() {
		c.w.WriteHeader(c.chosen)
	}
	if !c.behindMiddleware() {
		c.res.statusSet = true
	}
}

// ignoreClient drops the error of a client that went away: there is nobody to
// answer, and the log line says it.
func ignoreClient(c *Context, err error) error {
	if err != nil && (c.res.err != nil || c.r.Context().Err() != nil) {
		return nil
	}
	return err
}

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
