// Package outbound makes http.Clients for calls to other services: over TLS, with
// deadlines, caps, retries, a circuit breaker, and a guard that keeps them out of the
// own network. It is of use in any program; nothing of it needs an App.
//
//	payments, err := outbound.New(outbound.Config{
//		Name: "payments",
//		Base: "https://api.payments.example",
//		Keys: map[string]config.Secret{"X-Api-Key": cfg.PaymentsKey},
//	})
//	…
//	req, _ := http.NewRequestWithContext(c.Context(), "GET", "https://api.payments.example/v1/charges", nil)
//	resp, err := payments.Do(req)
//
// Make a client once and share it: connections, breakers and the budget for retries
// are its own.
//
// # The guard
//
// Where a call goes is judged when it connects, by the address, for each attempt, each
// redirect and each address of a name anew: what stands in the URL and what a name
// resolved to a moment ago say nothing (SSRF, CWE-918; DNS rebinding). Refused are all
// addresses that are not public, those of clouds' metadata services, every IPv6 form that
// carries an IPv4 address but NAT64 with a public one, the machine's own addresses, and
// every port but 443. Names are looked up as they stand, without search domains. Proxies
// from the environment are not used: the guard would see the proxy. Config.Proxy is for networks that have one
// which judges instead.
//
// # Redirects
//
// At most five, over https alone. The client's Keys stay with the scheme, host and port that they were for, and
// so do all headers but those of the content (Accept-*, Content-*, If-*, Range, User-Agent, caching and tracing),
// from the first redirect elsewhere on; a body is sent again only there (307, 308).
//
// # Retries and the breaker
//
// Tried again are GET, HEAD, OPTIONS, PUT and DELETE, and other methods with an
// Idempotency-Key header, when their body can be made again (http.Request.GetBody), after a
// failed connection or a 429, 502, 503 or 504, until the deadline; Retry-After is honoured.
// Over all calls at most one in ten is a retry, behind the first ten. A host of which
// half of ten or more calls in ten seconds failed (no answer, or 5xx) gets
// none for five seconds, and then one that decides.
//
// # Log
//
// Each call is a line "outbound" with client, method, host, status, took and tries; a
// URL's path and query are not logged, since they hold tokens often enough. For metrics
// there is [Config.Observe].
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/dewar-go/dewar/config"
)

// Config holds a client's settings. The zero value is a protected client without a
// name.
type Config struct {
	// Name says in log lines and errors which service this is. Default: "outbound".
	Name string
	// Base is the origin of the service, such as https://api.example.com, for Keys.
	Base string
	// Keys are headers that go to Base and nowhere else, such as Authorization. A value is
	// read at each call, so that a secret may change.
	Keys map[string]config.Secret
	// Logger gets the lines. Default: slog.Default().
	Logger *slog.Logger
	// Observe is told of each call once its headers are there or it failed. Its fields are those
	// of OpenTelemetry's http.client.request.duration.
	Observe func(Call)

	// Timeout is how long a call may take, retries, redirects and body included. Default: 30 s.
	Timeout time.Duration
	// HeaderTimeout is how long one attempt may take from the end of the request to the
	// answer's headers. Default: 10 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a body may be silent. Default: 30 s.
	IdleTimeout time.Duration
	// Retries is how often a call is tried again. Default: 2; negative for never.
	Retries int
	// MaxBody bounds an answer's body in bytes, once it is unpacked. Default: 10 MiB. Past
	// it reading fails with [ErrTooLarge].
	MaxBody int64
	// MaxConns bounds the connections to one host; further calls wait. Default: 32.
	MaxConns int

	// Ports are allowed beside 443.
	Ports []uint16
	// RootCAs are the authorities that are believed. Default: the system's.
	RootCAs *x509.CertPool
	// Certificate is the client's own, for services that ask for one.
	Certificate *tls.Certificate

	// Proxy is the http or https proxy that all calls go through, such as http://egress.internal:3128. The guard
	// cannot see past it: it refuses what a URL says by itself, an address that is not public or a port that is not
	// among Ports, and what names resolve to is for the proxy to judge. Default: none.
	Proxy *url.URL
	// InsecureAllow lists addresses that are not public and may be reached all the same, on any
	// port, such as 10.1.2.0/24 for a service of one's own. Whoever decides the URLs of
	// this client reaches everything there.
	InsecureAllow []netip.Prefix
	// InsecurePlainHTTP allows http and port 80: whoever is on the way reads
	// and changes calls and answers, Keys included.
	InsecurePlainHTTP bool

	resolver *net.Resolver     // for tests
	base     http.RoundTripper // for tests
}

// A Call is one use of a client, retries included, without its redirects, which are calls
// of their own.
type Call struct {
	Method, Host string        // http.request.method, server.address
	Status       int           // http.response.status_code; 0 without an answer
	Tries        int           // http.request.resend_count + 1
	Took         time.Duration // until the headers
	Err          error         // error.type
}

// ErrTooLarge is what reading an answer past [Config.MaxBody] fails with.
var ErrTooLarge = errors.New("outbound: the answer is larger than MaxBody")

// ErrBreakerOpen is why a call was not made: too many to that host have failed.
var ErrBreakerOpen = errors.New("outbound: calls to this host fail; none is made for a moment")

