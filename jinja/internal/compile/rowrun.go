package compile

import (
	"encoding/binary"

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
		if r.from = from; n < value.ChunkSize && n >= minLanes && size >= value.ChunkSize {
			// A full chunk that begins with items that have had their turn costs less than a short one.
			n, lo, r.from = value.ChunkSize, value.ChunkSize-n, size-value.ChunkSize
		}
		var finished bool
		if prog.compute(sc, f, &r.seq, r.from, lo, n) {
			finished, err = r.chunk(lo, n)
		} else {
			finished, err = r.general(lo, n)
		}
		empty = empty && !finished
	}
	rt.giveRows(sc)
	if err == errBreak {
		err = nil
	}
	return true, empty, err
}

// start is what a round of the loop begins with.
func (r *rowRun) start(i int) error {
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

// chunk prints the items of a chunk from lo on, for which everything has been decided. The first and the last item of the loop,
// where the program asks for them, are parts of their own: the others often take the same branch.
func (r *rowRun) chunk(lo, n int) (finished bool, err error) {
	hi := n
	if r.p.first && r.from+lo == 0 && n > 1 {
		if finished, err = r.part(0, 1); err != nil {
			return finished, err
		}
		lo = 1
	}
	last := r.p.last && r.from+n == r.seq.Len() && n > lo+1
	if last {
		hi--
	}
	done, err := r.part(lo, hi)
	finished = finished || done
	if last && err == nil {
		done, err = r.part(hi, n)
		finished = finished || done
	}
	return finished, err
}

// part prints the items lo <= i < hi of the chunk.
func (r *rowRun) part(lo, hi int) (finished bool, err error) {
	segs := r.active(r.sc.active[:0], r.p.segs, lo, hi)
	r.sc.active = segs
	rt := r.f.rt
	if !r.p.needsItem && len(segs) == 1 && segs[0].kind == segPick {
		rt.out = r.pickAll(rt.out, segs[0], lo, hi)
		return true, r.check()
	}
	if !r.p.needsItem && len(segs) == 0 {
		return true, nil
	}
	for i := r.from + lo; i < r.from+hi; i++ {
		if r.p.needsItem {
			if err := r.start(i); err != nil {
				return finished, err
			}
		}
		out, err := r.emit(rt.out, segs, i)
		rt.out = out
		if err == nil {
			finished = true
		} else if err != errContinue {
			return finished, err
		}
		if len(out) > rt.mark {
			if err := r.check(); err != nil {
				return finished, err
			}
		}
	}
	return finished, nil
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
		same, branch := true, 0
		for b, m := range &r.sc.picks[s.index] {
			if m &= all; m == all {
				branch |= 1 << b
			} else if m != 0 {
				same = false
			}
		}
		if same {
			list = r.active(list, s.bodies[branch], lo, hi)
		} else {
			list = append(list, s)
		}
	}
	return list
}

// branch is the number of the branch that item i takes.
func (r *rowRun) branch(decision, i int) int {
	picks := &r.sc.picks[decision]
	bit := (i - r.from) & 63
	return int(picks[0]>>bit&1 | picks[1]>>bit&1<<1 | picks[2]>>bit&1<<2 | picks[3]>>bit&1<<3)
}

// pickAll prints a segPick for the items lo <= i < hi of the chunk, eight at a time.
func (r *rowRun) pickAll(out []byte, s *typedSeg, lo, hi int) []byte {
	picks := &r.sc.picks[s.index]
	p0, p1, p2, p3 := picks[0]>>(lo&63), picks[1]>>(lo&63), picks[2]>>(lo&63), picks[3]>>(lo&63)
	if s.flips != nil && cap(out)-len(out) >= value.ChunkSize {
		s.bytes((*[value.ChunkSize]byte)(out[len(out):len(out)+value.ChunkSize]), p0, p1, p2, p3)
		return out[:len(out)+hi-lo]
	}
	texts := s.texts
	if room := (hi-lo+7)*s.length + 8; s.length > 0 && cap(out)-len(out) >= room {
		// All are of one length, so that none has to wait for the one before it.
		at, length := out[len(out):len(out)+room], s.length
		for i := lo; i < hi; i += 8 {
			branches := bytesOf[p0&255] | bytesOf[p1&255]<<1 | bytesOf[p2&255]<<2 | bytesOf[p3&255]<<3
			p0, p1, p2, p3 = p0>>8, p1>>8, p2>>8, p3>>8
			for range 8 {
				binary.LittleEndian.PutUint64(at, s.words[branches&(maxBranches-1)])
				at = at[length:]
				branches >>= 8
			}
		}
		return out[:len(out)+(hi-lo)*length]
	}
	for ; lo < hi; lo += 8 {
		branches := bytesOf[p0&255] | bytesOf[p1&255]<<1 | bytesOf[p2&255]<<2 | bytesOf[p3&255]<<3
		p0, p1, p2, p3 = p0>>8, p1>>8, p2>>8, p3>>8
		for range min(8, hi-lo) {
			out = texts[branches&(maxBranches-1)].Append(out)
			branches >>= 8
		}
	}
	return out
}

// bytes writes the texts of a chunk that are one byte each.
func (s *typedSeg) bytes(dst *[value.ChunkSize]byte, p0, p1, p2, p3 value.Mask) {
	var words [8]uint64
	for i := range s.flips {
		flip := &s.flips[i]
		m := (p0 | flip.any[0]) & (p1 | flip.any[1]) & (p2 | flip.any[2]) & (p3 | flip.any[3])
		by := flip.by
		words[0] ^= bytesOf[m&255] * by
		words[1] ^= bytesOf[m>>8&255] * by
		words[2] ^= bytesOf[m>>16&255] * by
		words[3] ^= bytesOf[m>>24&255] * by
		words[4] ^= bytesOf[m>>32&255] * by
		words[5] ^= bytesOf[m>>40&255] * by
		words[6] ^= bytesOf[m>>48&255] * by
		words[7] ^= bytesOf[m>>56] * by
	}
	for i, w := range words {
		binary.LittleEndian.PutUint64(dst[8*i:], w)
	}
}

// bytesOf makes a byte of each bit of a byte.
var bytesOf = func() (t [256]uint64) {
	for i := range t {
		for b := range 8 {
			t[i] |= uint64(i>>b&1) << (8 * b)
		}
	}
	return t
}()

// emit prints the segments for item i.
func (r *rowRun) emit(out []byte, segs []*typedSeg, i int) ([]byte, error) {
	for _, s := range segs {
		switch s.kind {
		case segText:
			out = s.text.Append(out)
		case segPick:
			out = s.texts[r.branch(s.index, i)].Append(out)
		case segFields:
			out = r.fields(out, s, i)
		case segIf:
			var err error
			if out, err = r.emit(out, s.bodies[r.branch(s.index, i)], i); err != nil {
				return out, err
			}
		case segStmt:
			if s.code == nil {
				continue
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

func (r *rowRun) fields(out []byte, s *typedSeg, i int) []byte {
	for j := range s.steps {
		step := &s.steps[j]
		out = step.pre.Append(out)
		if step.index {
			out = value.AppendInt(out, int64(i+step.plus))
			continue
		}
		out = r.seq.AppendColumn(out, step.col, i, s.html)
	}
	return s.text.Append(out)
}
