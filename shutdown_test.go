package dewar_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// TestStreamsEndAtShutdown: an open stream ends when the server shuts down, in
// whichever way it waits, and event streams say when to come back.
func TestStreamsEndAtShutdown(t *testing.T) {
	tick := func(send func(dewar.Event) error) error {
		for {
			if err := send(dewar.Event{Data: "x"}); err != nil {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	mounted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: x\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	for _, row := range []struct {
		name  string
		view  dewar.View
		retry bool // over HTTP/1 and HTTP/2
		whole bool // over HTTP/2 too
	}{
		{"events", func(c *dewar.Context) error {
			return c.Events(func(send func(dewar.Event) error) error {
				if err := send(dewar.Event{Data: "x"}); err != nil {
					return err
				}
				<-c.Context().Done()
				if !errors.Is(context.Cause(c.Context()), dewar.ErrShutdown) {
					t.Errorf("the cause is %v", context.Cause(c.Context()))
				}
				return c.Context().Err()
			})
		}, true, true},
		{"events that only look at what send returns", func(c *dewar.Context) error { return c.Events(tick) }, true, true},
		{"events of a context from before", func(c *dewar.Context) error {
			ctx := c.Context()
			return c.Events(func(send func(dewar.Event) error) error {
				_ = send(dewar.Event{Data: "x"})
				<-ctx.Done()
				return nil
			})
		}, true, false},
		{"a stream", func(c *dewar.Context) error {
			return c.Stream("text/plain", func(w io.Writer) error {
				_, _ = io.WriteString(w, "x\n")
				<-c.Context().Done()
				_, err := io.WriteString(w, "bye\n")
				return err
			})
		}, false, true},
		{"a handler's", dewar.Wrap(mounted), false, false},
	} {
		for _, over := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(row.name+" over "+over, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dir := t.TempDir()
					certFile, keyFile, pool := certify(t, dir, 1, "shop.example.com")
					app := dewar.New(dewar.Config{
						SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com"}, InstanceDir: dir, TLSCertFile: certFile, TLSKeyFile: keyFile,
						ShutdownTimeout: time.Hour, OnListen: func(string, net.Addr) {}, Logger: slog.New(slog.DiscardHandler),
					})
					app.Get("/", row.view)
					app.Get("/plain", row.view).Wrap(func(next http.Handler) http.Handler {
						return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							ctx, cancel := context.WithCancel(r.Context())
							defer cancel()
							next.ServeHTTP(w, r.WithContext(ctx))
						})
					})
					listener := newPipes()
					ctx, stop := context.WithCancel(t.Context())
					served := make(chan error, 1)
					go func() { served <- app.Serve(ctx, listener) }()
					client := &http.Client{Transport: &http.Transport{
						DialContext: listener.dial, ForceAttemptHTTP2: over == "HTTP/2.0", TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
					}}
					var answers []*http.Response
					for _, path := range []string{"/", "/plain"} {
						resp, err := client.Get("https://shop.example.com" + path)
						if err != nil {
							t.Fatal(err)
						}
						if _, err := resp.Body.Read(make([]byte, 1)); err != nil || resp.Proto != over {
							t.Fatal(err, resp.Proto)
						}
						answers = append(answers, resp)
					}
					start := time.Now()
					stop()
					for _, resp := range answers {
						b, err := io.ReadAll(resp.Body)
						if whole := row.whole || over == "HTTP/1.1"; (err == nil) != whole {
							t.Errorf("%s: the stream ended with %v", resp.Request.URL.Path, err)
						}
						if err == nil && strings.Contains(string(b), "\nretry: ") != row.retry {
							t.Errorf("%s: %q", resp.Request.URL.Path, b)
						}
					}
					if err := <-served; err != nil {
						t.Error(err)
					}
					if took := time.Since(start); took >= time.Second {
						t.Errorf("it took %v", took)
					}
					client.CloseIdleConnections()
				})
			})
		}
	}
}

// TestEndStreams: a stream that is asked for while the server shuts down ends as
// it begins.
func TestEndStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, _ := newApp(t, func(c *dewar.Config) { c.OnListen = func(string, net.Addr) {} })
		app.Get("/", func(c *dewar.Context) error {
			app.EndStreams()
			return c.Events(func(func(dewar.Event) error) error {
				<-c.Context().Done()
				return nil
			})
		})
		listener := localPipes{newPipes()}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- app.Serve(ctx, listener) }()
		client := &http.Client{Transport: &http.Transport{DialContext: listener.dial}}
		resp, err := client.Get("http://localhost/")
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(resp.Body); !strings.HasPrefix(string(b), "retry: ") || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// TestShutdownSaysWhatItWaitsFor: which requests, by their rules, and for how long.
func TestShutdownSaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lockedBuffer{}
		app, _ := newApp(t, func(c *dewar.Config) {
			c.OnListen, c.ShutdownTimeout, c.Logger = func(string, net.Addr) {}, 8*time.Second, slog.New(slog.NewTextHandler(log, nil))
		})
		app.Get("/report/<int:id>", func(c *dewar.Context) error {
			select {
			case <-time.After(time.Duration(c.Int("id")) * time.Second):
			case <-c.Context().Done():
			}
			return c.Text("done")
		})
		listener := localPipes{newPipes()}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- app.Serve(ctx, listener) }()
		for _, seconds := range []string{"3", "4", "60"} {
			conn, err := listener.dial(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go io.Copy(io.Discard, conn)
			if _, err := io.WriteString(conn, "GET /report/"+seconds+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		var lines []string
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "shut-down") {
				_, line, _ = strings.Cut(strings.TrimSpace(line), " level=")
				lines = append(lines, line)
			}
		}
		want := []string{
			`INFO msg="shut-down waits for requests" requests=3 rules="/report/<int:id>: 3 for up to 1.2s" timeout=8s`,
			`INFO msg="shut-down waits for requests" requests=1 rules="/report/<int:id>: 1 for up to 6.2s" timeout=8s`,
			`WARN msg="requests are cut off at shut-down" requests=1 rules="/report/<int:id>: 1 for up to 9s" timeout=8s`,
		}
		if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	})
}

