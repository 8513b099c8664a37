package accesslog

import (
	"context"
	"log/slog"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/dewar-go/dewar/internal/jsontext"
	"github.com/dewar-go/dewar/secure"
)

// Message is the message of a request's line.
const Message = "request"

// A Request is the data of a request's line.
type Request struct {
	Level  slog.Level
	Method string
	// Rule is the rule that matched. It is logged in place of the path, which clients choose.
	Rule   string
	Status int
	// Took is how long the answer took.
	Took time.Duration
	// Sent and Received are the bytes of the answer's and the request's body. Received is left out of the line when it
	// is 0.
	Sent, Received int64
	// ID is the request's id.
	ID string

	// Client is the client's address. User is who signed in, Path the path when no rule matched, and WriteFailure why
	// the answer could not be written. Each is left out when it is empty.
	Client                   netip.Addr
	User, Path, WriteFailure string
}

// Write writes the line of a request that ended at end. For a logger with a JSON [Handler] it writes the line itself;
// any other logger gets its attributes.
func Write(ctx context.Context, logger *slog.Logger, r *Request, end time.Time) {
	if h, ok := logger.Handler().(*Handler); ok && h.json != nil {
		h.write(r, end)
		return
	}
	var list [12]slog.Attr
	logger.LogAttrs(ctx, r.Level, Message, r.attrs(list[:0])...)
}

// attrs appends the attributes of the line to list.
func (r *Request) attrs(list []slog.Attr) []slog.Attr {
	list = append(list,
		slog.String("method", r.Method),
		slog.String("rule", r.Rule),
		slog.Int("status", r.Status),
		slog.Duration("took", r.Took),
		slog.Int64("bytes", r.Sent),
		slog.String("request_id", r.ID),
	)
	if r.Received > 0 {
		list = append(list, slog.Int64("received", r.Received))
	}
	if r.Client.IsValid() {
		list = append(list, slog.String("client", r.Client.String()))
	}
	if r.User != "" {
		list = append(list, slog.String("user", r.User))
	}
	if r.Path != "" {
		list = append(list, slog.String("path", r.Path))
	}
	if r.WriteFailure != "" {
		list = append(list, slog.String("write", r.WriteFailure))
	}
	return list
}

var linePool = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

// write writes the line with the bytes that slog's JSON handler would write.
func (h *Handler) write(r *Request, end time.Time) {
	box := linePool.Get().(*[]byte)
	b := append((*box)[:0], `{"time":"`...)
	b = end.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(append(append(b, `","level":"`...), r.Level.String()...), `","msg":"`+Message+`","method":`...)
	b = jsontext.Log.Append(b, r.Method)
	b = jsontext.Log.Append(append(b, `,"rule":`...), r.Rule)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.Status), 10)
	b = strconv.AppendInt(append(b, `,"took":`...), int64(r.Took), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), r.Sent, 10)
	b = jsontext.Log.Append(append(b, `,"request_id":`...), r.ID)
	if r.Received > 0 {
		b = strconv.AppendInt(append(b, `,"received":`...), r.Received, 10)
	}
	if r.Client.IsValid() {
		b = append(b, `,"client":"`...)
		b = append(r.Client.AppendTo(b), '"')
	}
	if r.User != "" {
		b = jsontext.Log.Append(append(b, `,"user":`...), secure.Redact(r.User))
	}
	if r.Path != "" {
		b = jsontext.Log.Append(append(b, `,"path":`...), secure.Redact(r.Path))
	}
	if r.WriteFailure != "" {
		b = jsontext.Log.Append(append(b, `,"write":`...), secure.Redact(r.WriteFailure))
	}
	b = append(b, '}', '\n')
	_, _ = h.json.Write(b)
	if cap(b) <= 4<<10 {
		*box = b
		linePool.Put(box)
	}
}
