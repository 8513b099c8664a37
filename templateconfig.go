package dewar

import (
	"net/url"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/config"
	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/jinja"
)

// templateConfig is config in templates, made once: the settings that are no secret,
// under Flask's names, and the application's own.
func (a *App) templateConfig() *datastruct.Dict {
	c := &a.cfg
	d := jinja.NewDict()
	maxAge := jinja.None
	if c.StaticMaxAge > 0 {
		maxAge = jinja.Int(int64(c.StaticMaxAge.Seconds()))
	}
	domain := jinja.None
	if c.Session.CookieDomain != "" {
		domain = jinja.String(c.Session.CookieDomain)
	}
	for _, s := range []struct {
		name  string
		value any
	}{
		{"DEBUG", c.Debug},
		{"TESTING", false},
		{"APPLICATION_NAME", c.Name},
		{"APPLICATION_ROOT", "/"},
		{"SERVER_NAME", orNone(c.ServerName)},
		{"PREFERRED_URL_SCHEME", a.bind(nil).URLScheme},
		{"MAX_CONTENT_LENGTH", c.MaxContentLength},
		{"MAX_FORM_PARTS", c.MaxFormParts},
		{"MAX_FORM_MEMORY_SIZE", c.MaxFormMemorySize},
		{"PERMANENT_SESSION_LIFETIME", c.Session.Lifetime},
		{"SEND_FILE_MAX_AGE_DEFAULT", maxAge},
		{"SESSION_COOKIE_DOMAIN", domain},
		{"SESSION_COOKIE_HTTPONLY", true},
		{"SESSION_COOKIE_NAME", a.cookieName()},
		{"SESSION_COOKIE_PATH", c.Session.CookiePath},
		{"SESSION_COOKIE_SAMESITE", c.Session.CookieSameSite},
		{"SESSION_COOKIE_SECURE", a.mode.https()},
	} {
		d.SetString(s.name, jinja.ValueOf(s.value))
	}
	for _, own := range []map[string]any{c.own, c.Settings} {
		for _, name := range sortedKeys(own) {
			if !isSecretSetting(name, own[name]) {
				d.SetString(name, jinja.ValueOf(withoutSecrets(own[name])))
			}
		}
	}
	return &datastruct.Dict{Class: "Config", D: d}
}

// secretWords in a setting's name say that no page shows it.
var secretWords = []string{"SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE_KEY", "API_KEY", "ACCESS_KEY", "TOKEN", "DATABASE_URI", "DATABASE_URL", "DSN"}

// isSecretSetting reports whether a setting is kept from templates: a [Secret], one
// whose name says that it is one, and a URL with a password in it.
func isSecretSetting(name string, v any) bool {
	if isSecretName(name) {
		return true
	}
	switch v := v.(type) {
	case config.Secret, *config.Secret, []config.Secret:
		return true
	case string:
		if u, err := url.Parse(v); err == nil && u.User != nil {
			_, has := u.User.Password()
			return has
		}
	}
	return false
}

// withoutSecrets is a setting without the secrets in the maps that it is made of.
func withoutSecrets(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	shown := make(map[string]any, len(m))
	for name, x := range m {
		if !isSecretSetting(name, x) {
			shown[name] = withoutSecrets(x)
		}
	}
	return shown
}

func isSecretName(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(name, w) })
}
