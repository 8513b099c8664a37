package dewar

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
)

// A Target is a place in this app that a URL can be built for: a route with
// values for its variables, an endpoint by name, or a path. Make it with a
// route's To, with [To] or with [Path].
type Target struct {
	route    *Route
	endpoint string
	path     string
	args     []any
	values   map[string]any
	order    []string // of the values: that of the query
	query    url.Values
	anchor   string
	// emptyAnchor: _anchor is "", which ends the URL with #, as in Flask.
	emptyAnchor bool
	scheme      string
	method      string
	external    bool
	local       bool // _external=False was said
	bad         error
}

// To makes a target of the route from values for the rule's own variables, in
// order. Use the To of a [TypedRoute] where there is one: the compiler checks
// that one's values.
func (r *Route) To(args ...any) Target { return Target{route: r, args: args} }

// To makes a target of an endpoint's name and pairs of variables and values, as
// url_for takes them: To("blog.update", "id", 42). A name that begins with a dot
// belongs to the blueprint of the request. Values that are no variables of the
// rule go into the query, in their order; a slice gives one parameter for each item,
// and nil none. url_for's options _anchor, _external, _scheme and _method are known;
// Anchor and External say the first two in Go.
func To(endpoint string, pairs ...any) Target {
	t := Target{endpoint: endpoint, values: map[string]any{}}
	if len(pairs)%2 != 0 {
		t.bad = fmt.Errorf("dewar: To(%q): the values must be pairs of a name and a value", endpoint)
		return t
	}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			t.bad = fmt.Errorf("dewar: To(%q): %v is no name", endpoint, pairs[i])
			return t
		}
		if t.option(name, pairs[i+1]) {
			continue
		}
		if _, twice := t.values[name]; !twice {
			t.order = append(t.order, name)
		}
		t.values[name] = pairs[i+1]
	}
	return t
}

// option takes one of url_for's own arguments; it is false for a value. As in Flask a
// scheme makes the URL external, and is a mistake where that is ruled out.
func (t *Target) option(name string, v any) bool {
	var text *string
	switch name {
	case "_anchor":
		text = &t.anchor
	case "_method":
		text = &t.method
	case "_scheme":
		text = &t.scheme
	case "_external":
		if v == nil {
			return true
		}
		external, ok := v.(bool)
		if !ok {
			t.bad = fmt.Errorf("dewar: To(%q): _external must be true or false, not %v", t.endpoint, v)
		}
		t.external, t.local = external, !external
		return true
	default:
		return false
	}
	if v != nil {
		*text = fmt.Sprint(v)
		t.emptyAnchor = name == "_anchor" && *text == ""
	}
	return true
}

// Path makes a target of a path within the app, with a query and a fragment if
// it has them: "/account?tab=2". A path that comes from outside, such as the
// "next" of a login form, may be given as it is. One that does not begin with a
// slash, or leads to another site, is an error when the target is used, answered with
// 400; see [secure.LocalRedirect]. The prefix of a proxy is put before it.
func Path(path string) Target {
	if path == "" {
		return Target{bad: errNotPath("", errors.New("it is empty"))}
	}
	return Target{path: path}
}

func errNotPath(path string, err error) error {
	return &targetError{fmt.Errorf("dewar: Path(%q) is no path within the app: %w", clip(path), err)}
}

// A targetError is an address that no redirect may lead to. It nearly always came with
// the request, so that the answer is a 400.
type targetError struct{ error }

// Unwrap returns the reason.
func (e *targetError) Unwrap() error { return errors.Unwrap(e.error) }

// As lets errors.As find the status.
func (e *targetError) As(target any) bool {
	he, ok := target.(**HTTPError)
	if ok {
		*he = &HTTPError{Code: http.StatusBadRequest, Detail: "This request leads to an address that is not allowed.", Err: e.error}
	}
	return ok
}

// With adds a query parameter.
func (t Target) With(name, value string) Target {
	q := url.Values{}
	for k, v := range t.query {
		q[k] = append([]string(nil), v...)
	}
	q.Add(name, value)
	t.query = q
	return t
}

// Anchor sets the part behind the #.
func (t Target) Anchor(anchor string) Target {
	t.anchor = anchor
	return t
}

// External asks for the whole URL with scheme and host.
func (t Target) External() Target {
	t.external = true
	return t
}

// URL builds the URL of a target within this request: relative to its host
// unless the target is External, behind its proxy's prefix, and with the
// values of its own variables for a blueprint's prefix. The errors are a target
// that fits no rule, with the nearest suggestion, and a path that leads away.
//
// The URL of Path("/") is Flask's request.script_root with a slash, and that of
// Path("/").External() is request.root_url.
func (c *Context) URL(t Target) (string, error) {
	return c.app.buildURL(t, c)
}

// URL builds the URL of a target outside a request. It is always whole: with
// [Config.ServerName] as its host.
func (a *App) URL(t Target) (string, error) {
	if a.cfg.ServerName == "" {
		return "", errors.New("dewar: URL outside a request: set ServerName, the host of such URLs")
	}
	t.external = true
	return a.buildURL(t, nil)
}

