"""Writes parse.json: what Jinja2's parser makes of a list of sources.

Run with the Python that has Jinja2: python3 parse.py

A case is {"source", "env", "tree"} or {"source", "env", "error": [class,
message, line]}. A tree is a list of nodes in the order of a walk, each
[depth, field, type, line or null, scalar fields].
"""
import json, os, random
import jinja2
from jinja2 import nodes, ext
from jinja2.exceptions import TemplateSyntaxError

EXT = {"i18n": "jinja2.ext.i18n", "do": "jinja2.ext.do",
       "loopcontrols": "jinja2.ext.loopcontrols", "debug": "jinja2.ext.debug"}


def merge(items):
    """Adjacent text is one node."""
    out = []
    for n in items:
        if out and isinstance(n, nodes.TemplateData) and isinstance(out[-1], nodes.TemplateData):
            out[-1] = nodes.TemplateData(out[-1].data + n.data, lineno=out[-1].lineno)
        else:
            out.append(n)
    return out


def dump(node, out, depth=0, field=""):
    name = type(node).__name__
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.ExtensionAttribute):
        out.append([depth, field, "Debug", node.lineno, {}])
        return
    scalars = {}
    entry = [depth, field, name, node.lineno, scalars]
    out.append(entry)
    for f in node.fields:
        value = getattr(node, f, None)
        if isinstance(value, nodes.Node):
            dump(value, out, depth + 1, f)
        elif isinstance(value, list) and (not value or isinstance(value[0], nodes.Node)):
            for child in merge(value):
                dump(child, out, depth + 1, f)
        elif isinstance(value, list):
            scalars[f] = ",".join(x if isinstance(x, str) else " as ".join(x) for x in value)
        elif isinstance(node, nodes.Const):
            scalars[f] = type(value).__name__ + " " + repr(value)
        elif value is not None:
            scalars[f] = str(value)


SOURCES = []


def add(*sources, **env):
    for s in sources:
        SOURCES.append((s, env))


# Text and white space.
add("", "x", "\n", "\n\n", "a\nb\n", "a\r\nb\rc\n", "a{# c #}b", "a {#- c -#} b", "a {# c +#}\n b", "{#", "{# x", "a\n{# x\ny",
    "{##}", "{#-#}", "{# {# #}", "{ { % # }", "{{ a }}", "{{- a -}}", "  {{- a -}}  \n b {{ c }}", "a\n\n{%- if x -%}\n\n b {%- endif %}\n{{ y }}",
    "{%+ if x +%} a {%+ endif +%}", "{{+ a }}", "{{ a +}}", "{% raw %}{{ x }}{% endraw %}", "{%- raw -%}\n {{ x }} {% if\n{%- endraw -%}\n b {{ c }}",
    "{%raw%}a{%endraw%}", "{% raw %}", "{% raw %}x", "{% raw +%}x{% endraw %}", "{% raw %}{% endraw +%}\n x", "{% raw x %}{% endraw %}",
    "{% raw %}{%endraw{% endraw %}", "{% endraw %}", "a{% raw %}b{% endraw %}c{# d #}e", "{{ 'a' }}{% raw %}\n{% endraw %}{{ b }}\n{{ c }}",
    "{{ x", "{{ x }", "{{ (x }}", "{{ x) }}", "{{ x] }}", "{{ [x) }}", "{{ {'a': {}}}}", "{{ {} }}", "{% if x %", "{% if x", "{{", "{%", "{{ }}", "{% %}",
    "{{ ! }}", "{{ a ! b }}", "{{ $ }}", "é{{ § }}", "{{ 'abc }}", '{{ "abc }}', "{{ \\ }}", "{{ a ? b }}", "{{ `x` }}", "{{ \u200b }}", "{{ 🐍 }}",
    "{{ foo@bar }}", "{{ a\n\n b }}\n{{ c\n d }}\n{{ e } }}", "{{ a & b }}", "{{ a && b }}")
for trim in (False, True):
    for strip in (False, True):
        for keep in (False, True):
            add("  {% if x %}\n  a\n  {% endif %}\n  b {% if y %} \n{% endif %}  \n", "\t{# c #}\n {{ x }} \n", " {%- if x %}\n {%+ if y %}\n{% endif +%}\n\n {% endif %}\n\n",
                "{% raw %}\n  a {% endraw %}\n b\n  {% raw %}  {%+ endraw %}", "a\n  {% set x = 1 %}  {% set y = 2 %}\n", "a \x0b\x1c {%- if x %}{% endif -%} \u2003 b\n\n",
                "x {# a #} {# b #}\n {# c #}  {# d #}\ny", "\n\n  {%- raw %} a\n {%- endraw %}\n{{ x }}",
                trim_blocks=trim, lstrip_blocks=strip, keep_trailing_newline=keep)
