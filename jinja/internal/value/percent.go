package value

func percent(st State, a, b Value) (Value, error) {
	if a.Kind() == KindBytes {
		s, err := percentFormat(st, percentFormatter{Percent: &Percent{Format: bytesText(a.rawBytes(), false)}, single: b, bytes: true})
		return bytesResult(String(s)), err
	}
	s, err := PercentFormat(st, a.rawString(), a.IsSafe(), b)
	if err != nil {
		return Value{}, err
	}
	if a.IsSafe() {
		return Safe(s), nil
	}
	return String(s), nil
}
