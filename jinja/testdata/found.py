"""Writes found.json: requests that once had another answer than Jinja2's.

Run with a Python that has Jinja2 3.1.6: python3 found.py
"""
import json, os, re

from reference import answer

CONTEXT = {
    "d": {"a": 1, "b": 2}, "e": {"b": 2, "z": 9}, "l": [1, 2, 3], "s": "abc", "m": {"$mock": "m"}, "mk": {"$markup": "<i>"},
    "aware": {"$datetime": "2024-02-03T04:05:06+00:00"}, "east": {"$datetime": "2024-02-03T04:05:06.5+05:30"}, "naive": {"$datetime": "2024-02-03T04:05:06"},
    "by": {"$bytes": "ab\xff"}, "bs": {"$bytes": "a b,c"},
}
MACRO = "{% macro list(x) %}[{{ caller() }}]{% endmacro %}"
SANDBOX = {"class": "SandboxedEnvironment"}
NATIVE = {"class": "NativeEnvironment"}
CASES = []


def add(*sources, **env):
    for s in sources:
        words = set(re.findall("[a-z]+", s))
        CASES.append({"kind": "render", "source": s, "env": env, "context": {k: v for k, v in CONTEXT.items() if k in words}})


# Dates know whether they have an offset.
for t in ("aware", "east", "naive"):
    add("{{ T }} {{ T.isoformat() }} {{ T|pprint }} {{ T == naive }} {{ T.utcoffset() }}".replace("T", t), "{{ %s < naive }}" % t, "{{ %s - aware }}" % t, "{{ %s|tojson }}" % t, "{{ [%s.date()]|tojson }}" % t)
add("{{ aware.tzinfo }}")
add("{{ 'a b c d e f'|wordwrap(3) }}", newline_sequence="\r\n")
# Formatting with %.
for f in ("%5%", "%-5%|", "%20%", "%(a)%", "%%", "%", "%(a", "%z", "%*d", "%.*f", "%c", "%x", "%i"):
    for a in ("(1,)", "1", "'x'", "{'a': 1}", "()", "1.5", "none", "[1]"):
        add("{{ %r %% %s }}" % (f, a), "{{ (%r|safe) %% %s }}" % (f, a))
add("{{ '{:zz}'.format(mk) }}", "{{ '{:x}'.format(mk) }}", "{{ mk.join(none) }}")
# The sandbox.
add("{{ '{}'.format_map({}) }}", "{{ '{0}'.format_map({'a': 1}) }}", "{{ ('{}'|safe).format_map({}) }}", "{{ '{a.__class__}'.format_map({'a': 1}) }}", "{{ namespace().__doc__ }}", "{{ namespace().__doc__.x }}", "{{ namespace().__class__ }}", "{{ namespace().__class__.x }}",
    "{{ dict.mro }}", "{{ dict.mro() }}", "{{ range(c=1) }}", "{{ l.__class__.__mro__ }}", "{{ l.x.__y__ }}", "{{ [].append.__self__ }}", "{{ l.__class__ }}", **SANDBOX)
add("{{ l.__class__.__a__.__b__ }}", "{{ l._x.y }}", "{{ x.__class__.__bases__ }}", "{{ l.x.__y__ }}", undefined="ChainableUndefined", **SANDBOX)
# Views are sets.
for op in ("-", "&", "^", "<", "<=", "==", "!=", ">", ">="):
    for x, y in (("d.keys()", "e.keys()"), ("d.keys()", "d.keys()"), ("d.items()", "e.items()"), ("d.keys()", "['a']"), ("d.values()", "d.values()"), ("['a']", "d.keys()")):
        if op not in "&^":
            add("{{ %s %s %s }}" % (x, op, y) if op != "-" else "{{ (%s %s %s)|sort }}" % (x, op, y))
