package compile

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// locals compiles the list of assigned names that a place passes on to an
// include, an import or a scoped block.
func (c *compiler) locals(fr *scopeFrame) func(f *frame, out []binding) []binding {
	stored := fr.sym.allStores()
	if len(stored) == 0 {
		return func(_ *frame, out []binding) []binding { return out }
	}
	slots := make([]slot, len(stored))
	for i, s := range stored {
		slots[i] = fr.fn.find(s.id)
		c.leak(fr.fn, slots[i])
	}
	return func(f *frame, out []binding) []binding {
		for i, s := range stored {
			if v := f.load(slots[i]); !value.Missing(v) {
				out = appendBinding(out, s.name, v)
			}
		}
		return out
	}
}

// block compiles the place where a block is shown.
func (c *compiler) block(n *ast.Block, fr *scopeFrame) stmt {
	check := false
	if fr.toplevel {
		if c.knownExtends {
			return nil
		}
		check = c.extends > 0
	}
	var locals func(*frame, []binding) []binding
	if n.Scoped {
		locals = c.locals(fr)
	}
	name, required := n.Name, n.Required
	t := c.tmpl
	at := c.placeOf(n)
	return func(f *frame) error {
		if check && f.parent != nil {
			return nil
		}
		units := f.ctx.blocks.blocks[name]
		if required && len(units) <= 1 {
			return t.at(runtimeError("Required block "+pyRepr(name)+" not found"), n)
		}
		ctx := f.ctx
		if locals != nil {
			pins := f.rt.pins
			ctx = f.rt.takeContext()
			ctx.tmpl, ctx.blocks, ctx.autoescape, ctx.origin = f.ctx.tmpl, f.ctx.blocks, f.ctx.autoescape, f.ctx.whole()
			ctx.enterScope(f, f.ctx, locals)
			defer f.rt.giveContext(ctx, pins)
		}
		u, err := at.unit(units[0])
		if err != nil {
			return t.via(t.at(err, n), "block", n.Line())
		}
		if err := u.run(f, ctx); err != nil {
			if err == errBreak || err == errContinue {
				return nil
			}
			if units[0].tmpl != t {
				return t.via(t.at(err, n), "block", n.Line())
			}
			return t.at(err, n)
		}
		return nil
	}
}

// run runs a block from f in a context.
func (u *unit) run(from *frame, ctx *scopeContext) error {
	f, err := from.rt.enter(u, ctx, nil)
	if err != nil {
		return err
	}
	f.autoescape = from.autoescape
	err = u.code(f)
	from.rt.leave(f)
	return err
}

// superCode is what the compiler knows of super in one block.
type superCode struct {
	name  string
	unit  *unit
	leaks bool // it is used otherwise than as super()
}

// bindSuper declares super in a block.
func (c *compiler) bindSuper(name string, u *unit, fr *scopeFrame) stmt {
	i := fr.fn.declare(fr.sym.param("super"))
	p := &superCode{name: name, unit: u}
	c.supers[loopKey{fr.fn, i}] = p
	return func(f *frame) error {
		if !p.leaks {
			return nil
		}
		units, depth := p.parent(f)
		if units == nil {
			f.vars[i] = noParentBlock(f.rt.env, name)
			return nil
		}
		f.rt.pins++
		f.vars[i] = value.Of(&blockReference{name, f.ctx, units, depth, f.autoescape})
		return nil
	}
}

// parent finds the definition that the block overrides, nil if there is none.
func (p *superCode) parent(f *frame) ([]*unit, int) {
	units := f.ctx.blocks.blocks[p.name]
	for i, have := range units {
		if (have == p.unit || have == p.unit.origin) && i+1 < len(units) {
			return units, i + 1
		}
	}
	return nil, 0
}

// printSuper shows the parent block where super() is printed, at a place or, for nil, between tags.
func (c *compiler) printSuper(n *ast.Call, at *place, esc escaper, pre, post string, fr *scopeFrame) stmt {
	if !isName(n.Node, "super") || len(n.Args)+len(n.Kwargs) > 0 || n.DynArgs != nil || n.DynKwargs != nil {
		return nil
	}
	id, ok := fr.sym.findRef("super")
	if !ok {
		return nil
	}
	s := fr.fn.find(id)
	p := c.supers[keyOf(fr.fn, s)]
	if p == nil || s.hops != 0 {
		return nil
	}
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		units, i := p.parent(f)
		if units == nil {
			u, _ := noParentBlock(rt.env, p.name).Undefined()
			return t.at(u.Err(), n)
		}
		rt.out = append(rt.out, pre...)
		start := rt.begin()
		u, err := at.unit(units[i])
		if err == nil {
			err = u.run(f, f.ctx)
		}
		if err == nil {
			err = rt.settle()
		}
		rt.capture--
		if err != nil {
			return t.via(t.at(err, n), "block", n.Line())
		}
		if esc != escapeNone && !f.autoescape {
			text := value.String(string(rt.out[start:]))
			rt.out = rt.out[:start]
			if err := f.write(text, esc); err != nil {
				return t.at(err, n)
			}
		}
		rt.out = append(rt.out, post...)
		return t.at(rt.written(), n)
	}
}

