package dewar

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/dewar-go/dewar/internal/werkzeug"
)

// An HTTPError is an error that knows its status. Views return one, or a
// [StatusError] where nothing else is to be said; error handlers get one whose
// Title and Detail are filled in. Templates know the two as name and
// description, as in Flask, and neither they nor JSON show the cause.
type HTTPError struct {
	// Code is the status, 400 to 599.
	Code int `json:"code"`
	// Title is the short name; the status text ("Not Found") when empty.
	Title string `json:"name"`
	// Detail is a sentence for the user. It reaches the client: nothing secret
	// belongs here. When empty the page shows a general sentence for the status.
	Detail string `json:"description"`
	// Err is the cause. It is logged and found by errors.As, but its text
	// leaves the process in debug mode only. What its method ProblemErrors() any
	// returns is the member errors of the answer in JSON: that of package forms has one.
	Err error `json:"-" jinja:"-"`
	// Header is added to the answer, such as Retry-After or Allow.
	Header http.Header `json:"-" jinja:"-"`

	filledFrom *HTTPError // the error that this one is a filled copy of
}

// Error gives the code, the title and the detail: "404 Not Found: There is no
// such post." It may be shown to anybody: the cause is in the log alone.
func (e *HTTPError) Error() string {
	s := fmt.Sprintf("%d %s", e.Code, e.title())
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap returns the cause.
func (e *HTTPError) Unwrap() error { return e.Err }

// Is lets errors.Is find the error that a view returned in the filled copy that
// error handlers get.
func (e *HTTPError) Is(target error) bool {
	return e.filledFrom != nil && target == error(e.filledFrom)
}

// filled returns the error with a title and a detail, for handlers.
func (e *HTTPError) filled(c *Context) *HTTPError {
	f := *e
	f.Title, f.filledFrom = e.title(), e
	if f.Detail == "" && c.app.cfg.Flask != nil {
		f.Detail = werkzeug.Descriptions[e.Code]
	}
	f.Detail = cmp.Or(f.Detail, descriptions[e.Code])
	return &f
}

// withCause is the whole text of an error, the causes of status errors included:
// for logs and the debug page.
func withCause(err error) string {
	text := err.Error()
	var he *HTTPError
	if errors.As(err, &he) && he.Err != nil {
		if cause := withCause(he.Err); cause != text {
			text += ": " + cause
		}
	}
	return text
}

// The states of SQL for a NUL, or other bytes that are no text, in a text or in JSON:
// PostgreSQL's character_not_in_repertoire and untranslatable_character.
const noCharacter, noUnicode = "22021", "22P05"

func (e *HTTPError) title() string {
	if e.Title != "" {
		return e.Title
	}
	if s := http.StatusText(e.Code); s != "" {
		return s
	}
	return "Error"
}

// A PanicError is a panic that was turned into an error: it becomes a 500 page
// and is logged with its stack.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the panic's value, a struct with the names of its fields: by them
// a log knows what is a secret.
func (e *PanicError) Error() string {
	if err, ok := e.Value.(error); ok {
		return "dewar: panic: " + err.Error()
	}
	return fmt.Sprintf("dewar: panic: %+v", e.Value)
}

// Unwrap returns the panic's value when it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// abort ends a view from within a method that returns no error, such as
// [Context.Form]: guardPanic turns it back into the error it holds.
type abort struct{ err error }

// EndView ends the view that runs with an error, as [Context.Form] does for a body that cannot be read. It is for packages
// whose functions are called by views and return no error; anywhere else it is a panic.
func EndView(err error) { panic(abort{err}) }

// guardPanic calls f and returns its error; a panic becomes a [PanicError].
// http.ErrAbortHandler goes on: it asks net/http to cut the connection.
func guardPanic(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case abort:
			err = p.err
		default:
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return f()
}

// asHTTPError returns the status error in err, or a 500 that wraps it. A text that a
// database cannot hold is the client's mistake.
func asHTTPError(err error) *HTTPError {
	var he *HTTPError
	if errors.As(err, &he) {
		return he.checkCode()
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) && (state.SQLState() == noCharacter || state.SQLState() == noUnicode) {
		return &HTTPError{Code: http.StatusBadRequest, Detail: "A text holds a character that cannot be kept.", Err: err}
	}
	return &HTTPError{Code: http.StatusInternalServerError, Err: err}
}

// resetAnswer drops what was answered so far: status, body, and the headers but those
// that stood before the view. Behind middleware nothing was written: the headers are
// those of its writer.
func (c *Context) resetAnswer() {
	if !c.behindMiddleware() {
		c.res.body.Reset()
		c.res.status, c.res.statusSet = 0, false
	}
	h := c.w.Header()
	clear(h)
	maps.Copy(h, c.headersBefore)
	c.given, c.adopted.wrote, c.chosen = given{}, false, 0
}

func addHeader(dst, src http.Header) {
	for k, vs := range src {
		dst[http.CanonicalHeaderKey(k)] = slices.Clip(vs)
	}
}

// A StatusError is an error that is a status, 400 to 599, and nothing else:
//
//	return dewar.StatusError(404)
//
// One with a sentence for the user is an [HTTPError]:
//
//	return &dewar.HTTPError{Code: 404, Detail: "There is no such post."}
//
// Neither does anything where it stands: Flask's abort(403) ends the view by
// itself, and here the view has to return the error. A function of that name
// could be called and its result forgotten, so that the view goes on. These two
// are a conversion and a literal, and a statement of one alone does not compile
// ("is not used").
//
// A status out of range is answered with 500. errors.As finds an [HTTPError] in a
// StatusError.
type StatusError int

// Error gives the status and its name: "404 Not Found".
func (s StatusError) Error() string { return s.httpError().Error() }

// As lets errors.As take it for an [HTTPError].
func (s StatusError) As(target any) bool {
	he, ok := target.(**HTTPError)
	if ok {
		*he = s.httpError()
	}
	return ok
}

func (s StatusError) httpError() *HTTPError { return &HTTPError{Code: int(s)} }

// checkCode makes a 500 of an error whose status is not one of an error.
func (e *HTTPError) checkCode() *HTTPError {
	if e.Code >= 400 && e.Code <= 599 {
		return e
	}
	return &HTTPError{
		Code: http.StatusInternalServerError,
		Err:  fmt.Errorf("dewar: an error with the status %d, which must be 400 to 599: %w", e.Code, e),
	}
}
