package dewar

import (
	"fmt"
	"reflect"

	"github.com/dewar-go/dewar/config"
)

// Secret is a value that is never shown; see [config.Secret].
type Secret = config.Secret

// SecretSource is where references of secrets lead; see [config.Source].
type SecretSource = config.Source

// NewSecret wraps a text. It resolves no references.
func NewSecret(text string) Secret { return config.NewSecret(text) }

// LoadConfig reads the settings of an application into a struct of its own that
// embeds [Config]:
//
//	type Settings struct {
//		dewar.Config
//		PageSize    int          `default:"20"`
//		DatabaseURL dewar.Secret `env:"DATABASE_URL"`
//	}
//	cfg, err := dewar.LoadConfig[Settings]("SHOP_")
//
// Later sources win over earlier ones: default tags, config.json in the instance
// folder or the file named by <prefix>CONFIG, in debug mode .env, the environment,
// and last the fields of flags that are not zero: what the command line said. See
// [config.Load], which reads them, for the names and the types of fields.
//
// SecretSources of a flag say where further references of secrets lead.
//
// All mistakes come back as one error that names each key and where it stands.
func LoadConfig[T any](prefix string, flags ...Config) (T, error) {
	var cfg T
	o := config.Options{Prefix: prefix}
	for _, f := range flags {
		if f.SecretSources != nil {
			o.Sources = f.SecretSources
		}
		o.Flags = append(o.Flags, f)
		o.Debug = o.Debug || f.Debug
		if f.InstanceDir != "" {
			o.Dir = f.InstanceDir
		}
	}
	if err := config.Load(&cfg, o); err != nil {
		return cfg, fmt.Errorf("dewar: configuration: %w", withoutPrefix(err, "config: "))
	}
	if f := reflect.ValueOf(&cfg).Elem().FieldByName("Config"); f.IsValid() {
		if embedded, ok := f.Addr().Interface().(*Config); ok {
			embedded.own = config.Values(&cfg, Config{})
		}
	}
	return cfg, nil
}
