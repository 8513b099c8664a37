package main

import (
	"fmt"
	"html"
	"strings"
	"unicode"

	"github.com/dewar-go/dewar/bench/template/work"
)

// A testCase is a page with its data.
type testCase struct {
	name string
	page string // "flaskr", "orders", "fortunes", "table", "page", "static" or "logic"
	maps bool   // the data are maps instead of structs

	fortunes []work.Fortune
	table    [][]int
	shop     *work.Page
	values   [9]string
	scores   []work.Score
	blog     *work.Blog
	orders   []work.Order

	vars map[string]any // what templates see
	hand func(buf []byte) []byte
}

func newCase(page string, maps bool) *testCase {
	c := &testCase{
		name: page, page: page, maps: maps,
		fortunes: work.Fortunes(), table: work.Table(), shop: work.ThePage(), values: work.Values(), scores: work.Scores(),
		blog: work.TheBlog(), orders: work.Orders(),
	}
	if maps {
		c.name += ", maps"
	}
	switch page {
	case "fortunes":
		c.vars = map[string]any{"fortunes": c.fortunes}
		c.hand = func(b []byte) []byte { return work.HandFortunes(b, c.fortunes) }
	case "table":
		c.vars = map[string]any{"table": c.table}
		c.hand = func(b []byte) []byte { return work.HandTable(b, c.table) }
	case "page":
		c.vars = map[string]any{"items": c.shop.Items, "user": c.shop.User, "heading": c.shop.Heading, "site": c.shop.Site}
		c.hand = func(b []byte) []byte { return work.HandPage(b, c.shop) }
	case "static":
		c.vars = map[string]any{}
		for i, v := range c.values {
			c.vars[fmt.Sprint("v", i)] = v
		}
		c.hand = func(b []byte) []byte { return work.HandStatic(b, &c.values) }
	case "flaskr":
		c.vars = map[string]any{"posts": c.blog.Posts, "user": c.blog.User}
		c.hand = func(b []byte) []byte { return work.HandBlog(b, c.blog) }
	case "orders":
		c.vars = map[string]any{"orders": c.orders}
		c.hand = func(b []byte) []byte { return work.HandOrders(b, c.orders) }
	case "logic":
		c.vars = map[string]any{"scores": c.scores}
		c.hand = func(b []byte) []byte { return work.HandLogic(b, c.scores) }
	}
	if maps {
		c.vars = work.Maps(c.vars).(map[string]any)
		switch page {
		case "fortunes":
			rows := c.vars["fortunes"].([]any)
			c.hand = func(b []byte) []byte { return work.HandFortuneMaps(b, rows) }
		case "page":
			c.hand = func(b []byte) []byte { return work.HandPageMaps(b, c.vars) }
		case "logic":
			scores := c.vars["scores"].([]any)
			c.hand = func(b []byte) []byte { return work.HandLogicMaps(b, scores) }
		}
	}
	return c
}

// same compares what two engines print. They spell quotes in different ways,
// and generators of code choose their own white space and doctype.
func same(a, b string) bool { return plain(a) == plain(b) }

func plain(s string) string {
	s = strings.Replace(html.UnescapeString(s), "<!DOCTYPE", "<!doctype", 1)
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