add("a\nb\r\nc\rd {{ 'x\ny' }}\n", newline_sequence="\r\n", keep_trailing_newline=True)
add("a\nb {{ 'x\r\ny' }}", newline_sequence="\r")
add("<% if x %>a<%= y %>b<%# c %><% endif %>", "<% raw %><%= x %><% endraw %>", "<%- if x -%> a <%= y -%> b <%# c -%> d<% endif %>", "<%== x %>",
    block_start_string="<%", block_end_string="%>", variable_start_string="<%=", variable_end_string="%>", comment_start_string="<%#", comment_end_string="%>")
add("<!-- if x -->a${y}b<!--# c --><!-- endif -->", "${ {'a': {}} }", "${y}}", "<!--- if x --->\n a<!--- endif --->",
    block_start_string="<!--", block_end_string="-->", variable_start_string="${", variable_end_string="}", comment_start_string="<!--#", comment_end_string="-->")
add("[% if x %]a[[ y[0] ]]b[# c #][% endif %]", "[[ [1,[2]] ]]", "[[ x[y[0]] ]]",
    block_start_string="[%", block_end_string="%]", variable_start_string="[[", variable_end_string="]]", comment_start_string="[#", comment_end_string="#]")
LINE = dict(line_statement_prefix="%", line_comment_prefix="##")
add("% for x in y\n  {{ x }}\n% endfor\n", "  % if x:\n a\n\t% endif\nb", "a % b\n% if x\nc\n% endif", "% set x = [\n 1,\n 2\n]\n{{ x }}", "a ## b\nc", "## a\nb", "a\n  ## b\nc",
    "% if x ## comment\na\n% endif", "{{ x }} ## c\n{{ y }}", "{{ x -}}   ## c\n{{ y }}", "%- if x\n a\n%+ endif", "\n\n%- if x\na\n  %- endif\n{{ b }}", "% if x\n\n\n  a\n% endif\n\n\nb", "% if x",
    "% if x\n% endif", "{% if x %}\n% set y = 1\n{% endif %}", "a {# b\n% if x #}\n% set y = 1", "{% raw %}\n% if x\n{% endraw %}", "##", "## x", "a##b##c\nd", "   ##   \n x", "% foo", "%% x", "x\n%\n", "% if x %}\n% endif",
    "a\n % if (x\n and y)\n b\n % endif", "{{ a }}\n% set b = {'a':\n 1}\nc", "% if x -%}\n% endif", **LINE)
for trim in (False, True):
    add("% if x\n  {% if y %}\n  a\n  {% endif %}\n## c\n% endif\n", "  {% set x = 1 %}\n  ## b\n  % set y = 2\n  c\n", "a\n {# b #} ## c\n % set x = 2\n", trim_blocks=trim, lstrip_blocks=True, **LINE)
add("# for x in y\n{{ x }}\n# endfor\n// c\na // b\nc", "{# c #}\n# set x = 1\n{#- d #}", line_statement_prefix="#", line_comment_prefix="//")
add("# a\n## b\n# set x = 1\n  ## y\n", line_statement_prefix="#", line_comment_prefix="##")

# Literals.
NUMBERS = ["0", "1", "42", "007", "00", "0_0", "1_000", "1__0", "_1", "1_", "0b101", "0B1_0", "0b2", "0b", "0o17", "0O1_7", "0o8", "0x1f", "0XaB_c", "0x", "0xg", "1.5", "1.", ".5", "1.e5", "1e5", "1E+5",
           "1e-5", "1e", "1.5e", "1.5e1_0", "1_0.2_5", "1._5", "1.5_", "1.5_e3", "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "-5", "1e400", "0xffffffffffffffffffff",
           "12.0", "100000000000000000000.0", "1e16", "1e15", "0.0001", "0.00001", "1.1.1", "x.0", "x.0.1", "x.1.5", "x.1e5", "x.00", "x.0x1", "1 .5", "1if x", "1e5x", "1or 2", "0b12", "\u0663", "1\u0663", "1.\u0663", "x\u0663"]
