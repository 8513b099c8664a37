package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/scan"
	"github.com/dewar-go/dewar/internal/spell"
)

// Options say from where [Load] reads.
type Options struct {
	// Prefix begins the names of all variables, such as "SHOP_". Default: none; then unknown variables are not
	// reported.
	Prefix string
	// Dir is the folder of config.json. Default: the variable <prefix>INSTANCE_DIR if the struct has such a field, or
	// else "instance".
	Dir string
	// Debug reads .env as well. Default: the variable <prefix>DEBUG, or else false.
	Debug bool
	// Sources are where further references of secrets lead, by what they begin with: "vault" for "vault:kv/shop#password".
	// Default: none, beside env, file and exec.
	Sources map[string]Source
	// Flags are structs of the same type as the one to fill, or of a type that it embeds. Their fields that are not
	// zero win over every source. Default: none.
	Flags []any
}

// Load fills the struct that into points to:
//
//	type Settings struct {
//		PageSize    int           `default:"20"`
//		Timeout     time.Duration `default:"30s"`
//		Mail        struct{ Server, From string }
//		DatabaseURL config.Secret `env:"DATABASE_URL"`
//	}
//	var s Settings
//	err := config.Load(&s, config.Options{Prefix: "SHOP_"})
//
// Later sources win over earlier ones:
//
//  1. the default tags of the fields;
//  2. the file named by <prefix>CONFIG, or else config.json in the folder of
//     [Options] when it exists: a JSON object of at most 1 MiB with the fields in
//     snake_case, those of a nested struct in an object of their own. An unknown
//     key is an error;
//  3. in debug mode, a .env file in the working directory, which is read as
//     python-dotenv reads it;
//  4. the environment: <prefix> and the field in capitals, so SHOP_PAGE_SIZE, or
//     the name in the field's env tag as it stands. A nested struct's fields are
//     joined with an underscore (SHOP_MAIL_SERVER). An unknown variable with the
//     prefix, here or in .env, is a warning in the log;
//  5. the flags, those of nested structs one by one.
//
// Fields may be strings, booleans, integers, floats, time.Duration ("90s"),
// [Secret], slices of these (separated by commas in the environment), structs,
// and types that implement encoding.TextUnmarshaler. The fields of an embedded
// struct are the struct's own. A field tagged `config:"-"` is left alone; any
// other text in the tag is its name.
//
// The error is an [Error] with every mistake.
func Load(into any, o Options) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return &Error{[]error{fmt.Errorf("a pointer to a struct is needed, not a %T", into)}}
	}
	v = v.Elem()
	for scheme := range o.Sources {
		if _, own := reserved[scheme]; own || scheme == "" {
			return &Error{[]error{fmt.Errorf("Options.Sources[%q]: the name is taken", scheme)}}
		}
	}
	l := &loader{Options: o, fields: fieldsOf(v, "", "")}
	l.overlay(v) // now too, so that a default does not hide a flag
	l.defaults()
	if l.debug() {
		l.readDotenv()
	}
	l.readFile()
	l.environment()
	l.overlay(v)
	if len(l.mistakes) > 0 {
		return &Error{l.mistakes}
	}
	return nil
}

// An Error lists the mistakes in settings. Each of them names its key and its place.
type Error struct{ Mistakes []error }

// Error returns the only mistake, or the number of mistakes and a line for each.
func (e *Error) Error() string {
	if len(e.Mistakes) == 1 {
		return "config: " + e.Mistakes[0].Error()
	}
	text := fmt.Sprintf("config: %d mistakes:", len(e.Mistakes))
	for _, m := range e.Mistakes {
		text += "\n  - " + m.Error()
	}
	return text
}

// Unwrap returns the mistakes.
func (e *Error) Unwrap() []error { return e.Mistakes }

// loader is the state of one call of Load.
type loader struct {
	Options
	fields   []field
	dotenv   map[string]string
	mistakes []error
}

func (l *loader) report(format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Errorf(format, args...))
}

// overlay copies the fields of the flags that are not zero into the struct, or into the embedded struct of their type.
func (l *loader) overlay(v reflect.Value) {
	for _, flags := range l.Flags {
		from := reflect.ValueOf(flags)
		if from.Type() == v.Type() {
			overlayStruct(v, from)
			continue
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Anonymous && f.Type == from.Type() {
				overlayStruct(v.Field(i), from)
			}
		}
	}
}

// overlayStruct copies the fields that are not zero. Nested structs are copied field by field: a flag for the session's
// lifetime must not reset its cookie's name.
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
			if err := f.setText(f.fallback, l.resolve); err != nil {
				l.report("the default of %s: %w", f.path, err)
			}
		}
	}
}