add("{{ d.keys().isdisjoint(e) }}{{ d.keys().isdisjoint('xy') }}{{ d.items().isdisjoint([]) }}", "{{ d.keys().isdisjoint() }}", "{{ d.keys().isdisjoint(1) }}", "{{ d.keys().mapping }}", "{{ d.keys()|tojson }}", "{{ d.keys()[0] }}")
# Blocks that give no text.
for f in ("length", "wordcount", "int", "float", "list", "first", "upper", "default(1)", "round", "batch(2)", "safe"):
    for auto in (False, True):
        add("{%% filter %s %%}abc{%% endfilter %%}" % f, "a{%% filter %s %%}1{%% endfilter %%}b" % f, "{%% macro m() %%}x{{ s }}{%% filter %s %%}ab{%% endfilter %%}{%% endmacro %%}{{ m() }}" % f, "{%% set x | %s %%}12{%% endset %%}{{ x is string }}{{ x is escaped }}" % f,
            "{%% for i in [1] %%}{{ i }}{%% filter %s %%}ab{%% endfilter %%}{%% endfor %%}" % f, "{%% filter upper %%}{%% filter %s %%}ab{%% endfilter %%}{%% endfilter %%}" % f, autoescape=auto)
add("{% call m.x(1) %}a{% endcall %}", "a{{ s }}{% call m() %}{% endcall %}", MACRO + "{% call list(1) %}{% call m() %}{% endcall %}{% endcall %}", "{% set x %}{% call m() %}{% endcall %}{% endset %}", "{% call m() %}{% endcall %}{{ x.y }}", "{% filter length %}a{% endfilter %}{{ x.y }}", MACRO + "{% call list(1) %}b{% endcall %}",
    "{% for x in [1, 2] recursive %}{% call m() %}{% endcall %}{{ y.z }}{% endfor %}", "{% block a %}{% call m() %}{% endcall %}{% endblock %}{{ x.y }}", "{% block a %}{% filter length %}ab{% endfilter %}{% endblock %}", "{% with %}a{% filter length %}ab{% endfilter %}{% endwith %}", "{% autoescape true %}{{ s }}{% filter length %}ab{% endfilter %}{% endautoescape %}")
# Generators, and what has no representation of its own.
for f in ("unique", "map('upper')", "select", "reject", "selectattr('a')", "rejectattr('a')", "batch(2)", "slice(2)", "items"):
    add("{{ l|%s }}" % f, "{{ [d|%s] }}" % f)
for g in ("dict", "range", "namespace", "cycler", "joiner", "lipsum"):
    add("{{ G }} {{ [G] }} {{ G is callable }} {{ G is mapping }} {{ G == G }} {{ G.__name__ }}".replace("G", g), "{{ %s() is defined }}" % g, "{{ %s|tojson }}" % g)
add("{{ cycler(1) }}", "{{ joiner() }}", "{{ dict.fromkeys([1, 2], 3) }}{{ dict.fromkeys('ab') }}", "{{ dict.keys(d) }}{{ dict.get(d, 'a') }}", "{{ dict.keys(1) }}", "{{ dict([(1, 2)], a=3) }}", "{{ dict(1) }}", "{{ dict([1]) }}")
add("{{ mk.upper }}", "{{ mk.find }}", "{{ mk.upper + 1 }}", "{{ mk|attr('join') }}", "{{ [] + mk.format }}")
# Native templates.
add("{{ '' }}", "{{ '' }}{{ m.x }}", "1{{ '' }}", "{{ s|groupby(0)|list }}", **NATIVE)

# Filters and tests that are missing fail after their operands.
add("{% if 1 %}{{ (u is nope)|nope2 }}{% endif %}", "{% if 1 %}{{ u.x.y|nope2 }}{% endif %}", "{% if 1 %}{{ u|nope(a.b.c) }}{% endif %}", "{% if 1 %}{{ u.x.y is nope }}{% endif %}", "{% if 1 %}{{ 1 is nope(a.b.c) }}{% endif %}", "{{ u.x.y|nope if 1 }}", "{{ 1|nope(k=u.x.y, *a) if 1 }}",
    "{% if 1 %}{% filter nope %}{{ u.x.y }}{% endfilter %}{% endif %}", "{% if 0 %}{{ 1|nope }}{{ 1 is nope }}{% endif %}ok")
