package value

import (
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/markup"
)

// Site is one place in a template that reads an attribute, v.name, or an item, v['name']. It remembers how one type of
// values is read. Goroutines may share it.
type Site struct {
	p    atomic.Pointer[siteEntry]
	Item bool // it reads v['name']: items are looked for before attributes
}

// siteEntry says how a Site reads from values of type t.
type siteEntry struct {
	t, as  *Type // the type of the values; the type of what is read
	offset uintptr
	loader loader // how the field at offset is read; loadSlow when reflection is needed
	f      *goField
	key    string // the key, when values are dicts or Go maps
}

// newSiteEntry returns the entry that reads field f of t.
func newSiteEntry(t *Type, f *goField) *siteEntry {
	e := &siteEntry{t: t, f: f, as: f.typ.as, offset: f.offset, loader: f.typ.loader}
	switch e.loader {
	case loadString, loadInt, loadInt64, loadBool, loadFloat64, loadTime:
	case loadSlice:
		e.as = f.typ
	default:
		e.loader = loadSlow
	}
	if f.next != nil {
		e.loader = loadSlow
	}
	return e
}

// Lookup is environment.getattr, or environment.getitem, without the undefined value. It is fast for fields of structs
// and for keys of dicts and maps. It does not find a method that reads as a property, because such a method has to be
// called. An Item site finds nothing in other kinds of values.
func (s *Site) Lookup(v Value, name string) (Value, bool) {
	if e := s.p.Load(); e != nil && e.t == v.t {
		return e.read(v)
	}
	if v.t != nil && v.t.kind == KindObject && !s.Item {
		if x, ok := v.goAny().(Attrer); ok {
			if r, ok := x.Attr(name); ok {
				return r, r.t != funcType || !raw[Function](r).reads.property
			}
		}
	}
	r, ok, known := s.direct(v, name)
	if known || v.t == nil || s.Item || v.t.kind == KindStruct && v.goProperty(name) != nil {
		return r, ok
	}
	if r, ok := GetAttr(v, name); ok {
		return r, r.t != funcType || !raw[Function](r).reads.property
	}
	r, ok, err := GetItem(v, String(name))
	return r, ok && err == nil
}

// direct is Lookup for fields and keys, which are read without calling anything. known is false for all else.
func (s *Site) direct(v Value, name string) (r Value, ok, known bool) {
	e := s.p.Load()
	switch {
	case e != nil && e.t == v.t:
		r, ok = e.read(v)
		return r, ok, true
	case v.t == nil:
	case v.t.kind == KindStruct && v.t.repr == reprStruct:
		if e := v.t.attrInfo().entry(v.t, name); e != nil {
			s.p.Store(e)
			r, ok = e.read(v)
			return r, ok, true
		}
	case v.IsMapping() && (s.Item || isKey(v, name)):
		loader := loadMapKey
		if v.t.kind == KindDict {
			loader = loadKey
			r, ok = raw[Dict](v).GetString(name)
		} else {
			r, ok = v.mapGetString(name)
		}
		if e == nil { // replacing an entry at each change of types would allocate each time
			s.p.CompareAndSwap(nil, &siteEntry{t: v.t, key: name, loader: loader})
		}
		return r, ok, true
	}
	return Value{}, false, false
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

// appendDirect is AppendEscaped where the entry does not fit v.
func (s *Site) appendDirect(buf []byte, v Value, name string) (_ []byte, ok bool) {
	if x, ok, _ := s.direct(v, name); ok {
		switch x.t {
		case stringType, htmlType, intType:
			buf, _ = AppendEscaped(buf, x)
			return buf, true
		}
	}
	return buf, false
}

// AppendInQuote is the function [AppendInQuote] for a field that the Site remembers.
func (s *Site) AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	e := s.p.Load()
	if e == nil || e.t != v.t || e.f == nil || e.as == htmlType {
		return buf, false
	}
	return s.AppendEscaped(buf, v, "")
}

// AppendInQuote is AppendEscaped for a place where Markup is escaped too, such as a quoted attribute. ok is false
// unless v is a plain str or an int: other values may be escaped in another way there.
func AppendInQuote(buf []byte, v Value) (_ []byte, ok bool) {
	switch v.t {
	case stringType:
		return markup.AppendEscape(buf, v.rawString()), true
	case intType:
		return output.AppendInt(buf, int64(v.n)), true
	}
	return buf, false
}

// MethodSite is one place in a template that calls a method, v.name(...). It remembers the method of one type of values.
// Goroutines may share it.
type MethodSite struct{ p atomic.Pointer[methodEntry] }

type methodEntry struct {
	t    *Type
	call Method
}

// Lookup is [LookupMethod].
func (s *MethodSite) Lookup(v Value, name string) (call Method, ok bool) {
	e := s.p.Load()
	if e != nil && e.t == v.t {
		return e.call, true
	}
	if call, ok = LookupMethod(v, name); !ok {
		return nil, false
	}
	// Methods of Go types depend on more than the type, such as the answer of an Attrer.
	if e == nil && v.t.rt == nil && v.t.kind != KindObject {
		s.p.CompareAndSwap(nil, &methodEntry{t: v.t, call: call})
	}
	return call, true
}
