package compile

import (
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A store assigns a value to a target.
type store func(f *frame, v value.Value) error

// target compiles the target of an assignment.
func (c *compiler) target(n ast.Expr, fr *scopeFrame) store {
	switch n := n.(type) {
	case *ast.Name:
		if len(c.assigns) > 0 && (fr.toplevel || fr.loopFrame || fr.blockFrame) && n.Ctx == ast.Store {
			last := len(c.assigns) - 1
			if !c.assigns[last][n.Name] {
				c.assigns[last][n.Name] = true
				c.assignOrder[last] = append(c.assignOrder[last], n.Name)
			}
		}
		id, ok := fr.sym.findRef(n.Name)
		if !ok {
			c.unknownName(n, n.Name)
		}
		i := fr.fn.declare(id)
		return func(f *frame, v value.Value) error {
			f.vars[i] = v
			return nil
		}
	case *ast.InternalName:
		i := fr.fn.declare(ident{-1, n.Name})
		return func(f *frame, v value.Value) error {
			f.vars[i] = v
			return nil
		}
	case *ast.Tuple:
		targets := make([]store, len(n.Items))
		for i, item := range n.Items {
			targets[i] = c.target(item, fr)
		}
		return func(f *frame, v value.Value) error { return unpack(f, v, targets) }
	case *ast.NSRef:
		attr := n.Attr
		get := fr.fn.find(c.refOf(n.Name, n, fr))
		return func(f *frame, v value.Value) error {
			ns, ok := attrSetter(f.load(get))
			if !ok {
				return runtimeError("cannot assign attribute on non-namespace object")
			}
			return ns.SetAttr(attr, v)
		}
	}
	c.fail(n, "cannot assign to %T", n)
	return nil
}

func attrSetter(v value.Value) (value.AttrSetter, bool) {
	if v.Kind() != value.KindObject {
		return nil, false
	}
	s, ok := v.Any().(value.AttrSetter)
	return s, ok
}

func (c *compiler) refOf(name string, n ast.Node, fr *scopeFrame) ident {
	id, ok := fr.sym.findRef(name)
	if !ok {
		c.unknownName(n, name)
	}
	return id
}

// unpack assigns the elements of v to targets.
func unpack(f *frame, v value.Value, targets []store) error {
	n := len(targets)
	if s, ok := value.Seq(v); ok {
		if s.Len() > n {
			return tooMany(v, s.Len(), n)
		}
		if s.Len() < n {
			return value.Errorf("ValueError", "not enough values to unpack (expected %d, got %d)", n, s.Len())
		}
		for i, set := range targets {
			if err := set(f, s.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
	it, err := value.Iterate(v)
	if err != nil {
		if value.IsIterable(v) || v.IsUndefined() {
			return err
		}
		return value.Errorf("TypeError", "cannot unpack non-iterable %s object", value.TypeName(v))
	}
	items := make([]value.Value, 0, n)
	for {
		x, ok, err := it.Next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if len(items) == n {
			return tooMany(v, -1, n)
		}
		items = append(items, x)
	}
	if len(items) < n {
		return value.Errorf("ValueError", "not enough values to unpack (expected %d, got %d)", n, len(items))
	}
	for i, set := range targets {
		if err := set(f, items[i]); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(_ value.Value, _, want int) error {
	return value.Errorf("ValueError", "too many values to unpack (expected %d)", want)
}

// trackAssigns notes which names the target of a set statement stores; the
// result publishes them where the scope requires it.
func (c *compiler) trackAssigns(fr *scopeFrame, compile func() stmt) stmt {
	c.assigns = append(c.assigns, map[string]bool{})
	c.assignOrder = append(c.assignOrder, nil)
	code := compile()
	last := len(c.assigns) - 1
	names := c.assignOrder[last]
	c.assigns, c.assignOrder = c.assigns[:last], c.assignOrder[:last]
	return sequence([]stmt{code, c.publish(names, fr)})
}

// publish makes assigned names known to the context.
func (c *compiler) publish(names []string, fr *scopeFrame) stmt {
	if len(names) == 0 || !fr.blockFrame && !fr.loopFrame && !fr.toplevel {
		return nil
	}
	slots := make([]slot, len(names))
	for i, name := range names {
		id, _ := fr.sym.findRef(name)
		slots[i] = fr.fn.find(id)
	}
	if fr.loopFrame || fr.blockFrame {
		return func(f *frame) error {
			for i, name := range names {
				f.assigned = put(f.assigned, name, f.load(slots[i]))
			}
			return nil
		}
	}
	public := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return strings.HasPrefix(s, "_") })
	return func(f *frame) error {
		for i, name := range names {
			f.ctx.set(name, f.load(slots[i]))
		}
		for _, name := range public {
			f.ctx.export(name)
		}
		return nil
	}
}

func (c *compiler) assign(n *ast.Assign, fr *scopeFrame) stmt {
	t := c.tmpl
	check := c.checkNamespaces(n, fr)
	return c.trackAssigns(fr, func() stmt {
		set := c.target(n.Target, fr)
		x := c.expr(n.Node, fr)
		return sequence([]stmt{check, func(f *frame) error {
			v, err := x(f)
			if err == nil {
				err = set(f, v)
			}
			return t.at(err, n)
		}})
	})
}

// checkNamespaces checks the namespaces of a target before the value is
// computed.
func (c *compiler) checkNamespaces(n *ast.Assign, fr *scopeFrame) stmt {
	var list []stmt
	seen := map[string]bool{}
	t := c.tmpl
	ast.Walk(n.Target, func(x ast.Node) bool {
		ns, ok := x.(*ast.NSRef)
		if !ok || seen[ns.Name] {
			return true
		}
		seen[ns.Name] = true
		get := fr.fn.find(c.refOf(ns.Name, n, fr))
		list = append(list, func(f *frame) error {
			if _, ok := attrSetter(f.load(get)); !ok {
				return t.at(runtimeError("cannot assign attribute on non-namespace object"), n)
			}
			return nil
		})
		return true
	})
	return sequence(list)
}

func (c *compiler) assignBlock(n *ast.AssignBlock, fr *scopeFrame) stmt {
	return c.trackAssigns(fr, func() stmt {
		in := fr.inner()
		in.requireOutputCheck = false
		in.sym.analyze(n)
		in.buffered = true
		enter := orNothing(c.enterScope(in))
		body, spills := c.capturing(fr, func() stmt { return orNothing(c.body(n.Body, in)) })
		set := c.target(n.Target, fr)
		var filter expr
		var captured int
		if n.Filter != nil {
			captured = fr.fn.newSlot()
			filter = c.filter(n.Filter, in, c.filterInput(captured, in))
		}
		leave := orNothing(c.leaveScope(in))
		t := c.tmpl
		plain := c.notes[n] != nil && c.notes[n].plain
		escaped := n.Filter == nil || c.leavesEscaped(n.Filter)
		return func(f *frame) error {
			if err := enter(f); err != nil {
				return err
			}
			v, err := f.capturedAfter(body, spills)
			if err != nil {
				return err
			}
			if filter != nil {
				f.vars[captured] = v
				if v, err = filter(f); err != nil {
					return t.at(err, n)
				}
			}
			if f.autoescape && !plain {
				mark := markSafe
				if !escaped && f.Contextual() {
					mark = value.Escape
				}
				if v, err = mark(v); err != nil {
					return t.at(err, n)
				}
			}
			if err := set(f, v); err != nil {
				return t.at(err, n)
			}
			return leave(f)
		}
	})
}

// filterInput is the captured body as a filter block's filter sees it.
func (c *compiler) filterInput(i int, fr *scopeFrame) expr {
	volatile, autoescape := fr.ec.volatile, fr.ec.autoescape
	return func(f *frame) (value.Value, error) {
		v := f.vars[i]
		if volatile && f.autoescape || !volatile && autoescape {
			return markSafe(v)
		}
		return v, nil
	}
}

func (c *compiler) with(n *ast.With, fr *scopeFrame) stmt {
	in := fr.inner()
	in.sym.analyze(n)
	list := []stmt{c.enterScope(in)}
	t := c.tmpl
	for i, target := range n.Targets {
		set, x := c.target(target, in), c.expr(n.Values[i], fr)
		list = append(list, func(f *frame) error {
			v, err := x(f)
			if err == nil {
				err = set(f, v)
			}
			return t.at(err, n)
		})
	}
	list = append(list, c.body(n.Body, in), c.leaveScope(in))
	return sequence(list)
}

func (c *compiler) exprStmt(n *ast.ExprStmt, fr *scopeFrame) stmt {
	x := c.expr(n.Node, fr)
	t := c.tmpl
	return func(f *frame) error {
		if _, err := x(f); err != nil {
			return t.at(err, n)
		}
		return nil
	}
}

func (c *compiler) modifyEvalContext(options []*ast.Keyword, fr *scopeFrame) stmt {
	var list []stmt
	for _, o := range options {
		x := c.expr(o.Value, fr)
		if o.Key != "autoescape" {
			continue
		}
		t := c.tmpl
		list = append(list, func(f *frame) error {
			v, err := x(f)
			if err == nil {
				f.autoescape, err = value.TruthErr(v)
			}
			return t.at(err, o)
		})
		if v, ok := c.constant(o.Value, fr.ec); ok {
			fr.ec.autoescape = value.Truth(v)
		} else {
			fr.ec.volatile = true
		}
	}
	return sequence(list)
}

func (c *compiler) scopedEvalContext(n *ast.ScopedEvalContextModifier, fr *scopeFrame) stmt {
	saved := *fr.ec
	set := orNothing(c.modifyEvalContext(n.Options, fr))
	var list []stmt
	c.statements(n.Body, fr, &list)
	body := orNothing(sequence(list))
	*fr.ec = saved
	return func(f *frame) error {
		old := f.autoescape
		if err := set(f); err != nil {
			return err
		}
		if err := body(f); err != nil {
			if err == errBreak || err == errContinue {
				f.autoescape = old
			}
			return err
		}
		f.autoescape = old
		return nil
	}
}
