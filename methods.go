package dewar

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