# Plural forms compare their number.
for i18n in ([], ["newstyle_gettext"]):
    add("{% trans h=missing %}a{% pluralize %}b{% endtrans %}", "{{ ngettext('a', 'b', missing) }}", "{{ npgettext('c', 'a', 'b', missing) }}", "{{ ngettext('a', 'b', 1.0) }}", "{{ ngettext('a', 'b', 'x') }}", undefined="StrictUndefined", extensions=["jinja2.ext.i18n"], i18n=["null"] + i18n)
# Bytes.
for a in ("bs", "by"):
    for call in """decode() decode('latin-1') decode('ascii') decode(1) decode('nope') split() split(bs) split(',') split(','.encode(),1) rsplit() strip() lstrip() rstrip() strip('b') strip('ac'.encode())
            startswith(bs) startswith('a') startswith((bs,by)) startswith(('a',)) endswith(by) replace(by,bs) replace('a','b') replace(by) hex() hex(':') hex('-',2) hex('-',-2) hex('::') upper() upper(1) lower() title() capitalize()
            swapcase() find(bs) find(255) find(300) find('a') index(by) count(97) join([by,bs]) join([1]) join(['a']) isalpha() isdigit() isascii() islower() splitlines() center(9,'*'.encode()) center(9,'*') ljust(9) zfill(9)
            partition(bs) rpartition(by) removeprefix(by) expandtabs() foo()""".split():
        add("{{ %s.%s }}" % (a, call))
for f in ("%s", "%d", "%5d", "%x", "%c", "%r", "%b", "%f", "%(a)s", "%%", "%z"):
    for a in ("1", "by", "'x'", "()", "(by,)", "(1, 2)", "256", "{'a': 1}"):
        add("{{ %r.encode() %% %s }}" % (f, a))

# The debug tag lays several items to a line, three levels deep.
for vars in ({}, {"l": list(range(60)), "s": "x" * 100}, {"o": ["x" * 90, "y", ["z" * 50] * 3]}, {"d": {"b": {"c": {"d": 1}}}, "e": [[[]]], "w": ["word %d" % i * 3 for i in range(20)]}, {"t": {"$tuple": [{"$tuple": [{"$tuple": [1]}]}, {"$tuple": []}]}}):
    CASES.append({"kind": "render", "source": "{% set q = [1, 2] %}{% debug %}", "env": {"extensions": ["jinja2.ext.debug"]}, "context": vars})
# Names are XID_Start and XID_Continue, which leave some letters out.
for c in "\u309b\u037a\u0e33\ufdfa\uff9e\ufe7e\u00b7\u2118":
    add("{{ %s }}" % c, "{{ a%s }}" % c)
# Formats of objects, methods of numbers, who is called what.
for spec in ("d", ">5", ".2f", "x", "s"):
    add("{{ '{:%s}'.format(m) }}" % spec, "{{ '{:%s}'.format(self) }}" % spec)
for args in ("", "2", "2, 'little'", "8, 'big', signed=true", "1", "length=2, byteorder='little'", "-1", "2, 'x'", "2, 3", "x=1", "1, 2, 3"):
    add("{{ (258).to_bytes(%s) }}" % args, "{{ (-2).to_bytes(%s) }}" % args)
add("{{ range(3).index('a', 1) }}", "{{ range(3).index(2) }}")
add("{{ naive.__class__ }}", undefined="StrictUndefined", **SANDBOX)

# Native templates join what they output at their end.
for kind in ("Undefined", "StrictUndefined", "DebugUndefined"):
    add("{{ x }}a", "a{{ x }}", "{{ x }}{{ x }}", "{{ x }}", undefined=kind, **NATIVE)
add("{1: {{ s }}, [2]: 3}", "{% raw %}{{ 1 }}{% endraw %}", "{ {{ l }} }", "set()", **NATIVE)

