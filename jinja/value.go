package jinja

import (
	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// The types of values. They are declared in an internal package, so that all methods are listed here.
type (
	// Value is any value of a template: Python's None, bool, int, float, complex, str, Markup, bytes, list, tuple, dict,
	// set, range, datetime, timedelta and function, an undefined value, or a Go value. It is small and passed by value. The
	// zero Value is an undefined value without a name. Make one with [ValueOf] or with the functions named for their types.
	//
	// What the value is:
	//
	//	Kind() Kind                      its kind; Kind.String is Python's name of the type
	//	IsUndefined() bool               it is an undefined value of any mode
	//	IsNone() bool                    it is None
	//	IsString() bool                  it is a str or Markup
	//	IsSafe() bool                    it is Markup: text that is safe in HTML
	//	IsInteger() bool                 it is an int; a bool is none
	//	IsNumber() bool                  it is a bool, int, float or complex
	//	IsMapping() bool                 it is a dict or a Go map
	//	IsPlain() bool                   using it runs no code of a Go type
	//	Type() (type)                    its type; type.Name() is the name in messages, that of Go for a Go type
	//	SafeKind() markup.Kind           the place where its text is safe; markup.KindText is none
	//
	// Its content, where ok is false when the value is of another type:
	//
	//	Str() (s string, ok bool)        the text of a str or Markup
	//	HTML() (s string, ok bool)       the text of Markup, or of a Go value with a method HTML
	//	Int64() (i int64, ok bool)       an int or bool that fits into 64 bits
	//	Big() (i *big.Int, ok bool)      an int or bool of any size
	//	Float64() (f float64, ok bool)   a float, int or bool; not an int beyond a float's range
	//	Complex128() (complex128, bool)  a complex number
	//	Bytes() (b []byte, ok bool)      a bytes object; b must not be changed
	//	Time() (time.Time, bool)         a datetime, date or time
	//	Duration() (time.Duration, bool) a timedelta
	//	List() (*List, bool)             a list
	//	Tuple() (items []Value, ok bool) a tuple; items must not be changed
	//	Dict() (*Dict, bool)             a dict that is no Go map
	//	Set() (set, ok)                  a set; set.Items() lists the elements and set.Len() counts them
	//	Range() (r, ok)                  a range; r.Start, r.Stop, r.Step, r.Len() and r.At(i)
	//	Function() (*Function, bool)     a function or method
	//	Undefined() (*Undef, bool)       what an undefined value knows of itself
	//	SliceParts() (start, stop, step Value, ok bool)   the key of x[start:stop:step], for an Itemer
	//
	// As a Go value:
	//
	//	Any() any                        nil for None and undefined values, bool, int64, *big.Int, float64, string, the
	//	                                 types of package markup, []byte, []any for lists and tuples, *Dict, time.Time,
	//	                                 time.Duration; for any other value what ValueOf was given
	//	MarshalJSON() ([]byte, error)    JSON; undefined values are null
	//
	// What works on values of several types are functions: [Truth], [Items], and the methods of [State]: Attr, Item
	// and Call.
	Value = value.Value
	// Kind says which type a [Value] has. Kind.String gives Python's name of the type, such as "str" or "dict".
	Kind = value.Kind
	// Dict is Python's dict: a mapping in the order of insertion, whose keys may be any hashable values. 1, 1.0 and True
	// are the same key. The zero Dict is empty and ready to use. It must not be changed while other goroutines use it.
	//
	//	Value() Value                    the dict as a value
	//	Len() int                        the number of entries
	//	Get(key) (v Value, ok bool, err) the value of a key; err is a TypeError for a key that is not hashable
	//	GetString(key string) (v, ok)    the value of a key that is a str
	//	Set(key, v Value) error          sets a key, at its old place or at the end; a TypeError as above
	//	SetString(key string, v Value)   sets a key that is a str
	//	Delete(key) (found bool, err)    removes a key
	//	Update(v Value) error            adds the entries of a mapping or of an iterable of pairs
	//	Clear()                          removes all entries
	//	Keys() []Value                   the keys in order
	//	All() iter.Seq2[Value, Value]    yields keys and values in order
	//	Copy() *Dict                     a shallow copy
	//	MarshalJSON, UnmarshalJSON       a JSON object, in order
	Dict = value.Dict
	// List is Python's list. It must not be changed while other goroutines use it.
	//
	//	Value() Value                    the list as a value
	//	Len() int                        the number of elements
	//	Items() []Value                  the elements; the slice is the list's own
	//	Append(v ...Value)               adds elements at the end
	List = value.List
	// Undef describes an undefined value; [NewUndefined] and State.Undefined make one of it.
	//
	//	Hint string                      the message of errors, if not empty
	//	Obj Value                        the value whose attribute or item is missing
	//	Name Value                       the missing name: a str, or any key
	//	Class string                     the class of errors; "" is UndefinedError
	//	Message() string                 the message of the error that using the value raises
	//	Err() error                      that error
	//
	// The fields HasObj, Mode and Log say whether Obj counts, how the value behaves, and who is told of its use.
	Undef = value.Undef
)

// The types of functions that templates call.
type (
	// Func, Filter and Test are the native forms of functions, filters and tests. They are called without conversions.
	// The State and the slices in Args are valid during the call only.
	//
	//	Func    func(st State, a Args) (Value, error)
	//	Filter  func(st State, v Value, a Args) (Value, error)    v is the filtered value
	//	Test    func(st State, v Value, a Args) (bool, error)     v is the tested value
	Func = value.Func
	// Filter is the native form of a filter, see [Func].
	Filter = value.Filter
	// Test is the native form of a test, see [Func].
	Test = value.Test
	// Function is a function as a value, see [NewFunction].
	//
	//	Name string                      its name in messages
	//	Fn Func                          the function; a bound method has Bound, Method and Self instead
	//	Unsafe bool                      a sandbox must not call it
	//	AltersData bool                  it changes its object: an immutable sandbox must not call it
	//	Call(st State, a Args) (Value, error)   calls it
	Function = value.Function
	// Args are the arguments of a call. Pos and Kw are valid during the call only: a function that keeps them copies them.
	//
	//	Pos []Value                      the positional arguments
	//	Kw []Kw                          the keyword arguments, in order
	//	Fixed *Args                      not nil for constant arguments in a template: the same pointer in all calls of one
	//	                                 place, so that a callee may keep what it makes of them
	//	Len() int                        the number of both
	//	Get(name string) (v, ok)         the keyword argument of a name
	//	Bind(fname string, params ...Param) ([]Value, error)
	//	                                 assigns the arguments to the parameters of a function called fname, as Python
	//	                                 does, and returns one value for each; the error is Python's TypeError
	//	BindAfter(fname, implicit, params...)
	//	                                 is Bind for a function whose first parameters, named by implicit, are given
	//	                                 already, such as a filter's value
	//	BindInto(out []Value, fname, implicit, params...) error
	//	                                 is BindAfter without an allocation; out has one place for each of params
	Args = value.Args
	// Kw is a keyword argument: its Name and its Value.
	Kw = value.Kw
	// Param is a parameter for [Args]' Bind: its Name, whether it is Required, and else its Default.
	Param = value.Param
	// State is the running template, as functions, filters, tests and [Caller]s see it.
	//
	//	Autoescape() bool                whether outputs are escaped where the call stands
	//	Attr(v Value, name string) Value v.name: the attribute, else the item, else an undefined value
	//	Item(v, key Value) (Value, error)   v[key]: the item, else the attribute, else an undefined value
	//	Call(fn Value, a Args) (Value, error)   calls fn; a sandbox may refuse
	//	Filter(name string) (Filter, bool)   a filter of the environment; Test is the same for tests
	//	Policy(name string) Value        a policy of the environment, None when there is none
	//	Resolve(name string) (Value, bool)   a variable of the template
	//	Undefined(u Undef) Value         an undefined value of the environment's mode
	//	Data() any                       what the render was given as Run.Data
	//	Grow(n int) error                counts n bytes, iterations or elements against Limits; call it before making
	//	                                 them, and end with its error
	State = value.State
	// Iterator yields values one by one. Its method Next() (v Value, ok bool, err error) returns the next one; ok is
	// false at the end.
	Iterator = value.Iterator
)

// The types of errors.
type (
	// Exception is an error that a function raises: a Python or Jinja exception class with its message. Class and Message
	// are fields, and Err is the Go error behind it or nil. Make one with [NewException].
	Exception = value.Error
	// Error is what loading, compiling and rendering a template fail with.
	//
	//	Class, Message string            the class and the text of Jinja's or Python's exception
	//	Name string                      the template, "" for a string
	//	Line, Column int                 the place, counted from 1; a column counts bytes; 0 is unknown
	//	Source string                    the source of the template
	//	Chain []Site                     the places through which the template was reached, the innermost first
	//	Names []string                   the names that were tried, of class TemplatesNotFound
	//	Err error                        the error of a Go function, which errors.As finds
	//	Error() string                   the message with its place, on one line
	//	Detail() string                  the same with the source line, a caret under the place, and Chain
	//	SourceLine() string              the line of the source, "" when it is unknown
	Error = compile.Error
	// Site is a place in a template, in Error.Chain: the template's Name, the Line, and What stands there: include,
	// import, extends, block or macro.
	Site = compile.Site
)

// The interfaces by which a Go type decides how templates see it. Each is optional. A fmt.Stringer prints its String, an
// error its message.
type (
	// Attrer has Attr(name string) (v Value, ok bool): it answers x.name.
	Attrer = value.Attrer
	// Itemer has Item(key Value) (v Value, ok bool): it answers x[key].
	Itemer = value.Itemer
	// Iterable has Iterate() (Iterator, error): {% for %} and filters iterate it.
	Iterable = value.Iterable
	// Lener has Len() int: the filter length asks for it. Without a Truther, an object of length 0 is false.
	Lener = value.Lener
	// Truther has Truth() bool: whether {% if x %} takes it for true. Without it, what is not empty is true.
	Truther = value.Truther
	// Caller has Call(st State, a Args) (Value, error): templates can call it.
	Caller = value.Caller
	// CallAppender is a Caller that also has AppendCall(buf []byte, st State, a Args) ([]byte, error): it appends what
	// Call returns, which is Markup, where a template prints the call. It saves making a Value.
	CallAppender = value.CallAppender
	// TypeNamer has TypeName() string: the name of the type in messages.
	TypeNamer = value.TypeNamer
	// HTMLer has HTML() markup.HTML: the text of a value that is safe in HTML. Python: __html__.
	HTMLer = value.HTMLer
	// HTMLAppender is an HTMLer that also has AppendHTML(buf []byte) []byte: it appends what HTML returns. It saves making
	// a string.
	HTMLAppender = value.HTMLAppender
	// Comparer has Compare(op Op, other Value) (result, ok bool): it answers ==, <, <= and the like. ok is false when the
	// two cannot be compared.
	Comparer = value.Comparer
	// Container has Contains(x Value) (bool, error): it answers {{ x in container }}.
	Container = value.Container
	// Mapper has Mapping() *Dict: dict(x), **x, x|items and x|tojson take the dict it gives.
	Mapper = value.Mapper
	// Reprer has Repr() string: Python's repr of the value.
	Reprer = value.Reprer
)

// The values that exist once: Python's None, True and False.
var (
	None  = value.None
	True  = value.True
	False = value.False
)

// ValueOf returns the Value of a Go value. Booleans, numbers and strings (named types too), time.Time, time.Duration,
// *big.Int and the types of package markup become values of the language. Structs, maps, slices, functions and pointers
// are kept by reference: templates see later changes. A nil pointer, interface or function is None.
func ValueOf(x any) Value { return value.Of(x) }

// String returns a str.
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

// NewFunc returns a function as a value. name is its name in messages.
func NewFunc(name string, f Func) Value { return value.NewFunc(name, f) }

// NewFunction returns a function with more than a name, such as one that the sandbox must not call. f must not be changed
// afterwards.
func NewFunction(f *Function) Value { return value.NewFunction(f) }

// NewUndefined returns an undefined value. u must not be changed afterwards. In a function, State.Undefined makes one
// that behaves as the environment says.
func NewUndefined(u *Undef) Value { return value.NewUndefined(u) }

// NewException returns an error that a template reports as an exception of the Python or Jinja class, such as
// "ValueError".
func NewException(class, message string) error { return value.NewError(class, message) }
