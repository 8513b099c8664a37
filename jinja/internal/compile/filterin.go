package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// printFilterIn prints a filter that can append its result in an attribute where
// that is escaped as between tags: the result of a plain text is none of Markup.
// nil means that there is no such way.
func (c *compiler) printFilterIn(n *ast.Filter, p *note, pre, post string, fr *scopeFrame) stmt {
	x := &leafPrint{esc: escapeHTML, html: true}
	x.in = p.esc
	x.settle(pre)
	if x.place != value.InQuote || p.site != nil || p.expr != nil || c.env.Finalize != nil || c.env.Plain || c.escaperFor(n, fr.ec) != escapeHTML ||
		n.Node == nil || c.notes[n.Node] != nil || !builtin.StreamPlain[n.Name] || !c.env.pure(n.Name) || !c.leafFilter(x, n, fr) {
		return nil
	}
	for _, v := range x.args.Pos {
		if !unmarked(v) {
			return nil
		}
	}
	for i := range x.args.Kw {
		if !unmarked(x.args.Kw[i].Value) {
			return nil
		}
	}
	r, ok := c.read(n.Node, fr)
	if !ok || r.loop != nil {
		return nil
	}
	general := c.printIn(n, p, "", post, fr)
	before, behind := value.NewText(pre), value.NewText(post)
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		out := before.Append(rt.out)
		rt.out = out
		v := f.vars[r.slot]
		if r.site != nil {
			s, ok := r.site.Str(v, r.name)
			if !ok {
				return general(f)
			}
			v = value.String(s)
		}
		if !f.autoescape || !unmarked(v) {
			return general(f)
		}
		done := false
		if s, ok := v.PlainText(); ok && x.cased != nil {
			rt.out, done = x.cased(out, s, true)
		}
		if !done {
			if err := x.printValue(f, v); err != nil {
				return t.at(err, n)
			}
		}
		return rt.finishOutput(&behind, t, n)
	}
}

// unmarked reports whether v is a value of the language that is neither Markup nor
// undefined.
func unmarked(v value.Value) bool { return v.IsPlain() && !v.IsSafe() && !v.IsUndefined() }
