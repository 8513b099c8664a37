package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

// A process is a running flaskr.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	log    *lockedBuffer
	exited chan error
}

// command is flaskr as it would be started from a shell.
func command(instance, dsn string, args ...string) *exec.Cmd {
	cmd := limited(exec.Command(os.Args[0], append([]string{"run", "--port", "0", "--instance", instance}, args...)...))
	cmd.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL="+dsn)
	if dsn == "" {
		cmd.Env = append(os.Environ(), asProgram+"=1")
	}
	return cmd
}

// start starts flaskr and waits until it says where it serves.
func start(t *testing.T, instance, dsn string, env ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: command(instance, dsn), log: &lockedBuffer{}, exited: make(chan error, 1)}
	p.cmd.Env = append(p.cmd.Env, env...)
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	running := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			fmt.Fprintln(p.log, lines.Text())
			if _, rest, ok := strings.Cut(lines.Text(), "Running on "); ok {
				at, _, _ := strings.Cut(rest, " ")
				running <- at
			}
		}
		p.exited <- p.cmd.Wait()
	}()
	select {
	case p.url = <-running:
	case err := <-p.exited:
		t.Fatalf("flaskr ended at its start: %v\n%s", err, p.log)
	case <-time.After(time.Minute):
		t.Fatalf("flaskr does not start:\n%s", p.log)
	}
	return p
}

// wait waits until the process has ended.
func (p *process) wait() error {
	p.t.Helper()
	select {
	case err := <-p.exited:
		return err
	case <-time.After(time.Minute):
		p.t.Fatalf("flaskr does not end:\n%s", p.log)
		return nil
	}
}

// browser is a client with cookies that follows no redirects.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// send posts a form as a browser does from a page of the site itself, and
// returns the status, 0 when there was no answer.
func send(client *http.Client, target string, form url.Values) int {
	r, err := http.NewRequest("POST", target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0
	}
	return resp.StatusCode
}

func logIn(t *testing.T, p *process, client *http.Client, username string) {
	t.Helper()
	form := url.Values{"username": {username}, "password": {"a long secret"}}
	send(client, p.url+"/auth/register", form)
	if status := send(client, p.url+"/auth/login", form); status != 303 {
		t.Fatalf("login: %d\n%s", status, p.log)
	}
}

// TestKilledWhileWriting: after SIGKILL, every post that was answered with
// success is there, and the database opens as if nothing had been.
func TestKilledWhileWriting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		instance := t.TempDir()
		acknowledged := map[string]bool{}
		var mu sync.Mutex
		for round := range 3 {
			p := start(t, instance, dsn)
			client := browser(t)
			logIn(t, p, client, "ada")
			enough := make(chan struct{})
			var once sync.Once
			var writers sync.WaitGroup
			for w := range 4 {
				writers.Go(func() {
					for i := 0; ; i++ {
						title := fmt.Sprintf("post %d.%d.%d.", round, w, i)
						if send(client, p.url+"/create", post(title, "body")) != 303 {
							return // the process is gone
						}
						mu.Lock()
						acknowledged[title] = true
						if len(acknowledged) >= 20*(round+1) {
							once.Do(func() { close(enough) })
						}
						mu.Unlock()
					}
				})
			}
			select {
			case <-enough:
			case <-time.After(time.Minute):
				t.Fatalf("no posts are written:\n%s", p.log)
			}
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			writers.Wait()
			_ = p.wait()
		}
		titles := storedTitles(t, dsn, instance)
		for title := range acknowledged {
			if !titles[title] {
				t.Errorf("%q was answered with success and is lost", title)
			}
		}
		t.Logf("%d posts acknowledged, %d stored", len(acknowledged), len(titles))
	})
}

func storedTitles(t *testing.T, dsn, instance string) map[string]bool {
	t.Helper()
	d := db.New(db.Config{URL: dsn, Dir: instance})
	if err := d.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer d.Close(t.Context())
	var list []string
	if err := d.Reader().NewSelect().Model((*Post)(nil)).Column("title").Scan(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, title := range list {
		titles[title] = true
	}
	return titles
}

// TestTerminated: SIGTERM lets the requests in flight finish, and the process
// ends with status 0.
func TestTerminated(t *testing.T) {
	p := start(t, t.TempDir(), "")
	logIn(t, p, browser(t), "ada")
	addr := strings.TrimPrefix(p.url, "http://")

	body := url.Values{"username": {"grace"}, "password": {"a long secret"}}.Encode()
	conn, answers := held(t, addr, len(body))
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// It takes no new connections, so it has heard.
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-p.exited:
		t.Fatalf("ended with a request in flight: %v\n%s", err, p.log)
	default:
	}
	fmt.Fprint(conn, body)
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("the request in flight got no answer: %v\n%s", err, p.log)
	}
	resp.Body.Close()
	if resp.StatusCode != 303 || resp.Header.Get("Location") != "/auth/login" {
		t.Errorf("the request in flight got %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	if err := p.wait(); err != nil {
		t.Errorf("exit: %v, want status 0\n%s", err, p.log)
	}
}

// held begins a request that is in flight for as long as we like: its body is
// held back once the server has asked for it.
func held(t *testing.T, addr string, length int) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /auth/register HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", addr, length)
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return conn, answers
}

// TestTerminatedForAll: a client that never ends its request holds the process
// up to the deadline, not longer.
func TestTerminatedForAll(t *testing.T) {
	p := start(t, t.TempDir(), "", "FLASKR_SHUTDOWN_TIMEOUT=1s")
	held(t, strings.TrimPrefix(p.url, "http://"), 100)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Errorf("exit: %v, want status 0\n%s", err, p.log)
	}
	if !strings.Contains(p.log.String(), "cut off") {
		t.Errorf("the log does not say that a request was cut off:\n%s", p.log)
	}
}

// TestFirstStart: the first start makes everything it needs, for its owner
// alone.
func TestFirstStart(t *testing.T) {
	instance := filepath.Join(t.TempDir(), "instance")
	p := start(t, instance, "")
	if !strings.HasPrefix(p.url, "http://127.0.0.1:") {
		t.Errorf("serves %s", p.url)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "secret_key": 0o600, "flaskr.sqlite": 0o600, ".gitignore": 0o600} {
		info, err := os.Stat(filepath.Join(instance, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != want {
			t.Errorf("%q has mode %04o, want %04o", name, info.Mode().Perm(), want)
		}
	}
	ignored, err := os.ReadFile(filepath.Join(instance, ".gitignore"))
	if err != nil || string(ignored) != "*\n" {
		t.Errorf(".gitignore holds %q, %v", ignored, err)
	}

	// A login outlives a restart: the key is kept.
	client := browser(t)
	logIn(t, p, client, "ada")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Fatal(err)
	}
	second := start(t, instance, "")
	from, _ := url.Parse(p.url)
	to, _ := url.Parse(second.url)
	client.Jar.SetCookies(to, client.Jar.Cookies(from))
	if status := send(client, second.url+"/create", post("after the restart", "")); status != 303 {
		t.Errorf("status %d", status)
	}
}

// lockedBuffer is what a process wrote, read while it writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
