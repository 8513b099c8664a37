package qr

// A size is what a version holds at level M: all codewords, those of error correction in each block, and blocks.
type size struct{ total, check, blocks int }

// sizes are the versions 1 to 10 (table 9 of the standard).
var sizes = [...]size{
	{26, 10, 1}, {44, 16, 1}, {70, 26, 1}, {100, 18, 2}, {134, 24, 2},
	{172, 16, 4}, {196, 18, 4}, {242, 22, 4}, {292, 22, 5}, {346, 26, 5},
}

func (s size) data() int { return s.total - s.check*s.blocks }

// countBits is the width of the field for the number of bytes.
func countBits(version int) int {
	if version < 10 {
		return 8
	}
	return 16
}

// versionFor returns the smallest version that holds n bytes, 0 for none.
func versionFor(n int) int {
	for i, s := range sizes {
		if 4+countBits(i+1)+8*n <= 8*s.data() {
			return i + 1
		}
	}
	return 0
}

// codewords returns the data in byte mode with its padding and error correction, in the order in which it is placed.
func codewords(text string, version int) []byte {
	s := sizes[version-1]
	var data []byte
	bits, filled := uint(0), 0
	put := func(value, width int) {
		bits, filled = bits<<width|uint(value), filled+width
		for filled >= 8 {
			filled -= 8
			data = append(data, byte(bits>>filled))
		}
	}
	put(0b0100, 4) // byte mode
	put(len(text), countBits(version))
	for _, b := range []byte(text) {
		put(int(b), 8)
	}
	put(0, 4) // the terminator; mode, count and terminator make whole bytes
	for pad := byte(0xEC); len(data) < s.data(); pad ^= 0xEC ^ 0x11 {
		data = append(data, pad)
	}

	// The last blocks are longer by one when the data does not divide evenly.
	short, long := s.data()/s.blocks, s.data()%s.blocks
	blocks, checks := make([][]byte, s.blocks), make([][]byte, s.blocks)
	generator := generatorOf(s.check)
	for i := range blocks {
		n := short
		if i >= s.blocks-long {
			n++
		}
		blocks[i], data = data[:n], data[n:]
		checks[i] = remainder(blocks[i], generator)
	}
	words := make([]byte, 0, s.total)
	for i := range short + 1 {
		for _, b := range blocks {
			if i < len(b) {
				words = append(words, b[i])
			}
		}
	}
	for i := range s.check {
		for _, b := range checks {
			words = append(words, b[i])
		}
	}
	return words
}

// generatorOf returns the Reed-Solomon generator polynomial of a degree, without its leading 1.
func generatorOf(degree int) []byte {
	g := make([]byte, degree)
	g[degree-1] = 1
	root := byte(1)
	for range degree {
		for i := range g {
			g[i] = multiply(g[i], root)
			if i+1 < degree {
				g[i] ^= g[i+1]
			}
		}
		root = multiply(root, 2)
	}
	return g
}

// remainder divides the data by the generator: the codewords of error correction.
func remainder(data, generator []byte) []byte {
	r := make([]byte, len(generator))
	for _, b := range data {
		factor := b ^ r[0]
		copy(r, r[1:])
		r[len(r)-1] = 0
		for i, g := range generator {
			r[i] ^= multiply(g, factor)
		}
	}
	return r
}

// multiply is the product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.
func multiply(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		carry := a >> 7
		a = a<<1 ^ carry*0x1D
	}
	return product
}
