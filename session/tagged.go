package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/sign"
)

// TaggedJSON is Flask's JSON for sessions. A type that JSON lacks is an object with one member whose name, the tag,
// names the type. TaggedJSON is a [sign.Codec]. The zero value has Flask's tags:
//
//	" t"   Tuple
//	" b"   []byte, as base64
//	" m"   markup.HTML
//	" u"   UUID
//	" d"   time.Time, in UTC and whole seconds
//	" di"  an object whose only name looks like a tag
//
// As in Flask, names are sorted and characters outside ASCII are escaped. Structs and types with MarshalJSON are
// encoded as encoding/json does.
//
// Source: flask.json.tag.TaggedJSONSerializer.
type TaggedJSON struct {
	// Tags are further tags. They are tried before Flask's own. A Flask application that shares the session needs the
	// same ones.
	Tags []Tag
}

// A Tag is a type that [TaggedJSON] carries.
type Tag struct {
	// Name is the tag, by convention a space and one or two letters.
	Name string
	// ToJSON returns the JSON form of v. ok is false when the tag is not for v.
	ToJSON func(v any) (any, bool)
	// FromJSON is the inverse of ToJSON.
	FromJSON func(v any) (any, error)
}

// maxDepth bounds how deep values are nested, when reading and writing.
const maxDepth = 1000

var scalars = sign.JSON{Compact: true}

// Marshal returns v as tagged JSON. It fails for a value that has no form and
// for one that contains itself.
func (t TaggedJSON) Marshal(v any) ([]byte, error) {
	b, err := t.append(nil, v, 0)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return b, nil
}

func (t *TaggedJSON) append(dst []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errors.New("a value is nested too deep or contains itself")
	}
	switch v := v.(type) {
	case string:
		return scalars.AppendString(dst, v), nil
	case nil, bool, int, int64, float64, *big.Int:
		return scalars.Append(dst, v)
	}
	for _, tag := range t.Tags {
		if plain, ok := tag.ToJSON(v); ok {
			return t.tagged(dst, tag.Name, func(dst []byte) ([]byte, error) { return t.append(dst, plain, depth+1) })
		}
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		return t.object(dst, names, func(name string) any { return v[name] }, depth)
	case sign.Dict:
		values := make(map[string]any, len(v))
		for _, m := range v {
			values[m.Name] = m.Value
		}
		return t.append(dst, values, depth)
	case Tuple:
		return t.tagged(dst, " t", func(dst []byte) ([]byte, error) { return t.list(dst, v, depth) })
	case []any:
		return t.list(dst, v, depth)
	case []byte:
		return t.tagged(dst, " b", func(dst []byte) ([]byte, error) {
			return scalars.AppendString(dst, base64.StdEncoding.EncodeToString(v)), nil
		})
	case markup.HTML:
		return t.tagged(dst, " m", func(dst []byte) ([]byte, error) { return scalars.AppendString(dst, string(v)), nil })
	case markup.HTMLer:
		return t.append(dst, v.HTML(), depth+1)
	case time.Time:
		if year := v.UTC().Year(); year < 1 || year > 9999 {
			return nil, fmt.Errorf("a time in the year %d has no form; years are 1 to 9999", year)
		}
		return t.tagged(dst, " d", func(dst []byte) ([]byte, error) {
			dst = v.UTC().AppendFormat(append(dst, '"'), httpDate)
			return append(dst, '"'), nil
		})
	}
	return t.reflect(dst, reflect.ValueOf(v), depth)
}

// httpDate is the format of dates in HTTP (RFC 9110, section 5.6.7).
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// reflect encodes the types that append does not name.
func (t *TaggedJSON) reflect(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	typ := v.Type()
	switch kind := v.Kind(); {
	case kind == reflect.Array && typ.Len() == 16 && typ.Elem().Kind() == reflect.Uint8:
		var u UUID
		reflect.Copy(reflect.ValueOf(&u).Elem(), v)
		return t.tagged(dst, " u", func(dst []byte) ([]byte, error) {
			return scalars.AppendString(dst, strings.ReplaceAll(u.String(), "-", "")), nil
		})
	case kind == reflect.Pointer && v.IsNil():
		return append(dst, "null"...), nil
	case isGoJSON(v):
		b, err := json.Marshal(v.Interface())
		if err != nil {
			return nil, err
		}
		plain, err := sign.JSON{}.Unmarshal(b)
		if err != nil {
			return nil, err
		}
		return t.append(dst, plain, depth+1)
	case kind == reflect.Pointer:
		return t.append(dst, v.Elem().Interface(), depth+1)
	case kind == reflect.Slice && typ.Elem().Kind() == reflect.Uint8:
		return t.append(dst, v.Bytes(), depth)
	case kind == reflect.Slice, kind == reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = v.Index(i).Interface()
		}
		return t.list(dst, list, depth)
	case kind == reflect.Map && typ.Key().Kind() == reflect.String:
		values := make(map[string]any, v.Len())
		for name, value := range v.Seq2() {
			values[name.String()] = value.Interface()
		}
		return t.append(dst, values, depth)
	}
	return scalars.Append(dst, v.Interface())
}

