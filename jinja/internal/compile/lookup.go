package compile

import (
	"slices"

	"reflect"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// binding is a name with its value.
type binding struct {
	name string
	v    value.Value
}

func find(bs []binding, name string) (value.Value, bool) {
	for i := len(bs) - 1; i >= 0; i-- {
		if bs[i].name == name {
			return bs[i].v, true
		}
	}
	return value.Value{}, false
}

func put(bs []binding, name string, v value.Value) []binding {
	for i := range bs {
		if bs[i].name == name {
			bs[i].v = v
			return bs
		}
	}
	return appendBinding(bs, name, v)
}

// appendBinding fills the place of a binding: one that is copied there has to be
// read in other pieces than it was written in, for which processors have to wait.
func appendBinding(bs []binding, name string, v value.Value) []binding {
	n := len(bs)
	if n == cap(bs) {
		return append(bs, binding{name, v})
	}
	bs = bs[:n+1]
	b := &bs[n]
	b.name, b.v = name, v
	return bs
}

// scopeContext is Jinja's Context: what a template sees by name. The names that
// its top level assigns are in vars, all else in the chain of scopes.
type scopeContext struct {
	tmpl       *Template
	vars       []binding
	exported   []string
	index      map[string]int  // of vars, when they are many
	public     map[string]bool // the exported ones, when they are many
	scope      *scope
	blocks     *blockTable
	autoescape bool // where the template starts
	own        scope
	origin     *scopeContext // whose block this is the scope of, nil for none
}

// evaluatesAs reports whether the two share Jinja2's evaluation context: one is
// the other, or the scope of a block in it.
func (c *scopeContext) evaluatesAs(other *scopeContext) bool {
	return c == other || c.whole() == other.whole()
}

func (c *scopeContext) whole() *scopeContext {
	if c.origin != nil {
		return c.origin
	}
	return c
}

// scope is an immutable layer of names below a context.
type scope struct {
	locals []binding // local names of the place of an include or scoped block
	vars   []binding // top-level names of the context around it
	up     *scope

	// of the last layer alone
	last     bool
	noVars   bool // a module imported without context does not see the variables
	template *Template
}

// lookup finds a name: the context's own assignments first, then the scopes.
func (c *scopeContext) lookup(rt *renderer, name string) (value.Value, bool) {
	if len(c.vars) > 0 {
		if v, ok := c.assigned(name); ok {
			return v, true
		}
	}
	return c.scope.lookup(rt, name)
}

// plainVars is the map of variables where names are looked up there first, nil
// elsewhere.
func (c *scopeContext) plainVars(rt *renderer) map[string]any {
	if len(c.vars) > 0 || !c.scope.last || c.scope.noVars {
		return nil
	}
	vars, _ := rt.vars.(map[string]any)
	return vars
}

func (s *scope) lookup(rt *renderer, name string) (value.Value, bool) {
	for ; !s.last; s = s.up {
		if v, ok := find(s.locals, name); ok {
			return v, true
		}
		if v, ok := find(s.vars, name); ok {
			return v, true
		}
	}
	if !s.noVars {
		if v, ok := lookupVar(rt.vars, name); ok {
			return v, true
		}
	}
	rt.global++
	if rt.globals != nil {
		if x, ok := rt.globals(name); ok {
			return value.Of(x), true
		}
	}
	if s.template != nil {
		if v, ok := s.template.globals[name]; ok {
			return v, true
		}
	}
	return rt.env.global(name)
}

// lookupVar finds a name in what a template was rendered with.
func lookupVar(vars any, name string) (value.Value, bool) {
	switch vars := vars.(type) {
	case nil:
		return value.Value{}, false
	case map[string]any:
		x, ok := vars[name]
		if !ok {
			return value.Value{}, false
		}
		return value.Of(x), true
	case map[string]value.Value:
		v, ok := vars[name]
		return v, ok
	case *value.Dict:
		return vars.GetString(name)
	case map[string]string:
		s, ok := vars[name]
		if !ok {
			return value.Value{}, false
		}
		return value.String(s), true
	}
	v := value.Of(vars)
	if v.IsMapping() {
		r, ok, err := value.GetItem(v, value.String(name))
		return r, ok && err == nil
	}
	return value.GetAttr(v, name)
}

// allVars returns every name the caller passed, for debug and Module.
func allVars(vars any) []binding {
	v := value.Of(vars)
	var out []binding
	switch {
	case vars == nil:
	case v.IsMapping():
		it, err := value.Iterate(v)
		if err != nil {
			return nil
		}
		for {
			k, ok, err := it.Next()
			if !ok || err != nil {
				break
			}
			if name, isStr := k.Str(); isStr {
				if x, ok := lookupVar(vars, name); ok {
					out = append(out, binding{name, x})
				}
			}
		}
	default:
		rt := reflect.TypeOf(vars)
		for rt.Kind() == reflect.Pointer {
			rt = rt.Elem()
		}
		if rt.Kind() != reflect.Struct {
			break
		}
		for _, field := range reflect.VisibleFields(rt) {
			if field.IsExported() && !field.Anonymous {
				if x, ok := value.GetAttr(v, field.Name); ok {
					out = append(out, binding{field.Name, x})
				}
			}
		}
	}
	return out
}

// inner returns a scope of the locals over what the context sees now.
func (c *scopeContext) inner(locals []binding) *scope {
	if len(c.vars) == 0 && len(locals) == 0 {
		return c.scope
	}
	return &scope{locals: locals, vars: append([]binding(nil), c.vars...), up: c.scope}
}

// takeContext returns an empty context for as long as giveContext is not
// called.
func (rt *renderer) takeContext() *scopeContext {
	if n := len(rt.ctxs); n > 0 {
		c := rt.ctxs[n-1]
		rt.ctxs = rt.ctxs[:n-1]
		return c
	}
	return new(scopeContext)
}

// giveContext takes back a context, unless something was pinned since pins.
func (rt *renderer) giveContext(c *scopeContext, pins int) {
	if rt.pins != pins {
		return
	}
	if len(c.vars)+len(c.own.locals)+len(c.own.vars) > 0 {
		clear(c.vars)
		clear(c.own.locals)
		clear(c.own.vars)
	}
	// Field by field: faster than assigning a new value of this size.
	c.tmpl, c.scope, c.blocks, c.autoescape, c.origin = nil, nil, nil, false, nil
	c.vars, c.exported = c.vars[:0], c.exported[:0]
	if c.index != nil || c.public != nil {
		c.index, c.public = nil, nil
	}
	own := &c.own
	own.locals, own.vars, own.up = own.locals[:0], own.vars[:0], nil
	own.last, own.noVars, own.template = false, false, nil
	rt.ctxs = append(rt.ctxs, c)
}

// enterScope makes n see what c sees, with the locals of f's place on top.
func (n *scopeContext) enterScope(f *frame, c *scopeContext, locals func(*frame, []binding) []binding) {
	n.own.locals = locals(f, n.own.locals[:0])
	if len(c.vars) == 0 && len(n.own.locals) == 0 {
		n.scope = c.scope
		return
	}
	n.own.vars = append(n.own.vars[:0], c.vars...)
	n.own.up = c.scope
	n.scope = &n.own
}

// manyNames is how many names of a top level are looked for one by one. Beyond,
// a template with many of them would take the square of their number.
const manyNames = 32

func (c *scopeContext) set(name string, v value.Value) {
	if len(c.vars) < manyNames {
		c.vars = put(c.vars, name, v)
		return
	}
	if c.index == nil {
		c.index = make(map[string]int, 2*manyNames)
		for i := range c.vars {
			c.index[c.vars[i].name] = i
		}
	}
	i, ok := c.index[name]
	if !ok {
		i = len(c.vars)
		c.index[name] = i
		c.vars = append(c.vars, binding{name: name})
	}
	c.vars[i].v = v
}

// assigned returns a name that the top level has assigned.
func (c *scopeContext) assigned(name string) (value.Value, bool) {
	if c.index == nil {
		return find(c.vars, name)
	}
	if i, ok := c.index[name]; ok {
		return c.vars[i].v, true
	}
	return value.Value{}, false
}

func (c *scopeContext) export(name string) {
	if len(c.exported) < manyNames {
		if !slices.Contains(c.exported, name) {
			c.exported = append(c.exported, name)
		}
		return
	}
	if c.public == nil {
		c.public = make(map[string]bool, 2*manyNames)
		for _, n := range c.exported {
			c.public[n] = true
		}
	}
	if !c.public[name] {
		c.public[name] = true
		c.exported = append(c.exported, name)
	}
}

func (c *scopeContext) unexport(name string) {
	delete(c.public, name)
	for i, n := range c.exported {
		if n == name {
			c.exported = append(c.exported[:i], c.exported[i+1:]...)
			return
		}
	}
}

// names calls f for each visible name, inner ones first, without what the
// environment's resolver may know.
func (c *scopeContext) names(rt *renderer, f func(name string, v value.Value)) {
	seen := map[string]bool{}
	add := func(bs []binding) {
		for _, b := range bs {
			if !seen[b.name] {
				seen[b.name] = true
				f(b.name, b.v)
			}
		}
	}
	add(c.vars)
	s := c.scope
	for ; !s.last; s = s.up {
		add(s.locals)
		add(s.vars)
	}
	if !s.noVars {
		add(allVars(rt.vars))
	}
	if s.template != nil {
		for name, v := range s.template.globals {
			add([]binding{{name, v}})
		}
	}
	for name, v := range rt.env.globals.all() {
		add([]binding{{name, v}})
	}
}
