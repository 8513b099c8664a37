// Package verify looks at a running site from outside: what a visitor, a proxy or an attacker sees of it.
//
// It sends GET, HEAD, OPTIONS and TRACE, and one POST with an invalid token for each form at most, to the one host it is
// given. There are three results: a probe fails, notes something, or is not applicable, with the reason. A probe that
// passes says nothing.
package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Options say how a site is looked at.
type Options struct {
	// Cookie is sent as the Cookie header, to see the pages of a user. Default: none.
	Cookie string
	// NoPost leaves out the POST of forms. Default: false.
	NoPost bool
	// MaxRequests bounds the requests. Default, and most: 200.
	MaxRequests int
	// Roots verify the certificate. Default: the system's.
	Roots *x509.CertPool
	// Plain is the address of the site by plain HTTP. Default: that of port 80, for a site on port 443.
	Plain string

	dial func(ctx context.Context, network, address string) (net.Conn, error) // of tests
}

// The outcomes.
const (
	Fails         = "fails"
	Note          = "note"
	NotApplicable = "not applicable"
)

// A Result is what a probe says.
type Result struct {
	Probe   string `json:"probe"`            // such as "hsts"
	Outcome string `json:"outcome"`          // fails, note or not applicable
	At      string `json:"at,omitempty"`     // the request
	Text    string `json:"text"`             // what is seen, or why the probe is not applicable
	Remedy  string `json:"remedy,omitempty"` // what to change
}

// maxBody is what is read of an answer, in bytes, and timeout how long a request may take.
const (
	maxBody  = 1 << 20
	timeout  = 10 * time.Second
	maxPages = 20
)

var errBudget = errors.New("the requests are used up")

// An answer is one that was read.
type answer struct {
	at     string // method and address
	url    *url.URL
	status int
	header http.Header
	body   string
	tls    *tls.ConnectionState
}

func (a *answer) html() bool { return strings.HasPrefix(a.header.Get("Content-Type"), "text/html") }

// A site is what is looked at.
type site struct {
	Options
	base    *url.URL
	client  *http.Client
	config  *tls.Config
	left    int
	pages   []*answer // what a visitor finds by links, the first page first
	static  *answer   // a static file that a page names
	missing *answer   // a page that is not there
	results []Result
	probe   string
}

func (s *site) add(outcome, at, remedy, format string, args ...any) {
	r := Result{s.probe, outcome, at, fmt.Sprintf(format, args...), remedy}
	if !slices.ContainsFunc(s.results, func(o Result) bool { return o.Probe == r.Probe && o.Outcome == r.Outcome && o.Text == r.Text }) {
		s.results = append(s.results, r)
	}
}

