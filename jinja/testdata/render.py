"""Writes render.json: requests of the conformance driver with Jinja2's answers.

Run with the Python that has Jinja2: python3 render.py
"""
import json, os, sys
from reference import answer

CASES = []
SEEN = set()


def add(source, kind="render", **fields):
    r = {"kind": kind, "source": source}
    r.update(fields)
    key = json.dumps(r)
    if key not in SEEN:
        SEEN.add(key)
        CASES.append(r)


def adds(*sources, **fields):
    for s in sources:
        add(s, **fields)


T = lambda *a: {"$tuple": list(a)}
M = lambda s: {"$markup": s}
HTML = {"autoescape": True}
MOCK = {"$mock": "m"}
CTX = {
    "n": None, "t": True, "f": False, "z": 0, "i": 3, "neg": -7, "fl": 2.5, "big": 10**20, "s": "abc", "e": "", "num": "12", "h": "<a & 'b' \"c\">",
    "mk": M("<i>x</i>"), "l": [3, 1, 2], "ls": ["b", "A", "c"], "el": [], "tu": T(1, 2), "d": {"b": 1, "a": 2}, "ed": {}, "m": MOCK, "by": {"$bytes": "ab\xff"},
    "r": {"$range": [0, 5, 2]}, "st": {"$set": [1]}, "dt": {"$datetime": "2024-02-03T04:05:06"}, "c": {"$complex": "1+2j"},
    "users": [{"name": "John", "age": 30, "tags": ["a", "b"]}, {"name": "alice", "age": 25, "tags": []}, {"name": "Bob", "age": 30, "tags": ["c"]}],
    "nested": {"a": {"b": [1, {"c": "deep"}]}}, "un": "snö ☃ 🐍", "long": "The quick brown fox jumps over the lazy dog, and then some more words follow.",
}


def ctx(source, *more):
    """The part of CTX that a source names."""
    import re
    words = set(re.findall(r"[A-Za-z_]+", source + " ".join(more)))
    return {k: v for k, v in CTX.items() if k in words}


def case(source, env=None, kind="render", loader=None, **more):
    fields = {"context": dict(ctx(source, *(loader or {}).values()), **more)}
    if env:
        fields["env"] = env
    if loader is not None:
        fields["loader"] = loader
    add(source, kind=kind, **fields)


def cases(*sources, **kw):
    for s in sources:
        case(s, **kw)


# --- operators over every pair of kinds ---
VALUES = ["n", "t", "i", "neg", "fl", "big", "s", "e", "mk", "l", "tu", "d", "m", "by", "r", "st", "missing", "c", "dt"]
for a in VALUES:
    for b in VALUES:
        for op in ("+", "*", "%", "<", "in", "==", "-"):
            if op == "*" and "big" in (a, b) and not {a, b} <= {"big", "i", "neg", "fl", "t", "n", "m", "missing", "d"}:
                continue
            if op in ("-", "==") and VALUES.index(a) > VALUES.index(b):
                continue
            case("{{ %s %s %s }}" % (a, op, b))
    case("{{ -%s }}" % a)
    case("{{ +%s }}" % a)
    case("{{ %s ~ 1 ~ none }}|{{ not %s }}|{{ %s and 1 }}|{{ %s or 2 }}|{{ 'y' if %s }}" % ((a,) * 5))
    for b in ("i", "neg", "fl", "z", "t", "n", "s", "m"):
        for op in ("/", "//", "**", "%"):
            if op == "**" and a in ("big", "c"):
                continue
            case("{{ %s %s %s }}" % (a, op, b))
    for sub in ("[0]", "[1]", "[-1]", "[5]", "['a']", "['zz']", ".a", ".zz", "[1:]", "[::-1]", "[:-1]", "[none]", "[1.5]", "[true]", "[tu]", "[l]", "()", "(1)", "|length", "|list", "[missing]", "[0:'x']", "[::0]"):
        case("{{ %s%s }}" % (a, sub))
    case("{%% for x in %s %%}{{ x }},{%% endfor %%}" % a)
    case("{%% set x, y = %s %%}{{ x }}{{ y }}" % a)
    case("{{ f(*%s) }}" % a, f=MOCK)
    case("{{ f(**%s) }}" % a, f=MOCK)
cases("{{ 1 < 2 < 3 }}{{ 1 < 2 > 5 }}{{ 3 > 2 == 2 }}", "{{ 1 == 1.0 }}{{ true == 1 }}{{ '1' == 1 }}{{ [1] == [1.0] }}{{ (1,) == [1] }}", "{{ 2**10 }} {{ 2**-1 }} {{ 2**0.5 }} {{ 2**100 }} {{ (-8)**2 }} {{ -2**2 }} {{ 2**3**2 }}",
      "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7.5 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ -7.5 % 2 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 1e3 }} {{ 1e16 }} {{ 1e-5 }} {{ 0.1 + 0.2 }} {{ 1/3 }} {{ 100000000000000000000.0 }} {{ 123456789.123 }}",
      "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1.5 / 0 }}", "{{ 1.5 // 0 }}", "{{ 1.5 % 0 }}", "{{ 0 ** -1 }}", "{{ 0.0 ** -1 }}", "{{ 10**400 / 3 }}", "{{ 2.0 ** 5000 }}", "{{ (-2) ** 0.5 }}", "{{ 10**30 // 7 }} {{ 10**30 % 7 }} {{ -(10**30) // 7 }} {{ 10**30 / 10**29 }}", "{{ 9223372036854775807 + 1 }} {{ -9223372036854775808 - 1 }} {{ 9223372036854775807 * 2 }} {{ -9223372036854775808 // -1 }} {{ 4611686018427387904 * -2 }}",
      "{{ 'a' * 3 }}{{ 3 * 'a' }}{{ [1] * 2 }}{{ (1,) * 2 }}{{ 'a' * -1 }}{{ 'ab' * true }}", "{{ 'a' 'b' }}{{ 'x' ~ 1 ~ 2.0 ~ none ~ [1] }}", "{{ 'a' < 'b' }}{{ 'B' < 'a' }}{{ [1, 2] < [1, 3] }}{{ (1, 'a') < (1, 'b') }}{{ [] < [1] }}{{ 'é' > 'z' }}", "{{ [1] < ['a'] }}", "{{ {} < {} }}", "{{ none < none }}",
      "{{ 'b' in 'abc' }}{{ '' in 'abc' }}{{ 1 in [1] }}{{ 1 in (2,) }}{{ 'a' in {'a': 1} }}{{ 1 not in [1] }}{{ 3 in range(5) }}{{ 1.0 in [1] }}", "{{ 1 in 'a' }}", "{{ [1] in {} }}", "{{ {} in [{}] }}", "{{ true and [] or 'x' }}{{ not '' }}{{ none or 0 }}{{ 0 and missing }}", "{{ 'a' if false }}|{{ 'a' if true else 'b' }}|{{ ('a' if false) is defined }}",
      "{{ ('a' if false).x }}", "{{ [1, 2, 3][1] }}{{ 'abc'[1] }}{{ (1, 2)[-1] }}{{ {'a': 1}['a'] }}{{ {1: 2}[1] }}{{ {1.0: 'x'}[1] }}{{ {true: 'y'}[1] }}", "{{ [1, 2, 3, 4][1:3] }}{{ [1, 2, 3][::-1] }}{{ 'abcdef'[::2] }}{{ 'abc'[-2:] }}{{ (1, 2, 3)[:2] }}{{ [1, 2, 3][5:] }}{{ range(10)[2:5] }}{{ range(10)[::-2] }}",
      "{{ [1, 'a', 2.5, none, true, (1,), [], {'k': 'v'}, 'it''s'] }}", "{{ ('a',) }}{{ () }}{{ (1, 2) }}", "{{ {'a': 1, 'b': [1, 2]} }}{{ {} }}{{ {1: none} }}", "{{ 'it\\'s' }}{{ ['it\\'s', 'say \"x\"', 'both \\' and \"'] }}{{ ['\\n\\t\\\\\\x00é☃'] }}", "{{ [un] }}{{ by }}{{ [by] }}{{ [mk] }}{{ {'x': mk} }}{{ [dt] }}{{ [r] }}{{ [c] }}",
      "{{ 1.0 }} {{ 1.50 }} {{ 1e100 }} {{ -0.0 }} {{ 1e22 }} {{ 1e21 }} {{ 123456789012345678 }} {{ 0.1 }} {{ 1e-4 }} {{ 0.00001234 }} {{ 5e-324 }} {{ 1.7976931348623157e308 }}", "{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1_0.5 }}", "{{ 99999999999999999999999999 }} {{ -99999999999999999999999999 }}",
      "{{ true + true }} {{ true * 3 }} {{ -true }} {{ true / 2 }} {{ [true, false] }} {{ true ~ '' }}", "{{ 5.0 // 2 }} {{ 5 % 2.5 }} {{ 2 ** 2.0 }} {{ 1e308 * 10 }} {{ -1e308 * 10 }}", "{{ 'a' 'b' ~ 'c' + 'd' }}", "{{ (1, 2) + (3,) }}{{ [1] + [2] }}", "{{ 'a' + 1 }}", "{{ 1 + 'a' }}", "{{ [1] + (2,) }}", "{{ none + 1 }}", "{{ 1 - 'a' }}", "{{ {} + {} }}", "{{ 'a' - 'b' }}", "{{ -'a' }}", "{{ 1 < 'a' }}", "{{ 'a' / 2 }}")
cases("{{ '%s' % 1 }} {{ '%d items' % 3 }} {{ '%s %s' % (1, 2) }} {{ '%(a)s' % {'a': 1} }} {{ '%5.2f|%-5s|%05d|%+d|%x|%X|%o|%e|%g|%c|%%' % (3.14159, 'ab', 42, 7, 255, 255, 8, 12345.678, 0.0001, 'z') }} {{ '%r' % 'a' }} {{ '%a' % 'é' }} {{ '%*d' % (5, 3) }} {{ '%.3s' % 'abcdef' }} {{ '%i' % 3.7 }} {{ '%#x' % 255 }} {{ '% d' % 5 }} {{ '%c' % 65 }} {{ '%10.3e' % 1234.5 }} {{ '%G' % 1e-10 }}",
      "{{ '%s' % (1, 2) }}", "{{ '%s %s' % 1 }}", "{{ '%d' % 'a' }}", "{{ '%(a)s' % {} }}", "{{ '%(a)s' % 1 }}", "{{ '%z' % 1 }}", "{{ '%' % 1 }}", "{{ '%x' % 1.5 }}", "{{ 'abc' % 1 }}", "{{ 'abc' % () }}", "{{ 'abc' % [] }}", "{{ '%s' % [1, 2] }}", "{{ '%s' % (none,) }}", "{{ '%c' % 'ab' }}", "{{ '%(a' % {} }}", "{{ '%s' % missing }}", "{{ '%d' % big }}", "{{ '%f' % 1 }} {{ '%.0f' % 2.5 }} {{ '%.1f' % 0.25 }}", "{{ '%s' % mk }}", "{{ mk % 1 }}", "{{ '%d%%' % 5 }}")

# --- filters ---
FILTERS = {
    "abs": ["", "(1)"], "attr": ["('a')", "('name')", "()", "(1)", "('upper')"], "batch": ["(2)", "(2, 'x')", "(3, fill_with=none)", "(0)", "()"], "capitalize": [""], "center": ["", "(9)", "(width=4)", "('a')"],
    "count": [""], "default": ["", "('x')", "('x', true)", "(default_value=1)", "(boolean=true)", "(1, 2, 3)"], "d": ["('q')"], "dictsort": ["", "(true)", "(false, 'value')", "(by='value', reverse=true)", "(by='x')", "(reverse=true)"], "e": [""], "escape": [""],
    "filesizeformat": ["", "(true)", "(binary=true)"], "first": [""], "float": ["", "(1.5)", "(default='x')"], "forceescape": [""], "format": ["()", "(1)", "(a=1)", "('x', 'y')", "(1, a=1)"], "groupby": ["('age')", "('missing')", "('missing', default=0)", "(0)", "('name', case_sensitive=true)", "()"],
    "indent": ["", "(2)", "(2, true)", "(width=1, first=true, blank=true)", "('--')", "(2, blank=true)"], "int": ["", "(7)", "(0, 16)", "(base=2)", "(default=none)"], "items": [""], "join": ["", "(', ')", "('<')", "(d='-', attribute='name')", "(attribute=0)", "(1)"], "last": [""], "length": [""], "list": [""], "lower": [""],
    "map": ["('upper')|list", "('upper')", "(attribute='name')|list", "(attribute='zz', default='q')|list", "('zzz')|list", "()|list", "('default', 'x')|list", "(attribute='name', foo=1)|list", "('string')|join('-')", "(attribute='tags.0')|list", "('length')|list", "(attribute=0)|list"], "max": ["", "(true)", "(attribute='age')", "(case_sensitive=true)"], "min": ["", "(attribute='name')", "(false, 'age')"],
    "pprint": [""], "reject": ["|list", "('odd')|list", "('equalto', 1)|list", "('zz')|list"], "rejectattr": ["('age', 'gt', 26)|map(attribute='name')|list", "('tags')|map(attribute='name')|list", "()|list"], "replace": ["('a', 'b')", "('b', '<', 1)", "('', '-')", "('a', 'b', count=1)", "()", "(1, 2)"], "reverse": ["", "|list"],
    "round": ["", "(1)", "(method='floor')", "(1, 'ceil')", "(-1)", "(2, 'zz')", "(0, 'floor')"], "safe": [""], "select": ["|list", "('even')|list", "('in', [1, 2])|list", "('zz')|list", "('divisibleby', 2)|list"], "selectattr": ["('age')|list|length", "('age', '==', 30)|map(attribute='name')|list", "('name', 'in', ['Bob'])|list|length", "('zz', 'defined')|list"],
    "slice": ["(2)|list", "(2, 'x')|list", "(4)|list", "(0)|list", "(slices=3, fill_with='-')|list"], "sort": ["", "(true)", "(reverse=true, case_sensitive=true)", "(attribute='age')|map(attribute='name')|list", "(attribute='age,name')|map(attribute='name')|list", "(attribute='zz')", "(case_sensitive=true)"], "string": [""], "striptags": [""], "sum": ["", "('age')", "(attribute='age', start=10)", "(start=5)", "(start='x')"],
    "title": [""], "tojson": ["", "(2)", "(indent=1)"], "trim": ["", "('a')", "(chars='<>a')", "(none)"], "truncate": ["", "(5)", "(5, true)", "(10, false, '!')", "(length=9, killwords=true, end='…', leeway=0)", "(20)", "(2)", "(3, leeway=100)"], "unique": ["|list", "(true)|list", "(attribute='age')|map(attribute='name')|list", "(case_sensitive=true)|list"], "upper": [""], "urlencode": [""],
    "urlize": ["", "(10)", "(10, true)", "(target='_blank', rel='x')", "(extra_schemes=['ftp:'])", "(extra_schemes=['bad'])", "(nofollow=true)"], "wordcount": [""], "wordwrap": ["", "(10)", "(10, false)", "(5, wrapstring='|')", "(10, break_on_hyphens=false)", "(width=8, break_long_words=true)"], "xmlattr": ["", "(false)", "(autospace=true)"],
    "random": ["|string|length > 0"],
}
SUBJECTS = ["n", "t", "i", "neg", "fl", "big", "s", "e", "num", "h", "mk", "l", "ls", "el", "tu", "d", "ed", "m", "by", "r", "missing", "users", "un", "long", "c", "nested"]
for name, args in FILTERS.items():
    for k, a in enumerate(args):
        for subject in SUBJECTS:
            if k > 1 and subject in ("by", "ed", "el", "t", "e", "c", "nested", "big") and name not in ("int", "float", "round"):
                continue
            if subject in ("long", "un") and name in ("map", "select", "reject", "slice", "batch", "list", "sort", "unique", "reverse", "join", "rejectattr", "selectattr", "sum", "min", "max", "groupby") and k:
                continue
            case("{{ %s|%s%s }}" % (subject, name, a), env=HTML if k % 2 == 0 and subject in ("h", "mk", "ls", "users", "d", "missing", "m") else None)
