package xss

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// mark stands behind every context: where it is missing in the document, a value
// has swallowed it.
const mark = "<i class=ok></i>"

// lib is the template that carriers import.
const lib = "{% macro show(w) %}{{ w }}{% endmacro %}"

// id is the number of a case.
func id(payload, context, carrier int) int {
	return 10_000_000 + (payload*1000+context)*100 + carrier
}

// numbers takes the number of a case apart.
func numbers(id int) (payload, context, carrier int) {
	id -= 10_000_000
	return id / 100_000, id / 100 % 1000, id % 100
}

// title says what a case is.
func title(n int) string {
	p, c, k := numbers(n)
	list := payloads()
	if n < 0 || p >= len(list) || c >= len(contexts) || k >= len(carriers) {
		return fmt.Sprintf("case %d", n)
	}
	return fmt.Sprintf("%s, by %s: %q", contexts[c].name, carriers[k].name, list[p])
}

// newEnvironment is the engine as it is by default.
func newEnvironment(files jinja.Map) (*jinja.Environment, error) {
	return jinja.New(jinja.Options{Loader: files, Autoescape: jinja.Always})
}

// A page is a template with one context or many, by one carrier.
type page struct {
	carrier  int
	contexts []int
	files    jinja.Map // "page" is rendered
	t        *jinja.Template
}

// newPage puts contexts into one template. The error is the engine's, when it
// compiles no output there.
func newPage(carrier int, list []int) (*page, error) {
	p := &page{carrier: carrier, contexts: list, files: jinja.Map{"lib": lib}}
	var text, child strings.Builder
	text.WriteString("<!doctype html>\n")
	for _, c := range list {
		body, files, blocks, ok := carriers[carrier].place(&contexts[c], strconv.Itoa(c))
		if !ok {
			return nil, errNotCarried
		}
		text.WriteString(body + mark + "\n")
		child.WriteString(blocks)
		for name, source := range files {
			p.files[name] = source
		}
	}
	p.files["page"] = text.String()
	if child.Len() > 0 {
		p.files["base"] = p.files["page"]
		p.files["page"] = "{% extends 'base' %}" + child.String()
	}
	return p, nil
}

var errNotCarried = fmt.Errorf("xss: the carrier does not fit the context")

// compile compiles the page, and renders it once with a value that does nothing:
// macros and includes are compiled for a place when they are needed there.
func (p *page) compile() error {
	env, err := newEnvironment(p.files)
	if err != nil {
		return err
	}
	if p.t, err = env.GetTemplate("page"); err != nil {
		return err
	}
	_, err = p.t.RenderString(p.vars("benign", 0, 0))
	return err
}

// vars are the variables of the page for a payload.
func (p *page) vars(text string, number, carrier int) map[string]any {
	vars := map[string]any{"y": true, "e": "", "s": "/"}
	for _, c := range p.contexts {
		s := payload(text, id(number, c, carrier))
		n := strconv.Itoa(c)
		half := len(s) / 2
		vars["x"+n], vars["h"+n], vars["t"+n], vars["html"+n] = s, s[:half], s[half:], markup.HTML(s)
	}
	return vars
}
