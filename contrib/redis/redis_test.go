package redis_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/limit/limittest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/session/sessiontest"
)

// url is the server the tests use: DEWAR_TEST_REDIS, or the one on this
// machine. Without one a test is skipped, or fails with
// DEWAR_TEST_SERVICES=required.
func url(t *testing.T) string {
	t.Helper()
	url := os.Getenv("DEWAR_TEST_REDIS")
	if url == "" {
		url = "redis://127.0.0.1:6379/0"
	}
	s := redis.New(redis.Config{URL: url})
	defer s.Close(context.Background())
	if err := s.Open(t.Context()); err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal(err)
		}
		t.Skipf("%v (set DEWAR_TEST_SERVICES=required to make this a failure)", err)
	}
	return url
}

func open(t *testing.T, c redis.Config) *redis.Server {
	t.Helper()
	s := redis.New(c)
	if err := s.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// prefix is a prefix of the test's own, whose keys are deleted afterwards.
func prefix(t *testing.T, s *redis.Server) string {
	t.Helper()
	p := "dewar-test:" + rand.Text() + ":"
	t.Cleanup(func() {
		for _, key := range keys(t, s, p) {
			s.Client().Del(context.Background(), key)
		}
	})
	return p
}

func keys(t *testing.T, s *redis.Server, prefix string) []string {
	t.Helper()
	var list []string
	iter := s.Client().Scan(context.Background(), 0, prefix+"*", 1000).Iterator()
	for iter.Next(context.Background()) {
		list = append(list, iter.Val())
	}
	if err := iter.Err(); err != nil {
		t.Error(err)
	}
	return list
}

func TestBackend(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	sessiontest.TestBackend(t, func(*testing.T) session.Backend { return s.SessionBackend(p) })
}

// Whoever reads Redis learns no id that would be accepted.
func TestOnlyHashesAtRest(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	store := session.NewServerStore(s.SessionBackend(p), session.ServerOptions{})
	one := session.New()
	one.Set(session.UserKey, "42")
	id, err := store.Save(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	list := keys(t, s, p)
	if len(list) != 2 {
		t.Errorf("keys %q, want the record and the user's set", list)
	}
	for _, key := range list {
		dump, err := s.Client().Dump(t.Context(), key).Result()
		if err != nil || strings.Contains(key+dump, id) {
			t.Errorf("%s holds the id, %v", key, err)
		}
		if ttl := s.Client().PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > session.DefaultIdle {
			t.Errorf("%s lives for %v", key, ttl)
		}
		if hash := strings.TrimPrefix(key, p); !strings.HasPrefix(hash, "user:") {
			if got, err := store.Load(t.Context(), hash); err != nil || got.Len() != 0 {
				t.Errorf("the hash is taken for an id, %v", err)
			}
		}
	}
}

func TestTimeouts(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	now := time.Now()
	store := session.NewServerStore(s.SessionBackend(prefix(t, s)), session.ServerOptions{
		Idle: time.Hour, Absolute: 90 * time.Minute, Now: func() time.Time { return now },
	})
	begin := func() string {
		one := session.New()
		one.Set(session.UserKey, "42")
		id, err := store.Save(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	there := func(id string) bool {
		got, err := store.Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return got.Len() > 0
	}
	idle, used := begin(), begin()
	now = now.Add(50 * time.Minute)
	if !there(used) {
		t.Error("gone before its time")
	}
	now = now.Add(30 * time.Minute)
	if there(idle) {
		t.Error("there after an idle hour")
	}
	if !there(used) {
		t.Error("used, and gone")
	}
	if list, err := store.List(t.Context(), "42", nil); err != nil || len(list) != 1 {
		t.Errorf("%v, %v, want the session that is left", list, err)
	}
	now = now.Add(20 * time.Minute)
	if there(used) {
		t.Error("there after the absolute time")
	}
}

// door is a way to the server that can be shut.
type door struct {
	addr, to string
	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
}

func newDoor(t *testing.T, to string) *door {
	d := &door{to: to}
	d.unlock(t)
	t.Cleanup(d.shut)
	return d
}

func (d *door) unlock(t *testing.T) {
	t.Helper()
	addr := d.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	d.addr, d.listener = listener.Addr().String(), listener
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", d.to)
			if err != nil {
				in.Close()
				continue
			}
			d.mu.Lock()
			d.open = append(d.open, in, out)
			d.mu.Unlock()
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
}

func (d *door) shut() {
	d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.open {
		c.Close()
	}
	d.open = nil
}

// Redis goes away and comes back: 503 meanwhile, never another person's or
// nobody's page, and no restart.
func TestDownAndBack(t *testing.T) {
	options, err := goredis.ParseURL(url(t))
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t, options.Addr)
	direct := open(t, redis.Config{URL: url(t)})
	s := redis.New(redis.Config{URL: "redis://" + d.addr, Name: "SHOP_REDIS"})
	app := dewar.New(dewar.Config{
		InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
		Session: dewar.SessionConfig{Store: session.NewServerStore(s.SessionBackend(prefix(t, direct)), session.ServerOptions{})},
	})
	app.Extend(s)
	app.Get("/set", func(c *dewar.Context) error { c.Session().Set("n", 7); return c.Text("set") })
	app.Get("/", func(c *dewar.Context) error {
		n, _ := session.Value[int](c.Session(), "n")
		return c.Text(fmt.Sprint(n))
	})
	app.Get("/static", func(c *dewar.Context) error { return c.Text("no session") })
	cl := dewartest.New(t, app)
	cl.Get("/set")
	if resp := cl.Get("/"); resp.Text != "7" {
		t.Fatalf("before: %d %q", resp.Status, resp.Text)
	}
	d.shut()
	for _, path := range []string{"/", "/set"} {
		if resp := cl.Get(path); resp.Status != 503 || len(resp.Header["Set-Cookie"]) > 0 {
			t.Errorf("down, %s: %d %v", path, resp.Status, resp.Header)
		}
	}
	if resp := cl.Another().Get("/static"); resp.Status != 200 {
		t.Errorf("down, without a session: %d", resp.Status)
	}
	if resp := cl.Another().Get("/set"); resp.Status != 503 || resp.Text == "set" {
		t.Errorf("down, a new session: %d %q", resp.Status, resp.Text)
	}
	d.unlock(t)
	if resp := cl.Get("/"); resp.Status != 200 || resp.Text != "7" {
		t.Errorf("back: %d %q", resp.Status, resp.Text)
	}
}

func TestAnonymousWhenDown(t *testing.T) {
	s := redis.New(redis.Config{URL: "redis://:secret@127.0.0.1:1"})
	defer s.Close(t.Context())
	store := s.Sessions(session.ServerOptions{AnonymousWhenDown: true})
	got, err := store.Load(t.Context(), strings.Repeat("A", 43))
	if err != nil || got.Len() != 0 {
		t.Errorf("%v", err)
	}
	if _, err := s.Sessions(session.ServerOptions{}).Load(t.Context(), strings.Repeat("A", 43)); err == nil {
		t.Error("closed by default: no error")
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	s := redis.New(redis.Config{URL: "redis://shop:hunter2@127.0.0.1:1/3", Name: "SHOP_REDIS"})
	defer s.Close(t.Context())
	err := s.Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "redis://shop@127.0.0.1:1/3") || !strings.Contains(err.Error(), "SHOP_REDIS") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A Redis that is down must not fill a log of JSON with go-redis's own lines.
func TestLogOfGoRedis(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	for level, want := range map[slog.Level]bool{slog.LevelInfo: false, slog.LevelDebug: true} {
		var log lockedBuffer
		slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: level})))
		s := redis.New(redis.Config{URL: "redis://127.0.0.1:1"})
		if s.Ping(t.Context()) == nil {
			t.Error("something answers on port 1")
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Contains(log.String(), `"msg":"redis: `); got != want {
			t.Errorf("%v: the log is %q", level, log.String())
		}
	}
}

// lockedBuffer is a buffer for several writers.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestMistakes(t *testing.T) {
	for _, row := range []struct {
		config redis.Config
		want   string
	}{
		{redis.Config{}, "empty"},
		{redis.Config{URL: "redis://x:hunter2%zz@h"}, "malformed"},
		{redis.Config{URL: "http://x:hunter2@h"}, "scheme"},
		{redis.Config{URL: "redis://x:hunter2@h/abc"}, "database"},
		{redis.Config{URL: "rediss://x:hunter2@h?skip_verify=true"}, "skip_verify"},
		{redis.Config{URL: "redis://x:hunter2@h", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, "TLS"},
	} {
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: filepath.Join(t.TempDir(), "i"), Logger: slog.New(slog.DiscardHandler)})
		s := redis.New(row.config)
		app.Extend(s)
		_, err := app.Handler()
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "REDIS_URL") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: got %v, want %q", row.config, err, row.want)
		}
		if s.Ping(t.Context()) == nil {
			t.Errorf("%v answers", row.config)
		}
	}
}

