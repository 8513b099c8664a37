package routing

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// BuildOptions are the options of [Map.Build].
type BuildOptions struct {
	Bind Bind
	// Method allows only rules with this method. Default: rules with Bind.Method are tried first, then all.
	Method string
	// ForceExternal makes the URL absolute. A rule on another host and a WebSocket rule always have an absolute URL.
	ForceExternal bool
	// AppendUnknown puts values that the rule has no variable for into the query. Nil is true. False drops them.
	AppendUnknown *bool
	// URLScheme is the scheme of an absolute URL. Default: Bind.URLScheme. For WebSocket rules http becomes ws and
	// https wss; for other rules the reverse.
	URLScheme string
	// ProtocolRelative makes absolute URLs begin with "//" instead of a scheme.
	ProtocolRelative bool
	// Anchor is the fragment without "#". Default: none.
	Anchor string
}

// Build returns the URL of an endpoint: a path under ScriptName, or an absolute URL. It takes the first of the
// endpoint's rules for which there are values for all variables and whose defaults they do not contradict. Rules with
// more arguments are tried first. The error is a *BuildError, a *ValueError or ErrBadHost.
func (m *Map) Build(endpoint string, values Values, options BuildOptions) (string, error) {
	m.ready()
	b, err := m.bind(&options.Bind)
	if err != nil {
		return "", err
	}
	return m.buildBound(&b, endpoint, values, &options)
}

func (m *Map) buildBound(b *bound, endpoint string, values Values, o *BuildOptions) (string, error) {
	if slices.ContainsFunc(values, func(v Value) bool { return v.Value == nil }) {
		values = slices.DeleteFunc(slices.Clone(values), func(v Value) bool { return v.Value == nil })
	}
	unknown := boolOr(o.AppendUnknown, true)
	rule, domain, path, err := m.find(b, endpoint, newLookup(values), o.Method, unknown)
	if err != nil {
		return "", err
	}
	if rule == nil {
		return "", &BuildError{Endpoint: endpoint, Values: values, Method: o.Method, m: m}
	}
	host := m.host(b, domain)
	scheme := o.URLScheme
	if scheme == "" && !o.ProtocolRelative {
		scheme = b.scheme
	}
	secure := scheme == "https" || scheme == "wss"
	switch {
	case rule.WebSocket && secure:
		scheme = "wss"
	case rule.WebSocket:
		scheme = "ws"
	case secure:
		scheme = "https"
	case scheme != "":
		scheme = "http"
	}
	local := !m.options.HostMatching && (!m.options.subdomains || domain == b.subdomain) ||
		m.options.HostMatching && host == b.server
	local = local && !o.ForceExternal && !rule.WebSocket
	if local && b.script == "/" && o.Anchor == "" && strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		return path, nil
	}
	var u strings.Builder
	if !local {
		if scheme != "" {
			u.WriteString(scheme)
			u.WriteByte(':')
		}
		u.WriteString("//")
		u.WriteString(host)
		u.WriteString(b.script[:len(b.script)-1])
	} else {
		u.WriteString(strings.TrimRight(b.script, "/"))
	}
	u.WriteByte('/')
	u.WriteString(strings.TrimLeft(path, "/"))
	if o.Anchor != "" {
		u.WriteByte('#')
		u.WriteString(anchorQuoter.quote(o.Anchor))
	}
	return u.String(), nil
}

// find builds the URL with the first suitable rule. With HostMatching the rules of the current host are tried first.
func (m *Map) find(b *bound, endpoint string, values *lookup, method string, unknown bool) (rule *Rule, domain, path string, err error) {
	masks := [2]uint64{m.bitOf(method)}
	if method == "" {
		masks = [2]uint64{m.bitOf(b.method), anyMethod}
	}
	for _, mask := range masks {
		if mask == 0 {
			break
		}
		for _, r := range m.endpoints[endpoint] {
			if !r.suitable(values, mask) {
				continue
			}
			d, p, err := r.build(values, unknown)
			if errors.Is(err, ErrValidation) {
				continue
			}
			if err != nil {
				return nil, "", "", err
			}
			if !m.options.HostMatching || d == b.server {
				return r, d, p, nil
			}
			if rule == nil {
				rule, domain, path = r, d, p
			}
		}
		if rule != nil {
			break
		}
	}
	return rule, domain, path, nil
}

// anyMethod allows rules of all methods.
const anyMethod = ^uint64(0)

// suitable reports whether the rule has the method, whether there are values for its variables, and whether they agree
// with its defaults.
func (r *Rule) suitable(values *lookup, method uint64) bool {
	if method != anyMethod && r.methods&method == 0 {
		return false
	}
	for name := range r.arguments {
		value, given := values.get(name)
		fixed, ok := r.Defaults[name]
		if !ok && !given || ok && given && !equalValues(value, fixed) {
			return false
		}
	}
	return true
}

