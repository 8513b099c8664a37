package value

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/markup"
)

// Of returns x as a Value.
//
// Booleans, numbers and strings (named types too), time.Time, time.Duration, the safe strings of package markup and
// *big.Int become values of the language. Structs, maps, slices, functions and pointers are kept by reference:
// templates see later changes. A nil pointer, interface or function is None. A Value, *Dict, *List or *Set stays
// itself.
func Of(x any) Value {
	switch x := x.(type) {
	case nil:
		return None
	case string:
		return String(x)
	case Value:
		return x
	case int:
		return Int(int64(x))
	case bool:
		return Bool(x)
	case float64:
		return Float(x)
	case int64:
		return Int(x)
	case map[string]any:
		return ofMap(x)
	case []any:
		return ofSlice(x)
	case *Dict:
		if x == nil {
			return None
		}
		return x.Value()
	case markup.HTML:
		return Safe(string(x))
	case time.Duration:
		return Duration(x)
	}
	return typeOfAny(&x).ofAny(&x)
}

// anyMapType is the type of the objects that JSON is decoded to.
var anyMapType = typeOf(reflect.TypeFor[map[string]any]())

// anySliceType is the type of the lists that JSON is decoded to.
var anySliceType = typeOf(reflect.TypeFor[[]any]())

// loadReflect reads a Go value through reflection, for types without a fast loader.
func loadReflect(rv reflect.Value) Value {
	switch x := rv.Interface().(type) {
	case nil:
		return None
	case complex128:
		return Complex(x)
	case complex64:
		return Complex(complex128(x))
	case json.Number:
		return jsonNumber(string(x))
	case *big.Int:
		if x == nil {
			return None
		}
		return BigInt(x)
	default:
		if isNullable(rv.Type()) {
			if !rv.Field(rv.NumField() - 1).Bool() {
				return None
			}
			return Of(rv.Field(0).Interface())
		}
		if rv.Kind() == reflect.Complex128 || rv.Kind() == reflect.Complex64 {
			return Complex(rv.Complex())
		}
		return Of(x)
	}
}

// jsonNumber returns an int or a float, depending on how the number is written.
func jsonNumber(s string) Value {
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return Int(i)
		}
		if len(s) <= maxDigits {
			if b, ok := new(big.Int).SetString(s, 10); ok {
				return BigInt(b)
			}
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && f == 0 {
		return String(s)
	}
	return Float(f)
}

// float32Value returns the float64 that has the same shortest digits as f.
func float32Value(f float32) Value {
	d, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		d = float64(f)
	}
	return Float(d)
}

// Any returns v as a Go value: nil for None and undefined values, bool, int64, *big.Int, float64, string, the types of
// markup, []byte, []any for lists and tuples, *Dict, time.Time, time.Duration, and the argument of Of for any other
// value.
func (v Value) Any() any {
	if v.t != nil && v.t.repr >= reprStruct {
		return v.goAny()
	}
	switch v.Kind() {
	case KindUndefined, KindNone:
		return nil
	case KindTime, KindDate, KindClock:
		return *raw[time.Time](v)
	case KindDuration:
		return time.Duration(v.n)
	}
	if v.t.rt != nil {
		return v.namedAny()
	}
	switch v.t.kind {
	case KindBool:
		return v.n != 0
	case KindInt:
		return int64(v.n)
	case KindBig:
		return raw[big.Int](v)
	case KindFloat:
		return v.float()
	case KindComplex:
		return *raw[complex128](v)
	case KindString, KindMarkup:
		return safeAny(v.t.safe, v.rawString())
	case KindBytes:
		return v.rawBytes()
	case KindList:
		return anys(raw[List](v).items)
	case KindTuple:
		return anys(v.rawValues())
	case KindDict:
		return raw[Dict](v)
	case KindSet:
		return raw[Set](v)
	case KindRange:
		return raw[Range](v)
	case KindFunc:
		return raw[Function](v)
	case KindIterator:
		return raw[iteratorBox](v).it
	}
	return v
}

// namedAny is Any for values of named Go types.
func (v Value) namedAny() any {
	if v.t.repr != reprNone && v.t.repr != reprString {
		return v.goAny()
	}
	rv := reflect.New(v.t.rt).Elem()
	switch v.t.kind {
	case KindBool:
		rv.SetBool(v.n != 0)
	case KindInt:
		if rv.CanInt() {
			rv.SetInt(int64(v.n))
		} else {
			rv.SetUint(v.n)
		}
	case KindFloat:
		rv.SetFloat(v.float())
	case KindString:
		rv.SetString(v.rawString())
	}
	return rv.Interface()
}

func safeAny(k markup.Kind, s string) any {
	switch k {
	case markup.KindHTML:
		return markup.HTML(s)
	case markup.KindAttrs:
		return markup.Attrs(s)
	case markup.KindURL:
		return markup.URL(s)
	case markup.KindResourceURL:
		return markup.ResourceURL(s)
	case markup.KindJS:
		return markup.JS(s)
	case markup.KindCSS:
		return markup.CSS(s)
	case markup.KindJSON:
		return markup.JSON(s)
	}
	return s
}

func anys(vs []Value) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v.Any()
	}
	return out
}
