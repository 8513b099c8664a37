package compile

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// nativeConcat is Jinja's native_concat: one value is itself, several are
// joined as strings; a string that is a Python literal becomes its value.
func nativeConcat(vals []value.Value) (value.Value, error) {
	if len(vals) == 0 {
		return value.None, nil
	}
	var text string
	if len(vals) == 1 {
		s, ok := vals[0].Str()
		if !ok {
			return vals[0], nil
		}
		text = s
	} else {
		var buf []byte
		for _, v := range vals {
			var err error
			if buf, err = value.AppendStr(buf, v); err != nil {
				return value.None, err
			}
		}
		text = string(buf)
	}
	v, ok, err := literal(text)
	switch {
	case err != nil:
		return value.None, err
	case ok:
		return v, nil
	case len(vals) == 1:
		return vals[0], nil
	}
	return value.String(text), nil
}

// emit outputs a value. Jinja2 makes strings of the values of a template while
// they come, once there are two of them.
func (rt *renderer) emit(v value.Value) error {
	rt.vals = append(rt.vals, v)
	if rt.capture > 0 || len(rt.vals) < 2 {
		return nil
	}
	fresh := rt.vals[len(rt.vals)-1:]
	if len(rt.vals) == 2 {
		fresh = rt.vals
	}
	for _, v := range fresh {
		if u, ok := v.Undefined(); ok && u.Mode == value.UndefStrict {
			return u.Err()
		}
	}
	return nil
}

// literal is ast.literal_eval for the literals that templates make. It fails,
// as Python does, for a set or a dict of what cannot be hashed.
func literal(s string) (v value.Value, ok bool, err error) {
	s = skipBlankLines(s)
	if s == "" || indented(s) {
		return value.Value{}, false, nil
	}
	p := &literalParser{s: s}
	v, ok = p.whole()
	if !ok {
		return v, false, nil
	}
	return v, p.err == nil, p.err
}

// whole reads all of the text.
func (p *literalParser) whole() (value.Value, bool) {
	v, ok := p.value()
	if !ok {
		return v, false
	}
	// A bare tuple: 1, 2
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ',' {
		items := []value.Value{v}
		for p.take(',') {
			if p.end() {
				break
			}
			if v, ok = p.value(); !ok {
				return v, false
			}
			items = append(items, v)
		}
		v = value.NewTuple(items)
	}
	p.space()
	if p.i < len(p.s) && p.s[p.i] != '\n' && p.s[p.i] != '#' {
		return v, false
	}
	rest := p.s[p.i:]
	if i := strings.LastIndexByte(rest, '\n'); i >= 0 && i+1 < len(rest) && strings.Trim(rest[i:], " \t\f\n") == "" {
		return v, false // an indented last line without an end
	}
	return v, skipBlankLines(rest) == ""
}

// indented reports whether a line starts behind the margin, to which a form
// feed returns.
func indented(line string) bool {
	column := 0
	for i := range len(line) {
		switch line[i] {
		case ' ', '\t':
			column++
		case '\f':
			column = 0
		default:
			return column > 0
		}
	}
	return false
}

// skipBlankLines drops the lines that hold nothing but white space or a
// comment from the start of s, as Python's parser does.
func skipBlankLines(s string) string {
	for s != "" {
		line, rest, _ := strings.Cut(s, "\n")
		if line = strings.Trim(line, " \t\f\r"); line != "" && line[0] != '#' {
			break
		}
		s = rest
	}
	return s
}

type literalParser struct {
	s     string
	i     int
	depth int   // of brackets, inside which newlines are space
	kind  kind  // of the value read last
	err   error // of the first set or dict that holds what has no hash
}

// kind tells which literals may stand next to an operator.
type kind uint8

const (
	noNumber kind = iota
	aNumber       // one without a sign
	aSigned       // one behind a sign
)

// maxNesting is how many brackets deep Python reads.
const maxNesting = 200

func (p *literalParser) space() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\t' || c == '\f':
		case p.depth > 0 && (c == '\n' || c == '\r'):
		case p.depth > 0 && c == '#':
			line, _, _ := strings.Cut(p.s[p.i:], "\n")
			p.i += len(line) - 1
		default:
			return
		}
		p.i++
	}
}

func (p *literalParser) end() bool {
	p.space()
	return p.i >= len(p.s)
}

