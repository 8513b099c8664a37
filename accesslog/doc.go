// Package accesslog writes a program's log: one line for each request, and everything else that is logged. It leaves
// out secrets and escapes line breaks that clients send.
//
// # Use
//
// A [Handler] is a slog.Handler, for any program:
//
//	logger := slog.New(accesslog.New(os.Stderr, accesslog.Options{}))
//	logger.Info("started", "addr", addr)
//
// Values of attributes that look like secrets are replaced ([secure.RedactAttr]).
//
// # Requests
//
// Middleware of your own writes the line of a request with [Write]:
//
//	accesslog.Write(ctx, logger, &accesslog.Request{Method: r.Method, Rule: r.Pattern, Status: 200, Took: took}, end)
package accesslog
