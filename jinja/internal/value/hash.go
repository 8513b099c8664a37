package value

import (
	"hash/maphash"
	"math"
	"math/big"
)

var seed = maphash.MakeSeed()

func hashInt(i int64) uint64 {
	x := uint64(i) * 0x9e3779b97f4a7c15
	return x ^ x>>32
}

// Hash returns a hash; equal values have equal hashes. The error is a TypeError for a value that cannot be a key.
func Hash(v Value) (uint64, error) { return hash(v, 0) }

// maxHashDepth bounds how deep tuples are nested that are hashed.
const maxHashDepth = 10_000

func hash(v Value, depth int) (uint64, error) {
	if depth > maxHashDepth {
		return 0, NewError("RecursionError", "maximum recursion depth exceeded")
	}
	switch v.Kind() {
	case KindString, KindMarkup:
		return maphash.String(seed, v.rawString()), nil
	case KindBool, KindInt:
		return hashInt(int64(v.n)), nil
	case KindNone:
		return 1, nil
	case KindUndefined:
		if u := v.undef(); u.Mode == UndefStrict {
			return 0, u.Err()
		}
		return 2, nil
	case KindFloat:
		return hashFloat(v.float()), nil
	case KindBig:
		return hashBig(raw[big.Int](v)), nil
	case KindComplex:
		c := *raw[complex128](v)
		if imag(c) == 0 {
			return hashFloat(real(c)), nil
		}
		return hashFloat(real(c)) + 1000003*hashFloat(imag(c)), nil
	case KindBytes:
		return maphash.Bytes(seed, v.rawBytes()) + 1, nil
	case KindTuple:
		h := uint64(0x345678)
		for _, x := range v.rawValues() {
			hx, err := hash(x, depth+1)
			if err != nil {
				return 0, err
			}
			h = (h ^ hx) * 1000003
		}
		return h, nil
	case KindRange:
		r := raw[Range](v)
		switch r.n {
		case 0:
			return 4, nil
		case 1:
			return hashInt(r.Start) + 5, nil
		}
		return hashInt(r.n) + hashInt(r.Start)*3 + hashInt(r.Step)*7, nil
	case KindTime, KindDate, KindClock:
		t, _ := v.Time()
		return hashInt(t.UnixNano()), nil
	case KindDuration:
		return hashInt(int64(v.n)) + 3, nil
	case KindList, KindDict, KindSet, KindSlice, KindMap:
		return 0, typeErrorf("unhashable type: '%s'", TypeName(v))
	case KindObject:
		if h, ok := v.Any().(Hasher); ok {
			return hash(h.HashKey(), depth+1)
		}
	case KindStruct:
		if key, ok := v.hashKey(); ok {
			return hash(key, depth+1)
		}
		if v.t.attrInfo().methods["Equal"] != nil {
			return 6, nil // a constant: values that Equal takes for equal must have equal hashes
		}
	case KindView:
		if raw[dictView](v).which != viewValues {
			return 0, typeErrorf("unhashable type: '%s'", TypeName(v))
		}
	}
	return v.goHash()
}

func hashFloat(f float64) uint64 {
	if i := int64(f); float64(i) == f && f > -1<<63 && f < 1<<63 {
		return hashInt(i)
	}
	if f == math.Trunc(f) && !math.IsInf(f, 0) {
		b, _ := big.NewFloat(f).Int(nil)
		return hashBig(b)
	}
	return maphash.Comparable(seed, math.Float64bits(f))
}

func hashBig(b *big.Int) uint64 {
	if b.IsInt64() {
		return hashInt(b.Int64())
	}
	return maphash.Bytes(seed, b.Bytes()) + uint64(b.Sign())
}
