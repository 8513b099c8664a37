package builtin

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

type plainState struct{ State }

func (plainState) Autoescape() bool { return true }

// TestRoundFast compares the short way of rounding with the exact one.
func TestRoundFast(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	check := func(f float64, p int) {
		want, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', p, 64), 64)
		if err != nil {
			t.Fatal(err)
		}
		got, err := roundFloat(f, p)
		if g, _ := got.Float64(); err != nil || math.Float64bits(g) != math.Float64bits(want) {
			t.Errorf("round(%v, %d) = %v, %v, want %v", f, p, g, err, want)
		}
		text, _ := value.AppendStr(nil, value.Float(want))
		printed, err := streamRound(plainState{}, nil, value.Float(f), value.Positional(value.Int(int64(p))))
		if err != nil || string(printed) != string(text) {
			t.Errorf("printed round(%v, %d) = %s, %v, want %s", f, p, printed, err, text)
		}
	}
	for _, f := range []float64{0, 0.5, 1.5, 2.5, 2.675, 1.005, 0.125, 0.375, 99.5, 0.0001, 0.00012, 0.001, 0.05, 1e13, 123456789012345, 1e14, 1e15, 1e16, 1e22, 5e-324, 0.999, 9.995, 1e-5} {
		for p := range 12 {
			check(f, p)
			check(-f, p)
		}
	}
	for range 50_000 {
		p := rnd.IntN(11)
		check(rnd.NormFloat64()*math.Pow(10, float64(rnd.IntN(20)-5)), p)
		check(float64(rnd.IntN(200_000)-100_000)/math.Pow(10, float64(rnd.IntN(7))), p)
		check((float64(rnd.IntN(20_000))+0.5)/math.Pow(10, float64(p)), p)
	}
}
