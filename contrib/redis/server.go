package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar"
)

// go-redis has one log for the whole process, plain lines on standard error, one
// for each connection that fails: while Redis is down they would fill a log of
// JSON. What they say comes back as an error as well, so they are for debugging.
func init() { goredis.SetLogger(debugLog{}) }

type debugLog struct{}

func (debugLog) Printf(ctx context.Context, format string, args ...any) {
	if slog.Default().Enabled(ctx, slog.LevelDebug) {
		slog.DebugContext(ctx, "redis: "+fmt.Sprintf(format, args...))
	}
}

// A Server is one Redis server and the connections to it. Make it with [New];
// its methods are safe for concurrent use. It is a [dewar.Extension].
type Server struct {
	options *goredis.Options
	name    string // for messages, without a password
	setting string
	mistake error

	once   sync.Once
	client *goredis.Client
}

// New returns a Server. It connects when it is first used; mistakes in the
// configuration are reported by [Server.Open], or by the App when it is
// extended.
func New(c Config) *Server {
	s := &Server{setting: c.name()}
	s.options, s.name, s.mistake = c.options()
	if s.mistake != nil {
		// A client that reaches nothing, so that methods fail instead of
		// panicking until the mistake is reported.
		s.options = &goredis.Options{MaxRetries: -1, DialerRetries: 1, Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, s.mistake }}
	}
	return s
}

// Init makes the app look at its start whether the server answers, and close
// the connections at its end. It is called by [dewar.App.Extend].
func (s *Server) Init(app *dewar.App) error {
	if s.mistake != nil {
		return s.mistake
	}
	app.OnStart(s.Open)
	return nil
}

// Check reports a connection that others can listen to.
func (s *Server) Check() []dewar.Finding {
	if s.mistake != nil || !plainAbroad(s.options) {
		return nil
	}
	return []dewar.Finding{{
		ID: "redis-plain", Subject: s.setting,
		Message: "the connection to " + s.name + " is not encrypted: whoever is on the way reads and changes sessions",
		Remedy:  "use rediss:// in " + s.setting,
	}}
}

// Open looks whether the server answers. Its error names it without the
// password, and says what to do.
func (s *Server) Open(ctx context.Context) error {
	if s.mistake != nil {
		return s.mistake
	}
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("%w; start it, or change %s", err, s.setting)
	}
	return nil
}

// Ping reports whether the server answers, within five seconds; for health
// checks.
func (s *Server) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Client().Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %s does not answer: %w", s.name, err)
	}
	return nil
}

// Client returns go-redis's client for commands of your own. It shares its
// connections with everything else that uses the Server; do not close it.
func (s *Server) Client() *goredis.Client {
	s.once.Do(func() { s.client = goredis.NewClient(s.options) })
	return s.client
}

// Close ends all connections. An App calls it after its last request.
func (s *Server) Close(context.Context) error {
	if err := s.Client().Close(); err != nil && !errors.Is(err, goredis.ErrClosed) {
		return fmt.Errorf("redis: closing %s: %w", s.name, err)
	}
	return nil
}

// String names the server without its password.
func (s *Server) String() string {
	if s.mistake != nil {
		return "redis.Server(invalid)"
	}
	return s.name
}
