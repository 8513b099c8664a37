package builtin

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

var replaceSig = sig("do_replace", onCtxS, value.Req("old"), value.Req("new"), value.Opt("count", value.None))

// replace is the filter replace. With automatic escaping, plain text is escaped before it is joined with Markup.
func replace(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := replaceSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	old, new, count := arg[0], arg[1], arg[2]
	if count.IsNone() {
		count = value.Int(-1)
	}
	if !st.Autoescape() {
		for _, p := range [...]*Value{&v, &old, &new} {
			s, err := value.StrOf(*p)
			if err != nil {
				return Value{}, err
			}
			*p = value.String(s)
		}
		return replaceStr(st, v, old, new, count)
	}
	var err error
	if hasHTML(old) || hasHTML(new) && !hasHTML(v) {
		v, err = value.Escape(v)
	} else {
		v, err = softStr(v)
	}
	if err != nil {
		return Value{}, err
	}
	if old, err = softStr(old); err != nil {
		return Value{}, err
	}
	if new, err = softStr(new); err != nil {
		return Value{}, err
	}
	return replaceStr(st, v, old, new, count)
}

func replaceStr(st State, v, old, new, count Value) (Value, error) {
	s, _ := v.Str()
	o, _ := old.Str()
	n, _ := new.Str()
	if v.IsSafe() {
		// Markup.replace escapes its arguments.
		if !old.IsSafe() {
			o = string(markup.Escape(o))
		}
		if !new.IsSafe() {
			n = string(markup.Escape(n))
		}
	}
	limit, err := index(count)
	if err != nil {
		return Value{}, err
	}
	if limit < 0 {
		limit = -1
	}
	if out, ok, err := value.ReplaceState(st, v, o, new, limit); ok {
		return out, err
	}
	if len(n) > len(o) {
		times := strings.Count(s, o)
		if limit >= 0 {
			times = min(times, limit)
		}
		if err := st.Grow(times * (len(n) - len(o))); err != nil {
			return Value{}, err
		}
	}
	return like(v, strings.Replace(s, o, n, limit)), nil
}

// hasHTML reports whether v has a method __html__: it is Markup or a value with HTML of its own.
func hasHTML(v Value) bool {
	if v.IsSafe() {
		return true
	}
	_, ok := v.HTML()
	return ok
}
