package value

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// AppendFloat takes a short way for few decimals, which has to agree with the long one.
func TestAppendFloat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(f float64) {
		want := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(want, ".") {
			want += ".0"
		}
		if got := string(AppendFloat(nil, f)); got != want {
			t.Fatalf("%v: got %s, want %s", f, got, want)
		}
	}
	for range 200000 {
		n := r.Int64N(1 << r.UintN(45))
		for _, d := range []float64{1, 10, 100, 1000} {
			f := float64(n) / d
			if f != 0 && f < 1e-4 || f >= 1e15 {
				continue
			}
			check(f)
			check(-f)
			if f > 1e-3 {
				check(math.Nextafter(f, 0))
				check(math.Nextafter(f, 1e300))
			}
		}
	}
}
