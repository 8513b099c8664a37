package dewar

import (
	"fmt"

	"github.com/dewar-go/dewar/routing"
)

// Param returns the converted value of a variable of the rule, those of
// prefixes and defaults included, or nil when there is none of that name.
func (c *Context) Param(name string) any {
	if i, ok := c.match.Index(name); ok {
		return c.match.Value(i)
	}
	if c.match.Rule != nil {
		if v, ok := c.match.Rule.Defaults[name]; ok {
			return v
		}
	}
	return nil
}

// Int returns the value of an <int:…> variable. It panics when the rule has no
// such variable: that is a mistake in the program, and a 500.
func (c *Context) Int(name string) int { return param[int](c, name) }

// Str returns the value of a variable whose converter gives a string.
func (c *Context) Str(name string) string { return param[string](c, name) }

// UUID returns the value of a <uuid:…> variable.
func (c *Context) UUID(name string) routing.UUID { return param[routing.UUID](c, name) }

func param[T any](c *Context, name string) T {
	v, ok := c.Param(name).(T)
	if !ok {
		panic(fmt.Sprintf("dewar: the rule %q has no variable %q of type %T", c.at.rule, name, v))
	}
	return v
}
