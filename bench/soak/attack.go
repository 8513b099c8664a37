package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// An attack is one thing that hostile clients do.
type attack struct {
	name, title string
	http2       bool          // over TLS and HTTP/2
	files       int           // the server's limit of open files; 0 leaves it
	length      time.Duration // how long the normal client is measured beside it
	attackers   int           // how many there are at a time; 0: as many as -senders says
	apart       time.Duration // how long after one another they come at first
	once        attacker
	prepare     func() // makes what is sent, where that takes long
}

// held is how many connections the attacks hold that are about holding them, and
// crowd how many are as many as the server may have open files.
const held, crowd = 500, 400

var attacks = []attack{
	{name: "slow-headers", title: "500 connections that send a header line each second", length: 12 * time.Second, attackers: held, apart: 4 * time.Millisecond, once: slowHeaders},
	{name: "slow-headers-400", title: "the same, server limited to 400 open files", files: 400, length: 12 * time.Second, attackers: held, apart: 4 * time.Millisecond, once: slowHeaders},
	{name: "slow-bodies-400", title: "400 connections that send a body at 1.3 KB a second, server limited to 400 open files", files: 400, length: 30 * time.Second, attackers: crowd, apart: 4 * time.Millisecond, once: steadyBody},
	{name: "slow-readers-400", title: "400 clients that take a 1 MB page at 1.3 KB a second, likewise", files: 400, length: 30 * time.Second, attackers: crowd, apart: 10 * time.Millisecond, once: steadyReader},
	{name: "idle-400", title: "400 connections that ask for a static file and then for nothing, likewise", files: 400, length: 12 * time.Second, attackers: crowd, apart: 4 * time.Millisecond, once: idle},
	{name: "slow-bodies", title: "500 connections that send a byte of a form each second", length: 34 * time.Second, attackers: held, apart: 4 * time.Millisecond, once: slowBody},
	{name: "slow-readers", title: "500 clients that ask for a 1 MB page and do not read", length: 70 * time.Second, attackers: held, apart: 10 * time.Millisecond, once: slowReader},
	{name: "body-declared", title: "1 GB body with its length", length: 8 * time.Second, once: bigBody},
	{name: "body-chunked", title: "1 GB body without a length", length: 8 * time.Second, once: bigChunked},
	{name: "headers", title: "100,000 header lines", length: 8 * time.Second, once: manyHeaders},
	{name: "ranges", title: "a static file in 5,000 ranges of a byte", length: 8 * time.Second, once: manyRanges},
	{name: "parts", title: "10,000 multipart parts", length: 8 * time.Second, once: manyParts},
	{name: "gzip", title: "1 MB of gzip that inflates to 1 GB", length: 8 * time.Second, once: gzipBomb, prepare: func() { bomb() }},
	{name: "query", title: "100,000 query parameters", length: 8 * time.Second, once: manyParameters},
	{name: "keys", title: "1,000,000 form keys", length: 8 * time.Second, once: manyKeys, prepare: func() { keys() }},
	{name: "abandoned-logins", title: "100 logins a second whose clients close at once", length: 12 * time.Second, attackers: 100, apart: 10 * time.Millisecond, once: abandonedLogin},
	{name: "zero-window", title: "8 HTTP/2 connections that ask for a 1 MB page on all the streams they may have, window 0", http2: true, length: 35 * time.Second, attackers: 8, apart: 50 * time.Millisecond, once: zeroWindow},
	{name: "ping-flood", title: "HTTP/2 PING flood", http2: true, length: 8 * time.Second, once: pingFlood},
	{name: "settings-flood", title: "HTTP/2 SETTINGS flood", http2: true, length: 8 * time.Second, once: settingsFlood},
	{name: "rapid-reset", title: "HTTP/2 rapid reset", http2: true, length: 8 * time.Second, once: rapidReset},
	{name: "continuation", title: "HTTP/2 CONTINUATION flood", http2: true, length: 8 * time.Second, once: continuationFlood},
}

// A tally counts what became of the attackers.
type tally struct {
	mu   sync.Mutex
	ends map[string][]time.Duration
}

// end notes how an attacker ended and after how long.
func (t *tally) end(how string, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ends == nil {
		t.ends = map[string][]time.Duration{}
	}
	t.ends[how] = append(t.ends[how], after)
}

// An ending is one way in which attackers ended.
type ending struct {
	How    string  `json:"how"`
	Count  int     `json:"count"`
	Median float64 `json:"median_s"`
	Max    float64 `json:"max_s"`
}

// summary lists the endings, the most frequent first.
func (t *tally) summary() (list []ending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for how, after := range t.ends {
		slices.Sort(after)
		list = append(list, ending{how, len(after), after[len(after)/2].Seconds(), after[len(after)-1].Seconds()})
	}
	slices.SortFunc(list, func(a, b ending) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.How, b.How)
	})
	return list
}

// An attacker makes one attempt and says how it ended.
type attacker func(ctx context.Context, v *server) (how string)

// launch keeps the attackers up until ctx ends: whoever is cut off comes back.
func (a *attack) launch(ctx context.Context, v *server, senders int) *tally {
	n := cmp.Or(a.attackers, senders)
	t := &tally{}
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			pause(ctx, time.Duration(i)*a.apart)
			for ctx.Err() == nil {
				start := time.Now()
				how := a.once(ctx, v)
				if ctx.Err() != nil {
					how = "still held"
				}
				t.end(how, time.Since(start))
				if how == refused {
					pause(ctx, 50*time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	return t
}

// underWay is how long an attack goes on before it is measured: all attackers
// have come.
func (a *attack) underWay() time.Duration {
	return time.Second + time.Duration(a.attackers)*a.apart
}

// refused is the end of an attacker that got no connection.
const refused = "no connection"

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// dial connects to the server; the connection ends with ctx.
func dial(ctx context.Context, v *server) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", v.addr)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	return conn, nil
}

// status is the code of an answer's first line, or how there was none.
func status(answer string, err error) string {
	if len(answer) >= 12 && strings.HasPrefix(answer, "HTTP/1.") {
		return answer[9:12]
	}
	if err != nil {
		return "cut off"
	}
	return fmt.Sprintf("%.20q", answer)
}
