package compile

import (
	"strings"
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// track decides whether the template's contexts are followed, and prepares for
// it.
func (c *compiler) track(tree *ast.Template) *context.Set {
	if !c.contextual() || !c.tmpl.autoescape && !changesAutoescape(tree.Body) {
		return nil
	}
	c.tracking = true
	c.tmpl.tree = tree
	c.escapeMessages(tree)
	c.notes, c.blockAt = map[ast.Node]*note{}, map[*ast.Block]*unitContext{}
	for _, n := range tree.Body {
		if x, ok := n.(*ast.Extends); ok {
			c.rootExtends = append(c.rootExtends, x)
		}
	}
	for p := c.tmpl.opener; p != nil; p = p.opener {
		if p.name == c.tmpl.name {
			c.alone = true // templates that include each other
		}
	}
	c.tmpl.token = c.env.FormField != nil && mentionsToken(tree.Body)
	start := c.document()
	return &start
}

// messages are the functions that make Markup of the messages that they are given, and
// how many of those they take.
var messages = map[string]int{"_": 1, "gettext": 1, "pgettext": 2, "ngettext": 2, "npgettext": 3}

// escapeMessages lets messages that are values and not the template's own text be
// escaped before they become Markup.
func (c *compiler) escapeMessages(tree *ast.Template) {
	if c.env.Extensions.I18n == nil || !c.env.Extensions.I18n.Newstyle {
		return
	}
	ast.Walk(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.Call)
		if !ok {
			return true
		}
		name, ok := call.Node.(*ast.Name)
		if !ok {
			return true
		}
		for i := range min(messages[name.Name], len(call.Args)) {
			switch arg := call.Args[i].(type) {
			case *ast.Const:
			default:
				call.Args[i] = &ast.Filter{Pos: ast.Pos{Lineno: int32(arg.Line()), Col: int32(arg.Column())}, Node: arg, Name: "escape"}
			}
		}
		return true
	})
}

func changesAutoescape(body []ast.Stmt) (found bool) {
	ast.WalkBody(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.EvalContextModifier, *ast.ScopedEvalContextModifier:
			found = true
		case ast.Expr:
			return false
		}
		return !found
	})
	return found
}

// blockContext is where a block starts and ends: at, where the template shows
// it, or between tags for one that the parent shows.
func (c *compiler) blockContext(b *ast.Block, ec *evalContext, at *context.Set) *unitContext {
	if at != nil {
		return c.analyse(b.Body, *at, ec)
	}
	if u := c.blockAt[b]; u != nil {
		return u
	}
	return c.analyse(b.Body, c.document(), ec)
}

// asText reports whether what is not Markup is printed as between tags.
func (p *note) asText() bool {
	return p.site == nil && p.expr == nil && p.esc.Kind() == context.EscAttr && !p.esc.Is(context.Bare)
}

// place is where something else is rendered, not between tags.
type place struct {
	site, want *context.Set
	volatile   bool                     // a call: whether its result is escaped is known at run time
	last       atomic.Pointer[[2]*unit] // a unit and its variant
}

// placeOf returns the place of a block or include, nil between tags.
func (c *compiler) placeOf(n ast.Node) *place {
	if p := c.notes[n]; p != nil && p.site != nil {
		return &place{site: p.site, want: p.want}
	}
	return nil
}

// unit returns u as it is compiled for the place.
func (p *place) unit(u *unit) (*unit, error) {
	if p == nil {
		if u.ctx == nil {
			return u, nil
		}
		return u.in(nil, nil)
	}
	if have := p.last.Load(); have != nil && have[0] == u {
		return have[1], nil
	}
	v, err := u.in(p.site, p.want)
	if err == nil {
		p.last.Store(&[2]*unit{u, v})
	}
	return v, err
}

// in returns the macro's code for a place.
func (code *macroCode) in(site, want *context.Set) (*macroCode, error) {
	if code.again == nil {
		return code, nil // nothing is escaped in it
	}
	if !code.unit.startsAt(site) {
		start := context.Of(context.Start(false))
		if site != nil {
			start = *site
		}
		code = code.specialised(start)
	}
	return code, code.unit.fits(want)
}

// specialised returns the macro's code as it is compiled for a context.
func (code *macroCode) specialised(start context.Set) *macroCode {
	code.mu.Lock()
	defer code.mu.Unlock()
	for _, v := range code.variants {
		if v.unit.startsAt(&start) {
			return v
		}
	}
	v := code.again(start)
	if len(code.variants) < maxVariants {
		code.variants = append(code.variants, v)
	}
	return v
}

