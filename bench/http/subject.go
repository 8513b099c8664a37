package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/dewar-go/dewar/bench/internal/process"
)

// A subject is a server that is measured.
type subject struct {
	name   string
	binary string   // below cmd/, "" for Flask
	flags  []string // beside those for all
	worker []string // gunicorn's kind of worker
}

// subjects are those that answer as their users would have them answer.
var subjects = []subject{
	{name: "dewar", binary: "dewar"},
	{name: "net/http", binary: "nethttp"},
	{name: "chi", binary: "chi"},
	{name: "gin", binary: "gin"},
	{name: "echo", binary: "echo"},
	{name: "fiber", binary: "fiber"},
	{name: "flask, sync", worker: []string{"-k", "sync"}},
	{name: "flask, gthread", worker: []string{"-k", "gthread", "--threads", "4", "--keep-alive", "30"}},
}

// sameSubjects send Dewar's headers and write Dewar's log line.
var sameSubjects = []subject{
	{name: "net/http", binary: "nethttp", flags: []string{"-same"}},
	{name: "chi", binary: "chi", flags: []string{"-same"}},
	{name: "gin", binary: "gin", flags: []string{"-same"}},
	{name: "echo", binary: "echo", flags: []string{"-same"}},
}

// bench is the suite's place: where the binaries and the files are.
type bench struct {
	dir string // a temporary folder
	db  string // PostgreSQL's address, "" for none
}

func (b *bench) binary(name string) string { return filepath.Join(b.dir, "bin", name) }

// build compiles the servers.
func (b *bench) build(list []subject) error {
	done := map[string]bool{"": true}
	for _, s := range list {
		if done[s.binary] {
			continue
		}
		done[s.binary] = true
		if err := process.Build(".", "./http/cmd/"+s.binary, b.binary(s.binary)); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// start starts a subject on the server's core.
func (b *bench) start(s subject) (*process.Server, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	core, _ := process.Cores()
	return b.startOn(s, core, "1", port)
}

func (b *bench) startOn(s subject, cores, procs string, port int) (*process.Server, error) {
	addr := "127.0.0.1:" + strconv.Itoa(port)
	env := []string{"GOMAXPROCS=" + procs}
	argv := append([]string{b.binary(s.binary), "-addr", addr, "-dir", b.dir, "-db", b.db}, s.flags...)
	dir := b.dir
	if s.binary == "" {
		here, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		argv = append([]string{"/usr/bin/python3", "-m", "gunicorn", "--log-level", "critical", "-w", procs, "-b", addr}, s.worker...)
		argv = append(argv, "app:wsgi")
		dir = filepath.Join(here, "http", "flask")
		env = append(env, "DIR="+b.dir, "TEMPLATES="+filepath.Join(here, "http", "content", "jinja"), "DB="+b.db, "PYTHONDONTWRITEBYTECODE=1")
	}
	return process.Start(s.name, process.Pin(cores, argv), env, dir, "http://"+addr, "/plaintext")
}

// missing says why a subject cannot be measured here, "" when it can.
func (b *bench) missing(s subject) string {
	if s.binary != "" {
		return ""
	}
	program := "import gunicorn, flask, flask_wtf, flask_talisman"
	if b.db != "" {
		program += ", psycopg2"
	}
	if out, err := exec.Command("/usr/bin/python3", "-c", program).CombinedOutput(); err != nil {
		return fmt.Sprintf("left out, since Python says %q; on Debian: apt-get install python3-flask python3-flaskext.wtf python3-flask-talisman python3-psycopg2 gunicorn", lastLine(out))
	}
	return ""
}
