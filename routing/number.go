package routing

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// intConverter is the converter int. Values outside int's range do not match; Python's integers are unbounded.
type intConverter struct {
	fixedDigits int
	min, max    int // the type's own bounds when the rule gives none
	signed      bool
}

func newInt(args Args) (Converter, error) {
	bound, err := args.bind("int", "fixed_digits", "min", "max", "signed")
	if err != nil {
		return nil, err
	}
	c := &intConverter{min: math.MinInt, max: math.MaxInt, signed: truth(bound["signed"])}
	if v := bound["fixed_digits"]; v != nil {
		if c.fixedDigits, err = count("fixed_digits", v); err != nil {
			return nil, err
		}
	}
	if c.min, err = limit("min", bound["min"], c.min); err != nil {
		return nil, err
	}
	c.max, err = limit("max", bound["max"], c.max)
	return c, err
}

func limit(name string, v any, absent int) (int, error) {
	switch v := v.(type) {
	case nil:
		return absent, nil
	case int:
		return v, nil
	case bool:
		return int(pythonFloat(v)), nil
	case *big.Int:
		if v.Sign() < 0 {
			return math.MinInt, nil
		}
		return math.MaxInt, nil
	case float64:
		if name == "min" {
			return clampInt(math.Ceil(v)), nil
		}
		return clampInt(math.Floor(v)), nil
	}
	return 0, &typeError{fmt.Sprintf("%s must be a number, not %s", name, pyrepr.String(pythonStr(v)))}
}

func clampInt(f float64) int {
	switch {
	case f >= math.MaxInt:
		return math.MaxInt
	case f <= math.MinInt:
		return math.MinInt
	}
	return int(f)
}

func (c *intConverter) Pattern() string {
	if c.signed {
		return `-?\p{Nd}+`
	}
	return `\p{Nd}+`
}
func (c *intConverter) Type() reflect.Type  { return reflect.TypeFor[int]() }
func (c *intConverter) Weight() int         { return 50 }
func (c *intConverter) PartIsolating() bool { return true }
func (c *intConverter) span() *span         { return &span{kind: spanDigits, signed: c.signed} }

func (c *intConverter) Parse(text string) (any, error) {
	n, ok := c.number(text)
	if !ok {
		return nil, ErrValidation
	}
	return n, nil
}

func (c *intConverter) number(text string) (int, bool) {
	if c.fixedDigits > 0 && utf8.RuneCountInString(text) != c.fixedDigits {
		return 0, false
	}
	n, ok := parseInt(text)
	return n, ok && c.min <= n && n <= c.max
}

func (c *intConverter) Format(value any) (string, error) {
	text := ""
	switch v := value.(type) {
	case int:
		text = strconv.Itoa(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	default:
		n, err := pythonInt(value)
		if err != nil {
			return "", err
		}
		text = n.String()
	}
	if missing := c.fixedDigits - len(text); missing > 0 {
		sign := ""
		if text[0] == '-' {
			sign, text = "-", text[1:]
		}
		text = sign + strings.Repeat("0", missing) + text
	}
	return text, nil
}

// parseInt reads an optional minus sign and digits of any script.
func parseInt(text string) (int, bool) {
	if len(text) <= 18 {
		// The number is short enough not to overflow, and most digits are ASCII.
		n, i := 0, 0
		if text != "" && text[0] == '-' {
			i = 1
		}
		for ; i < len(text) && '0' <= text[i] && text[i] <= '9'; i++ {
			n = n*10 + int(text[i]-'0')
		}
		if i == len(text) && i > 0 {
			if text[0] == '-' {
				n = -n
			}
			return n, true
		}
	}
	digits, negative := strings.CutPrefix(text, "-")
	n := 0
	for _, r := range digits {
		d, ok := digitValue(r)
		if !ok || n < math.MinInt/10 {
			return 0, false
		}
		// Counting down reaches the smallest integer too.
		if n = n*10 - int(d); n > 0 {
			return 0, false
		}
	}
	if !negative {
		if n == math.MinInt {
			return 0, false
		}
		n = -n
	}
	return n, digits != ""
}

// digitValue returns the value of a decimal digit of any script. The ranges of Unicode's Nd consist of whole runs of
// ten.
func digitValue(r rune) (byte, bool) {
	if '0' <= r && r <= '9' {
		return byte(r - '0'), true
	}
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	return 0, false
}

// floatConverter is the converter float: digits, a dot, digits.
type floatConverter struct {
	min, max float64
	signed   bool
}

func newFloat(args Args) (Converter, error) {
	bound, err := args.bind("float", "min", "max", "signed")
	if err != nil {
		return nil, err
	}
	c := &floatConverter{min: math.Inf(-1), max: math.Inf(1), signed: truth(bound["signed"])}
	if v := bound["min"]; v != nil {
		c.min = pythonFloat(v)
	}
	if v := bound["max"]; v != nil {
		c.max = pythonFloat(v)
	}
	if math.IsNaN(c.min) || math.IsNaN(c.max) {
		return nil, &typeError{"min and max must be numbers"}
	}
	return c, nil
}

func (c *floatConverter) Pattern() string {
	if c.signed {
		return `-?\p{Nd}+\.\p{Nd}+`
	}
	return `\p{Nd}+\.\p{Nd}+`
}
func (c *floatConverter) Type() reflect.Type  { return reflect.TypeFor[float64]() }
func (c *floatConverter) Weight() int         { return 50 }
func (c *floatConverter) PartIsolating() bool { return true }
func (c *floatConverter) span() *span         { return &span{kind: spanFloat, signed: c.signed} }

func (c *floatConverter) Parse(text string) (any, error) {
	f, ok := c.number(text)
	if !ok {
		return nil, ErrValidation
	}
	return f, nil
}

func (c *floatConverter) number(text string) (float64, bool) {
	// ParseFloat reads only ASCII digits.
	ascii := text
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			ascii = strings.Map(func(r rune) rune {
				if d, ok := digitValue(r); ok {
					return '0' + rune(d)
				}
				return r
			}, text)
			break
		}
	}
	f, err := strconv.ParseFloat(ascii, 64)
	if err != nil { // a value out of range too; Python would make it infinite
		return 0, false
	}
	return f, c.min <= f && f <= c.max
}

// Format writes the shortest decimals that read back as the same value. There is always a dot and never an exponent, so
// that the rule matches the result.
func (c *floatConverter) Format(value any) (string, error) {
	var f float64
	switch v := value.(type) {
	case string:
		var ok bool
		if f, ok = parsePythonFloat(strings.TrimSpace(v)); !ok {
			return "", fmt.Errorf("could not convert string to float: %s", pyrepr.String(v))
		}
	default:
		if f = pythonFloat(value); math.IsNaN(f) {
			return "", fmt.Errorf("float() argument must be a string or a real number, not %s", pythonTypeName(value))
		}
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return "", fmt.Errorf("%v cannot be written in a URL", f)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text, nil
}
