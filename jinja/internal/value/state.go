package value

// State is the running template, as functions, filters and tests see it.
type State interface {
	// Autoescape reports whether output is escaped where the call stands.
	Autoescape() bool
	// Undefined returns an undefined value of the environment's type.
	Undefined(u Undef) Value
	// Attr is environment.getattr: the attribute, else the item, else an undefined value. The sandbox and the mode of
	// undefined values apply.
	Attr(v Value, name string) Value
	// Item is environment.getitem: the item, else the attribute, else an undefined value.
	Item(v, key Value) (Value, error)
	// Call calls fn. A sandbox may refuse.
	Call(fn Value, a Args) (Value, error)
	// Filter and Test return what the environment has registered under a name.
	Filter(name string) (Filter, bool)
	Test(name string) (Test, bool)
	// Policy returns a policy of the environment, None when there is none.
	Policy(name string) Value
	// Resolve looks a name up in the context.
	Resolve(name string) (Value, bool)
	// Data returns what the render was given for Go functions.
	Data() any
	// Grow counts n more bytes, iterations or elements against the environment's limits. The error says that a limit is
	// reached.
	Grow(n int) error
}

// Sandboxed is implemented by a State. When it reports true, str.format reads fields through State.Attr and State.Item.
// Otherwise it raises AttributeError and KeyError itself.
type Sandboxed interface{ Sandboxed() bool }

// Filter, Test and Func are the native forms of filters, tests and functions.
type (
	Filter func(st State, v Value, a Args) (Value, error)
	Test   func(st State, v Value, a Args) (bool, error)
	Func   func(st State, a Args) (Value, error)
)

// Method is a method of a type. self is the value it is called on.
type Method func(st State, self Value, a Args) (Value, error)

// Function is the object of values of KindFunc: a function, or a method bound to Self.
type Function struct {
	Name   string
	Fn     Func   // nil for a bound method
	Method Method // called with Self
	Self   Value
	Bound  bool
	// Unsafe functions must not be called in a sandbox. AltersData marks methods that change their object.
	Unsafe, AltersData bool

	reads propertyOf
}

// NewFunc returns a callable.
func NewFunc(name string, f Func) Value { return objectValue(funcType, &Function{Name: name, Fn: f}) }

// NewFunction returns a callable with its attributes.
func NewFunction(f *Function) Value { return objectValue(funcType, f) }

// NewMethod returns a bound method.
func NewMethod(name string, self Value, m Method) Value {
	return objectValue(funcType, &Function{Name: name, Method: m, Self: self, Bound: true})
}

// Function returns the function behind a callable of KindFunc.
func (v Value) Function() (*Function, bool) {
	if v.Kind() == KindFunc {
		return raw[Function](v), true
	}
	return nil, false
}

// Call calls the function.
func (f *Function) Call(st State, a Args) (Value, error) {
	if f.Method != nil {
		return f.Method(st, f.Self, a)
	}
	return f.Fn(st, a)
}
