package value

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// The methods of bytes call those of str with a text that has one character for each byte. A byte beyond ASCII becomes
// a character of a private use area, where there are no letters, digits or spaces.

const privateBytes = 0xF700

// bytesText returns the text for b: one character for each byte.
func bytesText(b []byte, lines bool) string {
	var s strings.Builder
	for _, c := range b {
		switch {
		case c >= 0x80, c >= 0x1c && c <= 0x1f, lines && (c == '\v' || c == '\f'):
			s.WriteRune(privateBytes + rune(c))
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}

// textBytes is the inverse of bytesText.
func textBytes(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func init() {
	table := map[string]Method{"decode": bytesDecode, "hex": bytesHex, "isascii": bytesIsASCII}
	for _, name := range strings.Fields(`capitalize center count endswith expandtabs find index isalnum isalpha isdigit islower isspace istitle isupper
		join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip
		swapcase title upper zfill`) {
		table[name] = bytesMethod(name)
	}
	methodTables[KindBytes] = table
}

// bytesMethod returns a method of bytes that calls the method of str with the same name.
func bytesMethod(name string) Method {
	return func(st State, self Value, a Args) (Value, error) {
		pos := make([]Value, len(a.Pos))
		for i, x := range a.Pos {
			var err error
			if pos[i], err = bytesArg(name, i, x); err != nil {
				return Value{}, err
			}
		}
		kw := make([]Kw, len(a.Kw))
		for i, x := range a.Kw {
			v, err := bytesArg(name, len(pos)+i, x.Value)
			if err != nil {
				return Value{}, err
			}
			kw[i] = Kw{x.Name, v}
		}
		r, err := methodTables[KindString][name](st, String(bytesText(self.rawBytes(), name == "splitlines")), Args{Pos: pos, Kw: kw})
		if e, ok := err.(*Error); ok {
			text := strings.NewReplacer("substring not found", "subsection not found", "str.", "bytes.").Replace(e.Message)
			return Value{}, NewError(e.Class, text)
		}
		return bytesResult(r), err
	}
}

// bytesArg converts argument i of a method of bytes to the argument of the method of str.
func bytesArg(name string, i int, x Value) (Value, error) {
	switch x.Kind() {
	case KindBytes:
		return String(bytesText(x.rawBytes(), false)), nil
	case KindString, KindMarkup:
		switch name {
		case "startswith", "endswith":
			return x, typeErrorf("%s first arg must be bytes or a tuple of bytes, not %s", name, TypeName(x))
		case "find", "rfind", "index", "rindex", "count":
			return x, typeErrorf("argument should be integer or bytes-like object, not '%s'", TypeName(x))
		case "center", "ljust", "rjust":
			if i == 1 {
				return x, typeErrorf("%s() argument 2 must be a byte string of length 1, not %s", name, TypeName(x))
			}
			return x, nil
		case "join":
			return x, typeErrorf("sequence item 0: expected a bytes-like object, str found")
		}
		return x, typeErrorf("a bytes-like object is required, not '%s'", TypeName(x))
	case KindInt:
		switch name {
		case "find", "rfind", "index", "rindex", "count":
			if n, _ := x.Int64(); i == 0 && (n < 0 || n > 255) {
				return x, valueErrorf("byte must be in range(0, 256)")
			} else if i == 0 {
				return String(bytesText([]byte{byte(n)}, false)), nil
			}
		}
		return x, nil
	}
	if name != "join" && x.Kind() != KindTuple || i > 0 || !IsIterable(x) {
		return x, nil
	}
	items, err := Collect(x)
	if err != nil {
		return x, err
	}
	texts := make([]Value, len(items))
	for i, item := range items {
		if item.Kind() != KindBytes {
			if name == "join" {
				return x, typeErrorf("sequence item %d: expected a bytes-like object, %s found", i, TypeName(item))
			}
			return x, typeErrorf("a bytes-like object is required, not '%s'", TypeName(item))
		}
		texts[i] = String(bytesText(item.rawBytes(), false))
	}
	return NewTuple(texts), nil
}

// bytesResult converts the result of a method of str: its texts become bytes.
func bytesResult(v Value) Value {
	switch v.Kind() {
	case KindString:
		return Bytes(textBytes(v.rawString()))
	case KindList, KindTuple:
		items, _ := Collect(v)
		out := make([]Value, len(items))
		for i, x := range items {
			out[i] = bytesResult(x)
		}
		if v.Kind() == KindTuple {
			return NewTuple(out)
		}
		return NewList(out)
	}
	return v
}

func bytesIsASCII(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("bytes", "isascii", self, a); err != nil {
		return Value{}, err
	}
	return Bool(IsASCII(string(self.rawBytes()))), nil
}

// bytesHex is bytes.hex(sep, bytes_per_sep). Groups are counted from the right, and from the left when bytes_per_sep is
// negative.
func bytesHex(_ State, self Value, a Args) (Value, error) {
	var stack [2]Value
	args, err := bindC(stack[:], "hex", a, "sep", "bytes_per_sep")
	if err != nil {
		return Value{}, err
	}
	b := self.rawBytes()
	digits := hex.EncodeToString(b)
	if args[0].t == nil {
		return String(digits), nil
	}
	sep, ok := args[0].Str()
	if args[0].Kind() == KindBytes {
		sep, ok = string(args[0].rawBytes()), true
	}
	switch {
	case !ok:
		return Value{}, typeErrorf("sep must be str or bytes.")
	case utf8.RuneCountInString(sep) != 1:
		return Value{}, valueErrorf("sep must be length 1.")
	case !IsASCII(sep):
		return Value{}, valueErrorf("sep must be ASCII.")
	}
	size := 1
	if args[1].t != nil {
		if size, err = indexArg(args[1]); err != nil {
			return Value{}, err
		}
	}
	if size == 0 {
		return String(digits), nil
	}
	var out strings.Builder
	for i := range b {
		if i > 0 && (size > 0 && (len(b)-i)%size == 0 || size < 0 && i%-size == 0) {
			out.WriteString(sep)
		}
		out.WriteString(digits[2*i : 2*i+2])
	}
	return String(out.String()), nil
}
