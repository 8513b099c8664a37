package value

import (
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/output"
)

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

// methodTables holds the methods of Python's types by kind and name.
var methodTables [KindSeq + 1]map[string]Method

// Site is one place in a template that reads an attribute. It remembers how the attribute is read for one type of
// values. Goroutines may share it.
type Site struct{ p atomic.Pointer[siteEntry] }

// siteEntry says how a Site reads its attribute from values of type t.
type siteEntry struct {
	t, as  *Type // the type of the values; the type of the attribute's value
	offset uintptr
	loader loader // how the field at offset is read; loadSlow when reflection is needed
	f      *goField
	key    string // the key, when values are dicts or Go maps
}

// newSiteEntry returns the entry that reads field f of t.
func newSiteEntry(t *Type, f *goField) *siteEntry {
	e := &siteEntry{t: t, f: f, as: f.typ.as, offset: f.offset, loader: f.typ.loader}
	switch e.loader {
	case loadString, loadInt, loadInt64, loadBool, loadFloat64:
		if f.next != nil {
			e.loader = loadSlow
		}
	case loadSlice:
		if e.as = f.typ; f.next != nil {
			e.loader = loadSlow
		}
	default:
		e.loader = loadSlow
	}
	return e
}

// Attr is GetAttr. It is fast for a field of the struct type that the Site remembers.
func (s *Site) Attr(v Value, name string) (Value, bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.f != nil {
		return e.read(v)
	}
	if v.t != nil && v.t.kind == KindStruct && v.t.repr == reprStruct {
		if e := v.t.attrInfo().entry(v.t, name); e != nil {
			s.p.Store(e)
			return e.read(v)
		}
	}
	return GetAttr(v, name)
}

// Lookup is environment.getattr without the undefined value: the attribute, else the item. It is fast for a field of
// the struct type that the Site remembers, and for keys of dicts and maps. It does not find a method that reads as a
// property, because such a method has to be called.
func (s *Site) Lookup(v Value, name string) (Value, bool) {
	if e := s.p.Load(); e != nil && e.t == v.t {
		return e.read(v)
	}
	return s.lookup(v, name)
}

func (s *Site) lookup(v Value, name string) (Value, bool) {
	if v.t == nil {
		return Value{}, false
	}
	if v.IsMapping() && isKey(v, name) {
		e := &siteEntry{t: v.t, key: name, loader: loadMapKey}
		if v.t.kind == KindDict {
			e.loader = loadKey
		}
		s.p.CompareAndSwap(nil, e) // remembers only the first type seen: replacing it at each change would allocate each time
		if v.t.kind == KindDict {
			return raw[Dict](v).GetString(name)
		}
		return v.mapGetString(name)
	}
	if v.t.kind == KindStruct && v.goProperty(name) != nil {
		return Value{}, false
	}
	if r, ok := s.Attr(v, name); ok {
		return r, r.t != funcType || !raw[Function](r).reads.property
	}
	r, ok, err := GetItem(v, String(name))
	return r, ok && err == nil
}

// isKey reports whether v, a dict or map, has no attribute called name, so that v.name can only be a key.
func isKey(v Value, name string) bool {
	if len(name) > 1 && name[0] == '_' {
		return false
	}
	switch len(name) { // the lengths of the method names of dict
	case 3, 4, 5, 6, 7, 8, 10:
		if _, ok := methodTables[KindDict][name]; ok {
			return false
		}
	}
	return v.t.rt == nil || len(v.t.attrInfo().methods) == 0
}

// AppendEscaped appends what Lookup finds, escaped as the function [AppendEscaped] does, without making a Value. ok is
// false when the entry does not fit v or the value needs more; then nothing is appended.
func (s *Site) AppendEscaped(buf []byte, v Value, name string) (_ []byte, ok bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.f != nil {
		return e.appendEscaped(buf, v)
	}
	if v.t == nil || v.t.kind != KindStruct && v.t.kind != KindMap && v.t.kind != KindDict {
		return buf, false
	}
	x, ok := s.Lookup(v, name)
	if !ok {
		return buf, false
	}
	switch x.t {
	case stringType:
		return output.AppendEscaped(buf, x.rawString()), true
	case htmlType:
		return append(buf, x.rawString()...), true
	case intType:
		return output.AppendInt(buf, int64(x.n)), true
	}
	return buf, false
}

// AppendInQuote is the function [AppendInQuote] for a field that the Site remembers.
func (s *Site) AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	e := s.p.Load()
	if e == nil || e.t != v.t || e.f == nil || e.as == htmlType {
		return buf, false
	}
	return e.appendEscaped(buf, v)
}

// AppendInQuote is AppendEscaped for a place where Markup is escaped too, such as a quoted attribute. ok is false
// unless v is a plain str or an int: other values may be escaped in another way there.
func AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	switch v.t {
	case stringType:
		return output.AppendEscaped(buf, v.rawString()), true
	case intType:
		return output.AppendInt(buf, int64(v.n)), true
	}
	return buf, false
}

// Bool returns the field when it is a bool.
func (s *Site) Bool(v Value) (b, ok bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.loader == loadBool {
		return e.bool(v), true
	}
	return false, false
}

// Str returns the field or the item when it is a plain string.
func (s *Site) Str(v Value, name string) (text string, ok bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.loader == loadString && e.as == stringType {
		return e.string(v), true
	}
	if x, ok := s.plain(v, name); ok && x.t == stringType {
		return x.rawString(), true
	}
	return "", false
}

// plain is Lookup for values whose attributes are read without calling anything, so that reading twice has no effect.
func (s *Site) plain(v Value, name string) (Value, bool) {
	if e := s.p.Load(); e != nil && e.t == v.t {
		return e.read(v)
	}
	if v.t == nil {
		return Value{}, false
	}
	switch v.t.kind {
	case KindStruct:
		if e := s.entry(v.t, name); e != nil {
			return e.read(v)
		}
	case KindDict, KindMap:
		return s.lookup(v, name)
	}
	return Value{}, false
}

// Truth returns whether what Lookup finds counts as true. ok is false when nothing is found, and for undefined values
// and objects, whose truth their own code decides.
func (s *Site) Truth(v Value, name string) (truth, ok bool) {
	x, ok := s.Lookup(v, name)
	if !ok || x.t == nil || x.t.kind == KindUndefined || x.t.kind == KindObject {
		return false, false
	}
	return Truth(x), true
}

// entry returns how the Site reads its attribute from values of type t, or nil when the attribute is no field.
func (s *Site) entry(t *Type, name string) *siteEntry {
	if e := s.p.Load(); e != nil && e.t == t {
		return e
	}
	if t.kind != KindStruct || t.repr != reprStruct {
		return nil
	}
	e := t.attrInfo().entry(t, name)
	if e != nil {
		s.p.Store(e)
	}
	return e
}
