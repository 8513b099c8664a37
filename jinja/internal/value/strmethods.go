package value

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// strFunc makes a method of str without arguments that returns a text.
func strFunc(name string, f func(string) string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs("str", name, self, a); err != nil {
			return Value{}, err
		}
		return likeSelf(self, f(self.rawString())), nil
	}
}

// strTest makes a method of str without arguments that returns a bool.
func strTest(name string, f func(string) bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs("str", name, self, a); err != nil {
			return Value{}, err
		}
		return Bool(f(self.rawString())), nil
	}
}

// likeSelf returns s as Markup when self is Markup, else as a str.
func likeSelf(self Value, s string) Value {
	if self.IsSafe() {
		return Safe(s)
	}
	return String(s)
}

// noArgs checks that a method got no arguments. The error is CPython's.
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

// indexArg converts an argument that must be an int.
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

// other returns the text of an argument of a method of self. When self is Markup the text is escaped.
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
		"isascii":      strTest("isascii", IsASCII),
		"isprintable":  strTest("isprintable", func(s string) bool { return s == "" || everyRune(pyrepr.Printable)(s) }),
		"isidentifier": strTest("isidentifier", isIdentifier),
		"startswith":   affix("startswith", strings.HasPrefix), "endswith": affix("endswith", strings.HasSuffix),
		"removeprefix": trimAffix("removeprefix", strings.TrimPrefix), "removesuffix": trimAffix("removesuffix", strings.TrimSuffix),
		"split": strSplit, "rsplit": strRsplit, "splitlines": strSplitlines,
		"partition": partition("partition", false), "rpartition": partition("rpartition", true),
		"replace": strReplace, "join": strJoin, "zfill": strZfill, "expandtabs": strExpandtabs,
		"center": justify("center"), "ljust": justify("ljust"), "rjust": justify("rjust"),
		"find": strFind("find", false, false), "rfind": strFind("rfind", true, false),
		"index": strFind("index", false, true), "rindex": strFind("rindex", true, true),
		"count": strCount, "encode": strEncode, "format": strFormat, "format_map": strFormatMap, "translate": strTranslate, "maketrans": strMaketrans,
	}
	methodTables[KindString] = m
	markup := make(map[string]Method, len(m)+2)
	for name, f := range m {
		markup[name] = f
	}
	for _, name := range []string{"strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "split", "rsplit", "splitlines", "partition", "rpartition"} {
		markup[name] = pieces(m[name])
	}
	markup["unescape"], markup["striptags"] = markupUnescape, markupStriptags
	methodTables[KindMarkup] = markup
}

func casefold(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("str", "casefold", self, a); err != nil {
		return Value{}, err
	}
	return String(Casefold(self.rawString())), nil // a str even for Markup: markupsafe does not wrap this method
}

// Strip is str.strip. chars is nil for white space.
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

// bindC assigns the optional arguments of a C function. An absent one is the zero Value.
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
	if out, ok, err := ReplaceState(st, self, text[0], a.Pos[1], n); ok {
		return out, err
	}
	s, err := Replace(st, self.rawString(), text[0], text[1], n)
	return likeSelf(self, s), err
}

// Replace is str.replace with at most n replacements, or all when n is negative. The growth is charged to st.
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
		if e, ok := err.(*Error); ok && e.Class == "TypeError" && !self.IsSafe() && !IsIterable(a.Pos[0]) {
			return Value{}, typeErrorf("can only join an iterable")
		}
		return Value{}, err
	}
	sep := self.rawString()
	var buf []byte
	place := NewFragment(st)
	for i, x := range items {
		if i > 0 {
			buf = append(buf, sep...)
		}
		if self.IsSafe() {
			if buf, err = place.Append(buf, x); err != nil {
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

// widthOf converts and bounds the width of a padding method.
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
			if _, ok := a.Pos[1].Str(); !ok {
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
	var limit rune
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
	for at, r := range s {
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
			n := strings.IndexFunc(s[at:], func(r rune) bool { return r < limit })
			if n < 0 {
				n = len(s) - at
			}
			if n = utf8.RuneCountInString(s[at : at+n]); n > 1 {
				return Value{}, Errorf("UnicodeEncodeError", "'%s' codec can't encode characters in position %d-%d: ordinal not in range(%d)", encoding, i, i+n-1, limit)
			}
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

func strTranslate(st State, self Value, a Args) (Value, error) {
	if err := count("str", "translate", a, 1, 1); err != nil {
		return Value{}, err
	}
	place, b := NewFragment(st), []byte(nil)
	for _, r := range self.rawString() {
		x, ok, err := GetItem(a.Pos[0], Int(int64(r)))
		if err != nil {
			return Value{}, err
		}
		switch {
		case !ok:
			b = utf8.AppendRune(b, r)
		case x.IsNone():
		default:
			if i, isInt := x.Int64(); isInt {
				x = String(string(rune(i)))
			} else if !x.IsString() {
				return Value{}, typeErrorf("character mapping must return integer, None or str")
			}
			if !place.on || !self.IsSafe() {
				b = append(b, x.rawString()...)
			} else if b, err = place.Append(b, x); err != nil {
				return Value{}, err
			}
		}
		if len(b) > maxRepeat {
			return Value{}, NewError("MemoryError", "")
		}
	}
	return likeSelf(self, string(b)), nil
}
