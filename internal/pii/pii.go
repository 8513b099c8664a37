// Package pii finds the fields of values that are tagged pii or secret, for logs and JSON.
package pii

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// What stands in a log where the value of a tagged field was.
const (
	Personal = "[personal]"
	Secret   = "[secret]"
)

// maxDepth bounds how deep values are looked into.
const maxDepth = 16

// Fields names the first field of a value that is tagged pii, and the first that is tagged secret, which encoding/json
// would write: "" for none. What has a MarshalJSON or MarshalText of its own decides for itself.
func Fields(v any) (personal, secret string) {
	if v == nil {
		return "", ""
	}
	return inValue(reflect.ValueOf(v), maxDepth)
}

// known is what a type says of its values.
type known struct {
	personal, secret string
	dynamic          bool // there are interfaces in it, whose values must be looked at
}

var jsonTypes, logTypes sync.Map // reflect.Type to known

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// of looks a type up. For logs the methods of encoding do not count, and neither does whether a field is exported.
func of(t reflect.Type, logs bool) known {
	cache := &jsonTypes
	if logs {
		cache = &logTypes
	}
	if k, ok := cache.Load(t); ok {
		return k.(known)
	}
	var k known
	k.add(t, logs, map[reflect.Type]bool{})
	cache.Store(t, k)
	return k
}

func (k *known) add(t reflect.Type, logs bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	if !logs && marshals(t) {
		return
	}
	switch t.Kind() {
	case reflect.Interface:
		k.dynamic = true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		k.add(t.Elem(), logs, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !logs && (!f.IsExported() && !f.Anonymous || f.Tag.Get("json") == "-") {
				continue
			}
			_, personal := f.Tag.Lookup("pii")
			_, secret := f.Tag.Lookup("secret")
			name := t.String() + "." + f.Name
			if personal && k.personal == "" {
				k.personal = name
			}
			if secret && k.secret == "" {
				k.secret = name
			}
			if !personal && !secret {
				k.add(f.Type, logs, seen)
			}
		}
	}
}

func marshals(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Interface && (p.Implements(jsonMarshaler) || p.Implements(textMarshaler))
}

func inValue(v reflect.Value, depth int) (personal, secret string) {
	k := of(v.Type(), false)
	personal, secret = k.personal, k.secret
	if !k.dynamic || depth == 0 || secret != "" {
		return personal, secret
	}
	look := func(v reflect.Value) {
		if v.IsValid() && secret == "" {
			p, s := inValue(v, depth-1)
			if secret = s; personal == "" {
				personal = p
			}
		}
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		look(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			look(v.Index(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			look(entries.Value())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" {
				look(v.Field(i))
			}
		}
	}
	return personal, secret
}

// Redact returns a value as maps and lists without what is tagged, for a log, or false when nothing of its type is tagged.
// Fields are named as in JSON; those that are not exported are left out.
func Redact(v any) (any, bool) {
	if v == nil {
		return nil, false
	}
	value := reflect.ValueOf(v)
	if k := of(value.Type(), true); k == (known{}) {
		return nil, false
	}
	return shown(value, maxDepth)
}

func shown(v reflect.Value, depth int) (any, bool) {
	if !v.IsValid() {
		return nil, false
	}
	if k := of(v.Type(), true); k == (known{}) {
		return v.Interface(), false
	}
	if depth == 0 {
		return "…", true
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil, false
		}
		if inner, changed := shown(v.Elem(), depth-1); changed {
			return inner, true
		}
	case reflect.Slice, reflect.Array:
		list, changed := make([]any, v.Len()), false
		for i := range list {
			item, c := shown(v.Index(i), depth-1)
			list[i], changed = item, changed || c
		}
		if changed {
			return list, true
		}
	case reflect.Map:
		m, changed := make(map[string]any, v.Len()), false
		for entries := v.MapRange(); entries.Next(); {
			item, c := shown(entries.Value(), depth-1)
			m[fmt.Sprint(entries.Key())], changed = item, changed || c
		}
		if changed {
			return m, true
		}
	case reflect.Struct:
		return fields(v, depth)
	}
	return v.Interface(), false
}

// prints reports whether a type has a text of its own.
func prints(t reflect.Type) bool {
	return marshals(t) || reflect.PointerTo(t).Implements(reflect.TypeFor[fmt.Stringer]())
}

func fields(v reflect.Value, depth int) (any, bool) {
	k := of(v.Type(), true)
	m, changed := map[string]any{}, k.personal+k.secret != ""
	if !changed && prints(v.Type()) {
		return v.Interface(), false
	}
	if collect(v, m, depth) || changed {
		return m, true
	}
	return v.Interface(), false
}

// collect puts the fields of a struct into m, those of structs embedded in it too, and reports whether one is not shown
// as it is.
func collect(v reflect.Value, m map[string]any, depth int) (changed bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		_, personal := f.Tag.Lookup("pii")
		_, secret := f.Tag.Lookup("secret")
		if name == "" || name == "-" {
			name = f.Name
		}
		switch {
		case secret:
			m[name], changed = Secret, true
		case personal:
			m[name], changed = Personal, true
		case f.Anonymous && f.Type.Kind() == reflect.Struct && !(f.IsExported() && prints(f.Type)):
			changed = collect(v.Field(i), m, depth) || changed
		case f.IsExported():
			item, c := shown(v.Field(i), depth-1)
			m[name], changed = item, changed || c
		case of(f.Type, true) != (known{}):
			changed = true // it cannot be looked into
		}
	}
	return changed
}
