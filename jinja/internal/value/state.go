package value

// State is what a render offers to callables, filters and tests.
type State interface {
	// Autoescape reports whether output is escaped where the call stands.
	Autoescape() bool
	// Undefined returns an undefined value of the environment's type.
	Undefined(u Undef) Value
	// Attr is environment.getattr: attribute, then item, else undefined. Sandbox and undefined type are honoured.
	Attr(v Value, name string) Value
	// Item is environment.getitem: item, then attribute, else undefined.
	Item(v, key Value) (Value, error)
	// Call calls fn; the sandbox is honoured.
	Call(fn Value, a Args) (Value, error)
	// Filter and Test look up what the environment has registered.
	Filter(name string) (Filter, bool)
	Test(name string) (Test, bool)
	// Policy returns a policy of the environment, None when there is none.
	Policy(name string) Value
	// Resolve looks a name up in the context.
	Resolve(name string) (Value, bool)
	// Data returns what the renderer passed for Go functions.
	Data() any
	// Grow accounts n more bytes, iterations or elements against the limits of the environment.
	Grow(n int) error
}

// Sandboxed is implemented by a State; str.format resolves fields with State.Attr and State.Item
// when it reports true, and raises AttributeError and KeyError itself otherwise.
type Sandboxed interface{ Sandboxed() bool }

// Filter, Test and Func are the native forms of filters, tests and functions.
type (
	Filter func(st State, v Value, a Args) (Value, error)
	Test   func(st State, v Value, a Args) (bool, error)
	Func   func(st State, a Args) (Value, error)
)

// Method is a function of a type's values.
type Method func(st State, self Value, a Args) (Value, error)

// Function is what values of KindFunc refer to.
type Function struct {
	Name   string
	Fn     Func   // nil for a bound method
	Method Method // called with Self
	Self   Value
	Bound  bool
	// Unsafe functions must not be called from a sandbox, AltersData marks methods that change their object.
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
