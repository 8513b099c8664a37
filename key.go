package dewar

import (
	"fmt"
	"slices"
)

// A Key names a value of type T that lives as long as one request, as an
// attribute of Flask's g does. Make keys once, in a package variable: a key is
// its own identity, so two packages never collide, and only code that can see
// the variable can read or set the value.
//
//	var User = dewar.NewKey[*Account]("user")
//
// Templates see the value as g.<name> (here g.user), as they do in Flask. When
// two keys with one name are set in a request, templates see the one set last.
type Key[T any] struct{ name *string }

// NewKey makes a key. The name is what templates read below g; it must be a
// plain identifier (letters, digits, underscores), and NewKey panics otherwise.
func NewKey[T any](name string) Key[T] {
	if !isIdentifier(name) {
		panic(fmt.Sprintf("dewar: NewKey(%q): the name must be an identifier, since templates read it as g.<name>", name))
	}
	return Key[T]{&name}
}

// Name returns the name templates use below g.
func (k Key[T]) Name() string { return *k.name }

// Set stores v for the rest of the request.
func (k Key[T]) Set(c *Context, v T) {
	for i := range c.values {
		if c.values[i].key == k.name {
			c.values[i].value = v
			return
		}
	}
	c.values = append(c.values, keyed{k.name, v})
}

// Get returns the request's value and whether it was set.
func (k Key[T]) Get(c *Context) (T, bool) {
	for i := range c.values {
		if c.values[i].key == k.name {
			v, _ := c.values[i].value.(T) // a nil interface is no T, and T's zero value
			return v, true
		}
	}
	var zero T
	return zero, false
}

// Value returns the request's value, or T's zero value when none was set.
func (k Key[T]) Value(c *Context) T {
	v, _ := k.Get(c)
	return v
}

// keyed is one request-scoped value. The pointer to the key's name is the key.
type keyed struct {
	key   *string
	value any
}

// keyedValue finds a request-scoped value by the name templates use.
func (c *Context) keyedValue(name string) (any, bool) {
	for i := len(c.values) - 1; i >= 0; i-- {
		if *c.values[i].key == name {
			return c.values[i].value, true
		}
	}
	return nil, false
}

// keyedNames lists the names of the request-scoped values in the order in which they
// were first set, each once.
func (c *Context) keyedNames() (names []string) {
	for _, k := range c.values {
		if !slices.Contains(names, *k.key) {
			names = append(names, *k.key)
		}
	}
	return names
}

// isIdentifier reports whether s is an ASCII identifier.
func isIdentifier(s string) bool {
	for i := 0; i < len(s); i++ {
		ch := s[i]
		letter := ch == '_' || 'a' <= ch|0x20 && ch|0x20 <= 'z'
		if !letter && (i == 0 || ch < '0' || ch > '9') {
			return false
		}
	}
	return s != ""
}
