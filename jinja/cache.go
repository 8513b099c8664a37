package jinja

import (
	"container/list"
	"sync"

	"github.com/dewar-go/dewar/jinja/internal/compile"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// cache holds compiled templates by name.
type cache struct {
	size int      // greatest number of templates; 0 is unbounded, negative keeps none
	all  sync.Map // *Template by name, when the size is unbounded
	mu   sync.Mutex
	m    map[string]*list.Element // when the size is bounded
	used list.List                // *Template, the last used first
}

func newCache(size int) *cache { return &cache{size: size, m: map[string]*list.Element{}} }

func (c *cache) get(name string) *Template {
	if c.size < 0 {
		return nil
	}
	if c.size == 0 {
		if t, ok := c.all.Load(name); ok {
			return t.(*Template)
		}
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[name]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*Template)
}

// put stores t in place of replace and returns it. When another template was stored meanwhile, it returns that one.
func (c *cache) put(name string, t *Template, replace *Template) *Template {
	if c.size < 0 {
		return t
	}
	if c.size == 0 {
		if replace != nil {
			c.all.CompareAndSwap(name, replace, t)
		}
		have, _ := c.all.LoadOrStore(name, t)
		return have.(*Template)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.m[name]; e != nil {
		if have := e.Value.(*Template); have != replace {
			return have
		}
		e.Value = t
		return t
	}
	c.m[name] = c.used.PushFront(t)
	for c.used.Len() > c.size {
		last := c.used.Back()
		delete(c.m, c.used.Remove(last).(*Template).Name())
	}
	return t
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all.Clear()
	clear(c.m)
	c.used.Init()
}

// ClearCache forgets every compiled template.
func (e *Environment) ClearCache() { e.cache.clear() }

// GetTemplate returns the template with the name. It is compiled once. The error has class TemplateNotFound when there
// is no such template.
func (e *Environment) GetTemplate(name string) (*Template, error) {
	return e.getTemplate(name, nil)
}

// getTemplate is GetTemplate for the template parent, or for Go code when parent is nil.
func (e *Environment) getTemplate(name string, parent *compile.Template) (*Template, error) {
	old := e.cache.get(name)
	if old != nil && (!e.opt.AutoReload || old.upToDate()) {
		return old, nil
	}
	if e.opt.Loader == nil {
		return nil, &Error{Class: "TypeError", Message: "no loader for this environment specified"}
	}
	src, err := e.opt.Loader.Load(name)
	if err != nil {
		if _, ok := err.(*Error); !ok && IsNotFound(err) {
			err = notFound(name)
		}
		return nil, err
	}
	t, err := e.compileFor(parent, src.Text, name)
	if err != nil {
		return nil, err
	}
	t.t.UpToDate = src.UpToDate
	t = e.cache.put(name, t, old)
	if old != nil && e.opt.Reloaded != nil {
		e.opt.Reloaded(name)
	}
	return t, nil
}

func (t *Template) upToDate() bool { return t.t.UpToDate == nil || t.t.UpToDate() }

// SelectTemplate returns the first of the templates that exists. The error has class TemplatesNotFound when none does.
func (e *Environment) SelectTemplate(names ...string) (*Template, error) {
	if len(names) == 0 {
		return nil, &Error{Class: "TemplatesNotFound", Message: "Tried to select from an empty list of templates."}
	}
	for _, name := range names {
		t, err := e.GetTemplate(name)
		if err == nil || !IsNotFound(err) {
			return t, err
		}
	}
	return nil, compile.TemplatesNotFound(names)
}

// GetTemplateWith is GetTemplate with further global names for this template. The result is not cached.
func (e *Environment) GetTemplateWith(name string, globals map[string]any) (*Template, error) {
	t, err := e.GetTemplate(name)
	if err != nil || len(globals) == 0 {
		return t, err
	}
	own, err := e.compile(t.Source(), name)
	if err != nil {
		return nil, err
	}
	own.t.SetGlobals(values(globals))
	return own, nil
}

// FromStringWith is FromString with further global names for this template.
func (e *Environment) FromStringWith(source string, globals map[string]any) (*Template, error) {
	t, err := e.FromString(source)
	if err == nil {
		t.t.SetGlobals(values(globals))
	}
	return t, err
}

func values(m map[string]any) map[string]Value {
	out := make(map[string]Value, len(m))
	for k, v := range m {
		out[k] = value.Of(v)
	}
	return out
}

// load returns the template that include, import or extends names.
func (e *Environment) load(name string, parent *compile.Template) (*compile.Template, error) {
	if e.opt.JoinPath != nil {
		name = e.opt.JoinPath(name, parent.Name())
	}
	t, err := e.getTemplate(name, parent)
	if err != nil {
		return nil, err
	}
	return t.t, nil
}
