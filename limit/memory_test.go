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