func (p *literalParser) take(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// value reads a literal, or the sum or difference of a real and an imaginary
// number, which is how complex numbers print.
func (p *literalParser) value() (none value.Value, ok bool) {
	left, ok := p.signed()
	if !ok {
		return none, false
	}
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '+' && p.s[p.i] != '-' {
		return left, true
	}
	if p.kind == noNumber || left.Kind() == value.KindComplex {
		return none, false
	}
	add := p.s[p.i] == '+'
	p.i++
	right, ok := p.atom()
	if !ok || p.kind != aNumber || right.Kind() != value.KindComplex {
		return none, false
	}
	p.kind = noNumber
	p.space()
	if p.i < len(p.s) && (p.s[p.i] == '+' || p.s[p.i] == '-') {
		return none, false
	}
	var err error
	if add {
		left, err = value.Add(left, right)
	} else {
		left, err = value.Sub(left, right)
	}
	return left, err == nil
}

// signed reads a literal behind at most one sign.
func (p *literalParser) signed() (none value.Value, ok bool) {
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '+' && p.s[p.i] != '-' {
		return p.atom()
	}
	minus := p.s[p.i] == '-'
	p.i++
	v, ok := p.atom()
	if !ok || p.kind != aNumber {
		return none, false
	}
	p.kind = aSigned
	if !minus {
		return v, true
	}
	v, err := value.Neg(v)
	return v, err == nil
}

func (p *literalParser) atom() (none value.Value, ok bool) {
	p.space()
	if p.i >= len(p.s) {
		return none, false
	}
	p.kind = noNumber
	switch c := p.s[p.i]; {
	case p.depth >= maxNesting && strings.IndexByte("[({", c) >= 0:
		return none, false
	case c >= '0' && c <= '9' || c == '.':
		p.kind = aNumber
		return p.number()
	case p.atString():
		return p.strings()
	case c == '[':
		items, _, ok := p.items(']')
		p.kind = noNumber
		return value.NewList(items), ok
	case c == '(':
		items, comma, ok := p.items(')')
		if ok && len(items) == 1 && !comma {
			return items[0], true // of the kind that it has without the parentheses
		}
		p.kind = noNumber
		return value.NewTuple(items), ok
	case c == '{':
		v, ok := p.braces()
		p.kind = noNumber
		return v, ok
	}
	for _, w := range []struct {
		name string
		v    value.Value
	}{{"None", value.None}, {"True", value.True}, {"False", value.False}} {
		if p.word(w.name) {
			return w.v, true
		}
	}
	if p.word("set") && p.take('(') && p.take(')') {
		v, err := value.NewSet(nil)
		return v, err == nil
	}
	return none, false
}

// word reads the name w.
func (p *literalParser) word(w string) bool {
	rest, ok := strings.CutPrefix(p.s[p.i:], w)
	if !ok || rest != "" && (rest[0] == '_' || isAlnum(rest[0]) || rest[0] >= utf8.RuneSelf) {
		return false
	}
	p.i += len(w)
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *literalParser) items(closing byte) (items []value.Value, comma, ok bool) {
	p.i++
	p.depth++
	defer func() { p.depth-- }()
	for {
		if p.take(closing) {
			return items, comma, true
		}
		if len(items) > 0 && !comma {
			return nil, false, false
		}
		v, ok := p.value()
		if !ok {
			return nil, false, false
		}
		items = append(items, v)
		comma = p.take(',')
	}
}

func (p *literalParser) braces() (none value.Value, ok bool) {
	p.i++
	p.depth++
	defer func() { p.depth-- }()
	d := value.NewDict()
	var items []value.Value
	comma, pairs := true, false
	for n := 0; ; n++ {
		if p.take('}') {
			break
		}
		if !comma {
			return none, false
		}
		k, ok := p.value()
		if !ok {
			return none, false
		}
		if p.take(':') {
			v, ok := p.value()
			if !ok || len(items) > 0 {
				return none, false
			}
			if err := d.Set(k, v); err != nil && p.err == nil {
				p.err = err
			}
			pairs = true
		} else if pairs {
			return none, false
		} else {
			items = append(items, k)
		}
		comma = p.take(',')
	}
	if len(items) > 0 {
		v, err := value.NewSet(items)
		if err != nil && p.err == nil {
			p.err = err
		}
		return v, true
	}
	return d.Value(), true
}

func (p *literalParser) number() (none value.Value, ok bool) {
	start := p.i
	for p.i < len(p.s) {
		c := p.s[p.i]
		if isAlnum(c) || c == '.' || c == '_' || (c == '+' || c == '-') && (p.s[p.i-1] == 'e' || p.s[p.i-1] == 'E') && !strings.HasPrefix(p.s[start:], "0x") {
			p.i++
			continue
		}
		break
	}
	text := p.s[start:p.i]
	if strings.HasPrefix(text, "_") || strings.HasSuffix(text, "_") || strings.Contains(text, "__") {
		return none, false
	}
	clean := strings.ReplaceAll(text, "_", "")
	if len(clean) > 1 && clean[0] == '0' && clean[1] >= '0' && clean[1] <= '9' && !strings.ContainsAny(clean, ".eEj") && strings.Trim(clean, "0") != "" {
		return none, false
	}
	if n, ok := new(big.Int).SetString(clean, 0); ok && !strings.HasPrefix(strings.ToLower(clean), "0x_") {
		if len(clean) > 1 && clean[0] == '0' && clean[1] >= '0' && clean[1] <= '9' {
			return value.Int(0), true
		}
		return value.BigInt(n), true
	}
	if strings.HasSuffix(clean, "j") || strings.HasSuffix(clean, "J") {
		if f, err := strconv.ParseFloat(clean[:len(clean)-1], 64); err == nil {
			return value.Complex(complex(0, f)), true
		}
		return none, false
	}
	if strings.ContainsAny(clean, "xXpPnNiI") {
		return none, false
	}
	f, err := strconv.ParseFloat(clean, 64)
	if err != nil && (f == 0 || err.(*strconv.NumError).Err != strconv.ErrRange) {
		return none, false
	}
	return value.Float(f), true
}

// prefix returns the letters in front of a string literal, and whether there
// is one.
func (p *literalParser) prefix() (letters string, ok bool) {
	n := 0
	for n < 2 && p.i+n < len(p.s) && strings.IndexByte("bBrRuU", p.s[p.i+n]) >= 0 {
		n++
	}
	letters = strings.ToLower(p.s[p.i : p.i+n])
	switch letters {
	case "", "b", "r", "u", "br", "rb":
		return letters, p.i+n < len(p.s) && (p.s[p.i+n] == '\'' || p.s[p.i+n] == '"')
	}
	return letters, false
}

func (p *literalParser) atString() bool {
	_, ok := p.prefix()
	return ok
}

// strings reads one or more adjacent string literals.
func (p *literalParser) strings() (none value.Value, ok bool) {
	var b strings.Builder
	first, _ := p.prefix()
	bytes := strings.Contains(first, "b")
	for {
		p.space()
		letters, ok := p.prefix()
		if !ok {
			break
		}
		if strings.Contains(letters, "b") != bytes || !p.str(&b, letters) {
			return none, false
		}
	}
	if !bytes {
		return value.String(b.String()), true
	}
	raw := make([]byte, 0, b.Len())
	for _, r := range b.String() {
		raw = append(raw, byte(r))
	}
	return value.Bytes(raw), true
}

// str reads one string literal.
func (p *literalParser) str(b *strings.Builder, letters string) bool {
	p.i += len(letters)
	quote := p.s[p.i : p.i+1]
	if strings.HasPrefix(p.s[p.i:], strings.Repeat(quote, 3)) {
		quote = p.s[p.i : p.i+3]
	}
	p.i += len(quote)
	for {
		if strings.HasPrefix(p.s[p.i:], quote) {
			p.i += len(quote)
			return true
		}
		if p.i >= len(p.s) || p.s[p.i] == '\n' && len(quote) == 1 {
			return false
		}
		c := p.s[p.i]
		p.i++
		switch {
		case c >= utf8.RuneSelf && strings.Contains(letters, "b"):
			return false
		case c != '\\':
			b.WriteByte(c)
		case strings.Contains(letters, "r"):
			b.WriteByte(c)
			if p.i < len(p.s) {
				b.WriteByte(p.s[p.i])
				p.i++
			}
		case !p.escape(b, strings.Contains(letters, "b")):
			return false
		}
	}
}

// escape reads what follows a backslash, in a bytes literal or another.
func (p *literalParser) escape(b *strings.Builder, bytes bool) bool {
	if p.i >= len(p.s) {
		return false
	}
	c := p.s[p.i]
	p.i++
	if bytes && (c == 'u' || c == 'U' || c == 'N') {
		b.WriteByte('\\')
		b.WriteByte(c)
		return true
	}
	hex := func(n int) bool {
		if p.i+n > len(p.s) {
			return false
		}
		r, err := strconv.ParseUint(p.s[p.i:p.i+n], 16, 32)
		p.i += n
		b.WriteRune(rune(r))
		return err == nil && r <= utf8.MaxRune
	}
	switch c {
	case '\n':
	case 'N':
		return false // the names of characters
	case '\\', '\'', '"':
		b.WriteByte(c)
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'a':
		b.WriteByte('\a')
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'v':
		b.WriteByte('\v')
	case 'x':
		return hex(2)
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := rune(c - '0')
		for k := 0; k < 2 && p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '7'; k++ {
			n = n*8 + rune(p.s[p.i]-'0')
			p.i++
		}
		b.WriteRune(n)
	default:
		b.WriteByte('\\')
		b.WriteByte(c)
	}
	return true
}
