"""Writes language.json: templates and what Jinja2 makes of them.

Run: python3 language.py > language.json   (with Jinja2 3.1.6)
"""
import json
import sys

import jinja2
from jinja2 import sandbox, nativetypes
from markupsafe import Markup

CASES = []


def case(source, context=None, loader=None, name=None, globals=None, **env):
    CASES.append(dict(source=source, context=context or {}, loader=loader, name=name, globals=globals, env=env))


def group(sources, context=None, **kw):
    for s in sources:
        case(s, context, **kw)


CTX = dict(
    a=1, b=2, s="hello", t="<b>", seq=[1, 2, 3], empty=[], d={"x": 1, "y": 2}, none=None, f=1.5, yes=True, no=False,
    users=[{"name": "Ann", "age": 30}, {"name": "Bob", "age": 25}], nested=[[1, [2, 3]], [4]], x="X", big=10**20,
    tree=[{"n": "1", "c": [{"n": "1.1", "c": []}, {"n": "1.2", "c": [{"n": "1.2.1", "c": []}]}]}, {"n": "2", "c": []}],
)

# expressions
group([
    "{{ 1 + 2 * 3 }}", "{{ (1 + 2) * 3 }}", "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }}", "{{ 7 / 2 }}", "{{ 2 ** 10 }}",
    "{{ 2**3**2 }}", "{{ -1|abs }}", "{{ 1 if yes else 2 }}", "{{ 1 if no else 2 }}", "{{ 1 if no }}", "[{{ none }}]",
    "{{ a < b < 3 }}", "{{ a < b > 3 }}", "{{ a == 1 and b == 2 }}", "{{ not a }}", "{{ a or b }} {{ no or b }} {{ no and b }}",
    "{{ 'a' ~ 1 ~ 'b' }}", "{{ 'a' in 'abc' }} {{ 4 in seq }} {{ 4 not in seq }}", "{{ seq[0] }} {{ seq[-1] }} {{ seq[5] }}x",
    "{{ seq[1:] }} {{ seq[:1] }} {{ seq[::-1] }} {{ s[1:3] }}", "{{ d.x }} {{ d['y'] }} {{ d.items()|list }}", "{{ d.z }}x{{ d.z is defined }}",
    "{{ (1, 2, 3) }} {{ () }} {{ (1,) }}", "{{ [1, 'a', 2.5, none, true] }}", "{{ {'a': 1, 2: 'b'} }}", "{{ 'a' 'b' }}",
    "{{ 1.0 }} {{ 1e100 }} {{ 1.5e-7 }} {{ 0.1 + 0.2 }}", "{{ big * big }} {{ big + 1 }}", "{{ '%s-%d' % ('a', 3) }}", "{{ '{0} {x}'.format(1, x=2) }}",
    "{{ 'abc'.upper() }} {{ 'a,b'.split(',') }}", "{{ true }} {{ True }} {{ none }} {{ None }}", "{{ missing.foo }}", "{{ missing }}|{{ missing is undefined }}",
    "{{ a.b.c }}", "{{ foo() }}", "{{ a() }}", "{{ 'x'() }}", "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ seq + 1 }}",
    "{{ none + 1 }}", "{{ 1 < 'a' }}", "{{ [1] < [2] }}", "{{ none < 1 }}", "{{ d < d }}", "{{ missing + 1 }}", "{{ missing < 1 }}", "{{ missing[0] }}", "{{ a[0] }}", "{{ a['x'] }}x",
    "{{ -s }}", "{{ +a }}{{ -a }}{{ -f }}", "{{ seq.0 }}", "{{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1_000 }}", "{{ 'a\\nb' }}", "{{ \"it's\" }}",
    "{{ [1,2]|first }} {{ seq|last }} {{ seq|length }}", "{{ seq|join(', ') }}", "{{ users|map(attribute='name')|join(',') }}", "{{ users|selectattr('age', 'gt', 26)|map(attribute='name')|list }}",
    "{{ 'x' is string }} {{ 1 is number }} {{ d is mapping }} {{ seq is iterable }} {{ a is odd }} {{ b is divisibleby 2 }} {{ b is divisibleby(2) }}",
    "{{ a is not even }} {{ a is sameas a }} {{ 'a' is in ['a'] }} {{ 1 is eq 1 }}", "{{ seq is not sequence }}", "{{ foo|default('d') }} {{ ''|default('d', true) }}",
    "{{ a|unknown }}", "{{ a is unknown }}", "{{ a|unknown if no else 'ok' }}", "{% if no %}{{ a|unknown }}{% endif %}ok", "{% if yes %}{{ a|unknown }}{% endif %}", "{% if yes %}{{ a is unknown }}{% endif %}",
    "{{ '<a>'|safe ~ '<b>' }}", "{{ t|safe ~ '<b>' }}", "{{ '<a>' ~ t }}", "{{ ('<a>'|safe) + t }}", "{{ t|escape }} {{ t|e|e }} {{ t|forceescape }}",
    "{{ [t, '<i>'|safe] }}", "{{ '<%s>'|safe % t }}", "{{ ('<%s>'|safe).format(t) }}", "{{ t|upper }} {{ t|safe|upper }}", "{{ s|truncate(3) }} {{ s|title }} {{ s|center(11) }}|",
    "{{ range(3)|list }} {{ range(1, 10, 3)|list }} {{ range(3) }}", "{{ dict(a=1, b=2) }}", "{{ a if b }}", "{{ (a if no).foo }}", "{{ (a if no) is defined }}", "{{ x.y.z if x is undefined else 'fine' }}",
    "{{ {'a': [1,2,{'b': 3}]}.a[2].b }}", "{{ d|dictsort }}", "{{ [3,1,2]|sort|join }}", "{{ 'foo bar'|wordcount }}", "{{ d.items }}"[:0] + "{{ d.get('q', 5) }}",
    "{{ 1 is defined and missing is not defined }}", "{{ seq|batch(2)|list }}", "{{ seq|slice(2)|list }}", "{{ 42|string + 'a' }}", "{{ '42'|int + 1 }}", "{{ 'x'|int(7) }}", "{{ 3.7|round }} {{ 3.14159|round(2) }}",
    "{{ [1,2,3,4]|sum }}", "{{ seq|random is number }}", "{{ ['a','b']|tojson }} {{ t|tojson }}", "{{ 'a'|indent }}", "{{ users|groupby('age')|list|length }}", "{{ 1.0|int }} {{ 5|float }}",
    "{{ 10|filesizeformat }}", "{{ 'a' if false else ('b' if true else 'c') }}", "{{ [1]*3 }} {{ 'ab'*2 }}", "{{ seq|map('string')|join('-') }}", "{{ seq|select('odd')|list }} {{ seq|reject('odd')|list }}",
    "{{ ''.join(['a','b']) }}", "{{ 'Hello'|replace('l', 'L', 1) }}", "{{ d|length }} {{ d|list }}", "{{ 'a'|list }}", "{{ [[1,2],[3,4]]|map('first')|list }}", "{{ (1, 2)[0] }}", "{{ 1|attr('real') }}"[:0] + "{{ 'x'|attr('foo') is defined }}",
    "{{ 'a b'|urlencode }} {{ {'a':'b c'}|urlencode }}", "{{ '<p>x</p>'|striptags }}", "{{ 5 is none }} {{ none is none }}", "{{ seq is callable }}", "{{ self }}"[:0] + "{{ 'a'.b.c }}", "{{ ''.b is undefined }}", "{{ 'x'.format }}"[:0] + "x",
    "{{ foo.bar is defined }}", "{{ foo.bar.baz is defined }}", "{{ d.x.y is defined }}", "{{ seq|first(1) }}", "{{ seq|join(1,2,3,4) }}", "{{ seq|join(foo=1) }}", "{{ a|default(x=1) }}", "{{ a is divisibleby }}", "{{ a is divisibleby(1,2) }}",
    "{{ *seq }}", "{{ range(*[1, 4])|list }}", "{{ dict(**d) }}", "{{ dict(**5) }}", "{{ range(*5) }}", "{{ dict(x=1, **d) }}", "{{ {1: 2}[1] }}", "{{ {}[[]] }}", "{{ {[]: 1} }}",
    "{{ 1 if missing else 2 }}", "{{ loop }}", "{{ loop.index }}", "{{ seq[missing] }}x", "{{ (1,2) + (3,) }}", "{{ [1,2] == [1,2] }} {{ 1 == 1.0 }} {{ 1 == true }} {{ '1' == 1 }}", "{{ 1 != 2 }} {{ 2 >= 2 }} {{ 2 <= 1 }}",
    "{{ 5|abs }} {{ -5.5|abs }}", "{{ 'é' * 3 }} {{ 'é'|length }}", "{{ 'ß'|upper }}", "{{ '日本語'[1] }}", "{{ f|int }} {{ f|round|int }}", "{{ [none, 1]|select|list }}", "{{ [0, 1]|map('default', 'x', true)|list }}",
], CTX)
group([
    "{{ t }}", "{{ t|safe }}", "{{ t|e }}", "{{ '<a>' }}", "{{ '<a>'|safe ~ '<b>' }}", "{{ t|safe ~ '<b>' }}", "{{ '<a>' ~ t }}", "{{ t|safe + '<b>' }}", "{{ '<b>' + t|safe }}", "{{ ['<a>'|safe, t]|join }}", "{{ [t, t]|join('<br>') }}",
    "{{ [t, t]|join('<br>'|safe) }}", "{{ seq }}{{ d }}{{ 1.5 }}{{ none }}", "{{ t|replace('<', '>') }}", "{{ '<%s>'|safe % t }}", "{{ ('<%s>'|safe).format(t) }}", "{{ '<{}>'|safe|format(t) }}", "{{ t|upper }}{{ t|safe|upper }}",
    "{{ [t]|first }}", "{{ {'a': t}|tojson }}", "{{ t|tojson }}", "{{ '<p>'|striptags }}", "{% set x = '<a>' %}{{ x }}", "{% set x %}<a>{{ t }}{% endset %}{{ x }}", "{% set x|upper %}<a>{{ t }}{% endset %}{{ x }}",
    "{% filter upper %}<a>{{ t }}{% endfilter %}", "{% filter escape %}<a>{% endfilter %}", "{% filter forceescape %}<a>{% endfilter %}", "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(t) }}{{ m(t)|upper }}{{ m(m(t)) }}",
    "{% autoescape false %}{{ t }}{% endautoescape %}{{ t }}", "{% autoescape no %}{{ t }}{{ t ~ t }}{% endautoescape %}", "{% autoescape yes %}{{ t }}{{ t|safe ~ t }}{% endautoescape %}",
    "{% autoescape false %}{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{% endautoescape %}{{ m(t) }}", "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{% autoescape false %}{{ m(t) }}{% endautoescape %}",
    "{% autoescape false %}{% set x %}<a>{% endset %}{% endautoescape %}{{ x }}", "{% autoescape no %}{% filter upper %}<a>{{ t }}{% endfilter %}{% endautoescape %}", "{% autoescape yes %}{{ '<a>'|safe ~ '<b>' }}{% endautoescape %}", "{{ ('<a>'|safe)[0] }}", "{{ (t|safe)[1:2] }}", "{{ t|safe * 2 }}",
    "{{ t|default('<a>') }}{{ foo|default('<a>') }}", "{{ t|trim }} {{ t|string }} {{ t|safe|string }}", "{{ '&amp;'|safe }}", "{{ \"a'b\\\"\" }}", "{{ 1 < 2 }}", "{{ [t|safe] }}", "{{ (t|safe).join([t, t]) }}", "{{ (t|safe).split('c') }}",
    "{{ t|wordwrap(1) }}", "{{ t|xmlattr if false else 'x' }}", "{{ {'a': t, 'b': none}|xmlattr }}", "{{ t|urlize }}", "{{ 'http://a.b/c'|urlize }}", "{% call(u) foo_m() %}{% endcall %}"[:0] + "{% macro w() %}[{{ caller() }}]{% endmacro %}{% call w() %}<b>{{ t }}{% endcall %}",
    "{% for c in t %}{{ c }}{% endfor %}", "{% for c in t|safe %}{{ c }}{% endfor %}", "{{ t|safe|list }}", "{% block a %}{{ t }}{% endblock %}{{ self.a() }}{{ self.a()|upper }}", "{% autoescape false %}{% block a %}{{ t }}{% endblock %}{{ self.a() ~ t }}{% endautoescape %}",
    "{{ t|center(9) }}|{{ t|safe|center(9) }}", "{{ t|indent }}{{ t|safe|indent(first=true) }}", "{{ [t|safe, 'x']|sort|join(',') }}", "{{ '%s' % (t|safe) }}{{ '%s'|format(t|safe) }}", "{{ '<i>%s'|safe|format(t) }}", "{{ ('%(x)s'|safe) % {'x': t} }}", "{{ t|e == '&lt;b&gt;' }}", "{{ t|length }} {{ (t|e)|length }}",
], CTX, autoescape=True)

