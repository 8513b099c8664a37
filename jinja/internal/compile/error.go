package compile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Error is what loading, compiling and rendering a template fail with.
type Error struct {
	Class   string   // Jinja's or Python's exception: TemplateSyntaxError, UndefinedError, TypeError, …
	Message string   // Jinja's or Python's text
	Name    string   // the template, "" for a string
	Line    int      // in the template, from 1; 0 is unknown
	Column  int      // in bytes, from 1; 0 is unknown
	Source  string   // the template's source, for SourceLine
	Chain   []Site   // through what the template was reached, the innermost first
	Names   []string // the names tried, of TemplatesNotFound
	Err     error    // the error of a Go function
}

// A Site is a place in a template from which another was reached.
type Site struct {
	Name string // the template, "" for a string
	Line int
	What string // include, import, extends, block, macro
}

// Error returns the place, the class and the message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("jinja: ")
	if e.Line > 0 {
		fmt.Fprintf(&b, "%s:%d: ", displayName(e.Name), e.Line)
	} else if e.Name != "" {
		b.WriteString(e.Name + ": ")
	}
	b.WriteString(e.Class)
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// Unwrap returns the error of a Go function.
func (e *Error) Unwrap() error { return e.Err }

func displayName(name string) string {
	if name == "" {
		return "<template>"
	}
	return name
}

// SourceLine returns the line of the source that the error is on.
func (e *Error) SourceLine() string {
	if e.Line <= 0 || e.Source == "" {
		return ""
	}
	rest := e.Source
	for range e.Line - 1 {
		_, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return ""
		}
		rest = after
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(line, "\r")
}

// Detail returns several lines for a developer: the error, the source line
// with a caret, and the chain of includes and parents.
func (e *Error) Detail() string {
	var b strings.Builder
	b.WriteString(e.Error())
	if line := e.SourceLine(); line != "" {
		col := e.Column
		if col <= 0 || col > len(line)+1 {
			col = len(line) - len(strings.TrimLeft(line, " \t")) + 1
		}
		indent := []byte(line[:col-1])
		for i, c := range indent {
			if c != '\t' {
				indent[i] = ' '
			}
		}
		fmt.Fprintf(&b, "\n    %s\n    %s^", line, indent)
	}
	for _, s := range e.Chain {
		fmt.Fprintf(&b, "\n  %s at %s:%d", s.What, displayName(s.Name), s.Line)
	}
	return b.String()
}

// at gives an error its place, unless it has one.
func (u *Template) at(err error, pos interface {
	Line() int
	Column() int
}) error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok {
		if e.Line == 0 && e.Name == "" && e.Class != "TemplateNotFound" {
			e.Line, e.Column, e.Name, e.Source = pos.Line(), pos.Column(), u.name, u.source
		}
		return err
	}
	if err == errBreak || err == errContinue {
		return err
	}
	e := &Error{Line: pos.Line(), Column: pos.Column(), Name: u.name, Source: u.source}
	var v *value.Error
	switch {
	case errors.As(err, &v):
		e.Class, e.Message, e.Err = v.Class, v.Message, v.Err
	default:
		e.Class, e.Message, e.Err = "RuntimeError", err.Error(), err
	}
	return e
}

// via notes that err came through a place of the template.
func (u *Template) via(err error, what string, line int) error {
	e, ok := err.(*Error)
	if !ok || len(e.Chain) >= 20 {
		return err
	}
	if n := len(e.Chain); n > 0 && e.Chain[n-1] == (Site{u.name, line, what}) {
		return err
	}
	e.Chain = append(e.Chain, Site{u.name, line, what})
	return err
}

// isNotFound reports whether err says that a template does not exist.
func isNotFound(err error) bool {
	e, ok := err.(*Error)
	return ok && (e.Class == "TemplateNotFound" || e.Class == "TemplatesNotFound")
}

// NotFound is the error for a missing template.
func NotFound(name string) *Error {
	return &Error{Class: "TemplateNotFound", Message: name, Names: []string{name}}
}

var (
	errBreak    = errors.New("break outside of a loop")
	errContinue = errors.New("continue outside of a loop")
)

func runtimeError(message string) error { return value.NewError("TemplateRuntimeError", message) }
