package value

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// strFunc is a method of str without arguments whose result is text.
func strFunc(name string, f func(string) string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs("str", name, self, a); err != nil {
			return Value{}, err
		}
		return likeSelf(self, f(self.rawString())), nil
	}
}

// strTest is a method of str without arguments whose result is a bool.
func strTest(name string, f func(string) bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs("str", name, self, a); err != nil {
			return Value{}, err
		}
		return Bool(f(self.rawString())), nil
	}
}

// likeSelf is Markup for methods of Markup, else str.
func likeSelf(self Value, s string) Value {
	if self.IsSafe() {
		return Safe(s)
	}
	return String(s)
}

// noArgs is CPython's check of a method without arguments.
func noArgs(typ, name string, self Value, a Args) error {
	if self.IsSafe() {
		typ = "str"
	}
	if len(a.Kw) > 0 {
		return typeErrorf("%s.%s() takes no keyword arguments", typ, name)
	}
	if len(a.Pos) > 0 {
		return typeErrorf("%s.%s() takes no arguments (%d given)", typ, name, len(a.Pos))
	}
	return nil
}

// count checks the number of positional arguments as PyArg_CheckPositional does.
func count(typ, name string, a Args, low, high int) error {
	if len(a.Kw) > 0 {
		return typeErrorf("%s.%s() takes no keyword arguments", typ, name)
	}
	n := len(a.Pos)
	switch {
	case n >= low && n <= high:
		return nil
	case low == 1 && high == 1:
		return typeErrorf("%s.%s() takes exactly one argument (%d given)", typ, name, n)
	case low == high:
		return typeErrorf("%s expected %d argument%s, got %d", name, low, plural(low), n)
	case n < low:
		return typeErrorf("%s expected at least %d argument%s, got %d", name, low, plural(low), n)
	}
	return typeErrorf("%s expected at most %d argument%s, got %d", name, high, plural(high), n)
}

// countRange checks the arguments of find and its like: a text, start and stop.
func countRange(name string, a Args) error {
	switch n := len(a.Pos); {
	case len(a.Kw) > 0:
		return typeErrorf("str.%s() takes no keyword arguments", name)
	case n < 1:
		return typeErrorf("%s() takes at least 1 argument (0 given)", name)
	case n > 3:
		return typeErrorf("%s() takes at most 3 arguments (%d given)", name, n)
	}
	return nil
}

// indexArg is an argument that has to be an int.
func indexArg(v Value) (int, error) {
	if i, ok := v.Int64(); ok {
		return int(i), nil
	}
	if v.Kind() == KindBig {
		return 0, NewError("OverflowError", "Python int too large to convert to C ssize_t")
	}
	if v.IsUndefined() {
		return 0, typeErrorf("'%s' object cannot be interpreted as an integer", TypeName(v))
	}
	return 0, typeErrorf("'%s' object cannot be interpreted as an integer", TypeName(v))
}

// other is the text of an argument of a method of self; for Markup it is escaped.
func other(self, v Value) string {
	if self.IsSafe() {
		x, _ := Escape(v)
		return x.rawString()
	}
	return v.rawString()
}

