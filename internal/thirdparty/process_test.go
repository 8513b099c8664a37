package thirdparty

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is a program that a test started.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	ended  chan struct{}
	status error

	mu    sync.Mutex
	lines []string
	grown chan struct{} // closed at the next line
}

// start runs a program and gathers what it writes, to both outputs. It is killed
// at the end of the test.
func start(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(name, args...), ended: make(chan struct{}), grown: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = in, in
	err = p.cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal(err)
		}
		t.Skipf("%v (set DEWAR_TEST_SERVICES=required to make this a failure)", err)
	}
	go func() {
		defer out.Close()
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			p.mu.Lock()
			p.lines = append(p.lines, lines.Text())
			close(p.grown)
			p.grown = make(chan struct{})
			p.mu.Unlock()
		}
		p.status = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// waitFor waits for a line with a text in it, n times.
func (p *process) waitFor(text string, n int) {
	p.t.Helper()
	for {
		p.mu.Lock()
		found := strings.Count(strings.Join(p.lines, "\n"), text)
		grown := p.grown
		p.mu.Unlock()
		if found >= n {
			return
		}
		select {
		case <-grown:
		case <-p.ended:
			p.t.Fatalf("%s ended (%v) before it wrote %q:\n%s", p.cmd.Path, p.status, text, p.output())
		}
	}
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// kill ends the process as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// terminate ends it as a deployment does, and returns its error.
func (p *process) terminate() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.ended
	return p.status
}

// startRedis runs a Redis of the test's own that keeps what it is told in dir.
func startRedis(t *testing.T, port int, dir string) *process {
	t.Helper()
	p := start(t, nil, "redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", dir)
	p.waitFor("to accept connections", 1)
	return p
}

// startNginx runs Debian's nginx with servers, the text within http { }.
func startNginx(t *testing.T, dir, servers string) *process {
	t.Helper()
	config := `daemon off;
pid ` + dir + `/nginx.pid;
error_log stderr notice;
events { }
http {
	access_log off;
	client_body_temp_path ` + dir + `/body;
	proxy_temp_path ` + dir + `/proxy;
	fastcgi_temp_path ` + dir + `/fastcgi;
	uwsgi_temp_path ` + dir + `/uwsgi;
	scgi_temp_path ` + dir + `/scgi;
` + servers + `
}
`
	if os.Getuid() == 0 {
		config = "user root;\n" + config // the test's folder is its own
	}
	name := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "nginx", "-p", dir, "-e", "stderr", "-c", name)
	p.waitFor("start worker processes", 1)
	t.Cleanup(func() { _ = p.terminate() }) // before it is killed, or its workers stay
	return p
}
