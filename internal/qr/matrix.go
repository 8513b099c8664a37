package qr

// A code is the square of modules, by row and column.
type code struct {
	size    int
	dark    [][]bool
	fixed   [][]bool // patterns and format, which hold no data and are not masked
	penalty int
}

// masks tell which modules of the data are inverted (table 10).
var masks = [...]func(x, y int) bool{
	func(x, y int) bool { return (x+y)%2 == 0 },
	func(x, y int) bool { return y%2 == 0 },
	func(x, y int) bool { return x%3 == 0 },
	func(x, y int) bool { return (x+y)%3 == 0 },
	func(x, y int) bool { return (x/3+y/2)%2 == 0 },
	func(x, y int) bool { return x*y%2+x*y%3 == 0 },
	func(x, y int) bool { return (x*y%2+x*y%3)%2 == 0 },
	func(x, y int) bool { return ((x+y)%2+x*y%3)%2 == 0 },
}

// newCode returns a code with its patterns and without data.
func newCode(version, mask int) *code {
	n := 17 + 4*version
	c := &code{size: n, dark: make([][]bool, n), fixed: make([][]bool, n)}
	for y := range n {
		c.dark[y], c.fixed[y] = make([]bool, n), make([]bool, n)
	}
	c.square(3, 3, finder)
	c.square(n-4, 3, finder)
	c.square(3, n-4, finder)
	if version > 1 { // the centres of annex E, where no finder is
		centres := []int{6, n - 7}
		if version >= 7 {
			centres = []int{6, (n - 1) / 2, n - 7}
		}
		for _, y := range centres {
			for _, x := range centres {
				if !c.fixed[y][x] {
					c.square(x, y, alignment)
				}
			}
		}
	}
	for i := 8; i < n-8; i++ { // timing
		c.set(i, 6, i%2 == 0)
		c.set(6, i, i%2 == 0)
	}
	c.format(mask)
	if version >= 7 {
		bits := version<<12 | bch(version, 12, 0x1F25)
		for i := range 18 {
			a, b := n-11+i%3, i/3
			c.set(a, b, bits>>i&1 == 1)
			c.set(b, a, bits>>i&1 == 1)
		}
	}
	return c
}

func (c *code) set(x, y int, dark bool) { c.dark[y][x], c.fixed[y][x] = dark, true }

// The patterns as rings around a centre, from the inside: whether each is dark.
var (
	finder    = []bool{true, true, false, true, false}
	alignment = []bool{true, false, true}
)

func (c *code) square(centreX, centreY int, rings []bool) {
	for y := range c.size {
		for x := range c.size {
			dx, dy := x-centreX, y-centreY
			if ring := max(dx, -dx, dy, -dy); ring < len(rings) {
				c.set(x, y, rings[ring])
			}
		}
	}
}

// format writes level M, which is 0, and the mask, twice, and the module that is always dark.
func (c *code) format(mask int) {
	bits, n := (mask<<10|bch(mask, 10, 0x537))^0x5412, c.size
	bit := func(i int) bool { return bits>>i&1 == 1 }
	for i := range 8 {
		c.set(n-1-i, 8, bit(i))
		c.set(8, n-8+i, bit(7+i))
	}
	c.set(8, n-8, true)
	for i := range 6 {
		c.set(8, i, bit(i))
		c.set(i, 8, bit(14-i))
	}
	c.set(8, 7, bit(6))
	c.set(8, 8, bit(7))
	c.set(7, 8, bit(8))
}

// bch returns the remainder of a value by a generator polynomial of a degree.
func bch(value, degree, generator int) int {
	r := value << degree
	for i := 17; i >= degree; i-- {
		if r>>i&1 == 1 {
			r ^= generator << (i - degree)
		}
	}
	return r
}

// place writes the codewords, masked, in pairs of columns from the right, upwards and downwards in turn.
func (c *code) place(words []byte, mask int) {
	i, up := 0, true
	for right := c.size - 1; right > 0; right -= 2 {
		if right == 6 { // the timing pattern's column is left out
			right--
		}
		for row := range c.size {
			y := row
			if up {
				y = c.size - 1 - row
			}
			for _, x := range [2]int{right, right - 1} {
				if c.fixed[y][x] {
					continue
				}
				dark := i < 8*len(words) && words[i/8]>>(7-i%8)&1 == 1
				c.dark[y][x] = dark != masks[mask](x, y)
				i++
			}
		}
		up = !up
	}
}
