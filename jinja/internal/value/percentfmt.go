package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/context"
)

// PercentFormat is Python's s % args. With safe, s is Markup, and the values are escaped as by markupsafe. The result
// is charged to st, which may be nil.
func PercentFormat(st State, s string, safe bool, args Value) (string, error) {
	return percentFormat(st, percentFormatter{s: s, safe: safe, single: args})
}

// PercentFormatArgs is PercentFormat for a tuple, given by its elements.
func PercentFormatArgs(st State, s string, safe bool, args []Value) (string, error) {
	return percentFormat(st, percentFormatter{s: s, safe: safe, args: args, tuple: true})
}

// AppendPercent appends what PercentFormatArgs returns for a plain str.
func AppendPercent(st State, buf []byte, s string, args []Value) ([]byte, error) {
	p := percentFormatter{s: s, args: args, tuple: true, out: buf, start: len(buf)}
	if err := p.run(); err != nil {
		return buf, err
	}
	return p.out, st.Grow(len(p.out) - p.start)
}

func percentFormat(st State, p percentFormatter) (string, error) {
	args := p.single
	p.out = make([]byte, 0, len(p.s)+16)
	if p.safe {
		place := NewFragment(st)
		p.place = &place
	}
	if t, ok := args.Tuple(); ok {
		p.args, p.tuple = t, true
	} else if !p.tuple {
		switch args.Kind() {
		case KindDict, KindMap, KindList, KindSlice, KindRange, KindBytes, KindUndefined:
			p.mapping = !p.bytes || args.Kind() != KindBytes
		case KindObject: // Jinja's own objects have no items, except self
			name := QualifiedTypeName(args)
			p.mapping = !strings.HasPrefix(name, "jinja2.") || name == "jinja2.runtime.TemplateReference"
		}
	}
	if err := p.run(); err != nil {
		return "", err
	}
	if st != nil {
		if err := st.Grow(len(p.out)); err != nil {
			return "", err
		}
	}
	return string(p.out), nil
}

type percentFormatter struct {
	s       string
	i       int
	out     []byte
	start   int // of the result in out
	safe    bool
	args    []Value
	tuple   bool
	mapping bool  // args is a mapping, so that directives may name keys
	single  Value // the only argument, when it is no tuple
	used    bool
	keyed   *Value    // the argument that the key of the current directive named
	bytes   bool      // the text stands for bytes, see bytesText
	place   *Fragment // of a safe text
}

func (p *percentFormatter) next() (Value, error) {
	switch {
	case p.keyed != nil:
		return *p.keyed, nil
	case p.tuple && len(p.args) > 0:
		v := p.args[0]
		p.args = p.args[1:]
		return v, nil
	case !p.tuple && !p.used:
		p.used = true
		return p.single, nil
	}
	return Value{}, typeErrorf("not enough arguments for format string")
}

func (p *percentFormatter) run() error {
	for p.i < len(p.s) {
		j := strings.IndexByte(p.s[p.i:], '%')
		if j < 0 {
			p.out = append(p.out, p.s[p.i:]...)
			break
		}
		p.out = append(p.out, p.s[p.i:p.i+j]...)
		p.i += j + 1
		if err := p.directive(); err != nil {
			return err
		}
		if len(p.out)-p.start > maxRepeat {
			return NewError("MemoryError", "")
		}
	}
	if p.tuple && len(p.args) > 0 || !p.tuple && !p.mapping && !p.used {
		if p.bytes {
			return typeErrorf("not all arguments converted during bytes formatting")
		}
		return typeErrorf("not all arguments converted during string formatting")
	}
	return nil
}

// percentSpec is one directive: %[(key)][flags][width][.precision]conversion.
type percentSpec struct {
	left, plus, space, alt, zero bool
	width, prec                  int
	conv                         rune
}

func (p *percentFormatter) directive() error {
	p.keyed = nil
	if p.i < len(p.s) && p.s[p.i] == '%' {
		p.out = append(p.out, '%')
		p.i++
		return nil
	}
	if p.i < len(p.s) && p.s[p.i] == '(' {
		if err := p.key(); err != nil {
			return err
		}
	}
	d := percentSpec{prec: -1}
flags:
	for ; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '-':
			d.left = true
		case '+':
			d.plus = true
		case ' ':
			d.space = true
		case '#':
			d.alt = true
		case '0':
			d.zero = true
		default:
			break flags
		}
	}
	var err error
	if p.i < len(p.s) && p.s[p.i] <= '9' {
		if d.width, err = p.number("width"); err != nil {
			return err
		}
	}
	if d.width < 0 {
		d.left, d.width = true, -d.width
	}
	if p.i < len(p.s) && p.s[p.i] == '.' {
		p.i++
		if d.prec, err = p.number("precision"); err != nil {
			return err
		}
		d.prec = max(d.prec, 0)
	}
	if p.i < len(p.s) && (p.s[p.i] == 'h' || p.s[p.i] == 'l' || p.s[p.i] == 'L') {
		p.i++
	}
	if p.i >= len(p.s) {
		return valueErrorf("incomplete format")
	}
	c, n := utf8.DecodeRuneInString(p.s[p.i:])
	at := p.i
	p.i += n
	d.conv = c
	v, err := p.next()
	if err != nil {
		return err
	}
	ok, err := p.convert(&d, v)
	if !ok {
		shown := c
		if c <= 31 || c >= 127 {
			shown = '?'
		}
		return valueErrorf("unsupported format character '%c' (0x%x) at index %d", shown, c, runeCount(p.s[:at]))
	}
	return err
}

