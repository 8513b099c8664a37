"""Makes builtin.json.gz: what Jinja's filters, tests and globals return for many values.

Run with the Python that has Jinja2: /usr/bin/python3 testdata/builtin.py

Differences between the Jinja2 that makes the file and Jinja 3.1.6 are left out.
"""
import gzip
import json
import os
import random
import sys

import jinja2
from jinja2 import ChainableUndefined, DebugUndefined, Environment, StrictUndefined, Undefined
from markupsafe import Markup

random.seed(31)
here = os.path.dirname(os.path.abspath(__file__))
CLASSES = {"default": Undefined, "chainable": ChainableUndefined, "debug": DebugUndefined, "strict": StrictUndefined}


class Und:
    """An undefined value called x; the environment's class."""


class Gen:
    """A generator of items."""

    def __init__(self, *items):
        self.items = items


def encode(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, Und):
        return {"u": "x"}
    if isinstance(v, Gen):
        return {"g": [encode(x) for x in v.items]}
    if isinstance(v, Markup):
        return {"m": str(v)}
    if isinstance(v, str):
        return v
    if isinstance(v, int):
        return {"i": str(v)}
    if isinstance(v, float):
        return {"f": repr(v)}
    if isinstance(v, complex):
        return {"c": [v.real, v.imag]}
    if isinstance(v, bytes):
        return {"b": v.decode("latin-1")}
    if isinstance(v, list):
        return [encode(x) for x in v]
    if isinstance(v, tuple):
        return {"t": [encode(x) for x in v]}
    if isinstance(v, dict):
        return {"d": [[encode(k), encode(x)] for k, x in v.items()]}
    if isinstance(v, (set, frozenset)):
        return {"s": [encode(x) for x in v]}
    if isinstance(v, range):
        return {"r": [v.start, v.stop, v.step]}
    raise TypeError(type(v))


def build(v, undefined):
    """Turns the stand-ins into what the filter is given."""
    if isinstance(v, Und):
        return undefined(name="x")
    if isinstance(v, Gen):
        return (build(x, undefined) for x in v.items)
    if isinstance(v, list):
        return [build(x, undefined) for x in v]
    if isinstance(v, tuple):
        return tuple(build(x, undefined) for x in v)
    if isinstance(v, dict):
        return {build(k, undefined): build(x, undefined) for k, x in v.items()}
    return v


def result(v):
    if isinstance(v, Undefined):
        return "undefined: " + v._undefined_message
    if hasattr(v, "__next__"):
        items = []
        for x in v:
            items.append(x)
        return "iterator: " + repr(items)
    return repr(v)


def run(f):
    try:
        return {"ok": result(f())}
    except RecursionError:
        raise
    except Exception as e:
        return {"err": type(e).__name__, "msg": str(e)}


def int_as_in_3_1_5(value, default=0, base=10):
    """Jinja 3.1.5 gives the default also for texts like "inf" and "1e400"."""
    try:
        return jinja2.filters.do_int(value, default, base)
    except OverflowError:
        if isinstance(value, str):
            return default
        raise


int_as_in_3_1_5.__qualname__ = "do_int"
cases = []
seen = set()


def case(kind, name, v, *args, auto=False, und="default", **kwargs):
    c = {"kind": kind, "name": name, "v": encode(v)}
    if args:
        c["args"] = [encode(a) for a in args]
    if kwargs:
        c["kw"] = [[k, encode(a)] for k, a in kwargs.items()]
    if auto:
        c["auto"] = True
    if und != "default":
        c["und"] = und
    if kind == "test" and (isinstance(v, bytes) and name in ("odd", "even", "divisibleby") or name == "sameas" and v == big):
        return
    key = json.dumps(c)
    if key in seen:
        return
    seen.add(key)
    env = Environment(undefined=CLASSES[und], autoescape=auto)
    env.filters["int"] = int_as_in_3_1_5
    ctx = env.from_string("").new_context()
    ctx.eval_ctx.autoescape = auto
    value = build(v, CLASSES[und])
    a = [build(x, CLASSES[und]) for x in args]
    k = {n: build(x, CLASSES[und]) for n, x in kwargs.items()}
    if kind == "filter":
        c.update(run(lambda: env.call_filter(name, value, a, k, context=ctx)))
    elif kind == "test":
        c.update(run(lambda: bool(env.call_test(name, value, a, k, context=ctx))))
    else:
        c.update(run(lambda: env.globals[name](*a, **k)))
    if " at 0x" in (c.get("ok", "") + c.get("msg", "")).lower() or name == "wordcount" and isinstance(v, Gen) or "has no element Undefined" in c.get("msg", ""):
        return
    cases.append(c)