add(*["{{ %s }}" % n for n in NUMBERS])
add("{{ " + "9" * 4300 + " }}")
STRINGS = [r"'a'", r'"a"', r"'a' 'b' \"c\"", r"'a\n\t\\\'\"b'", r"'\x41\u0041\U00000041'", r"'\101\60\8\7z'", r"'\400'", r"'\x4'", r"'\u41'", r"'\U0041'", r"'\U00110000'", r"'\q\z\ '", "'a\\\nb'", "'a\nb'", r"'é\é'",
           "'\\中\\🐍'", r"'\\é'", r"''", r"'\''", r"'\\'", r"'\a\b\f\v\r\0'", r"'\N{BULLET'", r"'\N'", r"'a' ~ 'b'", "'<a>' \"'\"", r"'\x'", r"'\ud83d'", "'\\\r\n'", "'{{ }} %} #}'", "'}}' \"%}\""]
add(*["{{ %s }}" % s.replace('\\"c\\"', '"c"') for s in STRINGS if "ud83d" not in s])
add("{{ true }}{{ True }}{{ false }}{{ False }}{{ none }}{{ None }}{{ TRUE }}", "{{ [] }}{{ [1] }}{{ [1,] }}{{ [1, 2] }}{{ [,] }}", "{{ [1 2] }}", "{{ () }}{{ (1) }}{{ (1,) }}{{ (1, 2) }}{{ 1, 2 }}{{ 1, }}", "{{ (,) }}", "{{ , }}",
    "{{ {} }}{{ {'a': 1} }}{{ {'a': 1,} }}{{ {1: 2, x: y} }}", "{{ {1} }}", "{{ {1: 2 3: 4} }}", "{{ {,} }}", "{{ (1,\n2,\n3) }}", "{{ [1,\n[2,\n3]\n] }}", "{{ {'a':\n1,\n'b': 2} }}",
    "{{ é }}{{ ünïcode_1 }}{{ _ }}{{ __x }}{{ 中文 }}{{ x² }}", "{{ ² }}", "{{ x·y }}", "{{ ·x }}", "{{ ℘ }}")

# Expressions.
EXPRS = ["a + b - c", "a * b / c // d % e", "a ** b ** c", "-a ** b", "- -a", "+a", "-a|abs", "-1|abs", "(-1)|abs", "- a.b[c]", "not a", "not not a", "not a in b", "a in b", "a not in b", "a not b", "a is b", "a is not b",
         "a and b or c and d", "a or b and c", "not a and b", "a == b != c < d <= e > f >= g", "a < b in c", "a not in b not in c", "a ~ b ~ c", "a ~ b + c ~ d", "a + b ~ c * d", "a if b else c", "a if b", "a if b else c if d else e", "a if b if c else d",
         "(a if b) if c", "a if b\nelse\nc", "a.b", "a.b.c", "a['b']", "a[0]", "a[-1]", "a[b, c]", "a[]", "a[1:]", "a[:1]", "a[1:2]", "a[1:2:3]", "a[::]", "a[::2]", "a[:]", "a[:, 1]", "a[1::2]", "a[:2:]", "a[1:2:3:4]", "a[1,]", "a.0", "a.1.2",
         "a.'b'", "a.(b)", "a.", "a.-1", "a()", "a(1)", "a(1, 2)", "a(1,)", "a(,)", "a(b=1)", "a(1, b=2, *c, **d)", "a(*b)", "a(**b)", "a(*b, *c)", "a(**b, **c)", "a(**b, c)", "a(b=1, c)", "a(*b, c)", "a(*b, c=1)", "a(**b, c=1)", "a(**b, *c)", "a(b=1, *c)",
         "a(b==1)", "a(1 2)", "a(b=)", "a(1=2)", "a(\nb\n=\n1)", "a(b)(c)", "a.b(c).d[e](f)", "a|b", "a|b|c", "a|b(1)|c(d=2)", "a|b.c", "a|b.c.d(1)", "a|b()", "a|", "a|1", "a|b.", "a|b[0]", "a|b.0", "(a|b)[0]", "a|b is c", "a|b(1)(2)", "a is b(1)", "a is b 1",
         "a is b c", "a is b 'x' 'y'", "a is b c.d[0]", "a is b [1]", "a is b {1: 2}", "a is b (1)", "a is b -1", "a is b and c", "a is b or c", "a is b if c else d", "a is not b c", "a is b is c", "a is b not c", "a is b.c", "a is b.c 1", "a is not not b", "a is b|c", "a is b == c",
         "a is in [1, 2]", "a is in b", "a is divisibleby 3", "not a is b", "a is b c|d", "a is b c(1)", "a is 1", "a is", "a is b(1)(2)", "a + b is c", "a is sameas none", "a is b 1.5", "a is else", "a == ", "a =", "a = b", "== a", "a b", "a 1", "a 'x'", "a;b", "a:b", "a, b, c,", "a,\nb,\nc",
         "if", "in", "and", "or", "is", "not", "else", "a if", "a if b else", "a and", "a or", "a not", "a in", "a |b", "*a", "**a", "a ** -b", "a ** - b ** c", "-a ** -b", "a if not b else c", "a if b else c, d", "a == b == c", "1 < 2 < 3\n< 4", "a\n+ b\n+ c", "a\nor b\nor c", "a\nand b\nand c", "a\n~ b",
         "a\n.b\n[c]\n(d)\n|e\nis f", "a\n* b\n* c", "a\n** b\n** c", "not\na", "-\na", "x.y.z|default('a', true)|upper", "loop.cycle('odd', 'even')", "(a, b)[0]", "[a][0]", "{'a': 1}.a", "'a'.b", "1.b", "1.0.b", "'a'|b", "'a' 'b'|c", "(a)(b)", "caller()", "super()", "self.x()",
         "(a, b) == (c, d)", "a[b if c else d]", "a(b if c else d, e)", "[a if b else c, d]", "a|b(c|d)", "(((((a)))))", "[[[[a]]]]", "a[b[c[d]]]", "lambda x: x", "a(x for x in y)", "[x for x in y]", "a is defined and b is not none", "a|b if c|d else e|f", "a is b c and d", "a.if", "a.true", "a.none", "true.a", "none()", "a['b' 'c']",
         "\"\n\" ~ x\n~ y"]
