package main

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/dewar-go/dewar/bench/template/work"
)

var goSources = map[string]string{
	"fortunes": `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>` +
		`{{range .fortunes}}<tr><td>{{.ID}}</td><td>{{.Message}}</td></tr>{{end}}</table></body></html>`,
	"table":  `<table>{{range .table}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</table>`,
	"static": regexp.MustCompile(`{{ v(\d) }}`).ReplaceAllString(staticJinja, "{{.v$1}}"),
	"logic": `{{range $i, $s := .scores}}{{if and $s.Active (gt $s.Points 90)}}A{{else if or (and $s.Active (gt $s.Points 70)) (eq $s.Level 3)}}B` +
		`{{else if and (not $s.Active) (eq (mod $s.Points 2) 0)}}C{{else if gt (weight $s.Points $s.Level) 60}}D{{else}}E{{end}}{{if eq $i $.last}}.{{end}}{{end}}`,
	"page": `{{define "nav"}}<nav>{{if .user}}<b>{{.user.Name}}</b> {{lower .user.Email}}{{else}}<a href="/login">Log in</a>{{end}}</nav>{{end}}` +
		`{{define "tag"}}<span class="tag">{{upper .}}</span>{{end}}{{define "price"}}<i>{{printf "%.1f" .}}</i>{{end}}` +
		`{{define "base"}}<!doctype html><html><head><title>{{template "title" .}}</title></head><body>{{template "nav" .}}<main>{{template "body" .}}</main>` +
		`<footer>{{.site}}</footer></body></html>{{end}}` +
		`{{define "title"}}{{.heading}} - Site{{end}}` +
		`{{define "body"}}<h1>{{.heading}}</h1><ul>{{range $i, $item := .items}}<li class="{{if eq (mod $i 2) 0}}odd{{else}}even{{end}}">{{inc $i}}. {{$item.Name}} ` +
		`({{title $item.Category}}) {{template "price" $item.Price}}{{if $item.InStock}} in stock{{end}}{{range $item.Tags}} {{template "tag" .}}{{end}}</li>{{end}}</ul>` +
		`<p>{{len .items}} items</p>{{end}}{{template "base" .}}`,
}

var goMapNames = strings.NewReplacer("{{.ID}}", "{{.id}}", "{{.Message}}", "{{.message}}", "$s.Active", "$s.active", "$s.Points", "$s.points", "$s.Level", "$s.level",
	".user.Name", ".user.name", ".user.Email", ".user.email", "$item.Name", "$item.name", "$item.Category", "$item.category",
	"$item.Price", "$item.price", "$item.InStock", "$item.in_stock", "$item.Tags", "$item.tags")

var goFuncs = template.FuncMap{
	"lower": strings.ToLower, "upper": strings.ToUpper, "title": work.Title,
	"inc": func(i int) int { return i + 1 }, "mod": func(a, b int) int { return a % b }, "weight": func(points, level int) int { return points + level*10 },
}

func makeHTMLTemplate(c *testCase) (render, error) {
	source := goSources[c.page]
	if c.maps {
		source = goMapNames.Replace(source)
	}
	t, err := template.New(c.page).Funcs(goFuncs).Parse(source)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	vars := map[string]any{"last": len(c.scores) - 1}
	for name, v := range c.vars {
		vars[name] = v
	}
	return into(func(b *bytes.Buffer) error { return t.Execute(b, vars) }), nil
}
