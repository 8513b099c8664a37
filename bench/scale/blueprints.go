package main

import (
	"strconv"
	"time"

	"github.com/dewar-go/dewar/bench/internal/process"
)

// blueprints is the start and the memory at rest of an application with more
// and more blueprints of five routes each.
func blueprints(s *suite) error {
	core, _ := process.Cores()
	for range s.rounds(5) {
		for _, n := range s.places(0, 100, 300, 1000) {
			began := time.Now()
			server, err := s.start("dewar", core, "1", "-blueprints", strconv.Itoa(n))
			if err != nil {
				return err
			}
			took := time.Since(began)
			time.Sleep(300 * time.Millisecond)
			cpu := server.CPU()
			memory, err := server.Resident()
			server.Stop()
			if err != nil {
				return err
			}
			s.set.At("blueprints", "dewar", "ms to the first answer", float64(n), "blueprints", float64(took.Microseconds())/1000)
			s.set.At("blueprints", "dewar", "ms CPU to start", float64(n), "blueprints", float64(cpu.Microseconds())/1000)
			s.set.At("blueprints", "dewar", "MB at rest", float64(n), "blueprints", float64(memory)/(1<<20))
		}
	}
	return nil
}
