package limit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// Options are the settings of a [Limiter]. The names of Flask-Limiter's settings
// stand beside them.
type Options struct {
	// Default is the limit string of every route that has no limits of its own,
	// counted for each route by itself (RATELIMIT_DEFAULT). Default: none.
	Default string
	// DefaultRule says how the limits of Default are applied (RATELIMIT_DEFAULTS_PER_METHOD, _EXEMPT_WHEN,
	// _DEDUCT_WHEN, _COST). Its Late and KeepDefaults have no effect.
	DefaultRule Rule
	// Application is the limit string of the whole application together, also
	// for paths that no rule matches (RATELIMIT_APPLICATION). Default: none.
	Application string
	// ApplicationRule says how the limits of Application are applied. Its Late has no effect.
	ApplicationRule Rule

	// Key says whom requests are counted for (RATELIMIT_KEY_FUNC).
	// Default: [Address].
	Key KeyFunc
	// KeyPrefix stands before the subject in every key, so that several
	// applications can share a store (RATELIMIT_KEY_PREFIX): letters, digits
	// and "._:-", at most 64. Default: none.
	KeyPrefix string
	// Strategy is the way to count (RATELIMIT_STRATEGY). Default: [FixedWindow].
	Strategy Strategy

	// Store keeps the counters (RATELIMIT_STORAGE_URI). Default: a [Memory]. It is for one process: several processes
	// would each count for themselves.
	Store Store
	// StoreTimeout bounds each question to a Store other than Memory. Default: 250 ms.
	StoreTimeout time.Duration
	// Fallback counts while Store does not answer. Default: a [Memory].
	Fallback *Memory

	// Headers puts X-RateLimit-Limit, -Remaining and -Reset on answers
	// (RATELIMIT_HEADERS_ENABLED). Default: false.
	Headers bool
	// StandardHeaders puts the RateLimit and RateLimit-Policy fields of the IETF
	// draft on answers. Default: false.
	StandardHeaders bool

	// LimitStatic counts requests for static files too. One page requests many of them. Default: false, as in
	// Flask-Limiter.
	LimitStatic bool
	// Filter returns true for requests that pass uncounted, such as a load balancer's health checks (request_filter).
	// Default: none.
	Filter func(c *dewar.Context) bool
	// OnBreach is called when a request is refused. Its error, unless nil, is the answer instead of the 429
	// (RATELIMIT_ON_BREACH_CALLBACK). Default: none.
	OnBreach func(c *dewar.Context, e *Exceeded) error

	// Concurrency is how many requests are served at once; the others are
	// answered 503 with Retry-After. It counts in this process. Default: no
	// bound.
	Concurrency int
	// RetryAfter is the wait that answers with 503 tell. Default: 1 s.
	RetryAfter time.Duration

	// InsecureDisabled switches all limits off, Concurrency included (RATELIMIT_ENABLED = False). Then anybody may try
	// passwords, and exhaust the server, as fast as it answers. Default: false.
	InsecureDisabled bool

	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// A Limiter applies limits to an application. Make it with [New], give it to
// [dewar.App.Extend], and put its guards on routes and blueprints. It is safe
// for concurrent use.
type Limiter struct {
	opts        Options
	store       *backedStore
	defaults    *rule
	application *rule
	caps        *secure.Concurrency
	state       dewar.Key[*request]

	mu       sync.Mutex // guards the fields below until the app serves
	app      *dewar.App
	mistakes []error
	counting bool              // a guard or counter was made
	shared   map[string]string // the limits and strategy of each scope
	findings []dewar.Finding

	staticOnce sync.Once
	static     map[string]bool
}

// New makes a limiter. Mistakes in the options are reported by [Limiter.Init], when the application starts.
func New(o Options) *Limiter {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Store == nil {
		o.Store = NewMemory(MemoryOptions{})
	}
	if o.StoreTimeout == 0 {
		o.StoreTimeout = 250 * time.Millisecond
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = time.Second
	}
	l := &Limiter{opts: o, state: dewar.NewKey[*request]("rate_limit"), shared: map[string]string{}}
	l.store = newBackedStore(&l.opts)
	mistake := func(setting string, err error) {
		l.mistakes = append(l.mistakes, fmt.Errorf("limit: Options.%s: %w", setting, trim(err)))
	}
	var err error
	if o.Default != "" {
		if l.defaults, err = newRule("default", "", o.Default, o.DefaultRule, &l.opts); err != nil {
			mistake("Default", err)
		}
	}
	if o.Application != "" {
		if l.application, err = newRule("application", "global", o.Application, o.ApplicationRule, &l.opts); err != nil {
			mistake("Application", err)
		}
	}
	if !isName(o.KeyPrefix) {
		mistake("KeyPrefix", fmt.Errorf("%q is not made of letters, digits and ._:-, at most 64", o.KeyPrefix))
	}
	if int(o.Strategy) >= len(strategies) {
		mistake("Strategy", fmt.Errorf("there is no %v", o.Strategy))
	}
	if o.StoreTimeout < 0 {
		mistake("StoreTimeout", fmt.Errorf("%v is below zero", o.StoreTimeout))
	}
	if o.RetryAfter < 0 {
		mistake("RetryAfter", fmt.Errorf("%v is below zero", o.RetryAfter))
	}
	if o.Concurrency != 0 {
		if l.caps, err = secure.NewConcurrency(o.Concurrency, o.RetryAfter); err != nil {
			mistake("Concurrency", fmt.Errorf("%d requests at once: want 1 or more, or 0 for no bound", o.Concurrency))
		}
	}
	for _, r := range []*rule{l.defaults, l.application} {
		if r != nil {
			l.inspect(r, "")
		}
	}
	return l
}

// Init installs the limiter. [dewar.App.Extend] calls it. Its error lists all mistakes in the options.
func (l *Limiter) Init(app *dewar.App) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.app != nil {
		return errors.New("limit: the limiter is installed already; each app needs one of its own")
	}
	if err := errors.Join(l.mistakes...); err != nil {
		return err
	}
	l.app = app
	l.store.log = app.Logger()
	if l.opts.InsecureDisabled {
		return nil
	}
	app.Signals.RequestFinished.Connect(l.finish)
	app.Signals.RequestTearingDown.Connect(l.release)
	app.Teardown(l.teardown)
	if l.caps != nil {
		app.Guard(capGuard{l, l.caps, l.opts.Concurrency})
	}
	if l.application != nil {
		app.Guard(dewar.GuardFunc(dewar.StageLimit, "limit application "+l.application.String(), l.unmatched))
	}
	name := "limits"
	if l.defaults != nil {
		name = "limit default " + l.defaults.String()
	}
	app.Guard(dewar.GuardFunc(stageEvaluate, name, l.evaluate))
	return nil
}

// Close closes the store if it has a method Close. The App calls it.
func (l *Limiter) Close(context.Context) error {
	if closer, ok := l.opts.Store.(interface{ Close() error }); ok {
		return closer.Close()
	}
	return nil
}

// trim removes the package's name from an error that gets it again.
func trim(err error) error {
	const prefix = "limit: "
	if s := err.Error(); len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return errors.New(s[len(prefix):])
	}
	return err
}