// macroAgain compiles a macro for another context.
func (c *compiler) macroAgain(ec evalContext, loops map[loopKey]*loopCode, outer *scopeFrame, compile func(outer *scopeFrame) *macroCode) (code *macroCode) {
	u := c.again(func() *unit {
		saved, assigns, order, params := c.loops, c.assigns, c.assignOrder, c.paramDefs
		defer func() { c.loops, c.assigns, c.assignOrder, c.paramDefs = saved, assigns, order, params }()
		c.loops, c.assigns, c.assignOrder, c.paramDefs = loops, nil, nil, nil
		fr := *outer
		fr.ec = &ec
		code = compile(&fr)
		return code.unit
	})
	if code == nil {
		code = &macroCode{unit: u, caller: -1, kwargs: -1, varargs: -1, explicitIndex: -1}
	}
	return code
}

// printIn prints an expression in a place that is not between tags.
func (c *compiler) printIn(n ast.Expr, p *note, pre, post string, fr *scopeFrame) stmt {
	t, e := c.tmpl, p.esc
	if call, ok := n.(*ast.Call); ok && p.site != nil && c.env.Finalize == nil && !c.env.Sandboxed {
		return c.printCallIn(call, p, pre, post, fr)
	}
	if x := c.xmlattrOf(n); x != nil && p.tag != nil && c.env.Finalize == nil && !fr.ec.volatile {
		return c.printXMLAttr(x, p, pre, post, fr)
	}
	shown := n
	if p.expr != nil {
		shown = p.expr
	}
	x := c.finalized(shown, fr)
	tag, volatile := p.tag, fr.ec.volatile // whether anything is escaped is known at run time
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		v, err := x(f)
		if err == nil {
			if volatile && !f.autoescape {
				err = f.write(v, escapeNone)
			} else {
				err = f.writeNames(v, e, tag)
			}
			if err == nil {
				rt.out = append(rt.out, post...)
				return nil
			}
		}
		return t.at(err, n)
	}
}

// printCallIn prints a call. A macro or block that is called is rendered as it
// is compiled for the place.
func (c *compiler) printCallIn(n *ast.Call, p *note, pre, post string, fr *scopeFrame) stmt {
	t, e := c.tmpl, p.esc
	at := &place{site: p.site, want: p.want, volatile: fr.ec.volatile}
	if s := c.printSuper(n, at, escapeNone, pre, post, fr); s != nil {
		return s
	}
	value_ := c.call(n, fr, nil)
	var macroOf expr
	args := c.arguments(c.callee(), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	switch fn := n.Node.(type) {
	case *ast.Name:
		macroOf = c.callable(n.Node, fr)
	case *ast.Getattr:
		if name, ok := fn.Node.(*ast.Name); ok && name.Name != "loop" {
			macroOf = c.callable(n.Node, fr)
		}
	}
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		err := f.callIn(macroOf, args, value_, at, e)
		if err != nil {
			return t.via(t.at(err, n), "macro", n.Line())
		}
		rt.out = append(rt.out, post...)
		return t.at(rt.written(), n)
	}
}

// callIn calls what fn gives, if that is a macro or a block, for the place at;
// anything else is called by plain and its result escaped.
func (f *frame) callIn(fn expr, args arguments, plain expr, at *place, e context.Escaper) error {
	rt := f.rt
	if at.volatile && !f.autoescape {
		v, err := plain(f)
		if err != nil {
			return err
		}
		return f.write(v, escapeNone)
	}
	if fn != nil {
		v, err := fn(f)
		if err != nil {
			return err
		}
		if v.Kind() == value.KindObject {
			switch x := v.Any().(type) {
			case *Macro:
				code, err := x.code.in(at.site, at.want)
				if err != nil {
					return err
				}
				top := rt.before()
				var a value.Args
				if args != nil {
					if a, err = args(f); err != nil {
						return err
					}
				}
				m := Macro{code, x.frame, x.autoescape}
				err = m.render(f, a)
				rt.after(top)
				return err
			case *blockReference:
				if args == nil {
					u, err := x.units[x.depth].in(at.site, at.want)
					if err != nil {
						return err
					}
					rt.capture++
					if err = u.run(f, x.ctx); err == nil {
						err = rt.settle()
					}
					rt.capture--
					return err
				}
			}
		}
	}
	v, err := plain(f)
	if err != nil {
		return err
	}
	if e.Kind() == context.EscNames {
		return f.writeNames(v, e, at.site)
	}
	return f.writeIn(v, e)
}

// callBlockIn compiles a call block that does not stand between tags.
func (c *compiler) callBlockIn(n *ast.CallBlock, p *note, slot int, code *macroCode, caller expr, fr *scopeFrame) stmt {
	plain := c.call(n.Call, fr, caller)
	args := c.arguments(c.callee(), n.Call.Args, n.Call.Kwargs, n.Call.DynArgs, n.Call.DynKwargs, caller, fr)
	fn := c.expr(n.Call.Node, fr)
	t := c.tmpl
	at := &place{site: p.site, want: p.want, volatile: fr.ec.volatile}
	e := p.esc
	return func(f *frame) error {
		f.vars[slot] = code.bind(f)
		if err := f.callIn(fn, args, plain, at, e); err != nil {
			return t.via(t.at(err, n), "macro", n.Line())
		}
		return nil
	}
}

