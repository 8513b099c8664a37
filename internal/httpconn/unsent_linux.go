package httpconn

import (
	"net"
	"syscall"
)

const (
	// tcpNotSentLowat is TCP_NOTSENT_LOWAT of Linux.
	tcpNotSentLowat = 25
	// maxUnsent bounds what the kernel keeps of an answer beyond what it has sent, in
	// bytes. Without a bound it takes megabytes of whoever does not read, which
	// nothing in the program counts: five hundred such clients of a page of 1 MB held
	// half a gigabyte.
	maxUnsent = 128 << 10
)

// boundUnsent has writes to a connection wait once the kernel has enough to send.
func boundUnsent(conn net.Conn) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		// Not for a Unix socket, and no harm where it fails.
		_ = raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotSentLowat, maxUnsent) })
	}
}
