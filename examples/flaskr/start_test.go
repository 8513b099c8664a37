package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

// TestStartErrors: what is wrong at the start is said in one line that names
// the thing and the remedy, with status 1, and nothing is left half-done.
func TestStartErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, takenPort, _ := net.SplitHostPort(taken.Addr().String())
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	free.Close()

	tests := []struct {
		name   string
		args   []string
		env    []string
		dsn    string
		config string   // config.json of the instance folder
		want   []string // in the line
	}{
		{name: "port in use", args: []string{"--port", takenPort}, want: []string{takenPort, "in use", "--port"}},
		{name: "missing template folder", env: []string{"FLASKR_TEMPLATE_DIR=/nowhere/templates"}, want: []string{"/nowhere/templates", "FLASKR_TEMPLATE_DIR"}},
		{name: "unknown configuration key", config: `{"secret_kye": "x"}`, want: []string{"config.json", "secret_kye", "secret_key"}},
		{name: "broken configuration file", config: `{"debug": tru}`, want: []string{"config.json"}},
		{name: "bad database URL", dsn: "postgres://ada:hunter2@", want: []string{"DATABASE_URL", "names no"}},
		{name: "unknown database", dsn: "oracle://ada:hunter2@db/flaskr", want: []string{"DATABASE_URL", "oracle", "sqlite:"}},
		{name: "PostgreSQL down", dsn: "postgres://ada:hunter2@" + nobody + "/flaskr", want: []string{"postgres://ada@" + nobody + "/flaskr", "cannot be reached", "is it running?", "DATABASE_URL"}},
		{name: "MariaDB down", dsn: "mysql://ada:hunter2@" + nobody + "/flaskr", want: []string{"mysql://ada@" + nobody + "/flaskr", "cannot be reached", "is it running?", "DATABASE_URL"}},
		{name: "in the open without TLS", args: []string{"--host", "0.0.0.0"}, want: []string{"InsecurePlainHTTP"}},
		{name: "debug in the open", args: []string{"--host", "0.0.0.0", "--debug"}, want: []string{"Debug"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			instance := filepath.Join(t.TempDir(), "instance")
			if tt.config != "" {
				if err := os.Mkdir(instance, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(instance, "config.json"), []byte(tt.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := command(instance, tt.dsn, tt.args...)
			cmd.Env = append(cmd.Env, tt.env...)
			wantStartError(t, cmd, tt.want...)
			if _, err := os.Stat(filepath.Join(instance, "flaskr.sqlite")); err == nil {
				t.Error("a database was made")
			}
		})
	}
}

// wantStartError runs a command that must fail with one line.
func wantStartError(t *testing.T, cmd *exec.Cmd, want ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("exit: %v, want status 1", err)
	}
	line := strings.TrimSuffix(stderr.String(), "\n")
	if strings.Contains(line, "\n") && !strings.Contains(line, "mistakes in the configuration") || line == "" || stdout.Len() > 0 {
		t.Errorf("want one line on standard error; stdout %q, stderr:\n%s", stdout.String(), line)
	}
	if strings.Contains(line, "hunter2") {
		t.Errorf("the password is in the message: %s", line)
	}
	for _, text := range want {
		if !strings.Contains(line, text) {
			t.Errorf("the message lacks %q: %s", text, line)
		}
	}
	t.Log(line)
}

func TestInstanceFolderIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantStartError(t, command(file, ""), file, "--instance")
	wantStartError(t, command(filepath.Join(file, "below"), ""), filepath.Join(file, "below"), "--instance")
}

// TestInstanceFolderUnwritable needs a user whom permissions hold back: as root
// the program runs as another.
func TestInstanceFolderUnwritable(t *testing.T) {
	dir, err := os.MkdirTemp("", "flaskr-unwritable-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "flaskr")
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	instance := filepath.Join(dir, "instance")
	if err := os.Mkdir(instance, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{instance, filepath.Join(instance, "new")} {
		cmd := command(folder, "")
		cmd.Path, cmd.Args[0], cmd.Dir = program, program, "/"
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		wantStartError(t, cmd, folder, "permission denied", "--instance")
	}
}

// TestDatabaseNewerThanTheCode: after an upgrade was taken back.
func TestDatabaseNewerThanTheCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		instance := t.TempDir()
		p := start(t, instance, dsn)
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := p.wait(); err != nil {
			t.Fatal(err)
		}
		query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9, true)")
			return err
		})
		wantStartError(t, command(instance, dsn), "at version 9", "knows versions up to 2", "newer release")
	})
}
