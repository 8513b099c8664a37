package compile

import (
	"strconv"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Loop is the loop object.
type Loop struct {
	env     *Env
	source  value.Value
	iter    iteration
	index0  int
	length  int // -1 until it is known
	depth0  int
	current value.Value
	before  value.Value
	after   value.Value
	peeked  bool // after holds the next item
	rest    []value.Value
	buffed  bool // rest holds the remaining items
	changed []value.Value
	hasLast bool
	recurse func(v value.Value, depth int) (value.Value, error)
}

// pull takes the next item from the iterable.
func (l *Loop) pull() (value.Value, bool, error) {
	if l.buffed {
		if len(l.rest) == 0 {
			return value.Value{}, false, nil
		}
		v := l.rest[0]
		l.rest = l.rest[1:]
		return v, true, nil
	}
	return l.iter.next()
}

// advance goes to the next item.
func (l *Loop) advance() (bool, error) {
	var v value.Value
	if l.simple() {
		it := &l.iter
		if it.i >= it.size {
			return false, nil
		}
		v = it.seq.At(it.i)
		it.i++
	} else if l.peeked {
		v, l.peeked, l.after = l.after, false, value.Value{}
	} else {
		var ok bool
		var err error
		if v, ok, err = l.pull(); !ok || err != nil {
			return false, err
		}
	}
	l.index0++
	l.before, l.current = l.current, v
	return true, nil
}

// simple reports whether items are taken by number alone.
func (l *Loop) simple() bool {
	it := &l.iter
	return it.indexed && it.list == nil && it.keep == nil && value.Missing(it.dict) && !l.peeked && !l.buffed
}

// peek looks at the next item.
func (l *Loop) peek() (value.Value, bool, error) {
	if !l.peeked {
		v, ok, err := l.pull()
		if !ok || err != nil {
			return value.Value{}, false, err
		}
		l.after, l.peeked = v, true
	}
	return l.after, true, nil
}

// total is loop.length. What has no length is read to its end.
func (l *Loop) total() (int, error) {
	if l.length >= 0 {
		return l.length, nil
	}
	if l.iter.keep == nil {
		switch l.source.Kind() {
		case value.KindIterator, value.KindSeq:
		default:
			if n, err := value.Len(l.source); err == nil {
				l.length = n
				return n, nil
			}
		}
	}
	var items []value.Value
	for {
		v, ok, err := l.pull()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		items = append(items, v)
	}
	l.rest, l.buffed = items, true
	n := len(items) + l.index0 + 1
	if l.peeked {
		n++
	}
	l.length = n
	return n, nil
}

// last reports whether there is no next item.
func (l *Loop) last() (bool, error) {
	if l.iter.indexed && l.iter.list == nil && l.iter.keep == nil && !l.buffed && !l.peeked {
		return l.iter.i >= l.iter.size, nil
	}
	_, ok, err := l.peek()
	return !ok, err
}

// attribute is an attribute of the loop; ok is false if there is none.
func (l *Loop) attribute(name string) (v value.Value, ok bool, err error) {
	switch name {
	case "index":
		return value.Int(int64(l.index0 + 1)), true, nil
	case "index0":
		return value.Int(int64(l.index0)), true, nil
	case "first":
		return value.Bool(l.index0 == 0), true, nil
	case "last":
		last, err := l.last()
		return value.Bool(last), true, err
	case "length":
		n, err := l.total()
		return value.Int(int64(n)), true, err
	case "revindex":
		n, err := l.total()
		return value.Int(int64(n - l.index0)), true, err
	case "revindex0":
		n, err := l.total()
		return value.Int(int64(n - l.index0 - 1)), true, err
	case "depth":
		return value.Int(int64(l.depth0 + 1)), true, nil
	case "depth0":
		return value.Int(int64(l.depth0)), true, nil
	case "previtem":
		if l.index0 == 0 {
			return l.env.undefined(value.Undef{Hint: "there is no previous item", Name: value.None}), true, nil
		}
		return l.before, true, nil
	case "nextitem":
		v, ok, err := l.peek()
		if err == nil && !ok {
			v = l.env.undefined(value.Undef{Hint: "there is no next item", Name: value.None})
		}
		return v, true, err
	case "cycle":
		return value.NewMethod("cycle", value.Of(l), func(st value.State, _ value.Value, a value.Args) (value.Value, error) { return l.cycle(st, a) }), true, nil
	case "changed":
		return value.NewMethod("changed", value.Of(l), func(st value.State, _ value.Value, a value.Args) (value.Value, error) { return l.hasChanged(st, a) }), true, nil
	}
	return value.Value{}, false, nil
}

func (l *Loop) cycle(_ value.State, a value.Args) (value.Value, error) {
	if len(a.Kw) > 0 {
		return value.Value{}, value.NewError("TypeError", "LoopContext.cycle() got an unexpected keyword argument '"+a.Kw[0].Name+"'")
	}
	if len(a.Pos) == 0 {
		return value.Value{}, value.NewError("TypeError", "no items for cycling given")
	}
	n := len(a.Pos)
	return a.Pos[((l.index0%n)+n)%n], nil
}

func (l *Loop) hasChanged(_ value.State, a value.Args) (value.Value, error) {
	if len(a.Kw) > 0 {
		return value.Value{}, value.NewError("TypeError", "LoopContext.changed() got an unexpected keyword argument '"+a.Kw[0].Name+"'")
	}
	same := l.hasLast && len(l.changed) == len(a.Pos)
	for i := 0; same && i < len(a.Pos); i++ {
		same = value.Is(l.changed[i], a.Pos[i]) || value.Equal(l.changed[i], a.Pos[i])
	}
	if same {
		return value.False, nil
	}
	l.changed, l.hasLast = append(l.changed[:0], a.Pos...), true
	return value.True, nil
}

// Attr returns an attribute of the loop.
func (l *Loop) Attr(name string) (value.Value, bool) {
	v, ok, err := l.attribute(name)
	return v, ok && err == nil
}

// Call renders the body of a recursive loop for other items.
func (l *Loop) Call(st value.State, a value.Args) (value.Value, error) {
	args, err := a.BindAfter("LoopContext.__call__", []string{"self"}, value.Req("iterable"))
	if err != nil {
		return value.Value{}, err
	}
	if l.recurse == nil {
		return value.Value{}, value.NewError("TypeError", "The loop must have the 'recursive' marker to be called recursively.")
	}
	return l.recurse(args[0], l.depth0+1)
}

// Len is the number of items.
func (l *Loop) Len() int {
	n, _ := l.total()
	return n
}

// Iterate goes on with the rest of the loop, in pairs with the loop itself.
func (l *Loop) Iterate() (value.Iterator, error) {
	return value.IteratorFunc(func() (value.Value, bool, error) {
		ok, err := l.advance()
		if !ok || err != nil {
			return value.Value{}, false, err
		}
		return value.NewTuple([]value.Value{l.current, value.Of(l)}), true, nil
	}), nil
}

// TypeName is Python's name of the type.
func (*Loop) TypeName() string { return "LoopContext" }

// QualifiedTypeName is the name in messages about missing attributes.
func (*Loop) QualifiedTypeName() string { return "jinja2.runtime.LoopContext" }

// Repr is Python's repr.
func (l *Loop) Repr() string {
	n, _ := l.total()
	return "<LoopContext " + strconv.Itoa(l.index0+1) + "/" + strconv.Itoa(n) + ">"
}

// String is Python's str.
func (l *Loop) String() string { return l.Repr() }
