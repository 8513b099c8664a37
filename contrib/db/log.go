package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/internal/debugtrace"
)

// queryLog logs each statement at debug level, and tells debug mode of it. bun puts the parameters into the text, so literals are removed from it.
type queryLog struct {
	log       *slog.Logger
	backslash bool // a backslash is an escape within quotes, as in MySQL
}

func (q *queryLog) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	return ctx
}

func (q *queryLog) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	trace := debugtrace.From(ctx)
	logged := q.log.Enabled(ctx, slog.LevelDebug)
	if trace == nil && !logged {
		return
	}
	query, took := withoutLiterals(e.Query, q.backslash), time.Since(e.StartTime)
	failed := e.Err != nil && !errors.Is(e.Err, sql.ErrNoRows)
	if trace != nil {
		span := debugtrace.Span{Kind: debugtrace.SQL, Text: query, Place: debugtrace.Caller(debugtrace.Foreign), Took: took}
		if failed {
			span.Err = "failed"
		}
		trace.Add(span, e.StartTime)
	}
	if !logged {
		return
	}
	attrs := []slog.Attr{slog.String("query", query), slog.Duration("duration", took)}
	if failed {
		// A driver's error may contain a value ("Duplicate entry 'alice'").
		attrs = append(attrs, slog.Bool("failed", true))
	}
	q.log.LogAttrs(ctx, slog.LevelDebug, "db query", attrs...)
}

// maxLogged is how much of a statement is logged, in bytes.
const maxLogged = 2000

// withoutLiterals replaces each string and number of a statement by a question mark. Quoted identifiers stay. When a
// quote does not end, the rest of the statement is left out, as it may be a secret.
func withoutLiterals(query string, backslash bool) string {
	var b strings.Builder
	for i := 0; i < len(query) && b.Len() < maxLogged; {
		switch c := query[i]; {
		case c == '\'':
			i = endOfString(query, i, backslash)
			b.WriteByte('?')
		case c == '"' || c == '`':
			end := strings.IndexByte(query[i+1:], c)
			if end < 0 || backslash && c == '"' {
				// In MySQL double quotes enclose a string.
				i = endOfString(query, i, backslash)
				b.WriteByte('?')
				continue
			}
			b.WriteString(query[i : i+end+2])
			i += end + 2
		case isDigit(c):
			for i < len(query) && (isWord(query[i]) || query[i] == '.') {
				i++
			}
			b.WriteByte('?')
		case isWord(c):
			start := i
			for i < len(query) && isWord(query[i]) {
				i++
			}
			// A word before a quote is the prefix of a literal: X'00', E'…'.
			if i < len(query) && query[i] == '\'' {
				continue
			}
			b.WriteString(query[start:i])
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// endOfString returns the index after the string that begins with the quote at i.
func endOfString(query string, i int, backslash bool) int {
	quote := query[i]
	for i++; i < len(query); i++ {
		switch {
		case backslash && query[i] == '\\':
			i++
		case query[i] != quote:
		case i+1 < len(query) && query[i+1] == quote:
			i++ // a doubled quote stands for one in the string
		default:
			return i + 1
		}
	}
	return len(query)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}