// debug reports whether .env is read.
func (l *loader) debug() bool {
	if l.Debug {
		return true
	}
	text, _ := os.LookupEnv(l.Prefix + "DEBUG")
	on, err := scan.Bool(text)
	return err == nil && on
}

// lookup returns a variable of the environment, or else of .env.
func (l *loader) lookup(name string) (string, bool) {
	if v, ok := os.LookupEnv(name); ok {
		return v, true
	}
	v, ok := l.dotenv[name]
	return v, ok
}

func (l *loader) readDotenv() {
	b, err := readFile(".env", maxFile)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.report(".env: %w", err)
		}
		return
	}
	var bad []int
	if l.dotenv, bad, err = parseDotenv(b, os.LookupEnv); err != nil {
		l.report(".env: %w", err)
	}
	for _, line := range bad {
		slog.Warn("a line of .env is not NAME=value and was left out", "line", line)
	}
}

// maxFile bounds the files that are read, in bytes.
const maxFile = 1 << 20

// readFile reads a file of at most limit bytes. It removes a byte order mark.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return bytes.TrimPrefix(b, []byte(bom)), err
}

// bom is the byte order mark that some editors write at the start of a file.
const bom = "\ufeff"

// fileName returns the name of the configuration file. chosen says that a variable named it.
func (l *loader) fileName() (name string, chosen bool) {
	if name, chosen = l.lookup(l.Prefix + "CONFIG"); chosen {
		return name, true
	}
	dir := l.Dir
	if dir == "" && l.index("instance_dir") >= 0 {
		dir, _ = l.lookup(l.Prefix + "INSTANCE_DIR")
	}
	if dir == "" {
		dir = "instance"
	}
	return filepath.Join(dir, "config.json"), false
}

// readFile sets the fields that the configuration file has.
func (l *loader) readFile() {
	name, chosen := l.fileName()
	b, err := readFile(name, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !chosen:
		return
	case err != nil:
		l.report("the configuration file cannot be read: %w", err)
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

// apply sets the fields that a JSON object has.
func (l *loader) apply(tree map[string]any, path, file string) {
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		full := join(path, key, ".")
		if nested, ok := tree[key].(map[string]any); ok && l.isGroup(full) {
			l.apply(nested, full, file)
			continue
		}
		i := l.index(full)
		if i < 0 {
			l.report("%s: unknown key %q%s", file, full, l.suggest(full))
			continue
		}
		if err := l.fields[i].setJSON(tree[key], l.resolve); err != nil {
			l.report("%s: %s: %w", file, full, err)
		}
	}
}

// index returns the index of the field with the path, or -1.
func (l *loader) index(path string) int {
	return slices.IndexFunc(l.fields, func(f field) bool { return f.path == path })
}

func (l *loader) isGroup(path string) bool {
	return slices.ContainsFunc(l.fields, func(f field) bool { return strings.HasPrefix(f.path, path+".") })
}

// suggest returns a hint with the key that was probably meant.
func (l *loader) suggest(key string) string {
	paths := make([]string, len(l.fields))
	for i, f := range l.fields {
		paths[i] = f.path
	}
	if meant := spell.Nearest(key, paths); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}

// environment sets the fields that variables of the environment name.
func (l *loader) environment() {
	known := map[string]bool{l.Prefix + "CONFIG": true}
	var missing []string
	for _, f := range l.fields {
		name := f.env
		if name == "" {
			name = l.Prefix + f.variable
		}
		known[name] = true
		text, ok := l.lookup(name)
		if !ok {
			missing = append(missing, name)
			continue
		}
		if err := f.setText(text, l.resolve); err != nil {
			l.report("the environment variable %s: %w", name, err)
		}
	}
	unknown := func(where, name string) {
		prefixed := l.Prefix != "" && strings.HasPrefix(name, l.Prefix)
		if known[name] || !prefixed && len(name) < 8 {
			return
		}
		// A misspelt variable is told from those of other programs by its likeness to a field that has no value.
		if meant := spell.Nearest(name, missing); meant != "" {
			slog.Warn("unknown configuration variable in "+where, "name", name, "did_you_mean", meant)
		} else if prefixed {
			slog.Warn("unknown configuration variable in "+where, "name", name)
		}
	}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		unknown("the environment", name)
	}
	for _, name := range slices.Sorted(maps.Keys(l.dotenv)) {
		unknown(".env", name)
	}
}
