package value

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format is s.format(*a.Pos, **a.Kw). With safe, s is Markup, and the values are escaped as by markupsafe. When st is
// [Sandboxed], attributes and items of fields are read through st.
func Format(st State, s string, safe bool, a Args) (string, error) {
	f := formatter{st: st, safe: safe, args: a.Pos, kw: func(name string) (Value, error) {
		if v, ok := a.Get(name); ok {
			return v, nil
		}
		return Value{}, Errorf("KeyError", "%s", string(AppendQuoted(nil, name)))
	}}
	return f.format(s)
}

// FormatMap is s.format_map(mapping).
func FormatMap(st State, s string, safe bool, mapping Value) (string, error) {
	f := formatter{st: st, safe: safe, noPos: true, kw: func(name string) (Value, error) {
		return Subscript(mapping, String(name))
	}}
	return f.format(s)
}

type formatter struct {
	st    State
	safe  bool
	args  []Value
	noPos bool
	kw    func(string) (Value, error)
	auto  int // next automatic index; -1 when the fields have numbers
	used  bool
	total int // bytes written so far
	place Fragment
}

func (f *formatter) format(s string) (string, error) {
	if f.safe {
		f.place = NewFragment(f.st)
	}
	out, err := f.vformat(s, maxFormat)
	if err == nil && f.st != nil {
		err = f.st.Grow(len(out))
	}
	return out, err
}

// sandboxed reports whether fields are read as the formatter of Jinja's sandbox reads them.
func (f *formatter) sandboxed() bool {
	s, ok := f.st.(Sandboxed)
	return ok && s.Sandboxed()
}

// formatterClass reports whether Python would use its class string.Formatter here. It differs from str.format in some
// details.
func (f *formatter) formatterClass() bool { return f.safe || f.sandboxed() }

// maxFormat is how deep fields may be nested in the specifications of other fields.
const maxFormat = 2

func (f *formatter) vformat(s string, depth int) (string, error) {
	if depth < 0 {
		return "", valueErrorf("Max string recursion exceeded")
	}
	if depth == 0 && !f.formatterClass() && strings.ContainsAny(s, "{}") {
		return "", valueErrorf("Max string recursion exceeded")
	}
	var out []byte
	for i := 0; i < len(s); {
		j := strings.IndexAny(s[i:], "{}")
		if j < 0 {
			out = append(out, s[i:]...)
			break
		}
		out = append(out, s[i:i+j]...)
		i += j
		if i+1 < len(s) && s[i+1] == s[i] {
			out = append(out, s[i])
			i += 2
			continue
		}
		if s[i] == '}' {
			return "", valueErrorf("Single '}' encountered in format string")
		}
		if i+1 == len(s) {
			return "", valueErrorf("Single '{' encountered in format string")
		}
		field, n, err := cutField(s[i+1:])
		if err != nil {
			return "", err
		}
		i += 1 + n
		if depth == maxFormat {
			f.place.follow(out)
		}
		text, err := f.field(&field, depth)
		if err != nil {
			return "", err
		}
		out = append(out, text...)
		if depth == maxFormat {
			f.place.Wrote(out)
		}
		if f.total += len(text); f.total > maxRepeat {
			return "", NewError("MemoryError", "")
		}
	}
	return string(out), nil
}

// field is a replacement field: {name!conv:spec}.
type field struct{ name, conv, spec string }

// cutField reads the field that s begins with, after its opening brace. n is the length with the closing brace.
func cutField(s string) (f field, n int, err error) {
	end, bracket := 0, false
name:
	for ; end < len(s); end++ {
		switch s[end] {
		case '{':
			return f, 0, valueErrorf("unexpected '{' in field name")
		case '[':
			bracket = true
		case ']':
			bracket = false
		case '}', ':', '!':
			if !bracket {
				break name
			}
		}
	}
	if end == len(s) {
		return f, 0, valueErrorf("expected '}' before end of string")
	}
	f.name = s[:end]
	if s[end] == '}' {
		return f, end + 1, nil
	}
	if s[end] == '!' {
		if end++; end == len(s) {
			return f, 0, valueErrorf("end of string while looking for conversion specifier")
		}
		_, size := utf8.DecodeRuneInString(s[end:])
		f.conv = s[end : end+size]
		end += size
		if end < len(s) {
			switch s[end] {
			case '}':
				return f, end + 1, nil
			case ':':
			default:
				return f, 0, valueErrorf("expected ':' after conversion specifier")
			}
		}
	}
	start := end + 1
	for end, nested := start, 1; end < len(s); end++ {
		switch s[end] {
		case '{':
			nested++
		case '}':
			if nested--; nested == 0 {
				f.spec = s[start:end]
				return f, end + 1, nil
			}
		}
	}
	return f, 0, valueErrorf("unmatched '{' in format spec")
}

