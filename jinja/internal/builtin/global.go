package builtin

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	rangeFunc     = value.NewClass("builtins", "range", Range)
	dictFunc      = value.NewClass("builtins", "dict", Dict)
	lipsumFunc    = value.NewFunc("generate_lorem_ipsum", lipsum)
	cyclerFunc    = value.NewClass("jinja2.utils", "Cycler", newCycler)
	joinerFunc    = value.NewClass("jinja2.utils", "Joiner", newJoiner)
	namespaceFunc = value.NewClass("jinja2.utils", "Namespace", newNamespace)
)

// Range is Python's range.
func Range(st State, a Args) (Value, error) {
	if len(a.Kw) > 0 {
		return Value{}, typeError("range() takes no keyword arguments")
	}
	switch n := len(a.Pos); {
	case n == 0:
		return Value{}, typeError("range expected at least 1 argument, got 0")
	case n > 3:
		return Value{}, typeError("range expected at most 3 arguments, got %d", n)
	}
	var arg [3]int64
	arg[2] = 1
	for i, v := range a.Pos {
		n, err := index(v)
		if err != nil {
			return Value{}, err
		}
		arg[i] = int64(n)
	}
	if len(a.Pos) == 1 {
		arg[0], arg[1] = 0, arg[0]
	}
	if arg[2] == 0 {
		return Value{}, valueError("range() arg 3 must not be zero")
	}
	return value.NewRange(arg[0], arg[1], arg[2]), nil
}

// Dict is the global dict, Python's dict: it takes a mapping or pairs, and keyword arguments.
func Dict(st State, a Args) (Value, error) {
	d, err := newDict(st, "dict", a)
	if err != nil {
		return Value{}, err
	}
	return d.Value(), nil
}

func newDict(st State, name string, a Args) (*value.Dict, error) {
	if len(a.Pos) > 1 {
		return nil, typeError("%s expected at most 1 argument, got %d", name, len(a.Pos))
	}
	d := value.NewDictSize(len(a.Kw))
	if len(a.Pos) == 1 {
		if err := update(st, d, a.Pos[0]); err != nil {
			return nil, err
		}
	}
	for _, kw := range a.Kw {
		d.SetString(kw.Name, kw.Value)
	}
	return d, nil
}

// update adds the entries of v, a mapping or an iterable of pairs, to d.
func update(st State, d *value.Dict, v Value) error {
	if isMapping(v) {
		keys, values, err := itemsOf(st, v)
		for i := range keys {
			if err := d.Set(keys[i], values[i]); err != nil {
				return err
			}
		}
		return err
	}
	if u, ok := v.Undefined(); ok {
		return u.Err()
	}
	it, err := value.Iterate(v)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return err
		}
		if err := st.Grow(1); err != nil {
			return err
		}
		if !value.IsIterable(x) {
			return typeError("cannot convert dictionary update sequence element #%d to a sequence", i)
		}
		pair, err := value.Collect(x)
		if err != nil {
			return err
		}
		if len(pair) != 2 {
			return valueError("dictionary update sequence element #%d has length %d; 2 is required", i, len(pair))
		}
		if err := d.Set(pair[0], pair[1]); err != nil {
			return err
		}
	}
}

// Cycler is the object that the global cycler makes: it returns its values in turn, again and again.
type Cycler struct {
	items []Value
	pos   int
}

func newCycler(st State, a Args) (Value, error) {
	if len(a.Kw) > 0 {
		return Value{}, typeError("Cycler.__init__() got an unexpected keyword argument '%s'", a.Kw[0].Name)
	}
	if len(a.Pos) == 0 {
		return Value{}, value.NewError("RuntimeError", "at least one item has to be provided")
	}
	return value.Of(&Cycler{items: append([]Value(nil), a.Pos...)}), nil
}

var (
	cyclerNextSig  = sig("Cycler.next", []string{"self"})
	cyclerResetSig = sig("Cycler.reset", []string{"self"})
)