func (p *percentFormatter) key() error {
	depth, start := 1, p.i+1
	for p.i++; p.i < len(p.s) && depth > 0; p.i++ {
		switch p.s[p.i] {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	if !p.mapping {
		return typeErrorf("format requires a mapping")
	}
	if depth > 0 {
		return valueErrorf("incomplete format key")
	}
	key := String(p.s[start : p.i-1])
	if p.bytes {
		key = bytesResult(key)
	}
	v, err := Subscript(p.single, key)
	if err != nil {
		return err
	}
	p.keyed, p.used = &v, true
	return nil
}

// number reads a width or precision. A * takes it from the arguments.
func (p *percentFormatter) number(what string) (int, error) {
	if p.i < len(p.s) && p.s[p.i] == '*' {
		p.i++
		v, err := p.next()
		if err != nil {
			return 0, err
		}
		i, ok := v.Int64()
		if v.Kind() == KindBig && !p.safe {
			return 0, NewError("OverflowError", "Python int too large to convert to C "+map[string]string{"width": "ssize_t", "precision": "int"}[what])
		}
		if !ok || p.safe {
			return 0, typeErrorf("* wants int")
		}
		if i > maxWidth || i < -maxWidth {
			return 0, NewError("MemoryError", "")
		}
		return int(i), nil
	}
	n, i := 0, p.i
	for ; i < len(p.s) && '0' <= p.s[i] && p.s[i] <= '9'; i++ {
		if n = n*10 + int(p.s[i]-'0'); n > math.MaxInt32 {
			return 0, valueErrorf("%s too big", what)
		}
	}
	p.i = i
	if n > maxWidth {
		return 0, NewError("MemoryError", "")
	}
	return n, nil
}

// convert appends v. ok is false when there is no such conversion.
func (p *percentFormatter) convert(d *percentSpec, v Value) (ok bool, err error) {
	if p.safe {
		p.place.follow(p.out)
		defer func() { p.place.Wrote(p.out) }()
	}
	switch d.conv {
	case 'b', 's', 'r', 'a':
		if d.conv == 'b' && !p.bytes {
			return false, nil
		}
		var s string
		if s, err = p.text(d.conv, v); err != nil {
			return true, err
		}
		if d.prec >= 0 {
			if s = s[:byteOffset(s, d.prec)]; v.IsSafe() && p.safe && p.place.on {
				s = context.WholeTags(s)
			}
		}
		p.pad(d, "", s, false)
	case 'c':
		var s string
		if s, err = p.char(v); err != nil {
			return true, err
		}
		p.pad(d, "", s, false)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		err = p.integer(d, v)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		err = p.float(d, v)
	default:
		return false, nil
	}
	return true, err
}

func (p *percentFormatter) text(conv rune, v Value) (s string, err error) {
	if p.bytes {
		if conv != 's' && conv != 'b' {
			s, err = ReprOf(v)
			return asciiRepr(s), err
		}
		if v.Kind() != KindBytes {
			return "", typeErrorf("%%b requires a bytes-like object, or an object that implements __bytes__, not '%s'", TypeName(v))
		}
		return bytesText(v.rawBytes(), false), nil
	}
	if conv == 's' {
		if p.safe {
			return p.place.Escape(p.out, v)
		}
		return StrOf(v)
	}
	if s, err = ReprOf(v); err == nil && conv == 'a' {
		s = asciiRepr(s)
	}
	if p.safe && err == nil {
		s, err = p.place.Escape(p.out, String(s))
	}
	return s, err
}

func (p *percentFormatter) char(v Value) (string, error) {
	if p.bytes {
		return byteChar(v)
	}
	if s, ok := v.Str(); ok && !p.safe && runeCount(s) == 1 {
		return s, nil
	}
	i, ok := v.Int64()
	if v.Kind() == KindBig && !p.safe {
		i, ok = -1, true
	}
	if !ok || p.safe {
		return "", typeErrorf("%%c requires int or char")
	}
	if i < 0 || i > utf8.MaxRune {
		return "", NewError("OverflowError", "%c arg not in range(0x110000)")
	}
	return string(rune(i)), nil
}

// byteChar is %c of bytes: one byte, or its number.
func byteChar(v Value) (string, error) {
	if v.Kind() == KindBytes && len(v.rawBytes()) == 1 {
		return bytesText(v.rawBytes(), false), nil
	}
	i, ok := v.Int64()
	if !ok {
		return "", typeErrorf("%%c requires an integer in range(256) or a single byte")
	}
	if i < 0 || i > 255 {
		return "", NewError("OverflowError", "%c arg not in range(256)")
	}
	return bytesText([]byte{byte(i)}, false), nil
}

func (p *percentFormatter) integer(d *percentSpec, v Value) error {
	if i, ok := v.Int64(); ok && v.Kind() == KindInt && i > math.MinInt64 && d.prec < 0 && strings.ContainsRune("diu", d.conv) {
		var room [20]byte
		p.pad(d, d.signText(i < 0), string(strconv.AppendInt(room[:0], max(i, -i), 10)), true)
		return nil
	}
	b, ok := v.Big()
	name := TypeName(v)
	hex := d.conv == 'x' || d.conv == 'X' || d.conv == 'o'
	switch {
	case p.safe && hex:
		return typeErrorf("%%%c format: an integer is required, not _MarkupEscapeHelper", d.conv)
	case p.safe || v.Kind() == KindFloat && !hex:
		x, err := IntOf(v)
		if e, is := err.(*Error); is && e.Class == "TypeError" {
			return typeErrorf("%%%c format: a real number is required, not _MarkupEscapeHelper", d.conv)
		} else if err != nil {
			return err
		}
		b, ok = x.Big()
	case v.IsUndefined() && !hex:
		return v.undef().Err()
	}
	if !ok {
		if hex {
			return typeErrorf("%%%c format: an integer is required, not %s", d.conv, name)
		}
		return typeErrorf("%%%c format: a real number is required, not %s", d.conv, name)
	}
	digits, err := bigDigits(b, d.conv)
	if err != nil {
		return err
	}
	if len(digits) < d.prec {
		digits = strings.Repeat("0", d.prec-len(digits)) + digits
	}
	prefix := d.signText(b.Sign() < 0)
	if d.alt && hex {
		prefix += "0" + string(d.conv)
	}
	p.pad(d, prefix, digits, true)
	return nil
}

func (p *percentFormatter) float(d *percentSpec, v Value) error {
	x, ok := v.Float64()
	switch {
	case !ok && p.bytes && v.Kind() != KindBig:
		return typeErrorf("float argument required, not %s", TypeName(v))
	case v.IsUndefined():
		return v.undef().Err()
	case p.safe && !ok:
		f, err := FloatOf(v)
		if err != nil {
			return err
		}
		x = f.float()
	case v.Kind() == KindBig && !ok:
		return NewError("OverflowError", "int too large to convert to float")
	case !ok:
		return typeErrorf("must be real number, not %s", TypeName(v))
	}
	prec := d.prec
	if prec < 0 {
		prec = 6
	}
	if *d == (percentSpec{prec: d.prec, conv: 'f'}) && !math.IsInf(x, 0) && x == x {
		p.out = strconv.AppendFloat(p.out, x, 'f', prec, 64)
		return nil
	}
	neg := math.Signbit(x) && x == x
	p.pad(d, d.signText(neg), floatText(math.Abs(x), d.conv, prec, d.alt), true)
	return nil
}

func (d *percentSpec) signText(neg bool) string {
	switch {
	case neg:
		return "-"
	case d.plus:
		return "+"
	case d.space:
		return " "
	}
	return ""
}

// pad appends prefix and text, padded to the directive's width.
func (p *percentFormatter) pad(d *percentSpec, prefix, text string, number bool) {
	n := d.width - runeCount(prefix) - runeCount(text)
	zero := d.zero && !d.left && number
	if n > 0 && !d.left && !zero {
		p.fill(' ', n)
	}
	p.out = append(p.out, prefix...)
	if n > 0 && zero {
		p.fill('0', n)
	}
	p.out = append(p.out, text...)
	if n > 0 && d.left {
		p.fill(' ', n)
	}
}

func (p *percentFormatter) fill(c byte, n int) {
	for range n {
		p.out = append(p.out, c)
	}
}

// asciiRepr escapes the characters of a repr that are not ASCII.
func asciiRepr(s string) string {
	if IsASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteByte(byte(r))
		case r < 0x100:
			b.WriteString(`\x` + hexDigits(r, 2))
		case r < 0x10000:
			b.WriteString(`\u` + hexDigits(r, 4))
		default:
			b.WriteString(`\U` + hexDigits(r, 8))
		}
	}
	return b.String()
}

func hexDigits(r rune, n int) string {
	s := big.NewInt(int64(r)).Text(16)
	return strings.Repeat("0", max(n-len(s), 0)) + s
}
