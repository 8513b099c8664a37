package value

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/context"
)

// Piece is a value that was cut out of Markup: where outputs of st go by their place it
// ends between tags, so that what is printed behind it is no part of a tag. Lists of
// pieces are taken as well.
func Piece(st State, v Value) Value {
	switch v.Kind() {
	case KindMarkup:
		if s := v.rawString(); strings.IndexByte(s, '<') >= 0 && NewFragment(st).on {
			if whole := context.WholeTags(s); len(whole) < len(s) {
				return likeSelf(v, whole)
			}
		}
	case KindList, KindTuple:
		seq, _ := Seq(v)
		out := make([]Value, seq.Len())
		for i := range out {
			out[i] = Piece(st, seq.At(i))
		}
		if v.Kind() == KindTuple {
			return NewTuple(out)
		}
		return NewList(out)
	}
	return v
}

// Mixed is a value whose characters are those of Markup in another order: where outputs of
// st go by their place it is Markup only without tags.
func Mixed(st State, v Value) Value {
	if v.IsSafe() && strings.IndexByte(v.rawString(), '<') >= 0 && NewFragment(st).on {
		return String(v.rawString())
	}
	return v
}

// SubscriptState is Subscript where st says how outputs are escaped.
func SubscriptState(st State, v, start, stop, step Value) (Value, error) {
	out, err := Subscript(v, NewSlice(start, stop, step))
	if err != nil || !v.IsSafe() {
		return out, err
	}
	if n, ok := step.Int64(); ok && n != 1 {
		return Mixed(st, out), nil
	}
	return Piece(st, out), nil
}

// pieces is a method whose result is cut out of Markup.
func pieces(f Method) Method {
	return func(st State, self Value, a Args) (Value, error) {
		v, err := f(st, self, a)
		if err == nil {
			v = Piece(st, v)
		}
		return v, err
	}
}