# statements
group([
    "{% if a %}1{% endif %}", "{% if no %}1{% else %}2{% endif %}", "{% if no %}1{% elif yes %}2{% else %}3{% endif %}", "{% if no %}1{% elif no %}2{% elif yes %}4{% endif %}", "{% if missing %}1{% else %}2{% endif %}",
    "{% for x in seq %}{{ x }}{% endfor %}", "{% for x in empty %}{{ x }}{% else %}none{% endfor %}", "{% for x in seq %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}|{% endfor %}",
    "{% for x in seq %}{{ loop.previtem }}-{{ loop.nextitem }}|{% endfor %}", "{% for x in seq %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in seq %}{{ loop.cycle() }}{% endfor %}", "{% for x in [1,1,2,2,1] %}{{ loop.changed(x) }}{% endfor %}", "{% for x in [1,1] %}{{ loop.changed() }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for a, b in [(1,2),(3,4)] %}{{ a }}{{ b }}{% endfor %}", "{% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1,2,3)] %}{% endfor %}", "{% for a, b in [(1,)] %}{% endfor %}",
    "{% for x in seq if x != 2 %}{{ x }}{{ loop.index }}{{ loop.length }}{{ loop.last }}{% endfor %}", "{% for x in seq if x > 5 %}{{ x }}{% else %}e{% endfor %}", "{% for x in seq if loop.index %}{{ x }}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in missing %}{% else %}e{% endfor %}", "{% for x in none %}{% endfor %}",
    "{% for i in tree recursive %}{{ i.n }}{% if i.c %}[{{ loop(i.c) }}]{% endif %}{% endfor %}", "{% for i in tree recursive %}{{ loop.depth }}{{ loop.depth0 }}{{ i.n }}{{ loop(i.c) }}{% else %}.{% endfor %}", "{% for i in tree %}{{ loop(i.c) }}{% endfor %}", "{% for i in tree recursive %}{{ loop.index }}{{ loop.previtem.n }}{{ loop(i.c) }}{{ loop.last }}{% endfor %}", "{% for i in tree if i.n != '2' recursive %}{{ i.n }}{{ loop(i.c) }}{% endfor %}",
    "{% for x in seq %}{% set a = x %}{% endfor %}{{ a }}", "{% for x in seq %}{% if loop.first %}{% set q = x %}{% endif %}{{ q }}{% endfor %}{{ q }}", "{% set q = 9 %}{% for x in seq %}{{ q }}{% set q = x %}{{ q }}{% endfor %}{{ q }}", "{% for x in seq %}{% for y in seq %}{{ loop.index }}{% endfor %}{{ loop.index }}|{% endfor %}",
    "{% for x in seq %}{% set o = loop %}{% for y in [1,2] %}{{ o.index }}{{ loop.index }} {% endfor %}{% endfor %}", "{% for x in seq %}{{ x }}{% endfor %}{{ x }}", "{% set x = 0 %}{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "{% if no %}{% set zz = 1 %}{% endif %}{{ zz }}|{{ zz is defined }}", "{% if no %}{% set a = 5 %}{% endif %}{{ a }}", "{% if yes %}{% set a = 5 %}{% else %}{% set a = 6 %}{% endif %}{{ a }}", "{{ a }}{% set a = 5 %}{{ a }}",
    "{% set ns = namespace(n=0) %}{% for x in seq %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.c }}", "{% set d.x = 1 %}", "{% set foo.x = 1 %}", "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}", "{% set ns = namespace() %}{% set ns.t %}hi{% endset %}{{ ns.t }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = 1 %}", "{% set (a, b) = (3, 4) %}{{ a }}{{ b }}",
    "{% set x %}abc{% endset %}{{ x }}", "{% set x | upper %}abc{% endset %}{{ x }}", "{% set x | upper | replace('A', 'z') %}abc{% endset %}{{ x }}", "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y }}", "{% with %}{% set a = 9 %}{{ a }}{% endwith %}{{ a }}", "{% with a = 5, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}{{ b }}", "{% with a, b = (7, 8) %}{{ a }}{{ b }}{% endwith %}", "{% filter upper %}abc{{ s }}{% endfilter %}", "{% filter upper|replace('A','x') %}abc{% endfilter %}", "{% filter replace('a', s) %}abc{% endfilter %}",
    "{% raw %}{{ a }}{% endraw %}", "{# c #}a{# d #}", "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a {%- if yes -%} b {%- endif -%} c", "{{- a -}} x", "  {%+ if yes %}x{% endif %}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(b=5, a=4) }}|{{ m() }}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}", "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% macro m(a, b) %}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}", "{% macro m(a, b) %}{{ caller }}{{ kwargs }}{{ varargs }}{% endmacro %}{{ m.caller }}{{ m.catch_kwargs }}{{ m.catch_varargs }}", "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{% endcall %}", "{% macro m() %}{% for u in users %}{{ caller(u, 1) }}{% endfor %}{% endmacro %}{% call(u, n) m() %}{{ u.name }}{{ n }}{% endcall %}",
    "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}", "{% macro m(caller=none) %}{{ caller() if caller else 'no' }}{% endmacro %}{{ m() }}{% call m() %}y{% endcall %}", "{% macro m(caller) %}{{ caller() }}{% endmacro %}", "{% macro m(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m('q') }}", "{% macro m(x) %}{{ x.y }}{% endmacro %}{{ m() }}", "{% macro m(x) %}{{ x }}{% endmacro %}[{{ m() }}]", "{% macro m(x) %}{{ x.foo }}{% endmacro %}{{ m(missing) }}",
    "{% macro m() %}{{ zz }}{% endmacro %}{% set zz = 5 %}{{ m() }}", "{% set zz = 4 %}{% macro m() %}{{ zz }}{% endmacro %}{% set zz = 5 %}{{ m() }}", "{% macro m() %}{% set zz = 1 %}{{ zz }}{% endmacro %}{{ m() }}{{ zz }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"[:0] + "{{ m() }}{% macro m() %}x{% endmacro %}", "{% for x in seq %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}", "m", "{% if yes %}{% macro m() %}M{% endmacro %}{% endif %}{{ m() }}", "{% if no %}{% macro m() %}M{% endmacro %}{% endif %}{{ m() }}", "{{ m }}{% macro m() %}{% endmacro %}{{ m }}", "{% macro m() %}{{ self }}{% endmacro %}"[:0] + "{% macro m(*a) %}{% endmacro %}", "{% macro m(a, a) %}{% endmacro %}"[:0] + "x", "{% macro m(a=1, b) %}{% endmacro %}", "{% macro m(x, kwargs) %}{{ kwargs }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(varargs=3) %}{{ varargs }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ kwargs.x }}{{ kwargs['y'] }}{% endmacro %}{{ m(x=1, y=2) }}", "{% macro m() %}{% for v in varargs %}{{ loop.index }}{{ v }}{% endfor %}{% endmacro %}{{ m('a', 'b') }}", "{% call m() %}{% endcall %}", "{% call 5 %}{% endcall %}", "{% macro inner() %}({{ caller() }}){% endmacro %}{% macro outer() %}<{{ caller() }}>{% endmacro %}{% call outer() %}{% call inner() %}x{% endcall %}{% endcall %}", "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call m() %}x{% endcall %}", "{% macro m() %}{{ caller() }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", "{% macro m() %}{{ caller(x=1) }}{% endmacro %}{% call(x=5, y=6) m() %}{{ x }}{{ y }}{% endcall %}",
    "{% macro m(a) %}{{ m.name }}{% endmacro %}{{ m(1) }}", "{% set m = 5 %}{% macro m() %}x{% endmacro %}{{ m() }}", "{% macro m(caller=1, caller2=2) %}{{ caller2 }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ caller() }}{% endmacro %}{{ m(caller=5) }}", "{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m(1, caller=2) }}",
    "{% for x in seq %}{{ x }}{% if x == 2 %}{% break %}{% endif %}{% else %}E{% endfor %}", "{% for x in seq %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in [1] %}{% continue %}{% else %}E{% endfor %}", "{% for x in [1] %}{% break %}{% else %}E{% endfor %}", "{% do seq %}{% do [].append(1) %}x", "{% set l = [] %}{% do l.append(1) %}{{ l }}", "{% for x in seq %}{% for y in seq %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}", "{% for x in seq %}{% set z %}{% if x == 2 %}{% break %}{% endif %}a{% endset %}{{ z }}{% endfor %}", "{% break %}", "{% continue %}",
    "{% block a %}x{% endblock %}", "{% block a %}x{% endblock %}{{ self.a() }}", "{% block a %}x{% endblock a %}", "{% block a %}{% block b %}y{% endblock %}{% endblock %}{{ self.b() }}", "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{{ self.nope() }}", "{{ self.nope }}", "{{ self['a'] }}"[:0] + "{% block a %}{{ super() }}{% endblock %}", "{% block a %}{{ super.super() }}{% endblock %}", "{% for i in seq %}{% block a %}{{ i }}{% endblock %}{% endfor %}", "{% for i in seq %}{% block a scoped %}{{ i }}{{ loop.index }}{% endblock %}{% endfor %}", "{% set v = 1 %}{% block a %}{{ v }}{% set v = 2 %}{{ v }}{% endblock %}{{ v }}", "{% block a required %}{% endblock %}", "{% block a required %}x{% endblock %}", "{% block a scoped required %} {# c #} {% endblock %}",
    "{% extends 'x' %}", "{% include 'x' %}", "{% include 'x' ignore missing %}ok", "{% include ['x', 'y'] %}", "{% include ['x', 'y'] ignore missing %}ok", "{% include [] %}", "{% include missing %}", "{% include [missing] %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% include none %}",
    "{% for loop in seq %}{% endfor %}", "{% for x in seq %}{% set loop = 1 %}{{ loop.index }}{% endfor %}", "{% set loop = 1 %}{{ loop }}", "{% set none = 1 %}", "{% set 1 = 1 %}", "{% for x in seq %}", "{% endfor %}", "{% if %}{% endif %}", "{{ }}", "{{ a b }}", "{% foo %}", "{% set x = %}", "{{ 'a }}", "{{ a | }}", "{% block a-b %}{% endblock %}", "{% for x in seq %}{% else %}{% else %}{% endfor %}", "{% if a %}{% else %}{% elif b %}{% endif %}", "{% raw %}", "{# a", "{{ a.b. }}", "{{ (a }}", "{{ a) }}", "{% macro %}{% endmacro %}", "{% with a %}{% endwith %}", "{% extends %}", "{{ a is is b }}", "{{ a is b is c }}", "{% set x, y %}{% endset %}",
    "{% print a, b %}" [:0] + "{% print a %}", "{{ a if b else c if d else e }}", "{% set x = 1 if no %}{{ x }}", "{% if (a, b) %}x{% endif %}", "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}", "{% for x in [1,2,3]|reverse %}{{ x }}{{ loop.length }}{{ loop.last }}{% endfor %}", "{% for x in seq|select %}{{ loop.length }}{{ loop.revindex }}{{ loop.last }}{{ x }};{% endfor %}", "{% for x in seq|select %}{{ loop.nextitem }}{{ loop.length }}{{ x }};{% endfor %}", "{% for x in 'abc' %}{{ x }}{{ loop.last }}{% endfor %}", "{% for x in {'a': 1}.values() %}{{ x }}{% endfor %}", "{% for x in range(3) %}{{ x }}{{ loop.last }}{% endfor %}", "{% for x in (1, 2) %}{{ x }}{% endfor %}", "{% for a in nested recursive %}{{ a if a is number else loop(a) }},{% endfor %}",
    "{% for x in seq %}{{ loop }}{% endfor %}", "{% for x in seq %}{{ loop.foo }}{% endfor %}", "{% for x in seq %}{{ loop.foo.bar }}{% endfor %}", "{% for x in seq %}{{ loop|length }}{% endfor %}", "{% for x in seq %}{{ loop['index'] }}{% endfor %}", "{% for x in seq %}{% with y = loop.index %}{{ y }}{% endwith %}{% endfor %}", "{% for x in seq %}{% if x == 2 %}{% set seq = 5 %}{% endif %}{{ seq }}{% endfor %}{{ seq }}", "{% set seq2 = seq %}{% for x in seq2 %}{% set seq2 = [9] %}{{ seq2 }}{% endfor %}{{ seq2 }}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}", "{% set j = joiner('|') %}{{ j() }}a{{ j() }}b", "{% set _x = 1 %}{{ _x }}", "{{ namespace(a=1) }}"[:0] + "{{ namespace(a=1).a }}", "{{ cycler() }}", "{{ [1, 2, 3].pop() }}", "{% set x = [1,2] %}{{ x.append(3) }}{{ x }}", "{% set x = {'a': 1} %}{% do x.update(b=2) %}{{ x }}", "{% for i in range(2) %}{% set x = [] %}{% do x.append(i) %}{{ x }}{% endfor %}", "{% for i in range(2) %}{% set x = [1]|list %}{% do x.append(i) %}{{ x }}{% endfor %}",
    "{% debug %}"[:0] + "{{ lipsum(n=0) }}", "{% set x = 'a' %}{% macro m(x=x) %}{{ x }}{% endmacro %}{{ m() }}", "{% macro m(x) %}{% if x %}{% set y = x %}{% endif %}{{ y }}{% endmacro %}{{ m(1) }}{{ m(0) }}", "{% macro m(seq) %}{% for s in seq %}{{ s }}{% endfor %}{{ s }}{% endmacro %}{{ m(seq) }}", "{% if a %}{% if no %}{% set q = 1 %}{% else %}{% set q = 2 %}{% endif %}{% endif %}{{ q }}", "{% if no %}{% set a = 1 %}{% elif yes %}{% set b = 7 %}{% endif %}{{ a }}{{ b }}", "{% for x in seq %}{% if x == 1 %}{% set s = 'first' %}{% endif %}{{ s }} {% endfor %}{{ s }}",
], CTX, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])

