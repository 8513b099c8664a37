package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	upperSig      = sig("do_upper", onS)
	lowerSig      = sig("do_lower", onS)
	capitalizeSig = sig("do_capitalize", onS)
	titleSig      = sig("do_title", onS)
	wordcountSig  = sig("do_wordcount", onS)
	centerSig     = sig("do_center", onValue, value.Opt("width", value.Int(80)))
	trimSig       = sig("do_trim", onValue, value.Opt("chars", value.None))
)

// like returns s as Markup when v is Markup, else as a str.
func like(v Value, s string) Value {
	if v.IsSafe() {
		return value.Safe(s)
	}
	return value.String(s)
}

// textFilter returns a filter of texts that takes no arguments.
func textFilter(sig *signature, f func(st State, v Value, s string) (Value, error)) value.Filter {
	return func(st State, v Value, a Args) (Value, error) {
		if err := sig.none(a); err != nil {
			return Value{}, err
		}
		v, err := softStr(v)
		if err != nil {
			return Value{}, err
		}
		s, _ := v.Str()
		return f(st, v, s)
	}
}

var (
	upper      = textFilter(upperSig, func(st State, v Value, _ string) (Value, error) { return upperStr(st, v) })
	lower      = textFilter(lowerSig, func(st State, v Value, _ string) (Value, error) { return lowerStr(st, v) })
	capitalize = textFilter(capitalizeSig, func(st State, v Value, _ string) (Value, error) { return method(st, v, "capitalize") })
	title      = textFilter(titleSig, titled)
	wordcount  = textFilter(wordcountSig, countWords)
)

func upperStr(st State, v Value) (Value, error) {
	if s, _ := v.Str(); value.IsASCII(s) {
		return like(v, strings.ToUpper(s)), nil
	}
	return method(st, v, "upper")
}

func lowerStr(st State, v Value) (Value, error) {
	if s, _ := v.Str(); value.IsASCII(s) {
		return like(v, strings.ToLower(s)), nil
	}
	return method(st, v, "lower")
}

// titled is the filter title: every word begins with a capital. Words begin at the start and after white space, hyphens
// and opening brackets. The result is never Markup.
func titled(st State, _ Value, s string) (Value, error) {
	if out, _, ok := appendCased(nil, s, &upperASCII, &lowerASCII, true); ok {
		return value.String(string(out)), nil
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
	return value.IsSpace(r)
}

// countWords is the filter wordcount: it counts the runs of letters, digits and underscores.
func countWords(_ State, _ Value, s string) (Value, error) {
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
		return like(v, strings.TrimFunc(s, value.IsSpace)), nil
	}
	return method(st, v, "strip", arg[0])
}
