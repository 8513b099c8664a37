package sign

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxIntegerDigits is the longest integer that is read, Python's own limit.
const maxIntegerDigits = 4300

// Unmarshal reads one JSON value. Time and memory are proportional to the
// length of data.
func (j JSON) Unmarshal(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("sign: JSON is not UTF-8")
	}
	d := decoder{JSON: j, s: string(data)}
	v, err := d.value(0)
	if err == nil {
		d.space()
		if d.i < len(d.s) {
			err = d.fail("Extra data")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sign: malformed JSON: %w", err)
	}
	return v, nil
}

type decoder struct {
	JSON
	s string
	i int
}

// fail returns an error at the current position, with the text of Python's JSONDecodeError.
func (d *decoder) fail(message string) error { return d.failAt(message, d.i) }

func (d *decoder) failAt(message string, i int) error {
	before := d.s[:min(i, len(d.s))]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("%s: line %d column %d (char %d)", message, line, column, utf8.RuneCountInString(before))
}

func (d *decoder) space() {
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case ' ', '\t', '\n', '\r':
			d.i++
		default:
			return
		}
	}
}

// constants are the words that Python's JSON knows.
var constants = []struct {
	word  string
	value any
}{
	{"null", nil}, {"true", true}, {"false", false},
	{"NaN", math.NaN()}, {"Infinity", math.Inf(1)}, {"-Infinity", math.Inf(-1)},
}

func (d *decoder) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	d.space()
	if d.i >= len(d.s) {
		return nil, d.fail("Expecting value")
	}
	switch c := d.s[d.i]; {
	case c == '"':
		return d.str()
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case '0' <= c && c <= '9', c == '-' && !strings.HasPrefix(d.s[d.i:], "-I"):
		return d.number()
	}
	for _, c := range constants {
		if strings.HasPrefix(d.s[d.i:], c.word) {
			d.i += len(c.word)
			return c.value, nil
		}
	}
	return nil, d.fail("Expecting value")
}

func (d *decoder) array(depth int) (any, error) {
	d.i++
	list := []any{}
	d.space()
	if d.i < len(d.s) && d.s[d.i] == ']' {
		d.i++
		return list, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		d.space()
		if d.i < len(d.s) {
			switch d.s[d.i] {
			case ',':
				d.i++
				continue
			case ']':
				d.i++
				return list, nil
			}
		}
		return nil, d.fail("Expecting ',' delimiter")
	}
}

func (d *decoder) object(depth int) (any, error) {
	d.i++
	var members Dict
	var m map[string]any
	if d.Ordered {
		members = Dict{}
	} else {
		m = map[string]any{}
	}
	d.space()
	if d.i < len(d.s) && d.s[d.i] == '}' {
		d.i++
		return d.finish(members, m)
	}
	for {
		d.space()
		if d.i >= len(d.s) || d.s[d.i] != '"' {
			return nil, d.fail("Expecting property name enclosed in double quotes")
		}
		name, err := d.str()
		if err != nil {
			return nil, err
		}
		d.space()
		if d.i >= len(d.s) || d.s[d.i] != ':' {
			return nil, d.fail("Expecting ':' delimiter")
		}
		d.i++
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if d.Ordered {
			members = append(members, Member{name, v})
		} else {
			m[name] = v
		}
		d.space()
		if d.i < len(d.s) {
			switch d.s[d.i] {
			case ',':
				d.i++
				continue
			case '}':
				d.i++
				return d.finish(members, m)
			}
		}
		return nil, d.fail("Expecting ',' delimiter")
	}
}

// finish returns the value of an object. Of two members with the same name the last counts.
func (d *decoder) finish(members Dict, m map[string]any) (any, error) {
	if d.Ordered {
		return members.unique(), nil
	}
	if d.ObjectHook != nil {
		return d.ObjectHook(m)
	}
	return m, nil
}

