package routing

import (
	"regexp"
	"strings"
)

// A Request is the part of a request that Match looks at.
type Request struct {
	Bind
	// Host is the Host header. When it is set, ServerName and Subdomain are completed from it as by [Map.BindHost].
	// Redirects go to it, so check it against the known hosts first.
	Host string
	// Path is the decoded path below the mount.
	Path string
	// Method is the request's method. Default: Bind.Method.
	Method string
	// Query is the raw query. Redirects keep it.
	Query string
	// WebSocket says that the request is a WebSocket handshake. A URLScheme of ws or wss says so too, unless PlainHTTP
	// is set.
	WebSocket bool
	PlainHTTP bool
}

// inlineVariables is the number of variables that a Match stores without allocating.
const inlineVariables = 8

// A Match is the result of [Map.Match]. It may be reused by one goroutine at a time. Indexes are those of the rule's
// Variables.
type Match struct {
	// Rule is the rule that matched. After a *MethodNotAllowed it is a rule of the path. After any other error it is
	// nil.
	Rule *Rule

	values    [inlineVariables]string
	more      []string // variables from index inlineVariables on
	method    uint64
	allowed   uint64 // methods of the rules that match apart from the method
	other     *Rule  // the first of these rules
	websocket bool
	mismatch  bool // a rule matched apart from WebSocket
	plain     bool // the rule that matched has no redirects and nothing to check
}

func (m *Match) set(i int, text string) {
	if i < inlineVariables {
		m.values[i] = text
		return
	}
	for len(m.more) <= i-inlineVariables {
		m.more = append(m.more, "")
	}
	m.more[i-inlineVariables] = text
}

// accepts reports whether the leaf's rule has the request's method and kind. If not, it records why.
func (m *Match) accepts(l *leaf) bool {
	if l.methods&m.method == 0 {
		if m.allowed == 0 {
			m.other = l.rule
		}
		m.allowed |= l.methods
		return false
	}
	if l.websocket != m.websocket {
		m.mismatch = true
		return false
	}
	return true
}

// Len returns the number of variables.
func (m *Match) Len() int {
	if m.Rule == nil {
		return 0
	}
	return len(m.Rule.variables)
}

// Str returns the text of variable i as it is in the path.
func (m *Match) Str(i int) string {
	if i < inlineVariables {
		return m.values[i]
	}
	return m.more[i-inlineVariables]
}

// Int returns variable i as an integer, or 0 when its text is none.
func (m *Match) Int(i int) int64 {
	n, _ := parseInt(m.Str(i))
	return int64(n)
}

// Value returns variable i as its converter parses it. Its type is Variable.Type. It is nil after a *MethodNotAllowed.
func (m *Match) Value(i int) any {
	v, err := m.Rule.converter[i].Parse(m.Str(i))
	if err != nil {
		return nil
	}
	return v
}

// Index returns the index of the variable with the name.
func (m *Match) Index(name string) (int, bool) {
	if m.Rule != nil {
		for i := range m.Rule.variables {
			if m.Rule.variables[i].Name == name {
				return i, true
			}
		}
	}
	return 0, false
}

// Values returns the variables and then the rule's defaults, sorted by name. A default replaces a variable of the same
// name.
func (m *Match) Values() Values {
	if m.Rule == nil {
		return nil
	}
	values := make(Values, 0, m.Len()+len(m.Rule.Defaults))
	for i, v := range m.Rule.variables {
		values = append(values, Value{v.Name, m.Value(i)})
	}
	for _, v := range ValuesOf(m.Rule.Defaults) {
		values = values.set(v.Name, v.Value)
	}
	return values
}

// Match finds the rule for a request and writes it to match. The error is nil,
// a *RequestRedirect, ErrNotFound, a *MethodNotAllowed, ErrWebsocketMismatch or
// ErrBadHost, or what a RedirectTo function returned.
//
// A static rule, or one with up to eight variables of the built-in converters,
// matches without allocating.
func (m *Map) Match(match *Match, req Request) error { return m.MatchRequest(match, &req) }

// MatchRequest is Match without copying the request, which saves a tenth of the time. It may complete req.Bind from
// req.Host.
func (m *Map) MatchRequest(match *Match, req *Request) error {
	m.ready()
	match.Rule, match.other = nil, nil
	match.more = match.more[:0]
	match.allowed, match.mismatch = 0, false
	match.websocket = req.WebSocket || !req.PlainHTTP && (req.URLScheme == "ws" || req.URLScheme == "wss")
	method := req.Method
	if method == "" {
		method = req.Bind.Method
	}
	match.method = m.bitOf(method)

	domain := ""
	// Without a server name the host says nothing.
	if m.options.HostMatching || m.options.subdomains && (req.ServerName != "" || req.Host == "" || req.Subdomain != "") {
		var err error
		if domain, err = m.domain(req); err != nil {
			return err
		}
	}
	path := req.Path
	switch o := m.search(match, domain, path); {
	case o == found:
	case o == slashRequired:
		return m.redirect(req, "/"+strings.TrimLeft(path, "/")+"/")
	case m.options.merge && strings.Contains(strings.TrimLeft(path, "/"), "//"):
		merged := mergeSlashes("/" + strings.TrimLeft(path, "/"))
		switch m.search(match, domain, merged) {
		case slashRequired:
			return m.redirect(req, merged+"/")
		case found:
			if match.Rule.merge {
				return m.redirect(req, merged)
			}
		}
		return match.fail(m)
	default:
		return match.fail(m)
	}
	if match.plain {
		return nil
	}
	r := match.Rule
	for i, check := range r.check {
		if check != nil && !check(match.Str(i)) {
			return match.fail(m)
		}
	}
	if m.options.redirect && (r.Alias || r.canonical != nil) || r.RedirectTo != nil {
		return m.redirectRule(match, req, method)
	}
	return nil
}

