package secure

import "net/http"

// A CSRFReason says why a request was refused.
type CSRFReason int

const (
	// CSRFForeignSite: Sec-Fetch-Site says that another site sent it.
	CSRFForeignSite CSRFReason = iota + 1
	// CSRFForeignOrigin: the Origin header names another origin.
	CSRFForeignOrigin
	// CSRFTokenMissing: no header and no form field has a token.
	CSRFTokenMissing
	// CSRFSessionTokenMissing: the session never had a token.
	CSRFSessionTokenMissing
	// CSRFTokenExpired: the token is older than the time limit.
	CSRFTokenExpired
	// CSRFTokenInvalid: the token was not made by this site.
	CSRFTokenInvalid
	// CSRFTokenMismatch: the token belongs to another session.
	CSRFTokenMismatch
)

// The texts about tokens are Flask-WTF's.
var csrfTexts = [...]string{
	CSRFForeignSite:         "The request comes from another site.",
	CSRFForeignOrigin:       "The origin of the request does not match the host.",
	CSRFTokenMissing:        "The CSRF token is missing.",
	CSRFSessionTokenMissing: "The CSRF session token is missing.",
	CSRFTokenExpired:        "The CSRF token has expired.",
	CSRFTokenInvalid:        "The CSRF token is invalid.",
	CSRFTokenMismatch:       "The CSRF tokens do not match.",
}

// String is a sentence that may be shown to the client.
func (r CSRFReason) String() string {
	if r <= 0 || int(r) >= len(csrfTexts) {
		return "CSRF validation failed."
	}
	return csrfTexts[r]
}

// A CSRFError is a request refused by [CSRF.Check].
type CSRFError struct {
	Reason CSRFReason
}

func (e *CSRFError) Error() string { return "secure: CSRF: " + e.Reason.String() }

// StatusCode is 403 for a foreign request and 400, as in Flask-WTF, when it
// is about the token.
func (e *CSRFError) StatusCode() int {
	if e.Reason == CSRFForeignSite || e.Reason == CSRFForeignOrigin {
		return http.StatusForbidden
	}
	return http.StatusBadRequest
}