func init() {
	m := map[string]Method{
		"upper": strFunc("upper", Upper), "lower": strFunc("lower", Lower), "title": strFunc("title", Title),
		"capitalize": strFunc("capitalize", Capitalize), "swapcase": strFunc("swapcase", Swapcase), "casefold": casefold,
		"strip": strip("strip", true, true), "lstrip": strip("lstrip", true, false), "rstrip": strip("rstrip", false, true),
		"isdigit":      strTest("isdigit", everyRune(isDigit)),
		"isdecimal":    strTest("isdecimal", everyRune(func(r rune) bool { return unicode.Is(unicode.Nd, r) })),
		"isnumeric":    strTest("isnumeric", everyRune(isNumeric)),
		"isalpha":      strTest("isalpha", everyRune(unicode.IsLetter)),
		"isalnum":      strTest("isalnum", everyRune(func(r rune) bool { return unicode.IsLetter(r) || isNumeric(r) })),
		"isspace":      strTest("isspace", everyRune(IsSpace)),
		"isupper":      strTest("isupper", IsUpper),
		"islower":      strTest("islower", IsLower),
		"istitle":      strTest("istitle", isTitle),
		"isascii":      strTest("isascii", isASCII),
		"isprintable":  strTest("isprintable", func(s string) bool { return s == "" || everyRune(printable)(s) }),
		"isidentifier": strTest("isidentifier", isIdentifier),
		"startswith":   affix("startswith", strings.HasPrefix), "endswith": affix("endswith", strings.HasSuffix),
		"removeprefix": trimAffix("removeprefix", strings.TrimPrefix), "removesuffix": trimAffix("removesuffix", strings.TrimSuffix),
		"split": strSplit, "rsplit": strRsplit, "splitlines": strSplitlines,
		"partition": partition("partition", false), "rpartition": partition("rpartition", true),
		"replace": strReplace, "join": strJoin, "zfill": strZfill, "expandtabs": strExpandtabs,
		"center": justify("center"), "ljust": justify("ljust"), "rjust": justify("rjust"),
		"find": strFind("find", false, false), "rfind": strFind("rfind", true, false),
		"index": strFind("index", false, true), "rindex": strFind("rindex", true, true),
		"count": strCount, "encode": strEncode, "format": strFormat, "format_map": strFormatMap, "translate": strTranslate,
	}
	methodTables[KindString] = m
	markup := make(map[string]Method, len(m)+2)
	for name, f := range m {
		markup[name] = f
	}
	markup["unescape"], markup["striptags"] = markupUnescape, markupStriptags
	methodTables[KindMarkup] = markup
}

func casefold(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("str", "casefold", self, a); err != nil {
		return Value{}, err
	}
	return String(Casefold(self.rawString())), nil // markupsafe does not wrap it
}

func everyRune(f func(rune) bool) func(string) bool {
	return func(s string) bool {
		for _, r := range s {
			if !f(r) {
				return false
			}
		}
		return s != ""
	}
}

func isDigit(r rune) bool {
	if unicode.Is(unicode.Nd, r) {
		return true
	}
	return r == '²' || r == '³' || r == '¹' || r >= 0x2070 && r <= 0x2089 && r != 0x2071 && r != 0x2072 && r != 0x2073 && !(r >= 0x207a && r <= 0x207f) ||
		r >= 0x2460 && r <= 0x2468 || r >= 0x2474 && r <= 0x247c || r >= 0x2488 && r <= 0x2490
}

func isNumeric(r rune) bool { return unicode.IsNumber(r) }

// IsUpper is str.isupper: a cased character and none in another case.
func IsUpper(s string) bool {
	some := false
	for _, r := range s {
		if isUpperRune(r) {
			some = true
		} else if cased(r) {
			return false
		}
	}
	return some
}

// IsLower is str.islower.
func IsLower(s string) bool {
	some := false
	for _, r := range s {
		if isLowerRune(r) {
			some = true
		} else if cased(r) {
			return false
		}
	}
	return some
}

func isUpperRune(r rune) bool { return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r) }

func isLowerRune(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) }

func isTitle(s string) bool {
	some, previous := false, false
	for _, r := range s {
		switch {
		case unicode.IsTitle(r) || isUpperRune(r):
			if previous {
				return false
			}
			some, previous = true, true
		case isLowerRune(r):
			if !previous {
				return false
			}
			some, previous = true, true
		default:
			previous = false
		}
	}
	return some
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.Is(unicode.Nl, r) && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
			return false
		}
	}
	return s != ""
}

// Strip is str.strip; chars is nil for white space.
func Strip(s string, chars *string, left, right bool) string {
	f := IsSpace
	if chars != nil {
		set := *chars
		f = func(r rune) bool { return strings.ContainsRune(set, r) }
	}
	if left {
		s = strings.TrimLeftFunc(s, f)
	}
	if right {
		s = strings.TrimRightFunc(s, f)
	}
	return s
}

func strip(name string, left, right bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("str", name, a, 0, 1); err != nil {
			return Value{}, err
		}
		var chars *string
		if len(a.Pos) == 1 && !a.Pos[0].IsNone() {
			c, ok := a.Pos[0].Str()
			if !ok {
				return Value{}, typeErrorf("%s arg must be None or str", name)
			}
			if self.IsSafe() {
				c = other(self, a.Pos[0])
			}
			chars = &c
		}
		return likeSelf(self, Strip(self.rawString(), chars, left, right)), nil
	}
}

