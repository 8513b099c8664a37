package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
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

// TestSlowHeadersAtTheFileLimit: 500 clients that never end their headers, on a
// server that may have 400 files open. Whoever comes is served.
func TestSlowHeadersAtTheFileLimit(t *testing.T) {
	t.Setenv(limitedFiles, "400")
	p := start(t, t.TempDir(), "")
	addr := strings.TrimPrefix(p.url, "http://")
	hold := func() {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\n", addr)
	}
	for range 500 {
		hold()
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
