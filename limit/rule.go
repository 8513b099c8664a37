package limit

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar"
)

// A Rule says how limits are applied. The zero value is Flask-Limiter's default: every request costs 1 and is counted
// by the limiter's key.
type Rule struct {
	// Key returns the subject that a request is counted for. Default: [Options.Key].
	Key KeyFunc
	// Strategy is the way to count. Default: [Options.Strategy].
	Strategy *Strategy
	// Cost is the cost of a request. Default: 1. A cost above a limit's amount could never pass and is a mistake.
	Cost int64
	// CostOf returns the cost of a request, instead of Cost. Zero or less is free. Default: none.
	CostOf func(c *dewar.Context) int64
	// Methods are the methods that are counted. HEAD counts as GET. Default: all.
	Methods []string
	// PerMethod counts each method by itself. HEAD counts as GET, and all methods that HTTP does not define count as
	// one. Default: false.
	PerMethod bool
	// ExemptWhen returns true for requests that pass uncounted. Default: none.
	ExemptWhen func(c *dewar.Context) bool
	// DeductWhen decides, once the answer's status is known, whether the request
	// counts; for limits on failures alone:
	//
	//	DeductWhen: func(c *dewar.Context, status int) bool { return status == 401 }
	//
	// The cost is charged before the view and given back afterwards when DeductWhen returns false. Flask-Limiter
	// charges afterwards, so that many requests sent at once all pass. Default: every request counts.
	DeductWhen func(c *dewar.Context, status int) bool
	// KeepDefaults applies [Options.Default] too. Without it, a route that has limits, of its own or by its blueprint,
	// has no default limits, as in Flask-Limiter.
	KeepDefaults bool
	// Replace replaces the rules of the guards before it, such as those of the blueprint. Without it, a blueprint's
	// limits apply to a route with limits of its own as well, unlike in Flask-Limiter. Replace has no effect for
	// methods that the rule does not count.
	Replace bool
	// Late applies the rule after session and user are loaded, for keys that need them. Late rules apply beside the
	// default limits. They do not save the work of loading a session. Default: false.
	Late bool
	// Message is the sentence for the user in the answer. Default: the limit as Flask-Limiter writes it, "10 per 1
	// minute".
	Message string
	// OnBreach is called when a request is refused. Its error, unless nil, is the answer instead of the 429. Default:
	// [Options.OnBreach].
	OnBreach func(c *dewar.Context, e *Exceeded) error
}

// rule is a Rule with its limits, prepared for requests.
type rule struct {
	Rule
	kind     string // in names of policies: default, application, route or a scope's name
	scope    string // of a shared rule; "" counts each endpoint by itself
	policies []policy
	strategy Strategy
}

// policy is one limit of a rule.
type policy struct {
	Limit
	text string // the canonical form of the limit
	tail string // the end of the counter's key
	name string // the name in the fields of the IETF draft, quoted
	full string // the item in RateLimit-Policy
}

func newRule(kind, scope, text string, r Rule, o *Options) (*rule, error) {
	limits, err := Parse(text)
	if err != nil {
		return nil, err
	}
	out := &rule{Rule: r, kind: kind, scope: scope, strategy: o.Strategy}
	if r.Strategy != nil {
		out.strategy = *r.Strategy
	}
	if int(out.strategy) >= len(strategies) {
		return nil, fmt.Errorf("limit: there is no %v", out.strategy)
	}
	if r.Key == nil {
		out.Key = o.Key
	}
	if r.OnBreach == nil {
		out.OnBreach = o.OnBreach
	}
	if r.Cost < 0 {
		return nil, fmt.Errorf("limit: the cost %d is below zero", r.Cost)
	}
	if r.Cost != 0 && r.CostOf != nil {
		return nil, fmt.Errorf("limit: Cost and CostOf are both set; leave one")
	}
	if r.Late && r.Replace {
		return nil, fmt.Errorf("limit: Late and Replace are both set; a late rule comes when those before it have been applied")
	}
	out.Cost = max(1, r.Cost)
	out.Methods = make([]string, len(r.Methods))
	for i, m := range r.Methods {
		m = strings.ToUpper(m)
		if methodOf(m) == otherMethod {
			return nil, fmt.Errorf("limit: %q is no method that can be limited by itself", r.Methods[i])
		}
		out.Methods[i] = methodOf(m)
	}
	for _, l := range limits {
		if l.Amount > 0 && out.Cost > l.Amount {
			return nil, fmt.Errorf("limit: a cost of %d never fits into the limit %q", out.Cost, l)
		}
		p := policy{Limit: l, text: l.String()}
		p.tail = fmt.Sprintf("/%d/%d/%s", l.Amount, l.Multiples, l.Unit)
		if out.strategy != FixedWindow {
			p.tail += "/" + out.strategy.String()
		}
		p.name = strconv.Quote(kind + " " + p.text)
		p.full = fmt.Sprintf("%s;q=%d;w=%d", p.name, l.Amount, int64(l.Window().Seconds()))
		if !slices.ContainsFunc(out.policies, func(q policy) bool { return q.tail == p.tail }) {
			out.policies = append(out.policies, p)
		}
	}
	return out, nil
}

// holds reports whether the rule applies to the request.
func (r *rule) holds(c *dewar.Context) bool {
	return r.counts(c) && (r.ExemptWhen == nil || !r.ExemptWhen(c))
}

// counts reports whether the rule counts requests of this method.
func (r *rule) counts(c *dewar.Context) bool {
	return len(r.Methods) == 0 || slices.Contains(r.Methods, methodOf(c.Method()))
}

func (r *rule) cost(c *dewar.Context) int64 {
	if r.CostOf != nil {
		return max(0, r.CostOf(c))
	}
	return r.Cost
}

// appendKey appends the counter's key for a request, without the policy's tail.
func (r *rule) appendKey(b []byte, prefix string, c *dewar.Context) []byte {
	b = append(b, "LIMITER/"...)
	if prefix != "" {
		b = append(append(b, prefix...), '/')
	}
	subject := ""
	if r.Key != nil {
		subject = r.Key(c)
	}
	if subject == "" {
		b = appendAddress(b, c.ClientIP(), 32, 64)
	} else {
		b = appendSubject(b, subject)
	}
	b = append(b, '/')
	switch {
	case r.scope != "":
		b = append(b, r.scope...)
	case c.Endpoint() != "":
		b = append(b, c.Endpoint()...)
	default:
		b = append(append(b, c.Blueprint()...), ".unmatched"...)
	}
	if r.PerMethod {
		b = append(append(b, ':'), methodOf(c.Method())...)
	}
	return b
}

func (r *rule) String() string {
	texts := make([]string, len(r.policies))
	for i := range r.policies {
		texts[i] = r.policies[i].text
	}
	return strings.Join(texts, "; ")
}

const otherMethod = "OTHER"

// methodOf returns one name for all methods that HTTP does not define, so that unusual methods are no way around a
// limit.
func methodOf(m string) string {
	switch m {
	case http.MethodHead:
		return http.MethodGet
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect:
		return m
	}
	return otherMethod
}

// isName reports whether s can be a scope or prefix, which are parts of keys and header fields.
func isName(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._:-", r))
	})
}

// packagePrefix begins the names of this package's functions.
const packagePrefix = "github.com/dewar-go/dewar/limit."

// callerLocation returns the line of the application that called into this package.
func callerLocation() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, packagePrefix) {
			dir := strings.LastIndexByte(f.File, '/')
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File[:max(0, dir)], '/')+1:], f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
