package jinja

import "github.com/dewar-go/dewar/jinja/internal/value"

// Truth reports whether v counts as true, as {% if v %} asks: not for None,
// zero, what is empty and what is undefined.
func Truth(v Value) bool { return value.Truth(v) }

// Items returns the values that iterating v yields. The error is Python's for
// what cannot be iterated.
func Items(v Value) ([]Value, error) { return value.Collect(v) }
