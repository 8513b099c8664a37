//go:build !linux

package httpconn

import "net"

func boundUnsent(net.Conn) {}
