package sign

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar/internal/jsontext"
)

// A Codec turns values into bytes and back for a serializer.
type Codec interface {
	Marshal(v any) ([]byte, error)
	Unmarshal(data []byte) (any, error)
}

// JSON is a [Codec] that writes what Python's json.dumps writes, byte for byte, and reads what json.loads reads:
// separators, escapes, floats as Python's repr writes them, integers of any size as integers, NaN and Infinity. The
// zero value has Python's defaults.
//
// Marshal accepts nil, booleans, numbers, strings, [Dict], slices and maps, whose keys are sorted. Any other value is
// encoded by encoding/json first. Unmarshal returns nil, bool, int, *big.Int for an integer beyond int, float64,
// string, []any, and map[string]any (or Dict, see Ordered).
type JSON struct {
	// Compact leaves out the spaces after "," and ":". Default: false.
	Compact bool
	// ItemSeparator and KeySeparator replace "," and ":" with the spaces after them (separators). Default: none.
	ItemSeparator, KeySeparator string
	// Unicode writes characters outside ASCII as they are instead of \uXXXX
	// (ensure_ascii=False).
	Unicode bool
	// SortKeys writes the members of a Dict in the order of their names.
	SortKeys bool
	// Ordered makes Unmarshal return a Dict for an object, in the order of the text, instead of a map.
	Ordered bool
	// ObjectHook replaces each object that Unmarshal reads by its result, the inner objects first (object_hook).
	// Default: none.
	ObjectHook func(map[string]any) (any, error)
}

// A Dict is a JSON object whose members keep their order.
type Dict []Member

// A Member is one name and value of a [Dict].
type Member struct {
	Name  string
	Value any
}

// Get returns the value of the last member of that name.
func (d Dict) Get(name string) (any, bool) {
	for _, m := range slices.Backward(d) {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// maxDepth bounds how deep values are nested, when reading and writing. Python's limit is about the same.
const maxDepth = 1000

var errDepth = errors.New("JSON is nested more than 1000 deep")

// Marshal returns v as JSON.
func (j JSON) Marshal(v any) ([]byte, error) { return j.Append(nil, v) }

// Append appends v as JSON. A value that contains itself is an error.
func (j JSON) Append(dst []byte, v any) ([]byte, error) {
	dst, err := j.append(dst, v, 0)
	if err != nil {
		return nil, fmt.Errorf("sign: cannot encode %T as JSON: %w", v, err)
	}
	return dst, nil
}

func (j *JSON) append(dst []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return j.AppendString(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v), nil
	case *big.Int:
		if v == nil {
			return append(dst, "null"...), nil
		}
		return v.Append(dst, 10), nil
	case []any:
		return appendList(j, dst, len(v), func(dst []byte, i int) ([]byte, error) { return j.append(dst, v[i], depth+1) })
	case Dict:
		if j.SortKeys {
			v = slices.Clone(v)
			slices.SortStableFunc(v, func(a, b Member) int { return compareStrings(a.Name, b.Name) })
		}
		return appendDict(j, dst, len(v), func(i int) string { return v[i].Name },
			func(dst []byte, i int) ([]byte, error) { return j.append(dst, v[i].Value, depth+1) })
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		return appendDict(j, dst, len(names), func(i int) string { return names[i] },
			func(dst []byte, i int) ([]byte, error) { return j.append(dst, v[names[i]], depth+1) })
	case json.Marshaler, interface{ MarshalText() ([]byte, error) }:
		return j.viaGo(dst, v, depth)
	}
	return j.reflect(dst, reflect.ValueOf(v), depth)
}

// reflect encodes the kinds of Go that have a form of their own in JSON.
func (j *JSON) reflect(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(dst, v.Bool()), nil
	case reflect.String:
		if n, ok := v.Interface().(json.Number); ok {
			return j.viaGo(dst, n, depth)
		}
		return j.AppendString(dst, v.String()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(dst, v.Uint(), 10), nil
	case reflect.Float64:
		return appendFloat(dst, v.Float()), nil
	case reflect.Float32:
		// The shortest decimal that means this float32, as in encoding/json.
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v.Float(), 'g', -1, 32), 64)
		return appendFloat(dst, f), nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return nil, errors.New("bytes have no JSON form; encode them as a string first")
		}
		return appendList(j, dst, v.Len(), func(dst []byte, i int) ([]byte, error) {
			return j.append(dst, v.Index(i).Interface(), depth+1)
		})
	case reflect.Map:
		return j.reflectMap(dst, v, depth)
	case reflect.Pointer:
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		return j.append(dst, v.Elem().Interface(), depth+1)
	case reflect.Struct:
		return j.viaGo(dst, v.Interface(), depth)
	}
	return nil, fmt.Errorf("a value of type %s has no JSON form", v.Type())
}

func (j *JSON) reflectMap(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	members := make(Dict, 0, v.Len())
	for key, value := range v.Seq2() {
		m := Member{Value: value.Interface()}
		switch key.Kind() {
		case reflect.String:
			m.Name = key.String()
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			m.Name = strconv.FormatInt(key.Int(), 10)
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			m.Name = strconv.FormatUint(key.Uint(), 10)
		default:
			return nil, fmt.Errorf("a map with keys of type %s has no JSON form", key.Type())
		}
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b Member) int { return compareStrings(a.Name, b.Name) })
	return j.append(dst, members, depth)
}

// viaGo encodes v with encoding/json and writes the result as Python does.
func (j *JSON) viaGo(dst []byte, v any, depth int) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	plain, err := JSON{Ordered: true}.Unmarshal(b)
	if err != nil {
		return nil, err
	}
	return j.append(dst, plain, depth)
}

func appendList(j *JSON, dst []byte, n int, item func([]byte, int) ([]byte, error)) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = j.comma(dst)
		}
		if dst, err = item(dst, i); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendDict(j *JSON, dst []byte, n int, name func(int) string, value func([]byte, int) ([]byte, error)) ([]byte, error) {
	var err error
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = j.comma(dst)
		}
		dst = j.colon(j.AppendString(dst, name(i)))
		if dst, err = value(dst, i); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (j *JSON) comma(dst []byte) []byte {
	switch {
	case j.ItemSeparator != "":
		return append(dst, j.ItemSeparator...)
	case j.Compact:
		return append(dst, ',')
	}
	return append(dst, ", "...)
}

func (j *JSON) colon(dst []byte) []byte {
	switch {
	case j.KeySeparator != "":
		return append(dst, j.KeySeparator...)
	case j.Compact:
		return append(dst, ':')
	}
	return append(dst, ": "...)
}

// AppendString appends s as a JSON string. A byte that is not UTF-8 becomes U+FFFD.
func (j JSON) AppendString(dst []byte, s string) []byte {
	if j.Unicode {
		return jsontext.PythonUnicode.Append(dst, s)
	}
	return jsontext.Python.Append(dst, s)
}

// appendFloat appends f as Python's repr does: the shortest decimal, with an exponent below 1e-4 and from 1e16 on.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0 || 1e-4 <= math.Abs(f) && math.Abs(f) < 1e16:
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if !slices.Contains(dst[start:], '.') {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	return strconv.AppendFloat(dst, f, 'e', -1, 64)
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
