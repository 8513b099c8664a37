package builtin

import (
	"strings"
	"unicode"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// getter reads an attribute such as "address.city" or "0.name" of values.
type getter struct {
	parts       []Value
	def         Value
	hasDefault  bool
	foldStrings bool // strings are returned in lower case, for comparing
}

// newGetter returns a getter. The attribute None stands for the value itself.
func newGetter(attribute Value) *getter {
	return &getter{parts: attributeParts(attribute)}
}

func attributeParts(attribute Value) []Value {
	if attribute.IsNone() {
		return nil
	}
	s, ok := attribute.Str()
	if !ok {
		return []Value{attribute}
	}
	parts := make([]Value, 0, strings.Count(s, ".")+1)
	for part := range strings.SplitSeq(s, ".") {
		key := like(attribute, part)
		if part != "" && strings.IndexFunc(part, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
			if n, err := value.ParseInt(value.String(part), 10); err == nil {
				key = n
			}
		}
		parts = append(parts, key)
	}
	return parts
}

func (g *getter) get(st State, v Value) (Value, error) {
	v, err := g.raw(st, v)
	if err == nil && g.foldStrings {
		v, err = fold(st, v)
	}
	return v, err
}

// raw returns the attribute without changing the case of strings.
func (g *getter) raw(st State, v Value) (_ Value, err error) {
	for _, key := range g.parts {
		if v, err = st.Item(v, key); err != nil {
			return Value{}, err
		}
		if g.hasDefault && v.IsUndefined() {
			v = g.def
		}
	}
	return v, nil
}

// fold returns a string in lower case and other values unchanged.
func fold(st State, v Value) (Value, error) {
	if v.IsString() {
		return lowerStr(st, v)
	}
	return v, nil
}

var attrSig = sig("do_attr", []string{"environment", "obj"}, value.Req("name"))

// attr is the filter attr: it reads an attribute and never an item.
func attr(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := attrSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	name, ok := arg[0].Str()
	if !ok {
		if _, err := value.Hash(arg[0]); err != nil {
			return Value{}, err
		}
		return Value{}, typeError("attribute name must be string, not '%s'", value.TypeName(arg[0]))
	}
	if u, ok := v.Undefined(); ok && !strings.HasPrefix(name, "__") {
		if u.Mode == value.UndefChainable {
			return v, nil
		}
		return Value{}, u.Err()
	}
	if _, ok := value.GetAttr(v, name); !ok {
		if strings.HasPrefix(name, "__") && !v.IsUndefined() {
			// A sandbox refuses some attributes that the value does not have.
			if r := st.Attr(v, name); r.IsUndefined() {
				return r, nil
			}
		}
		return st.Undefined(value.Undef{Obj: v, HasObj: true, Name: arg[0]}), nil
	}
	return st.Attr(v, name), nil
}
