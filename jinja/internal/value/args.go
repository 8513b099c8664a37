package value

import (
	"fmt"
	"strings"
)

// Args are the arguments of a call. Pos and Kw are valid during the call only.
type Args struct {
	Pos []Value
	Kw  []Kw
	// Fixed is not nil in the calls of one place in a template whose arguments are constants: it is the same pointer in
	// all of them, so that a callee may keep what it makes of the arguments.
	Fixed *Args
}

// Kw is a keyword argument of a call.
type Kw struct {
	Name  string
	Value Value
}

// Positional returns Args of positional arguments.
func Positional(v ...Value) Args { return Args{Pos: v} }

// Len returns the number of arguments.
func (a Args) Len() int { return len(a.Pos) + len(a.Kw) }

// Get returns the keyword argument called name.
func (a Args) Get(name string) (Value, bool) {
	for i := range a.Kw {
		if a.Kw[i].Name == name {
			return a.Kw[i].Value, true
		}
	}
	return Value{}, false
}

// Param is a parameter of a function with a Python signature. Default is its value when it is not Required and no
// argument is given.
type Param struct {
	Name     string
	Default  Value
	Required bool
}

// Req is a parameter without a default.
func Req(name string) Param { return Param{Name: name, Required: true} }

// Opt is a parameter with a default.
func Opt(name string, def Value) Param { return Param{Name: name, Default: def} }

// Bind assigns the arguments to params as Python does for a function called fname, and returns
// one value for each of them. The errors are CPython's TypeErrors.
func (a Args) Bind(fname string, params ...Param) ([]Value, error) {
	return a.BindAfter(fname, nil, params...)
}

// BindAfter is Bind for a function whose first parameters were assigned before: a filter's value, self, the
// environment. implicit names them. They count in the texts of errors and are not in the result.
func (a Args) BindAfter(fname string, implicit []string, params ...Param) ([]Value, error) {
	out := make([]Value, len(params))
	if err := a.bindInto(out, fname, implicit, params); err != nil {
		return nil, err
	}
	return out, nil
}

// BindInto is BindAfter without an allocation: it writes the values to out, which has one place for each of params.
func (a Args) BindInto(out []Value, fname string, implicit []string, params ...Param) error {
	return a.bindInto(out[:len(params)], fname, implicit, params)
}

func (a Args) bindInto(out []Value, fname string, implicit []string, params []Param) error {
	var stack [64]bool
	set := stack[:len(params)]
	n := min(len(a.Pos), len(params))
	copy(out, a.Pos[:n])
	for i := range n {
		set[i] = true
	}
	for i := range a.Kw {
		kw := &a.Kw[i]
		j := 0
		for j < len(params) && params[j].Name != kw.Name {
			j++
		}
		if j == len(params) {
			for _, name := range implicit {
				if name == kw.Name {
					return typeErrorf("%s() got multiple values for argument '%s'", fname, name)
				}
			}
			return typeErrorf("%s() got an unexpected keyword argument '%s'", fname, kw.Name)
		}
		if set[j] {
			return typeErrorf("%s() got multiple values for argument '%s'", fname, kw.Name)
		}
		out[j], set[j] = kw.Value, true
	}
	if len(a.Pos) > len(params) {
		return tooManyPositional(fname, len(implicit), len(a.Pos), params)
	}
	var missing []string
	for i := range params {
		if set[i] {
			continue
		}
		if params[i].Required {
			missing = append(missing, params[i].Name)
			continue
		}
		out[i] = params[i].Default
	}
	if missing != nil {
		return typeErrorf("%s() missing %d required positional argument%s: %s", fname, len(missing), plural(len(missing)), quotedList(missing))
	}
	return nil
}

func tooManyPositional(fname string, implicit, given int, params []Param) error {
	required := implicit
	for _, p := range params {
		if p.Required {
			required++
		}
	}
	total := implicit + len(params)
	given += implicit
	takes := fmt.Sprintf("%d positional argument%s", total, plural(total))
	if required < total {
		takes = fmt.Sprintf("from %d to %d positional arguments", required, total)
	}
	were := "were"
	if given == 1 {
		were = "was"
	}
	return typeErrorf("%s() takes %s but %d %s given", fname, takes, given, were)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// quotedList enumerates names as Python's messages do: 'a', 'b', and 'c'.
func quotedList(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = "'" + n + "'"
	}
	switch len(q) {
	case 1:
		return q[0]
	case 2:
		return q[0] + " and " + q[1]
	}
	return strings.Join(q[:len(q)-1], ", ") + ", and " + q[len(q)-1]
}