add(*["{{ %s }}" % e for e in EXPRS])
add(*["{{ %s }}\n\n{{ %s }" % (e, e) for e in EXPRS[:20]])
add("{{ " + "(" * 30 + "a" + ")" * 30 + " }}", "{{ " + "a." * 90 + "b }}", "{{ " + "a + " * 90 + "b }}")

# Statements.
STATEMENTS = [
    "{% for x in y %}a{% endfor %}", "{% for x, y in z %}a{% else %}b{% endfor %}", "{% for (x, y) in z %}{% endfor %}", "{% for x, (y, z) in w %}{% endfor %}", "{% for x, in y %}{% endfor %}", "{% for x in y, z %}{% endfor %}", "{% for x in y if x %}{% endfor %}",
    "{% for x in y recursive %}{% endfor %}", "{% for x in y if z recursive %}{{ loop(x) }}{% endfor %}", "{% for x in y, recursive %}{% endfor %}", "{% for x in y if z else w %}{% endfor %}", "{% for x in (y if z else w) %}{% endfor %}", "{% for x in y: %}{% endfor %}", "{% for x.y in z %}{% endfor %}", "{% for x in %}{% endfor %}",
    "{% for in y %}{% endfor %}", "{% for 1 in y %}{% endfor %}", "{% for x y in z %}{% endfor %}", "{% for x %}{% endfor %}", "{% for x in y %}", "{% for x in y %}{% else %}", "{% for x in y %}{% endif %}", "{% for x in y %}{% if z %}{% endfor %}{% endif %}", "{% for true in y %}{% endfor %}", "{% for x[0] in y %}{% endfor %}",
    "{% for x in y %}\n{% if z %}\n{% endfor %}", "{% for x in y %}\n{% foo %}\n{% endfor %}", "{% for x in y %}{% else %}{% else %}{% endfor %}", "{% for x in y %}{% elif %}{% endfor %}", "{% for x in range(10) if x is even %}{{ x }}{% endfor %}", "{% for loop in y %}{% endfor %}", "{% for x in a or b %}{% endfor %}", "{% for x in a|b %}{% endfor %}",
    "{% if x %}a{% endif %}", "{% if x %}a{% elif y %}b{% elif z %}c{% else %}d{% endif %}", "{% if x, y %}{% endif %}", "{% if x if y %}{% endif %}", "{% if %}{% endif %}", "{% if x: %}{% else: %}{% endif %}", "{% if x %}", "{% if x %}\n\n{% else %}\n", "{% if x %}{% else %}{% elif y %}{% endif %}", "{% if x %}{% endfor %}", "{% elif x %}", "{% else %}", "{% endif %}",
    "{% if x y %}{% endif %}", "{% if x = y %}{% endif %}", "{% if x == y %}\n{% elif\n z %}\n{% endif %}", "{% if x %}{% endif x %}", "{% if not x %}{% endif %}", "{% if x is not defined %}{% endif %}", "{%if x%}{%endif%}", "{% if (x) %}{% endif %}", "{% if x.y and not z[0] %}{% endif %}",
    "{% block a %}b{% endblock %}", "{% block a %}b{% endblock a %}", "{% block a %}b{% endblock b %}", "{% block a scoped %}{% endblock %}", "{% block a required %}{% endblock %}", "{% block a scoped required %} \n {# c #} {% endblock %}", "{% block a required scoped %}{% endblock %}", "{% block a-b %}{% endblock %}", "{% block a required %}x{% endblock %}",
    "{% block a required %}{{ x }}{% endblock %}", "{% block %}{% endblock %}", "{% block 'a' %}{% endblock %}", "{% block a.b %}{% endblock %}", "{% block a %}{% block b %}{% endblock %}{% endblock %}", "{% block a %}", "{% block a %}{% endblock", "{% block scoped %}{% endblock %}", "{% block a b %}{% endblock %}", "{% block true %}{% endblock %}",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{% extends 'a' %}", "{% extends x if y else z %}", "{% extends %}", "{% extends 'a', 'b' %}", "{% extends ['a', b] %}", "{% print 1 %}", "{% print a, b %}", "{% print %}", "{% print a b %}", "{% print a, %}",
    "{% macro a() %}b{% endmacro %}", "{% macro a(b, c=1, d='x') %}{% endmacro %}", "{% macro a(b=1, c) %}{% endmacro %}", "{% macro a %}{% endmacro %}", "{% macro (a) %}{% endmacro %}", "{% macro a(b,) %}{% endmacro %}", "{% macro a(,) %}{% endmacro %}", "{% macro a(b c) %}{% endmacro %}", "{% macro a(*b) %}{% endmacro %}", "{% macro a(**b) %}{% endmacro %}",
    "{% macro a(b.c) %}{% endmacro %}", "{% macro a('b') %}{% endmacro %}", "{% macro true() %}{% endmacro %}", "{% macro a(true) %}{% endmacro %}", "{% macro a() %}", "{% macro a() %}{% endmacro a %}", "{% macro a.b() %}{% endmacro %}", "{% macro a(b=c if d else e) %}{% endmacro %}", "{% macro a(\nb,\nc=\n1) %}\n{% endmacro %}", "{% macro a(caller) %}{% endmacro %}",
    "{% call a() %}b{% endcall %}", "{% call(x, y=1) a(z) %}{% endcall %}", "{% call() a() %}{% endcall %}", "{% call a %}{% endcall %}", "{% call a.b(c)[d]() %}{% endcall %}", "{% call(x) %}{% endcall %}", "{% call a()|b %}{% endcall %}", "{% call %}{% endcall %}", "{% call a() %}", "{% call a() + 1 %}{% endcall %}", "\n{% call\na\n%}{% endcall %}", "{% call (a) %}{% endcall %}", "{% call(a.b) c() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}", "{% filter a|b(1)|c %}{% endfilter %}", "{% filter a(b=1, *c) %}{% endfilter %}", "{% filter %}{% endfilter %}", "{% filter |a %}{% endfilter %}", "{% filter a b %}{% endfilter %}", "{% filter a.b %}{% endfilter %}", "{% filter a %}", "{% filter 1 %}{% endfilter %}", "{% filter a(%}{% endfilter %}",
    "{% set a = 1 %}", "{% set a, b = 1, 2 %}", "{% set (a, b) = c %}", "{% set a.b = c %}", "{% set a.b.c = d %}", "{% set a[0] = b %}", "{% set a() = b %}", "{% set 1 = a %}", "{% set 'a' = b %}", "{% set a = %}", "{% set a = b, %}", "{% set a = b if c %}", "{% set = a %}", "{% set %}", "{% set a %}b{% endset %}", "{% set a | b %}c{% endset %}", "{% set a|b(1)|c %}d{% endset %}",
    "{% set a b %}{% endset %}", "{% set a %}", "{% set a, b %}c{% endset %}", "{% set a.b %}c{% endset %}", "{% set none = 1 %}", "{% set a, true = 1 %}", "{% set (a.b) = 1 %}", "{% set (a + b) = 1 %}", "{% set (a if b) = 1 %}", "{% set [a] = 1 %}", "{% set {} = 1 %}", "{% set () = 1 %}", "{% set a == 1 %}", "{% set (a|b) = 1 %}", "{% set -a = 1 %}", "{% set a = b = c %}", "{% set a: %}x{% endset %}", "{% set x = {'a': [1, 2, {'b': (3,)}]} %}",
    "{% set (a(1)) = 1 %}", "{% set (not a) = 1 %}", "{% set (a is b) = 1 %}", "{% set (a ~ b) = 1 %}", "{% set (a < b) = 1 %}", "{% set (a[1:2]) = 1 %}", "{% set a\n=\nb\n,\nc %}", "{% set a =\nb %}\n{{ c }}",
    "{% with %}a{% endwith %}", "{% with a = 1 %}b{% endwith %}", "{% with a = 1, b = a %}{% endwith %}", "{% with a, b = c %}{% endwith %}", "{% with (a, b) = c %}{% endwith %}", "{% with a.b = c %}{% endwith %}", "{% with a %}{% endwith %}", "{% with a = 1 b = 2 %}{% endwith %}", "{% with a = 1, %}{% endwith %}", "{% with a = 1", "{% with a = 1 %}", "{% with a = b, c %}{% endwith %}", "{% with a = 1: %}{% endwith %}",
    "{% autoescape true %}a{% endautoescape %}", "{% autoescape x if y else z %}{% endautoescape %}", "{% autoescape %}{% endautoescape %}", "{% autoescape a, b %}{% endautoescape %}", "{% autoescape false %}",
    "{% include 'a' %}", "{% include ['a', 'b'] %}", "{% include a ignore missing %}", "{% include a with context %}", "{% include a without context %}", "{% include a ignore missing without context %}", "{% include a without context ignore missing %}", "{% include a ignore %}", "{% include a with %}", "{% include %}", "{% include a, b %}", "{% include a if b else c %}", "{% include a + b ignore missing with context %}", "{% include a missing %}",
    "{% import 'a' as b %}", "{% import 'a' as b with context %}", "{% import 'a' as b without context %}", "{% import 'a' %}", "{% import 'a' as %}", "{% import 'a' as b.c %}", "{% import 'a' as true %}", "{% import 'a' as b, c %}", "{% import a with context as b %}",
    "{% from 'a' import b %}", "{% from 'a' import b as c, d %}", "{% from 'a' import b, c with context %}", "{% from 'a' import b without context %}", "{% from 'a' import b, %}", "{% from 'a' import b, with context %}", "{% from 'a' import with context %}", "{% from 'a' import with %}", "{% from 'a' import with, without %}", "{% from 'a' import %}", "{% from 'a' import _b %}", "{% from 'a' import b as _c %}", "{% from 'a' import __b %}", "{% from 'a' %}",
    "{% from 'a' import 'b' %}", "{% from 'a' import * %}", "{% from 'a' import (b) %}", "{% from 'a' import b c %}", "{% from 'a' import b as true %}", "{% from 'a' import true %}", "{% from 'a' import b,\nc,\n_d %}", "{% from 'a' import context with context %}", "{% from 'a' import b as with %}", "{% from a.b import c %}", "{% from 'a' import b as c with context, d %}",
    "{% unknown %}", "{% 'a' %}", "{% 1 %}", "{% a.b %}", "{% do x %}", "{% break %}", "{% continue %}", "{% debug %}", "{% trans %}a{% endtrans %}", "{% if x %}{% unknown %}{% endif %}", "{% if x %}{% for y in z %}{% endif %}{% endfor %}", "{% block a %}{% if x %}{% endblock %}", "{% macro a() %}{% if x %}{% for y in z %}{% endmacro %}", "{% call a() %}{% endmacro %}",
    "{% set x %}{% endblock %}", "{% filter a %}{% if b %}{% endfilter %}", "{% with %}{% autoescape true %}{% endwith %}", "{% if x %}\n{% if y %}\n{% if z %}\n", "{% IF x %}{% endif %}", "{% for x in y %}{{ x }\n{% endfor %}", "{% if x }}a{% endif %}", "{{ x %}", "{% if x %}{{ y %}{% endif %}", "{% if x -%}  \n a {%- endif %}", "{% is %}", "{% in %}", "{% not %}", "{%- -%}", "{%-%}", "{% - %}", "{{ -}}", "{{--}}",
    "{% recursive %}", "{% endblock a %}", "{% endfor x in y %}", "{% if x %}{% endif\n%}\n{{ }", "a\nb\n{% if c %}\nd\n{% elif e %}\nf\n{% foo %}",
]
add(*STATEMENTS)
add(*["{% for x in y %}\n" + s for s in STATEMENTS[::6]])
add(*["{% if x %}" + s + "{% endif %}" for s in STATEMENTS[::5]])

