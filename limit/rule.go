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

// A Rule says how limits are applied. Its zero value is Flask-Limiter's default:
// every request costs one and is counted for the limiter's key.
type Rule struct {
	// Key says whom a request is counted for. Default: [Options.Key].
	Key KeyFunc
	// Strategy says how is counted. Default: [Options.Strategy] when nil.
	Strategy *Strategy
	// Cost is what a request costs, 1 when zero. One above a limit's amount
	// could never pass and is a mistake.
	Cost int64
	// CostOf gives the cost by request, instead of Cost. Zero or less is free.
	CostOf func(c *dewar.Context) int64
	// Methods are the methods that are counted, all when empty. HEAD counts as
	// GET.
	Methods []string
	// PerMethod counts each method by itself. HEAD counts as GET, and methods
	// that HTTP does not define count as one.
	PerMethod bool
	// ExemptWhen lets a request pass uncounted.
	ExemptWhen func(c *dewar.Context) bool
	// DeductWhen decides, once the answer's status is known, whether the request
	// counts; for limits on failures alone:
	//
	//	DeductWhen: func(c *dewar.Context, status int) bool { return status == 401 }
	//
	// The cost is charged before the view and given back afterwards if
	// DeductWhen says no. Flask-Limiter charges only afterwards, so that many
	// requests sent at once all pass; here no more than the amount are under
	// way.
	DeductWhen func(c *dewar.Context, status int) bool
	// KeepDefaults lets [Options.Default] hold as well. As in Flask-Limiter, a
	// route with limits of its own, or in a blueprint with some, has no default
	// limits otherwise.
	KeepDefaults bool
	// Replace puts the rule in place of those that guards before it asked for,
	// its blueprints' above all: limits on a blueprint hold for a route with limits
	// of its own as well otherwise, where Flask-Limiter drops them. It does
	// nothing for methods that the rule does not count.
	Replace bool
	// Late checks after session and user are loaded instead of before, for keys
	// that need them. Late limits hold beside the default ones, and come too late
	// to spare the work of loading a session.
	Late bool
	// Message is the sentence for the user in the answer. Default: the limit,
	// as in Flask-Limiter: "10 per 1 minute".
	Message string
	// OnBreach is called when a request is refused. An error that it returns is
	// the answer instead of the 429. Default: [Options.OnBreach].
	OnBreach func(c *dewar.Context, e *Exceeded) error
}

// rule is a Rule with its limits, ready for requests.
type rule struct {
	Rule
	kind     string // for policies' names: default, application, route, or a scope's name
	scope    string // shared by all routes that have it; "" counts each endpoint by itself
	policies []policy
	strategy Strategy
}

// policy is one limit of a rule.
type policy struct {
	Limit
	text string // the canonical form
	tail string // the end of keys
	name string // for the IETF fields, quoted
	full string // RateLimit-Policy's item
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

// holds reports whether the rule is for this request.
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

// appendKey writes the counter's key for a request, up to the policy's part.
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

// methodOf folds methods that would only be ways around a limit.
func methodOf(m string) string {
	switch m {
	case http.MethodHead:
		return http.MethodGet
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect:
		return m
	}
	return otherMethod
}

// isName reports whether s can be a scope or a prefix: it becomes a part of
// keys and of header fields.
func isName(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._:-", r))
	})
}

// own is this package's import path with a dot: what its functions' names begin
// with.
const own = "github.com/dewar-go/dewar/limit."

// callerLocation is the application's line that called into this package.
func callerLocation() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, own) {
			dir := strings.LastIndexByte(f.File, '/')
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File[:max(0, dir)], '/')+1:], f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