func TestConfigKeepsItsPassword(t *testing.T) {
	c := redis.Config{URL: "redis://shop:hunter2@h:6379/0"}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", c, c, c, c), fmt.Sprint(c.LogValue()), redis.New(c).String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "shop@h:6379") {
			t.Errorf("prints %s", text)
		}
	}
}

func TestCheck(t *testing.T) {
	for url, findings := range map[string]int{
		"redis://127.0.0.1": 0, "redis://localhost:1": 0, "unix:///run/r.sock": 0, "rediss://h": 0, "redis://10.0.0.1": 1, "redis://redis:6379": 1, "": 0,
	} {
		if got := redis.New(redis.Config{URL: url}).Check(); len(got) != findings {
			t.Errorf("%q: %v", url, got)
		}
	}
}

// The rights that the package comment lists are enough.
func TestUserWithFewRights(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	name, password := "dewar-test-"+rand.Text(), rand.Text()
	rules := strings.Fields("on +@connection +hget +hmget +hgetall +del +zrange +zrem +evalsha +eval +hset +pexpireat +zadd +zremrangebyscore +get +set +pttl +pexpire +incrby +decrby +time")
	args := []any{"ACL", "SETUSER", name, ">" + password, "~" + p + "*"}
	for _, r := range rules {
		args = append(args, r)
	}
	if err := s.Client().Do(t.Context(), args...).Err(); err != nil {
		t.Skipf("the server does not let the test make a user: %v", err)
	}
	t.Cleanup(func() { s.Client().Do(context.Background(), "ACL", "DELUSER", name) })
	options, err := goredis.ParseURL(url(t))
	if err != nil {
		t.Fatal(err)
	}
	few := open(t, redis.Config{URL: "redis://" + name + ":" + password + "@" + options.Addr})
	sessiontest.TestBackend(t, func(*testing.T) session.Backend { return few.SessionBackend(p) })
	if err := limittest.TestStore(t.Context(), few.Limits(p)); err != nil {
		t.Error(err)
	}
	logintest.TestStore(t, func(*testing.T) login.Store { return few.Logins(p) })
	if err := few.Client().Get(t.Context(), "other").Err(); err == nil {
		t.Error("the user may do more than it should")
	}
}

