package limit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dewar-go/dewar"
)

// The stages of the limiter's guards. The guards of routes and blueprints run after those of the app, but decide which
// of the app's limits apply. So each guard only records its rule, and evaluate applies all of them afterwards. Rules
// that need the user wait until the user is known.
const (
	stageCap      = dewar.StageLimit - 1
	stageEvaluate = dewar.StageLimit + 1
	stageLate     = dewar.StageSession + 5
)

// Guard limits the routes it is put on, each by itself, as Flask-Limiter's limit
// does:
//
//	app.Post("/login", login).Guard(limiter.Guard("10/minute"))
//	bp.Guard(limiter.Guard("100/hour; 20/minute", limit.Rule{Key: limit.User(userID)}))
//
// On a blueprint it counts each of its routes by itself. [Limiter.Shared] counts them together. Guard panics, naming
// the line, when the limit string or the rule is wrong.
func (l *Limiter) Guard(limits string, how ...Rule) dewar.Guard {
	return l.guard("route", "", limits, how)
}

// Shared limits all routes it is put on together, as Flask-Limiter's shared_limit does. All guards of a scope must have
// the same limits and strategy. The scope's name consists of letters, digits and "._:-". Shared panics when it does
// not, and when [Limiter.Guard] would.
func (l *Limiter) Shared(scope, limits string, how ...Rule) dewar.Guard {
	if scope == "" || !isName(scope) {
		panic(fmt.Sprintf("limit: Shared(%q) at %s: the scope's name is made of letters, digits and ._:-, 1 to 64", scope, callerLocation()))
	}
	return l.guard(scope, scope, limits, how)
}

func (l *Limiter) guard(kind, scope, limits string, how []Rule) dewar.Guard {
	loc := callerLocation()
	var given Rule
	switch len(how) {
	case 0:
	case 1:
		given = how[0]
	default:
		panic(fmt.Sprintf("limit: the guard at %s has %d rules, want one at most", loc, len(how)))
	}
	r, err := newRule(kind, scope, limits, given, &l.opts)
	if err != nil {
		panic(fmt.Sprintf("limit: the guard at %s: %v", loc, trim(err)))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if scope != "" {
		is := r.String() + " (" + r.strategy.String() + ")"
		if was, ok := l.shared[scope]; ok && was != is {
			panic(fmt.Sprintf("limit: the scope %q at %s is %s, but was %s before; all its guards have the same limits", scope, loc, is, was))
		}
		l.shared[scope] = is
	}
	l.counting = true
	l.inspect(r, loc)
	return ruleGuard{l, r}
}

// Exempt frees the routes it is put on from [Options.Default] and [Options.Application], as Flask-Limiter's exempt
// does. Limits of the route or its blueprint still apply.
func (l *Limiter) Exempt() dewar.Guard {
	return dewar.GuardFunc(dewar.StageLimit, "limit exempt", func(c *dewar.Context) error {
		if err := l.installed(); err != nil {
			return err
		}
		if !l.opts.InsecureDisabled {
			l.request(c).exempt = true
		}
		return nil
	})
}

// ruleGuard records that its rule applies to the request.
type ruleGuard struct {
	limiter *Limiter
	rule    *rule
}

func (g ruleGuard) Stage() dewar.Stage {
	if g.rule.Late {
		return stageLate
	}
	return dewar.StageLimit
}

func (g ruleGuard) Name() string {
	if g.rule.scope != "" {
		return "limit " + g.rule.scope + " " + g.rule.String()
	}
	return "limit " + g.rule.String()
}

func (g ruleGuard) Check(c *dewar.Context) error {
	l := g.limiter
	if err := l.installed(); err != nil {
		return err
	}
	if l.opts.InsecureDisabled {
		return nil
	}
	st := l.request(c)
	if g.rule.Replace && g.rule.counts(c) {
		st.rules = st.rules[:0]
	}
	if g.rule.Late || c.Endpoint() == "" {
		// No later stage will apply the rule.
		return l.apply(c, st, g.rule)
	}
	st.rules = append(st.rules, g.rule)
	return nil
}

// installed returns an error when the limiter is not an extension of the app: requests must not pass uncounted.
func (l *Limiter) installed() error {
	if l.app == nil {
		return errors.New("limit: the limiter of this guard is not installed; add it with app.Extend")
	}
	return nil
}

// unmatched applies the application's limits to a request that no rule matches. No later stage runs for it.
func (l *Limiter) unmatched(c *dewar.Context) error {
	if c.Endpoint() != "" {
		return nil
	}
	return l.apply(c, l.request(c), l.application)
}

// evaluate applies all limits of a matched route.
func (l *Limiter) evaluate(c *dewar.Context) error {
	st := l.request(c)
	// The order is Flask-Limiter's. Among equally long windows it decides which limit is asked first and which the
	// headers describe.
	var space [6]*rule
	rules := space[:0]
	if !st.exempt {
		if l.application != nil {
			rules = append(rules, l.application)
		}
		if l.defaults != nil && !overridden(c, st.rules) {
			rules = append(rules, l.defaults)
		}
	}
	for _, r := range slices.Backward(st.rules) {
		rules = append(rules, r)
	}
	return l.apply(c, st, rules...)
}

// overridden reports whether a rule replaces the default limits. A rule for other methods does not, as in
// Flask-Limiter: otherwise a limit on POST would free GET of every limit.
func overridden(c *dewar.Context, rules []*rule) bool {
	for _, r := range rules {
		if !r.KeepDefaults && r.counts(c) {
			return true
		}
	}
	return false
}

// isStatic reports whether the request is for a static file.
func (l *Limiter) isStatic(c *dewar.Context) bool {
	l.staticOnce.Do(func() {
		l.static = map[string]bool{}
		for _, r := range l.app.Routes() {
			if before, ok := l.static[r.Endpoint]; r.Static && (!ok || before) {
				l.static[r.Endpoint] = true
			} else {
				l.static[r.Endpoint] = false
			}
		}
	})
	return l.static[c.Endpoint()]
}
