package dewar

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/dewar-go/dewar/internal/flaskobjects"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
)

// A Context is one request and its answer. Its methods are split by topic over
// the package's files: reading the request (form.go), answering (respond.go),
// URLs (url.go), session and flashes (session.go, flash.go).
//
// It is not a context.Context: [Context.Context] gives the request's own. It is
// never reused for another request, so keeping one too long is a leak at worst,
// but it must not be used by two goroutines at once. For work that the answer does not
// wait for there is [Go].
type Context struct {
	app   *App
	at    *endpoint // what was matched; the scope's fallback when nothing was
	r     *http.Request
	w     http.ResponseWriter // what the view writes to: &res, or what middleware made of it
	res   response
	match routing.Match
	state requestState

	admission secure.Admission
	stream    *openStream // nil: the answer is none

	origin secure.Origin // scheme, host and client address after proxy trust
	path   string        // the canonical path
	start  time.Time
	id     string // request id, made when asked for
	user   string // of SetUserID

	matchErr error // why nothing was matched; the fallback's view returns it
	failed   error // the error that was answered, if any

	base          context.Context  // the request's own, whatever middleware derives of it
	adopted       middlewareWriter // the writer that middleware made
	station       station
	viewLeft      chan struct{} // closed when a view has ended that its middleware did not wait for
	begun         bool          // somebody had answered before the view was reached
	late          error         // a view's error that is answered once the middleware has ended
	chosen        int           // the status of Status, until one is written
	headers       http.Header   // the answer's map, while middleware runs
	headersBefore http.Header   // those that stood before the view: an error page keeps them
	given         given         // the answer
	chained       bool          // middleware is running, and may write as it likes

	values       []keyed
	transactions []Transaction
	afterThis    []func(*Context) error

	session   *session.Session
	flashes   []session.Flash
	form      formState
	body      limitedBody
	json      *jsonBody // nil: not read
	nonce     string
	givenOut  int               // see GivenOut
	onAnswer  func(Answer)      // nil for none
	stale     *secure.CSRFError // the token does not count, and the view shows the form again
	cors      secure.CORSResult
	reported  error                 // the refusal of the last security event
	debug     debugging             // in debug mode
	processed Vars                  // what context processors gave, once asked
	objects   *flaskobjects.Objects // request, session and g of templates, once asked for
}

// App returns the application.
func (c *Context) App() *App { return c.app }

// Request returns the request as net/http knows it. Behind middleware it is the
// one the middleware passed on.
func (c *Context) Request() *http.Request { return c.r }

// Writer returns the answer's writer, for code that wants an
// http.ResponseWriter. It buffers; Flush, Hijack and ReadFrom leave the buffer.
func (c *Context) Writer() http.ResponseWriter { return c.w }

// Context returns the request's context.Context: it ends when the client goes
// away (over HTTP/1, once the body has been read), when the server shuts down for
// good, for a stream when it begins to, or when middleware that derived it says so. Give it to whatever waits: a
// database, a password's hash, another server. A view that returns the error of
// an ended context answers nobody, and no error is logged.
func (c *Context) Context() context.Context { return c.r.Context() }

// RequestContext returns the context.Context that the request came with, without
// what middleware added: unlike that of [Context.Context], its deadline is not a
// middleware's, so it lives until the answer is out. It is for what is begun in a
// view and ended by the commit stage, such as a transaction.
func RequestContext(c *Context) context.Context { return c.base }

// Method returns the request's method.
func (c *Context) Method() string { return c.r.Method }

// Path returns the canonical path: decoded once, and the same string that the
// router matched and the guards saw.
func (c *Context) Path() string { return c.path }

// Host returns the host the client asked for, with its port if it named one:
// the Host header, or what a configured proxy said.
func (c *Context) Host() string { return c.origin.Host }

// Scheme returns http or https, as the client used it.
func (c *Context) Scheme() string { return c.origin.Scheme }

// ClientIP returns the client's address, taken from the connection or from a
// configured proxy, never from an unbelieved header. It is the zero Addr for a
// connection without one, such as a Unix socket.
func (c *Context) ClientIP() netip.Addr {
	if !c.state.has(guarding) {
		c.state.set(clientRead)
	}
	return c.origin.Addr
}

// RequestID returns the id that stands in the log line and on error pages.
func (c *Context) RequestID() string {
	if c.id == "" {
		c.id = newRequestID()
	}
	return c.id
}

// Log returns the app's logger with the request's id.
func (c *Context) Log() *slog.Logger {
	log := c.app.log
	if c.debug.trace != nil {
		log = slog.New(traceLog{log.Handler(), c.debug.trace})
	}
	return log.With("request_id", c.RequestID())
}

// Rule returns the rule that was matched, such as "/users/<int:id>", or "" when
// none was. It is what belongs into logs, metrics and limits: unlike the path
// it has few values, none of them chosen by the client.
func (c *Context) Rule() string { return c.at.rule }

// Endpoint returns the matched route's name with its blueprints', such as
// "auth.login", or "" when nothing was matched.
func (c *Context) Endpoint() string { return c.at.name }

// Blueprint returns the dotted name of the blueprint of the matched route, or
// "" for the app's own routes.
func (c *Context) Blueprint() string {
	if c.at.mount == nil {
		return ""
	}
	return c.at.mount.name
}

// AfterThis adds a function to run after this request's view, before the after
// hooks: Flask's after_this_request.
func (c *Context) AfterThis(f func(*Context) error) { c.afterThis = append(c.afterThis, f) }

// scopes lists the scopes a request belongs to, innermost first.
func (c *Context) scopes() []*scope { return c.at.scopes }

// contextKey finds the Context in a request's context.Context behind
// middleware.
type contextKey struct{}

// FromRequest returns the Context of a request inside middleware of an App, and
// whether there is one.
func FromRequest(r *http.Request) (*Context, bool) {
	c, ok := r.Context().Value(contextKey{}).(*Context)
	return c, ok
}

// requestState is what is known of a request's way so far: a set of facts, each
// of which the rest of it depends on.
type requestState uint16

const (
	guarding             requestState = 1 << iota // the guards are running
	refusalReported                               // a security event says that the request was refused
	preflightWithoutCORS                          // a preflight for a route that has no CORS guard
	cookieRead                                    // the answer depends on a cookie
	originRead                                    // the answer depends on where the request came from
	flashesTaken                                  // flashes were taken out of the session
	sessionSaved                                  // the session was saved
	sessionSettled                                // nothing of the session is left to save
	sessionEnded                                  // the session was empty, and is no more
	hooksRan                                      // the after hooks have begun
	sessionDropped                                // the session must not be saved: the request failed
	handedOn                                      // the answer is the other application's
	clientRead                                    // the answer depends on the client's address or a header
)

func (s *requestState) set(fact requestState)     { *s |= fact }
func (s *requestState) unset(fact requestState)   { *s &^= fact }
func (s requestState) has(fact requestState) bool { return s&fact != 0 }
