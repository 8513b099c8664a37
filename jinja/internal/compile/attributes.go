package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// Attributes that come from values are escaped each as if it stood in the template:
// those of xmlattr, and those in Markup.

// xmlattrOf returns the filter when an expression is xmlattr.
func (c *compiler) xmlattrOf(n ast.Expr) *ast.Filter {
	if f, ok := n.(*ast.Filter); ok && f.Name == "xmlattr" && f.Node != nil && c.env.pure("xmlattr") {
		return f
	}
	return nil
}

// fixedAttributes takes the set through the attributes of a dict display that decide
// what is in their element, and returns their names. They have to be constants.
func (a *analysis) fixedAttributes(n *ast.Filter) (names []string, ok bool) {
	d, isDict := n.Node.(*ast.Dict)
	if !isDict {
		return nil, true
	}
	for _, pair := range d.Items {
		k, _ := pair.Key.(*ast.Const)
		if k == nil {
			continue
		}
		name, _ := k.Value.(string)
		if !a.set.Decides(name) {
			continue
		}
		v, constant := a.c.constant(pair.Value, &evalContext{autoescape: true})
		if constant && (v.IsNone() || v.IsUndefined()) {
			continue
		}
		text, err := value.AppendEscaped(nil, v)
		if !constant || err != nil {
			a.fail(pair.Value, "the attribute %s decides what is in the element, its value cannot be an output here: write it as text, in branches if need be", name)
			return nil, false
		}
		a.set.Advance(" " + string(markup.Escape(name)) + `="` + string(text) + `"`)
		names = append(names, name)
	}
	return names, true
}

// printXMLAttr prints the filter xmlattr in a tag.
func (c *compiler) printXMLAttr(n *ast.Filter, p *note, pre, post string, fr *scopeFrame) stmt {
	input := c.expr(n.Node, fr)
	args := c.arguments(pythonFilter(n.Name), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	t := c.tmpl
	write := func(f *frame) error {
		v, err := input(f)
		if err != nil {
			return err
		}
		top := f.rt.before()
		defer f.rt.after(top)
		var a value.Args
		if args != nil {
			if a, err = args(f); err != nil {
				return err
			}
		}
		return builtin.Attributes(f, v, a, func(space bool, key, x value.Value) error { return f.writeAttribute(space, key, x, p) })
	}
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		err := write(f)
		if err == nil && rt.failed != nil {
			err, rt.failed = rt.failed, nil
		}
		if err == nil {
			rt.out = append(rt.out, post...)
			err = rt.written()
		}
		return t.at(err, n)
	}
}

// writeAttribute writes an attribute of xmlattr.
func (f *frame) writeAttribute(space bool, key, x value.Value, p *note) (err error) {
	rt := f.rt
	name, _ := key.Str()
	e, refused := p.tag.Attr(name)
	for _, fixed := range p.fixed {
		if fixed == name {
			e, refused = context.EscAttr, ""
		}
	}
	if refused != "" {
		return value.Errorf("EscapeError", "xmlattr cannot write the attribute %s here: %s", name, refused)
	}
	if space {
		rt.out = append(rt.out, ' ')
	}
	if rt.out, err = value.AppendEscaped(rt.out, key); err != nil {
		return err
	}
	rt.out = append(rt.out, '=', '"')
	if err = f.writeIn(x, e); err != nil {
		return err
	}
	rt.out = append(rt.out, '"')
	return nil
}

// writeNames writes what an output in a tag gives: names of attributes, and the whole
// attributes in Markup.
func (f *frame) writeNames(v value.Value, e context.Escaper, tag *context.Set) error {
	h, ok := v.HTML()
	if tag == nil || !ok || e.Is(context.Raw) || v.SafeKind() == markup.KindAttrs || v.SafeKind() == markup.KindJSON {
		return f.writeIn(v, e)
	}
	rt := f.rt
	for h != "" {
		a, rest, ok := context.NextAttr(h)
		whole := h[:len(h)-len(rest)]
		h = rest
		if !ok {
			if h != "" { // it goes on behind the end of the tag
				rt.out = append(rt.out, " "+context.Blocked...)
			}
			break
		}
		rt.out = context.AppendSpace(rt.out, whole, e)
		e |= context.Space
		in, refused := tag.Attr(a.Name)
		switch {
		case a.Bare:
			rt.out, _ = context.Append(rt.out, context.EscNames, a.Name, markup.KindText)
		case refused != "":
			rt.out = append(rt.out, context.Blocked...)
		case in.Kind() == context.EscAttr && a.Quoted:
			rt.out = append(rt.out, context.TrimSpace(whole)...)
		default:
			rt.out = append(append(rt.out, a.Name...), '=', '"')
			if err := f.writeIn(value.String(context.AttrText(a.Value)), in); err != nil {
				return err
			}
			rt.out = append(rt.out, '"')
		}
	}
	return rt.written()
}
