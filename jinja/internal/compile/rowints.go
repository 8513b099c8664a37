package compile

import (
	"math"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// rowInts is a register of ints. Where all of them are small they are in lanes, four to a word, and spread to wide when
// an operation needs that.
type rowInts struct {
	wide   value.Ints
	lanes  value.Lanes
	narrow bool // lanes holds them
	spread bool // wide holds them
	large  bool // they were not narrow in the last chunk
	bound  uint64
	bad    value.Mask // those that are not known
}

// minLanes is the size of a chunk from which on lanes are worth their while: what is done to them is done to all.
const minLanes = 24

func (c *rowInts) ints() *value.Ints {
	if !c.spread {
		c.lanes.Ints(&c.wide)
		c.spread = true
	}
	return &c.wide
}

// inLanes and inWide say where the numbers are. None of them, nor the negative of one, is greater than bound.
func (c *rowInts) inLanes(bound uint64, bad value.Mask) {
	c.narrow, c.spread, c.bound, c.bad = true, false, bound, bad
}

func (c *rowInts) inWide(bound uint64, bad value.Mask) {
	c.narrow, c.spread, c.bound, c.bad = false, true, bound, bad
}

func (c *rowInts) load(seq *value.Sequence, col *value.Column, from, n int) {
	if n >= minLanes && !c.large {
		if bound, ok := seq.LoadLanes(&c.lanes, col, from, n); ok {
			c.inLanes(bound, 0)
			return
		}
	}
	c.inWide(seq.LoadInts(&c.wide, col, from, n), 0)
	c.large = c.bound > value.MaxLane
}

func (c *rowInts) loadCells(cells *value.Cells, col *value.Column, n int) {
	bound, small, bad := cells.Ints(&c.wide, col, n)
	if c.inWide(bound, bad); small && n >= minLanes {
		c.lanes.Pack(&c.wide)
		c.narrow = true
	}
}

// count sets the numbers to k, k+1 and so on.
func (c *rowInts) count(k int64, n int) {
	end := k + int64(n)
	if n >= minLanes && k >= 0 && end+value.ChunkSize <= value.MaxLane {
		c.lanes.Count(k)
		c.inLanes(uint64(end), 0)
		return
	}
	for i := range c.wide[:n] {
		c.wide[i] = k + int64(i)
	}
	c.inWide(max(bound(k), bound(end)), 0)
}

func (c *rowInts) fill(k int64, n int) {
	if n >= minLanes && uint64(k) <= value.MaxLane {
		c.lanes.Fill(k)
		c.inLanes(uint64(k), 0)
		return
	}
	for i := range c.wide[:n] {
		c.wide[i] = k
	}
	c.inWide(bound(k), 0)
}

// arithK computes a sign k.
func (c *rowInts) arithK(sign byte, a *rowInts, k int64, n int) {
	size := boundOf(sign, a.bound, bound(k))
	if a.narrow && k >= 0 {
		size := size
		if sign == '%' {
			size = min(size, a.bound)
		}
		if size <= value.MaxLane && c.narrowK(sign, a, k) {
			c.inLanes(size, a.bad)
			return
		}
	}
	bad := a.bad | arithInt(sign, &c.wide, a.ints(), k, n)
	if size > maxBound {
		bad = math.MaxUint64
	}
	c.inWide(size, bad)
}

// narrowK computes in lanes where the result is sure to be of no other size.
func (c *rowInts) narrowK(sign byte, a *rowInts, k int64) bool {
	var other value.Lanes
	switch {
	case sign == '+':
		a.lanes.Add(&c.lanes, k)
	case sign == '*':
		a.lanes.Scale(&c.lanes, k)
	case sign == '%' && k > 0:
		a.lanes.Divide(&other, &c.lanes, k)
	case sign == 'q' && k > 0:
		a.lanes.Divide(&c.lanes, &other, k)
	default:
		return false
	}
	return true
}

// arith computes a sign b.
func (c *rowInts) arith(sign byte, a, b *rowInts, n int) {
	size := boundOf(sign, a.bound, b.bound)
	if sign == '+' && a.narrow && b.narrow && size <= value.MaxLane {
		a.lanes.Sum(&c.lanes, &b.lanes)
		c.inLanes(size, a.bad|b.bad)
		return
	}
	bad := a.bad | b.bad | arithInts(sign, &c.wide, a.ints(), b.ints(), n)
	if size > maxBound {
		bad = math.MaxUint64
	}
	c.inWide(size, bad)
}

func (c *rowInts) compareK(op value.Op, k int64, n int) rowMask {
	if c.narrow {
		return rowMask{value.MaskOfLanes(op, &c.lanes, k), c.bad}
	}
	return rowMask{value.MaskOf(op, &c.wide, k, n), c.bad}
}

func (c *rowInts) compare(op value.Op, b *rowInts, n int) rowMask {
	if c.narrow && b.narrow {
		return rowMask{value.MaskOfEachLane(op, &c.lanes, &b.lanes), c.bad | b.bad}
	}
	return rowMask{value.MaskOfEach(op, c.ints(), b.ints(), n), c.bad | b.bad}
}
