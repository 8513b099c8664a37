package dewar

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/accesslog"
	"github.com/dewar-go/dewar/secure"
)

// LogHandler writes an app's log; see [accesslog.Handler].
type LogHandler = accesslog.Handler

// LogOptions are the settings of [NewLogHandler].
type LogOptions = accesslog.Options

// NewLogHandler makes the handler that an app without a [Config.Logger] logs
// with, for another file or level:
//
//	app := dewar.New(dewar.Config{Logger: slog.New(dewar.NewLogHandler(file, dewar.LogOptions{}))})
func NewLogHandler(w io.Writer, o LogOptions) *LogHandler { return accesslog.New(w, o) }

// Request ids are a random start and a count: unique in the logs of several
// processes, and cheap. They are names, not secrets.
var (
	idStart = rand.Uint64()
	idCount atomic.Uint64
)

func newRequestID() string {
	n := idStart + idCount.Add(1)
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (56 - 8*i))
	}
	return hex.EncodeToString(b[:])
}

// SetUserID says who makes the request: the id stands in its log line and in its
// security events. Whatever finds out the user calls it, such as an extension for
// signing in. It is a name, not a secret; more than 128 bytes are cut.
func (c *Context) SetUserID(id string) { c.user = clipTo(id, 128) }

// UserID returns what [Context.SetUserID] was given, "" before.
func (c *Context) UserID() string { return c.user }

// logRequest writes the request's one line. The rule stands where other logs
// have the path: it says which view it was, and it cannot be chosen by the
// client. The path is given beside it where no rule matched. A query is never
// logged: it may hold tokens.
func (c *Context) logRequest() {
	level := slog.LevelInfo
	status := cmp.Or(c.res.status, c.chosen)
	switch {
	case c.res.state == hijacked:
		status = 101
	case status >= 500:
		level = slog.LevelError
	case !c.res.sent():
		level = slog.LevelWarn // nothing was answered: the connection is cut
	}
	ctx := c.r.Context()
	logger := c.app.log
	if !logger.Enabled(ctx, level) {
		return
	}
	line := accesslog.Request{
		Level: level, Method: c.method(), Rule: c.at.rule, Status: status, Took: c.took(),
		Sent: c.res.size, Received: c.received(), ID: c.RequestID(), User: c.user, Client: c.origin.Addr,
	}
	if c.at.rule == "" {
		line.Path = clip(c.shownPath())
	}
	if c.res.err != nil {
		line.WriteFailure = withCause(c.res.err)
	}
	accesslog.Write(ctx, logger, &line, c.start.Add(line.Took))
}

// took is how long the request took: until the answer was handed to the server,
// where nothing more was done after a short one.
func (c *Context) took() time.Duration {
	if c.res.took > 0 && len(c.at.teardown) == 0 {
		return c.res.took
	}
	return time.Since(c.start)
}

// received is how many bytes of the body were read.
func (c *Context) received() int64 {
	if c.body.body == nil {
		return 0
	}
	return c.at.maxBody - c.body.left
}

// clip bounds what a client chose before it is logged. Line breaks are the log
// handler's to escape, and slog's handlers do.
func clip(s string) string { return clipTo(s, 256) }

func clipTo(s string, limit int) string {
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}

// maxLoggedError bounds the text of an error in the log, in bytes: it may quote what
// a client sent.
const maxLoggedError = 8 << 10

// method is the request's method for the log. The longest that is registered has 17
// letters (UPDATEREDIRECTREF, RFC 4437).
func (c *Context) method() string { return clipTo(c.r.Method, 32) }

// shownPath is the path for the log: as the client sent it where the gate did not
// take it.
func (c *Context) shownPath() string {
	if c.path == "" {
		return c.r.URL.Path
	}
	return c.path
}

// scrub takes secrets out of a text that is logged or shown: those that the
// request came with, the app's keys, and what looks like one.
func (c *Context) scrub(text string) string { return secure.Redact(text, c.secrets()...) }

// secrets are those that the request came with, and the app's keys.
func (c *Context) secrets() []string {
	secrets := secure.RequestSecrets(c.r, c.form.values)
	secrets = append(secrets, c.app.cfg.SecretKey.Value())
	for _, s := range c.app.cfg.SecretKeyFallbacks {
		secrets = append(secrets, s.Value())
	}
	return secrets
}

// logError logs an error with the request's id; a panic with its stack. Neither
// tells a secret that the request came with.
func (c *Context) logError(err error, what string) {
	if errors.Is(err, context.Canceled) && c.r.Context().Err() != nil {
		return // the client went away: nobody's mistake
	}
	attrs := []slog.Attr{
		slog.String("error", clipTo(c.scrub(withCause(err)), maxLoggedError)),
		slog.String("method", c.method()),
		slog.String("rule", c.at.rule),
		slog.String("request_id", c.RequestID()),
	}
	var p *PanicError
	hasStack := errors.As(err, &p) && p.Stack != nil
	if hasStack && c.debug.trace != nil && c.app.ownLog {
		defer c.printStack(p.Stack)
	} else if hasStack {
		attrs = append(attrs, slog.String("stack", c.scrub(string(p.Stack))))
	}
	if what == "" {
		what = "exception"
	}
	c.app.log.LogAttrs(c.r.Context(), slog.LevelError, what, attrs...)
}
