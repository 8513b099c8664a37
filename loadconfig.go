package dewar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

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
// Later sources win over earlier ones:
//
//  1. the default tags of the fields;
//  2. the file named by <prefix>CONFIG, or else config.json in the instance
//     folder when it exists: a JSON object with the fields in snake_case, those
//     of a nested struct in an object of their own. An unknown key is an error;
//  3. in debug mode, a .env file in the working directory: NAME=value lines;
//  4. the environment: <prefix> and the field in capitals, so SHOP_PAGE_SIZE, or
//     the name in the field's env tag as it stands. A nested struct's fields are
//     joined with an underscore (SHOP_SESSION_LIFETIME). An unknown variable
//     with the prefix, here or in .env, is a warning in the log;
//  5. the fields of flags that are not zero, those of nested structs one by one:
//     what the command line said.
//
// Fields may be strings, booleans, integers, floats, time.Duration ("90s"),
// [Secret], slices of these (separated by commas in the environment), structs,
// and types that implement encoding.TextUnmarshaler. A field tagged `config:"-"`
// is left alone; any other text in the tag is its name.
//
// All mistakes come back as one error that names each key and where it stands.
func LoadConfig[T any](prefix string, flags ...Config) (T, error) {
	var cfg T
	l := &loader{prefix: prefix, getenv: os.LookupEnv, environ: os.Environ, readFile: os.ReadFile}
	err := l.load(reflect.ValueOf(&cfg).Elem(), flags)
	return cfg, err
}

// maxConfigFile bounds the files that are read.
const maxConfigFile = 1 << 20

// loader is one call of LoadConfig.
type loader struct {
	prefix   string
	getenv   func(string) (string, bool)
	environ  func() []string
	readFile func(string) ([]byte, error)

	fields   []configField
	dotenv   map[string]string
	mistakes []error
}

func (l *loader) load(v reflect.Value, flags []Config) error {
	if v.Kind() != reflect.Struct {
		return fmt.Errorf("dewar: LoadConfig: %v is no struct", v.Type())
	}
	l.fields = configFields(v, "", "")
	base := baseConfig(v)
	for _, f := range flags {
		overlay(base, f)
	}
	l.defaults()
	debug := l.debug(flags)
	if debug {
		l.readDotenv()
	}
	l.file(v, base)
	l.environment()
	for _, f := range flags {
		overlay(base, f)
	}
	switch len(l.mistakes) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("dewar: configuration: %w", l.mistakes[0])
	}
	return &configError{fmt.Sprintf("dewar: configuration: %d mistakes:", len(l.mistakes)), l.mistakes}
}

func (l *loader) report(format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Errorf(format, args...))
}

// baseConfig finds the embedded Config, if there is one.
func baseConfig(v reflect.Value) *Config {
	if c, ok := v.Addr().Interface().(*Config); ok {
		return c
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && f.Type == reflect.TypeFor[Config]() {
			return v.Field(i).Addr().Interface().(*Config)
		}
	}
	return nil
}

// overlay copies the fields of flags that are not zero.
func overlay(base *Config, flags Config) {
	if base == nil {
		return
	}
	overlayStruct(reflect.ValueOf(base).Elem(), reflect.ValueOf(flags))
}

// overlayStruct copies the fields that are not zero, those of structs within one
// by one: a flag for the session's lifetime says nothing of its cookie's name.
func overlayStruct(to, from reflect.Value) {
	for i := range from.NumField() {
		switch f := from.Field(i); {
		case f.IsZero():
		case f.Kind() == reflect.Struct && !isScalar(f.Type()) && allExported(f.Type()):
			overlayStruct(to.Field(i), f)
		default:
			to.Field(i).Set(f)
		}
	}
}

func allExported(t reflect.Type) bool {
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return false
		}
	}
	return true
}

