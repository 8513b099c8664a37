package jinja_test

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// The five workloads of the engine comparison, each beside hand-written Go that appends to one
// buffer. Ratios of one run are what counts:
//
//	go test -run=xxx -bench=. ./jinja

type benchFortune struct {
	ID      int
	Message string
}

func benchFortunes() []benchFortune {
	rows := []benchFortune{{0, "Additional fortune added at request time."}}
	for i, m := range []string{
		"fortune: No such file or directory", "A computer scientist is someone who fixes things that aren't broken.",
		"After enough decimal places, nobody gives a damn.", "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1",
		"A computer program does what you tell it to do, not what you want it to do.", "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen",
		"Any program that runs right is obsolete.", "A list is only as strong as its weakest link. — Donald Knuth", "Feature: A bug with seniority.",
		"Computers make very fast, very accurate mistakes.", `<script>alert("This should not be displayed in a browser alert box.");</script>`, "フレームワークのベンチマーク",
	} {
		rows = append(rows, benchFortune{i + 1, m})
	}
	return rows
}

const fortunesSource = `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>{% for f in fortunes %}<tr><td>{{ f.id }}</td><td>{{ f.message }}</td></tr>{% endfor %}</table></body></html>`

func handFortunes(buf []byte, rows []benchFortune) []byte {
	buf = append(buf, `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>`...)
	for i := range rows {
		buf = append(buf, "<tr><td>"...)
		buf = strconv.AppendInt(buf, int64(rows[i].ID), 10)
		buf = append(buf, "</td><td>"...)
		buf = markup.AppendEscape(buf, rows[i].Message)
		buf = append(buf, "</td></tr>"...)
	}
	return append(buf, "</table></body></html>"...)
}

const tableSource = `<table>{% for row in table %}<tr>{% for c in row %}<td>{{ c }}</td>{% endfor %}</tr>{% endfor %}</table>`

func benchTable() [][]int {
	t := make([][]int, 1000)
	for i := range t {
		t[i] = make([]int, 10)
		for j := range t[i] {
			t[i][j] = i*10 + j
		}
	}
	return t
}

func handTable(buf []byte, t [][]int) []byte {
	buf = append(buf, "<table>"...)
	for _, row := range t {
		buf = append(buf, "<tr>"...)
		for _, c := range row {
			buf = append(buf, "<td>"...)
			buf = strconv.AppendInt(buf, int64(c), 10)
			buf = append(buf, "</td>"...)
		}
		buf = append(buf, "</tr>"...)
	}
	return append(buf, "</table>"...)
}

type benchItem struct {
	Name, Category string
	Price          float64
	InStock        bool
	Tags           []string
}

type benchUser struct{ Name, Email string }

func benchItems() []benchItem {
	items := make([]benchItem, 100)
	for i := range items {
		items[i] = benchItem{fmt.Sprintf("Item <%d>", i), []string{"books", "tools", "food"}[i%3], float64(i) + 0.5, i%4 != 0, []string{"new", "sale & more"}[:1+i%2]}
	}
	return items
}

var pageSources = map[string]string{
	"base.html": `<!doctype html><html><head><title>{% block title %}Site{% endblock %}</title></head><body>{% include "nav.html" %}<main>{% block body %}{% endblock %}</main><footer>{{ site }}</footer></body></html>`,
	"nav.html":  `<nav>{% if user %}<b>{{ user.name }}</b> {{ user.email|lower }}{% else %}<a href="/login">Log in</a>{% endif %}</nav>`,
	"macros.html": `{% macro tag(t, cls="tag") %}<span class="{{ cls }}">{{ t|upper }}</span>{% endmacro %}` +
		`{% macro price(p) %}<i>{{ p|round(2) }}</i>{% endmacro %}`,
	"page.html": `{% extends "base.html" %}{% import "macros.html" as m %}{% block title %}{{ heading }} - {{ super() }}{% endblock %}` +
		`{% block body %}<h1>{{ heading }}</h1><ul>{% for item in items %}<li class="{{ loop.cycle('odd', 'even') }}">{{ loop.index }}. {{ item.name }} ` +
		`({{ item.category|title }}) {{ m.price(item.price) }}{% if item.in_stock %} in stock{% endif %}{% for t in item.tags %} {{ m.tag(t) }}{% endfor %}</li>{% endfor %}</ul>` +
		`<p>{{ items|length }} items</p>{% endblock %}`,
}

