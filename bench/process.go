package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// figures are what was measured of one program.
type figures struct {
	firstAnswer  time.Duration
	rest, loaded int64 // resident bytes
	size         int64 // of the binary
}

// build compiles a package of the examples module, as it would be deployed.
func build(pkg, binary string) error {
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, pkg)
	cmd.Dir = "../examples"
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// measure starts a program several times and asks it for its first page.
func measure(s subject, binary, instance string) (f figures, err error) {
	info, err := os.Stat(binary)
	if err != nil {
		return f, err
	}
	f.size = info.Size()
	var times []time.Duration
	for i := range s.warmUps + rounds {
		took, err := f.once(s, binary, instance, i == s.warmUps+rounds-1)
		if err != nil {
			return f, err
		}
		if i >= s.warmUps {
			times = append(times, took)
		}
	}
	slices.Sort(times)
	f.firstAnswer = times[len(times)/2]
	return f, nil
}

// once starts the program, waits for its first answer and ends it. The last
// time it also looks at the memory.
func (f *figures) once(s subject, binary, instance string, last bool) (took time.Duration, err error) {
	port, args := s.port, []string(nil)
	if port == 0 {
		if port, err = freePort(); err != nil {
			return 0, err
		}
		args = []string{"run", "--port", strconv.Itoa(port), "--instance", instance}
	}
	if err := os.MkdirAll(instance, 0o700); err != nil {
		return 0, err
	}
	var log bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Stderr = instance, &log
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM))
		if e := cmd.Wait(); e != nil {
			err = errors.Join(err, fmt.Errorf("%w\n%s", e, log.String()))
		}
	}()
	url := fmt.Sprintf("http://127.0.0.1:%d/", port)
	for {
		if err := get(url); err == nil {
			break
		} else if time.Since(start) > 20*time.Second {
			return 0, fmt.Errorf("no answer: %w\n%s", err, log.String())
		}
		time.Sleep(200 * time.Microsecond)
	}
	took = time.Since(start)
	if !last {
		return took, nil
	}
	time.Sleep(2 * time.Second)
	if f.rest, err = resident(cmd.Process.Pid); err != nil {
		return took, err
	}
	for range 1000 {
		if err := get(url); err != nil {
			return took, err
		}
	}
	time.Sleep(2 * time.Second)
	f.loaded, err = resident(cmd.Process.Pid)
	return took, err
}

func get(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", resp.Status)
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// resident is the memory of a process, as Linux counts it; 0 elsewhere.
func resident(pid int) (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS in the process's status")
}
