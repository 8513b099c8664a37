package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

func init() {
	kinds["render"] = templateDoor(renderTemplate)
	kinds["generate"] = templateDoor(renderTemplate)
	kinds["render_async"] = templateDoor(renderTemplate)
	kinds["compile"] = templateDoor(compileTemplate)
	kinds["get_template"] = templateDoor(getTemplate)
	kinds["expression"] = templateDoor(evalExpression)
}

// templateRequest has the fields that the kinds about templates share.
type templateRequest struct {
	Source          *string           `json:"source"`
	Name            *string           `json:"name"`
	Env             templateEnv       `json:"env"`
	Loader          map[string]string `json:"loader"`
	Globals         json.RawMessage   `json:"globals"`
	Context         json.RawMessage   `json:"context"`
	UndefinedToNone *bool             `json:"undefined_to_none"`

	environment *jinja.Environment
	vars        jinja.Value
	globals     map[string]any
}

// templateEnv holds Jinja's options by Jinja's names. A missing option has its default.
type templateEnv struct {
	BlockStart          string                     `json:"block_start_string"`
	BlockEnd            string                     `json:"block_end_string"`
	VariableStart       string                     `json:"variable_start_string"`
	VariableEnd         string                     `json:"variable_end_string"`
	CommentStart        string                     `json:"comment_start_string"`
	CommentEnd          string                     `json:"comment_end_string"`
	LineStatementPrefix *string                    `json:"line_statement_prefix"`
	LineCommentPrefix   *string                    `json:"line_comment_prefix"`
	TrimBlocks          bool                       `json:"trim_blocks"`
	LstripBlocks        bool                       `json:"lstrip_blocks"`
	NewlineSequence     string                     `json:"newline_sequence"`
	KeepTrailingNewline bool                       `json:"keep_trailing_newline"`
	Autoescape          json.RawMessage            `json:"autoescape"`
	Extensions          []jinja.Extension          `json:"extensions"`
	Undefined           string                     `json:"undefined"`
	Class               string                     `json:"class"`
	Policies            map[string]json.RawMessage `json:"policies"`
	I18n                []string                   `json:"i18n"`
	Escaping            string                     `json:"escaping"`
}

var undefinedModes = map[string]jinja.UndefinedMode{
	"Undefined":          jinja.Default,
	"ChainableUndefined": jinja.Chainable,
	"DebugUndefined":     jinja.Debug,
	"StrictUndefined":    jinja.Strict,
}

// options returns the options for package jinja.
func (e *templateEnv) options() (jinja.Options, error) {
	o := jinja.Options{
		BlockStart: e.BlockStart, BlockEnd: e.BlockEnd,
		VariableStart: e.VariableStart, VariableEnd: e.VariableEnd,
		CommentStart: e.CommentStart, CommentEnd: e.CommentEnd,
		TrimBlocks: e.TrimBlocks, LstripBlocks: e.LstripBlocks,
		NewlineSequence: e.NewlineSequence, KeepTrailingNewline: e.KeepTrailingNewline,
		Extensions: e.Extensions, Undefined: undefinedModes[e.Undefined],
		Native:    e.Class == "NativeEnvironment",
		Sandboxed: strings.HasSuffix(e.Class, "SandboxedEnvironment"),
		Immutable: e.Class == "ImmutableSandboxedEnvironment",
		Policies:  map[string]any{},
	}
	if e.LineStatementPrefix != nil {
		o.LineStatementPrefix = *e.LineStatementPrefix
	}
	if e.LineCommentPrefix != nil {
		o.LineCommentPrefix = *e.LineCommentPrefix
	}
	switch auto := strings.TrimSpace(string(e.Autoescape)); auto {
	case "", "false", "null":
	case "true":
		o.Autoescape = jinja.Always
	default: // select_autoescape
		o.Autoescape = jinja.SelectAutoescape()
	}
	for name, raw := range e.Policies {
		v, err := readValue(raw)
		if err != nil {
			return o, err
		}
		o.Policies[name] = v
	}
	for _, option := range e.I18n {
		if strings.Contains(option, "newstyle") {
			o.NewstyleGettext = true
		}
	}
	switch e.Escaping {
	case "", "jinja":
		o.Escaping = jinja.Compat
	case "contextual":
	case "strict":
		o.Escaping = jinja.StrictContext
	default:
		return o, errors.New("conform: escaping is jinja, contextual or strict")
	}
	return o, nil
}