# What Python's compiler refuses in what Jinja2 makes of a template.
for a in ("a=1, a=2", "a=1, b=2, a=3", "class=1, class=2", "class=1, a=2, a=3", "a=1, **{'a': 2}", "class=1, a=2, **{'a': 3}", "__debug__=1", "caller=1", "class=1, caller=2"):
    add(*(x.replace("ARGS", a) for x in ("{{ m(ARGS) }}", "{{ s|default(ARGS) }}", "{{ 'a'|upper(ARGS) }}", "{{ s is sameas(ARGS) }}", "{{ s is eq(ARGS) }}", "{{ s|length(ARGS) }}", "{{ dict(ARGS) }}", "{% if e.zz %}{{ m(ARGS) }}{% endif %}", MACRO + "{% call m(ARGS) %}x{% endcall %}", "{% filter replace(ARGS) %}x{% endfilter %}")))
for n in (19, 20, 21):
    for end in ("{{ s }}", "{% if s %}{{ s }}{% endif %}", "{% include 'a' %}", "{% include 'a' ignore missing %}", "{% include 'a' without context %}", "{% macro list() %}{% for x in l %}{% endfor %}{% endmacro %}", "{% for x in l recursive %}{{ x }}{% endfor %}", "{% for x in [] %}{% else %}e{% endfor %}"):
        CASES.append({"kind": "compile", "source": "{% for x in [1] %}" * n + end + "{% endfor %}" * n, "env": {}})
LOOPCONTROLS = {"extensions": ["jinja2.ext.loopcontrols"]}
add("{% break %}{% macro list(b, b) %}{% endmacro %}", "{% break %}{{ s|nope }}", "{{ m(a=1, a=1) }}{% break %}", "{% block a %}{% break %}{% endblock %}{{ m(b=1, b=2) }}", "{% macro list(a, a) %}{% endmacro %}{% call(caller) list() %}{% endcall %}", "{{ m(a=1, a=1) }}{{ s|nope }}", "{{ l[1:2, 0] }}", "{% break %}{{ l[1:2, 0] }}",
    "{% set z | default(l) %}x{% endset %}", **LOOPCONTROLS)

# Jinja2's own objects: their classes, their bound methods, what the sandbox hides of them.
for o in ("cycler(1)", "joiner()", "namespace(items=1)", "self", "list", "range"):
    for auto in (False, True):
        add(MACRO + "{% set o = O %}{% block a %}{% endblock %}{{ o.__class__ }}{{ o.next }}{{ o.reset }}".replace("O", o), autoescape=auto)
    add(MACRO + "{% set o = O %}{{ o|dictsort }}".replace("O", o), MACRO + "{% set o = O %}{{ o|wordwrap }}".replace("O", o))
add("{% set o = namespace() %}{% set o.__class__ = 1 %}{{ o.__class__ }}{{ o }}", "{% set o = namespace(a=1) %}{{ o._Namespace__attrs }}", "{% block a %}{{ self.a.__class__ }}{{ super.__class__ }}{% endblock %}", "{% for x in l %}{{ loop.__class__ }}{{ loop.cycle }}{{ loop.changed }}{% endfor %}")
for kind in ("Undefined", "StrictUndefined", "DebugUndefined"):
    for a in ("_length", "_x", "_recurse", "__class__", "cycle"):
        add("{%% for x in l %%}{{ loop.%s }}{%% endfor %%}" % a, undefined=kind, **SANDBOX)
    for a in ("_func", "_argument_count", "_x", "name"):
        add(MACRO + "{{ list.%s }}" % a, undefined=kind, **SANDBOX)

# What split leaves at the end, ranges in messages of encode, fields of string.Formatter without a name.
for x in ("' a b  c '", "'a'", "'  '", "'a  b'"):
    for m in ("split", "rsplit"):
        add(*("{{ X.M(none, N) }}{{ X.encode().M(none, N) }}".replace("X", x).replace("M", m).replace("N", n) for n in "0123"))
