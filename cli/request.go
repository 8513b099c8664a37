package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/clihook"
)

// request is the command request: it sends one request to the application in this process and writes the answer.
func (p *program) request() *urfave.Command {
	return &urfave.Command{
		Name:      "request",
		Usage:     "send one request to the application, without a server: request /users/1 --as 7",
		ArgsUsage: "[METHOD] TARGET",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "as", Usage: "signed in as the user with this `ID`, for an application with package login"},
			&urfave.StringSliceFlag{Name: "header", Usage: "a header of the request, as `NAME:VALUE`; may be repeated"},
			&urfave.StringFlag{Name: "data", Usage: "the body: a form as name=value&…, JSON when it begins with { or [, or @FILE, - for the standard input"},
			&urfave.BoolFlag{Name: "include", Usage: "write the status and the headers first"},
		}, options()...),
		Action: func(ctx context.Context, c *urfave.Command) error {
			method, target, err := methodAndTarget(c.Args().Slice(), c.IsSet("data"))
			if err != nil {
				return err
			}
			app, err := p.appWith(c, func(base *dewar.Config) { base.Debug, base.Loopback, base.NoDebugToolbar = true, true, true })
			if err != nil {
				return err
			}
			return p.send(ctx, app, c, method, target)
		},
	}
}

// methodAndTarget reads the arguments. Without a method it is GET, and POST with a body.
func methodAndTarget(args []string, body bool) (method, target string, err error) {
	method = http.MethodGet
	if body {
		method = http.MethodPost
	}
	switch len(args) {
	case 1:
		target = args[0]
	case 2:
		method, target = strings.ToUpper(args[0]), args[1]
	default:
		return "", "", &usageError{"which request? As in: request GET /users/1", "request --help"}
	}
	if !strings.HasPrefix(target, "/") {
		return "", "", &usageError{fmt.Sprintf("the target %q is not a path: it begins with /, as in /users/1?page=2", target), "request --help"}
	}
	return method, target, nil
}

// send serves the request as one of this machine, and writes the answer as it comes.
func (p *program) send(ctx context.Context, app *dewar.App, c *urfave.Command, method, target string) (err error) {
	if err := clihook.Prepare(app); err != nil {
		return err
	}
	if err := app.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close(context.WithoutCancel(ctx))) }()
	handler, err := app.Handler()
	if err != nil {
		return err
	}
	user := &clihook.User{ID: c.String("as")}
	if user.ID != "" {
		ctx = clihook.WithUser(ctx, user)
	}
	r, err := newRequest(ctx, method, target, c.String("data"), c.StringSlice("header"))
	if err != nil {
		return err
	}
	w := &answerWriter{header: http.Header{}, out: p.stdout, include: c.Bool("include"), head: method == http.MethodHead}
	handler.ServeHTTP(w, r)
	w.WriteHeader(http.StatusOK)
	switch {
	case user.ID != "" && user.Asked && !user.Found:
		return fmt.Errorf("cli: --as %s: there is no active user with this id", user.ID)
	case user.ID != "" && !user.Asked:
		fmt.Fprintln(p.stderr, "cli: --as: nothing in this request asked who is signed in")
	case w.status >= http.StatusBadRequest && !w.include:
		fmt.Fprintf(p.stderr, "cli: %d %s\n", w.status, http.StatusText(w.status))
	}
	return w.err
}

// newRequest makes the request of a browser on this machine that comes from a page of the site.
func newRequest(ctx context.Context, method, target, data string, headers []string) (*http.Request, error) {
	body := io.Reader(strings.NewReader(data))
	if name, ok := strings.CutPrefix(data, "@"); ok {
		file, err := os.Open(name) //nolint:gosec // the file that the command line names
		if err != nil {
			return nil, fmt.Errorf("cli: --data: %w", err)
		}
		body = file // the process ends behind the request
	} else if data == "-" {
		body = os.Stdin
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://localhost"+target, body)
	if err != nil {
		return nil, &usageError{err.Error(), "request --help"}
	}
	r.RequestURI, r.URL.Scheme, r.URL.Host, r.RemoteAddr = target, "", "", "127.0.0.1:0"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	switch {
	case data == "":
		r.Body = http.NoBody
	case data[0] == '{', data[0] == '[':
		r.Header.Set("Content-Type", "application/json")
	default:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, line := range headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, &usageError{fmt.Sprintf("--header %q is not NAME:VALUE", line), "request --help"}
		}
		if strings.EqualFold(name, "Host") {
			r.Host = strings.TrimSpace(value)
			continue
		}
		r.Header.Set(name, strings.TrimSpace(value))
	}
	return r, nil
}

// answerWriter writes an answer to the terminal.
type answerWriter struct {
	header        http.Header
	out           io.Writer
	include, head bool
	status        int
	err           error
}

func (w *answerWriter) Header() http.Header { return w.header }

func (w *answerWriter) WriteHeader(code int) {
	if w.status != 0 || code < 200 {
		return
	}
	w.status = code
	if !w.include {
		return
	}
	names := make([]string, 0, len(w.header))
	for name := range w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	text := fmt.Sprintf("%d %s\n", code, http.StatusText(code))
	for _, name := range names {
		for _, value := range w.header[name] {
			text += name + ": " + value + "\n"
		}
	}
	_, w.err = io.WriteString(w.out, text+"\n")
}

func (w *answerWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.err != nil || w.head {
		return len(b), w.err
	}
	n, err := w.out.Write(b)
	w.err = err
	return n, err
}

// Flush takes streams as they come.
func (w *answerWriter) Flush() {}
