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
func nativeConcat(vals []value.Value) value.Value {
	if len(vals) == 0 {
		return value.None
	}
	var text string
	if len(vals) == 1 {
		s, ok := vals[0].Str()
		if !ok {
			return vals[0]
		}
		text = s
	} else {
		var buf []byte
		for _, v := range vals {
			b, err := value.AppendStr(buf, v)
			if err != nil {
				continue
			}
			buf = b
		}
		text = string(buf)
	}
	if v, ok := literal(text); ok {
		return v
	}
	if len(vals) == 1 {
		return vals[0]
	}
	return value.String(text)
}

// literal is ast.literal_eval for the literals that templates make.
func literal(s string) (value.Value, bool) {
	s = skipBlankLines(s)
	if s == "" || s[0] == ' ' || s[0] == '\t' {
		return value.Value{}, false
	}
	p := &literalParser{s: s}
	v, ok := p.value(0)
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
			if v, ok = p.value(0); !ok {
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
	depth int // of brackets, inside which newlines are space
}

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

func (p *literalParser) value(level int) (none value.Value, ok bool) {
	if level > 100 {
		return none, false
	}
	p.space()
	if p.i >= len(p.s) {
		return none, false
	}
	switch c := p.s[p.i]; {
	case c == '-' || c == '+':
		p.i++
		p.space()
		if p.i < len(p.s) && (p.s[p.i] == '-' || p.s[p.i] == '+') {
			return none, false
		}
		v, ok := p.value(level + 1)
		if !ok || !v.IsNumber() || v.Kind() == value.KindBool {
			return none, false
		}
		if c == '+' {
			return v, true
		}
		v, err := value.Neg(v)
		return v, err == nil
	case c >= '0' && c <= '9' || c == '.':
		return p.number()
	case p.atString():
		return p.strings()
	case c == '[':
		items, _, ok := p.items(']', level)
		return value.NewList(items), ok
	case c == '(':
		items, comma, ok := p.items(')', level)
		if ok && len(items) == 1 && !comma {
			return items[0], true
		}
		return value.NewTuple(items), ok
	case c == '{':
		return p.braces(level)
	}
	for _, w := range []struct {
		name string
		v    value.Value
	}{{"None", value.None}, {"True", value.True}, {"False", value.False}} {
		if strings.HasPrefix(p.s[p.i:], w.name) {
			p.i += len(w.name)
			if p.i < len(p.s) && (p.s[p.i] == '_' || isAlnum(p.s[p.i]) || p.s[p.i] >= utf8.RuneSelf) {
				return none, false
			}
			return w.v, true
		}
	}
	return none, false
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *literalParser) items(closing byte, level int) (items []value.Value, comma, ok bool) {
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
		v, ok := p.value(level + 1)
		if !ok {
			return nil, false, false
		}
		items = append(items, v)
		comma = p.take(',')
	}
}

func (p *literalParser) braces(level int) (none value.Value, ok bool) {
	p.i++
	p.depth++
	defer func() { p.depth-- }()
	d := value.NewDict()
	var items []value.Value
	comma := true
	for n := 0; ; n++ {
		if p.take('}') {
			break
		}
		if !comma {
			return none, false
		}
		k, ok := p.value(level + 1)
		if !ok {
			return none, false
		}
		if p.take(':') {
			v, ok := p.value(level + 1)
			if !ok || len(items) > 0 || d.Set(k, v) != nil {
				return none, false
			}
		} else if d.Len() > 0 {
			return none, false
		} else {
			items = append(items, k)
		}
		comma = p.take(',')
	}
	if len(items) > 0 {
		v, err := value.NewSet(items)
		return v, err == nil
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
		if r > 0xff {
			return none, false
		}
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
		case c != '\\':
			b.WriteByte(c)
		case strings.Contains(letters, "r"):
			b.WriteByte(c)
			if p.i < len(p.s) {
				b.WriteByte(p.s[p.i])
				p.i++
			}
		case !p.escape(b):
			return false
		}
	}
}

func (p *literalParser) escape(b *strings.Builder) bool {
	if p.i >= len(p.s) {
		return false
	}
	c := p.s[p.i]
	p.i++
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
