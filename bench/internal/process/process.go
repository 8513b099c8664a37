// Package process starts the servers that are measured, on one core of their
// own, and reads what Linux says about them: processor time and memory.
package process

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Server is a process that answers on a port of the loopback.
type Server struct {
	Name string
	URL  string
	cmd  *exec.Cmd
}

// Cores says which core servers run on and which the load, as taskset takes
// them; both are "" where there is one core or no taskset.
func Cores() (server, load string) {
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		return "", ""
	}
	return "0", "1"
}

// Pin makes the arguments of a command that runs on the given cores.
func Pin(cores string, argv []string) []string {
	if cores == "" {
		return argv
	}
	return append([]string{"taskset", "-c", cores}, argv...)
}

// Start starts a server and waits until it answers path with 200. What it
// writes goes to /dev/null. dir is its working directory.
func Start(name string, argv, env []string, dir, url, path string) (*Server, error) {
	s := &Server{Name: name, URL: url}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	s.cmd = exec.Command(argv[0], argv[1:]...)
	s.cmd.Dir, s.cmd.Env = dir, append(os.Environ(), env...)
	s.cmd.Stdout, s.cmd.Stderr = null, null // files: the server writes to them itself
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for began := time.Now(); ; time.Sleep(200 * time.Microsecond) {
		resp, err := client.Get(url + path)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return s, nil
			}
			err = errors.New(resp.Status)
		}
		if time.Since(began) > 20*time.Second {
			s.Stop()
			return nil, fmt.Errorf("%s does not answer %s: %w; run %s by hand to see why", name, path, err, strings.Join(argv, " "))
		}
	}
}

// Stop ends the server and its children.
func (s *Server) Stop() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-done
	}
}

// Collect has a server of this suite collect its garbage and give back what it does
// not need, and waits for it.
func (s *Server) Collect() error {
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return nil
}

// pids are the server's process and its children.
func (s *Server) pids() []int {
	list := []int{s.cmd.Process.Pid}
	for i := 0; i < len(list); i++ {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", list[i], list[i]))
		for child := range strings.FieldsSeq(string(data)) {
			if pid, err := strconv.Atoi(child); err == nil {
				list = append(list, pid)
			}
		}
	}
	return list
}

// CPU is the processor time that the server has used, system calls included:
// the scheduler's own count in nanoseconds, of all threads.
func (s *Server) CPU() time.Duration {
	var sum int64
	for _, pid := range s.pids() {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, name := range files {
			data, _ := os.ReadFile(name)
			first, _, _ := strings.Cut(string(data), " ")
			n, _ := strconv.ParseInt(first, 10, 64)
			sum += n
		}
	}
	return time.Duration(sum)
}

// Resident is the memory of the server in bytes. Memory that several processes
// of one server share counts once: it is the proportional set size, or the
// resident size where there is one process.
func (s *Server) Resident() (int64, error) {
	pids := s.pids()
	if len(pids) == 1 {
		return field(fmt.Sprintf("/proc/%d/status", pids[0]), "VmRSS:")
	}
	var sum int64
	for _, pid := range pids {
		n, err := field(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:")
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// field reads a line "Name:  123 kB".
func field(file, name string) (int64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in %s", name, file)
}

// FreePort finds a port of the loopback that nobody listens on.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Build compiles a package of bench/, or of the module in dir, as it would be
// deployed.
func Build(dir, pkg, binary string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}
