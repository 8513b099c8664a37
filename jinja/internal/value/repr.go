package value

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// maxDepth bounds how deep nested containers are walked, as Python's recursion limit does.
const maxDepth = 200

// AppendRepr appends repr(v).
func AppendRepr(buf []byte, v Value) ([]byte, error) { return appendRepr(buf, v, nil) }

// ReprOf returns repr(v).
func ReprOf(v Value) (string, error) {
	b, err := AppendRepr(nil, v)
	return string(b), err
}

// chain lists the containers that are being printed, the innermost first.
type chain struct {
	up    *chain
	v     Value
	depth int
}

func (c *chain) has(v Value) bool {
	for ; c != nil; c = c.up {
		if sameObject(c.v, v) {
			return true
		}
	}
	return false
}

func (c *chain) push(v Value) (*chain, error) {
	n := &chain{up: c, v: v, depth: 1}
	if c != nil {
		n.depth = c.depth + 1
	}
	if n.depth > maxDepth {
		return nil, NewError("RecursionError", "maximum recursion depth exceeded while getting the repr of an object")
	}
	return n, nil
}

func appendRepr(buf []byte, v Value, in *chain) ([]byte, error) {
	if v.t != nil && v.t.rt != nil && v.t.caps&(capStringer|capError) != 0 {
		switch v.t.kind { // named Go types that have a text of their own
		case KindBool, KindInt, KindFloat:
			s, _ := v.goString()
			return append(buf, s...), nil
		case KindString:
			s, _ := v.goString()
			return AppendQuoted(buf, s), nil
		}
	}
	switch v.Kind() {
	case KindUndefined:
		return append(buf, "Undefined"...), nil
	case KindNone:
		return append(buf, "None"...), nil
	case KindBool:
		if v.n != 0 {
			return append(buf, "True"...), nil
		}
		return append(buf, "False"...), nil
	case KindInt:
		return strconv.AppendInt(buf, int64(v.n), 10), nil
	case KindBig:
		return appendBig(buf, raw[big.Int](v))
	case KindFloat:
		return AppendFloat(buf, v.float()), nil
	case KindComplex:
		return appendComplex(buf, *raw[complex128](v)), nil
	case KindString:
		return AppendQuoted(buf, v.rawString()), nil
	case KindMarkup:
		return append(AppendQuoted(append(buf, "Markup("...), v.rawString()), ')'), nil
	case KindBytes:
		return pyrepr.AppendBytes(buf, string(v.rawBytes())), nil
	case KindRange:
		r := raw[Range](v)
		buf = fmt.Appendf(buf, "range(%d, %d", r.Start, r.Stop)
		if r.Step != 1 {
			buf = fmt.Appendf(buf, ", %d", r.Step)
		}
		return append(buf, ')'), nil
	case KindFunc:
		f := raw[Function](v)
		switch {
		case f.ofMarkup():
			buf = append(append(append(buf, "<bound method Markup."...), f.Name...), " of "...)
			buf, err := appendRepr(buf, f.Self, in)
			return append(buf, '>'), err
		case f.Bound && f.Self.t != nil && f.Self.t.rt == nil:
			return fmt.Appendf(buf, "<built-in method %s of %s object at 0x%012x>", f.Name, TypeName(f.Self), f.Self.address()), nil
		case f.Bound && f.Self.Kind() == KindObject && strings.HasPrefix(QualifiedTypeName(f.Self), "jinja2."):
			buf = append(append(append(append(append(buf, "<bound method "...), TypeName(f.Self)...), '.'), f.Name...), " of "...)
			buf, err := appendRepr(buf, f.Self, in)
			return append(buf, '>'), err
		case f.Bound:
			n := TypeName(f.Self)
			return fmt.Appendf(buf, "<bound method %s.%s of %s>", n, f.Name, n), nil
		}
		return fmt.Appendf(buf, "<function %s at 0x%012x>", f.Name, v.address()), nil
	case KindIterator:
		buf = append(append(append(buf, '<'), TypeName(v)...), " object "...)
		if fn := raw[iteratorBox](v).fn; fn != "" {
			buf = append(append(buf, fn...), ' ')
		}
		return fmt.Appendf(buf, "at 0x%012x>", v.address()), nil
	case KindType:
		return append(buf, "<class '"+raw[classInfo](v).qualified()+"'>"...), nil
	case KindTime, KindDate, KindClock, KindDuration:
		return appendTimeRepr(buf, v), nil
	case KindObject, KindStruct, KindGoFunc, KindSeq:
		return v.appendGoRepr(buf, in)
	}
	if in.has(v) {
		return append(buf, recursiveRepr(v)...), nil
	}
	in, err := in.push(v)
	if err != nil {
		return buf, err
	}
	return appendContainer(buf, v, in)
}

