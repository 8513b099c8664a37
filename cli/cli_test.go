package cli

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// newApp is an app with one page.
func newApp(base dewar.Config) (*dewar.App, error) {
	base.Logger = slog.New(slog.DiscardHandler)
	app := dewar.New(base)
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") }).Name("index")
	return app, nil
}

func TestRun(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name   string
		args   string
		status int
		stdout string // is in it
		stderr string // is in it
	}{
		{name: "help", args: "--help", stdout: "secret"},
		{name: "help of run", args: "run --help", stdout: "--port"},
		{name: "unknown command", args: "fly", status: 2, stderr: `there is no command "fly"`},
		{name: "unknown command below", args: "secret old", status: 2, stderr: `there is no command "old"`},
		{name: "half a command", args: "secret", status: 2, stderr: "which command? new, rotate, retire"},
		{name: "unknown option", args: "run --prot 1", status: 2, stderr: "prot"},
		{name: "unknown option without run", args: "--prot 1", status: 2, stderr: "run --help"},
		{name: "option without its value", args: "run --port", status: 2, stderr: "run --help"},
		{name: "port is no number", args: "run --port x", status: 2, stderr: "x"},
		{name: "port is none", args: "run --port 70000", status: 2, stderr: "port 70000"},
		{name: "certificate without its key", args: "run --cert c.pem", status: 2, stderr: "--cert needs --key"},
		{name: "key without its certificate", args: "run --key k.pem", status: 2, stderr: "--key needs --cert"},
		{name: "adhoc with a key", args: "run --cert adhoc --key k.pem", status: 2, stderr: "leave it out"},
		{name: "adhoc without debug", args: "run --cert adhoc --instance " + dir, status: 1, stderr: "debug mode on a loopback"},
		{name: "argument too many", args: "run fast", status: 2, stderr: `unexpected argument "fast"`},
		{name: "port in use", args: "run --port " + port + " --instance " + dir, status: 1, stderr: port},
		{name: "port in use, run left out", args: "--port " + port + " --instance " + dir, status: 1, stderr: port},
		{name: "instance folder is a file", args: "run --instance " + file, status: 1, stderr: "--instance"},
		{name: "instance folder below a file", args: "run --instance " + file + "/x", status: 1, stderr: "--instance"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := Run(t.Context(), newApp, append([]string{"/usr/bin/shop"}, strings.Fields(tt.args)...), &stdout, &stderr)
			if status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stdout %q\nstderr %q", stdout.String(), stderr.String())
			}
			if tt.status > 0 && stdout.Len() > 0 || tt.status == 0 && stderr.Len() > 0 {
				t.Errorf("the wrong stream: stdout %q, stderr %q", stdout.String(), stderr.String())
			}
			if lines := strings.Count(stderr.String(), "\n"); lines != tt.status {
				t.Errorf("%d lines on standard error: %q", lines, stderr.String())
			}
			if tt.status == 2 && !strings.HasPrefix(stderr.String(), "shop: ") {
				t.Errorf("stderr %q does not begin with the program's name", stderr.String())
			}
		})
	}
}

// TestFactory: what the command line says reaches the factory, and its error
// the user.
func TestFactory(t *testing.T) {
	var got dewar.Config
	failing := func(base dewar.Config) (*dewar.App, error) {
		got = base
		return nil, errors.New("shop: the shelves are empty")
	}
	for _, args := range []string{"run --instance here --debug --cert c --key k", "--debug --instance=here --key=k --cert=c"} {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), failing, append([]string{"shop"}, strings.Fields(args)...), &stdout, &stderr)
		if status != 1 || stderr.String() != "shop: the shelves are empty\n" {
			t.Errorf("%s: status %d, stderr %q", args, status, stderr.String())
		}
		if got.InstanceDir != "here" || !got.Debug || got.OnListen == nil || got.TLSCertFile != "c" || got.TLSKeyFile != "k" {
			t.Errorf("%s: the factory got %+v", args, got)
		}
	}
}

func TestSecretNew(t *testing.T) {
	run := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), newApp, append([]string{"shop", "secret", "new"}, args...), &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}
	_, first, _ := run()
	status, second, stderr := run()
	if status != 0 || stderr != "" || first == second {
		t.Fatalf("status %d, %q, %q, stderr %q", status, first, second, stderr)
	}
	if _, err := sign.NewKeyRing(strings.TrimSpace(second)); err != nil {
		t.Errorf("the key is refused: %v", err)
	}

	path := filepath.Join(t.TempDir(), "key")
	if status, stdout, stderr := run("--file", path); status != 0 || stdout != "" || stderr != "" {
		t.Fatalf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sign.NewKeyRing(strings.TrimSpace(string(key))); err != nil {
		t.Errorf("the key is refused: %v", err)
	}
	// A key in use is never overwritten.
	if status, _, stderr := run("--file", path); status != 1 || !strings.Contains(stderr, "must not be overwritten") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	if again, err := os.ReadFile(path); err != nil || string(again) != string(key) {
		t.Errorf("the key was overwritten: %v", err)
	}
	if status, _, stderr := run("--file", filepath.Join(path, "below")); status != 1 || !strings.Contains(stderr, "cannot be written") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if status := serve(app, taken.Addr().String(), &stderr); status != 1 || !strings.Contains(stderr.String(), "in use") {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	factory := func(base dewar.Config) (*dewar.App, error) {
		app, err := newApp(base)
		app.OnStart(func(context.Context) error { stop(); return nil })
		return app, err
	}
	if status := Run(ctx, factory, []string{"app", "run", "--port", "0", "--instance", t.TempDir()}, &out, &errs); status != 0 {
		t.Errorf("status %d: %s", status, errs.String())
	}
	if !strings.Contains(errs.String(), "Running on") {
		t.Errorf("it did not run: %q", errs.String())
	}
}
