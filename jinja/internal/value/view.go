package value

// dict.keys() and dict.items() behave as sets.

func isSetView(v Value) bool {
	return v.Kind() == KindView && raw[dictView](v).which != viewValues
}

func isSetLike(v Value) bool { return v.Kind() == KindSet || isSetView(v) }

// subView returns a - b where one operand is a view: the elements of a that are not in b.
func subView(a, b Value) (Value, error) {
	items, err := Collect(a)
	if err != nil {
		return Value{}, err
	}
	set, err := NewSet(items)
	if err != nil {
		return Value{}, err
	}
	others, err := Collect(b)
	if err != nil {
		return Value{}, err
	}
	for _, x := range others {
		if _, err := raw[Set](set).d.Delete(x); err != nil {
			return Value{}, err
		}
	}
	return set, nil
}

// compareViews compares by size and content, as collections.abc.Set does.
func compareViews(op Op, a, b Value) (bool, error) {
	na, _ := Len(a)
	nb, _ := Len(b)
	switch op {
	case Gt, Ge:
		a, b, na, nb = b, a, nb, na
		op = op.mirror()
	}
	switch {
	case op == Eq && na != nb, op == Lt && na >= nb, op == Le && na > nb:
		return false, nil
	}
	s, _ := Seq(a)
	for i := range s.n {
		if in, err := Contains(b, s.At(i)); !in || err != nil {
			return false, err
		}
	}
	return true, nil
}

func viewIsdisjoint(_ State, self Value, a Args) (Value, error) {
	if err := count(TypeName(self), "isdisjoint", a, 1, 1); err != nil {
		return Value{}, err
	}
	items, err := Collect(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	for _, x := range items {
		if in, err := Contains(self, x); in || err != nil {
			return Bool(!in), err
		}
	}
	return True, nil
}
