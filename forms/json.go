package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar"
)

// isJSON reports whether the request's body is JSON by its type.
func isJSON(c *dewar.Context) bool {
	kind, _, _ := strings.Cut(c.Request().Header.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}

// readJSON reads the values of a JSON object by the form's own fields: what it does not name is not looked at.
func (s *source) readJSON(f *Form, c *dewar.Context) error {
	var raw json.RawMessage
	if err := c.BindJSON(&raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil || body == nil {
		return &dewar.HTTPError{Code: http.StatusBadRequest, Detail: "The body must be a JSON object.", Err: err}
	}
	s.values, s.bad, s.json = url.Values{}, map[string]bool{}, true
	s.room = c.App().Config().MaxFormParts
	s.addObject(f.schema.fields, f.prefix, body)
	if s.room < 0 {
		return &dewar.HTTPError{Code: http.StatusRequestEntityTooLarge, Err: errors.New("forms: the JSON object has more values than MaxFormParts")}
	}
	return nil
}

func (s *source) addObject(fields []*plan, prefix string, object map[string]any) {
	for _, p := range fields {
		if v, ok := object[p.Name]; ok {
			s.addJSON(p, prefix+p.Name, v)
		}
	}
}

// addJSON writes a value as the texts that a form would send. A value of the wrong kind is bad. There may be as many
// values as fields in a form: an entry of a list takes hundreds of times the bytes that it was sent in.
func (s *source) addJSON(p *plan, name string, v any) {
	if s.room--; s.room < 0 {
		return
	}
	switch p.kind {
	case kindForm:
		if object, ok := v.(map[string]any); ok {
			s.values[offeredName] = append(s.values[offeredName], name)
			s.addObject(p.nested.fields, name+p.Separator, object)
			return
		}
	case kindList:
		if list, ok := v.([]any); ok {
			s.values[offeredName] = append(s.values[offeredName], name)
			for i, item := range list[:min(len(list), p.MaxEntries)] {
				entry := name + p.Separator + strconv.Itoa(i)
				s.named = append(s.named, entry)
				s.addJSON(p.entry, entry, item)
			}
			return
		}
	case kindChoices:
		if list, ok := v.([]any); ok {
			s.values[offeredName] = append(s.values[offeredName], name)
			s.room -= len(list)
			for _, item := range list {
				if text, ok := p.jsonText(item); ok && s.room >= 0 {
					s.values[name] = append(s.values[name], text)
				} else {
					s.bad[name] = true
				}
			}
			return
		}
	default:
		if text, ok := p.jsonText(v); ok && (v != nil || p.goType.Kind() != reflect.Pointer) {
			s.values[name] = []string{text}
			return
		}
	}
	s.values[name] = []string{}
	s.bad[name] = v != nil
}

// jsonText is the text of a scalar. A text is needed where the value is one.
func (p *plan) jsonText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, p.kind != kindBool
	case json.Number:
		return v.String(), p.kind != kindBool && !(p.isText && p.kind == kindText)
	case bool:
		return strconv.FormatBool(v), p.kind == kindBool
	case nil:
		return "", p.kind != kindBool
	}
	return "", false
}

// Bind reads a request into a struct by the tags of its form and checks it, for views that answer programs:
//
//	var in Order
//	if err := forms.Bind(c, &in); err != nil {
//		return err
//	}
//
// The struct's values stand for what was not sent. The error is a [dewar.HTTPError] with [Errors] as its cause: 422,
// written as RFC 9457 with a JSON pointer for each field, or what reading the body failed with. On an error the struct
// is unchanged.
func Bind[T any](c *dewar.Context, into *T, o ...Options) error {
	options := Options{}
	if len(o) > 0 {
		options = o[0]
	}
	if options.From == nil {
		options.From = into
	}
	f := New[T](c, options)
	if !f.Submitted() {
		return &dewar.HTTPError{Code: http.StatusBadRequest, Detail: "Nothing was sent."}
	}
	if !f.Valid() {
		return f.Err()
	}
	*into = f.Data
	return nil
}

// Errors are the errors of a form as one error.
type Errors []Error

// Error names them.
func (e Errors) Error() string {
	list := make([]string, len(e))
	for i, x := range e {
		list[i] = strings.TrimPrefix(x.Error(), "forms: ")
	}
	return "forms: " + strings.Join(list, "; ")
}

// ProblemErrors is the member errors of the problem document (RFC 9457, section 3).
func (e Errors) ProblemErrors() any {
	type problem struct {
		Detail  string `json:"detail"`
		Pointer string `json:"pointer"`
		Code    string `json:"code"`
	}
	list := make([]problem, len(e))
	for i, x := range e {
		list[i] = problem{x.Text, "#" + x.Pointer(), x.Code}
	}
	return list
}

// Err returns what is wrong as an error for a view to return, nil when nothing is: a [dewar.HTTPError] of 422 with
// [Errors] as its cause.
func (f *Form) Err() error {
	list := Errors(f.Errors())
	if len(list) == 0 {
		return nil
	}
	detail := make([]string, len(list))
	for i, e := range list {
		detail[i] = e.Text
		if e.Field != "" {
			detail[i] = fmt.Sprintf("%s: %s", e.Field, e.Text)
		}
	}
	return &dewar.HTTPError{Code: http.StatusUnprocessableEntity, Detail: strings.Join(detail, " "), Err: list}
}
