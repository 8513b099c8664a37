package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// readLoop is the body of a loop that only prints the loop's variable and
// attributes of it, between texts.
type readLoop struct {
	reads []read
	fast  value.Reads // reads, for package value
}

func newReadLoop(reads []read, post string, html bool) *readLoop {
	l := &readLoop{reads: reads}
	l.fast.Post, l.fast.HTML = value.NewText(post), html
	for _, r := range reads {
		l.fast.Reads = append(l.fast.Reads, value.Read{Pre: r.pre, Site: r.site, Name: r.name, Place: r.place})
	}
	return l
}

// run executes the loop in one piece. It returns whether there was no item.
func (l *readLoop) run(f *frame, loop *loopCode, it *iteration) (empty bool, err error) {
	if it.indexed && it.list == nil && it.keep == nil && missing(it.dict) {
		return l.runIndexed(f, loop, &it.seq)
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
		if rt.out, err = l.print(f, rt.out, item, loop.tmpl); err != nil {
			return false, err
		}
		rt.out = l.fast.Post.Append(rt.out)
		if err := rt.written(); err != nil {
			return false, loop.tmpl.at(err, loop.node)
		}
	}
}

// runIndexed takes the items by number, as many at once as package value can.
func (l *readLoop) runIndexed(f *frame, loop *loopCode, seq *value.Sequence) (empty bool, err error) {
	rt := f.rt
	misses, size := 0, seq.Len()
	for i := 0; i < size; {
		from := i
		chunk := min(size, i+256)
		if misses < 3 {
			rt.out, i = seq.AppendReads(rt.out, i, chunk, &l.fast)
		}
		if i == from {
			misses++
			if rt.out, err = l.print(f, rt.out, seq.At(i), loop.tmpl); err != nil {
				return false, err
			}
			rt.out = l.fast.Post.Append(rt.out)
			i++
		}
		before := rt.ticks
		rt.ticks += i - from
		if rt.ticks>>10 != before>>10 {
			if err := rt.slowTick(); err != nil {
				return false, loop.tmpl.at(err, loop.node)
			}
		}
		if err := rt.written(); err != nil {
			return false, loop.tmpl.at(err, loop.node)
		}
	}
	return size == 0, nil
}

// print prints one item.
func (l *readLoop) print(f *frame, out []byte, item value.Value, t *Template) ([]byte, error) {
	for i := range l.reads {
		r := &l.reads[i]
		out = r.pre.Append(out)
		v := item
		var err error
		if r.site != nil {
			var ok bool
			if v, ok = r.site.Lookup(item, r.name); !ok {
				if missing(item) {
					item = r.undef
				}
				v, err = f.getattr(item, r.name)
			}
		} else if missing(v) {
			v = r.undef
		}
		if err == nil {
			if r.in != 0 {
				out, err = f.appendIn(out, v, r)
			} else if l.fast.HTML {
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
