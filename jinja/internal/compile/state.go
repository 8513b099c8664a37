package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// frame is the value.State of what is called from a template.
var _ value.State = (*frame)(nil)

// Autoescape reports whether output is escaped where the call stands.
func (f *frame) Autoescape() bool { return f.autoescape }

// Contextual reports whether outputs are escaped by their context where the call
// stands.
func (f *frame) Contextual() bool {
	return f.autoescape && f.rt.env.Contextual && (f.unit == nil || !f.unit.tmpl.compat)
}

// LinkSchemes are the schemes that links may have besides the usual ones.
func (f *frame) LinkSchemes() []string { return f.rt.env.LinkSchemes }

// Undefined returns an undefined value of the environment's type.
func (f *frame) Undefined(u value.Undef) value.Value { return f.rt.env.undefined(u) }

// Attr is environment.getattr. Its error, if any, ends the call that f was
// passed to.
func (f *frame) Attr(v value.Value, name string) value.Value {
	r, err := f.getattr(v, name)
	if err != nil {
		if f.rt.failed == nil {
			f.rt.failed = err
		}
		return value.Value{}
	}
	return r
}

// Item is environment.getitem.
func (f *frame) Item(v, key value.Value) (value.Value, error) {
	return f.property(f.rt.env.getitem(v, key))
}

// getattr is environment.getattr for an attribute that is not called.
func (f *frame) getattr(v value.Value, name string) (value.Value, error) {
	if env := f.rt.env; !env.Sandboxed {
		if m, ok := value.Property(f, v, name); ok {
			return f.result(m(f, v, value.Args{}))
		}
	}
	return f.property(f.rt.env.getattr(v, name))
}

// property is what an attribute reads as: the result of a Go method without
// arguments.
func (f *frame) property(v value.Value, err error) (value.Value, error) {
	if err != nil || v.Kind() != value.KindFunc {
		return v, err
	}
	if f.rt.env.Sandboxed {
		if err := f.rt.env.checkCall(v); err != nil && value.IsProperty(f, v) {
			return v, err
		}
	}
	return f.result(value.ReadProperty(f, v))
}

// result ends a call that failed in a State's method without an error.
func (f *frame) result(v value.Value, err error) (value.Value, error) {
	if f.rt.failed != nil && err == nil {
		err, f.rt.failed = f.rt.failed, nil
	}
	return v, err
}

// Call calls fn with the sandbox's rules.
func (f *frame) Call(fn value.Value, a value.Args) (value.Value, error) {
	env := f.rt.env
	if env.Sandboxed {
		if err := env.checkCall(fn); err != nil {
			return value.Value{}, err
		}
	}
	return f.result(value.Call(f, fn, a))
}

// Filter returns a filter of the environment.
func (f *frame) Filter(name string) (value.Filter, bool) { return f.rt.env.Filter(name) }

// Test returns a test of the environment.
func (f *frame) Test(name string) (value.Test, bool) { return f.rt.env.Test(name) }

// Policy returns a policy of the environment.
func (f *frame) Policy(name string) value.Value { return f.rt.env.Policy(name) }

// Resolve looks a name up in the context, names set in the running loop or
// block included.
func (f *frame) Resolve(name string) (value.Value, bool) {
	if v, ok := find(f.assigned, name); ok {
		return v, true
	}
	if f.ctx == nil {
		return f.rt.env.global(name)
	}
	return f.ctx.lookup(f.rt, name)
}

// Data returns what the renderer passed for Go functions.
func (f *frame) Data() any {
	f.rt.global++
	return f.rt.data
}

// Grow accounts work against the limits.
func (f *frame) Grow(n int) error { return f.rt.grow(n) }

// Sandboxed reports whether str.format must go through Attr and Item.
func (f *frame) Sandboxed() bool { return f.rt.env.Sandboxed }

// TemplateName returns the name of the running template.
func (f *frame) TemplateName() string {
	if f.unit == nil || f.unit.tmpl == nil {
		return ""
	}
	return f.unit.tmpl.name
}

// maxFolded bounds what a filter or operator makes when it is computed at compile
// time. What makes more is left to the render, where limits and deadlines hold.
const maxFolded = 1 << 18

func (rt *renderer) grow(n int) error {
	m := rt.env.Limits.Work
	if rt.folding && (m <= 0 || m > maxFolded) {
		m = maxFolded
	}
	if m <= 0 {
		return nil
	}
	if rt.work += n; rt.work > m || rt.work < 0 {
		return value.NewError("TemplateRuntimeError", "the template makes larger values than the environment allows")
	}
	return nil
}

// getattr is environment.getattr: attribute, then item, else undefined.
func (e *Env) getattr(v value.Value, name string) (value.Value, error) {
	if v.IsUndefined() && !(e.Sandboxed && hasSpecial(v, name)) {
		return undefinedAttr(v, name)
	}
	if e.Sandboxed {
		return e.sandboxAttr(v, name)
	}
	if r, ok := value.GetAttr(v, name); ok {
		return r, nil
	}
	if r, ok, err := value.GetItem(v, value.String(name)); ok && err == nil {
		return r, nil
	}
	return e.undefined(value.Undef{Obj: v, HasObj: true, Name: value.String(name)}), nil
}

// undefinedAttr is the attribute of an undefined value.
func undefinedAttr(v value.Value, name string) (value.Value, error) {
	if len(name) >= 4 && name[:2] == "__" && name[len(name)-2:] == "__" {
		// What Python's own types have; a subscript fails otherwise.
		if r, ok := value.GetAttr(v, name); ok {
			return r, nil
		}
	}
	u, _ := v.Undefined()
	if u.Mode == value.UndefChainable {
		return v, nil
	}
	return value.Value{}, u.Err()
}

// getitem is environment.getitem: item, then attribute, else undefined.
func (e *Env) getitem(v, key value.Value) (value.Value, error) {
	r, ok, err := value.GetItem(v, key)
	if ok {
		return r, nil
	}
	if err != nil && (v.IsUndefined() || !isLookupError(err)) {
		return value.Value{}, err
	}
	if name, isStr := key.Str(); isStr {
		if e.Sandboxed {
			if r, ok, err := e.safeAttr(v, name); ok || err != nil {
				return r, err
			}
		} else if r, ok := value.GetAttr(v, name); ok {
			return r, nil
		}
	}
	return e.undefined(value.Undef{Obj: v, HasObj: true, Name: key}), nil
}

// isLookupError reports whether environment.getitem takes the error for a
// missing item.
func isLookupError(err error) bool {
	e, ok := err.(*value.Error)
	if !ok {
		return false
	}
	switch e.Class {
	case "KeyError", "IndexError", "TypeError", "AttributeError", "LookupError":
		return true
	}
	return false
}