cases("{{ '1'|int + 1 }} {{ '0x1A'|int(0, 16) }} {{ '0b11'|int(base=2) }} {{ '12.9'|int }} {{ 'x'|int(-1) }} {{ 3.99|int }} {{ -3.99|int }} {{ ' 42 '|int }} {{ '1_000'|int }} {{ ''|int }} {{ none|int }} {{ [1]|int }} {{ '1e3'|int }} {{ '1e400'|int }} {{ true|int }} {{ '٣'|int }} {{ '0x1A'|int }} {{ 'ff'|int(base=16) }} {{ '-5'|int }} {{ '99999999999999999999'|int }} {{ 1e20|int }}",
      "{{ '1.5'|float }} {{ 'x'|float }} {{ '1e3'|float }} {{ ' 2 '|float }} {{ 'inf'|float }} {{ '-Infinity'|float }} {{ 'nan'|float }} {{ none|float }} {{ '1_0.5'|float }} {{ 3|float }} {{ '.5'|float }} {{ '5.'|float }} {{ 'x'|float('d') }} {{ big|float }}",
      "{{ 2.5|round }} {{ 3.5|round }} {{ -2.5|round }} {{ 2.675|round(2) }} {{ 1234|round(-2) }} {{ 42.55|round(1, 'floor') }} {{ 42.55|round(1, 'ceil') }} {{ 42|round }} {{ 5|round(method='ceil') }} {{ 0.5|round }} {{ 1.5|round|int }} {{ 1e300|round(2) }} {{ 1.15|round(1) }} {{ 2|round(1, 'floor') }} {{ -1.55|round(1, 'floor') }}",
      "{{ 0|filesizeformat }} {{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1000000|filesizeformat }} {{ 1024|filesizeformat(true) }} {{ 1048576|filesizeformat(true) }} {{ 123456789|filesizeformat }} {{ 1e12|filesizeformat }} {{ '1500'|filesizeformat }} {{ 1e30|filesizeformat }} {{ 1.5|filesizeformat }} {{ 10**27|filesizeformat(true) }} {{ -5|filesizeformat }}",
      "{{ 'hello world-foo (bar) [baz] {qux} <b>it\\'s'|title }} {{ 'HELLO wORLD'|title }} {{ \"o'neil mc-donald\"|title }} {{ 'éa ßb ǆc'|title }} {{ 'foo_bar 1a'|title }} {{ 'a\tb\nc'|title }} {{ 'HELLO wORLD'|capitalize }} {{ 'ßa'|capitalize }} {{ 'éÀ'|upper }} {{ 'ÀÉİ'|lower }} {{ 'ß'|upper }} {{ 'ŉ'|upper }}",
      "{{ long|truncate(30) }}|{{ long|truncate(30, true) }}|{{ long|truncate(77) }}|{{ long|truncate(74, leeway=0) }}|{{ long|truncate(10, end='') }}|{{ 'abcdefghij'|truncate(5) }}|{{ 'abcdefghij'|truncate(4, true, leeway=0) }}|{{ 'ab cd ef'|truncate(6, leeway=0) }}|{{ 'abc'|truncate(0) }}", "{{ long|truncate(2, leeway=0) }}", "{{ long|truncate(10, leeway=-1) }}",
      "{{ long|wordwrap(20) }}", "{{ long|wordwrap(20)|replace('\n', '|') }}|{{ 'a\nb c\n\nd'|wordwrap(3)|replace('\n', '|') }}|{{ 'abcdefghijkl'|wordwrap(5)|replace('\n', '|') }}|{{ 'abcdefghijkl x'|wordwrap(5, false)|replace('\n', '|') }}|{{ 'well-known fact-finding'|wordwrap(8)|replace('\n', '|') }}|{{ 'well-known fact-finding'|wordwrap(8, break_on_hyphens=false)|replace('\n', '|') }}|{{ '  lead and   multiple   spaces '|wordwrap(8)|replace('\n', '|') }}|{{ 'tab\there and there'|wordwrap(8)|replace('\n', '|') }}|{{ ''|wordwrap(5) }}", "{{ 'a'|wordwrap(0) }}",
      "{{ 'foo bar\nbaz\n\nq'|indent }}|{{ 'a\nb'|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ 'a\r\nb\n'|indent('>') }}|{{ ''|indent(2, true) }}", "{{ 'a'|indent(indentfirst=true) }}", "{{ ['a', 'b']|join }}{{ [1, 2]|join('-') }}{{ 'abc'|join(',') }}{{ {'a': 1}|join }}{{ []|join }}{{ [none, true, 1.0]|join(' ') }}",
      "{{ [1, 2, 3, 4, 5, 6, 7]|batch(3)|list }}{{ [1, 2]|batch(3, 'x')|list }}{{ []|batch(3)|list }}{{ 'abcde'|batch(2)|list }}{{ range(5)|batch(2, 0)|list }}", "{{ [1, 2, 3, 4, 5, 6, 7]|slice(3)|list }}{{ [1, 2, 3, 4]|slice(3, 'x')|list }}{{ []|slice(2)|list }}{{ 'abcde'|slice(2)|list }}", "{{ [3, 1, 2]|sort }}{{ ['b', 'A', 'c']|sort }}{{ ['b', 'A']|sort(case_sensitive=true) }}{{ 'hello'|sort }}{{ [3, 1]|sort(reverse=true) }}{{ {'b': 1, 'a': 2}|sort }}{{ [(2, 'a'), (1, 'b')]|sort }}{{ [1, 'a']|sort }}",
      "{{ users|sort(attribute='name')|map(attribute='name')|join(',') }} {{ users|sort(attribute='age,name', reverse=true)|map(attribute='name')|join(',') }} {{ users|groupby('age')|list }}", "{% for age, group in users|groupby('age') %}{{ age }}:{% for u in group %}{{ u.name }};{% endfor %}{% endfor %}{% for g in users|groupby('age') %}{{ g.grouper }}={{ g.list|length }} {{ g[0] }}{{ g }}{% endfor %}",
      "{{ [{'a': {'b': 2}}, {'a': {'b': 1}}]|map(attribute='a.b')|list }}{{ [{'a': [5]}]|map(attribute='a.0')|first }}{{ [[1, 2], [3, 4]]|map('first')|list }}{{ [[1, 2], [3, 4]]|map('sum')|sum }}{{ ['a', 'b']|map('upper')|join }}{{ [1, 2]|map('string')|map('length')|list }}{{ ['x']|map('replace', 'x', 'y')|list }}{{ ['1', 'a']|map('int', default=5)|list }}", "{{ users|selectattr('age', 'gt', 26)|map(attribute='name')|list }}{{ users|rejectattr('tags')|list|length }}{{ users|selectattr('name', 'equalto', 'Bob')|first }}{{ users|selectattr('tags.0', 'defined')|list|length }}",
      "{{ range(10)|select('odd')|list }}{{ range(10)|reject('odd')|list }}{{ range(10)|select('divisibleby', 3)|list }}{{ ['', 'a', none, 0, 1]|select|list }}{{ ['', 'a']|reject|list }}{{ [1, 'a', none]|select('string')|list }}{{ [1, 2]|select('in', [2])|list }}{{ [1, 2, 3]|select('gt', 1)|select('lt', 3)|list }}{{ [1]|select('>', 0)|list }}", "{{ range(3)|select('zz') }}", "{{ range(3)|map('zz') }}", "{{ range(3)|map }}", "{{ [1]|map('zz')|list }}", "{{ [1]|select('zz')|list }}",
      "{{ {'class': 'a b', 'id': 3, 'x': none, 'y': missing, 'z': '<\"'}|xmlattr }}", "<p{{ {'a': 1}|xmlattr }}{{ {}|xmlattr }}>", "{{ {'a b': 1}|xmlattr }}", "{{ {'a>': 1}|xmlattr }}", "{{ {'a/': 1}|xmlattr }}", "{{ {'a=': 1}|xmlattr }}", "{{ {'': 1}|xmlattr }}", "{{ {1: 1}|xmlattr }}", "{{ 'abc'|xmlattr }}", "{{ {'a': mk, '<': 2}|xmlattr }}",
      "{{ {'a': '<b>', 'c': [1, 2.5, none, true, 'é☃🐍']}|tojson }}{{ \"'\"|tojson }}{{ '</script>&'|tojson }}{{ [1, [2]]|tojson(2) }}{{ {}|tojson(2) }}{{ []|tojson(2) }}{{ {'b': 1, 'a': {'d': 1, 'c': 2}}|tojson(indent=1) }}{{ '\"\\\\\n\t\x08\x7f'|tojson }}{{ 1e400|default(1) }}{{ (1, 2)|tojson }}{{ {1: 2, none: 3}|tojson }}{{ 1.0|tojson }}{{ 1e20|tojson }}{{ big|tojson }}", "{{ {1: 2, 'a': 3}|tojson }}", "{{ {(1, 2): 3}|tojson }}", "{{ dt|tojson }}", "{{ by|tojson }}", "{{ st|tojson }}", "{{ missing|tojson }}", "{{ m|tojson }}", "{{ r|tojson }}", "{{ mk|tojson }}", "{{ c|tojson }}", "{{ 'inf'|float|tojson }}",
      "{{ 'a b&c/d?é=☃+~-_.'|urlencode }}|{{ {'a b': 'c&d', 'x': 1}|urlencode }}|{{ [('a', 1), ('b', 'é')]|urlencode }}|{{ 5|urlencode }}|{{ none|urlencode }}|{{ by|urlencode }}|{{ [['x', none]]|urlencode }}|{{ {'a': [1, 2]}|urlencode }}", "{{ [1]|urlencode }}", "{{ 'ab'|urlencode }}", "{{ [(1, 2, 3)]|urlencode }}",
      "{{ 'see http://example.com/a?b=c&d=e, www.x.org. and mail@host.com (https://a.b/c_(d)) <http://q.w>'|urlize }}", "{{ 'http://example.com/very/long/path/indeed'|urlize(15) }}{{ 'example.com foo.net bar.org/x a.info'|urlize }}{{ 'ftp://x.y mailto:a@b.c'|urlize }}{{ 'http://a.b:80/'|urlize(nofollow=true, target='_top') }}{{ 'http://a.b'|urlize(rel='nofollow noopener x') }}{{ 'a@b.co.'|urlize }}{{ '@a@b.com x@ @y'|urlize }}{{ 'HTTP://X.COM http:// https://'|urlize }}{{ '\"http://a.b\"'|urlize }}{{ '&lt;http://a.b&gt;'|urlize }}{{ 'http://localhost http://127.0.0.1:80/x http://a'|urlize }}",
      "{{ '<p>a <b>b</b> &amp; c</p>\n <!-- x --> d'|striptags }}|{{ '<<a>b>c'|striptags }}|{{ 'a < b > c'|striptags }}|{{ '&lt;x&gt; &eacute; &#39; &#x41; &nbsp;y'|striptags }}|{{ '<!-- <b> --> a <!-- b'|striptags }}", "{{ ' a '|trim }}|{{ 'xxaxx'|trim('x') }}|{{ '\u2003a\u00a0'|trim }}|{{ 5|trim }}|{{ 'abcba'|trim('ab') }}", "{{ 'a b  c-d e_f it\\'s'|wordcount }} {{ ''|wordcount }} {{ 'é ☃'|wordcount }}",
      "{{ [1, 2, 2, 'a', 'A', 1.0]|unique|list }}{{ ['b', 'B', 'a']|unique|list }}{{ ['b', 'B']|unique(true)|list }}{{ users|unique(attribute='age')|map(attribute='name')|list }}{{ 'aAbB'|unique|join }}", "{{ [[1], [1]]|unique|list }}", "{{ [1, 5, 3]|max }}{{ [1, 5, 3]|min }}{{ ['b', 'A']|min }}{{ ['b', 'A']|min(case_sensitive=true) }}{{ []|max is defined }}{{ users|max(attribute='age') }}{{ 'hello'|max }}", "{{ []|max }}", "{{ [1, 'a']|max }}", "{{ [1, 2, 3]|sum }}{{ [1, 2.5]|sum(start=10) }}{{ [[1], [2]]|sum(start=[]) }}{{ users|sum('age') }}{{ []|sum }}", "{{ ['a']|sum }}", "{{ ['a', 'b']|sum(start='') }}",
      "{{ [1, 2, 3]|first }}{{ 'abc'|first }}{{ []|first is defined }}{{ [1, 2, 3]|last }}{{ 'abc'|last }}{{ []|last }}{{ {'a': 1}|first }}{{ {'a': 1}|last }}{{ range(3)|last }}{{ [1]|reverse|first }}", "{{ ([]|first).x }}", "{{ 5|first }}", "{{ 5|last }}", "{{ [1, 2]|map('string')|last }}", "{{ 'abc'|reverse }}{{ [1, 2]|reverse|list }}{{ (1, 2)|reverse|list }}{{ {'a': 1, 'b': 2}|reverse|list }}{{ range(3)|reverse|list }}", "{{ 5|reverse }}", "{{ none|reverse }}", "{{ 'a'|list }}{{ {'a': 1}|list }}{{ (1, 2)|list }}{{ range(3)|list }}{{ ''|list }}",
      "{{ missing|default('x') }}{{ none|default('x') }}{{ none|default('x', true) }}{{ ''|default('x', true) }}{{ missing.a|default('y') }}", "{{ d.zz|default('x') }}{{ d.a.b|default('y') }}{{ missing|d }}", "{{ d|dictsort }}{{ {'b': 1, 'A': 2, 'c': 0}|dictsort }}{{ {'b': 1, 'A': 2}|dictsort(true) }}{{ {'b': 1, 'A': 2}|dictsort(by='value') }}{{ {'b': 1, 'A': 2}|dictsort(false, 'value', true) }}{% for k, v in d|dictsort %}{{ k }}{{ v }}{% endfor %}", "{{ {1: 1, 'a': 2}|dictsort }}", "{{ d|items|list }}{{ missing|items|list }}{{ {}|items|list }}", "{{ [1]|items }}", "{{ [1]|items|list }}",
      "{{ '%s-%s'|format(1, 'a') }}{{ '%(x)s'|format(x=1) }}{{ '%d%%'|format(5) }}", "{{ '%s %s'|format(1) }}", "{{ '%s'|format(1, 2) }}", "{{ '%s'|format(1, x=2) }}", "{{ '<%s>'|format('<') }}{{ ('<%s>'|safe)|format('<') }}", "{{ [1, 'a', (1,), {'b': [2]}]|pprint }}{{ {'z': 1, 'a': 2}|pprint }}{{ 'x'|pprint }}{{ range(40)|list|pprint }}", "{{ 'abc'|attr('upper') is callable }}{{ d|attr('a') is defined }}{{ d|attr('items') is callable }}{{ 'x'|attr('zz') is undefined }}", "{{ 'aXbX'|replace('X', '') }}{{ 'aaa'|replace('a', 'b', 2) }}{{ 'abc'|replace('', '-') }}{{ 5|replace('5', '6') }}",
      "{{ 'a'|center(5) }}|{{ 'ab'|center(5) }}|{{ 'abc'|center(2) }}|{{ 'ab'|center(7)|length }}", "{{ '<a>'|e }}{{ '<a>'|escape|escape }}{{ '<a>'|forceescape|forceescape }}{{ '<a>'|safe|e }}{{ mk|forceescape }}{{ 5|e }}{{ none|e }}{{ [h]|e }}", "{{ 5|string }}{{ none|string }}{{ mk|string }}{{ [1]|string }}", "{{ 1|unknown }}", "{{ 1|a.b }}", "{% if false %}{{ 1|unknown }}{% endif %}", "{% if x is defined %}{{ 1|unknown }}{% endif %}", "{{ (1|unknown) if false else 2 }}", "{{ 'a'|upper(1) }}", "{{ 'a'|upper(x=1) }}", "{{ 'a'|replace('b') }}", "{{ 'a'|default(1, 2, 3) }}", "{{ 'a'|default(foo=1) }}", "{{ [1]|batch }}", "{{ [1]|join(',', 'a', 'b') }}", "{{ 'x'|center(width='a') }}",
      "{{ 'a'|length }}{{ [1]|length }}{{ {}|length }}{{ range(3)|length }}{{ 'é☃'|length }}{{ missing|length }}{{ m|length }}", "{{ 5|length }}", "{{ none|length }}", "{{ ([1]|map('string'))|length }}", "{{ [1, 2]|random in [1, 2] }}{{ []|random is defined }}", "{{ [3, 1]|sort|first }}{{ ('a', 'b')|join|upper }}")