add(*("{{ '%s'.encode('%s') }}" % (x, e) for x in ("\u00e9", "a\u00e9b", "\u00e9\u00e9", "a\u00e9\u00e9b\u00e9", "\u65e5\u672c") for e in ("ascii", "latin-1")))
for x in ("{.x}", "{[0]}", "{:{:{}}}", "{:{}}", "{0:{0:{0}}}"):
    for a in ("", "1", "1, 2", "1, 2, ''", "l"):
        add("{{ (%r|safe).format(%s) }}" % (x, a), "{{ %r.format(%s) }}" % (x, a))
        add("{{ %r.format(%s) }}" % (x, a), **SANDBOX)

# An include without context leaves the capture that it stands in.
INC = "{% include 'i' without context %}"
for source in ("a{% filter upper %}b INC c{% endfilter %}d", "a{% set v %}b INC c{% endset %}d{{ v }}{{ v }}", "{% set v | upper %}b{% filter title %}cc INC dd{% endfilter %}e INC f{% endset %}[{{ v }}]", "{% for x in [1, 2] %}{% set v %}<{{ x }}INC>{% endset %}{{ v }}{% endfor %}",
               "{% macro q(x) %}a INC{% endmacro %}{{ q(1) }}", "{% macro q(x) %}a INC{% endmacro %}{{ q(1, 2) }}", "{% macro q(x) %}a INC b INC{% endmacro %}{{ q(1) is string }}{{ q(1)|list|length > 0 }}", "{% macro q() %}{% filter upper %}a INC{% endfilter %}{% endmacro %}{{ q() }}", "{% macro q() %}[{{ caller() }}]{% endmacro %}{% call q() %}a INC{% endcall %}",
               "{% macro q() %}{% macro z() %}INC{% endmacro %}{{ z() }}{% endmacro %}{{ q() }}", "{% block b %}{% macro q() %}INC{% endmacro %}{{ q() }}{% filter upper %}x INC{% endfilter %}{% endblock %}", "{% macro q() %}INC{% endmacro %}{% call q() %}{% endcall %}", "{% macro q() %}INC{% endmacro %}{% set v %}{{ q() }}{% endset %}{{ v }}",
               "{% for x in [1] recursive %}INC{% endfor %}", "a{{ x }}b{% for x in [1] recursive %}INC{% endfor %}", "a{% set v %}b{% for x in [1] recursive %}INC{% endfor %}{% endset %}", "{% for x in [1] recursive %}{% macro q() %}INC{% endmacro %}{{ x }}{% endfor %}", "{% for x in [] recursive %}{% else %}INC{% endfor %}", "{% for x in y.z recursive %}INC{% endfor %}",
               "{% set v %}{% for x in [1, 2] %}INC{% endfor %}{% if x %}INC{% endif %}{% endset %}({{ v }})", "{% with %}{% filter upper %}a{% with %}INC{% endwith %}{% endfilter %}{% endwith %}", "{% set v %}INC{{ x.y.z }}{% endset %}"):
    for env in ({}, {"autoescape": True}, NATIVE):
        CASES.append({"kind": "render", "source": None, "name": "m", "loader": {"m": source.replace("INC", INC), "i": "<i{{ x }}>"}, "env": env, "context": {}, "spills": True})

# Strict undefined constants fail where Jinja2 computes them, and as native values where they are output.
for x in ("1 if 'a'|attr('k')", "('a'|attr('k')) or 1", "('a'|attr('k')) and 1", "'a'.k ~ 's'", "not ('a'|attr('k'))", "('a'.k).z", "(''|first) or 1", "[1][5]|upper", "'a'.k is defined", "1 if 'a'.k is defined", "'a'.k == 1"):
    for kind in ("Undefined", "StrictUndefined"):
        add("{%% if 0 %%}{{ %s }}{%% endif %%}" % x, "{{ %s }}" % x, "{%% if %s %%}a{%% endif %%}" % x, undefined=kind)
for x in ("{{ y }}", "{{ y }}{{ y.z }}", "a{{ y }}{{ y.z }}", "{{ y }}a{{ z.z }}", "a{% set z %}{{ y }}{% endset %}{{ z }}", "{{ y }}{% do y.z %}", "a{{ s.k }}{% do y.z %}"):
    add(x, undefined="StrictUndefined", extensions=["jinja2.ext.do"], **NATIVE)

