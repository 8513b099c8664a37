package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// An escaper says how the value of an output is written.
type escaper uint8

const (
	escapeNone    escaper = iota // str(v)
	escapeHTML                   // markupsafe.escape(v)
	escapeRunTime                // either, by the autoescape flag at run time
)

// escaperFor decides how one output is written. It is the only place where
// this is decided.
func (c *compiler) escaperFor(_ ast.Expr, ec *evalContext) escaper {
	switch {
	case ec.volatile:
		return escapeRunTime
	case ec.autoescape:
		return escapeHTML
	}
	return escapeNone
}

// output compiles text and printed expressions. Each expression writes the
// text before it, the last one that behind it as well.
func (c *compiler) output(n *ast.Output, fr *scopeFrame) stmt {
	if fr.requireOutputCheck && c.knownExtends {
		return nil
	}
	var list []stmt
	pre := ""
	var pending ast.Expr
	var before string
	for _, child := range n.Nodes {
		if s, ok := c.outputConst(child, fr); ok {
			pre += s
			continue
		}
		if pending != nil {
			list = append(list, c.print(pending, before, "", fr))
		}
		pending, before, pre = child, pre, ""
	}
	if pending != nil {
		list = append(list, c.print(pending, before, pre, fr))
	} else if pre != "" {
		list = append(list, c.text(pre))
	}
	s := sequence(list)
	if s == nil || !fr.requireOutputCheck {
		return s
	}
	return func(f *frame) error {
		if f.parent != nil {
			return nil
		}
		return s(f)
	}
}

func (c *compiler) text(s string) stmt {
	if c.env.Native {
		v := value.String(s)
		return func(f *frame) error {
			f.rt.vals = append(f.rt.vals, v)
			return nil
		}
	}
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, s...)
		if len(rt.out) > rt.mark {
			return rt.checkOutput()
		}
		return nil
	}
}

// outputConst renders a constant at compile time.
func (c *compiler) outputConst(n ast.Expr, fr *scopeFrame) (string, bool) {
	if data, ok := n.(*ast.TemplateData); ok {
		return data.Data, true // safe or plain, the text is the same
	}
	if c.env.Finalize != nil && !c.env.ConstFinalize {
		return "", false
	}
	v, ok := c.constant(n, fr.ec)
	if !ok {
		return "", false
	}
	if c.env.Native {
		if !safeRepr(v) {
			return "", false
		}
	} else if fr.ec.autoescape {
		var err error
		if v, err = value.Escape(v); err != nil {
			return "", false
		}
	}
	if c.env.Finalize != nil {
		r, err := c.env.Finalize(c.constState(fr.ec), value.Args{Pos: []value.Value{v}})
		if err != nil {
			return "", false
		}
		v = r
	}
	s, err := value.StrOf(v)
	if err != nil {
		return "", false
	}
	return s, true
}

// print compiles one printed expression between two texts.
func (c *compiler) print(n ast.Expr, pre, post string, fr *scopeFrame) stmt {
	if c.env.Native {
		list := []stmt{c.printNative(n, fr)}
		if pre != "" {
			list = append([]stmt{c.text(pre)}, list...)
		}
		if post != "" {
			list = append(list, c.text(post))
		}
		return sequence(list)
	}
	esc := c.escaperFor(n, fr.ec)
	if c.env.Finalize == nil {
		switch n := n.(type) {
		case *ast.Call:
			if s := c.printCall(n, esc, pre, post, fr); s != nil {
				return s
			}
		case *ast.Filter:
			if s := c.printFilter(n, esc, pre, post, fr); s != nil {
				return s
			}
		case *ast.Name:
			if s := c.printName(n, esc, pre, post, fr); s != nil {
				return s
			}
		case *ast.Getattr:
			if s := c.printAttr(n, esc, pre, post, fr); s != nil {
				return s
			}
		}
	}
	x := c.expr(n, fr)
	if fin := c.env.Finalize; fin != nil {
		inner := x
		x = func(f *frame) (value.Value, error) {
			v, err := inner(f)
			if err != nil {
				return v, err
			}
			return fin(f, value.Args{Pos: []value.Value{v}})
		}
	}
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		v, err := x(f)
		if err == nil {
			if err = f.write(v, esc); err == nil {
				rt.out = append(rt.out, post...)
				return nil
			}
		}
		return t.at(err, n)
	}
}

// localSlot is the slot of a name that is a variable of the running frame.
func (c *compiler) localSlot(n ast.Expr, fr *scopeFrame) (i int, undef value.Value, ok bool) {
	name, isName := n.(*ast.Name)
	if !isName {
		return 0, undef, false
	}
	id, found := fr.sym.findRef(name.Name)
	if !found {
		return 0, undef, false
	}
	s := fr.fn.find(id)
	if s.hops != 0 {
		return 0, undef, false
	}
	if l := c.loops[loopKey{fr.fn.owner(), s.i}]; l != nil {
		return 0, undef, false
	}
	return s.i, c.env.undefinedName(name.Name), true
}