// Attr returns the attributes of a cycler: current, next, reset, items and pos.
func (c *Cycler) Attr(name string) (Value, bool) {
	switch name {
	case "current":
		return c.items[c.pos], true
	case "items":
		return value.NewTuple(c.items), true
	case "pos":
		return value.Int(int64(c.pos)), true
	case "next":
		return value.NewMethod(name, value.Of(c), func(_ State, _ Value, a Args) (Value, error) {
			if err := cyclerNextSig.none(a); err != nil {
				return Value{}, err
			}
			v := c.items[c.pos]
			c.pos = (c.pos + 1) % len(c.items)
			return v, nil
		}), true
	case "reset":
		return value.NewMethod(name, value.Of(c), func(_ State, _ Value, a Args) (Value, error) {
			if err := cyclerResetSig.none(a); err != nil {
				return Value{}, err
			}
			c.pos = 0
			return value.None, nil
		}), true
	}
	return Value{}, false
}

// TypeName returns the name of Jinja's class.
func (c *Cycler) TypeName() string { return "Cycler" }

// QualifiedTypeName returns the name in messages about missing attributes.
func (c *Cycler) QualifiedTypeName() string { return "jinja2.utils.Cycler" }

// Repr returns Python's default representation of an object.
func (c *Cycler) Repr() string { return fmt.Sprintf("<jinja2.utils.Cycler object at %p>", c) }

// Joiner is the object that the global joiner makes: calling it returns the separator, and "" the first time.
type Joiner struct {
	sep  Value
	used bool
}

var (
	joinerSig     = sig("Joiner.__init__", []string{"self"}, value.Opt("sep", value.String(", ")))
	joinerCallSig = sig("Joiner.__call__", []string{"self"})
)

func newJoiner(st State, a Args) (Value, error) {
	var arg [1]Value
	if err := joinerSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	return value.Of(&Joiner{sep: arg[0]}), nil
}

// Call returns the separator, or "" the first time.
func (j *Joiner) Call(_ State, a Args) (Value, error) {
	if err := joinerCallSig.none(a); err != nil {
		return Value{}, err
	}
	if !j.used {
		j.used = true
		return value.String(""), nil
	}
	return j.sep, nil
}

// Attr returns the attributes of a joiner.
func (j *Joiner) Attr(name string) (Value, bool) {
	switch name {
	case "sep":
		return j.sep, true
	case "used":
		return value.Bool(j.used), true
	}
	return Value{}, false
}

// TypeName returns the name of Jinja's class.
func (j *Joiner) TypeName() string { return "Joiner" }

// QualifiedTypeName returns the name in messages about missing attributes.
func (j *Joiner) QualifiedTypeName() string { return "jinja2.utils.Joiner" }

// Repr returns Python's default representation of an object.
func (j *Joiner) Repr() string { return fmt.Sprintf("<jinja2.utils.Joiner object at %p>", j) }

// Namespace is the object that the global namespace makes. Its attributes can be assigned in any scope.
type Namespace struct{ attrs *value.Dict }

func newNamespace(st State, a Args) (Value, error) {
	d, err := newDict(st, "dict", a)
	if err != nil {
		return Value{}, err
	}
	return value.Of(&Namespace{d}), nil
}

// Attr returns the value that was assigned to the name.
func (n *Namespace) Attr(name string) (Value, bool) {
	switch name {
	case "__class__":
		return namespaceFunc, true // cannot be replaced by assigning
	case "_Namespace__attrs":
		return n.attrs.Value(), true
	}
	return n.attrs.GetString(name)
}

// SetAttr assigns an attribute.
func (n *Namespace) SetAttr(name string, v Value) error {
	n.attrs.SetString(name, v)
	return nil
}

// TypeName returns the name of Jinja's class.
func (n *Namespace) TypeName() string { return "Namespace" }

// QualifiedTypeName returns the name in messages about missing attributes.
func (n *Namespace) QualifiedTypeName() string { return "jinja2.utils.Namespace" }

// ReprParts returns the representation with the attributes.
func (n *Namespace) ReprParts() (before string, attrs Value, after string) {
	return "<Namespace ", n.attrs.Value(), ">"
}

// String returns the representation with the attributes.
func (n *Namespace) String() string {
	s, err := value.ReprOf(n.attrs.Value())
	if err != nil {
		s = "{...}"
	}
	return "<Namespace " + s + ">"
}
