package value

import (
	"math"
	"reflect"
	"slices"
	"strings"
)

// mapLen returns the number of entries of a Go map.
func (v Value) mapLen() int {
	if v.p == nil {
		return 0
	}
	switch v.t.mapOf {
	case mapStringAny:
		return len(v.mapStringAny())
	case mapStringString:
		return len(v.mapStringString())
	case mapStringInt:
		return len(v.mapStringInt())
	}
	return reflect.ValueOf(v.goAny()).Len()
}

// mapGetString returns v[key] of a Go map with string keys.
func (v Value) mapGetString(key string) (Value, bool) {
	if v.p == nil {
		return Value{}, false
	}
	switch v.t.mapOf {
	case mapStringAny:
		x, ok := v.mapStringAny()[key]
		if !ok {
			return Value{}, false
		}
		return Of(x), true
	case mapStringString:
		x, ok := v.mapStringString()[key]
		return String(x), ok
	case mapStringInt:
		x, ok := v.mapStringInt()[key]
		return Int(int64(x)), ok
	}
	return v.mapGet(String(key))
}

// mapGet returns v[key] of a Go map. A key of another type is absent.
func (v Value) mapGet(key Value) (Value, bool) {
	if v.p == nil {
		return Value{}, false
	}
	if v.t.mapOf != mapOther {
		s, ok := key.Str()
		if !ok {
			return Value{}, false
		}
		return v.mapGetString(s)
	}
	k, ok := mapKey(key, v.t.rt.Key())
	if !ok {
		return Value{}, false
	}
	x := reflect.ValueOf(v.goAny()).MapIndex(k)
	if !x.IsValid() {
		return Value{}, false
	}
	return Of(x.Interface()), true
}

// mapKey converts key to rt, the key type of a map. A number must fit exactly.
func mapKey(key Value, rt reflect.Type) (reflect.Value, bool) {
	out := reflect.New(rt).Elem()
	switch rt.Kind() {
	case reflect.String:
		s, ok := key.Str()
		if !ok {
			return out, false
		}
		out.SetString(s)
		return out, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, ok := exactInt(key)
		if !ok || out.OverflowInt(i) {
			return out, false
		}
		out.SetInt(i)
		return out, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		i, ok := exactInt(key)
		if !ok || i < 0 || out.OverflowUint(uint64(i)) {
			return out, false
		}
		out.SetUint(uint64(i))
		return out, true
	case reflect.Float32, reflect.Float64:
		f, ok := key.Float64()
		if !ok {
			return out, false
		}
		out.SetFloat(f)
		return out, true
	case reflect.Bool:
		i, ok := exactInt(key)
		if !ok || i != 0 && i != 1 {
			return out, false
		}
		out.SetBool(i == 1)
		return out, true
	case reflect.Interface:
		return anyKey(key, rt)
	}
	x := reflect.ValueOf(key.Any())
	if !x.IsValid() || !x.Type().AssignableTo(rt) || !x.Comparable() {
		return out, false
	}
	out.Set(x)
	return out, true
}

// anyKey converts key for a map[any]T. An int becomes an int, as Go code writes it.
func anyKey(key Value, rt reflect.Type) (reflect.Value, bool) {
	var x any = key.Any()
	if i, ok := x.(int64); ok && i >= math.MinInt && i <= math.MaxInt {
		x = int(i)
	}
	out := reflect.New(rt).Elem()
	rv := reflect.ValueOf(x)
	if !rv.IsValid() {
		return out, true
	}
	if !rv.Comparable() || !rv.Type().AssignableTo(rt) {
		return out, false
	}
	out.Set(rv)
	return out, true
}

// exactInt returns the value of an int, a bool or a float that is whole.
func exactInt(v Value) (int64, bool) {
	if i, ok := v.Int64(); ok {
		return i, true
	}
	if v.Kind() == KindFloat {
		f := v.float()
		if i := int64(f); float64(i) == f && f >= -1<<63 && f < 1<<63 {
			return i, true
		}
	}
	return 0, false
}

// sortedKeys returns the keys of a Go map in order: numbers, then strings, then others by their text.
func (v Value) sortedKeys() []Value {
	n := v.mapLen()
	if n == 0 {
		return nil
	}
	keys := make([]Value, 0, n)
	switch v.t.mapOf {
	case mapStringAny:
		for k := range v.mapStringAny() {
			keys = append(keys, String(k))
		}
	case mapStringString:
		for k := range v.mapStringString() {
			keys = append(keys, String(k))
		}
	case mapStringInt:
		for k := range v.mapStringInt() {
			keys = append(keys, String(k))
		}
	default:
		for it := reflect.ValueOf(v.goAny()).MapRange(); it.Next(); {
			keys = append(keys, Of(it.Key().Interface()))
		}
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

func compareKeys(a, b Value) int {
	sa, aStr := a.Str()
	sb, bStr := b.Str()
	switch {
	case aStr && bStr:
		return strings.Compare(sa, sb)
	case a.IsNumber() && b.IsNumber():
		return compareNumbers(a, b)
	case a.IsNumber():
		return -1
	case b.IsNumber():
		return 1
	case aStr:
		return -1
	case bStr:
		return 1
	}
	if ta, ok := a.Time(); ok {
		if tb, ok := b.Time(); ok {
			return ta.Compare(tb)
		}
	}
	sa, _ = StrOf(a)
	sb, _ = StrOf(b)
	return strings.Compare(sa, sb)
}

// goHash hashes a Go value: by its content when it is comparable, else by its address.
func (v Value) goHash() (uint64, error) {
	return hashInt(int64(v.address()>>3)) + 7, nil
}
