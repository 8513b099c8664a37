package cli

import (
	"context"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/clihook"
)

// Serve is [Main] for a program that makes its application itself. addr is where it listens unless the command line or
// PORT says otherwise. It ends the process.
func Serve(app *dewar.App, addr string) {
	os.Exit(serve(context.Background(), app, addr, os.Args, os.Stdout, os.Stderr))
}

// serve is [Run] for an existing application. An addr that is no host and port is passed on, and the listener reports
// it.
func serve(ctx context.Context, app *dewar.App, addr string, args []string, stdout, stderr io.Writer) int {
	p := &program{stdout: stdout, stderr: stderr}
	p.newApp = func(base dewar.Config) (*dewar.App, error) {
		clihook.Overlay(app, base)
		return app, nil
	}
	host, port, err := net.SplitHostPort(addr)
	if n, notNumber := strconv.Atoi(port); err == nil && notNumber == nil {
		p.host, p.port = host, n
	} else {
		p.addr = addr
	}
	return p.execute(ctx, args)
}
