package dewar_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestProtocolCornerCases sends over a socket what parsers disagree about: request
// smuggling lives on two of them that do. by says who answers: net/http before
// the app has seen anything, or the app's gate; "taken" is what reaches the view,
// whose answer shows how the request was understood. docs/security.md lists the
// rows.
func TestProtocolCornerCases(t *testing.T) {
	app, _ := newApp(t)
	app.Route("/echo", func(c *dewar.Context) error {
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return &dewar.HTTPError{Code: 400, Detail: "the body cannot be read"}
		}
		return c.Text(fmt.Sprintf("%s %q X=%q", c.Method(), b, c.Request().Header.Get("X")))
	}, "GET", "POST")
	addr := serve(t, app)
	const post, get, end = "POST /echo HTTP/1.1\r\nHost: localhost\r\n", "GET /echo HTTP/1.1\r\nHost: localhost\r\n", "\r\n\r\n"
	rows := []struct{ name, by, request, status, body string }{
		{"CVE-2024-1135 Content-Length and Transfer-Encoding", "taken",
			post + "Content-Length: 4\r\nTransfer-Encoding: chunked" + end + "5\r\nhello\r\n0\r\n\r\n" + get + end, "200", `POST "hello"`},
		{"two different Content-Length", "net/http", post + "Content-Length: 5\r\nContent-Length: 6" + end + "hello!", "400", ""},
		{"Content-Length with a sign", "net/http", post + "Content-Length: +4" + end + "hell", "400", ""},
		{"Content-Length with a list", "net/http", post + "Content-Length: 4, 4" + end + "hell", "400", ""},
		{"CVE-2022-1705 Transfer-Encoding that is not chunked", "net/http", post + "Transfer-Encoding: xchunked" + end + "0\r\n\r\n", "501", ""},
		{"CVE-2024-6827 Transfer-Encoding with a list", "net/http", post + "Transfer-Encoding: gzip, chunked" + end + "0\r\n\r\n", "501", ""},
		{"CVE-2019-16276 space before the colon", "net/http", post + "Transfer-Encoding : chunked" + end + "0\r\n\r\n", "400", ""},
		{"bare line feeds", "taken", "GET /echo HTTP/1.1\nHost: localhost\nX: a\nConnection: close\n\n", "200", `X="a"`},
		{"CVE-2025-22871 bare line feed in a chunk's size", "taken", post + "Transfer-Encoding: chunked" + end + "5\nhello\r\n0\r\n\r\n", "400", "the body cannot be read"},
		{"chunk size with 0x", "taken", post + "Transfer-Encoding: chunked" + end + "0x5\r\nhello\r\n0\r\n\r\n", "400", "the body cannot be read"},
		{"CVE-2023-39326 endless chunk extension", "taken", post + "Transfer-Encoding: chunked" + end + "5;" + strings.Repeat("x", 20_000) + "\r\nhello\r\n0\r\n\r\n", "400", "the body cannot be read"},
		{"no Host", "net/http", "GET /echo HTTP/1.1" + end, "400", ""},
		{"HTTP/1.0 without Host", "gate", "GET /echo HTTP/1.0" + end, "400", "This host is not served here."},
		{"two Hosts", "net/http", get + "Host: evil.example" + end, "400", ""},
		{"Host with a space", "net/http", "GET /echo HTTP/1.1\r\nHost: localhost evil.example" + end, "400", ""},
		{"Host with a user", "net/http", "GET /echo HTTP/1.1\r\nHost: localhost@evil.example" + end, "400", ""},
		{"NUL in a value", "net/http", get + "X: a\x00b" + end, "400", ""},
		{"NUL in a name", "net/http", get + "X\x00Y: a" + end, "400", ""},
		{"CVE-2018-1000164 carriage return in a value", "net/http", get + "X: a\rSet-Cookie: b" + end, "400", ""},
		{"folded header", "taken", get + "X: a\r\n b" + end, "200", `X="a b"`},
		{"header before the first, folded", "net/http", "GET /echo HTTP/1.1\r\n Host: localhost" + end, "400", ""},
		{"absolute form for another host", "gate", "GET http://evil.example/echo HTTP/1.1\r\nHost: localhost" + end, "400", "This host is not served here."},
		{"absolute form for this host, Host for another", "taken", "GET http://localhost/echo HTTP/1.1\r\nHost: evil.example" + end, "200", "GET"},
		{"authority form", "gate", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443" + end, "400", "This host is not served here."},
		{"HTTP/1.9", "taken", "GET /echo HTTP/1.9\r\nHost: localhost" + end, "200", "GET"},
		{"HTTP/2.0 without its preface", "net/http", "GET /echo HTTP/2.0\r\nHost: localhost" + end, "505", ""},
		{"HTTP/0.9", "net/http", "GET /echo" + end, "400", ""},
		{"TRACE", "gate", "TRACE /echo HTTP/1.1\r\nHost: localhost\r\nX: a" + end, "405", ""},
		{"TRACK", "gate", "TRACK /echo HTTP/1.1\r\nHost: localhost" + end, "405", ""},
		{"NUL in the method", "net/http", "G\x00T /echo HTTP/1.1\r\nHost: localhost" + end, "400", ""},
		{"CVE-2021-31525 many header lines", "net/http", get + strings.Repeat("X: a\r\n", 100_000) + "\r\n", "431", ""},
		{"CVE-2025-61726 many parameters", "net/http", "GET /echo?" + strings.Repeat("a=1&", 100_000) + " HTTP/1.1\r\nHost: localhost" + end, "431", ""},
		{"CVE-2024-24791 an expectation other than 100-continue", "net/http", post + "Expect: a-pony\r\nContent-Length: 0" + end, "417", ""},
		{"h2c by its preface", "gate", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			answer := exchangeAll(t, addr, row.request)
			head, body, _ := strings.Cut(answer, "\r\n\r\n")
			if !strings.HasPrefix(head, "HTTP/1.1 "+row.status) && !strings.HasPrefix(head, "HTTP/1.0 "+row.status) || !strings.Contains(body, row.body) {
				t.Errorf("got %.300q, want %s with %q", answer, row.status, row.body)
			}
			// The app's answers carry its headers, net/http's do not.
			if ours := strings.Contains(head, "X-Content-Type-Options: nosniff"); ours != (row.by != "net/http") {
				t.Errorf("answered by the app: %t, want by %s", ours, row.by)
			}
			if strings.Count(answer, "HTTP/1.") != 1 {
				t.Errorf("more than one answer: %.600q", answer)
			}
		})
	}
}

