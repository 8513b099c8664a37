package vault

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openbao/openbao/api/v2"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/config"
)

// Config are the settings of a [Vault]. Address and one way to log in are required.
type Config struct {
	// Address is the server, such as https://vault.example.com:8200. Plain http is for this machine alone.
	Address string
	// Namespace is sent with every request. Default: none.
	Namespace string
	// CACert is a file with the certificates, as PEM, that sign the server's. Default: those of the system.
	CACert string
	// AppRole and Kubernetes are ways to log in.
	AppRole    AppRole
	Kubernetes Kubernetes
	// Token is a login made elsewhere. It is renewed, and nothing follows when that ends.
	Token config.Secret
	// Poll is how often secrets without a lease are read again. Default: 5 minutes.
	Poll time.Duration
	// Timeout bounds one request. Default: 10 seconds.
	Timeout time.Duration
	// InsecurePlainHTTP lets Address be plain http to another machine: whoever is on the way reads every secret.
	InsecurePlainHTTP bool
	// Logger gets what happens to secrets, never their values. Default: slog.Default().
	Logger *slog.Logger
}

// A Vault is a [config.Source] and an extension. Make it with [New].
type Vault struct {
	cfg Config

	// mu guards what follows and is held while Vault is asked, so that one request at a time is made.
	mu      sync.Mutex
	client  *api.Client
	auth    lease     // of the login
	since   time.Time // when it was made
	secrets map[string]*secret
	cancel  context.CancelFunc // ends the loop, nil before it runs
	done    chan struct{}
	wake    chan struct{}

	health    atomic.Pointer[health]
	transport func(*http.Transport) // for tests
}

var (
	_ config.Source   = (*Vault)(nil)
	_ dewar.Extension = (*Vault)(nil)
)

// New makes a Vault. Nothing is sent before the first secret is asked for, where mistakes in the settings are told too.
func New(cfg Config) *Vault {
	cfg.Poll = cmp.Or(cfg.Poll, 5*time.Minute)
	cfg.Timeout = cmp.Or(cfg.Timeout, 10*time.Second)
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return &Vault{cfg: cfg, secrets: map[string]*secret{}, done: make(chan struct{}), wake: make(chan struct{}, 1)}
}

// Open reads a secret, "path#name", and keeps it fresh. The first one logs in.
func (v *Vault) Open(ctx context.Context, name string) (func() string, error) {
	path, key, ok := strings.Cut(name, "#")
	if path = strings.Trim(path, "/"); !ok || path == "" || key == "" {
		return nil, fmt.Errorf("vault: %q is no reference; write secret/data/shop#password", name)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.connect(); err != nil {
		return nil, err
	}
	if v.cancel == nil {
		if err := v.login(ctx); err != nil {
			return nil, err
		}
		background, cancel := context.WithCancel(context.WithoutCancel(ctx))
		v.cancel = cancel
		go v.run(background)
	}
	s := v.secrets[path]
	if s == nil {
		s = &secret{path: path}
		if err := v.fetch(ctx, s); err != nil {
			return nil, err
		}
		v.secrets[path] = s
		select {
		case v.wake <- struct{}{}:
		default:
		}
	}
	if _, ok := s.value(key); !ok {
		return nil, fmt.Errorf("vault: %s has no value %q that is a text or a number", path, key)
	}
	return func() string {
		text, _ := s.value(key)
		return text
	}, nil
}

// connect makes the client.
func (v *Vault) connect() error {
	if v.client != nil {
		return nil
	}
	if err := v.cfg.check(); err != nil {
		return err
	}
	c := api.NewConfig()
	c.Address, c.Timeout, c.MaxRetries = v.cfg.Address, v.cfg.Timeout, 0
	c.DisableEnvironment, c.DisableRedirects = true, true
	t := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		MaxIdleConns: 2, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second,
		DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
	}
	if v.cfg.CACert != "" {
		pem, err := os.ReadFile(v.cfg.CACert)
		if err != nil {
			return fmt.Errorf("vault: CACert: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(bytes.TrimPrefix(pem, []byte("\ufeff"))) {
			return fmt.Errorf("vault: CACert: %s has no certificate in PEM", v.cfg.CACert)
		}
	}
	if v.transport != nil {
		v.transport(t)
	}
	c.HttpClient = &http.Client{Transport: bounded{t}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := api.NewClient(c)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if v.cfg.Namespace != "" {
		client.SetNamespace(v.cfg.Namespace)
	}
	v.client = client
	return nil
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 1 << 20

// bounded refuses answers that are too long.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		w.Body = http.MaxBytesReader(nil, w.Body, maxAnswer)
	}
	return w, err
}

// check lists the mistakes in the settings.
func (c *Config) check() error {
	var mistakes []error
	u, err := url.Parse(c.Address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.Trim(u.Path, "/") != "":
		mistakes = append(mistakes, errors.New("vault: Config.Address must be the server's URL, such as https://vault.example.com:8200"))
	case u.Scheme == "http" && !c.InsecurePlainHTTP && !loopback(u.Hostname()):
		mistakes = append(mistakes, fmt.Errorf("vault: Config.Address %s is plain http to another machine: whoever is on the way reads every secret; use https", c.Address))
	}
	ways := 0
	for _, set := range []bool{c.AppRole.RoleID != "", c.Kubernetes.Role != "", c.Token.IsSet()} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		mistakes = append(mistakes, fmt.Errorf("vault: Config has %d ways to log in; it needs one of AppRole, Kubernetes and Token", ways))
	}
	for name, d := range map[string]time.Duration{"Poll": c.Poll, "Timeout": c.Timeout} {
		if d < 0 {
			mistakes = append(mistakes, fmt.Errorf("vault: Config.%s is %v; it must not be negative", name, d))
		}
	}
	return errors.Join(mistakes...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Init is called by app.Extend.
func (v *Vault) Init(*dewar.App) error { return nil }

// Close stops keeping the secrets fresh. Their leases end when their time is over.
func (v *Vault) Close(ctx context.Context) error {
	v.mu.Lock()
	cancel := v.cancel
	v.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel()
	select {
	case <-v.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Check reports a connection that others can read, and secrets that are not fresh.
func (v *Vault) Check() []dewar.Finding {
	var list []dewar.Finding
	if v.cfg.InsecurePlainHTTP && strings.HasPrefix(v.cfg.Address, "http:") {
		list = append(list, dewar.Finding{
			ID: "vault-plain", Subject: "vault.Config.InsecurePlainHTTP",
			Message: "the connection to " + v.cfg.Address + " is not encrypted: whoever is on the way reads every secret",
			Remedy:  "use https, and remove InsecurePlainHTTP",
		})
	}
	if err := v.Err(); err != nil {
		list = append(list, dewar.Finding{ID: "vault-stale", Subject: "vault", Message: err.Error(), Remedy: "look after the server and the policies of this login"})
	}
	return list
}
