package routing

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// A Rule is one URL pattern of a [Map]. Set the exported fields before Map.Add and do not change them afterwards. Add
// returns the map's own copy.
type Rule struct {
	// Rule is the pattern, as in "/users/<int:id>". It begins with a slash.
	Rule string
	// Endpoint is the name that Build takes. Several rules may have the same one.
	Endpoint string
	// Methods are the HTTP methods that match, in upper or lower case. Nil: all. GET adds HEAD. WebSocket rules may
	// have GET, HEAD and OPTIONS.
	Methods []string
	// Defaults are values of variables that this rule does not have and another rule of the endpoint has. They are part
	// of every match.
	Defaults map[string]any
	// Subdomain is the pattern of the subdomain. Default: Options.DefaultSubdomain. With Apex it is empty.
	Subdomain string
	Apex      bool
	// Host is the pattern of the whole host. It needs Options.HostMatching.
	Host string
	// StrictSlashes and MergeSlashes override the map's options. Nil: the map's.
	StrictSlashes, MergeSlashes *bool
	// BuildOnly rules are for Build and never match.
	BuildOnly bool
	// Alias rules redirect to the rule of the endpoint that is no alias.
	Alias bool
	// WebSocket rules match WebSocket requests only, others never do.
	WebSocket bool
	// RedirectTo redirects every match. It is a string with the rule's variables as <name>, or a func(Bind, Values)
	// (string, error). The target is relative to the mount and may be on another host. The query is not kept. Begin the
	// target with a text, as in "new/<path>": when it begins with a path variable, the client chooses the host.
	RedirectTo any
	// Data belongs to the caller.
	Data any
	// Source is where the rule was registered, as "file.go:12", for messages.
	Source string

	// Index is the number of the rule in the order of Add, from 0.
	Index int

	m         *Map
	methods   uint64 // a bit for each method; all ones for any method
	strict    bool
	merge     bool
	parts     []*part
	domain    []op // how the host is built
	path      []op // how the path is built
	variables []Variable
	converter []Converter
	check     []checker
	checks    bool            // a converter may refuse a text that its pattern matched
	plain     bool            // a match has no redirects and nothing to check
	arguments map[string]bool // names of variables and defaults
	names     map[string]bool // names of variables, while compiling
	trace     string          // equal for rules that differ only in defaults
	canonical []*Rule         // rules whose defaults this one may redirect to
}

// A Variable is one variable of a rule.
type Variable struct {
	Name      string
	Converter string       // the converter's name in the rule, "default" when it has none
	Type      reflect.Type // of the value: string, int, float64, UUID, or a custom converter's
}

// An op is one piece of a URL that is built: a text, or the index of a variable.
type op struct {
	text     string
	variable int // -1 for a text
}

// A checker reports whether the value of a text is in its converter's range.
type checker func(text string) bool

// Variables returns the variables in the order of the pattern, those of the host or subdomain first. Do not change the
// slice.
func (r *Rule) Variables() []Variable { return r.variables }

// Expects reports whether name is a variable or a default of the rule.
func (r *Rule) Expects(name string) bool { return r.arguments[name] }

// Allowed returns the methods that match, sorted, HEAD included. Nil: all.
func (r *Rule) Allowed() []string {
	if r.Methods == nil {
		return nil
	}
	return methodNames(r.m.methodTable, r.methods)
}

// String returns the pattern.
func (r *Rule) String() string { return r.Rule }

func (r *Rule) fail(kind ErrorKind, err error) error {
	return &RuleError{Rule: r.Rule, Source: r.Source, Kind: kind, Message: err.Error()}
}

// failVariable returns the error of a variable's converter about its arguments or default.
func (r *Rule) failVariable(name string, err error) error {
	kind := KindValue
	var t *typeError
	if errors.As(err, &t) {
		kind = KindType
	}
	return &RuleError{Rule: r.Rule, Source: r.Source, Kind: kind, Message: err.Error(), Variable: name}
}

// compile sets the unexported fields.
func (r *Rule) compile() error {
	if !strings.HasPrefix(r.Rule, "/") {
		return r.fail(KindValue, fmt.Errorf("URL rule '%s' must start with a slash.", r.Rule)) //nolint:staticcheck // Werkzeug's text
	}
	opts := &r.m.options
	r.strict = boolOr(r.StrictSlashes, opts.strict)
	r.merge = boolOr(r.MergeSlashes, opts.merge)
	r.names = map[string]bool{}
	r.arguments = make(map[string]bool, len(r.Defaults))
	for name := range r.Defaults {
		r.arguments[name] = true
	}
	if err := r.compileMethods(); err != nil {
		return err
	}
	switch r.RedirectTo.(type) {
	case nil, string, func(Bind, Values) (string, error):
	default:
		return r.fail(KindType, fmt.Errorf("RedirectTo must be a string or a func(Bind, Values) (string, error), not %T", r.RedirectTo))
	}

	var trace strings.Builder
	repeated := ""
	host := r.hostRule()
	if strings.Contains(host, "/") {
		return r.fail(KindValue, fmt.Errorf("host or subdomain %s must not contain a slash", pyrepr.String(host)))
	}
	if host == "" {
		r.parts = append(r.parts, &part{static: true})
	} else if err := r.compileSide(host, &r.domain, &trace, &repeated); err != nil {
		return err
	}
	trace.WriteByte('|')
	path := r.Rule
	if r.merge {
		path = mergeSlashes(path)
	}
	if err := r.compileSide(path, &r.path, &trace, &repeated); err != nil {
		return err
	}
	if repeated != "" {
		return r.fail(KindValue, fmt.Errorf("variable name %s used twice", pyrepr.String(repeated)))
	}
	r.trace = trace.String()
	return nil
}

