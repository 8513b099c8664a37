package dewar

import (
	"errors"
	"fmt"

	"github.com/dewar-go/dewar/sign"
)

// buildKeys makes the keys that the settings give, or says what is wrong with
// them. It leaves a.keys nil when they are to come from the instance folder.
func (a *App) buildKeys(m mode) (err error) {
	if a.keys != nil { // given by a test
		return nil
	}
	if !a.cfg.SecretKey.IsSet() {
		if a.cfg.Flask != nil {
			return nil // said by the check of Flask's settings
		}
		if m != loopback {
			return errors.New("SecretKey is required on " + m.String() + ": make one with the command \"secret new\" and give it as SECRET_KEY, best as a reference such as file:/run/secrets/key")
		}
		if len(a.cfg.SecretKeyFallbacks) > 0 {
			return errors.New("SecretKeyFallbacks without a SecretKey: there is nothing to fall back from")
		}
		return nil
	}
	if a.keys, err = a.cfg.ring(a.cfg.SecretKey, a.cfg.SecretKeyFallbacks); err != nil {
		return fmt.Errorf("SecretKey: %w", err)
	}
	return nil
}

// openKeys gets the keys from the instance folder when the settings gave none,
// and makes what depends on them. It is apart from the rest, and last, so that
// a start that fails for another reason leaves no key behind.
func (a *App) openKeys() error {
	a.keysOnce.Do(func() {
		if a.keys == nil {
			if a.keys, a.keysErr = instanceKeys(a.cfg.InstanceDir); a.keysErr != nil {
				a.keysErr = fmt.Errorf("dewar: %w", trimPrefix(a.keysErr))
				return
			}
		}
		a.keysErr = a.useKeys(a.keys)
	})
	return a.keysErr
}

// useKeys makes what depends on the keys.
func (a *App) useKeys(ring *sign.KeyRing) (err error) {
	a.store, a.sessionInCookie = a.makeStore(ring), a.cfg.Session.Store == nil
	a.csrf, err = a.makeCSRF(ring)
	return err
}

// ring makes a ring of keys by the rules of the configuration.
func (c *Config) ring(current Secret, older []Secret) (*sign.KeyRing, error) {
	var texts []string
	for _, k := range older {
		texts = append(texts, k.Value())
	}
	if c.Flask != nil && c.Flask.InsecureShortKey {
		return sign.NewKeyRingInsecureShortKey(current.Value(), texts...)
	}
	ring, err := sign.NewKeyRing(current.Value(), texts...)
	if err != nil && c.Flask != nil {
		err = fmt.Errorf("%w; a key of the Flask application that cannot be replaced yet is accepted with FlaskSharing.InsecureShortKey", err)
	}
	return ring, err
}
