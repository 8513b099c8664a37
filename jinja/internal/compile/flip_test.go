package compile

import (
	"math/rand/v2"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// TestFlips prints the texts of decisions whose texts are one byte each.
func TestFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	done := 0
	for range 2000 {
		n := 1 + r.IntN(maxBranches)
		s := &typedSeg{texts: new([maxBranches]value.Text), bodies: make([][]*typedSeg, n)}
		var texts [maxBranches]byte
		for i := range n {
			texts[i] = byte(r.IntN(1 + r.IntN(256)))
			s.texts[i] = value.NewText(string(texts[i : i+1]))
		}
		s.holes = r.Uint32() & r.Uint32() &^ 1
		s.measure(n)
		if s.flips == nil {
			continue
		}
		done++
		var picks [4]value.Mask
		var want, got [value.ChunkSize]byte
		for i := range want {
			branch := r.IntN(n)
			for s.holes>>branch&1 == 1 {
				branch = r.IntN(n)
			}
			want[i] = texts[branch]
			for b := range picks {
				picks[b] |= uint64(branch>>b&1) << i
			}
		}
		if s.bytes(&got, picks[0], picks[1], picks[2], picks[3]); got != want {
			t.Fatalf("%q: got %q, want %q", texts[:n], got, want)
		}
	}
	if done < 500 {
		t.Errorf("%d decisions were made of flips", done)
	}
}
