package value

import (
	"strings"
	"unicode/utf8"
)

func splitArgs(name string, self Value, a Args) (sep *string, limit int, err error) {
	var stack [2]Value
	args, err := bindC(stack[:], name, a, "sep", "maxsplit")
	if err != nil {
		return nil, 0, err
	}
	limit = -1
	if args[1].t != nil {
		if limit, err = indexArg(args[1]); err != nil {
			return nil, 0, err
		}
	}
	if v := args[0]; v.t != nil && !v.IsNone() {
		s, ok := v.Str()
		if !ok {
			return nil, 0, typeErrorf("must be str or None, not %s", TypeName(v))
		}
		if s == "" {
			return nil, 0, valueErrorf("empty separator")
		}
		sep = &s
	}
	return sep, limit, nil
}

func stringList(self Value, parts []string) Value {
	items := make([]Value, len(parts))
	for i, p := range parts {
		items[i] = likeSelf(self, p)
	}
	return NewList(items)
}

func strSplit(_ State, self Value, a Args) (Value, error) {
	sep, limit, err := splitArgs("split", self, a)
	if err != nil {
		return Value{}, err
	}
	s := self.rawString()
	if sep != nil {
		n := -1
		if limit >= 0 {
			n = limit + 1
		}
		return stringList(self, strings.SplitN(s, *sep, n)), nil
	}
	var parts []string
	for s = strings.TrimLeftFunc(s, IsSpace); s != ""; s = strings.TrimLeftFunc(s, IsSpace) {
		if limit == len(parts) {
			parts = append(parts, s)
			break
		}
		i := strings.IndexFunc(s, IsSpace)
		if i < 0 {
			i = len(s)
		}
		parts = append(parts, s[:i])
		s = s[i:]
	}
	return stringList(self, parts), nil
}

func strRsplit(_ State, self Value, a Args) (Value, error) {
	sep, limit, err := splitArgs("rsplit", self, a)
	if err != nil {
		return Value{}, err
	}
	if limit < 0 {
		return strSplit(nil, self, a)
	}
	s := self.rawString()
	var parts []string
	if sep != nil {
		for ; limit > 0; limit-- {
			i := strings.LastIndex(s, *sep)
			if i < 0 {
				break
			}
			parts = append(parts, s[i+len(*sep):])
			s = s[:i]
		}
		parts = append(parts, s)
	} else {
		for s = strings.TrimRightFunc(s, IsSpace); s != ""; s = strings.TrimRightFunc(s, IsSpace) {
			if limit == len(parts) {
				parts = append(parts, s)
				break
			}
			i := strings.LastIndexFunc(s, IsSpace)
			if i >= 0 {
				_, n := utf8.DecodeRuneInString(s[i:])
				i += n
			} else {
				i = 0
			}
			parts = append(parts, s[i:])
			s = s[:i]
		}
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return stringList(self, parts), nil
}

// SplitLines is str.splitlines.
func SplitLines(s string, keepEnds bool) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		end := i
		i += n
		switch r {
		case '\r':
			if i < len(s) && s[i] == '\n' {
				i++
			}
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		default:
			continue
		}
		if keepEnds {
			end = i
		}
		out = append(out, s[start:end])
		start = i
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func strSplitlines(_ State, self Value, a Args) (Value, error) {
	var stack [1]Value
	args, err := bindC(stack[:], "splitlines", a, "keepends")
	if err != nil {
		return Value{}, err
	}
	return stringList(self, SplitLines(self.rawString(), Truth(args[0]))), nil
}

func partition(name string, last bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("str", name, a, 1, 1); err != nil {
			return Value{}, err
		}
		sep, ok := a.Pos[0].Str()
		if !ok {
			return Value{}, typeErrorf("must be str, not %s", TypeName(a.Pos[0]))
		}
		if self.IsSafe() {
			sep = other(self, a.Pos[0])
		}
		if sep == "" {
			return Value{}, valueErrorf("empty separator")
		}
		s := self.rawString()
		var parts [3]string
		if last {
			if i := strings.LastIndex(s, sep); i >= 0 {
				parts = [3]string{s[:i], sep, s[i+len(sep):]}
			} else {
				parts[2] = s
			}
		} else if before, after, found := strings.Cut(s, sep); found {
			parts = [3]string{before, sep, after}
		} else {
			parts[0] = s
		}
		return NewTuple([]Value{likeSelf(self, parts[0]), likeSelf(self, parts[1]), likeSelf(self, parts[2])}), nil
	}
}
