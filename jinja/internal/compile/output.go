package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/output"
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
	items, text := c.outputItems(n, fr)
	s := c.printItems(items, text, fr)
	if s == nil || !fr.requireOutputCheck {
		return s
	}
	hops := fr.fn.depth()
	return func(f *frame) error {
		root := f
		for range hops {
			root = root.up
		}
		if root.parent != nil {
			return nil
		}
		return s(f)
	}
}

// outputItem is a printed expression with the text before it.
type outputItem struct {
	pre string
	n   ast.Expr
}

// outputItems folds the constants of an output into text; what is left is the
// text behind the last expression.
func (c *compiler) outputItems(n *ast.Output, fr *scopeFrame) (items []outputItem, text string) {
	for _, child := range n.Nodes {
		if p := c.notes[child]; p != nil {
			if data, ok := child.(*ast.TemplateData); ok {
				items, text = c.textEvents(data, p.events, items, text)
				continue
			}
			if p.asText() {
				if s, ok := c.outputConst(child, fr); ok {
					text += s
					continue
				}
			}
		} else if s, ok := c.outputConst(child, fr); ok {
			text += s
			continue
		}
		items = append(items, outputItem{c.intern(text), child})
		text = ""
	}
	return items, c.intern(text)
}

// intern returns one copy of equal texts: a template that repeats itself needs
// less of the processor's cache.
func (c *compiler) intern(text string) string {
	if len(text) < 32 {
		return text
	}
	if have, ok := c.texts[text]; ok {
		return have
	}
	c.texts[text] = text
	return text
}

func (c *compiler) text(s string) stmt {
	if c.env.Native {
		v := value.String(s)
		return func(f *frame) error {
			return f.rt.emit(v)
		}
	}
	text := output.NewText(s)
	return func(f *frame) error {
		rt := f.rt
		rt.out = text.Append(rt.out)
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
	if _, html := v.HTML(); html && c.notes[n] != nil {
		return "", false
	}
	if c.env.Native {
		if s, ok := v.Str(); !safeRepr(v) || ok && s == "" { // an empty text is an output too
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
	if ev, ok := n.(*textEvent); ok {
		return c.printEvent(ev, pre, post)
	}
	if p := c.notes[n]; p != nil && esc != escapeNone {
		return c.printIn(n, p, pre, post, fr)
	}
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
		}
	}
	x := c.finalized(n, fr)
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
	key := loopKey{fr.fn.owner(), s.i}
	if c.loops[key] != nil || c.supers[key] != nil {
		return 0, undef, false
	}
	return s.i, c.env.undefinedName(name.Name), true
}

// printFilter prints the result of a filter that can append it.
func (c *compiler) printFilter(n *ast.Filter, esc escaper, pre, post string, fr *scopeFrame) stmt {
	stream, ok := builtin.Stream[n.Name]
	if !ok || n.Node == nil || esc == escapeRunTime || !c.env.pure(n.Name) || c.env.Plain {
		return nil
	}
	plain, ok := c.env.Filter(n.Name)
	if !ok {
		return nil
	}
	if text, ok := literalText(n.Node); ok && n.Name == "format" {
		stream = builtin.StreamFormat(text)
	}
	input := c.expr(n.Node, fr)
	args := c.arguments(pythonFilter(n.Name), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	var fixed value.Args
	if n.DynArgs == nil && n.DynKwargs == nil {
		if a, ok := c.fixedArguments(n.Args, n.Kwargs, fr); ok && args != nil {
			fixed, args = a, nil
		}
	}
	html := esc == escapeHTML
	before, behind := output.NewText(pre), output.NewText(post)
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		rt.out = before.Append(rt.out)
		v, err := input(f)
		switch {
		case err != nil:
		case f.autoescape != html:
			err = f.printFiltered(plain, v, fixed, args, esc)
		case args == nil:
			rt.out, err = stream(f, rt.out, v, fixed)
		default:
			var a value.Args
			top := rt.before()
			if a, err = args(f); err == nil {
				rt.out, err = stream(f, rt.out, v, a)
			}
			rt.after(top)
		}
		if rt.failed != nil && err == nil {
			err, rt.failed = rt.failed, nil
		}
		if err != nil {
			return t.at(err, n)
		}
		return rt.finishOutput(&behind, t, n)
	}
}

// printFiltered prints what a filter returns.
func (f *frame) printFiltered(fn value.Filter, v value.Value, a value.Args, args arguments, esc escaper) (err error) {
	top := f.rt.before()
	if args != nil {
		if a, err = args(f); err != nil {
			return err
		}
	}
	v, err = fn(f, v, a)
	f.rt.after(top)
	if err != nil {
		return err
	}
	return f.write(v, esc)
}

// finishOutput writes the text behind an output.
func (rt *renderer) finishOutput(post *output.Text, t *Template, n ast.Node) error {
	rt.out = post.Append(rt.out)
	if len(rt.out) > rt.mark {
		return t.at(rt.checkOutput(), n)
	}
	return nil
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
		return rt.emit(v)
	}
	if rt.out, err = value.AppendStr(rt.out, v); err != nil {
		return err
	}
	return rt.written()
}

func (c *compiler) printNative(n ast.Expr, fr *scopeFrame) stmt {
	x := c.finalized(n, fr)
	t := c.tmpl
	return func(f *frame) error {
		v, err := x(f)
		if err == nil {
			err = f.rt.emit(v)
		}
		return t.at(err, n)
	}
}

// finalized compiles a printed expression with the environment's Finalize.
func (c *compiler) finalized(n ast.Expr, fr *scopeFrame) expr {
	x, fin := c.expr(n, fr), c.env.Finalize
	if fin == nil {
		return x
	}
	return func(f *frame) (value.Value, error) {
		v, err := x(f)
		if err != nil {
			return v, err
		}
		return fin(f, value.Args{Pos: []value.Value{v}})
	}
}
