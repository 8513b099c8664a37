package jinja

import (
	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// The types by which Go code takes part in templates.
type (
	// Value is any value of a template.
	Value = value.Value
	// Kind says what a Value is.
	Kind = value.Kind
	// Dict is an ordered mapping with any hashable keys: Python's dict.
	Dict = value.Dict
	// List is Python's list.
	List = value.List
	// Args are the arguments of a call. Pos and Kw are valid during the call
	// only: a function that keeps them copies them.
	Args = value.Args
	// Kw is a keyword argument.
	Kw = value.Kw
	// Param is a parameter, for Args.Bind.
	Param = value.Param
	// State is what a render offers to functions, filters and tests.
	State = value.State
	// Func, Filter and Test are the native forms of functions.
	Func   = value.Func
	Filter = value.Filter
	Test   = value.Test
	// Function is a callable with its attributes, see [NewFunction].
	Function = value.Function
	// Undef describes an undefined value.
	Undef = value.Undef
	// Iterator yields values one by one.
	Iterator = value.Iterator
	// Exception is an error that a function raises: a Python or Jinja
	// exception class with its message.
	Exception = value.Error
	// Error is what loading, compiling and rendering a template fail with.
	Error = compile.Error
	// Site is a place in a template, in Error.Chain.
	Site = compile.Site
)

// The interfaces by which a Go type decides how templates see it; each is
// optional.
type (
	Attrer    = value.Attrer
	Itemer    = value.Itemer
	Iterable  = value.Iterable
	Lener     = value.Lener
	Truther   = value.Truther
	Caller    = value.Caller
	TypeNamer = value.TypeNamer
	HTMLer    = value.HTMLer
	Comparer  = value.Comparer
	Container = value.Container
	Mapper    = value.Mapper
	Reprer    = value.Reprer
)

// The singletons of the language.
var (
	None  = value.None
	True  = value.True
	False = value.False
)

// ValueOf returns the Value of any Go value.
func ValueOf(x any) Value { return value.Of(x) }

// String, Int, Float and Bool return values of Python's types.
func String(s string) Value { return value.String(s) }

// Int returns an int.
func Int(i int64) Value { return value.Int(i) }

// Float returns a float.
func Float(f float64) Value { return value.Float(f) }

// Bool returns True or False.
func Bool(b bool) Value { return value.Bool(b) }

// Safe returns HTML that is not escaped again.
func Safe(html markup.HTML) Value { return value.Safe(string(html)) }

// NewList returns a list of items.
func NewList(items ...Value) Value { return value.NewList(items) }

// NewTuple returns a tuple of items.
func NewTuple(items ...Value) Value { return value.NewTuple(items) }

// NewDict returns an empty ordered mapping.
func NewDict() *Dict { return value.NewDict() }

// NewFunc returns a callable.
func NewFunc(name string, f Func) Value { return value.NewFunc(name, f) }

// NewFunction returns a callable with attributes, such as one that the sandbox
// must not call.
func NewFunction(f *Function) Value { return value.NewFunction(f) }

// NewUndefined returns an undefined value.
func NewUndefined(u *Undef) Value { return value.NewUndefined(u) }

// NewException returns an error that a template reports under the name of a
// Python or Jinja exception class.
func NewException(class, message string) error { return value.NewError(class, message) }
