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
	"github.com/dewar-go/dewar/limit"
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
		{name: "unknown command", args: "fly", status: 2, stderr: `there is no command "fly"; there are run, routes, check, secret`},
		{name: "misspelt command", args: "rotues", status: 2, stderr: `there is no command "rotues"; did you mean "routes"?`},
		{name: "misspelt command with an option", args: "rotues --json", status: 2, stderr: `there is no command "rotues"; did you mean "routes"?`},
		{name: "unknown command with an option", args: "fly --port 1 --high", status: 2, stderr: `there is no command "fly"; there are`},
		{name: "misspelt command below with an option", args: "secret rotat --file x", status: 2, stderr: `there is no command "rotat"; did you mean "rotate"?`},
		{name: "attached port", args: "run -p70000", status: 2, stderr: "port 70000"},
		{name: "attached port without run", args: "--debug -p70000", status: 2, stderr: "port 70000"},
		{name: "what is always so", args: "run --no-reload --with-threads --no-debugger --no-debug --port 70000", status: 2, stderr: "port 70000"},
		{name: "flask's option", args: "run --reload", status: 2, stderr: `there is no option --reload: templates are read anew with --debug`},
		{name: "flask's option before", args: "--app shop run", status: 2, stderr: "there is no option --app: the commands are those of this program"},
		{name: "misspelt command below", args: "secret rotat", status: 2, stderr: `there is no command "rotat"; did you mean "rotate"?`},
		{name: "misspelt option", args: "run --prot 1", status: 2, stderr: "there is no option --prot; did you mean --port?"},
		{name: "misspelt option before the command", args: "--debgu routes", status: 2, stderr: "there is no option --debgu; did you mean --debug?"},
		{name: "another command's option", args: "routes --port 1", status: 2, stderr: "there is no option --port"},
		{name: "another command's option before", args: "--port 1 routes", status: 2, stderr: "there is no option --port"},
		{name: "options before a command that is none", args: "--debug fly", status: 2, stderr: `there is no command "fly"`},
		{name: "option before the command", args: "--json routes", stdout: `"endpoint": "index"`},
		{name: "option with a value before the command", args: "--instance " + dir + " routes --json", stdout: `"endpoint": "index"`},
		{name: "option before a command below", args: "--file " + file + " secret new", status: 1, stderr: "must not be overwritten"},
		{name: "help before the command", args: "--help check", stdout: "--sarif"},
		{name: "help after an option", args: "--debug --help", stdout: "--port"},
		{name: "unknown command below", args: "secret old", status: 2, stderr: `there is no command "old"`},
		{name: "half a command", args: "secret", status: 2, stderr: "which command? new, rotate, retire"},
		{name: "unknown option", args: "run --prot 1", status: 2, stderr: "prot"},
		{name: "unknown option without run", args: "--prot 1", status: 2, stderr: "run --help"},
		{name: "option without its value", args: "run --port", status: 2, stderr: "run --help"},
		{name: "port is no number", args: "run --port x", status: 2, stderr: `--port: "x" is not what it takes`},
		{name: "unknown short option", args: "run -x", status: 2, stderr: "there is no option -x"},
		{name: "short port", args: "run -p 70000", status: 2, stderr: "port 70000"},
		{name: "short port without run", args: "-p 70000", status: 2, stderr: "port 70000"},
		{name: "short host", args: "-h 203.0.113.1 -p 70000", status: 2, stderr: "port 70000"},
		{name: "short host of run", args: "run -h 203.0.113.1 -p 70000", status: 2, stderr: "port 70000"},
		{name: "-h alone", args: "run -h", stdout: "--port"},
		{name: "-h before a command", args: "-h check", stdout: "--sarif"},
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