# undefined types
for kind in ("ChainableUndefined", "DebugUndefined", "StrictUndefined"):
    group([
        "{{ m }}", "{{ m.a }}", "{{ m.a.b }}", "{{ m['a'] }}", "{{ d.m }}", "{{ seq[9] }}", "{{ m is defined }}", "{{ m is undefined }}", "{% if m %}{% endif %}x", "{% for x in m %}{% endfor %}x", "{{ m + 1 }}", "{{ m == 1 }}", "{{ m == n }}", "{{ m|default('d') }}", "{{ m.a|default('d') }}", "{{ m|length }}", "{{ m() }}", "{{ not m }}", "{{ 'a' if m else 'b' }}", "{{ 'a' if no }}", "{{ m in seq }}", "{{ 1 in m }}", "{{ m ~ 'x' }}", "{{ m|upper }}", "{{ [m] }}", "{{ m|string }}", "{{ d.m.n }}", "{{ m|list }}", "{{ m != m }}", "{{ loop.index }}", "{% macro q(z) %}{{ z }}{% endmacro %}{{ q() }}", "{% include m %}", "{{ m.__class__ }}"[:0] + "{{ m|e }}",
    ], CTX, undefined=kind)
    group(["{{ m }}", "{{ m|e }}", "{{ m ~ '<' }}"], CTX, undefined=kind, autoescape=True)

