package main

import (
	"encoding/json"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

func jinjaHTML(s string) markup.HTML { return markup.HTML(s) }

// texts renders values as text, where only templates know how.
var texts, _ = jinja.New(jinja.Options{})

// jinjaText returns str(v).
func jinjaText(v jinja.Value) string { return spell("{{ v }}", v) }

// jinjaRepr returns repr(v).
func jinjaRepr(v jinja.Value) string {
	return strings.TrimSuffix(strings.TrimPrefix(spell("{{ [v] }}", v), "["), "]")
}

func spell(source string, v jinja.Value) string {
	t, err := texts.FromString(source)
	if err != nil {
		return err.Error()
	}
	s, err := t.RenderString(map[string]jinja.Value{"v": v})
	if err != nil {
		return err.Error()
	}
	return s
}

// A uuid is Python's UUID as templates print it.
type uuid string

func (u uuid) String() string       { return string(u) }
func (u uuid) Repr() string         { return "UUID('" + string(u) + "')" }
func (u uuid) TypeName() string     { return "UUID" }
func (u uuid) HashKey() jinja.Value { return jinja.String(string(u)) }
func (u uuid) Compare(op jinja.Op, x jinja.Value) (r, ok bool) {
	other, ok := x.Any().(uuid)
	return order(op, string(u), string(other)), ok
}

func (u uuid) Attr(name string) (jinja.Value, bool) {
	if name == "hex" {
		return jinja.String(strings.ReplaceAll(string(u), "-", "")), true
	}
	return jinja.Value{}, false
}

// maxMock is the length of a mock's name above which the mock is empty. It ends endless recursion.
const maxMock = 100

// A mock is an object that has every attribute and item. Its value is its name.
type mock string

func (m mock) String() string       { return string(m) }
func (m mock) Repr() string         { return string(m) }
func (m mock) TypeName() string     { return "Mock" }
func (m mock) SafeToCall() bool     { return true }
func (m mock) HashKey() jinja.Value { return jinja.String(string(m)) }
func (m mock) Truth() bool          { return len([]rune(string(m))) <= maxMock }

// MarshalJSON writes the name: tojson asks for it.
func (m mock) MarshalJSON() ([]byte, error) { return json.Marshal(string(m)) }

func (m mock) Len() int {
	if m.Truth() {
		return 2
	}
	return 0
}

// Attr returns the mock of an attribute. Python's special names do not exist.
func (m mock) Attr(name string) (jinja.Value, bool) {
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") {
		return jinja.Value{}, false
	}
	return jinja.ValueOf(m + "." + mock(name)), true
}

func (m mock) Item(key jinja.Value) (jinja.Value, bool) {
	if s, ok := key.Str(); ok {
		return jinja.ValueOf(m + "." + mock(s)), true
	}
	if start, stop, step, ok := key.SliceParts(); ok {
		part := func(v jinja.Value) string {
			if v.IsNone() {
				return ""
			}
			return jinjaRepr(v)
		}
		text := part(start) + ":" + part(stop)
		if !step.IsNone() {
			text += ":" + part(step)
		}
		return jinja.ValueOf(m + "[" + mock(text) + "]"), true
	}
	return jinja.ValueOf(m + "[" + mock(jinjaRepr(key)) + "]"), true
}

func (m mock) Call(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	var parts []string
	for _, v := range a.Pos {
		parts = append(parts, jinjaRepr(v))
	}
	for _, kw := range a.Kw {
		parts = append(parts, kw.Name+"="+jinjaRepr(kw.Value))
	}
	return jinja.ValueOf(m + "(" + mock(strings.Join(parts, ", ")) + ")"), nil
}

// items returns the two mocks that iterating yields.
func (m mock) items() []jinja.Value {
	if !m.Truth() {
		return nil
	}
	return []jinja.Value{jinja.ValueOf(m + "[0]"), jinja.ValueOf(m + "[1]")}
}

func (m mock) Iterate() (jinja.Iterator, error) { return &mockIterator{m.items()}, nil }

type mockIterator struct{ rest []jinja.Value }

func (it *mockIterator) Next() (jinja.Value, bool, error) {
	if len(it.rest) == 0 {
		return jinja.Value{}, false, nil
	}
	v := it.rest[0]
	it.rest = it.rest[1:]
	return v, true, nil
}

func (m mock) Contains(x jinja.Value) (bool, error) {
	for _, item := range m.items() {
		if equal, ok := item.Any().(mock).Compare(jinja.OpEq, x); ok && equal {
			return true, nil
		}
	}
	return false, nil
}

// Compare compares with strings and mocks by name. A mock equals nothing else.
func (m mock) Compare(op jinja.Op, x jinja.Value) (result, ok bool) {
	other, ok := x.Str()
	if !ok {
		var o mock
		o, ok = x.Any().(mock)
		other = string(o)
	}
	if !ok {
		return op == jinja.OpNe, op == jinja.OpEq || op == jinja.OpNe
	}
	return order(op, string(m), other), true
}

func order(op jinja.Op, a, b string) bool {
	switch op {
	case jinja.OpEq:
		return a == b
	case jinja.OpNe:
		return a != b
	case jinja.OpLt:
		return a < b
	case jinja.OpLe:
		return a <= b
	case jinja.OpGt:
		return a > b
	}
	return a >= b
}
