package value

import "github.com/dewar-go/dewar/markup"

// The interfaces by which a Go type takes part in the language. Each is optional; [Of] recognises
// them on the type of its argument. fmt.Stringer gives str(), error its message.
type (
	// Attrer answers x.name. An absent attribute is (Value{}, false).
	Attrer interface {
		Attr(name string) (Value, bool)
	}
	// Itemer answers x[key].
	Itemer interface {
		Item(key Value) (Value, bool)
	}
	// AttrSetter answers {% set x.name = v %}: namespace objects.
	AttrSetter interface {
		SetAttr(name string, v Value) error
	}
	// Iterable is iterated by for.
	Iterable interface{ Iterate() (Iterator, error) }
	// Lener has a length.
	Lener interface{ Len() int }
	// Truther has a truth value of its own; without it a Lener is true when it is not empty, all else is true.
	Truther interface{ Truth() bool }
	// Caller can be called.
	Caller interface {
		Call(st State, a Args) (Value, error)
	}
	// TypeNamer gives the type name that messages show.
	TypeNamer interface{ TypeName() string }
	// HTMLer gives text that is safe in HTML: Python's __html__.
	HTMLer = markup.HTMLer
	// Mapper is a mapping: dict(x), **x, x|items and x|tojson take the dict it gives.
	Mapper interface{ Mapping() *Dict }
	// Reprer gives repr().
	Reprer interface{ Repr() string }
	// ReprWrapper has another value's repr() within its own. A container that holds itself by way of
	// such objects is printed as one that holds itself.
	ReprWrapper interface {
		ReprParts() (before string, of Value, after string)
	}
	// StandIn is an object that compares as another value, a tuple with names for instance. Unlike a
	// Comparer it is safe for values that hold themselves.
	StandIn interface{ StandFor() Value }
	// Comparer orders and compares: ok is false when the two cannot be compared.
	Comparer interface {
		Compare(op Op, other Value) (result, ok bool)
	}
	// Container answers x in y.
	Container interface{ Contains(x Value) (bool, error) }
	// Hasher makes a type usable as a key of a dict; the key is compared in the place of the object.
	Hasher interface{ HashKey() Value }
	// Callable with SafeToCall tells the sandbox that calling is allowed or refused.
	CallGuard interface{ SafeToCall() bool }
)

// Iterator yields values one by one.
type Iterator interface {
	// Next returns the next value; ok is false at the end.
	Next() (v Value, ok bool, err error)
}

// IteratorFunc is a function that acts as an Iterator.
type IteratorFunc func() (Value, bool, error)

// Next calls f.
func (f IteratorFunc) Next() (Value, bool, error) { return f() }

// iteratorBox is what values of KindIterator refer to.
type iteratorBox struct {
	name string // type name: generator, list_iterator, …
	fn   string // function of a generator
	it   Iterator
}

// NewIterator returns a value that can be iterated once, a generator.
func NewIterator(it Iterator) Value {
	return objectValue(iteratorType, &iteratorBox{name: "generator", it: it})
}

// NewGenerator is NewIterator with the name of the generator function, which repr() shows.
func NewGenerator(fn string, it Iterator) Value {
	return objectValue(iteratorType, &iteratorBox{"generator", fn, it})
}

// NamedIterator is NewIterator with Python's name of the iterator type: reversed, map, zip, …
func NamedIterator(name string, it Iterator) Value {
	return objectValue(iteratorType, &iteratorBox{name: name, it: it})
}
