package dewar

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// configField is one setting of a configuration struct.
type configField struct {
	value    reflect.Value
	path     string // session.cookie_name
	variable string // SESSION_COOKIE_NAME
	env      string // a variable's whole name, from the env tag
	fallback string // from the default tag
}

// configFields lists the settings of a struct, those of embedded structs as its
// own and those of nested ones under their name.
func configFields(v reflect.Value, path, variable string) []configField {
	var list []configField
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("config")
		if !f.IsExported() || tag == "-" {
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			list = append(list, configFields(v.Field(i), path, variable)...)
			continue
		}
		name := tag
		if name == "" {
			name = snakeCase(f.Name)
		}
		at, named := join(path, name, "."), join(variable, strings.ToUpper(name), "_")
		if f.Type.Kind() == reflect.Struct && !isScalar(f.Type) {
			list = append(list, configFields(v.Field(i), at, named)...)
			continue
		}
		list = append(list, configField{v.Field(i), at, named, f.Tag.Get("env"), f.Tag.Get("default")})
	}
	return list
}

var (
	secretType   = reflect.TypeFor[Secret]()
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isScalar reports whether a struct type is read from one text.
func isScalar(t reflect.Type) bool {
	return t == secretType || reflect.PointerTo(t).Implements(textType)
}

type lookupFunc = func(string) (string, bool)

// setText sets the field from a variable's text.
func (f configField) setText(text string, lookup lookupFunc) error {
	if f.value.Kind() == reflect.Slice && !reflect.PointerTo(f.value.Type()).Implements(textType) {
		list := reflect.MakeSlice(f.value.Type(), 0, 4)
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			item := reflect.New(f.value.Type().Elem()).Elem()
			if err := setScalar(item, part, lookup); err != nil {
				return err
			}
			list = reflect.Append(list, item)
		}
		f.value.Set(list)
		return nil
	}
	return setScalar(f.value, text, lookup)
}

// setJSON sets the field from a value of the configuration file. A string where
// a list is meant is an error: it is the mistake that once made every letter of
// a key a key of its own.
func (f configField) setJSON(v any, lookup lookupFunc) error {
	if f.value.Kind() == reflect.Slice && !reflect.PointerTo(f.value.Type()).Implements(textType) {
		items, ok := v.([]any)
		if !ok {
			return fmt.Errorf("a list is needed, not %s", describe(v))
		}
		list := reflect.MakeSlice(f.value.Type(), 0, len(items))
		for _, x := range items {
			item := reflect.New(f.value.Type().Elem()).Elem()
			if err := setJSONScalar(item, x, lookup); err != nil {
				return err
			}
			list = reflect.Append(list, item)
		}
		f.value.Set(list)
		return nil
	}
	return setJSONScalar(f.value, v, lookup)
}

// setJSONScalar checks that the JSON type is the field's before its text is read.
func setJSONScalar(to reflect.Value, v any, lookup lookupFunc) error {
	switch v := v.(type) {
	case string:
		named := to.Type() == durationType || reflect.PointerTo(to.Type()).Implements(textType)
		if k := to.Kind(); k == reflect.Bool || isNumber(k) && !named {
			return fmt.Errorf("%s is needed, not a string", kindName(k))
		}
		return setScalar(to, v, lookup)
	case bool:
		if to.Kind() != reflect.Bool {
			return fmt.Errorf("%s is needed, not a boolean", kindName(to.Kind()))
		}
		to.SetBool(v)
		return nil
	case json.Number:
		if !isNumber(to.Kind()) {
			return fmt.Errorf("%s is needed, not a number", kindName(to.Kind()))
		}
		return setScalar(to, v.String(), lookup)
	}
	return fmt.Errorf("%s is needed, not %s", kindName(to.Kind()), describe(v))
}

// setScalar sets one value from a text. Errors never show the text of a secret.
func setScalar(to reflect.Value, text string, lookup lookupFunc) error {
	t := to.Type()
	if t == secretType {
		s, err := resolveSecret(text, lookup)
		if err == nil {
			to.Set(reflect.ValueOf(s))
		}
		return err
	}
	if u, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if t == durationType {
		d, err := parseDuration(text)
		to.SetInt(int64(d))
		return err
	}
	switch k := to.Kind(); {
	case k == reflect.String:
		to.SetString(text)
	case k == reflect.Bool:
		on, err := parseBool(text)
		if err != nil {
			return err
		}
		to.SetBool(on)
	case to.CanInt():
		n, err := strconv.ParseInt(text, 10, t.Bits())
		if err != nil {
			return fmt.Errorf("%q is no whole number of %d bits", text, t.Bits())
		}
		to.SetInt(n)
	case to.CanUint():
		n, err := strconv.ParseUint(text, 10, t.Bits())
		if err != nil {
			return fmt.Errorf("%q is no whole number from zero of %d bits", text, t.Bits())
		}
		to.SetUint(n)
	case to.CanFloat():
		n, err := strconv.ParseFloat(text, t.Bits())
		if err != nil {
			return fmt.Errorf("%q is no number", text)
		}
		to.SetFloat(n)
	default:
		return fmt.Errorf("a field of type %v cannot be read from text", t)
	}
	return nil
}

// parseDuration reads "90s" or, as Flask's settings have it, whole seconds.
func parseDuration(text string) (time.Duration, error) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration; write 90s, 15m or 12h, or a number of seconds", text)
	}
	return d, nil
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "true", "yes", "on":
		return true, nil
	case "0", "false", "no", "off":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

func isNumber(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }

func kindName(k reflect.Kind) string {
	switch {
	case k == reflect.Bool:
		return "true or false"
	case isNumber(k):
		return "a number"
	case k == reflect.Slice:
		return "a list"
	}
	return "a string"
}

func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

// snakeCase writes a Go name as its parts in small letters: TLSCertFile is
// tls_cert_file.
func snakeCase(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 &&
			(unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func join(a, b, sep string) string {
	if a == "" {
		return b
	}
	return a + sep + b
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// editDistance counts the letters to change, add or drop to make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// parseDotenv reads NAME=value lines. Values may stand in quotes; export before
// a name and lines that begin with # are allowed.
func parseDotenv(b []byte) (map[string]string, error) {
	vars := map[string]string{}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isIdentifier(name) {
			return nil, fmt.Errorf("line %d is not NAME=value", i+1)
		}
		if n := len(value); n > 0 && (value[0] == '"' || value[0] == '\'') {
			if n < 2 || value[n-1] != value[0] {
				return nil, fmt.Errorf("line %d: the quote is not closed", i+1)
			}
			quote := value[0]
			value = value[1 : n-1]
			if quote == '"' {
				unquoted, err := strconv.Unquote(`"` + value + `"`)
				if err != nil {
					return nil, fmt.Errorf("line %d: bad escape: %w", i+1, err)
				}
				value = unquoted
			}
		} else if j := strings.Index(value, " #"); j >= 0 {
			value = strings.TrimSpace(value[:j])
		}
		vars[name] = value
	}
	return vars, nil
}
