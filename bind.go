package dewar

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/dewar-go/dewar/internal/scan"
)

// A BindError says which value of the request did not fit.
type BindError struct {
	// Source is path, query, form, json, header or cookie, and Name the value's
	// name there.
	Source, Name string
	// Reason is a sentence for the client: it never holds the value.
	Reason string
	Err    error
}

// Error names source, name and reason.
func (e *BindError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("dewar: bind %s: %s", e.Source, e.Reason)
	}
	return fmt.Sprintf("dewar: bind %s %q: %s", e.Source, e.Name, e.Reason)
}

// Unwrap returns the cause.
func (e *BindError) Unwrap() error { return e.Err }

// Bind fills a struct from the request. Each field says where its value comes
// from, and comes from nowhere else:
//
//	var in struct {
//		ID    int      `path:"id"`
//		Page  int      `query:"page"`
//		Tags  []string `query:"tag"`      // every tag=… of the query
//		Title string   `form:"title"`
//		Body  string   `json:"body"`      // the body is a JSON object
//		Trace string   `header:"X-Trace"`
//		Theme string   `cookie:"theme"`
//	}
//	if err := c.Bind(&in); err != nil {
//		return err
//	}
//
// A field without one of these tags is left alone: nothing of the request
// reaches what the program did not name. A value that is absent leaves its field
// as it is. Fields may be strings, booleans, numbers, time.Duration, types that
// implement encoding.TextUnmarshaler, slices of these and pointers to them; a
// json field may be anything encoding/json decodes. Embedded structs are filled
// too; an embedded pointer that is nil gets a struct when a value is for it.
// Bind may be called several times in a request, as by a hook and by the view:
// the body is kept. For a body that is no object see [Context.BindJSON].
//
// The error is an [HTTPError] with a [BindError] as its cause: 400 for a value
// that does not fit, 413 for a body past its limit, 415 when json fields are
// asked for and the body is of another type.
func (c *Context) Bind(into any) error { return c.bind(into, false) }

// BindStrict is Bind, and refuses a JSON body with fields that the struct does
// not have.
func (c *Context) BindStrict(into any) error { return c.bind(into, true) }

// BindJSON decodes the whole body into what into points to: a slice, a map, a
// struct by the rules of the app's [JSONProvider] alone. Its errors are those of
// [Context.Bind]; into may be half filled then.
//
//	var orders []Order
//	if err := c.BindJSON(&orders); err != nil {
//		return err
//	}
func (c *Context) BindJSON(into any) error { return c.decodeJSON(into, false) }

// BindJSONStrict is BindJSON, and refuses objects with fields that their structs
// do not have.
func (c *Context) BindJSONStrict(into any) error { return c.decodeJSON(into, true) }

func (c *Context) bind(into any, strict bool) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("dewar: Bind(%T): a pointer to a struct is needed; BindJSON takes a pointer to anything", into))
	}
	plan := bindPlanOf(v.Elem().Type())
	if plan.json != nil {
		if err := c.bindJSON(v.Elem(), plan, strict); err != nil {
			return err
		}
	}
	for _, f := range plan.fields {
		values, err := c.boundValues(f.source, f.name)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			continue
		}
		err = scan.Values(fieldAt(v.Elem(), f.index), values)
		if kind, ok := errors.AsType[*scan.TypeError](err); ok {
			panic("dewar: Bind: " + kind.Error())
		}
		if err != nil {
			return badBind(f.source, f.name, err)
		}
	}
	return nil
}

// boundValues finds the texts of one value. The body is parsed only when a
// form field asks for it.
func (c *Context) boundValues(source, name string) ([]string, error) {
	switch source {
	case "path":
		if i, ok := c.match.Index(name); ok {
			return []string{c.match.Str(i)}, nil
		}
	case "query":
		return c.QueryValues()[name], nil
	case "form":
		form, err := c.FormValues()
		return form[name], err
	case "header":
		return c.r.Header.Values(name), nil
	case "cookie":
		if cookie, err := c.r.Cookie(name); err == nil {
			return []string{cookie.Value}, nil
		}
	}
	return nil, nil
}

