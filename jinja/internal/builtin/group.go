package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// group is Jinja's named tuple of a group of elements: grouper, the value they have in common, and list, the elements.
type group struct{ items [2]Value }

// Attr returns the fields and methods of the tuple.
func (g *group) Attr(name string) (Value, bool) {
	switch name {
	case "grouper":
		return g.items[0], true
	case "list":
		return g.items[1], true
	}
	return value.GetAttr(g.tuple(), name)
}

// Item returns the element at an index.
func (g *group) Item(key Value) (Value, bool) {
	v, ok, err := value.GetItem(g.tuple(), key)
	return v, ok && err == nil
}

// Iterate iterates over the two elements.
func (g *group) Iterate() (value.Iterator, error) { return value.Iterate(g.tuple()) }

// Len returns 2.
func (g *group) Len() int { return len(g.items) }

// Contains reports whether x equals one of the two elements.
func (g *group) Contains(x Value) (bool, error) { return value.Contains(g.tuple(), x) }

// HashKey returns the tuple, so that a group is hashable when its elements are.
func (g *group) HashKey() Value { return g.tuple() }

// TypeName returns the name of Jinja's class.
func (g *group) TypeName() string { return "_GroupTuple" }

// QualifiedTypeName returns the name in messages about missing attributes.
func (g *group) QualifiedTypeName() string { return "jinja2.filters._GroupTuple" }

// ReprParts returns the representation of a plain tuple.
func (g *group) ReprParts() (before string, tuple Value, after string) { return "", g.tuple(), "" }

// String returns the representation of a plain tuple.
func (g *group) String() string {
	s, err := value.ReprOf(g.tuple())
	if err != nil {
		return ""
	}
	return s
}

// StandFor returns the tuple, so that a group is compared as one.
func (g *group) StandFor() Value { return g.tuple() }

func (g *group) tuple() Value { return value.NewTuple(g.items[:]) }

var groupbySig = sig("sync_do_groupby", onEnvVal, value.Req("attribute"), value.Opt("default", value.None),
	value.Opt("case_sensitive", value.False))

// groupby is the filter groupby: it sorts by an attribute and collects the elements in which it is equal.
func groupby(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := groupbySig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	caseSensitive, err := truth(arg[2])
	if err != nil {
		return Value{}, err
	}
	items, err := collect(st, v)
	if err != nil {
		return Value{}, err
	}
	g := newGetter(arg[0])
	g.def, g.hasDefault = arg[1], !arg[1].IsNone()
	g.foldStrings = !caseSensitive
	keyOf := func(list []Value) ([]Value, error) {
		keys := make([]Value, len(list))
		for i, x := range list {
			if keys[i], err = g.get(st, x); err != nil {
				return nil, err
			}
		}
		return keys, nil
	}
	keys, err := keyOf(items)
	if err != nil {
		return Value{}, err
	}
	if err := sortBy(items, keys, false, lessValue); err != nil {
		return Value{}, err
	}
	if keys, err = keyOf(items); err != nil {
		return Value{}, err
	}
	var groups []Value
	for i := 0; i < len(items); {
		j := i + 1
		for j < len(items) && same(keys[i], keys[j]) {
			j++
		}
		// The grouper is the first element's attribute, in its own case.
		grouper, err := g.raw(st, items[i])
		if err != nil {
			return Value{}, err
		}
		groups = append(groups, value.Of(&group{[2]Value{grouper, value.NewList(items[i:j:j])}}))
		i = j
	}
	return value.NewList(groups), nil
}