# Extensions.
ALL = list(EXT)
add("{% do x %}", "{% do x, y %}", "{% do %}", "{% do x.append(1) %}", "{% do x if y %}", "{% for x in y %}{% break %}{% continue %}{% endfor %}", "{% break x %}", "{% break %}", "{% debug %}", "a\n{% debug %}", "{% debug x %}", "{% for x in y %}{% if x %}{% break %}{% endif %}{% endfor %}", "{% do x = 1 %}",
    extensions=ALL)
for newstyle in (False, True):
    for trimmed in (False, True):
        add("{% trans %}Hello{% endtrans %}", "{% trans %}Hello {{ name }}!{% endtrans %}", "{% trans name=x %}Hello {{ name }} 100%{% endtrans %}", "{% trans %}100%{% endtrans %}", "{% trans a, b=c %}{{ a }}{{ b }}{{ d }}{% endtrans %}",
            "{% trans %}one {{ n }}{% pluralize %}many {{ n }} 5%{% endtrans %}", "{% trans n=x %}one{% pluralize %}many{% endtrans %}", "{% trans n=x() %}one {{ n }}{% pluralize %}many {{ n }}{% endtrans %}", "{% trans num=x|length %}{{ num }}{% pluralize %}{{ num }}s{% endtrans %}", "{% trans a=1, b=2 %}{{ a }}{% pluralize b %}{{ b }}{% endtrans %}",
            "{% trans 'ctx' %}a{% endtrans %}", "{% trans \"ctx\" n=1, m=x.y %}a {{ n }}{% pluralize %}b {{ n }}{% endtrans %}", "{% trans trimmed %}\n  a\n  b {{ c }}  d\n\n e\n{% endtrans %}", "{% trans notrimmed %}\n  a\n b\n{% endtrans %}", "{% trans trimmed n=1 %}\n a\n{% pluralize %}\n b\n c\n{% endtrans %}", "{% trans trimmed, a=1 %}{{ a }}{% endtrans %}", "{% trans a=1, trimmed %} \n x{{ a }} {% endtrans %}",
            "{% trans trimmed=1 %}{{ trimmed }}{% endtrans %}", "{% trans trimmed trimmed %}{{ trimmed }}{% endtrans %}", "{% trans: %}a{% endtrans %}", "{% trans a: %}{{ a }}{% endtrans %}", "\n{% trans\n a=b\n, c\n=d %}\n{{ a }}\n{% pluralize\n c %}\n{{ c }}{% endtrans %}\n{{ x }}", "{% trans %}\n{% endtrans %}\n{{ x }", "{% trans a.b %}{% endtrans %}", "{% trans 'a' 'b' %}{% endtrans %}",
            "{% trans a a %}{% endtrans %}", "{% trans a, a %}{% endtrans %}", "{% trans a=1, a=2 %}{% endtrans %}", "{% trans %}{{ a.b }}{% endtrans %}", "{% trans %}{{ a|b }}{% endtrans %}", "{% trans %}{{ 1 }}{% endtrans %}", "{% trans %}a", "{% trans %}a{% pluralize %}b{% endtrans %}", "{% trans %}{{ a }}{% pluralize b %}b{% endtrans %}",
            "{% trans a=1 %}a{% pluralize %}b{% pluralize %}c{% endtrans %}", "{% trans %}", "{% trans", "{% trans a= %}{% endtrans %}", "{% trans %}{# c #}a{% raw %}{{ b }}%{% endraw %}{% endtrans %}", "{% trans _=1, x=2 %}{{ _ }}{{ x }}{% endtrans %}", "{{ _('a') }}{{ gettext('a', b=1) }}{{ ngettext('a', 'b', 3) }}", "{% trans x=a.b.c() %}{{ x }}{% endtrans %}", "{% trans x=f() %}{{ x }}{% pluralize x %}{{ x }}{% endtrans %}",
            "{% trans num=f(), b=g() %}{{ num }}{{ b }}{% pluralize b %}{{ b }}{% endtrans %}", "{% pluralize %}", "{% endtrans %}", "{% if x %}{% trans %}a{% endtrans %}{% endif %}", "{% trans num %}{{ num }}{% pluralize num %}{{ num }}{% endtrans %}",
            extensions=["i18n"], newstyle=newstyle, trimmed=trimmed)


