package value

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLanes holds what is computed in lanes against the same for one number after the other.
func TestLanes(t *testing.T) {
	edges := []int64{0, 1, 2, 3, 7, 8, 90, 127, 128, 255, 256, 16383, 16384, MaxLane - 1, MaxLane, MaxLane + 1, 1 << 16, math.MaxInt64, -1, -2, -MaxLane, math.MinInt64}
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		var a, b Ints
		var la, lb Lanes
		for i := range a {
			a[i], b[i] = min(edges[r.IntN(15)], MaxLane), r.Int64N(MaxLane+1)
			if r.IntN(3) == 0 {
				b[i] = a[i]
			}
		}
		la.Pack(&a)
		lb.Pack(&b)
		k := edges[r.IntN(len(edges))]
		if r.IntN(2) == 0 {
			k = a[0]
		}
		for op := Eq; op <= Ge; op++ {
			if got, want := MaskOfLanes(op, &la, k), MaskOf(op, &a, k, ChunkSize); got != want {
				t.Fatalf("%v %s %d: got %x, want %x", a, opSigns[op], k, got, want)
			}
			if got, want := MaskOfEachLane(op, &la, &lb), MaskOfEach(op, &a, &b, ChunkSize); got != want {
				t.Fatalf("%v %s %v: got %x, want %x", a, opSigns[op], b, got, want)
			}
		}
		for _, and := range []int64{1, 3, 127, MaxLane, 1<<16 - 1, 1<<62 - 1} {
			if got, want := MaskOfLaneBits(&la, and, k), MaskOfBits(&a, and, k, ChunkSize); got != want {
				t.Fatalf("%v & %d == %d: got %x, want %x", a, and, k, got, want)
			}
		}
		testLaneArith(t, r, &a, &la, edges)
	}
}

func testLaneArith(t *testing.T, r *rand.Rand, a *Ints, la *Lanes, edges []int64) {
	half := *a
	for i := range half {
		half[i] /= 2
	}
	var halves, got, rest Lanes
	halves.Pack(&half)
	check := func(what string, got *Lanes, want func(i int) int64) {
		t.Helper()
		var ints Ints
		got.Ints(&ints)
		for i, x := range ints {
			if x != want(i) {
				t.Fatalf("%s of %v: number %d is %d, want %d", what, a, i, x, want(i))
			}
		}
	}
	k := r.Int64N(MaxLane / 2)
	halves.Add(&got, k)
	check("sum", &got, func(i int) int64 { return half[i] + k })
	halves.Sum(&got, &halves)
	check("double", &got, func(i int) int64 { return 2 * half[i] })
	halves.Scale(&got, 2)
	check("product", &got, func(i int) int64 { return 2 * half[i] })
	for _, d := range append(edges, k+1) {
		if d <= 0 {
			continue
		}
		la.Divide(&got, &rest, d)
		check("quotient", &got, func(i int) int64 { return a[i] / d })
		check("rest", &rest, func(i int) int64 { return a[i] % d })
	}
	got.Fill(k)
	check("fill", &got, func(int) int64 { return k })
	got.Count(k)
	check("count", &got, func(i int) int64 { return k + int64(i) })
}
