package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// A latency is what the normal client got, in milliseconds.
type latency struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"` // no answer within 2 s, or another than 200
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
}

// timeout is how long the normal client waits for a page; a request without an
// answer counts as taking that long.
const timeout = 2 * time.Second

// normalClient runs the normal client, as a process of its own, ahead of the
// attackers: what is measured is the server, not the fight for the clients'
// processor.
func normalClient(ctx context.Context, v *server, cookie string, length time.Duration) (l latency, err error) {
	self, err := os.Executable()
	if err != nil {
		return l, err
	}
	argv := []string{self, "client", "-url", v.url(), "-cookie", cookie, "-for", length.String()}
	argv = ahead(argv)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return l, fmt.Errorf("the normal client: %w", err)
	}
	return l, json.Unmarshal(out, &l)
}

// clientMain is the normal client: a page every 10 ms over a connection that
// stays open, and one every 20 ms over a new connection.
func clientMain(args []string) error {
	flags := flag.NewFlagSet("client", flag.ContinueOnError)
	url := flags.String("url", "", "the page")
	cookie := flags.String("cookie", "", "the session")
	length := flags.Duration("for", time.Second, "how long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var mu sync.Mutex
	var times []time.Duration
	failed := 0
	visit := func(client *http.Client) {
		start := time.Now()
		err := page(client, *url, *cookie)
		took := min(time.Since(start), timeout)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			if failed++; failed <= 3 {
				fmt.Fprintln(os.Stderr, "soak: the normal client:", err)
			}
			took = timeout
		}
		times = append(times, took)
	}
	var visitors sync.WaitGroup
	end := time.Now().Add(*length)
	for _, v := range []struct {
		every time.Duration
		fresh bool
	}{{10 * time.Millisecond, false}, {20 * time.Millisecond, true}} {
		visitors.Go(func() {
			client := &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: v.fresh, TLSClientConfig: clientTLS()}}
			for time.Now().Before(end) {
				next := time.Now().Add(v.every)
				visit(client)
				time.Sleep(time.Until(next))
			}
		})
	}
	visitors.Wait()
	slices.Sort(times)
	ms := func(q float64) float64 {
		return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000
	}
	return json.NewEncoder(os.Stdout).Encode(latency{len(times), failed, ms(0.5), ms(0.99), ms(1)})
}

func page(client *http.Client, url, cookie string) error {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Cookie", cookie)
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", resp.Status)
	}
	return nil
}
