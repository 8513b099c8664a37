package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A read is a printed variable of the frame, or an attribute of one, with the
// text before it. The number of the round of a loop is one too.
type read struct {
	pre    output.Text
	slot   int
	site   *value.Site // nil for the variable itself
	name   string
	undef  value.Value
	node   ast.Expr
	loop   *loopCode       // not nil for the number of the round of the loop
	plus   int             // what is added to loop.index0
	bare   bool            // pre is empty
	in     context.Escaper // of a place that is not between tags
	quoted bool            // in prints all but Markup as between tags
}

// read reports whether printing n can be a piece of its own.
func (c *compiler) read(n ast.Expr, fr *scopeFrame) (r read, ok bool) {
	if c.env.Finalize != nil || c.env.Native || c.escaperFor(n, fr.ec) == escapeRunTime {
		return r, false
	}
	if p := c.notes[n]; p != nil {
		if p.site != nil || p.expr != nil || p.tag != nil {
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

// settle notes whether, behind the text pre, what is printed through the escaper
// of the read's place is printed there as between tags.
func (r *read) settle(pre string) {
	if r.in == 0 || r.in.Is(context.Bare|context.Own|context.Amp|context.List) {
		return
	}
	switch r.in.Kind() {
	case context.EscAttr, context.EscURLQuery:
		r.quoted = true
	case context.EscURLPath:
		if withinPath(pre) {
			r.quoted = true
		}
	}
}

// withinPath reports whether what follows a text in an address cannot begin the
// name of a host, whatever was printed before the text.
func withinPath(pre string) bool {
	n := len(pre)
	return n > 0 && isAlnum(pre[n-1]) || n > 1 && pre[n-1] == '/' && isAlnum(pre[n-2])
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

// printItems prints the expressions of an output, the text before each, and
// the text behind the last one.
func (c *compiler) printItems(items []outputItem, text string, fr *scopeFrame) stmt {
	var list []stmt
	for i := 0; i < len(items); {
		var run []read
		start := i
		for ; i < len(items) && !c.env.Plain; i++ {
			r, ok := c.read(items[i].n, fr)
			if !ok {
				break
			}
			r.settle(items[i].pre)
			r.pre, r.bare = output.NewText(items[i].pre), items[i].pre == ""
			run = append(run, r)
		}
		i = max(i, start+1)
		post := ""
		if i == len(items) {
			post, text = text, ""
		}
		if len(run) > 0 {
			list = append(list, c.printReads(run, post, c.escaperFor(items[start].n, fr.ec)))
		} else {
			list = append(list, c.print(items[start].n, items[start].pre, post, fr))
		}
	}
	if text != "" {
		list = append(list, c.text(text))
	}
	return sequence(list)
}

// printReads prints reads one after the other.
func (c *compiler) printReads(reads []read, post string, esc escaper) stmt {
	t, behind, html := c.tmpl, output.NewText(post), esc == escapeHTML
	return func(f *frame) error {
		rt := f.rt
		out := rt.out
		vars := f.vars
		for i := range reads {
			r := &reads[i]
			if !r.bare {
				out = r.pre.Append(out)
			}
			if r.loop != nil {
				out = output.AppendInt(out, int64(f.loops[r.loop.index].index0+r.plus))
				continue
			}
			v := vars[r.slot]
			var err error
			if r.site != nil {
				if html {
					var ok bool
					if r.in == 0 {
						out, ok = r.site.AppendEscaped(out, v, r.name)
					} else if r.quoted {
						out, ok = r.site.AppendInQuote(out, v)
					}
					if ok {
						continue
					}
				}
				x, ok := r.site.Lookup(v, r.name)
				if !ok {
					if missing(v) {
						v = r.undef
					}
					x, err = f.getattr(v, r.name)
				}
				v = x
			} else if missing(v) {
				v = r.undef
			}
			if err == nil {
				switch {
				case r.in != 0:
					out, err = f.appendIn(out, v, r)
				case html:
					out, err = value.AppendEscaped(out, v)
				default:
					out, err = value.AppendStr(out, v)
				}
			}
			if err != nil {
				rt.out = out
				return t.at(err, r.node)
			}
		}
		out = behind.Append(out)
		rt.out = out
		if len(out) > rt.mark {
			return t.at(rt.checkOutput(), reads[0].node)
		}
		return nil
	}
}

// appendIn appends what a read has found in a place that is not between tags.
func (f *frame) appendIn(out []byte, v value.Value, r *read) ([]byte, error) {
	if r.quoted {
		var ok bool
		if out, ok = value.AppendInQuote(out, v); ok {
			return out, nil
		}
	}
	f.rt.out = out
	err := f.writeIn(v, r.in)
	return f.rt.out, err
}
