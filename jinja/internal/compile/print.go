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
	direct bool            // it is printed between tags, and a str or int needs nothing else
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
	if obj, site, name := c.member(n); site != nil {
		r.site, r.name = site, name
		n = obj
	}
	r.slot, r.undef, ok = c.localSlot(n, fr)
	return r, ok
}

// value returns what a read of an attribute gives.
func (r *read) value(f *frame) (value.Value, error) {
	if x, ok := r.site.Lookup(f.vars[r.slot], r.name); ok {
		return x, nil
	}
	return r.absent(f)
}

// absent is value for what the site does not find.
func (r *read) absent(f *frame) (value.Value, error) {
	v := f.vars[r.slot]
	if value.Missing(v) {
		v = r.undef
	}
	return f.member(r.site, v, r.name)
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
			r.pre = output.NewText(items[i].pre)
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
	for i := range reads {
		reads[i].direct = html && reads[i].loop == nil && reads[i].in == 0
	}
	return func(f *frame) error {
		rt := f.rt
		out := rt.out
		for i := range reads {
			r := &reads[i]
			out = r.pre.Append(out)
			if r.direct {
				var ok bool
				if r.site != nil {
					out, ok = r.site.AppendEscaped(out, f.vars[r.slot], r.name)
				} else {
					out, ok = value.AppendInQuote(out, f.vars[r.slot])
				}
				if ok {
					continue
				}
			}
			var err error
			if out, err = r.print(f, out, html); err != nil {
				rt.out = out
				return t.at(err, r.node)
			}
		}
		rt.out = behind.Append(out)
		if len(rt.out) > rt.mark {
			return t.at(rt.checkOutput(), reads[0].node)
		}
		return nil
	}
}

// print appends what is read, without the text before it.
func (r *read) print(f *frame, out []byte, html bool) ([]byte, error) {
	if r.loop != nil {
		return output.AppendInt(out, int64(f.loops[r.loop.index].index0+r.plus)), nil
	}
	v := f.vars[r.slot]
	switch {
	case r.site == nil:
		if value.Missing(v) {
			v = r.undef
		}
	case r.quoted && html:
		var ok bool
		if out, ok = r.site.AppendInQuote(out, v); ok {
			return out, nil
		}
		fallthrough
	default:
		var err error
		if v, err = r.value(f); err != nil {
			return out, err
		}
	}
	switch {
	case r.in != 0:
		return f.appendIn(out, v, r)
	case html:
		return value.AppendEscaped(out, v)
	}
	return value.AppendStr(out, v)
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
