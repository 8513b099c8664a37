package limit_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
)

func TestConcurrencySheds(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	wait := func(c *dewar.Context) error {
		entered <- struct{}{}
		<-leave
		return c.Text("done")
	}
	cl, _ := open(t, limit.Options{Concurrency: 2, Application: "100/day", Headers: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/wait", wait).Name("wait")
		app.Get("/one", wait).Name("one").Guard(l.Concurrency(1))
		app.Get("/a", hello).Name("a")
	})
	var group sync.WaitGroup
	for _, target := range []string{"/wait", "/one"} {
		one := cl.Another()
		group.Go(func() {
			if r := one.Get(target); r.Status != 200 {
				t.Errorf("%s: %d", target, r.Status)
			}
		})
		<-entered
		if target == "/wait" {
			want(t, "a place is free", statuses(cl, "/a", 2), "200 200")
		}
	}
	for _, target := range []string{"/a", "/wait", "/nothing"} {
		r := cl.Get(target)
		if r.Status != 503 || r.Header.Get("Retry-After") != "1" || r.Header.Get("Connection") != "close" {
			t.Errorf("%s: %d %v", target, r.Status, r.Header)
		}
		if r.Header.Get("X-RateLimit-Limit") != "" {
			t.Errorf("%s: what was shed was counted", target)
		}
	}
	close(leave)
	group.Wait()
	want(t, "afterwards", statuses(cl, "/a", 5), "200 200 200 200 200")
}

func TestConcurrencyOfARoute(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/slow", func(c *dewar.Context) error {
			entered <- struct{}{}
			<-leave
			return c.Text("done")
		}).Name("slow").Guard(l.Concurrency(1))
		app.Get("/a", hello).Name("a")
	})
	var group sync.WaitGroup
	one := cl.Another()
	group.Go(func() { one.Get("/slow") })
	<-entered
	want(t, "the route", statuses(cl, "/slow", 2), "503 503")
	want(t, "another", statuses(cl, "/a", 2), "200 200")
	close(leave)
	group.Wait()
}

// TestPlacesComeBack: whatever ends a request gives its place back.
func TestPlacesComeBack(t *testing.T) {
	app := dewar.New(dewar.Config{Logger: quiet, Loopback: true, InstanceDir: t.TempDir()})
	l := limit.New(limit.Options{Concurrency: 1})
	app.Extend(l)
	app.Get("/ok", hello).Name("ok")
	app.Get("/<how>", func(c *dewar.Context) error {
		switch c.Str("how") {
		case "panic":
			panic("on purpose")
		case "abort":
			panic(http.ErrAbortHandler)
		case "hijack":
			conn, _, err := http.NewResponseController(c.Writer()).Hijack()
			if err != nil {
				return err
			}
			return conn.Close()
		case "stream-panic":
			_, _ = c.Writer().Write([]byte("x"))
			_ = http.NewResponseController(c.Writer()).Flush()
			panic("on purpose")
		}
		return errors.New("broken")
	}).Name("how")
	app.Get("/forbidden/", hello).Name("forbidden").Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(*dewar.Context) error { return dewar.StatusError(403) }))
	app.Get("/guard-panic/", hello).Name("guard").Guard(dewar.GuardFunc(dewar.StagePermission, "panics", func(*dewar.Context) error { panic("on purpose") }))
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, target := range []string{"/ok", "/panic", "/abort", "/hijack", "/stream-panic", "/error", "/forbidden/", "/guard-panic/", "/nothing/here", "/%2e%2e/"} {
		r, err := client.Get(server.URL + target)
		if err == nil {
			r.Body.Close()
		}
		// The place is given back when the handler returns, which a client may
		// see late: shed means try again.
		status := 503
		for try := 0; status == 503 && try < 1000; try++ {
			r, err := client.Get(server.URL + "/ok")
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			status = r.StatusCode
		}
		if status != 200 {
			t.Errorf("after %s: %d", target, status)
		}
	}
}
