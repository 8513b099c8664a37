package dewar_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dewar-go/dewar"
)

// TestTakenOverConnections: WebSockets, here and through the fallback, take half of the
// places at most, and give them back when they end.
func TestTakenOverConnections(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		rw.Flush()
		io.Copy(io.Discard, rw)
	}))
	defer other.Close()
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxConnections = 4 })
	app.Fallback(other.URL)
	app.Get("/page", text("page"))
	app.Get("/here", func(c *dewar.Context) error {
		conn, _, err := http.NewResponseController(c.Writer()).Hijack()
		if err != nil {
			return err
		}
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		go func() { io.Copy(io.Discard, conn); conn.Close() }()
		return nil
	})
	addr := serve(t, app)
	ask := func(path, headers string) (net.Conn, int) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, headers)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return conn, resp.StatusCode
	}
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	first, one := ask("/here", "")
	second, two := ask("/there", upgrade)
	defer first.Close()
	defer second.Close()
	third, three := ask("/here", "Connection: close\r\n")
	fourth, four := ask("/there", upgrade)
	third.Close()
	fourth.Close()
	page, five := ask("/page", "Connection: close\r\n")
	page.Close()
	if one != 101 || two != 101 || three != 503 || four != 503 || five != 200 {
		t.Errorf("answers %d, %d, %d, %d, %d; want 101, 101, 503, 503, 200", one, two, three, four, five)
	}
}

// TestStreamsLeaveRoom: open streams, of views, of handlers and of the other application,
// take half of the places at most, and give them back when they end.
func TestStreamsLeaveRoom(t *testing.T) {
	events := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: x\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	other := httptest.NewServer(http.HandlerFunc(events))
	defer other.Close()
	defer other.CloseClientConnections()
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxConnections = 8 })
	app.Fallback(other.URL)
	ended := make(chan bool, 10)
	app.Get("/events", func(c *dewar.Context) error {
		return c.Events(func(send func(dewar.Event) error) error {
			defer func() { ended <- true }()
			err := send(dewar.Event{Data: "x"})
			<-c.Context().Done()
			return err
		})
	})
	app.Get("/stream", func(c *dewar.Context) error {
		return c.Stream("text/plain", func(io.Writer) error { <-c.Context().Done(); return nil })
	})
	app.Get("/handler", dewar.Wrap(http.HandlerFunc(events)))
	app.Get("/page", text("page"))
	addr := serve(t, app)
	ask := func(path string) (net.Conn, int) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return conn, resp.StatusCode
	}
	var first net.Conn
	for _, path := range []string{"/events", "/stream", "/handler", "/elsewhere"} {
		conn, status := ask(path)
		defer conn.Close()
		if status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		if first == nil {
			first = conn
		}
	}
	for _, path := range []string{"/events", "/stream", "/handler", "/elsewhere", "/page"} {
		want := 503
		if path == "/page" {
			want = 200
		}
		conn, status := ask(path)
		conn.Close()
		if status != want {
			t.Errorf("%s: %d when half of the places are streams, want %d", path, status, want)
		}
	}
	first.Close()
	<-ended
	status := 0
	for range 1000 { // its request ends a little behind the view
		var conn net.Conn
		conn, status = ask("/stream")
		defer conn.Close()
		if status == 200 {
			return
		}
	}
	t.Errorf("%d when a stream has ended", status)
}

// TestFlushOfAnotherGoroutine: a handler that flushes a stream from a goroutine of its own, as httputil.ReverseProxy does
// with headers whose body is not there yet, does not end the process when there is no place for the stream.
func TestFlushOfAnotherGoroutine(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer other.Close()
	defer other.CloseClientConnections()
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxConnections = 2 })
	app.Fallback(other.URL)
	flushed := make(chan error, 1)
	app.Get("/flushed", dewar.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		done := make(chan struct{})
		go func() { defer close(done); flushed <- http.NewResponseController(w).Flush() }()
		<-done
	})))
	addr := serve(t, app)
	ask := func(path string) (net.Conn, int) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return conn, resp.StatusCode
	}
	first, status := ask("/first")
	defer first.Close()
	if status != 200 {
		t.Fatalf("the one that has a place: %d", status)
	}
	for path, want := range map[string]int{"/elsewhere": 503, "/flushed": 200} {
		conn, status := ask(path)
		conn.Close()
		if status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	if err := <-flushed; err == nil {
		t.Error("a stream without a place began")
	}
}
