package dewar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dewar-go/dewar/internal/csplearn"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
)

// A Fallback hands on the requests that no rule of the app matches. Make it
// with [App.Fallback].
type Fallback struct {
	app      *App
	target   *url.URL
	location string
	headers  secure.Headers
	maxBody  int64
	timeout  time.Duration
	ownPaths bool
	keeps    bool              // ownPaths, or those of a blueprint
	learns   bool              // LearnCSP
	learner  *csplearn.Learner // nil for none

	at        *endpoint
	added     *secure.HeaderSet // to the other application's answers
	transport *http.Transport
	buffers   bufferPool
}

// fallbackTimeout is how long the other application may take for its first
// byte.
const fallbackTimeout = 2 * time.Minute

// Fallback sends what no rule of the app matches to another application, such
// as the Flask application whose routes are being moved here one by one:
//
//	app.Fallback("http://127.0.0.1:5001")
//	app.Fallback("unix:/run/shop/flask.sock")
//
// A path that has rules for other methods only, and a WebSocket handshake where
// no rule takes one, are handed on as well; OPTIONS for such a path is answered
// here. Where such a path has guards, the log says so at the start, and
// [Fallback.OwnPaths] or OwnPaths of its blueprint keeps it here. What lies below
// a blueprint's prefix is handed on too: blueprints have no error pages of their
// own for paths they do not serve then.
//
// # What holds for requests that are handed on
//
// The gate: known hosts, canonical paths, HTTPS. The app's middleware, its
// guards of [StageCORS] and [StageLimit], the limit of the body and the pace of
// slow clients. Hooks and later guards do not run, a login guard among them,
// and there is no check against CSRF: all of that is the other application's
// for its own routes. WebSocket handshakes from other origins are refused.
//
// # What the other application sees
//
// The canonical path, encoded anew, the query as it came, the Host header as the
// client sent it, and in X-Forwarded-For, -Proto, -Host and -Prefix one value
// each, what this app found out itself; whatever the client sent of that kind is
// gone, and so are headers with an underscore in their name, which WSGI cannot
// tell from those with a hyphen. A Flask application reads them with
//
//	app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
//
// and must listen where only this app can reach it. X-Request-Id is the id in
// this app's log.
//
// # Answers
//
// They are streamed, with their cookies, validators and security headers as
// they are, but for one: an answer with a cookie is in no cache that is for all
// ([secure.KeepPrivate]). Security headers that an answer does not have are added
// where a page works with them as without: see [Fallback.Headers]. There is no
// Content-Security-Policy among them unless one is set there; check --csp says
// which one the pages need, see [Fallback.LearnCSP]. When the other
// application cannot be reached the answer is this app's page for 503, for
// 502 when it breaks off, and for 504 when it takes longer than two minutes to
// begin.
//
// A target that is no http or https address without a path panics, and so does
// a second fallback.
func (a *App) Fallback(target string) *Fallback {
	loc := callerLocation()
	a.root.changing("Fallback", loc)
	if a.proxy != nil {
		panic(fmt.Sprintf("dewar: Fallback(%q) at %s: there is one already, registered at %s", target, loc, a.proxy.location))
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	dial := dialer.DialContext
	u := &url.URL{Scheme: "http", Host: "localhost"}
	if path, ok := strings.CutPrefix(target, "unix:"); ok && path != "" {
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return dialer.DialContext(ctx, "unix", path) }
	} else {
		var err error
		u, err = url.Parse(target)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			panic(fmt.Sprintf("dewar: Fallback at %s: the target must be like http://127.0.0.1:5001 or unix:/run/flask.sock, without a path", loc))
		}
	}
	f := &Fallback{app: a, target: u, location: loc, timeout: fallbackTimeout}
	f.transport = &http.Transport{
		DialContext:         dial,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
		DisableCompression:  true, // what comes is passed on as it is
	}
	f.buffers.New = func() any { b := make([]byte, 32<<10); return &b }
	a.proxy = f
	a.closers = append(a.closers, closing{func(context.Context) error { f.transport.CloseIdleConnections(); return nil }, "Fallback at " + loc})
	return f
}

