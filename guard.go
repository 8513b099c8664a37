package dewar

import "fmt"

// A Guard decides, before middleware and hooks, whether a request goes on. Its
// error becomes the answer, and so does what it wrote, such as a redirect to a
// page for signing in; nil without an answer lets the request pass. Guards of the app, the
// blueprints and the route run together, ordered by stage; within a stage the
// app's come first, then blueprints from the outermost inwards, then the
// route's.
type Guard interface {
	// Stage says when the guard runs.
	Stage() Stage
	// Name is what the list of routes shows, such as "login required".
	Name() string
	// Check returns nil, and writes nothing, to let the request pass.
	Check(c *Context) error
}

// A Stage is a place in the order of guards.
type Stage uint8

// The stages, in the order in which they run. A request that no rule matched
// passes StageCORS and StageLimit only: there is nothing to protect, and the
// answer is an error page anyway.
const (
	StageCORS       Stage = 10 // cross-origin requests and their preflights
	StageLimit      Stage = 20 // concurrency and rate limits
	StageSession    Stage = 30 // session and user are loaded
	StageCSRF       Stage = 40 // cross-site request forgery
	StagePermission Stage = 50 // what this user may do
)

// GuardFunc makes a guard of a function.
func GuardFunc(stage Stage, name string, check func(*Context) error) Guard {
	return guardFunc{stage, name, check}
}

type guardFunc struct {
	stage Stage
	name  string
	check func(*Context) error
}

func (g guardFunc) Stage() Stage           { return g.stage }
func (g guardFunc) Name() string           { return g.name }
func (g guardFunc) Check(c *Context) error { return g.check(c) }

// Guard adds guards to every route of the app.
func (a *App) Guard(guards ...Guard) { a.root.guard(guards, callerLocation()) }

// Guard adds guards to every route of the blueprint and of the blueprints
// within it.
func (b *Blueprint) Guard(guards ...Guard) { b.scope.guard(guards, callerLocation()) }

func (s *scope) guard(guards []Guard, loc string) {
	s.changing("Guard", loc)
	for _, g := range guards {
		if g == nil {
			panic(fmt.Sprintf("dewar: Guard at %s: a guard is nil", loc))
		}
	}
	s.guards = append(s.guards, guards...)
}
