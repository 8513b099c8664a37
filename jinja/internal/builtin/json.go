package builtin

import (
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

var tojsonSig = sig("do_tojson", onCtxVal, value.Opt("indent", value.None))

// maxJSONDepth bounds the nesting of values, as Python's recursion limit does.
const maxJSONDepth = 900

// jsonEncoder writes JSON as Python's json.dumps does. Characters that mean something in HTML are written as \u
// escapes.
type jsonEncoder struct {
	sortKeys   bool
	skipKeys   bool
	ascii      bool
	allowNaN   bool
	indent     string
	badIndent  error // the error of an indent that cannot be used; it is raised when indentation is needed
	itemLines  bool  // each element is on a line of its own
	item, pair string
	state      State
	convert    Value   // the argument default of json.dumps: converts a value that JSON does not have
	within     []Value // the containers that are being written
}

// tojson is the filter tojson. Its JSON is safe in <script> and in attributes with single quotes. The policies
// json.dumps_function and json.dumps_kwargs apply.
func tojson(st State, v Value, a Args) (Value, error) {
	buf, err := appendJSON(st, nil, v, a)
	if err != nil {
		return Value{}, err
	}
	return value.SafeKind(markup.KindJSON, string(buf)), nil
}

// AppendJSON appends the result of the filter tojson.
func AppendJSON(st State, buf []byte, v Value) ([]byte, error) { return appendJSON(st, buf, v, Args{}) }

func appendJSON(st State, buf []byte, v Value, a Args) ([]byte, error) {
	var arg [1]Value
	if err := tojsonSig.bind(arg[:], a); err != nil {
		return buf, err
	}
	kwargs := st.Policy("json.dumps_kwargs")
	if dumps := st.Policy("json.dumps_function"); !dumps.IsNone() && !dumps.IsUndefined() {
		return dumpsByPolicy(st, buf, dumps, v, kwargs, arg[0])
	}
	e := jsonEncoder{state: st, ascii: true, allowNaN: true, item: ", ", pair: ": "}
	if err := e.configure(kwargs, arg[0]); err != nil {
		return buf, err
	}
	if e.badIndent != nil && !v.IsString() {
		return buf, e.badIndent
	}
	start := len(buf)
	buf, err := e.append(buf, v)
	if err != nil {
		return buf[:start], err
	}
	return buf, st.Grow(len(buf) - start)
}

// dumpsByPolicy calls the policy json.dumps_function.
func dumpsByPolicy(st State, buf []byte, dumps, v, kwargs, indent Value) ([]byte, error) {
	call := Args{Pos: []Value{v}}
	keys, values, _ := value.Pairs(kwargs)
	for i, k := range keys {
		name, ok := k.Str()
		if ok && (name != "indent" || indent.IsNone()) {
			call.Kw = append(call.Kw, value.Kw{Name: name, Value: values[i]})
		}
	}
	if !indent.IsNone() {
		call.Kw = append(call.Kw, value.Kw{Name: "indent", Value: indent})
	}
	r, err := st.Call(dumps, call)
	if err != nil {
		return buf, err
	}
	s, err := value.StrOf(r)
	if err != nil {
		return buf, err
	}
	return appendHTMLSafe(buf, s), nil
}

// configure reads the keyword arguments of json.dumps.
func (e *jsonEncoder) configure(kwargs, indent Value) error {
	if !kwargs.IsMapping() {
		e.sortKeys = true
		e.setIndent(indent)
		return nil
	}
	separators := value.None
	fromPolicy := value.None
	keys, values, _ := value.Pairs(kwargs)
	for i, k := range keys {
		name, _ := k.Str()
		on := value.Truth(values[i])
		switch name {
		case "sort_keys":
			e.sortKeys = on
		case "skipkeys":
			e.skipKeys = on
		case "ensure_ascii":
			e.ascii = on
		case "allow_nan":
			e.allowNaN = on
		case "indent":
			fromPolicy = values[i]
		case "separators":
			separators = values[i]
		case "default":
			e.convert = values[i]
		case "check_circular", "cls":
		default:
			return typeError("JSONEncoder.__init__() got an unexpected keyword argument '%s'", name)
		}
	}
	if indent.IsNone() {
		indent = fromPolicy
	}
	e.setIndent(indent)
	if separators.IsNone() {
		return nil
	}
	item, pair, err := pairOf(separators)
	if err != nil {
		return err
	}
	e.item, _ = item.Str()
	e.pair, _ = pair.Str()
	return nil
}

func (e *jsonEncoder) setIndent(indent Value) {
	if indent.IsNone() {
		return
	}
	e.itemLines = true
	e.item = ","
	if s, ok := indent.Str(); ok {
		e.indent = s
		return
	}
	n, ok := indent.Int64()
	if !ok {
		if u, ok := indent.Undefined(); ok {
			e.badIndent = u.Err()
			return
		}
		e.badIndent = typeError("can't multiply sequence by non-int of type '%s'", value.TypeName(indent))
		return
	}
	e.indent = strings.Repeat(" ", int(min(max(n, 0), 1024)))
}

// The types of plain values. Their use runs no code of a Go type.
var (
	boolType   = value.True.Type()
	intType    = value.Int(0).Type()
	floatType  = value.Float(0).Type()
	stringType = value.String("").Type()
	listType   = value.NewList(nil).Type()
	dictType   = value.NewDict().Value().Type()
)

func (e *jsonEncoder) append(buf []byte, v Value) ([]byte, error) {
	switch v.Type() {
	case stringType, intType, boolType, floatType, listType, dictType:
	default:
		if marshals(v) {
			return e.appendGo(buf, v)
		}
	}
	switch v.Kind() {
	case value.KindNone:
		return append(buf, "null"...), nil
	case value.KindBool:
		return strconv.AppendBool(buf, value.Truth(v)), nil
	case value.KindInt, value.KindBig:
		return value.AppendStr(buf, v)
	case value.KindFloat:
		f, _ := v.Float64()
		return e.appendFloat(buf, f)
	case value.KindString, value.KindMarkup:
		s, _ := v.Str()
		return e.appendString(buf, s), nil
	case value.KindList, value.KindTuple, value.KindSlice:
		return e.appendArray(buf, v)
	case value.KindDict, value.KindMap:
		return e.appendObject(buf, v)
	case value.KindObject, value.KindStruct:
		if m := value.AsMapping(v); m.IsMapping() {
			return e.appendObject(buf, m)
		}
		return e.appendGo(buf, v)
	}
	return e.appendOther(buf, v)
}

// appendOther writes the result of the argument default of json.dumps.
func (e *jsonEncoder) appendOther(buf []byte, v Value) ([]byte, error) {
	if e.convert.IsUndefined() || e.convert.IsNone() {
		return buf, notSerializable(v)
	}
	if err := e.enter(v); err != nil {
		return buf, err
	}
	x, err := e.state.Call(e.convert, Args{Pos: []Value{v}})
	if err != nil {
		return buf, err
	}
	buf, err = e.append(buf, x)
	e.leave()
	return buf, err
}

func notSerializable(v Value) error {
	name := value.TypeName(v) // for a date: datetime.date
	return typeError("Object of type %s is not JSON serializable", name[strings.LastIndexByte(name, '.')+1:])
}

// enter records that v is being written; it fails when v contains itself. leave ends it.
func (e *jsonEncoder) enter(v Value) error {
	for _, o := range e.within {
		if value.Is(o, v) {
			return valueError("Circular reference detected")
		}
	}
	if len(e.within) >= maxJSONDepth {
		return value.NewError("RecursionError", "maximum recursion depth exceeded while encoding a JSON object")
	}
	e.within = append(e.within, v)
	return nil
}

func (e *jsonEncoder) leave() { e.within = e.within[:len(e.within)-1] }

func (e *jsonEncoder) newline(buf []byte) []byte {
	if !e.itemLines {
		return buf
	}
	buf = append(buf, '\n')
	for range len(e.within) {
		buf = appendHTMLSafe(buf, e.indent)
	}
	return buf
}

func (e *jsonEncoder) appendArray(buf []byte, v Value) ([]byte, error) {
	seq, _ := value.Seq(v)
	if seq.Len() == 0 {
		return append(buf, "[]"...), nil
	}
	if err := e.enter(v); err != nil {
		return buf, err
	}
	buf = append(buf, '[')
	for i := range seq.Len() {
		if i > 0 {
			buf = appendHTMLSafe(buf, e.item)
		}
		var err error
		if buf, err = e.append(e.newline(buf), seq.At(i)); err != nil {
			return buf, err
		}
	}
	e.leave()
	return append(e.newline(buf), ']'), nil
}

func (e *jsonEncoder) appendObject(buf []byte, v Value) ([]byte, error) {
	keys, values, _ := value.Pairs(v)
	if len(keys) == 0 {
		return append(buf, "{}"...), nil
	}
	if err := e.enter(v); err != nil {
		return buf, err
	}
	if e.sortKeys {
		if err := sortBy(values, keys, false, lessValue); err != nil {
			return buf, err
		}
		if err := sortBy(keys, append([]Value(nil), keys...), false, lessValue); err != nil {
			return buf, err
		}
	}
	buf = append(buf, '{')
	written := 0
	for i, k := range keys {
		name, ok, err := e.keyOf(k)
		if err != nil {
			return buf, err
		}
		if !ok {
			continue
		}
		if written > 0 {
			buf = appendHTMLSafe(buf, e.item)
		}
		written++
		buf = e.appendString(e.newline(buf), name)
		if buf, err = e.append(appendHTMLSafe(buf, e.pair), values[i]); err != nil {
			return buf, err
		}
	}
	e.leave()
	return append(e.newline(buf), '}'), nil
}
