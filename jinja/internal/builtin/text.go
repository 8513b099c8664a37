package builtin

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// like returns s as Markup when v is Markup, else as a str.
func like(v Value, s string) Value {
	if v.IsSafe() {
		return value.Safe(s)
	}
	return value.String(s)
}

var (
	upperSig      = sig("do_upper", onS)
	lowerSig      = sig("do_lower", onS)
	capitalizeSig = sig("do_capitalize", onS)
	titleSig      = sig("do_title", onS)
	wordcountSig  = sig("do_wordcount", onS)
	centerSig     = sig("do_center", onValue, value.Opt("width", value.Int(80)))
	trimSig       = sig("do_trim", onValue, value.Opt("chars", value.None))
	truncateSig   = sig("do_truncate", onEnvS, value.Opt("length", value.Int(255)), value.Opt("killwords", value.False),
		value.Opt("end", value.String("...")), value.Opt("leeway", value.None))
	indentSig = sig("do_indent", onS, value.Opt("width", value.Int(4)), value.Opt("first", value.False),
		value.Opt("blank", value.False))
	wordwrapSig = sig("do_wordwrap", []string{"environment", "s"}, value.Opt("width", value.Int(79)),
		value.Opt("break_long_words", value.True), value.Opt("wrapstring", value.None), value.Opt("break_on_hyphens", value.True))
	replaceSig = sig("do_replace", onCtxS, value.Req("old"), value.Req("new"), value.Opt("count", value.None))
)

