package compile

import (
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// checkCall refuses what the sandbox must not call.
func (e *Env) checkCall(fn value.Value) error {
	safe := true
	if f, ok := fn.Function(); ok {
		safe = !f.Unsafe && !f.AltersData
	} else if fn.Kind() == value.KindObject {
		if g, ok := fn.Any().(value.CallGuard); ok {
			safe = g.SafeToCall()
		}
	}
	if safe && e.SafeCallable != nil {
		safe = e.SafeCallable(fn)
	}
	if safe {
		return nil
	}
	r, err := value.ReprOf(fn)
	if err != nil {
		return err
	}
	return value.NewError("SecurityError", r+" is not safely callable")
}

// sandboxAttr is SandboxedEnvironment.getattr.
func (e *Env) sandboxAttr(v value.Value, name string) (value.Value, error) {
	r, ok, err := e.safeAttr(v, name)
	if ok || err != nil {
		return r, err
	}
	if r, ok, err = value.GetItem(v, value.String(name)); ok && err == nil {
		return r, nil
	}
	return e.undefined(value.Undef{Obj: v, HasObj: true, Name: value.String(name)}), nil
}

// safeAttr returns an attribute that is safe, or an undefined value that
// raises SecurityError; ok is false if there is no such attribute.
func (e *Env) safeAttr(v value.Value, name string) (value.Value, bool, error) {
	r, ok := value.GetAttr(v, name)
	if !ok && !hasSpecial(v, name) {
		return value.Value{}, false, nil
	}
	if e.isSafeAttribute(v, name) {
		return r, true, nil
	}
	return e.undefined(value.Undef{
		Hint: "access to attribute " + pyRepr(name) + " of " + pyRepr(shortName(v)) + " object is unsafe.",
		Obj:  v, HasObj: true, Name: value.String(name), Class: "SecurityError",
	}), true, nil
}

// shortName is type(v).__name__: without the module.
func shortName(v value.Value) string {
	name := value.TypeName(v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

func (e *Env) isSafeAttribute(v value.Value, name string) bool {
	if strings.HasPrefix(name, "_") {
		return false
	}
	switch v.Kind() {
	case value.KindType:
		if name == "mro" {
			return false
		}
	case value.KindIterator, value.KindSeq:
		if name == "gi_frame" || name == "gi_code" {
			return false
		}
	}
	if e.Immutable && mutates(v, name) {
		return false
	}
	return e.SafeAttribute == nil || e.SafeAttribute(v, name)
}

// mutates is modifies_known_mutable.
func mutates(v value.Value, name string) bool {
	switch v.Kind() {
	case value.KindSet:
		switch name {
		case "add", "clear", "difference_update", "discard", "pop", "remove", "symmetric_difference_update", "update":
			return true
		}
	case value.KindDict, value.KindMap:
		switch name {
		case "clear", "pop", "popitem", "setdefault", "update":
			return true
		}
	case value.KindList, value.KindSlice:
		// Jinja's own list leaves out pop and clear before 3.1.5.
		switch name {
		case "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove":
			return true
		}
	}
	return false
}

// privates are the attributes of Jinja2's own objects that no template sees.
var privates = map[string][]string{
	"jinja2.runtime.LoopContext": {"_after", "_before", "_current", "_iterable", "_iterator", "_last_changed_value", "_length", "_peek_next",
		"_recurse", "_to_iterator", "_undefined"},
	"jinja2.runtime.Macro":          {"_argument_count", "_default_autoescape", "_environment", "_func", "_invoke"},
	"jinja2.runtime.BlockReference": {"_async_call", "_context", "_depth", "_stack"},
}

// hasSpecial reports whether a Python value of v's kind has the special
// attribute: the sandbox tells what is forbidden from what is missing.
func hasSpecial(v value.Value, name string) bool {
	if name == "mro" {
		return v.Kind() == value.KindType
	}
	if strings.HasPrefix(name, "_") && slices.Contains(privates[value.QualifiedTypeName(v)], name) {
		return true
	}
	if !strings.HasPrefix(name, "__") || !strings.HasSuffix(name, "__") || len(name) < 5 {
		return false
	}
	if value.TypeName(v) == "Namespace" {
		return name == "__class__" // it looks up all others in itself
	}
	switch name[2 : len(name)-2] {
	case "class", "delattr", "dir", "doc", "eq", "format", "ge", "getattribute", "gt", "hash", "init", "init_subclass", "le", "lt",
		"ne", "new", "reduce", "reduce_ex", "repr", "setattr", "sizeof", "str", "subclasshook", "getstate":
		return true
	case "bool", "float", "int", "neg", "pos", "sub", "truediv", "floordiv", "mod", "pow":
		return v.IsUndefined()
	case "contains", "iter", "len", "getitem":
		return v.IsUndefined() || value.IsIterable(v) && v.Kind() != value.KindIterator
	case "setitem", "delitem", "reversed":
		switch v.Kind() {
		case value.KindList, value.KindDict, value.KindMap, value.KindSlice:
			return true
		}
	case "add", "mul", "rmul":
		switch v.Kind() {
		case value.KindUndefined:
			return true
		case value.KindList, value.KindTuple, value.KindString, value.KindMarkup, value.KindInt, value.KindFloat, value.KindSlice:
			return true
		}
	case "dict", "module":
		switch v.Kind() {
		case value.KindObject, value.KindStruct, value.KindFunc, value.KindGoFunc:
			return true
		}
	case "call", "self", "name", "qualname", "func", "globals", "code", "closure", "defaults":
		return v.Kind() == value.KindFunc || v.Kind() == value.KindGoFunc || v.IsUndefined() && name == "__call__"
	}
	return false
}
