package main

import (
	"github.com/dewar-go/dewar/jinja"
)

func always(string) bool { return true }

func makeDewar(c *testCase) (render, error) {
	env, err := jinja.New(jinja.Options{Loader: jinja.Map(jinjaSources(c.page)), Autoescape: always})
	if err != nil {
		return nil, err
	}
	t, err := env.GetTemplate("page.html")
	if err != nil {
		return nil, err
	}
	vars := jinja.Run{Vars: c.vars}
	return func(buf []byte) ([]byte, error) { return t.Append(buf, vars) }, nil
}
