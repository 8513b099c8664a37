package value

import (
	"math/big"
	"unicode/utf8"
)

// Truth returns bool(v). It is false for a strict undefined value, for which Python raises.
func Truth(v Value) bool {
	if v.t == boolType {
		return v.n != 0
	}
	t, _ := truth(v)
	return t
}

// TruthErr returns bool(v). It fails for a strict undefined value.
func TruthErr(v Value) (bool, error) {
	if v.t == boolType {
		return v.n != 0, nil
	}
	return truth(v)
}

func truth(v Value) (bool, error) {
	if v.t == nil {
		return false, nil
	}
	switch v.t.kind {
	case KindBool, KindInt, KindDuration:
		return v.n != 0, nil
	case KindString, KindMarkup, KindTuple, KindBytes, KindSlice:
		return v.n != 0, nil
	case KindNone:
		return false, nil
	case KindUndefined:
		u := v.undef()
		if u.Mode == UndefStrict {
			return false, u.Err()
		}
		if u.Log != nil {
			u.Log(u.Message())
		}
		return false, nil
	case KindFloat:
		return v.float() != 0, nil
	case KindBig:
		return raw[big.Int](v).Sign() != 0, nil
	case KindComplex:
		return *raw[complex128](v) != 0, nil
	case KindList:
		return len(raw[List](v).items) > 0, nil
	case KindDict:
		return raw[Dict](v).live > 0, nil
	case KindSet:
		return raw[Set](v).d.live > 0, nil
	case KindRange:
		return raw[Range](v).n > 0, nil
	case KindMap, KindView:
		n, err := Len(v)
		return n > 0, err
	case KindObject:
		switch x := v.Any().(type) {
		case Truther:
			return x.Truth(), nil
		case Lener:
			return x.Len() > 0, nil
		}
	}
	return true, nil
}

// Len returns len(v). The error is Python's TypeError for a value without a length.
func Len(v Value) (int, error) {
	switch v.Kind() {
	case KindString, KindMarkup:
		return runeCount(v.rawString()), nil
	case KindTuple, KindBytes, KindSlice:
		return int(v.n), nil
	case KindList:
		return len(raw[List](v).items), nil
	case KindDict:
		return raw[Dict](v).live, nil
	case KindMap:
		return v.mapLen(), nil
	case KindSet:
		return raw[Set](v).d.live, nil
	case KindRange:
		return int(raw[Range](v).n), nil
	case KindView:
		return Len(raw[dictView](v).of)
	case KindUndefined:
		if u := v.undef(); u.Mode == UndefStrict {
			return 0, u.Err()
		}
		return 0, nil
	case KindObject, KindStruct:
		if v.t.rt != nil && (v.t.caps|v.t.ptrCaps)&capLener != 0 {
			if l, ok := v.stringer().(Lener); ok {
				return l.Len(), nil
			}
		}
	}
	return 0, typeErrorf("object of type '%s' has no len()", TypeName(v))
}

// runeCount returns the length of a str in characters.
func runeCount(s string) int { return utf8.RuneCountInString(s) }

// IsASCII reports whether s has only ASCII characters.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
