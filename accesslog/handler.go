package accesslog

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// Options are the settings of [New].
type Options struct {
	// Level is the least level that is written. Default: slog.LevelInfo.
	Level slog.Leveler
	// Text writes key=value for people instead of JSON, and durations with three
	// digits: took=1.23ms. Default: false.
	Text bool
}

// A Handler writes one line for each entry, with one Write. It is slog's JSON or text handler with [secure.RedactAttr]
// and times in UTC. Lines of requests ([Write]) have the same form and are written faster. Line breaks and control
// characters in values are escaped, so that no client can forge a line (CVE-2020-36567, CVE-2024-1681, CVE-2026-42507).
type Handler struct {
	slog.Handler
	json  *lineWriter // the writer of the JSON handler; nil for text
	level slog.Leveler
}

// New makes a handler that writes to w.
func New(w io.Writer, o Options) *Handler {
	h := &Handler{level: o.Level}
	if h.level == nil {
		h.level = slog.LevelInfo
	}
	out := &lineWriter{w: w}
	how := &slog.HandlerOptions{Level: h.level, ReplaceAttr: secure.RedactAttr}
	if o.Text {
		how.ReplaceAttr = readable
		h.Handler = slog.NewTextHandler(out, how)
	} else {
		h.Handler, h.json = slog.NewJSONHandler(out, how), out
	}
	return h
}

// readable is [secure.RedactAttr] that also shortens durations.
func readable(groups []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.DurationValue(threeDigits(a.Value.Duration()))
	}
	return secure.RedactAttr(groups, a)
}

// threeDigits rounds a duration to three digits, and a duration of a minute or more to seconds.
func threeDigits(d time.Duration) time.Duration {
	if d >= time.Minute || d <= -time.Minute {
		return d.Round(time.Second)
	}
	unit := time.Duration(1)
	for d/unit >= 1000 || d/unit <= -1000 {
		unit *= 10
	}
	return d.Round(unit)
}

// lineWriter writes whole lines, one at a time.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes a line.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Enabled reports whether a level is written.
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.level.Level()
}