// build returns the host and the path of the rule's URL.
func (r *Rule) build(values *lookup, unknown bool) (domain, path string, err error) {
	if domain, err = r.write(nil, r.domain, values); err != nil {
		return "", "", err
	}
	var query []byte
	if unknown {
		query = r.query(values.values)
	}
	path, err = r.write(query, r.path, values)
	return domain, path, err
}

// write joins the ops and the query.
func (r *Rule) write(query []byte, ops []op, values *lookup) (string, error) {
	if len(ops) == 1 && ops[0].variable < 0 && len(query) == 0 {
		return ops[0].text, nil
	}
	var out strings.Builder
	size := len(query) + 1
	for _, o := range ops {
		size += len(o.text) + 8
	}
	out.Grow(size)
	for _, o := range ops {
		if o.variable < 0 {
			out.WriteString(o.text)
			continue
		}
		v := r.variables[o.variable]
		value, _ := values.get(v.Name)
		text, err := r.format(o.variable, value)
		if err != nil {
			return "", err
		}
		out.WriteString(text)
	}
	if len(query) > 0 {
		out.WriteByte('?')
		out.Write(query)
	}
	return out.String(), nil
}

func (r *Rule) format(variable int, value any) (string, error) {
	text, err := r.converter[variable].Format(value)
	if err != nil {
		return "", &ValueError{Rule: r.Rule, Variable: r.variables[variable].Name, Message: err.Error(), Err: err}
	}
	return text, nil
}

// query returns the query of the values that the rule has no variable for.
func (r *Rule) query(values Values) []byte {
	var items Values
	for _, v := range values {
		if !r.arguments[v.Name] {
			items = appendItems(items, v)
		}
	}
	if r.m.options.SortParameters {
		r.m.sortParameters(items)
	}
	return items.appendQuery(nil)
}

// Encode returns the values as a query, as Build does. A slice becomes one parameter for each of its items. Nil values
// are left out.
func (v Values) Encode() string {
	var items Values
	for _, value := range v {
		items = appendItems(items, value)
	}
	return string(items.appendQuery(nil))
}

func (v Values) appendQuery(query []byte) []byte {
	for _, item := range v {
		if item.Value == nil {
			continue
		}
		if len(query) > 0 {
			query = append(query, '&')
		}
		query = append(query, quoteQuery(item.Name)...)
		query = append(query, '=')
		query = append(query, quoteQuery(pythonStr(item.Value))...)
	}
	return query
}

// appendItems appends one Value for each item of the list in v.
func appendItems(items Values, v Value) Values {
	switch list := v.Value.(type) {
	case string, int, bool, []byte, UUID:
		return append(items, v)
	case []string:
		for _, item := range list {
			items = append(items, Value{v.Name, item})
		}
		return items
	case []any:
		for _, item := range list {
			items = append(items, Value{v.Name, item})
		}
		return items
	}
	if rv := reflect.ValueOf(v.Value); rv.Kind() == reflect.Slice {
		for i := range rv.Len() {
			items = append(items, Value{v.Name, rv.Index(i).Interface()})
		}
		return items
	}
	return append(items, v)
}

func (m *Map) sortParameters(items Values) {
	key := m.options.SortKey
	slices.SortStableFunc(items, func(a, b Value) int {
		if key != nil {
			return strings.Compare(key(a), key(b))
		}
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return compareValues(a.Value, b.Value)
	})
}

// compareValues compares numbers by value and other values by their text.
func compareValues(a, b any) int {
	x, y := pythonFloat(a), pythonFloat(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return strings.Compare(pythonStr(a), pythonStr(b))
}

// BuildPath returns the rule's path with args for its Variables, in order. Hosts, mounts and queries do not matter. The
// error is a *ValueError, or says that the number of arguments is wrong.
func (r *Rule) BuildPath(args ...any) (string, error) {
	if len(args) != len(r.variables) {
		return "", fmt.Errorf("routing: building %q: %d arguments given for %d variables", r.Rule, len(args), len(r.variables))
	}
	if len(r.path) == 1 && r.path[0].variable < 0 {
		return r.path[0].text, nil
	}
	var out strings.Builder
	for _, o := range r.path {
		if o.variable < 0 {
			out.WriteString(o.text)
			continue
		}
		text, err := r.format(o.variable, args[o.variable])
		if err != nil {
			return "", err
		}
		out.WriteString(text)
	}
	return out.String(), nil
}