// TestServe: a program that made its application by itself takes the same
// command line.
func TestServe(t *testing.T) {
	t.Setenv("PORT", "")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if status := serve(t.Context(), app, taken.Addr().String(), []string{"hello"}, &stdout, &stderr); status != 1 || !strings.Contains(stderr.String(), "in use") {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
	for _, args := range []string{"--help", "routes", "check", "--json routes", "secret new"} {
		app, err := newApp(dewar.Config{InstanceDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		stdout.Reset()
		stderr.Reset()
		if status := serve(t.Context(), app, "127.0.0.1:5000", append([]string{"hello"}, strings.Fields(args)...), &stdout, &stderr); status != 0 || stdout.Len() == 0 {
			t.Errorf("%s: status %d, %q, %q", args, status, stdout.String(), stderr.String())
		}
	}
}

// TestAddress: the command line wins over PORT, and PORT over the program.
func TestAddress(t *testing.T) {
	free := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port
	}
	for _, tt := range []struct{ name, env, option, program, want string }{
		{name: "the program", program: "A", want: "A"},
		{name: "PORT", env: "B", program: "A", want: "B"},
		{name: "--port", env: "B", option: "C", program: "A", want: "C"},
		{name: "--port alone", option: "C", program: "A", want: "C"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ports := map[string]string{"A": free(), "B": free(), "C": free(), "": ""}
			t.Setenv("PORT", ports[tt.env])
			args := []string{"hello", "--instance", t.TempDir()}
			if tt.option != "" {
				args = append(args, "--port", ports[tt.option])
			}
			ctx, stop := context.WithCancel(t.Context())
			var listened string
			app := dewar.New(dewar.Config{Logger: slog.New(slog.DiscardHandler), OnListen: func(_ string, at net.Addr) {
				listened = at.String()
				stop()
			}})
			var out, errs bytes.Buffer
			if status := serve(ctx, app, "127.0.0.1:"+ports[tt.program], args, &out, &errs); status != 0 || listened != "127.0.0.1:"+ports[tt.want] {
				t.Errorf("status %d, on %s, want port %s: %s", status, listened, ports[tt.want], errs.String())
			}
		})
	}
	t.Setenv("PORT", "80x")
	var out, errs bytes.Buffer
	if status := Run(t.Context(), newApp, []string{"shop"}, &out, &errs); status != 1 || !strings.Contains(errs.String(), `PORT is "80x"`) {
		t.Errorf("status %d, %q", status, errs.String())
	}
}

// TestServeOverlay: what the command line says reaches an application that is
// there already.
func TestServeOverlay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "here")
	app := dewar.New(dewar.Config{InstanceDir: "elsewhere"})
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") })
	var out, errs bytes.Buffer
	if status := serve(t.Context(), app, "127.0.0.1:0", []string{"hello", "routes", "--debug", "--instance", dir}, &out, &errs); status != 0 {
		t.Fatal(status, errs.String())
	}
	if app.Config().InstanceDir != dir || !app.Config().Debug || !app.Logger().Enabled(t.Context(), slog.LevelDebug) {
		t.Errorf("%s, debug %v", app.Config().InstanceDir, app.Config().Debug)
	}
}

// TestMistakesWithoutAStack: what registration panics with is a line, and what
// the program panics with is left alone.
func TestMistakesWithoutAStack(t *testing.T) {
	nothing := func(c *dewar.Context) error { return c.NoContent() }
	other := func(c *dewar.Context) error { return c.NoContent() }
	for name, register := range map[string]func(*dewar.App){
		"rule":      func(app *dewar.App) { app.Get("no-slash", nothing) },
		"converter": func(app *dewar.App) { app.Get("/<nope:x>", nothing) },
		"names":     func(app *dewar.App) { app.Get("/a", nothing).Name("x"); app.Get("/b", other).Name("x") },
		"typed":     func(app *dewar.App) { dewar.Get1(app, "/a", func(*dewar.Context, int) error { return nil }) },
		"last":      func(app *dewar.App) { app.Get("/a", nothing).Name("x"); app.Post("/b", other).Name("x") },
		"another":   func(app *dewar.App) { app.Guard(limit.New(limit.Options{}).Concurrency(0)) },
		"frozen":    func(app *dewar.App) { app.Check(); app.Get("/a", nothing) },
	} {
		for _, command := range []string{"check", "routes", "run"} {
			ctx, stop := context.WithCancel(t.Context())
			var out, errs bytes.Buffer
			factory := func(base dewar.Config) (*dewar.App, error) {
				app, err := newApp(base)
				app.OnStart(func(context.Context) error { stop(); return nil })
				register(app)
				return app, err
			}
			status := Run(ctx, factory, []string{"shop", command, "--instance", t.TempDir()}, &out, &errs)
			stop()
			if status != 1 || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), "cli_test.go:") || out.Len() > 0 {
				t.Errorf("%s, %s: status %d\n%s%s", name, command, status, out.String(), errs.String())
			}
		}
	}
	for name, fault := range map[string]func(){
		"runtime": func() { func(m map[string]int) { m["a"] = 1 }(nil) },
		"own":     func() { panic("shop: no shelves") },
		"value":   func() { panic(7) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the panic is swallowed", name)
				}
			}()
			var out, errs bytes.Buffer
			Run(t.Context(), func(dewar.Config) (*dewar.App, error) { fault(); return nil, nil }, []string{"shop", "check"}, &out, &errs)
		}()
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
