package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dewar-go/dewar/internal/scan"
)

// field is one setting of a configuration struct.
type field struct {
	value    reflect.Value
	path     string // session.cookie_name
	variable string // SESSION_COOKIE_NAME
	env      string // a variable's whole name, from the env tag
	fallback string // from the default tag
}

// fieldsOf lists the settings of a struct, those of embedded structs as its
// own and those of nested ones under their name. Embedded structs of the types in
// except are left out.
func fieldsOf(v reflect.Value, path, variable string, except ...reflect.Type) []field {
	var list []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("config")
		if !f.IsExported() || tag == "-" {
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if !slices.Contains(except, f.Type) {
				list = append(list, fieldsOf(v.Field(i), path, variable, except...)...)
			}
			continue
		}
		name := tag
		if name == "" {
			name = snakeCase(f.Name)
		}
		at, named := join(path, name, "."), join(variable, strings.ToUpper(name), "_")
		if f.Type.Kind() == reflect.Struct && !isScalar(f.Type) {
			list = append(list, fieldsOf(v.Field(i), at, named, except...)...)
			continue
		}
		list = append(list, field{v.Field(i), at, named, f.Tag.Get("env"), f.Tag.Get("default")})
	}
	return list
}

// Values returns the settings of a struct, or of a pointer to one, by the names of
// their variables: PageSize is PAGE_SIZE, and the field Server of a struct Mail is
// MAIL_SERVER. Those of an embedded struct of except's type are left out.
func Values(of, except any) map[string]any {
	values := map[string]any{}
	for _, f := range fieldsOf(reflect.Indirect(reflect.ValueOf(of)), "", "", reflect.TypeOf(except)) {
		values[f.variable] = f.value.Interface()
	}
	return values
}

var (
	secretType   = reflect.TypeFor[Secret]()
	durationType = reflect.TypeFor[time.Duration]()
)

// isScalar reports whether a struct type is read from one text.
func isScalar(t reflect.Type) bool { return t == secretType || scan.IsText(t) }

// isList reports whether a type is read from several texts.
func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice && !scan.IsText(t) }

// resolveFunc makes a Secret of a text that may be a reference.
type resolveFunc = func(text string) (Secret, error)

// setText sets the field from a variable's text.
func (f field) setText(text string, resolve resolveFunc) error {
	if isList(f.value.Type()) {
		list := reflect.MakeSlice(f.value.Type(), 0, 4)
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			item := reflect.New(f.value.Type().Elem()).Elem()
			if err := setScalar(item, part, resolve); err != nil {
				return err
			}
			list = reflect.Append(list, item)
		}
		f.value.Set(list)
		return nil
	}
	return setScalar(f.value, text, resolve)
}

// setJSON sets the field from a value of the configuration file. A string where
// a list is meant is an error: taken for a list, each of its letters would be a
// value of its own.
func (f field) setJSON(v any, resolve resolveFunc) error {
	if isList(f.value.Type()) {
		items, ok := v.([]any)
		if !ok {
			return fmt.Errorf("a list is needed, not %s", describe(v))
		}
		list := reflect.MakeSlice(f.value.Type(), 0, len(items))
		for _, x := range items {
			item := reflect.New(f.value.Type().Elem()).Elem()
			if err := setJSONScalar(item, x, resolve); err != nil {
				return err
			}
			list = reflect.Append(list, item)
		}
		f.value.Set(list)
		return nil
	}
	return setJSONScalar(f.value, v, resolve)
}

// setJSONScalar checks that the JSON type is the field's before its text is read.
func setJSONScalar(to reflect.Value, v any, resolve resolveFunc) error {
	switch v := v.(type) {
	case string:
		named := to.Type() == durationType || scan.IsText(to.Type())
		if k := to.Kind(); k == reflect.Bool || isNumber(k) && !named {
			return fmt.Errorf("%s is needed, not a string", kindName(k))
		}
		return setScalar(to, v, resolve)
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
		return setScalar(to, v.String(), resolve)
	}
	return fmt.Errorf("%s is needed, not %s", kindName(to.Kind()), describe(v))
}

// setScalar sets one value from a text. Errors never show the text of a secret.
func setScalar(to reflect.Value, text string, resolve resolveFunc) error {
	if to.Type() != secretType {
		return scan.Text(to, text)
	}
	s, err := resolve(text)
	if err == nil {
		to.Set(reflect.ValueOf(s))
	}
	return err
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