// load reads what all kinds need.
func (q *templateRequest) load(raw json.RawMessage) error {
	if err := json.Unmarshal(raw, q); err != nil {
		return err
	}
	o, err := q.Env.options()
	if err != nil {
		return err
	}
	if q.Loader != nil {
		o.Loader = jinja.Map(q.Loader)
	}
	if q.environment, err = jinja.New(o); err != nil {
		return err
	}
	for _, option := range q.Env.I18n {
		if option == "null" {
			q.environment.InstallNullTranslations()
		}
	}
	if len(q.Globals) > 0 && string(q.Globals) != "null" {
		globals, err := readValue(q.Globals)
		if err != nil {
			return err
		}
		if d, ok := globals.Dict(); ok {
			q.globals = map[string]any{}
			for key, v := range d.All() {
				if name, ok := key.Str(); ok {
					q.globals[name] = v
				}
			}
		}
	}
	q.vars = jinja.NewDict().Value()
	if len(q.Context) > 0 && string(q.Context) != "null" {
		q.vars, err = readValue(q.Context)
	}
	return err
}

func templateDoor(door func(q *templateRequest) (any, error)) func(json.RawMessage) answer {
	return func(raw json.RawMessage) answer {
		var q templateRequest
		if err := q.load(raw); err != nil {
			return templateError(err)
		}
		output, err := door(&q)
		if err != nil {
			return templateError(err)
		}
		return answer{"output": output}
	}
}

// template compiles the source, or loads the template by name when there is none.
func (q *templateRequest) template() (*jinja.Template, error) {
	if q.Source != nil {
		return q.environment.FromStringWith(*q.Source, q.globals)
	}
	name := ""
	if q.Name != nil {
		name = *q.Name
	}
	return q.environment.GetTemplateWith(name, q.globals)
}

func renderTemplate(q *templateRequest) (any, error) {
	t, err := q.template()
	if err != nil {
		return nil, err
	}
	if q.Env.Class == "NativeEnvironment" {
		v, err := t.Native(q.vars)
		if err != nil {
			return nil, err
		}
		return writeValue(v)
	}
	return t.RenderString(q.vars)
}

func compileTemplate(q *templateRequest) (any, error) {
	_, err := q.template()
	return "", err
}

func getTemplate(q *templateRequest) (any, error) {
	q.Source = nil
	return compileTemplate(q)
}

func evalExpression(q *templateRequest) (any, error) {
	source := ""
	if q.Source != nil {
		source = *q.Source
	}
	x, err := q.environment.CompileExpression(source, q.UndefinedToNone == nil || *q.UndefinedToNone)
	if err != nil {
		return nil, err
	}
	v, err := x.Eval(q.vars)
	if err != nil {
		return nil, err
	}
	return writeValue(v)
}

// templateError answers with Jinja's exception. Only syntax errors have a line there.
func templateError(err error) answer {
	var e *jinja.Error
	if errors.As(err, &e) {
		a := answer{"exception": e.Class, "message": e.Message}
		if e.Class == "TemplateSyntaxError" || e.Class == "TemplateAssertionError" {
			a["lineno"] = e.Line
		}
		return a
	}
	var x *jinja.Exception
	if errors.As(err, &x) {
		return answer{"exception": x.Class, "message": x.Message}
	}
	return answer{"exception": "Exception", "message": err.Error()}
}
