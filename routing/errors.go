package routing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// ErrNotFound says that no rule matches the request: a 404.
var ErrNotFound = errors.New("routing: no rule matches")

// ErrWebsocketMismatch says that the only rules of this path are WebSocket
// rules and the request is plain HTTP, or the other way round: a 400.
var ErrWebsocketMismatch = errors.New("routing: the rule of this path is for WebSocket and the request is not, or the reverse")

// ErrBadHost says that a host name cannot be encoded for the DNS (an empty
// label, or one longer than 63 octets): a 400.
var ErrBadHost = errors.New("routing: malformed host name")

// ErrValidation is the error that a [Converter] returns for a value outside its range. From Parse any error means that
// the rule does not match. From Format, ErrValidation makes Build try the endpoint's next rule; any other error ends
// Build.
var ErrValidation = errors.New("routing: value out of the converter's range")

// RequestRedirect says that the request belongs at another URL: a slash is missing or doubled, the rule is an alias or
// a redirect, or another rule has the variables' values as its defaults.
type RequestRedirect struct {
	NewURL string // absolute, with the request's query
	Code   int    // always 308, so that method and body are kept
}

func (e *RequestRedirect) Error() string { return "routing: redirect to " + e.NewURL }

// MethodNotAllowed says that rules match the path but none has the method: a
// 405. ValidMethods is sorted and never empty.
type MethodNotAllowed struct {
	ValidMethods []string
}

func (e *MethodNotAllowed) Error() string {
	return "routing: method not allowed, valid are " + strings.Join(e.ValidMethods, ", ")
}

// ErrorKind is the kind of a [RuleError]. The kinds have the names of the exceptions that Werkzeug raises.
type ErrorKind string

// The kinds of a RuleError.
const (
	KindValue  ErrorKind = "ValueError"  // the text is malformed or a value is out of range
	KindLookup ErrorKind = "LookupError" // the converter is unknown
	KindType   ErrorKind = "TypeError"   // a converter's arguments do not fit
)

// RuleError says why a rule was not added.
type RuleError struct {
	Rule    string
	Source  string // the rule's Source
	Kind    ErrorKind
	Message string // Werkzeug's text where Werkzeug has one

	// Variable is the variable whose converter or default is at fault, if any.
	Variable string
}

func (e *RuleError) Error() string {
	variable := ""
	if e.Variable != "" {
		variable = fmt.Sprintf("variable %q: ", e.Variable)
	}
	return fmt.Sprintf("routing: rule %q%s: %s%s", e.Rule, at(e.Source), variable, e.Message)
}

// DuplicateRuleError says that a rule would match exactly what an earlier one
// matches: same host, path, an overlapping method, and both WebSocket or not.
type DuplicateRuleError struct {
	Existing, Duplicate *Rule
}

func (e *DuplicateRuleError) Error() string {
	return fmt.Sprintf("routing: rule %q%s duplicates %q%s: remove one, or give them different methods",
		e.Duplicate.Rule, at(e.Duplicate.Source), e.Existing.Rule, at(e.Existing.Source))
}

// Message describes the existing rule as Werkzeug does, without the sources.
func (e *DuplicateRuleError) Message() string {
	r := e.Existing
	methods := ""
	if r.Methods != nil {
		methods = " (" + strings.Join(r.Allowed(), ", ") + ")"
	}
	return fmt.Sprintf("<Rule %s%s -> %s>", pyrepr.String(strings.TrimLeft(r.trace, "|")), methods, r.Endpoint)
}

// ValueError says that a value given to Build or BuildPath cannot be written by
// the variable's converter.
type ValueError struct {
	Rule     string
	Variable string
	Message  string
	Err      error // the converter's error, or nil
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("routing: building %q: variable %q: %s", e.Rule, e.Variable, e.Message)
}

func (e *ValueError) Unwrap() error { return e.Err }

func at(source string) string {
	if source == "" {
		return ""
	}
	return " (" + source + ")"
}

// methodNames returns the names of the methods in a mask, sorted.
func methodNames(table []string, mask uint64) []string {
	var names []string
	for i, name := range table {
		if mask&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