# Random programs, half of them broken by a deletion.
rnd = random.Random(4)
ATOMS = ["a", "b.c", "1", "2.5", "'s'", "[1, a]", "{'k': v}", "(a, b)", "f(x, y=1)", "x[0]", "x[1:]", "none", "true"]


def expr(d):
    if d <= 0:
        return rnd.choice(ATOMS)
    k = rnd.randrange(9)
    if k == 0:
        return "%s %s %s" % (expr(d - 1), rnd.choice("+ - * / // % ** ~ and or == != < in".split()), expr(d - 1))
    if k == 1:
        return "(%s)" % expr(d - 1)
    if k == 2:
        return "not %s" % expr(d - 1)
    if k == 3:
        return "%s|%s" % (expr(d - 1), rnd.choice(["upper", "default(1)", "join(', ')|e"]))
    if k == 4:
        return "%s is %s" % (expr(d - 1), rnd.choice(["defined", "not none", "divisibleby 3", "in [1]"]))
    if k == 5:
        return "%s if %s else %s" % (expr(d - 1), expr(d - 1), expr(d - 1))
    if k == 6:
        return "f(%s, *%s, **k)" % (expr(d - 1), expr(d - 1))
    if k == 7:
        return "%s[%s].z" % (rnd.choice("xyz"), expr(d - 1))
    return "-%s" % expr(d - 1)


