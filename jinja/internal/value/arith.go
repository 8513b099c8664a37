package value

import (
	"math"
	"math/big"
	"math/bits"
	"time"
)

// Arith is a binary operator.
type Arith uint8

const (
	OpAdd Arith = iota
	OpSub
	OpMul
	OpDiv
	OpFloorDiv
	OpMod
	OpPow
)

var arithSigns = [...]string{"+", "-", "*", "/", "//", "%", "** or pow()"}

// maxBits bounds the size of an int in bits. Python has no bound.
const maxBits = 1 << 16

// maxRepeat bounds the bytes or elements that a repetition makes.
const maxRepeat = 1 << 24

func unsupported(op Arith, a, b Value) error {
	for _, v := range [2]Value{a, b} {
		if v.IsUndefined() {
			return v.undef().Err()
		}
	}
	return typeErrorf("unsupported operand type(s) for %s: '%s' and '%s'", arithSigns[op], TypeName(a), TypeName(b))
}

// The both functions give two operands of a common type; ok is false when they have none.
func bothFloat(a, b Value) (x, y float64, ok bool, err error) {
	if a.Kind() != KindFloat && b.Kind() != KindFloat {
		return 0, 0, false, nil
	}
	x, okA := a.Float64()
	y, okB := b.Float64()
	if !okA && a.Kind() == KindBig || !okB && b.Kind() == KindBig {
		return 0, 0, false, NewError("OverflowError", "int too large to convert to float")
	}
	return x, y, okA && okB, nil
}

func bothBig(a, b Value) (x, y *big.Int, ok bool) {
	x, okA := a.Big()
	y, okB := b.Big()
	return x, y, okA && okB
}

func bothInt(a, b Value) (x, y int64, ok bool) {
	if a.t == intType && b.t == intType {
		return int64(a.n), int64(b.n), true
	}
	return bothIntSlow(a, b)
}

func bothIntSlow(a, b Value) (x, y int64, ok bool) {
	x, okA := a.Int64()
	y, okB := b.Int64()
	return x, y, okA && okB
}

func bothComplex(a, b Value) (x, y complex128, ok bool) {
	if a.Kind() != KindComplex && b.Kind() != KindComplex {
		return 0, 0, false
	}
	x, okA := a.Complex128()
	y, okB := b.Complex128()
	return x, y, okA && okB
}

func checkedBig(b *big.Int) (Value, error) {
	if b.BitLen() > maxBits {
		return Value{}, Errorf("OverflowError", "int exceeds %d bits", maxBits)
	}
	return BigInt(b), nil
}

// Add returns a + b.
func Add(a, b Value) (Value, error) {
	if a.t == intType && b.t == intType {
		if s := int64(a.n + b.n); (int64(a.n)^s)&(int64(b.n)^s) >= 0 {
			return Int(s), nil
		}
	}
	return add(a, b)
}

func add(a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if s := x + y; (x^s)&(y^s) >= 0 {
			return Int(s), nil
		}
		return checkedBig(new(big.Int).Add(big.NewInt(x), big.NewInt(y)))
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		return Float(x + y), err
	}
	if x, y, ok := bothBig(a, b); ok {
		return checkedBig(new(big.Int).Add(x, y))
	}
	if x, y, ok := bothComplex(a, b); ok {
		return Complex(x + y), nil
	}
	return addOther(a, b)
}

