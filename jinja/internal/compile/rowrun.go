package compile

import (
	"errors"
	"math/bits"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// rowRun is a running rowProgram.
type rowRun struct {
	f    *frame
	l    *loopCode
	loop *Loop // nil when the body does not use the loop object
	seq  value.Sequence
	p    *rowProgram
	sc   *rowScratch
	from int // the first item of the chunk

	started int // rounds

	skip, skips int // chunks that are not tried, and how many that are when the next one fails
}

// run prints the items of a sequence, whose loop has been entered. done is false when the type of the items is not one
// for which that works, and nothing has happened; empty is as in loopCode.run.
func (p *rowPlan) run(f *frame, l *loopCode, loop *Loop, seq *value.Sequence) (done, empty bool, err error) {
	prog := p.find(f, seq)
	if prog == nil {
		return false, false, nil
	}
	sc := f.rt.takeRows(prog)
	r := &sc.run
	*r = rowRun{f: f, l: l, loop: loop, seq: *seq, p: prog, sc: sc}
	empty = true
	rt := f.rt
	size := seq.Len()
	for from := 0; from < size && err == nil; from += value.ChunkSize {
		n, lo := min(value.ChunkSize, size-from), 0
		before := rt.ticks
		if rt.ticks += n; rt.ticks>>10 != before>>10 {
			if err = rt.slowTick(); err != nil {
				err = l.tmpl.at(err, l.node)
				break
			}
		}
		if r.from = from; n < value.ChunkSize && n >= minLanes && size >= value.ChunkSize && !prog.keyed {
			// A full chunk that begins with items that have had their turn costs less than a short one.
			n, lo, r.from = value.ChunkSize, value.ChunkSize-n, size-value.ChunkSize
		}
		var finished bool
		finished, err = r.chunk(lo, n)
		empty = empty && !finished
	}
	rt.giveRows(sc)
	if err == errBreak {
		err = nil
	}
	return true, empty, err
}

// start is what a round of the loop begins with. Rounds that run no code do without.
func (r *rowRun) start(i int) error {
	if r.started == i+1 {
		return nil
	}
	r.started = i + 1
	if r.loop != nil {
		r.loop.index0, r.loop.iter.i = i, i+1
	}
	return r.l.assign(r.f, r.seq.At(i))
}

// general runs the rounds of a chunk from lo on one by one. finished is set when one of them came to its end.
func (r *rowRun) general(lo, n int) (finished bool, err error) {
	for i := r.from + lo; i < r.from+n; i++ {
		if err := r.start(i); err != nil {
			return finished, err
		}
		if err := r.l.body(r.f); err == nil {
			finished = true
		} else if err != errContinue {
			return finished, err
		}
	}
	return finished, nil
}

// chunk prints the items of a chunk from lo on. Those for which something could not be decided have their turn in the
// general way. The first and the last item of the loop, where the program asks for them, are parts of their own: the
// others often take the same branch.
func (r *rowRun) chunk(lo, n int) (finished bool, err error) {
	unknown := ^value.Mask(0)
	if r.skip > 0 {
		r.skip--
	} else if unknown = r.compute(lo, n); r.p.keyed && bits.OnesCount64(unknown) > n/2 {
		r.skip, r.skips = r.skips, 2*r.skips+1
	} else {
		r.skips = 0
	}
	for lo < n {
		left := unknown >> lo
		if left&1 != 0 {
			hi := n
			if r.p.keyed && r.seq.PlainCells(r.p.cells, r.from+lo) {
				hi = lo + 1
			} else if !r.p.keyed {
				hi = lo + bits.TrailingZeros64(^left)
			}
			hi = min(hi, n)
			done, err := r.general(lo, hi)
			if finished = finished || done; err != nil {
				return finished, err
			}
			lo = hi
			continue
		}
		hi := min(n, lo+bits.TrailingZeros64(left))
		if r.p.first && r.from+lo == 0 {
			hi = 1
		}
		if r.p.last && r.from+hi == r.seq.Len() && hi > lo+1 {
			hi--
		}
		at, done, err := r.part(lo, hi)
		if finished = finished || done; err != nil {
			return finished, err
		}
		if at < hi {
			unknown |= 1 << at
		}
		lo = at
	}
	return finished, nil
}

// part prints the items lo <= i < hi of the chunk, up to the first that has something of which that is not known what it
// does. It returns the number of that one.
func (r *rowRun) part(lo, hi int) (at int, finished bool, err error) {
	segs := r.p.segs
	if hi > lo+1 {
		segs = r.active(r.sc.active[:0], segs, lo, hi)
		r.sc.active = segs
	}
	rt := r.f.rt
	if !r.p.needsItem && len(segs) == 1 && segs[0].kind == segPick {
		rt.out = r.pickAll(rt.out, segs[0], lo, hi)
		return hi, true, r.check()
	}
	if !r.p.needsItem && len(segs) == 0 {
		return hi, true, nil
	}
	r.number(lo, hi)
	for i := lo; i < hi; i++ {
		if r.p.code && !r.plain(segs, r.from+i) {
			return i, finished, nil
		}
		if r.p.starts {
			if err := r.start(r.from + i); err != nil {
				return i, finished, err
			}
		}
		length := len(rt.out)
		out, err := r.emit(rt.out, segs, r.from+i)
		if rt.out = out; err == errUnknown {
			rt.out = out[:length] // no code has run that may have written it out
			return i, finished, nil
		}
		if err == nil {
			finished = true
		} else if err != errContinue {
			return i, finished, err
		}
		if len(out) > rt.mark {
			if err := r.check(); err != nil {
				return i, finished, err
			}
		}
	}
	return hi, finished, nil
}

// errUnknown is returned by emit for an item that prints what is not plain. Where there is code, plain is asked before.
var errUnknown = errors.New("not plain")

// plain reports whether what the code of the segments reads of item i is plain.
func (r *rowRun) plain(segs []*typedSeg, i int) bool {
	for _, s := range segs {
		switch s.kind {
		case segIf:
			if !r.plain(s.bodies[r.branch(s.index, i)], i) {
				return false
			}
		case segStmt:
			if !r.seq.PlainCells(s.uses, i) {
				return false
			}
		}
	}
	return true
}

func (r *rowRun) check() error {
	if err := r.f.rt.written(); err != nil {
		return r.l.tmpl.at(err, r.l.node)
	}
	return nil
}

// active appends the segments that the items lo <= i < hi of the chunk have to look at: where all of them take the same
// branch of a decision, its body.
func (r *rowRun) active(list, segs []*typedSeg, lo, hi int) []*typedSeg {
	all := ^value.Mask(0) >> (value.ChunkSize - hi + lo) << lo
	for _, s := range segs {
		if s.kind != segPick && s.kind != segIf {
			list = append(list, s)
			continue
		}
		p := &r.sc.picks[s.index]
		p0, p1, p2, p3 := p[0]&all, p[1]&all, p[2]&all, p[3]&all
		if uniform(p0, all) && uniform(p1, all) && uniform(p2, all) && uniform(p3, all) {
			branch := p0>>lo&1 | p1>>lo&1<<1 | p2>>lo&1<<2 | p3>>lo&1<<3
			list = r.active(list, s.bodies[branch], lo, hi)
		} else {
			list = append(list, s)
		}
	}
	return list
}

func uniform(m, all value.Mask) bool { return m == 0 || m == all }

// emit prints the segments for item i.
func (r *rowRun) emit(out []byte, segs []*typedSeg, i int) ([]byte, error) {
	for _, s := range segs {
	again:
		switch s.kind {
		case segText:
			out = s.text.Append(out)
		case segPick:
			out = s.texts[r.branch(s.index, i)].Append(out)
		case segFields:
			var ok bool
			if out, ok = r.fields(out, s, i); !ok {
				return out, errUnknown
			}
		case segIf:
			body := s.bodies[r.branch(s.index, i)]
			if len(body) == 1 {
				s = body[0]
				goto again
			}
			var err error
			if out, err = r.emit(out, body, i); err != nil {
				return out, err
			}
		case segStmt:
			if s.code == nil {
				continue
			}
			if err := r.start(i); err != nil {
				return out, err
			}
			rt := r.f.rt
			rt.out = out
			err := s.code(r.f)
			if out = rt.out; err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// fields prints a segFields; ok is false where a field is not plain.
func (r *rowRun) fields(out []byte, s *typedSeg, i int) (_ []byte, ok bool) {
	if !r.p.keyed {
		return r.seq.AppendFields(out, s.steps, &s.text, i, s.html), true
	}
	for j := range s.steps {
		step := &s.steps[j]
		out = step.Pre.Append(out)
		if step.IsNumber() {
			out = value.AppendInt(out, int64(i+step.Plus))
		} else if out, ok = r.seq.AppendCell(out, &step.Col, i, s.html); !ok {
			return out, false
		}
	}
	return s.text.Append(out), true
}
