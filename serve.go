package dewar

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/dewar-go/dewar/internal/httpconn"
	"github.com/dewar-go/dewar/secure"
)

// Limits of the server against clients that are slow or send too much.
const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Run serves the app on addr, such as "127.0.0.1:5000", until the process gets
// SIGTERM or an interrupt: then no new connection is taken, requests in flight
// end (up to [Config.ShutdownTimeout]), streams are ended at once, extensions are
// closed and Run returns nil. A second signal ends the process.
//
// Configuration mistakes, an address in use and a failing start function come
// back as an error before the first request is taken.
func (a *App) Run(addr string) error { return a.RunContext(context.Background(), addr) }

// RunContext is [App.Run], which also ends when ctx is done.
func (a *App) RunContext(ctx context.Context, addr string) error {
	m := a.modeFor(addr)
	if err := a.build(m); err != nil {
		return err
	}
	config, err := a.tlsConfig(m)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return listenError(addr, err)
	}
	ctx, stop := a.untilSignal(ctx)
	defer stop()
	return a.serve(ctx, listener, config)
}

// listenError says what to do about an address that cannot be had.
func listenError(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("dewar: %s is in use: another program listens there; stop it or choose another port with --port", addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("dewar: %s may not be listened on: ports below 1024 need a privilege; choose another with --port", addr)
	}
	return fmt.Errorf("dewar: cannot listen on %s: %w", addr, err)
}

// Serve serves the app on a listener until ctx is done, then shuts down as
// [App.Run] does. It closes the listener.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	addr := listener.Addr()
	name := addr.String()
	if addr.Network() == "unix" {
		name = "" // what connects to it is a proxy
	}
	m := a.modeFor(name)
	err := a.build(m)
	var config *tls.Config
	if err == nil {
		config, err = a.tlsConfig(m)
	}
	if err != nil {
		_ = listener.Close()
		return err
	}
	return a.serve(ctx, listener, config)
}

// serve serves a built app on a listener, by HTTPS with a TLS configuration. What
// HTTPS has beside it is a second listener that leads there.
func (a *App) serve(ctx context.Context, listener net.Listener, config *tls.Config) (err error) {
	defer listener.Close()
	if err := a.openKeys(); err != nil {
		return err
	}
	listeners := []net.Listener{listener}
	if a.cfg.HTTPRedirectAddr != "" {
		redirects, err := net.Listen("tcp", a.cfg.HTTPRedirectAddr)
		if err != nil {
			return fmt.Errorf("dewar: HTTPRedirectAddr: %w", trimPrefix(listenError(a.cfg.HTTPRedirectAddr, err)))
		}
		defer redirects.Close()
		listeners = append(listeners, redirects)
	}
	if len(a.cfg.ProxyProtocol) > 0 {
		for i := range listeners {
			if listeners[i], err = secure.NewProxyListener(listeners[i], a.cfg.ProxyProtocol, readHeaderTimeout); err != nil {
				return fmt.Errorf("dewar: ProxyProtocol: %w", err)
			}
		}
	}
	scheme := "http"
	if config != nil {
		listeners[0] = secure.FairListener(listeners[0])
	}
	for i := range listeners {
		listeners[i] = httpconn.Listener(listeners[i])
	}
	if config != nil {
		scheme = "https"
		listeners[0] = tls.NewListener(listeners[0], config)
	}
	defer func() { err = a.closeNow(ctx, err) }()
	if err := a.Start(ctx); err != nil {
		return fmt.Errorf("dewar: %w", trimPrefix(err))
	}
	a.Emit(SecurityEvent{Name: EventStartup, Detail: listener.Addr().String()})
	defer a.Emit(SecurityEvent{Name: EventShutdown, Detail: listener.Addr().String()})
	return a.loop(ctx, listeners, scheme)
}

// loop accepts until ctx is done and then lets requests in flight end.
func (a *App) loop(ctx context.Context, listeners []net.Listener, scheme string) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler:           a.onPlain(handler{a}),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: a.cfg.MaxStreams,
			// Streams have deadlines of their own; a connection that takes no
			// byte at all has none without this.
			WriteByteTimeout: a.cfg.Pace.Silent,
		},
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
		BaseContext:                  func(net.Listener) context.Context { return requests },
	}
	a.connections.Attach(server)
	a.cfg.OnListen(scheme+"://"+displayAddr(listeners[0].Addr()), listeners[0].Addr())
	served := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { served <- server.Serve(l) }()
	}
	select {
	case err := <-served:
		_ = server.Close()
		return fmt.Errorf("dewar: serve: %w", err)
	case <-ctx.Done():
	}
	late := a.shutDown(ctx, server)
	if late {
		a.logUnderway(slog.LevelWarn, "requests are cut off at shut-down")
	}
	for range listeners {
		if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
			a.log.Warn("serving ended", "error", serveErr)
		}
	}
	if late {
		cut()
		_ = server.Close()
	}
	return nil
}

// displayAddr is an address a person can open: 0.0.0.0 is none.
func displayAddr(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(strings.TrimSpace(host), port)
}