// bounds resolves the optional start and stop of find, count, startswith to a part of s, and the
// number of characters before it. ok is false when start is behind the end.
func bounds(s string, a []Value) (part string, before int, ok bool, err error) {
	n := runeCount(s)
	start, stop := 0, n
	clamp := func(v Value, def int) (int, error) {
		if v.IsNone() {
			return def, nil
		}
		i, err := sliceIndex(v, int64(def))
		if i < 0 {
			i = max(i+int64(n), 0)
		}
		return int(min(i, int64(math.MaxInt32))), err
	}
	if len(a) > 0 {
		if start, err = clamp(a[0], 0); err != nil {
			return "", 0, false, err
		}
	}
	if len(a) > 1 {
		if stop, err = clamp(a[1], n); err != nil {
			return "", 0, false, err
		}
	}
	stop = min(stop, n)
	if start > n || start > stop {
		return "", start, false, nil
	}
	return s[byteOffset(s, start):byteOffset(s, stop)], start, true, nil
}

func affix(name string, f func(s, x string) bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := countRange(name, a); err != nil {
			return Value{}, err
		}
		part, _, ok, err := bounds(self.rawString(), a.Pos[1:])
		if err != nil {
			return Value{}, err
		}
		if s, isStr := a.Pos[0].Str(); isStr {
			return Bool(ok && f(part, s)), nil
		}
		t, isTuple := a.Pos[0].Tuple()
		if !isTuple {
			return Value{}, typeErrorf("%s first arg must be str or a tuple of str, not %s", name, TypeName(a.Pos[0]))
		}
		for _, x := range t {
			s, isStr := x.Str()
			if !isStr {
				return Value{}, typeErrorf("tuple for %s must only contain str, not %s", name, TypeName(x))
			}
			if ok && f(part, s) {
				return True, nil
			}
		}
		return False, nil
	}
}

func trimAffix(name string, f func(s, x string) string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("str", name, a, 1, 1); err != nil {
			return Value{}, err
		}
		x, ok := a.Pos[0].Str()
		if !ok {
			return Value{}, typeErrorf("%s() argument must be str, not %s", name, TypeName(a.Pos[0]))
		}
		return String(f(self.rawString(), x)), nil
	}
}

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

