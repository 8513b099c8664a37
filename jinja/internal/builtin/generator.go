package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	itemsSig = sig("do_items", onValue)
	batchSig = sig("do_batch", onValue, value.Req("linecount"), value.Opt("fill_with", value.None))
	sliceSig = sig("sync_do_slice", onValue, value.Req("slices"), value.Opt("fill_with", value.None))
)

// generator returns a value that yields elements one by one. start is called when the first element is asked for, as
// the body of a Python generator runs. fn is the name of Jinja's generator function, which repr shows.
func generator(fn string, start func() (value.Iterator, error)) Value {
	var it value.Iterator
	done := false
	return value.NewGenerator(fn, value.IteratorFunc(func() (Value, bool, error) {
		if done {
			return Value{}, false, nil
		}
		if it == nil {
			var err error
			if it, err = start(); err != nil || it == nil {
				done = true
				return Value{}, false, err
			}
		}
		v, ok, err := it.Next()
		if err != nil || !ok {
			done = true
			return Value{}, false, err
		}
		return v, true, nil
	}))
}

// items is the filter items: it yields the pairs of a mapping, and nothing for an undefined value.
func items(st State, v Value, a Args) (Value, error) {
	if err := itemsSig.none(a); err != nil {
		return Value{}, err
	}
	return generator("do_items", func() (value.Iterator, error) {
		if v.IsUndefined() {
			return nil, nil
		}
		if !isMapping(v) {
			return nil, typeError("Can only get item pairs from a mapping.")
		}
		pairs, err := method(st, v, "items")
		if err != nil {
			return nil, err
		}
		return value.Iterate(pairs)
	}), nil
}

// batch is the filter batch: it groups the elements into lists of linecount.
func batch(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := batchSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	count, fill := arg[0], arg[1]
	return generator("do_batch", func() (value.Iterator, error) {
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		// linecount may be any number. Without a list of that length the elements stay in one batch.
		size := -1
		if f, ok := count.Float64(); ok && f == float64(int(f)) {
			size = int(f)
		}
		var pending Value
		waiting, ended := false, false
		return value.IteratorFunc(func() (Value, bool, error) {
			if ended {
				return Value{}, false, nil
			}
			var row []Value
			if waiting {
				row = append(row, pending)
				waiting = false
			} else if size == 0 {
				// An empty list that is compared with linecount 0 takes one more element.
				x, ok, err := it.Next()
				if err != nil || !ok {
					ended = true
					return Value{}, false, err
				}
				pending, waiting = x, true
				return value.NewList(nil), true, nil
			}
			for {
				x, ok, err := it.Next()
				if err != nil {
					return Value{}, false, err
				}
				if !ok {
					ended = true
					break
				}
				if len(row) == size {
					pending, waiting = x, true
					return value.NewList(row), true, nil
				}
				row = append(row, x)
			}
			if len(row) == 0 {
				return Value{}, false, nil
			}
			if !fill.IsNone() {
				short, err := compare(value.Lt, value.Int(int64(len(row))), count)
				if err != nil {
					return Value{}, false, err
				}
				if short {
					n, err := index(count)
					if err != nil {
						return Value{}, false, typeError("can't multiply sequence by non-int of type '%s'", value.TypeName(count))
					}
					if err := st.Grow(n); err != nil {
						return Value{}, false, err
					}
					for len(row) < n {
						row = append(row, fill)
					}
				}
			}
			return value.NewList(row), true, nil
		}), nil
	}), nil
}

// slice is the filter slice: it divides the elements into a number of lists.
func slice(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := sliceSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	fill := arg[1]
	return generator("sync_do_slice", func() (value.Iterator, error) {
		seq, err := collect(st, v)
		if err != nil {
			return nil, err
		}
		if _, err := value.FloorDiv(value.Int(int64(len(seq))), arg[0]); err != nil {
			return nil, err
		}
		n, err := index(arg[0])
		if err != nil {
			return nil, err
		}
		i, from := 0, 0
		return value.IteratorFunc(func() (Value, bool, error) {
			if i >= n {
				return Value{}, false, nil
			}
			if err := st.Grow(1); err != nil {
				return Value{}, false, err
			}
			size, filled := len(seq)/n, false
			if i < len(seq)%n {
				size++
			} else {
				filled = !fill.IsNone()
			}
			part := make([]Value, 0, size+1)
			part = append(part, seq[from:from+size]...)
			if filled {
				part = append(part, fill)
			}
			from += size
			i++
			return value.NewList(part), true, nil
		}), nil
	}), nil
}
