package jinja

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/lex"
	"github.com/dewar-go/dewar/jinja/internal/parse"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// Options configure an [Environment]. The zero value is Jinja2's default
// environment without a loader: no autoescaping, Jinja's delimiters.
type Options struct {
	// Loader finds templates by name. Default: none, and only FromString works.
	Loader Loader
	// JoinPath returns the name to load for the name in a template and the name of that template. Default: the name as
	// it is.
	JoinPath func(name, parent string) string
	// AutoReload makes GetTemplate compile a template again when its loader says that it has changed. It is for
	// development. Default: false.
	AutoReload bool
	// Reloaded is called when AutoReload has compiled a template again, before the template is used. Default: none.
	Reloaded func(name string)
	// CacheSize is the greatest number of compiled templates that are kept. The least recently used one is dropped. 0
	// is no bound, -1 keeps none. Default: 0.
	CacheSize int

	// Autoescape returns by the name of a template ("" for a string) whether its outputs are escaped for HTML. See
	// [SelectAutoescape]. Default: nil, which escapes none, as in Jinja.
	Autoescape func(name string) bool

	// Escaping says how outputs are escaped where Autoescape is on: by their place in the document, or as Jinja2 does.
	// Default: [Contextual].
	Escaping Escaping
	// CompatTemplate returns by its name whether a template is escaped as with [Compat], whatever Escaping is. It is
	// for templates that were written for Jinja2 and are not ready yet. Values in their scripts, styles, URLs and
	// unquoted attributes can run as code. Default: none.
	CompatTemplate func(name string) bool
	// Nonce returns the nonce that the engine puts on the template's own scripts, styles and links to style sheets, or
	// "". It is not called for a template that writes a nonce itself. It is not called either for an element whose
	// address is an output, unless that is a [markup.ResourceURL] or a call of url_for. With [Compat] it is never
	// called. State.Data gives access to the request. Default: none.
	Nonce func(st State) (string, error)
	// OwnFiles says that the policy allows scripts and style sheets of the site itself ('self'), so that an element whose
	// address is a path of it ("/static/style.css") gets no nonce. A page without a nonce is the same for everybody: it
	// has an ETag and may be kept. Default: false.
	OwnFiles bool
	// FormField returns the hidden field that the engine puts into the template's own forms with method="post" whose
	// action is not on another site, or "". It is not called for a form that writes a token itself. Default: none.
	FormField func(st State) (markup.HTML, error)
	// SameSite reports whether the action of a form that names a host is on the same site. Default: none is.
	SameSite func(st State, url string) bool

	// LinkSchemes are schemes of an application, such as "myapp", that an address in a link may have besides the usual
	// ones (http, https, mailto, tel, …). They do not count for what runs or applies, such as scripts and style sheets. A
	// scheme that runs scripts or holds documents is an error of [New]. Default: none.
	LinkSchemes []string

	// Delimiters. Empty strings have Jinja's defaults.
	BlockStart, BlockEnd       string // "{%" and "%}"
	VariableStart, VariableEnd string // "{{" and "}}"
	CommentStart, CommentEnd   string // "{#" and "#}"
	// LineStatementPrefix begins a line that is a statement. LineCommentPrefix begins a comment up to the end of the
	// line. Default: none.
	LineStatementPrefix, LineCommentPrefix string
	// TrimBlocks removes the newline after a block tag. LstripBlocks removes the white space before a block tag that
	// begins its line. Default: false.
	TrimBlocks, LstripBlocks bool
	// KeepTrailingNewline keeps the newline at the end of a template. Default: false.
	KeepTrailingNewline bool
	// NewlineSequence replaces the newlines of the source: "\n", "\r\n" or "\r". Default: "\n".
	NewlineSequence string

	// Undefined is how missing names and attributes behave. Default: [Default].
	Undefined UndefinedMode
	// UndefinedLog is called when an undefined value is printed, iterated, tested or fails, as Jinja's logging
	// undefined type does. Default: none.
	UndefinedLog func(message string)

	// Extensions turns extensions of Jinja on. Default: none.
	Extensions []Extension
	// Tags are custom tags by name. Default: none.
	Tags map[string]Tag
	// NewstyleGettext makes the functions of the i18n extension put in the variables of messages themselves. Default:
	// false.
	NewstyleGettext bool

	// Finalize is a Go function that every printed value passes through. Default: none.
	Finalize any
	// Globals are names that every template sees beside those of Jinja. Default: none.
	Globals map[string]any
	// Policies are Jinja's policies by name, such as "truncate.leeway". The filter tojson refuses what Python's
	// json.dumps refuses, dates too, unless json.dumps_kwargs has a function as its "default". Default: Jinja's.
	Policies map[string]any

	// Sandboxed refuses private attributes, unsafe functions and large ranges. Immutable also refuses to change lists,
	// sets and mappings. Together with Limits they are for templates of strangers. Default: false.
	Sandboxed, Immutable bool
	// SafeAttribute and SafeCallable return false for further attributes and functions that the sandbox refuses.
	// Default: none.
	SafeAttribute func(v Value, name string) bool
	SafeCallable  func(v Value) bool
	// Limits bound what one render may use. Default: none but the depth of recursion.
	Limits Limits

	// Native makes templates return values: see [Template.Native]. Default: false.
	Native bool
	// NoOptimize turns constant folding off. Default: false.
	NoOptimize bool
}

