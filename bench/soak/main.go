// Command soak attacks running web applications and measures, beside each
// attack, what a normal client gets of it: the latency of a page with a session
// (over a connection that stays open and over new ones) with and without the
// attack, the memory the server takes over what it holds at rest, and what
// becomes of the attackers.
//
// It starts Flaskr, built from this tree, and for comparison a blog of the same
// shape on gin (ginapp) and on Flask under gunicorn (flaskapp), each as a
// process of its own on a loopback address, anew for each attack. Every attack
// is bounded in connections and in time. Nothing is asserted unless -gate is
// given.
//
//	make soak         all of it, three rounds: results.json and results.md
//	make soak-quick   Flaskr alone, one short round, fails past the bounds
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	rounds   int
	senders  int
	baseline time.Duration // how long the normal client is measured before the attack
	scale    float64       // of each attack's length
	servers  string
	attacks  string
	out      string
	pin      bool
	gate     bool
	add      bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "client" {
		fail(clientMain(os.Args[2:]))
		return
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 3, "how often each attack is made")
	flag.DurationVar(&o.baseline, "baseline", 4*time.Second, "how long the normal client is measured before each attack")
	flag.IntVar(&o.senders, "senders", 1, "how many clients at a time make the attacks that are about sending; each begins anew as soon as it is answered or cut off")
	flag.Float64Var(&o.scale, "scale", 1, "multiplies the length of each attack")
	flag.StringVar(&o.servers, "servers", "dewar,gin,flask", "which servers are attacked")
	flag.StringVar(&o.attacks, "attacks", "", "which attacks are made, by name; all when empty")
	flag.StringVar(&o.out, "out", "soak", "write OUT/results.json and OUT/results.md")
	flag.BoolVar(&o.pin, "pin", true, "put the servers on one processor and the clients on another (needs taskset)")
	flag.BoolVar(&o.gate, "gate", false, "fail when Dewar is past the bounds")
	flag.BoolVar(&o.add, "add", false, "keep what OUT/results.json says of other attacks and servers")
	flag.Parse()
	if o.pin {
		pinSelf()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, o)
	if pinned {
		aheadOfOthers("0")
	}
	fail(err)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// Processors, by number, when pinned.
const serverProcessor, clientProcessor = "0", "1"

// pinned tells whether the servers are to have a processor of their own.
var pinned bool

// pinSelf moves this process to the clients' processor by starting it again
// under taskset. Without taskset, or on one processor, everything shares.
func pinSelf() {
	const again = "SOAK_PINNED"
	if os.Getenv(again) != "" {
		os.Unsetenv(again)
		pinned = true
		aheadOfOthers("-15")
		return
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil || exec.Command(taskset, "-c", clientProcessor, "true").Run() != nil {
		fmt.Fprintln(os.Stderr, "soak: not pinned: no taskset, or one processor alone")
		return
	}
	self, err := os.Executable()
	if err == nil {
		os.Setenv(again, "1")
		err = syscall.Exec(taskset, append([]string{taskset, "-c", clientProcessor, self}, os.Args[1:]...), os.Environ())
	}
	fail(err)
}

// aheadOfOthers gives this session a larger share of the processors than other
// sessions have, where Linux shares them out by session (sched(7), autogroup).
// It is a matter of less noise alone, and done where it is allowed.
func aheadOfOthers(nice string) { _ = os.WriteFile("/proc/self/autogroup", []byte(nice), 0o644) }

// ahead puts a command ahead of other processes where the system allows it, so
// that what else runs on the machine disturbs less: the server and the normal
// client by 15, the attackers' processor time is what is left of the other.
func ahead(argv []string) []string {
	if pinned && os.Geteuid() == 0 {
		return append([]string{"nice", "-n", "-15"}, argv...)
	}
	return argv
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "dewar-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names := strings.Split(o.servers, ",")
	subjects, err := prepare(ctx, dir, names)
	if err != nil {
		return err
	}
	var results []result
	for round := range o.rounds {
		for _, a := range attacks {
			if o.attacks != "" && !slices.Contains(strings.Split(o.attacks, ","), a.name) {
				continue
			}
			for _, s := range subjects {
				if a.http2 && !s.http2 {
					continue
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				r, err := measure(ctx, s, a, o)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.name, a.name, err)
				}
				r.Round = round + 1
				fmt.Println(r)
				results = append(results, r)
			}
		}
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if o.add {
		if results, err = earlier(o.out+"/results.json", results); err != nil {
			return err
		}
	}
	rows := summarize(results)
	b, err := json.MarshalIndent(rows, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.out+"/results.json", append(b, '\n'), 0o644); err != nil {
		return err
	}
	table := markdown(rows)
	fmt.Print("\n", table)
	if err := os.WriteFile(o.out+"/results.md", []byte(table), 0o644); err != nil {
		return err
	}
	if o.gate {
		return judge(rows)
	}
	return nil
}

// earlier are the results of a file, but for those that were measured again.
func earlier(name string, again []result) ([]result, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return again, nil
	}
	if err != nil {
		return nil, err
	}
	var rows []row
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, err
	}
	all := slices.Clone(again)
	for _, w := range rows {
		if !slices.ContainsFunc(again, func(r result) bool { return r.Server == w.Server && r.Attack == w.Attack }) {
			all = append(all, w.Rounds...)
		}
	}
	return all, nil
}

// measure starts a server, measures the normal client without and with an
// attack, and ends the server.
func measure(ctx context.Context, s *subject, a attack, o options) (r result, err error) {
	if a.prepare != nil {
		a.prepare()
	}
	server, err := s.start(ctx, a)
	if err != nil {
		return r, err
	}
	defer func() {
		if stopErr := server.stop(); stopErr != nil && err == nil {
			err = stopErr
		}
	}()
	session, err := server.login(ctx)
	if err != nil {
		return r, err
	}
	if r.Before, err = normalClient(ctx, server, session, o.baseline); err != nil {
		return r, err
	}
	if r.Rest, err = server.resident(); err != nil {
		return r, err
	}
	if err := server.resetPeak(); err != nil {
		return r, err
	}
	length := time.Duration(float64(a.length) * o.scale)
	r.Server, r.Attack = s.name, a.name
	attacking, end := context.WithTimeout(ctx, length+a.underWay())
	defer end()
	outcome := make(chan *tally, 1)
	go func() { outcome <- a.launch(attacking, server, o.senders) }()
	time.Sleep(a.underWay())
	used, start, spilled := server.processor(), time.Now(), server.watch()
	if r.During, err = normalClient(ctx, server, session, length); err != nil {
		return r, err
	}
	r.Busy = float64(server.processor()-used) / float64(time.Since(start))
	end()
	r.Attackers = (<-outcome).summary()
	r.Spilled = spilled()
	r.Peak, err = server.peak()
	return r, err
}
