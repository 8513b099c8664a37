// Package check finds mistakes in templates without rendering them.
//
//	# Passes
//
// The first pass looks at each template and at the templates it names. It checks filters, tests, includes, imports,
// parents, blocks, macro calls and calls of the function that builds URLs (template.go, reference.go, call.go). The
// second pass takes a template whose variables are declared. It goes through its parents and includes with the types of
// the variables, and finds names and attributes that do not exist (names.go, types.go).
//
//	# What is not found
//
// A finding is a mistake and no suspicion, so only constants are judged. Left alone are computed names of templates,
// macros that are passed as values, and variables of unknown type.
package check

import (
	"cmp"
	"slices"
)

// Severity says how serious a finding is.
type Severity int8

// The severities. The zero value is a warning.
const (
	Note    Severity = -1 // worth a look in a review: trusted output
	Warning Severity = 0  // most likely a mistake; the template renders
	Error   Severity = 1  // the template, or a place in it, cannot render
)

// String returns "note", "warning" or "error", the levels of SARIF.
func (s Severity) String() string {
	switch {
	case s > Warning:
		return "error"
	case s < Warning:
		return "note"
	}
	return "warning"
}

// MarshalText returns the same as String.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// The rules.
const (
	Syntax            = "syntax"              // the template does not compile
	UnknownFilter     = "unknown-filter"      // no filter of the name
	UnknownTest       = "unknown-test"        // no test of the name
	UnknownTemplate   = "unknown-template"    // include, import or extends names no template
	CircularTemplate  = "circular-template"   // a template extends itself, or includes itself on every path
	UnknownEndpoint   = "unknown-endpoint"    // the URL cannot be built
	DeadBlock         = "dead-block"          // overrides no block of the parents
	MissingImport     = "missing-import"      // the imported template does not define the name
	MacroArgument     = "macro-argument"      // the macro does not take the argument
	UndefinedName     = "undefined-name"      // not among the declared variables
	UndefinedAttr     = "undefined-attribute" // the type has no such field or method
	PointerComparison = "pointer-comparison"  // equal only when they are the same pointer
	SafeFilter        = "safe-filter"         // |safe trusts what it gets
	AutoescapeOff     = "autoescape-off"      // nothing is escaped inside
	UndecidedContext  = "undecided-context"   // how to escape an output is not known
)

// Rules says in a sentence what each rule finds.
var Rules = map[string]string{
	Syntax:            "The template does not compile.",
	UnknownFilter:     "A filter that the environment does not have.",
	UnknownTest:       "A test that the environment does not have.",
	UnknownTemplate:   "An include, import or extends of a template that does not exist.",
	CircularTemplate:  "A template that extends itself through its parents.",
	UnknownEndpoint:   "A URL that cannot be built: an unknown endpoint, or a missing argument.",
	DeadBlock:         "A block in a child template that no parent has, so that it is never shown.",
	MissingImport:     "A name that the imported template does not define.",
	MacroArgument:     "A macro called with an argument that it does not take.",
	UndefinedName:     "A name that is not among the variables the template is rendered with.",
	UndefinedAttr:     "An attribute that the Go type of the value does not have.",
	PointerComparison: "A comparison of two pointers whose type says nothing about being equal.",
	SafeFilter:        "Output that the filter safe exempts from escaping.",
	AutoescapeOff:     "Output that {% autoescape false %} exempts from escaping.",
	UndecidedContext:  "Output at a place where it is not known how to escape it.",
}

// Finding is one mistake, or one place to look at.
type Finding struct {
	Rule     string   // one of Rules
	Severity Severity // how much it matters
	Template string   // the name of the template, "" for a string
	Line     int      // from 1; 0 is unknown
	Column   int      // in bytes, from 1; 0 is unknown
	Message  string   // what is wrong
	Hint     string   // what to do about it, or ""
}

// Sorted sorts findings by their place and removes repetitions.
func Sorted(list []Finding) []Finding {
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Template, b.Template), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(list)
}
