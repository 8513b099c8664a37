package secure

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A CSP is a Content-Security-Policy: directives with their values, as the
// dictionary of Flask-Talisman. Sources are written as in the header, keywords
// and hashes with their quotes; [CSPNonce] stands where the answer's nonce
// goes.
//
//	policy := secure.DefaultCSP().
//		With("img-src", "'self'", "data:", "https://cdn.example.com").
//		Add("script-src", secure.CSPHash("startApp()"))
//
// The methods leave the receiver as it is and return a changed copy. A
// directive without values is written alone, as upgrade-insecure-requests. A
// policy is checked by [Headers.Compile] or [CSP.Check].
type CSP map[string][]string

// CSPNonce is the source that becomes 'nonce-…' with the nonce of the answer,
// and nothing in an answer without a nonce.
const CSPNonce = "'nonce'"

// DefaultCSP is the strict policy of OWASP's Secure Headers project with a
// nonce and without a base: own resources, scripts and styles from own files
// or with the nonce, no plug-ins, no framing by anyone, forms sent to the
// site only, and on https no plain http.
func DefaultCSP() CSP {
	return CSP{
		"default-src":               {"'self'"},
		"script-src":                {"'self'", CSPNonce},
		"style-src":                 {"'self'", CSPNonce},
		"object-src":                {"'none'"},
		"base-uri":                  {"'none'"},
		"form-action":               {"'self'"},
		"frame-ancestors":           {"'none'"},
		"upgrade-insecure-requests": nil,
	}
}

// SandboxCSP is for files that users uploaded: nothing may run or load, and
// the answer gets an origin of its own.
func SandboxCSP() CSP {
	return CSP{
		"default-src":     {"'none'"},
		"base-uri":        {"'none'"},
		"form-action":     {"'none'"},
		"frame-ancestors": {"'none'"},
		"sandbox":         nil,
	}
}

// With returns p with the directive's values replaced.
func (p CSP) With(directive string, values ...string) CSP {
	c := p.clone()
	c[directive] = slices.Clone(values)
	return c
}

// Add returns p with values appended to the directive. A 'none' that stands
// there goes. A fetch directive that is absent begins with the values of
// default-src, which it would replace otherwise.
func (p CSP) Add(directive string, values ...string) CSP {
	c := p.clone()
	old, there := c[directive]
	if d, known := directives[directive]; !there && known && d.fetch {
		old = c["default-src"]
	}
	sum := slices.DeleteFunc(slices.Clone(old), func(v string) bool { return v == "'none'" })
	for _, v := range values {
		if !slices.Contains(sum, v) {
			sum = append(sum, v)
		}
	}
	c[directive] = sum
	return c
}

// Without returns p without the directives.
func (p CSP) Without(directives ...string) CSP {
	c := p.clone()
	for _, d := range directives {
		delete(c, d)
	}
	return c
}

// Merge returns p with each directive of other in place of its own.
func (p CSP) Merge(other CSP) CSP {
	c := p.clone()
	for d, values := range other {
		c[d] = slices.Clone(values)
	}
	return c
}

func (p CSP) clone() CSP {
	c := make(CSP, len(p)+1)
	maps.Copy(c, p)
	return c
}

// UsesNonce reports whether the policy holds [CSPNonce].
func (p CSP) UsesNonce() bool {
	for _, values := range p {
		if slices.Contains(values, CSPNonce) {
			return true
		}
	}
	return false
}

// String is the policy as an https answer with the nonce "NONCE" has it.
func (p CSP) String() string { return p.write(true, "NONCE") }

// write formats the policy. Directives come in the order of the directives'
// table, so that one policy has one text; those that are not in the table
// come last, sorted.
func (p CSP) write(https bool, nonce string) string {
	names := slices.SortedFunc(maps.Keys(p), func(a, b string) int {
		ra, rb := rank(a), rank(b)
		if ra != rb {
			return ra - rb
		}
		return strings.Compare(a, b)
	})
	var b strings.Builder
	for _, name := range names {
		if name == upgrade && !https {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name)
		written := 0
		for _, v := range p[name] {
			if v == CSPNonce {
				if nonce == "" {
					continue
				}
				v = "'nonce-" + nonce + "'"
			}
			b.WriteByte(' ')
			b.WriteString(v)
			written++
		}
		// A list that held the nonce alone must not become an empty one by
		// accident: both mean nothing is allowed, 'none' says so.
		if written == 0 && len(p[name]) > 0 {
			b.WriteString(" 'none'")
		}
	}
	return b.String()
}

// Check returns an error that names every directive and value of p that is
// unknown, misspelt or could end the directive or the header, or nil. An
// unquoted keyword ("self") is an error: a browser takes it for a host.
func (p CSP) Check() error {
	if len(p) == 0 {
		return errors.New("secure: CSP has no directive; leave it nil for DefaultCSP")
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(p)) {
		d, ok := directives[name]
		if !ok {
			errs = append(errs, fmt.Errorf("secure: CSP: unknown directive %q", name))
			continue
		}
		if d.empty && len(p[name]) > 0 {
			errs = append(errs, fmt.Errorf("secure: CSP: %s takes no value", name))
			continue
		}
		if !d.empty && !d.optional && len(p[name]) == 0 {
			errs = append(errs, fmt.Errorf("secure: CSP: %s has no value; write \"'none'\" to allow nothing", name))
		}
		for _, v := range p[name] {
			if err := d.value(v); err != nil {
				errs = append(errs, fmt.Errorf("secure: CSP: %s: value %q: %w", name, v, err))
			}
			if v == "'none'" && len(p[name]) > 1 {
				errs = append(errs, fmt.Errorf("secure: CSP: %s: 'none' must stand alone", name))
			}
		}
	}
	return errors.Join(errs...)
}

// Weaknesses lists what p allows that takes most of its protection away, one
// sentence each: unsafe-inline and unsafe-eval, any host, data: as a script
// source, and a missing default-src, object-src, base-uri or frame-ancestors.
// It is nil for [DefaultCSP].
func (p CSP) Weaknesses() []string {
	var out []string
	script, name := p["script-src"], "script-src"
	if script == nil {
		script, name = p["default-src"], "default-src"
	}
	switch {
	case script == nil:
		out = append(out, "neither script-src nor default-src is set: any script runs")
	default:
		strict := slices.ContainsFunc(script, func(v string) bool { return v == CSPNonce || isHash(v) })
		for _, v := range script {
			switch {
			case v == "'unsafe-inline'" && !strict:
				out = append(out, name+" has 'unsafe-inline': injected scripts run")
			case v == "'unsafe-eval'":
				out = append(out, name+" has 'unsafe-eval': strings become code")
			case v == "*" || v == "http:" || v == "https:" || v == "data:":
				out = append(out, name+" has "+v+": scripts come from anywhere")
			}
		}
	}
	if p["object-src"] == nil && !slices.Equal(p["default-src"], []string{"'none'"}) {
		out = append(out, "object-src is not set: plug-ins load what default-src allows")
	}
	if p["base-uri"] == nil {
		out = append(out, "base-uri is not set: an injected <base> moves every relative URL")
	}
	if p["frame-ancestors"] == nil {
		out = append(out, "frame-ancestors is not set: any site can frame the page")
	}
	return out
}