# inheritance and imports
L = {
    "base": "[{% block a %}A{% endblock %}|{% block b %}B{{ v }}{% endblock %}]{% block c %}{% endblock %}",
    "mid": "{% extends 'base' %}{% block a %}m{{ super() }}{% endblock %}{% block c %}midc{% endblock %}",
    "leaf": "{% extends 'mid' %}{% block a %}l{{ super() }}{% endblock %}{% block b %}{{ super() }}{{ self.a() }}{% endblock %}",
    "leaf2": "x{% extends 'mid' %}y{% set v = 5 %}{% block a %}{{ super.super() }}{{ super.super.super }}{% endblock %}",
    "inc": "({{ a }}{{ q }}{{ loop.index }})", "incset": "{% set q = 7 %}{{ q }}", "macros": "{% macro m(x) %}m{{ x }}{{ a }}{{ q }}{% endmacro %}{% set val = 3 %}{% set _priv = 4 %}text{{ a }}", "ctx": "{% macro m() %}{{ a }}{{ q }}{{ x }}{% endmacro %}",
    "scoped": "{% for i in seq %}{% block item scoped %}{{ i }}{% endblock %}{% endfor %}", "notscoped": "{% for i in seq %}{% block item %}{{ i }}{% endblock %}{% endfor %}", "req": "{% block r required %}{% endblock %}", "bad": "{% if %}", "err": "\n\n{{ missing.x }}", "selfinc": "{% include 'selfinc' %}", "cyc": "{% extends 'cyc' %}", "two": "{% extends 'base' %}{% extends 'mid' %}", "filterchild": "{% extends 'base' %}{% filter upper %}lost{% endfilter %}{% macro mm() %}kept{{ caller() }}{% endmacro %}{% call mm() %}c{% endcall %}{% include 'inc' %}",
    "condext": "{% if yes %}{% extends 'base' %}{% endif %}after{% block a %}ca{% endblock %}", "condext2": "{% if no %}{% extends 'base' %}{% endif %}after{% block a %}ca{% endblock %}", "setblock": "{% extends 'base' %}{% set z %}zz{% endset %}{% block a %}{{ z }}{% endblock %}", "impchild": "{% extends 'base' %}{% import 'macros' as mac %}{% from 'macros' import m as mm %}{% block a %}{{ mac.m(1) }}{{ mm(2) }}{% endblock %}", "macrochild": "{% extends 'base' %}{% macro loc() %}loc{% endmacro %}{% block a %}{{ loc() }}{% endblock %}", "cyca": "{% include 'cycb' %}", "cycb": "{% include 'cyca' %}",
    "deep1": "{% block x %}1{% block y %}2{% endblock %}{% endblock %}", "deep2": "{% extends 'deep1' %}{% block y %}Y{{ super() }}{% endblock %}", "deep3": "{% extends 'deep2' %}{% block x %}X{{ super() }}{% endblock %}", "usesself": "{% block t %}T{% endblock %}{{ self.t() }}{{ self.t() }}", "usesselfchild": "{% extends 'usesself' %}{% block t %}{{ super() }}C{% endblock %}", "exp": "{% macro _p() %}{% endmacro %}{% macro p() %}P{% endmacro %}{% import 'macros' as im %}{% from 'macros' import m %}{% set s = 1 %}",
    "blockset": "{% extends 'base' %}{% block a %}{% set v = 2 %}{{ v }}{% endblock %}", "loopchild": "{% extends 'scoped' %}{% block item %}<{{ super() }}{{ loop.index }}>{% endblock %}", "nsloopchild": "{% extends 'notscoped' %}{% block item %}<{{ super() }}>{% endblock %}", "reqchild": "{% extends 'req' %}{% block r %}ok{% endblock %}", "reqmid": "{% extends 'req' %}", "reqsuper": "{% extends 'req' %}{% block r %}[{{ super() }}]{% endblock %}", "incblock": "{% block a %}I{% endblock %}", "tplvar": "{% extends lay %}{% block a %}dyn{% endblock %}", "nested/inc": "N{% include 'inc' %}", "{bad}": "{% from 'macros' import nope %}{{ nope }}",
    "esc.html": "{{ t }}{% include 'esc.txt' %}{% from 'esc.txt' import em %}{{ em(t) }}", "esc.txt": "{{ t }}{% macro em(x) %}<i>{{ x }}</i>{% endmacro %}", "escbase.txt": "{{ t }}{% block a %}{{ t }}{% endblock %}", "escchild.html": "{% extends 'escbase.txt' %}{% block a %}{{ super() }}{{ t }}{% endblock %}",
}
for n in sorted(L):
    if n not in ("esc.html", "esc.txt", "escbase.txt", "escchild.html"):
        case(None, CTX, loader=L, name=n)
