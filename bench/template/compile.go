package main

import (
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/bench/internal/result"
	"github.com/dewar-go/dewar/jinja"
)

// megabyte repeats a piece of a page until it is one megabyte. Nothing of it is
// rendered: it stands below a condition that is false.
func megabyte(begin, piece, end string) string {
	var b strings.Builder
	b.WriteString(begin)
	for i := 0; b.Len() < 1<<20; i++ {
		b.WriteString(strings.ReplaceAll(piece, "#", strconv.Itoa(i)))
	}
	b.WriteString(end)
	return b.String()
}

func measureCompile(set *result.Set, py *python, rounds int) error {
	jinjaSource := megabyte("{% if shown %}", `<section id="s#"><h2 class="{{ cls }}">{{ title }} #</h2>{% if user and user.admin %}<a href="/edit/{{ id }}?page=#">Edit {{ user.name|upper }}</a>{% else %}<p>No rights.</p>{% endif %}`+
		`<ul>{% for item in list %}<li title="{{ item.name }}">{{ loop.index }}. {{ item.text }}</li>{% endfor %}</ul></section>`+"\n", "{% endif %}")
	goSource := megabyte("{{if .shown}}", `<section id="s#"><h2 class="{{.cls}}">{{.title}} #</h2>{{if and .user .user.admin}}<a href="/edit/{{.id}}?page=#">Edit {{.user.name | printf "%s"}}</a>{{else}}<p>No rights.</p>{{end}}`+
		`<ul>{{range $i, $item := .list}}<li title="{{$item.name}}">{{$i}}. {{$item.text}}</li>{{end}}</ul></section>`+"\n", "{{end}}")
	type compiler struct {
		name    string
		compile func() error
	}
	list := []compiler{
		{"html/template", func() error {
			t, err := template.New("page").Parse(goSource)
			if err != nil {
				return err
			}
			return t.Execute(io.Discard, map[string]any{"shown": false}) // it escapes at the first execution
		}},
		{"dewar", func() error {
			env, err := jinja.New(jinja.Options{Autoescape: always})
			if err != nil {
				return err
			}
			t, err := env.FromString(jinjaSource)
			if err != nil {
				return err
			}
			return t.Render(io.Discard, map[string]any{"shown": false})
		}},
	}
	const name, unit = "compile", "ms to compile 1 MB"
	for round := range rounds {
		for _, c := range result.Turn(list, round) {
			start := time.Now()
			if err := c.compile(); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			set.Add(name, c.name, unit, float64(time.Since(start).Microseconds())/1000)
		}
		if py != nil {
			ms, err := py.compile(jinjaSource)
			if err != nil {
				return err
			}
			set.Add(name, "Jinja2, CPython", unit, ms)
		}
	}
	return nil
}
