package value

import (
	"reflect"
	"strings"
	"sync"
	"unicode"
)

// goAttrs holds the attributes of a Go type.
type goAttrs struct {
	fields  map[string]*goField
	methods map[string]*goMethod
	key     []*goField // the fields of a row's primary key
	sites   sync.Map   // *goField -> *siteEntry, for the fields that templates read
}

// entry returns the siteEntry of a field, or nil when no field has the name.
func (a *goAttrs) entry(t *Type, name string) *siteEntry {
	f := a.fields[name]
	if f == nil {
		return nil
	}
	if e, ok := a.sites.Load(f); ok {
		return e.(*siteEntry)
	}
	e, _ := a.sites.LoadOrStore(f, newSiteEntry(t, f))
	return e.(*siteEntry)
}

// goField is an exported field.
type goField struct {
	name   string
	typ    *Type
	offset uintptr
	next   *goField // the field of the struct that an embedded pointer leads to
}

// goMethod is an exported method.
type goMethod struct {
	name  string
	fn    Method
	reads propertyOf
}

// attrInfo returns the attributes of the type. They are collected once.
func (t *Type) attrInfo() *goAttrs {
	if a := t.attrs.Load(); a != nil {
		return a
	}
	a := &goAttrs{}
	if t.rt != nil {
		if t.rt.Kind() == reflect.Struct && t.repr == reprStruct {
			a.addFields(t.rt)
		}
		a.addMethods(t)
	}
	t.attrs.Store(a)
	return a
}

// addFields collects the exported fields of a struct, promoted ones included. When several fields claim a name, the
// order is: the Go name, the jinja tag, the json tag, the Go name in snake_case.
func (a *goAttrs) addFields(rt reflect.Type) {
	type named struct {
		name string
		f    *goField
	}
	var byGo, byJinja, byJSON, bySnake []named
	for _, sf := range reflect.VisibleFields(rt) {
		if !sf.IsExported() {
			continue
		}
		jinja, _, _ := strings.Cut(sf.Tag.Get("jinja"), ",")
		if jinja == "-" {
			continue
		}
		f := fieldPath(rt, sf)
		if f == nil {
			continue
		}
		if isPrimaryKey(sf) {
			a.key = append(a.key, f)
		}
		byGo = append(byGo, named{sf.Name, f})
		if jinja != "" {
			byJinja = append(byJinja, named{jinja, f})
		}
		if json, _, _ := strings.Cut(sf.Tag.Get("json"), ","); json != "" && json != "-" {
			byJSON = append(byJSON, named{json, f})
		}
		bySnake = append(bySnake, named{SnakeCase(sf.Name), f})
	}
	if len(byGo) == 0 {
		return
	}
	a.fields = make(map[string]*goField, 2*len(byGo))
	for _, group := range [][]named{byGo, byJinja, byJSON, bySnake} {
		for _, n := range group {
			if a.fields[n.name] == nil {
				a.fields[n.name] = n.f
			}
		}
	}
}

// fieldPath returns how to reach a field. It is nil when the path leads through an unexported embedded pointer.
func fieldPath(rt reflect.Type, sf reflect.StructField) *goField {
	first := &goField{name: sf.Name}
	f := first
	for i, n := range sf.Index {
		x := rt.Field(n)
		f.offset += x.Offset
		if i == len(sf.Index)-1 {
			f.typ = typeOf(x.Type)
			break
		}
		rt = x.Type
		if rt.Kind() == reflect.Pointer {
			f.next = &goField{name: sf.Name}
			f = f.next
			rt = rt.Elem()
		}
	}
	first.typ = f.typ
	return first
}

// addMethods collects the exported methods by Go name and in snake_case.
func (a *goAttrs) addMethods(t *Type) {
	rt := t.rt
	if t.repr == reprStruct {
		rt = reflect.PointerTo(rt)
	}
	n := rt.NumMethod()
	if n == 0 {
		return
	}
	a.methods = make(map[string]*goMethod, 2*n)
	for i := range n {
		m := rt.Method(i)
		a.methods[m.Name] = &goMethod{name: m.Name, fn: methodCaller(rt, m), reads: propertyOfMethod(m.Type)}
	}
	for i := range n {
		name := rt.Method(i).Name
		if snake := SnakeCase(name); a.methods[snake] == nil {
			a.methods[snake] = a.methods[name]
		}
	}
}

// SnakeCase returns a Go name in snake_case: CreatedAt is created_at, UserID user_id, HTTPServer http_server.
func SnakeCase(name string) string {
	rs := []rune(name)
	var b strings.Builder
	for i, r := range rs {
		if unicode.IsUpper(r) && i > 0 && rs[i-1] != '_' {
			after := i+1 < len(rs) && unicode.IsLower(rs[i+1])
			// The s of a plural, as in IDs, belongs to the word.
			if after && i+2 == len(rs) && rs[i+1] == 's' && unicode.IsUpper(rs[i-1]) {
				after = false
			}
			if !unicode.IsUpper(rs[i-1]) || after {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// goAttr returns the attribute of a Go value: a field, or a method bound to v.
func (v Value) goAttr(name string) (Value, bool) {
	a := v.t.attrInfo()
	if f := a.fields[name]; f != nil {
		return v.field(f), true
	}
	if m := a.methods[name]; m != nil {
		return NewFunction(&Function{Name: m.name, Method: m.fn, Self: v, Bound: true, reads: m.reads}), true
	}
	return Value{}, false
}
