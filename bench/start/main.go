// Command start measures what it costs to have an application running: the time
// from starting the process to its first answer, the memory it holds at rest and
// after a thousand requests, and the size of what is deployed. The applications
// say hello, each with its framework; beside them stands Flaskr, the example.
//
//	cd bench && go run ./start
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
)

// A subject is a program to measure. {addr}, {port} and {dir} in its arguments
// are where it is to listen and to keep its files.
type subject struct {
	name        string
	module, pkg string // what to build; none for Flask
	args        []string
	port        int // the one it is written to use, 0: any
}

var subjects = []subject{
	{name: "dewar", module: "../examples", pkg: "./hello", port: 5000},
	{name: "net/http", module: ".", pkg: "./start/hello/nethttp", args: []string{"{addr}"}},
	{name: "chi", module: ".", pkg: "./start/hello/chi", args: []string{"{addr}"}},
	{name: "gin", module: ".", pkg: "./start/hello/gin", args: []string{"{addr}"}},
	{name: "echo", module: ".", pkg: "./start/hello/echo", args: []string{"{addr}"}},
	{name: "fiber", module: ".", pkg: "./start/hello/fiber", args: []string{"{addr}"}},
	{name: "flask on gunicorn", args: []string{"/usr/bin/python3", "-m", "gunicorn", "--log-level", "critical", "-b", "{addr}", "hello:app"}},
	{name: "dewar, Flaskr", module: "../examples", pkg: "./flaskr", args: []string{"run", "--port", "{port}", "--instance", "{dir}"}},
}

const flaskHello = `from flask import Flask
app = Flask(__name__)

@app.get("/")
def hello():
    return "Hello, World!"
`

func main() {
	rounds := flag.Int("rounds", 15, "starts of each program")
	quick := flag.Bool("quick", false, "fewer starts")
	file := flag.String("json", "", "file for the result")
	flag.Parse()
	if *quick {
		*rounds = min(*rounds, 5)
	}
	if err := run(*rounds, *quick, *file); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func run(rounds int, quick bool, file string) error {
	set := result.New("start")
	set.Quick(quick)
	set.Base("net/http")
	dir, err := os.MkdirTemp("", "dewar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "hello.py"), []byte(flaskHello), 0o600); err != nil {
		return err
	}
	var list []subject
	for i, s := range subjects {
		if s.pkg == "" {
			if err := exec.Command("/usr/bin/python3", "-c", "import flask, gunicorn").Run(); err != nil {
				set.Note("%s is left out: %v; on Debian: apt-get install python3-flask gunicorn", s.name, err)
				continue
			}
		} else {
			binary := filepath.Join(dir, strconv.Itoa(i))
			if err := process.Build(s.module, s.pkg, binary); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			info, err := os.Stat(binary)
			if err != nil {
				return err
			}
			set.Add("hello", s.name, "MB binary", float64(info.Size())/(1<<20))
			s.args = append([]string{binary}, s.args...)
		}
		list = append(list, s)
	}
	for round := range rounds + 1 { // the first warms the disk's cache and makes databases
		for _, s := range result.Turn(list, round) {
			if err := once(set, s, dir, round > 0, round == 1 || round == rounds); err != nil {
				return err
			}
		}
	}
	return set.Finish(file)
}

// once starts a program and waits for its first answer; when asked to, it also
// looks at the memory.
func once(set *result.Set, s subject, dir string, count, memory bool) error {
	port, err := s.port, error(nil)
	if port == 0 {
		if port, err = process.FreePort(); err != nil {
			return err
		}
	}
	home := filepath.Join(dir, s.name+"-home")
	if s.pkg == "" {
		home = dir
	} else if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	var argv []string
	for _, a := range s.args {
		switch a {
		case "{addr}":
			a = addr
		case "{port}":
			a = strconv.Itoa(port)
		case "{dir}":
			a = home
		}
		argv = append(argv, a)
	}
	began := time.Now()
	server, err := process.Start(s.name, argv, nil, home, "http://"+addr, "/")
	if err != nil {
		return err
	}
	defer server.Stop()
	took := time.Since(began)
	if !count {
		return nil
	}
	set.Add("hello", s.name, "ms to the first answer", float64(took.Microseconds())/1000)
	set.Add("hello", s.name, "ms CPU to start", float64(server.CPU().Microseconds())/1000)
	if !memory {
		return nil
	}
	time.Sleep(time.Second)
	if err := remember(set, server, "MB at rest"); err != nil {
		return err
	}
	for range 1000 {
		resp, err := http.Get(server.URL + "/")
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		resp.Body.Close()
	}
	return remember(set, server, "MB after 1,000 requests")
}

func remember(set *result.Set, server *process.Server, unit string) error {
	n, err := server.Resident()
	if err != nil {
		return fmt.Errorf("%s: %w", server.Name, err)
	}
	set.Add("hello", server.Name, unit, float64(n)/(1<<20))
	return nil
}