func addOther(a, b Value) (Value, error) {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == KindMarkup || kb == KindMarkup && !a.IsUndefined() && safeOperand(a):
		return addMarkup(a, b)
	case ka == KindString:
		if kb == KindString {
			return concat2(a.rawString(), b.rawString())
		}
		if b.IsUndefined() {
			return Value{}, b.undef().Err()
		}
		return Value{}, typeErrorf(`can only concatenate str (not "%s") to str`, TypeName(b))
	case isListKind(ka):
		if isListKind(kb) {
			return joinLists(a, b, NewList)
		}
		if b.IsUndefined() {
			return Value{}, b.undef().Err()
		}
		return Value{}, typeErrorf(`can only concatenate list (not "%s") to list`, TypeName(b))
	case ka == KindTuple:
		if kb == KindTuple {
			return joinLists(a, b, NewTuple)
		}
		if b.IsUndefined() {
			return Value{}, b.undef().Err()
		}
		return Value{}, typeErrorf(`can only concatenate tuple (not "%s") to tuple`, TypeName(b))
	case ka == KindBytes:
		if kb == KindBytes {
			return Bytes(append(append([]byte(nil), a.rawBytes()...), b.rawBytes()...)), nil
		}
		if b.IsUndefined() {
			return Value{}, b.undef().Err()
		}
		return Value{}, typeErrorf("can't concat %s to bytes", TypeName(b))
	case kb == KindDuration:
		if ka == KindDuration {
			return Duration(time.Duration(a.n) + time.Duration(b.n)), nil
		}
		a, b, kb = b, a, ka
		fallthrough
	case ka == KindDuration && (kb == KindTime || kb == KindDate):
		t, _ := b.Time()
		if kb == KindTime {
			return Time(t.Add(time.Duration(a.n))), nil
		} else if kb == KindDate {
			return dateValue(t.AddDate(0, 0, int(floorDiv(int64(a.n), int64(24*time.Hour))))), nil
		}
		a, b = b, a
	}
	return Value{}, unsupported(OpAdd, a, b)
}

// safeOperand reports whether v can be added to Markup: a str can, and a value that is safe in HTML.
func safeOperand(v Value) bool {
	if v.IsString() {
		return true
	}
	_, ok := v.HTML()
	return ok
}

// addMarkup is markupsafe's addition: the operand that is not safe is escaped.
func addMarkup(a, b Value) (Value, error) {
	if !safeOperand(a) || !safeOperand(b) {
		return Value{}, unsupported(OpAdd, a, b)
	}
	buf, err := AppendEscaped(nil, a)
	if err == nil {
		buf, err = AppendEscaped(buf, b)
	}
	if len(buf) > maxRepeat {
		return Value{}, NewError("MemoryError", "")
	}
	return Safe(string(buf)), err
}

// Sub returns a - b.
func Sub(a, b Value) (Value, error) {
	if a.t == intType && b.t == intType {
		if d := int64(a.n - b.n); int64(a.n^b.n)&(int64(a.n)^d) >= 0 {
			return Int(d), nil
		}
	}
	return sub(a, b)
}

func sub(a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if d := x - y; (x^y)&(x^d) >= 0 {
			return Int(d), nil
		}
		return checkedBig(new(big.Int).Sub(big.NewInt(x), big.NewInt(y)))
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		return Float(x - y), err
	}
	if x, y, ok := bothBig(a, b); ok {
		return checkedBig(new(big.Int).Sub(x, y))
	}
	if x, y, ok := bothComplex(a, b); ok {
		return Complex(x - y), nil
	}
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == KindTime && kb == KindTime:
		return subTimes(a, b)
	case ka == KindDate && kb == KindDate:
		x, _ := a.Time()
		y, _ := b.Time()
		return Duration(time.Duration(dayNumber(x)-dayNumber(y)) * 24 * time.Hour), nil
	case (ka == KindTime || ka == KindDate || ka == KindDuration) && kb == KindDuration:
		if ka == KindDuration {
			return Duration(time.Duration(a.n) - time.Duration(b.n)), nil
		}
		return Add(a, Duration(-time.Duration(b.n)))
	case ka == KindSet && kb == KindSet:
		out := &Set{}
		for k := range raw[Set](a).d.All() {
			if _, ok, _ := raw[Set](b).d.Get(k); !ok {
				_ = out.d.Set(k, None)
			}
		}
		return objectValue(setType, out), nil
	}
	if (isSetView(a) || isSetView(b)) && !a.IsUndefined() && !b.IsUndefined() {
		return subView(a, b)
	}
	return Value{}, unsupported(OpSub, a, b)
}

// Mul returns a * b.
func Mul(a, b Value) (Value, error) {
	if a.t == intType && b.t == intType && int64(int32(a.n)) == int64(a.n) && int64(int32(b.n)) == int64(b.n) {
		return Int(int64(a.n) * int64(b.n)), nil
	}
	return mul(a, b)
}

func mul(a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if hi, lo := bits.Mul64(abs64(x), abs64(y)); hi == 0 && lo < 1<<63 {
			if (x < 0) != (y < 0) {
				return Int(-int64(lo)), nil
			}
			return Int(int64(lo)), nil
		}
		return checkedBig(new(big.Int).Mul(big.NewInt(x), big.NewInt(y)))
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		return Float(x * y), err
	}
	if x, y, ok := bothBig(a, b); ok {
		return checkedBig(new(big.Int).Mul(x, y))
	}
	if x, y, ok := bothComplex(a, b); ok {
		return Complex(mulComplex(x, y)), nil
	}
	return mulOther(a, b)
}

