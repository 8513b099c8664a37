package value

import (
	"reflect"
	"strings"
)

// propertyOf says how a Go method reads when a template does not call it. Where
// Python has a property, Go has a method without arguments: with one result, or a
// result and an error, it reads as its result. A method that only returns an error
// does something, and stays a function.
type propertyOf struct {
	property bool
	// needs is the type of State.Data that the method takes, nil for none: it is
	// no property in a render that does not have it.
	needs reflect.Type
}

// propertyOfMethod judges a method by its type with the receiver.
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

// Property returns the method that reads as x.name when it is not called, to be
// called with v as self and without arguments.
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

// goProperty is the method of the name if it may be a property.
func (v Value) goProperty(name string) *goMethod {
	a := v.t.attrInfo()
	if len(a.methods) == 0 || a.fields[name] != nil {
		return nil
	}
	if m := v.goMethod(a, name); m != nil && m.reads.property {
		return m
	}
	return nil
}

// IsProperty reports whether a value is a method that reads as a property.
func IsProperty(st State, v Value) bool { return v.t == funcType && raw[Function](v).reads.in(st) }

// ReadProperty returns what a value reads as that is a method of a property, and
// v itself when it is none.
func ReadProperty(st State, v Value) (Value, error) {
	if !IsProperty(st, v) {
		return v, nil
	}
	return raw[Function](v).Call(st, Args{})
}

// isPrimaryKey reports whether a field is one of a row's primary key, by the tags
// of bun and gorm.
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

// equalByType compares two structs as their type has it: by a method Equal, or,
// for the rows of a table, by their primary key. ok is false for types with neither
// and for rows without a key yet.
func equalByType(a, b Value, depth int) (eq, ok bool) {
	for _, p := range [2][2]Value{{a, b}, {b, a}} {
		x, y := p[0], p[1]
		if x.t == nil || x.t.rt == nil {
			continue
		}
		m := x.goMethod(x.t.attrInfo(), "Equal")
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

// hashKey is the primary key of a row as a value to hash.
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

// ComparesBy reports whether values of a struct type are compared by more than
// identity or their content.
func ComparesBy(rt reflect.Type) bool {
	for rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if _, ok := reflect.PointerTo(rt).MethodByName("Equal"); ok {
		return true
	}
	return rt.Kind() == reflect.Struct && len(typeOf(rt).attrInfo().key) > 0
}
