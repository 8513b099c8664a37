package secure

import (
	"net/http"
	"strings"
)

// A HeaderSet is a compiled [Headers]. It is safe for concurrent use.
type HeaderSet struct {
	always, html, session []field
	hsts                  []string
	csp, report           policy
}

// A field is a header with its value in the slice that Header maps hold. The
// slice is shared by all answers: its capacity is 1, so that Add makes a new
// one.
type field struct {
	name  string
	value []string
}

// A policy is a compiled CSP: the texts without a nonce, and for the others
// the pieces between which the nonce stands.
type policy struct {
	plain, plainHTTPS   []string // nil when there is no policy
	pieces, piecesHTTPS []string
}

func compilePolicy(p CSP) policy {
	// No value of a policy holds this, Check refuses semicolons.
	const mark = ";"
	c := policy{plain: []string{p.write(false, "")}, plainHTTPS: []string{p.write(true, "")}}
	if p.UsesNonce() {
		c.pieces = splitNonce(p, false, mark)
		c.piecesHTTPS = splitNonce(p, true, mark)
	}
	return c
}

func splitNonce(p CSP, https bool, mark string) []string {
	return strings.Split(p.write(https, mark), "'nonce-"+mark+"'")
}

// value returns the header's value slice for one answer.
func (p *policy) value(https bool, nonce string) []string {
	plain, pieces := p.plain, p.pieces
	if https {
		plain, pieces = p.plainHTTPS, p.piecesHTTPS
	}
	if nonce == "" || pieces == nil {
		return plain
	}
	const open, end = "'nonce-", "'"
	n := (len(open) + len(nonce) + len(end)) * (len(pieces) - 1)
	for _, piece := range pieces {
		n += len(piece)
	}
	var b strings.Builder
	b.Grow(n)
	for i, piece := range pieces {
		if i > 0 {
			b.WriteString(open)
			b.WriteString(nonce)
			b.WriteString(end)
		}
		b.WriteString(piece)
	}
	return []string{b.String()}
}

// Apply sets the headers of the answer a in h. A header that h has already is
// left as it is, so that a view can replace or, with an explicit empty value,
// suppress one. It allocates only for a policy with a nonce; the other values
// are shared between answers and must not be changed in place (Set, Add and
// Del of http.Header do not).
//
// An answer that is not HTML and did not read the session gets at most six
// headers on https, five otherwise: with Content-Type and Content-Length
// eight, which a Go map holds without growing. A nonce that is not base64
// panics, because it could end the policy.
func (s *HeaderSet) Apply(h http.Header, a Answer) {
	setFields(h, s.always)
	if a.HTML {
		setFields(h, s.html)
	}
	if a.SessionRead {
		setFields(h, s.session)
	}
	if a.HTTPS && !a.Loopback && s.hsts != nil {
		if _, set := h["Strict-Transport-Security"]; !set {
			h["Strict-Transport-Security"] = s.hsts
		}
	}
	nonce := ""
	if a.HTML && a.Nonce != "" {
		if !validNonce(a.Nonce) {
			panic("secure: HeaderSet.Apply: the nonce is not base64, use secure.NewNonce")
		}
		nonce = a.Nonce
	}
	// To upgrade requests to a loopback server or an address would point the
	// page to a port that has no TLS.
	https := a.HTTPS && !a.Loopback
	if s.csp.plain != nil {
		if _, set := h["Content-Security-Policy"]; !set {
			h["Content-Security-Policy"] = s.csp.value(https, nonce)
		}
	}
	if s.report.plain != nil && a.HTML {
		if _, set := h["Content-Security-Policy-Report-Only"]; !set {
			h["Content-Security-Policy-Report-Only"] = s.report.value(https, nonce)
		}
	}
}

func setFields(h http.Header, fields []field) {
	for i := range fields {
		if _, set := h[fields[i].name]; !set {
			h[fields[i].name] = fields[i].value
		}
	}
}

// UsesNonce reports whether a policy of the set has a place for a nonce.
func (s *HeaderSet) UsesNonce() bool { return s.csp.pieces != nil || s.report.pieces != nil }

// Wrap applies the set to the answers of next before their first byte. It
// knows only net/http: an answer counts as HTML by its Content-Type or when it
// has none, https is a TLS connection (put [Proxies.Wrap] outside for a
// proxy's), and the session is taken as read when the answer varies by Cookie.
func (s *HeaderSet) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hw := &headerWriter{ResponseWriter: w, set: s, request: r}
		next.ServeHTTP(hw, r)
		hw.apply()
	})
}

type headerWriter struct {
	http.ResponseWriter
	set     *HeaderSet
	request *http.Request
	applied bool
}

func (w *headerWriter) apply() {
	if w.applied {
		return
	}
	w.applied = true
	o, _ := RequestOrigin(w.request)
	h := w.Header()
	vary := strings.ToLower(strings.Join(h.Values("Vary"), ","))
	w.set.Apply(h, Answer{
		HTML:        IsHTML(h.Get("Content-Type")),
		HTTPS:       o.HTTPS(),
		SessionRead: strings.Contains(vary, "cookie"),
		Loopback:    IsLocalHost(o.Host),
	})
}

func (w *headerWriter) WriteHeader(code int) {
	if code >= 200 || code == http.StatusSwitchingProtocols {
		w.apply()
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *headerWriter) Write(b []byte) (int, error) {
	w.apply()
	return w.ResponseWriter.Write(b)
}

// FlushError is for http.ResponseController.
func (w *headerWriter) FlushError() error {
	w.apply()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (w *headerWriter) Flush() { _ = w.FlushError() }

// Unwrap is for http.ResponseController.
func (w *headerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// IsHTML reports whether a Content-Type names a document that browsers run
// scripts in as a page: text/html and application/xhtml+xml, with or without
// parameters. An empty one is HTML too, since the type is not known yet.
func IsHTML(contentType string) bool {
	if end := strings.IndexByte(contentType, ';'); end >= 0 {
		contentType = contentType[:end]
	}
	contentType = strings.TrimSpace(contentType)
	return contentType == "" || strings.EqualFold(contentType, "text/html") || strings.EqualFold(contentType, "application/xhtml+xml")
}
