package compile

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// getTemplate is environment.get_template: v is a name or a template.
func (e *Env) getTemplate(v value.Value, parent *Template) (*Template, error) {
	if t, ok := templateOf(v); ok {
		return t, nil
	}
	if e.Load == nil {
		return nil, value.NewError("TypeError", "no loader for this environment specified")
	}
	if name, ok := v.Str(); ok {
		return e.Load(name, parent)
	}
	if u, ok := v.Undefined(); ok {
		return nil, u.Err()
	}
	if _, err := value.Hash(v); err != nil {
		return nil, err
	}
	s, err := value.StrOf(v)
	if err != nil {
		return nil, err
	}
	return e.Load(s, parent)
}

// Templater is implemented by values that stand for a template.
type Templater interface{ CompiledTemplate() *Template }

func templateOf(v value.Value) (*Template, bool) {
	switch v.Kind() {
	case value.KindObject, value.KindStruct:
		if t, ok := v.Any().(Templater); ok {
			return t.CompiledTemplate(), true
		}
	}
	return nil, false
}

// selectTemplate is environment.select_template.
func (e *Env) selectTemplate(v value.Value, parent *Template) (*Template, error) {
	if u, ok := v.Undefined(); ok {
		return nil, u.Err()
	}
	ok, err := value.TruthErr(v)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &Error{Class: "TemplatesNotFound", Message: "Tried to select from an empty list of templates."}
	}
	items, err := value.Collect(v)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, item := range items {
		t, err := e.getTemplate(item, parent)
		if err == nil {
			return t, nil
		}
		if !isNotFound(err) && !isUndefinedError(err) {
			return nil, err
		}
		if u, ok := item.Undefined(); ok {
			names = append(names, u.Message())
		} else if s, err := value.StrOf(item); err == nil {
			names = append(names, s)
		}
	}
	return nil, TemplatesNotFound(names)
}

// TemplatesNotFound is the error for a list of templates none of which exists.
func TemplatesNotFound(names []string) *Error {
	return &Error{Class: "TemplatesNotFound", Names: names,
		Message: "none of the templates given were found: " + strings.Join(names, ", ")}
}

func isUndefinedError(err error) bool {
	switch e := err.(type) {
	case *value.Error:
		return e.Class == "UndefinedError"
	case *Error:
		return e.Class == "UndefinedError"
	}
	return false
}

// getOrSelect is environment.get_or_select_template.
func (e *Env) getOrSelect(v value.Value, parent *Template) (*Template, error) {
	if v.IsString() || v.IsUndefined() {
		return e.getTemplate(v, parent)
	}
	if t, ok := templateOf(v); ok {
		return t, nil
	}
	return e.selectTemplate(v, parent)
}

