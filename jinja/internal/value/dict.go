package value

import "iter"

// Dict is Python's dict. It keeps the order of insertion. Its keys may be any hashable values; 1, 1.0 and True are the
// same key. The zero Dict is empty and ready to use. It must not be changed while other goroutines use it.
type Dict struct {
	entries []entry
	index   []int32 // open addressing, entry number + 1; nil while there are few entries
	live    int
	version uint32 // changes with the set of keys
}

type entry struct {
	hash     uint64
	key, val Value
}

// linearEntries is the number of entries up to which a dict is searched without an index.
const linearEntries = 8

var deletedType = newType(KindUndefined, reprNone, "deleted")

func (e *entry) deleted() bool { return e.key.t == deletedType }

// NewDict returns an empty dict.
func NewDict() *Dict { return &Dict{} }

// NewDictSize returns an empty dict with room for n entries.
func NewDictSize(n int) *Dict { return &Dict{entries: make([]entry, 0, n)} }

// Value returns d as a Value.
func (d *Dict) Value() Value { return objectValue(dictType, d) }

// Dict returns the dict in v.
func (v Value) Dict() (*Dict, bool) {
	if v.Kind() == KindDict {
		return raw[Dict](v), true
	}
	return nil, false
}

// Len returns the number of entries.
func (d *Dict) Len() int { return d.live }

// GetString returns the value of a key that is a str.
func (d *Dict) GetString(key string) (Value, bool) {
	if d.index == nil {
		for i := range d.entries {
			e := &d.entries[i]
			if e.key.t != nil && e.key.t.repr == reprString && e.key.rawString() == key {
				return e.val, true
			}
		}
		return Value{}, false
	}
	k := String(key)
	h, _ := Hash(k)
	if i := d.find(h, k); i >= 0 {
		return d.entries[i].val, true
	}
	return Value{}, false
}

// Get returns the value of key. The error is a TypeError for a key that is not hashable.
func (d *Dict) Get(key Value) (v Value, ok bool, err error) {
	i, err := d.lookup(key)
	if i < 0 || err != nil {
		return Value{}, false, err
	}
	return d.entries[i].val, true, nil
}

func (d *Dict) lookup(key Value) (int, error) {
	h, err := Hash(key)
	if err != nil {
		return -1, err
	}
	return d.find(h, key), nil
}

// find returns the index of key's entry, or -1.
func (d *Dict) find(h uint64, key Value) int {
	if d.index == nil {
		for i := range d.entries {
			if e := &d.entries[i]; !e.deleted() && sameKey(e.key, key) {
				return i
			}
		}
		return -1
	}
	mask := uint64(len(d.index) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		n := d.index[i]
		if n == 0 {
			return -1
		}
		if e := &d.entries[n-1]; e.hash == h && !e.deleted() && sameKey(e.key, key) {
			return int(n - 1)
		}
	}
}

func sameKey(a, b Value) bool {
	if a.t == b.t && a.t != nil {
		switch a.t.repr {
		case reprString:
			return a.rawString() == b.rawString()
		case reprNone:
			if a.n == b.n {
				return true
			}
		}
	}
	return Equal(a, b)
}

// Set sets the value of key. A new key goes to the end. The error is a TypeError for a key that is not hashable.
func (d *Dict) Set(key, val Value) error {
	h, err := Hash(key)
	if err != nil {
		return err
	}
	if i := d.find(h, key); i >= 0 {
		d.entries[i].val = val
		return nil
	}
	d.version++
	d.entries = append(d.entries, entry{h, key, val})
	d.live++
	switch {
	case d.index != nil && len(d.entries)*2 <= len(d.index):
		d.link(len(d.entries) - 1)
	case len(d.entries) > linearEntries:
		d.rebuild()
	}
	return nil
}

// SetString sets the value of a key that is a str.
func (d *Dict) SetString(key string, val Value) { _ = d.Set(String(key), val) }

func (d *Dict) link(n int) {
	mask := uint64(len(d.index) - 1)
	i := d.entries[n].hash & mask
	for d.index[i] != 0 {
		i = (i + 1) & mask
	}
	d.index[i] = int32(n + 1)
}

// rebuild removes the deleted entries and makes a new index.
func (d *Dict) rebuild() {
	if d.live < len(d.entries) {
		kept := d.entries[:0]
		for _, e := range d.entries {
			if !e.deleted() {
				kept = append(kept, e)
			}
		}
		clear(d.entries[len(kept):])
		d.entries = kept
	}
	d.index = nil
	if len(d.entries) <= linearEntries {
		return
	}
	size := 32
	for size < len(d.entries)*4 {
		size *= 2
	}
	d.index = make([]int32, size)
	for i := range d.entries {
		d.link(i)
	}
}

// Delete removes key and reports whether it was there.
func (d *Dict) Delete(key Value) (bool, error) {
	i, err := d.lookup(key)
	if i < 0 || err != nil {
		return false, err
	}
	d.remove(i)
	return true, nil
}

func (d *Dict) remove(i int) {
	d.version++
	d.live--
	if i == len(d.entries)-1 && d.index == nil {
		d.entries[i] = entry{}
		d.entries = d.entries[:i]
		return
	}
	d.entries[i].key, d.entries[i].val = Value{t: deletedType}, Value{}
	if d.index == nil || d.live*4 < len(d.entries) {
		d.rebuild()
	}
}

// Clear removes all entries.
func (d *Dict) Clear() { *d = Dict{version: d.version + 1} }

// Keys returns the keys in order.
func (d *Dict) Keys() []Value {
	keys := make([]Value, 0, d.live)
	for k := range d.All() {
		keys = append(keys, k)
	}
	return keys
}

// All yields keys and values in order.
func (d *Dict) All() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		for i := 0; i < len(d.entries); i++ {
			if e := &d.entries[i]; !e.deleted() && !yield(e.key, e.val) {
				return
			}
		}
	}
}

// Copy returns a shallow copy.
func (d *Dict) Copy() *Dict {
	c := NewDictSize(d.live)
	for i := range d.entries {
		if e := d.entries[i]; !e.deleted() {
			c.entries = append(c.entries, e)
			c.live++
		}
	}
	if len(c.entries) > linearEntries {
		c.rebuild()
	}
	return c
}

type viewKind uint8

const (
	viewKeys viewKind = iota
	viewValues
	viewItems
)

// dictView is what dict.keys(), values() and items() return.
type dictView struct {
	of    Value // a dict or a Go map
	which viewKind
}

var viewTypes = [...]*Type{
	viewKeys:   newType(KindView, reprObject, "dict_keys"),
	viewValues: newType(KindView, reprObject, "dict_values"),
	viewItems:  newType(KindView, reprObject, "dict_items"),
}

func newView(of Value, which viewKind) Value {
	return objectValue(viewTypes[which], &dictView{of, which})
}

func ItemsOf(v Value) Value { return newView(v, viewItems) }

// Set is a Python set. It is iterated in the order of insertion.
type Set struct{ d Dict }

// NewSet returns a set of items, or a TypeError for one that is not hashable.
func NewSet(items []Value) (Value, error) {
	s := &Set{}
	for _, x := range items {
		if err := s.d.Set(x, None); err != nil {
			return Value{}, err
		}
	}
	return objectValue(setType, s), nil
}

// Set returns the set in v.
func (v Value) Set() (*Set, bool) {
	if v.Kind() == KindSet {
		return raw[Set](v), true
	}
	return nil, false
}

// Items returns the elements.
func (s *Set) Items() []Value { return s.d.Keys() }

// Len returns the number of elements.
func (s *Set) Len() int { return s.d.live }
