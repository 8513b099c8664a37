package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// formatSpec is a format specification of Python's mini-language:
// [[fill]align][sign][z][#][0][width][grouping][.precision][type].
type formatSpec struct {
	fill     string
	align    byte // < > = ^, 0 when not given
	zero     bool // a leading 0 asks for it: align is =
	sign     byte // + - space, 0
	noNegZ   bool
	alt      bool
	width    int // -1 when not given
	grouping byte
	prec     int // -1 when not given
	typ      rune
}

// maxWidth bounds widths and precisions.
const maxWidth = 1 << 20

func isAlign(c byte) bool { return c == '<' || c == '>' || c == '=' || c == '^' }

func parseSpec(spec, name string) (f formatSpec, err error) {
	s := spec
	f = formatSpec{fill: " ", width: -1, prec: -1}
	_, n := utf8.DecodeRuneInString(s)
	fillGiven := false
	switch {
	case len(s) > n && n > 0 && isAlign(s[n]):
		f.fill, f.align, s, fillGiven = s[:n], s[n], s[n+1:], true
	case s != "" && isAlign(s[0]):
		f.align, s = s[0], s[1:]
	}
	if s != "" && (s[0] == '+' || s[0] == '-' || s[0] == ' ') {
		f.sign, s = s[0], s[1:]
	}
	if s != "" && s[0] == 'z' {
		f.noNegZ, s = true, s[1:]
	}
	if s != "" && s[0] == '#' {
		f.alt, s = true, s[1:]
	}
	if !fillGiven && s != "" && s[0] == '0' {
		f.fill = "0"
		if f.align == 0 {
			f.align, f.zero = '=', true
		}
		s = s[1:]
	}
	if f.width, s, err = specNumber(s); err != nil {
		return f, err
	}
	for s != "" && (s[0] == ',' || s[0] == '_') {
		if f.grouping == s[0] {
			return f, valueErrorf("Cannot specify '%c' with '%c'.", s[0], s[0])
		}
		if f.grouping != 0 {
			return f, valueErrorf("Cannot specify both ',' and '_'.")
		}
		f.grouping, s = s[0], s[1:]
	}
	if s != "" && s[0] == '.' {
		if f.prec, s, err = specNumber(s[1:]); err != nil {
			return f, err
		}
		if f.prec < 0 {
			return f, valueErrorf("Format specifier missing precision")
		}
	}
	if s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if n < len(s) {
			return f, valueErrorf("Invalid format specifier '%s' for object of type '%s'", spec, name)
		}
		f.typ = r
	}
	return f, f.checkGrouping()
}

func (f *formatSpec) checkGrouping() error {
	if f.grouping == 0 {
		return nil
	}
	switch f.typ {
	case 'd', 'e', 'f', 'g', 'E', 'G', '%', 'F', 0:
		return nil
	case 'b', 'o', 'x', 'X':
		if f.grouping == '_' {
			return nil
		}
	}
	return valueErrorf("Cannot specify '%c' with '%c'.", f.grouping, f.typ)
}

func specNumber(s string) (n int, rest string, err error) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		if n = n*10 + int(s[i]-'0'); n > math.MaxInt32 {
			return 0, s, valueErrorf("Too many decimal digits in format string")
		}
		i++
	}
	if i == 0 {
		return -1, s, nil
	}
	if n > maxWidth {
		return 0, s, NewError("MemoryError", "")
	}
	return n, s[i:], nil
}

// pad aligns a text within the width. def is the alignment when none is given.
func (f *formatSpec) pad(text string, def byte) string {
	n := f.width - runeCount(text)
	if n <= 0 {
		return text
	}
	align := f.align
	if align == 0 {
		align = def
	}
	switch align {
	case '<':
		return text + strings.Repeat(f.fill, n)
	case '^':
		return strings.Repeat(f.fill, n/2) + text + strings.Repeat(f.fill, n-n/2)
	}
	return strings.Repeat(f.fill, n) + text
}

// FormatValue is format(v, spec).
func FormatValue(v Value, spec string) (string, error) {
	if spec == "" {
		return StrOf(v)
	}
	switch v.Kind() {
	case KindString, KindMarkup:
		s, err := StrOf(v)
		if err != nil {
			return "", err
		}
		return formatString(s, spec, TypeName(v))
	case KindInt, KindBig, KindBool:
		return formatInt(v, spec)
	case KindFloat:
		return formatFloat(v, spec, "float")
	case KindTime, KindDate, KindClock:
		text, _ := (&Layout{rest: spec}).Append(nil, v)
		return string(text), nil
	case KindStruct, KindObject:
		if _, named := v.Any().(TypeNamer); named {
			break // the object stands for one of Python's own
		}
		if s, ok := v.goString(); ok && v.t.rt != nil {
			return formatString(s, spec, "str")
		}
	}
	return "", typeErrorf("unsupported format string passed to %s.__format__", TypeName(v))
}