def both(*a, **k):
    case(*a, **k)
    case(*a, auto=True, **k)


def f(name, v, *args, **kwargs):
    both("filter", name, v, *args, **kwargs)


big = 10**30
POOL = [
    None, True, False, 0, 1, -1, 2, 7, 42, big, -big, 0.0, -0.0, 1.0, 2.5, -3.7, 1e16, 1e-7, float("inf"), float("nan"), 1 + 2j,
    "", " ", "a", "abc", "Hello World", "  spaced  ", "42", "42.23", "-7", "1e3", "<b>&'\"</b>", "ünïcödé Straße ǆ ΣΑΣ ﬁ", "日本語 テキスト",
    "a\nb\r\nc\n\nd", "foo-bar (baz) [qux] <quux>", "x=1&y=2/3?z", Markup("<b>bold & x</b>"), Markup("&lt;i&gt;"), Markup(""),
    b"bytes", b"", [], [1], [1, 2, 3], [3, 1, 2], ["b", "A", "c"], ["a", 1], [None], [[1, 2], [3]], ["<x>", Markup("<y>")], (), (1,), ("b", "a"),
    {}, {"a": 1}, {"b": 2, "A": 1, "c": None}, {1: "x", 2: "y"}, {"x": "<y>", "z": Markup("<w>")}, {"a": [1, {"b": 2}]}, range(5), range(0), {3},
    Und(), [Und()], Gen(), Gen(3, 1, 2), Gen("b", "a"), 0.1 + 0.2, 123456789, "%s %s", "%d", "http://example.com", "me@example.com", [1.5, 2], [True, False],
]

for name in sorted(jinja2.filters.FILTERS):
    if name == "random":
        continue
    for v in POOL:
        if name != "wordwrap" or not isinstance(v, bytes):
            f(name, v)
    for und in ("strict", "chainable", "debug"):
        for v in (Und(), [Und(), 1], {"a": Und()}):
            f(name, v, und=und)
            f(name, v, "a", und=und)
    # wrong calls
    f(name, "abc", nope=1)
    f(name, [1, 2], *range(1, 8))
    f(name, "abc", "x", "y")
    for v in ("abc", [1, 2], 5, {"a": 1}, Und()):
        for arg in (0, 2, -1, "x", None, True, 2.5, [1], Und(), Markup("<i>")):
            if name != "wordwrap" or arg != 2.5:
                f(name, v, arg)

TEXTS = ["", "x", "Hello World", "the quick brown fox jumps over the lazy dog", "a\nb\n\nc", "<b>bold</b> & more", "ünï cödé wörds straße", "日本語のテキスト 日本",
         "a" * 50, "foo bar baz qux", "one-two-three four--five -six", "tab\there  two", "x\r\ny\x0bz\u2028w", Markup("<p>some <b>text</b> here</p>"), Markup("a\n<b>\nc")]
for t in TEXTS:
    for n in (0, 1, 3, 5, 8, 10, 11, 20, 100):
        f("truncate", t, n)
        f("truncate", t, n, True)
        f("truncate", t, n, False, "…", 0)
        f("truncate", t, n, False, Markup("<i>"), 2)
        f("truncate", t, n, True, "<", 0)
        f("center", t, n)
        f("wordwrap", t, n)
        f("wordwrap", t, n, False)
        f("wordwrap", t, n, True, "\r\n")
        f("wordwrap", t, n, True, Markup("<br>"))
        f("wordwrap", t, n, break_on_hyphens=False)
        f("wordwrap", t, n, False, break_on_hyphens=False)
        f("indent", t, n)
        f("indent", t, n, True)
        f("indent", t, n, False, True)
        f("indent", t, n, True, True)
    for ind in (">> ", "<", Markup("<i>"), "", "\t"):
        for first in (False, True):
            for blank in (False, True):
                f("indent", t, ind, first, blank)
    for old, new in (("a", "b"), ("o", "<o>"), ("", "-"), ("<b>", "!"), (Markup("<b>"), "<"), ("b", Markup("<i>")), (Markup("<"), Markup(">")), (1, 2), ("e", Und())):
        f("replace", t, old, new)
        f("replace", t, old, new, 1)
        f("replace", t, old, new, count=0)
    for chars in (None, "a", "<>bp/", " x", Markup("<"), ""):
        f("trim", t, chars)
    for name in ("upper", "lower", "capitalize", "title", "wordcount", "striptags", "urlencode", "forceescape", "reverse", "first", "last", "length", "list", "tojson", "pprint"):
        f(name, t)
