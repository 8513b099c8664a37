package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	uniqueSig = sig("do_unique", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	minSig    = sig("do_min", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	maxSig    = sig("do_max", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	sumSig    = sig("sync_do_sum", []string{"environment", "iterable"}, value.Opt("attribute", value.None), value.Opt("start", value.Int(0)))
)

// unique is the filter unique: it yields each value the first time it occurs.
func unique(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := uniqueSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	return generator("sync_do_unique", func() (value.Iterator, error) {
		caseSensitive, err := truth(arg[0])
		if err != nil {
			return nil, err
		}
		g := newGetter(arg[1])
		g.foldStrings = !caseSensitive
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		seen := value.NewDict()
		return value.IteratorFunc(func() (Value, bool, error) {
			for {
				x, ok, err := it.Next()
				if err != nil || !ok {
					return Value{}, false, err
				}
				key, err := g.get(st, x)
				if err != nil {
					return Value{}, false, err
				}
				if _, old, err := seen.Get(key); err != nil {
					return Value{}, false, err
				} else if old {
					continue
				}
				if err := seen.Set(key, value.True); err != nil {
					return Value{}, false, err
				}
				return x, true, nil
			}
		}), nil
	}), nil
}

func minFilter(st State, v Value, a Args) (Value, error) {
	return extreme(st, v, a, minSig, value.Lt)
}

func maxFilter(st State, v Value, a Args) (Value, error) {
	return extreme(st, v, a, maxSig, value.Gt)
}

// extreme returns the first element that is least or greatest. op is Lt for the least and Gt for the greatest.
func extreme(st State, v Value, a Args, s *signature, op value.Op) (Value, error) {
	var arg [2]Value
	if err := s.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	caseSensitive, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	it, err := value.Iterate(v)
	if err != nil {
		return Value{}, err
	}
	best, ok, err := it.Next()
	if err != nil {
		return Value{}, err
	}
	if !ok {
		return st.Undefined(value.Undef{Hint: "No aggregated item, sequence was empty."}), nil
	}
	g := newGetter(arg[1])
	g.foldStrings = !caseSensitive
	bestKey, err := g.get(st, best)
	if err != nil {
		return Value{}, err
	}
	for {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return best, err
		}
		if err := st.Grow(1); err != nil {
			return Value{}, err
		}
		key, err := g.get(st, x)
		if err != nil {
			return Value{}, err
		}
		better, err := compare(op, key, bestKey)
		if err != nil {
			return Value{}, err
		}
		if better {
			best, bestKey = x, key
		}
	}
}

// sum adds up the elements, or an attribute of them.
func sum(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := sumSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	it, err := value.Iterate(v)
	if err != nil {
		return Value{}, err
	}
	total := arg[1]
	switch total.Kind() {
	case value.KindString, value.KindMarkup:
		return Value{}, typeError("sum() can't sum strings [use ''.join(seq) instead]")
	case value.KindBytes:
		return Value{}, typeError("sum() can't sum bytes [use b''.join(seq) instead]")
	}
	g := newGetter(arg[0])
	for {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return total, err
		}
		if err := st.Grow(1); err != nil {
			return Value{}, err
		}
		if x, err = g.get(st, x); err != nil {
			return Value{}, err
		}
		if total, err = value.Add(total, x); err != nil {
			return Value{}, err
		}
		// Adding lists copies them each time, as in Python: charge it.
		if k := total.Kind(); k == value.KindList || k == value.KindTuple {
			n, _ := value.Len(total)
			if err := st.Grow(n); err != nil {
				return Value{}, err
			}
		}
	}
}
