package value

import "reflect"

// AttrType says without a value what the attribute of a Go type is. found
// reports whether there is one of the name, and known whether the type says so:
// a type that decides for itself, or one whose attributes are those of a Python
// type, does not. rt is the type of a field's value, of what a method reads as, or
// of a method with arguments as a function; it is nil when it is not known.
func AttrType(of reflect.Type, name string) (rt reflect.Type, found, known bool) {
	for of != nil && of.Kind() == reflect.Pointer {
		if typeOf(of.Elem()).ptrCaps&objectCaps != 0 {
			return nil, true, false
		}
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct {
		return nil, true, false
	}
	if languageTypes[of] != nil {
		return nil, true, false
	}
	t := typeOf(of)
	if t.repr != reprStruct || t.loader != loadStruct || (t.caps|t.ptrCaps)&objectCaps != 0 {
		return nil, true, false
	}
	a := t.attrInfo()
	if f := a.fields[name]; f != nil {
		return f.typ.rt, true, true
	}
	if m := a.methods[name]; m != nil {
		if method, ok := reflect.PointerTo(of).MethodByName(m.name); ok {
			if m.reads.property && m.reads.needs == nil {
				return method.Type.Out(0), true, true
			}
			return method.Type, true, true
		}
		return nil, true, true
	}
	return nil, false, true
}

// AttrNames lists the attributes of a Go type as templates spell them.
func AttrNames(of reflect.Type) []string {
	for of != nil && of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct {
		return nil
	}
	a := typeOf(of).attrInfo()
	var names []string
	for name := range a.fields {
		names = append(names, name)
	}
	for name := range a.methods {
		names = append(names, name)
	}
	return names
}