func (c *compiler) include(n *ast.Include, fr *scopeFrame) stmt {
	x := c.expr(n.Template, fr)
	t := c.tmpl
	find := c.env.getOrSelect
	switch n := n.Template.(type) {
	case *ast.Const:
		if _, ok := n.Value.(string); ok {
			find = c.env.getTemplate
		}
	case *ast.Tuple, *ast.List:
		find = c.env.selectTemplate
	}
	ignore := n.IgnoreMissing
	var locals func(*frame, []binding) []binding
	if n.WithContext {
		locals = c.locals(fr)
	}
	if n.WithContext || ignore { // a loop in a try statement, an except clause
		inner := fr.inner()
		c.pythonBlock(n, inner)
		c.pythonBlock(n, inner)
	}
	at := c.placeOf(n)
	spills := locals == nil && fr.buffered && !c.tracking
	c.spills = c.spills || spills
	return func(f *frame) error {
		v, err := x(f)
		if err != nil {
			return t.at(err, n)
		}
		inc, err := find(v, t)
		if err != nil {
			if ignore && isNotFound(err) {
				return nil
			}
			return t.via(t.at(err, n), "include", n.Line())
		}
		if locals == nil {
			var m *Module
			var err error
			if at != nil {
				m, err = inc.makeModuleIn(f.rt, &scope{last: true, noVars: true, template: inc}, at)
			} else {
				m, err = inc.sharedModule(f.rt, nil)
			}
			if err == nil && spills {
				f.spill(m)
			} else if err == nil {
				err = f.writeModule(m)
			}
			if err != nil {
				return t.via(t.at(err, n), "include", n.Line())
			}
			return nil
		}
		pins := f.rt.pins
		ctx := f.rt.takeContext()
		ctx.tmpl, ctx.blocks, ctx.autoescape = inc, inc.table, inc.autoescape
		ctx.enterScope(f, f.ctx, locals)
		if f.rt.depth >= f.rt.env.Limits.recursion() {
			return t.at(tooDeep(), n)
		}
		if at != nil {
			err = inc.renderRootIn(f.rt, ctx, at.site, at.want)
		} else {
			err = inc.renderRoot(f.rt, ctx)
		}
		if err != nil {
			return t.via(t.at(err, n), "include", n.Line())
		}
		f.rt.giveContext(ctx, pins)
		return nil
	}
}

// newContext is a context of the template over a scope.
func (t *Template) newContext(s *scope) *scopeContext {
	return &scopeContext{tmpl: t, scope: s, blocks: t.table, autoescape: t.autoescape}
}

func (c *compiler) importedModule(template ast.Expr, withContext bool, fr *scopeFrame) func(f *frame) (*Module, error) {
	x := c.expr(template, fr)
	t := c.tmpl
	var locals func(*frame, []binding) []binding
	if withContext {
		locals = c.locals(fr)
	}
	return func(f *frame) (*Module, error) {
		v, err := x(f)
		if err != nil {
			return nil, err
		}
		imp, err := f.rt.env.getTemplate(v, t)
		if err != nil {
			return nil, err
		}
		if locals != nil {
			return imp.makeModule(f.rt, f.ctx.inner(locals(f, nil)))
		}
		return imp.sharedModule(f.rt, f.ctx)
	}
}

func (c *compiler) importStmt(n *ast.Import, fr *scopeFrame) stmt {
	module := c.importedModule(n.Template, n.WithContext, fr)
	id, _ := fr.sym.findRef(n.Target)
	i := fr.fn.declare(id)
	toplevel, name := fr.toplevel, n.Target
	t := c.tmpl
	return func(f *frame) error {
		m, err := module(f)
		if err != nil {
			return t.via(t.at(err, n), "import", n.Line())
		}
		v := value.Of(m)
		f.vars[i] = v
		if toplevel {
			f.ctx.set(name, v)
			f.ctx.unexport(name)
		}
		return nil
	}
}

func (c *compiler) fromImport(n *ast.FromImport, fr *scopeFrame) stmt {
	module := c.importedModule(n.Template, n.WithContext, fr)
	slots := make([]int, len(n.Names))
	for i, name := range n.Names {
		id, _ := fr.sym.findRef(name.As)
		slots[i] = fr.fn.declare(id)
	}
	toplevel, position := fr.toplevel, c.position(n)
	t := c.tmpl
	return func(f *frame) error {
		m, err := module(f)
		if err != nil {
			return t.via(t.at(err, n), "import", n.Line())
		}
		for i, name := range n.Names {
			v, ok := m.get(name.Name)
			if !ok {
				v = f.rt.env.undefinedHint("the template "+m.repr()+" (imported on "+position+
					") does not export the requested name "+pyRepr(name.Name), name.Name)
			}
			f.vars[slots[i]] = v
		}
		if toplevel {
			for i, name := range n.Names {
				f.ctx.set(name.As, f.vars[slots[i]])
				if !strings.HasPrefix(name.As, "_") {
					f.ctx.unexport(name.As)
				}
			}
		}
		return nil
	}
}
