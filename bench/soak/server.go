package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server is a running subject.
type server struct {
	subject *subject
	cmd     *exec.Cmd
	addr    string
	tls     bool
	log     *os.File
	exited  chan struct{} // closed when it has
}

// start starts the subject as the attack needs it and waits for its first page.
func (s *subject) start(ctx context.Context, a attack) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	argv, env := s.argv(port, a.http2)
	if a.files > 0 {
		argv = append([]string{"/bin/sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$@"`, a.files), "sh"}, argv...)
	}
	if pinned {
		argv = append([]string{"taskset", "-c", serverProcessor}, argv...)
	}
	argv = ahead(argv)
	v := &server{subject: s, cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), addr: addr, tls: a.http2, exited: make(chan struct{})}
	v.cmd.Env = append(os.Environ(), env...)
	// To a file: the server must not wait until somebody reads what it logs.
	if v.log, err = os.Create(s.dir + ".log"); err != nil {
		return nil, err
	}
	v.cmd.Stderr = v.log
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	v.cmd.Cancel = func() error { return v.cmd.Process.Signal(syscall.SIGTERM) }
	v.cmd.WaitDelay = 30 * time.Second
	if err := v.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = v.cmd.Wait(); close(v.exited) }()
	client := v.client()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		resp, err := client.Get(v.url())
		if err == nil {
			resp.Body.Close()
			return v, nil
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("%s does not start: %w\n%s", s.name, err, v.said()), v.stop())
		}
	}
}

// said is the beginning of what the server logged.
func (v *server) said() string {
	b := make([]byte, 1<<14)
	n, _ := v.log.ReadAt(b, 0)
	return string(b[:n])
}

func (v *server) url() string {
	if v.tls {
		return "https://" + v.addr + "/"
	}
	return "http://" + v.addr + "/"
}

// clientTLS trusts whatever answers on the loopback address.
func clientTLS(protocols ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protocols}
}

func (v *server) client() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: clientTLS()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// login registers, logs in, writes posts where there are none and returns the
// session's cookie. The second page of the list is a large one.
func (v *server) login(ctx context.Context) (string, error) {
	client := v.client()
	account := url.Values{"username": {"ada"}, "password": {"a long secret"}}
	if _, err := v.post(ctx, client, "auth/register", account); err != nil {
		return "", err
	}
	status, err := v.post(ctx, client, "auth/login", account)
	if err != nil || status != http.StatusSeeOther && status != http.StatusFound {
		return "", fmt.Errorf("login: status %d, %w\n%s", status, err, v.said())
	}
	resp, err := client.Get(v.url())
	if err != nil {
		return "", err
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return "", err
	}
	if !strings.Contains(string(page), "small post") {
		for i := range 40 {
			form := url.Values{"title": {"small post"}, "body": {"A few words, as a post in a blog has them."}}
			if i < 20 {
				form = url.Values{"title": {"large post"}, "body": {strings.Repeat("All that fits. ", 3333)}}
			}
			if status, err := v.post(ctx, client, "create", form); err != nil || status >= 400 {
				return "", fmt.Errorf("create: status %d, %w\n%s", status, err, v.said())
			}
		}
	}
	at, err := url.Parse(v.url())
	if err != nil {
		return "", err
	}
	var cookies []string
	for _, c := range client.Jar.Cookies(at) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	return strings.Join(cookies, "; "), nil
}

func (v *server) post(ctx context.Context, client *http.Client, path string, form url.Values) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// stop ends the server, at once if it does not end by itself.
func (v *server) stop() error {
	_ = v.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-v.exited:
	case <-time.After(25 * time.Second):
		_ = v.cmd.Process.Kill()
		<-v.exited
	}
	return nil
}

// processes are the server's process and those below it.
func (v *server) processes() (list []int) {
	list = []int{v.cmd.Process.Pid}
	for i := 0; i < len(list); i++ {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", list[i], list[i]))
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(b)) {
			if pid, err := strconv.Atoi(field); err == nil {
				list = append(list, pid)
			}
		}
	}
	return list
}

// resident is the memory of the server now, in bytes, all its processes
// together.
func (v *server) resident() (int64, error) { return v.status("VmRSS:") }

// peak is the most memory of each process since resetPeak, together.
func (v *server) peak() (int64, error) { return v.status("VmHWM:") }

func (v *server) status(field string) (sum int64, err error) {
	for _, pid := range v.processes() {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue // a worker that was replaced
		}
		for line := range strings.Lines(string(b)) {
			if rest, ok := strings.CutPrefix(line, field); ok {
				kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
				if err != nil {
					return 0, err
				}
				sum += kb << 10
			}
		}
	}
	if sum == 0 {
		return 0, fmt.Errorf("the server has ended:\n%s", v.said())
	}
	return sum, nil
}

// spilled is how many bytes of answers wait in temporary files.
func (v *server) spilled() (sum int64) {
	for _, pid := range v.processes() {
		names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, name := range names {
			target, err := os.Readlink(name)
			if err != nil || !strings.HasPrefix(filepath.Base(target), "dewar-answer-") {
				continue
			}
			if info, err := os.Stat(name); err == nil {
				sum += info.Size()
			}
		}
	}
	return sum
}

// watch returns a function that says how much was spilled at the most since.
func (v *server) watch() (most func() int64) {
	var highest int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			highest = max(highest, v.spilled())
			select {
			case <-stop:
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	return func() int64 {
		close(stop)
		<-stopped
		return highest
	}
}

// processor is the processor time that the server has used, all its processes
// together.
func (v *server) processor() (sum time.Duration) {
	for _, pid := range v.processes() {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		// After the name in parentheses: state, and eleven fields on, the time
		// in user and in kernel mode in hundredths of a second.
		_, rest, _ := strings.Cut(string(b), ") ")
		fields := strings.Fields(rest)
		for _, field := range fields[11:13] {
			ticks, _ := strconv.Atoi(field)
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}

// resetPeak has the kernel count the peak anew (proc(5), clear_refs).
func (v *server) resetPeak() error {
	for _, pid := range v.processes() {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0o200); err != nil {
			return err
		}
	}
	return nil
}
