package value

import (
	"math"
	"math/big"
	"time"

	"github.com/dewar-go/dewar/markup"
)

// The singletons of the language.
var (
	None  = Value{t: noneType}
	True  = Value{t: boolType, n: 1}
	False = Value{t: boolType}
)

// Bool returns True or False.
func Bool(b bool) Value {
	if b {
		return True
	}
	return False
}

// Int returns an int.
func Int(i int64) Value { return Value{t: intType, n: uint64(i)} }

// Uint returns an int.
func Uint(u uint64) Value {
	if u > math.MaxInt64 {
		return objectValue(bigType, new(big.Int).SetUint64(u))
	}
	return Value{t: intType, n: u}
}

// BigInt returns an int. x must not be changed afterwards.
func BigInt(x *big.Int) Value {
	if x.IsInt64() {
		return Int(x.Int64())
	}
	return objectValue(bigType, x)
}

// Float returns a float.
func Float(f float64) Value { return Value{t: floatType, n: math.Float64bits(f)} }

// Complex returns a complex number.
func Complex(c complex128) Value { return objectValue(complexType, &c) }

// String returns a str.
func String(s string) Value { return stringValue(stringType, s) }

// Bytes returns a bytes object. b must not be changed afterwards.
func Bytes(b []byte) Value { return bytesValue(bytesType, b) }

// markupTypes are the types of texts by the place where they are safe. Text that is safe in HTML or as JSON is Markup
// to templates. The other kinds are a str: the results of operations on them are plain strs.
var markupTypes = func() (ts [markup.KindJSON + 1]*Type) {
	for k := range ts {
		switch kind := markup.Kind(k); kind {
		case markup.KindHTML, markup.KindAttrs, markup.KindJSON:
			ts[k] = newType(KindMarkup, reprString, "Markup")
		default:
			ts[k] = newType(KindString, reprString, "str")
		}
		ts[k].safe = markup.Kind(k)
	}
	ts[markup.KindText] = stringType
	return ts
}()

var htmlType = markupTypes[markup.KindHTML]

// Safe returns Markup: a str that is not escaped again.
func Safe(s string) Value { return stringValue(htmlType, s) }

// SafeKind returns a str that is safe in the place that k names; with markup.KindText a plain str.
func SafeKind(k markup.Kind, s string) Value {
	if int(k) >= len(markupTypes) {
		k = markup.KindText
	}
	return stringValue(markupTypes[k], s)
}

// SafeKind returns the place where the text of v is safe, or markup.KindText for none.
func (v Value) SafeKind() markup.Kind {
	if v.t != nil {
		return v.t.safe
	}
	return markup.KindText
}

// unmarked returns the type of a piece cut out of a text. A piece of Markup is Markup that is safe in HTML. A piece of
// any other text is safe nowhere.
func (t *Type) unmarked() *Type {
	if t.kind == KindMarkup {
		return htmlType
	}
	return stringType
}

// Missing reports whether v is the zero Value, an undefined value without a name.
func Missing(v Value) bool { return v.t == nil }

// IsSafe reports whether v is Markup.
func (v Value) IsSafe() bool { return v.t != nil && v.t.kind == KindMarkup }

// Str returns the text of a str or Markup.
func (v Value) Str() (string, bool) {
	if v.t != nil && v.t.repr == reprString {
		return v.rawString(), true
	}
	return "", false
}

// Int64 returns the value of an int or bool that fits into 64 bits.
func (v Value) Int64() (int64, bool) {
	if v.t != nil && (v.t.kind == KindInt || v.t.kind == KindBool) {
		return int64(v.n), true
	}
	return 0, false
}

// Big returns the value of an int or bool of any size.
func (v Value) Big() (*big.Int, bool) {
	switch v.Kind() {
	case KindInt, KindBool:
		return big.NewInt(int64(v.n)), true
	case KindBig:
		return raw[big.Int](v), true
	}
	return nil, false
}

// Float64 returns the value of a float, int or bool. ok is false for anything else and for an int beyond a float's
// range.
func (v Value) Float64() (f float64, ok bool) {
	switch v.Kind() {
	case KindFloat:
		return math.Float64frombits(v.n), true
	case KindInt, KindBool:
		return float64(int64(v.n)), true
	case KindBig:
		f, _ = new(big.Float).SetInt(raw[big.Int](v)).Float64()
		return f, !math.IsInf(f, 0)
	}
	return 0, false
}

func (v Value) float() float64 { return math.Float64frombits(v.n) }

// Complex128 returns the value of a complex number.
func (v Value) Complex128() (complex128, bool) {
	if v.Kind() == KindComplex {
		return *raw[complex128](v), true
	}
	f, ok := v.Float64()
	return complex(f, 0), ok
}

// Bytes returns the content of a bytes object. It must not be changed.
func (v Value) Bytes() ([]byte, bool) {
	if v.Kind() == KindBytes {
		return v.rawBytes(), true
	}
	return nil, false
}

// Time returns a datetime.
func Time(t time.Time) Value { return objectValue(timeType, &t) }

// Duration returns a timedelta.
func Duration(d time.Duration) Value { return Value{t: durationType, n: uint64(d)} }

// Time returns the value of a datetime, date or time.
func (v Value) Time() (time.Time, bool) {
	switch v.Kind() {
	case KindTime, KindDate, KindClock:
		return *raw[time.Time](v), true
	}
	return time.Time{}, false
}

// Duration returns the value of a timedelta.
func (v Value) Duration() (time.Duration, bool) {
	if v.Kind() == KindDuration {
		return time.Duration(v.n), true
	}
	return 0, false
}
