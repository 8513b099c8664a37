package negotiate

import (
	"strings"
	"testing"
)

func TestTooManyRanges(t *testing.T) {
	for header, want := range map[string]bool{
		"bytes=0-99": false, "bytes=0-": false, "bytes=-5": false, "bytes=0-0,-1": false, "bytes=0-9, 20-29 ,40-": false,
		"bytes=" + strings.Repeat("0-0,", 9) + "0-0":                    true, // overlap
		"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18":       false,
		"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20": true,
		"bytes=" + strings.Repeat(",", 12):                              true,
		"bytes=0-9,5-14":                                                true, "bytes=5-14,0-9": true, "bytes=0-,5-": true, "bytes=-5,-6": true, "bytes=0-99,10-19": true,
		"": false, "x": false, "bytes": false, "bytes=a-b": false, "bytes=0-99999999999999999999": false,
	} {
		if got := TooManyRanges(header); got != want {
			t.Errorf("%q: %t", header, got)
		}
	}
}
