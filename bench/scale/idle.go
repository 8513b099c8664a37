package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/dewar-go/dewar/bench/internal/process"
)

// idleConnections is the memory of a server with more and more connections that
// have had one answer and ask nothing more: as it comes, which depends on when the
// collector ran last, and once it has run, as it does every two minutes.
func idleConnections(s *suite) error {
	core, _ := process.Cores()
	for round := range s.rounds(3) {
		_ = round
		for _, name := range servers {
			server, err := s.start(name, core, "1")
			if err != nil {
				return err
			}
			err = s.idle(server)
			server.Stop()
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func (s *suite) idle(server *process.Server) error {
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	for _, n := range s.places(100, 1000, 3000, 10_000) {
		for len(open) < n {
			c, err := connect(server.URL)
			if err != nil {
				return fmt.Errorf("connection %d: %w", len(open)+1, err)
			}
			open = append(open, c)
		}
		time.Sleep(500 * time.Millisecond) // the collector's turn
		memory, err := server.Resident()
		if err != nil {
			return err
		}
		s.set.At("idle connections", server.Name, "MB", float64(n), "connections", float64(memory)/(1<<20))
	}
	if err := server.Collect(); err != nil {
		return err
	}
	memory, err := server.Resident()
	if err != nil {
		return err
	}
	s.set.Add("10,000 idle connections", server.Name, "MB, collected", float64(memory)/(1<<20))
	return nil
}

// connect opens a connection and has one answer.
func connect(url string) (net.Conn, error) {
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), 10*time.Second)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(c, "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", resp.Status)
	}
	return c, nil
}