f("replace", 123, 2, "x")
f("replace", "aaa", "a", "b", Und())
f("replace", "aaa", "a", "b", "x")
f("replace", "aaa", "a", "b", -1)

PIECES = ["a", "bb", "-", "--", " ", "  ", "foo", "-bar", "1", "é", ",", ".", "(", "\t", "\n", "'", "x-y-z", "日", "_", "!", "\u00a0", "\x1c"]
for _ in range(700):
    t = "".join(random.choice(PIECES) for _ in range(random.randint(1, 14)))
    case("filter", "wordwrap", t, random.randint(1, 12), random.random() < 0.7, break_on_hyphens=random.random() < 0.8)
    case("filter", "title", t)
    case("filter", "wordcount", t)
    case("filter", "truncate", t, random.randint(3, 12), random.random() < 0.5, leeway=random.randint(0, 3))
    case("filter", "indent", t, 2, random.random() < 0.5, random.random() < 0.5)

URLS = [
    "http://example.com", "https://example.com/a?b=c&d=e#f", "www.example.com", "example.com", "example.org/path", "foo.net:8080/x", "foo.xyz", "http://foo.xyz",
    "(http://example.com)", "<http://example.com>", "http://example.com.", "http://example.com/a_(b)", "(http://example.com/a_(b))", "http://en.wikipedia.org/wiki/X_(Y),",
    "http://1.2.3.4", "http://1.2.3.4:80/x", "1.2.3.4", "http://[::1]/", "http://[fe80::1:2]:80", "http://[1:2:3:4:5:6:7:8]", "http://[12345::1]", "http://localhost",
    "http://localhost:5000/", "HTTP://EXAMPLE.COM", "WWW.example.com", "https://münchen.de", "http://例え.テスト", "http://xn--80ak6aa92e.xn--p1ai", "mailto:me@example.com",
    "me@example.com", "me@example", "me.you+tag@sub.example.co.uk", "me@example.com.", "(me@example.com)", "www.me@example.com", "foo:me@example.com", "mailto:x", "tel:+123",
    "ftp://example.com", "sip:x@y.z", "http://", "http://a", "http://a.b", "http://foo bar.com", "a.com,b.com", "http://x.com\nhttp://y.com", "x http://x.com y www.y.org z",
    "&lt;http://x.com&gt;", "http://x.com?a=<b>", "http://x.com/\"q\"", "http://x.com/'q'", "x@y.com>", "<x@y.com>", "http://x.com))))", "((((http://x.com", "http://x.com/((((a))))).",
    "http://exa%20mple.com", "http://a..b.com", "a..com", "ab.com", "a.com", "ab.info", "ab.mil", "foo.int/", "foo.com#x", "foo.com?x", "foo.comx", "foo.com:", "foo.com:123456",
    "http://" + "a" * 64 + ".com", "a" * 64 + ".com", "a" * 63 + ".com", "http://x." + "a" * 64, "http://x." + "a" * 63, "http://\u017fxample.com", "HTTP\u017f://example.com",
    "http://x.com.", "http://x.com..,", "http://x.com/)(", "www.", "www.com", "www.x", "http://www.x", "http://-.com", "-.com", "--.com", "http://_.com",
]
for u in URLS:
    f("urlize", u)
    f("urlize", Markup(u))
    f("urlize", "see " + u + " there", 10)
    f("urlize", u, 5, True)
    f("urlize", u, target="_blank")
    f("urlize", u, rel="me nofollow", nofollow=True)
    f("urlize", u, target="<x>", rel='a"b')
    f("urlize", u, extra_schemes=["tel:", "sip:", "ftp://"])
