package main

import (
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
	launch      func(ctx context.Context, v *server) *tally
	prepare     func() // makes what is sent, where that takes long
}

// held is how many connections the attacks hold that are about holding them.
const held = 500

// senders is how many clients send at once in the attacks that are about
// sending: each begins anew as soon as it has an answer or is cut off.
const senders = 4

var attacks = []attack{
	{name: "slow-headers", title: "500 connections that send a header line each second", length: 12 * time.Second, launch: hold(slowHeaders)},
	{name: "slow-headers-400", title: "the same, server limited to 400 open files", files: 400, length: 12 * time.Second, launch: hold(slowHeaders)},
	{name: "slow-bodies", title: "500 connections that send a byte of a form each second", length: 40 * time.Second, launch: hold(slowBody)},
	{name: "slow-readers", title: "500 clients that ask for a 1 MB page and do not read", length: 40 * time.Second, launch: hold(slowReader)},
	{name: "body-declared", title: "1 GB body with its length", length: 8 * time.Second, launch: send(bigBody)},
	{name: "body-chunked", title: "1 GB body without a length", length: 8 * time.Second, launch: send(bigChunked)},
	{name: "headers", title: "100,000 header lines", length: 8 * time.Second, launch: send(manyHeaders)},
	{name: "parts", title: "10,000 multipart parts", length: 8 * time.Second, launch: send(manyParts)},
	{name: "gzip", title: "1 MB of gzip that inflates to 1 GB", length: 8 * time.Second, launch: send(gzipBomb), prepare: func() { bomb() }},
	{name: "query", title: "100,000 query parameters", length: 8 * time.Second, launch: send(manyParameters)},
	{name: "keys", title: "1,000,000 form keys", length: 8 * time.Second, launch: send(manyKeys), prepare: func() { keys() }},
	{name: "rapid-reset", title: "HTTP/2 rapid reset", http2: true, length: 8 * time.Second, launch: send(rapidReset)},
	{name: "continuation", title: "HTTP/2 CONTINUATION flood", http2: true, length: 8 * time.Second, launch: send(continuationFlood)},
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

// hold keeps up held attackers, 250 more each second at the start: whoever is cut
// off comes back.
func hold(one attacker) func(context.Context, *server) *tally {
	return repeat(one, held, 4*time.Millisecond)
}

// send keeps up senders attackers.
func send(one attacker) func(context.Context, *server) *tally { return repeat(one, senders, 0) }

func repeat(one attacker, n int, apart time.Duration) func(context.Context, *server) *tally {
	return func(ctx context.Context, v *server) *tally {
		t := &tally{}
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				pause(ctx, time.Duration(i)*apart)
				for ctx.Err() == nil {
					start := time.Now()
					how := one(ctx, v)
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
