package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestTerminatedLosesNone: SIGTERM with forty requests in flight loses none of
// them.
func TestTerminatedLosesNone(t *testing.T) {
	p := start(t, t.TempDir(), "")
	addr := strings.TrimPrefix(p.url, "http://")
	body := func(i int) string {
		return url.Values{"username": {fmt.Sprintf("user%d", i)}, "password": {"a long secret"}}.Encode()
	}
	type request struct {
		conn net.Conn
		end  func() (*http.Response, error)
	}
	var requests []request
	for i := range 40 {
		conn, answers := held(t, addr, len(body(i)))
		requests = append(requests, request{conn, func() (*http.Response, error) { return http.ReadResponse(answers, nil) }})
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // it takes no new connections, so it has heard
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() {
			fmt.Fprint(r.conn, body(i))
			resp, err := r.end()
			if err != nil {
				t.Errorf("request %d is lost: %v", i, err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusSeeOther {
				t.Errorf("request %d got %s", i, resp.Status)
			}
		})
	}
	all.Wait()
	if err := p.wait(); err != nil {
		t.Errorf("exit: %v, want status 0\n%s", err, p.log)
	}
}

// TestHoldersAtTheFileLimit: 500 clients that hold their connections in one way or
// another, on a server that may have 400 files open. Whoever comes is served.
func TestHoldersAtTheFileLimit(t *testing.T) {
	const post = "POST /auth/login HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
	const steady = 130 // bytes each tenth of a second: as much as is enough otherwise
	for _, row := range []struct {
		name, send string
		drip       int
	}{
		{"headers that do not end", "GET / HTTP/1.1\r\nHost: %s\r\n", 0},
		{"bodies that do not end", post + "username=a", steady},
		{"bodies that nobody reads", strings.Replace(post, "/auth/login", "/nowhere", 1) + "username=a", steady},
		{"no further request", "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", 0},
		{"answers that are not taken", strings.Repeat("GET /static/style.css HTTP/1.1\r\nHost: %[1]s\r\n\r\n", 300), 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv(limitedFiles, "400")
			p := start(t, t.TempDir(), "")
			addr := strings.TrimPrefix(p.url, "http://")
			request := fmt.Sprintf(row.send, addr)
			hold := func() {
				conn, err := net.Dial("tcp", addr)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				_ = conn.(*net.TCPConn).SetReadBuffer(4096)
				go func() {
					_, err := io.WriteString(conn, request)
					for tick := time.NewTicker(100 * time.Millisecond); err == nil && row.drip > 0; <-tick.C {
						_, err = io.WriteString(conn, strings.Repeat("a", row.drip))
					}
				}()
			}
			for range 500 {
				hold()
			}
			// While all places have a request that the program works on a newcomer is closed, and those
			// who ask three hundred times at once keep it busy for a while.
			for start := time.Now(); ; {
				client := browser(t)
				resp, err := client.Get(p.url + "/")
				if err == nil {
					resp.Body.Close()
					client.CloseIdleConnections()
					break
				}
				if time.Since(start) > time.Minute {
					t.Fatalf("the first visitor: %v\n%s", err, p.log)
				}
			}
			for i := range 10 {
				client := browser(t)
				resp, err := client.Get(p.url + "/")
				if err != nil {
					t.Fatalf("visitor %d: %v\n%s", i, err, p.log)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("visitor %d got %s", i, resp.Status)
				}
				client.CloseIdleConnections()
				hold()
			}
		})
	}
}

// limitedFiles, in the environment, is how many files flaskr may have open.
const limitedFiles = "FLASKR_TEST_FILES"

// limited has a command run with a limit of open files, when one is asked for.
func limited(cmd *exec.Cmd) *exec.Cmd {
	if n := os.Getenv(limitedFiles); n != "" {
		cmd.Args = append([]string{"sh", "-c", "ulimit -n " + n + ` && exec "$@"`, "sh"}, cmd.Args...)
		cmd.Path = "/bin/sh"
	}
	return cmd
}