func (a *App) buildURL(t Target, c *Context) (u string, err error) {
	switch {
	case t.bad != nil:
		return "", t.bad
	case t.scheme != "" && t.local:
		return "", errors.New("dewar: URL: when specifying '_scheme', '_external' must be True")
	case t.path != "":
		return a.pathURL(t, c)
	case t.route == nil && t.endpoint == "":
		return "", errors.New("dewar: the zero Target leads nowhere; make one with a route's To, To or Path")
	default:
		endpoint, values, err := a.resolve(t, c)
		if err != nil {
			return "", err
		}
		a.completeValues(endpoint, values, c)
		o := routing.BuildOptions{
			Bind: a.bind(c), ForceExternal: t.external || t.scheme != "", URLScheme: t.scheme, Method: t.method, Anchor: t.anchor,
		}
		if u, err = a.routes.Build(endpoint, inOrder(values, t.order), o); err != nil {
			return "", fmt.Errorf("dewar: URL: %w", err)
		}
		if err := gateWouldRefuse(u); err != nil {
			return "", fmt.Errorf("dewar: URL of %q: %w", endpoint, err)
		}
	}
	if len(t.query) > 0 {
		var anchor string
		if i := strings.IndexByte(u, '#'); i >= 0 {
			u, anchor = u[:i], u[i:]
		}
		u = appendQuery(u, t.query, "") + anchor
	}
	if t.emptyAnchor {
		u += "#"
	}
	return u, nil
}

// inOrder lists values: those that were given in their order, then others by name.
func inOrder(values map[string]any, order []string) routing.Values {
	if len(order) == 0 {
		return routing.ValuesOf(values)
	}
	list := make(routing.Values, 0, len(values))
	rest := maps.Clone(values)
	for _, name := range order {
		if v, ok := values[name]; ok {
			list = append(list, routing.Value{Name: name, Value: v})
			delete(rest, name)
		}
	}
	return append(list, routing.ValuesOf(rest)...)
}

// pathURL builds the URL of a path. It is judged before anything is put in front
// of it: "@evil.example/" behind a host would name another one.
func (a *App) pathURL(t Target, c *Context) (string, error) {
	if t.path[0] != '/' {
		return "", errNotPath(t.path, errors.New("it does not begin with a slash"))
	}
	u, err := secure.LocalRedirect(t.path)
	if err != nil {
		return "", errNotPath(t.path, err)
	}
	u, fragment, has := strings.Cut(u, "#")
	u = a.base(c, t.external) + appendQuery(u, t.query, t.anchor)
	if has && t.anchor == "" {
		u += "#" + fragment
	}
	return u, nil
}

// localURL builds the URL of url_for where it is simple: an endpoint of this
// app by its whole name, plain values, no options, nothing that other code has a
// say in. It says false where it is not; then [App.buildURL] builds it.
func (c *Context) localURL(endpoint string, kw []jinja.Kw) (string, bool) {
	e := c.app.endpoints[endpoint]
	if e == nil || e.route == nil || len(e.defaults) > 0 || c.origin.Prefix != "" {
		return "", false
	}
	if len(kw) == 0 && e.url != "" {
		return e.url, true
	}
	if e.route.static != nil {
		if len(kw) == 1 && kw[0].Name == "filename" {
			if name, ok := kw[0].Value.Str(); ok {
				return c.app.staticURL(e, name)
			}
		}
		return "", false
	}
	var room [9]routing.Value
	if len(kw) >= len(room) {
		return "", false
	}
	values := routing.Values(room[:0])
	for i := range kw {
		if strings.HasPrefix(kw[i].Name, "_") {
			return "", false
		}
		v := kw[i].Value.Any()
		switch v.(type) {
		case nil, bool, int64, string:
		default:
			return "", false
		}
		values = append(values, routing.Value{Name: kw[i].Name, Value: v})
	}
	return c.app.simpleURL(endpoint, values)
}

// simpleURL is [routing.Map.BuildLocal], for a URL that the app's own gate lets in.
func (a *App) simpleURL(endpoint string, values routing.Values) (string, bool) {
	u, ok := a.routes.BuildLocal(endpoint, values)
	if !ok || gateWouldRefuse(u) != nil {
		return "", false
	}
	return u, true
}

// fixedURL is the URL of an endpoint whose rule has no variables, for all requests.
func (a *App) fixedURL(e *endpoint) string {
	if e.route == nil || e.route.static != nil {
		return ""
	}
	u, _ := a.simpleURL(e.name, nil)
	return u
}

// gateWouldRefuse keeps the app from handing out a URL that its own gate turns
// away, such as one with a slash or a dot segment inside a variable.
func gateWouldRefuse(u string) error {
	if isPlainPath(u) {
		return nil
	}
	if _, rest, absolute := strings.Cut(u, "://"); absolute {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			return nil
		}
		u = rest[slash:]
	}
	if end := strings.IndexAny(u, "?#"); end >= 0 {
		u = u[:end]
	}
	_, err := secure.CanonicalPath(u)
	return err
}