// Escaping says how outputs are escaped where Autoescape is on.
type Escaping uint8

// The ways to escape. The package comment says what each place needs.
const (
	// Contextual escapes by the place of an output in the document. In text, quoted attributes and allowed addresses
	// the bytes are those of Jinja2.
	Contextual Escaping = iota
	// StrictContext is Contextual that accepts only a typed address where the browser runs or applies what it loads
	// (scripts, style sheets, frames, objects): a [markup.ResourceURL] or a result of url_for.
	StrictContext
	// Compat escapes Jinja2's five characters in every place. A value in a script, a style, a URL or an unquoted
	// attribute can then run as code.
	Compat
)

// UndefinedMode is how undefined values behave.
type UndefinedMode = value.UndefMode

// The behaviours of undefined values.
const (
	Default   = value.UndefDefault   // prints nothing, is empty and false; all else fails
	Chainable = value.UndefChainable // its attributes and items are undefined too
	Debug     = value.UndefDebug     // prints itself as {{ name }}
	Strict    = value.UndefStrict    // only the tests defined and undefined work
)

// Extension is an extension of Jinja. Jinja's dotted names ("jinja2.ext.do") are accepted too.
type Extension string

// The extensions.
const (
	ExtensionI18n         Extension = "i18n"         // trans, pluralize, gettext
	ExtensionDo           Extension = "do"           // do
	ExtensionLoopControls Extension = "loopcontrols" // break, continue
	ExtensionDebug        Extension = "debug"        // debug
)

// Limits bound what one render may use. A limit of 0 is none, except that of Recursion, which is 1,000.
type Limits = compile.Limits

// Environment holds templates and what they see. Add filters, tests and globals first; then many goroutines may use it.
type Environment struct {
	opt   Options
	core  *compile.Env
	cache *cache
}