func handTitle(buf []byte, s string) []byte {
	return markup.AppendEscape(append(buf, s[0]-32), s[1:])
}

func handPage(buf []byte, items []benchItem, user *benchUser, heading, site string) []byte {
	buf = append(buf, "<!doctype html><html><head><title>"...)
	buf = markup.AppendEscape(buf, heading)
	buf = append(buf, " - Site</title></head><body><nav>"...)
	if user != nil {
		buf = append(buf, "<b>"...)
		buf = markup.AppendEscape(buf, user.Name)
		buf = append(buf, "</b> "...)
		buf = markup.AppendEscape(buf, strings.ToLower(user.Email))
	}
	buf = append(buf, "</nav><main><h1>"...)
	buf = markup.AppendEscape(buf, heading)
	buf = append(buf, "</h1><ul>"...)
	for i := range items {
		item := &items[i]
		if i%2 == 0 {
			buf = append(buf, `<li class="odd">`...)
		} else {
			buf = append(buf, `<li class="even">`...)
		}
		buf = strconv.AppendInt(buf, int64(i+1), 10)
		buf = append(buf, ". "...)
		buf = markup.AppendEscape(buf, item.Name)
		buf = append(buf, " ("...)
		buf = handTitle(buf, item.Category)
		buf = append(buf, ") <i>"...)
		buf = strconv.AppendFloat(buf, item.Price, 'f', 1, 64)
		buf = append(buf, "</i>"...)
		if item.InStock {
			buf = append(buf, " in stock"...)
		}
		for _, t := range item.Tags {
			buf = append(buf, ` <span class="tag">`...)
			buf = markup.AppendEscape(buf, strings.ToUpper(t))
			buf = append(buf, "</span>"...)
		}
		buf = append(buf, "</li>"...)
	}
	buf = append(buf, "</ul><p>"...)
	buf = strconv.AppendInt(buf, int64(len(items)), 10)
	buf = append(buf, " items</p></main><footer>"...)
	buf = markup.AppendEscape(buf, site)
	return append(buf, "</footer></body></html>"...)
}

var staticText = strings.Repeat("<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>\n", 120)

var staticSource = func() string {
	var b strings.Builder
	for i := range 9 {
		b.WriteString(staticText)
		fmt.Fprintf(&b, "{{ v%d }}", i)
	}
	return b.String()
}()

func handStatic(buf []byte, vs *[9]string) []byte {
	for _, v := range vs {
		buf = append(buf, staticText...)
		buf = markup.AppendEscape(buf, v)
	}
	return buf
}

type benchScore struct {
	Name   string
	Points int
	Level  int
	Active bool
}

const logicSource = `{% for s in scores %}{% if s.active and s.points > 90 %}A{% elif s.active and s.points > 70 or s.level == 3 %}B{% elif not s.active and s.points % 2 == 0 %}C{% elif s.points + s.level * 10 > 60 %}D{% else %}E{% endif %}{% if loop.last %}.{% endif %}{% endfor %}`

func benchScores() []benchScore {
	out := make([]benchScore, 500)
	// Without a pattern that the processor learns.
	x := uint32(1)
	next := func(n uint32) int {
		x = x*1664525 + 1013904223
		return int((x >> 16) % n)
	}
	for i := range out {
		out[i] = benchScore{strconv.Itoa(i), next(101), next(5), next(3) != 0}
	}
	return out
}