// do sends a request. change may be nil.
func (s *site) do(ctx context.Context, method, path string, change func(*http.Request)) (*answer, error) {
	if s.left == 0 {
		return nil, errBudget
	}
	s.left--
	u, err := s.base.Parse(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "dewar-verify")
	if s.Cookie != "" && u.Host == s.base.Host {
		r.Header.Set("Cookie", s.Cookie)
	}
	if change != nil {
		change(r)
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil && len(body) == 0 {
		return nil, err
	}
	return &answer{method + " " + u.String(), u, response.StatusCode, response.Header, string(body), response.TLS}, nil
}

// get is do for a GET; nil when there is no answer.
func (s *site) get(ctx context.Context, path string, change func(*http.Request)) *answer {
	a, _ := s.do(ctx, http.MethodGet, path, change)
	return a
}

// Site looks at the site at an address such as "https://shop.example.com". The error says that it cannot be reached.
func Site(ctx context.Context, address string, o Options) ([]Result, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("verify: %q is not an address like https://shop.example.com", address)
	}
	if base.Path == "" {
		base.Path = "/"
	}
	if o.MaxRequests <= 0 || o.MaxRequests > 200 {
		o.MaxRequests = 200
	}
	s := &site{Options: o, base: base, left: o.MaxRequests, config: &tls.Config{RootCAs: o.Roots}}
	if s.dial == nil {
		s.dial = (&net.Dialer{Timeout: timeout}).DialContext
	}
	s.client = &http.Client{
		Transport:     s.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer func() { s.client.CloseIdleConnections() }()
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	s.crawl(ctx)
	for _, p := range probes {
		s.probe = p.name
		if s.left == 0 {
			s.add(NotApplicable, "", "", "the %d requests were used up before", o.MaxRequests)
			continue
		}
		p.run(s, ctx)
	}
	return s.results, nil
}

func (s *site) transport() *http.Transport {
	return &http.Transport{TLSClientConfig: s.config, ForceAttemptHTTP2: true, DialContext: s.dial}
}

// connect looks at the certificate, and goes on without verifying it when that is what fails.
func (s *site) connect(ctx context.Context) error {
	s.probe = "certificate"
	_, err := s.do(ctx, http.MethodHead, s.base.Path, nil)
	var unverified *tls.CertificateVerificationError
	if errors.As(err, &unverified) {
		s.add(Fails, s.base.String(), "serve a certificate for this host with its chain", "browsers refuse the certificate: %v", unverified.Err)
		s.config = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // nothing secret is sent but the cookie, which is left out now
		s.Cookie = ""
		s.client.Transport = s.transport()
		_, err = s.do(ctx, http.MethodHead, s.base.Path, nil)
	}
	return err
}

var (
	linkText   = regexp.MustCompile(`(?i)<a\b[^>]*\bhref=["']?([^"'\s>]+)`)
	assetText  = regexp.MustCompile(`(?i)<(?:script|img)\b[^>]*\bsrc=["']?([^"'\s>]+)|<link\b[^>]*\brel=["']?stylesheet["']?[^>]*\bhref=["']?([^"'\s>]+)|<link\b[^>]*\bhref=["']?([^"'\s>]+)["']?[^>]*\brel=["']?stylesheet`)
	digitsText = regexp.MustCompile(`\d+`)
	leaveText  = regexp.MustCompile(`(?i)logout|signout|delete|remove|unsubscribe`)
)

// own resolves a link, nil when it leads to another host.
func (s *site) own(page *url.URL, link string) *url.URL {
	u, err := page.Parse(strings.ReplaceAll(link, "&amp;", "&"))
	if err != nil || u.Host != s.base.Host || u.Scheme != s.base.Scheme {
		return nil
	}
	u.Fragment = ""
	return u
}

// crawl finds pages by links to depth 2, one of each shape, a static file, and a page that is not there.
func (s *site) crawl(ctx context.Context) {
	type step struct {
		url   *url.URL
		depth int
	}
	shapes := map[string]bool{}
	for queue := []step{{s.base, 0}}; len(queue) > 0 && len(s.pages) < maxPages; queue = queue[1:] {
		at := queue[0]
		shape := digitsText.ReplaceAllString(at.url.Path, "0")
		if shapes[shape] || leaveText.MatchString(at.url.Path) {
			continue
		}
		shapes[shape] = true
		a := s.get(ctx, at.url.String(), nil)
		if a == nil {
			continue
		}
		if next := s.own(at.url, a.header.Get("Location")); a.status/100 == 3 && a.header.Get("Location") != "" && next != nil {
			queue = append(queue, step{next, at.depth})
		}
		if a.status != http.StatusOK || !a.html() {
			if len(s.pages) == 0 {
				s.pages = append(s.pages, a) // whatever the first page is
			}
			continue
		}
		s.pages = append(s.pages, a)
		for _, m := range assetText.FindAllStringSubmatch(a.body, 50) {
			if u := s.own(a.url, m[1]+m[2]+m[3]); u != nil && s.static == nil {
				s.static = s.get(ctx, u.String(), nil)
			}
		}
		for _, m := range linkText.FindAllStringSubmatch(a.body, 200) {
			if u := s.own(a.url, m[1]); u != nil && at.depth < 2 {
				queue = append(queue, step{u, at.depth + 1})
			}
		}
	}
	s.missing = s.get(ctx, "/dewar-verify-is-not-here", nil)
}

// all are the answers whose headers are looked at.
func (s *site) all() []*answer {
	list := slices.Clone(s.pages)
	for _, a := range []*answer{s.missing, s.static} {
		if a != nil {
			list = append(list, a)
		}
	}
	return list
}

func (s *site) https() bool { return s.base.Scheme == "https" }

// named reports whether the host is a name that browsers keep HSTS for.
func (s *site) named() bool {
	host := s.base.Hostname()
	return net.ParseIP(host) == nil && host != "localhost"
}