def body(d):
    out = []
    for _ in range(rnd.randrange(1, 4)):
        k = rnd.randrange(10 if d > 0 else 4)
        sp = rnd.choice(["{%% %s %%}", "{%%- %s %%}", "{%% %s -%%}", "{%%+ %s +%%}", "\n  {%% %s %%}\n"])
        if k == 0:
            out.append(rnd.choice(["text", "\n", "  a\n  b ", "{# c #}", "%", "{"]))
        elif k == 1 or k == 2:
            out.append("{{ %s }}" % expr(2))
        elif k == 3:
            out.append(sp % ("set %s = %s" % (rnd.choice(["a", "a, b", "n.x"]), expr(2))))
        elif k == 4:
            out.append(sp % ("if " + expr(2)) + body(d - 1) + sp % "else" + body(d - 1) + sp % "endif")
        elif k == 5:
            out.append(sp % ("for x in (%s)" % expr(2)) + body(d - 1) + sp % "endfor")
        elif k == 6:
            out.append(sp % "macro m(a, b=1)" + body(d - 1) + sp % "endmacro")
        elif k == 7:
            out.append(sp % ("call m(%s)" % expr(1)) + body(d - 1) + sp % "endcall")
        elif k == 8:
            out.append(sp % ("with a = %s" % expr(1)) + body(d - 1) + sp % "endwith")
        else:
            out.append(sp % "filter upper" + body(d - 1) + sp % "endfilter")
    return "".join(out)


for i in range(240):
    s = body(2)
    if i % 2 and len(s) > 8:
        at = rnd.randrange(len(s) - 4)
        s = s[:at] + s[at + rnd.randrange(1, 4):]
    add(s, trim_blocks=i % 3 == 0, lstrip_blocks=i % 5 == 0)

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parse.json")
with open(OUT, "w") as f:
    count = 0
    for source, env in SOURCES:
        options = {k: v for k, v in env.items() if k not in ("extensions", "newstyle", "trimmed") and v is not False}
        e = jinja2.Environment(extensions=[EXT[x] for x in env.get("extensions", [])], **options)
        if env.get("newstyle"):
            e.newstyle_gettext = True
        if env.get("trimmed"):
            e.policies["ext.i18n.trimmed"] = True
        case = {"source": source, "env": {k: v for k, v in env.items() if v is not False}}
        try:
            tree = []
            dump(e._parse(source, None, None), tree)
            case["tree"] = tree
        except TemplateSyntaxError as err:
            case["error"] = [type(err).__name__, err.message, err.lineno]
        except Exception as err:
            case["error"] = [type(err).__name__, str(err), 0]
        f.write(json.dumps(case, ensure_ascii=False) + "\n")
        count += 1
    print(count, "cases")
