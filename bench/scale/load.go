package main

import (
	"runtime"
	"strconv"

	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
	"github.com/dewar-go/dewar/bench/internal/wrk"
)

// same has net/http send Dewar's headers and write its log line.
func same(name string) []string {
	if name == "dewar" {
		return nil
	}
	return []string{"-same"}
}

// cores is the throughput on one core and on all. wrk has the last core, which
// the server shares with it when it has all.
func cores(s *suite) error {
	list := []int{1}
	if n := runtime.NumCPU(); n > 1 {
		list = append(list, n)
	}
	for round := range s.rounds(5) {
		for _, n := range list {
			for _, name := range result.Turn(servers, round) {
				cpus := "0"
				if n > 1 {
					cpus = "0-" + strconv.Itoa(n-1)
				}
				server, err := s.start(name, cpus, strconv.Itoa(n), same(name)...)
				if err != nil {
					return err
				}
				l, err := wrk.Run(server.URL+"/plaintext", "", 64, 1)
				server.Stop()
				if err != nil {
					return err
				}
				s.set.At("cores", name, "req/s", float64(n), "cores", l.PerSec)
			}
		}
	}
	return nil
}

// connections is the throughput and the slowest answers with more and more
// clients that all ask at once.
func connections(s *suite) error {
	core, _ := process.Cores()
	running := map[string]*process.Server{}
	for _, name := range servers {
		server, err := s.start(name, core, "1", same(name)...)
		if err != nil {
			return err
		}
		defer server.Stop()
		running[name] = server
	}
	for round := range s.rounds(2) {
		for _, n := range s.places(10, 100, 1000, 3000, 10_000) {
			for _, name := range result.Turn(servers, round) {
				seconds := 1
				if n >= 1000 {
					seconds = 3 + n/1500 // connecting takes its time
				}
				l, err := wrk.Run(running[name].URL+"/plaintext", "", n, seconds)
				if err != nil {
					s.set.Note("%s with %d connections: %v", name, n, err)
					continue
				}
				s.set.At("connections", name, "req/s", float64(n), "connections", l.PerSec)
				s.set.At("connections", name, "ms p99", float64(n), "connections", float64(l.P99.Microseconds())/1000)
			}
		}
	}
	return nil
}