// TestFailedStart: the reason is said at once, also when something does not close,
// and that is left behind.
func TestFailedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lockedBuffer{}
		app, _ := newApp(t, func(c *dewar.Config) { c.Logger = slog.New(slog.NewTextHandler(log, nil)) })
		reason := errors.New("the database is down")
		app.OnStart(func(context.Context) error { return reason })
		var closed []string
		var mu sync.Mutex // what hangs is left behind while the next one closes
		note := func(name string) { mu.Lock(); defer mu.Unlock(); closed = append(closed, name) }
		app.OnClose(func(context.Context) error { note("first"); return nil })
		hangs, release := make(chan struct{}), make(chan struct{})
		app.OnClose(func(context.Context) error { note("hangs"); close(hangs); <-release; return nil })
		app.OnClose(func(context.Context) error { note("panics"); panic("a mistake") })
		app.OnClose(func(context.Context) error { note("fails"); return errors.New("not flushed") })
		start := time.Now()
		served := make(chan error)
		go func() { served <- app.Serve(t.Context(), localPipes{newPipes()}) }()
		<-hangs
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if !strings.Contains(log.String(), reason.Error()) {
			t.Errorf("the reason is not said while something hangs:\n%s", log.String())
		}
		err := <-served
		if !errors.Is(err, reason) {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(start); took > 21*time.Second { // the default is 20
			t.Errorf("it took %v", took)
		}
		if got := strings.Join(closed, ", "); got != "fails, panics, hangs, first" {
			t.Errorf("closed: %s", got)
		}
		for _, want := range []string{"not flushed", "a mistake", "did not end in time", "shutdown_test.go:"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q:\n%s", want, log.String())
			}
		}
		close(release)
	})
}

// helperProcess, in the environment, makes this test binary a server of its own.
const helperProcess = "DEWAR_TEST_SERVER"

// TestMain runs the helper process when it is asked for.
func TestMain(m *testing.M) {
	if os.Getenv(helperProcess) != "" {
		helper(os.Getenv(helperProcess))
		return
	}
	os.Exit(m.Run())
}

// helper serves until it is told to end. What it prints first is its URL.
func helper(dir string) {
	// A program that listens to signals itself must not keep the second one from
	// having its effect.
	theirs := make(chan os.Signal, 10)
	signal.Notify(theirs, os.Interrupt, syscall.SIGTERM)
	app := dewar.New(dewar.Config{
		InstanceDir: dir, ShutdownTimeout: time.Hour, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		OnListen: func(url string, _ net.Addr) { fmt.Println(url) },
	})
	app.Get("/events", func(c *dewar.Context) error {
		return c.Events(func(send func(dewar.Event) error) error {
			err := send(dewar.Event{Data: "hello"})
			<-c.Context().Done()
			return err
		})
	})
	app.Get("/hang", func(c *dewar.Context) error {
		if err := http.NewResponseController(c.Writer()).Flush(); err != nil {
			return err
		}
		select {}
	})
	if err := app.Run("127.0.0.1:0"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestSignalsEndTheProcess: one ends it well, streams or not, and a second one ends
// it whatever it does.
func TestSignalsEndTheProcess(t *testing.T) {
	for _, row := range []struct {
		name, path string
		second     bool
	}{
		{"an open event stream", "/events", false},
		{"a request that hangs", "/hang", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), helperProcess+"="+t.TempDir())
			var log bytes.Buffer
			cmd.Stderr = &log
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			url = strings.TrimSpace(url)
			resp, err := http.Get(url + row.path)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if !row.second {
				if b, err := io.ReadAll(resp.Body); !strings.Contains(string(b), "retry: ") || err != nil {
					t.Errorf("%q, %v", b, err)
				}
				if err := cmd.Wait(); err != nil {
					t.Errorf("%v\n%s", err, &log)
				}
				return
			}
			for { // it takes no new connections, so it has heard
				c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
				if err != nil {
					break
				}
				c.Close()
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); err == nil || !ok || status.Signal() != syscall.SIGTERM {
				t.Errorf("%v\n%s", err, &log)
			}
		})
	}
}

// A lockedBuffer is read while others write to it.
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