// isPlainPath sees in one pass that a path holds nothing to be judged: it is
// true for most and says nothing about the others.
func isPlainPath(u string) bool {
	if u == "" || u[0] != '/' || len(u) > secure.MaxPath {
		return false
	}
	for i := 1; i < len(u); i++ {
		switch c := u[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '/', c == '-', c == '_':
		case c == '.' && u[i-1] != '/':
		case c == '?' || c == '#':
			return true
		default:
			return false
		}
	}
	return true
}

// resolve finds the endpoint and the named values of a target.
func (a *App) resolve(t Target, c *Context) (string, map[string]any, error) {
	if t.route == nil {
		name := t.endpoint
		if strings.HasPrefix(name, ".") {
			if c == nil || c.Blueprint() == "" {
				name = name[1:]
			} else {
				name = c.Blueprint() + name
			}
		}
		values := make(map[string]any, len(t.values)+1)
		for k, v := range t.values {
			if of, ok := v.(jinja.Value); ok {
				var err error
				if v = of.Any(); !EndpointExpects(a, name, k) {
					if v, err = queryValue(of); err != nil {
						return "", nil, fmt.Errorf("dewar: url_for(%q): %s: %w", name, k, err)
					}
				}
			}
			values[k] = v
		}
		return name, values, nil
	}
	e, err := t.route.in(c)
	if err != nil {
		return "", nil, err
	}
	vars := e.routed.Variables()
	if len(t.args) != len(e.args) {
		return "", nil, fmt.Errorf("dewar: To of route %q: it has %d variables, %d values are given", e.rule, len(e.args), len(t.args))
	}
	values := make(map[string]any, len(vars))
	if c != nil && c.at.mount != nil {
		// A blueprint's prefix keeps the values it has in this request.
		for _, v := range vars {
			if p := c.Param(v.Name); p != nil {
				values[v.Name] = p
			}
		}
	}
	for i, at := range e.args {
		values[vars[at].Name] = t.args[i]
	}
	return e.name, values, nil
}

// completeValues adds what url_defaults functions give, the app's first, and
// the host that rules without one of their own have.
func (a *App) completeValues(endpoint string, values map[string]any, c *Context) {
	if e := a.endpoints[endpoint]; e != nil {
		for _, f := range e.defaults {
			f(c, endpoint, values)
		}
	}
	a.versionStatic(endpoint, values)
	if a.cfg.HostMatching && EndpointExpects(a, endpoint, anyHostVariable) {
		values[anyHostVariable] = a.bind(c).ServerName
	}
}

// in picks the registration of a route that a request means: that of its own
// blueprint, or else the one that stands closest to it, within the innermost
// blueprint that both belong to; the first one when they have none in common.
func (r *Route) in(c *Context) (*endpoint, error) {
	if len(r.mounts) == 0 {
		return nil, fmt.Errorf("dewar: the route %q (%s) belongs to %s, which is not registered", r.rule, r.location, r.scope.title())
	}
	if c != nil {
		for m := c.at.mount; m != nil; m = m.parent {
			for _, e := range r.mounts {
				if e.mount == m {
					return e, nil
				}
			}
			for _, e := range r.mounts {
				if e.mount.within(m) {
					return e, nil
				}
			}
		}
	}
	return r.mounts[0], nil
}

// bind is what URLs are built relative to.
func (a *App) bind(c *Context) routing.Bind {
	if c == nil {
		scheme := a.cfg.PreferredURLScheme
		if scheme == "" {
			scheme = "http"
			if a.mode.https() {
				scheme = "https"
			}
		}
		return routing.Bind{ServerName: a.cfg.ServerName, URLScheme: scheme, ScriptName: "/"}
	}
	b := routing.Bind{ServerName: c.origin.Host, URLScheme: c.origin.Scheme, ScriptName: c.origin.Prefix + "/"}
	if a.cfg.SubdomainMatching {
		b.ServerName = a.cfg.ServerName
		return a.routes.BindHost(b, c.origin.Host)
	}
	return b
}

// base is what stands before a path within the app: the proxy's prefix and, for
// a whole URL, scheme and host.
func (a *App) base(c *Context, whole bool) string {
	if c == nil {
		b := a.bind(nil)
		return b.URLScheme + "://" + b.ServerName
	}
	if !whole {
		return c.origin.Prefix
	}
	return c.origin.Scheme + "://" + c.origin.Host + c.origin.Prefix
}

func appendQuery(u string, q url.Values, anchor string) string {
	if len(q) > 0 {
		sep := "?"
		if strings.Contains(u, "?") {
			sep = "&"
		}
		u += sep + q.Encode()
	}
	if anchor != "" {
		u += "#" + (&url.URL{Fragment: anchor}).EscapedFragment()
	}
	return u
}
