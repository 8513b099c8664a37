package redis

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config says which Redis to use and how. The zero value of every field but
// URL is useful.
type Config struct {
	// URL names the server; see the package comment for the forms. It may hold
	// a password, so Config prints without it.
	URL string

	// Name is the setting that the URL came from. Errors name it as the thing
	// to change. Default: "REDIS_URL".
	Name string

	// TLS is the TLS configuration for rediss:// URLs, for a certificate authority or a client certificate of your own.
	// Default: the system's authorities, TLS 1.2 or newer, the URL's host as the name on the certificate.
	TLS *tls.Config

	// DialTimeout bounds connecting, ReadTimeout and WriteTimeout one command.
	// Default: 5 seconds for the first, 2 seconds for the others.
	DialTimeout, ReadTimeout, WriteTimeout time.Duration

	// PoolSize bounds the connections. A request waits at most PoolTimeout when all are in use. Default: 20, and 2
	// seconds.
	PoolSize    int
	PoolTimeout time.Duration

	// MaxLifetime is how long a connection is used before it is replaced, so that a new address of the server is
	// noticed. Default: 30 minutes.
	MaxLifetime time.Duration
}

// String returns the URL without its password.
func (c Config) String() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "redis.Config{URL: invalid}"
	}
	return "redis.Config{URL: " + shown(u) + "}"
}

// GoString returns what String returns, so that %#v shows no password.
func (c Config) GoString() string { return c.String() }

// LogValue returns what String returns.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c *Config) name() string {
	if c.Name != "" {
		return c.Name
	}
	return "REDIS_URL"
}

// shown returns a URL without its password and its options.
func shown(u *url.URL) string {
	v := *u
	v.User, v.RawQuery, v.Fragment = nil, "", ""
	if u.User != nil && u.User.Username() != "" {
		v.User = url.User(u.User.Username())
	}
	return v.String()
}

// options parses the URL. Its errors do not contain the URL, which may have a password.
func (c *Config) options() (o *goredis.Options, name string, err error) {
	fail := func(text string) (*goredis.Options, string, error) {
		return nil, "", fmt.Errorf("redis: %s: %s; it must be like redis://127.0.0.1:6379/0, rediss://user:password@host:6380/0 or unix:///run/redis.sock", c.name(), text)
	}
	if c.URL == "" {
		return fail("the URL is empty")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return fail("the URL is malformed (special characters of a password must be percent-encoded)")
	}
	if u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix" {
		return fail("the scheme is unknown")
	}
	for option := range u.Query() {
		if option != "db" {
			return fail(fmt.Sprintf("the URL has the option %q; only db is taken, everything else is a field of redis.Config", option))
		}
	}
	if o, err = goredis.ParseURL(c.URL); err != nil {
		return fail("the URL's database or host is wrong")
	}
	if u.Scheme == "rediss" {
		config := c.TLS.Clone()
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		if config.ServerName == "" {
			config.ServerName = u.Hostname()
		}
		o.TLSConfig = config
	} else if c.TLS != nil {
		return fail("TLS is configured, but the URL says that it is not used")
	}
	o.DialTimeout = orDefault(c.DialTimeout, 5*time.Second)
	o.ReadTimeout = orDefault(c.ReadTimeout, 2*time.Second)
	o.WriteTimeout = orDefault(c.WriteTimeout, 2*time.Second)
	o.PoolSize = orDefault(c.PoolSize, 20)
	o.PoolTimeout = orDefault(c.PoolTimeout, 2*time.Second)
	o.ConnMaxLifetime = orDefault(c.MaxLifetime, 30*time.Minute)
	o.ConnMaxIdleTime = 5 * time.Minute
	o.MaxRetries = 1
	o.DialerRetries = 1
	o.ContextTimeoutEnabled = true
	// Neither is needed, and a user with few rights may not use them.
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, shown(u), nil
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// plainAbroad reports whether data is sent without TLS to another machine.
func plainAbroad(o *goredis.Options) bool {
	if o.TLSConfig != nil || o.Network == "unix" {
		return false
	}
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		host = o.Addr
	}
	if strings.EqualFold(host, "localhost") {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.Unmap().IsLoopback()
}