func recursiveRepr(v Value) string {
	switch v.Kind() {
	case KindList, KindSlice:
		return "[...]"
	case KindDict, KindMap:
		return "{...}"
	case KindTuple:
		return "(...)"
	}
	return "..."
}

func appendContainer(buf []byte, v Value, in *chain) (_ []byte, err error) {
	switch v.Kind() {
	case KindList, KindSlice:
		if buf, err = appendElems(append(buf, '['), v, in); err != nil {
			return buf, err
		}
		return append(buf, ']'), nil
	case KindTuple:
		if buf, err = appendElems(append(buf, '('), v, in); err != nil {
			return buf, err
		}
		if v.n == 1 {
			buf = append(buf, ',')
		}
		return append(buf, ')'), nil
	case KindSet:
		s := raw[Set](v)
		if s.Len() == 0 {
			return append(buf, "set()"...), nil
		}
		if buf, err = appendElems(append(buf, '{'), NewTuple(s.Items()), in); err != nil {
			return buf, err
		}
		return append(buf, '}'), nil
	case KindView:
		buf = append(append(buf, v.t.name...), '(', '[')
		if buf, err = appendElems(buf, v, in); err != nil {
			return buf, err
		}
		return append(buf, ']', ')'), nil
	}
	// dict and Go map
	buf = append(buf, '{')
	first := true
	err = eachPair(v, func(k, x Value) error {
		if !first {
			buf = append(buf, ", "...)
		}
		first = false
		if buf, err = appendRepr(buf, k, in); err != nil {
			return err
		}
		buf, err = appendRepr(append(buf, ": "...), x, in)
		return err
	})
	return append(buf, '}'), err
}

func appendElems(buf []byte, v Value, in *chain) (_ []byte, err error) {
	seq, _ := Seq(v)
	for i := range seq.Len() {
		if i > 0 {
			buf = append(buf, ", "...)
		}
		if buf, err = appendRepr(buf, seq.At(i), in); err != nil {
			return buf, err
		}
	}
	return buf, nil
}

func (v Value) appendGoRepr(buf []byte, in *chain) ([]byte, error) {
	if v.t.rt != nil {
		if w, ok := v.stringer().(ReprWrapper); ok {
			before, of, after := w.ReprParts()
			buf, err := appendRepr(append(buf, before...), of, in)
			return append(buf, after...), err
		}
		if r, ok := v.stringer().(Reprer); ok {
			return append(buf, r.Repr()...), nil
		}
		if v.t.kind != KindGoFunc && v.t.kind != KindSeq {
			if s, ok := v.goString(); ok {
				return append(buf, s...), nil
			}
		}
	}
	switch v.t.kind {
	case KindGoFunc:
		return append(buf, "<function "+v.t.rt.String()+">"...), nil
	case KindSeq:
		return append(buf, "<generator object>"...), nil
	}
	return append(buf, "<"+TypeName(v)+" object>"...), nil
}

// AppendQuoted appends repr(s) of a str.
func AppendQuoted(buf []byte, s string) []byte { return pyrepr.AppendString(buf, s) }