for v in ("h", "mk", "ls", "d", "s", "n", "i", "missing", "m", "users"):
    for chain in ("|upper", "|lower", "|title", "|capitalize", "|trim", "|replace('<', '[')", "|join(h)", "|list", "|string", "|e|e", "|safe|upper", "|default(h)", "|string|length", "|truncate(3, true, '<', 0)", "|indent(1, true)", "|wordwrap(3)", "|center(20)", "|format(h)", "|reverse", "|first", "|striptags", "|urlize", "|tojson", "|forceescape", "|batch(2)|list", "|map('e')|list", "|sort", "|unique|list", "|xmlattr", "|urlencode", " ~ h", " + h", "|string + mk", " ~ mk", "|pprint"):
        case("{{ %s%s }}" % (v, chain), env=HTML)

# --- tests ---
TESTS = ["boolean", "callable", "defined", "undefined", "divisibleby(2)", "eq(1)", "equalto('abc')", "==3", "ne(1)", "gt(1)", "greaterthan(1)", "ge(3)", "lt(3)", "lessthan(2)", "le(3)", "escaped", "even", "odd", "false", "true", "float", "integer", "number", "in([1, 'abc', none])", "iterable", "lower", "upper", "mapping", "none", "sameas(none)", "sameas true", "sequence", "string", "filter", "test", "sameas"]
for test in TESTS:
    if test.startswith("=="):
        continue
    for v in VALUES + ["z", "f", "el", "ed", "num"]:
        case("{{ %s is %s }}" % (v, test))
cases("{{ 'upper' is filter }}{{ 'zz' is filter }}{{ 'odd' is test }}{{ 'zz' is test }}{{ 1 is zz }}", "{{ 1 is zz }}", "{% if false %}{{ 1 is zz }}{% endif %}", "{{ 1 is divisibleby 0 }}", "{{ 4 is divisibleby 2 }}{{ 5 is not divisibleby 2 }}{{ 'ABC' is upper }}{{ 'aBC' is lower }}{{ 3 is even }}{{ 3 is odd }}{{ 1 is in [1] }}{{ 1 is not in [1] }}{{ 'a' is in 'abc' }}", "{{ 1 is eq 1 }}{{ 1 is == 1 }}", "{{ 1 is eq }}", "{{ 1 is even(2) }}", "{{ 'a' is odd }}", "{{ missing is odd }}", "{{ none is none is true }}",
      "{{ range is callable }}{{ range(3) is sequence }}{{ (x for x) }}", "{{ range is callable }}{{ range(3) is sequence }}{{ range(3) is iterable }}{{ dict is callable }}{{ namespace() is mapping }}{{ {} is mapping }}{{ [] is sequence }}{{ 'a' is sequence }}{{ 5 is sequence }}{{ {} is sequence }}{{ mk is escaped }}{{ mk is string }}{{ 1.0 is number }}{{ true is number }}{{ true is integer }}{{ 1 is float }}{{ true is boolean }}{{ 1 is boolean }}", "{{ 1 is sameas 1 }}{{ none is sameas none }}{{ 'a' is sameas 'b' }}{{ [] is sameas [] }}", "{{ loop is defined }}{{ self is defined }}{{ caller is defined }}{{ x.y is defined }}")

# --- methods ---
METHODS = {
    "'aBc dEf'": ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "strip('af')", "lstrip('a')", "rstrip('f')", "split()", "split('B')", "split(' ', 1)", "split(sep='c')", "split(maxsplit=0)", "rsplit(' ', 1)", "splitlines()", "partition(' ')", "rpartition('x')", "replace('a', 'b')", "replace('', '-', 2)", "startswith('a')", "startswith(('x', 'a'))", "startswith('B', 1)", "endswith('f')", "endswith('E', 0, -1)", "find('d')", "find('c', 3)", "rfind('E')", "index('z')", "rindex('d')", "count('E')", "count('')", "center(11, '*')", "ljust(9, '.')", "rjust(9)", "zfill(10)", "isalpha()", "isdigit()", "isalnum()", "isspace()", "islower()", "isupper()", "istitle()", "isnumeric()", "isdecimal()", "isidentifier()", "isprintable()", "isascii()", "join(['1', '2'])", "join([1])", "join('xy')", "format()", "encode()", "encode('ascii')", "expandtabs()", "removeprefix('aB')", "removesuffix('Ef')", "format_map({})", "zz()", "upper(1)", "split('')", "startswith(1)", "replace('a')", "join()", "join(5)", "center()", "zfill('a')", "index()", "upper", "__class__", "__len__()", "count(1)", "encode('zz')"],
    "'a\\tb\\n\\nc\\r\\nd'": ["splitlines()", "splitlines(true)", "expandtabs(4)", "split()", "split('\\n')"], "'éß☃ǆ'": ["upper()", "title()", "capitalize()", "casefold()", "encode()", "encode('latin-1', 'replace')", "encode('ascii', 'ignore')", "encode('utf-8').decode('utf-8')", "isalpha()", "isascii()", "encode('ascii', 'xmlcharrefreplace')"], "''": ["split()", "split(',')", "splitlines()", "partition(',')", "isalpha()", "isascii()", "strip()", "join([])", "count('')", "find('')", "zfill(2)"],
    "'{} {} {x} {0}'": ["format(1, 2, x=3)"], "'{0} {1} {0} {a} {b.c} {d[k]} {e[0]}'": ["format(1, 'x', a=2.5, b={'c': 1}, d={'k': 'v'}, e=[7])"], "'{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:x}|{:#b}|{:e}|{:%}|{!r}|{!s:>4}|{:+d}|{:_}|{:c}|{:*^7}|{:g}|{:10.3f}|{:n}'": ["format('a', 'b', 'c', 42, 3.14159, 1234567, 255, 5, 12345.678, 0.25, 'q', 1, 7, 1000000, 65, 'm', 0.0001, 2.5, 5)"], "'{{}} {}'": ["format(1)"], "'{} {}'": ["format(1)"], "'{x}'": ["format()", "format(y=1)", "format(x='<')", "format_map({'x': 1})", "format_map({})"], "'{0'": ["format(1)"], "'}'": ["format()"], "'{!z}'": ["format(1)"], "'{:q}'": ["format('a')", "format(1)"], "'{:d}'": ["format('a')", "format(1.5)", "format(true)"], "'{:.2}'": ["format('abc')", "format(3.14159)", "format(5)"], "'{0} {}'": ["format(1, 2)"], "'{a.b}'": ["format(a=1)"], "'{a[1]}'": ["format(a=[1])", "format(a='xy')"], "'{:{w}}|{:>{}}'": ["format('a', 'b', 4, w=3)", "format('a', 4, 'b', w=3)"],
    "[1, 2, 3]": ["append(4)", "index(2)", "index(9)", "count(1)", "copy()", "pop()", "pop(0)", "pop(9)", "insert(0, 9)", "remove(2)", "remove(9)", "reverse()", "sort()", "sort(reverse=true)", "extend([4])", "extend(5)", "clear()", "zz()", "append()", "index()", "__len__()", "sort(key=5)", "pop('a')"], "[]": ["pop()", "index(1)"], "[1, 'a']": ["sort()"], "(1, 2, 1)": ["count(1)", "index(2)", "index(5)", "zz()", "append(1)"],
    "{'a': 1, 'b': 2}": ["get('a')", "get('z')", "get('z', 9)", "items()", "keys()", "values()", "pop('a')", "pop('z')", "pop('z', 0)", "popitem()", "setdefault('z', 5)", "setdefault('a')", "update({'c': 3})", "update(c=3)", "update([('c', 3)])", "update(5)", "copy()", "clear()", "items()|list", "keys()|list", "values()|sum", "get()", "get([])", "zz()", "zz", "fromkeys(['a'])", "items()|length", "keys() == ['a']", "items", "has_key('a')", "get(default=1)"],
    "5": ["bit_length()", "real", "imag", "numerator", "denominator", "conjugate()", "zz", "__class__", "to_bytes(2, 'big')", "is_integer()"], "2.5": ["is_integer()", "real", "as_integer_ratio()", "hex()", "zz", "conjugate()"], "true": ["real", "bit_length()", "zz"], "none": ["zz", "zz()"], "range(5)": ["start", "stop", "step", "count(2)", "index(3)", "index(9)", "zz"],
    "dt": ["year", "month", "day", "hour", "minute", "second", "microsecond", "weekday()", "isoweekday()", "isoformat()", "isoformat(' ')", "isoformat(sep=' ', timespec='minutes')", "date()", "time()", "strftime('%Y-%m-%d %H:%M:%S')", "strftime('%a %A %b %B %d %j %U %w %y %p %I %M %S %f %% %e %x %X %c %-d %H')", "date().isoformat()", "timestamp()", "replace(year=2020)", "date().year", "tzinfo", "zz", "toordinal()", "timetuple()", "isocalendar()[1]", "ctime()", "date().weekday()", "time().hour", "date().strftime('%d/%m')"],
    "by": ["decode('latin-1')", "decode()", "hex()", "upper()", "zz"], "mk": ["upper()", "striptags()", "unescape()", "split('>')", "replace('x', '<')", "join(['<', '>'])", "format('<')", "strip('<')", "__html__()", "center(12)", "partition('x')", "encode()", "zz", "capitalize()", "title()", "splitlines()", "startswith('<')", "lower() ~ '<'", "zfill(10)"], "c": ["real", "imag", "conjugate()"],
}
for subject, methods in METHODS.items():
    for method in methods:
        case("{{ %s.%s }}" % (subject, method), env=HTML if subject == "mk" else None)