// New returns an environment. It fails when an option is not valid.
func New(o Options) (*Environment, error) {
	e := &Environment{opt: o, core: compile.NewEnv(builtin.Filters, builtin.Tests, builtin.Globals()), cache: newCache(o.CacheSize)}
	if err := e.configure(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Environment) configure() error {
	o, c := &e.opt, e.core
	c.Lex = lex.Options{
		BlockStart: o.BlockStart, BlockEnd: o.BlockEnd, VariableStart: o.VariableStart, VariableEnd: o.VariableEnd,
		CommentStart: o.CommentStart, CommentEnd: o.CommentEnd,
		LineStatementPrefix: o.LineStatementPrefix, LineCommentPrefix: o.LineCommentPrefix,
		TrimBlocks: o.TrimBlocks, LstripBlocks: o.LstripBlocks,
		KeepTrailingNewline: o.KeepTrailingNewline, NewlineSequence: o.NewlineSequence,
	}
	d := c.Lex.Defaults()
	if d.BlockStart == d.VariableStart || d.BlockStart == d.CommentStart || d.VariableStart == d.CommentStart {
		return errors.New("jinja: block, variable and comment start strings must be different")
	}
	switch o.NewlineSequence {
	case "", "\n", "\r\n", "\r":
	default:
		return errors.New(`jinja: Options.NewlineSequence must be "\n", "\r\n" or "\r"`)
	}
	c.Autoescape, c.Undefined, c.UndefLog = o.Autoescape, o.Undefined, o.UndefinedLog
	c.Contextual, c.Strict = o.Escaping != Compat, o.Escaping == StrictContext
	c.Compat = o.CompatTemplate
	c.LinkSchemes = nil
	for _, s := range o.LinkSchemes {
		if !context.IsLinkScheme(s) {
			return fmt.Errorf("jinja: LinkSchemes: %q is no scheme of links: write its name without the colon; javascript and data are none", s)
		}
		c.LinkSchemes = append(c.LinkSchemes, strings.ToLower(s))
	}
	c.Nonce, c.SameSite, c.OwnFiles, c.FormField = o.Nonce, o.SameSite, o.OwnFiles, nil
	if o.FormField != nil {
		c.FormField = func(st State) (string, error) {
			field, err := o.FormField(st)
			return string(field), err
		}
	}
	c.Sandboxed, c.Immutable, c.Native = o.Sandboxed || o.Immutable, o.Immutable, o.Native
	c.SafeAttribute, c.SafeCallable = o.SafeAttribute, o.SafeCallable
	c.Limits, c.NoOptimize = o.Limits, o.NoOptimize
	if o.Loader != nil {
		c.Load = e.load
	}
	c.Extensions.Tags = o.Tags
	for _, x := range o.Extensions {
		if err := e.extend(x); err != nil {
			return err
		}
	}
	if o.Finalize != nil {
		f := value.Of(o.Finalize)
		if !value.IsCallable(f) {
			return fmt.Errorf("jinja: Options.Finalize is a %T, not a function", o.Finalize)
		}
		takesState := takesState(o.Finalize)
		c.ConstFinalize = !takesState
		c.Finalize = func(st State, a Args) (Value, error) { return value.Call(st, f, a) }
	}
	c.SetPolicy("truncate.leeway", value.Int(5))
	c.SetPolicy("urlize.rel", value.String("noopener"))
	c.SetPolicy("urlize.target", value.None)
	c.SetPolicy("urlize.extra_schemes", value.None)
	c.SetPolicy("ext.i18n.trimmed", value.False)
	c.SetPolicy("newline_sequence", value.String(cmp.Or(o.NewlineSequence, "\n"))) // for the filter wordwrap
	for name, v := range o.Policies {
		c.SetPolicy(name, value.Of(v))
		if name == "ext.i18n.trimmed" && c.Extensions.I18n != nil {
			c.Extensions.I18n.Trimmed = value.Truth(value.Of(v))
		}
	}
	if c.Sandboxed {
		c.SetGlobal("range", value.NewFunc("safe_range", safeRange))
	}
	for name, v := range o.Globals {
		if err := e.AddGlobal(name, v); err != nil {
			return err
		}
	}
	return nil
}

// maxRange is the length of the longest range in a sandbox.
const maxRange = 100000

func safeRange(st State, a Args) (Value, error) {
	if len(a.Kw) > 0 {
		return Value{}, value.Errorf("TypeError", "safe_range() got an unexpected keyword argument '%s'", a.Kw[0].Name)
	}
	v, err := builtin.Range(st, a)
	if err != nil {
		return v, err
	}
	if r, ok := v.Range(); ok && r.Len() > maxRange {
		return Value{}, value.Errorf("OverflowError", "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d).", maxRange)
	}
	return v, nil
}

func (e *Environment) extend(x Extension) error {
	name := strings.TrimPrefix(string(x), "jinja2.ext.")
	switch Extension(name) {
	case ExtensionI18n, "InternationalizationExtension":
		e.core.Extensions.I18n = &parse.I18n{Newstyle: e.opt.NewstyleGettext}
		e.core.SetGlobal("_", builtin.GettextAlias)
	case ExtensionDo, "ExprStmtExtension":
		e.core.Extensions.Do = true
	case ExtensionLoopControls, "LoopControlExtension":
		e.core.Extensions.LoopControls = true
	case ExtensionDebug, "DebugExtension":
		e.core.Extensions.Debug = true
	case "autoescape", "with_", "AutoEscapeExtension", "WithExtension":
		// part of the language since Jinja 2.9
	default:
		return fmt.Errorf("jinja: unknown extension %q", string(x))
	}
	return nil
}

// Overlay returns an environment with the filters, tests and globals that e has now, and with options that change
// edits. It has its own cache.
func (e *Environment) Overlay(change func(o *Options)) (*Environment, error) {
	o := e.opt
	o.Extensions = slices.Clone(o.Extensions)
	change(&o)
	n := &Environment{opt: o, core: e.core.Overlay(), cache: newCache(o.CacheSize)}
	n.core.Extensions = parse.Extensions{}
	n.core.Finalize = nil
	if err := n.configure(); err != nil {
		return nil, err
	}
	return n, nil
}

// AddFilter adds a filter. f is a Go function whose first argument is the filtered value and whose others are those of
// the filter. A [State] may stand before them, and an error may be the last result. A [Filter] is called without
// conversions.
func (e *Environment) AddFilter(name string, f any) error {
	switch f := f.(type) {
	case Filter:
		e.core.SetFilter(name, f)
		return nil
	case func(State, Value, Args) (Value, error):
		e.core.SetFilter(name, f)
		return nil
	}
	fn, err := goFunc("filter", name, f)
	if err != nil {
		return err
	}
	e.core.SetFilter(name, func(st State, v Value, a Args) (Value, error) {
		return value.Call(st, fn, value.Args{Pos: append([]Value{v}, a.Pos...), Kw: a.Kw})
	})
	return nil
}

// AddTest adds a test, as AddFilter adds a filter. The truth of its result is the result of the test.
func (e *Environment) AddTest(name string, f any) error {
	switch f := f.(type) {
	case Test:
		e.core.SetTest(name, f)
		return nil
	case func(State, Value, Args) (bool, error):
		e.core.SetTest(name, f)
		return nil
	}
	fn, err := goFunc("test", name, f)
	if err != nil {
		return err
	}
	e.core.SetTest(name, func(st State, v Value, a Args) (bool, error) {
		r, err := value.Call(st, fn, value.Args{Pos: append([]Value{v}, a.Pos...), Kw: a.Kw})
		if err != nil {
			return false, err
		}
		return value.TruthErr(r)
	})
	return nil
}

// AddGlobal adds a name that every template sees. v is any Go value. A function may take a [State] first, and keyword
// arguments as an [Args], a map[string]any or a *Dict last.
func (e *Environment) AddGlobal(name string, v any) error {
	switch v := v.(type) {
	case Value:
		e.core.SetGlobal(name, v)
	case Func:
		e.core.SetGlobal(name, value.NewFunc(name, v))
	case func(State, Args) (Value, error):
		e.core.SetGlobal(name, value.NewFunc(name, v))
	default:
		e.core.SetGlobal(name, value.Of(v))
	}
	return nil
}

// RemoveGlobal removes a global name.
func (e *Environment) RemoveGlobal(name string) { e.core.DeleteGlobal(name) }

// SetPolicy sets one of Jinja's policies.
func (e *Environment) SetPolicy(name string, v any) { e.core.SetPolicy(name, value.Of(v)) }

// Filters returns the names of the filters, sorted.
func (e *Environment) Filters() []string { return sorted(e.core.FilterNames()) }

// Tests returns the names of the tests, sorted.
func (e *Environment) Tests() []string { return sorted(e.core.TestNames()) }

// Globals returns the names of the global variables, sorted.
func (e *Environment) Globals() []string { return sorted(e.core.GlobalNames()) }

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

func goFunc(what, name string, f any) (Value, error) {
	if v, ok := f.(Value); ok && value.IsCallable(v) {
		return v, nil
	}
	t := reflect.TypeOf(f)
	if t == nil || t.Kind() != reflect.Func {
		return Value{}, fmt.Errorf("jinja: %s %q is a %T, not a function", what, name, f)
	}
	if t.NumOut() == 0 {
		return Value{}, fmt.Errorf("jinja: %s %q returns nothing", what, name)
	}
	return value.Of(f), nil
}

func takesState(f any) bool {
	t := reflect.TypeOf(f)
	return t != nil && t.Kind() == reflect.Func && t.NumIn() > 0 && t.In(0) == reflect.TypeFor[State]()
}

// FromString compiles a template without a name.
func (e *Environment) FromString(source string) (*Template, error) {
	return e.compile(source, "")
}

func (e *Environment) compile(source, name string) (*Template, error) {
	return e.compileFor(nil, source, name)
}

func (e *Environment) compileFor(parent *compile.Template, source, name string) (*Template, error) {
	tree, err := parse.Parse(source, name, e.core.Lex, e.core.Extensions)
	if err != nil {
		return nil, e.syntaxError(err, source, name)
	}
	t, err := e.core.CompileFor(parent, tree, name, source)
	if err != nil {
		return nil, err
	}
	return &Template{env: e, t: t}, nil
}

func (e *Environment) syntaxError(err error, source, name string) error {
	var p *parse.Error
	if errors.As(err, &p) {
		return &Error{Class: p.Class, Message: p.Message, Line: p.Line, Column: p.Column, Name: name, Source: source}
	}
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	return &Error{Class: "TemplateSyntaxError", Message: err.Error(), Name: name, Source: source, Err: err}
}

// CompileExpression compiles a single expression. undefinedToNone makes an undefined result None.
func (e *Environment) CompileExpression(source string, undefinedToNone bool) (*Expression, error) {
	n, err := parse.Expression(source, e.core.Lex)
	if err != nil {
		return nil, e.syntaxError(err, source, "")
	}
	x, err := e.core.CompileExpression(n, source)
	if err != nil {
		return nil, err
	}
	return &Expression{x, undefinedToNone}, nil
}
