package value

import (
	"unicode/utf8"
)

// Sequence reads the elements of a list-like value by index without an allocation.
type Sequence struct {
	v     Value
	items []Value // lists and tuples: the elements at the time the Sequence was made
	n     int
	kind  seqKind
	et    *Type // the type of a Go slice's elements
}

type seqKind uint8

const (
	seqItems seqKind = iota
	seqSlice
	seqStructs // a Go slice of structs
	seqRange
	seqKeys
	seqValues
	seqPairs
	seqDictKeys
	seqASCII
)

// Slice sets s to the elements of a Go slice or array. It sets single fields: returning a Sequence would copy all of
// it.
func (s *Sequence) Slice(v Value) {
	s.v, s.n, s.kind, s.et = v, int(v.n), seqSlice, v.t.target()
	if s.et.loader == loadStruct {
		s.kind = seqStructs
	}
}

// Seq returns the elements of a list, tuple, range, Go slice or array, dict, dict view or str. ok is false for other
// values, for which there is [Iterate].
func Seq(v Value) (s Sequence, ok bool) {
	switch v.Kind() {
	case KindList:
		items := raw[List](v).items
		return Sequence{v: v, items: items, n: len(items)}, true
	case KindTuple:
		return Sequence{v: v, items: v.rawValues(), n: int(v.n)}, true
	case KindSlice:
		s = Sequence{v: v, n: int(v.n), kind: seqSlice, et: v.t.target()}
		if s.et.loader == loadStruct {
			s.kind = seqStructs
		}
		return s, true
	case KindRange:
		r := raw[Range](v)
		return Sequence{v: v, n: int(r.n), kind: seqRange}, true
	case KindDict:
		return seqOfDict(v, seqDictKeys), true
	case KindSet:
		return seqOfDict(raw[Set](v).d.Value(), seqDictKeys), true
	case KindMap:
		keys := v.sortedKeys()
		return Sequence{items: keys, n: len(keys)}, true
	case KindView:
		return seqOfView(raw[dictView](v))
	case KindString, KindMarkup:
		return seqOfString(v), true
	case KindBytes:
		b := v.rawBytes()
		items := make([]Value, len(b))
		for i, c := range b {
			items[i] = Int(int64(c))
		}
		return Sequence{items: items, n: len(items)}, true
	case KindUndefined:
		return Sequence{}, v.undef().Mode != UndefStrict
	}
	return Sequence{}, false
}

func seqOfView(w *dictView) (Sequence, bool) {
	if w.of.t.kind == KindMap {
		keys := w.of.sortedKeys()
		s := Sequence{v: w.of, items: keys, n: len(keys)}
		switch w.which {
		case viewValues:
			s.kind = seqValues
		case viewItems:
			s.kind = seqPairs
		}
		return s, true
	}
	return seqOfDict(w.of, [...]seqKind{viewKeys: seqDictKeys, viewValues: seqValues, viewItems: seqPairs}[w.which]), true
}

func seqOfDict(v Value, kind seqKind) Sequence {
	d := raw[Dict](v)
	if d.live == len(d.entries) {
		return Sequence{v: v, n: d.live, kind: kind}
	}
	keys := d.Keys() // deleted entries are still there, so go by the keys
	if kind == seqDictKeys {
		kind = seqItems
	}
	return Sequence{v: v, items: keys, n: len(keys), kind: kind}
}

func seqOfString(v Value) Sequence {
	s := v.rawString()
	if IsASCII(s) {
		return Sequence{v: v, n: len(s), kind: seqASCII}
	}
	items := make([]Value, 0, len(s))
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		items = append(items, String(s[i:i+n])) // a str also for Markup, as in Python
		i += n
	}
	return Sequence{items: items, n: len(items)}
}

// Len returns the number of elements.
func (s *Sequence) Len() int { return s.n }

// At returns element i, 0 <= i < Len(). When a list has become shorter, missing elements are undefined values.
func (s *Sequence) At(i int) Value {
	switch s.kind {
	case seqStructs:
		return s.structAt(i)
	case seqSlice:
		return s.elem(i)
	case seqItems:
		return s.items[i]
	}
	return s.at(i)
}

func (s *Sequence) at(i int) Value {
	switch s.kind {
	case seqRange:
		return Int(raw[Range](s.v).At(int64(i)))
	case seqASCII:
		return String(s.v.rawString()[i : i+1])
	case seqDictKeys:
		if d := raw[Dict](s.v); i < len(d.entries) {
			return d.entries[i].key
		}
	case seqValues:
		_, v := s.pair(i)
		return v
	case seqPairs:
		k, v := s.pair(i)
		return NewTuple([]Value{k, v})
	}
	return Value{}
}