// MaxBody bounds the bodies that are handed on, in bytes. Default:
// [Config.MaxContentLength].
func (f *Fallback) MaxBody(n int64) *Fallback {
	f.changing("MaxBody")
	f.maxBody = n
	return f
}

// Timeout is how long the other application may take until its answer begins.
// Default: two minutes.
func (f *Fallback) Timeout(d time.Duration) *Fallback {
	f.changing("Timeout")
	f.timeout = d
	return f
}

// OwnPaths keeps the paths of all the app's rules here: a method that no rule of a
// path takes is answered with 405, and a WebSocket handshake with 400, instead of
// being handed on past the guards of that path. It is for an app whose paths have
// been moved whole; [BlueprintOptions] has the same for a part of it.
func (f *Fallback) OwnPaths() *Fallback {
	f.changing("OwnPaths")
	f.ownPaths = true
	return f
}

// Headers changes the security headers that are added to answers which do not
// have them, as [secure.Headers.Merge] does. Without it these are X-Content-Type-Options,
// X-Frame-Options SAMEORIGIN, Referrer-Policy strict-origin-when-cross-origin,
// Cross-Origin-Opener-Policy same-origin-allow-popups, Cross-Origin-Resource-Policy
// cross-origin and on https Strict-Transport-Security, or what [Config.Headers] sets
// in their place. A Content-Security-Policy and a Permissions-Policy are added only if
// one is given here; its directives stand in place of those of [Config.Headers]:
//
//	app.Fallback(flask).Headers(secure.Headers{ContentSecurityPolicy: secure.CSP{
//		"script-src": {"'self'", "https://cdn.example.com"},
//	}})
func (f *Fallback) Headers(h secure.Headers) *Fallback {
	f.changing("Headers")
	f.headers = h
	return f
}

func (f *Fallback) changing(what string) { f.app.root.changing("Fallback."+what, callerLocation()) }

// build makes what a request needs.
func (f *Fallback) build() (err error) {
	f.at = &endpoint{view: f.serve}
	compileErr := f.app.compile(f.at)
	f.at.before, f.at.after, f.at.teardown, f.at.preprocess = nil, nil, nil, nil
	f.at.guards = append(f.at.guards, originGuard{})
	f.keeps = f.ownPaths || slices.ContainsFunc(f.app.mounts, (*mount).ownPaths)
	if f.maxBody > 0 {
		f.at.maxBody = f.maxBody
	}
	f.transport.ResponseHeaderTimeout = f.timeout
	if f.added, err = f.settings().Compile(); err != nil {
		return fmt.Errorf("Fallback at %s: Headers: %w", f.location, err)
	}
	if compileErr != nil {
		return compileErr
	}
	return f.openLearner()
}

// takes reports whether a request that the rules answered with err is handed
// on.
func (f *Fallback) takes(c *Context, err error) bool {
	var method *routing.MethodNotAllowed
	switch {
	case errors.As(err, &method):
		return c.r.Method != http.MethodOptions && !f.owned(c)
	case errors.Is(err, routing.ErrNotFound), errors.Is(err, routing.ErrWebsocketMismatch):
		return !f.owned(c)
	}
	return false
}

