package value

// MaskOf is the mask of the n elements of a chunk for which an op b holds. What the bits behind them are is not said.
func MaskOf(op Op, a *Ints, b int64, n int) (m Mask) {
	switch op {
	case Eq, Ne:
		for g := 0; g < n; g += 8 {
			x := (*[8]int64)(a[g : g+8])
			m |= (nibble(x[0] == b, x[1] == b, x[2] == b, x[3] == b) | nibble(x[4] == b, x[5] == b, x[6] == b, x[7] == b)<<4) << (g & 63)
		}
	case Lt, Ge:
		for g := 0; g < n; g += 8 {
			x := (*[8]int64)(a[g : g+8])
			m |= (nibble(x[0] < b, x[1] < b, x[2] < b, x[3] < b) | nibble(x[4] < b, x[5] < b, x[6] < b, x[7] < b)<<4) << (g & 63)
		}
	case Gt, Le:
		for g := 0; g < n; g += 8 {
			x := (*[8]int64)(a[g : g+8])
			m |= (nibble(x[0] > b, x[1] > b, x[2] > b, x[3] > b) | nibble(x[4] > b, x[5] > b, x[6] > b, x[7] > b)<<4) << (g & 63)
		}
	}
	if op == Ne || op == Ge || op == Le {
		return ^m
	}
	return m
}

// MaskOfEach is [MaskOf] for two columns.
func MaskOfEach(op Op, a, b *Ints, n int) (m Mask) {
	switch op {
	case Eq, Ne:
		for g := 0; g < n; g += 8 {
			x, y := (*[8]int64)(a[g:g+8]), (*[8]int64)(b[g:g+8])
			m |= (nibble(x[0] == y[0], x[1] == y[1], x[2] == y[2], x[3] == y[3]) | nibble(x[4] == y[4], x[5] == y[5], x[6] == y[6], x[7] == y[7])<<4) << (g & 63)
		}
	case Gt, Le:
		a, b = b, a
		fallthrough
	case Lt, Ge:
		for g := 0; g < n; g += 8 {
			x, y := (*[8]int64)(a[g:g+8]), (*[8]int64)(b[g:g+8])
			m |= (nibble(x[0] < y[0], x[1] < y[1], x[2] < y[2], x[3] < y[3]) | nibble(x[4] < y[4], x[5] < y[5], x[6] < y[6], x[7] < y[7])<<4) << (g & 63)
		}
	}
	if op == Ne || op == Ge || op == Le {
		return ^m
	}
	return m
}

// MaskOfBits is the mask of the elements of which the bits of and are what b says.
func MaskOfBits(a *Ints, and, b int64, n int) (m Mask) {
	for g := 0; g < n; g += 8 {
		x := (*[8]int64)(a[g : g+8])
		m |= (nibble(x[0]&and == b, x[1]&and == b, x[2]&and == b, x[3]&and == b) | nibble(x[4]&and == b, x[5]&and == b, x[6]&and == b, x[7]&and == b)<<4) << (g & 63)
	}
	return m
}

// MaskOfFloats is [MaskOf] for floats. What is no number is neither less nor greater than another.
func MaskOfFloats(op Op, a *Floats, b float64, n int) (m Mask) {
	switch op {
	case Eq, Ne:
		for g := 0; g < n; g += 8 {
			x := (*[8]float64)(a[g : g+8])
			m |= (nibble(x[0] == b, x[1] == b, x[2] == b, x[3] == b) | nibble(x[4] == b, x[5] == b, x[6] == b, x[7] == b)<<4) << (g & 63)
		}
	case Lt:
		for g := 0; g < n; g += 8 {
			x := (*[8]float64)(a[g : g+8])
			m |= (nibble(x[0] < b, x[1] < b, x[2] < b, x[3] < b) | nibble(x[4] < b, x[5] < b, x[6] < b, x[7] < b)<<4) << (g & 63)
		}
	case Le:
		for g := 0; g < n; g += 8 {
			x := (*[8]float64)(a[g : g+8])
			m |= (nibble(x[0] <= b, x[1] <= b, x[2] <= b, x[3] <= b) | nibble(x[4] <= b, x[5] <= b, x[6] <= b, x[7] <= b)<<4) << (g & 63)
		}
	case Gt:
		for g := 0; g < n; g += 8 {
			x := (*[8]float64)(a[g : g+8])
			m |= (nibble(x[0] > b, x[1] > b, x[2] > b, x[3] > b) | nibble(x[4] > b, x[5] > b, x[6] > b, x[7] > b)<<4) << (g & 63)
		}
	case Ge:
		for g := 0; g < n; g += 8 {
			x := (*[8]float64)(a[g : g+8])
			m |= (nibble(x[0] >= b, x[1] >= b, x[2] >= b, x[3] >= b) | nibble(x[4] >= b, x[5] >= b, x[6] >= b, x[7] >= b)<<4) << (g & 63)
		}
	}
	if op == Ne {
		return ^m
	}
	return m
}

// MaskOfEachFloat is [MaskOfEach] for floats.
func MaskOfEachFloat(op Op, a, b *Floats, n int) (m Mask) {
	switch op {
	case Eq, Ne:
		for g := 0; g < n; g += 8 {
			x, y := (*[8]float64)(a[g:g+8]), (*[8]float64)(b[g:g+8])
			m |= (nibble(x[0] == y[0], x[1] == y[1], x[2] == y[2], x[3] == y[3]) | nibble(x[4] == y[4], x[5] == y[5], x[6] == y[6], x[7] == y[7])<<4) << (g & 63)
		}
	case Gt:
		return MaskOfEachFloat(Lt, b, a, n)
	case Ge:
		return MaskOfEachFloat(Le, b, a, n)
	case Lt:
		for g := 0; g < n; g += 8 {
			x, y := (*[8]float64)(a[g:g+8]), (*[8]float64)(b[g:g+8])
			m |= (nibble(x[0] < y[0], x[1] < y[1], x[2] < y[2], x[3] < y[3]) | nibble(x[4] < y[4], x[5] < y[5], x[6] < y[6], x[7] < y[7])<<4) << (g & 63)
		}
	case Le:
		for g := 0; g < n; g += 8 {
			x, y := (*[8]float64)(a[g:g+8]), (*[8]float64)(b[g:g+8])
			m |= (nibble(x[0] <= y[0], x[1] <= y[1], x[2] <= y[2], x[3] <= y[3]) | nibble(x[4] <= y[4], x[5] <= y[5], x[6] <= y[6], x[7] <= y[7])<<4) << (g & 63)
		}
	}
	if op == Ne {
		return ^m
	}
	return m
}

// nibble makes four bits: small enough to be inlined.
func nibble(b0, b1, b2, b3 bool) Mask { return bit(b0) | bit(b1)<<1 | bit(b2)<<2 | bit(b3)<<3 }

func bit(b bool) Mask {
	if b {
		return 1
	}
	return 0
}
