package dewar

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// csrfGuard refuses unsafe requests that another site made a browser send. It
// guards every route but those marked InsecureNoCSRF.
type csrfGuard struct{}

func (csrfGuard) Stage() Stage { return StageCSRF }
func (csrfGuard) Name() string { return "csrf" }

func (csrfGuard) Check(c *Context) error {
	if c.at.webSocket {
		return asRefusal(c.app.csrf.CheckOrigin(c.r, c.origin))
	}
	switch c.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	c.state.set(originRead)
	if c.mayBeForeign() {
		return nil
	}
	form := c.FormValues
	if c.at.route.stream {
		form = nil
	}
	err := c.app.csrf.Check(c.r, c.origin, secure.AmbientCredential(c.r),
		func() secure.TokenState { return c.Session() }, form)
	if stale, ok := errors.AsType[*secure.CSRFError](err); ok && c.at.route.stale {
		switch stale.Reason {
		case secure.CSRFTokenExpired, secure.CSRFTokenMismatch, secure.CSRFSessionTokenMissing:
			c.stale = stale
			c.noteRefusal(stale, true)
			return nil
		}
	}
	if err != nil {
		return asRefusal(err)
	}
	return nil
}

// StaleToken returns why the request's CSRF token does not count, nil when it does or none was needed. Only the views of
// routes with [Route.InsecureStaleToken] see another than nil. It is for package forms.
func StaleToken(c *Context) error {
	if c.stale == nil {
		return nil
	}
	return c.stale
}

// refuseStale is the end of a view that took a request with a stale token for a good one.
func (c *Context) refuseStale() error {
	if c.stale == nil || c.StatusCode() >= http.StatusBadRequest {
		return nil
	}
	return asRefusal(c.stale)
}

// CSRFToken returns a token that proves that a form came from this site: what
// csrf_token() gives in templates, for the field csrf_token or the header
// X-CSRFToken. It is different each time and bound to the session.
func (c *Context) CSRFToken() (string, error) {
	c.givenOut++
	return c.app.csrf.Token(c.Session())
}

// RenewCSRF makes the tokens given out so far worthless. Call it, as signing in
// and out should, when the session's owner changes.
func (c *Context) RenewCSRF() { c.app.csrf.Rotate(c.Session()) }

// Nonce returns the request's nonce of the content security policy: what
// csp_nonce() gives in templates. It is made when first asked for, and the
// policy names it only then.
func (c *Context) Nonce() string {
	c.givenOut++
	if c.nonce == "" {
		c.nonce = secure.NewNonce()
	}
	return c.nonce
}

// makeCSRF makes the check of unsafe requests.
func (a *App) makeCSRF(ring *sign.KeyRing) (*secure.CSRF, error) {
	options := secure.CSRFOptions{Keys: ring, TrustedOrigins: a.cfg.CSRFTrustedOrigins}
	if f := a.cfg.Flask; f != nil {
		options.Flask, options.TimeLimit, options.FieldName = true, f.CSRFTimeLimit, f.CSRFFieldName
		if f.CSRFSecretKey.IsSet() {
			var err error
			if options.Keys, err = a.cfg.ring(f.CSRFSecretKey, nil); err != nil {
				return nil, fmt.Errorf("dewar: Flask.CSRFSecretKey: %w", err)
			}
		}
		if f.InsecureShortKey {
			a.log.Warn("the secret key was not checked (FlaskSharing.InsecureShortKey): whoever guesses it is signed in as anybody")
		}
	}
	csrf, err := secure.NewCSRF(options)
	if err != nil {
		return nil, fmt.Errorf("dewar: CSRF protection: %w", err)
	}
	return csrf, nil
}