func noParentBlock(env *Env, name string) value.Value {
	return env.undefinedHint("there is no parent block called "+pyRepr(name)+".", "super")
}

// blockReference is self.name or super as a value.
type blockReference struct {
	name       string
	ctx        *scopeContext
	units      []*unit
	depth      int
	autoescape bool
}

// render shows the block.
func (b *blockReference) render(from *frame) error {
	from.rt.capture++
	u, err := (*place)(nil).unit(b.units[b.depth])
	if err == nil {
		err = u.run(from, b.ctx)
	}
	if err == nil {
		err = from.rt.settle()
	}
	from.rt.capture--
	return err
}

// Call returns what the block shows.
func (b *blockReference) Call(st value.State, a value.Args) (value.Value, error) {
	f, ok := st.(*frame)
	if !ok {
		return value.Value{}, value.NewError("TypeError", "a block can only be called while a template is rendered")
	}
	if a.Len() > 0 {
		if _, err := a.BindAfter("BlockReference.__call__", []string{"self"}); err != nil {
			return value.Value{}, err
		}
	}
	start := f.rt.begin()
	if err := b.render(f); err != nil {
		f.rt.abandon(start)
		return value.Value{}, err
	}
	v, err := f.rt.end(start)
	if err == nil && f.autoescape {
		return markSafe(v)
	}
	return v, err
}

// Attr returns super, the definition that this one overrides.
func (b *blockReference) Attr(name string) (value.Value, bool) {
	switch name {
	case "name":
		return value.String(b.name), true
	case "super":
		if b.depth+1 >= len(b.units) {
			return noParentBlock(b.units[0].tmpl.env, b.name), true
		}
		return value.Of(&blockReference{b.name, b.ctx, b.units, b.depth + 1, b.autoescape}), true
	}
	return value.Value{}, false
}

// TypeName is Python's name of the type.
func (*blockReference) TypeName() string { return "BlockReference" }

// QualifiedTypeName is the name in messages about missing attributes.
func (*blockReference) QualifiedTypeName() string { return "jinja2.runtime.BlockReference" }

// Repr prints an object without a representation of its own.
func (b *blockReference) Repr() string {
	return fmt.Sprintf("<jinja2.runtime.BlockReference object at %p>", b)
}

// selfReference is self.
type selfReference struct {
	ctx        *scopeContext
	autoescape bool
}

// Item returns a block of the template.
func (s *selfReference) Item(key value.Value) (value.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return value.Value{}, false
	}
	units := s.ctx.blocks.blocks[name]
	if len(units) == 0 {
		return value.Value{}, false
	}
	return value.Of(&blockReference{name, s.ctx, units, 0, s.autoescape}), true
}

// TypeName is Python's name of the type.
func (*selfReference) TypeName() string { return "TemplateReference" }

// QualifiedTypeName is the name in messages about missing attributes.
func (*selfReference) QualifiedTypeName() string { return "jinja2.runtime.TemplateReference" }

// Repr is Python's repr.
func (s *selfReference) Repr() string {
	if s.ctx.tmpl.name == "" {
		return "<TemplateReference None>"
	}
	return "<TemplateReference " + pyRepr(s.ctx.tmpl.name) + ">"
}

// String is Python's str.
func (s *selfReference) String() string { return s.Repr() }

func (c *compiler) extendsStmt(n *ast.Extends, fr *scopeFrame, list *[]stmt) stmt {
	if !fr.toplevel {
		c.fail(n, "cannot use extend from a non top-level scope")
	}
	t := c.tmpl
	again := func(*frame) error { return t.at(runtimeError("extended multiple times"), n) }
	if c.extends > 0 {
		if c.knownExtends {
			*list = append(*list, again)
			panic(compilerExit{})
		}
		*list = append(*list, func(f *frame) error {
			if f.parent != nil {
				return again(f)
			}
			return nil
		})
	}
	x := c.expr(n.Template, fr)
	if fr.rootlevel {
		c.knownExtends = true
	}
	c.extends++
	return func(f *frame) error {
		v, err := x(f)
		if err != nil {
			return t.at(err, n)
		}
		parent, err := f.rt.env.getTemplate(v, t)
		if err != nil {
			return t.via(t.at(err, n), "extends", n.Line())
		}
		f.parent = parent
		f.ctx.blocks = f.ctx.blocks.extend(parent)
		return nil
	}
}
