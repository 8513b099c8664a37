package routing

import (
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Options are the settings of a [Map]. The zero value has Werkzeug's defaults.
type Options struct {
	// DefaultSubdomain is the subdomain of rules that name none and of requests whose host is not below the server
	// name. Default: none.
	DefaultSubdomain string
	// StrictSlashes redirects a path that lacks the slash at the end of its rule. False: the path matches. Nil is true.
	StrictSlashes *bool
	// MergeSlashes redirects a path with doubled slashes to the one with single slashes. Nil is true.
	MergeSlashes *bool
	// RedirectDefaults redirects a path whose variables have the defaults of another rule of the endpoint to that rule,
	// and aliases to their rules. Nil is true.
	RedirectDefaults *bool
	// Converters are added to the built-in ones and replace those of the same name.
	Converters map[string]ConverterFunc
	// SortParameters sorts the parameters that Build puts into the query: by SortKey's result, or by name and value
	// when SortKey is nil. Default: false.
	SortParameters bool
	SortKey        func(Value) string
	// HostMatching makes Rule.Host the pattern for the request's host, port
	// included, and switches subdomains off.
	HostMatching bool
	// SubdomainMatching binds rules to their subdomain. False: rules match on every host. Nil is true.
	SubdomainMatching *bool

	strict, merge, redirect, subdomains bool
}

// A Map holds rules, matches requests and builds URLs. Rules are added first;
// then any number of goroutines may match and build, without locks. The zero
// value is not usable, see [NewMap].
type Map struct {
	options    Options
	converters map[string]ConverterFunc

	root       *node
	rules      []*Rule
	endpoints  map[string][]*Rule
	names      []string // endpoints in the order of their first rule
	methodBits map[string]uint64
	// methodTable holds the method of each bit of methodBits.
	methodTable []string

	mu       sync.Mutex
	compiled atomic.Bool
}

// NewMap returns an empty map.
func NewMap(options Options) *Map {
	options.strict = boolOr(options.StrictSlashes, true)
	options.merge = boolOr(options.MergeSlashes, true)
	options.redirect = boolOr(options.RedirectDefaults, true)
	options.subdomains = boolOr(options.SubdomainMatching, true) && !options.HostMatching
	m := &Map{
		options:    options,
		converters: make(map[string]ConverterFunc, len(builtin)+len(options.Converters)),
		root:       &node{},
		endpoints:  map[string][]*Rule{},
		methodBits: map[string]uint64{},
	}
	for name, f := range builtin {
		m.converters[name] = f
	}
	for name, f := range options.Converters {
		m.converters[name] = f
	}
	for _, method := range commonMethods {
		m.methodBit(method)
	}
	return m
}

// commonMethods are the methods that commonBit knows.
var commonMethods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}

// methodBit returns the bit of a method, a new one for a new method. The last bit stands for all methods that no rule
// names.
func (m *Map) methodBit(method string) (uint64, bool) {
	if bit, ok := m.methodBits[method]; ok {
		return bit, true
	}
	if len(m.methodTable) >= 63 {
		return 0, false
	}
	bit := uint64(1) << len(m.methodTable)
	m.methodTable = append(m.methodTable, method)
	m.methodBits[method] = bit
	return bit, true
}

// otherMethod is the bit of methods that no rule names. Rules for any method have it.
const otherMethod = uint64(1) << 63

// bitOf returns the bit of a request's method. Upper and lower case are the same, as in Werkzeug.
func (m *Map) bitOf(method string) uint64 {
	switch method {
	case "GET", "":
		return 1
	case "HEAD":
		return 2
	case "POST":
		return 4
	}
	if bit, ok := m.methodBits[method]; ok {
		return bit
	}
	if bit, ok := m.methodBits[strings.ToUpper(method)]; ok {
		return bit
	}
	return otherMethod
}

