package compile

import (
	"context"
	"io"
	"reflect"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Run is what a template is rendered with. Names are looked up in Vars, then
// with Globals, then among the globals of the template and the environment.
type Run struct {
	Vars    any                           // a map with string keys, a *value.Dict or a struct
	Globals func(name string) (any, bool) // asked for a name when a template uses it; nil is none
	Data    any                           // for Go functions, State.Data
	Ctx     context.Context               // ends the render when it is done; nil is never
}

func (e *Env) acquire(r *Run) *renderer {
	rt, _ := e.pool.Get().(*renderer)
	if rt == nil {
		rt = &renderer{env: e}
	}
	rt.vars, rt.globals, rt.data, rt.ctx = r.Vars, r.Globals, r.Data, r.Ctx
	if _, ok := r.Vars.(map[string]any); !ok {
		rt.vars = plainVars(r.Vars)
	}
	rt.setMark()
	return rt
}

// plainVars turns the named map types of applications into the type that is
// looked up fastest.
func plainVars(vars any) any {
	switch v := vars.(type) {
	case nil, map[string]any, map[string]value.Value, *value.Dict, map[string]string:
		return vars
	case value.Value:
		return v.Any()
	}
	rv := reflect.ValueOf(vars)
	if rv.Kind() == reflect.Map && rv.Type().ConvertibleTo(reflect.TypeFor[map[string]any]()) {
		return rv.Convert(reflect.TypeFor[map[string]any]()).Interface()
	}
	return vars
}

// release puts a renderer back. It is not called when the render panicked.
func (e *Env) release(rt *renderer) {
	rt.vars, rt.globals, rt.data, rt.ctx, rt.w, rt.failed = nil, nil, nil, nil, nil, nil
	rt.flushed, rt.capture, rt.global, rt.depth, rt.work, rt.ticks = 0, 0, 0, 0, 0, 0
	rt.modules, rt.pins, rt.late, rt.spilled = nil, 0, nil, nil
	rt.forgetLeaf()
	rt.tag, rt.form = openTag{}, false
	if cap(rt.pos)+cap(rt.kws) > 0 {
		clear(rt.pos[:cap(rt.pos)])
		clear(rt.kws[:cap(rt.kws)])
		rt.pos, rt.kws = rt.pos[:0], rt.kws[:0]
	}
	if cap(rt.out) > maxKeptBuffer {
		rt.out = nil
	}
	rt.out = rt.out[:0]
	if len(rt.vals) > 0 {
		clear(rt.vals)
		rt.vals = rt.vals[:0]
	}
	e.pool.Put(rt)
}

func (t *Template) context() *scopeContext {
	return t.newContext(&scope{last: true, template: t})
}

// run renders the whole template in a context of its own.
func (t *Template) run(rt *renderer) error {
	ctx := rt.takeContext()
	ctx.own.last, ctx.own.template = true, t
	ctx.tmpl, ctx.scope, ctx.blocks, ctx.autoescape = t, &ctx.own, t.table, t.autoescape
	err := t.renderRoot(rt, ctx)
	if err == nil {
		rt.giveContext(ctx, 0)
		err = rt.settle()
	}
	return err
}

// finish gives an error of the whole render its place.
func (t *Template) finish(err error) error {
	if err == nil {
		return nil
	}
	if err == errBreak || err == errContinue {
		return nil
	}
	return t.at(err, ast.Pos{Lineno: 1})
}

// Append appends the rendered template to buf. On an error it returns buf as it was. An empty buf is written to
// directly, all of its capacity is used. Behind another buf nothing is written but the result.
func (t *Template) Append(buf []byte, r *Run) ([]byte, error) {
	rt := t.env.acquire(r)
	own := rt.out
	direct := len(buf) == 0 && cap(buf) > 0
	if direct {
		rt.out = buf
	}
	err := t.run(rt)
	switch {
	case err != nil:
	case direct:
		buf = rt.out
	default:
		buf = append(buf, rt.out...)
	}
	if direct {
		rt.out = own
	}
	t.env.release(rt)
	return buf, t.finish(err)
}

// String returns the rendered template.
func (t *Template) String(r *Run) (string, error) {
	rt := t.env.acquire(r)
	err := t.run(rt)
	var s string
	if err == nil {
		s = string(rt.out)
	}
	t.env.release(rt)
	return s, t.finish(err)
}

// Write renders the template into a buffer and writes it with one Write if
// there was no error.
func (t *Template) Write(w io.Writer, r *Run) error {
	rt := t.env.acquire(r)
	err := t.run(rt)
	if err == nil {
		_, werr := w.Write(rt.out)
		t.env.release(rt)
		return werr
	}
	t.env.release(rt)
	return t.finish(err)
}

// Stream renders the template into w piece by piece.
func (t *Template) Stream(w io.Writer, r *Run) error {
	rt := t.env.acquire(r)
	rt.w = w
	rt.setMark()
	err := t.run(rt)
	if err == nil {
		err = rt.flush(0)
	}
	t.env.release(rt)
	return t.finish(err)
}

// Native renders a template of a native environment to a value.
func (t *Template) Native(r *Run) (value.Value, error) {
	rt := t.env.acquire(r)
	err := t.run(rt)
	v := value.None
	if err == nil {
		v, err = nativeConcat(rt.vals)
	}
	t.env.release(rt)
	return v, t.finish(err)
}

// Module runs the template and returns what it exports.
func (t *Template) Module(r *Run) (*Module, error) {
	rt := t.env.acquire(r)
	m, err := t.makeModule(rt, &scope{last: true, template: t, locals: allVars(r.Vars)})
	t.env.release(rt)
	return m, t.finish(err)
}

// CallMacro calls an exported macro from Go.
func (t *Template) CallMacro(m *Module, name string, r *Run, a value.Args) (value.Value, error) {
	v, ok := m.get(name)
	if !ok {
		return value.Value{}, t.finish(value.Errorf("AttributeError", "the template %s does not export %s", m.repr(), pyRepr(name)))
	}
	rt := t.env.acquire(r)
	f := &frame{rt: rt, ctx: t.context(), unit: t.root}
	f.autoescape = f.ctx.autoescape
	out, err := f.Call(v, a)
	t.env.release(rt)
	return out, t.finish(err)
}

// Expression is a compiled expression.
type Expression struct {
	t *Template
}

// CompileExpression compiles an expression.
func (e *Env) CompileExpression(n ast.Expr, source string) (x *Expression, err error) {
	target := &ast.Name{Pos: ast.Pos{Lineno: 1}, Name: "result", Ctx: ast.Store}
	assign := &ast.Assign{Pos: ast.Pos{Lineno: 1}, Target: target, Node: n}
	t, err := e.Compile(&ast.Template{Pos: ast.Pos{Lineno: 1}, Body: []ast.Stmt{assign}}, "", source)
	if err != nil {
		return nil, err
	}
	return &Expression{t: t}, nil
}

// Eval computes the expression.
func (x *Expression) Eval(r *Run) (value.Value, error) {
	rt := x.t.env.acquire(r)
	ctx := x.t.context()
	err := x.t.renderRoot(rt, ctx)
	v, _ := find(ctx.vars, "result")
	x.t.env.release(rt)
	return v, x.t.finish(err)
}
