package cache

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// keyText is a key as text: its JSON, where two keys must not look alike.
func keyText(key any) (string, error) {
	text, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("it has no JSON: %w", err)
	}
	// encoding/json writes this escape for bytes that are not UTF-8, and for nothing else.
	if strings.Contains(strings.ReplaceAll(string(text), `\\`, ""), `\ufffd`) {
		return "", errors.New("a text in it is not UTF-8; write it in hexadecimal digits")
	}
	return string(text), nil
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// keyFault says which part of a type of keys JSON leaves out; "" for none. around are the types
// that it is a part of.
func keyFault(t reflect.Type, around []reflect.Type) string {
	if t.Implements(jsonMarshaler) || t.Implements(textMarshaler) || slices.Contains(around, t) {
		return ""
	}
	around = append(around, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return keyFault(t.Elem(), around)
	case reflect.Struct:
		for f := range t.Fields() {
			embedded := f.Anonymous && (f.Type.Kind() == reflect.Struct || f.Type.Kind() == reflect.Pointer)
			if !f.IsExported() && !embedded || f.Tag.Get("json") == "-" {
				return fmt.Sprintf("JSON leaves out the field %s of the key's type %v", f.Name, t)
			}
			if why := keyFault(f.Type, around); why != "" {
				return why
			}
		}
	}
	return ""
}
