package flaskobjects

import (
	"net/url"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/config"
	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/jinja"
)

// Config makes config: known are the settings of the framework by Flask's names, own
// are the application's, of which secrets are left out.
func Config(known []Setting, own ...map[string]any) *datastruct.Dict {
	d := jinja.NewDict()
	for _, s := range known {
		d.SetString(s.Name, jinja.ValueOf(s.Value))
	}
	for _, settings := range own {
		for _, name := range sortedKeys(settings) {
			if !isSecretSetting(name, settings[name]) {
				d.SetString(name, jinja.ValueOf(withoutSecrets(settings[name])))
			}
		}
	}
	return &datastruct.Dict{Class: "Config", D: d}
}

// A Setting is one of the framework's in config.
type Setting struct {
	Name  string
	Value any
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