// serve is the view of what no rule matches.
func (f *Fallback) serve(c *Context) error {
	if err := c.answering(); err != nil {
		return err
	}
	if c.body.over.Load() {
		return errTooLarge
	}
	if f.isReport(c) {
		return f.takeReport(c)
	}
	if isWebSocket(c.r) {
		if err := c.mayTakeOver(); err != nil {
			return err
		}
	}
	var failed error
	proxy := httputil.ReverseProxy{
		Rewrite:       func(p *httputil.ProxyRequest) { f.rewrite(c, p) },
		Transport:     f.transport,
		FlushInterval: -1,
		BufferPool:    &f.buffers,
		ErrorLog:      slog.NewLogLogger(f.app.log.Handler(), slog.LevelDebug),
		ModifyResponse: func(r *http.Response) error {
			if strings.HasPrefix(r.Header.Get("Content-Type"), eventStream) && !c.admission.Endless() {
				return errNoPlace()
			}
			c.state.set(handedOn)
			if c.at.cors != nil { // one policy, this app's
				for name := range r.Header {
					if strings.HasPrefix(name, "Access-Control-") {
						delete(r.Header, name)
					}
				}
			}
			if f.learner != nil {
				f.learn(c, r)
			}
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(c.w, c.r)
	if failed != nil {
		return f.failure(c, failed)
	}
	if !c.res.sent() { // an answer without a body is passed on as it is, too
		_ = http.NewResponseController(c.w).Flush()
	}
	return c.answered(nil)
}

// rewrite turns the client's request into the one that is handed on.
func (f *Fallback) rewrite(c *Context, p *httputil.ProxyRequest) {
	out := p.Out
	// The path is the canonical one, which the gate, the rules and the guards saw, not
	// what the client or a middleware made of it. Flask parses the query in its own way.
	out.URL = &url.URL{
		Scheme: f.target.Scheme, Host: f.target.Host,
		Path: c.path, RawQuery: p.In.URL.RawQuery, ForceQuery: p.In.URL.ForceQuery,
	}
	out.Host = c.origin.Host
	out.Trailer = nil // net/http hands on their names, which may be any, and no values
	// Any other protocol would be a tunnel past the gate, such as h2c.
	if out.Header["Upgrade"] != nil && isWebSocket(p.In) {
		out.Header["Upgrade"] = []string{"websocket"}
	} else {
		delete(out.Header, "Upgrade")
		delete(out.Header, "Connection")
	}
	delete(out.Header, "Http2-Settings")
	delete(out.Header, "Expect") // what it asks for is done here
	for name := range out.Header {
		if secure.ForwardedHeader(name) || strings.Contains(name, "_") {
			delete(out.Header, name)
		}
	}
	if c.origin.Addr.IsValid() {
		out.Header["X-Forwarded-For"] = []string{c.origin.Addr.String()}
	}
	out.Header["X-Forwarded-Proto"] = []string{c.origin.Scheme}
	out.Header["X-Forwarded-Host"] = []string{c.origin.Host}
	if c.origin.Prefix != "" {
		out.Header["X-Forwarded-Prefix"] = []string{c.origin.Prefix}
	}
	if f.learner != nil {
		delete(out.Header, "Accept-Encoding") // pages are read
	}
	out.Header["X-Request-Id"] = []string{c.RequestID()}
}

// failure is the error of a request that got no answer.
func (f *Fallback) failure(c *Context, err error) error {
	if c.r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // there is nobody to answer
	}
	var status *HTTPError
	if errors.As(err, &status) { // the body, broken or past its limit
		return status
	}
	cause := fmt.Errorf("dewar: fallback to %s: %w", f.target.Redacted(), err)
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return &HTTPError{Code: http.StatusServiceUnavailable, Err: cause, Header: http.Header{"Retry-After": {"5"}}}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &HTTPError{Code: http.StatusGatewayTimeout, Detail: "This takes too long at the moment. Try again later.", Err: cause}
	}
	return &HTTPError{Code: http.StatusBadGateway, Detail: "A part of this site did not answer as it should. Try again later.", Err: cause}
}

// bufferPool keeps the buffers that answers are copied through.
type bufferPool struct{ sync.Pool }

// Get takes a buffer.
func (p *bufferPool) Get() []byte { return *p.Pool.Get().(*[]byte) }

// Put gives a buffer back.
func (p *bufferPool) Put(b []byte) { p.Pool.Put(&b) }
