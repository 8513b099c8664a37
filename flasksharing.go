package dewar

import (
	"errors"
	"sync"
	"time"

	"github.com/dewar-go/dewar/password"
)

// FlaskSharing makes the app serve the same users as a Flask application at the
// same time, so that routes can move from one to the other one by one (see
// [App.Fallback]). Each reads what the other wrote:
//
//   - the session: Flask's cookie "session", also over HTTPS, in Flask's format
//     and with Flask's lifetime, and flashed messages in it;
//   - CSRF tokens in Flask-WTF's form, so that a form of one may be sent to the
//     other;
//   - Flask-Login's user and remember cookie (package login);
//   - password hashes: [App.Passwords] writes what Werkzeug reads.
//
// Everything protective stays on: the cookie is HttpOnly, SameSite=Lax and,
// over HTTPS, Secure whatever Flask does. Set [Config.SecretKey] to Flask's
// SECRET_KEY and [Config.SecretKeyFallbacks] to its SECRET_KEY_FALLBACKS, and
// the fields of [SessionConfig] to Flask's values where it does not have its
// defaults: two cookies of one name with different paths or domains are two
// sessions.
//
// What a signed cookie cannot do, it cannot do for both: nothing revokes a
// session that somebody copied, and signing out leaves it valid until its
// lifetime has passed. So the switch is for the time of the move.
type FlaskSharing struct {
	// InsecureShortKey accepts a SecretKey that is short or known. Whoever
	// guesses it, which takes seconds once one cookie is seen, is signed in as
	// any user, in both applications. It is for the time until Flask's key can
	// be replaced; Flask 3.1 and this app read the older one from their
	// fallbacks meanwhile.
	InsecureShortKey bool
	// SessionRefreshEachRequest signs a permanent session again at every
	// request, as Flask's SESSION_REFRESH_EACH_REQUEST. Default: false, and it
	// is signed again at most once a minute, which moves its end as well.
	SessionRefreshEachRequest bool

	// CSRFSecretKey is Flask-WTF's WTF_CSRF_SECRET_KEY. It has no fallbacks:
	// tokens end when it is replaced. Default: SecretKey and its fallbacks.
	CSRFSecretKey Secret
	// CSRFTimeLimit is the life of a CSRF token, WTF_CSRF_TIME_LIMIT. Default:
	// one hour; [secure.NoTimeLimit] is Flask-WTF's None.
	CSRFTimeLimit time.Duration
	// CSRFFieldName is the form's field, WTF_CSRF_FIELD_NAME. Default:
	// "csrf_token".
	CSRFFieldName string
}

func (f *FlaskSharing) setDefaults() {
	setDefault(&f.CSRFTimeLimit, time.Hour)
	setDefault(&f.CSRFFieldName, "csrf_token")
}

// check lists what cannot go together with the switch.
func (f *FlaskSharing) check(c *Config) (mistakes []error) {
	if !c.SecretKey.IsSet() {
		mistakes = append(mistakes, errors.New("Flask needs SecretKey, the same as the Flask application's SECRET_KEY: a key of its own would sign nothing that Flask reads"))
	}
	if c.Session.Store != nil || c.Session.CookieEncrypted {
		mistakes = append(mistakes, errors.New("Flask shares the session in Flask's signed cookie; Session.Store and Session.CookieEncrypted keep it where Flask does not look, so leave them out until the switch is gone"))
	}
	return mistakes
}

// ownPasswords makes hashes that are not shared: Argon2id.
var ownPasswords = sync.OnceValue(func() *password.Hasher {
	h, err := password.New(password.Options{})
	if err != nil {
		panic(err) // the zero options are valid
	}
	return h
})

// Passwords returns what hashes and checks the app's passwords: Argon2id, or,
// with [Config.Flask], scrypt:32768:8:3, which Werkzeug 2.3 and later read. It
// verifies the hashes of both, and Werkzeug's older ones. Its NeedsRehash
// follows the switch, so that a hash that Flask cannot read is written only
// when Flask is gone, and then at each user's next sign-in.
func (a *App) Passwords() *password.Hasher {
	if a.cfg.Flask != nil {
		return password.Flask()
	}
	return ownPasswords()
}
