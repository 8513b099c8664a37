package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar/bench/internal/callgrind"
	"github.com/dewar-go/dewar/bench/internal/result"
)

// counted are the engines whose instructions are counted: the floor, and those that
// stand close to it.
var counted = []string{floor, "dewar", "quicktemplate"}

// countedRounds is how often a page is rendered for a count: so often that what the
// runtime does beside it does not show.
func countedRounds(page string) int {
	switch page {
	case "table":
		return 20
	case "page":
		return 60
	}
	return 600
}

// countInstructions adds the instructions of a render to the set.
func countInstructions(set *result.Set, c *testCase, chosen []subject) error {
	for _, s := range chosen {
		if !slices.Contains(counted, s.name) {
			continue
		}
		if r, err := s.make(c); r == nil || err != nil {
			continue
		}
		n, err := callgrind.PerRound(countedRounds(c.page), func(rounds int) []string {
			return []string{"-cases", c.name, "-subjects", s.name, "-renders", strconv.Itoa(rounds)}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		set.Add(c.name, s.name, "instructions", n)
	}
	return nil
}

// renderOnly is the work under callgrind: one engine renders one page n times.
func renderOnly(c *testCase, engine string, n int) error {
	i := slices.IndexFunc(subjects, func(s subject) bool { return s.name == engine })
	if i < 0 {
		return fmt.Errorf("there is no engine %q", engine)
	}
	r, err := subjects[i].make(c)
	if err != nil {
		return err
	}
	var buf []byte
	for range n + 2 { // the first ones grow buffers; both runs have them
		if buf, err = r(buf[:0]); err != nil {
			return err
		}
	}
	return nil
}
