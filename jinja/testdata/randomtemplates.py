"""Prints random templates and what Jinja2 makes of them, in the form of
language.json.

Run: python3 randomtemplates.py SEED COUNT
"""
import json
import random
import re
import sys
import warnings

import jinja2

warnings.simplefilter("ignore")
sys.setrecursionlimit(1500)
R = random.Random(int(sys.argv[1]))
COUNT = int(sys.argv[2])

NAMES = ["a", "b", "x", "y", "z", "seq", "d", "s", "t", "m", "u", "ns"]
CONTEXT = dict(a=1, b=[2, 3], x="X<", y=None, seq=[1, 2, 3], d={"k": 1, "n": {"k": 2}}, s="ab", t="<b>")
CONSTANTS = ["1", "2", "0", "'q'", "'<i>'", "none", "true", "false", "1.5", "[]", "[1,2]", "{'k':1}", "(1,2)", "''"]
ITEMS = ["seq[0]", "seq[-1]", "seq[1:]", "b[1]", "s[0]", "d['k']", "seq[9]", "s[::-1]", "d.k", "d.n", "d.x", "d.n.k", "d.zz"]
FILTERS = ["default(1)", "e", "safe", "string", "d(9,true)", "tojson", "upper", "title", "trim", "forceescape"]
TESTS = ["defined", "undefined", "none", "string", "number", "mapping", "true", "callable"]
LOOP = ["index", "index0", "first", "last", "length", "revindex", "previtem", "nextitem", "depth", "cycle(1,2)", "changed(x)"]
RARE = ["varargs", "kwargs", "caller is defined", "ns.n", "m1", "m1.name", "range(3)", "imp.mm(1)", "imp.val", "imp.nope", "self.b1()", "super()", "loop"]
ITERABLES = ["[1,2,3]", "[1,2]", "{1:2}", "range(3)", "[[1,2],[3,4]]", "'ab'", "[1,2]|reverse", "[5]|select", "[]"]
MACROS = "{%% macro m1(x=1) %%}M{{ x }}%s{%% endmacro %%}{%% macro m2(a) %%}{{ caller() if caller else a }}{{ varargs }}{%% endmacro %%}"
INCLUDES = ["{% include 'inc' %}", "{% include ['no','inc'] %}", "{% include 'inc2' %}", "{% include 'no' ignore missing %}"]
IMPORTS = [
    "{% import 'mac' as imp %}", "{% import 'mac' as imp with context %}", "{% from 'mac' import mm as m1 %}",
    "{% from 'mac' import mm with context %}{{ mm(a) }}", "{% from 'mac' import val as x %}", "{% import 'mac' as imp %}{{ imp.mm(2) }}{{ imp }}",
]
EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]
pick = R.choice


def maybe(p, text):
    return text() if R.random() < p else ""


def expression(depth=0, loops=0):
    sub = lambda: expression(depth + 1, loops)
    c = R.random()
    if depth > 1 or c < 0.35:
        return pick(NAMES)
    if c < 0.5:
        return pick(CONSTANTS)
    if c < 0.58:
        return pick(ITEMS)
    if c < 0.68:
        return f"({sub()} {pick(['~', '~', 'and', 'or', '==', '!='])} {sub()})"
    if c < 0.76:
        return f"{sub()}|{pick(FILTERS)}"
    if c < 0.8:
        return f"({sub()} is {pick(TESTS)})"
    if c < 0.87:
        return f"({sub()} if {sub()}{maybe(0.7, lambda: ' else ' + sub())})"
    if c < 0.92 and loops:
        return "loop." + pick(LOOP)
    if c < 0.95:
        return f"{pick(['m1', 'm2', 'm1', 'm2', 'm'])}({pick(['', '1', 'x', 'a'])})"
    if c < 0.97:
        return f"not {sub()}"
    return pick(RARE)


def body(depth, blocks, loops=0):
    return "".join(statement(depth, blocks, loops) for _ in range(R.randint(1, 3)))


def target():
    return pick(NAMES[:9]) if R.random() < 0.97 else f"{pick(NAMES)}, {pick(NAMES)}"


