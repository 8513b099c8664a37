package limit

import (
	"fmt"
	"testing"
	"time"
)

// TestFloodKeepsVictim: a flood of other keys must not reset a counter that is
// at its limit.
func TestFloodKeepsVictim(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			const places = 2000
			m := NewMemory(MemoryOptions{MaxKeys: places})
			victim := Hit{Key: "victim", Strategy: s, Amount: 5, Window: time.Hour, Cost: 1, Now: epoch}
			for range 5 {
				m.Take(t.Context(), victim)
			}
			for i := range 20 * places {
				m.Take(t.Context(), Hit{Key: fmt.Sprint("flood", i), Strategy: s, Amount: 5, Window: time.Hour, Cost: 1, Now: epoch})
				if m.Len() > places {
					t.Fatalf("%d counters, want %d at most", m.Len(), places)
				}
			}
			if st, _ := m.Take(t.Context(), victim); st.Allowed {
				t.Error("the flood reset the victim's counter")
			}
		})
	}
}

func TestMemoryShrinks(t *testing.T) {
	m := NewMemory(MemoryOptions{MaxKeys: 1000})
	h := Hit{Amount: 5, Window: time.Minute, Cost: 1, Now: epoch}
	for i := range 1000 {
		h.Key = fmt.Sprint("old", i)
		m.Take(t.Context(), h)
	}
	h.Now = h.Now.Add(2 * time.Minute)
	for i := range 600 {
		h.Key = fmt.Sprint("new", i)
		m.Take(t.Context(), h)
	}
	if n := m.Len(); n > 650 {
		t.Errorf("%d counters are left after all of 1000 old ones ended and 600 came", n)
	}
	m.Reset()
	if m.Len() != 0 {
		t.Error("Reset leaves counters")
	}
}

func TestLookingKeepsNothing(t *testing.T) {
	m := NewMemory(MemoryOptions{})
	st, _ := m.Take(t.Context(), Hit{Key: "k", Amount: 5, Window: time.Minute, Now: epoch})
	if !st.Allowed || st.Remaining != 5 || st.Reset != 0 || m.Len() != 0 {
		t.Errorf("%+v, %d counters", st, m.Len())
	}
}

func TestMemoryOfOne(t *testing.T) {
	m := NewMemory(MemoryOptions{MaxKeys: 1})
	for i := range 10 {
		m.Take(t.Context(), Hit{Key: fmt.Sprint(i), Amount: 5, Window: time.Minute, Cost: 1, Now: epoch})
	}
	if m.Len() != 1 {
		t.Errorf("%d counters, want 1", m.Len())
	}
	m.Clear(t.Context(), "9")
	if m.Len() != 0 {
		t.Error("Clear leaves the counter")
	}
}

// TestSenselessHits: a store that is used directly must neither panic nor give
// credit.
func TestSenselessHits(t *testing.T) {
	for _, s := range allStrategies {
		m := NewMemory(MemoryOptions{})
		h := Hit{Key: "k", Strategy: s, Amount: 1, Window: time.Minute, Cost: -5, Now: epoch}
		m.Take(t.Context(), h)
		h.Cost = 1
		first, _ := m.Take(t.Context(), h)
		h.Cost = -5
		state, _ := m.Take(t.Context(), h)
		m.Give(t.Context(), h, state)
		h.Cost = 1
		if second, _ := m.Take(t.Context(), h); !first.Allowed || second.Allowed {
			t.Errorf("%v: a cost below zero gave credit", s)
		}
		for _, window := range []time.Duration{0, -1} {
			h.Key, h.Window = "w", window
			if st, _ := m.Take(t.Context(), h); st.Allowed {
				t.Errorf("%v: a window of %v lets pass", s, window)
			}
		}
	}
}

// TestGiveNeverExceeds: giving back twice, or what was refused, is worth nothing
// beyond the amount.
func TestGiveNeverExceeds(t *testing.T) {
	for _, s := range allStrategies {
		m := NewMemory(MemoryOptions{})
		h := Hit{Key: "k", Strategy: s, Amount: 3, Window: time.Minute, Cost: 3, Now: epoch}
		state, _ := m.Take(t.Context(), h)
		for range 5 {
			m.Give(t.Context(), h, state)
		}
		passed := 0
		h.Cost = 1
		for range 10 {
			if st, _ := m.Take(t.Context(), h); st.Allowed {
				passed++
			}
		}
		if passed != 3 {
			t.Errorf("%v: %d passed, want 3", s, passed)
		}
	}
}
