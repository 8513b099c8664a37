package dewar

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/dewar-go/dewar/internal/scan"
)

// A BindError says which value of the request did not fit.
type BindError struct {
	// Source is path, query, form, json, header or cookie, and Name the value's
	// name there, cut after 128 bytes.
	Source, Name string
	// Reason is a sentence for the client: it never holds the value.
	Reason string
	Err    error
}

// Error names source, name and reason.
func (e *BindError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("dewar: bind %s: %s", e.Source, e.Reason)
	}
	return fmt.Sprintf("dewar: bind %s %q: %s", e.Source, e.Name, e.Reason)
}

// Unwrap returns the cause.
func (e *BindError) Unwrap() error { return e.Err }

// BindErrors are all values of a request that did not fit.
type BindErrors []*BindError

// Error names them, each with its reason.
func (e BindErrors) Error() string {
	list := make([]string, len(e))
	for i, b := range e {
		list[i] = b.Error()
	}
	return strings.Join(list, "; ")
}

// Unwrap returns them.
func (e BindErrors) Unwrap() []error {
	list := make([]error, len(e))
	for i, b := range e {
		list[i] = b
	}
	return list
}

// answer is what the client gets.
func (e BindErrors) answer() error {
	list := make([]string, len(e))
	for i, b := range e {
		list[i] = b.Reason
		if b.Name != "" {
			list[i] = fmt.Sprintf("%s %q: %s", b.Source, b.Name, b.Reason)
		}
	}
	return &HTTPError{Code: http.StatusBadRequest, Detail: strings.Join(list, "; "), Err: e}
}

// maxShownName bounds the name of a value that a message names, in bytes: a client may
// have chosen it.
const maxShownName = 128

func newBindError(source, name string, err error) *BindError {
	return &BindError{Source: source, Name: clipTo(name, maxShownName), Reason: reasonOf(err), Err: err}
}

func badBind(source, name string, err error) error {
	return BindErrors{newBindError(source, name, err)}.answer()
}

// reasonOf says in a sentence what is wrong, without the value.
func reasonOf(err error) string {
	if text, ok := errors.AsType[*scan.Error](err); ok {
		return text.Reason
	}
	return jsonReason(err)
}