cases("{% set x = [1] %}{% set _ = x.append(2) %}{{ x }}", "{% set x = {'a': 1} %}{{ x.update({'b': 2}) }}{{ x }}{{ x.pop('a') }}{{ x }}", "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}", "{{ {'items': 5}.items }}{{ {'items': 5}['items'] }}{{ {'keys': 1}.keys() }}", "{{ {'a': {'get': 1}}.a.get }}", "{{ '%s' % 'a'.upper() }}{{ 'a'.upper().lower() }}{{ 'a,b'.split(',')[1] }}{{ 'abc'.upper()[0] }}", "{{ 5 .bit_length() }}{{ (5).real }}", "{{ {'a': 1}.keys()[0] }}", "{{ ({'a': 1}.keys()|list)[0] }}", "{{ 'x'.join(l|map('string')) }}", "{% set x = [3, 1] %}{% do x.sort() %}{{ x }}", "{{ [1, 2].__class__.__name__ }}", "{{ ''.__class__ }}", "{{ s.__class__.__mro__ }}", "{{ ''|attr('__class__') }}", "{{ {}.__class__ }}{{ [].__class__ }}{{ 1.0.__class__ }}{{ none.__class__ }}{{ true.__class__ }}",
      "{{ dt }}{{ [dt] }}{{ dt < dt }}{{ dt == dt }}{{ dt - dt }}", "{{ (dt - dt).total_seconds() }}{{ (dt - dt).days }}", "{{ dt.strftime() }}", "{{ dt.strftime(5) }}")

# --- undefined ---
UNDEF_OPS = ["{{ x }}", "{{ x.y }}", "{{ x.y.z }}", "{{ x['y'] }}", "{{ x[0] }}", "{{ x() }}", "{{ x.y() }}", "{{ x + 1 }}", "{{ 1 + x }}", "{{ x ~ 'a' }}", "{{ x == y }}", "{{ x == 1 }}", "{{ x != y }}", "{{ x < 1 }}", "{{ 1 > x }}", "{{ not x }}", "{{ x and 1 }}", "{{ x or 'd' }}", "{{ 'a' if x else 'b' }}", "{% if x %}a{% else %}b{% endif %}", "{% for i in x %}{% else %}e{% endfor %}", "{{ x|length }}", "{{ x|list }}", "{{ x|default('d') }}", "{{ x.y|default('d') }}", "{{ x is defined }}", "{{ x is undefined }}", "{{ x.y is defined }}", "{{ x|upper }}", "{{ x|e }}", "{{ x|string }}", "{{ x|join }}", "{{ x|int }}", "{{ x|float }}", "{{ 'a' in x }}", "{{ x in [1] }}", "{{ x in 'abc' }}", "{{ [x] }}", "{{ {'k': x} }}", "{{ -x }}", "{{ x|first }}", "{{ x|sort }}", "{{ x|tojson }}", "{{ x|replace('a', 'b') }}", "{{ x|trim }}", "{{ x % 2 }}", "{{ '%s' % x }}", "{{ '%d' % x }}", "{{ x ** 2 }}", "{{ d.zz }}", "{{ d.zz.y }}", "{{ d['zz'] }}", "{{ s.zz }}", "{{ s.zz.y }}", "{{ l[9] }}", "{{ l[9].x }}", "{{ l['a'] }}", "{{ l['a'].b }}", "{{ none.x }}", "{{ none.x.y }}", "{{ none['x'] }}", "{{ x.__class__ }}", "{{ x|map('upper')|list }}", "{% include x %}", "{% extends x %}", "{% set a, b = x %}", "{{ x is none }}", "{{ x is iterable }}", "{{ x is callable }}", "{{ x is string }}", "{{ x is sameas y }}", "{{ {x: 1} }}", "{{ x|sum }}", "{{ x.a.b.c|default(1) }}", "{{ x[1:2] }}", "{{ range(x) }}", "{{ f(x) }}", "{{ x|round }}", "{{ x|abs }}", "{{ x|batch(2)|list }}", "{{ x|dictsort }}", "{{ x|xmlattr }}", "{{ x|urlencode }}", "{{ x|title }}", "{{ x|wordcount }}", "{{ x|unique|list }}", "{{ x|max }}", "{{ x|reverse|list }}", "{{ x|format }}", "{{ x|safe }}", "{{ x|escape ~ 'a' }}", "{{ d[x] }}", "{{ nested.zz.q }}", "{{ nested.a.zz }}", "{{ nested.a.b[5] }}", "{{ nested.a.b.zz.y }}", "{{ users[0].zz }}", "{{ users[9] }}", "{{ users[9].name }}", "{{ tu.zz.q }}", "{{ i.zz.q }}", "{{ (1).zz() }}", "{{ s.zz() }}", "{{ d.zz() }}", "{{ m.x.y }}", "{% for a in d.zz %}{% endfor %}", "{{ d.zz + 1 }}", "{{ l[9] + 1 }}", "{{ s['zz'] + 1 }}", "{{ s[99] + 1 }}", "{{ none + x }}", "{{ ('a' if false) + 1 }}", "{{ ('a' if false) }}", "{{ (none).a + 1 }}", "{% macro q(a) %}{{ a }}{{ a.b }}{% endmacro %}{{ q() }}", "{% macro q(a) %}{{ a + 1 }}{% endmacro %}{{ q() }}", "{{ [].x + 1 }}", "{{ {}.x + 1 }}", "{{ [][0] + 1 }}", "{{ {}[0] + 1 }}", "{{ [][1.5] + 1 }}", "{{ {}[1.5] + 1 }}", "{{ {}[none] + 1 }}", "{{ 5[0] + 1 }}", "{{ 5['a'] + 1 }}"]
for u in ("Undefined", "ChainableUndefined", "DebugUndefined", "StrictUndefined"):
    for source in UNDEF_OPS:
        case(source, env={"undefined": u}, f=MOCK)
        if u == "Undefined":
            case(source, env=HTML, f=MOCK)

# --- statements ---
LOOP = "{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}"
cases("{% for x in l %}" + LOOP + "{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}", "{% for x in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }}{% endfor %}", "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}", "{% for x in el %}a{% else %}b{% endfor %}", "{% for x in l if x > 1 %}{{ x }}{{ loop.index }}{{ loop.length }}{% else %}none{% endfor %}", "{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}", "{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }}{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for a, b in ['ab'] %}{{ a }}-{{ b }}{% endfor %}", "{% for a, b in ['a'] %}{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for k, v in d.items() %}{{ k }}{{ v }}{{ loop.last }}{% endfor %}", "{% for c in 'héy' %}{{ c }},{% endfor %}", "{% for x in range(3) %}{% for y in range(2) %}{{ x }}{{ y }}{{ loop.depth }}{{ loop.index }} {% endfor %}{{ loop.index }};{% endfor %}",
      "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}", "{% for x in true %}{% endfor %}", "{% for x in f %}{% endfor %}", "{% set x = 1 %}{% for y in l %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}", "{% for x in l %}{{ x }}{% endfor %}{{ x }}", "{% set x = 9 %}{% for x in l %}{{ x }}{% endfor %}{{ x }}", "{% for x in l %}{% set y = x %}{% endfor %}{{ y }}", "{% for loop in l %}{% endfor %}", "{% for x in l %}{% set loop = 5 %}{{ loop }}{% endfor %}", "{{ loop }}", "{% for x in l %}{{ loop }}{% endfor %}", "{% for x in l %}{{ loop.zz }}{% endfor %}", "{% for x in l %}{{ loop.zz.y }}{% endfor %}", "{% for x in l %}{{ loop() }}{% endfor %}", "{% for x in l %}{% else %}{{ loop }}{% endfor %}", "{% for x in [1] %}{% for y in [2] %}{% endfor %}{{ loop.index }}{% endfor %}", "{% for x in l|map('string') %}{{ loop.index }}{{ loop.last }}{% endfor %}", "{% for x in l|map('string') %}{{ loop.length }}{{ loop.revindex }}{% endfor %}", "{% for x in l %}{{ loop.cycle() }}{% endfor %}", "{% for x in l|reverse %}{{ x }}{{ loop.length }}{% endfor %}", "{% for x in l|select('odd') %}{{ loop.nextitem }}|{% endfor %}", "{% for x in range(0) %}{% else %}{{ x }}{% endfor %}",
      "{% for item in tree recursive %}[{{ item.v }}{% if item.c %}{{ loop(item.c) }}{% endif %}]{{ loop.depth }}{% endfor %}", tree=[{"v": 1, "c": [{"v": 2, "c": [{"v": 3}]}, {"v": 4}]}, {"v": 5}])
cases("{% for x in [1, [2, [3]]] recursive %}{% if x is number %}{{ x }}{{ loop.depth0 }}{% else %}({{ loop(x) }}){% endif %}{% endfor %}", "{% for x in [[1], []] recursive %}{{ loop(x) if x is sequence else x }}{% else %}empty{% endfor %}", "{% for x in [1, 2, 3, 4] if x is even recursive %}{{ x }}{% endfor %}", "{% for a, b in [(1, [(2, [])])] recursive %}{{ a }}{{ loop(b) }}{% endfor %}", "{% for x in [1] recursive %}{{ loop(5) }}{% endfor %}", "{% for x in y recursive %}{{ loop(x) }}{% endfor %}",
      "{% if 0 %}a{% elif '' %}b{% elif [] %}c{% else %}d{% endif %}", "{% if missing %}a{% endif %}b", "{% if 1 < 2 %}{% if 2 > 3 %}x{% else %}y{% endif %}{% endif %}", "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}", "{% if t %}{% set x = 2 %}{% endif %}{{ x }}", "{% if f %}{% set x = 2 %}{% endif %}{{ x }}|{{ x is defined }}", "{% if f %}{% set x = 2 %}{% else %}{% set x = 3 %}{% endif %}{{ x }}", "{% for i in [1] %}{% if f %}{% set x = 2 %}{% elif t %}{% set x = 4 %}{% else %}{% set x = 3 %}{% endif %}{{ x }}{% endfor %}", "{% set x = 'o' %}{% for i in [1] %}{% if f %}{% set x = 2 %}{% endif %}{{ x }}{% endfor %}",
      "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = b, a %}{{ a }}{{ b }}", "{% set a = b = 1 %}", "{% set x %}a{{ 1 }}b{% endset %}{{ x }}{{ x|length }}", "{% set x | upper %}a{{ 1 }}b{% endset %}{{ x }}", "{% set x|replace('a', '<')|e %}a{% endset %}{{ x }}", "{% set x %}<b>{% endset %}{{ x }}{{ x is escaped }}", "{% set a, b %}xy{% endset %}{{ a }}-{{ b }}", "{% set ns = namespace(a=1) %}{% for i in l %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}", "{% set ns = namespace() %}{{ ns.zz }}{{ ns.zz is defined }}{{ ns }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}", "{% set ns = namespace(1) %}", "{% set ns = 5 %}{% set ns.a = 1 %}", "{% set ns.a = 1 %}", "{% set d.a = 1 %}", "{% set ns = namespace() %}{% set ns.x %}block{% endset %}{{ ns.x }}", "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}", "{% set ns = namespace() %}{% set a, ns.b = l[:2] %}{{ a }}{{ ns.b }}", "{{ namespace(a=1).a }}", "{% set ns = namespace(items=3) %}{{ ns.items }}", "{{ namespace(x=1)|list }}", "{% set ns = namespace() %}{{ ns() }}",
      "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set a = 5 %}{{ a }}{% endwith %}{{ a }}", "{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with a, b = (1, 2) %}{{ a }}{{ b }}{% endwith %}", "{% with x = l %}{% for i in x %}{{ i }}{% endfor %}{% endwith %}", "{% with a = 1 %}{% with b = a + 1 %}{{ a }}{{ b }}{% endwith %}{% endwith %}",
      "{% filter upper %}a{{ h }}b{% endfilter %}", "{% filter replace('a', 'b')|upper %}aaa{% endfilter %}", "{% filter zz %}a{% endfilter %}", "{% filter upper %}{% set q = 1 %}x{% endfilter %}{{ q }}", "{% filter length %}abc{% endfilter %}", "{% filter trim %}  {% for x in l %}{{ x }} {% endfor %} {% endfilter %}|", "{% filter e %}<a>{% endfilter %}", "{% filter indent(2) %}a\nb{% endfilter %}", "{% autoescape true %}{{ h }}{% autoescape false %}{{ h }}{% endautoescape %}{{ h }}{% endautoescape %}{{ h }}", "{% autoescape t %}{{ h }}{% endautoescape %}", "{% autoescape missing %}{{ h }}{% endautoescape %}", "{% autoescape true %}{{ 'a' ~ '<' }}{{ '<b>'|safe ~ '<' }}{{ ['<']|join(mk) }}{% endautoescape %}", "{% autoescape f %}{{ h }}{{ '<'|e ~ '<' }}{% endautoescape %}",
      "{% print 1, 'a', x %}", "{% raw %}{{ x }}{% endraw %}", "{% do [] %}", "{% break %}", "{% for x in l %}{{ break }}{% endfor %}", "{{ caller }}", "{{ super() }}", "{{ self }}", "{{ self.x() }}", "{{ varargs }}{{ kwargs }}", "{{ _ }}", "{{ dict }}", "{{ range }}{{ lipsum is callable }}", "{{ true.x }}", "{{ None }}{{ True }}{{ none }}", "{{ TRUE }}")