// A RefusedError is a call that this package does not make. It is not tried again. Its
// text is for the log: shown to whoever chose the URL, it would map the own network.
type RefusedError struct {
	Name   string // of the client
	Host   string // or the address
	Reason string
}

// Error names client, host and reason.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("outbound: %s: %q is refused: %s", e.Name, e.Host, e.Reason)
}

// New makes a client. It fails for a Base that is no origin and for Keys without one.
func New(cfg Config) (*http.Client, error) {
	setDefaults(&cfg)
	c := &caller{Config: cfg, budget: budget{left: fullBudget}, breakers: breakers{hosts: map[string]*breaker{}}}
	if err := c.readBase(); err != nil {
		return nil, err
	}
	if p := cfg.Proxy; p != nil && (p.Scheme != "http" && p.Scheme != "https" || p.Hostname() == "") {
		return nil, fmt.Errorf("outbound: %s: Proxy %s must be like http://egress.internal:3128", cfg.Name, p.Redacted())
	}
	if c.base == nil {
		c.base = c.transport()
	}
	return &http.Client{Transport: c, CheckRedirect: c.redirect, Timeout: cfg.Timeout}, nil
}

func setDefaults(cfg *Config) {
	def(&cfg.Name, "outbound")
	def(&cfg.Timeout, 30*time.Second)
	def(&cfg.HeaderTimeout, 10*time.Second)
	def(&cfg.IdleTimeout, 30*time.Second)
	def(&cfg.Retries, 2)
	def(&cfg.MaxBody, 10<<20)
	def(&cfg.MaxConns, 32)
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// caller is the RoundTripper of a client.
type caller struct {
	Config

	baseOrigin string // of Config.Base, "" for none
	budget     budget
	breakers   breakers
}

func (c *caller) readBase() error {
	if c.Base == "" {
		if len(c.Keys) > 0 {
			return fmt.Errorf("outbound: %s: Keys without a Base: set the origin that they are for", c.Name)
		}
		return nil
	}
	u, err := url.Parse(c.Base)
	if err == nil {
		err = c.checkURL(u)
	}
	if err == nil && (u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "") {
		err = errors.New("it has a path, a query or a fragment")
	}
	if err != nil {
		return fmt.Errorf("outbound: %s: Base %q must be an origin such as https://api.example.com: %w", c.Name, c.Base, err)
	}
	c.baseOrigin = origin(u)
	return nil
}

// transport is what connects.
func (c *caller) transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, Resolver: c.resolver, ControlContext: c.judge}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs}
	if c.Certificate != nil {
		config.Certificates = []tls.Certificate{*c.Certificate}
	}
	var proxy func(*http.Request) (*url.URL, error)
	if c.Proxy != nil { // it is all that is dialled
		proxy, dialer.ControlContext = http.ProxyURL(c.Proxy), nil
	}
	return &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", withoutSearchDomains(addr))
		},
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  c.HeaderTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxConnsPerHost:        c.MaxConns,
		MaxIdleConnsPerHost:    c.MaxConns,
		MaxIdleConns:           4 * c.MaxConns,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	}
}

// RoundTrip makes one call: the rules for URLs, then attempts until one is final.
func (c *caller) RoundTrip(req *http.Request) (*http.Response, error) {
	start, call := time.Now(), Call{Method: req.Method, Host: req.URL.Host}
	var resp *http.Response
	if call.Err = c.checkURL(req.URL); call.Err != nil {
		closeBody(req)
	} else {
		resp, call.Tries, call.Err = c.attempts(req)
	}
	if resp != nil {
		call.Status = resp.StatusCode
	}
	call.Took = time.Since(start)
	c.tell(req.Context(), call)
	return resp, call.Err
}

func (c *caller) tell(ctx context.Context, call Call) {
	if c.Observe != nil {
		c.Observe(call)
	}
	level := slog.LevelInfo
	if call.Err != nil || call.Status >= 500 {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("client", c.Name), slog.String("method", call.Method), slog.String("host", call.Host),
		slog.Int("status", call.Status), slog.Duration("took", call.Took), slog.Int("tries", call.Tries),
	}
	if call.Err != nil {
		attrs = append(attrs, slog.String("error", call.Err.Error()))
	}
	c.Logger.LogAttrs(ctx, level, "outbound", attrs...)
}

// once makes one attempt.
func (c *caller) once(req *http.Request) (*http.Response, error) {
	done, err := c.breakers.enter(req.URL.Host)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancel(req.Context())
	out := req.WithContext(ctx)
	if len(c.Keys) > 0 && origin(req.URL) == c.baseOrigin {
		out.Header = req.Header.Clone()
		if out.Header == nil {
			out.Header = http.Header{}
		}
		for name, key := range c.Keys {
			out.Header.Set(name, key.Value())
		}
	}
	resp, err := c.base.RoundTrip(out)
	switch {
	case err != nil && errors.Is(req.Context().Err(), context.Canceled):
		done(unknown)
	case err != nil || resp.StatusCode >= 500:
		done(failed)
	default:
		done(succeeded)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	if resp.ContentLength > c.MaxBody && req.Method != http.MethodHead {
		_ = resp.Body.Close()
		cancel()
		return nil, ErrTooLarge
	}
	resp.Body = newBody(resp.Body, c.MaxBody, c.IdleTimeout, cancel)
	return resp, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