// printName prints a variable of the frame.
func (c *compiler) printName(n *ast.Name, esc escaper, pre, post string, fr *scopeFrame) stmt {
	i, undef, ok := c.localSlot(n, fr)
	if !ok || esc == escapeRunTime {
		return nil
	}
	t := c.tmpl
	appendValue := value.AppendStr
	if esc == escapeHTML {
		appendValue = value.AppendEscaped
	}
	return func(f *frame) error {
		rt := f.rt
		v := f.vars[i]
		if missing(v) {
			v = undef
		}
		out := append(rt.out, pre...)
		var err error
		if esc == escapeHTML {
			out, err = value.AppendEscaped(out, v)
		} else {
			out, err = appendValue(out, v)
		}
		rt.out = append(out, post...)
		if err != nil {
			return t.at(err, n)
		}
		if len(rt.out) > rt.mark {
			return t.at(rt.checkOutput(), n)
		}
		return nil
	}
}

// printAttr prints an attribute of a variable of the frame.
func (c *compiler) printAttr(n *ast.Getattr, esc escaper, pre, post string, fr *scopeFrame) stmt {
	i, undef, ok := c.localSlot(n.Node, fr)
	if !ok || esc == escapeRunTime || c.env.Sandboxed {
		return nil
	}
	t, env, name := c.tmpl, c.env, n.Attr
	site := new(value.Site)
	return func(f *frame) error {
		rt := f.rt
		v, found := site.Lookup(f.vars[i], name)
		var err error
		if !found {
			obj := f.vars[i]
			if missing(obj) {
				obj = undef
			}
			if v, err = env.getattr(obj, name, site); err != nil {
				return t.at(err, n)
			}
		}
		out := append(rt.out, pre...)
		if esc == escapeHTML {
			out, err = value.AppendEscaped(out, v)
		} else {
			out, err = value.AppendStr(out, v)
		}
		rt.out = append(out, post...)
		if err != nil {
			return t.at(err, n)
		}
		if len(rt.out) > rt.mark {
			return t.at(rt.checkOutput(), n)
		}
		return nil
	}
}

// printFilter prints the result of a filter that can append it.
func (c *compiler) printFilter(n *ast.Filter, esc escaper, pre, post string, fr *scopeFrame) stmt {
	stream, ok := builtin.Stream[n.Name]
	if !ok || n.Node == nil || esc == escapeRunTime || !c.env.pure(n.Name) {
		return nil
	}
	plain, ok := c.env.Filter(n.Name)
	if !ok {
		return nil
	}
	input := c.expr(n.Node, fr)
	args := c.arguments(n.Name+"()", n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		v, err := input(f)
		if err != nil {
			return t.at(err, n)
		}
		top := rt.before()
		var a value.Args
		if args != nil {
			if a, err = args(f); err != nil {
				return t.at(err, n)
			}
		}
		if f.autoescape == (esc == escapeHTML) {
			rt.out, err = stream(f, rt.out, v, a)
		} else if v, err = plain(f, v, a); err == nil {
			err = f.write(v, esc)
		}
		if rt.failed != nil && err == nil {
			err, rt.failed = rt.failed, nil
		}
		rt.after(top)
		rt.out = append(rt.out, post...)
		if err != nil {
			return t.at(err, n)
		}
		if len(rt.out) > rt.mark {
			return t.at(rt.checkOutput(), n)
		}
		return nil
	}
}

// write appends a value as the escaper says.
func (f *frame) write(v value.Value, esc escaper) (err error) {
	rt := f.rt
	if esc == escapeHTML || esc == escapeRunTime && f.autoescape {
		rt.out, err = value.AppendEscaped(rt.out, v)
	} else {
		rt.out, err = value.AppendStr(rt.out, v)
	}
	if err != nil {
		return err
	}
	return rt.written()
}

// written is called after an output of unknown size.
func (rt *renderer) written() error {
	if len(rt.out) > rt.mark {
		return rt.checkOutput()
	}
	return nil
}

// writeRaw appends what a call, a filter block or a recursive loop returned:
// Jinja does not escape these.
func (f *frame) writeRaw(v value.Value) (err error) {
	rt := f.rt
	if rt.env.Native {
		rt.vals = append(rt.vals, v)
		return nil
	}
	if rt.out, err = value.AppendStr(rt.out, v); err != nil {
		return err
	}
	return rt.written()
}

func (c *compiler) printNative(n ast.Expr, fr *scopeFrame) stmt {
	x := c.expr(n, fr)
	t := c.tmpl
	fin := c.env.Finalize
	return func(f *frame) error {
		v, err := x(f)
		if err == nil && fin != nil {
			v, err = fin(f, value.Args{Pos: []value.Value{v}})
		}
		if err != nil {
			return t.at(err, n)
		}
		f.rt.vals = append(f.rt.vals, v)
		return nil
	}
}