for e in ({"extensions": ["jinja2.ext.do", "jinja2.ext.loopcontrols"]},):
    cases("{% do l.append(4) %}{{ l }}", "{% do missing.x %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{{ loop.index }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}|", "{% for x in l %}{% for y in l %}{% if y == 1 %}{% break %}{% endif %}{{ y }}{% endfor %}{{ x }};{% endfor %}", "{% for x in l %}{% break %}{% else %}e{% endfor %}", "{% for x in el %}{% break %}{% else %}e{% endfor %}", "{% for x in l %}{% with y = x %}{% if y == 2 %}{% continue %}{% endif %}{{ y }}{% endwith %}{% endfor %}", "{% for x in l if x != 3 %}{{ x }}{% break %}{% endfor %}", "{% for x in l %}{% filter upper %}a{% endfilter %}{% continue %}{% endfor %}b", "{% for x in l recursive %}{% if loop.index == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}", env=e)

# --- macros ---
cases("{% macro a(x, y=2, z='q') %}{{ x }}{{ y }}{{ z }}{% endmacro %}{{ a(1) }}|{{ a(1, 3) }}|{{ a(y=5, x=4) }}|{{ a() }}|{{ a(1, z=l) }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a(1, 2) }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a(y=1) }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a(1, x=2) }}", "{% macro a(x) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ a(1, 2, 3, k=4) }}{{ a() }}", "{% macro a() %}{{ varargs|join(',') }}{% endmacro %}{{ a(1, 2) }}", "{% macro a() %}{{ kwargs.items()|list }}{% endmacro %}{{ a(b=1, c=2) }}", "{% macro a() %}{% endmacro %}{{ a(1) }}", "{% macro a() %}{% endmacro %}{{ a(x=1) }}", "{% macro a() %}{% endmacro %}{{ a(caller=1) }}", "{% macro a(x, y) %}{% endmacro %}{{ a(1, 2, 3, z=4) }}", "{% macro a(x, y=x) %}{{ x }}{{ y }}{% endmacro %}{{ a(1) }}", "{% macro a(x=y, y=2) %}{{ x }}{{ y }}{% endmacro %}{{ a() }}", "{% set y = 9 %}{% macro a(x=y) %}{{ x }}{% endmacro %}{{ a() }}{% set y = 8 %}{{ a() }}",
      "{% macro a(x) %}{{ a.name }}{{ a.arguments }}{{ a.catch_kwargs }}{{ a.catch_varargs }}{{ a.caller }}{% endmacro %}{{ a(1) }}{{ a.name }}{{ a.arguments }}{{ a.zz }}", "{% macro a() %}{{ caller() }}{% endmacro %}{% call a() %}x{% endcall %}", "{% macro a() %}{{ caller() }}{% endmacro %}{{ a() }}", "{% macro a() %}[{{ caller(1, y=2) }}]{% endmacro %}{% call(x, y) a() %}{{ x }}{{ y }}{% endcall %}", "{% macro a() %}{{ caller(1) }}{% endmacro %}{% call a() %}{% endcall %}", "{% macro a() %}x{% endmacro %}{% call a() %}y{% endcall %}", "{% macro a(caller) %}{{ caller }}{% endmacro %}", "{% macro a(caller=none) %}{{ caller is none }}{{ caller() if caller }}{% endmacro %}{{ a() }}{% call a() %}z{% endcall %}", "{% call(caller) a() %}{% endcall %}", "{% macro a() %}{{ caller is defined }}{% endmacro %}{{ a() }}{% call a() %}{% endcall %}", "{% macro a() %}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ a() }}", "{% macro a() %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) a() %}<{{ i }}>{% endcall %}",
      "{% macro a(n) %}{{ n }}{% if n > 0 %}{{ a(n - 1) }}{% endif %}{% endmacro %}{{ a(3) }}", "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}", "{{ a() }}{% macro a() %}x{% endmacro %}", "{% macro a() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ a() }}", "{% set x = 5 %}{% macro a() %}{{ x }}{% endmacro %}{{ a() }}", "{% for x in [1] %}{% macro a() %}{{ x }}{% endmacro %}{{ a() }}{% endfor %}", "{% for x in [1] %}{% macro a() %}{{ x }}{% endmacro %}{% endfor %}{{ a }}", "{% if t %}{% macro a() %}m{% endmacro %}{% endif %}{{ a() }}", "{% macro a() %}{% set y = 1 %}{{ y }}{% endmacro %}{{ a() }}{{ y }}", "{% macro a() %}<b>{{ h }}{% endmacro %}{{ a() }}{{ a() is escaped }}{{ a()|upper }}{{ a() ~ '<' }}", "{% macro a(x='<') %}{{ x }}{% endmacro %}{{ a() }}{{ a('<') }}{{ a(mk) }}", "{% macro a(x, y) %}{{ x|default('u') }}{{ y is defined }}{% endmacro %}{{ a() }}", "{% macro a(*args) %}{% endmacro %}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ [1, 2]|map(a)|list }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a }}", "{{ macro() }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a(*[1]) }}{{ a(**{'x': 2}) }}{{ a(*'q') }}", "{% macro a(x, y=3) %}{{ x }}{{ y }}{% endmacro %}{{ a(*[1, 2]) }}{{ a(1, *[2]) }}{{ a(1, **{'y': 4}) }}",
      "{% macro outer() %}{% macro inner() %}i{{ caller() }}{% endmacro %}{% call inner() %}c{% endcall %}{% endmacro %}{{ outer() }}", "{% macro a() %}{{ caller() }}{% endmacro %}{% macro b() %}{% call a() %}{{ caller() }}{% endcall %}{% endmacro %}{% call b() %}deep{% endcall %}", "{% set ns = namespace(n=0) %}{% macro a() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{% endmacro %}{{ a() }}{{ a() }}", "{% macro a(x) %}{{ loop is defined }}{% endmacro %}{% for i in l %}{{ a(i) }}{% endfor %}", "{% macro a(x, x) %}{{ x }}{% endmacro %}{{ a(1, 2) }}", "{% call f() %}body{% endcall %}", "{% call missing() %}{% endcall %}", "{% macro super() %}s{% endmacro %}{{ super() }}", "{% macro a(self) %}{{ self }}{% endmacro %}{{ a(1) }}", "{% macro range(x) %}r{{ x }}{% endmacro %}{{ range(3) }}", f=MOCK)
cases("{% macro a(x='<') %}<b>{{ x }}{% endmacro %}{{ a() }}{{ a('<') }}{{ a(mk) }}{{ a()|upper }}{{ a() ~ '<' }}{% set z = a() %}{{ z }}{{ z is escaped }}", "{% macro a() %}{{ caller() }}{% endmacro %}{% call a() %}<i>{{ h }}{% endcall %}", "{% set x %}<b>{{ h }}{% endset %}{{ x }}{{ x is escaped }}", "{% filter upper %}<b>{{ h }}{% endfilter %}", "{{ '<a>' }}{{ '<a>' ~ h }}{{ h ~ '<a>' }}{{ ('<a>'|safe) ~ h }}{{ ['<a>', h] }}{{ '<%s>' % h }}{{ ('<%s>'|safe) % h }}{{ '<a>' + h }}", "{{ mk + h }}{{ h + mk }}{{ mk * 2 }}{{ mk[0] }}{{ mk[1:] }}{{ mk ~ mk }}{{ [mk] }}{{ mk|upper }}{{ mk.upper() }}{{ mk == '<i>x</i>' }}", "{{ mk.format(1) }}{{ ('{}'|safe).format(h) }}{{ ('{0!r} {x}'|safe).format(h, x=h) }}{{ '{}'.format(mk) }}{{ ('%(a)s'|safe) % {'a': h} }}{{ ('%s %s'|safe) % (h, mk) }}{{ ('%d'|safe) % 3 }}{{ ('%r'|safe) % h }}", "{{ mk.join([h, mk]) }}{{ [h, mk]|join(', ') }}{{ [h]|join(mk) }}{{ ', '.join([h]) }}", "{% for c in mk %}{{ c }}{% endfor %}", "{{ h if t else mk }}{{ (h if t else mk)|e }}{{ mk or h }}{{ n or h }}{{ [h][0] }}{{ {'a': h}.a }}{{ h|default(mk) }}{{ missing|default(h) }}", "{{ '<'|safe|string ~ '<' }}{{ '<'|e|string }}{{ '<'|upper }}{{ '<'|safe|replace('<', '>') }}{{ '<a>'|safe|striptags }}{{ '&lt;'|safe|striptags }}{{ '<'|safe|trim|list }}", "{{ 1 }}{{ 1.5 }}{{ none }}{{ true }}{{ [] }}{{ {'<': '>'} }}{{ ('<',) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m('<')|safe }}{{ m(m('<')) }}{{ m(mk)|length }}", "{{ mk|e }}{{ mk|forceescape }}{{ mk|string }}{{ mk|safe }}{{ mk|list }}{{ mk|first }}{{ mk|replace('<', h) }}{{ h|replace('&', mk) }}{{ mk|truncate(2, true, h, 0) }}", env=HTML)

# --- inheritance and inclusion ---
BASE = {"base": "<{% block a %}A{% endblock %}|{% block b %}B{{ self.a() }}{% endblock %}>", "mid": "{% extends 'base' %}{% block a %}[{{ super() }}]{% endblock %}", "inc": "inc:{{ x }}{{ y }}", "mod": "{% set v = 5 %}{% set _p = 6 %}{% macro m(a) %}m{{ a }}{{ x }}{% endmacro %}text{{ x }}", "boom": "{{ 1/0 }}", "bad": "{% if %}", "self": "{% include 'self' %}",
        "loopinc": "{{ loop.index }}{{ item }}", "scoped": "{% for i in [1, 2] %}{% block item scoped %}{{ i }}{% endblock %}{% endfor %}", "unscoped": "{% for i in [1, 2] %}{% block item %}{{ i }}{% endblock %}{% endfor %}", "req": "{% block a required %} {% endblock %}", "setter": "{% set q = 1 %}{% block a %}{{ q }}{% endblock %}", "nested": "{% block o %}({% block i %}I{% endblock %}){% endblock %}", "page.html": "{{ h }}", "cycle1": "{% extends 'cycle2' %}", "cycle2": "{% extends 'cycle1' %}", "blocks": "{% block x %}{{ v }}{% endblock %}", "two": "{% block a %}1{% endblock %}{% block c %}{% endblock %}"}
cases("{% extends 'base' %}{% block a %}C{% endblock %}", "{% extends 'base' %}{% block b %}{{ super() }}!{% endblock %}", "{% extends 'mid' %}{% block a %}({{ super() }}){% endblock %}", "{% extends 'mid' %}{% block a %}{{ super.super() }}{% endblock %}", "{% extends 'base' %}{% block a %}{{ super.super() }}{% endblock %}", "{% extends 'base' %}ignored{{ 1/0 }}", "before{% extends 'base' %}after", "{% extends 'base' %}{% set x = 1 %}{% block a %}{{ x }}{% endblock %}", "{% set x = 1 %}{% extends 'base' %}{% block a %}{{ x }}{% endblock %}", "{% extends p %}{% block a %}D{% endblock %}", "{% if t %}{% extends 'base' %}{% endif %}{% block a %}E{% endblock %}", "{% if f %}{% extends 'base' %}{% endif %}{% block a %}E{% endblock %}", "{% extends 'base' %}{% extends 'base' %}", "{% if t %}{% extends 'base' %}{% endif %}{% extends 'base' %}", "{% extends 'nope' %}", "{% extends ['nope', 'base'] %}", "{% extends 'base' if t else 'mid' %}", "{% block a %}x{% endblock %}{% block a %}y{% endblock %}", "{% block a %}{{ super() }}{% endblock %}", "{{ self.a() }}{% block a %}A{% endblock %}", "{{ self.zz() }}", "{{ self.zz }}", "{% block a %}{% endblock %}{{ self.a }}", "{% extends 'base' %}{% macro m() %}M{% endmacro %}{% block a %}{{ m() }}{% endblock %}", "{% extends 'base' %}{% import 'mod' as k %}{% block a %}{{ k.m(1) }}{% endblock %}", "{% extends 'scoped' %}{% block item %}<{{ i }}>{% endblock %}", "{% extends 'unscoped' %}{% block item %}<{{ i }}>{% endblock %}", "{% include 'scoped' %}{% include 'unscoped' %}", "{% extends 'req' %}", "{% extends 'req' %}{% block a %}ok{% endblock %}", "{% include 'req' %}", "{% extends 'setter' %}{% block a %}{{ super() }}{{ q }}{% endblock %}", "{% extends 'nested' %}{% block i %}J{{ super() }}{% endblock %}", "{% extends 'nested' %}{% block o %}{{ super() }}{{ super() }}{% endblock %}", "{% extends 'cycle1' %}", "{% extends 'base' %}{% block zz %}z{% endblock %}", "{% for i in l %}{% block a scoped %}{{ i }}{{ loop.index }}{% endblock %}{% endfor %}", "{% for i in l %}{% block a %}{{ i }}{{ loop }}{% endblock %}{% endfor %}", "{% block a %}{% set x = 1 %}{% endblock %}{{ x }}", "{% set x = 1 %}{% block a %}{{ x }}{% set x = 2 %}{{ x }}{% endblock %}{{ x }}", "{% macro m() %}{% block a %}x{% endblock %}{% endmacro %}{{ m() }}", "{% with z = 1 %}{% block a %}{{ z }}{% endblock %}{% endwith %}", "{% with z = 1 %}{% block a scoped %}{{ z }}{% endblock %}{% endwith %}", "{% extends 'base' %}{% block a %}{% include 'inc' %}{% endblock %}", "{% extends none %}", "{% extends 5 %}", "{% extends missing %}", "{% extends 'base' %}{% if t %}{% block a %}if{% endif %}{% endblock %}", "{% extends 'base' %}{% block a %}{% if t %}{{ super()|upper }}{% endif %}{% endblock %}", "{% extends 'base' %}{% for i in l %}{% block a %}{{ i }}{% endblock %}{% endfor %}", "{% extends 'two' %}{% block c %}{{ self.a() }}{{ self.a()|upper }}{% endblock %}",
      "{% include 'inc' %}", "{% set y = 2 %}{% include 'inc' %}", "{% include 'inc' without context %}", "{% include 'nope' %}", "{% include 'nope' ignore missing %}|", "{% include ['nope', 'inc'] %}", "{% include ['nope', 'nada'] %}", "{% include ['nope', 'nada'] ignore missing %}|", "{% include [] %}", "{% include [] ignore missing %}|", "{% include p %}", "{% include missing %}", "{% include missing ignore missing %}", "{% include none %}", "{% include 5 %}", "{% include 'boom' %}", "{% include 'bad' %}", "{% include 'bad' ignore missing %}", "{% for item in l %}{% include 'loopinc' %}{% endfor %}", "{% for item in l %}{% include 'loopinc' without context %}{% endfor %}", "{% for x in [7] %}{% set y = x %}{% include 'inc' %}{% endfor %}", "{% macro m(x) %}{% include 'inc' %}{% endmacro %}{{ m('a') }}", "{% with x = 1 %}{% include 'inc' %}{% endwith %}", "{% include 'setter' %}{{ q }}", "{% include 'mid' %}", "{% block a %}{% include 'blocks' %}{% endblock %}", "{% include ('inc', 'nope') %}", "{% include 'in' ~ 'c' %}", "{% include s if f else 'inc' %}", "{% if f %}{% include 'nope' %}{% endif %}ok", "{% filter upper %}{% include 'inc' %}{% endfilter %}", "{% set z %}{% include 'inc' %}{% endset %}{{ z|upper }}",
      "{% import 'mod' as k %}{{ k.v }}{{ k.m(1) }}", "{% import 'mod' as k with context %}{{ k.m(1) }}", "{% import 'mod' as k %}{{ k._p }}", "{% import 'mod' as k %}{{ k }}{{ k.zz }}", "{% import 'mod' as k %}{{ k.zz() }}", "{% import 'mod' as k with context %}{{ k }}", "{% from 'mod' import m %}{{ m(2) }}", "{% from 'mod' import m, v as w with context %}{{ m(2) }}{{ w }}", "{% from 'mod' import zz %}", "{% from 'mod' import zz %}{{ zz }}", "{% from 'mod' import zz %}{{ zz.a }}", "{% from 'mod' import zz as y %}{{ y() }}", "{% import 'nope' as k %}", "{% from 'nope' import k %}", "{% from ['nope', 'mod'] import v %}{{ v }}", "{% import 'bad' as k %}", "{% import 'boom' as k %}", "{% for i in l %}{% from 'mod' import v %}{{ v }}{% endfor %}{{ v }}", "{% import p as k %}{{ k }}", "{% import 'mod' as k %}{% include 'inc' %}{{ k.m is callable }}{{ k is callable }}{{ k|string }}", "{% import 'mod' as k %}{% for x in k %}{% endfor %}", "{% macro q() %}{% from 'mod' import v %}{{ v }}{% endmacro %}{{ q() }}", "{% import 'mid' as k %}{{ k }}", "{% from 'mod' import m as f %}{{ f(f(1)) }}",
      loader=BASE, x="X", p="base")
