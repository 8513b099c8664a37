package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	sortSig = sig("do_sort", onEnvVal, value.Opt("reverse", value.False), value.Opt("case_sensitive", value.False),
		value.Opt("attribute", value.None))
	dictsortSig = sig("do_dictsort", onValue, value.Opt("case_sensitive", value.False), value.Opt("by", value.String("key")),
		value.Opt("reverse", value.False))
)

// sort is the filter sort: it sorts by the value itself or by one or more attributes.
func sort(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := sortSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	caseSensitive, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	items, err := collect(st, v)
	if err != nil {
		return Value{}, err
	}
	getters := sortGetters(arg[2], !caseSensitive)
	cells := make([]Value, 0, len(items)*len(getters))
	keys := make([][]Value, len(items))
	for i, item := range items {
		for _, g := range getters {
			k, err := g.get(st, item)
			if err != nil {
				return Value{}, err
			}
			cells = append(cells, k)
		}
		keys[i] = cells[i*len(getters):]
	}
	for i := range keys {
		keys[i] = keys[i][:len(getters)]
	}
	reverse, err := reverseFlag(arg[0])
	if err != nil {
		return Value{}, err
	}
	if err := sortBy(items, keys, reverse, lessList); err != nil {
		return Value{}, err
	}
	return value.NewList(items), nil
}

// sortGetters returns the getters for "age,name".
func sortGetters(attribute Value, foldStrings bool) []*getter {
	s, ok := attribute.Str()
	if !ok {
		g := newGetter(attribute)
		g.foldStrings = foldStrings
		return []*getter{g}
	}
	var list []*getter
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ',' {
			g := newGetter(value.String(s[start:i]))
			g.foldStrings = foldStrings
			list = append(list, g)
			start = i + 1
		}
	}
	return list
}

// dictsort is the filter dictsort: it returns the pairs of a mapping, sorted by key or by value.
func dictsort(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := dictsortSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	by, _ := arg[1].Str()
	if by != "key" && by != "value" {
		return Value{}, argumentError(`You can only sort by either "key" or "value"`)
	}
	caseSensitive, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	items, err := method(st, v, "items")
	if err != nil {
		return Value{}, err
	}
	pairs, err := collect(st, items)
	if err != nil {
		return Value{}, err
	}
	half := value.Int(0)
	if by == "value" {
		half = value.Int(1)
	}
	keys := make([]Value, len(pairs))
	for i := range pairs {
		if keys[i], err = value.Subscript(pairs[i], half); err != nil {
			return Value{}, err
		}
		if !caseSensitive {
			if keys[i], err = fold(st, keys[i]); err != nil {
				return Value{}, err
			}
		}
	}
	reverse, err := reverseFlag(arg[2])
	if err != nil {
		return Value{}, err
	}
	if err := sortBy(pairs, keys, reverse, lessValue); err != nil {
		return Value{}, err
	}
	return value.NewList(pairs), nil
}
