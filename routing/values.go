package routing

import (
	"maps"
	"slices"
)

// A Value is a named value for building, or of a match.
type Value struct {
	Name  string
	Value any
}

// Values are named values in order. Names that no variable or default of the
// rule has go into the query in this order. A slice there gives one parameter
// for each item; nil values are left out.
type Values []Value

// ValuesOf makes Values of a map, sorted by name.
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

// set replaces the value of a name or appends it.
func (v Values) set(name string, value any) Values {
	for i := range v {
		if v[i].Name == name {
			v[i].Value = value
			return v
		}
	}
	return append(v, Value{name, value})
}

// Map makes a map of the values. Of equal names the last one stays.
func (v Values) Map() map[string]any {
	m := make(map[string]any, len(v))
	for _, value := range v {
		m[value.Name] = value.Value
	}
	return m
}