cases("{% extends 'base' %}{% block a %}{{ h }}{{ super() }}{% endblock %}", "{{ self.a() }}{% block a %}<b>{{ h }}{% endblock %}{{ self.a()|e }}", "{% include 'page.html' %}{{ h }}", "{% import 'mod' as k %}{{ k }}{{ k.m('<') }}{{ k.v }}", "{% extends 'mid' %}{% block a %}<{{ super() }}>{% endblock %}", loader=BASE, env=HTML, x="<")
for name in ("base", "mid", "nope", "bad", "boom", "page.html", "req", "cycle1", "../x", "a/../b", ""):
    add(None, name=name, loader=BASE, context={"x": 1, "h": "<"})
    add(None, kind="get_template", name=name, loader=BASE)
add(None, name="x", loader=None)
for s in ("{{ x }}", "{% if %}", "{{ x|zz }}", "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{{ x is zz }}", "{% extends 'a' %}{% extends 'b' %}", "{% macro a(caller) %}{% endmacro %}", "{% for loop in x %}{% endfor %}", "{% set loop = 1 %}", "{% for x in y %}{% set loop = 1 %}{% endfor %}", "a\n{{ x|zz }}", "a\n\n{% block b %}{% endblock %}\n{% block b %}{% endblock %}", "{% if f %}{{ x|zz }}{% endif %}", "{% call(caller) x() %}{% endcall %}", "{% macro a(caller, x=1) %}{% endmacro %}", "{% include 'nope' %}", "{% continue %}", "{% filter zz %}{% endfilter %}", "{% from 'a' import _b %}", "{% set x|zz %}{% endset %}"):
    add(s, kind="compile", env={})

# --- expressions, as values ---
for e in ("1", "1.5", "'a'", "none", "true", "[1, 'a']", "(1, 2)", "{'a': [1]}", "{1: 2}", "missing", "x.y", "a + b", "a if false", "range(3)|list", "true[:2]", "{}[1:]", "'<'|e", "'<'|safe", "1 if missing else 2", "a|zz", "a b", "a }}", "", "1 +", "x == 1", "[x, missing]", "{'k': missing}", "1e400", "10**30", "range(3)", "'a' ~ 1", "foo()", "namespace(a=1).a", "loop", "a is defined", "(1,)", "()", "[]", "{}", "'é'", "users|map(attribute='name')|list", "[1, 2]|sum", "dict(a=1)", "not true", "1 < 2", "'a'|upper", "x if x else none", "by", "dt"):
    add(e, kind="expression", context=dict(ctx(e), a=1, b=2.5))
    if e in ("missing", "x.y", "a if false", "1 if missing else 2", "[x, missing]", "foo()"):
        add(e, kind="expression", undefined_to_none=False, context={})
        add(e, kind="expression", env={"undefined": "StrictUndefined"}, context={})

# --- native types ---
for s in ("{{ 1 }}", "{{ 1 }}{{ 2 }}", "{{ 'a' }}", "{{ [1, 2] }}", "{{ none }}", "{{ true }}", "{{ 1.5 }}", "{{ (1, 2) }}", "{{ {'a': 1} }}", "x{{ 1 }}", "1", "'a'", "[1, {{ 2 }}]", "{{ 1 }}, {{ 2 }}", "{{ x }}", "{{ x }}{{ y }}", "{% if true %}{{ 5 }}{% endif %}", "{% for i in [1, 2] %}{{ i }}{% endfor %}", "{% for i in [1, 2] %}{{ i }},{% endfor %}", "", " ", "{{ '5' }}", "{{ '5' }}{{ '6' }}", "{{ missing }}", "{{ missing }}a", "{{ 'a' }}{{ 'b' }}", "{{ '[1, 2' }}", "{{ [1] }}{{ [2] }}", "True", "None", "{{ none }}{{ none }}", "{{ '\\'a\\'' }}", "{{ x|safe }}", "{% set x = 3 %}{{ x }}", "{% macro m() %}{{ 3 }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ 3 }}{% endmacro %}{{ m() + 1 }}", "{% block a %}{{ 7 }}{% endblock %}", "{{ 1 }} ", " {{ 1 }}", "{{ x.y }}", "-5", "1 + 1", "0x10", "1_000", "{'a': {{ 1 }}}", "(1,{{ 2 }})", "{{ 1 }}\n{{ 2 }}", "{{ 'a\\nb' }}", "{{ [1,\n2] }}", "foo(1)", "{{ range(3)|list }}", "{{ range(3) }}", "{{ mk }}", "{{ mk }}{{ mk }}", "{{ dt }}", "{{ 10**20 }}", "1e5", "{1, 2}", "b'x'", "{{ m }}", "'a' 'b'", "\n \n{{ {'b': 1} }}\n\n", "# a\n{{ 5 }} # b", "{{ 5 }}\n6", "# c", "[1,\n 2 # x\n]", "b'a\\x00'", "r'a\\n' 'b'", "'''a\nb'''", "--1", "u'a'", "01", "1.", ".5e3", "{**{}}", "2024-01-02", "1 2", "{{ 5 }}\n ", "{% set z %}{{ 5 }}{% endset %}{{ z }}", "{% filter upper %}a{% endfilter %}", "{{ 'ab'|first }}"):
    case(s, env={"class": "NativeEnvironment"}, y=2, **({"x": "<1>"} if "x|safe" in s else {"x": 1}))

# --- sandbox ---
for cls in ("SandboxedEnvironment", "ImmutableSandboxedEnvironment"):
    for s in ("{{ ''.__class__ }}", "{{ s.__class__.__mro__ }}", "{{ x._private }}", "{{ x.__init__ }}", "{{ ''|attr('__class__') }}", "{{ s.upper() }}", "{{ l.append(1) }}{{ l }}", "{{ l.pop() }}", "{{ l.clear() }}", "{{ d.clear() }}", "{{ d.pop('a') }}", "{{ d.update({'q': 1}) }}", "{{ d.setdefault('a', 1) }}", "{{ l.sort() }}", "{{ l.extend([1]) }}", "{{ l.insert(0, 1) }}", "{{ l.remove(3) }}", "{{ l.reverse() }}", "{{ st.add(1) }}", "{{ d.popitem() }}", "{{ range(100001) }}", "{{ range(100000)|length }}", "{{ range(0, 100001, 2)|length }}", "{{ '{0.__class__}'.format(1) }}", "{{ '{0.__class__}'.format_map({}) }}", "{{ '{a.__class__.__mro__}'.format(a=1) }}", "{{ '{a[__class__]}'.format(a={}) }}", "{{ '{0}'.format(1) }}", "{{ '{a}'.format_map({'a': 1}) }}", "{{ ('{0.__class__}'|safe).format(1) }}", "{{ ['{0.__class__}']|map('format', 1)|list }}", "{% set f = '{0.__class__}'.format %}{{ f(1) }}", "{{ '%s' % 1 }}", "{{ m() }}", "{{ m.x.y() }}", "{{ m._x }}", "{{ m.__class__ }}", "{% macro a() %}x{% endmacro %}{{ a() }}{{ a.__call__ }}", "{{ (1).__class__ }}", "{{ [].__class__.__base__ }}", "{{ d.items }}", "{{ d['__class__'] }}", "{{ l['append'](1) }}", "{{ missing.__class__ }}", "{{ missing._x }}", "{{ none.__class__ }}", "{{ 2 ** 10 }}", "{{ 'a' * 10 }}", "{{ l|map(attribute='__class__')|list }}", "{{ [1]|map('attr', '__class__')|list }}", "{{ [l]|map(attribute='append')|list }}", "{{ l|sort(attribute='__class__') }}", "{{ dict(a=1) }}{{ namespace(a=1).a }}", "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}", "{{ s.format(1) }}", "{{ s.format_map }}", "{{ self.__class__ }}", "{{ cycler('a').next() }}", "{{ lipsum.__globals__ }}", "{{ cycler.__init__ }}", "{{ joiner()._x }}", "{{ range.__class__ }}", "{{ 5() }}", "{{ s() }}", "{{ d() }}", "{{ f.zz() }}", "{% for x in d.items() %}{{ x }}{% endfor %}", "{{ mk.__html__() }}", "{{ dt.year }}"):
        case(s, env={"class": cls})

# --- globals ---
cases("{{ range(5)|list }}{{ range(1, 4)|list }}{{ range(5, 0, -2)|list }}{{ range(3) }}{{ range(0)|list }}", "{{ range() }}", "{{ range(1, 2, 0) }}", "{{ range('a') }}", "{{ range(1.5) }}", "{{ range(1, 2, 3, 4) }}", "{{ range(stop=3) }}", "{{ dict(a=1, b=2) }}{{ dict([('x', 1)]) }}{{ dict({'a': 1}, b=2) }}{{ dict() }}", "{{ dict(5) }}", "{{ dict([1]) }}", "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}{{ c.items }}{{ c.pos }}", "{{ cycler() }}", "{% set j = joiner() %}{{ j() }}a{{ j() }}b{{ j() }}", "{% set j = joiner('|') %}{{ j() }}a{{ j() }}{{ j.sep }}{{ j.used }}", "{{ joiner(sep='-')() }}", "{{ lipsum(n=1, html=false, min=3, max=5)|length > 5 }}{{ lipsum(2)|string|truncate(3, true, '', 0) }}", "{{ lipsum(n=0) }}|", "{% set range = 5 %}{{ range }}", "{% for dict in [1] %}{{ dict }}{% endfor %}", "{{ namespace }}{{ cycler }}{{ joiner }}", "{{ zz() }}", "{{ 'a'() }}", "{{ 5() }}", "{{ none() }}", "{{ l() }}", "{{ d.a() }}", "{{ [1, 2].append }}", "{{ 'a'.upper }}", "{{ range(10**10)|length }}")
add("{{ g }}{{ x }}{% macro m() %}{{ g }}{% endmacro %}{{ m() }}", globals={"g": "G", "x": "gx"}, context={"x": "cx"})
add("{% import 'a' as a %}{{ a.m() }}{% include 'b' %}", globals={"g": "G"}, context={"x": "X"}, loader={"a": "{% macro m() %}{{ g }}{{ x }}{% endmacro %}", "b": "{{ g }}{{ x }}"})
add("{% set g = 1 %}{{ g }}{% include 'b' %}", globals={"g": "G"}, loader={"b": "{{ g }}"})
add("{% if f %}{% set g = 1 %}{% endif %}{{ g }}", globals={"g": "G"}, context={"f": False})

