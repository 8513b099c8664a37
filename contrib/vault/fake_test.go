package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fake speaks the part of Vault's HTTP API that this package uses, with Vault's answers: logins that end, longest
// lifetimes, leases that end with their login, versions, wrapped ids, and a server that is sealed.
type fake struct {
	mu       sync.Mutex
	sealed   bool
	refuse   map[string]bool // paths that the policy does not allow
	secretID string          // "" for any
	jwt      string
	wrapped  map[string]string // wrapping tokens and what is in them

	tokenTTL, tokenMax time.Duration
	leaseTTL, leaseMax time.Duration
	tokens             map[string]*grant
	leases             map[string]*grant
	kv                 map[string]map[string]any
	version            int
	static             func() map[string]any

	logins, renewals, asked int
	n                       int
}

// A grant is a token or a lease, which ends with its token.
type grant struct {
	until, max time.Time
	token      *grant
}

func (g *grant) valid() bool {
	return g != nil && time.Now().Before(g.until) && (g.token == nil || g.token.valid())
}

func (f *fake) make(ttl, most time.Duration) *grant {
	now := time.Now()
	return &grant{until: now.Add(ttl), max: now.Add(most)}
}

// renew prolongs, up to the longest lifetime.
func (g *grant) renew(d time.Duration) int {
	until := time.Now().Add(d)
	if until.After(g.max) {
		until = g.max
	}
	g.until = until
	return int(time.Until(until).Seconds())
}

func newFake() *fake {
	return &fake{
		refuse: map[string]bool{}, wrapped: map[string]string{}, tokens: map[string]*grant{}, leases: map[string]*grant{}, version: 1,
		kv:       map[string]map[string]any{"secret/data/shop": {"password": "one", "port": 5432}, "old/shop": {"password": "v1"}},
		tokenTTL: time.Hour, tokenMax: 4 * time.Hour, leaseTTL: 90 * time.Minute, leaseMax: 6 * time.Hour,
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	var body map[string]any
	if text, _ := io.ReadAll(r.Body); len(text) > 0 {
		if err := json.Unmarshal(text, &body); err != nil {
			answer(w, 400, map[string]any{"errors": []string{err.Error()}})
			return
		}
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	token := r.Header.Get("X-Vault-Token")
	fail := func(status int, text string) { answer(w, status, map[string]any{"errors": []string{text}}) }
	switch {
	case r.Header.Get("X-Vault-Request") != "true":
		fail(412, "required header 'X-Vault-Request' was missing")
	case f.sealed:
		fail(503, "Vault is sealed")
	case path == "sys/wrapping/unwrap":
		id, ok := f.wrapped[token]
		if !ok {
			id, ok = f.wrapped[fmt.Sprint(body["token"])]
			delete(f.wrapped, fmt.Sprint(body["token"]))
		}
		delete(f.wrapped, token)
		if !ok {
			fail(400, "wrapping token is not valid or does not exist")
			return
		}
		answer(w, 200, map[string]any{"data": map[string]any{"secret_id": id}})
	case path == "auth/approle/login" && body["role_id"] == "shop" && (f.secretID == "" || body["secret_id"] == f.secretID),
		path == "auth/kubernetes/login" && body["role"] == "shop" && body["jwt"] == f.jwt:
		f.logins++
		f.n++
		name := fmt.Sprint("token", f.n)
		f.tokens[name] = f.make(f.tokenTTL, f.tokenMax)
		answer(w, 200, map[string]any{"auth": map[string]any{"client_token": name, "lease_duration": int(f.tokenTTL.Seconds()), "renewable": true}})
	case strings.HasSuffix(path, "/login"):
		fail(400, "invalid role or secret ID")
	case !f.tokens[token].valid() || f.refuse[path]:
		fail(403, "permission denied")
	case path == "auth/token/renew-self":
		f.renewals++
		answer(w, 200, map[string]any{"auth": map[string]any{"client_token": token, "lease_duration": f.tokens[token].renew(f.tokenTTL), "renewable": true}})
	case path == "auth/token/lookup-self":
		answer(w, 200, map[string]any{"data": map[string]any{"ttl": int(time.Until(f.tokens[token].until).Seconds()), "renewable": true}})
	case path == "sys/leases/renew":
		g := f.leases[fmt.Sprint(body["lease_id"])]
		if !g.valid() {
			fail(400, "lease not found")
			return
		}
		answer(w, 200, map[string]any{"lease_id": body["lease_id"], "lease_duration": g.renew(f.leaseTTL), "renewable": true})
	case path == "database/creds/shop":
		f.n++
		id := fmt.Sprint("database/creds/shop/", f.n)
		g := f.make(f.leaseTTL, f.leaseMax)
		g.token = f.tokens[token]
		f.leases[id] = g
		answer(w, 200, map[string]any{"lease_id": id, "lease_duration": int(f.leaseTTL.Seconds()), "renewable": true,
			"data": map[string]any{"username": fmt.Sprint("user", f.n), "password": fmt.Sprint("pw", f.n)}})
	case path == "database/static-creds/shop":
		answer(w, 200, map[string]any{"lease_id": "", "data": f.static()})
	case f.kv[path] != nil && strings.Contains(path, "/data/"):
		answer(w, 200, map[string]any{"data": map[string]any{"data": f.kv[path], "metadata": map[string]any{"version": f.version}}})
	case f.kv[path] != nil:
		answer(w, 200, map[string]any{"lease_duration": 2764800, "data": f.kv[path]})
	default:
		fail(404, "")
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// set changes the fake.
func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// start serves the fake over connections in memory, so that time may be the bubble's, and returns a Vault that uses it.
func start(t *testing.T, f *fake, cfg Config) *Vault {
	t.Helper()
	l := &pipes{c: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: f}
	go server.Serve(l) //nolint:errcheck // it ends with the test
	if cfg.Address == "" {
		cfg.Address = "http://127.0.0.1:8200"
	}
	v := New(cfg)
	var pool *http.Transport
	v.transport = func(tr *http.Transport) { pool, tr.DialContext = tr, l.dial }
	t.Cleanup(func() {
		if err := v.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if pool != nil {
			pool.CloseIdleConnections()
		}
		server.Close()
	})
	return v
}

// pipes is a listener in memory.
type pipes struct {
	c    chan net.Conn
	done chan struct{}
	once sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.c <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.c:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
