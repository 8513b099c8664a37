package main

import (
	"fmt"
	"io"
	"strings"
)

// mapLoader gives pongo2 its templates.
type mapLoader map[string]string

// Abs returns the name as it is.
func (mapLoader) Abs(_, name string) string { return name }

// Get returns the source.
func (m mapLoader) Get(name string) (io.Reader, error) {
	source, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("template: there is no %s", name)
	}
	return strings.NewReader(source), nil
}