// bindC assigns optional arguments of a C function, the zero Value for absent ones.
func bindC(out []Value, name string, a Args, params ...string) ([]Value, error) {
	out = out[:len(params)]
	if n := len(a.Pos) + len(a.Kw); n > len(params) {
		return nil, typeErrorf("%s() takes at most %d argument%s (%d given)", name, len(params), plural(len(params)), n)
	}
	copy(out, a.Pos)
next:
	for _, kw := range a.Kw {
		for i, p := range params {
			if p == kw.Name {
				if i < len(a.Pos) {
					return nil, typeErrorf("argument for %s() given by name ('%s') and position (%d)", name, p, i+1)
				}
				out[i] = kw.Value
				continue next
			}
		}
		return nil, typeErrorf("'%s' is an invalid keyword argument for %s()", kw.Name, name)
	}
	return out, nil
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
			parts = append(parts, strings.TrimRightFunc(s, IsSpace))
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
				parts = append(parts, strings.TrimLeftFunc(s, IsSpace))
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

func strReplace(st State, self Value, a Args) (Value, error) {
	if err := count("str", "replace", a, 2, 3); err != nil {
		return Value{}, err
	}
	n := -1
	if len(a.Pos) == 3 {
		var err error
		if n, err = indexArg(a.Pos[2]); err != nil {
			return Value{}, err
		}
	}
	var text [2]string
	for i := range text {
		if _, ok := a.Pos[i].Str(); !ok && !self.IsSafe() {
			return Value{}, typeErrorf("replace() argument %d must be str, not %s", i+1, TypeName(a.Pos[i]))
		}
		text[i] = other(self, a.Pos[i])
	}
	s, err := Replace(st, self.rawString(), text[0], text[1], n)
	return likeSelf(self, s), err
}

// Replace is str.replace with at most n replacements, all when n is negative. The growth is charged to st.
func Replace(st State, s, old, new string, n int) (string, error) {
	if len(new) > len(old) {
		times := strings.Count(s, old)
		if n >= 0 {
			times = min(times, n)
		}
		grown := int64(times) * int64(len(new)-len(old))
		if grown > maxRepeat {
			return "", NewError("MemoryError", "")
		}
		if st != nil {
			if err := st.Grow(int(grown)); err != nil {
				return "", err
			}
		}
	}
	return strings.Replace(s, old, new, n), nil
}

func strJoin(st State, self Value, a Args) (Value, error) {
	if err := count("str", "join", a, 1, 1); err != nil {
		return Value{}, err
	}
	items, err := Collect(a.Pos[0])
	if err != nil {
		if e, ok := err.(*Error); ok && e.Class == "TypeError" && !IsIterable(a.Pos[0]) {
			return Value{}, typeErrorf("can only join an iterable")
		}
		return Value{}, err
	}
	sep := self.rawString()
	var buf []byte
	for i, x := range items {
		if i > 0 {
			buf = append(buf, sep...)
		}
		if self.IsSafe() {
			if buf, err = AppendEscaped(buf, x); err != nil {
				return Value{}, err
			}
		} else if s, ok := x.Str(); ok {
			buf = append(buf, s...)
		} else {
			return Value{}, typeErrorf("sequence item %d: expected str instance, %s found", i, TypeName(x))
		}
		if len(buf) > maxRepeat {
			return Value{}, NewError("MemoryError", "")
		}
	}
	if st != nil {
		err = st.Grow(len(buf))
	}
	return likeSelf(self, string(buf)), err
}

// widthOf bounds the width of a padding method.
func widthOf(v Value) (int, error) {
	n, err := indexArg(v)
	if n > maxRepeat {
		return 0, NewError("MemoryError", "")
	}
	return n, err
}

func strZfill(_ State, self Value, a Args) (Value, error) {
	if err := count("str", "zfill", a, 1, 1); err != nil {
		return Value{}, err
	}
	width, err := widthOf(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	s := self.rawString()
	n := width - runeCount(s)
	if n <= 0 {
		return likeSelf(self, s), nil
	}
	sign := ""
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[:1], s[1:]
	}
	return likeSelf(self, sign+strings.Repeat("0", n)+s), nil
}

func justify(name string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("str", name, a, 1, 2); err != nil {
			return Value{}, err
		}
		width, err := widthOf(a.Pos[0])
		if err != nil {
			return Value{}, err
		}
		fill := " "
		if len(a.Pos) == 2 {
			var ok bool
			if fill, ok = a.Pos[1].Str(); !ok {
				return Value{}, typeErrorf("The fill character must be a unicode character, not %s", TypeName(a.Pos[1]))
			}
			if fill = other(self, a.Pos[1]); runeCount(fill) != 1 {
				return Value{}, typeErrorf("The fill character must be exactly one character long")
			}
		}
		s := self.rawString()
		switch name {
		case "center":
			s = Center(s, width, fill)
		case "ljust":
			s += strings.Repeat(fill, max(width-runeCount(s), 0))
		default:
			s = strings.Repeat(fill, max(width-runeCount(s), 0)) + s
		}
		return likeSelf(self, s), nil
	}
}

// Center is str.center.
func Center(s string, width int, fill string) string {
	n := width - runeCount(s)
	if n <= 0 {
		return s
	}
	left := n/2 + n&width&1
	return strings.Repeat(fill, left) + s + strings.Repeat(fill, n-left)
}

func strExpandtabs(_ State, self Value, a Args) (Value, error) {
	var stack [1]Value
	args, err := bindC(stack[:], "expandtabs", a, "tabsize")
	size := 8
	if err == nil && args[0].t != nil {
		size, err = widthOf(args[0])
	}
	if err != nil {
		return Value{}, err
	}
	s := self.rawString()
	if int64(strings.Count(s, "\t"))*int64(size) > maxRepeat {
		return Value{}, NewError("MemoryError", "")
	}
	var b strings.Builder
	column := 0
	for _, r := range s {
		switch {
		case r == '\t':
			if size > 0 {
				n := size - column%size
				b.WriteString(strings.Repeat(" ", n))
				column += n
			}
			continue
		case r == '\n' || r == '\r':
			column = 0
		default:
			column++
		}
		b.WriteRune(r)
	}
	return likeSelf(self, b.String()), nil
}