func abs64(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

var errDivision = NewError("ZeroDivisionError", "division by zero")

// Div returns a / b.
func Div(a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if y == 0 {
			return Value{}, errDivision
		}
		if exactFloat(x) && exactFloat(y) {
			return Float(float64(x) / float64(y)), nil
		}
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		if err == nil && y == 0 {
			return Value{}, NewError("ZeroDivisionError", "float division by zero")
		}
		return Float(x / y), err
	}
	if x, y, ok := bothBig(a, b); ok {
		if y.Sign() == 0 {
			return Value{}, errDivision
		}
		if x.Sign() == 0 && y.Sign() < 0 {
			return Float(math.Copysign(0, -1)), nil
		}
		f, _ := new(big.Rat).SetFrac(x, y).Float64()
		if math.IsInf(f, 0) {
			return Value{}, NewError("OverflowError", "integer division result too large for a float")
		}
		return Float(f), nil
	}
	if x, y, ok := bothComplex(a, b); ok {
		if y == 0 {
			return Value{}, NewError("ZeroDivisionError", "complex division by zero")
		}
		return Complex(divComplex(x, y)), nil
	}
	if a.Kind() == KindDuration {
		return divDuration(a, b)
	}
	return Value{}, unsupported(OpDiv, a, b)
}

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		q--
	}
	return q
}

// floatDivmod is CPython's float_divmod.
func floatDivmod(x, y float64) (div, mod float64) {
	mod = math.Mod(x, y)
	div = (x - mod) / y
	if mod != 0 {
		if (y < 0) != (mod < 0) {
			mod += y
			div--
		}
	} else {
		mod = math.Copysign(0, y)
	}
	if div == 0 {
		return math.Copysign(0, x/y), mod
	}
	floor := math.Floor(div)
	if div-floor > 0.5 {
		floor++
	}
	return floor, mod
}

// FloorDiv returns a // b.
func FloorDiv(a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if y == 0 {
			return Value{}, NewError("ZeroDivisionError", "integer division or modulo by zero")
		}
		if x != math.MinInt64 || y != -1 {
			return Int(floorDiv(x, y)), nil
		}
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		if err == nil && y == 0 {
			return Value{}, NewError("ZeroDivisionError", "float floor division by zero")
		}
		div, _ := floatDivmod(x, y)
		return Float(div), err
	}
	if x, y, ok := bothBig(a, b); ok {
		if y.Sign() == 0 {
			return Value{}, NewError("ZeroDivisionError", "integer division or modulo by zero")
		}
		q, _ := bigDivmod(x, y)
		return BigInt(q), nil
	}
	if _, _, ok := bothComplex(a, b); ok {
		return Value{}, unsupported(OpFloorDiv, a, b)
	}
	if a.Kind() == KindDuration {
		return floorDivDuration(a, b)
	}
	return Value{}, unsupported(OpFloorDiv, a, b)
}

func bigDivmod(x, y *big.Int) (q, m *big.Int) {
	q, m = new(big.Int).QuoRem(x, y, new(big.Int))
	if m.Sign() != 0 && (m.Sign() < 0) != (y.Sign() < 0) {
		q.Sub(q, big.NewInt(1))
		m.Add(m, y)
	}
	return q, m
}

// Mod returns a % b. For a str it formats, see [PercentFormat].
func Mod(a, b Value) (Value, error) { return ModState(nil, a, b) }

// ModState is Mod for a template: the output of formatting is charged to st, which may be nil.
func ModState(st State, a, b Value) (Value, error) {
	if a.t == intType && b.t == intType && int64(a.n) >= 0 && int64(b.n) > 0 {
		if (a.n|b.n)>>32 == 0 {
			return Int(int64(uint32(a.n) % uint32(b.n))), nil
		}
		return Int(int64(a.n) % int64(b.n)), nil
	}
	return mod(st, a, b)
}

