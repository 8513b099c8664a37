package dewar

import (
	"fmt"
	"net/http"
)

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
