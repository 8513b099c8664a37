package xss

import (
	"regexp"
	"strings"
)

// A carrier brings a value to its place.
type carrier struct {
	name string
	// expr, if not empty, takes the place of {{ x }}; V is the variable.
	expr string
	// whole, if not empty, is put around the whole context, which is C; V is the
	// variable, N the number of the case.
	whole string
	// files are further templates by name, with C, V and N as well.
	files map[string]string
	// child is what a child template has for it, when the context is in its parent.
	child string
	// html says that the value is safe HTML: only where it is not printed as it is.
	html bool
}

var carriers = []carrier{
	{name: "plain", expr: "{{ $V }}"},
	{name: "loop", expr: "{{ w }}", whole: "{% for w in [$V] %}$C{% endfor %}"},
	{name: "loop inside", expr: "{% for w in [$V] %}{{ w }}{% endfor %}"},
	{name: "loop of many inside", expr: "{% for w in [$V, $V] %}{{ w }}{% endfor %}"},
	{name: "recursive loop", expr: "{% for w in [[$V]] recursive %}{% if w is string %}{{ w }}{% else %}{{ loop(w) }}{% endif %}{% endfor %}"},
	{name: "condition inside", expr: "{% if $V %}{{ $V }}{% endif %}"},
	{name: "conditional expression", expr: "{{ $V if $V else '' }}"},
	{name: "with", expr: "{{ w }}", whole: "{% with w = $V %}$C{% endwith %}"},
	{name: "set", expr: "{{ s$N }}", whole: "{% set s$N = $V %}$C"},
	{name: "macro", expr: "{{ w }}", whole: "{% macro m$N(w) %}$C{% endmacro %}{{ m$N($V) }}"},
	{name: "macro inside", expr: "{{ m$N($V) }}", whole: "{% macro m$N(w) %}{{ w }}{% endmacro %}$C"},
	{name: "macro by value", expr: "{{ ([$V]|map('trim')|list)[0] }}"},
	{name: "macro kept", expr: "{{ k$N }}", whole: "{% macro m$N(w) %}{{ w }}{% endmacro %}{% set k$N = m$N($V) %}$C"},
	{name: "imported macro", expr: "{{ lib.show($V) }}", whole: "{% import 'lib' as lib %}$C"},
	{name: "caller", expr: "{{ caller() }}", whole: "{% macro m$N() %}$C{% endmacro %}{% call m$N() %}{{ $V }}{% endcall %}"},
	{name: "include", whole: "{% include 'i$N' %}", expr: "{{ $V }}", files: map[string]string{"i$N": "$C"}},
	{name: "include inside", expr: "{% include 'i$N' %}", files: map[string]string{"i$N": "{{ $V }}"}},
	{name: "block", expr: "{% block b$N %}{{ $V }}{% endblock %}"},
	{name: "block of a child", expr: "{% block b$N %}{% endblock %}", child: "{% block b$N %}{{ $V }}{% endblock %}"},
	{name: "super", expr: "{% block b$N %}{{ $V }}{% endblock %}", child: "{% block b$N %}{{ super() }}{% endblock %}"},
	{name: "self", expr: "{{ self.b$N() }}", whole: "<template>{% block b$N %}{{ $V }}{% endblock %}</template>$C"},
	{name: "capture", expr: "{{ k$N }}", whole: "{% set k$N %}{{ $V }}{% endset %}$C"},
	{name: "filter block", expr: "{% filter trim %}{{ $V }}{% endfilter %}"},
	{name: "concatenation", expr: "{{ '' ~ $V }}"},
	{name: "addition of safe text", expr: "{{ (''|safe) + $V }}"},
	{name: "format", expr: "{{ '%s'|format($V) }}"},
	{name: "safe format", expr: "{{ ('%s'|safe)|format($V) }}"},
	{name: "str.format", expr: "{{ '{}'.format($V) }}"},
	{name: "join", expr: "{{ [$V]|join }}"},
	{name: "safe join", expr: "{{ [$V, ''|safe]|join }}"},
	{name: "replace", expr: "{{ $V|replace('\u0001zz', '') }}"},
	{name: "escape", expr: "{{ $V|e }}"},
	{name: "forceescape", expr: "{{ $V|forceescape }}"},
	{name: "tojson", expr: "{{ $V|tojson }}"},
	{name: "urlencode", expr: "{{ $V|urlencode }}"},
	{name: "indent", expr: "{{ $V|indent }}"},
	{name: "string", expr: "{{ $V|string }}"},
	{name: "default", expr: "{{ nothing|default($V) }}"},
	{name: "safe HTML from Go", expr: "{{ html$N }}", html: true},
	{name: "safe HTML in a macro", expr: "{{ m$N(html$N) }}", whole: "{% macro m$N(w) %}{{ w }}{% endmacro %}$C", html: true},
	{name: "safe HTML in a capture", expr: "{{ k$N }}", whole: "{% set k$N %}<i>{{ html$N }}</i>{% endset %}$C", html: true},
}

// place puts a value into a context: the text of the context, and the files and
// the child's blocks that it needs. ok is false when the carrier does not fit.
func (k *carrier) place(c *context, number string) (text string, files map[string]string, child string, ok bool) {
	if k.html && c.flags&trusting != 0 {
		return "", nil, "", false
	}
	variable := "x" + number
	fill := func(s, v string) string { return strings.NewReplacer("$V", v, "$N", number).Replace(s) }
	switch {
	case c.flags&expression != 0:
		name := simpleName.FindStringSubmatch(k.expr)
		if name == nil || k.html {
			return "", nil, "", false
		}
		text = tags.ReplaceAllStringFunc(c.text, func(tag string) string {
			return valueName.ReplaceAllString(tag, strings.ReplaceAll(fill(name[1], variable), "$", "$$"))
		})
	case strings.Contains(c.text, "{{ h }}"):
		// Both halves go the same way where the way is not bound to one name.
		if k.whole != "" || k.child != "" || strings.Contains(k.expr, "$N") {
			return "", nil, "", false
		}
		text = strings.NewReplacer("{{ h }}", fill(k.expr, "h"+number), "{{ t }}", fill(k.expr, "t"+number)).Replace(c.text)
	default:
		text = strings.Replace(c.text, "{{ x }}", fill(k.expr, variable), 1)
		rest := fill(k.expr, variable)
		if strings.Contains(rest, "block") {
			rest = "{{ " + variable + " }}" // a block has one place
		}
		text = strings.ReplaceAll(text, "{{ x }}", rest)
	}
	if k.whole != "" {
		text = strings.ReplaceAll(fill(k.whole, variable), "$C", text)
	}
	files = map[string]string{}
	for name, source := range k.files {
		source = fill(source, variable)
		if strings.Contains(source, "$C") {
			source = strings.ReplaceAll(source, "$C", strings.NewReplacer("{{ x }}", "{{ "+variable+" }}").Replace(c.text))
			text = fill(k.whole, variable)
		}
		files[fill(name, variable)] = source
	}
	return text, files, fill(k.child, variable), true
}

var (
	simpleName = regexp.MustCompile(`^\{\{ (\$V|w|s\$N|k\$N) \}\}$`)
	tags       = regexp.MustCompile(`\{[{%].*?[%}]\}`)
	valueName  = regexp.MustCompile(`\bx\b`)
)
