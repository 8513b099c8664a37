package value

func percent(st State, a, b Value) (Value, error) {
	s, err := PercentFormat(st, a.rawString(), a.IsSafe(), b)
	if err != nil {
		return Value{}, err
	}
	if a.IsSafe() {
		return Safe(s), nil
	}
	return String(s), nil
}
