package value

// Lanes is a column of small ints, none negative and none above [MaxLane]: four of them share a word, so that an
// operation on a word is done for four elements at once. Element i of a chunk is the lane i/16 of the word i%16. The
// highest bit of a lane is free: comparisons leave their outcome there, and since word i%16 has it at the bits i%16,
// i%16+16 and so on of a mask when it is shifted by as much, the words only have to be put together.
type Lanes [laneWords]uint64

// MaxLane is the greatest number that Lanes hold.
const MaxLane = 1<<15 - 1

const (
	laneWords = 16
	laneOnes  = 0x0001_0001_0001_0001 // 1 in each lane
	laneHighs = 0x8000_8000_8000_8000 // the highest bit of each lane
)

// MaskOfLanes is the mask of the elements for which an op b holds.
func MaskOfLanes(op Op, a *Lanes, b int64) (m Mask) {
	switch op {
	case Eq, Ne:
		if uint64(b) <= MaxLane {
			m = ^a.differ(laneOnes*MaxLane, laneOnes*uint64(b))
		}
	case Gt, Le:
		m = a.Above(b)
	case Ge, Lt:
		if m = ^m; b > 0 {
			m = a.Above(b - 1)
		}
	}
	if op == Ne || op == Le || op == Lt {
		return ^m
	}
	return m
}

// MaskOfLaneBits is the mask of the elements of which the bits of and are what b says.
func MaskOfLaneBits(a *Lanes, and, b int64) Mask {
	and &= MaxLane // the numbers have no other bits
	if b&^and != 0 {
		return 0
	}
	return ^a.differ(laneOnes*uint64(and), laneOnes*uint64(b))
}

// Above is the mask of the elements above b.
func (a *Lanes) Above(b int64) (m Mask) {
	if b < 0 {
		return ^m
	}
	if b >= MaxLane {
		return 0
	}
	add := laneOnes * uint64(MaxLane-b) // it carries to the highest bit of a lane that is greater
	for j := 0; j < laneWords; j += 4 {
		x := (*[4]uint64)(a[j : j+4])
		m = m>>4 | highs(x[0]+add, x[1]+add, x[2]+add, x[3]+add)
	}
	return m
}

// differ is the mask of the elements whose bits of and are not what b says.
func (a *Lanes) differ(and, b uint64) (m Mask) {
	const add = laneOnes * MaxLane // it carries to the highest bit of a lane that is not 0
	for j := 0; j < laneWords; j += 4 {
		x := (*[4]uint64)(a[j : j+4])
		m = m>>4 | highs((x[0]&and^b)+add, (x[1]&and^b)+add, (x[2]&and^b)+add, (x[3]&and^b)+add)
	}
	return m
}

// MaskOfEachLane is [MaskOfLanes] for two columns.
func MaskOfEachLane(op Op, a, b *Lanes) (m Mask) {
	switch op {
	case Eq, Ne:
		const add = laneOnes * MaxLane
		for j := 0; j < laneWords; j += 4 {
			x, y := (*[4]uint64)(a[j:j+4]), (*[4]uint64)(b[j:j+4])
			m = m>>4 | highs((x[0]^y[0])+add, (x[1]^y[1])+add, (x[2]^y[2])+add, (x[3]^y[3])+add)
		}
		m = ^m
	case Gt, Le: // a > b is not b >= a
		m = ^b.atLeast(a)
	case Ge, Lt:
		m = a.atLeast(b)
	}
	if op == Ne || op == Le || op == Lt {
		return ^m
	}
	return m
}

// atLeast is the mask of the elements that are not below those of b: a lane with its highest bit set loses it when more
// than the rest of it is taken away.
func (a *Lanes) atLeast(b *Lanes) (m Mask) {
	for j := 0; j < laneWords; j += 4 {
		x, y := (*[4]uint64)(a[j:j+4]), (*[4]uint64)(b[j:j+4])
		m = m>>4 | highs((x[0]|laneHighs)-y[0], (x[1]|laneHighs)-y[1], (x[2]|laneHighs)-y[2], (x[3]|laneHighs)-y[3])
	}
	return m
}

// highs gathers the highest bits of the lanes of four words: those of the last stay where they are.
func highs(w0, w1, w2, w3 uint64) uint64 {
	return (w0&laneHighs)>>3 | (w1&laneHighs)>>2 | (w2&laneHighs)>>1 | w3&laneHighs
}

// Add, Sum, Scale and Remain compute a + b, a column plus another, a * b and a % b for Lanes whose results are no
// greater than MaxLane; Remain takes a power of two.
func (a *Lanes) Add(dst *Lanes, b int64) {
	for j, x := range a {
		dst[j] = x + laneOnes*uint64(b)
	}
}

// Sum adds a column.
func (a *Lanes) Sum(dst, b *Lanes) {
	for j, x := range a {
		dst[j] = x + b[j]
	}
}

// Scale multiplies by b.
func (a *Lanes) Scale(dst *Lanes, b int64) {
	for j, x := range a {
		dst[j] = x * uint64(b)
	}
}

// Fill sets all elements to b.
func (a *Lanes) Fill(b int64) {
	for j := range a {
		a[j] = laneOnes * uint64(b)
	}
}

// Count sets the elements to b, b+1 and so on.
func (a *Lanes) Count(b int64) {
	for j := range a {
		a[j] = laneOnes*(uint64(b)+uint64(j)) + 0x0030_0020_0010_0000
	}
}

// Divide computes a // b and a % b for b > 0: in the numbers of a lane, a division by b is a multiplication by the
// quotient of 1<<32 and b, rounded up.
func (a *Lanes) Divide(quotient, rest *Lanes, b int64) {
	if b > MaxLane {
		*quotient, *rest = Lanes{}, *a
		return
	}
	inverse := (1<<32 + uint64(b) - 1) / uint64(b)
	for j, x := range a {
		q := (x&0xffff)*inverse>>32 | (x>>16&0xffff)*inverse>>32<<16 | (x>>32&0xffff)*inverse>>32<<32 | (x>>48)*inverse>>32<<48
		quotient[j], rest[j] = q, x-q*uint64(b)
	}
}

// Ints spreads the elements.
func (a *Lanes) Ints(dst *Ints) {
	for j, x := range a {
		dst[j], dst[j+16], dst[j+32], dst[j+48] = int64(x&0xffff), int64(x>>16&0xffff), int64(x>>32&0xffff), int64(x>>48)
	}
}

// Pack is the opposite of [Lanes.Ints].
func (a *Lanes) Pack(src *Ints) {
	for j := range a {
		a[j] = uint64(src[j]) | uint64(src[j+16])<<16 | uint64(src[j+32])<<32 | uint64(src[j+48])<<48
	}
}