func (r *Rule) hostRule() string {
	opts := &r.m.options
	if !opts.subdomains {
		return r.Host
	}
	if r.Subdomain != "" || r.Apex {
		return r.Subdomain
	}
	return opts.DefaultSubdomain
}

func (r *Rule) compileMethods() error {
	if r.Methods == nil {
		r.methods = anyMethod
		return nil
	}
	upper := make([]string, len(r.Methods))
	for i, method := range r.Methods {
		upper[i] = strings.ToUpper(method)
	}
	if slices.Contains(upper, "GET") && !slices.Contains(upper, "HEAD") {
		upper = append(upper, "HEAD")
	}
	for _, method := range upper {
		if r.WebSocket && method != "GET" && method != "HEAD" && method != "OPTIONS" {
			return r.fail(KindValue, errors.New("WebSocket rules can only use 'GET', 'HEAD', and 'OPTIONS' methods."))
		}
		bit, ok := r.m.methodBit(method)
		if !ok {
			return r.fail(KindValue, fmt.Errorf("method %q would be the map's 64th, and a map knows 63", method))
		}
		r.methods |= bit
	}
	return nil
}

// compileSide compiles the rule of the host or of the path. A name that occurs twice is stored in repeated.
func (r *Rule) compileSide(rule string, ops *[]op, trace *strings.Builder, repeated *string) error {
	tokens, malformed := tokenize(rule)
	b := &partBuilder{}
	for _, t := range tokens {
		switch t.kind {
		case tokenStatic:
			b.static(t.text)
			appendText(ops, quotePath(t.text))
			trace.WriteString(t.text)
		case tokenSlash:
			appendText(ops, "/")
			trace.WriteByte('/')
			if b.final {
				b.slash()
				break
			}
			p, err := b.finish(false)
			if err != nil {
				return r.fail(KindValue, err)
			}
			r.parts = append(r.parts, p)
			b = &partBuilder{}
		case tokenVariable:
			c, err := r.variable(t, repeated)
			if err != nil {
				return err
			}
			if err := b.variable(c); err != nil {
				return r.failVariable(t.text, err)
			}
			trace.WriteString("<" + t.text + ">")
			// A variable with a default of this rule is built as a text.
			if value, ok := r.Defaults[t.text]; ok {
				text, err := c.Format(value)
				if err != nil {
					return r.failVariable(t.text, err)
				}
				appendText(ops, text)
			} else {
				*ops = append(*ops, op{variable: len(r.variables) - 1})
			}
		}
	}
	if malformed != nil { // a mistake before the malformed place is reported first, as in Werkzeug
		return r.fail(KindValue, malformed)
	}
	p, err := b.finish(true)
	if err != nil {
		return r.fail(KindValue, err)
	}
	r.parts = append(r.parts, p)
	if p.suffixed {
		r.parts = append(r.parts, &part{static: true})
	}
	return nil
}

// variable adds a variable. A name that exists already is stored in repeated.
func (r *Rule) variable(t token, repeated *string) (Converter, error) {
	if r.names[t.text] {
		*repeated = t.text
	}
	r.names[t.text] = true
	newConverter, ok := r.m.converters[t.converter]
	if !ok {
		return nil, r.fail(KindLookup, fmt.Errorf("the converter %s does not exist", pyrepr.String(t.converter)))
	}
	args, err := ParseArgs(t.arguments)
	if err != nil {
		return nil, r.failVariable(t.text, err)
	}
	c, err := newConverter(args)
	if err != nil {
		return nil, r.failVariable(t.text, err)
	}
	r.arguments[t.text] = true
	r.variables = append(r.variables, Variable{Name: t.text, Converter: t.converter, Type: c.Type()})
	r.converter = append(r.converter, c)
	check := checkOf(c)
	r.check = append(r.check, check)
	r.checks = r.checks || check != nil
	return c, nil
}

// checkOf returns the check that a text needs after the pattern matched it, or nil. Built-in converters check without
// boxing the value.
func checkOf(c Converter) checker {
	switch c := c.(type) {
	case *textConverter, pathConverter, *anyConverter, uuidConverter:
		return nil
	case *intConverter:
		return func(text string) bool { _, ok := c.number(text); return ok }
	case *floatConverter:
		return func(text string) bool { _, ok := c.number(text); return ok }
	}
	return func(text string) bool { _, err := c.Parse(text); return err == nil }
}

func appendText(ops *[]op, text string) {
	if n := len(*ops); n > 0 && (*ops)[n-1].variable < 0 {
		(*ops)[n-1].text += text
		return
	}
	*ops = append(*ops, op{text: text, variable: -1})
}

// mergeSlashes replaces runs of slashes by one.
func mergeSlashes(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	b := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			b = append(b, path[i])
		}
	}
	return string(b)
}

// sameArguments reports whether two rules have equal sets of arguments.
func sameArguments(a, b *Rule) bool { return maps.Equal(a.arguments, b.arguments) }

func boolOr(p *bool, absent bool) bool {
	if p == nil {
		return absent
	}
	return *p
}
