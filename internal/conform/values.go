package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/jinja"
)

// readValue reads a value of a template. Objects keep their order, integers stay apart from floats, and an object with
// one $ key is a value that JSON lacks.
func readValue(raw json.RawMessage) (jinja.Value, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return nextValue(dec)
}

func nextValue(dec *json.Decoder) (jinja.Value, error) {
	token, err := dec.Token()
	if err != nil {
		return jinja.None, err
	}
	switch token {
	case json.Delim('['):
		var items []jinja.Value
		for dec.More() {
			item, err := nextValue(dec)
			if err != nil {
				return jinja.None, err
			}
			items = append(items, item)
		}
		_, err := dec.Token()
		return jinja.NewList(items...), err
	case json.Delim('{'):
		d := jinja.NewDict()
		tag := ""
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return jinja.None, err
			}
			value, err := nextValue(dec)
			if err != nil {
				return jinja.None, err
			}
			tag = key.(string)
			d.SetString(tag, value)
		}
		if _, err := dec.Token(); err != nil {
			return jinja.None, err
		}
		if d.Len() == 1 && strings.HasPrefix(tag, "$") {
			value, _ := d.GetString(tag)
			return taggedValue(tag, value, d)
		}
		return d.Value(), nil
	}
	return jinja.ValueOf(token), nil
}

// taggedValue returns the value of an object whose only key is tag.
func taggedValue(tag string, v jinja.Value, object *jinja.Dict) (jinja.Value, error) {
	text, _ := v.Str()
	var items []jinja.Value
	if list, ok := v.List(); ok {
		items = list.Items()
	}
	switch tag {
	case "$tuple":
		return jinja.NewTuple(items...), nil
	case "$markup":
		return jinja.Safe(jinjaHTML(text)), nil
	case "$bytes":
		b := make([]byte, 0, len(text))
		for _, r := range text {
			b = append(b, byte(r))
		}
		return jinja.ValueOf(b), nil
	case "$set":
		return jinja.NewSet(items...)
	case "$range":
		var n [3]int64
		for i := range min(len(items), 3) {
			n[i], _ = items[i].Int64()
		}
		return jinja.NewRange(n[0], n[1], n[2]), nil
	case "$uuid":
		return jinja.ValueOf(uuid(text)), nil
	case "$datetime":
		// A datetime without an offset is naive.
		if t, err := time.Parse(time.RFC3339Nano, strings.Replace(text, " ", "T", 1)); err == nil {
			return jinja.ValueOf(fixed(t)), nil
		}
		for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
			if t, err := time.ParseInLocation(layout, text, jinja.Naive); err == nil {
				return jinja.ValueOf(t), nil
			}
		}
		return jinja.None, fmt.Errorf("conform: %q is no date", text)
	case "$dict":
		d := jinja.NewDict()
		for _, item := range items {
			pair, err := jinja.Items(item)
			if err != nil || len(pair) != 2 {
				return jinja.None, fmt.Errorf("conform: an item of $dict is not a pair")
			}
			if err := d.Set(pair[0], pair[1]); err != nil {
				return jinja.None, err
			}
		}
		return d.Value(), nil
	case "$complex":
		c, err := strconv.ParseComplex(strings.ReplaceAll(strings.Trim(text, "()"), "j", "i"), 128)
		return jinja.ValueOf(c), err
	case "$undefined":
		return jinja.NewUndefined(&jinja.Undef{Mode: undefinedModes[text]}), nil
	case "$mock":
		return jinja.ValueOf(mock(text)), nil
	}
	return object.Value(), nil
}

// fixed gives t a time zone that has only an offset, like Python's datetime. time.Parse prefers the zone of the
// machine.
func fixed(t time.Time) time.Time {
	if _, offset := t.Zone(); offset != 0 {
		return t.In(time.FixedZone("", offset))
	}
	return t.UTC()
}

// writeValue writes a value for an answer.
func writeValue(v jinja.Value) (json.RawMessage, error) {
	var b bytes.Buffer
	err := appendValue(&b, v)
	return b.Bytes(), err
}