# --- i18n ---
for i18n in (["null"], ["null", "newstyle_gettext"]):
    for auto in (False, True):
        e = {"extensions": ["jinja2.ext.i18n"], "i18n": i18n, "autoescape": auto}
        cases("{% trans %}Hello{% endtrans %}", "{% trans %}Hello {{ h }} 100%{% endtrans %}", "{% trans %}100%{% endtrans %}", "{% trans n=i %}one {{ n }}{% pluralize %}many {{ n }}{% endtrans %}", "{% trans n=1 %}one {{ n }}{% pluralize %}many {{ n }}{% endtrans %}", "{% trans n=l|length, u=h %}one {{ u }}{% pluralize %}{{ n }} many {{ u }}{% endtrans %}", "{% trans n=l.count(3) %}one {{ n }}{% pluralize %}many {{ n }}{% endtrans %}", "{% trans num=i %}{{ num }}{% pluralize %}{{ num }}s{% endtrans %}", "{% trans 'c' %}ctx{% endtrans %}", "{% trans 'c' n=i %}a{{ n }}{% pluralize %}b{{ n }}{% endtrans %}", "{% trans trimmed %}\n a\n  b {{ s }}\n{% endtrans %}", "{{ _('a') }}{{ gettext('<b>') }}{{ ngettext('a', 'b', 1) }}{{ ngettext('a', 'b', 2) }}{{ pgettext('c', 'm') }}{{ npgettext('c', 'a', 'b', 2) }}", "{{ _('%(a)s', a=h) }}", "{{ gettext('%(a)s') }}", "{{ _('100%') }}", "{{ _('%s') }}", "{{ ngettext('%(num)s apple', '%(num)s apples', 3) }}", "{{ _() }}", "{{ gettext('a', 'b') }}", "{% trans %}{{ missing }}{% endtrans %}", "{% trans x=missing %}{{ x }}a{% endtrans %}", "{% trans n=missing %}a{% pluralize %}b{% endtrans %}", "{% trans s=mk, t=h %}{{ s }}{{ t }}{% endtrans %}", "{% trans %}<b>{{ s }}</b>{% endtrans %}", "{% for n in l %}{% trans n=n %}one{% pluralize %}{{ n }}{% endtrans %},{% endfor %}", "{% set x %}{% trans %}a{% endtrans %}{% endset %}{{ x }}", "{% trans %}a{% endtrans %}{% trans b=1 %}{{ b }}{% endtrans %}", "{% trans user=users[0].name %}Hi {{ user }}{% endtrans %}", "{% trans a=1, b=2 %}{{ a }}{% pluralize b %}{{ a }}{{ b }}{% endtrans %}", "{% autoescape true %}{% trans %}{{ h }}{% endtrans %}{% endautoescape %}", "{{ _(h) }}{{ _('<') ~ '<' }}", env=e)
cases("{% trans %}a{% endtrans %}", "{{ _('a') }}", "{{ gettext('a') }}", env={"extensions": ["jinja2.ext.i18n"]})
cases("{% trans %}\n a\n b{% endtrans %}", env={"extensions": ["jinja2.ext.i18n"], "i18n": ["null"], "policies": {"ext.i18n.trimmed": True}})

# --- white space, delimiters, options ---
WS = ["  {% if t %}\n  a\n  {% endif %}\n  b\n", "{% for x in l %}\n  {{ x }}\n{% endfor %}\n", " {%- if t -%} x {%- endif -%} y", "{# c #}\n a {#- d -#} b\n", "{% raw %}\n {{ x }}\n{% endraw %}\n c", "{{ s }}\n\n", "a\r\nb\rc\n", "{% set x = 1 -%}  \n  {{- x -}}  \n b", "  {%+ if t %}a{%+ endif +%}\n", "{%- macro m() -%} x {%- endmacro -%} [{{ m() }}]", "\t{% block a %}\n x\n\t{% endblock %}\n", "{% call(x) f() %}\n b\n{% endcall %}\n", "{% filter upper %}\n a\n{% endfilter %}\n"]
for s in WS:
    for env in ({}, {"trim_blocks": True}, {"lstrip_blocks": True}, {"trim_blocks": True, "lstrip_blocks": True}, {"keep_trailing_newline": True}, {"newline_sequence": "\r\n", "keep_trailing_newline": True}):
        case(s, env=env, f=MOCK)
cases("# for x in l\n  {{ x }}\n# endfor\n## c\nend", "# if t:\na\n# endif", "a # b\n", "# set x = [1,\n 2]\n{{ x }}", "# zz", "{{ s }} ## c\nb", env={"line_statement_prefix": "#", "line_comment_prefix": "##"})
cases("<% if t %><%= s %><%# c %><% endif %>", "<%= {'a': 1}['a'] %>", env={"block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<%=", "variable_end_string": "%>", "comment_start_string": "<%#", "comment_end_string": "%>"})
cases("${s}{# c #}{{ s }}", env={"variable_start_string": "${", "variable_end_string": "}"})
cases("{{ long|truncate(10) }}", "{{ 'http://a.b'|urlize }}", "{{ {'b': 1, 'a': 2}|tojson }}", env={"policies": {"truncate.leeway": 0, "urlize.rel": "x", "urlize.target": "_blank", "json.dumps_kwargs": {"sort_keys": False}}})
cases("{{ h }}", "{{ mk }}", env={"autoescape": True})
for kind in ("generate", "render_async"):
    for s in ("{% for x in l %}{{ x }}{% endfor %}", "{{ missing.x }}", "{% macro a(x) %}{{ x }}{% endmacro %}{{ a(1) }}", "{{ l|map('string')|join(',') }}", "{% include 'inc' %}", "{% extends 'base' %}{% block a %}{{ super() }}{% endblock %}", "{% for x in [[1], [2]] recursive %}{{ loop(x) if x is sequence else x }}{% endfor %}", "{{ l|sum }}{{ users|groupby('age')|list|length }}{{ l|first }}", "{% import 'mod' as k %}{{ k.m(1) }}", "{% for x in l %}{{ loop.index }}{{ loop.last }}{{ loop.length }}{% endfor %}", "{% for x in l|reverse %}{{ loop.last }}{% endfor %}", "{% if %}", "{{ self.a() }}{% block a %}1{% endblock %}", "{% set x %}{{ 1 }}{% endset %}{{ x }}", "{{ l|select('odd')|list }}{{ users|selectattr('age')|list|length }}{{ l|slice(2)|list }}"):
        case(s, kind=kind, loader=BASE)

# --- errors name their line; mocks ---
cases("a\n{{ x.y.z }}", "{% for i in l %}\n{{ 1/z }}\n{% endfor %}", "{{ m }}{{ m.a.b }}{{ m['k'] }}{{ m[0] }}{{ m[1:2] }}{{ m[:10] }}{{ m(1, 'a', k=2) }}{{ m.f(m, x=m.y) }}", "{% for x in m %}{{ x }};{% endfor %}{{ m|length }}{{ m and 1 }}{{ m[0] in m }}{{ 'm[1]' in m }}{{ 5 in m }}", "{{ m == 'm' }}{{ m == m }}{{ m == 5 }}{{ m != 'm' }}{{ m < 'n' }}{{ m > m.a }}", "{{ m < 5 }}", "{{ m + 1 }}", "{{ m|int }}{{ m|float }}{{ m|string|upper }}{{ m|upper }}{{ m|tojson }}{{ m|list }}{{ m|first }}{{ m|join('-') }}{{ m is callable }}{{ m is iterable }}{{ m is sequence }}{{ m is string }}{{ m is mapping }}{{ m is number }}{{ m is defined }}", "{{ {m: 1}['m'] }}{{ [m] }}{{ (m,) }}{{ {'a': m} }}", "{{ m.items() }}{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}", "{{ m|sort }}{{ m|map(attribute='x')|list }}{{ m|selectattr('a')|list }}{{ m|groupby('a')|list }}{{ m|dictsort }}", "{{ m|e }}{{ m|safe }}{{ m|default('x') }}{{ m|replace('m', 'n') }}{{ m|trim }}{{ m|wordcount }}{{ m|urlencode }}{{ m|title }}", "{{ m|abs }}", "{{ m|round }}", "{{ -m }}", "{{ m % 2 }}", "{{ 'a' ~ m ~ 1 }}{{ '%s' % m }}{{ m.format(1) }}{{ '{}'.format(m) }}{{ m.strftime('%Y') }}", "{{ m.__html__ is defined }}{{ m.__class__ is defined }}", "{{ m|xmlattr }}", "{{ m|items|list }}", "{{ m|attr('x') }}{{ m|last }}{{ m|max }}{{ m|sum }}", "{{ m.a if m.b else m.c }}{{ m.a and m.b }}{{ m.x or 1 }}{{ not m }}", "{{ m[m] }}{{ m[1, 2] }}{{ m[none] }}{{ m[-1] }}{{ m[1.5] }}{{ m[::2] }}", "{% macro q(a) %}{{ a }}{% endmacro %}{{ q(m) }}{% call m.f() %}x{% endcall %}", "{{ m.next()|string }}{{ m|batch(1)|list }}{{ m|pprint }}{{ m|striptags }}{{ m|length }}{{ m|unique|list }}{{ m|reverse|list }}", "{{ '<' ~ m.a('<') }}", "{{ m|filesizeformat }}", "{{ range(m) }}", "{{ m|truncate(3) }}{{ m|center(5) }}{{ m|indent }}{{ m|format(1) }}{{ m|urlize }}{{ m|wordwrap }}")
cases("{{ m.a('<') }}{{ m['<'] }}{{ m|e }}{{ m ~ '<' }}{{ [m.b('<')] }}{{ m('<')|upper }}", env=HTML)
cases("{% debug %}", env={"extensions": ["jinja2.ext.debug"]}) if False else None
add("{{ range(3)|list }}{{ x }}", env={"extensions": ["jinja2.ext.do", "jinja2.ext.i18n", "jinja2.ext.loopcontrols", "jinja2.ext.debug"]}, context={"x": {"$uuid": "12345678-1234-5678-1234-567812345678"}})
for v in ({"$uuid": "12345678-1234-5678-1234-567812345678"}, {"$datetime": "2024-02-03T04:05:06Z"}, {"$datetime": "2024-02-03T04:05:06.5+02:00"}, {"$complex": "1j"}, {"$undefined": "StrictUndefined"}, {"$undefined": "Undefined"}, {"$dict": [[1, "a"], [T(1, 2), "b"]]}, {"$set": []}, {"$set": ["a"]}, {"$range": [1, 5, 1]}, {"$bytes": "\x00'\""}, {"$tuple": []}):
    for s in ("{{ x }}", "{{ [x] }}", "{{ x|string|length }}", "{{ x is iterable }}{{ x is sequence }}{{ x is mapping }}{{ x is string }}{{ x is number }}", "{{ x == x }}{{ x in [x] }}{{ x|default('d') }}", "{{ x.zz }}"):
        add(s, context={"x": v})

# --- scopes, addresses, policies and what else went wrong once ---
def more(source, context=None, env=None, loader=None, kind="render", **fields):
    for name, value in (("context", context), ("env", env), ("loader", loader)):
        if value:
            fields[name] = value
    add(source, kind=kind, **fields)


more("{% macro m(l) %}{% for i in l %}{{ i }}{% endfor %}{% endmacro %}{% for i in [1,2] %}{{ m([3,4]) }}{{ i }}{% endfor %}")
more("{% for x in x.y recursive %}{{ x }}{% endfor %}",{"x":{"y":[0,1]}})
more("{% for x in x if x %}{{ x }}{% endfor %}",{"x":[0,1]})
more("{% set x = x or 5 %}{{ x }}")
more("{% with x = x %}{{ x }}{% endwith %}",{"x":3})
more("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{% for i in [1] %}{{ x }}{% set x = 3 %}{{ x }}{% endfor %}{{ x }}")
more("{% macro m(x) %}{% if x %}{% set y = 1 %}{% endif %}{{ y }}{% endmacro %}{{ m(1) }}{{ m(0) }}",{"y":"ctx"})
more("{% if b %}{% set a = 1 %}{% endif %}{{ a }}{{ b }}",{"a":23,"b":True})
more("{% if b %}{% set a = 1 %}{% elif c %}{% set a = 2 %}{% elif d %}{% set a = 3 %}{% else %}{% set a = 4 %}{% endif %}{{ a }}",{"a":23,"c":True})
more("{% if b %}{% set a = 1 %}{% elif c %}{% set a = 2 %}{% endif %}{{ a }}",{"a":23})
more("{% for i in [1,2] %}{% if i == 1 %}{% set z = i %}{% endif %}{{ z }};{% endfor %}",{"z":"o"})
more("{% for i in range(3) %}{% set x = i %}{% if i == 1 %}{% set x = 'q' %}{% endif %}{{ x }}{% endfor %}{{ x }}",{"x":"c"})
more("{% for item in seq %}{% for x in item.c %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",{"seq":[{"c":[1,2]},{"c":[3]}]})
more("{% set wrapper = '<foo>' %}{% for item in ns %}{% macro foo() %}{{ wrapper }}{{ item }}{% endmacro %}{{ foo() }}{% endfor %}",{"ns":[1,2]})
more("{% set n=[1,2,3,4,5] %}{% for n in [[1,2,3],[4,5]] %}{{ n|length }}{{ n }}{% endfor %}{{ n }}")
more("{% for x in [1,2,3] %}{% block a %}{{ loop.index }}{% endblock %}{% endfor %}")
more("{% for x in [1,2,3] %}{% block a scoped %}{{ loop.index }}{{ x }}{% endblock %}{% endfor %}")
more("{% extends 'l' %}{% block b %}{{ x }}{% endblock %}",{"seq":[1,2]},loader={"l":"{% for x in seq %}{% block b scoped %}{% endblock %}{% endfor %}"})
more("{% extends 'l' %}{% set foo = 5 %}{% block b %}{{ foo }}{{ super() }}{% endblock %}",{},loader={"l":"{% set bar = 3 %}{% block b %}{{ foo }}{{ bar }}{% endblock %}"})
more("{% extends 'l' %}{% import 'm' as m %}{% macro k() %}K{{ y }}{% endmacro %}{% block b %}{{ k() }}{{ m.f() }}{% endblock %}",{"y":1},loader={"l":"[{% block b %}{% endblock %}]","m":"{% macro f() %}F{{ y }}{% endmacro %}"})
more("{% extends 'l' %}{% block a %}{{ super() }}{% block c %}new{% endblock %}{% endblock %}",{},loader={"l":"{% block a %}A{% endblock %}{% block c %}C{% endblock %}"})
more("{% extends 'b' %}{% block x %}{{ super() }}|c{% endblock %}",{},loader={"a":"{% block x %}a{% block y %}ay{% endblock %}{% endblock %}","b":"{% extends 'a' %}{% block x %}{{ super() }}|b{% endblock %}{% block y %}by{% endblock %}"})
more("{% if t %}{% extends 'l' %}{% else %}{% extends 'm' %}{% endif %}{% block a %}X{% endblock %}",{"t":False},loader={"l":"l{% block a %}{% endblock %}","m":"m{% block a %}{% endblock %}"})
more("{% extends l %}{% block a %}X{% endblock %}",{"l":["zz","m"]},loader={"m":"m{% block a %}{% endblock %}"})
more("{{ foo('a', c='d', e='f', *['b'], **{'g': 'h'}) }}",{"foo":{"$mock":"foo"}})
more("{{ foo(*[1], a=2) }}",{"foo":{"$mock":"f"}})
more("{{ foo(a=1, a=2) }}",{"foo":{"$mock":"f"}})
more("{{ foo(**{'a':1}, **{'b':2}) }}",{"foo":{"$mock":"f"}})
more("{{ foo(a=1, **{'a':2}) }}",{"foo":{"$mock":"f"}})
more("{{ 'a'|default }}{{ x|default(y|default('z')) }}")
more("{{ [1,2,3]|sum * 2 }}{{ -1|abs }}{{ (-5)|abs }}{{ 2|string * 3 }}")
more("{{ 1 if true else 2 if false else 3 }}{{ (1 if false else 2) if true else 3 }}{{ 'x' if x is defined else 'nope' }}")
more("{{ not 1 == 2 }}{{ not (1 == 1) or 2 }}{{ 1 in [1] and 2 not in [1] }}{{ not 1 in [1] }}")
more("{{ {'a': {'b': [1,{'c':2}]}}.a.b[1].c }}{{ [[1,2],[3]][0][1] }}{{ ('a','b')[1] }}{{ 'abc'[0].upper() }}{{ {'x': 1}['x'] + 1 }}{{ [1][0]|string ~ 'a' }}")
for s in ["http://example.com.","(http://example.com)","http://example.com/a_(b)","<http://example.com>","foo http://www.a.b/c?d=e&f=g#h bar","www.example.org","tel:+1 sms:2","user@example.com","http://a.b,http://c.d","http://a.b/'x'","a.com:80 b.net/","ftp://f.g","https://x.y/%20z","*http://a.b*","[http://a.b]","http://a.b...","http://a.b/;x","&amp;http://a.b&gt;","http://üñí.com","exämple.com", "mailto:x@y.z","x.com","http://a.b)","((http://a.b))","http://a.b/)(","\"http://a.b\""]:
    more("{{ s|urlize }}|{{ s|urlize(5) }}",{"s":s})
    more("{{ s|urlize(target='_blank', rel='me') }}",{"s":s},env={"autoescape":True})
