// Command http measures Dewar beside bare net/http, chi, gin, echo, fiber and
// Flask on gunicorn: each as its users would write it, the same bytes out. See
// docs/benchmarks.md for the method.
//
//	cd bench && go run ./http
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
	"github.com/dewar-go/dewar/bench/internal/wrk"
)

// A testCase is something to ask the servers for.
type testCase struct {
	name, path string
	session    bool // somebody is signed in
	same       bool // peers send Dewar's headers and write its log line
	db         bool
	quick      bool
}

var cases = []testCase{
	{name: "plaintext", path: "/plaintext", quick: true},
	{name: "JSON", path: "/json"},
	{name: "parameters", path: "/users/42/posts/hello-world"},
	{name: "static file", path: "/static/site.css"},
	{name: "fortunes", path: "/fortunes", quick: true},
	{name: "secure page", path: "/account", session: true, quick: true},
	{name: "fortunes, PostgreSQL", path: "/db", db: true},
	{name: "plaintext, same headers", path: "/plaintext", same: true, quick: true},
	{name: "JSON, same headers", path: "/json", same: true},
	{name: "parameters, same headers", path: "/users/42/posts/hello-world", same: true},
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds; each server is measured once a round")
	seconds := flag.Int("seconds", 1, "seconds of load a measurement")
	quick := flag.Bool("quick", false, "fewer peers, cases and rounds")
	file := flag.String("json", "", "file for the result")
	only := flag.String("cases", "", "cases, with semicolons; all when empty")
	peers := flag.String("subjects", "", "subjects, with semicolons; all when empty")
	flag.Parse()
	if err := run(*rounds, *seconds, *quick, *only, *peers, *file); err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

func run(rounds, seconds int, quick bool, only, peers, file string) error {
	set := result.New("http")
	set.Quick(quick)
	set.Base("dewar")
	if _, err := exec.LookPath("wrk"); err != nil {
		set.Note("nothing measured: the load comes from wrk, which is missing; on Debian: apt-get install wrk")
		return set.Finish(file)
	}
	dir, err := os.MkdirTemp("", "dewar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir}
	if err := os.CopyFS(filepath.Join(dir, "static"), content.Static); err != nil {
		return err
	}
	drop, err := b.openDB()
	if err != nil {
		set.Note("the cases with PostgreSQL are left out: %v; name a server in DEWAR_TEST_POSTGRES", err)
	}
	defer drop()
	wanted := func(list, name string) bool {
		return list == "" || slices.Contains(strings.Split(list, ";"), name)
	}
	measured := func(s subject) bool {
		return wanted(peers, s.name) && !(quick && (s.name == "chi" || s.name == "fiber" || s.name == "flask, sync"))
	}
	var plain, same []subject
	for _, s := range subjects {
		if !measured(s) {
			continue
		}
		if why := b.missing(s); why != "" {
			set.Note("%s: %s", s.name, why)
			continue
		}
		plain = append(plain, s)
	}
	for _, s := range sameSubjects {
		if measured(s) {
			same = append(same, s)
		}
	}
	bytesAlone := subject{name: "net/http, the bytes alone", binary: "nethttp"}
	if err := b.build(append(slices.Clip(plain), bytesAlone)); err != nil {
		return err
	}
	if quick {
		rounds = min(rounds, 2)
	}
	var todo []testCase
	for _, c := range cases {
		if wanted(only, c.name) && (!c.db || b.db != "") && (!quick || c.quick) {
			todo = append(todo, c)
		}
	}
	return b.measure(set, plain, same, todo, rounds, seconds, file)
}

// running is a subject that runs, with what its visits look like.
type running struct {
	*process.Server
	visits map[string]visit
}

func (b *bench) measure(set *result.Set, plain, same []subject, todo []testCase, rounds, seconds int, file string) error {
	var all []*running
	defer func() {
		for _, r := range all {
			r.Stop()
		}
	}()
	start := func(s subject) (*running, error) {
		server, err := b.start(s)
		if err != nil {
			return nil, err
		}
		r := &running{server, map[string]visit{}}
		all = append(all, r)
		return r, nil
	}
	groups := map[bool][]*running{}
	var dewar *running
	for _, s := range plain {
		r, err := start(s)
		if err != nil {
			return err
		}
		groups[false] = append(groups[false], r)
		if s.name == "dewar" {
			dewar = r
			groups[true] = append(groups[true], r)
		}
	}
	for _, s := range same {
		r, err := start(s)
		if err != nil {
			return err
		}
		groups[true] = append(groups[true], r)
	}
	for _, c := range todo {
		for _, r := range groups[c.same] {
			v, err := see(r.Server, c)
			if err == nil && dewar != nil && r != dewar {
				err = compare(dewar.visits[c.name], v, c.same)
			}
			if err != nil {
				return fmt.Errorf("%s: %s: %w", r.Name, c.name, err)
			}
			r.visits[c.name] = v
		}
	}
	// The bytes alone, from net/http: what nobody on net/http can go below.
	alone := map[string]*running{}
	for _, c := range todo {
		if dewar == nil || c.same || c.path != "/account" && c.path != "/fortunes" {
			continue
		}
		dir, err := b.keep(dewar.visits[c.name])
		if err != nil {
			return err
		}
		r, err := start(subject{name: "net/http, the bytes alone", binary: "nethttp", flags: []string{"-fixed", dir}})
		if err != nil {
			return err
		}
		r.visits[c.name] = visit{}
		alone[c.name] = r
	}
	began := time.Now()
	for round := range rounds {
		for _, c := range todo {
			list := groups[c.same]
			if r := alone[c.name]; r != nil {
				list = append(slices.Clip(list), r)
			}
			for _, r := range result.Turn(list, round) {
				path := c.path
				if r == alone[c.name] {
					path = "/fixed"
				}
				l, cpu, err := load(r, path, r.visits[c.name].cookie, seconds)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", r.Name, c.name, err)
				}
				set.Add(c.name, r.Name, "req/s", l.PerSec)
				set.Add(c.name, r.Name, "µs CPU", float64(cpu.Nanoseconds())/1000/float64(l.Requests))
				set.Add(c.name, r.Name, "ms p50", float64(l.P50.Microseconds())/1000)
				set.Add(c.name, r.Name, "ms p99", float64(l.P99.Microseconds())/1000)
			}
		}
		fmt.Fprintf(os.Stderr, "http: round %d of %d, %s\n", round+1, rounds, time.Since(began).Round(time.Second))
	}
	for _, r := range groups[false] {
		if n, err := r.Resident(); err == nil {
			set.Add("the suite's server", r.Name, "MB under load", float64(n)/(1<<20))
		}
	}
	return set.Finish(file)
}

// load measures one server once. A busy machine may starve it altogether: then
// it has another, longer try.
func load(r *running, path, cookie string, seconds int) (l wrk.Load, cpu time.Duration, err error) {
	for range 4 {
		before := r.CPU()
		if l, err = wrk.Run(r.URL+path, cookie, 64, seconds); err == nil {
			return l, r.CPU() - before, nil
		}
		seconds += 2
	}
	return l, 0, err
}

// keep puts an answer into a folder where net/http finds it.
func (b *bench) keep(v visit) (dir string, err error) {
	headers := v.header.Clone()
	delete(headers, "Date")
	data, err := json.Marshal(headers)
	if err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp(b.dir, "fixed-"); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "headers.json"), data, 0o600); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "body"), v.raw, 0o600)
}

// openDB makes a database with the table of fortunes; drop removes it.
func (b *bench) openDB() (drop func(), err error) {
	server := os.Getenv("DEWAR_TEST_POSTGRES")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/postgres"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	drop = func() {}
	admin, err := pgxpool.New(ctx, server)
	if err != nil {
		return drop, err
	}
	name := fmt.Sprintf("dewar_bench_%d", os.Getpid())
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		admin.Close()
		return drop, err
	}
	drop = func() {
		_, _ = admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		admin.Close()
	}
	address := server[:strings.LastIndexByte(server, '/')+1] + name
	db, err := pgxpool.New(ctx, address)
	if err != nil {
		return drop, err
	}
	defer db.Close()
	if err := content.Fill(ctx, db); err != nil {
		return drop, err
	}
	b.db = address
	return drop, nil
}

func lastLine(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(lines[len(lines)-1])
}