def statement(depth, blocks, loops):
    expr = lambda: expression(0, loops)
    inner = lambda: body(depth - 1, blocks, loops)
    c = R.random()
    if depth <= 0 or c < 0.4:
        return "{{ %s }}" % expr()
    if c < 0.48:
        elif_ = maybe(0.3, lambda: "{% elif " + expr() + " %}" + inner())
        return "{% if " + expr() + " %}" + inner() + elif_ + maybe(0.5, lambda: "{% else %}" + inner()) + "{% endif %}"
    if c < 0.6:
        head = f"{{% for {target()} in {pick(ITERABLES)}{maybe(0.25, lambda: ' if ' + expression())}{maybe(0.1, lambda: ' recursive')} %}}"
        end = pick(["", "", "", "{% if loop.index == 2 %}{% break %}{% endif %}", "{% if x %}{% continue %}{% endif %}"])
        return head + body(depth - 1, blocks, loops + 1) + end + maybe(0.3, lambda: "{% else %}" + inner()) + "{% endfor %}"
    if c < 0.72:
        return "{% set " + target() + " = " + expr() + " %}"
    if c < 0.75:
        return "{% set " + pick(NAMES) + maybe(0.3, lambda: "|upper") + " %}" + inner() + "{% endset %}"
    if c < 0.78:
        return "{% with " + pick(NAMES) + " = " + expr() + " %}" + inner() + "{% endwith %}"
    if c < 0.83:
        args = pick(["", "x", "x=1", "x,y=2", "x,y=x", "caller=none", "x=y,y=3"])
        return "{% macro " + pick(["m1", "m2", "_m", "u"]) + "(" + args + ") %}" + body(depth - 1, blocks) + "{% endmacro %}"
    if c < 0.86:
        return "{% call m2(" + pick(["", "1", "x"]) + ") %}" + body(depth - 1, blocks) + "{% endcall %}"
    if c < 0.88:
        return "{% filter " + pick(["upper", "e", "trim", 'replace("a",x)']) + " %}" + inner() + "{% endfilter %}"
    if c < 0.92:
        name = pick(["b1", "b2", "b3", "b4"])
        if name in blocks:
            return maybe(0.3, lambda: "{{ self." + name + "() }}")
        blocks.add(name)
        return "{% block " + name + maybe(0.4, lambda: " scoped") + " %}" + body(depth - 1, blocks) + "{% endblock %}"
    if c < 0.945:
        return pick(INCLUDES)
    if c < 0.965:
        return pick(IMPORTS)
    if c < 0.975:
        return "{% autoescape " + pick(["true", "false", "x", "a"]) + " %}" + inner() + "{% endautoescape %}"
    if c < 0.985:
        return "{% set ns = namespace(n=1) %}{% for q in [1,2] %}{% set ns.n = ns.n + 1 %}" + body(depth - 1, blocks, loops + 1) + "{% endfor %}{{ ns.n }}"
    return "{% do " + pick(NAMES) + " %}"


def template(parent=None):
    blocks, head = set(), ""
    if parent:
        extends = "{% extends '" + parent + "' %}"
        head = pick(["", "pre"]) + (extends if R.random() < 0.8 else "{% if " + expression() + " %}" + extends + "{% endif %}")
    return head + maybe(0.9, lambda: MACROS % body(1, blocks)) + body(3, blocks) + body(3, blocks)


def make():
    loader = {
        "inc": "(" + body(2, set()) + ")", "inc2": "{% set x = 5 %}{{ a }}{{ x }}{{ loop.index }}{{ q }}",
        "mac": "{% macro mm(x=1) %}" + body(1, set()) + "{{ x }}{{ a }}{% endmacro %}{% set val = " + expression() + " %}text",
        "base": template(), "mid": template("base"), "main": template(pick([None, None, "base", "mid"])),
    }
    env = {"autoescape": R.random() < 0.5, "extensions": EXTENSIONS}
    if R.random() < 0.7:
        env["undefined"] = pick(["ChainableUndefined", "ChainableUndefined", "DebugUndefined", "StrictUndefined"])
    return loader, env


def answer(loader, env):
    env = dict(env)
    if "undefined" in env:
        env["undefined"] = getattr(jinja2, env["undefined"])
    try:
        e = jinja2.Environment(loader=jinja2.DictLoader(loader), **env)
        return {"output": e.get_template("main").render(json.loads(json.dumps(CONTEXT)))}
    except RecursionError:
        return None
    except Exception as x:
        return {"exception": type(x).__name__, "message": x.message if isinstance(x, jinja2.TemplateError) else str(x)}


tables, cases = [CONTEXT], []
while len(cases) < COUNT:
    loader, env = make()
    a = answer(loader, env)
    # Addresses and Python's own accidents are nobody's to follow.
    if a is None or re.search(r" at 0x|generator object|^missing$", json.dumps(a)):
        continue
    tables.append(loader)
    cases.append({"name": "main", "env": env, "context": 0, "loader": len(tables) - 1, **a})
json.dump({"tables": tables, "cases": cases}, sys.stdout)
