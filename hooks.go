package dewar

import "github.com/dewar-go/dewar/routing"

// hooks are one scope's functions around a view.
type hooks struct {
	before   []func(*Context) error
	after    []func(*Context) error
	teardown []func(*Context, error)

	preprocess  []func(*Context, routing.Values) error
	urlDefaults []func(c *Context, endpoint string, values map[string]any)
}

// Before adds a function to run before every view, as Flask's before_request
// does: the app's first, then blueprints from the outermost inwards. The first
// one that returns an error, or has written an answer, ends the chain. They
// also run when no rule matched.
func (a *App) Before(f func(*Context) error) { a.root.before(f, callerLocation()) }

// Before adds a function to run before the blueprint's views.
func (b *Blueprint) Before(f func(*Context) error) { b.scope.before(f, callerLocation()) }

// After adds a function to run after every view and after error handlers, as
// Flask's after_request does: blueprints from the innermost outwards, then the
// app's; within a scope, the one added last runs first. It may change headers
// and status, except of an answer that left the buffer: a stream, a large file.
// One that fails, or answers itself, turns the answer into an error page.
func (a *App) After(f func(*Context) error) { a.root.after(f, callerLocation()) }

// After adds a function to run after the blueprint's views.
func (b *Blueprint) After(f func(*Context) error) { b.scope.after(f, callerLocation()) }

// Teardown adds a function to run when the answer is out, always, also after a
// panic, as Flask's teardown_request does. err is the error the request ended
// with, nil when it went well. All run, even when one panics.
func (a *App) Teardown(f func(c *Context, err error)) { a.root.teardown(f, callerLocation()) }

// Teardown adds a function to run when an answer of the blueprint is out.
func (b *Blueprint) Teardown(f func(c *Context, err error)) {
	b.scope.teardown(f, callerLocation())
}

func (s *scope) before(f func(*Context) error, loc string) {
	s.changing("Before", loc)
	s.hooks.before = append(s.hooks.before, f)
}

func (s *scope) after(f func(*Context) error, loc string) {
	s.changing("After", loc)
	s.hooks.after = append(s.hooks.after, f)
}

func (s *scope) teardown(f func(*Context, error), loc string) {
	s.changing("Teardown", loc)
	s.hooks.teardown = append(s.hooks.teardown, f)
}

// URLValuePreprocessor adds a function that sees the values of the matched rule
// before guards, hooks and the view, as Flask's url_value_preprocessor does: the
// app's first, then blueprints from the outermost inwards. It is the place to
// take what every view needs, such as a language in a prefix, into a [Key]. An
// error ends the request.
func (a *App) URLValuePreprocessor(f func(c *Context, values routing.Values) error) {
	a.root.preprocessor(f)
}

// URLValuePreprocessor adds a function that sees the values of the blueprint's
// rules.
func (b *Blueprint) URLValuePreprocessor(f func(c *Context, values routing.Values) error) {
	b.scope.preprocessor(f)
}

// URLDefaults adds a function that may add values to a URL that is about to be
// built, as Flask's url_defaults does. c is nil outside a request. Values that
// the rule has no variable for go into the query, so a function looks at what
// the endpoint expects with [EndpointExpects] first.
func (a *App) URLDefaults(f func(c *Context, endpoint string, values map[string]any)) {
	a.root.defaultURLs(f)
}

// URLDefaults adds a function that may add values to URLs of the blueprint's
// endpoints.
func (b *Blueprint) URLDefaults(f func(c *Context, endpoint string, values map[string]any)) {
	b.scope.defaultURLs(f)
}

// EndpointExpects reports whether a rule of the endpoint has a variable of that
// name.
func EndpointExpects(a *App, endpoint, variable string) bool {
	return a.routes.IsEndpointExpecting(endpoint, variable)
}

func (s *scope) preprocessor(f func(*Context, routing.Values) error) {
	s.changing("URLValuePreprocessor", callerLocation())
	s.hooks.preprocess = append(s.hooks.preprocess, f)
}

func (s *scope) defaultURLs(f func(*Context, string, map[string]any)) {
	s.changing("URLDefaults", callerLocation())
	s.hooks.urlDefaults = append(s.hooks.urlDefaults, f)
}
