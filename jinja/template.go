package jinja

import (
	"context"
	"io"
	"iter"

	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Run holds the input of a render. Names are looked up in Vars, then with Globals, then among the globals of the
// template and its environment.
type Run struct {
	// Vars are the variables: a map with string keys, a *Dict, or a struct whose fields are found by Go name, jinja or
	// json tag, and in snake_case. Default: none.
	Vars any
	// Globals returns a name that a template uses and Vars does not have. It is for what belongs to a request. Default:
	// none.
	Globals Resolver
	// Data is the result of State.Data, for Go functions. Default: nil.
	Data any
	// Ctx ends the render when it is done. It is checked every 1,024 iterations of a loop. Default: never.
	Ctx context.Context
}

// Resolver finds a variable by name.
type Resolver func(name string) (any, bool)

func (r *Run) core() *compile.Run {
	return &compile.Run{Vars: r.Vars, Globals: r.Globals, Data: r.Data, Ctx: r.Ctx}
}

// Template is a compiled template. It is safe for use by many goroutines.
type Template struct {
	env *Environment
	t   *compile.Template
}

// CompiledTemplate returns the compiled form, so that {% extends %} and {% include %} accept a Template as a value.
func (t *Template) CompiledTemplate() *compile.Template { return t.t }

// Name returns the name of the template, "" for a string.
func (t *Template) Name() string { return t.t.Name() }

// Source returns the source of the template.
func (t *Template) Source() string { return t.t.Source() }

// Blocks returns the names of the template's own blocks in order.
func (t *Template) Blocks() []string { return t.t.Blocks() }

// EscapeErrors finds outputs that cannot be escaped when the template is rendered as a page. It renders nothing.
// certain are errors in the template's own outputs, in the blocks it overrides, in the templates it includes and in the
// macros it calls, if constants name these templates. possible are those in macros that nothing in the template calls.
// They are errors only when the macro is shown between tags, and not within a script for instance.
func (t *Template) EscapeErrors() (certain, possible []*Error) { return t.t.EscapeErrors() }

// Environment returns the environment of the template.
func (t *Template) Environment() *Environment { return t.env }

// Render renders the template with vars and writes it to w with one Write. On an error nothing is written. The error is
// an *[Error], or that of w.
func (t *Template) Render(w io.Writer, vars any) error {
	return t.t.Write(w, &compile.Run{Vars: vars})
}

// RenderString renders the template with vars.
func (t *Template) RenderString(vars any) (string, error) {
	return t.t.String(&compile.Run{Vars: vars})
}

// RenderRun is Render with a Run.
func (t *Template) RenderRun(w io.Writer, r Run) error { return t.t.Write(w, r.core()) }

// Append appends the rendered template to buf. On an error it returns buf unchanged. Behind a buf with content nothing
// is written but the result. An empty buf is written to directly: all of its capacity is used, also when there is an
// error.
func (t *Template) Append(buf []byte, r Run) ([]byte, error) {
	// Set single fields: a composite literal is built on the side and copied, in pieces of another size than it was
	// written in, for which processors have to wait.
	var c compile.Run
	c.Vars, c.Globals, c.Data, c.Ctx = r.Vars, r.Globals, r.Data, r.Ctx
	return t.t.Append(buf, &c)
}

// Stream renders the template and writes it to w in pieces of a few kilobytes. On an error the part before it has been
// written.
func (t *Template) Stream(w io.Writer, r Run) error { return t.t.Stream(w, r.core()) }

// Generate yields the rendered template in pieces of a few kilobytes. A piece is valid until the next one. An error is
// the last element.
func (t *Template) Generate(r Run) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		stopped := false
		err := t.Stream(writer(func(p []byte) error {
			if stopped = !yield(p, nil); stopped {
				return io.ErrClosedPipe
			}
			return nil
		}), r)
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

type writer func(p []byte) error

func (w writer) Write(p []byte) (int, error) {
	if err := w(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Native renders a template of an environment with Options.Native. The result of a single output is its value. Several
// outputs are joined to a text. A text that is a Python literal becomes its value.
func (t *Template) Native(vars any) (Value, error) {
	return t.t.Native(&compile.Run{Vars: vars})
}

// Module runs the template and returns the macros and variables of its top level.
func (t *Template) Module(vars any) (*Module, error) {
	m, err := t.t.Module(&compile.Run{Vars: vars})
	if err != nil {
		return nil, err
	}
	return &Module{t, m}, nil
}

// Module holds the exported names of a template.
type Module struct {
	t *Template
	m *compile.Module
}

// Names returns the exported names in the order of their definition.
func (m *Module) Names() []string { return m.m.Names() }

// Get returns an exported value.
func (m *Module) Get(name string) (Value, bool) { return m.m.Attr(name) }

// Call calls an exported macro.
func (m *Module) Call(name string, args ...any) (Value, error) {
	a := Args{Pos: make([]Value, len(args))}
	for i, x := range args {
		a.Pos[i] = value.Of(x)
	}
	return m.t.t.CallMacro(m.m, name, &compile.Run{}, a)
}

// String returns what the top level of the template wrote.
func (m *Module) String() string { return m.m.String() }

// Expression is a compiled expression.
type Expression struct {
	x    *compile.Expression
	none bool
}

// Eval computes the expression.
func (x *Expression) Eval(vars any) (Value, error) {
	v, err := x.x.Eval(&compile.Run{Vars: vars})
	if err != nil {
		return Value{}, err
	}
	if x.none && v.IsUndefined() {
		return None, nil
	}
	return v, nil
}