func strFind(name string, last, must bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := countRange(name, a); err != nil {
			return Value{}, err
		}
		sub, ok := a.Pos[0].Str()
		if !ok {
			return Value{}, typeErrorf("must be str, not %s", TypeName(a.Pos[0]))
		}
		part, before, found, err := bounds(self.rawString(), a.Pos[1:])
		if err != nil {
			return Value{}, err
		}
		i := -1
		if found {
			if last {
				i = strings.LastIndex(part, sub)
			} else {
				i = strings.Index(part, sub)
			}
		}
		if i < 0 {
			if must {
				return Value{}, valueErrorf("substring not found")
			}
			return Int(-1), nil
		}
		return Int(int64(before + runeCount(part[:i]))), nil
	}
}

func strCount(_ State, self Value, a Args) (Value, error) {
	if err := countRange("count", a); err != nil {
		return Value{}, err
	}
	sub, ok := a.Pos[0].Str()
	if !ok {
		return Value{}, typeErrorf("must be str, not %s", TypeName(a.Pos[0]))
	}
	part, _, found, err := bounds(self.rawString(), a.Pos[1:])
	if err != nil || !found {
		return Int(0), err
	}
	return Int(int64(strings.Count(part, sub))), nil
}

func strEncode(_ State, self Value, a Args) (Value, error) {
	var stack [2]Value
	args, err := bindC(stack[:], "encode", a, "encoding", "errors")
	if err != nil {
		return Value{}, err
	}
	s := self.rawString()
	encoding := "utf-8"
	if args[0].t != nil {
		var ok bool
		if encoding, ok = args[0].Str(); !ok {
			return Value{}, typeErrorf("encode() argument 'encoding' must be str, not %s", TypeName(args[0]))
		}
	}
	mode, _ := args[1].Str()
	limit := rune(unicode.MaxRune)
	switch strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(encoding)) {
	case "utf-8", "utf8", "u8":
		return Bytes([]byte(s)), nil
	case "ascii", "us-ascii", "646":
		limit, encoding = 0x80, "ascii"
	case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "8859", "l1":
		limit, encoding = 0x100, "latin-1"
	default:
		return Value{}, Errorf("LookupError", "unknown encoding: %s", encoding)
	}
	out := make([]byte, 0, len(s))
	i := 0
	for _, r := range s {
		switch {
		case r < limit:
			out = append(out, byte(r))
		case mode == "ignore":
		case mode == "replace":
			out = append(out, '?')
		case mode == "xmlcharrefreplace":
			out = append(out, []byte("&#")...)
			out = append(out, []byte(Int(int64(r)).text())...)
			out = append(out, ';')
		case mode == "backslashreplace":
			esc := asciiRepr(string(r))
			out = append(out, esc...)
		default:
			return Value{}, Errorf("UnicodeEncodeError", "'%s' codec can't encode character '%s' in position %d: ordinal not in range(%d)", encoding, asciiRepr(string(r)), i, limit)
		}
		i++
	}
	return Bytes(out), nil
}

func (v Value) text() string {
	s, _ := StrOf(v)
	return s
}

func strFormat(st State, self Value, a Args) (Value, error) {
	s, err := Format(st, self.rawString(), self.IsSafe(), a)
	return likeSelf(self, s), err
}

func strFormatMap(st State, self Value, a Args) (Value, error) {
	if err := count("str", "format_map", a, 1, 1); err != nil {
		return Value{}, err
	}
	s, err := FormatMap(st, self.rawString(), self.IsSafe(), a.Pos[0])
	return likeSelf(self, s), err
}

func strTranslate(_ State, self Value, a Args) (Value, error) {
	if err := count("str", "translate", a, 1, 1); err != nil {
		return Value{}, err
	}
	var b strings.Builder
	for _, r := range self.rawString() {
		x, ok, err := GetItem(a.Pos[0], Int(int64(r)))
		if err != nil {
			return Value{}, err
		}
		switch {
		case !ok:
			b.WriteRune(r)
		case x.IsNone():
		default:
			if i, isInt := x.Int64(); isInt {
				b.WriteRune(rune(i))
			} else if s, isStr := x.Str(); isStr {
				b.WriteString(s)
			} else {
				return Value{}, typeErrorf("character mapping must return integer, None or str")
			}
		}
		if b.Len() > maxRepeat {
			return Value{}, NewError("MemoryError", "")
		}
	}
	return likeSelf(self, b.String()), nil
}