group([
    "{% include 'inc' %}", "{% set q = 5 %}{% include 'inc' %}", "{% for x in seq %}{% include 'inc' %}{% endfor %}", "{% for q in seq %}{% include 'inc' %}{% endfor %}", "{% include 'inc' without context %}", "{% include 'inc' with context %}", "{% include 'incset' %}{{ q }}", "{% include ['nope', 'inc'] %}", "{% include ('nope', 'nope2') %}", "{% set l = ['nope', 'inc'] %}{% include l %}", "{% set n = 'inc' %}{% include n %}", "{% include 'nope' ignore missing %}", "{% include 'bad' ignore missing %}", "{% include 'err' %}", "{% include 'nope' %}", "{% include ['nope', 'nope2'] %}", "{% with q = 1 %}{% include 'inc' %}{% endwith %}", "{% macro m(q) %}{% include 'inc' %}{% endmacro %}{{ m(8) }}", "{% include 'leaf' %}", "{% include 'nested/inc' %}", "{% include 'incblock' %}{% block a %}mine{% endblock %}",
    "{% import 'macros' as m %}{{ m.m(1) }}{{ m.val }}{{ m._priv }}{{ m }}", "{% import 'macros' as m with context %}{{ m.m(1) }}{{ m }}", "{% set q = 3 %}{% import 'macros' as m with context %}{{ m.m(1) }}", "{% import 'macros' as m with context %}{% set q = 3 %}{{ m.m(1) }}", "{% from 'macros' import m, val %}{{ m(2) }}{{ val }}", "{% from 'macros' import m as n with context %}{{ n(2) }}", "{% from 'macros' import nope %}{{ nope }}|{{ nope() }}", "{% from 'macros' import _priv %}", "{% from 'macros' import nope %}{{ nope.x }}", "{% import 'macros' as m %}{{ m.nope }}", "{% import 'macros' as m %}{{ m.nope() }}", "{% import 'nope' as m %}", "{% from 'nope' import m %}", "{% for x in seq %}{% from 'ctx' import m with context %}{{ m() }}{% endfor %}", "{% for q in seq %}{% import 'ctx' as c with context %}{{ c.m() }}{% endfor %}", "{% import 'exp' as e %}{{ e.p() }}{{ e.s }}{{ e._p }}{{ e.im }}{{ e.m }}", "{% macro m() %}{% import 'macros' as k %}{{ k.m(1) }}{% endmacro %}{{ m() }}", "{% if yes %}{% import 'macros' as m %}{% endif %}{{ m.m(4) }}", "{% from 'macros' import m %}{% block z %}{{ m(1) }}{% endblock %}", "{% import 'macros' as mm %}{% block z %}{{ mm.m(1) }}{% endblock %}", "{% set lay = 'base' %}{% extends lay %}{% block a %}q{% endblock %}", "{% extends 'base' %}{% block a %}{% include 'inc' %}{% endblock %}", "{% extends missing %}", "{% extends 'nope' %}", "{% extends 'bad' %}", "{% extends 'err' %}", "{% extends 'base' if yes else 'mid' %}", "{% extends ['base'] %}", "{% block a %}{% extends 'base' %}{% endblock %}", "{% for x in seq %}{% extends 'base' %}{% endfor %}", "{% import 'leaf' as l %}{{ l }}", "{% include 'leaf2' %}", "{% import 'macros' as m %}{% for x in seq %}{{ m.m(x) }}{% endfor %}", "{% from 'macros' import m %}{% call m(1) %}{% endcall %}", "{% include 'selfinc' %}"[:0] + "x", "{% import 'bad' as b %}",
    "{% set fn = 'macros' %}{% import fn as m %}{{ m.val }}", "{% from 'exp' import s, p as pp %}{{ s }}{{ pp() }}{{ pp.name }}", "{% macro outer() %}{% from 'macros' import m %}{{ m(1) }}{{ caller() }}{% endmacro %}{% call outer() %}{{ a }}{% endcall %}", "{% block a %}{{ a }}{% set a = 9 %}{% block b %}{{ a }}{% endblock %}{% endblock %}", "{% set a = 9 %}{% block a1 %}{{ a }}{% endblock %}", "{% if yes %}{% set a = 9 %}{% endif %}{% block a1 %}{{ a }}{% endblock %}", "{% for i in [1] %}{% set a = 9 %}{% endfor %}{% block a1 %}{{ a }}{% endblock %}",
], CTX, loader=L)
for n in ("esc.html", "esc.txt", "escbase.txt", "escchild.html"):
    case(None, CTX, loader=L, name=n, autoescape="select")
