package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// readLoop is the body of a loop that only prints the loop's variable and
// attributes of it, between texts.
type readLoop struct {
	reads []read
	post  string // behind the last one
	joint string // post and the first text of the next item
	html  bool
}

// run executes the loop in one piece. It returns whether there was no item.
func (l *readLoop) run(f *frame, loop *loopCode, it *iteration) (empty bool, err error) {
	if it.indexed && it.list == nil && it.keep == nil && missing(it.dict) {
		return l.runIndexed(f, loop, it)
	}
	rt := f.rt
	empty = true
	for {
		item, ok, err := it.next()
		if err != nil {
			return false, loop.tmpl.at(err, loop.node)
		}
		if !ok {
			return empty, nil
		}
		empty = false
		if rt.ticks++; rt.ticks&1023 == 0 {
			if err := rt.slowTick(); err != nil {
				return false, loop.tmpl.at(err, loop.node)
			}
		}
		if rt.out, err = l.print(rt.out, item, l.reads[0].pre, loop.tmpl); err != nil {
			return false, err
		}
		rt.out = append(rt.out, l.post...)
		if err := rt.written(); err != nil {
			return false, loop.tmpl.at(err, loop.node)
		}
	}
}

// runIndexed takes the items by number.
func (l *readLoop) runIndexed(f *frame, loop *loopCode, it *iteration) (empty bool, err error) {
	n := it.size
	if n == 0 {
		return true, nil
	}
	rt := f.rt
	out, pre := rt.out, l.reads[0].pre
	single := len(l.reads) == 1 && l.reads[0].site == nil && l.html
	for i := range n {
		item := it.seq.At(i)
		if single && !missing(item) {
			out = append(out, pre...)
			if out, err = value.AppendEscaped(out, item); err != nil {
				err = loop.tmpl.at(err, l.reads[0].node)
			}
		} else {
			out, err = l.print(out, item, pre, loop.tmpl)
		}
		if err != nil {
			rt.out = out
			return false, err
		}
		pre = l.joint
		if rt.ticks++; rt.ticks&1023 == 0 || len(out) > rt.mark {
			rt.out = out
			if err = rt.checkOutput(); err == nil && rt.ticks&1023 == 0 {
				err = rt.slowTick()
			}
			if err != nil {
				return false, loop.tmpl.at(err, loop.node)
			}
			out = rt.out
		}
	}
	rt.out = append(out, l.post...)
	return false, loop.tmpl.at(rt.written(), loop.node)
}

// print prints one item behind pre.
func (l *readLoop) print(out []byte, item value.Value, pre string, t *Template) ([]byte, error) {
	for i := range l.reads {
		r := &l.reads[i]
		if i > 0 {
			pre = r.pre
		}
		out = append(out, pre...)
		v := item
		var err error
		if r.site != nil {
			var ok bool
			if v, ok = r.site.Lookup(item, r.name); !ok {
				if missing(item) {
					item = r.undef
				}
				v, err = t.env.getattr(item, r.name, r.site)
			}
		} else if missing(v) {
			v = r.undef
		}
		if err == nil {
			if l.html {
				out, err = value.AppendEscaped(out, v)
			} else {
				out, err = value.AppendStr(out, v)
			}
		}
		if err != nil {
			return out, t.at(err, r.node)
		}
	}
	return out, nil
}