func handLogic(buf []byte, scores []benchScore) []byte {
	for i := range scores {
		s := &scores[i]
		switch {
		case s.Active && s.Points > 90:
			buf = append(buf, 'A')
		case s.Active && s.Points > 70 || s.Level == 3:
			buf = append(buf, 'B')
		case !s.Active && s.Points%2 == 0:
			buf = append(buf, 'C')
		case s.Points+s.Level*10 > 60:
			buf = append(buf, 'D')
		default:
			buf = append(buf, 'E')
		}
		if i == len(scores)-1 {
			buf = append(buf, '.')
		}
	}
	return buf
}

func benchEnv(tb testing.TB) *jinja.Environment {
	tb.Helper()
	env, err := jinja.New(jinja.Options{Loader: jinja.Map(pageSources), Autoescape: func(string) bool { return true }})
	if err != nil {
		tb.Fatal(err)
	}
	return env
}

type workload struct {
	name, source, file string
	vars               any
	hand               func(buf []byte) []byte
}

func workloads() []workload {
	fortunes, table, items, scores := benchFortunes(), benchTable(), benchItems(), benchScores()
	user := &benchUser{"Ann & Co", "Ann@Example.COM"}
	var vs [9]string
	static := map[string]any{}
	for i := range vs {
		vs[i] = fmt.Sprintf("value <%d>", i)
		static["v"+strconv.Itoa(i)] = vs[i]
	}
	rows := make([]map[string]any, len(fortunes))
	for i, f := range fortunes {
		rows[i] = map[string]any{"id": f.ID, "message": f.Message}
	}
	page := map[string]any{"items": items, "user": user, "heading": "All & everything", "site": "example.org"}
	return []workload{
		{"fortunes", fortunesSource, "", map[string]any{"fortunes": fortunes}, func(b []byte) []byte { return handFortunes(b, fortunes) }},
		{"fortunes-maps", fortunesSource, "", map[string]any{"fortunes": rows}, func(b []byte) []byte {
			b = append(b, fortunesSource[:strings.Index(fortunesSource, "{%")]...)
			for _, r := range rows {
				b = append(b, "<tr><td>"...)
				b = strconv.AppendInt(b, int64(r["id"].(int)), 10)
				b = append(b, "</td><td>"...)
				b = markup.AppendEscape(b, r["message"].(string))
				b = append(b, "</td></tr>"...)
			}
			return append(b, "</table></body></html>"...)
		}},
		{"table", tableSource, "", map[string]any{"table": table}, func(b []byte) []byte { return handTable(b, table) }},
		{"page", "", "page.html", page, func(b []byte) []byte { return handPage(b, items, user, "All & everything", "example.org") }},
		{"static", staticSource, "", static, func(b []byte) []byte { return handStatic(b, &vs) }},
		{"logic", logicSource, "", map[string]any{"scores": scores}, func(b []byte) []byte { return handLogic(b, scores) }},
	}
}

func (w *workload) template(tb testing.TB) *jinja.Template {
	tb.Helper()
	env := benchEnv(tb)
	var t *jinja.Template
	var err error
	if w.file != "" {
		t, err = env.GetTemplate(w.file)
	} else {
		t, err = env.FromString(w.source)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// TestWorkloads compares what the engine and the hand-written code make.
func TestWorkloads(t *testing.T) {
	for _, w := range workloads() {
		got, err := w.template(t).Append(nil, jinja.Run{Vars: w.vars})
		if err != nil {
			t.Errorf("%s: %v", w.name, err)
			continue
		}
		// The escaped quotes are written in one way by both.
		if want := string(w.hand(nil)); html.UnescapeString(string(got)) != html.UnescapeString(want) {
			t.Errorf("%s:\n got %.300s\nwant %.300s", w.name, got, want)
		}
	}
}

func BenchmarkWorkloads(b *testing.B) {
	for _, w := range workloads() {
		buf := make([]byte, 0, 1<<18)
		b.Run(w.name+"/hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = w.hand(buf[:0])
			}
		})
		t := w.template(b)
		run := jinja.Run{Vars: w.vars}
		b.Run(w.name+"/jinja", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = t.Append(buf[:0], run); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
