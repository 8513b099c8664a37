package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A leafMacro is a macro that sees nothing but its parameters and calls nothing that could call a template again: it
// prints them, filtered or not, between texts and conditions. No two such macros run at once in a render, so that one
// frame is enough for all of them, and a call of one costs little more than what it prints.
type leafMacro struct {
	body     stmt          // without what gives the parameters their defaults
	defaults []leafDefault // by parameter
}

// leafDefault is the value of a parameter that is not given; ok is false when it has to be computed.
type leafDefault struct {
	v  value.Value
	ok bool
}

// maxLeafArgs bounds the arguments of a call that is made in this way.
const maxLeafArgs = 4

// leafMacro describes the macro of code, whose body has just been compiled, nil when it is none.
func (c *compiler) leafMacro(code *macroCode, params []*ast.Name, defaults []ast.Expr, nodes []ast.Stmt, body stmt, fr *scopeFrame) *leafMacro {
	if code.caller != -1 || code.kwargs >= 0 || code.varargs >= 0 || code.unit.slots != len(params) || code.unit.loops > 0 ||
		c.env.Sandboxed || c.env.Native || c.env.Finalize != nil || fr.ec.volatile || c.env.Plain {
		return nil
	}
	names := map[string]bool{}
	for _, p := range params {
		names[p.Name] = true
	}
	if !c.leafBody(nodes, names) {
		return nil
	}
	m := &leafMacro{body: orNothing(body)}
	for i, p := range params {
		d := leafDefault{c.env.undefinedHint("parameter "+pyRepr(p.Name)+" was not provided", p.Name), true}
		if j := i - len(params) + len(defaults); j >= 0 {
			v, ok := c.constant(defaults[j], fr.ec)
			d = leafDefault{v, ok && safeRepr(v) && !mutable(v)}
		}
		m.defaults = append(m.defaults, d)
	}
	return m
}

// leafBody reports whether statements are such as a leafMacro has.
func (c *compiler) leafBody(nodes []ast.Stmt, params map[string]bool) bool {
	ok := true
	ast.WalkBody(nodes, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Output, *ast.If, *ast.Const, *ast.TemplateData, *ast.Getattr, *ast.Compare, *ast.Operand, *ast.CondExpr,
			*ast.Concat, *ast.Keyword, ast.Binary, ast.Unary:
		case *ast.Name:
			ok = ok && n.Ctx == ast.Load && params[n.Name]
		case *ast.Filter:
			ok = ok && n.Node != nil && c.env.pure(n.Name)
		case *ast.Test:
			ok = ok && c.env.pure("is "+n.Name)
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// leafCall is how a place calls one leafMacro.
type leafCall struct {
	code  *macroCode
	body  stmt
	slots []int // of the arguments
	fill  []leafFill
}

type leafFill struct {
	slot int
	v    value.Value
}

// leafCall plans the call of a macro that accepts the arguments, nil when it cannot be made in this way.
func (code *macroCode) leafCall(pos int, kws []keyword) *leafCall {
	m := code.leaf
	if m == nil || pos+len(kws) > maxLeafArgs {
		return nil
	}
	call := &leafCall{code: code, body: m.body}
	given := make([]bool, len(code.args))
	for i := range pos {
		call.slots = append(call.slots, code.slots[i])
		given[i] = true
	}
	for i := range kws {
		p := code.parameter(kws[i].name, pos)
		call.slots = append(call.slots, code.slots[p])
		given[p] = true
	}
	for i, g := range given {
		if d := m.defaults[i]; !g {
			if !d.ok {
				return nil
			}
			call.fill = append(call.fill, leafFill{code.slots[i], d.v})
		}
	}
	return call
}

// renderLeaf is renderWith for a call that has been planned.
func (m *Macro) renderLeaf(from *frame, call *leafCall, args []expr) (err error, inside bool) {
	if len(args) == 1 {
		v, err := args[0](from)
		if err != nil {
			return err, false
		}
		if value.Missing(v) {
			return m.renderValues(from, call.slots, []value.Value{v}), true
		}
		f, err := m.leafFrame(from, call)
		if err != nil {
			return err, true
		}
		f.vars[call.slots[0]] = v
		return f.runLeaf(call), true
	}
	var given [maxLeafArgs]value.Value
	absent := false
	for i, x := range args {
		if given[i&(maxLeafArgs-1)], err = x(from); err != nil {
			return err, false
		}
		absent = absent || value.Missing(given[i&(maxLeafArgs-1)])
	}
	if absent {
		return m.renderValues(from, call.slots, given[:len(args)]), true
	}
	f, err := m.leafFrame(from, call)
	if err != nil {
		return err, true
	}
	for i, slot := range call.slots {
		f.vars[slot] = given[i&(maxLeafArgs-1)]
	}
	return f.runLeaf(call), true
}

// leafFrame returns the frame of leaf macros, for the arguments of this one.
func (m *Macro) leafFrame(from *frame, call *leafCall) (*frame, error) {
	rt := from.rt
	if rt.depth >= rt.env.Limits.recursion() {
		return nil, tooDeep()
	}
	f := rt.leaf
	if f == nil {
		f = &frame{rt: rt}
		rt.leaf = f
	}
	if f.unit != call.code.unit || f.ctx != m.frame.ctx {
		f.unit, f.ctx, f.up = call.code.unit, m.frame.ctx, m.frame
		if n := call.code.unit.slots; cap(f.vars) < n {
			f.vars = make([]value.Value, n, n+4)
		} else {
			f.vars = f.vars[:n]
		}
	}
	for i := range call.fill {
		f.vars[call.fill[i].slot] = call.fill[i].v
	}
	f.autoescape = m.frame.ctx.autoescape
	if from.ctx.evaluatesAs(m.frame.ctx) {
		f.autoescape = from.autoescape
	}
	return f, nil
}

func (f *frame) runLeaf(call *leafCall) error {
	rt := f.rt
	rt.depth++
	rt.capture++
	err := call.body(f)
	rt.capture--
	rt.depth--
	return err
}

// renderValues is renderWith for arguments that have been evaluated.
func (m *Macro) renderValues(from *frame, slots []int, given []value.Value) error {
	rt := from.rt
	f, err := rt.enter(m.code.unit, m.frame.ctx, m.frame)
	if err != nil {
		return err
	}
	for i, v := range given {
		f.vars[slots[i]] = v
	}
	err = m.run(f, from)
	rt.leave(f)
	return err
}

// forgetLeaf drops what the frame of leaf macros refers to.
func (rt *renderer) forgetLeaf() {
	if f := rt.leaf; f != nil && f.unit != nil {
		clear(f.vars[:cap(f.vars)])
		f.unit, f.ctx, f.up = nil, nil, nil
	}
}
