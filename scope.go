package dewar

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
)

// A View answers a request through its Context or returns an error.
type View func(*Context) error

// Middleware wraps handlers; it is net/http's usual shape and the only kind of
// middleware here.
type Middleware = func(http.Handler) http.Handler

// A Router takes routes: the [App] and every [Blueprint]. The typed functions
// such as [Get1] work on either.
type Router interface {
	Get(rule string, view View) *Route
	Post(rule string, view View) *Route
	Put(rule string, view View) *Route
	Patch(rule string, view View) *Route
	Delete(rule string, view View) *Route
	Route(rule string, view View, methods ...string) *Route
	routerScope() *scope
}

// scope is what an App and a Blueprint have in common: routes and all that
// surrounds their views.
type scope struct {
	app       *App       // the owner, when it is an app's
	bp        *Blueprint // the owner, when it is a blueprint's
	routes    []*Route
	nested    []*mount
	hooks     hooks
	guards    []Guard
	headers   []headersAt
	wraps     []Middleware
	errors    errorHandlers
	templates templateSetup
	frozen    string // why nothing can be added any more, empty while it can
}

// title names the scope in messages.
func (s *scope) title() string {
	if s.bp != nil {
		return fmt.Sprintf("blueprint %q", s.bp.name)
	}
	return "the app"
}

// changing panics when the scope can no longer be changed.
func (s *scope) changing(what, loc string) {
	if s.frozen != "" {
		panic(fmt.Sprintf("dewar: %s at %s: %s, so nothing can be added to %s any more", what, loc, s.frozen, s.title()))
	}
}

func (s *scope) wrap(list []Middleware, loc string) {
	s.changing("Wrap", loc)
	s.wraps = append(s.wraps, list...)
}

// packagePrefix is the import path of this package, followed by a dot: the prefix of the
// names of its functions.
var packagePrefix = func() string {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndexByte(name, '/')
	return name[:slash+1+strings.IndexByte(name[slash+1:], '.')+1]
}()

// callerLocation returns "file.go:12" of the nearest caller outside this
// package: the line of the application that registers something.
func callerLocation() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, packagePrefix) && !isExtension(f.File) {
			return fmt.Sprintf("%s:%d", shortPath(f.File), f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

// isExtension reports whether a file is one of this repository's packages that call the app for
// the program, such as forms.
func isExtension(file string) bool {
	rest, ok := strings.CutPrefix(file, ownFolder+"/")
	folder, _, _ := strings.Cut(rest, "/")
	return ok && !strings.HasSuffix(file, "_test.go") && folder != "examples" && folder != "bench" && folder != "internal"
}

// shortPath keeps the last two elements of a path: enough to find the file.
func shortPath(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		if j := strings.LastIndexByte(p[:i], '/'); j >= 0 {
			return p[j+1:]
		}
	}
	return p
}

// The routing methods of App and Blueprint are the same.

// Get adds a view for GET and HEAD.
func (a *App) Get(rule string, view View) *Route { return a.root.route(rule, view, "GET") }

// Post adds a view for POST.
func (a *App) Post(rule string, view View) *Route { return a.root.route(rule, view, "POST") }

// Put adds a view for PUT.
func (a *App) Put(rule string, view View) *Route { return a.root.route(rule, view, "PUT") }

// Patch adds a view for PATCH.
func (a *App) Patch(rule string, view View) *Route { return a.root.route(rule, view, "PATCH") }

// Delete adds a view for DELETE.
func (a *App) Delete(rule string, view View) *Route { return a.root.route(rule, view, "DELETE") }

// Route adds a view for the given methods, GET when none is given. HEAD comes
// with GET, and OPTIONS is answered by itself.
func (a *App) Route(rule string, view View, methods ...string) *Route {
	return a.root.route(rule, view, methods...)
}

func (a *App) routerScope() *scope { return &a.root }

// Get adds a view for GET and HEAD.
func (b *Blueprint) Get(rule string, view View) *Route { return b.scope.route(rule, view, "GET") }

// Post adds a view for POST.
func (b *Blueprint) Post(rule string, view View) *Route { return b.scope.route(rule, view, "POST") }

// Put adds a view for PUT.
func (b *Blueprint) Put(rule string, view View) *Route { return b.scope.route(rule, view, "PUT") }

// Patch adds a view for PATCH.
func (b *Blueprint) Patch(rule string, view View) *Route { return b.scope.route(rule, view, "PATCH") }

// Delete adds a view for DELETE.
func (b *Blueprint) Delete(rule string, view View) *Route {
	return b.scope.route(rule, view, "DELETE")
}

// Route adds a view for the given methods, GET when none is given.
func (b *Blueprint) Route(rule string, view View, methods ...string) *Route {
	return b.scope.route(rule, view, methods...)
}

func (b *Blueprint) routerScope() *scope { return &b.scope }