group(["{% include 'esc.txt' %}", "{% from 'esc.txt' import em %}{{ em('<') }}{{ em('<') ~ '<' }}", "{% extends 'escbase.txt' %}{% block a %}{{ t }}{{ super() }}{% endblock %}"], CTX, loader=L, autoescape="select")

# native
group(["{{ a }}", "{{ seq }}", "{{ a }}{{ b }}", "[{{ a }}, {{ b }}]", "{{ s }}", "{{ '1' }}", "{{ none }}", "", "{{ d }}", "{{ f }}", "{{ yes }}", "{{ a + b }}", "{% for x in seq %}{{ x }}{% endfor %}", "{% for x in seq %}{{ x }},{% endfor %}", "{{ missing }}", "{{ a }} ", " {{ a }}", "{'a': {{ a }}}", "{{ '[1' }}", "{% macro m() %}{{ a }}{% endmacro %}{{ m() + 1 }}", "{{ [a, b] }}", "{% set x %}{{ a }}{% endset %}{{ x + 1 }}", "{{ 'x' }}{{ a }}", "{{ a }}.{{ b }}", "-{{ a }}", "{{ (1, 2) }}", "1, 2", "0{{ a }}", "{{ True and 1 }}", "'{{ s }}'", "{{ s|upper }}", "{# c #}{{ a }}", "{% if yes %}{{ a }}{% endif %}", "{{ big }}", "{{ 1e5 }}", "{{ a }}_{{ b }}"], CTX, klass="native")

