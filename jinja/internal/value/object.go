package value

import "github.com/dewar-go/dewar/markup"

// The interfaces by which a Go type takes part in the language. Each is optional. [Of] finds them by the type of its
// argument. A fmt.Stringer gives str(), an error its message.
type (
	// Attrer answers x.name. ok is false for an attribute that is absent.
	Attrer interface {
		Attr(name string) (Value, bool)
	}
	// Itemer answers x[key].
	Itemer interface {
		Item(key Value) (Value, bool)
	}
	// AttrSetter answers {% set x.name = v %}.
	AttrSetter interface {
		SetAttr(name string, v Value) error
	}
	// Iterable is iterated by for.
	Iterable interface{ Iterate() (Iterator, error) }
	// Lener has a length.
	Lener interface{ Len() int }
	// Truther has a truth value of its own. Without it a Lener is true when it is not empty, and any other object is
	// true.
	Truther interface{ Truth() bool }
	// Caller can be called.
	Caller interface {
		Call(st State, a Args) (Value, error)
	}
	// TypeNamer gives the type name that messages show.
	TypeNamer interface{ TypeName() string }
	// CallAppender is a Caller that can append the HTML that it returns to an output.
	CallAppender interface {
		AppendCall(buf []byte, st State, a Args) ([]byte, error)
	}
	// HTMLer gives text that is safe in HTML: Python's __html__.
	HTMLer = markup.HTMLer
	// HTMLAppender is an HTMLer that can append the text to an output.
	HTMLAppender interface{ AppendHTML(buf []byte) []byte }
	// Mapper is a mapping: dict(x), **x, x|items and x|tojson take the dict it gives.
	Mapper interface{ Mapping() *Dict }
	// Reprer gives repr().
	Reprer interface{ Repr() string }
	// ReprWrapper has a repr() that wraps that of another value. A container that contains itself through such objects
	// is recognised when it is printed.
	ReprWrapper interface {
		ReprParts() (before string, of Value, after string)
	}
	// StandIn is compared as another value, such as a named tuple as a tuple. It is safe for values that contain
	// themselves, which a Comparer is not.
	StandIn interface{ StandFor() Value }
	// Comparer answers comparisons. ok is false when the two cannot be compared.
	Comparer interface {
		Compare(op Op, other Value) (result, ok bool)
	}
	// Container answers x in y.
	Container interface{ Contains(x Value) (bool, error) }
	// Hasher makes a type usable as a key of a dict. HashKey is hashed and compared in its place.
	Hasher interface{ HashKey() Value }
	// CallGuard, of a Callable, tells the sandbox whether calling it is allowed.
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

// iteratorBox is the object of values of KindIterator.
type iteratorBox struct {
	name string // Python's name of the type: generator, list_iterator, …
	fn   string // the name of a generator's function
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
