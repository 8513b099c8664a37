package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// trickle sends the beginning of a request and then a little at a time, until the
// server answers or cuts it off.
func trickle(ctx context.Context, v *server, begin string, every time.Duration, more func(i int) string) string {
	conn, err := dial(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	ended := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(conn).ReadString('\n')
		ended <- status(line, err)
	}()
	if _, err := io.WriteString(conn, begin); err != nil {
		return <-ended
	}
	for i := 0; ; i++ {
		select {
		case how := <-ended:
			return how
		case <-ctx.Done():
			return ""
		case <-time.After(every):
			if _, err := io.WriteString(conn, more(i)); err != nil {
				return <-ended
			}
		}
	}
}

func slowHeaders(ctx context.Context, v *server) string {
	return trickle(ctx, v, "GET / HTTP/1.1\r\nHost: "+v.addr+"\r\n", time.Second, func(i int) string {
		return fmt.Sprintf("X-Line-%d: x\r\n", i)
	})
}

func slowBody(ctx context.Context, v *server) string {
	return trickle(ctx, v, "POST /auth/login HTTP/1.1\r\nHost: "+v.addr+"\r\nSec-Fetch-Site: same-origin\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500000\r\n\r\nusername=", time.Second, func(int) string { return "a" })
}

// steady is 1.3 KB a second, a little more than a client has to give or take.
const steady, steadyEvery = 130, 100 * time.Millisecond

func steadyBody(ctx context.Context, v *server) string {
	more := strings.Repeat("a", steady)
	return trickle(ctx, v, "POST /auth/login HTTP/1.1\r\nHost: "+v.addr+"\r\nSec-Fetch-Site: same-origin\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500000\r\n\r\nusername=", steadyEvery, func(int) string { return more })
}

// steadyReader asks for a large page and takes it slowly.
func steadyReader(ctx context.Context, v *server) string {
	conn, err := narrow(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "GET /?page=2 HTTP/1.1\r\nHost: "+v.addr+"\r\nConnection: close\r\n\r\n"); err != nil {
		return "cut off"
	}
	piece := make([]byte, steady)
	for {
		if _, err := io.ReadFull(conn, piece); err != nil {
			return "cut off"
		}
		pause(ctx, steadyEvery)
	}
}

// idle asks for a file and then for nothing, until it is cut off.
func idle(ctx context.Context, v *server) string {
	conn, err := dial(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /static/style.css HTTP/1.1\r\nHost: "+v.addr+"\r\n\r\n"); err != nil {
		return "cut off"
	}
	_, _ = io.Copy(io.Discard, conn)
	return "cut off"
}

// abandonedLogin sends a whole form and is gone, for a second.
func abandonedLogin(ctx context.Context, v *server) string {
	conn, err := dial(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	body := "username=ada&password=not+it"
	_, _ = fmt.Fprintf(conn, "POST /auth/login HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", v.addr, len(body), body)
	conn.Close()
	pause(ctx, time.Second)
	return "gone"
}

// narrow connects with a small window, so that answers stay with the server.
func narrow(ctx context.Context, v *server) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096) })
	}}
	return d.DialContext(ctx, "tcp", v.addr)
}

// slowReader asks for a large page twenty times and reads nothing.
func slowReader(ctx context.Context, v *server) string {
	conn, err := narrow(ctx, v)
	if err != nil {
		return refused
	}
	defer conn.Close()
	for range 20 {
		if _, err := io.WriteString(conn, "GET /?page=2 HTTP/1.1\r\nHost: "+v.addr+"\r\n\r\n"); err != nil {
			return "cut off"
		}
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return refused
	}
	for ctx.Err() == nil {
		pause(ctx, 500*time.Millisecond)
		open := false
		_ = raw.Control(func(fd uintptr) {
			info, err := unix.GetsockoptTCPInfo(int(fd), unix.SOL_TCP, unix.TCP_INFO)
			open = err == nil && info.State == 1 // TCP_ESTABLISHED
		})
		if !open {
			return "cut off"
		}
	}
	return ""
}
