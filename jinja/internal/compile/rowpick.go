package compile

import (
	"encoding/binary"
	"math"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A flip changes some bits of the byte that is printed for a branch: those of by, if the bits of the branch's number
// that any does not hide are all set. Any texts of one byte are such flips of nothing.
type flip struct {
	by  uint64
	any [4]value.Mask
}

// maxFlips is how many flips cost as much as to look up the texts.
const maxFlips = 8

// measure notes whether the texts of the first n branches are short, and as words if they are of one length too.
func (s *typedSeg) measure(n int) {
	length := len(s.texts[0].String())
	s.short = true
	equal := length <= 8
	for i := range n {
		if s.holes>>i&1 == 1 {
			continue
		}
		text := s.texts[i].String()
		s.short = s.short && s.texts[i].IsShort()
		if equal = equal && len(text) == length; equal {
			var b [8]byte
			copy(b[:], text)
			s.words[i] = binary.LittleEndian.Uint64(b[:])
		}
	}
	if !equal {
		return
	}
	s.length = length
	if length == 1 {
		s.flip(n)
	}
}

// flip makes the bytes of n branches out of the bits of their numbers.
func (s *typedSeg) flip(n int) {
	var have [maxBranches]uint64
	for set := range n {
		by := have[set] ^ s.words[set]
		if by == 0 || s.holes>>set&1 == 1 {
			continue
		}
		if set < len(s.few) {
			s.few[set] = by
		}
		f := flip{by: by}
		for b := range f.any {
			if set>>b&1 == 0 {
				f.any[b] = math.MaxUint64
			}
		}
		for branch := range have {
			if branch&set == set {
				have[branch] ^= by
			}
		}
		s.flips = append(s.flips, f)
	}
	if len(s.flips) > maxFlips {
		s.flips = nil
	}
}

// branch is the number of the branch that item i takes.
func (r *rowRun) branch(decision, i int) int {
	return int(r.sc.branches[decision][(i-r.from)&63] & (maxBranches - 1))
}

// number writes the numbers of the branches that the items lo <= i < hi of the chunk take.
func (r *rowRun) number(lo, hi int) {
	for _, d := range r.p.numbered {
		p, out := &r.sc.picks[d], &r.sc.branches[d]
		for i := lo &^ 7; i < hi; i += 8 {
			branches := bytesOf[p[0]>>(i&63)&255] | bytesOf[p[1]>>(i&63)&255]<<1 | bytesOf[p[2]>>(i&63)&255]<<2 | bytesOf[p[3]>>(i&63)&255]<<3
			binary.LittleEndian.PutUint64(out[i:i+8], branches)
		}
	}
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
	if room := (hi - lo + 1) * value.TextRoom; s.short && cap(out)-len(out) >= room {
		at, all := len(out), out[:cap(out)]
		for ; lo < hi; lo += 8 {
			branches := bytesOf[p0&255] | bytesOf[p1&255]<<1 | bytesOf[p2&255]<<2 | bytesOf[p3&255]<<3
			p0, p1, p2, p3 = p0>>8, p1>>8, p2>>8, p3>>8
			for range min(8, hi-lo) {
				at += texts[branches&(maxBranches-1)].Put((*[value.TextRoom]byte)(all[at : at+value.TextRoom]))
				branches >>= 8
			}
		}
		return out[:at]
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
	switch {
	case len(s.bodies) <= 4:
		s.bytes4(dst, p0, p1)
		return
	case len(s.bodies) <= 8:
		s.bytes8(dst, p0, p1, p2)
		return
	}
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
	for i := range words {
		binary.LittleEndian.PutUint64(dst[8*i:8*i+8], words[i])
	}
}

// bytes4 is bytes for up to four branches.
func (s *typedSeg) bytes4(dst *[value.ChunkSize]byte, p0, p1 value.Mask) {
	always, by0, by1, by01 := s.few[0]*bytesOf[255], s.few[1], s.few[2], s.few[3]
	for i := 0; i < value.ChunkSize; i += 8 {
		e0, e1 := bytesOf[p0&255], bytesOf[p1&255]
		p0, p1 = p0>>8, p1>>8
		binary.LittleEndian.PutUint64(dst[i:i+8], always^e0*by0^e1*by1^(e0&e1)*by01)
	}
}

// bytes8 is bytes for up to eight branches.
func (s *typedSeg) bytes8(dst *[value.ChunkSize]byte, p0, p1, p2 value.Mask) {
	by := &s.few
	always := by[0] * bytesOf[255]
	for i := 0; i < value.ChunkSize; i += 8 {
		e0, e1, e2 := bytesOf[p0&255], bytesOf[p1&255], bytesOf[p2&255]
		p0, p1, p2 = p0>>8, p1>>8, p2>>8
		e01 := e0 & e1
		low := always ^ e0*by[1] ^ e1*by[2] ^ e01*by[3]
		binary.LittleEndian.PutUint64(dst[i:i+8], low^e2*by[4]^(e0&e2)*by[5]^(e1&e2)*by[6]^(e01&e2)*by[7])
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
