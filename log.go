package dewar

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// programStart stands for the time of files that have none.
var programStart = time.Now()

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

// logRequest writes the request's one line. The rule stands where other logs
// have the path: it says which view it was, and it cannot be chosen by the
// client. The path is given beside it where no rule matched.
func (c *Context) logRequest() {
	level := slog.LevelInfo
	status := c.res.status
	switch {
	case c.res.state == hijacked:
		status = 101
	case status >= 500:
		level = slog.LevelError
	case !c.res.sent():
		level = slog.LevelWarn // nothing was answered: the connection is cut
	}
	ctx := c.r.Context()
	if !c.app.log.Enabled(ctx, level) {
		return
	}
	var list [10]slog.Attr
	attrs := append(list[:0],
		slog.String("method", c.r.Method),
		slog.String("rule", c.at.rule),
		slog.Int("status", status),
		slog.Duration("took", time.Since(c.start)),
		slog.Int64("bytes", c.res.size),
		slog.String("request_id", c.RequestID()),
	)
	if c.origin.Addr.IsValid() {
		attrs = append(attrs, slog.String("client", c.origin.Addr.String()))
	}
	if c.at.rule == "" {
		attrs = append(attrs, slog.String("path", clip(c.r.URL.Path)))
	}
	if c.res.err != nil {
		attrs = append(attrs, slog.String("write", c.res.err.Error()))
	}
	c.app.log.LogAttrs(ctx, level, "request", attrs...)
}

// clip bounds what a client chose before it is logged. Line breaks are the log
// handler's to escape, and slog's handlers do.
func clip(s string) string {
	if len(s) > 256 {
		return s[:256] + "…"
	}
	return s
}

// logError logs an error with the request's id; a panic with its stack.
func (c *Context) logError(err error, what string) {
	if errors.Is(err, context.Canceled) && c.r.Context().Err() != nil {
		return // the client went away: nobody's mistake
	}
	attrs := []slog.Attr{
		slog.String("error", err.Error()),
		slog.String("method", c.r.Method),
		slog.String("rule", c.at.rule),
		slog.String("request_id", c.RequestID()),
	}
	var p *PanicError
	if errors.As(err, &p) && p.Stack != nil {
		attrs = append(attrs, slog.String("stack", string(p.Stack)))
	}
	if what == "" {
		what = "exception"
	}
	c.app.log.LogAttrs(c.r.Context(), slog.LevelError, what, attrs...)
}
