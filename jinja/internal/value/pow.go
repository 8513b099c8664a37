package value

import (
	"math"
	"math/big"
)

// pow returns x**y, correctly rounded, of finite numbers with x > 0. Python's C library rounds correctly, math.Pow does
// not.
func pow(x, y float64) float64 {
	r := math.Pow(x, y)
	if r == 0 || math.IsInf(r, 0) || r != r || x == 1 || y == 0 || r < 1e-300 {
		return r
	}
	const prec = 192
	bf := func(f float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(f) }
	// x = m * 2^e with m near 1, log m = 2 atanh z
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	z := new(big.Float).SetPrec(prec).Quo(bf(m-1), new(big.Float).SetPrec(prec).Add(bf(m), bf(1)))
	z2 := new(big.Float).SetPrec(prec).Mul(z, z)
	sum, term := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec).Set(z)
	for i := 1; i < 80; i += 2 {
		sum.Add(sum, new(big.Float).SetPrec(prec).Quo(term, bf(float64(i))))
		term.Mul(term, z2)
	}
	log := sum.Add(sum, sum)
	log.Add(log, new(big.Float).SetPrec(prec).Mul(ln2, bf(float64(e))))
	t := log.Mul(log, bf(y))
	// e^t = 2^k e^r
	q, _ := new(big.Float).Quo(t, ln2).Float64()
	k := math.Round(q)
	t.Sub(t, new(big.Float).SetPrec(prec).Mul(ln2, bf(k)))
	sum, term = bf(1), bf(1)
	for i := 1; i < 50; i++ {
		term.Mul(term, t)
		term.Quo(term, bf(float64(i)))
		sum.Add(sum, term)
	}
	sum.SetMantExp(sum, int(k))
	f, _ := sum.Float64()
	return f
}

var ln2, _ = new(big.Float).SetPrec(192).SetString("0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863")

// powComplex is CPython's complex_pow.
func powComplex(a, b complex128) (Value, error) {
	if imag(b) == 0 && real(b) == math.Floor(real(b)) && math.Abs(real(b)) <= 100 {
		n := int(real(b))
		r := powUnsigned(a, max(n, -n))
		if n < 0 {
			if r == 0 {
				return Value{}, NewError("ZeroDivisionError", "0.0 to a negative or complex power")
			}
			r = divComplex(1, r)
		}
		return checkedComplex(r)
	}
	if a == 0 {
		if imag(b) != 0 || real(b) < 0 {
			return Value{}, NewError("ZeroDivisionError", "0.0 to a negative or complex power")
		}
		return Complex(0), nil
	}
	abs := math.Hypot(real(a), imag(a))
	var length float64
	if math.IsInf(abs, 0) || math.IsInf(real(b), 0) {
		length = math.Pow(abs, real(b))
	} else {
		length = pow(abs, real(b))
	}
	angle := math.Atan2(imag(a), real(a))
	phase := angle * real(b)
	if imag(b) != 0 {
		length *= math.Exp(-angle * imag(b))
		phase += imag(b) * math.Log(abs)
	}
	sin, cos := math.Sincos(phase)
	return checkedComplex(complex(length*cos, length*sin))
}

func checkedComplex(c complex128) (Value, error) {
	if math.IsInf(real(c), 0) || math.IsInf(imag(c), 0) {
		return Value{}, NewError("OverflowError", "complex exponentiation")
	}
	return Complex(c), nil
}

func powUnsigned(x complex128, n int) complex128 {
	r, p := complex128(1), x
	for mask := 1; mask > 0 && n >= mask; mask <<= 1 {
		if n&mask != 0 {
			r = mulComplex(r, p)
		}
		p = mulComplex(p, p)
	}
	return r
}

// mulComplex multiplies without fused multiply-add, which some processors would use.
func mulComplex(a, b complex128) complex128 {
	return complex(float64(real(a)*real(b))-float64(imag(a)*imag(b)), float64(real(a)*imag(b))+float64(imag(a)*real(b)))
}

// divComplex is CPython's _Py_c_quot.
func divComplex(a, b complex128) complex128 {
	if math.Abs(real(b)) >= math.Abs(imag(b)) {
		ratio := imag(b) / real(b)
		denom := real(b) + float64(imag(b)*ratio)
		return complex((real(a)+float64(imag(a)*ratio))/denom, (imag(a)-float64(real(a)*ratio))/denom)
	}
	ratio := real(b) / imag(b)
	denom := float64(real(b)*ratio) + imag(b)
	return complex((float64(real(a)*ratio)+imag(a))/denom, (float64(imag(a)*ratio)-real(a))/denom)
}

// Pow returns a ** b.
func Pow(a, b Value) (Value, error) {
	if a.Kind() == KindFloat || b.Kind() == KindFloat {
		x, y, ok, err := bothFloat(a, b)
		if err != nil {
			return Value{}, err
		}
		if ok {
			return powFloat(x, y)
		}
	}
	if x, y, ok := bothBig(a, b); ok {
		return powInt(x, y)
	}
	if x, y, ok := bothComplex(a, b); ok {
		return powComplex(x, y)
	}
	return Value{}, unsupported(OpPow, a, b)
}

func powInt(x, y *big.Int) (Value, error) {
	if y.Sign() < 0 {
		if x.Sign() == 0 {
			return Value{}, NewError("ZeroDivisionError", "0.0 cannot be raised to a negative power")
		}
		fx, okX := BigInt(x).Float64()
		fy, okY := BigInt(y).Float64()
		if !okX || !okY {
			return Value{}, NewError("OverflowError", "int too large to convert to float")
		}
		return powFloat(fx, fy)
	}
	if x.BitLen() > 1 {
		if !y.IsInt64() || y.Int64() > maxBits || int64(x.BitLen()-1)*y.Int64() > maxBits {
			return Value{}, Errorf("OverflowError", "int exceeds %d bits", maxBits)
		}
	} else if x.Sign() < 0 { // -1
		if y.Bit(0) == 0 {
			return Int(1), nil
		}
		return Int(-1), nil
	} else if x.Sign() == 0 && y.Sign() > 0 || x.Sign() > 0 {
		return BigInt(x), nil
	}
	return checkedBig(new(big.Int).Exp(x, y, nil))
}

func powFloat(x, y float64) (Value, error) {
	if x == 0 && y < 0 {
		return Value{}, NewError("ZeroDivisionError", "0.0 cannot be raised to a negative power")
	}
	if x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && y != math.Floor(y) {
		return powComplex(complex(x, 0), complex(y, 0))
	}
	var r float64
	switch {
	case math.IsInf(x, 0) || math.IsInf(y, 0) || x != x || y != y || x == 0:
		r = math.Pow(x, y)
	case x < 0:
		if r = pow(-x, y); math.Mod(y, 2) != 0 {
			r = -r
		}
	default:
		r = pow(x, y)
	}
	if math.IsInf(r, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return Value{}, NewError("OverflowError", "(34, 'Numerical result out of range')")
	}
	return Float(r), nil
}
