package compile

import (
	"math"
	"math/bits"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// maxBound bounds the numbers of a column, and their negatives: sums and differences of two are numbers of 64 bits.
const maxBound = 1 << 61

// boundOf is the bound of a sign b, for operands with these bounds.
func boundOf(sign byte, a, b uint64) uint64 {
	switch sign {
	case '+', '-':
		if sum, carry := bits.Add64(a, b, 0); carry == 0 {
			return sum
		}
		return math.MaxUint64
	case '*':
		if hi, lo := bits.Mul64(a, b); hi == 0 {
			return lo
		}
		return math.MaxUint64
	case '%':
		return b
	}
	return a // of a quotient
}

func bound(k int64) uint64 {
	if k < 0 {
		return -uint64(k)
	}
	return uint64(k)
}

// arithInt computes a sign k; q is //. It returns the mask of the items for which there is no result.
func arithInt(sign byte, dst, a *value.Ints, k int64, n int) (bad value.Mask) {
	switch sign {
	case '+':
		for g := 0; g < n; g += 4 {
			x, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]+k, x[1]+k, x[2]+k, x[3]+k
		}
	case '-':
		for g := 0; g < n; g += 4 {
			x, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]-k, x[1]-k, x[2]-k, x[3]-k
		}
	case '*':
		for g := 0; g < n; g += 4 {
			x, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]*k, x[1]*k, x[2]*k, x[3]*k
		}
	case '%':
		if k > 0 && k&(k-1) == 0 { // the remainder has the sign of the divisor
			for i, x := range a[:n] {
				dst[i] = x & (k - 1)
			}
			return 0
		}
		for i, x := range a[:n] {
			_, m, ok := divmod(x, k)
			if !ok {
				return math.MaxUint64
			}
			dst[i] = m
		}
	default:
		for i, x := range a[:n] {
			q, _, ok := divmod(x, k)
			if !ok {
				return math.MaxUint64
			}
			dst[i] = q
		}
	}
	return 0
}

// arithInts is arithInt for two columns.
func arithInts(sign byte, dst, a, b *value.Ints, n int) (bad value.Mask) {
	switch sign {
	case '+':
		for g := 0; g < n; g += 4 {
			x, y, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(b[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]+y[0], x[1]+y[1], x[2]+y[2], x[3]+y[3]
		}
	case '-':
		for g := 0; g < n; g += 4 {
			x, y, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(b[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]-y[0], x[1]-y[1], x[2]-y[2], x[3]-y[3]
		}
	case '*':
		for g := 0; g < n; g += 4 {
			x, y, d := (*[4]int64)(a[g:g+4]), (*[4]int64)(b[g:g+4]), (*[4]int64)(dst[g:g+4])
			d[0], d[1], d[2], d[3] = x[0]*y[0], x[1]*y[1], x[2]*y[2], x[3]*y[3]
		}
	default:
		for i, x := range a[:n] {
			q, m, ok := divmod(x, b[i])
			if !ok {
				bad |= 1 << (i & 63)
				continue
			}
			if dst[i] = q; sign == '%' {
				dst[i] = m
			}
		}
	}
	return bad
}

// divmod is Python's: the quotient is rounded down, the remainder has the sign of the divisor.
func divmod(a, b int64) (q, m int64, ok bool) {
	if b == 0 || a == math.MinInt64 && b == -1 {
		return 0, 0, false
	}
	if (uint64(a)|uint64(b))>>32 == 0 { // a division of 32 bits is faster
		return int64(uint32(a) / uint32(b)), int64(uint32(a) % uint32(b)), true
	}
	q, m = a/b, a%b
	if m != 0 && (m < 0) != (b < 0) {
		q--
		m += b
	}
	return q, m, true
}

// arithFloats computes a sign b.
func arithFloats(sign byte, dst, a, b []float64) (bad value.Mask) {
	dst, b = dst[:len(a)], b[:len(a)]
	switch sign {
	case '+':
		for i, x := range a {
			dst[i] = x + b[i]
		}
	case '-':
		for i, x := range a {
			dst[i] = x - b[i]
		}
	case '*':
		for i, x := range a {
			dst[i] = x * b[i]
		}
	default:
		for i, x := range a {
			if b[i] == 0 {
				bad |= 1 << (i & 63)
				continue
			}
			dst[i] = x / b[i]
		}
	}
	return bad
}
