package secure

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// CSRFVary is the value of Vary for an answer that depends on the outcome of
// [CSRF.Check]. When a token decided, the answer depends on the session's
// cookie too; see [AddVary].
const CSRFVary = "Sec-Fetch-Site, Origin"

// NoTimeLimit as CSRFOptions.TimeLimit makes a token as good as the session
// that holds its secret.
const NoTimeLimit time.Duration = -1

// CSRFOptions are the settings of [NewCSRF]. The names in the form and the
// headers are Flask-WTF's.
type CSRFOptions struct {
	// Keys sign the tokens; required. The newest signs, all verify.
	Keys *sign.KeyRing
	// TrustedOrigins may send unsafe requests beside the site itself, each
	// with scheme, host and, where it is not the scheme's own, port:
	// "https://admin.example.com". They are compared whole.
	TrustedOrigins []string
	// FieldName is the form field of the token, default "csrf_token". As in
	// Flask-WTF a field whose name ends with it will do, for forms with a
	// prefix.
	FieldName string
	// HeaderNames are the headers of the token, default X-CSRFToken and
	// X-CSRF-Token.
	HeaderNames []string
	// TimeLimit is the life of a token, default one hour, [NoTimeLimit] for
	// none.
	TimeLimit time.Duration
	// Flask makes and reads the tokens of Flask-WTF, for an application that
	// shares its sessions with a Flask one. See [FlaskToken].
	Flask bool
	// FlaskSalt is Flask-WTF's salt, default "wtf-csrf-token".
	FlaskSalt string
	// Now is the clock, default time.Now.
	Now func() time.Time
}

// A TokenState keeps the CSRF secret of one session. A session without a
// secret reports false; SetCSRFSecret stores a new one.
type TokenState interface {
	CSRFSecret() (string, bool)
	SetCSRFSecret(string)
}

// CSRF refuses unsafe requests that another site made a browser send. See
// [CSRF.Check] for the rule. It is safe for concurrent use.
type CSRF struct {
	trusted map[webOrigin]struct{}
	field   string
	headers []string
	codec   tokenCodec
}

// tokenCodec makes a token from a session's secret and checks one against it.
type tokenCodec interface {
	token(secret string) (string, error)
	check(token, secret string) error
}

// NewCSRF checks o and prepares the keys. Its error names every wrong origin
// and name.
func NewCSRF(o CSRFOptions) (*CSRF, error) {
	c := &CSRF{trusted: map[webOrigin]struct{}{}, field: o.FieldName}
	var errs []error
	for _, s := range o.TrustedOrigins {
		origin, err := parseWebOrigin(s)
		if err != nil {
			errs = append(errs, fmt.Errorf("secure: trusted origin %q: %w", s, err))
			continue
		}
		c.trusted[origin] = struct{}{}
	}
	if c.field == "" {
		c.field = "csrf_token"
	}
	names := o.HeaderNames
	if names == nil {
		names = []string{"X-CSRFToken", "X-CSRF-Token"}
	}
	for _, name := range names {
		if plainToken(name) != nil {
			errs = append(errs, fmt.Errorf("secure: CSRF header %q is not the name of a header", name))
		}
		c.headers = append(c.headers, http.CanonicalHeaderKey(name))
	}
	limit := o.TimeLimit
	switch {
	case limit == 0:
		limit = time.Hour
	case limit < 0:
		limit = NoTimeLimit
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keys == nil {
		errs = append(errs, errors.New("secure: CSRFOptions.Keys is nil, the tokens need a key ring"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var err error
	if o.Flask {
		c.codec, err = newFlaskCodec(o, limit)
	} else {
		c.codec, err = newMaskedCodec(o, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("secure: CSRF: %w", err)
	}
	return c, nil
}

// FieldName is the form field that [CSRF.Check] reads the token from.
func (c *CSRF) FieldName() string { return c.field }

// HeaderNames are the headers that [CSRF.Check] reads the token from, in
// their canonical form.
func (c *CSRF) HeaderNames() []string { return slices.Clone(c.headers) }

// Token returns a new token for the session, and gives the session a secret
// when it has none. Every call returns another text, so that a compressed page
// does not reveal it (BREACH).
func (c *CSRF) Token(state TokenState) (string, error) {
	secret, ok := state.CSRFSecret()
	if !ok || secret == "" || len(secret) > maxSecret {
		secret = newSecret()
		state.SetCSRFSecret(secret)
	}
	return c.codec.token(secret)
}

// Rotate gives the session a new secret, which ends every token given out
// before. Call it when the session's user changes.
func (c *CSRF) Rotate(state TokenState) { state.SetCSRFSecret(newSecret()) }