f("urlize", "x", extra_schemes=["x"])
f("urlize", "x", extra_schemes=["x:"])
f("urlize", "xy:a", extra_schemes=["xy:"])
f("urlize", "xy:", extra_schemes=["xy:"])
f("urlize", "x", extra_schemes=[1])
f("urlize", "x", extra_schemes=5)
f("urlize", "http://x.com/abcdef", -3)
f("urlize", "http://x.com", "x")
f("urlize", "http://x.com", rel=5)
UP = ["http://", "https://", "www.", "a", "ex", ".", "com", "org", "@", ":", "80", "/", "?", "#", "(", ")", "<", ">", "&", ",", " ", "-", "%", "_", "é", "[", "]", "::1", "mailto:", "xn--"]
for _ in range(1500):
    t = "".join(random.choice(UP) for _ in range(random.randint(2, 9)))
    # Later releases leave words that begin with @ alone.
    if any(w.lstrip("(<").startswith("@") for w in t.split()):
        continue
    case("filter", "urlize", t)

for v in POOL:
    for w in ({"a": v}, {"a b": v}, {"a/": v}, {"a>": v}, {"a=": v}, {"a\t": v}, {"": v}, {"é": v}, {"<": v}, {1: v}, {None: v}, {"a": v, "b": 1}, {Markup("<"): v}):
        f("xmlattr", w)
    f("xmlattr", {"a": v}, False)
f("xmlattr", {"data-x": "<>\"'&", "id": 5})
f("xmlattr", {"x": None, "y": Und()})
f("xmlattr", {"a": 1, "b": 2}, autospace=False)

USERS = [
    {"name": "john", "age": 30, "tags": ["x", "y"], "addr": {"city": "Köln"}},
    {"name": "Anna", "age": 25, "tags": ["z"], "addr": {"city": "Aachen"}},
    {"name": "bob", "age": 30, "tags": [], "addr": {"city": "köln"}},
    {"name": "anna", "age": None, "tags": ["q"], "addr": {}},
]
OBJS = [USERS, USERS[:3], [], [{"name": "x"}], Gen(*USERS[:3]), [{"name": Und()}], [(1, "b"), (2, "a"), (1, "c")], ["foo", "Bar", "baz"], 5, Und(), None, "abc", {"k": {"name": "n"}}]
ATTRS = ["name", "age", "addr.city", "tags.0", "tags", "missing", "missing.x", 0, "0", 1, "", None, "name,age", "age,name", "addr.city,name", 1.5, "keys"]
for o in OBJS:
    for at in ATTRS:
        f("map", o, attribute=at)
        f("map", o, attribute=at, default="D")
        f("sort", o, attribute=at)
        f("sort", o, True, attribute=at)
        f("sort", o, False, True, at)
        f("groupby", o, at)
        f("groupby", o, at, "D")
        f("groupby", o, at, case_sensitive=True)
        f("unique", o, attribute=at)
        f("unique", o, True, at)
        f("min", o, attribute=at)
        f("max", o, False, at)
        f("max", o, True, at)
        f("sum", o, at)
        f("sum", o, attribute=at, start=1)
        f("join", o, ", ", at)
        f("join", o, attribute=at)
        f("selectattr", o, at)
        f("rejectattr", o, at)
        f("selectattr", o, at, "none")
        f("rejectattr", o, at, "equalto", 30)
        f("selectattr", o, at, "in", [25, "Anna"])
        f("selectattr", o, at, "defined")
    for fl in ("upper", "length", "nofilter", "first", None, 5, Und(), ["x"]):
        f("map", o, fl)
        f("select", o, fl)
        f("reject", o, fl)
        f("selectattr", o, "name", fl)
    f("map", o)
    f("map", o, "default", "x", True)
    f("map", o, "default", boolean=True)
    f("map", o, default="x")
    f("map", o, attribute="name", foo=1)
    f("map", o, "join", ",")
    f("map", o, "attr", "x")
for nums in (range(10), [1, 2, 3, 4], Gen(1, 2, 3), [0, "", None, "x", [], [0]], ["a", 1]):
    for t in ("odd", "even", "string", "none", "number", "sequence", "true"):
        f("select", nums, t)
        f("reject", nums, t)
    f("select", nums, "divisibleby", 3)
    f("select", nums, ">", 2)
    f("reject", nums, "lt", 2)
    f("select", nums, "eq", 2)
    f("select", nums, "in", [1, 2])
    f("select", nums)
    f("reject", nums)
    f("map", nums, "string")
    f("map", nums, "int", 7)
    for n in (0, 1, 2, 3, 20, -1, 2.0, 2.5, "x", None, True):
        f("batch", nums, n)
        f("batch", nums, n, "-")
        f("slice", nums, n)
        f("slice", nums, n, "-")
    for start in (0, 10, 1.5, "x", b"x", [], None):
        f("sum", nums, start=start)

