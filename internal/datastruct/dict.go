package datastruct

import "github.com/dewar-go/dewar/jinja"

// A Dict is a dict of a class of its own: config, for instance. It cannot be changed
// from templates.
type Dict struct {
	Class string
	D     *jinja.Dict
}

// TypeName is what messages call it.
func (d *Dict) TypeName() string { return d.Class }

// Repr is what Python prints.
func (d *Dict) Repr() string { return repr("<"+d.Class+" ", d.D.Value(), ">") }

// Len is the number of keys.
func (d *Dict) Len() int { return d.D.Len() }

// Iterate goes through the keys.
func (d *Dict) Iterate() (jinja.Iterator, error) { return jinja.Iterate(d.D.Value()) }

// Item is the value of a key.
func (d *Dict) Item(key jinja.Value) (jinja.Value, bool) {
	v, ok, err := d.D.Get(key)
	return v, ok && err == nil
}

// Contains reports whether there is a key. The error is about a key that cannot be
// one.
func (d *Dict) Contains(key jinja.Value) (bool, error) {
	_, ok, err := d.D.Get(key)
	return ok, err
}

// Mapping is the dict.
func (d *Dict) Mapping() *jinja.Dict { return d.D }

// StandFor is what it is compared as.
func (d *Dict) StandFor() jinja.Value { return d.D.Value() }

// DictChanges are the methods that change a dict.
var DictChanges = words("clear pop popitem setdefault update")

// Attr gives the methods of a dict.
func (d *Dict) Attr(name string) (jinja.Value, bool) {
	if DictChanges[name] {
		return immutable(d.Class, name)
	}
	return jinja.GetAttr(d.D.Value(), name)
}

// A List is a list of a class of its own. It cannot be changed from templates.
type List struct {
	Class string
	Items []jinja.Value
}

// TypeName is what messages call it.
func (l *List) TypeName() string { return l.Class }

// Repr is what Python prints.
func (l *List) Repr() string { return repr(l.Class+"(", l.StandFor(), ")") }

// Len is the number of items.
func (l *List) Len() int { return len(l.Items) }

// Iterate goes through the items.
func (l *List) Iterate() (jinja.Iterator, error) { return jinja.Iterate(l.StandFor()) }

// Item is the item of a number.
func (l *List) Item(key jinja.Value) (jinja.Value, bool) {
	i, ok := key.Int64()
	if i < 0 {
		i += int64(len(l.Items))
	}
	if !ok || i < 0 || i >= int64(len(l.Items)) {
		return jinja.Value{}, false
	}
	return l.Items[i], true
}

// StandFor is what it is compared as.
func (l *List) StandFor() jinja.Value { return jinja.NewList(l.Items...) }

// Attr gives the methods of a list.
func (l *List) Attr(name string) (jinja.Value, bool) {
	if listChanges[name] {
		return immutable(l.Class, name)
	}
	return jinja.GetAttr(l.StandFor(), name)
}