// search walks the tree. Several slashes at the start of the path count as one.
func (m *Map) search(match *Match, domain, path string) outcome {
	match.Rule = nil
	rest, more := path, path != ""
	for rest != "" && rest[0] == '/' {
		rest = rest[1:]
	}
	// The first step is the host. The second is the empty text before the first slash.
	o := none
	if c := m.root.child(domain); c != nil && c.slash != nil {
		o = c.slash.walk(match, rest, more, 0)
	}
	for i := 0; o == none && i < len(m.root.dynamic); i++ {
		p, c := m.root.dynamic[i].part, m.root.dynamic[i].node
		if !p.final && c.slash != nil && p.match(match, domain, 0) {
			o = c.slash.walk(match, rest, more, p.vars)
		}
	}
	if o != found {
		match.Rule = nil
	}
	return o
}

// domain returns the part of the request's host that rules are compared with.
func (m *Map) domain(req *Request) (string, error) {
	if req.Host != "" {
		req.Bind = m.BindHost(req.Bind, req.Host)
		req.Host = ""
	}
	if m.options.HostMatching {
		return encodeHost(req.ServerName)
	}
	if req.Subdomain == "" && !req.Apex {
		return m.options.DefaultSubdomain, nil
	}
	return req.Subdomain, nil
}

// fail returns the error when nothing matched.
func (m *Match) fail(table *Map) error {
	m.Rule = nil
	if m.allowed != 0 {
		m.Rule = m.other
		return &MethodNotAllowed{ValidMethods: methodNames(table.methodTable, m.allowed)}
	}
	if m.mismatch {
		return ErrWebsocketMismatch
	}
	return ErrNotFound
}

// redirect returns a redirect to another path of the same host.
func (m *Map) redirect(req *Request, path string) error {
	b, err := m.bindRequest(req)
	if err != nil {
		return err
	}
	host := b.server
	if !m.options.HostMatching {
		host = m.host(&b, b.subdomain)
	}
	return &RequestRedirect{NewURL: m.redirectURL(&b, host, quotePath(path), req.Query), Code: 308}
}

func (m *Map) bindRequest(req *Request) (bound, error) {
	if req.Host != "" {
		req.Bind = m.BindHost(req.Bind, req.Host)
		req.Host = ""
	}
	return m.bind(&req.Bind)
}

// redirectRule returns the redirect of a matched rule, if any: to an alias's rule, to the rule that has the values as
// defaults, or to RedirectTo.
func (m *Map) redirectRule(match *Match, req *Request, method string) error {
	r := match.Rule
	b, err := m.bindRequest(req)
	if err != nil {
		return err
	}
	if method = strings.ToUpper(method); method == "" {
		method = b.method
	}
	values := match.Values()
	if m.options.redirect {
		if r.Alias {
			match.Rule = nil
			return m.redirectAlias(&b, req, r, values, method)
		}
		for _, other := range r.canonical {
			if !other.suitable(newLookup(values), m.bitOf(method)) {
				continue
			}
			for _, v := range ValuesOf(other.Defaults) {
				values = values.set(v.Name, v.Value)
			}
			domain, path, err := other.build(newLookup(values), true)
			if err != nil {
				return err
			}
			match.Rule = nil
			return &RequestRedirect{NewURL: m.redirectURL(&b, m.host(&b, domain), path, req.Query), Code: 308}
		}
	}
	if r.RedirectTo == nil {
		return nil
	}
	target := ""
	switch to := r.RedirectTo.(type) {
	case string:
		if target, err = r.expand(to, values); err != nil {
			return err
		}
	case func(Bind, Values) (string, error):
		if target, err = to(req.Bind, values); err != nil {
			return err
		}
	}
	match.Rule = nil
	scheme, host := b.scheme, b.server
	if scheme == "" {
		scheme = "http"
	}
	if b.subdomain != "" {
		host = b.subdomain + "." + b.server
	}
	return &RequestRedirect{NewURL: joinURL(scheme, host, b.script, target), Code: 308}
}

func (m *Map) redirectAlias(b *bound, req *Request, r *Rule, values Values, method string) error {
	drop := false
	u, err := m.buildBound(b, r.Endpoint, values, &BuildOptions{Method: method, ForceExternal: true, AppendUnknown: &drop})
	if err != nil {
		return err
	}
	if req.Query != "" {
		u += "?" + req.Query
	}
	return &RequestRedirect{NewURL: u, Code: 308}
}

var placeholder = regexp.MustCompile(`<([^>]+)>`)

// expand replaces each <name> in a RedirectTo by the variable's value.
func (r *Rule) expand(to string, values Values) (string, error) {
	var failed error
	target := placeholder.ReplaceAllStringFunc(to, func(s string) string {
		name := s[1 : len(s)-1]
		for i, v := range r.variables {
			if v.Name != name {
				continue
			}
			value, _ := values.Get(name)
			text, err := r.converter[i].Format(value)
			if err != nil {
				failed = &ValueError{Rule: r.Rule, Variable: name, Message: err.Error(), Err: err}
			}
			return text
		}
		failed = &ValueError{Rule: r.Rule, Variable: name, Message: "RedirectTo names no variable of the rule"}
		return ""
	})
	return target, failed
}

// AllowedMethods returns the methods of the rules that match the request's host and path, sorted. It is nil when no
// rule matches and when one takes any method. The request's own method does not matter. Werkzeug: allowed_methods.
func (m *Map) AllowedMethods(req Request) []string {
	var match Match
	req.Method = "--"
	if e, ok := m.Match(&match, req).(*MethodNotAllowed); ok {
		return e.ValidMethods
	}
	return nil
}
