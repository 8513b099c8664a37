package builtin

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Short names for types of package value.
type (
	State = value.State
	Value = value.Value
	Args  = value.Args
)

// signature is the Python signature of a filter, test or function. It binds the arguments, so that a wrong call fails
// with Python's message.
type signature struct {
	name     string
	implicit []string // parameters that the template does not pass: the environment, the filtered value
	params   []value.Param
}

func sig(name string, implicit []string, params ...value.Param) *signature {
	return &signature{name, implicit, params}
}

// The implicit parameters of signatures.
var (
	onValue  = []string{"value"}
	onS      = []string{"s"}
	onEnvS   = []string{"env", "s"}
	onCtxS   = []string{"eval_ctx", "s"}
	onEnvVal = []string{"environment", "value"}
	onCtxVal = []string{"eval_ctx", "value"}
)

func (s *signature) bind(out []Value, a Args) error {
	if n := len(a.Pos); len(a.Kw) == 0 && n <= len(s.params) && (n == len(s.params) || !s.params[n].Required) {
		// The usual call. Required parameters come first.
		copy(out, a.Pos)
		for ; n < len(s.params); n++ {
			out[n] = s.params[n].Default
		}
		return nil
	}
	return a.BindInto(out, s.name, s.implicit, s.params...)
}

// keep copies arguments that are used after the call, because the caller reuses their slices.
func keep(a Args) Args {
	return Args{Pos: slices.Clone(a.Pos), Kw: slices.Clone(a.Kw)}
}

// none fails when the call has arguments.
func (s *signature) none(a Args) error {
	if len(a.Pos) == 0 && len(a.Kw) == 0 {
		return nil
	}
	return a.BindInto(nil, s.name, s.implicit)
}

// native checks the arguments of a function that CPython implements in C. n is how many it takes, the filtered value
// included.
func native(name string, a Args, n int) error {
	if len(a.Kw) > 0 {
		return typeError("%s() takes no keyword arguments", name)
	}
	switch got := len(a.Pos) + 1; {
	case got == n:
		return nil
	case n == 1:
		return typeError("%s() takes exactly one argument (%d given)", name, got)
	default:
		return typeError("%s expected %d arguments, got %d", name, n, got)
	}
}

func typeError(format string, a ...any) error  { return value.Errorf("TypeError", format, a...) }
func valueError(format string, a ...any) error { return value.Errorf("ValueError", format, a...) }

func argumentError(format string, a ...any) error {
	return value.Errorf("FilterArgumentError", format, a...)
}

// isClass reports whether err is an exception of one of the classes.
func isClass(err error, classes ...string) bool {
	e, ok := err.(*value.Error)
	if !ok {
		return false
	}
	for _, c := range classes {
		if e.Class == c {
			return true
		}
	}
	return false
}

// softStr is markupsafe.soft_str: a str is returned as it is, another value as str(v).
func softStr(v Value) (Value, error) {
	if v.IsString() {
		return v, nil
	}
	s, err := value.StrOf(v)
	return value.String(s), err
}

// attribute is Python's getattr: it does not look for items.
func attribute(v Value, name string) (Value, error) {
	if u, ok := v.Undefined(); ok {
		if u.Mode == value.UndefChainable {
			return v, nil
		}
		return Value{}, u.Err()
	}
	if f, ok := value.GetAttr(v, name); ok {
		return f, nil
	}
	return Value{}, value.NoAttribute(v, name)
}

// method calls a method of v.
func method(st State, v Value, name string, args ...Value) (Value, error) {
	f, err := attribute(v, name)
	if err != nil {
		return Value{}, err
	}
	if f, ok := f.Function(); ok {
		return f.Call(st, Args{Pos: args})
	}
	return st.Call(f, Args{Pos: args})
}

// index converts an argument as Python does where it wants an int.
func index(v Value) (int, error) {
	if n, ok := v.Int64(); ok {
		return int(n), nil
	}
	if v.Kind() == value.KindBig {
		return 0, value.NewError("OverflowError", "Python int too large to convert to C ssize_t")
	}
	return 0, typeError("'%s' object cannot be interpreted as an integer", value.TypeName(v))
}

// truth returns bool(v). It fails for a strict undefined value.
func truth(v Value) (bool, error) { return value.TruthErr(v) }
