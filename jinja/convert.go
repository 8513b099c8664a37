package jinja

import "github.com/dewar-go/dewar/jinja/internal/value"

// Truth reports whether v counts as true, as {% if v %} asks: not for None,
// zero, what is empty and what is undefined.
func Truth(v Value) bool { return value.Truth(v) }

// Items returns the values that iterating v yields. The error is Python's for
// what cannot be iterated.
func Items(v Value) ([]Value, error) { return value.Collect(v) }

// Iterate returns what iterating v goes through. The error is Python's for what
// cannot be iterated.
func Iterate(v Value) (Iterator, error) { return value.Iterate(v) }

// GetAttr returns the attribute of v that Python's getattr finds: a field or method
// of a Go value, a method of a str, list or dict.
func GetAttr(v Value, name string) (Value, bool) { return value.GetAttr(v, name) }

// Str returns str(v). The error is that of a value that does not print, such as a strict undefined one.
func Str(v Value) (string, error) { return value.StrOf(v) }

// Repr returns repr(v).
func Repr(v Value) (string, error) { return value.ReprOf(v) }

// DecodeJSON reads a JSON text as Python's json.loads does: objects become dicts in
// their order, whole numbers ints.
func DecodeJSON(data []byte) (Value, error) { return value.DecodeJSON(data) }
