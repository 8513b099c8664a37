package dewar_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// TestTeardownMayTakeLong: the time that a teardown function takes is not the
// client's, who would otherwise lose what net/http has not sent yet.
func TestTeardownMayTakeLong(t *testing.T) {
	for _, row := range []struct {
		name, scheme string
		http2        bool
	}{{"HTTP/1.1", "http", false}, {"HTTPS", "https", false}, {"HTTP/2", "https", true}} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				certFile, keyFile, client := certificate(t)
				app, _ := newApp(t, func(c *dewar.Config) {
					if row.scheme == "https" {
						c.TLSCertFile, c.TLSKeyFile, c.SecretKey, c.TrustedHosts = certFile, keyFile, dewar.NewSecret(sign.GenerateKey()), []string{"localhost"}
					}
					c.Pace.Grace = 10 * time.Second
					c.OnListen = func(string, net.Addr) {}
				})
				dewar.Get1(app, "/page/<int:size>", func(c *dewar.Context, size int) error { return c.Text(strings.Repeat("x", size)) })
				app.Teardown(func(*dewar.Context, error) { time.Sleep(12 * time.Second) })
				listener := localPipes{newPipes()}
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error, 1)
				go func() { served <- app.Serve(ctx, listener) }()
				transport := &http.Transport{
					DialContext:       listener.dial,
					TLSClientConfig:   client.Transport.(*http.Transport).TLSClientConfig.Clone(),
					ForceAttemptHTTP2: row.http2,
				}
				for _, size := range []string{"10", "10000"} {
					resp, err := (&http.Client{Transport: transport}).Get(row.scheme + "://localhost/page/" + size)
					if err != nil {
						t.Errorf("%s bytes: %v", size, err)
						continue
					}
					body, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					if err != nil || resp.Header.Get("Content-Length") != size || resp.ContentLength != int64(len(body)) {
						t.Errorf("%s bytes: got %d, %v", size, len(body), err)
					}
					if row.http2 != (resp.ProtoMajor == 2) {
						t.Errorf("over %s", resp.Proto)
					}
				}
				transport.CloseIdleConnections()
				stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
