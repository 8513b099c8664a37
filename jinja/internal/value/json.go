package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
)

// maxJSONDepth bounds the nesting of JSON that is decoded.
const maxJSONDepth = 1000

// DecodeJSON reads JSON as Python's json.loads does. Objects become dicts in the order of the text. Whole numbers
// become ints of any size, numbers with a point or an exponent floats.
func DecodeJSON(data []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeJSON(d, 0)
	if err != nil {
		return Value{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Value{}, errors.New("value: data after the JSON value")
	}
	return v, nil
}

func decodeJSON(d *json.Decoder, depth int) (Value, error) {
	if depth > maxJSONDepth {
		return Value{}, errors.New("value: JSON nested too deeply")
	}
	tok, err := d.Token()
	if err != nil {
		return Value{}, err
	}
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '[' {
			items := []Value{}
			for d.More() {
				x, err := decodeJSON(d, depth+1)
				if err != nil {
					return Value{}, err
				}
				items = append(items, x)
			}
			_, err = d.Token()
			return NewList(items), err
		}
		dict := NewDict()
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return Value{}, err
			}
			x, err := decodeJSON(d, depth+1)
			if err != nil {
				return Value{}, err
			}
			dict.SetString(k.(string), x)
		}
		_, err = d.Token()
		return dict.Value(), err
	case json.Number:
		return jsonNumber(string(tok)), nil
	case string:
		return String(tok), nil
	case bool:
		return Bool(tok), nil
	}
	return None, nil
}

// UnmarshalJSON replaces the entries of d by those of a JSON object, as [DecodeJSON] reads it.
func (d *Dict) UnmarshalJSON(data []byte) error {
	v, err := DecodeJSON(data)
	if err != nil {
		return err
	}
	o, ok := v.Dict()
	if !ok {
		return errors.New("value: JSON value is not an object")
	}
	*d = *o
	return nil
}

// MarshalJSON writes d as a JSON object in its order. Keys that are numbers, bools or None are written as Python's
// json.dumps does. Any other key that is no str is an error.
func (d *Dict) MarshalJSON() ([]byte, error) { return appendJSON(nil, d.Value(), 0) }

// MarshalJSON writes v in JSON, undefined values as null.
func (v Value) MarshalJSON() ([]byte, error) { return appendJSON(nil, v, 0) }

func appendJSON(buf []byte, v Value, depth int) (_ []byte, err error) {
	if depth > maxJSONDepth {
		return nil, errors.New("value: nested too deeply for JSON")
	}
	switch v.Kind() {
	case KindUndefined, KindNone:
		return append(buf, "null"...), nil
	case KindBig:
		return appendBig(buf, raw[big.Int](v))
	case KindFloat:
		if f := v.float(); math.IsInf(f, 0) || f != f {
			return nil, errors.New("value: JSON has no number for " + string(AppendFloat(nil, f)))
		}
		if v.t == floatType {
			return AppendFloat(buf, v.float()), nil
		}
	case KindList, KindTuple, KindRange, KindView, KindSlice:
		s, _ := Seq(v)
		buf = append(buf, '[')
		for i := range s.n {
			if i > 0 {
				buf = append(buf, ',')
			}
			if buf, err = appendJSON(buf, s.At(i), depth+1); err != nil {
				return nil, err
			}
		}
		return append(buf, ']'), nil
	case KindDict, KindMap:
		first := true
		buf = append(buf, '{')
		err = eachPair(v, func(k, x Value) error {
			if !first {
				buf = append(buf, ',')
			}
			first = false
			if buf, err = appendJSONKey(buf, k); err == nil {
				buf, err = appendJSON(append(buf, ':'), x, depth+1)
			}
			return err
		})
		return append(buf, '}'), err
	}
	out, err := json.Marshal(v.Any())
	return append(buf, out...), err
}

func appendJSONKey(buf []byte, k Value) ([]byte, error) {
	var text string
	switch k.Kind() {
	case KindString, KindMarkup:
		text = k.rawString()
	case KindNone:
		text = "null"
	case KindBool:
		text = map[uint64]string{0: "false", 1: "true"}[k.n]
	case KindInt, KindBig, KindFloat:
		text = reprOrEmpty(k)
	default:
		return nil, typeErrorf("keys must be str, int, float, bool or None, not %s", TypeName(k))
	}
	out, err := json.Marshal(text)
	return append(buf, out...), err
}