func (l *loader) defaults() {
	for _, f := range l.fields {
		if f.fallback != "" && f.value.IsZero() {
			if err := f.setText(f.fallback, l.lookup); err != nil {
				l.report("the default of %s: %w", f.path, err)
			}
		}
	}
}

// debug reports whether the flags or the environment ask for debug mode, which
// decides whether .env is read.
func (l *loader) debug(flags []Config) bool {
	if slices.ContainsFunc(flags, func(c Config) bool { return c.Debug }) {
		return true
	}
	text, _ := l.getenv(l.prefix + "DEBUG")
	on, err := parseBool(text)
	return err == nil && on
}

// lookup is the environment, with .env behind it.
func (l *loader) lookup(name string) (string, bool) {
	if v, ok := l.getenv(name); ok {
		return v, true
	}
	v, ok := l.dotenv[name]
	return v, ok
}

func (l *loader) readDotenv() {
	b, err := l.readFile(".env")
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.report(".env: %w", err)
		}
		return
	}
	if l.dotenv, err = parseDotenv(b); err != nil {
		l.report(".env: %w", err)
	}
}

// file reads the configuration file.
func (l *loader) file(v reflect.Value, base *Config) {
	name, named := l.lookup(l.prefix + "CONFIG")
	if !named {
		dir := "instance"
		if base != nil && base.InstanceDir != "" {
			dir = base.InstanceDir
		} else if d, ok := l.lookup(l.prefix + "INSTANCE_DIR"); ok && base != nil {
			dir = d
		}
		name = filepath.Join(dir, "config.json")
	}
	b, err := l.readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return
	case err != nil:
		l.report("the configuration file cannot be read: %w", err)
		return
	case len(b) > maxConfigFile:
		l.report("%s has %d bytes; the limit is %d", name, len(b), maxConfigFile)
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		l.report("%s: not a JSON object: %w", name, err)
		return
	}
	if decoder.More() {
		l.report("%s: something follows the JSON object", name)
	}
	l.apply(tree, "", name)
}

// apply sets the fields that a JSON object names.
func (l *loader) apply(tree map[string]any, path, file string) {
	for _, key := range sortedKeys(tree) {
		full := join(path, key, ".")
		if nested, ok := tree[key].(map[string]any); ok && l.isGroup(full) {
			l.apply(nested, full, file)
			continue
		}
		i := slices.IndexFunc(l.fields, func(f configField) bool { return f.path == full })
		if i < 0 {
			l.report("%s: unknown key %q%s", file, full, l.suggest(full))
			continue
		}
		if err := l.fields[i].setJSON(tree[key], l.lookup); err != nil {
			l.report("%s: %s: %w", file, full, err)
		}
	}
}

func (l *loader) isGroup(path string) bool {
	return slices.ContainsFunc(l.fields, func(f configField) bool { return strings.HasPrefix(f.path, path+".") })
}

// suggest names the key that was probably meant.
func (l *loader) suggest(key string) string {
	best, distance := "", 3
	for _, f := range l.fields {
		if d := editDistance(key, f.path); d < distance {
			best, distance = f.path, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// environment sets the fields that variables name.
func (l *loader) environment() {
	known := map[string]bool{l.prefix + "CONFIG": true}
	for _, f := range l.fields {
		name := f.env
		if name == "" {
			name = l.prefix + f.variable
		}
		known[name] = true
		if text, ok := l.lookup(name); ok {
			if err := f.setText(text, l.lookup); err != nil {
				l.report("the environment variable %s: %w", name, err)
			}
		}
	}
	if l.prefix == "" {
		return
	}
	for _, pair := range l.environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, l.prefix) && !known[name] {
			slog.Warn("unknown configuration variable in the environment", "name", name)
		}
	}
	for _, name := range sortedKeys(l.dotenv) {
		if strings.HasPrefix(name, l.prefix) && !known[name] {
			slog.Warn("unknown configuration variable in .env", "name", name)
		}
	}
}