// isGoJSON reports whether encoding/json encodes v.
func isGoJSON(v reflect.Value) bool {
	if v.Kind() == reflect.Struct {
		return true
	}
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct && v.Elem().Type() == reflect.TypeFor[time.Time]() {
		return false
	}
	switch v.Interface().(type) {
	case json.Marshaler, interface{ MarshalText() ([]byte, error) }:
		return true
	}
	return false
}

func (t *TaggedJSON) tagged(dst []byte, tag string, value func([]byte) ([]byte, error)) ([]byte, error) {
	dst = append(scalars.AppendString(append(dst, '{'), tag), ':')
	dst, err := value(dst)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

func (t *TaggedJSON) list(dst []byte, list []any, depth int) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = t.append(dst, v, depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func (t *TaggedJSON) object(dst []byte, names []string, value func(string) any, depth int) ([]byte, error) {
	if len(names) == 1 && t.isTag(names[0]) {
		name := names[0]
		return t.tagged(dst, " di", func(dst []byte) ([]byte, error) {
			return t.tagged(dst, name+"__", func(dst []byte) ([]byte, error) { return t.append(dst, value(name), depth+1) })
		})
	}
	var err error
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(scalars.AppendString(dst, name), ':')
		if dst, err = t.append(dst, value(name), depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (t *TaggedJSON) isTag(name string) bool {
	switch name {
	case " di", " t", " b", " m", " u", " d":
		return true
	}
	return slices.ContainsFunc(t.Tags, func(tag Tag) bool { return tag.Name == name })
}

// Unmarshal reads tagged JSON. A tag whose value has the wrong form is an error.
func (t TaggedJSON) Unmarshal(data []byte) (any, error) {
	v, err := sign.JSON{ObjectHook: t.untag}.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return v, nil
}

func (t *TaggedJSON) untag(m map[string]any) (any, error) {
	if len(m) != 1 {
		return m, nil
	}
	for name, v := range m {
		for _, tag := range t.Tags {
			if tag.Name == name {
				return tag.FromJSON(v)
			}
		}
		if t.isTag(name) {
			return untagFlask(name, v)
		}
	}
	return m, nil
}

func untagFlask(tag string, v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if tag != " di" || len(v) != 1 {
			break
		}
		for name, value := range v {
			return map[string]any{dropTwo(name): value}, nil
		}
	case []any:
		if tag == " t" {
			return Tuple(v), nil
		}
	case string:
		switch tag {
		case " t":
			tuple := make(Tuple, 0, len(v))
			for _, r := range v {
				tuple = append(tuple, string(r))
			}
			return tuple, nil
		case " b":
			return base64.StdEncoding.DecodeString(v)
		case " m":
			return markup.HTML(v), nil
		case " u":
			return ParseUUID(v)
		case " d":
			return parseDate(v), nil
		}
	}
	return nil, fmt.Errorf("the tag %q has a value of the wrong type", tag)
}

// dropTwo removes the two underscores at the end of the name in an object tagged " di".
func dropTwo(name string) string {
	for range 2 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// parseDate reads an HTTP date, or any date of a mail header, as Werkzeug's parse_date does. It returns nil when the
// date cannot be read.
func parseDate(s string) any {
	if len(s) > 128 {
		return nil
	}
	for _, layout := range []string{httpDate, time.RFC1123Z, time.RFC850, time.ANSIC} {
		if d, err := time.Parse(layout, s); err == nil {
			return d.UTC()
		}
	}
	if d, err := mail.ParseDate(s); err == nil {
		return d.UTC()
	}
	return nil
}
