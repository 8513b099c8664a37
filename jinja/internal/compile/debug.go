package compile

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// all is the whole context as a mapping.
func (c *scopeContext) all(rt *renderer) *value.Dict {
	d := value.NewDict()
	c.names(rt, func(name string, v value.Value) { d.SetString(name, v) })
	return d
}

// attribute is an attribute of the environment, for extensions.
func (e *Env) attribute(name string) (value.Value, bool) {
	switch name {
	case "autoescape":
		return value.Bool(e.autoescape("")), true
	case "sandboxed":
		return value.Bool(e.Sandboxed), true
	}
	return e.global(name)
}

// debug is what the debug tag prints: Python's pformat of the context and of
// the names of filters and tests.
func (c *compiler) debug() expr {
	env := c.env
	return func(f *frame) (value.Value, error) {
		sorted := func(names []string) value.Value {
			slices.Sort(names)
			items := make([]value.Value, len(names))
			for i, n := range names {
				items[i] = value.String(n)
			}
			return value.NewList(items)
		}
		d := value.NewDict()
		d.SetString("context", f.ctx.all(f.rt).Value())
		d.SetString("filters", sorted(env.FilterNames()))
		d.SetString("tests", sorted(env.TestNames()))
		text, err := builtin.Debug(d.Value())
		return value.String(string(text)), err
	}
}