// ownServer starts a Redis of the test's own and waits until it listens.
func ownServer(t *testing.T, args ...string) {
	startServer(t, append([]string{"--port", "0"}, args...)...)
}

// startServer is ownServer; kill ends it as a power cut does.
func startServer(t *testing.T, args ...string) (kill func()) {
	t.Helper()
	cmd := exec.Command("redis-server", append([]string{"--save", "", "--appendonly", "no", "--dir", t.TempDir()}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal(err)
		}
		t.Skipf("redis-server is needed: %v", err)
	}
	running, ended := make(chan bool, 1), make(chan bool)
	var log strings.Builder
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "to accept connections") {
				select {
				case running <- true:
				default:
				}
			}
		}
	}()
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	select {
	case <-running:
	case <-ended:
		t.Fatalf("redis-server does not start:\n%s", log.String())
	}
	return kill
}

// freePort is a port that nothing listened on a moment ago. It is none of
// those that the system gives to connections, so that none takes it meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(10_000 + mathrand.IntN(20_000))
		l, err := net.Listen("tcp", ":"+port)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no port is free")
	return ""
}

// rediss:// verifies the certificate; a password and a socket work.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	roots := certificate(t, dir)
	port := freePort(t)
	ownServer(t, "--tls-port", port, "--tls-cert-file", filepath.Join(dir, "cert.pem"), "--tls-key-file", filepath.Join(dir, "key.pem"),
		"--tls-auth-clients", "no", "--requirepass", "hunter2", "--unixsocket", filepath.Join(dir, "sock"))
	for _, row := range []struct {
		name   string
		config redis.Config
		want   string // in the error; "" for none
	}{
		{"own authority", redis.Config{URL: "rediss://:hunter2@127.0.0.1:" + port, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}, ""},
		{"unknown authority", redis.Config{URL: "rediss://:hunter2@127.0.0.1:" + port}, "certificate"},
		{"another name", redis.Config{URL: "rediss://:hunter2@localhost:" + port, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}, "localhost"},
		{"wrong password", redis.Config{URL: "rediss://:hunter3@127.0.0.1:" + port, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}, "WRONGPASS"},
		{"socket", redis.Config{URL: "unix://:hunter2@" + filepath.Join(dir, "sock") + "?db=1"}, ""},
	} {
		s := redis.New(row.config)
		err := s.Open(t.Context())
		if (err == nil) != (row.want == "") || err != nil && (!strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter")) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// certificate makes a certificate for 127.0.0.1 that vouches for itself.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		text := pem.EncodeToMemory(block)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "cert.pem" {
			pool.AppendCertsFromPEM(text)
		}
	}
	return pool
}

// TestPermanentSessionsLast: the keys of permanent sessions live as long as
// Session.Lifetime says, those of others as long as they may be idle.
func TestPermanentSessionsLast(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	for permanent, want := range map[bool]time.Duration{true: 60 * 24 * time.Hour, false: 24 * time.Hour} {
		p := prefix(t, s)
		config := dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}
		config.Session.Lifetime = 60 * 24 * time.Hour
		config.Session.Store = session.NewServerStore(s.SessionBackend(p), session.ServerOptions{})
		app := dewar.New(config)
		app.Get("/", func(c *dewar.Context) error {
			c.Session().Set("a", 1)
			c.Session().SetPermanent(permanent)
			return c.Text("")
		})
		dewartest.New(t, app).Get("/")
		found := keys(t, s, p)
		if len(found) == 0 {
			t.Fatal("no key")
		}
		longest := time.Duration(0)
		for _, key := range found {
			longest = max(longest, s.Client().TTL(t.Context(), key).Val())
		}
		if longest > want || longest < want-time.Hour {
			t.Errorf("permanent %t: the keys live for %s, want %s", permanent, longest, want)
		}
	}
}
