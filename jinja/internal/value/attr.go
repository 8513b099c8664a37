package value

import "sync/atomic"

// GetAttr returns the attribute of v: a field or method of a Go value, what an [Attrer] answers, or a
// method or property of a Python type. Methods are bound functions.
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
		return v.goAttr(name)
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

// LookupMethod returns the method of v's type, to be called with v as self: what x.name() needs
// without making a bound function. ok is false when the attribute is something else or absent.
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
			if m := v.goMethod(a, name); m != nil {
				return m.fn, true
			}
		}
	default:
		if v.t.rt != nil {
			if m := v.goMethod(v.t.attrInfo(), name); m != nil {
				return m.fn, true
			}
		}
	}
	if table := methodTables[v.t.kind]; table != nil {
		m, ok = table[name]
	}
	return m, ok
}

// methodTables are the methods of the Python types by kind.
var methodTables [KindSeq + 1]map[string]Method

// Site is the cache of one place in a template that reads an attribute. It may be used by many goroutines.
type Site struct{ p atomic.Pointer[siteEntry] }

type siteEntry struct {
	t *Type
	f *goField
}

// Attr is GetAttr, fast for the field of a struct type seen before at this place and for keys of
// dicts and maps that are no attribute.
func (s *Site) Attr(v Value, name string) (Value, bool) {
	if v.t != nil && v.t.repr == reprStruct {
		if e := s.p.Load(); e != nil && e.t == v.t {
			return v.field(e.f), true
		}
		if f := v.t.attrInfo().fields[name]; f != nil && v.t.kind == KindStruct {
			s.p.Store(&siteEntry{v.t, f})
			return v.field(f), true
		}
	}
	return GetAttr(v, name)
}

// Lookup is environment.getattr without the undefined value: attribute, then item.
func (s *Site) Lookup(v Value, name string) (Value, bool) {
	if v.t == nil {
		return Value{}, false
	}
	if v.t.repr == reprStruct {
		if e := s.p.Load(); e != nil && e.t == v.t {
			return v.field(e.f), true
		}
	}
	switch v.t.kind {
	case KindMap, KindDict:
		if _, ok := methodTables[KindDict][name]; ok || len(name) > 1 && name[0] == '_' {
			break
		}
		if v.t.kind == KindDict {
			return raw[Dict](v).GetString(name)
		}
		if len(v.t.attrInfo().methods) == 0 {
			return v.mapGetString(name)
		}
	}
	if r, ok := s.Attr(v, name); ok {
		return r, true
	}
	r, ok, err := GetItem(v, String(name))
	return r, ok && err == nil
}
