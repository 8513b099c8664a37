package builtin_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// fromJSON makes a value of any JSON: {"$u": 0} an undefined value, {"$m": "…"}
// Markup, {"$g": […]} a generator, {"$t": […]} a tuple.
func fromJSON(x any) value.Value {
	switch x := x.(type) {
	case nil:
		return value.None
	case bool:
		return value.Bool(x)
	case float64:
		if x == float64(int64(x)) {
			return value.Int(int64(x))
		}
		return value.Float(x)
	case string:
		return value.String(x)
	case []any:
		return value.NewList(listFromJSON(x))
	case map[string]any:
		if s, ok := x["$m"].(string); ok {
			return value.Safe(s)
		}
		if _, ok := x["$u"]; ok {
			return value.UndefinedName("u")
		}
		if list, ok := x["$t"].([]any); ok {
			return value.NewTuple(listFromJSON(list))
		}
		if list, ok := x["$g"].([]any); ok {
			items := listFromJSON(list)
			return value.NewIterator(value.IteratorFunc(func() (v value.Value, ok bool, err error) {
				if len(items) == 0 {
					return v, false, nil
				}
				v, items = items[0], items[1:]
				return v, true, nil
			}))
		}
		d := value.NewDict()
		for _, k := range slices.Sorted(maps.Keys(x)) {
			d.SetString(k, fromJSON(x[k]))
		}
		return d.Value()
	}
	panic("unreachable")
}

func listFromJSON(list []any) []value.Value {
	out := make([]value.Value, len(list))
	for i, x := range list {
		out[i] = fromJSON(x)
	}
	return out
}

// FuzzFilters calls every filter and test with any arguments: whatever fails
// does so with a Python exception, within the limits of the environment.
func FuzzFilters(f *testing.F) {
	for _, s := range []string{
		`["abc", 5]`, `[[3,1,2], true]`, `[{"a":1,"b":[2]}, "a"]`, `[{"$g":[1,2]}, 2, "x"]`, `[{"$m":"<b>"}, "<"]`, `[{"$u":0}]`, `["http://a.com (x)", 3]`,
		`[12.345, 2, "ceil"]`, `["%s %(a)d %%", 1]`, `[[{"a":"x"},{"a":"y"}], "a", "eq", "x"]`, `["a\nb", ">", true]`, `[{"$t":[1,[2]]}, -1]`, `["0x1f", 0, 16]`, `[1e300, -400]`,
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	filters := slices.Sorted(maps.Keys(builtin.Filters))
	tests := slices.Sorted(maps.Keys(builtin.Tests))
	f.Fuzz(func(t *testing.T, call string, auto bool) {
		var list []any
		if len(call) > 2000 || json.Unmarshal([]byte(call), &list) != nil || len(list) == 0 {
			return
		}
		check := func(name string, err error) {
			var e *value.Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("%s: %T %v", name, err, err)
			}
		}
		for _, name := range filters {
			// Every filter has values of its own: some change them or use them up.
			args := listFromJSON(list)
			st := &state{autoescape: auto, limited: true, budget: 1 << 20}
			v, err := builtin.Filters[name](st, args[0], value.Args{Pos: args[1:]})
			if err == nil {
				if v.Kind() == value.KindIterator {
					it, _ := value.Iterate(v)
					for range 1000 {
						if _, ok, e := it.Next(); !ok || e != nil {
							err = e
							break
						}
					}
				} else {
					_, err = value.AppendEscaped(nil, v)
				}
			}
			check(name, err)
			if stream := builtin.Stream[name]; stream != nil {
				args := listFromJSON(list)
				st := &state{autoescape: auto, limited: true, budget: 1 << 20}
				_, err := stream(st, nil, args[0], value.Args{Pos: args[1:]})
				check(name, err)
			}
		}
		for _, name := range tests {
			args := listFromJSON(list)
			_, err := builtin.Tests[name](&state{limited: true, budget: 1 << 20}, args[0], value.Args{Pos: args[1:]})
			check(name, err)
		}
	})
}