for _ in range(300):
    n = random.randint(0, 12)
    mixed = [random.choice([1, 2, 3, 2.0, True, "a", "B", "b", "A"]) if random.random() < 0.3 else random.choice(["a", "B", "b", "A", "c", "ß", "Z", "ä"]) for _ in range(n)]
    for name in ("sort", "unique", "min", "max"):
        case("filter", name, mixed)
        case("filter", name, mixed, reverse=True) if name == "sort" else None
        case("filter", name, mixed, case_sensitive=True)
    case("filter", "groupby", [[x] for x in mixed], 0)
    keys = random.sample(["a", "B", "c", "D", "é", "Z", "z", "aa"], random.randint(0, 6))
    d = {k: random.choice([1, 2, 3, "x", "Y"]) if random.random() < 0.3 else random.randint(0, 5) for k in keys}
    case("filter", "dictsort", d)
    case("filter", "dictsort", d, True)
    case("filter", "dictsort", d, by="value")
    case("filter", "dictsort", d, False, "value", True)
    case("filter", "tojson", d)
    case("filter", "pprint", d)
    case("filter", "sort", [random.choice([1, 2.5, -3, 10**20, float("inf")]) for _ in range(n)], random.random() < 0.5)
f("dictsort", {"a": 1}, by="x")
f("dictsort", {1: 1, "a": 2})
f("sort", [3, 1], "x")
f("sort", [3, 1], 2)
f("sort", [Und(), Und()])
f("sort", [None, None])
f("sort", [None, 1])
f("sort", [{}, {}])
f("sort", [[2], [1, 5], []])
f("sort", [(2, "a"), (1, "b")])
f("sort", list(range(100, 0, -7)) * 5)
f("sort", [str(i % 17) for i in range(150)])
f("unique", [[1], [1]])
f("unique", [1, 1.0, True, "1"])
f("unique", [None, None, Und(), Und()])

NUMS = [0, 1, -1, 2.5, 3.5, -2.5, 0.5, 1.005, 2.675, 42.55, 1234.5678, -1234.5678, 1e20, 1e300, 5e-324, 123456789, 15, 25, 35, -15, 10**25, True, 0.1, 1e22, 999.9999, 0.05, 0.15, 1.5e308]
for n in NUMS:
    for p in (0, 1, 2, 3, -1, -2, -3, 10, 20, 400, -400, None, True, 1.0, "x"):
        f("round", n, p)
        # Negative zero of ints divides as in Python.
        f("round", n, p, "ceil")
        f("round", n, p, "floor")
    f("round", n, method="x")
    f("round", n, method=[])
    f("filesizeformat", n)
    f("filesizeformat", n, True)
    f("abs", n)
    f("int", n)
    f("float", n)
    f("tojson", n)
for e in range(0, 31):
    for m in (1, 1.5, 9.99, 999.95, 1023.9):
        f("filesizeformat", m * 10**e)
        f("filesizeformat", m * 2.0 ** (10 * e if e < 11 else e), True)
for _ in range(400):
    x = random.uniform(-1, 1) * 10 ** random.randint(-8, 20)
    case("filter", "round", x, random.randint(-6, 12))
    case("filter", "round", x, random.randint(-3, 6), random.choice(["ceil", "floor"]))
    case("filter", "tojson", x)
    case("filter", "filesizeformat", abs(x))
    case("filter", "int", repr(x))
    case("filter", "float", repr(x))

INTS = ["0", "12", " 12 ", "+5", "-5", "- 5", "0x1f", "0X1F", "0b101", "0o17", "017", "0017", "1_000", "_1", "1_", "1__0", "0_0", "00", "0x", "0x_1f", "1f", "zz", "Z", "", "  ", "1.5", "1e5", "nan",
        "inf", "-inf", "infinity", "1_0.5", ".5", "5.", ".", "1e", "e5", "0x1p3", "١٢٣", "１２", "𝟗𝟖", "²", "½", "1\n", "\u00a07", "12abc", "9" * 30, "1e400x", "+-1", "++1", "1 2", "true", "None"]
