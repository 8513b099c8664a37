package negotiate

import (
	"math"
	"strconv"
	"strings"
)

// maxRanges is how many parts of a file one answer may have. Each part costs about 200 bytes of headers, so thousands
// of one-byte parts would make an answer many times as long as the file.
const maxRanges = 10

// TooManyRanges reports whether a Range header asks for more than maxRanges parts or for parts that overlap. Such a
// header is to be ignored (RFC 9110, section 14.2).
func TooManyRanges(header string) bool {
	if strings.Count(header, ",") >= maxRanges {
		return true
	}
	_, list, _ := strings.Cut(header, "=")
	var seen [maxRanges][2]uint64
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		first, last, ok := strings.Cut(strings.TrimSpace(part), "-")
		if !ok {
			continue
		}
		// "-500" and "500-" end where the file does, whose length is not known here.
		from, err := strconv.ParseUint(strings.TrimSpace(first), 10, 63)
		if err != nil {
			from = math.MaxInt64
		}
		to, err := strconv.ParseUint(strings.TrimSpace(last), 10, 63)
		if err != nil || from == math.MaxInt64 {
			to = math.MaxInt64
		}
		for _, other := range seen[:n] {
			if from <= other[1] && other[0] <= to {
				return true
			}
		}
		seen[n] = [2]uint64{from, to}
		n++
	}
	return false
}
