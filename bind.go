package dewar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/scan"
	"github.com/dewar-go/dewar/internal/werkzeug"
)

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
// as it is. Fields may be strings, booleans, numbers, time.Duration, time.Time,
// types that implement encoding.TextUnmarshaler, slices of these and pointers to
// them; a json field may be anything encoding/json decodes. A pointer is for a
// value that may be left out: an empty text makes it nil, unless it is one to a
// string. A time is written as in RFC 3339, or as browsers send dates
// ("2026-01-02", "2026-01-02T15:04"); the tag format has another layout, Go's or
// strptime's:
//
//	Born *time.Time `form:"born" format:"02.01.2006"`
//
// Embedded structs are filled
// too; an embedded pointer that is nil gets a struct when a value is for it.
// Bind may be called several times in a request, as by a hook and by the view:
// the body is kept. For a body that is no object see [Context.BindJSON].
//
// The error is an [HTTPError] with [BindErrors] as its cause, one for each value
// that does not fit: 400 for these, 413 for a body past its limit, 415 when json fields are
// asked for and the body is of another type.
func (c *Context) Bind(into any) error {
	into, strict := isStrict(into)
	return c.bind(into, strict)
}

// BindJSON decodes the whole body into what into points to: a slice, a map, a
// struct by the rules of the app's [JSONProvider] alone. Its errors are those of
// [Context.Bind]; into may be half filled then.
//
//	var orders []Order
//	if err := c.BindJSON(&orders); err != nil {
//		return err
//	}
func (c *Context) BindJSON(into any) error {
	into, strict := isStrict(into)
	return c.decodeJSON(into, strict)
}

// Strict makes [Context.Bind] and [Context.BindJSON] refuse a JSON body with
// fields that the struct does not have:
//
//	err := c.Bind(dewar.Strict(&in))
func Strict(into any) any { return strict{into} }

type strict struct{ into any }

func isStrict(into any) (any, bool) {
	if s, ok := into.(strict); ok {
		return s.into, true
	}
	return into, false
}

func (c *Context) bind(into any, strict bool) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("dewar: Bind(%T): a pointer to a struct is needed; BindJSON takes a pointer to anything", into))
	}
	plan := bindPlanOf(v.Elem().Type())
	var bad BindErrors
	if plan.json != nil {
		err := c.bindJSON(v.Elem(), plan, strict)
		if !errors.As(err, &bad) && err != nil {
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
		err = scan.Layout(f.layout).Values(scan.FieldAt(v.Elem(), f.index), values)
		if kind, ok := errors.AsType[*scan.TypeError](err); ok {
			panic("dewar: Bind: " + kind.Error())
		}
		if err != nil {
			bad = append(bad, newBindError(f.source, f.name, err))
		}
	}
	if len(bad) > 0 {
		return bad.answer()
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
		c.state.set(clientRead)
		var values []string
		for _, v := range c.r.Header.Values(name) {
			values = append(values, werkzeug.Text(v))
		}
		return values, nil
	case "cookie":
		c.state.set(cookieRead)
		if v, ok := werkzeug.Cookie(c.r.Header["Cookie"], name); ok {
			if werkzeug.HasNUL(v) {
				return nil, badBind("cookie", name, errNUL)
			}
			return []string{v}, nil
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
		if _, several := errors.AsType[*json.UnmarshalTypeError](err); several {
			return c.jsonErrors(plan.json).answer()
		}
		return err
	}
	for i, index := range plan.jsonFields {
		if _, err := to.FieldByIndexErr(index); err == nil || !decoded.Elem().Field(i).IsZero() {
			scan.FieldAt(to, index).Set(decoded.Elem().Field(i))
		}
	}
	return nil
}

// jsonErrors finds every field of a struct that its value in the body does not fit:
// encoding/json tells the first alone.
func (c *Context) jsonErrors(t reflect.Type) (bad BindErrors) {
	for i := range t.NumField() {
		f := t.Field(i)
		one := reflect.New(reflect.StructOf([]reflect.StructField{f}))
		if err := c.app.cfg.JSON.Unmarshal(c.json.data, one.Interface(), false); err != nil {
			bad = append(bad, newBindError("json", "", err))
		}
	}
	return bad
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
	if !c.isJSON() {
		return &HTTPError{Code: http.StatusUnsupportedMediaType, Detail: "The body must be JSON (Content-Type: application/json)."}
	}
	data, err := c.jsonData()
	if err != nil {
		return err
	}
	if err := c.app.cfg.JSON.Unmarshal(data, into, strict); err != nil {
		return badBind("json", "", err)
	}
	return nil
}

// jsonData is the body as JSON has it, read when nobody has.
func (c *Context) jsonData() ([]byte, error) {
	if c.json == nil {
		body := new(jsonBody)
		if body.err = c.plainBody(); body.err == nil {
			body.data, body.err = io.ReadAll(c.r.Body)
			if body.data = werkzeug.JSON(body.data); !utf8.Valid(body.data) {
				body.data = []byte(werkzeug.Text(string(body.data)))
			}
		}
		c.json = body
	}
	if c.json.err != nil {
		return nil, bodyError(c.json.err)
	}
	if werkzeug.JSONHasNUL(c.json.data) {
		return nil, badBind("json", "", errNUL)
	}
	return c.json.data, nil
}

// isJSON reports whether the body's type is JSON: Flask's request.is_json.
func (c *Context) isJSON() bool {
	kind, _ := c.contentType()
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
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
	layout       string // of a date
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
		if err := scan.Reach(t, f.Index); err != nil {
			panic("dewar: Bind: " + err.Error())
		}
		if source != "json" {
			layout := f.Tag.Get("format")
			if layout != "" && !scan.IsTime(f.Type) {
				panic(fmt.Sprintf("dewar: Bind: field %s of %v has a format, which is for time.Time alone", f.Name, t))
			}
			p.fields = append(p.fields, bindField{f.Index, source, name, layout})
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
		name, options = f.Name, strings.Trim(options+","+anyCase, ",")
	}
	return reflect.StructTag(fmt.Sprintf("json:%q", strings.TrimSuffix(name+","+options, ",")))
}
