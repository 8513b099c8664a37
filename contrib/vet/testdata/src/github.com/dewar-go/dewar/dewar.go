// Package dewar has what the tests of the analyzers use of the real one.
package dewar

import (
	"context"
	"net/http"
	"net/url"
)

type (
	Context struct{}
	Target  struct{}
	Secret  struct{}
	Config  struct{ SecretKey Secret }
	App     struct{}
)

func NewSecret(string) Secret { return Secret{} }
func Path(string) Target      { return Target{} }
func Put(c *Context) error    { return nil }

func (*Context) Query(string) string           { return "" }
func (*Context) QueryValues() url.Values       { return nil }
func (*Context) Form(string) string            { return "" }
func (*Context) Str(string) string             { return "" }
func (*Context) Int(string) int                { return 0 }
func (*Context) Bind(any) error                { return nil }
func (*Context) Text(string) error             { return nil }
func (*Context) Render(string, any) error      { return nil }
func (*Context) Redirect(Target) error         { return nil }
func (*Context) RedirectExternal(string) error { return nil }
func (*Context) SetCookie(http.Cookie) error   { return nil }
func (*Context) SetHeader(name, value string)  {}
func (*Context) Request() *http.Request        { return nil }
func (*Context) Writer() http.ResponseWriter   { return nil }
func (*Context) Context() context.Context      { return nil }
func (*Context) Flash(string, ...string)       {}
