package flaskobjects

import "github.com/dewar-go/dewar/jinja"

// G is g in templates: the request's keyed values.
type G objects

// Attr gives g.name, and its methods get, pop and setdefault.
func (g *G) Attr(name string) (jinja.Value, bool) {
	if v, ok := g.src.G(name); ok {
		return jinja.ValueOf(v), true
	}
	switch name {
	case "get", "pop", "setdefault":
	default:
		return jinja.Value{}, false
	}
	return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
		missing := jinja.None
		if name == "pop" {
			missing = jinja.Value{}
		}
		in, err := args.Bind(name, jinja.Param{Name: "name", Required: true}, jinja.Param{Name: "default", Default: missing})
		if err != nil {
			return jinja.None, err
		}
		key, _ := in[0].Str()
		v, ok := g.Item(in[0])
		switch {
		case ok && name == "pop":
			g.src.DropG(key)
		case !ok && in[1].IsUndefined():
			text, _ := jinja.Repr(in[0])
			return jinja.None, jinja.NewException("KeyError", text)
		case !ok:
			if v = in[1]; name == "setdefault" {
				g.src.SetG(key, v)
			}
		}
		return v, nil
	}), true
}

// Item gives g['name'].
func (g *G) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	v, ok := g.src.G(name)
	return jinja.ValueOf(v), ok
}

// Contains gives 'name' in g.
func (g *G) Contains(x jinja.Value) (bool, error) {
	_, ok := g.Item(x)
	return ok, nil
}

// Iterate goes through the names.
func (g *G) Iterate() (jinja.Iterator, error) {
	var list []jinja.Value
	for _, name := range g.src.GNames() {
		list = append(list, jinja.String(name))
	}
	return jinja.Iterate(jinja.NewList(list...))
}

// Repr is what Python prints.
func (g *G) Repr() string {
	name, _ := jinja.Repr(jinja.String(g.src.AppName()))
	return "<flask.g of " + name + ">"
}

// TypeName is what messages call it.
func (g *G) TypeName() string { return "_AppCtxGlobals" }
