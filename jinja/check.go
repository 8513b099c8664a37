package jinja

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/check"
	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/parse"
)

// Finding is what [Environment.Check] finds: a mistake in a template, or a place
// to look at in a review.
type Finding = check.Finding

// Severity is how much a finding matters.
type Severity = check.Severity

// The severities.
const (
	SeverityNote    = check.Note    // worth a look in a review: trusted output
	SeverityWarning = check.Warning // most likely a mistake; the template renders
	SeverityError   = check.Error   // the template, or a place in it, cannot render
)

// CheckRules says in a sentence what each rule of [Finding] finds, by its
// identifier.
func CheckRules() map[string]string { return maps.Clone(check.Rules) }

// URLCall is a call of the function that builds URLs, whose endpoint the
// template says.
type URLCall = check.URLCall

// URLArg is one of its named arguments.
type URLArg = check.URLArg

// CheckOptions say what [Environment.Check] looks at. The zero value checks
// every template that the loader lists, without their variables and URLs.
type CheckOptions struct {
	// Templates are the names of the templates to check. Default: all that the
	// loader lists.
	Templates []string
	// Match takes names out of what the loader lists. Default: nil, none.
	Match func(name string) bool
	// Vars says what a template is rendered with, by its name: a struct, a
	// pointer to one or its reflect.Type, whose fields and methods are the
	// names; a []string of names; or a map of names to samples of their values,
	// to types (reflect.Type) or to nil, which says nothing about the type. Of
	// typed values attributes are checked too, through loops and includes. A
	// template that is not in the map has its names left alone.
	Vars map[string]any
	// Types says what single variables of a template are, by its name and theirs: a
	// sample of the value, or its type (reflect.Type). Their attributes are checked;
	// of a template's other variables it says nothing.
	Types map[string]map[string]any
	// Names are seen by every template, besides the environment's globals.
	Names []string
	// Absent says why one of Names does not have an attribute, given as the path to
	// it (["request", "stream"]), "" when it may have it. Default: nil.
	Absent func(path []string) string
	// OpenNames says that templates may see other names, too: only attributes
	// are checked then.
	OpenNames bool
	// Rendered are the templates that are known to be rendered. Where it is not
	// nil, an error in a template that none of them is or names, through parents,
	// includes and imports, is a warning. Default: nil, and every template counts
	// as rendered.
	Rendered []string
	// URL judges the calls of URLFunction; its error is the finding's message.
	// Default: nil, and they are not looked at.
	URL func(URLCall) error
	// URLFunction is the function's name. Default: "url_for".
	URLFunction string
}

// Check finds mistakes without rendering: what does not compile, filters, tests
// and templates that do not exist, URLs that cannot be built, blocks that
// override nothing, names that an imported template does not define, arguments
// that a macro does not take, and names and attributes that Vars does not have.
// It notes every use of the filter safe and every {% autoescape false %}. Only
// what the source says is judged: a computed name is left alone.
//
// The findings are ordered by template, line and column. The error is about the
// check itself: a loader that cannot list, or Vars of a wrong type.
func (e *Environment) Check(o CheckOptions) ([]Finding, error) {
	names := o.Templates
	if names == nil {
		all, err := e.Templates()
		if err != nil {
			return nil, err
		}
		for _, name := range all {
			if o.Match == nil || o.Match(name) {
				names = append(names, name)
			}
		}
	}
	vars, err := checkVars(o.Vars)
	if err != nil {
		return nil, err
	}
	for name, types := range o.Types {
		v, declared := vars[name]
		v.Open = !declared
		v.Names = maps.Clone(v.Names)
		if v.Names == nil {
			v.Names = map[string]reflect.Type{}
		}
		for name, sample := range types {
			v.Names[name] = typeOfSample(sample)
		}
		vars[name] = v
	}
	if o.URLFunction == "" {
		o.URLFunction = "url_for"
	}
	globals := map[string]bool{}
	for _, name := range e.core.GlobalNames() {
		globals[name] = true
	}
	config := check.Config{
		Tree:     e.tree,
		Compile:  func(name string) error { _, err := e.GetTemplate(name); return err },
		Filter:   func(name string) bool { _, ok := e.core.Filter(name); return ok },
		Test:     func(name string) bool { _, ok := e.core.Test(name); return ok },
		Global:   func(name string) bool { return globals[name] },
		Filters:  e.core.FilterNames,
		Tests:    e.core.TestNames,
		Missing:  IsNotFound,
		Describe: describe, URLFunction: o.URLFunction, URL: o.URL,
		Names: o.Names, Absent: o.Absent, Open: o.OpenNames, Vars: vars, Strict: e.opt.Undefined == Strict,
	}
	found := append(check.Run(config, names), e.undecided(names)...)
	if o.Rendered != nil {
		check.Soften(config, found, o.Rendered)
	}
	return check.Sorted(found), nil
}

