package builtin

import (
	"math"
	"strconv"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var sizeSig = sig("do_filesizeformat", onValue, value.Opt("binary", value.False))

// filesizeformat prints a number of bytes with a unit.
func filesizeformat(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := sizeSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	f, err := value.FloatOf(v)
	if err != nil {
		return Value{}, err
	}
	n, _ := f.Float64()
	binary, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	base, suffix := 1000.0, "B"
	units := "kMGTPEZY"
	if binary {
		base, suffix, units = 1024, "iB", "KMGTPEZY"
	}
	switch {
	case n == 1:
		return value.String("1 Byte"), nil
	case n < base:
		i, err := value.IntOf(f)
		if err != nil {
			return Value{}, err
		}
		s, err := value.StrOf(i)
		return value.String(s + " Bytes"), err
	}
	for i := range len(units) {
		unit := math.Pow10(3 * (i + 2))
		if binary {
			unit = math.Ldexp(1, 10*(i+2))
		}
		// As a float, 10**24 is below its exact value, so that in Python n == unit counts as below.
		below := n < unit || n == unit && !binary && i == 6
		if below || i == len(units)-1 {
			return value.String(pyFixed(base*n/unit, 1) + " " + units[i:i+1] + suffix), nil
		}
	}
	panic("unreachable")
}

// pyFixed formats f as Python's {:.nf} does.
func pyFixed(f float64, n int) string {
	switch {
	case f != f:
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', n, 64)
}