func upper(st State, v Value, a Args) (Value, error) {
	if err := upperSig.none(a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	return upperStr(st, v)
}

func upperStr(st State, v Value) (Value, error) {
	if s, _ := v.Str(); isASCII(s) {
		return like(v, strings.ToUpper(s)), nil
	}
	return method(st, v, "upper")
}

func lower(st State, v Value, a Args) (Value, error) {
	if err := lowerSig.none(a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	return lowerStr(st, v)
}

func lowerStr(st State, v Value) (Value, error) {
	if s, _ := v.Str(); isASCII(s) {
		return like(v, strings.ToLower(s)), nil
	}
	return method(st, v, "lower")
}

func capitalize(st State, v Value, a Args) (Value, error) {
	if err := capitalizeSig.none(a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	return method(st, v, "capitalize")
}

// title starts every word with a capital. A word begins at the start and after
// white space, hyphens and opening brackets. The result is never Markup.
func title(st State, v Value, a Args) (Value, error) {
	if err := titleSig.none(a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	s, _ := v.Str()
	if isASCII(s) {
		return value.String(string(appendTitleASCII(nil, s))), nil
	}
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, isWordBreak)
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			_, first := utf8.DecodeRuneInString(s)
			head, err := method(st, value.String(s[:first]), "upper")
			if err != nil {
				return Value{}, err
			}
			tail, err := method(st, value.String(s[first:n]), "lower")
			if err != nil {
				return Value{}, err
			}
			for _, part := range [...]Value{head, tail} {
				t, _ := part.Str()
				b.WriteString(t)
			}
			s = s[n:]
		}
		n = strings.IndexFunc(s, func(r rune) bool { return !isWordBreak(r) })
		if n < 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		s = s[n:]
	}
	return value.String(b.String()), nil
}

func isWordBreak(r rune) bool {
	switch r {
	case '-', '(', '{', '[', '<':
		return true
	}
	return isSpace(r)
}

func appendTitleASCII(buf []byte, s string) []byte {
	start := true
	for i := range len(s) {
		c := s[i]
		switch {
		case isWordBreak(rune(c)):
			start = true
			buf = append(buf, c)
			continue
		case start && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case !start && 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		start = false
		buf = append(buf, c)
	}
	return buf
}

// wordcount counts the runs of letters, digits and underscores.
func wordcount(st State, v Value, a Args) (Value, error) {
	if err := wordcountSig.none(a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	s, _ := v.Str()
	n := 0
	in := false
	for _, r := range s {
		w := isWord(r)
		if w && !in {
			n++
		}
		in = w
	}
	return value.Int(int64(n)), nil
}

func center(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := centerSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	if n, ok := arg[0].Int64(); ok && n > 0 {
		if err := st.Grow(int(n)); err != nil {
			return Value{}, err
		}
	}
	return method(st, v, "center", arg[0])
}

func trim(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := trimSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	v, err := softStr(v)
	if err != nil {
		return Value{}, err
	}
	if arg[0].IsNone() {
		s, _ := v.Str()
		return like(v, strings.TrimFunc(s, isSpace)), nil
	}
	return method(st, v, "strip", arg[0])
}

// truncate cuts a text that is longer than length and the leeway together.
func truncate(st State, v Value, a Args) (Value, error) {
	var arg [4]Value
	if err := truncateSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	if arg[3].IsNone() {
		arg[3] = st.Policy("truncate.leeway")
		if arg[3].IsNone() || arg[3].IsUndefined() {
			arg[3] = value.Int(5)
		}
	}
	end, err := value.Len(arg[2])
	if err != nil {
		return Value{}, err
	}
	length, leeway := arg[0], arg[3]
	if ok, err := compare(value.Ge, length, value.Int(int64(end))); err != nil {
		return Value{}, err
	} else if !ok {
		l, err := value.StrOf(length)
		return Value{}, orElse(err, value.Errorf("AssertionError", "expected length >= %d, got %s", end, l))
	}
	if ok, err := compare(value.Ge, leeway, value.Int(0)); err != nil {
		return Value{}, err
	} else if !ok {
		l, err := value.StrOf(leeway)
		return Value{}, orElse(err, value.Errorf("AssertionError", "expected leeway >= 0, got %s", l))
	}
	n, err := value.Len(v)
	if err != nil {
		return Value{}, err
	}
	most, err := value.Add(length, leeway)
	if err != nil {
		return Value{}, err
	}
	if fits, err := compare(value.Le, value.Int(int64(n)), most); err != nil || fits {
		return v, err
	}
	keep, err := value.Sub(length, value.Int(int64(end)))
	if err != nil {
		return Value{}, err
	}
	cut, ok := keep.Int64()
	if !ok {
		return Value{}, typeError("slice indices must be integers or None or have an __index__ method")
	}
	kill, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	s, ok := v.Str()
	if !ok {
		items, err := value.Collect(v)
		if err != nil {
			return Value{}, err
		}
		if !kill {
			return Value{}, value.Errorf("AttributeError", "'%s' object has no attribute 'rsplit'", value.TypeName(v))
		}
		return value.Add(value.NewList(items[:min(int(cut), len(items))]), arg[2])
	}
	s = runePrefix(s, int(cut))
	if !kill {
		if i := strings.LastIndexByte(s, ' '); i >= 0 {
			s = s[:i]
		}
	}
	return value.Add(like(v, s), arg[2])
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// indent puts spaces, or the given text, before the lines of v.
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
		// Whatever is no str fails where a line end is added to it.
		sum, err := value.Add(v, value.String("\n"))
		switch v.Kind() {
		case value.KindList, value.KindSlice:
			// A list takes the characters of the line end, and has no lines.
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
	lines := splitLines(s+"\n", false)
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
			buf = append(buf, prefix...)
		}
		buf = append(buf, line...)
	}
	return like(v, string(buf)), nil
}

// indentMixed follows Jinja step by step for lines that are not Markup and an
// indention that is: which parts are escaped depends on the order in which
// they are put together.
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
				// str.join takes the text of Markup.
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

// wordwrap breaks the lines of v at width. The result is Markup only when the
// text between the lines is.
func wordwrap(st State, v Value, a Args) (Value, error) {
	var arg [4]Value
	if err := wordwrapSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	sep := arg[2]
	if sep.IsNone() {
		sep = st.Policy("newline_sequence")
		if !sep.IsString() {
			sep = value.String("\n")
		}
	}
	between, ok := sep.Str()
	if !ok {
		_, err := attribute(sep, "join")
		return Value{}, err
	}
	paragraphs, err := linesOf(st, v)
	if err != nil {
		return Value{}, err
	}
	var o wrapOptions
	if o.breakLongWords, err = truth(arg[1]); err != nil {
		return Value{}, err
	}
	if o.breakAtHyphens, err = truth(arg[3]); err != nil {
		return Value{}, err
	}
	o.splitOnHyphens = value.Is(arg[3], value.True)
	if len(paragraphs) > 0 {
		if positive, err := compare(value.Gt, arg[0], value.Int(0)); err != nil {
			return Value{}, swapCompareError(err, arg[0])
		} else if !positive {
			w, err := value.ReprOf(arg[0])
			return Value{}, orElse(err, valueError("invalid width %s (must be > 0)", w))
		}
		w, ok := arg[0].Float64()
		if !ok || w > math.MaxInt32 {
			w = math.MaxInt32
		}
		o.width = int(w)
	}
	var buf []byte
	for i, p := range paragraphs {
		if i > 0 {
			buf = append(buf, between...)
		}
		for j, line := range wrapLine(p, o) {
			if j > 0 {
				buf = append(buf, between...)
			}
			if sep.IsSafe() {
				buf = markup.AppendEscape(buf, line)
			} else {
				buf = append(buf, line...)
			}
		}
	}
	return like(sep, string(buf)), nil
}

// linesOf is v.splitlines().
func linesOf(st State, v Value) ([]string, error) {
	if s, ok := v.Str(); ok {
		return splitLines(s, false), nil
	}
	lines, err := method(st, v, "splitlines")
	if err != nil {
		return nil, err
	}
	list, err := value.Collect(lines)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, line := range list {
		s, ok := line.Str()
		if !ok {
			return nil, typeError("expected string or bytes-like object, got '%s'", value.TypeName(line))
		}
		out[i] = s
	}
	return out, nil
}

// swapCompareError gives the error of "width <= 0" for a width that cannot be
// compared.
func swapCompareError(err error, width Value) error {
	if isClass(err, "TypeError") {
		return typeError("'<=' not supported between instances of '%s' and 'int'", value.TypeName(width))
	}
	return err
}

// replace replaces text. With automatic escaping, plain text is escaped before
// it meets Markup.
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
		// Markup.replace escapes what it is given.
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

// hasHTML reports whether v has an __html__ method: Markup and values that
// print themselves as HTML.
func hasHTML(v Value) bool {
	if v.IsSafe() {
		return true
	}
	_, ok := v.HTML()
	return ok
}
