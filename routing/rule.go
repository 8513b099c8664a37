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

// A Rule is one URL pattern of a [Map]. The exported fields are set before
// Map.Add, which returns the map's own copy, and not changed afterwards.
type Rule struct {
	// Rule is the pattern, as in "/users/<int:id>". It begins with a slash.
	Rule string
	// Endpoint is the name for building. Several rules may share one.
	Endpoint string
	// Methods are the HTTP methods that match, in any case; nil: all. GET
	// brings HEAD with it. WebSocket rules may have GET, HEAD and OPTIONS.
	Methods []string
	// Defaults are values for variables that this rule lacks and another rule
	// of the endpoint has. They are part of every match.
	Defaults map[string]any
	// Subdomain is the pattern for the subdomain, "": Options.DefaultSubdomain,
	// or none at all with Apex.
	Subdomain string
	Apex      bool
	// Host is the pattern for the whole host, with Options.HostMatching.
	Host string
	// StrictSlashes and MergeSlashes override the map's options; nil: the map's.
	StrictSlashes, MergeSlashes *bool
	// BuildOnly rules never match.
	BuildOnly bool
	// Alias rules redirect to the endpoint's rule that is not an alias.
	Alias bool
	// WebSocket rules match WebSocket requests only, others never do.
	WebSocket bool
	// RedirectTo redirects every match: a string with the rule's variables as
	// <name>, or a func(Bind, Values) (string, error). The target is relative to
	// the mount and may be on another host; the query is not kept. A target that
	// begins with a path variable lets the client choose the host: begin it with
	// a text, as in "new/<path>".
	RedirectTo any
	// Data is the caller's own.
	Data any
	// Source is where the rule was registered, as "file.go:12", for messages.
	Source string

	// Index counts the rules of the map in the order of Add, from 0.
	Index int

	m         *Map
	methods   uint64 // all ones: any method
	strict    bool
	merge     bool
	parts     []*part
	domain    []op // what to write for the host
	path      []op // what to write for the path
	variables []Variable
	converter []Converter
	check     []checker
	checks    bool            // some converter can refuse a text that its pattern took
	plain     bool            // a match needs no further look
	arguments map[string]bool // variables and defaults
	names     map[string]bool // variables, while compiling
	trace     string          // equality of two rules for defaults
	canonical []*Rule         // rules whose defaults may make this one redirect
}

// A Variable is one variable of a rule.
type Variable struct {
	Name      string
	Converter string       // the converter's name in the rule, "default" when it has none
	Type      reflect.Type // of the value: string, int, float64, UUID, or a custom converter's
}

// An op is one piece of a URL to build: a constant, or a variable's index.
type op struct {
	text     string
	variable int // -1 for text
}

// A checker reports whether a value is in its converter's range.
type checker func(text string) bool

// Variables are the variables in the order of the pattern, those of the host
// or subdomain first. The slice is shared: do not change it.
func (r *Rule) Variables() []Variable { return r.variables }

// Expects reports whether name is a variable or a default of the rule.
func (r *Rule) Expects(name string) bool { return r.arguments[name] }

// Allowed are the methods that match, sorted, HEAD included; nil: all.
func (r *Rule) Allowed() []string {
	if r.Methods == nil {
		return nil
	}
	return methodNames(r.m.methodTable, r.methods)
}

// String is the pattern.
func (r *Rule) String() string { return r.Rule }

func (r *Rule) fail(kind ErrorKind, err error) error {
	return &RuleError{Rule: r.Rule, Source: r.Source, Kind: kind, Message: err.Error()}
}

// failVariable reports what a variable's converter says of its arguments or
// default.
func (r *Rule) failVariable(name string, err error) error {
	kind := KindValue
	var t *typeError
	if errors.As(err, &t) {
		kind = KindType
	}
	return &RuleError{Rule: r.Rule, Source: r.Source, Kind: kind, Message: err.Error(), Variable: name}
}

// compile fills the unexported fields.
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
	twice := ""
	host := r.hostRule()
	if strings.Contains(host, "/") {
		return r.fail(KindValue, fmt.Errorf("host or subdomain %s must not contain a slash", pyrepr.String(host)))
	}
	if host == "" {
		r.parts = append(r.parts, &part{static: true})
	} else if err := r.compileSide(host, &r.domain, &trace, &twice); err != nil {
		return err
	}
	trace.WriteByte('|')
	path := r.Rule
	if r.merge {
		path = mergeSlashes(path)
	}
	if err := r.compileSide(path, &r.path, &trace, &twice); err != nil {
		return err
	}
	if twice != "" {
		return r.fail(KindValue, fmt.Errorf("variable name %s used twice", pyrepr.String(twice)))
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

// compileSide compiles the host or the path.
func (r *Rule) compileSide(rule string, ops *[]op, trace *strings.Builder, twice *string) error {
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
			c, err := r.variable(t, twice)
			if err != nil {
				return err
			}
			if err := b.variable(c); err != nil {
				return r.failVariable(t.text, err)
			}
			trace.WriteString("<" + t.text + ">")
			// A variable with a default of this rule is written as a constant.
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
	if malformed != nil { // what is wrong before the place goes first, as in Werkzeug
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

// variable adds a variable. It writes a name that was there already to twice.
func (r *Rule) variable(t token, twice *string) (Converter, error) {
	if r.names[t.text] {
		*twice = t.text
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

// checkOf returns what remains to be checked of a text that the pattern took,
// nil for nothing. The built-in ones do it without boxing the value.
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

// mergeSlashes makes every run of slashes one.
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