for s in INTS:
    f("int", s)
    f("int", Markup(s))
    f("float", s)
    f("float", s, "D")
    for base in (0, 2, 8, 10, 16, 36, 1, 37, -1, None, "x", True):
        f("int", s, "D", base)
f("int", "x", default=None)
f("int", b"12")
f("float", b"1.5")
f("float", big**20)

JS = [{"b": 1, "a": [1, 2.5, None, True, "x"]}, {"x": {"y": {"z": []}}}, {"a": {}}, [[]], [[], {}], "</script>", "'\"<>&", "\u2028\u2029", "é日🐍", "\x00\x1f\x7f\b\f\n\r\t\\/", float("inf"), float("-inf"),
      float("nan"), {1: 2}, {True: 1}, {None: 1}, {1.5: 1}, {(1, 2): 1}, {"a": 1, 2: 3}, {3, 4}, b"x", range(3), Gen(1), Und(), [Und()], {"a": Und()}, Markup("<b>"), 1j, (1, (2,)), 10**30, 1e16, 1e15, 123456.789, -0.0,
      {2: 1, 1: 2, 10: 3}, {"<k>": "<v>"}]
for j in JS:
    f("tojson", j)
    f("tojson", j, 2)
    f("tojson", j, indent=0)
    f("tojson", j, "\t")
    f("tojson", j, "<")
    f("tojson", j, None)
    f("tojson", j, -1)
    f("tojson", j, 1.5)
    f("pprint", j)
    f("pprint", [j] * 30)
    f("urlencode", j)

words = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua".split()


def deep(level):
    r = random.random()
    if level > 3 or r < 0.35:
        return random.choice([random.randint(-1000, 10**6), random.random(), None, True, random.choice(words), " ".join(random.choices(words, k=random.randint(1, 25))),
                              "line one\nline two " + " ".join(random.choices(words, k=8)), "x" * random.randint(1, 120), b"bytes" * random.randint(1, 30), "quote's \"both\"", Markup("<b>" * random.randint(1, 20))])
    n = random.randint(0, 6)
    if r < 0.6:
        return [deep(level + 1) for _ in range(n)]
    if r < 0.75:
        return tuple(deep(level + 1) for _ in range(n))
    return {random.choice(words) + str(i): deep(level + 1) for i in range(n)}


for _ in range(250):
    case("filter", "pprint", deep(0))
f("pprint", {"b": 1, 1: 2, None: 3, "a": 4})
f("pprint", {"b" * 50: 1, 1: 2, None: "x" * 60})
f("pprint", set(range(40)))
f("pprint", {(1, 2): "a" * 80})
f("pprint", "a " * 60)
f("pprint", "a\n" * 60)
f("pprint", "x" * 100)
f("pprint", ["x" * 100, "y z " * 40])
f("pprint", b"0123456789" * 12)
f("pprint", Markup("a " * 60))

for v in ("a b/c?d=e&f", "é/日", "~-_.!*'()", b"\xff a/", 5, None, 2.5, {"a": 1, "b c": "d&e", "é": "/"}, [("a", 1), ("b", "x y")], [["a", 1]], ["ab"], ["abc"], [1], [("a",)], Gen(("a", 1)), Und(), True, {"a": None}, {"a": ["x"]}, ()):
    f("urlencode", v)

for fmt, args in [("%s", ("x",)), ("%s", ()), ("%s %s", (1,)), ("%s", (1, 2)), ("%d", (1.7,)), ("%d", ("x",)), ("%05.2f|%x|%o|%e|%g", (3.14159, 255, 8, 12345.678, 0.0001)), ("%r", ("it's",)), ("%%", ()), ("%c", (65,)),
                  ("%-5s|%5s|%.2s", ("a", "b", "cde")), ("%+d % d", (5, 5)), ("%(a)s", ()), ("%", ()), ("%y", (1,)), ("%s", ("<b>",)), ("<i>%s</i>", ("<b>",)), ("%s", (Markup("<b>"),)), ("plain", ()), ("plain", (1,)), ("%i", (True,)), ("%s", (None,)), ("%s", (Und(),))]:
    f("format", fmt, *args)
    f("format", Markup(fmt), *args)