func mod(st State, a, b Value) (Value, error) {
	if x, y, ok := bothInt(a, b); ok {
		if y == 0 {
			return Value{}, NewError("ZeroDivisionError", "integer modulo by zero")
		}
		if y == -1 {
			return Int(0), nil
		}
		m := x % y
		if m != 0 && (m < 0) != (y < 0) {
			m += y
		}
		return Int(m), nil
	}
	if a.IsString() || a.Kind() == KindBytes {
		return percent(st, a, b)
	}
	if x, y, ok, err := bothFloat(a, b); ok || err != nil {
		if err == nil && y == 0 {
			return Value{}, NewError("ZeroDivisionError", "float modulo")
		}
		_, mod := floatDivmod(x, y)
		return Float(mod), err
	}
	if x, y, ok := bothBig(a, b); ok {
		if y.Sign() == 0 {
			return Value{}, NewError("ZeroDivisionError", "integer modulo by zero")
		}
		_, m := bigDivmod(x, y)
		return BigInt(m), nil
	}
	if a.Kind() == KindDuration && b.Kind() == KindDuration {
		if b.n == 0 {
			return Value{}, NewError("ZeroDivisionError", "integer modulo by zero")
		}
		x, y := int64(a.n), int64(b.n)
		return Duration(time.Duration(x - floorDiv(x, y)*y)), nil
	}
	return Value{}, unsupported(OpMod, a, b)
}

// Neg returns -v.
func Neg(v Value) (Value, error) {
	switch v.Kind() {
	case KindInt, KindBool:
		if int64(v.n) != math.MinInt64 {
			return Int(-int64(v.n)), nil
		}
		fallthrough
	case KindBig:
		b, _ := v.Big()
		return BigInt(new(big.Int).Neg(b)), nil
	case KindFloat:
		return Float(-v.float()), nil
	case KindComplex:
		return Complex(-*raw[complex128](v)), nil
	case KindDuration:
		return Duration(-time.Duration(v.n)), nil
	}
	return unary("-", v)
}

// Pos returns +v.
func Pos(v Value) (Value, error) {
	switch v.Kind() {
	case KindBool:
		return Int(int64(v.n)), nil
	case KindInt, KindBig, KindFloat, KindComplex, KindDuration:
		return v, nil
	}
	return unary("+", v)
}

func unary(sign string, v Value) (Value, error) {
	if v.IsUndefined() {
		return Value{}, v.undef().Err()
	}
	return Value{}, typeErrorf("bad operand type for unary %s: '%s'", sign, TypeName(v))
}

// AbsOf returns abs(v).
func AbsOf(v Value) (Value, error) {
	switch v.Kind() {
	case KindInt, KindBool:
		if int64(v.n) < 0 {
			return Neg(v)
		}
		return Int(int64(v.n)), nil
	case KindBig:
		return BigInt(new(big.Int).Abs(raw[big.Int](v))), nil
	case KindFloat:
		return Float(math.Abs(v.float())), nil
	case KindComplex:
		c := *raw[complex128](v)
		return Float(math.Hypot(real(c), imag(c))), nil
	case KindDuration:
		return Duration(time.Duration(v.n).Abs()), nil
	case KindUndefined:
		// Python's TypeError, not Jinja's: Undefined has no method __abs__.
		return Value{}, typeErrorf("bad operand type for abs(): '%s'", TypeName(v))
	}
	return Value{}, typeErrorf("bad operand type for abs(): '%s'", TypeName(v))
}

// Concat returns a ~ b where output is escaped, see [ConcatAll].
func Concat(a, b Value) (Value, error) { return ConcatAll(true, a, b) }

// ConcatAll is Jinja's ~ over several values. Without escape the result is the plain text of all
// (jinja2.runtime.str_join). With escape, one operand that is Markup makes the result Markup, and the other operands
// are escaped (markup_join).
func ConcatAll(escape bool, vs ...Value) (Value, error) {
	safe := false
	for _, v := range vs {
		safe = safe || escape && v.IsSafe()
	}
	var stack [128]byte
	buf, err := stack[:0], error(nil)
	for _, v := range vs {
		if safe {
			buf, err = AppendEscaped(buf, v)
		} else {
			buf, err = AppendStr(buf, v)
		}
		if err != nil {
			return Value{}, err
		}
		if len(buf) > maxRepeat {
			return Value{}, NewError("MemoryError", "")
		}
	}
	if safe {
		return Safe(string(buf)), nil
	}
	return String(string(buf)), nil
}
