package value

import "unicode/utf8"

// strMaketrans is str.maketrans: it returns the table that str.translate takes.
func strMaketrans(_ State, _ Value, a Args) (Value, error) {
	if err := count("str", "maketrans", a, 1, 3); err != nil {
		return Value{}, err
	}
	if len(a.Pos) == 1 {
		return translateTable(a.Pos[0])
	}
	from, ok := a.Pos[0].Str()
	if !ok {
		return Value{}, typeErrorf("first maketrans argument must be a string if there is a second argument")
	}
	var texts [4]string
	for i := 1; i < len(a.Pos); i++ {
		if texts[i], ok = a.Pos[i].Str(); !ok {
			return Value{}, typeErrorf("maketrans() argument %d must be str, not %s", i+1, TypeName(a.Pos[i]))
		}
	}
	if utf8.RuneCountInString(from) != utf8.RuneCountInString(texts[1]) {
		return Value{}, valueErrorf("the first two maketrans arguments must have equal length")
	}
	d, to := NewDict(), []rune(texts[1])
	for i, r := range []rune(from) {
		if err := d.Set(Int(int64(r)), Int(int64(to[i]))); err != nil {
			return Value{}, err
		}
	}
	for _, r := range texts[2] {
		if err := d.Set(Int(int64(r)), None); err != nil {
			return Value{}, err
		}
	}
	return d.Value(), nil
}

// translateTable makes the table of a dict whose keys are characters or their numbers.
func translateTable(v Value) (Value, error) {
	table, ok := v.Dict()
	if !ok {
		return Value{}, typeErrorf("if you give only one argument to maketrans it must be a dict")
	}
	d := NewDict()
	for key, x := range table.All() {
		if s, ok := key.Str(); ok {
			if utf8.RuneCountInString(s) != 1 {
				return Value{}, valueErrorf("string keys in translate table must be of length 1")
			}
			r, _ := utf8.DecodeRuneInString(s)
			key = Int(int64(r))
		} else if !key.IsInteger() && key.Kind() != KindBool {
			return Value{}, typeErrorf("keys in translate table must be strings or integers")
		}
		if err := d.Set(key, x); err != nil {
			return Value{}, err
		}
	}
	return d.Value(), nil
}
