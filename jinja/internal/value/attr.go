package value

import (
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/output"
)

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

// siteEntry says how to read an attribute of values of type t.
type siteEntry struct {
	t, as  *Type // of the value that has it, of its own value
	offset uintptr
	loader loader // loadSlow when it takes more than a read at offset
	f      *goField
	key    string // of a dict or Go map
}

// newSiteEntry describes field f of t.
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

// Attr is GetAttr, fast for the field of a struct type seen before at this place.
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

// Lookup is environment.getattr without the undefined value: attribute, then item. It is fast for
// the field of a struct type seen before at this place and for keys of dicts and maps. A method that
// reads as a property is not found: calling it takes more than a look-up.
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
		s.p.CompareAndSwap(nil, e) // only the first kind of value seen here, not to make one for each change
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

// isKey reports whether name of a dict or map can only be a key: it is no attribute.
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

// AppendEscaped appends what Lookup finds as [AppendEscaped] does, without making a Value. ok is false,
// and nothing is appended, when the short way does not apply.
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

// AppendInQuote is the function AppendInQuote for fields of structs.
func (s *Site) AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	e := s.p.Load()
	if e == nil || e.t != v.t || e.f == nil || e.as == htmlType {
		return buf, false
	}
	return e.appendEscaped(buf, v)
}

// AppendInQuote is AppendEscaped for a place where Markup is escaped too, such as a quoted attribute: ok is false for
// what must not be printed as between tags there.
func AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	switch v.t {
	case stringType:
		return output.AppendEscaped(buf, v.rawString()), true
	case intType:
		return output.AppendInt(buf, int64(v.n)), true
	}
	return buf, false
}

// Bool is Int for bools.
func (s *Site) Bool(v Value) (b, ok bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.loader == loadBool {
		return e.bool(v), true
	}
	return false, false
}

// Str is Int and FindInt in one for plain strings.
func (s *Site) Str(v Value, name string) (text string, ok bool) {
	if e := s.p.Load(); e != nil && e.t == v.t && e.loader == loadString && e.as == stringType {
		return e.string(v), true
	}
	if x, ok := s.plain(v, name); ok && x.t == stringType {
		return x.rawString(), true
	}
	return "", false
}

// plain is Lookup for values whose attributes can be read without calling anything: asking twice changes nothing.
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

// Truth is the truth of what Lookup finds; ok is false when the short way does not apply.
func (s *Site) Truth(v Value, name string) (truth, ok bool) {
	x, ok := s.Lookup(v, name)
	if !ok || x.t == nil || x.t.kind == KindUndefined || x.t.kind == KindObject {
		return false, false
	}
	return Truth(x), true
}

// entry is how the site reads its attribute of a struct type, nil when that is not a field.
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