// exchangeAll sends bytes and the end of the stream, as far as the server takes
// them, and returns all that comes back.
func exchangeAll(t *testing.T, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		if _, err := io.WriteString(conn, request); err == nil {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	b, _ := io.ReadAll(conn) // a reset may end it
	return string(b)
}

// TestHostileForms sends forms that are large in one way or another to a view that
// reads them, on a socket: each is refused, and before it is read where it says
// what it is.
func TestHostileForms(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error { return c.Text(c.Form("a")) })
	addr := serve(t, app)
	const kind, multipart = "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: multipart/form-data; boundary=B\r\n"
	rows := []struct {
		name, headers, body, status string
		cut                         bool // the rest is not read
	}{
		{"1 GB, declared", kind + "Content-Length: 1073741824\r\n", "a=", "413", true},
		{"2 MB in chunks", kind + "Transfer-Encoding: chunked\r\n", "200000\r\n" + strings.Repeat("x", 2<<20) + "\r\n0\r\n\r\n", "413", true},
		{"CVE-2023-25577 10,000 parts", multipart, strings.Repeat("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", 10_000) + "--B--\r\n", "413", false},
		{"CVE-2025-61726 100,000 keys", kind, strings.Repeat("a=1&", 100_000), "413", false},
		{"a compressed form", kind + "Content-Encoding: gzip\r\n", "\x1f\x8b", "415", false},
		{"a compressed form of parts", multipart + "Content-Encoding: br\r\n", "x", "415", false},
		{"identity is no compression", kind + "Content-Encoding: identity\r\n", "a=1", "200", false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			length := ""
			if !strings.Contains(row.headers, "Content-Length") && !strings.Contains(row.headers, "chunked") {
				length = fmt.Sprintf("Content-Length: %d\r\n", len(row.body))
			}
			answer := exchangeAll(t, addr, "POST / HTTP/1.1\r\nHost: localhost\r\n"+row.headers+length+"\r\n"+row.body)
			if !strings.HasPrefix(answer, "HTTP/1.1 "+row.status) {
				t.Errorf("got %.200q, want %s", answer, row.status)
			}
			if row.cut && !strings.Contains(answer, "Connection: close\r\n") {
				t.Errorf("the connection stays open: %.200q", answer)
			}
		})
	}
}

