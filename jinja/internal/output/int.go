package output

import "strconv"

// AppendInt appends the decimal digits of i.
func AppendInt(buf []byte, i int64) []byte {
	switch {
	case i < 0 || i >= 1e6:
		return strconv.AppendInt(buf, i, 10)
	case i < 10:
		return append(buf, '0'+byte(i))
	case i < 100:
		return append(buf, digitPairs[2*i], digitPairs[2*i+1])
	}
	u := uint32(i)
	hi, lo := u/100, u%100
	if hi < 100 {
		if hi < 10 {
			return append(buf, '0'+byte(hi), digitPairs[2*lo], digitPairs[2*lo+1])
		}
		return append(buf, digitPairs[2*hi], digitPairs[2*hi+1], digitPairs[2*lo], digitPairs[2*lo+1])
	}
	top, mid := hi/100, hi%100
	if top < 10 {
		return append(buf, '0'+byte(top), digitPairs[2*mid], digitPairs[2*mid+1], digitPairs[2*lo], digitPairs[2*lo+1])
	}
	return append(buf, digitPairs[2*top], digitPairs[2*top+1], digitPairs[2*mid], digitPairs[2*mid+1], digitPairs[2*lo], digitPairs[2*lo+1])
}

const digitPairs = "0001020304050607080910111213141516171819" +
	"2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" +
	"6061626364656667686970717273747576777879" +
	"8081828384858687888990919293949596979899"
