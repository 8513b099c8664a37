package routing

import (
	"maps"
	"slices"
)

// A Value is a value with a name, for Build or of a match.
type Value struct {
	Name  string
	Value any
}

// Values are values with names, in order. Those for which the rule has no variable or default become the query, in this
// order. A slice becomes one parameter for each item. Nil values are left out.
type Values []Value

// ValuesOf returns the entries of a map as Values, sorted by name.
func ValuesOf(m map[string]any) Values {
	values := make(Values, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		values = append(values, Value{name, m[name]})
	}
	return values
}

// Get returns the value of a name.
func (v Values) Get(name string) (any, bool) {
	for i := range v {
		if v[i].Name == name {
			return v[i].Value, true
		}
	}
	return nil, false
}

// set replaces the value of a name, or appends it.
func (v Values) set(name string, value any) Values {
	for i := range v {
		if v[i].Name == name {
			v[i].Value = value
			return v
		}
	}
	return append(v, Value{name, value})
}

// Map returns the values as a map. Of equal names the last counts.
func (v Values) Map() map[string]any {
	m := make(map[string]any, len(v))
	for _, value := range v {
		m[value.Name] = value.Value
	}
	return m
}

// A lookup finds values by name in constant time.
type lookup struct {
	values Values
	index  map[string]int // nil when there are few values
}

func newLookup(values Values) *lookup {
	l := &lookup{values: values}
	if len(values) > 16 {
		l.index = make(map[string]int, len(values))
		for i := len(values) - 1; i >= 0; i-- {
			l.index[values[i].Name] = i
		}
	}
	return l
}

func (l *lookup) get(name string) (any, bool) {
	if l.index == nil {
		return l.values.Get(name)
	}
	i, ok := l.index[name]
	if !ok {
		return nil, false
	}
	return l.values[i].Value, true
}
