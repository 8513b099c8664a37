package value

import (
	"math"
	"math/big"
	"strconv"
	"testing"
	"time"
)

// pick makes one of many values out of a number and a text.
func pick(kind uint8, n int64, s string) Value {
	switch kind % 20 {
	case 0:
		return Int(n)
	case 1:
		return Float(float64(n) / 3)
	case 2:
		return Float(math.Float64frombits(uint64(n)))
	case 3:
		return String(s)
	case 4:
		return Safe(s)
	case 5:
		return NewList([]Value{Int(n), String(s)})
	case 6:
		return NewTuple([]Value{String(s), Float(float64(n))})
	case 7:
		d := NewDict()
		d.SetString(s, Int(n))
		_ = d.Set(Int(n), String(s))
		return d.Value()
	case 8:
		return BigInt(new(big.Int).Lsh(big.NewInt(n), uint(len(s))))
	case 9:
		return NewRange(n, n+int64(len(s)), 1)
	case 10:
		return None
	case 11:
		return Bool(n%2 == 0)
	case 12:
		return Bytes([]byte(s))
	case 13:
		return Duration(time.Duration(n))
	case 14:
		return Time(time.Unix(n%1e10, n%1e9).UTC())
	case 15:
		return Of([]string{s})
	case 16:
		return Of(map[string]int64{s: n})
	case 17:
		return Complex(complex(float64(n), float64(len(s))))
	case 18:
		return UndefinedName(s)
	}
	v, _ := NewSet([]Value{Int(n), String(s)})
	return v
}

func FuzzArithmetic(f *testing.F) {
	f.Add(uint8(0), int64(7), "a", uint8(1), int64(-2), "%d")
	f.Add(uint8(3), int64(7), "%5.2f{}", uint8(6), int64(-2), "x")
	f.Add(uint8(0), int64(math.MinInt64), "", uint8(0), int64(-1), "")
	f.Fuzz(func(t *testing.T, ka uint8, na int64, sa string, kb uint8, nb int64, sb string) {
		a, b := pick(ka, na, sa), pick(kb, nb, sb)
		for _, op := range []func(a, b Value) (Value, error){Add, Sub, Mul, Div, FloorDiv, Mod, Pow, Concat, Subscript} {
			v, err := op(a, b)
			if err == nil {
				_, _ = ReprOf(v)
				_, _ = AppendEscaped(nil, v)
			}
		}
		for op := Eq; op <= Ge; op++ {
			_, _ = Compare(op, a, b)
		}
		_, _ = Contains(a, b)
		if Equal(a, b) {
			ha, errA := Hash(a)
			hb, errB := Hash(b)
			if errA == nil && errB == nil && ha != hb {
				t.Errorf("%s and %s are equal, their hashes are not", describe(a), describe(b))
			}
		}
		for _, f := range []func(Value) (Value, error){Neg, Pos, AbsOf, IntOf, FloatOf, Escape} {
			_, _ = f(a)
		}
		_, _ = Slice(a, b, None, Int(nb))
		_, _ = Slice(a, Int(na), Int(nb), b)
	})
}

func FuzzFormats(f *testing.F) {
	for _, s := range []string{"%s %d %(a)s", "%05.2f%%", "{0} {a} {:>5}", "{a.b[c]!r:{w}}", "{{}}", "%-*.*f", "{:010,.3f}", "{:é^10}"} {
		f.Add(s, int64(5), "x")
	}
	f.Fuzz(func(t *testing.T, s string, n int64, text string) {
		d := NewDict()
		d.SetString("a", Int(n))
		for _, self := range []Value{String(s), Safe(s)} {
			for _, arg := range []Value{Int(n), String(text), d.Value(), NewTuple([]Value{Int(n), String(text)})} {
				_, _ = Mod(self, arg)
			}
			_, _ = Format(nil, s, self.IsSafe(), Args{Pos: []Value{Int(n), String(text)}, Kw: []Kw{{"a", d.Value()}, {"w", Int(n)}}})
		}
		for k := range uint8(20) {
			_, _ = FormatValue(pick(k, n, text), s)
		}
		_ = Strftime(time.Unix(n%1e10, 0).UTC(), s)
	})
}

func FuzzMethods(f *testing.F) {
	f.Add("split", "a,b", ",", int64(1))
	f.Add("center", "x", "*", int64(9))
	f.Add("replace", "aXa", "a", int64(-1))
	f.Fuzz(func(t *testing.T, name, s, arg string, n int64) {
		for k := range uint8(20) {
			self := pick(k, n, s)
			m, ok := LookupMethod(self, name)
			if !ok {
				continue
			}
			for _, a := range []Args{{}, Positional(String(arg)), Positional(Int(n)), Positional(Int(n), String(arg)), Positional(String(arg), Int(n)), Positional(String(arg), String(s), Int(n)), {Kw: []Kw{{arg, Int(n)}}}} {
				if v, err := m(nil, self, a); err == nil {
					_, _ = ReprOf(v)
				}
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"1_000", "0x1f", "-٣", "1e5", "nan", " 12 ", "0b", "+_1"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, base int) {
		v, err := ParseInt(String(s), base)
		if err == nil {
			if b, ok := v.Big(); !ok || b.BitLen() > maxBits {
				t.Errorf("%q gave %s", s, describe(v))
			}
		}
		if v, err := FloatOf(String(s)); err == nil {
			r, _ := ReprOf(v)
			if g, err := strconv.ParseFloat(r, 64); err != nil || g != v.float() && g == g {
				t.Errorf("%q: %s does not read back", s, r)
			}
		}
		if v, err := DecodeJSON([]byte(s)); err == nil {
			if out, err := v.MarshalJSON(); err == nil {
				if w, err := DecodeJSON(out); err != nil || !Equal(v, w) {
					t.Errorf("%q: %s does not read back", s, out)
				}
			}
		}
	})
}