more("{{ 'tel:1 sms:2 x:3'|urlize }}",env={"policies":{"urlize.extra_schemes":["tel:","sms:"]}})
more("{{ 'http://a.b'|urlize }}",env={"policies":{"urlize.rel":None,"urlize.target":None}})
more("{{ x|tojson }}",{"x":{"b":[1,None],"a":"</script>"}},env={"policies":{"json.dumps_kwargs":{"sort_keys":True,"indent":1}}})
more("{{ x|tojson }}",{"x":"é"},env={"policies":{"json.dumps_kwargs":{"ensure_ascii":False}}})
more("{{ x|tojson }}",{"x":{"b":1}},env={"policies":{"json.dumps_kwargs":{"separators":[",",":"]}}})
more("{% trans %}a{% endtrans %}",env={"extensions":["jinja2.ext.i18n"],"i18n":["newstyle_gettext"]})
more("{{ gettext('x') }}",env={"extensions":["jinja2.ext.i18n"],"i18n":["newstyle_gettext"]})
more("{% for i in [1,2] %}{% trans i=i %}a{{ i }}{% pluralize %}b{{ i }}{% endtrans %}{% endfor %}",env={"extensions":["jinja2.ext.i18n"],"i18n":["null"]})
for cls in ("Environment","SandboxedEnvironment"):
    more("{{ cycler.__init__.__globals__ }}",env={"class":cls})
    more("{{ ''.__class__.__mro__[1].__subclasses__() }}",env={"class":"SandboxedEnvironment"})
    more("{{ [].append.__self__ }}",env={"class":cls})
    more("{{ 'a{x.__class__}'.format(x=1) }}",env={"class":"SandboxedEnvironment"})
    more("{{ 'a{x}'.format_map({'x':1}) }}",env={"class":cls})
    more("{% set f='{0.__class__}'.format %}{{ [1]|map('string')|map('format')|list }}{{ f(1) }}",env={"class":"SandboxedEnvironment"})
    more("{{ ['{x.__class__}']|map('format', x=1)|list }}",env={"class":"SandboxedEnvironment"})
more("{{ foo.bar }}",{"foo":{"bar":1}})
more("{{ foo.items }}",{"foo":{"items":[1]}})
more("{{ foo['items'] }}{{ foo.items()|list|length }}",{"foo":{"a":1}})
more("{{ foo.0 }}{{ foo.1.2 }}",{"foo":["a",["b","c","d"]]})
more("{{ foo.-1 }}")
more("{{ foo[1,2] }}",{"foo":{"$dict":[[{"$tuple":[1,2]},"x"]]}})
more("{{ foo[:2] }}{{ foo[1:] }}{{ foo[::2] }}{{ foo[-1] }}",{"foo":"héllo"})
more("{% set x %}{% set y %}in{% endset %}<{{ y }}>{% endset %}{{ x }}|{{ y }}",env={"autoescape":True})
more("{% set x | trim | upper %} a {% endset %}[{{ x }}]")
more("{% macro a(b) %}{% set c %}{{ b }}!{% endset %}{{ c }}{% endmacro %}{{ a('<') }}{{ a('<')|length }}",env={"autoescape":True})
more("{% filter upper|replace('FOO','foo') %}foobar{% endfilter %}{% filter e|length|string %}<{% endfilter %}")
more("{% call(user) list(['a','b']) %}<{{ user }}>{% endcall %}")
more("{% macro list(us) %}{% for u in us %}{{ caller(u) }}{% endfor %}{% endmacro %}{% call(user) list(['a','b']) %}<{{ user }}>{% endcall %}{% call(user, x=1) list(['a']) %}{{ user }}{{ x }}{% endcall %}")
more("{% macro t(a, b) %}{{ caller is defined }}{{ a }}{{ b is undefined }}{% endmacro %}{{ t('x') }}{{ t(b=1) }}")
more("{% macro m(a, b, c='c', d='d') %}{{ a }}|{{ b }}|{{ c }}|{{ d }}{% endmacro %}{{ m() }}-{{ m('x') }}-{{ m('x','y') }}-{{ m('x','y','z') }}-{{ m(1,2,3,4) }}-{{ m(1,2,3,4,5) }}")
more("{% macro m(x, y=3, z=x+y) %}{{ z }}{% endmacro %}{{ m(1) }}{{ m(1,2) }}")
more("{% include 'o' %}",{},loader={"o":"{% from 'm' import x, y as z with context %}{{ x() }}{{ z }}","m":"{% macro x() %}{{ v }}{% endmacro %}{% set y = v %}"},globals={"v":"G"})
more("{% import 'm' as a %}{% import 'm' as b with context %}{{ a.v }}{{ b.v }}",{"q":7},loader={"m":"{% set v = q %}"})
more("{% from 'm' import _x %}",loader={"m":""})
more("{% import 'm' as m %}{{ m.__class__ }}",loader={"m":""})
more("{% include ['a','m'] %}{% include 'a' ignore missing %}{% include ['a','b'] ignore missing with context %}",loader={"m":"{{ self.x() }}{% block x %}bx{% endblock %}"})
more("{{ 'foo'.encode() }}{{ 'foo'.encode('utf-8').decode() }}{{ '%s' % ('a',) }}{{ '%s and %s' % ('a', 'b') }}{{ '%(a)s' % {'a': 1} }}{{ '{}-{a}'.format(1, a=2) }}{{ 'a,b'.split(',') }}{{ 'abc'.find('c') }}{{ ' x '.strip() }}|{{ 'x'.center(5) }}|{{ 'ab'.join(['1','2']) }}")
more("{% for k, v in d|dictsort(false, 'value') %}{{ k }}{{ v }}{% endfor %}{% for k, v in d|items %}{{ k }}{{ v }}{% endfor %}{% for g, items in us|groupby('a.b', default='z') %}{{ g }}{{ items|length }}{% endfor %}",{"d":{"b":1,"a":2},"us":[{"a":{"b":2}},{"a":{"b":1}},{"a":{"b":2}}]})
more("{% for g in us|groupby('c', default='z') %}{{ g.grouper }}{{ g.list }}{% endfor %}",{"us":[{"c":"b"},{"x":1},{"c":"A"},{"c":"a"}]})
more("{{ us|groupby('c')|list }}",{"us":[{"c":"b"},{"c":"A"},{"c":"a"},{"c":"B"}]})
more("{{ us|groupby('c', case_sensitive=true)|map(attribute='grouper')|list }}",{"us":[{"c":"b"},{"c":"A"},{"c":"a"},{"c":"B"}]})
more("{% set x = {'a': 1} %}{{ x is mapping }}{{ x.a is number }}{{ none is none }}{{ x is sameas x }}{{ x is sameas {'a': 1} }}{{ 'a' in x }}{{ x == {'a': 1.0} }}")
more("{{ 1.0|int }}{{ '1.0'|int }}{{ '0b1'|int(base=2) }}{{ 'z'|int(base=36) }}{{ '1'|int(base=99) }}")
more("{{ 123456789.0 }}{{ 1e15 }}{{ 1e16 }}{{ 1.0e-5 }}{{ 0.1+0.2 }}{{ 3.0*2 }}{{ 7//2.0 }}{{ 1/3 }}{{ 2**-1 }}{{ 10%3.5 }}{{ -7//2 }}{{ -7%3 }}")
more("{% block a %}{% block a %}{% endblock %}{% endblock %}")
more("{% block a %}{{ self.b() }}{% endblock %}{% block b %}B{% endblock %}")
more("{{ self.missing() }}")
more("{% extends 'x' %}{{ foo bar }}")
more("a{# b #}c{# {{ d }} #}e{#- f -#} g")
more("{% raw %}{% raw %}{% endraw %}")
more("{{ '{{ x }}' }}{{ '{% x %}' }}{{ \"'\" }}{{ '\"' }}{{ '\\'' }}{{ 'a\\nb' }}{{ '\\u2603' }}{{ '\\x41' }}")
more("{% set caller = 3 %}{{ caller }}{% macro m() %}{{ caller }}{% endmacro %}{{ m() }}")
more("{% macro m() %}{% set caller = 4 %}{{ caller }}{% endmacro %}{{ m() }}")
more("{% macro m(caller=5) %}{{ caller }}{% endmacro %}{{ m() }}{{ m(caller=6) }}{{ m(7) }}")
more("{% macro m(varargs=1) %}{{ varargs }}{% endmacro %}{{ m() }}{{ m(1,2) }}")
more("{% macro m(kwargs) %}{{ kwargs }}{% endmacro %}{{ m(3) }}{{ m(a=3) }}")
more("{% for loop_var in [1] %}{% for x in [1,2] %}{{ loop.parent }}{% endfor %}{% endfor %}")
more("{% for x in [1,2] %}{% set outer = loop %}{% for y in [1,2] %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}")
more("{% for i in [] recursive %}{{ i }}{% else %}{{ loop.index }}{% endfor %}")
more("{% for i in [] %}{{ loop.index }}{% else %}{{ loop.index }}{% endfor %}")
more("{% for i in [1] if i > 1 %}{{ loop.index }}{% else %}{{ loop.index }}{% endfor %}")
more("{% for j in [1] %}{% for i in [] %}{{ loop.index }}{% else %}{{ loop.index }}{% endfor %}{% endfor %}")
more("{% for j in [1] %}{% for i in [] recursive %}{{ loop.index }}{% else %}{{ loop.index }}{% endfor %}{% endfor %}")
more("{% for i in [1] recursive %}{% macro m() %}{{ loop.index }}{% endmacro %}{{ m() }}{% endfor %}")
more("{% for i in [] recursive %}{% else %}{{ (loop.index.join(['a','b'])) }}{% endfor %}")
more("{% for i in [1] if loop.index %}{% endfor %}")
more("{% for i in [1] if x recursive %}{{ loop.last }}{% else %}{{ loop.index }}{{ loop.first }}{% endfor %}")

# What is left out: chance, Python's own compiler, and what no template does.
DROPPED = ["foo(a=1, a=2)", "__globals__", "m.__class__", "neg ** fl", "(-2) ** 0.5", "f(**m)", "by %", "st in st", "mk|attr('upper')", "mk|center('a')", "by|wordwrap", "|random|", "by is divisibleby", "by is even", "by is odd", "to_bytes", "timetuple", "by.upper", "c.conjugate", "__mro__", "macro a(x, x)",
           "cycle1", "1e400", "format_map({}) }}", "dt|tojson", "{{ m() }}b", "filter length", "caller=", "call(x) f()", "{% call f() %}", "{% call m.f() %}", "gettext('a', 'b')", "{{ _() }}", "{{ _('%(a)s', a=h) }}"]

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "render.json")
with open(OUT, "w") as f:
    for r in CASES:
        if not r.get("context"):
            r.pop("context", None)
        a = answer(r)
        if any(x in r["source"] or "" for x in DROPPED) if r.get("source") else r.get("name") == "cycle1":
            continue
        if "0x" in a.get("message", "") + str(a.get("output", "")) and ("object at 0x" in json.dumps(a) or " at 0x" in json.dumps(a)):
            continue  # an address
        try:
            line = json.dumps({"request": r, "answer": a}, ensure_ascii=False)
            line.encode("utf-8")
        except (TypeError, UnicodeEncodeError) as err:
            print("skipped", r, err, file=sys.stderr)
            continue
        f.write(line + "\n")
print(len(CASES), "cases")