// writeFiltered writes what a filter block gives in a place that is not between
// tags. Its body was escaped for the place already.
func (f *frame) writeFiltered(v value.Value, e context.Escaper) error {
	rt := f.rt
	switch e.Kind() {
	case context.EscRCData, context.EscAttr, context.EscData:
		s, err := value.StrOf(v)
		if err != nil {
			return err
		}
		if rt.out, err = context.Append(rt.out, e, s, markup.KindHTML); err != nil {
			return err
		}
		return rt.written()
	case context.EscURL, context.EscURLRest, context.EscURLSlash:
		if s, err := value.StrOf(v); err == nil && context.StartsWithSlash(s) {
			rt.out = context.BeforeSlash(rt.out) // there was white space before it, or nothing
		}
	}
	return f.writeRaw(v)
}

// writeIn writes a value through the escaper of its place.
func (f *frame) writeIn(v value.Value, e context.Escaper) (err error) {
	rt := f.rt
	if e.Is(context.Own) && !e.Is(context.Trusted) && v.SafeKind() != markup.KindResourceURL {
		rt.tag.vouched = false
	}
	switch e.Kind() {
	case context.EscAttr:
		if _, isHTML := v.HTML(); !isHTML && !e.Is(context.Bare) {
			rt.out, err = value.AppendEscaped(rt.out, v)
			if err != nil {
				return err
			}
			return rt.written()
		}
	case context.EscJS, context.EscJSON, context.EscJSONMap:
		if !v.IsString() {
			if err = f.writeScriptValue(v, e); err != nil {
				return err
			}
			return rt.written()
		}
	case context.EscResource:
		if rt.env.Strict && !e.Is(context.Trusted) {
			e = e&^0xff | context.EscTyped
		}
	}
	s, kind, err := textIn(v)
	if err != nil {
		return err
	}
	if rt.env.LinkSchemes != nil && kind == markup.KindText && context.HasScheme(e, s, rt.env.LinkSchemes) {
		kind = markup.KindURL
	}
	if e.Kind() == context.EscTyped && e.Is(context.Trusted) {
		kind = markup.KindResourceURL
	}
	if rt.out, err = context.Append(rt.out, e, s, kind); err != nil {
		return escapeError(err)
	}
	return rt.written()
}

// textIn is the text of a value and where that is safe.
func textIn(v value.Value) (string, markup.Kind, error) {
	if s, ok := v.Str(); ok {
		return s, v.SafeKind(), nil
	}
	if h, ok := v.HTML(); ok {
		return h, markup.KindHTML, nil
	}
	s, err := value.StrOf(v)
	return s, markup.KindText, err
}

// writeScriptValue writes a value that is no text as JavaScript. The text of an
// error that a value's own JSON method returns never gets into the page
// (CVE-2024-24785): it ends the render.
func (f *frame) writeScriptValue(v value.Value, e context.Escaper) error {
	rt := f.rt
	switch v.Kind() {
	case value.KindUndefined:
		s, err := value.StrOf(v)
		if err != nil {
			return err
		}
		if s == "" {
			rt.out, err = context.AppendLiteral(rt.out, e, "null")
			return escapeError(err)
		}
		rt.out, err = context.Append(rt.out, e, s, markup.KindText)
		return escapeError(err)
	case value.KindBool, value.KindNone, value.KindInt, value.KindBig, value.KindFloat, value.KindList, value.KindTuple,
		value.KindDict, value.KindSlice, value.KindMap, value.KindStruct, value.KindObject:
		if h, ok := v.HTML(); ok {
			var err error
			rt.out, err = context.Append(rt.out, e, h, markup.KindHTML)
			return escapeError(err)
		}
		b, err := builtin.AppendJSON(f, nil, v)
		if err != nil {
			return err
		}
		rt.out, err = context.AppendLiteral(rt.out, e, scriptSafe(string(b)))
		return escapeError(err)
	}
	s, err := value.StrOf(v)
	if err == nil {
		rt.out, err = context.Append(rt.out, e, s, markup.KindText)
		err = escapeError(err)
	}
	return err
}

// escapeError is an error of an escaper as a template's.
func escapeError(err error) error {
	if err == nil {
		return nil
	}
	return value.NewError("EscapeError", err.Error())
}

// scriptSafe escapes the two characters that end lines in JavaScript but not
// in JSON.
func scriptSafe(s string) string {
	if !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029") {
		return s
	}
	return strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`).Replace(s)
}