# Undefined values of two classes, break beside a recursive loop, texts of native modules.
for kind in ("Undefined", "StrictUndefined", "ChainableUndefined", "DebugUndefined"):
    for op in ("<", ">=", "==", "!=", "in", "+"):
        add("{{ (1 if 0) %s y }}" % op, "{{ y %s (1 if 0) }}" % op, "{{ y %s z }}" % op, undefined=kind) if op != "in" else add("{{ (1 if 0) in [y] }}", "{{ y in [1 if 0] }}", undefined=kind)
for word in ("break", "continue"):
    add("{% for x in [1] %}{% for y in [] recursive %}{% else %}{% WORD %}{% endfor %}{% endfor %}".replace("WORD", word), "{% for x in [1] %}{% for y in [2] recursive %}{{ y }}{% WORD %}{% endfor %}{% endfor %}".replace("WORD", word), **LOOPCONTROLS)
for source in ("{% import 'i' as q %}{{ q }}", "{% import 'i' as q %}{{ q }}{{ q }}", "{% import 'i' as q %}[{{ q|upper }}]", "{% import 'i' as q %}{{ q ~ 1 }}", "{% set v %}a{% import 'i' as q %}{{ q }}{% endset %}{{ v }}"):
    CASES.append({"kind": "render", "source": source + "!", "name": "m", "loader": {"i": "a{{ 'b' }}{% set v = 1 %}"}, "env": NATIVE, "context": {}})

# Objects that take no keys; macros called in the scope of a block.
for o in ("cycler(1)", "joiner()", "namespace(a=1)", "self", "list", "loop", "mk", "m", "l|groupby(0)|first", "self.a"):
    add(MACRO + "{%% block a %%}{%% endblock %%}{%% for x in l %%}{{ 't' %% %s }}{%% endfor %%}" % o, MACRO + "{%% block a %%}{%% endblock %%}{%% for x in l %%}{{ '%%(a)s' %% %s }}{%% endfor %%}" % o)
for where in ("{% block b scoped %}BODY{% endblock %}", "{% block b %}BODY{% endblock %}", "{% block c scoped %}{% block b scoped %}BODY{% endblock %}{% endblock %}", "BODY", "{% for x in [1] %}{% block b scoped %}BODY{% endblock %}{% endfor %}"):
    for auto in (False, True):
        add("{% macro q() %}&{% endmacro %}{% macro z(x=q()) %}{{ x is escaped }}{{ q() is escaped }}{% endmacro %}" + where.replace("BODY", "{% autoescape FLAG %}{{ z() }}{{ z(q()) }}{{ q() is escaped }}{% endautoescape %}{{ z() }}").replace("FLAG", str(not auto).lower()), autoescape=auto)

# Tables for translate.
for a in ("'a', 'b'", "'ab', 'xy'", "'ab', 'x'", "'ab', 'xy', 'z'", "'', '', 'abc'", "{'a': 'b'}", "{97: 'b', 'b': none, 'c': 100}", "{'ab': 1}", "{1.5: 2}", "{none: 2}", "'a'", "1", "", "1, 'a'", "'a', 1", "'a', 'b', 1", "'a', 'b', 'c', 'd'", "x='a'", "'\u00e9\u65e5', '12'", "d", "{'a': [1]}", "mk, '123'", "{true: 'x'}"):
    add("{{ s.maketrans(A) }}".replace("A", a), "{{ s.translate(s.maketrans(A)) }}".replace("A", a), "{{ mk.translate(mk.maketrans(A)) is escaped }}".replace("A", a))


OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "found.json")
ADDRESS = re.compile("0x[0-9a-f]{6,}")
LINE = re.compile(r" \(<template>, line \d+\)$")  # of the code that Jinja2 generates
with open(OUT, "w") as f:
    for r in CASES:
        a = answer(r)
        if a.get("exception") == "SyntaxError":
            a["message"] = LINE.sub("", a["message"])
        f.write(ADDRESS.sub("0x", json.dumps({"request": r, "answer": a}, ensure_ascii=False)) + "\n")
print(len(CASES), "cases")
