package markup

import "fmt"

// Format is fmt.Sprintf that escapes its arguments. Values of type HTML and HTMLers are not escaped when they are
// printed with %s or %v. format itself is never escaped, so it should be a constant. Widths and precisions count
// characters before escaping. They cannot be arguments (%*d).
func Format(format HTML, args ...any) HTML {
	wrapped := make([]any, len(args))
	for i, a := range args {
		wrapped[i] = escaping{a}
	}
	return HTML(fmt.Sprintf(string(format), wrapped...))
}

type escaping struct{ v any }

func (e escaping) Format(f fmt.State, verb rune) {
	v := e.v
	if verb == 's' || verb == 'v' {
		if h, ok := v.(HTMLer); ok {
			v = h.HTML()
		}
		if h, ok := v.(HTML); ok {
			fmt.Fprintf(f, fmt.FormatString(f, verb), string(h))
			return
		}
	}
	s := fmt.Sprintf(fmt.FormatString(f, verb), v)
	f.Write(AppendEscape(nil, s))
}

// Join concatenates elems with sep between them. Values of type HTML and HTMLers stay as they are. Other elements are
// printed as fmt.Sprint does, and escaped.
func Join(sep HTML, elems ...any) HTML {
	var buf []byte
	for i, e := range elems {
		if i > 0 {
			buf = append(buf, sep...)
		}
		switch e := e.(type) {
		case HTML:
			buf = append(buf, e...)
		case HTMLer:
			buf = append(buf, e.HTML()...)
		case string:
			buf = AppendEscape(buf, e)
		default:
			buf = AppendEscape(buf, fmt.Sprint(e))
		}
	}
	return HTML(buf)
}
