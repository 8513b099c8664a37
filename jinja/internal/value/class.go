package value

import "strings"

// classInfo is a Python type as a value: what x.__class__ is.
type classInfo struct {
	name, module string
	construct    Func
}

func (c *classInfo) qualified() string {
	if c.module == "" || c.module == "builtins" {
		return c.name
	}
	return c.module + "." + c.name
}

// classOf returns x.__class__.
func classOf(v Value) Value {
	c := &classInfo{name: TypeName(v)}
	switch v.Kind() {
	case KindMarkup:
		c.module = "markupsafe"
	case KindUndefined:
		c.module = "jinja2.runtime"
	}
	for i := len(c.name) - 1; i >= 0; i-- {
		if c.name[i] == '.' {
			c.module, c.name = c.name[:i], c.name[i+1:]
			break
		}
	}
	return objectValue(typeType, c)
}

// NewClass returns a Python type as a value. construct is called when a template calls the type.
func NewClass(module, name string, construct Func) Value {
	return objectValue(typeType, &classInfo{name, module, construct})
}

// property returns an attribute of a Python type that is no method.
func property(v Value, name string) (Value, bool) {
	if len(name) > 4 && name[:2] == "__" {
		return dunder(v, name)
	}
	switch v.Kind() {
	case KindInt, KindBool, KindBig:
		switch name {
		case "real", "numerator":
			if v.t.kind == KindBool {
				return Int(int64(v.n)), true
			}
			return v, true
		case "imag":
			return Int(0), true
		case "denominator":
			return Int(1), true
		}
	case KindFloat:
		switch name {
		case "real":
			return v, true
		case "imag":
			return Float(0), true
		}
	case KindComplex:
		c := *raw[complex128](v)
		switch name {
		case "real":
			return Float(real(c)), true
		case "imag":
			return Float(imag(c)), true
		}
	case KindRange:
		r := raw[Range](v)
		switch name {
		case "start":
			return Int(r.Start), true
		case "stop":
			return Int(r.Stop), true
		case "step":
			return Int(r.Step), true
		}
	case KindTime, KindDate, KindClock, KindDuration:
		return timeProperty(v, name)
	case KindView:
		if name == "mapping" {
			return raw[dictView](v).of, true
		}
	case KindType:
		return classMember(raw[classInfo](v), name)
	}
	return Value{}, false
}

// classMember returns a method of the class dict. It takes the dict as its first argument.
func classMember(c *classInfo, name string) (Value, bool) {
	m := methodTables[KindDict][name]
	if m == nil || c.qualified() != "dict" {
		return Value{}, false
	}
	return NewFunc(name, func(st State, a Args) (Value, error) {
		if name == "fromkeys" {
			return m(st, None, a)
		}
		if len(a.Pos) == 0 {
			return Value{}, typeErrorf("unbound method dict.%s() needs an argument", name)
		}
		if a.Pos[0].Kind() != KindDict {
			return Value{}, typeErrorf("descriptor '%s' for 'dict' objects doesn't apply to a '%s' object", name, TypeName(a.Pos[0]))
		}
		return m(st, a.Pos[0], Args{Pos: a.Pos[1:], Kw: a.Kw})
	}), true
}

// dunder returns a special attribute such as __class__.
func dunder(v Value, name string) (Value, bool) {
	switch name {
	case "__class__":
		if v.Kind() == KindStruct || v.Kind() == KindObject {
			if name := QualifiedTypeName(v); strings.HasPrefix(name, "jinja2.") {
				i := strings.LastIndexByte(name, '.')
				return NewClass(name[:i], name[i+1:], nil), true
			}
			return Value{}, false
		}
		if v.Kind() == KindType {
			return NewClass("builtins", "type", nil), true
		}
		return classOf(v), true
	case "__name__", "__qualname__":
		switch v.Kind() {
		case KindType:
			return String(raw[classInfo](v).name), true
		case KindFunc:
			return String(raw[Function](v).Name), true
		}
	case "__module__":
		if v.Kind() == KindType {
			m := raw[classInfo](v).module
			if m == "" {
				m = "builtins"
			}
			return String(m), true
		}
	case "__self__":
		if v.Kind() == KindFunc && raw[Function](v).Bound {
			return raw[Function](v).Self, true
		}
	case "__call__":
		if IsCallable(v) {
			return v, true
		}
	case "__html__":
		if h, ok := v.HTML(); ok {
			return NewFunc("__html__", func(State, Args) (Value, error) { return Safe(h), nil }), true
		}
	case "__len__":
		if _, err := Len(v); err == nil {
			return NewMethod(name, v, func(_ State, self Value, _ Args) (Value, error) {
				n, err := Len(self)
				return Int(int64(n)), err
			}), true
		}
	case "__str__", "__repr__":
		return NewMethod(name, v, func(_ State, self Value, _ Args) (Value, error) {
			f := StrOf
			if name == "__repr__" {
				f = ReprOf
			}
			s, err := f(self)
			return String(s), err
		}), true
	case "__mro__", "__subclasses__", "__bases__", "__base__", "__dict__":
		if v.Kind() == KindType {
			return NewFunc(name, func(State, Args) (Value, error) {
				return Value{}, NewError("SecurityError", "access to attribute '"+name+"' of 'type' object is unsafe.")
			}), true
		}
	}
	return Value{}, false
}
