package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// Module is what a template exports, and what its top level wrote.
type Module struct {
	tmpl    *Template
	exports []binding
	body    string
	native  []value.Value
}

// makeModule runs the template in a scope.
func (t *Template) makeModule(rt *renderer, s *scope) (*Module, error) {
	return t.makeModuleIn(rt, s, nil)
}

// makeModuleIn is makeModule for an include in a place that is not between tags.
func (t *Template) makeModuleIn(rt *renderer, s *scope, at *place) (*Module, error) {
	ctx := t.newContext(s)
	m := &Module{tmpl: t}
	start := rt.begin()
	var err error
	if at != nil {
		err = t.renderRootIn(rt, ctx, at.site, at.want)
	} else {
		err = t.renderRoot(rt, ctx)
	}
	if err != nil {
		rt.abandon(start)
		return nil, err
	}
	if t.env.Native {
		m.native = append(m.native, rt.vals[start:]...)
		var text []byte
		for _, v := range m.native {
			more, err := value.AppendStr(text, v)
			if err != nil {
				break
			}
			text = more
		}
		m.body = string(text)
	} else {
		m.body = string(rt.out[start:])
	}
	rt.abandon(start)
	for _, name := range ctx.exported {
		if v, ok := ctx.assigned(name); ok {
			m.exports = append(m.exports, binding{name, v})
		}
	}
	return m, nil
}

// sharedModule is the module of an import without context. It is kept for
// all renders if it holds nothing that can change and its top level looked up
// no name, which another render may answer otherwise; else for this one.
func (t *Template) sharedModule(rt *renderer, from *scopeContext) (*Module, error) {
	if m := t.module.Load(); m != nil && t.missingGlobals(from) == nil {
		return m, nil
	}
	if m := rt.modules[t]; m != nil {
		return m, nil
	}
	before := rt.global
	s := &scope{last: true, noVars: true, template: t}
	extra := t.missingGlobals(from)
	if extra != nil {
		s = &scope{vars: extra, up: s}
	}
	m, err := t.makeModule(rt, s)
	if err != nil {
		return nil, err
	}
	if rt.global == before && extra == nil && m.shareable() {
		t.module.CompareAndSwap(nil, m)
		return m, nil
	}
	if rt.modules == nil {
		rt.modules = map[*Template]*Module{}
	}
	rt.modules[t] = m
	return m, nil
}

// missingGlobals returns the globals of the template that imports t which t
// does not have itself: an import sees them.
func (t *Template) missingGlobals(from *scopeContext) []binding {
	if from == nil {
		return nil
	}
	s := from.scope
	for !s.last {
		s = s.up
	}
	if s.template == nil {
		return nil
	}
	var extra []binding
	for name, v := range s.template.globals {
		if _, ok := t.globals[name]; !ok {
			extra = append(extra, binding{name, v})
		}
	}
	return extra
}

// shareable reports whether many renders may use the module at once.
func (m *Module) shareable() bool {
	for _, b := range m.exports {
		if !shareable(b.v, 0) {
			return false
		}
	}
	return true
}

func shareable(v value.Value, depth int) bool {
	switch v.Kind() {
	case value.KindUndefined, value.KindNone, value.KindBool, value.KindInt, value.KindBig, value.KindFloat,
		value.KindString, value.KindMarkup, value.KindFunc:
		return true
	case value.KindTuple:
		items, _ := v.Tuple()
		for _, x := range items {
			if !shareable(x, depth) {
				return false
			}
		}
		return true
	case value.KindObject:
		switch x := v.Any().(type) {
		case *Macro:
			return depth < 4 && shareableMacro(x, depth+1)
		case *Module:
			return x.tmpl.module.Load() == x
		}
	}
	return false
}

// shareableMacro looks at the variables that a macro sees. The macros of the
// same frame are not looked at again.
func shareableMacro(m *Macro, depth int) bool {
	ok := func(v value.Value) bool {
		if v.Kind() == value.KindObject {
			if other, isMacro := v.Any().(*Macro); isMacro && other.frame == m.frame {
				return true
			}
		}
		return shareable(v, depth)
	}
	for f := m.frame; f != nil; f = f.up {
		for _, v := range f.vars {
			if !ok(v) {
				return false
			}
		}
		for _, b := range f.ctx.vars {
			if !ok(b.v) {
				return false
			}
		}
	}
	return true
}

func (f *frame) writeModule(m *Module) error {
	if f.rt.env.Native {
		for _, v := range m.native {
			if err := f.rt.emit(v); err != nil {
				return err
			}
		}
		return nil
	}
	f.rt.out = append(f.rt.out, m.body...)
	return f.rt.written()
}

func (m *Module) get(name string) (value.Value, bool) {
	if v, ok := find(m.exports, name); ok {
		return v, true
	}
	if name == "__name__" {
		if m.tmpl.name == "" {
			return value.None, true
		}
		return value.String(m.tmpl.name), true
	}
	return value.Value{}, false
}

// Attr returns an exported name.
func (m *Module) Attr(name string) (value.Value, bool) { return m.get(name) }

// Names returns the exported names in the order of their definition.
func (m *Module) Names() []string {
	out := make([]string, len(m.exports))
	for i, b := range m.exports {
		out[i] = b.name
	}
	return out
}

// HTML is what the top level of the template wrote.
func (m *Module) HTML() markup.HTML { return markup.HTML(m.body) }

// String is what the top level of the template wrote.
func (m *Module) String() string { return m.body }

func (m *Module) repr() string {
	if m.tmpl.name == "" {
		return "None"
	}
	return pyRepr(m.tmpl.name)
}

// Repr is Python's repr.
func (m *Module) Repr() string { return "<TemplateModule " + m.repr() + ">" }

// TypeName is Python's name of the type.
func (*Module) TypeName() string { return "TemplateModule" }

// QualifiedTypeName is the name in messages about missing attributes.
func (*Module) QualifiedTypeName() string { return "jinja2.environment.TemplateModule" }
