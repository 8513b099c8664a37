// Package compile turns the syntax tree of a template into closures and runs
// them.
//
// # Stages
//
// [Env.Compile] resolves every name to a slot of its unit (symbols.go, the
// rules of Jinja's idtracking), folds constants (fold.go), merges text and
// makes one closure of each statement and expression. A unit is what Jinja
// makes a Python function of: the root of a template, a block, a macro, a
// recursive loop. A frame is one activation of a unit.
//
// # Names
//
// A name that no statement of the unit assigns is looked up in the context
// when its scope is entered, and kept in a slot; so a use of it costs an
// index. Macros reach the slots of the units around them by the static chain
// of frames, which gives them Python's late binding.
package compile

import (
	"sync"

	"github.com/dewar-go/dewar/jinja/internal/lex"
	"github.com/dewar-go/dewar/jinja/internal/parse"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Limits bound what one render may use. A limit of 0 is none, but for
// Recursion, whose default is 1,000, and Range.
type Limits struct {
	Output     int // bytes written, captures included
	Iterations int // loop iterations, counted over all loops; checked every 1,024
	Recursion  int // nested templates, blocks, macros and recursive loops
	Work       int // bytes and elements that filters and operators make
}

func (l *Limits) recursion() int {
	if l.Recursion > 0 {
		return l.Recursion
	}
	return 1000
}

// Env is what templates are compiled in and run against. Its fields are set
// before the first template is compiled and not changed afterwards, save by
// the methods.
type Env struct {
	Lex        lex.Options
	Extensions parse.Extensions
	Autoescape func(name string) bool // nil is off
	Undefined  value.UndefMode
	UndefLog   func(message string)
	Finalize   value.Func // nil is none; called with one argument
	// ConstFinalize reports whether Finalize may be called at compile time.
	ConstFinalize bool
	Sandboxed     bool
	Immutable     bool
	Native        bool
	// Contextual makes outputs go by the place in the document where they stand.
	Contextual bool
	// Compat names the templates in which they do not; nil is none.
	Compat func(name string) bool
	// Strict refuses addresses of what runs or applies that are not typed.
	Strict bool
	// Nonce and FormField give what the template's own elements get, "" for
	// nothing; SameSite answers for an action that names a host. nil is none.
	Nonce     func(st value.State) (string, error)
	FormField func(st value.State) (string, error)
	SameSite  func(st value.State, url string) bool
	// OwnFiles says that scripts and style sheets from a path of the site get no nonce.
	OwnFiles bool
	// LinkSchemes are schemes in lower case that links may have besides the usual ones.
	LinkSchemes []string
	NoOptimize  bool
	Plain       bool // everything is compiled in the plain way: what tests compare the short ways with
	Limits      Limits

	// SafeAttribute and SafeCallable narrow the sandbox; nil keeps its own rules.
	SafeAttribute func(v value.Value, name string) bool
	SafeCallable  func(v value.Value) bool

	// Load finds a template for include, import and extends.
	Load func(name string, parent *Template) (*Template, error)

	filters  table[value.Filter]
	tests    table[value.Test]
	globals  table[value.Value]
	policies table[value.Value]
	impure   table[bool] // filters and, after "is ", tests that must not run at compile time

	pool sync.Pool
}

// NewEnv returns an environment with the filters, tests and globals given.
// The maps are copied.
func NewEnv(filters map[string]value.Filter, tests map[string]value.Test, globals map[string]value.Value) *Env {
	e := &Env{}
	e.filters.init(filters)
	e.tests.init(tests)
	e.globals.init(globals)
	e.policies.init(nil)
	e.impure.init(map[string]bool{
		"random": true, "map": true, "select": true, "reject": true, "selectattr": true, "rejectattr": true,
	})
	return e
}

// Overlay returns a copy of e that shares nothing but the current contents of
// its tables.
func (e *Env) Overlay() *Env {
	n := &Env{
		Lex: e.Lex, Extensions: e.Extensions, Autoescape: e.Autoescape, Undefined: e.Undefined, UndefLog: e.UndefLog,
		Finalize: e.Finalize, ConstFinalize: e.ConstFinalize, Sandboxed: e.Sandboxed, Immutable: e.Immutable,
		Native: e.Native, NoOptimize: e.NoOptimize, Plain: e.Plain, Limits: e.Limits, SafeAttribute: e.SafeAttribute,
		SafeCallable: e.SafeCallable, Load: e.Load,
		Contextual: e.Contextual, Compat: e.Compat, Strict: e.Strict, Nonce: e.Nonce, FormField: e.FormField, SameSite: e.SameSite, LinkSchemes: e.LinkSchemes,
	}
	n.filters.init(e.filters.all())
	n.tests.init(e.tests.all())
	n.globals.init(e.globals.all())
	n.policies.init(e.policies.all())
	n.impure.init(e.impure.all())
	return n
}

// SetFilter adds a filter. It is never run at compile time.
func (e *Env) SetFilter(name string, f value.Filter) {
	e.impure.set(name, true)
	e.filters.set(name, f)
}

// SetTest adds a test. It is never run at compile time.
func (e *Env) SetTest(name string, t value.Test) {
	e.impure.set("is "+name, true)
	e.tests.set(name, t)
}

// SetGlobal adds a global variable.
func (e *Env) SetGlobal(name string, v value.Value) { e.globals.set(name, v) }

// DeleteGlobal removes a global variable.
func (e *Env) DeleteGlobal(name string) { e.globals.remove(name) }

// SetPolicy sets a policy.
func (e *Env) SetPolicy(name string, v value.Value) { e.policies.set(name, v) }

// Filter returns a filter.
func (e *Env) Filter(name string) (value.Filter, bool) { return e.filters.get(name) }

// Test returns a test.
func (e *Env) Test(name string) (value.Test, bool) { return e.tests.get(name) }

// Policy returns a policy, None if it is not set.
func (e *Env) Policy(name string) value.Value {
	if v, ok := e.policies.get(name); ok {
		return v
	}
	return value.None
}

// pure reports whether a filter, or a test after "is ", may run at compile
// time.
func (e *Env) pure(name string) bool {
	_, impure := e.impure.get(name)
	return !impure
}

func (e *Env) global(name string) (value.Value, bool) { return e.globals.get(name) }

// FilterNames returns the names of the filters, unsorted.
func (e *Env) FilterNames() []string { return e.filters.names() }

// TestNames returns the names of the tests, unsorted.
func (e *Env) TestNames() []string { return e.tests.names() }

// GlobalNames returns the names of the global variables, unsorted.
func (e *Env) GlobalNames() []string { return e.globals.names() }

func (e *Env) autoescape(name string) bool { return e.Autoescape != nil && e.Autoescape(name) }

// undefined completes u with the environment's type.
func (e *Env) undefined(u value.Undef) value.Value {
	u.Mode, u.Log = e.Undefined, e.UndefLog
	return value.NewUndefined(&u)
}

func (e *Env) undefinedName(name string) value.Value {
	return e.undefined(value.Undef{Name: value.String(name)})
}

func (e *Env) undefinedHint(hint, name string) value.Value {
	return e.undefined(value.Undef{Hint: hint, Name: value.String(name)})
}
