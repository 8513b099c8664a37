package value

func init() {
	methodTables[KindDict] = map[string]Method{
		"get": dictGet, "items": dictViewMethod("items", viewItems), "keys": dictViewMethod("keys", viewKeys), "values": dictViewMethod("values", viewValues),
		"pop": dictPop, "popitem": dictPopitem, "setdefault": dictSetdefault, "update": dictUpdate, "copy": dictCopy, "clear": dictClear,
		"fromkeys": dictFromkeys,
	}
	// Go maps have no methods that change them, because running Go code may share them.
	methodTables[KindMap] = map[string]Method{
		"get": dictGet, "items": dictViewMethod("items", viewItems), "keys": dictViewMethod("keys", viewKeys), "values": dictViewMethod("values", viewValues),
		"copy": dictCopy,
	}
	methodTables[KindView] = map[string]Method{"isdisjoint": viewIsdisjoint}
}

func dictViewMethod(name string, which viewKind) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs("dict", name, self, a); err != nil {
			return Value{}, err
		}
		return newView(self, which), nil
	}
}

func dictGet(_ State, self Value, a Args) (Value, error) {
	if err := count("dict", "get", a, 1, 2); err != nil {
		return Value{}, err
	}
	var v Value
	var ok bool
	var err error
	if self.t.kind == KindMap {
		v, ok = self.mapGet(a.Pos[0])
	} else {
		v, ok, err = raw[Dict](self).Get(a.Pos[0])
	}
	switch {
	case err != nil:
		return Value{}, err
	case ok:
		return v, nil
	case len(a.Pos) == 2:
		return a.Pos[1], nil
	}
	return None, nil
}

func dictPop(_ State, self Value, a Args) (Value, error) {
	if err := count("dict", "pop", a, 1, 2); err != nil {
		return Value{}, err
	}
	d := raw[Dict](self)
	i, err := d.lookup(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	if i < 0 {
		if len(a.Pos) == 2 {
			return a.Pos[1], nil
		}
		return Value{}, Errorf("KeyError", "%s", reprOrEmpty(a.Pos[0]))
	}
	v := d.entries[i].val
	d.remove(i)
	return v, nil
}

func dictPopitem(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("dict", "popitem", self, a); err != nil {
		return Value{}, err
	}
	d := raw[Dict](self)
	for i := len(d.entries) - 1; i >= 0; i-- {
		if e := d.entries[i]; !e.deleted() {
			d.remove(i)
			return NewTuple([]Value{e.key, e.val}), nil
		}
	}
	return Value{}, NewError("KeyError", "'popitem(): dictionary is empty'")
}

func dictSetdefault(st State, self Value, a Args) (Value, error) {
	if err := count("dict", "setdefault", a, 1, 2); err != nil {
		return Value{}, err
	}
	d := raw[Dict](self)
	v, ok, err := d.Get(a.Pos[0])
	if ok || err != nil {
		return v, err
	}
	v = None
	if len(a.Pos) == 2 {
		v = a.Pos[1]
	}
	if err := d.Set(a.Pos[0], v); err != nil {
		return Value{}, err
	}
	return v, grow(st, 1)
}

func dictUpdate(st State, self Value, a Args) (Value, error) {
	if len(a.Pos) > 1 {
		return Value{}, typeErrorf("update expected at most 1 argument, got %d", len(a.Pos))
	}
	d := raw[Dict](self)
	before := d.live
	if len(a.Pos) == 1 {
		if err := d.Update(a.Pos[0]); err != nil {
			return Value{}, err
		}
	}
	for _, kw := range a.Kw {
		d.SetString(kw.Name, kw.Value)
	}
	return None, grow(st, d.live-before)
}

// Update adds the entries of v, a mapping or an iterable of pairs, as dict.update does.
func (d *Dict) Update(v Value) error {
	if v = AsMapping(v); v.IsMapping() {
		return eachPair(v, d.Set)
	}
	items, err := Collect(v)
	if err != nil {
		return err
	}
	for i, x := range items {
		pair, err := Collect(x)
		if err != nil {
			if e, ok := err.(*Error); ok && e.Class == "TypeError" {
				return typeErrorf("cannot convert dictionary update sequence element #%d to a sequence", i)
			}
			return err
		}
		if len(pair) != 2 {
			return valueErrorf("dictionary update sequence element #%d has length %d; 2 is required", i, len(pair))
		}
		if err := d.Set(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

func dictCopy(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("dict", "copy", self, a); err != nil {
		return Value{}, err
	}
	if d, ok := self.Dict(); ok {
		return d.Copy().Value(), nil
	}
	d := NewDict()
	return d.Value(), d.Update(self)
}

func dictClear(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("dict", "clear", self, a); err != nil {
		return Value{}, err
	}
	raw[Dict](self).Clear()
	return None, nil
}

func dictFromkeys(_ State, _ Value, a Args) (Value, error) {
	if err := count("dict", "fromkeys", a, 1, 2); err != nil {
		return Value{}, err
	}
	items, err := Collect(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	v := None
	if len(a.Pos) == 2 {
		v = a.Pos[1]
	}
	d := NewDictSize(len(items))
	for _, k := range items {
		if err := d.Set(k, v); err != nil {
			return Value{}, err
		}
	}
	return d.Value(), nil
}
