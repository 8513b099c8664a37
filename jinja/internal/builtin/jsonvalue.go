package builtin

import (
	"encoding"
	"encoding/json"
	"math"
	"strconv"

	"github.com/dewar-go/dewar/internal/jsontext"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// appendHTMLSafe appends JSON with <, >, & and ' written as escapes.
func appendHTMLSafe(buf []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '<':
			buf = append(buf, `\u003c`...)
		case '>':
			buf = append(buf, `\u003e`...)
		case '&':
			buf = append(buf, `\u0026`...)
		case '\'':
			buf = append(buf, `\u0027`...)
		default:
			buf = append(buf, c)
		}
	}
	return buf
}

// marshals reports whether the Go type of v writes its own JSON.
func marshals(v Value) bool {
	switch v.Kind() {
	case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindSlice, value.KindMap:
		switch v.Any().(type) {
		case json.Marshaler, encoding.TextMarshaler:
			return true
		}
	}
	return false
}

func (e *jsonEncoder) appendFloat(buf []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if !e.allowNaN {
			return buf, valueError("Out of range float values are not JSON compliant")
		}
		switch {
		case f > 0:
			return append(buf, "Infinity"...), nil
		case f < 0:
			return append(buf, "-Infinity"...), nil
		}
		return append(buf, "NaN"...), nil
	}
	return value.AppendFloat(buf, f), nil
}

// keyOf returns the name of a member for a key. ok is false for a key that is skipped.
func (e *jsonEncoder) keyOf(k Value) (name string, ok bool, err error) {
	switch k.Kind() {
	case value.KindString, value.KindMarkup:
		name, _ = k.Str()
		return name, true, nil
	case value.KindNone:
		return "null", true, nil
	case value.KindBool:
		return strconv.FormatBool(value.Truth(k)), true, nil
	case value.KindInt, value.KindBig:
		name, err = value.StrOf(k)
		return name, true, err
	case value.KindFloat:
		f, _ := k.Float64()
		b, err := e.appendFloat(nil, f)
		return string(b), true, err
	}
	if e.skipKeys {
		return "", false, nil
	}
	return "", false, typeError("keys must be str, int, float, bool or None, not %s", value.TypeName(k))
}

// appendGo writes a Go value as encoding/json does, with the separators and indentation of the rest.
func (e *jsonEncoder) appendGo(buf []byte, v Value) ([]byte, error) {
	x := v.Any()
	switch x := x.(type) {
	case *group:
		return e.appendArray(buf, x.tuple())
	case value.Attrer, value.Caller, value.Itemer:
		if _, ok := x.(json.Marshaler); !ok {
			return buf, notSerializable(v)
		}
	}
	text, err := json.Marshal(x)
	if err != nil {
		return buf, &value.Error{Class: "TypeError", Message: "Object of type " + value.TypeName(v) + " is not JSON serializable", Err: err}
	}
	plain, err := value.DecodeJSON(text)
	if err != nil {
		return buf, err
	}
	return e.append(buf, plain)
}

// appendString writes a string in double quotes.
func (e *jsonEncoder) appendString(buf []byte, s string) []byte {
	if e.ascii {
		return jsontext.HTML.Append(buf, s)
	}
	return jsontext.HTMLUnicode.Append(buf, s)
}