// unique removes repeated names. Like a Python dict it keeps the first place and the last value of each name.
func (d Dict) unique() Dict {
	if len(d) < 2 {
		return d
	}
	place := make(map[string]int, len(d))
	kept := d[:0]
	for _, m := range d {
		if i, ok := place[m.Name]; ok {
			kept[i].Value = m.Value
			continue
		}
		place[m.Name] = len(kept)
		kept = append(kept, m)
	}
	return kept
}

// str reads a string. Half of a surrogate pair, which a Go string cannot hold, becomes U+FFFD.
func (d *decoder) str() (string, error) {
	begin := d.i
	d.i++
	start := d.i
	var b []byte
	for d.i < len(d.s) {
		c := d.s[d.i]
		switch {
		case c == '"':
			text := d.s[start:d.i]
			d.i++
			if b == nil {
				return text, nil
			}
			return string(append(b, text...)), nil
		case c < ' ':
			return "", d.fail("Invalid control character at")
		case c != '\\':
			d.i++
			continue
		}
		b = append(b, d.s[start:d.i]...)
		d.i++
		if d.i >= len(d.s) {
			return "", d.failAt("Unterminated string starting at", begin)
		}
		c = d.s[d.i]
		if c == 'u' {
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
			start = d.i
			continue
		}
		k := strings.IndexByte(`"\/bfnrt`, c)
		if k < 0 {
			return "", d.failAt(`Invalid \escape`, d.i-1)
		}
		b = append(b, "\"\\/\b\f\n\r\t"[k])
		d.i++
		start = d.i
	}
	return "", d.failAt("Unterminated string starting at", begin)
}

// escape reads uXXXX, or two of them for a pair of surrogates.
func (d *decoder) escape() (rune, error) {
	r, ok := d.hex4(d.i + 1)
	if !ok {
		return 0, d.failAt(`Invalid \uXXXX escape`, d.i)
	}
	d.i += 5
	if 0xd800 <= r && r < 0xdc00 && strings.HasPrefix(d.s[d.i:], `\u`) {
		if low, ok := d.hex4(d.i + 2); ok && 0xdc00 <= low && low < 0xe000 {
			d.i += 6
			return utf16.DecodeRune(r, low), nil
		}
	}
	return r, nil
}

func (d *decoder) hex4(i int) (rune, bool) {
	if i+4 > len(d.s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(d.s[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func (d *decoder) digits() int {
	start := d.i
	for d.i < len(d.s) && '0' <= d.s[d.i] && d.s[d.i] <= '9' {
		d.i++
	}
	return d.i - start
}

// number reads the longest number, as Python does: "01" is 0 and then something else, and so is "1." after 1.
func (d *decoder) number() (any, error) {
	start := d.i
	if d.s[d.i] == '-' {
		d.i++
	}
	if d.i < len(d.s) && d.s[d.i] == '0' {
		d.i++
	} else if d.digits() == 0 {
		d.i = start
		return nil, d.fail("Expecting value")
	}
	integer := d.i
	if d.i < len(d.s) && d.s[d.i] == '.' {
		d.i++
		if d.digits() == 0 {
			d.i = integer
		}
	}
	fraction := d.i
	if d.i < len(d.s) && (d.s[d.i] == 'e' || d.s[d.i] == 'E') {
		d.i++
		if d.i < len(d.s) && (d.s[d.i] == '+' || d.s[d.i] == '-') {
			d.i++
		}
		if d.digits() == 0 {
			d.i = fraction
		}
	}
	text := d.s[start:d.i]
	if d.i > integer {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, d.failAt("Expecting value", start)
		}
		return f, nil // out of range: infinite, as in Python
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	if len(strings.TrimPrefix(text, "-")) > maxIntegerDigits {
		return nil, fmt.Errorf("Exceeds the limit (%d) for integer string conversion", maxIntegerDigits)
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, d.failAt("Expecting value", start)
	}
	return n, nil
}