// Add adds a copy of rule and returns it. The error is a *RuleError for a
// malformed rule or converter argument and for an unknown converter, and a
// *DuplicateRuleError that names both sources. A rule with an error leaves the
// map as it was. Add must not run at the same time as any other method.
func (m *Map) Add(rule Rule) (*Rule, error) {
	r := &rule
	r.m = m
	r.Index = len(m.rules)
	if err := r.compile(); err != nil {
		return nil, err
	}
	if !r.BuildOnly {
		n := m.root
		for _, p := range r.parts {
			n = n.add(p)
		}
		for _, l := range n.leaves {
			if duplicates(l.rule, r) {
				return nil, &DuplicateRuleError{Existing: l.rule, Duplicate: r}
			}
		}
		n.leaves = append(n.leaves, leaf{rule: r, methods: r.methods, websocket: r.WebSocket, strict: r.strict})
	}
	r.parts, r.names = nil, nil // the tree holds the result
	m.rules = append(m.rules, r)
	if _, ok := m.endpoints[r.Endpoint]; !ok {
		m.names = append(m.names, r.Endpoint)
	}
	m.endpoints[r.Endpoint] = append(m.endpoints[r.Endpoint], r)
	m.compiled.Store(false)
	return r, nil
}

// AddAll adds rules in order and stops at the first error.
func (m *Map) AddAll(rules ...Rule) error {
	for _, r := range rules {
		if _, err := m.Add(r); err != nil {
			return err
		}
	}
	return nil
}

// duplicates reports whether two rules of one node match the same requests. HEAD and OPTIONS do not count, because most
// rules have them.
func duplicates(a, b *Rule) bool {
	const implicit = 1<<1 | 1<<5 // HEAD, OPTIONS
	return a.WebSocket == b.WebSocket &&
		(a.methods == b.methods || a.Methods == nil || b.Methods == nil || a.methods&b.methods&^implicit != 0)
}

// Compile sorts the rules. Match and Build call it after an Add; a server calls it before its first request. The error
// is always nil: Add has checked the rules.
func (m *Map) Compile() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.compiled.Load() {
		return nil
	}
	for _, rules := range m.endpoints {
		slices.SortStableFunc(rules, compareBuild)
		for i, r := range rules {
			r.canonical = nil
			for _, other := range rules[:i] {
				if len(other.Defaults) > 0 && !other.BuildOnly && other.trace != r.trace && sameArguments(other, r) {
					r.canonical = append(r.canonical, other)
				}
			}
			r.plain = !r.checks && r.RedirectTo == nil && !(m.options.redirect && (r.Alias || r.canonical != nil))
		}
	}
	m.root.sort()
	m.compiled.Store(true)
	return nil
}

// compareBuild orders the rules of an endpoint for building: aliases last, then by more arguments, then by more
// defaults.
func compareBuild(a, b *Rule) int {
	if a.Alias != b.Alias {
		if b.Alias {
			return -1
		}
		return 1
	}
	if n := len(b.arguments) - len(a.arguments); n != 0 {
		return n
	}
	return len(b.Defaults) - len(a.Defaults)
}

func (m *Map) ready() {
	if !m.compiled.Load() {
		_ = m.Compile() // Add has reported every error
	}
}

// Len returns the number of rules.
func (m *Map) Len() int { return len(m.rules) }

// Rules yields the rules in the order of Add.
func (m *Map) Rules() iter.Seq[*Rule] { return slices.Values(m.rules) }

// RulesOf yields the rules of an endpoint in the order in which Build tries them. Werkzeug: iter_rules.
func (m *Map) RulesOf(endpoint string) iter.Seq[*Rule] {
	m.ready()
	return slices.Values(m.endpoints[endpoint])
}

// Has reports whether the endpoint has a rule.
func (m *Map) Has(endpoint string) bool { return len(m.endpoints[endpoint]) > 0 }

// IsEndpointExpecting reports whether a rule of the endpoint has all the arguments as variables or defaults.
func (m *Map) IsEndpointExpecting(endpoint string, arguments ...string) bool {
	for _, r := range m.endpoints[endpoint] {
		if !slices.ContainsFunc(arguments, func(name string) bool { return !r.arguments[name] }) {
			return true
		}
	}
	return false
}
