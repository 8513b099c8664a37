//go:build !race

package sign_test

// The race detector makes sync.Pool drop what it is given, so that allocations
// are counted without it.

import (
	"testing"
	"time"
)

// TestVerifyAllocates holds the budget of three allocations to verify a token
// and none for its decoding before it is asked for.
func TestVerifyAllocates(t *testing.T) {
	s, token := benchToken(t)
	if len(token) < 190 || len(token) > 280 {
		t.Fatalf("the token has %d bytes", len(token))
	}
	if n := testing.AllocsPerRun(100, func() { s.Open(token, time.Hour) }); n > 3 {
		t.Errorf("verifying allocates %v times", n)
	}
	payload, _, _ := s.Open(token, time.Hour)
	if n := testing.AllocsPerRun(100, func() { s.Resign(payload) }); n > 3 {
		t.Errorf("signing again allocates %v times", n)
	}
}
