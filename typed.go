package dewar

import (
	"fmt"
	"reflect"

	"github.com/dewar-go/dewar/routing"
)

// A TypedRoute is a route whose variables have Go types. To makes a target of
// it from exactly these: with
//
//	user := dewar.Get1(app, "/users/<int:id>", showUser)
//
// user.To(42) is a target, and user.To("x") does not compile. The other methods
// are [Route]'s.
type TypedRoute[To any] struct {
	route *Route
	// To makes a [Target] of values for the rule's own variables, in order.
	To To
}

// Name is [Route.Name].
func (t *TypedRoute[To]) Name(name string) *TypedRoute[To] { t.route.Name(name); return t }

// Defaults is [Route.Defaults].
func (t *TypedRoute[To]) Defaults(v map[string]any) *TypedRoute[To] { t.route.Defaults(v); return t }

// Host is [Route.Host].
func (t *TypedRoute[To]) Host(host string) *TypedRoute[To] { t.route.Host(host); return t }

// Subdomain is [Route.Subdomain].
func (t *TypedRoute[To]) Subdomain(name string) *TypedRoute[To] { t.route.Subdomain(name); return t }

// StrictSlashes is [Route.StrictSlashes].
func (t *TypedRoute[To]) StrictSlashes(on bool) *TypedRoute[To] { t.route.StrictSlashes(on); return t }

// MergeSlashes is [Route.MergeSlashes].
func (t *TypedRoute[To]) MergeSlashes(on bool) *TypedRoute[To] { t.route.MergeSlashes(on); return t }

// Alias is [Route.Alias].
func (t *TypedRoute[To]) Alias() *TypedRoute[To] { t.route.Alias(); return t }

// WebSocket is [Route.WebSocket].
func (t *TypedRoute[To]) WebSocket() *TypedRoute[To] { t.route.WebSocket(); return t }

// Wrap is [Route.Wrap].
func (t *TypedRoute[To]) Wrap(list ...Middleware) *TypedRoute[To] { t.route.Wrap(list...); return t }

// Guard is [Route.Guard].
func (t *TypedRoute[To]) Guard(guards ...Guard) *TypedRoute[To] { t.route.Guard(guards...); return t }

// MaxBody is [Route.MaxBody].
func (t *TypedRoute[To]) MaxBody(bytes int64) *TypedRoute[To] { t.route.MaxBody(bytes); return t }

// API is [Route.API].
func (t *TypedRoute[To]) API() *TypedRoute[To] { t.route.API(); return t }

// InsecureNoCSRF is [Route.InsecureNoCSRF].
func (t *TypedRoute[To]) InsecureNoCSRF() *TypedRoute[To] { t.route.InsecureNoCSRF(); return t }

// InsecureStaleToken is [Route.InsecureStaleToken].
func (t *TypedRoute[To]) InsecureStaleToken() *TypedRoute[To] {
	t.route.InsecureStaleToken()
	return t
}

// Route returns the route without its types.
func (t *TypedRoute[To]) Route() *Route { return t.route }

// Route1 adds a view with one typed variable for the given methods, GET when
// none is given. The variables are the rule's own, in order, not those of a
// blueprint's prefix. Their number and the converters' types are checked at
// registration, which panics when they do not fit: <int:x> goes with int (and
// the other integer types), <float:x> with float64, <uuid:x> with
// [routing.UUID], everything else with string, and a converter of your own with
// its own type.
func Route1[A any](r Router, rule string, view func(*Context, A) error, methods ...string) *TypedRoute[func(A) Target] {
	call := func(c *Context) error {
		return view(c, argument[A](c, 0))
	}
	route := r.routerScope().add(rule, call, view, types[A](), methods)
	return &TypedRoute[func(A) Target]{route, func(a A) Target { return route.To(a) }}
}

// Route2 is [Route1] for two variables.
func Route2[A, B any](r Router, rule string, view func(*Context, A, B) error, methods ...string) *TypedRoute[func(A, B) Target] {
	call := func(c *Context) error {
		return view(c, argument[A](c, 0), argument[B](c, 1))
	}
	route := r.routerScope().add(rule, call, view, append(types[A](), types[B]()...), methods)
	return &TypedRoute[func(A, B) Target]{route, func(a A, b B) Target { return route.To(a, b) }}
}

// Route3 is [Route1] for three variables.
func Route3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error, methods ...string) *TypedRoute[func(A, B, C) Target] {
	call := func(c *Context) error {
		return view(c, argument[A](c, 0), argument[B](c, 1), argument[C](c, 2))
	}
	list := append(append(types[A](), types[B]()...), types[C]()...)
	route := r.routerScope().add(rule, call, view, list, methods)
	return &TypedRoute[func(A, B, C) Target]{route, func(a A, b B, c C) Target { return route.To(a, b, c) }}
}

func types[A any]() []reflect.Type { return []reflect.Type{reflect.TypeFor[A]()} }