func appendValue(b *bytes.Buffer, v jinja.Value) error {
	plain := func(x any) error {
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(x)
		b.Truncate(b.Len() - 1) // the newline at the end
		return err
	}
	tagged := func(tag string, x any) error {
		fmt.Fprintf(b, `{"%s":`, tag)
		err := plain(x)
		b.WriteByte('}')
		return err
	}
	list := func(tag string) error {
		items, err := jinja.Items(v)
		if err != nil {
			return err
		}
		if tag != "" {
			fmt.Fprintf(b, `{"%s":`, tag)
		}
		if err := appendList(b, items); err != nil {
			return err
		}
		if tag != "" {
			b.WriteByte('}')
		}
		return nil
	}
	if m, ok := v.Any().(mock); ok {
		return tagged("$mock", string(m))
	}
	if u, ok := v.Any().(uuid); ok {
		return tagged("$uuid", string(u))
	}
	if d, ok := v.Any().(forms.Decimal); ok {
		return tagged("$decimal", d.String())
	}
	if s, ok := v.Any().(interface{ StandFor() jinja.Value }); ok {
		v = s.StandFor() // the tuples of groupby
	}
	switch v.Kind().String() {
	case "Undefined":
		mode := "Undefined"
		if u, ok := v.Undefined(); ok {
			for name, m := range undefinedModes {
				if m == u.Mode {
					mode = name
				}
			}
		}
		return tagged("$undefined", mode)
	case "NoneType", "bool", "str":
		return plain(v.Any())
	case "int":
		if n, ok := v.Big(); ok {
			b.WriteString(n.String())
			return nil
		}
		return plain(v.Any())
	case "float":
		f, _ := v.Float64()
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return plain(fmt.Sprint(f))
		}
		s := strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		b.WriteString(s)
		return nil
	case "Markup":
		s, _ := v.Str()
		return tagged("$markup", s)
	case "complex":
		return tagged("$complex", strings.Trim(jinjaText(v), "()"))
	case "bytes":
		raw, _ := v.Bytes()
		runes := make([]rune, len(raw))
		for i, c := range raw {
			runes[i] = rune(c)
		}
		return tagged("$bytes", string(runes))
	case "list":
		return list("")
	case "tuple":
		return list("$tuple")
	case "set":
		return list("$set")
	case "dict":
		return appendDict(b, v)
	case "range":
		r, _ := v.Range()
		return tagged("$range", []int64{r.Start, r.Stop, r.Step})
	case "datetime":
		return tagged("$datetime", strings.Replace(jinjaText(v), " ", "T", 1))
	case "date", "time":
		return tagged("$"+v.Kind().String(), jinjaText(v))
	}
	return tagged("$repr", jinjaRepr(v))
}

func appendList(b *bytes.Buffer, items []jinja.Value) error {
	b.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := appendValue(b, item); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// appendDict writes a mapping: as an object when all keys are strings, and otherwise as pairs.
func appendDict(b *bytes.Buffer, v jinja.Value) error {
	d, ok := v.Dict()
	if !ok {
		return fmt.Errorf("conform: a %s cannot be written", v.Kind())
	}
	for key := range d.All() {
		if _, ok := key.Str(); !ok {
			return appendPairs(b, d)
		}
	}
	sep := "{"
	for key, value := range d.All() {
		name, _ := key.Str()
		b.WriteString(sep)
		sep = ","
		if err := appendValue(b, jinja.String(name)); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := appendValue(b, value); err != nil {
			return err
		}
	}
	if d.Len() == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return nil
}

func appendPairs(b *bytes.Buffer, d *jinja.Dict) error {
	sep := `{"$dict":[`
	for key, value := range d.All() {
		b.WriteString(sep)
		sep = ","
		if err := appendList(b, []jinja.Value{key, value}); err != nil {
			return err
		}
	}
	b.WriteString("]}")
	return nil
}
