package routing

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// Values are written in URLs and messages as Python writes them, so that the URLs of a Python application do not
// change.

// pythonStr returns str(v): True, None, 1.0, and lists with the repr of their items.
func pythonStr(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return floatText(v)
	case float32:
		return floatText(float64(v))
	case fmt.Stringer:
		return v.String()
	case error:
		return v.Error()
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.String:
		return rv.String()
	case reflect.Bool:
		return pythonStr(rv.Bool())
	case reflect.Float32, reflect.Float64:
		return floatText(rv.Float())
	case reflect.Slice, reflect.Array:
		var b strings.Builder
		b.WriteByte('[')
		for i := range rv.Len() {
			if i > 0 {
				b.WriteString(", ")
			}
			item := rv.Index(i).Interface()
			if s, ok := item.(string); ok {
				b.WriteString(pyrepr.String(s))
			} else {
				b.WriteString(pythonStr(item))
			}
		}
		b.WriteByte(']')
		return b.String()
	case reflect.Pointer:
		if !rv.IsNil() {
			return pythonStr(rv.Elem().Interface())
		}
		return "None"
	}
	return fmt.Sprint(v)
}

// floatText returns Python's repr of a float: the shortest digits, with an exponent below 1e-4 and from 1e16 on.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// pythonInt returns int(v).
func pythonInt(v any) (*big.Int, error) {
	switch v := v.(type) {
	case *big.Int:
		return v, nil
	case UUID:
		return new(big.Int).SetBytes(v[:]), nil
	case string:
		n, ok := parseBig(v)
		if !ok {
			return nil, fmt.Errorf("invalid literal for int() with base 10: %s", pyrepr.String(v))
		}
		return n, nil
	case bool:
		if v {
			return big.NewInt(1), nil
		}
		return new(big.Int), nil
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.IsValid() && rv.CanInt():
		return big.NewInt(rv.Int()), nil
	case rv.IsValid() && rv.CanUint():
		return new(big.Int).SetUint64(rv.Uint()), nil
	case rv.IsValid() && rv.CanFloat():
		f := rv.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("cannot convert float %s to integer", floatText(f))
		}
		n, _ := big.NewFloat(f).Int(nil)
		return n, nil
	case rv.IsValid() && rv.Kind() == reflect.String:
		return pythonInt(rv.String())
	}
	return nil, fmt.Errorf("int() argument must be a string, a bytes-like object or a real number, not '%s'", pythonTypeName(v))
}

// pythonFloat returns float(v) of a number, and NaN for other values.
func pythonFloat(v any) float64 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.IsValid() && rv.CanInt():
		return float64(rv.Int())
	case rv.IsValid() && rv.CanUint():
		return float64(rv.Uint())
	case rv.IsValid() && rv.CanFloat():
		return rv.Float()
	}
	return math.NaN()
}

// pythonTypeName returns Python's name of the type, or Go's for a type that Python does not have.
func pythonTypeName(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map:
		return "dict"
	}
	return fmt.Sprintf("%T", v)
}

// truth returns bool(v) of a converter's argument.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case *big.Int:
		return v.Sign() != 0
	}
	return pythonFloat(v) != 0
}

// equalValues is Python's == for values of variables and defaults. Numbers of different types are compared by value.
func equalValues(a, b any) bool {
	if x := pythonFloat(a); !math.IsNaN(x) {
		y := pythonFloat(b)
		if math.IsNaN(y) || x != y {
			return false
		}
		m, err1 := pythonInt(a)
		n, err2 := pythonInt(b)
		return err1 != nil || err2 != nil || m.Cmp(n) == 0
	}
	if s, ok := stringOf(a); ok {
		t, ok := stringOf(b)
		return ok && s == t
	}
	return reflect.DeepEqual(a, b)
}

func stringOf(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	if rv := reflect.ValueOf(v); rv.IsValid() && rv.Kind() == reflect.String {
		return rv.String(), true
	}
	return "", false
}

// reprStrings returns Python's repr of a list of strings.
func reprStrings(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = pyrepr.String(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
