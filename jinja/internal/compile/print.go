package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// readsOf describes the body of a loop that prints nothing but its own
// variable, whose slot is given, and attributes of it.
func (c *compiler) readsOf(body []ast.Stmt, fr *scopeFrame, slot int) (reads []read, post string, ok bool) {
	if len(body) != 1 || fr.requireOutputCheck {
		return nil, "", false
	}
	n, ok := body[0].(*ast.Output)
	if !ok {
		return nil, "", false
	}
	items, post := c.outputItems(n, fr)
	for _, item := range items {
		r, ok := c.read(item.n, fr)
		if !ok || r.in != 0 || r.loop != nil || r.slot != slot {
			return nil, "", false
		}
		r.pre = value.NewText(item.pre)
		reads = append(reads, r)
	}
	return reads, post, len(reads) > 0
}

// A read is a printed variable of the frame, or an attribute of one, with the
// text before it.
type read struct {
	pre   value.Text
	slot  int
	site  *value.Site // nil for the variable itself
	name  string
	undef value.Value
	node  ast.Expr
	loop  *loopCode       // not nil for the number of the round of the loop
	plus  int             // what is added to loop.index0
	in    context.Escaper // of a place that is not between tags
}

// read reports whether printing n can be a piece of its own.
func (c *compiler) read(n ast.Expr, fr *scopeFrame) (r read, ok bool) {
	if c.env.Finalize != nil || c.env.Native || c.escaperFor(n, fr.ec) == escapeRunTime {
		return r, false
	}
	if p := c.notes[n]; p != nil {
		if p.site != nil || p.expr != nil {
			return r, false
		}
		r.in = p.esc
	}
	r.node = n
	if r.loop, r.plus = c.loopNumber(n, fr); r.loop != nil {
		return r, r.in == 0 || c.notes[n].asText()
	}
	if attr, isAttr := n.(*ast.Getattr); isAttr && !c.env.Sandboxed {
		r.site, r.name = new(value.Site), attr.Attr
		n = attr.Node
	}
	r.slot, r.undef, ok = c.localSlot(n, fr)
	return r, ok
}

// loopNumber recognises loop.index and loop.index0.
func (c *compiler) loopNumber(n ast.Expr, fr *scopeFrame) (l *loopCode, plus int) {
	attr, ok := n.(*ast.Getattr)
	if !ok || attr.Attr != "index" && attr.Attr != "index0" {
		return nil, 0
	}
	if attr.Attr == "index" {
		plus = 1
	}
	return c.runningLoop(attr.Node, fr), plus
}

// A piece is one expression of an output that is printed in a short way: a read
// or loop.cycle of constants, or what a filter makes of a read.
type piece struct {
	read
	kind   pieceKind
	cycle  []value.Text
	filter *pieceFilter
}

type pieceKind uint8

const (
	pieceVar    pieceKind = iota // a variable of the frame
	pieceAttr                    // an attribute of one
	pieceNumber                  // loop.index and loop.index0
	pieceCycle
)

// pieceFilter is a filter that can append its result, with arguments that are
// the same each time.
type pieceFilter struct {
	cased  func(buf []byte, s string, html bool) (_ []byte, ok bool) // of a plain text, may be nil
	stream builtin.AppendFilter
	plain  value.Filter
	args   value.Args
}

// pieces are printed one after the other.
type pieces struct {
	list []piece
	post value.Text
	esc  escaper
	html bool // esc is escapeHTML
	tmpl *Template
}

// printItems prints the expressions of an output, the text before each, and
// the text behind the last one.
func (c *compiler) printItems(items []outputItem, text string, fr *scopeFrame) stmt {
	if len(items) == 0 {
		if text == "" {
			return nil
		}
		return c.text(text)
	}
	var list []stmt
	for i := 0; i < len(items); {
		run, n := c.takePieces(items[i:], fr)
		post := ""
		if i += max(n, 1); i == len(items) {
			post = text
		}
		if n == 0 || n == 1 && run.list[0].filter != nil { // which has a way of its own
			item := items[i-1]
			list = append(list, c.print(item.n, item.pre, post, fr))
			continue
		}
		run.post = value.NewText(post)
		list = append(list, func(f *frame) error { return run.print(f, f.vars) })
	}
	return sequence(list)
}

// takePieces describes the first items of an output, as many as are pieces.
func (c *compiler) takePieces(items []outputItem, fr *scopeFrame) (ps *pieces, n int) {
	esc := c.escaperFor(items[0].n, fr.ec)
	ps = &pieces{esc: esc, html: esc == escapeHTML, tmpl: c.tmpl}
	for _, item := range items {
		p, ok := c.piece(item.n, fr)
		if !ok {
			break
		}
		p.pre = value.NewText(item.pre)
		ps.list = append(ps.list, p)
	}
	return ps, len(ps.list)
}

