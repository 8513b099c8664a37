package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/jinja"
)

func init() { kinds["form"] = formDoor }

// A formRequest describes a form by WTForms' names.
type formRequest struct {
	Fields   []formField                `json:"fields"`
	FormData *[][2]string               `json:"formdata"`
	Obj      map[string]json.RawMessage `json:"obj"`
	Prefix   string                     `json:"prefix"`
	Render   [][2]json.RawMessage       `json:"render"`
}

type formField struct {
	Name           string               `json:"name"`
	Type           string               `json:"type"`
	Label          string               `json:"label"`
	Description    string               `json:"description"`
	Validators     [][2]json.RawMessage `json:"validators"`
	Filters        []string             `json:"filters"`
	Default        json.RawMessage      `json:"default"`
	Choices        json.RawMessage      `json:"choices"`
	Coerce         string               `json:"coerce"`
	ValidateChoice *bool                `json:"validate_choice"`
	Format         json.RawMessage      `json:"format"`
	Places         json.RawMessage      `json:"places"`
	RenderKw       json.RawMessage      `json:"render_kw"`
	Fields         []formField          `json:"fields"`
	Entry          *formField           `json:"entry"`
	MinEntries     int                  `json:"min_entries"`
	MaxEntries     int                  `json:"max_entries"`
}

func formDoor(raw json.RawMessage) answer {
	var q formRequest
	if err := json.Unmarshal(raw, &q); err != nil {
		return answer{"exception": "BadRequest", "message": err.Error()}
	}
	a, err := q.answer()
	if err != nil {
		return templateError(err)
	}
	return a
}

func (q *formRequest) answer() (answer, error) {
	fields, err := declare(q.Fields)
	if err != nil {
		return nil, err
	}
	schema, err := forms.NewSchema(fields...)
	if err != nil {
		return nil, err
	}
	from, err := readFormValues(q.Obj)
	if err != nil {
		return nil, err
	}
	var sent url.Values
	if q.FormData != nil {
		sent = url.Values{}
		for _, pair := range *q.FormData {
			sent.Add(pair[0], pair[1])
		}
	}
	form := schema.Read(sent, forms.Options{Prefix: q.Prefix, From: from})
	a := answer{"html": []string{}}
	if q.FormData != nil {
		a["valid"] = form.Valid()
	}
	env, err := jinja.New(jinja.Options{Escaping: jinja.Compat, Autoescape: jinja.Always})
	if err != nil {
		return nil, err
	}
	vars := jinja.NewDict()
	vars.SetString("form", jinja.ValueOf(form))
	for _, name := range []string{"data", "errors"} {
		x, err := env.CompileExpression("form."+name, true)
		if err != nil {
			return nil, err
		}
		v, err := x.Eval(vars.Value())
		if err != nil {
			return nil, err
		}
		if a[name], err = writeValue(v); err != nil {
			return nil, err
		}
	}
	for _, call := range q.Render {
		html, err := renderField(env, vars, call)
		if err != nil {
			return nil, err
		}
		a["html"] = append(a["html"].([]string), html)
	}
	return a, nil
}

// renderField calls a field by its name, which may go down by dots, with keywords.
func renderField(env *jinja.Environment, vars *jinja.Dict, call [2]json.RawMessage) (string, error) {
	var path string
	if err := json.Unmarshal(call[0], &path); err != nil {
		return "", err
	}
	source := "form"
	for name := range strings.SplitSeq(path, ".") {
		switch _, err := strconv.Atoi(name); {
		case err == nil:
			source = "(" + source + "|list)[" + name + "]"
		case name == "label":
			source += ".label"
		default:
			source += "['" + name + "']"
		}
	}
	kw, err := readValue(call[1])
	if err != nil {
		return "", err
	}
	vars.SetString("kw", kw)
	t, err := env.FromString("{{ " + source + "(**kw) }}")
	if err != nil {
		return "", err
	}
	return t.RenderString(vars.Value())
}

// declare makes the fields of their descriptions.
func declare(list []formField) ([]forms.Field, error) {
	fields := make([]forms.Field, len(list))
	for i, d := range list {
		f, err := d.declare()
		if err != nil {
			return nil, err
		}
		fields[i] = f
	}
	return fields, nil
}

var coerced = map[string]reflect.Type{"": nil, "str": nil, "int": reflect.TypeFor[int64](), "float": reflect.TypeFor[float64]()}

