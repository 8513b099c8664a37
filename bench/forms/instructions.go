package main

import (
	"strconv"

	"github.com/dewar-go/dewar/bench/internal/callgrind"
	"github.com/dewar-go/dewar/bench/internal/result"
)

// countInstructions adds to the set the instructions of Dewar's contestants, without those of their bases.
func countInstructions(set *result.Set) error {
	count := map[string]float64{}
	for _, path := range []string{"/nothing", "/hand", "/forms", "/written", "/rendered", "/plain"} {
		n, err := callgrind.PerRound(500, func(rounds int) []string { return []string{"-only", path, "-runs", strconv.Itoa(rounds)} })
		if err != nil {
			return err
		}
		count[path] = n
	}
	for _, row := range []struct{ group, name, path, base string }{
		{decoding, byHand, "/hand", "/nothing"}, {decoding, withForms, "/forms", "/nothing"},
		{rendering, byHand, "/written", "/forms"}, {rendering, withForms, "/rendered", "/forms"}, {rendering, withoutClass, "/plain", "/forms"},
	} {
		set.Add(row.group, row.name, "instructions", count[row.path]-count[row.base])
	}
	return nil
}

// postOnly is the work under callgrind.
func postOnly(path string, runs int) error {
	s, err := newSite()
	if err != nil {
		return err
	}
	post := s.post(path, 2)
	for range runs {
		if err := post(); err != nil {
			return err
		}
	}
	return nil
}