# sandbox
SB = ["{{ s.__class__ }}", "{{ s.__class__.__mro__ }}", "{{ ''.__class__ }}", "{{ seq.append(4) }}{{ seq }}", "{{ d.update(z=1) }}{{ d }}", "{{ d.clear() }}", "{{ seq.pop() }}", "{{ d._x }}", "{{ d['_x'] }}", "{{ s['__class__'] }}", "{{ s|attr('__class__') }}", "{{ '{0.__class__}'.format(1) }}", "{{ '{a.__class__}'.format_map({'a': 1}) }}", "{{ ('{0.__class__}'|safe).format(1) }}", "{{ '{}'.format('x') }}", "{{ ('<{}>'|safe).format('<') }}", "{{ range(200000) }}", "{{ range(10)|list }}", "{{ 'a'|attr('upper') }}"[:0] + "{{ s.upper() }}", "{{ missing.__call__ }}", "{{ 1 .__class__ }}", "{% for x in seq.__iter__() %}{% endfor %}", "{{ seq.sort() }}", "{{ [1,2].reverse() }}", "{{ d.items()|list }}", "{% set x = [] %}{% do x.append(1) %}{{ x }}", "{{ s.format.__self__ }}", "{{ ['{0.__class__}']|map('format', 1)|list }}"[:0] + "{{ 'a' * 3 }}", "{{ (s|attr('format'))(1) }}", "{{ '{0._x}'.format({'_x': 1}) }}", "{{ s.upper.__func__ }}", "{% macro m() %}x{% endmacro %}{{ m() }}{{ m.__call__ }}", "{{ d.__setitem__('x', 1) }}", "{{ ''.join.__class__ }}", "{{ cycler('a').__init__ }}", "{{ x.foo }}{{ x.foo.bar }}"]
for k in ("sandbox", "immutable"):
    group(SB, CTX, klass=k, extensions=["jinja2.ext.do"])

