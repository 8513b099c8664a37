package dewar_test

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
)

// secondServer notes the bytes of each request and answers 204. It must get no
// bodies.
func secondServer(f *testing.F) (addr string, got chan string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { listener.Close() })
	got = make(chan string, 16)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for r := bufio.NewReader(conn); ; {
					head := ""
					for !strings.HasSuffix(head, "\r\n\r\n") {
						line, err := r.ReadString('\n')
						if err != nil {
							return
						}
						head += line
					}
					got <- head
					if _, err := conn.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n")); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String(), got
}

// FuzzFallbackTarget holds the bytes that a second server gets against what the gate
// and the guards saw: it is given their path, in the only form that all programs read
// in one way, and no path that a blueprint keeps.
func FuzzFallbackTarget(f *testing.F) {
	for _, target := range []string{
		"/a", "/admin", "x:admin", "http:admin%2f..", "x:../admin", "http://localhost/a?b", "//admin", "/%61dmin/", "/a%3fb%23", "/%25%32%66", "/a//b?c#d", "*",
		"/a'b\"c<>|", "/a;b,c", "/caf\xc3\xa9", "/%ff", "/a/%2e%2e/admin", "/admin%00", "/\x80", "http://localhost@x/", "/?http://x/", "?a", "/admin;x=/..",
	} {
		for _, method := range []string{"GET", "POST", "OPTIONS", "CONNECT", "x"} {
			f.Add(method, target)
		}
	}
	addr, got := secondServer(f)
	app := dewar.New(dewar.Config{InstanceDir: f.TempDir(), Loopback: true, Logger: slog.New(slog.DiscardHandler)})
	app.Fallback("http://" + addr)
	seen := ""
	app.Guard(dewar.GuardFunc(dewar.StageLimit, "note", func(c *dewar.Context) error { seen = c.Path(); return nil }))
	own := dewar.NewBlueprint("own", dewar.BlueprintOptions{OwnPaths: true})
	own.Get("/admin", text("admin"))
	app.Register(own)
	h, err := app.Handler()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")))
		if err != nil || strings.ContainsAny(method+target, "\r\n") {
			return
		}
		r.RemoteAddr, seen = "127.0.0.1:4711", ""
		raw := r.URL.RawQuery
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var head string
		select {
		case head = <-got:
		default:
			if w.Code == http.StatusNoContent && target != "*" {
				t.Errorf("%s %q: answered by nobody", method, target)
			}
			return
		}
		line, _, _ := strings.Cut(head, "\r\n")
		parts := strings.Split(line, " ")
		if len(parts) != 3 || parts[0] != method || parts[2] != "HTTP/1.1" {
			t.Fatalf("%s %q: the request line is %q", method, target, line)
		}
		escaped, query, _ := strings.Cut(parts[1], "?")
		if !strings.HasPrefix(escaped, "/") || strings.HasPrefix(escaped, "//") || strings.ContainsAny(parts[1], "#") || strings.ContainsAny(escaped, "\\\"<>^`{|}\x7f") {
			t.Errorf("%s %q: the target is %q", method, target, parts[1])
		}
		for i := range len(escaped) {
			if escaped[i] <= ' ' || escaped[i] >= 0x7f {
				t.Errorf("%s %q: a raw byte in %q", method, target, escaped)
			}
		}
		decoded, err := url.PathUnescape(escaped)
		if err != nil || decoded != seen {
			t.Errorf("%s %q: the other application reads %q, guards saw %q (%v)", method, target, decoded, seen, err)
		}
		if clean := path.Clean(decoded); clean == "/admin" || clean != strings.TrimRight(decoded, "/") && !strings.Contains(decoded, "//") && decoded != "/" {
			t.Errorf("%s %q: the other application may read %q as %q", method, target, decoded, clean)
		}
		if query != raw {
			t.Errorf("%s %q: the query %q became %q", method, target, raw, query)
		}
	})
}