// TestCompressedJSON: what is not inflated is refused, not misread.
func TestCompressedJSON(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		var v any
		if err := c.BindJSON(&v); err != nil {
			return err
		}
		return c.Text("read")
	})
	client := dewartest.New(t, app)
	r := client.NewRequest("POST", "/", strings.NewReader("\x1f\x8b"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	if resp := client.Do(r); resp.Status != 415 || resp.Header.Get("Accept-Encoding") != "identity" {
		t.Errorf("got %d, Accept-Encoding %q", resp.Status, resp.Header.Get("Accept-Encoding"))
	}
}

// TestLongAnswersWaitInFiles: clients that do not read a long page leave it in a
// file, and get it whole when they read after all.
func TestLongAnswersWaitInFiles(t *testing.T) {
	app, _ := newApp(t)
	page := strings.Repeat("0123456789abcde\n", 2<<16) // 2 MB
	app.Get("/", func(c *dewar.Context) error { return c.Text(page) })
	addr := serve(t, app)
	var conns []net.Conn
	for range 12 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		// Two of them: whatever the sockets hold, the second waits.
		if _, err := io.WriteString(conn, strings.Repeat("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 2)); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	if err := untilFiles("dewar-answer-"); err != nil {
		t.Error(err)
	}
	for _, conn := range conns {
		answers := bufio.NewReader(conn)
		for range 2 {
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			if string(b) != page || err != nil || resp.ContentLength != int64(len(page)) {
				t.Fatalf("%d bytes of %d, %v", len(b), resp.ContentLength, err)
			}
		}
	}
}

// TestAnswersWaitWithinBounds: as much of long answers as is allowed waits for
// clients that do not read. For the others there is a 503, not at once, and whoever
// comes later gets the room of one who took nothing.
func TestAnswersWaitWithinBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, _ := newApp(t, func(c *dewar.Config) { c.MaxBacklog, c.OnListen = 4<<20, func(string, net.Addr) {} })
		page := strings.Repeat("0123456789abcde\n", 1<<16) // 1 MiB
		app.Get("/", func(c *dewar.Context) error { return c.Text(page) })
		listener := localPipes{newPipes()}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error)
		go func() { served <- app.Serve(ctx, listener) }()
		ask := func() net.Conn {
			conn, err := listener.dial(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			return conn
		}
		answer := func(conn net.Conn) (status, size int) {
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				return 0, 0
			}
			b, _ := io.ReadAll(resp.Body)
			if resp.StatusCode == 503 && resp.Header.Get("Retry-After") == "" {
				t.Error("a 503 without Retry-After")
			}
			return resp.StatusCode, len(b)
		}
		start := time.Now()
		var idle []net.Conn
		for range 10 {
			idle = append(idle, ask())
		}
		time.Sleep(19 * time.Second)
		synctest.Wait()
		if most := int64(len(page)) * 5; spilledBytes(t) > most {
			t.Errorf("%d bytes wait in files", spilledBytes(t))
		}
		time.Sleep(2 * time.Second)
		if status, size := answer(ask()); status != 200 || size != len(page) || time.Since(start) != 21*time.Second {
			t.Errorf("whoever comes later: status %d, %d bytes, %v", status, size, time.Since(start))
		}
		got := map[int]int{}
		for _, conn := range idle {
			status, size := answer(conn)
			if got[status]++; status == 200 && size != len(page) {
				t.Errorf("%d bytes of %d", size, len(page))
			}
		}
		if got[200] != 3 || got[503] != 6 || got[0] != 1 {
			t.Errorf("by status: %v; want 3 pages, 6 refused and 1 cut off", got)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// spilledBytes is how much waits in this process's temporary files.
func spilledBytes(t *testing.T) (sum int64) {
	names, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if target, err := os.Readlink(name); err == nil && strings.HasPrefix(filepath.Base(target), "dewar-answer-") {
			if info, err := os.Stat(name); err == nil {
				sum += info.Size()
			}
		}
	}
	return sum
}

// untilFiles returns when this process has a file open whose name begins so. On
// systems that do not tell, it returns at once.
func untilFiles(prefix string) error {
	for range 1_000_000 {
		names, err := filepath.Glob("/proc/self/fd/*")
		if err != nil || len(names) == 0 {
			return err
		}
		for _, name := range names {
			if target, err := os.Readlink(name); err == nil && strings.HasPrefix(filepath.Base(target), prefix) {
				return nil
			}
		}
	}
	return errors.New("no answer waits in a file")
}
