package value

import "fmt"

// Error is a Python or Jinja exception. Operations on values fail with it.
type Error struct {
	Class   string // exception class: TypeError, UndefinedError, SecurityError, …
	Message string // CPython's or Jinja's text
	Err     error  // cause, when a Go function failed
}

// Error returns "Class: Message".
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Class
	}
	return e.Class + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an exception of the class.
func NewError(class, message string) error { return &Error{Class: class, Message: message} }

// Errorf returns an exception of the class with a formatted message.
func Errorf(class, format string, a ...any) error {
	return &Error{Class: class, Message: fmt.Sprintf(format, a...)}
}

// NoAttribute returns Python's AttributeError for an attribute that v does not have.
func NoAttribute(v Value, name string) error {
	switch {
	case v.Kind() == KindType:
		return Errorf("AttributeError", "type object '%s' has no attribute '%s'", raw[classInfo](v).name, name)
	case QualifiedTypeName(v) == "jinja2.utils.Namespace":
		return NewError("AttributeError", name)
	}
	return Errorf("AttributeError", "'%s' object has no attribute '%s'", TypeName(v), name)
}

func typeErrorf(format string, a ...any) error  { return Errorf("TypeError", format, a...) }
func valueErrorf(format string, a ...any) error { return Errorf("ValueError", format, a...) }
