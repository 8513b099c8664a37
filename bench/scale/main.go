// Command scale measures how Dewar's cost grows, beside net/http's where there
// is something to stand beside: with cores, connections, idle connections,
// blueprints, the size of the session and the size of a page. Each is a curve;
// the report states its slope.
//
//	cd bench && go run ./scale
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
)

func main() {
	quick := flag.Bool("quick", false, "fewer places on each curve, one round")
	file := flag.String("json", "", "file for the result")
	only := flag.String("curves", "", "curves, with semicolons: session, template, idle, blueprints, cores, connections; all when empty")
	flag.Parse()
	if err := run(*quick, *only, *file); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// suite is what the curves share.
type suite struct {
	set   *result.Set
	dir   string
	quick bool
}

// servers are those that stand beside each other.
var servers = []string{"dewar", "net/http"}

var binaries = map[string]string{"dewar": "dewar", "net/http": "nethttp"}

func run(quick bool, only, file string) error {
	s := &suite{set: result.New("scale"), quick: quick}
	s.set.Quick(quick)
	s.set.Base("net/http")
	if err := raiseFiles(); err != nil {
		s.set.Note("%v", err)
	}
	dir, err := os.MkdirTemp("", "dewar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.dir = dir
	if err := os.CopyFS(filepath.Join(dir, "static"), content.Static); err != nil {
		return err
	}
	for _, name := range binaries {
		if err := process.Build(".", "./http/cmd/"+name, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	type curve struct {
		name string
		draw func(*suite) error
	}
	curves := []curve{{"session", sessionSize}, {"template", templateSize}, {"idle", idleConnections}, {"blueprints", blueprints}}
	if _, err := exec.LookPath("wrk"); err != nil {
		s.set.Note("the curves under load are left out: wrk is missing; on Debian: apt-get install wrk")
	} else {
		curves = append(curves, curve{"cores", cores}, curve{"connections", connections})
	}
	for _, c := range curves {
		if only != "" && !slices.Contains(strings.Split(only, ";"), c.name) {
			continue
		}
		began := time.Now()
		if err := c.draw(s); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "scale: %s, %s\n", c.name, time.Since(began).Round(time.Second))
	}
	return s.set.Finish(file)
}

// places picks the first, the middle and the last place of a curve in a quick
// run.
func (s *suite) places(all ...int) []int {
	if !s.quick || len(all) < 4 {
		return all
	}
	return []int{all[0], all[len(all)/2], all[len(all)-1]}
}

func (s *suite) rounds(n int) int {
	if s.quick {
		return 1
	}
	return n
}

// start starts a server on some cores.
func (s *suite) start(name, cores, procs string, flags ...string) (*process.Server, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	argv := append([]string{filepath.Join(s.dir, binaries[name]), "-addr", addr, "-dir", s.dir}, flags...)
	return process.Start(name, process.Pin(cores, argv), []string{"GOMAXPROCS=" + procs}, s.dir, "http://"+addr, "/plaintext")
}

// raiseFiles lets this process and those it starts open as many files as the
// system allows; Go raises its own limit, but not its children's.
func raiseFiles() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	const enough = 12_000 // each end of a connection is in a process of its own
	limit.Cur, limit.Max = max(enough, limit.Max), max(enough, limit.Max)
	if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		return nil
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Cur < enough {
		return fmt.Errorf("only %d files may be open, which ends the curves of connections early", limit.Cur)
	}
	return nil
}
