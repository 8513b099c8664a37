package builtin

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var indentSig = sig("do_indent", onS, value.Opt("width", value.Int(4)), value.Opt("first", value.False),
	value.Opt("blank", value.False))

// indent is the filter indent: it puts spaces, or the given text, before the lines of v.
func indent(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := indentSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	var in Value
	if arg[0].IsString() {
		in = arg[0]
	} else {
		if n, ok := arg[0].Int64(); ok && n > 0 {
			if err := st.Grow(int(n)); err != nil {
				return Value{}, err
			}
		}
		var err error
		if in, err = value.Mul(value.String(" "), arg[0]); err != nil {
			return Value{}, err
		}
	}
	first, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	blank, err := truth(arg[2])
	if err != nil {
		return Value{}, err
	}
	s, ok := v.Str()
	if !ok {
		// A value that is no str fails here, where Jinja appends a line end to it.
		sum, err := value.Add(v, value.String("\n"))
		switch v.Kind() {
		case value.KindList, value.KindSlice:
			// A list takes the characters of the line end and fails later: it has no lines.
			_, err := attribute(v, "splitlines")
			return Value{}, err
		case value.KindBytes:
			return Value{}, typeError("can't concat str to bytes")
		}
		if e, ok := err.(*value.Error); ok {
			return Value{}, value.NewError(e.Class, strings.Replace(e.Message, "for +:", "for +=:", 1))
		}
		if err == nil {
			_, err = attribute(sum, "splitlines")
		}
		return Value{}, err
	}
	prefix, _ := in.Str()
	place := value.NewFragment(st)
	placed := v.IsSafe() && byContext(st)
	escape := placed && !in.IsSafe() && strings.TrimLeft(prefix, " \t") != ""
	var lines []string
	if placed {
		// A value in the Markup may hold other ends of lines of Python's, where it has no
		// \n that would end it.
		lines = strings.Split(newlines.Replace(s), "\n")
	} else {
		lines = value.SplitLines(s+"\n", false)
	}
	if err := st.Grow(len(lines) * len(prefix)); err != nil {
		return Value{}, err
	}
	if in.IsSafe() && !v.IsSafe() {
		return indentMixed(in, lines, first, blank)
	}
	buf := make([]byte, 0, len(s)+len(lines)*len(prefix))
	for i, line := range lines {
		if i > 0 {
			buf = append(buf, '\n')
		}
		if i == 0 && first || i > 0 && (blank || line != "") {
			if !escape {
				buf = append(buf, prefix...)
			} else if buf, err = place.Append(buf, in); err != nil {
				return Value{}, err
			}
		}
		buf = append(buf, line...)
	}
	return like(v, string(buf)), nil
}

// newlines writes the ends of lines in HTML as \n.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// indentMixed follows Jinja step by step when the indention is Markup and the lines are not. Which parts are escaped
// depends on the order in which they are joined.
func indentMixed(in Value, lines []string, first, blank bool) (Value, error) {
	newline := value.String("\n")
	var result Value
	var err error
	join := func(sep Value, parts []Value) (Value, error) {
		v := value.String("")
		if sep.IsSafe() {
			v = value.Safe("")
		}
		for i, p := range parts {
			if i > 0 {
				if v, err = value.Add(v, sep); err != nil {
					return v, err
				}
			}
			if !v.IsSafe() && p.IsSafe() {
				// str.join takes the text of Markup without escaping.
				s, _ := p.Str()
				p = value.String(s)
			}
			if v, err = value.Add(v, p); err != nil {
				return v, err
			}
		}
		return v, nil
	}
	parts := make([]Value, 0, len(lines))
	if blank {
		sep, err := value.Add(newline, in)
		if err != nil {
			return Value{}, err
		}
		for _, l := range lines {
			parts = append(parts, value.String(l))
		}
		if result, err = join(sep, parts); err != nil {
			return Value{}, err
		}
	} else {
		result = value.String(lines[0])
		for _, l := range lines[1:] {
			part := value.String(l)
			if l != "" {
				if part, err = value.Add(in, part); err != nil {
					return Value{}, err
				}
			}
			parts = append(parts, part)
		}
		if len(parts) > 0 {
			tail, err := join(newline, parts)
			if err != nil {
				return Value{}, err
			}
			for _, p := range [...]Value{newline, tail} {
				if result, err = value.Add(result, p); err != nil {
					return Value{}, err
				}
			}
		}
	}
	if first {
		return value.Add(in, result)
	}
	return result, nil
}
