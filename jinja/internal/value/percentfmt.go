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
	return percentFormat(st, percentFormatter{Percent: &Percent{Format: s}, safe: safe, single: args})
}

// PercentFormatArgs is PercentFormat for a tuple, given by its elements.
func PercentFormatArgs(st State, s string, safe bool, args []Value) (string, error) {
	return percentFormat(st, percentFormatter{Percent: &Percent{Format: s}, safe: safe, args: args, tuple: true})
}

// A Percent is a format of % for a plain str. [NewPercent] reads its first directives in advance.
type Percent struct {
	Format string
	specs  []percentSpec
	at     int  // of what is read each time
	Plain  bool // nothing that it makes needs to be escaped
}

// NewPercent returns the format s.
func NewPercent(s string) *Percent {
	f := &Percent{Format: s, Plain: !strings.ContainsAny(s, "&<>'\"srac")} // only numbers
	for f.at < len(s) && len(f.specs) < maxParts {
		var d percentSpec
		at, fault := d.read(s, f.at)
		if fault != nil {
			break
		}
		f.specs, f.at = append(f.specs, d), at
	}
	return f
}

// Mod returns the format % args.
func (f *Percent) Mod(st State, args Value) (Value, error) {
	s, err := percentFormat(st, percentFormatter{Percent: f, single: args})
	return String(s), err
}

// Append appends what PercentFormatArgs returns.
func (f *Percent) Append(st State, buf []byte, args []Value) ([]byte, error) {
	p := percentFormatter{Percent: f, args: args, tuple: true, out: buf, start: len(buf)}
	if err := p.run(); err != nil {
		return buf, err
	}
	return p.out, st.Grow(len(p.out) - p.start)
}

func percentFormat(st State, p percentFormatter) (string, error) {
	args := p.single
	p.out = make([]byte, 0, len(p.Format)+16)
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
	*Percent
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
	for i := range p.specs {
		if err := p.directive(&p.specs[i], nil); err != nil {
			return err
		}
	}
	for at := p.at; at < len(p.Format); {
		var d percentSpec
		end, fault := d.read(p.Format, at)
		if err := p.directive(&d, fault); err != nil {
			return err
		}
		at = end
	}
	if p.tuple && len(p.args) > 0 || !p.tuple && !p.mapping && !p.used {
		if p.bytes {
			return typeErrorf("not all arguments converted during bytes formatting")
		}
		return typeErrorf("not all arguments converted during string formatting")
	}
	return nil
}

// percentSpec is one directive, %[(key)][flags][width][.precision]conversion, with the text before it.
type percentSpec struct {
	text                         string
	only                         bool // there is no directive behind the text
	keyed, open                  bool // it has a key, and one that does not end
	key                          string
	left, plus, space, alt, zero bool
	width, prec                  int // -1 for no precision, fromArgs for *
	conv                         rune
	at                           int // where conv stands
}

const fromArgs = -2

// read reads the first directive from s[i:] and returns where it ends. What it has read when it meets a fault is to be
// carried out before the fault is reported.
func (d *percentSpec) read(s string, i int) (end int, fault error) {
	n := strings.IndexByte(s[i:], '%')
	if n < 0 {
		d.text, d.only = s[i:], true
		return len(s), nil
	}
	d.text, i = s[i:i+n], i+n+1
	if i < len(s) && s[i] == '%' {
		d.text, d.only = s[i-1-n:i], true
		return i + 1, nil
	}
	d.prec = -1
	if i < len(s) && s[i] == '(' {
		d.keyed = true
		depth, start := 1, i+1
		for i++; i < len(s) && depth > 0; i++ {
			switch s[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		if d.open = depth > 0; d.open {
			return i, valueErrorf("incomplete format key")
		}
		d.key = s[start : i-1]
	}
flags:
	for ; i < len(s); i++ {
		switch s[i] {
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
	if d.width, i, fault = percentNumber(s, i, "width"); fault != nil {
		return i, fault
	}
	if i < len(s) && s[i] == '.' {
		if d.prec, i, fault = percentNumber(s, i+1, "precision"); fault != nil {
			return i, fault
		}
	}
	if i < len(s) && (s[i] == 'h' || s[i] == 'l' || s[i] == 'L') {
		i++
	}
	if i >= len(s) {
		return i, valueErrorf("incomplete format")
	}
	d.at = i
	d.conv, n = utf8.DecodeRuneInString(s[i:])
	return i + n, nil
}

// percentNumber reads a width or precision, fromArgs for *.
func percentNumber(s string, i int, what string) (n, end int, fault error) {
	if i < len(s) && s[i] == '*' {
		return fromArgs, i + 1, nil
	}
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if n = n*10 + int(s[i]-'0'); n > math.MaxInt32 {
			return 0, i, valueErrorf("%s too big", what)
		}
	}
	if n > maxWidth {
		return 0, i, NewError("MemoryError", "")
	}
	return n, i, nil
}

// directive appends a directive and the text before it, up to the fault that was met in reading it.
func (p *percentFormatter) directive(d *percentSpec, fault error) (err error) {
	p.out = append(p.out, d.text...)
	if d.only {
		return nil
	}
	p.keyed = nil
	if d.keyed {
		if !p.mapping {
			return typeErrorf("format requires a mapping")
		}
		if d.open {
			return fault
		}
		if err := p.lookup(d.key); err != nil {
			return err
		}
	}
	if d.width == fromArgs || d.prec == fromArgs {
		own := *d
		d = &own
		if d.width == fromArgs {
			if d.width, err = p.number("width"); err != nil {
				return err
			}
			if d.width < 0 {
				d.left, d.width = true, -d.width
			}
		}
		if d.prec == fromArgs {
			if d.prec, err = p.number("precision"); err != nil {
				return err
			}
			d.prec = max(d.prec, 0)
		}
	}
	if fault != nil {
		return fault
	}
	v, err := p.next()
	if err != nil {
		return err
	}
	ok, err := p.convert(d, v)
	if !ok {
		shown := d.conv
		if shown <= 31 || shown >= 127 {
			shown = '?'
		}
		return valueErrorf("unsupported format character '%c' (0x%x) at index %d", shown, d.conv, runeCount(p.Format[:d.at]))
	}
	if err == nil && len(p.out)-p.start > maxRepeat {
		return NewError("MemoryError", "")
	}
	return err
}

// lookup finds the argument that a key names.
func (p *percentFormatter) lookup(name string) error {
	key := String(name)
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

// number takes a width or precision from the arguments.
func (p *percentFormatter) number(what string) (int, error) {
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
	if d.conv == 'f' && d.width == 0 && !d.plus && !d.space && !d.alt && !math.IsInf(x, 0) && x == x {
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
