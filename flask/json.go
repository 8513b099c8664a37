package flask

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/jsontext"
	"github.com/dewar-go/dewar/sign"
)

// JSON writes what Flask's default JSON provider writes, byte for byte:
// keys sorted, everything beyond ASCII escaped, dates as HTTP dates, UUIDs and
// decimals (math/big's Float and Rat) as strings, <, > and & as they are. It
// reads as [dewar.GoJSON] does. Set it with [dewar.Config.JSON].
type JSON struct {
	dewar.GoJSON
	// Indent breaks lines and indents by two, as Flask does in debug mode.
	Indent bool
	// UTF8 writes letters beyond ASCII as they are: Flask's JSON_AS_ASCII = False, and
	// app.json.ensure_ascii = False.
	UTF8 bool
	// Unsorted writes the fields of structs in their order: JSON_SORT_KEYS = False, and app.json.sort_keys = False.
	// A map of Go's has no order and stays sorted.
	Unsorted bool
}

// Marshal encodes v.
func (f JSON) Marshal(v any) ([]byte, error) {
	b, err := f.appendValue(nil, reflect.ValueOf(v), 0)
	if err != nil {
		return nil, err
	}
	if f.UTF8 {
		b = withoutEscapes(b)
	}
	if f.Indent {
		var out []byte
		out, b = b, nil
		b = appendIndented(b, out)
	}
	return append(b, '\n'), nil
}

// withoutEscapes writes the letters beyond ASCII in a JSON text as they are.
func withoutEscapes(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		n := 1
		if b[0] == '\\' {
			n = 2
		}
		if r, size := letterOf(b); r >= 0x7f { // Python takes DEL for one
			out, n = utf8.AppendRune(out, r), size
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

// letterOf reads the character that \\uXXXX at the start of b stands for, or the pair of them; 0 when there is none.
func letterOf(b []byte) (rune, int) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, 0
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil || !utf16.IsSurrogate(rune(n)) {
		return rune(n), 6
	}
	if len(b) < 12 || b[6] != '\\' || b[7] != 'u' {
		return 0, 0
	}
	low, _ := strconv.ParseUint(string(b[8:12]), 16, 16)
	if r := utf16.DecodeRune(rune(n), rune(low)); r != utf8.RuneError {
		return r, 12
	}
	return 0, 0
}

// maxJSONDepth bounds how deep values are nested. It ends values that contain themselves.
const maxJSONDepth = 1000

func (f JSON) appendValue(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxJSONDepth)
	}
	if !v.IsValid() {
		return append(b, "null"...), nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			if v.Kind() == reflect.Slice {
				return append(b, "[]"...), nil
			}
			if v.Kind() == reflect.Map {
				return append(b, "{}"...), nil
			}
			return append(b, "null"...), nil
		}
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return jsontext.Python.Append(b, x.UTC().Format(http.TimeFormat)), nil
	case *big.Int:
		return x.Append(b, 10), nil
	case *big.Float:
		return jsontext.Python.Append(b, x.Text('f', -1)), nil
	case *big.Rat:
		n, _ := x.FloatPrec()
		return jsontext.Python.Append(b, x.FloatString(n)), nil
	case json.Number:
		return append(b, x.String()...), nil
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		return jsontext.Python.Append(b, string(text)), err
	case json.Marshaler:
		return f.appendMarshaler(b, x, depth)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return f.appendValue(b, v.Elem(), depth+1)
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.String:
		return jsontext.Python.Append(b, v.String()), nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			text, err := json.Marshal(v.Bytes())
			return append(b, text...), err
		}
		return f.appendList(b, v, depth)
	case reflect.Map, reflect.Struct:
		return f.appendObject(b, v, depth)
	}
	switch {
	case v.CanInt():
		return strconv.AppendInt(b, v.Int(), 10), nil
	case v.CanUint():
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case v.CanFloat():
		return appendFloat(b, v.Float())
	}
	return nil, fmt.Errorf("a value of type %v has no JSON form", v.Type())
}

// appendMarshaler writes what a type's MarshalJSON returns in Flask's form.
func (f JSON) appendMarshaler(b []byte, m json.Marshaler, depth int) ([]byte, error) {
	text, err := m.MarshalJSON()
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	return f.appendValue(b, reflect.ValueOf(tree), depth+1)
}

func (f JSON) appendList(b []byte, v reflect.Value, depth int) (_ []byte, err error) {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = f.appendValue(b, v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendObject writes a map or a struct.
func (f JSON) appendObject(b []byte, v reflect.Value, depth int) (_ []byte, err error) {
	members := map[string]reflect.Value{}
	var names []string // of a struct, in order
	if v.Kind() == reflect.Map {
		for k, x := range v.Seq2() {
			name, err := keyText(k)
			if err != nil {
				return nil, err
			}
			members[name] = x
		}
	} else {
		names = structMembers(members, nil, v)
	}
	if !f.Unsorted || names == nil {
		names = slices.Sorted(maps.Keys(members))
	}
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsontext.Python.Append(b, name), ':')
		if b, err = f.appendValue(b, members[name], depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func keyText(k reflect.Value) (string, error) {
	if m, ok := k.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		return string(text), err
	}
	switch {
	case k.Kind() == reflect.String:
		return k.String(), nil
	case k.CanInt():
		return strconv.FormatInt(k.Int(), 10), nil
	case k.CanUint():
		return strconv.FormatUint(k.Uint(), 10), nil
	case k.Kind() == reflect.Bool:
		return strconv.FormatBool(k.Bool()), nil
	}
	return "", fmt.Errorf("a key of type %v has no JSON form", k.Type())
}

// structMembers collects the fields of a struct under their names in encoding/json, and appends the names in order.
func structMembers(members map[string]reflect.Value, names []string, v reflect.Value) []string {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if f.Anonymous && !tagged {
			inner := v.Field(i)
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				names = structMembers(members, names, inner)
			}
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		list := strings.Split(options, ",")
		if slices.Contains(list, "omitempty") && emptyJSON(v.Field(i)) || slices.Contains(list, "omitzero") && v.Field(i).IsZero() {
			continue
		}
		if _, again := members[name]; !again {
			names = append(names, name)
		}
		members[name] = v.Field(i)
	}
	return names
}

func emptyJSON(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// appendFloat writes a float as Python's repr does.
func appendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v has no JSON form", f)
	}
	return sign.JSON{}.Append(b, f)
}

// appendIndented breaks compact JSON into lines as Python's indent=2 does.
func appendIndented(b, compact []byte) []byte {
	depth, quoted := 0, false
	line := func() {
		b = append(b, '\n')
		for range depth {
			b = append(b, "  "...)
		}
	}
	for i, ch := range compact {
		switch {
		case quoted:
			b = append(b, ch)
			if ch == '"' && !escaped(compact, i) {
				quoted = false
			}
			continue
		case ch == '"':
			quoted = true
		case ch == '{' || ch == '[':
			b = append(b, ch)
			if next := compact[i+1]; next != '}' && next != ']' {
				depth++
				line()
			}
			continue
		case (ch == '}' || ch == ']') && compact[i-1] != '{' && compact[i-1] != '[':
			depth--
			line()
		case ch == ',':
			b = append(b, ch)
			line()
			continue
		case ch == ':':
			b = append(b, ": "...)
			continue
		}
		b = append(b, ch)
	}
	return b
}

// escaped reports whether an odd number of backslashes stands before index i.
func escaped(b []byte, i int) bool {
	n := 0
	for i--; i >= 0 && b[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}