// bindJSON decodes the body into a copy and takes from it the fields that are
// the body's: a field tagged path or cookie is not the body's to set.
func (c *Context) bindJSON(to reflect.Value, plan *bindPlan, strict bool) error {
	decoded := reflect.New(plan.json)
	for i, index := range plan.jsonFields {
		// What the body does not have stays as it is.
		if f, err := to.FieldByIndexErr(index); err == nil {
			decoded.Elem().Field(i).Set(f)
		}
	}
	if err := c.decodeJSON(decoded.Interface(), strict); err != nil {
		return err
	}
	for i, index := range plan.jsonFields {
		if _, err := to.FieldByIndexErr(index); err == nil || !decoded.Elem().Field(i).IsZero() {
			fieldAt(to, index).Set(decoded.Elem().Field(i))
		}
	}
	return nil
}

// jsonBody is a body that was read as JSON: its bytes, or why there are none.
type jsonBody struct {
	data []byte
	err  error
}

// decodeJSON decodes the body, reading it when nobody has.
func (c *Context) decodeJSON(into any, strict bool) error {
	if v := reflect.ValueOf(into); v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("dewar: BindJSON(%T): a pointer is needed", into))
	}
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return &HTTPError{Code: http.StatusUnsupportedMediaType, Detail: "The body must be JSON (Content-Type: application/json)."}
	}
	if c.json == nil {
		body := new(jsonBody)
		if body.err = c.plainBody(); body.err == nil {
			body.data, body.err = io.ReadAll(c.r.Body)
		}
		c.json = body
	}
	if c.json.err != nil {
		return bodyError(c.json.err)
	}
	if err := c.app.cfg.JSON.Unmarshal(c.json.data, into, strict); err != nil {
		return badBind("json", "", err)
	}
	return nil
}

// fieldAt finds a field, making the embedded structs on the way to it.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}

func badBind(source, name string, err error) error {
	e := &BindError{Source: source, Name: name, Reason: reasonOf(err), Err: err}
	detail := e.Reason
	if name != "" {
		detail = fmt.Sprintf("%s %q: %s", source, name, e.Reason)
	}
	return &HTTPError{Code: http.StatusBadRequest, Detail: detail, Err: e}
}

// bindPlan is what the tags of a struct type say, read once.
type bindPlan struct {
	fields []bindField
	// json is a struct type with the json fields alone, nil without any.
	json       reflect.Type
	jsonFields [][]int
}

type bindField struct {
	index        []int
	source, name string
}

var bindPlans sync.Map // reflect.Type to *bindPlan

func bindPlanOf(t reflect.Type) *bindPlan {
	if p, ok := bindPlans.Load(t); ok {
		return p.(*bindPlan)
	}
	p := &bindPlan{}
	var jsonFields []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		source, name, n := "", "", 0
		for _, s := range []string{"path", "query", "form", "header", "cookie", "json"} {
			if tag, ok := f.Tag.Lookup(s); ok {
				source, name = s, tag
				n++
			}
		}
		switch {
		case n == 0:
			continue
		case n > 1 && source == "json":
			// A json tag beside another says how the struct is written, not
			// where the value comes from.
			for _, s := range []string{"path", "query", "form", "header", "cookie"} {
				if tag, ok := f.Tag.Lookup(s); ok {
					source, name = s, tag
				}
			}
		case n > 1:
			panic(fmt.Sprintf("dewar: Bind: field %s of %v has more than one source", f.Name, t))
		}
		for n := 1; n < len(f.Index); n++ {
			if e := t.FieldByIndex(f.Index[:n]); e.Type.Kind() == reflect.Pointer && !e.IsExported() {
				panic(fmt.Sprintf("dewar: Bind: %v embeds a pointer to the unexported %s, which cannot be filled; embed the struct itself", t, e.Name))
			}
		}
		if source != "json" {
			p.fields = append(p.fields, bindField{f.Index, source, name})
			continue
		}
		if name == "-" {
			continue
		}
		p.jsonFields = append(p.jsonFields, f.Index)
		jsonFields = append(jsonFields, reflect.StructField{Name: "F" + strconv.Itoa(len(jsonFields)), Type: f.Type, Tag: jsonTag(f)})
	}
	if len(jsonFields) > 0 {
		p.json = reflect.StructOf(jsonFields)
	}
	actual, _ := bindPlans.LoadOrStore(t, p)
	return actual.(*bindPlan)
}

// jsonTag names a field as encoding/json would.
func jsonTag(f reflect.StructField) reflect.StructTag {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		name = f.Name
	}
	return reflect.StructTag(fmt.Sprintf("json:%q", strings.TrimSuffix(name+","+options, ",")))
}

// reasonOf says in a sentence what is wrong, without the value.
func reasonOf(err error) string {
	if text, ok := errors.AsType[*scan.Error](err); ok {
		return text.Reason
	}
	return jsonReason(err)
}
