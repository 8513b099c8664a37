package dewar_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// frames is the client's side of an HTTP/2 connection, as bare as an attacker's.
type frames struct {
	conn *tls.Conn
	got  chan frame
}

type frame struct {
	kind, flags byte
	stream      uint32
	payload     []byte
}

// The kinds of frames and the settings that are of interest (RFC 9113).
const (
	headersFrame, resetFrame, settingsFrame = 1, 3, 4
	endOfStreamAndHeaders                   = 5
	maxStreamsSetting, windowSetting        = 3, 4
)

// dialFrames opens a connection whose streams have a window of so many bytes.
func dialFrames(t *testing.T, listener *pipes, pool *x509.CertPool, window uint32) *frames {
	t.Helper()
	raw, err := listener.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	f := &frames{tls.Client(raw, &tls.Config{RootCAs: pool, ServerName: "shop.example.com", NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}), make(chan frame, 1000)}
	if err := f.conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	go f.read()
	if _, err := io.WriteString(f.conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	f.write(settingsFrame, 0, 0, binary.BigEndian.AppendUint32([]byte{0, windowSetting}, window))
	return f
}

func (f *frames) write(kind, flags byte, stream uint32, payload []byte) error {
	n := len(payload)
	b := []byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}
	_, err := f.conn.Write(append(binary.BigEndian.AppendUint32(b, stream), payload...))
	return err
}

// get asks for the front page.
func (f *frames) get(stream uint32) error {
	const host = "shop.example.com"
	// From the static table of HPACK: GET, https, /, and the authority by name.
	return f.write(headersFrame, endOfStreamAndHeaders, stream, append([]byte{0x82, 0x87, 0x84, 0x41, byte(len(host))}, host...))
}

func (f *frames) read() {
	defer close(f.got)
	for {
		var head [9]byte
		if _, err := io.ReadFull(f.conn, head[:]); err != nil {
			return
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(f.conn, payload); err != nil {
			return
		}
		f.got <- frame{head[3], head[4], binary.BigEndian.Uint32(head[5:]), payload}
	}
}

// TestZeroWindow: clients that ask for a long page on all streams they can have and
// take nothing keep a bounded amount of it waiting, and somebody else gets the page.
func TestZeroWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const streams = 64 // the default of Config.MaxStreams
		dir := t.TempDir()
		certFile, keyFile, pool := certify(t, dir, 1, "shop.example.com")
		page := strings.Repeat("0123456789abcde\n", 1<<14) // 256 KiB
		var made atomic.Int32
		app := dewar.New(dewar.Config{
			SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com"}, InstanceDir: dir, TLSCertFile: certFile, TLSKeyFile: keyFile,
			MaxBacklog: 8 << 20, OnListen: func(string, net.Addr) {}, Logger: slog.New(slog.DiscardHandler),
		})
		app.Get("/", func(c *dewar.Context) error { made.Add(1); return c.Text(page) })
		listener := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- app.Serve(ctx, listener) }()

		var hostile []*frames
		for range 4 {
			f := dialFrames(t, listener, pool, 0)
			hostile = append(hostile, f)
			for i := range uint32(streams + 10) {
				if err := f.get(2*i + 1); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		if n := made.Load(); n != 4*streams {
			t.Errorf("%d pages were made, want %d for each of 4 connections", n, streams)
		}
		// 4 MiB of it may wait in memory.
		if n := spilledBytes(t); n == 0 || n > 8<<20 {
			t.Errorf("%d bytes wait in files", n)
		}
		for i, f := range hostile {
			resets := 0
			var most []byte
			for len(f.got) > 0 {
				switch g := <-f.got; g.kind {
				case resetFrame:
					resets++
				case settingsFrame:
					if at := bytes.Index(g.payload, []byte{0, maxStreamsSetting}); at >= 0 {
						most = g.payload[at+2 : at+6]
					}
				}
			}
			if resets != 10 || !bytes.Equal(most, []byte{0, 0, 0, streams}) {
				t.Errorf("connection %d: %d streams refused, %v allowed", i, resets, most)
			}
		}
		time.Sleep(21 * time.Second)
		client := &http.Client{Transport: &http.Transport{
			DialContext: listener.dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		}}
		resp, err := client.Get("https://shop.example.com/")
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(resp.Body); string(b) != page || resp.ProtoMajor != 2 || err != nil {
			t.Errorf("somebody else got %d bytes over %s, %v", len(b), resp.Proto, err)
		}
		client.CloseIdleConnections()
		for _, f := range hostile {
			f.conn.Close()
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
