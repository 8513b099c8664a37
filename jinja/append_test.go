package jinja_test

import (
	"errors"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// appender is a Go value that appends its HTML where it can, and says so.
type appender struct{}

func (*appender) Attr(name string) (jinja.Value, bool) {
	return jinja.ValueOf(&appender{}), name == "inner"
}
func (*appender) HTML() markup.HTML            { return "<b>made</b>" }
func (*appender) AppendHTML(buf []byte) []byte { return append(buf, "<b>appended</b>"...) }
func (x *appender) Call(st jinja.State, a jinja.Args) (jinja.Value, error) {
	return jinja.Safe("<i>made</i>"), nil
}

func (*appender) AppendCall(buf []byte, _ jinja.State, a jinja.Args) ([]byte, error) {
	if v, ok := a.Get("fail"); ok {
		text, _ := v.Str()
		return append(buf, "half"...), errors.New(text)
	}
	return append(buf, "<i>appended</i>"...), nil
}

// TestAppenders: what appends itself does so where it is printed between tags, and is made into a value elsewhere.
func TestAppenders(t *testing.T) {
	for _, c := range []struct {
		name, source, want string
		options            jinja.Options
	}{
		{name: "printed", source: "[{{ x }}]", want: "[<b>appended</b>]"},
		{name: "attribute", source: "[{{ x.inner }}]", want: "[<b>appended</b>]"},
		{name: "called", source: "[{{ x() }}{{ x.inner(a=1) }}{{ x.inner.inner() }}]", want: "[<i>appended</i><i>appended</i><i>made</i>]"},
		{name: "kept", source: "{% set y = x() %}[{{ y }}]", want: "[<i>made</i>]"},
		{name: "filtered", source: "[{{ x()|upper }}]", want: "[<I>MADE</I>]"},
		{name: "quoted", source: `<p title="{{ x() }}">`, want: `<p title="made">`},
		{name: "sandboxed", source: "[{{ x() }}]", want: "[<i>made</i>]", options: jinja.Options{Sandboxed: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Autoescape = jinja.Always
			env, err := jinja.New(c.options)
			if err != nil {
				t.Fatal(err)
			}
			page, err := env.FromString(c.source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := page.Append(nil, jinja.Run{Vars: map[string]any{"x": &appender{}}})
			if err != nil || string(got) != c.want {
				t.Errorf("%s, %v, want %s", got, err, c.want)
			}
		})
	}
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
	if err != nil {
		t.Fatal(err)
	}
	page, err := env.FromString("\n{{ x(fail='no') }}")
	if err != nil {
		t.Fatal(err)
	}
	_, err = page.Append(nil, jinja.Run{Vars: map[string]any{"x": &appender{}}})
	var at *jinja.Error
	if !errors.As(err, &at) || at.Line != 2 {
		t.Errorf("%v", err)
	}
}
