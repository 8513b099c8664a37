package dewar_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// writeCounter is a listener that counts what is written to its connections.
type writeCounter struct {
	net.Listener
	writes atomic.Int64
}

func (l *writeCounter) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return countedConn{conn, &l.writes}, err
}

type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// TestAnswerInOnePiece: an answer that is short and complete wakes the client once,
// over TLS too; one that is streamed is not kept.
func TestAnswerInOnePiece(t *testing.T) {
	certFile, keyFile, client := certificate(t)
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			app, _ := newApp(t, func(c *dewar.Config) {
				if scheme == "https" {
					c.TLSCertFile, c.TLSKeyFile, c.SecretKey, c.TrustedHosts = certFile, keyFile, dewar.NewSecret(sign.GenerateKey()), []string{"localhost"}
				}
				c.OnListen = func(string, net.Addr) {}
			})
			dewar.Get1(app, "/page/<int:size>", func(c *dewar.Context, size int) error { return c.HTML(strings.Repeat("x", size)) })
			app.Get("/stream", func(c *dewar.Context) error {
				w := c.Writer()
				for range 3 {
					if _, err := io.WriteString(w, "line\n"); err != nil {
						return err
					}
					if err := http.NewResponseController(w).Flush(); err != nil {
						return err
					}
				}
				return nil
			})
			app.Post("/unread", func(c *dewar.Context) error { return c.Text(strings.Repeat("y", 5000)) }).InsecureNoCSRF()
			app.Post("/post", func(c *dewar.Context) error {
				if _, err := io.ReadAll(c.Request().Body); err != nil {
					return err
				}
				return c.Text(strings.Repeat("y", 5000))
			}).InsecureNoCSRF()
			tcp, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			listener := &writeCounter{Listener: tcp}
			ctx, stop := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() { served <- app.Serve(ctx, listener) }()

			conn, err := net.Dial("tcp", tcp.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if scheme == "https" {
				config := client.Transport.(*http.Transport).TLSClientConfig.Clone()
				config.ServerName, config.NextProtos = "localhost", []string{"http/1.1"}
				conn = tls.Client(conn, config)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(time.Minute)) // a mistake here must not hang
			r := bufio.NewReader(conn)
			ask := func(request string) (status string, body []byte) {
				t.Helper()
				if _, err := io.WriteString(conn, request); err != nil {
					t.Fatal(err)
				}
				resp, err := http.ReadResponse(r, &http.Request{Method: request[:strings.IndexByte(request, ' ')]})
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(resp.Body); err != nil {
					t.Fatal(err)
				}
				return resp.Status, body
			}
			const rest = " HTTP/1.1\r\nHost: localhost\r\n"
			ask("GET /page/1" + rest + "\r\n") // and the handshake
			for _, row := range []struct {
				name, request string
				body          int
				writes        int64
			}{
				{"short", "GET /page/100" + rest + "\r\n", 100, 1},
				{"about 4 KB", "GET /page/3000" + rest + "\r\n", 3000, 1},
				{"above 4 KB", "GET /page/5000" + rest + "\r\n", 5000, 1},
				{"20 KB", "GET /page/20000" + rest + "\r\n", 20000, 1},
				{"64 KB", "GET /page/65536" + rest + "\r\n", 65536, 1},
				{"HEAD", "HEAD /page/5000" + rest + "\r\n", 0, 1},
				{"the answer to a body", "POST /post" + rest + "Content-Length: 5\r\n\r\nhello", 5000, 1},
				{"a body that nobody reads", "POST /unread" + rest + "Content-Length: 5\r\n\r\nhello", 5000, 2},
				{"a stream", "GET /stream" + rest + "\r\n", 15, 4},
				{"again", "GET /page/5000" + rest + "\r\n", 5000, 1},
			} {
				before := listener.writes.Load()
				status, body := ask(row.request)
				if status != "200 OK" || len(body) != row.body {
					t.Errorf("%s: %s, %d bytes", row.name, status, len(body))
				}
				if n := listener.writes.Load() - before; n != row.writes {
					t.Errorf("%s: %d writes, not %d", row.name, n, row.writes)
				}
			}
			// Two requests in one go, the second of which ends the connection.
			if _, err := io.WriteString(conn, "GET /page/5000"+rest+"\r\nGET /page/6000"+rest+"Connection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			for _, size := range []int{5000, 6000} {
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(resp.Body); err != nil || len(body) != size {
					t.Errorf("pipelined: %d bytes, %v", len(body), err)
				}
			}
			if _, err := r.ReadByte(); err != io.EOF {
				t.Errorf("behind the last answer: %v", err)
			}
			stop()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}
