package sign

import (
	"compress/zlib"
	"testing"
)

// TestBuffersAreKeptUpToABound: one large token does not hold its memory for ever.
func TestBuffersAreKeptUpToABound(t *testing.T) {
	for size, large := range map[int]bool{0: false, maxPooledBuffer: false, maxPooledBuffer + 1: true} {
		if tooLargeToKeep(make([]byte, 0, size)) != large {
			t.Errorf("a buffer of %d bytes is too large: %v", size, !large)
		}
	}
	st := &macState{buf: make([]byte, 0, maxPooledBuffer+1)}
	(&keyedMAC{}).put(st)
	if cap(st.buf) != 512 {
		t.Errorf("a buffer of %d bytes is kept", cap(st.buf))
	}
	z := new(compressor)
	z.out.Grow(maxPooledBuffer + 1)
	if z.w = zlib.NewWriter(&z.out); z.out.Cap() <= maxPooledBuffer {
		t.Fatal("the buffer does not grow")
	}
	if z.put(); z.out.Cap() != 0 {
		t.Errorf("a buffer of %d bytes is kept", z.out.Cap())
	}
}
