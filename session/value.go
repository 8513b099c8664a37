package session

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
)

// Value returns the value of a name as a T. It converts numbers when nothing is lost, so that a value set in this
// request and one read from JSON are the same. It decodes lists and objects into slices, maps and structs as
// encoding/json does. The result is false when there is no value or it cannot be converted.
func Value[T any](s *Session, name string) (T, bool) {
	v, ok := s.Get(name)
	if !ok {
		var zero T
		return zero, false
	}
	return convert[T](v)
}

func convert[T any](v any) (T, bool) {
	if t, ok := v.(T); ok {
		return t, true
	}
	var t T
	if v == nil {
		return t, false
	}
	dst, src := reflect.ValueOf(&t).Elem(), reflect.ValueOf(v)
	if b, ok := v.(*big.Int); ok {
		switch {
		case b == nil:
			return t, false
		case b.IsInt64():
			src = reflect.ValueOf(b.Int64())
		case b.IsUint64():
			src = reflect.ValueOf(b.Uint64())
		}
	}
	switch dst.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := toInt(src)
		if !ok || dst.OverflowInt(n) {
			return t, false
		}
		dst.SetInt(n)
		return t, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, ok := toUint(src)
		if !ok || dst.OverflowUint(n) {
			return t, false
		}
		dst.SetUint(n)
		return t, true
	case reflect.Float32, reflect.Float64:
		switch {
		case src.CanFloat():
			dst.SetFloat(src.Float())
		case src.CanInt():
			dst.SetFloat(float64(src.Int()))
		case src.CanUint():
			dst.SetFloat(float64(src.Uint()))
		default:
			return t, false
		}
		return t, true
	case reflect.String, reflect.Bool:
		if src.Kind() != dst.Kind() {
			return t, false
		}
		dst.Set(src.Convert(dst.Type()))
		return t, true
	case reflect.Array:
		if src.Kind() == reflect.Array && src.Type().ConvertibleTo(dst.Type()) {
			dst.Set(src.Convert(dst.Type()))
			return t, true
		}
	}
	switch src.Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct, reflect.Pointer:
		b, err := json.Marshal(v)
		if err != nil || json.Unmarshal(b, &t) != nil {
			var zero T
			return zero, false
		}
		return t, true
	}
	return t, false
}

func toInt(v reflect.Value) (int64, bool) {
	switch {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), v.Uint() <= math.MaxInt64
	case v.CanFloat():
		f := v.Float()
		return int64(f), f == math.Trunc(f) && -1<<63 <= f && f < 1<<63
	}
	return 0, false
}

func toUint(v reflect.Value) (uint64, bool) {
	switch {
	case v.CanUint():
		return v.Uint(), true
	case v.CanInt():
		return uint64(v.Int()), v.Int() >= 0
	case v.CanFloat():
		f := v.Float()
		return uint64(f), f == math.Trunc(f) && 0 <= f && f < 1<<64
	}
	return 0, false
}