f("format", "%(a)s-%(b)d", a="<x>", b=3)
f("format", Markup("%(a)s-%(b)d"), a="<x>", b=3)
f("format", "%(a)s", b=3)
f("format", "%s", 1, a=2)
f("format", "%s", a=2)
f("format", 5)
f("format", Und(), 1)

SEQS = [[1, 2, 3], ["a", "<b>", Markup("<c>")], [Markup("<c>")], [1, None, 2.5, True], (1, "x"), "abc", {"a": 1, "b": 2}, Gen("a", Markup("<")), [[1], {"k": "<v>"}], [], Und(), [Und(), "x"], 5, None, range(3)]
for s in SEQS:
    for d in ("", ", ", "<", Markup("<br>"), 0, None, Und()):
        f("join", s, d)
    for name in ("first", "last", "length", "count", "list", "reverse", "string", "escape", "e", "safe", "forceescape", "striptags", "tojson"):
        f(name, s)
for v in POOL:
    for d in ("D", 0, None, Markup("<x>"), Und()):
        f("default", v, d)
        f("d", v, d, True)
        f("default", v, default_value=d, boolean=False)

for v in ([1], {"a": 1}, "abc", 5, Und(), None):
    for n in ("append", "upper", "items", "a", "real", "missing", 5, None, "__class__", ""):
        f("attr", v, n)
        if n != "__class__":
            f("attr", v, n, und="chainable")
f("items", {"a": 1})
f("random", [])
f("random", "")
f("random", [5])
f("random", "xxx")
f("random", 5)
f("random", Und())
f("random", {0: 1})

for name in sorted(jinja2.tests.TESTS):
    for v in POOL:
        both("test", name, v)
        for a in (0, 1, 2, 3, "abc", "a", [1, "a", None], {"a": 1}, None, 2.5, (1,), Und(), Markup("<b>"), big, True):
            case("test", name, v, a)
    for und in ("strict", "chainable", "debug"):
        case("test", name, Und(), und=und)
        case("test", name, Und(), 1, und=und)
        case("test", name, 1, Und(), und=und)
    case("test", name, 1, 2, 3)
    case("test", name, 1, nope=1)
for n in ("upper", "nope", 5, [], None, "odd", "==", Und()):
    both("test", "filter", n)
    both("test", "test", n)
for s in ("abc", "ABC", "Abc", "a1", "1", "ǅ", "ß", "ªa", "Ⅷ", "ⅷ", "日", "a日", "É", "é"):
    case("test", "lower", s)
    case("test", "upper", s)
case("test", "divisibleby", 10, num=5)
case("test", "sameas", 1, other=1)
case("test", "in", 1, seq=[1])

for args in [(), (3,), (1, 5), (1, 10, 3), (5, 0, -2), (0, 5, 0), (1, 2, 3, 4), ("x",), (1.5,), (None,), (Und(),), (True,)]:
    case("global", "range", None, *args)
case("global", "range", None, stop=3)
for args in [(), ({"a": 1},), ([("a", 1), ("b", 2)],), ([["a", 1]],), (["ab"],), (["abc"],), ([1],), (5,), (None,), ("ab",), (Und(),), ([([], 1)],), (1, 2), ({},), (Gen(("a", 1)),)]:
    case("global", "dict", None, *args)
    case("global", "dict", None, *args, x=1)
    case("global", "namespace", None, *args)
    case("global", "namespace", None, *args, x=1)
case("global", "cycler", None)
case("global", "cycler", None, x=1)
case("global", "joiner", None, 1, 2)
case("global", "joiner", None, nope=1)
case("global", "lipsum", None, 1, 2, 3, 4, 5)
case("global", "lipsum", None, nope=1)
case("global", "lipsum", None, 0)
case("global", "lipsum", None, 0, False)
case("global", "lipsum", None, "x")

# A file named on the command line gets all cases, the repository a third.
if len(sys.argv) > 1:
    out = open(sys.argv[1], "wb")
else:
    pick = random.Random(3)
    cases = [c for c in cases if pick.random() < 1 / 3]
    out = gzip.GzipFile(os.path.join(here, "builtin.json.gz"), "wb", 9, mtime=0)
with out:
    for c in cases:
        out.write(json.dumps(c, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode() + b"\n")
print(len(cases), file=sys.stderr)
