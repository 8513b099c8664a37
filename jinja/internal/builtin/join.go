package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var joinSig = sig("sync_do_join", onCtxVal, value.Opt("d", value.String("")), value.Opt("attribute", value.None))

// maxText bounds the result of join in bytes, whatever the limits of the environment are.
const maxText = 1 << 28

func join(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := joinSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	buf, markup, err := appendJoin(st, nil, v, arg[0], arg[1])
	if err != nil {
		return Value{}, err
	}
	if markup {
		return value.Safe(string(buf)), nil
	}
	return value.String(string(buf)), nil
}

// appendJoin appends the joined elements. markup reports whether they are Markup: with automatic escaping, when the
// separator or an element is.
func appendJoin(st State, buf []byte, v, sep, attribute Value) (_ []byte, markup bool, err error) {
	items, err := joined(st, v, attribute)
	if err != nil {
		return buf, false, err
	}
	if st.Autoescape() {
		markup = hasHTML(sep)
		for i := 0; i < len(items) && !markup; i++ {
			markup = !items[i].IsInteger() && hasHTML(items[i])
		}
	}
	between, appendOne := value.AppendStr, value.AppendStr
	if markup {
		place := value.NewFragment(st)
		between, appendOne = value.AppendEscaped, place.Append
	}
	d, err := between(nil, sep)
	if err != nil {
		return buf, false, err
	}
	counted := len(buf)
	most := counted + maxText
	for i, item := range items {
		if i > 0 {
			buf = append(buf, d...)
		}
		if buf, err = appendOne(buf, item); err != nil {
			return buf, false, err
		}
		if n := len(buf) - counted; n > 1<<16 { // charge as the text grows: a few short items may become gigabytes
			if err := st.Grow(n); err != nil {
				return buf, false, err
			}
			if counted += n; counted > most {
				return buf, false, value.NewError("MemoryError", "")
			}
		}
	}
	return buf, markup, st.Grow(len(buf) - counted)
}

// joined returns the elements to join. The slice must not be changed.
func joined(st State, v, attribute Value) ([]Value, error) {
	var items []Value
	if seq, ok := value.Seq(v); ok && seq.Items() != nil {
		items = seq.Items()
	} else {
		var err error
		if items, err = collect(st, v); err != nil {
			return nil, err
		}
	}
	if attribute.IsNone() {
		return items, nil
	}
	g := newGetter(attribute)
	out := make([]Value, len(items))
	for i, item := range items {
		var err error
		if out[i], err = g.get(st, item); err != nil {
			return nil, err
		}
	}
	return out, nil
}
