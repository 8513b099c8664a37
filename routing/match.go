package routing

import (
	"regexp"
	"strings"
)

// A Request is what Match looks at.
type Request struct {
	Bind
	// Host is the Host header. When it is set, ServerName and Subdomain are
	// completed from it as [Map.BindHost] does. Redirects lead to it, so let only
	// known hosts come this far.
	Host string
	// Path is the decoded path below the mount.
	Path string
	// Method, "": Bind.Method.
	Method string
	// Query is the raw query; redirects keep it.
	Query string
	// WebSocket says that the request is a WebSocket handshake. So does a
	// URLScheme of ws or wss, unless PlainHTTP says that it is none.
	WebSocket bool
	PlainHTTP bool
}

// inline is the number of variables that a Match holds without allocating.
const inline = 8

// A Match is the result of [Map.Match], and its working space: one may be
// reused, by one goroutine at a time. Indexes count the rule's Variables.
type Match struct {
	// Rule is the rule that matched. After a *MethodNotAllowed it is a rule of
	// the path, after any other error nil.
	Rule *Rule

	values    [inline]string
	more      []string // variables past inline
	method    uint64
	allowed   uint64 // methods of the rules that match but for the method
	other     *Rule  // the first of these rules
	websocket bool
	mismatch  bool // a rule matched but for websocket
	plain     bool // the rule that matched asks for nothing more
}

func (m *Match) set(i int, text string) {
	if i < inline {
		m.values[i] = text
		return
	}
	for len(m.more) <= i-inline {
		m.more = append(m.more, "")
	}
	m.more[i-inline] = text
}

// accepts reports whether the leaf's rule takes the request's method and kind, and
// notes why not.
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

// Len is the number of variables.
func (m *Match) Len() int {
	if m.Rule == nil {
		return 0
	}
	return len(m.Rule.variables)
}

// Str is the text of variable i as it stood in the path.
func (m *Match) Str(i int) string {
	if i < inline {
		return m.values[i]
	}
	return m.more[i-inline]
}

// Int is variable i of an int converter, 0 of any other whose text is no
// integer.
func (m *Match) Int(i int) int64 {
	n, _ := parseInt(m.Str(i))
	return int64(n)
}

// Value is variable i as its converter makes it, of the type Variable.Type. It
// is nil after a *MethodNotAllowed.
func (m *Match) Value(i int) any {
	v, err := m.Rule.converter[i].Parse(m.Str(i))
	if err != nil {
		return nil
	}
	return v
}

// Index finds a variable by name.
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

// Values are the variables and the rule's defaults, which come after them in
// the order of their names, and replace a variable of the same name.
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

// MatchRequest is Match for a request that need not be copied, which saves a
// tenth of the time. It may complete req's Bind from its Host.
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
	// A map without a server name has nothing to find out about the host.
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

// search walks the tree. The path's leading slashes count as one.
func (m *Map) search(match *Match, domain, path string) outcome {
	match.Rule = nil
	rest, more := path, path != ""
	for rest != "" && rest[0] == '/' {
		rest = rest[1:]
	}
	// The first step is the host, the second the nothing before the first slash.
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

// domain is the part of the request's host that rules are compared with.
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

// fail says why nothing matched.
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

// redirect sends the request to another path of the same host.
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

// redirectRule makes the redirects that a matched rule asks for: an alias, the
// defaults of another rule, or RedirectTo.
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

// expand fills the <name> of a RedirectTo.
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

// AllowedMethods are the methods that match the request's host and path,
// sorted; nil when there is none, or when a rule takes any method. The
// request's own method does not matter. Werkzeug: allowed_methods.
func (m *Map) AllowedMethods(req Request) []string {
	var match Match
	req.Method = "--"
	if e, ok := m.Match(&match, req).(*MethodNotAllowed); ok {
		return e.ValidMethods
	}
	return nil
}
