package value

// GetAttr returns the attribute v.name: a field or method of a Go value, the answer of an [Attrer], or a method or
// property of a Python type. A method is returned as a function bound to v.
func GetAttr(v Value, name string) (Value, bool) {
	if v.t == nil {
		return Value{}, false
	}
	switch v.t.kind {
	case KindObject:
		if x, ok := v.Any().(Attrer); ok {
			if r, ok := x.Attr(name); ok {
				return r, true
			}
		}
		if r, ok := v.goAttr(name); ok || name != "__class__" {
			return r, ok
		}
		return dunder(v, name)
	case KindStruct:
		return v.goAttr(name)
	}
	if v.t.rt != nil && v.t.repr != reprSlice || v.t.kind == KindSlice {
		if r, ok := v.goAttr(name); ok {
			return r, true
		}
	}
	if m, ok := LookupMethod(v, name); ok {
		return NewMethod(name, v, m), true
	}
	return property(v, name)
}

// LookupMethod returns the method of v's type that v.name() calls, to be called with v as self. It saves making the
// bound function. ok is false when the attribute is absent or no method.
func LookupMethod(v Value, name string) (m Method, ok bool) {
	switch v.Kind() {
	case KindUndefined, KindNone:
		return nil, false
	case KindObject, KindStruct, KindSlice:
		if v.t.kind == KindObject {
			if x, ok := v.Any().(Attrer); ok {
				if _, ok := x.Attr(name); ok {
					return nil, false
				}
			}
		}
		a := v.t.attrInfo()
		if a.fields[name] == nil {
			if m := a.methods[name]; m != nil {
				return m.fn, true
			}
		}
	default:
		if v.t.rt != nil {
			if m := v.t.attrInfo().methods[name]; m != nil {
				return m.fn, true
			}
		}
	}
	if table := methodTables[v.t.kind]; table != nil {
		m, ok = table[name]
	}
	return m, ok
}

// methodTables holds the methods of Python's types by kind and name.
var methodTables [KindSeq + 1]map[string]Method
