// Package punycode encodes the labels of host names that are not ASCII.
package punycode

import (
	"unicode"
	"unicode/utf8"
)

const digits = "abcdefghijklmnopqrstuvwxyz0123456789"

// The parameters of RFC 3492, section 5.
const (
	base        = 36
	tMin        = 1
	tMax        = 26
	skew        = 38
	damp        = 700
	initialBias = 72
	initialN    = utf8.RuneSelf
)

// Encode encodes one label (RFC 3492, section 6.3). The result lacks the "xn--" that stands before it in a host name.
// The cost is quadratic in the length of the label, which the caller bounds: a label of the DNS has at most 63 bytes.
func Encode(label string) string {
	input := []rune(label)
	var out []byte
	for _, r := range input {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(initialN), 0, initialBias
	for handled := basic; handled < len(input); {
		next := rune(unicode.MaxRune)
		for _, r := range input {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range input {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			out = appendNumber(out, delta, bias)
			bias = adapt(delta, handled+1, handled == basic)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return string(out)
}

// appendNumber writes a generalized variable-length integer.
func appendNumber(out []byte, q, bias int) []byte {
	for k := base; ; k += base {
		t := min(max(k-bias, tMin), tMax)
		if q < t {
			return append(out, digits[q])
		}
		out = append(out, digits[t+(q-t)%(base-t)])
		q = (q - t) / (base - t)
	}
}

// adapt returns the bias after a delta (RFC 3492, section 6.1).
func adapt(delta, points int, first bool) int {
	if first {
		delta /= damp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (base-tMin)*tMax/2; k += base {
		delta /= base - tMin
	}
	return k + (base-tMin+1)*delta/(delta+skew)
}