// argument converts the i-th own variable of the matched route. The types were
// checked at registration.
func argument[A any](c *Context, i int) (a A) {
	i = c.at.args[i]
	// Values that are asserted at once stay on the stack; the address of a
	// would not.
	switch any(a).(type) {
	case string:
		return any(c.match.Str(i)).(A)
	case int:
		return any(int(c.match.Int(i))).(A)
	case int64:
		return any(c.match.Int(i)).(A)
	}
	v := c.match.Value(i)
	if direct, ok := v.(A); ok {
		return direct
	}
	return reflect.ValueOf(v).Convert(reflect.TypeFor[A]()).Interface().(A)
}

// checkTypes compares a typed view's parameters with the rule's own variables.
func checkTypes(r *Route, vars []routing.Variable) error {
	if r.types == nil {
		return nil
	}
	if len(vars) != len(r.types) {
		return fmt.Errorf("dewar: route %q at %s: the rule has %d variables of its own, the view takes %d", r.rule, r.location, len(vars), len(r.types))
	}
	for i, v := range vars {
		if !fits(v.Type, r.types[i]) {
			return fmt.Errorf("dewar: route %q at %s: <%s> is a %v, the view's argument %d is a %v", r.rule, r.location, v.Name, v.Type, i+1, r.types[i])
		}
	}
	return nil
}

// fits reports whether a converter's values can be handed to a parameter of
// type to without a loss that was not asked for.
func fits(from, to reflect.Type) bool {
	if from == to {
		return true
	}
	switch from.Kind() {
	case reflect.Int, reflect.Int64:
		return to.Kind() == reflect.Int || to.Kind() == reflect.Int64
	case reflect.String, reflect.Float64:
		return to.Kind() == from.Kind()
	}
	return false
}

// The typed registration functions are Route1 to Route3 for one method each.

// Get1 adds a view for GET and HEAD with one variable; see [Route1].
func Get1[A any](r Router, rule string, view func(*Context, A) error) *TypedRoute[func(A) Target] {
	return Route1(r, rule, view, "GET")
}

// Get2 adds a view for GET and HEAD with two variables; see [Route1].
func Get2[A, B any](r Router, rule string, view func(*Context, A, B) error) *TypedRoute[func(A, B) Target] {
	return Route2(r, rule, view, "GET")
}

// Get3 adds a view for GET and HEAD with three variables; see [Route1].
func Get3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error) *TypedRoute[func(A, B, C) Target] {
	return Route3(r, rule, view, "GET")
}

// Post1 adds a view for POST with one variable; see [Route1].
func Post1[A any](r Router, rule string, view func(*Context, A) error) *TypedRoute[func(A) Target] {
	return Route1(r, rule, view, "POST")
}

// Post2 adds a view for POST with two variables; see [Route1].
func Post2[A, B any](r Router, rule string, view func(*Context, A, B) error) *TypedRoute[func(A, B) Target] {
	return Route2(r, rule, view, "POST")
}

// Post3 adds a view for POST with three variables; see [Route1].
func Post3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error) *TypedRoute[func(A, B, C) Target] {
	return Route3(r, rule, view, "POST")
}

// Put1 adds a view for PUT with one variable; see [Route1].
func Put1[A any](r Router, rule string, view func(*Context, A) error) *TypedRoute[func(A) Target] {
	return Route1(r, rule, view, "PUT")
}

// Put2 adds a view for PUT with two variables; see [Route1].
func Put2[A, B any](r Router, rule string, view func(*Context, A, B) error) *TypedRoute[func(A, B) Target] {
	return Route2(r, rule, view, "PUT")
}

// Put3 adds a view for PUT with three variables; see [Route1].
func Put3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error) *TypedRoute[func(A, B, C) Target] {
	return Route3(r, rule, view, "PUT")
}

// Patch1 adds a view for PATCH with one variable; see [Route1].
func Patch1[A any](r Router, rule string, view func(*Context, A) error) *TypedRoute[func(A) Target] {
	return Route1(r, rule, view, "PATCH")
}

// Patch2 adds a view for PATCH with two variables; see [Route1].
func Patch2[A, B any](r Router, rule string, view func(*Context, A, B) error) *TypedRoute[func(A, B) Target] {
	return Route2(r, rule, view, "PATCH")
}

// Patch3 adds a view for PATCH with three variables; see [Route1].
func Patch3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error) *TypedRoute[func(A, B, C) Target] {
	return Route3(r, rule, view, "PATCH")
}

// Delete1 adds a view for DELETE with one variable; see [Route1].
func Delete1[A any](r Router, rule string, view func(*Context, A) error) *TypedRoute[func(A) Target] {
	return Route1(r, rule, view, "DELETE")
}

// Delete2 adds a view for DELETE with two variables; see [Route1].
func Delete2[A, B any](r Router, rule string, view func(*Context, A, B) error) *TypedRoute[func(A, B) Target] {
	return Route2(r, rule, view, "DELETE")
}

// Delete3 adds a view for DELETE with three variables; see [Route1].
func Delete3[A, B, C any](r Router, rule string, view func(*Context, A, B, C) error) *TypedRoute[func(A, B, C) Target] {
	return Route3(r, rule, view, "DELETE")
}
