package main

import (
	"bytes"
	"context"

	"github.com/a-h/templ"

	"github.com/dewar-go/dewar/bench/template/qt"
	"github.com/dewar-go/dewar/bench/template/templs"
)

// The engines that generate code have no maps: they would be type assertions by
// hand.

func makeQuicktemplate(c *testCase) (render, error) {
	if c.maps {
		return nil, nil
	}
	var b bytes.Buffer
	write := map[string]func(){
		"fortunes": func() { qt.WriteFortunes(&b, c.fortunes) },
		"table":    func() { qt.WriteTable(&b, c.table) },
		"page":     func() { qt.WriteLayout(&b, &qt.Shop{Page: c.shop}, c.shop.User, c.shop.Site) },
		"static":   func() { qt.WriteStatic(&b, &c.values) },
		"flaskr":   func() { qt.WriteBlog(&b, c.blog) },
		"orders":   func() { qt.WriteOrders(&b, c.orders) },
		"logic":    func() { qt.WriteLogic(&b, c.scores) },
	}[c.page]
	return func([]byte) ([]byte, error) {
		b.Reset()
		write()
		return b.Bytes(), nil
	}, nil
}

func makeTempl(c *testCase) (render, error) {
	if c.maps {
		return nil, nil
	}
	component := map[string]func() templ.Component{
		"fortunes": func() templ.Component { return templs.Fortunes(c.fortunes) },
		"table":    func() templ.Component { return templs.Table(c.table) },
		"page":     func() templ.Component { return templs.Shop(c.shop) },
		"static":   func() templ.Component { return templs.Static(&c.values) },
		"flaskr":   func() templ.Component { return templs.Blog(c.blog) },
		"orders":   func() templ.Component { return templs.Orders(c.orders) },
		"logic":    func() templ.Component { return templs.Logic(c.scores) },
	}[c.page]
	ctx := context.Background()
	var b bytes.Buffer
	return func([]byte) ([]byte, error) {
		b.Reset()
		err := component().Render(ctx, &b)
		return b.Bytes(), err
	}, nil
}