func (s *Sequence) pair(i int) (k, v Value) {
	if s.items != nil {
		k = s.items[i]
		if s.v.t.kind == KindMap {
			v, _ = s.v.mapGet(k)
		} else {
			v, _, _ = raw[Dict](s.v).Get(k)
		}
		return k, v
	}
	if d := raw[Dict](s.v); i < len(d.entries) {
		return d.entries[i].key, d.entries[i].val
	}
	return Value{}, Value{}
}

// Pair returns the key and the value of element i of dict.items(), without making a tuple. ok is false for other
// sequences.
func (s *Sequence) Pair(i int) (k, v Value, ok bool) {
	if s.kind != seqPairs {
		return Value{}, Value{}, false
	}
	k, v = s.pair(i)
	return k, v, true
}

// Items returns the elements of a list or tuple without copying, nil for other sequences.
func (s *Sequence) Items() []Value { return s.items }

// seqIterator iterates a Sequence.
type seqIterator struct {
	s    Sequence
	i    int
	list *List // a list may grow while it is iterated, as in Python
	dict *Dict
	ver  uint32
}

func (it *seqIterator) Next() (Value, bool, error) {
	if it.list != nil {
		if it.i >= len(it.list.items) {
			return Value{}, false, nil
		}
		v := it.list.items[it.i]
		it.i++
		return v, true, nil
	}
	if it.dict != nil && it.dict.version != it.ver {
		return Value{}, false, NewError("RuntimeError", "dictionary changed size during iteration")
	}
	if it.i >= it.s.n {
		return Value{}, false, nil
	}
	v := it.s.At(it.i)
	it.i++
	return v, true, nil
}

// Iterate returns iter(v). The error is Python's TypeError for a value that cannot be iterated.
func Iterate(v Value) (Iterator, error) {
	switch v.Kind() {
	case KindIterator:
		return raw[iteratorBox](v).it, nil
	case KindSeq:
		return v.seqIterator(), nil
	case KindUndefined:
		if u := v.undef(); u.Mode == UndefStrict {
			return nil, u.Err()
		} else if u.Log != nil {
			u.Log(u.Message())
		}
		return &seqIterator{}, nil
	case KindObject:
		if x, ok := v.Any().(Iterable); ok {
			return x.Iterate()
		}
	}
	s, ok := Seq(v)
	if !ok {
		return nil, typeErrorf("'%s' object is not iterable", TypeName(v))
	}
	it := &seqIterator{s: s}
	switch {
	case v.t.kind == KindList:
		it.list = raw[List](v)
	case s.v.Kind() == KindDict && s.items == nil:
		it.dict = raw[Dict](s.v)
		it.ver = it.dict.version
	}
	return it, nil
}

// IsIterable reports whether Iterate succeeds.
func IsIterable(v Value) bool {
	switch v.Kind() {
	case KindIterator, KindSeq, KindUndefined:
		return true
	case KindObject:
		_, ok := v.Any().(Iterable)
		return ok
	case KindString, KindMarkup, KindBytes, KindList, KindTuple, KindDict, KindSet, KindRange, KindView, KindSlice, KindMap:
		return true
	}
	return false
}

// maxElements bounds how many elements Collect takes from an iterator without a length.
const maxElements = 1 << 24

// Collect returns list(v): a new slice of the elements.
func Collect(v Value) ([]Value, error) {
	if s, ok := Seq(v); ok {
		if s.n > maxElements {
			return nil, NewError("MemoryError", "")
		}
		out := make([]Value, s.n)
		for i := range out {
			out[i] = s.At(i)
		}
		return out, nil
	}
	it, err := Iterate(v)
	if err != nil {
		return nil, err
	}
	var out []Value
	for {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return out, err
		}
		if len(out) >= maxElements {
			return nil, NewError("MemoryError", "")
		}
		out = append(out, x)
	}
}

// eachPair calls f with every key and value of a dict or Go map.
func eachPair(v Value, f func(k, x Value) error) error {
	if d, ok := v.Dict(); ok {
		for k, x := range d.All() {
			if err := f(k, x); err != nil {
				return err
			}
		}
		return nil
	}
	for _, k := range v.sortedKeys() {
		x, _ := v.mapGet(k)
		if err := f(k, x); err != nil {
			return err
		}
	}
	return nil
}

// AsMapping returns the dict that an object is a mapping by, and other values as they are.
func AsMapping(v Value) Value {
	if v.t != nil && v.t.kind == KindObject {
		if m, ok := v.Any().(Mapper); ok {
			return m.Mapping().Value()
		}
	}
	return v
}

// Pairs returns the keys and values of a dict, a Go map or a [Mapper] in order.
func Pairs(v Value) (keys, values []Value, ok bool) {
	v = AsMapping(v)
	if !v.IsMapping() {
		return nil, nil, false
	}
	_ = eachPair(v, func(k, x Value) error {
		keys, values = append(keys, k), append(values, x)
		return nil
	})
	return keys, values, true
}