// undecided finds the outputs that cannot be escaped when the templates are rendered.
// One that others include or import is looked at where they show it.
func (e *Environment) undecided(names []string) (found []Finding) {
	all := names
	if listed, err := e.Templates(); err == nil {
		all = listed
	}
	pieces := map[string]bool{}
	for _, name := range all {
		if t, err := e.GetTemplate(name); err == nil {
			for _, piece := range t.t.Named() {
				if e.opt.JoinPath != nil {
					piece = e.opt.JoinPath(piece, name)
				}
				pieces[piece] = true
			}
		}
	}
	var pages, templates []*compile.Template
	for _, name := range names {
		t, err := e.GetTemplate(name)
		if err != nil {
			continue
		}
		templates = append(templates, t.t)
		if !pieces[name] {
			pages = append(pages, t.t)
		}
	}
	certain, possible := compile.Inspect(pages, templates)
	for _, err := range certain {
		found = append(found, Finding{
			Rule: check.UndecidedContext, Severity: SeverityError, Template: err.Name, Line: err.Line, Column: err.Column, Message: err.Message,
		})
	}
	for _, err := range possible {
		found = append(found, Finding{
			Rule: check.UndecidedContext, Severity: SeverityWarning, Template: err.Name, Line: err.Line, Column: err.Column, Message: err.Message,
			Hint: "no template calls the macro by its name; this is an error where it is shown between tags",
		})
	}
	return found
}

// tree parses the template that parent asks for.
func (e *Environment) tree(name, parent string) (*ast.Template, error) {
	if parent != "" && e.opt.JoinPath != nil {
		name = e.opt.JoinPath(name, parent)
	}
	if e.opt.Loader == nil {
		return nil, notFound(name)
	}
	// What is compiled already is not read again.
	if t, err := e.GetTemplate(name); err == nil {
		return parse.Parse(t.Source(), name, e.core.Lex, e.core.Extensions)
	}
	src, err := e.opt.Loader.Load(name)
	if err != nil {
		return nil, err
	}
	tree, err := parse.Parse(src.Text, name, e.core.Lex, e.core.Extensions)
	if err != nil {
		return nil, e.syntaxError(err, src.Text, name)
	}
	return tree, nil
}

// describe makes a finding of an error of loading or compiling.
func describe(err error) (rule, message string, line, column int) {
	rule, message = check.Syntax, err.Error()
	if IsNotFound(err) {
		rule = check.UnknownTemplate
	}
	var own *Error
	if errors.As(err, &own) {
		message, line, column = own.Message, own.Line, own.Column
		if own.Class == "EscapeError" {
			rule = check.UndecidedContext
		}
		if rule == check.UnknownTemplate {
			message = "there is no template " + fmt.Sprintf("%q", own.Message)
		}
	}
	return rule, message, line, column
}

// checkVars reads what the options say of variables.
func checkVars(all map[string]any) (map[string]check.Vars, error) {
	out := make(map[string]check.Vars, len(all))
	for name, x := range all {
		v, err := varsOf(x)
		if err != nil {
			return nil, fmt.Errorf("jinja: Check: the variables of %q: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func varsOf(x any) (v check.Vars, err error) {
	switch x := x.(type) {
	case []string:
		v.Names = make(map[string]reflect.Type, len(x))
		for _, name := range x {
			v.Names[name] = nil
		}
		return v, nil
	case map[string]any:
		v.Names = make(map[string]reflect.Type, len(x))
		for name, sample := range x {
			v.Names[name] = typeOfSample(sample)
		}
		return v, nil
	case nil:
		return v, nil
	}
	rt := typeOfSample(x)
	for rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if rt.Kind() != reflect.Struct {
		return v, fmt.Errorf("a %s is neither a struct nor a map of names nor a list of names", rt)
	}
	v.Struct = rt
	return v, nil
}

func typeOfSample(x any) reflect.Type {
	if rt, ok := x.(reflect.Type); ok {
		return rt
	}
	return reflect.TypeOf(x)
}