func (f *formatter) field(x *field, depth int) (string, error) {
	v, err := f.lookup(x.name)
	if err != nil {
		return "", err
	}
	switch x.conv {
	case "":
	case "s", "r", "a":
		text := StrOf
		if x.conv != "s" {
			text = ReprOf
		}
		s, err := text(v)
		if err != nil {
			return "", err
		}
		if x.conv == "a" {
			s = asciiRepr(s)
		}
		v = String(s)
	default:
		return "", valueErrorf("Unknown conversion specifier %s", x.conv)
	}
	if depth == 0 && f.formatterClass() {
		return "", valueErrorf("Max string recursion exceeded")
	}
	spec, err := f.vformatSpec(x.spec, depth-1)
	if err != nil {
		return "", err
	}
	return f.value(v, spec)
}

func (f *formatter) vformatSpec(spec string, depth int) (string, error) {
	if !strings.ContainsAny(spec, "{}") {
		return spec, nil
	}
	return f.vformat(spec, depth)
}

// value returns format(v, spec), escaped when the text is Markup (format_field of string.Formatter).
func (f *formatter) value(v Value, spec string) (string, error) {
	if !f.safe {
		return FormatValue(v, spec)
	}
	if v.IsSafe() {
		if spec != "" {
			return "", valueErrorf("Unsupported format specification for Markup.")
		}
		return v.rawString(), nil
	}
	if h, ok := v.HTML(); ok {
		if spec != "" {
			return "", valueErrorf("Format specifier %s given, but <class '%s'> does not define __html_format__. A class that defines __html__ must define __html_format__ to work with format specifiers.", spec, QualifiedTypeName(v))
		}
		return h, nil
	}
	s, err := FormatValue(v, spec)
	if err != nil {
		return "", err
	}
	if _, text := v.Str(); !text && f.place.inside && v.IsNumber() {
		return s, nil
	}
	return f.place.Escape(nil, String(s))
}

// lookup resolves a field name: an index or a keyword, followed by .attribute and [item] parts.
func (f *formatter) lookup(name string) (Value, error) {
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	var v Value
	var err error
	if end == 0 && name != "" && f.formatterClass() {
		v, err = f.kw("") // only a field without a name is numbered
	} else {
		v, err = f.first(name[:end])
	}
	if err != nil {
		return Value{}, err
	}
	for rest := name[end:]; rest != ""; {
		if rest[0] == '.' {
			n := strings.IndexAny(rest[1:], ".[")
			if n < 0 {
				n = len(rest) - 1
			}
			attr := rest[1 : n+1]
			if attr == "" {
				return Value{}, valueErrorf("Empty attribute in format string")
			}
			if v, err = f.attr(v, attr); err != nil {
				return Value{}, err
			}
			rest = rest[n+1:]
			continue
		}
		if rest[0] != '[' {
			return Value{}, valueErrorf("Only '.' or '[' may follow ']' in format field specifier")
		}
		n := strings.IndexByte(rest, ']')
		if n < 0 {
			return Value{}, valueErrorf("Missing ']' in format string")
		}
		if n == 1 {
			return Value{}, valueErrorf("Empty attribute in format string")
		}
		if v, err = f.item(v, rest[1:n]); err != nil {
			return Value{}, err
		}
		rest = rest[n+1:]
	}
	return v, nil
}

func (f *formatter) first(name string) (Value, error) {
	index, numeric := fieldIndex(name)
	switch {
	case !numeric && name != "" && strings.Trim(name, "0123456789") == "":
		return Value{}, valueErrorf("Too many decimal digits in format string")
	case name == "":
		if f.used && f.auto < 0 {
			return Value{}, valueErrorf("cannot switch from manual field specification to automatic field numbering")
		}
		index, numeric = f.auto, true
		f.auto++
		f.used = true
	case numeric:
		if f.used && f.auto >= 0 {
			if f.formatterClass() {
				return Value{}, valueErrorf("cannot switch from manual field specification to automatic field numbering")
			}
			return Value{}, valueErrorf("cannot switch from automatic field numbering to manual field specification")
		}
		f.auto, f.used = -1, true
	}
	if !numeric {
		return f.kw(name)
	}
	if f.noPos && !f.safe && !f.sandboxed() {
		return Value{}, valueErrorf("Format string contains positional fields")
	}
	if index >= len(f.args) && (f.safe || f.sandboxed()) {
		return Value{}, NewError("IndexError", "tuple index out of range")
	}
	if index >= len(f.args) {
		return Value{}, Errorf("IndexError", "Replacement index %d out of range for positional args tuple", index)
	}
	return f.args[index], nil
}

func fieldIndex(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func (f *formatter) attr(v Value, name string) (Value, error) {
	if f.sandboxed() {
		return f.st.Attr(v, name), nil
	}
	if u, ok := v.Undefined(); ok && u.Mode != UndefChainable {
		return Value{}, u.Err()
	}
	r, ok := GetAttr(v, name)
	if !ok {
		return Value{}, NoAttribute(v, name)
	}
	return ReadProperty(f.st, r)
}

func (f *formatter) item(v Value, name string) (Value, error) {
	key := String(name)
	if i, ok := fieldIndex(name); ok {
		key = Int(int64(i))
	}
	if f.sandboxed() {
		return f.st.Item(v, key)
	}
	return Subscript(v, key)
}