func unknownCode(typ rune, name string) error {
	if typ > ' ' && typ < 128 {
		return valueErrorf("Unknown format code '%c' for object of type '%s'", typ, name)
	}
	return valueErrorf("Unknown format code '\\x%x' for object of type '%s'", typ, name)
}

func formatString(s, spec, name string) (string, error) {
	f, err := parseSpec(spec, name)
	if err != nil {
		return "", err
	}
	switch {
	case f.typ != 0 && f.typ != 's':
		return "", unknownCode(f.typ, name)
	case f.sign == ' ':
		return "", valueErrorf("Space not allowed in string format specifier")
	case f.sign != 0:
		return "", valueErrorf("Sign not allowed in string format specifier")
	case f.noNegZ:
		return "", valueErrorf("Negative zero coercion (z) not allowed in string format specifier")
	case f.alt:
		return "", valueErrorf("Alternate form (#) not allowed in string format specifier")
	case f.grouping != 0:
		return "", valueErrorf("Cannot specify '%c' with 's'.", f.grouping)
	case f.align == '=' && !f.zero:
		return "", valueErrorf("'=' alignment not allowed in string format specifier")
	}
	if f.align == '=' { // a leading 0 is a fill for strings
		f.align = '<'
	}
	if f.prec >= 0 {
		s = s[:byteOffset(s, f.prec)]
	}
	return f.pad(s, '<'), nil
}

func formatInt(v Value, spec string) (string, error) {
	f, err := parseSpec(spec, TypeName(v))
	if err != nil {
		return "", err
	}
	switch f.typ {
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		x, ok := v.Float64()
		if !ok {
			return "", NewError("OverflowError", "int too large to convert to float")
		}
		return f.float(x)
	case 0, 'd', 'n', 'b', 'o', 'x', 'X', 'c':
	default:
		return "", unknownCode(f.typ, TypeName(v))
	}
	if f.prec >= 0 {
		return "", valueErrorf("Precision not allowed in integer format specifier")
	}
	if f.noNegZ {
		return "", valueErrorf("Negative zero coercion (z) not allowed in integer format specifier")
	}
	if f.typ == 'c' {
		return f.char(v)
	}
	b, _ := v.Big()
	digits, err := bigDigits(b, f.typ)
	if err != nil {
		return "", err
	}
	prefix := ""
	if f.alt {
		switch f.typ {
		case 'b', 'o', 'x', 'X':
			prefix = "0" + string(f.typ)
		}
	}
	group := 3
	if f.typ == 'b' || f.typ == 'o' || f.typ == 'x' || f.typ == 'X' {
		group = 4
	}
	return f.number(b.Sign() < 0, prefix, digits, "", group), nil
}

// bigDigits returns the digits of |b| in the base of typ.
func bigDigits(b *big.Int, typ rune) (string, error) {
	abs := new(big.Int).Abs(b)
	switch typ {
	case 'b':
		return abs.Text(2), nil
	case 'o':
		return abs.Text(8), nil
	case 'x':
		return abs.Text(16), nil
	case 'X':
		return strings.ToUpper(abs.Text(16)), nil
	}
	buf, err := appendBig(nil, abs)
	return string(buf), err
}

func (f *formatSpec) char(v Value) (string, error) {
	if f.sign != 0 {
		return "", valueErrorf("Sign not allowed with integer format specifier 'c'")
	}
	if f.alt {
		return "", valueErrorf("Alternate form (#) not allowed with integer format specifier 'c'")
	}
	i, ok := v.Int64()
	if !ok {
		return "", NewError("OverflowError", "Python int too large to convert to C long")
	}
	if i < 0 || i > utf8.MaxRune {
		return "", NewError("OverflowError", "%c arg not in range(0x110000)")
	}
	return f.pad(string(rune(i)), '<'), nil
}