func (d *formField) declare() (f forms.Field, err error) {
	f = forms.Field{
		Name: d.Name, Type: d.Type, Label: d.Label, Description: d.Description, MinEntries: d.MinEntries, MaxEntries: d.MaxEntries,
		AnyChoice: d.ValidateChoice != nil && !*d.ValidateChoice, GoType: coerced[d.Coerce],
	}
	if f.GoType != nil && d.Type == "SelectMultipleField" {
		f.GoType = reflect.SliceOf(f.GoType)
	}
	if f.Default, err = readFormValue(d.Default); err != nil {
		return f, err
	}
	if f.Choices, err = readChoices(d.Choices); err != nil {
		return f, err
	}
	for _, raw := range []struct {
		from json.RawMessage
		to   any
	}{{d.RenderKw, &f.RenderKw}, {d.Places, &f.Places}} {
		if len(raw.from) > 0 {
			if err := json.Unmarshal(raw.from, raw.to); err != nil {
				return f, err
			}
		}
	}
	if string(d.Places) == "null" {
		all := -1
		f.Places = &all
	}
	if len(d.Format) > 0 && json.Unmarshal(d.Format, &f.Formats) != nil {
		f.Formats = make([]string, 1)
		if err := json.Unmarshal(d.Format, &f.Formats[0]); err != nil {
			return f, err
		}
	}
	for _, name := range d.Filters {
		filter := map[string]forms.Filter{"strip": strings.TrimSpace, "lower": strings.ToLower, "upper": strings.ToUpper}[name]
		if filter == nil {
			return f, fmt.Errorf("conform: there is no filter %q", name)
		}
		f.Filters = append(f.Filters, filter)
	}
	for _, v := range d.Validators {
		check, err := readCheck(v)
		if err != nil {
			return f, err
		}
		f.Checks = append(f.Checks, check)
	}
	if d.Entry != nil {
		entry, err := d.Entry.declare()
		if err != nil {
			return f, err
		}
		f.Entry = &entry
	}
	f.Fields, err = declare(d.Fields)
	return f, err
}

// readCheck makes a validator of its name and its arguments.
func readCheck(v [2]json.RawMessage) (forms.Check, error) {
	var name string
	if err := json.Unmarshal(v[0], &name); err != nil {
		return nil, err
	}
	var args map[string]json.RawMessage
	if err := json.Unmarshal(v[1], &args); err != nil {
		return nil, err
	}
	values, err := readFormValues(args)
	if err != nil {
		return nil, err
	}
	return forms.NewCheck(name, nil, values)
}

// readChoices reads a list of values, a list of pairs, or groups, which keep their order.
func readChoices(raw json.RawMessage) (list []forms.Choice, err error) {
	if len(raw) == 0 {
		return nil, nil
	}
	choices := func(raw json.RawMessage, group string) error {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return err
		}
		for _, item := range items {
			v, err := readFormValue(item)
			if err != nil {
				return err
			}
			c := forms.Choice{Value: v, Group: group}
			if pair, ok := v.([]any); ok && len(pair) == 2 {
				c.Value, c.Label = pair[0], fmt.Sprint(pair[1])
			}
			list = append(list, c)
		}
		return nil
	}
	list = []forms.Choice{}
	if raw[0] != '{' {
		return list, choices(raw, "")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		group, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var items json.RawMessage
		if err := dec.Decode(&items); err != nil {
			return nil, err
		}
		if err := choices(items, fmt.Sprint(group)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readFormValues(raw map[string]json.RawMessage) (map[string]any, error) {
	if raw == nil {
		return nil, nil
	}
	values := make(map[string]any, len(raw))
	for name, r := range raw {
		v, err := readFormValue(r)
		if err != nil {
			return nil, err
		}
		values[name] = v
	}
	return values, nil
}

// readFormValue reads a value for the program: numbers are int64 or float64, and those that JSON lacks have Go's types.
func readFormValue(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return goValue(v)
}

func goValue(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		if !strings.ContainsAny(v.String(), ".eE") {
			return forms.ParseDecimal(v.String())
		}
		return v.Float64()
	case []any:
		for i := range v {
			x, err := goValue(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = x
		}
	case map[string]any:
		for name, x := range v {
			text, _ := x.(string)
			switch name {
			case "$decimal":
				return forms.ParseDecimal(text)
			case "$date":
				return time.Parse(time.DateOnly, text)
			case "$time":
				return time.Parse(time.TimeOnly, text)
			case "$datetime":
				return time.Parse("2006-01-02T15:04:05", text)
			case "$uuid":
				return uuid(text), nil
			}
			x, err := goValue(x)
			if err != nil {
				return nil, err
			}
			v[name] = x
		}
	}
	return v, nil
}
