package value

import "reflect"

// AttrType tells the attribute of a Go type without a value. found reports whether the type has the attribute. known is
// false when the type does not say, because it implements [Attrer] or has the attributes of a Python type. rt is the
// type of the field, the result of a method that reads as a property, or the function type of a method with arguments.
// rt is nil when it is not known.
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