# whitespace and delimiters
W = "a\n  {% if yes %}\n    b\n  {% endif %}\nc\n  {# c #}\nd {{ a }}\n\n"
for o in ({}, {"trim_blocks": True}, {"lstrip_blocks": True}, {"trim_blocks": True, "lstrip_blocks": True}, {"keep_trailing_newline": True}, {"newline_sequence": "\r\n"}):
    case(W, CTX, **o)
case("# for x in seq:\n${x}\n# endfor\n## comment\nz", CTX, line_statement_prefix="#", line_comment_prefix="##", variable_start_string="${", variable_end_string="}")
case("<% if yes %><%= a %><% endif %><%# c %>", CTX, block_start_string="<%", block_end_string="%>", variable_start_string="<%=", variable_end_string="%>", comment_start_string="<%#", comment_end_string="%>")

# i18n
T = ["{% trans %}Hello{% endtrans %}", "{% trans u=s %}Hi {{ u }}{% endtrans %}", "{% trans %}Hi {{ s }}{% endtrans %}", "{% trans n=a %}{{ n }} item{% pluralize %}{{ n }} items{% endtrans %}", "{% trans n=b %}{{ n }} item{% pluralize %}{{ n }} items{% endtrans %}", "{{ _('x') }}{{ gettext('y') }}", "{{ ngettext('%(num)s a', '%(num)s b', 2) }}", "{{ gettext('%(x)s', x=t) }}", "{% trans trimmed %}\n a\n b {% endtrans %}", "{% trans 'ctx' %}x{% endtrans %}", "{{ pgettext('c', 'm') }}", "{{ npgettext('c', 's', 'p', 2) }}", "{% trans %}50%{% endtrans %}", "{% trans x=t %}{{ x }} 50%{% endtrans %}", "{{ _('a %s') % t }}", "{{ _('<b>') }}", "{% trans x=t|safe %}<i>{{ x }}{% endtrans %}"]
for ns in (False, True):
    for ae in (False, True):
        group([x for x in T if ns or "x=t)" not in x], CTX, extensions=["jinja2.ext.i18n"], i18n=(["newstyle_gettext"] if ns else []) + ["null"], autoescape=ae)
case("{{ _('x') }}", CTX, extensions=["jinja2.ext.i18n"])
case("{% trans %}x{% endtrans %}", CTX, extensions=["jinja2.ext.i18n"])
case("{{ foo_global }}{{ a }}", CTX, globals={"foo_global": 1, "a": 99})


def build(c):
    env = dict(c["env"])
    klass = env.pop("klass", None)
    i18n = env.pop("i18n", None)
    if env.get("autoescape") == "select":
        env["autoescape"] = jinja2.select_autoescape(default_for_string=True)
    if "undefined" in env:
        env["undefined"] = getattr(jinja2, env["undefined"])
    cls = {None: jinja2.Environment, "native": nativetypes.NativeEnvironment, "sandbox": sandbox.SandboxedEnvironment, "immutable": sandbox.ImmutableSandboxedEnvironment}[klass]
    e = cls(loader=jinja2.DictLoader(c["loader"]) if c["loader"] is not None else None, **env)
    if i18n is not None:
        e.install_null_translations(newstyle="newstyle_gettext" in i18n)
    if c["globals"]:
        e.globals.update(c["globals"])
    return e


sys.setrecursionlimit(400)
out, tables = [], []


def ref(x):
    """Contexts and loaders are kept once."""
    if x not in tables:
        tables.append(x)
    return tables.index(x)


for c in CASES:
    ctx = json.loads(json.dumps(c["context"]))
    e = build(c)
    r = dict(c)
    try:
        t = e.from_string(c["source"]) if c["source"] is not None else e.get_template(c["name"])
        v = t.render(ctx)
        r["output"] = {"$repr": repr(v)} if c["env"].get("klass") == "native" else v
    except Exception as x:
        r["exception"] = type(x).__name__
        r["message"] = x.message if isinstance(x, jinja2.TemplateError) else str(x)
        if isinstance(x, RecursionError):
            r["message"] = "maximum recursion depth exceeded"
        if isinstance(x, SyntaxError):
            r["message"] = x.msg
        if isinstance(x, jinja2.TemplateSyntaxError):
            r["lineno"] = x.lineno
    r["context"] = ref(c["context"])
    r["loader"] = ref(c["loader"])
    out.append({k: v for k, v in r.items() if v not in (None, {})})
json.dump({"tables": tables, "cases": out}, sys.stdout, ensure_ascii=True, indent=0)
