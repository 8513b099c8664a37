package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// trickle sends the beginning of a request and then a little each second, until
// the server answers or cuts it off.
func trickle(ctx context.Context, v *server, begin string, more func(i int) string) string {
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
		case <-time.After(time.Second):
			if _, err := io.WriteString(conn, more(i)); err != nil {
				return <-ended
			}
		}
	}
}

func slowHeaders(ctx context.Context, v *server) string {
	return trickle(ctx, v, "GET / HTTP/1.1\r\nHost: "+v.addr+"\r\n", func(i int) string {
		return fmt.Sprintf("X-Line-%d: x\r\n", i)
	})
}

func slowBody(ctx context.Context, v *server) string {
	return trickle(ctx, v, "POST /auth/login HTTP/1.1\r\nHost: "+v.addr+"\r\nSec-Fetch-Site: same-origin\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500000\r\n\r\nusername=", func(int) string { return "a" })
}

// slowReader asks for a large page twenty times and reads nothing. Its window
// is small, so that the answers stay with the server.
func slowReader(ctx context.Context, v *server) string {
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096) })
	}}
	conn, err := d.DialContext(ctx, "tcp", v.addr)
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
