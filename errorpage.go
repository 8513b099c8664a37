package dewar

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/secure"
)

// descriptions are the general sentences of error pages, for users.
var descriptions = map[int]string{
	400: "Your browser sent a request that this server could not understand.",
	401: "You have to sign in to see this.",
	402: "This has to be paid for first.",
	403: "You may not see or do this.",
	404: "There is nothing at this address. If you typed it, check the spelling.",
	405: "This address does not take this kind of request.",
	406: "This cannot be given in a form your browser accepts.",
	407: "The proxy on the way has to know who you are.",
	408: "The request took too long to arrive.",
	409: "This does not go together with what is stored. Load it again and repeat your change.",
	410: "What was at this address is gone for good.",
	411: "The request does not say how long it is.",
	412: "What the request depends on does not hold.",
	413: "What was sent is too large.",
	414: "The address is too long.",
	415: "What was sent is of a kind that is not understood here.",
	416: "The part asked for does not exist.",
	417: "This server cannot do what the request expects.",
	418: "This is a teapot, not a coffee machine.",
	421: "This server does not answer for this address.",
	422: "What was sent is well formed, but it makes no sense here.",
	423: "This is locked.",
	424: "Something that this depends on failed.",
	425: "This could be a request sent twice. Send it again.",
	426: "This needs another protocol.",
	428: "Say which version of this you want to change.",
	429: "That were too many requests in a short time. Try again later.",
	431: "The request's headers are too large.",
	451: "This may not be shown for legal reasons.",
	500: "Something went wrong on our side. It was written down; try again later.",
	501: "This server cannot do that.",
	502: "A part of this site did not answer as it should. Try again later.",
	503: "This is busy or down for a moment. Try again later.",
	504: "A part of this site did not answer in time. Try again later.",
	505: "This server does not speak this version of HTTP.",
}

// asRefusal gives the errors of the built-in guards their status.
func asRefusal(err error) error {
	var csrf *secure.CSRFError
	if errors.As(err, &csrf) {
		return csrfRefusal(csrf)
	}
	return err
}

// errorPage writes the built-in page: HTML, or JSON by RFC 9457 where the
// client prefers it or the route is an API's. The cause is shown in debug mode
// only, on a page of its own.
func (c *Context) errorPage(he *HTTPError) {
	code := he.Code
	detail := cmp.Or(he.Detail, descriptions[he.Code])
	h := c.w.Header()
	addHeader(h, he.Header)
	if AnswersJSON(c) {
		c.problem(he, detail)
		return
	}
	if c.showDebug(he) {
		return
	}
	h["Content-Type"] = textHTML
	var b strings.Builder
	title := escapeText(he.title())
	b.WriteString("<!doctype html>\n<html lang=en>\n<meta name=viewport content=\"width=device-width\">\n<title>")
	b.WriteString(title + "</title>\n<h1>" + title + "</h1>\n")
	if detail != "" {
		b.WriteString("<p>" + escapeText(detail) + "</p>\n")
	}
	if code >= 500 {
		b.WriteString("<p>Request " + c.RequestID() + "</p>\n")
	}
	c.w.WriteHeader(code)
	_, _ = c.w.Write([]byte(b.String()))
	c.given.whole = true
}

// problem writes an RFC 9457 problem document.
func (c *Context) problem(he *HTTPError, detail string) {
	doc := struct {
		Type    string `json:"type"`
		Title   string `json:"title"`
		Status  int    `json:"status"`
		Detail  string `json:"detail,omitempty"`
		Request string `json:"request_id,omitempty"`
		Cause   string `json:"cause,omitempty"`
		Errors  any    `json:"errors,omitempty"`
	}{"about:blank", he.title(), he.Code, detail, "", c.debugCause(he), nil}
	var several interface{ ProblemErrors() any }
	if errors.As(he.Err, &several) {
		doc.Errors = several.ProblemErrors()
	}
	if he.Code >= 500 {
		doc.Request = c.RequestID()
	}
	b, err := json.Marshal(doc)
	if err != nil { // strings and a number cannot fail to encode
		b = []byte(`{"status":500}`)
	}
	c.w.Header()["Content-Type"] = []string{"application/problem+json"}
	c.w.WriteHeader(he.Code)
	_, _ = c.w.Write(append(b, '\n'))
	c.given.whole = true
}

// debugCause is the text behind a 5xx, with a panic's stack, in debug mode.
func (c *Context) debugCause(he *HTTPError) string {
	if he.Err == nil || !c.debug.local {
		return ""
	}
	var p *PanicError
	if errors.As(he.Err, &p) {
		return c.scrub(p.Error() + "\n\n" + string(p.Stack))
	}
	return c.scrub(withCause(he.Err))
}

// AnswersJSON reports whether the answer goes to a program and not to a person: the route
// is an API's, or the client likes JSON better than a page. Error pages are JSON then,
// and nothing redirects to a page for signing in.
func AnswersJSON(c *Context) bool { return c.at.api || c.wantsJSON() }

// wantsJSON reports whether the client likes JSON better than a page. One that sent JSON does unless it says otherwise.
func (c *Context) wantsJSON() bool {
	if c.isJSON() {
		c.state.set(clientRead)
		return c.Accepts("application/json", "application/problem+json", "text/html") != "text/html"
	}
	return strings.HasSuffix(c.Accepts("text/html", "application/json", "application/problem+json"), "json")
}

func escapeText(s string) string { return string(markup.Escape(s)) }

// csrfRefusal is the answer to a request that failed the CSRF check: 400 as
// Flask-WTF gives for a token that is missing or wrong, 403 for another origin.
func csrfRefusal(e *secure.CSRFError) *HTTPError {
	return &HTTPError{Code: e.StatusCode(), Detail: e.Reason.String(), Err: e}
}
