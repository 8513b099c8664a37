package value

import (
	"reflect"
	"strings"
)

// propertyOf says whether a Go method is read as a property when a template does not call it. It is one when it takes
// no arguments and returns a value, or a value and an error. A method that returns only an error does something and is
// no property.
type propertyOf struct {
	property bool
	// needs is the type of State.Data that the method takes, or nil. In a render whose Data has another type the method
	// is no property.
	needs reflect.Type
}

// propertyOfMethod decides by the type of a method with its receiver.
func propertyOfMethod(ft reflect.Type) (p propertyOf) {
	switch n := ft.NumOut(); {
	case n == 1 && ft.Out(0) != rtError, n == 2 && ft.Out(0) != rtError && ft.Out(1) == rtError:
	default:
		return p
	}
	switch ft.NumIn() {
	case 1:
		p.property = true
	case 2:
		p.property = !ft.IsVariadic() && ft.In(1) != rtArgs
		if in := ft.In(1); in != rtState && in != rtContext {
			p.needs = in
		}
	}
	return p
}

func (p propertyOf) in(st State) bool {
	return p.property && (p.needs == nil || st != nil && reflect.TypeOf(st.Data()) == p.needs)
}

// Property returns the method that v.name calls when the template does not call it. Call it with v as self and without
// arguments.
func Property(st State, v Value, name string) (Method, bool) {
	if v.t == nil || v.t.rt == nil {
		return nil, false
	}
	if v.t.kind == KindObject {
		if x, ok := v.Any().(Attrer); ok {
			if _, ok := x.Attr(name); ok {
				return nil, false
			}
		}
	}
	if m := v.goProperty(name); m != nil && m.reads.in(st) {
		return m.fn, true
	}
	return nil, false
}

// goProperty returns the method called name when it is a property.
func (v Value) goProperty(name string) *goMethod {
	a := v.t.attrInfo()
	if len(a.methods) == 0 || a.fields[name] != nil {
		return nil
	}
	if m := a.methods[name]; m != nil && m.reads.property {
		return m
	}
	return nil
}

// IsProperty reports whether v is a bound method that reads as a property.
func IsProperty(st State, v Value) bool { return v.t == funcType && raw[Function](v).reads.in(st) }

// ReadProperty calls v when it is a bound method that reads as a property, and returns other values unchanged.
func ReadProperty(st State, v Value) (Value, error) {
	if !IsProperty(st, v) {
		return v, nil
	}
	return raw[Function](v).Call(st, Args{})
}

// isPrimaryKey reports whether a field belongs to the primary key of a row, by the tags of bun and gorm.
func isPrimaryKey(f reflect.StructField) bool {
	_, options, _ := strings.Cut(f.Tag.Get("bun"), ",")
	for o := range strings.SplitSeq(options, ",") {
		if o == "pk" {
			return true
		}
	}
	for o := range strings.SplitSeq(f.Tag.Get("gorm"), ";") {
		if o = strings.ToLower(o); o == "primarykey" || o == "primary_key" {
			return true
		}
	}
	return false
}

// equalByType compares two structs of one type by their method Equal, or, for rows of a table, by their primary key. ok
// is false for a type that has neither and for rows without a key yet.
func equalByType(a, b Value, depth int) (eq, ok bool) {
	for _, p := range [2][2]Value{{a, b}, {b, a}} {
		x, y := p[0], p[1]
		if x.t == nil || x.t.rt == nil {
			continue
		}
		m := x.t.attrInfo().methods["Equal"]
		if m == nil {
			continue
		}
		r, err := m.fn(nil, x, Args{Pos: []Value{y}})
		if err == nil && r.Kind() == KindBool {
			return r.n != 0, true
		}
	}
	if a.t != b.t || a.t == nil || a.t.kind != KindStruct {
		return false, false
	}
	none := true
	for _, f := range a.t.attrInfo().key {
		x, y := a.field(f), b.field(f)
		if same, err := equal(x, y, depth+1); !same || err != nil {
			return false, true
		}
		none = none && !Truth(x)
	}
	return !none, !none
}

// hashKey returns the primary key of a row, which is hashed in place of the row.
func (v Value) hashKey() (Value, bool) {
	if v.t.kind != KindStruct || v.t.rt == nil {
		return Value{}, false
	}
	var key []Value
	some := false
	for _, f := range v.t.attrInfo().key {
		x := v.field(f)
		some = some || Truth(x)
		key = append(key, x)
	}
	return NewTuple(key), some
}

// ComparesBy reports whether structs of the type are compared by a method Equal or a primary key.
func ComparesBy(rt reflect.Type) bool {
	for rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if _, ok := reflect.PointerTo(rt).MethodByName("Equal"); ok {
		return true
	}
	return rt.Kind() == reflect.Struct && len(typeOf(rt).attrInfo().key) > 0
}
