package value

// GetItem returns v[key]. ok is false when there is no such item: a KeyError, an IndexError or a type without items.
// err is any other error: v is undefined, or key is not hashable.
func GetItem(v, key Value) (r Value, ok bool, err error) {
	if s, isSlice := key.slice(); isSlice {
		r, err = sliceOf(v, s)
		return r, err == nil, err
	}
	switch v.Kind() {
	case KindDict:
		return raw[Dict](v).Get(key)
	case KindMap:
		r, ok = v.mapGet(key)
		return r, ok, nil
	case KindList, KindTuple, KindSlice, KindRange, KindString, KindMarkup, KindBytes:
		i, isInt := key.Int64()
		if !isInt {
			return Value{}, false, nil
		}
		r, ok = index(v, i)
		return r, ok, nil
	case KindObject:
		if x, isItemer := v.Any().(Itemer); isItemer {
			r, ok = x.Item(key)
		}
		return r, ok, nil
	case KindUndefined:
		u := v.undef()
		if u.Mode == UndefChainable {
			return v, true, nil
		}
		return Value{}, false, u.Err()
	}
	return Value{}, false, nil
}

// index returns element i. A negative i counts from the end.
func index(v Value, i int64) (Value, bool) {
	var n int64
	switch v.t.kind {
	case KindList:
		items := raw[List](v).items
		if n = int64(len(items)); i < 0 {
			i += n
		}
		if i < 0 || i >= n {
			return Value{}, false
		}
		return items[i], true
	case KindRange:
		r := raw[Range](v)
		if i < 0 {
			i += r.n
		}
		if i < 0 || i >= r.n {
			return Value{}, false
		}
		return Int(r.At(i)), true
	case KindString, KindMarkup:
		return indexString(v, i)
	}
	if n = int64(v.n); i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return Value{}, false
	}
	switch v.t.kind {
	case KindTuple:
		return v.rawValues()[i], true
	case KindBytes:
		return Int(int64(v.rawBytes()[i])), true
	}
	return v.elem(int(i)), true
}

func indexString(v Value, i int64) (Value, bool) {
	s := v.rawString()
	t := v.t.unmarked()
	if IsASCII(s) {
		if i < 0 {
			i += int64(len(s))
		}
		if i < 0 || i >= int64(len(s)) {
			return Value{}, false
		}
		return stringValue(t, s[i:i+1]), true
	}
	if i < 0 {
		i += int64(runeCount(s))
	}
	if i < 0 {
		return Value{}, false
	}
	for at, r := range s {
		if i == 0 {
			return stringValue(t, s[at:at+runeLen(s[at:], r)]), true
		}
		i--
	}
	return Value{}, false
}

// Subscript is v[key] with Python's errors: KeyError, IndexError, TypeError.
func Subscript(v, key Value) (Value, error) {
	r, ok, err := GetItem(v, key)
	if ok || err != nil {
		return r, err
	}
	switch v.Kind() {
	case KindDict, KindMap:
		return Value{}, Errorf("KeyError", "%s", reprOrEmpty(key))
	case KindList, KindTuple, KindSlice, KindRange, KindString, KindMarkup, KindBytes:
		if !key.IsInteger() && key.Kind() != KindBool {
			switch v.t.kind {
			case KindString, KindMarkup:
				if v.IsSafe() && key.IsString() {
					key = v // markupsafe escapes it first
				}
				return Value{}, typeErrorf("string indices must be integers, not '%s'", TypeName(key))
			case KindBytes:
				return Value{}, typeErrorf("byte indices must be integers or slices, not %s", TypeName(key))
			}
			return Value{}, typeErrorf("%s indices must be integers or slices, not %s", TypeName(v), TypeName(key))
		}
		if key.Kind() == KindBig && v.t.kind != KindRange {
			return Value{}, NewError("IndexError", "cannot fit 'int' into an index-sized integer")
		}
		return Value{}, NewError("IndexError", indexNames[v.t.kind]+"index out of range")
	case KindObject:
		if _, ok := v.Any().(Itemer); ok {
			return Value{}, Errorf("KeyError", "%s", reprOrEmpty(key))
		}
	}
	return Value{}, typeErrorf("'%s' object is not subscriptable", TypeName(v))
}

// indexNames are the words that Python's IndexErrors begin with.
var indexNames = [KindSeq + 1]string{
	KindList: "list ", KindSlice: "list ", KindTuple: "tuple ", KindString: "string ", KindMarkup: "string ", KindRange: "range object ",
}
