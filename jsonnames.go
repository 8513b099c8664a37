package dewar

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// jsonField is a field of a struct by its name in JSON. Only a name that a tag gives is
// exact.
type jsonField struct {
	typ   reflect.Type
	exact bool
}

// anyCase marks a tag whose name is the field's own, and not the program's word.
const anyCase = "anycase"

var jsonFieldsOf sync.Map // reflect.Type to map[string]jsonField

func jsonFields(t reflect.Type) map[string]jsonField {
	if m, ok := jsonFieldsOf.Load(t); ok {
		return m.(map[string]jsonField)
	}
	m := map[string]jsonField{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "-" {
			exact := name != "" && !strings.Contains(options, anyCase)
			if name == "" {
				name = f.Name
			}
			m[name] = jsonField{f.Type, exact}
		}
	}
	actual, _ := jsonFieldsOf.LoadOrStore(t, m)
	return actual.(map[string]jsonField)
}

// jsonTags are the names that tags give within a type, at any depth.
type jsonTags struct {
	names map[string]bool
	upper bool // one has a letter that is not of a to z
}

var jsonTagsOf sync.Map // reflect.Type to *jsonTags

func jsonTagsIn(t reflect.Type) *jsonTags {
	if tags, ok := jsonTagsOf.Load(t); ok {
		return tags.(*jsonTags)
	}
	tags, seen := &jsonTags{names: map[string]bool{}}, map[reflect.Type]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch {
		case seen[t]:
			return
		case t.Kind() == reflect.Struct && !readsItself(t):
			seen[t] = true
			for name, f := range jsonFields(t) {
				if f.exact {
					tags.names[name] = true
					tags.upper = tags.upper || !isLower(name)
				}
				walk(f.typ)
			}
		case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Map:
			seen[t] = true
			walk(t.Elem())
		}
	}
	walk(t)
	actual, _ := jsonTagsOf.LoadOrStore(t, tags)
	return actual.(*jsonTags)
}

func isLower[T string | []byte](name T) bool {
	for i := range len(name) {
		if c := name[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c == '\\' {
			return false
		}
	}
	return true
}

// have reports whether every name in a JSON text is one of the tags as it is written, or
// cannot be taken for one.
func (tags *jsonTags) have(data []byte) bool {
	for {
		start := bytes.IndexByte(data, '"') + 1
		if start == 0 {
			return true
		}
		end := start
		for end < len(data) && data[end] != '"' {
			if data[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(data) {
			return true // not JSON
		}
		name := data[start:end]
		data = bytes.TrimLeft(data[end+1:], " \t\r\n")
		if len(data) > 0 && data[0] == ':' && !tags.names[string(name)] && (tags.upper || !isLower(name)) {
			return false
		}
	}
}

// exactNames hides the names in a JSON text that encoding/json would take for those of a
// tag in spite of their case: {"Role": …} is not "role" to Flask, nor to the program in
// front that judged the body. It returns the first of them, and the text as it is when
// there is none.
func exactNames(data []byte, t reflect.Type) (exact []byte, hidden string) {
	if t == nil {
		return data, ""
	}
	if tags := jsonTagsIn(t); len(tags.names) == 0 || tags.have(data) {
		return data, ""
	}
	n := &jsonNames{data: data, d: json.NewDecoder(bytes.NewReader(data))}
	if n.value(t, 0) != nil {
		return data, "" // not JSON: decoding it says why
	}
	return n.data, n.hidden
}

type jsonNames struct {
	data   []byte
	d      *json.Decoder
	hidden string // the first name that was hidden; data is a copy then
}

// value reads a value that is for a type, nil for one without names.
func (n *jsonNames) value(t reflect.Type, depth int) error {
	for t != nil && t.Kind() == reflect.Pointer && !readsItself(t) {
		t = t.Elem()
	}
	if t == nil || readsItself(t) || t.Kind() != reflect.Struct && t.Kind() != reflect.Map && t.Kind() != reflect.Slice && t.Kind() != reflect.Array || depth > 10_000 {
		var skipped json.RawMessage
		return n.d.Decode(&skipped)
	}
	token, err := n.d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return err
	}
	for n.d.More() {
		var of reflect.Type
		switch {
		case token == json.Delim('{') && t.Kind() == reflect.Struct:
			if of, err = n.name(jsonFields(t)); err != nil {
				return err
			}
		case token == json.Delim('{'):
			if _, err = n.d.Token(); err != nil {
				return err
			}
			if t.Kind() == reflect.Map {
				of = t.Elem()
			}
		case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
			of = t.Elem()
		}
		if err := n.value(of, depth+1); err != nil {
			return err
		}
	}
	_, err = n.d.Token()
	return err
}

// name reads the name of a field and returns its type. One that only looks like a
// field's is hidden.
func (n *jsonNames) name(fields map[string]jsonField) (reflect.Type, error) {
	before := n.d.InputOffset()
	token, err := n.d.Token()
	if err != nil {
		return nil, err
	}
	name, _ := token.(string)
	if f, ok := fields[name]; ok {
		return f.typ, nil
	}
	hide := false
	for other, f := range fields {
		if strings.EqualFold(other, name) {
			if !f.exact {
				return f.typ, nil
			}
			hide = true
		}
	}
	if hide {
		if n.hidden == "" {
			n.data, n.hidden = bytes.Clone(n.data), name
		}
		key := n.data[before:n.d.InputOffset()]
		key = key[bytes.IndexByte(key, '"')+1 : len(key)-1]
		copy(key, bytes.Repeat([]byte{'?'}, len(key)))
	}
	return nil, nil
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func readsItself(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer {
		t = reflect.PointerTo(t)
	}
	return t.Implements(jsonUnmarshaler) || t.Implements(textUnmarshaler)
}