func (c *compiler) piece(n ast.Expr, fr *scopeFrame) (p piece, ok bool) {
	if c.env.NoColumns || c.env.Native {
		return p, false
	}
	if p.read, ok = c.read(n, fr); ok {
		switch {
		case p.loop != nil:
			p.kind = pieceNumber
		case p.site != nil:
			p.kind = pieceAttr
		}
		return p, true
	}
	esc := c.escaperFor(n, fr.ec)
	if c.notes[n] != nil || c.env.Finalize != nil || esc == escapeRunTime {
		return p, false
	}
	p = piece{}
	switch n := n.(type) {
	case *ast.Call:
		l, texts := c.cycleTexts(n, esc, fr)
		for _, s := range texts {
			p.cycle = append(p.cycle, value.NewText(s))
		}
		p.kind, p.loop, p.node = pieceCycle, l, n
		return p, l != nil
	case *ast.Filter:
		if p.filter = c.pieceFilter(n, fr); p.filter == nil || c.notes[n.Node] != nil {
			return p, false
		}
		p.read, ok = c.read(n.Node, fr)
		if p.site != nil {
			p.kind = pieceAttr
		}
		p.node = n
		return p, ok && p.loop == nil
	}
	return p, false
}

func (c *compiler) pieceFilter(n *ast.Filter, fr *scopeFrame) *pieceFilter {
	x := &pieceFilter{}
	var ok bool
	if x.stream, ok = builtin.Stream[n.Name]; !ok || n.Node == nil || !c.env.pure(n.Name) || n.DynArgs != nil || n.DynKwargs != nil {
		return nil
	}
	if x.plain, ok = c.env.Filter(n.Name); !ok {
		return nil
	}
	if len(n.Args)+len(n.Kwargs) == 0 {
		x.cased = builtin.StreamText[n.Name]
		return x
	}
	if x.args, ok = c.fixedArguments(n.Args, n.Kwargs, fr); !ok {
		return nil
	}
	return x
}

// print prints the pieces; vars are the variables that they read. f is the frame
// that they stand in, or what calls a macro that has nothing but them.
func (ps *pieces) print(f *frame, vars []value.Value) error {
	rt := f.rt
	out := rt.out
	html := ps.html
	for i := range ps.list {
		r := &ps.list[i]
		out = r.pre.Append(out)
		var v value.Value
		var err error
		switch r.kind {
		case pieceVar:
			if v = vars[r.slot]; missing(v) {
				v = r.undef
			} else if r.filter != nil && r.filter.cased != nil && f.autoescape == html {
				if s, ok := v.PlainText(); ok {
					if out, ok = r.filter.cased(out, s, html); ok {
						continue
					}
				}
			}
		case pieceAttr:
			v = vars[r.slot]
			if r.filter == nil {
				if html && r.in == 0 {
					var ok bool
					if out, ok = r.site.AppendEscaped(out, v, r.name); ok {
						continue
					}
				}
			} else if r.filter.cased != nil && f.autoescape == html {
				if s, ok := r.site.Str(v, r.name); ok {
					if out, ok = r.filter.cased(out, s, html); ok {
						continue
					}
				}
			}
			x, ok := r.site.Lookup(v, r.name)
			if !ok {
				if missing(v) {
					v = r.undef
				}
				x, err = ps.tmpl.env.getattr(v, r.name, r.site)
			}
			v = x
		case pieceNumber:
			out = value.AppendInt(out, int64(f.loops[r.loop.index].index0+r.plus))
			continue
		case pieceCycle:
			out = r.cycle[uint32(f.loops[r.loop.index].index0)%uint32(len(r.cycle))].Append(out)
			continue
		}
		if err == nil {
			switch {
			case r.filter != nil:
				rt.out = out // what stands behind it is the filter's
				if f.autoescape == html {
					out, err = r.filter.stream(f, out, v, r.filter.args)
				} else if v, err = r.filter.plain(f, v, r.filter.args); err == nil {
					err = f.write(v, ps.esc)
					out = rt.out
				}
				if rt.failed != nil && err == nil {
					err, rt.failed = rt.failed, nil
				}
			case r.in != 0:
				rt.out = out
				err = f.writeIn(v, r.in)
				out = rt.out
			case html:
				out, err = value.AppendEscaped(out, v)
			default:
				out, err = value.AppendStr(out, v)
			}
		}
		if err != nil {
			rt.out = out
			return ps.tmpl.at(err, r.node)
		}
	}
	out = ps.post.Append(out)
	rt.out = out
	if len(out) > rt.mark {
		return ps.tmpl.at(rt.checkOutput(), ps.list[0].node)
	}
	return nil
}
