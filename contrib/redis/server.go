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

// go-redis has one log for the whole process. It writes a plain line to standard error for each failed connection.
// While Redis is down these lines would fill a log of JSON. The same errors are returned to the callers, so the lines
// are logged at debug level.
func init() { goredis.SetLogger(debugLog{}) }

type debugLog struct{}

func (debugLog) Printf(ctx context.Context, format string, args ...any) {
	if slog.Default().Enabled(ctx, slog.LevelDebug) {
		slog.DebugContext(ctx, "redis: "+fmt.Sprintf(format, args...))
	}
}

// A Server is one Redis server and the connections to it. Make it with [New]. Its methods are safe for concurrent use.
// It is a [dewar.Extension].
type Server struct {
	options *goredis.Options
	name    string // the URL for messages, without the password
	setting string
	mistake error

	once   sync.Once
	client *goredis.Client
}

// New returns a Server. It connects at the first use. [Server.Open] reports mistakes in the configuration, and so does
// an App that is extended with it.
func New(c Config) *Server {
	s := &Server{setting: c.name()}
	s.options, s.name, s.mistake = c.options()
	if s.mistake != nil {
		// The client of a Server with a mistake fails every command, so that methods do not panic before the mistake is
		// reported.
		s.options = &goredis.Options{MaxRetries: -1, DialerRetries: 1, Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, s.mistake }}
	}
	return s
}

// Init makes the app check that the server answers when it starts, and close the connections when it ends.
// [dewar.App.Extend] calls it.
func (s *Server) Init(app *dewar.App) error {
	if s.mistake != nil {
		return s.mistake
	}
	app.OnStart(s.Open)
	return nil
}

// Check reports a connection without TLS to another machine.
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

// Open returns an error when the server does not answer. The error does not show the password and says what to do.
func (s *Server) Open(ctx context.Context) error {
	if s.mistake != nil {
		return s.mistake
	}
	if err := s.Ping(ctx); err != nil {
		return fmt.Errorf("%w; start it, or change %s", err, s.setting)
	}
	return nil
}

// Ping returns an error when the server does not answer within five seconds. It is for health checks.
func (s *Server) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Client().Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %s does not answer: %w", s.name, err)
	}
	return nil
}

// Client returns go-redis's client for your own commands. It shares its connections with all users of the Server. Do
// not close it.
func (s *Server) Client() *goredis.Client {
	s.once.Do(func() { s.client = goredis.NewClient(s.options) })
	return s.client
}

// Close closes all connections. An App calls it after its last request.
func (s *Server) Close(context.Context) error {
	if err := s.Client().Close(); err != nil && !errors.Is(err, goredis.ErrClosed) {
		return fmt.Errorf("redis: closing %s: %w", s.name, err)
	}
	return nil
}

// String returns the URL without its password.
func (s *Server) String() string {
	if s.mistake != nil {
		return "redis.Server(invalid)"
	}
	return s.name
}
