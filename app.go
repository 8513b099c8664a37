package dewar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dewar-go/dewar/internal/bodybuf"
	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// An App is a web application. Make it with [New], register routes,
// blueprints, hooks and extensions, then serve it with [App.Run], or take its
// [App.Handler] into a server of your own. Several apps may live in one
// process.
type App struct {
	// Signals are the events the app announces.
	Signals Signals

	cfg      Config
	location string // where New was called
	root     scope
	log      *slog.Logger
	ownLog   bool    // log is the default
	mistakes []error // found before Handler, reported by it

	// Routing, filled while routes are registered.
	routes       *routing.Map
	placedOwn    int // the app's own routes that are in the map
	placed       []*endpoint
	mounts       []*mount
	endpoints    map[string]*endpoint
	rootFallback *endpoint
	unmatched    unmatched
	proxy        *Fallback     // nil without
	toolbar      *debugToolbar // nil outside debug mode
	certificates *CertificateSource

	// Made when the app is frozen.
	buildOnce sync.Once
	buildErr  error
	keysOnce  sync.Once
	keysErr   error
	mode      mode
	keys      *sign.KeyRing
	store     session.Store
	// sessionInCookie: saving a session changes nothing but the answer.
	sessionInCookie bool
	csrf            *secure.CSRF
	hosts           *secure.Hosts
	proxies         *secure.Proxies
	headers         *secure.HeaderSet
	connections     *secure.Connections
	longAnswers     bodybuf.Room
	nonces          bool // the content security policy takes a nonce
	env             *jinja.Environment
	settings        *datastruct.Dict // config in templates

	startOnce, closeOnce sync.Once
	startErr, closeErr   error
	starters             []func(context.Context) error
	closers              []closing
	failed               atomic.Bool // the app ends, and not because it was told to
	streams              streams
	background           background // of Go
	extensions           []Extension
	commands             []Command
	checkers             []func() []Finding // of extensions
	private              []privateDir       // of extensions
	templateVars         map[string]any     // by name, for the check
	templateTypes        map[string]Vars    // of TemplateVar
	defaults             map[string]any     // of DefaultSetting
	requestVars          map[string]func(*Context) any
}

// New makes an app. Whatever is wrong with the configuration is reported
// together by [App.Handler] or [App.Run].
func New(cfg Config) *App {
	ownLog := cfg.Logger == nil
	cfg.setDefaults()
	a := &App{cfg: cfg, ownLog: ownLog, location: callerLocation(), endpoints: map[string]*endpoint{}, templateVars: map[string]any{}, templateTypes: map[string]Vars{}, defaults: map[string]any{}}
	a.root.app = a
	a.log = cfg.Logger
	a.routes = a.newMap()
	if cfg.Static != nil && strings.HasPrefix(cfg.StaticURL, "/") { // else a mistake that Config's check reports
		addStatic(&a.root, cfg.StaticURL, cfg.Static)
	}
	return a
}

// newMap makes a map of rules that reads hosts and converters as the app does.
func (a *App) newMap() *routing.Map {
	strict := !a.cfg.LaxSlashes
	return routing.NewMap(routing.Options{
		StrictSlashes: &strict,
		HostMatching:  a.cfg.HostMatching, SubdomainMatching: &a.cfg.SubdomainMatching, Converters: a.cfg.Converters,
	})
}

// Config returns the settings, with their defaults filled in. Extensions follow
// them. It is a copy, whose slices, maps and pointers are not to be written to.
func (a *App) Config() Config { return a.cfg }

// Logger returns the app's logger.
func (a *App) Logger() *slog.Logger { return a.log }

// Keys returns the keys that sign sessions and tokens, nil before the app is
// frozen by [App.Handler] or [App.Run].
func (a *App) Keys() *sign.KeyRing { return a.keys }

// Wrap adds middleware around every view of the app and around the answer to
// paths that no rule matches. The first one given is the outermost.
func (a *App) Wrap(list ...Middleware) { a.root.wrap(list, callerLocation()) }

// build freezes the app for one way of listening and makes everything a request
// needs. All mistakes come back as one error.
func (a *App) build(m mode) error {
	a.buildOnce.Do(func() { a.buildErr = a.buildNow(m) })
	if a.buildErr == nil && a.mode != m {
		return errFrozen
	}
	return a.buildErr
}

func (a *App) buildNow(m mode) error {
	a.placeOpenRoutes()
	a.root.frozen = "the app is being served"
	a.mode = m
	mistakes := append(a.mistakes, a.cfg.check(m)...)
	report := func(err error) {
		if err != nil && !slices.ContainsFunc(mistakes, func(m error) bool { return m.Error() == err.Error() }) {
			mistakes = append(mistakes, err) // one on the app is found at each of its routes
		}
	}
	mistakes = append(mistakes, a.checkTLS(m)...)
	report(a.buildSecurity(m))
	a.settings = a.templateConfig()
	report(a.buildTemplates())
	report(a.routes.Compile())
	for _, e := range a.placed {
		report(a.compile(e))
	}
	for _, e := range a.endpoints {
		e.url = a.fixedURL(e)
	}
	for _, f := range a.ruleFindings() {
		a.logFinding(f)
	}
	mistakes = append(mistakes, a.checkTemplatesAtStart()...)
	report(a.buildUnmatched())
	a.buildToolbar()
	if a.proxy != nil {
		report(a.proxy.build())
	}
	for _, dir := range a.private {
		report(a.checkApart(dir))
	}
	for _, check := range a.checkers {
		for _, f := range check() {
			if f.Severity >= SeverityError {
				report(&findingError{f})
			}
		}
	}
	report(a.buildKeys(m))
	switch len(mistakes) {
	case 0:
		a.logPassages()
		return nil
	case 1:
		return fmt.Errorf("dewar: %w", trimPrefix(mistakes[0]))
	}
	text := fmt.Sprintf("dewar: %d mistakes in the configuration of %s:", len(mistakes), a.cfg.Name)
	return &configError{text, mistakes}
}

// configError lists several mistakes.
type configError struct {
	text     string
	mistakes []error
}

func (e *configError) Error() string {
	s := e.text
	for _, m := range e.mistakes {
		s += "\n  - " + trimPrefix(m).Error()
	}
	return s
}

func (e *configError) Unwrap() []error { return e.mistakes }

// trimPrefix takes the package's name off an error that gets it again.
func trimPrefix(err error) error { return withoutPrefix(err, "dewar: ") }

// withoutPrefix takes a prefix off an error's text.
func withoutPrefix(err error, prefix string) error {
	if rest, ok := strings.CutPrefix(err.Error(), prefix); ok {
		return &trimmed{rest, err}
	}
	return err
}

type trimmed struct {
	text string
	err  error
}

func (t *trimmed) Error() string { return t.text }
func (t *trimmed) Unwrap() error { return t.err }

// errFrozen is what a second way of serving gets.
var errFrozen = errors.New("dewar: the app is served in another way already; make a second app")
