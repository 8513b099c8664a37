package routing

import (
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// BuildError says that no rule of an endpoint can be built with the values. The message is Werkzeug's and suggests the
// nearest rule.
type BuildError struct {
	Endpoint string
	Values   Values // without values that are nil
	Method   string // "" for any method

	m *Map
}

func (e *BuildError) Error() string { return "routing: " + e.Message() }

// Message returns the text without the package's name, as Werkzeug writes it.
func (e *BuildError) Message() string {
	var b strings.Builder
	b.WriteString("Could not build url for endpoint " + pyrepr.String(e.Endpoint))
	if e.Method != "" {
		b.WriteString(" (" + pyrepr.String(e.Method) + ")")
	}
	if len(e.Values) > 0 {
		b.WriteString(" with values " + reprStrings(e.names()))
	}
	b.WriteByte('.')
	r := e.Suggested()
	switch {
	case r == nil:
	case r.Endpoint != e.Endpoint:
		b.WriteString(" Did you mean " + pyrepr.String(r.Endpoint) + " instead?")
	default:
		if e.Method != "" && r.Methods != nil && r.methods&e.m.bitOf(e.Method) == 0 {
			b.WriteString(" Did you mean to use methods " + reprStrings(r.Allowed()) + "?")
		}
		var missing []string
		given := newLookup(e.Values)
		for name := range r.arguments {
			if _, ok := given.get(name); !ok {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			slices.Sort(missing)
			b.WriteString(" Did you forget to specify values " + reprStrings(missing) + "?")
		}
	}
	return b.String()
}

func (e *BuildError) names() []string {
	var names []string
	for _, v := range e.Values {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Suggested returns the rule whose endpoint, arguments and methods are nearest to those asked for. It is nil when the
// map is empty.
func (e *BuildError) Suggested() *Rule {
	var best *Rule
	score := -1.0
	target := newSequence(e.Endpoint)
	for _, name := range e.m.names {
		// The rules of one endpoint differ only in the small terms of the score.
		bound := target.ratioBound(name)
		if 0.98*bound+0.02 <= score {
			continue
		}
		ratio := target.ratio(name)
		for _, r := range e.m.endpoints[name] {
			s := 0.98 * ratio
			if !slices.ContainsFunc(e.Values, func(v Value) bool { return !r.arguments[v.Name] }) {
				s += 0.01
			}
			if r.Methods != nil && e.Method != "" && r.methods&e.m.bitOf(e.Method) != 0 {
				s += 0.01
			}
			if s > score {
				best, score = r, s
			}
		}
	}
	return best
}