// number joins sign, prefix, grouped digits and rest, the part after the digits.
func (f *formatSpec) number(neg bool, prefix, digits, rest string, group int) string {
	sign := ""
	switch {
	case neg:
		sign = "-"
	case f.sign == '+' || f.sign == ' ':
		sign = string(f.sign)
	}
	head := sign + prefix
	if f.grouping != 0 {
		minDigits := 0
		if f.fill == "0" && f.align == '=' {
			minDigits = f.width - len(head) - runeCount(rest)
		}
		digits = groupDigits(digits, f.grouping, group, minDigits)
	}
	if f.align == '=' {
		if n := f.width - len(head) - len(digits) - runeCount(rest); n > 0 {
			return head + strings.Repeat(f.fill, n) + digits + rest
		}
	}
	return f.pad(head+digits+rest, '>')
}

// groupDigits inserts separators between groups of digits, and leading zeros up to the width.
func groupDigits(digits string, sep byte, group, width int) string {
	var out []byte // built from the right, reversed at the end
	for i, n := len(digits)-1, 0; i >= 0 || len(out) < width; i, n = i-1, n+1 {
		if n > 0 && n%group == 0 {
			out = append(out, sep)
			if i < 0 && len(out) >= width {
				out = append(out, '0')
				break
			}
		}
		if i >= 0 {
			out = append(out, digits[i])
		} else {
			out = append(out, '0')
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func formatFloat(v Value, spec, name string) (string, error) {
	f, err := parseSpec(spec, name)
	if err != nil {
		return "", err
	}
	switch f.typ {
	case 0, 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%':
		return f.float(v.float())
	}
	return "", unknownCode(f.typ, name)
}

func (f *formatSpec) float(x float64) (string, error) {
	typ, prec, rest := f.typ, f.prec, ""
	switch typ {
	case '%':
		x *= 100
		typ, rest = 'f', "%"
	case 'n':
		typ = 'g'
	}
	text := floatText(math.Abs(x), typ, prec, f.alt)
	neg := math.Signbit(x) && x == x
	if f.noNegZ && neg && strings.Trim(text, "0.e+-") == "" {
		neg = false
	}
	end := len(text)
	for i := range len(text) {
		if c := text[i]; c == '.' || c == 'e' || c == 'E' || c == 'n' || c == 'i' || c == 'N' || c == 'I' {
			end = i
			break
		}
	}
	if end == 0 { // inf and nan
		g := *f
		g.grouping = 0
		return g.number(neg, "", "", text+rest, 3), nil
	}
	return f.number(neg, "", text[:end], text[end:]+rest, 3), nil
}

// floatText formats a float that is not negative, as PyOS_double_to_string does for typ.
func floatText(x float64, typ rune, prec int, alt bool) string {
	upper := typ == 'E' || typ == 'F' || typ == 'G'
	var s string
	switch {
	case math.IsInf(x, 0):
		s = "inf"
	case x != x:
		s = "nan"
	case typ == 'f' || typ == 'F':
		if prec < 0 {
			prec = 6
		}
		s = strconv.FormatFloat(x, 'f', prec, 64)
		if alt && prec == 0 {
			s += "."
		}
	case typ == 'e' || typ == 'E':
		if prec < 0 {
			prec = 6
		}
		s = strconv.FormatFloat(x, 'e', prec, 64)
		if alt && prec == 0 {
			s = strings.Replace(s, "e", ".e", 1)
		}
	case typ == 0 && prec < 0:
		s = string(AppendFloat(nil, x))
		if alt && !strings.Contains(s, ".") {
			s = strings.Replace(s, "e", ".e", 1)
		}
	default:
		if prec < 0 {
			prec = 6
		}
		s = generalText(x, max(prec, 1), alt, typ == 0)
	}
	if upper {
		s = strings.ToUpper(s)
	}
	return s
}

// generalText is the format g. With dot0 at least one digit follows the point.
func generalText(x float64, prec int, alt, dot0 bool) string {
	e := strconv.FormatFloat(x, 'e', prec-1, 64)
	mantissa, exponent, _ := strings.Cut(e, "e")
	exp, _ := strconv.Atoi(exponent)
	limit := prec
	if dot0 {
		limit--
	}
	if exp < -4 || exp+1 > limit {
		if !alt && strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		if alt && !strings.Contains(mantissa, ".") {
			mantissa += "."
		}
		return mantissa + "e" + exponent
	}
	s := strconv.FormatFloat(x, 'f', max(prec-1-exp, 0), 64)
	if !alt && strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if alt && !strings.Contains(s, ".") {
		s += "."
	}
	if dot0 && !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
