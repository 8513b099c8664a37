package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// leafPrint is the body of a leafMacro that prints one parameter, filtered or not, between two texts. It needs no frame:
// nothing in it can see that it is run in the frame of the call.
type leafPrint struct {
	read
	post string
	tmpl *Template
	esc  escaper
	html bool // esc is escapeHTML

	// a filter that can append its result, with arguments that are the same each time; nil without one
	stream builtin.AppendFilter
	plain  value.Filter
	args   value.Args
	cased  func(buf []byte, s string, html bool) (_ []byte, ok bool) // of a plain text, may be nil
}

// leafPrint describes a body, nil when it is not such a one.
func (c *compiler) leafPrint(nodes []ast.Stmt, fr *scopeFrame) *leafPrint {
	if len(nodes) != 1 {
		return nil
	}
	output, ok := nodes[0].(*ast.Output)
	if !ok {
		return nil
	}
	items, post := c.outputItems(output, fr)
	if len(items) != 1 {
		return nil
	}
	n := items[0].n
	x := &leafPrint{post: post, tmpl: c.tmpl, esc: c.escaperFor(n, fr.ec)}
	x.html = x.esc == escapeHTML
	shown := n
	if filter, ok := n.(*ast.Filter); ok {
		if c.notes[n] != nil || c.notes[filter.Node] != nil || !c.leafFilter(x, filter, fr) {
			return nil
		}
		shown = filter.Node
	}
	if x.read, ok = c.read(shown, fr); !ok || x.site != nil {
		return nil
	}
	x.settle(items[0].pre)
	x.node, x.pre = n, value.NewText(items[0].pre)
	return x
}

func (c *compiler) leafFilter(x *leafPrint, n *ast.Filter, fr *scopeFrame) (ok bool) {
	if x.stream, ok = builtin.Stream[n.Name]; !ok || n.DynArgs != nil || n.DynKwargs != nil {
		return false
	}
	if x.plain, ok = c.env.Filter(n.Name); !ok {
		return false
	}
	if len(n.Args)+len(n.Kwargs) == 0 {
		x.cased = builtin.StreamText[n.Name]
		return true
	}
	x.args, ok = c.fixedArguments(n.Args, n.Kwargs, fr)
	return ok
}

// leafDirect is a call of such a macro with the argument that it prints, in one piece with the text around the call.
type leafDirect struct {
	*leafPrint
	head, tail   value.Text
	before, post value.Text // of the call alone
}

// between joins the call, which stands between two texts, with the macro's own, where that is possible.
func (call *leafCall) between(pre, post string) {
	if x := call.prints; x != nil && len(call.slots) == 1 && call.slots[0] == x.slot {
		call.direct = &leafDirect{x, value.NewText(pre + x.pre.String()), value.NewText(x.post + post), value.NewText(pre), value.NewText(post)}
	}
}

// applies reports whether the macro can be run in the frame of the call: that escapes as its own would.
func (x *leafDirect) applies(m *Macro, from *frame) bool {
	return (from.autoescape == m.frame.ctx.autoescape || from.ctx.evaluatesAs(m.frame.ctx)) && from.rt.depth < from.rt.env.Limits.recursion()
}

// run runs the call n of the template t with an argument.
func (x *leafDirect) run(f *frame, arg expr, m *Macro, t *Template, n *ast.Call) error {
	v, err := arg(f)
	if err != nil {
		return t.at(err, n)
	}
	rt := f.rt
	if missing(v) { // it gets its default
		rt.out = x.before.Append(rt.out)
		if err := m.renderValues(f, []int{x.slot}, []value.Value{v}); err != nil {
			return t.via(t.at(err, n), "macro", n.Line())
		}
		return rt.finishOutput(&x.post, t, n)
	}
	out := x.head.Append(rt.out)
	done := false
	if x.cased != nil && f.autoescape == x.html {
		if s, ok := v.PlainText(); ok {
			out, done = x.cased(out, s, x.html)
		}
	}
	if !done {
		rt.out = out
		rt.capture++
		err := x.printValue(f, v)
		rt.capture--
		if err != nil {
			return t.via(t.at(x.tmpl.at(err, x.node), n), "macro", n.Line())
		}
		out = rt.out
	}
	inside := len(out)
	rt.out = x.tail.Append(out)
	if len(rt.out) > rt.mark {
		return x.look(rt, inside, t, n)
	}
	return nil
}

// look looks at the output, first at what the macro has written up to inside.
func (x *leafDirect) look(rt *renderer, inside int, t *Template, n *ast.Call) error {
	all := rt.out
	rt.out = all[:inside]
	rt.capture++
	err := rt.written()
	rt.capture--
	rt.out = all
	if err != nil {
		return t.via(t.at(x.tmpl.at(err, x.node), n), "macro", n.Line())
	}
	return t.at(rt.written(), n)
}

func (x *leafPrint) printValue(f *frame, v value.Value) (err error) {
	rt := f.rt
	switch {
	case x.stream != nil:
		if f.autoescape == x.html {
			rt.out, err = x.stream(f, rt.out, v, x.args)
		} else if v, err = x.plain(f, v, x.args); err == nil {
			err = f.write(v, x.esc)
		}
		if rt.failed != nil && err == nil {
			err, rt.failed = rt.failed, nil
		}
	case x.in != 0:
		rt.out, err = f.appendIn(rt.out, v, &x.read)
	case x.html:
		rt.out, err = value.AppendEscaped(rt.out, v)
	default:
		rt.out, err = value.AppendStr(rt.out, v)
	}
	return err
}
