// Package wrk loads a server with wrk and reads what it says.
package wrk

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/bench/internal/process"
)

// A Load is what wrk saw of a server.
type Load struct {
	Requests int
	PerSec   float64
	P50, P99 time.Duration
}

var (
	countLine = regexp.MustCompile(`(\d+) requests in`)
	rateLine  = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	p50Line   = regexp.MustCompile(`50%\s+([\d.]+)(us|ms|s)`)
	p99Line   = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	badLine   = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)`)
)

// Run loads a URL for some seconds: a closed loop of the given number of
// connections from one thread on a core of its own.
func Run(url, cookie string, connections, seconds int) (Load, error) {
	_, core := process.Cores()
	argv := []string{"wrk", "-t1", "-c" + strconv.Itoa(connections), "-d" + strconv.Itoa(seconds) + "s", "--latency", "--timeout", "20s"}
	if cookie != "" {
		argv = append(argv, "-H", "Cookie: "+cookie)
	}
	argv = process.Pin(core, append(argv, url))
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return Load{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return parse(string(out))
}

func parse(out string) (l Load, err error) {
	// gunicorn's synchronous worker closes each connection after its answer,
	// which wrk counts as a read error at times: only timeouts are ours.
	if m := badLine.FindStringSubmatch(out); m != nil && (m[1] != "" || !strings.HasSuffix(m[2], "timeout 0")) {
		return l, fmt.Errorf("wrk: %s", m[0])
	}
	count, rate := countLine.FindStringSubmatch(out), rateLine.FindStringSubmatch(out)
	if count == nil || rate == nil {
		return l, fmt.Errorf("wrk: cannot read its answer:\n%s", out)
	}
	l.Requests, _ = strconv.Atoi(count[1])
	l.PerSec, _ = strconv.ParseFloat(rate[1], 64)
	l.P50, l.P99 = latency(p50Line, out), latency(p99Line, out)
	if l.Requests == 0 {
		return l, errors.New("wrk: no request was answered in time")
	}
	return l, nil
}

func latency(line *regexp.Regexp, out string) time.Duration {
	m := line.FindStringSubmatch(out)
	if m == nil {
		return 0
	}
	d, _ := time.ParseDuration(m[1] + m[2])
	return d
}
