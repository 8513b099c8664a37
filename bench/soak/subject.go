package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A subject is a server that is attacked.
type subject struct {
	name  string
	http2 bool // over TLS
	dir   string
	argv  func(port string, tls bool) (argv, env []string)
}

// prepare builds the servers and makes the certificate.
func prepare(ctx context.Context, dir string, names []string) (list []*subject, err error) {
	cert, key, err := writeCertificate(dir)
	if err != nil {
		return nil, err
	}
	build := func(in, pkg, name string) (string, error) {
		binary := filepath.Join(dir, name)
		cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", binary, pkg)
		cmd.Dir, cmd.Stderr = in, os.Stderr
		cmd.Env = append(os.Environ(), "GOWORK=off")
		return binary, cmd.Run()
	}
	for _, name := range names {
		s := &subject{name: name, dir: filepath.Join(dir, name+"-instance")}
		if err := os.Mkdir(s.dir, 0o700); err != nil {
			return nil, err
		}
		switch name {
		case "dewar":
			flaskr, err := build("../examples", "./flaskr", "flaskr")
			if err != nil {
				return nil, err
			}
			s.http2 = true
			s.argv = func(port string, tls bool) (argv, env []string) {
				argv = []string{flaskr, "run", "--port", port, "--instance", s.dir}
				if tls {
					env = []string{"FLASKR_TLS_CERT_FILE=" + cert, "FLASKR_TLS_KEY_FILE=" + key,
						"FLASKR_TRUSTED_HOSTS=127.0.0.1", "FLASKR_SECRET_KEY=" + strings.Repeat("only-for-this-machine ", 2)}
				}
				return argv, env
			}
		case "gin":
			gin, err := build(".", "./soak/ginapp", "ginapp")
			if err != nil {
				return nil, err
			}
			s.http2 = true
			s.argv = func(port string, tls bool) (argv, env []string) {
				argv = []string{gin, "127.0.0.1:" + port}
				if tls {
					argv = append(argv, cert, key)
				}
				return argv, []string{"GIN_MODE=release"}
			}
		case "flask":
			s.argv = func(port string, _ bool) (argv, env []string) {
				return []string{"/usr/bin/python3", "-m", "gunicorn", "--workers", "2", "--threads", "4", "--access-logfile", "/dev/null",
					"--chdir", "soak/flaskapp", "--bind", "127.0.0.1:" + port, "app:app"}, []string{"PYTHONDONTWRITEBYTECODE=1", "SOAK_FLASK_DIR=" + s.dir}
			}
		default:
			return nil, fmt.Errorf("there is no server %q", name)
		}
		if !slices.ContainsFunc(list, func(o *subject) bool { return o.name == name }) {
			list = append(list, s)
		}
	}
	return list, nil
}
