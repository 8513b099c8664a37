package forms

import (
	"cmp"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// A Decimal is an exact decimal number: the value of a DecimalField that has no type of its own, Python's
// decimal.Decimal. Its text keeps the digits that were sent: "1.50" stays "1.50". The zero Decimal is 0.
type Decimal struct {
	negative bool
	digits   string // without leading zeros; "" is zero
	exponent int
}

// The bounds of a Decimal's text, in bytes, and of its exponent.
const (
	maxDecimalText     = 1000
	maxDecimalExponent = 999999
)

var errDecimal = errors.New("forms: no decimal number")

// ParseDecimal reads a decimal number as Python's Decimal does, "1.50" or "-1e3". Texts above 1,000 bytes, exponents
// beyond 999,999, infinity and NaN are errors.
func ParseDecimal(text string) (Decimal, error) {
	var d Decimal
	if len(text) > maxDecimalText {
		return d, errDecimal
	}
	text = plainDigits(text)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		d.negative = text[0] == '-'
		text = text[1:]
	}
	mantissa := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		n, err := strconv.Atoi(text[i+1:])
		if err != nil || n > maxDecimalExponent || n < -maxDecimalExponent {
			return Decimal{}, errDecimal
		}
		mantissa, d.exponent = text[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Decimal{}, errDecimal
	}
	d.exponent -= len(fraction)
	d.digits = strings.TrimLeft(digits, "0")
	return d, nil
}

// plainDigits trims white space and writes a number in ASCII: Python reads the digits of every script, and underscores
// between digits.
func plainDigits(text string) string {
	text = strings.TrimSpace(text)
	plain := true
	for i := range len(text) {
		if text[i] >= 0x80 || text[i] == '_' {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	var b strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == '_' && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
		case r >= 0x80 && unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// digitValue is the value of a decimal digit. The ten digits of a script follow each other, and a run of them in
// Unicode's table begins with a zero.
func digitValue(r rune) byte {
	for _, table := range unicode.Nd.R16 {
		if r >= rune(table.Lo) && r <= rune(table.Hi) {
			return byte((r - rune(table.Lo)) % 10)
		}
	}
	for _, table := range unicode.Nd.R32 {
		if r >= rune(table.Lo) && r <= rune(table.Hi) {
			return byte((r - rune(table.Lo)) % 10)
		}
	}
	return 0
}

// UnmarshalText reads a number as [ParseDecimal] does.
func (d *Decimal) UnmarshalText(text []byte) error {
	v, err := ParseDecimal(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// MarshalText writes the number as String does.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the number as Python's str does: "1.50", "1E+5".
func (d Decimal) String() string {
	digits := d.digits
	if digits == "" {
		digits = "0"
	}
	sign := ""
	if d.negative {
		sign = "-"
	}
	point := d.exponent + len(digits) // the number of digits before the point
	if d.exponent <= 0 && point > -6 {
		switch {
		case point <= 0:
			return sign + "0." + strings.Repeat("0", -point) + digits
		case point < len(digits):
			return sign + digits[:point] + "." + digits[point:]
		}
		return sign + digits
	}
	text := sign + digits[:1]
	if len(digits) > 1 {
		text += "." + digits[1:]
	}
	if point--; point == 0 {
		return text
	}
	text += "E"
	if point > 0 {
		text += "+"
	}
	return text + strconv.Itoa(point)
}

// Float64 returns the nearest float64.
func (d Decimal) Float64() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

// Cmp compares two numbers: -1 when d is less, 0 when they are equal, 1 when d is greater.
func (d Decimal) Cmp(other Decimal) int {
	a, b := d.sign(), other.sign()
	if a != b || a == 0 {
		return cmp.Compare(a, b)
	}
	c := cmp.Compare(d.exponent+len(d.digits), other.exponent+len(other.digits))
	if c == 0 {
		c = strings.Compare(strings.TrimRight(d.digits, "0"), strings.TrimRight(other.digits, "0"))
	}
	return a * c
}

func (d Decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// Fixed writes the number with this many digits behind the point, halves rounded to even as Python's quantize does. A
// number that needs more than 1,000 digits for that is written as String writes it.
func (d Decimal) Fixed(places int) string {
	digits, drop := d.digits, -d.exponent-places
	if d.exponent+len(digits)+places > maxDecimalText || places > maxDecimalText {
		return d.String()
	}
	switch {
	case drop <= 0:
		if digits != "" {
			digits += strings.Repeat("0", -drop)
		}
	case drop > len(digits):
		digits = ""
	default:
		kept, rest := digits[:len(digits)-drop], digits[len(digits)-drop:]
		half := "5" + strings.Repeat("0", len(rest)-1)
		odd := kept != "" && (kept[len(kept)-1]-'0')%2 == 1
		if rest > half || rest == half && odd {
			n, _ := new(big.Int).SetString("0"+kept, 10)
			kept = n.Add(n, big.NewInt(1)).String()
		}
		digits = strings.TrimLeft(kept, "0")
	}
	fixed := Decimal{d.negative, digits, -places}
	if digits == "" && places > 0 {
		fixed.digits = strings.Repeat("0", places+1) // String puts the point
	} else if len(digits) <= places {
		fixed.digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	return fixed.String()
}
