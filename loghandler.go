package dewar

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/secure"
)

// LogOptions are the settings of [NewLogHandler].
type LogOptions struct {
	// Level is the least level that is written. Default: slog.LevelInfo.
	Level slog.Leveler
	// Text writes key=value for people instead of JSON. Default: false.
	Text bool
}

// A LogHandler writes an app's log, one line an entry, each line with one Write.
// It is slog's JSON or text handler with [secure.RedactAttr] and times in UTC,
// and a shorter way for the line of each request, which has the same form. Line
// breaks and control characters in values are escaped, so that no client writes
// a line of its own (CVE-2020-36567, CVE-2024-1681, CVE-2026-42507).
type LogHandler struct {
	slog.Handler
	out   *lineWriter
	level slog.Leveler
}

// NewLogHandler makes the handler that an app without a [Config.Logger] logs
// with, for another file or level:
//
//	app := dewar.New(dewar.Config{Logger: slog.New(dewar.NewLogHandler(file, dewar.LogOptions{}))})
func NewLogHandler(w io.Writer, o LogOptions) *LogHandler {
	h := &LogHandler{level: o.Level}
	if h.level == nil {
		h.level = slog.LevelInfo
	}
	out := &lineWriter{w: w}
	how := &slog.HandlerOptions{Level: h.level, ReplaceAttr: secure.RedactAttr}
	if o.Text {
		h.Handler = slog.NewTextHandler(out, how)
	} else {
		h.Handler, h.out = slog.NewJSONHandler(out, how), out
	}
	return h
}

// fastLines returns the logger's handler when it can write requests' lines by
// itself.
func fastLines(l *slog.Logger) *LogHandler {
	if h, ok := l.Handler().(*LogHandler); ok && h.out != nil {
		return h
	}
	return nil
}

// lineWriter keeps lines whole.
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

const requestMessage = "request"

// requestLine is what is logged of a request.
type requestLine struct {
	level              slog.Level
	method, rule, id   string
	user, path, failed string
	status             int
	took               time.Duration
	sent, received     int64
	client             netip.Addr
}

// attrs is the line for any other handler.
func (l *requestLine) attrs(list []slog.Attr) []slog.Attr {
	list = append(list,
		slog.String("method", l.method),
		slog.String("rule", l.rule),
		slog.Int("status", l.status),
		slog.Duration("took", l.took),
		slog.Int64("bytes", l.sent),
		slog.String("request_id", l.id),
	)
	if l.received > 0 {
		list = append(list, slog.Int64("received", l.received))
	}
	if l.client.IsValid() {
		list = append(list, slog.String("client", l.client.String()))
	}
	if l.user != "" {
		list = append(list, slog.String("user", l.user))
	}
	if l.path != "" {
		list = append(list, slog.String("path", l.path))
	}
	if l.failed != "" {
		list = append(list, slog.String("write", l.failed))
	}
	return list
}

var linePool = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

// request writes the line as slog's JSON handler would.
func (h *LogHandler) request(l *requestLine, now time.Time) {
	box := linePool.Get().(*[]byte)
	b := append((*box)[:0], `{"time":"`...)
	b = now.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(append(append(b, `","level":"`...), l.level.String()...), `","msg":"`+requestMessage+`","method":`...)
	b = appendJSONString(b, l.method)
	b = appendJSONString(append(b, `,"rule":`...), l.rule)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(l.status), 10)
	b = strconv.AppendInt(append(b, `,"took":`...), int64(l.took), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), l.sent, 10)
	b = appendJSONString(append(b, `,"request_id":`...), l.id)
	if l.received > 0 {
		b = strconv.AppendInt(append(b, `,"received":`...), l.received, 10)
	}
	if l.client.IsValid() {
		b = append(b, `,"client":"`...)
		b = append(l.client.AppendTo(b), '"')
	}
	if l.user != "" {
		b = appendJSONString(append(b, `,"user":`...), secure.Redact(l.user))
	}
	if l.path != "" {
		b = appendJSONString(append(b, `,"path":`...), secure.Redact(l.path))
	}
	if l.failed != "" {
		b = appendJSONString(append(b, `,"write":`...), secure.Redact(l.failed))
	}
	b = append(b, '}', '\n')
	_, _ = h.out.Write(b)
	if cap(b) <= 4<<10 {
		*box = b
		linePool.Put(box)
	}
}

// Enabled reports whether a level is written.
func (h *LogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.level.Level()
}

// appendJSONString quotes a text as slog's JSON handler does: without the
// escapes that JSON within HTML needs.
func appendJSONString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				if r == '\u2028' || r == '\u2029' {
					b = append(append(b, s[start:i]...), `\u202`...)
					b = append(b, hexDigits[r&15])
					start = i + size
				}
				i += size
				continue
			}
			b = append(append(b, s[start:i]...), `\ufffd`...)
			i++
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
