"""Writes benign.json: harmless values in places of documents, by the constructs
through which they get there, as Jinja2 prints them.

Run with a Python that has Jinja2 3.1.6: python3 benign.py
"""
import datetime, json, os

import jinja2
from markupsafe import Markup

# What the text of a place is in, and the place. $ is the output.
PLACES = [
    ("html", "<p>$</p>"), ("html", "<p title=\"$\">a</p>"), ("html", "<p title='a $ b'>a</p>"), ("html", "<input value=$>"),
    ("html", "<title>$</title>"), ("html", "<textarea>$</textarea>"), ("html", "<p data-a=\"$\" aria-label='b'>a</p>"),
    ("html", "<p class=\"a b-$ c\">a</p>"), ("html", "<div data-script-url=\"$\" data-bind-id=\"a\">"), ("html", "<div x-ref=\"a-$\">"),
    ("html", "<option value=\"$\" selected>a</option>"), ("html", "<label for=\"id_$\">a</label>"), ("html", "<meta name=\"description\" content=\"$\">"),
    ("html", "<svg><text>$</text></svg>"), ("html", "<noscript>$</noscript>"), ("html", "<template><p>$</p></template>"),
    ("html", "<script type=\"text/x-template\"><p>$</p></script>"), ("html", "<button hx-confirm=\"$\">a</button>"),
    ("url", "<a href=\"$\">a</a>"), ("url", "<a href='/a/$'>a</a>"), ("url", "<a href=\"/a?b=$\">a</a>"), ("url", "<a href=\"/a?b=1&amp;$\">a</a>"),
    ("url", "<a href=\"/a?x=1&$\">a</a>"), ("url", "<a href=\"#$\">a</a>"), ("url", "<img src=\"$\" alt=\"\">"), ("url", "<form action=\"$\">"),
    ("url", "<a href=\"mailto:$\">a</a>"), ("url", "<a href=\"tel:$\">a</a>"), ("url", "<a href=\"https://example.com/$\">a</a>"),
    ("url", "<a href=\"https://$/a\">a</a>"), ("url", "<a href=\"http://localhost:$/\">a</a>"), ("url", "<a href=\"/\" ng-href=\"$\">a</a>"),
    ("url", "<iframe src=\"$\"></iframe>"), ("url", "<script src=\"/static/$\"></script>"), ("url", "<link rel=\"icon\" href=\"$\">"),
    ("url", "<a href=\"{{ none_ or '' }}$\">a</a>"), ("url", "<a href=\"{% if yes %}/p{% endif %}$\">a</a>"),
    ("url", "<a href=\"/l{% if yes %}?page={{ 2 }}{% endif %}$\">a</a>"), ("url", "<img {% if no %}data-{% endif %}src=\"$\">"),
    ("js", "<script>var a = \"$\";</script>"), ("js", "<script>var a = 'b $ c';</script>"), ("js", "<script>fetch(`/a/$`)</script>"),
    ("js", "<script>var u = 'http://host:$/a';</script>"), ("jsattr", "<a onclick=\"f('$')\">a</a>"), ("jsattr", "<a @click='f(\"$\")'>a</a>"),
    ("value", "<script>var a = $;</script>"), ("value", "<script>f(1, $)</script>"), ("value", "<script type=\"application/json\">{\"a\": $}</script>"),
    ("valueattr", "<a onclick=\"f($)\">a</a>"), ("js", "<script type=\"application/ld+json\">{\"a\": \"$\"}</script>"),
    ("name", "<script>toastr.$('m')</script>"), ("name", "<script>var data$ = 1</script>"),
    ("css", "<p style=\"width: $\">a</p>"), ("css", "<p style=\"color: $; margin: 0\">a</p>"), ("css", "<style>p { width: $px }</style>"),
    ("css", "<p style=\"background: url('$')\">a</p>"), ("css", "<style>p::after { content: '$' }</style>"), ("css", "<p style=\"background: #$\">a</p>"),
    ("html", "<!-- a $ b -->"), ("html", "<h$>a</h$>"), ("html", "<div data-$=\"a\">"), ("html", "<p lang=\"$\" translate=no>a</p>"),
]

# Ways of a value to a place. $ is the place; a second text is the output in it, others are templates.
OUT = "{{ x }}"
WAYS = [
    ("inline", "$", OUT, {}), ("loop", "{% for y in [x] %}$;{% endfor %}", "{{ y }}", {}),
    ("macro", "{% macro m(y) %}$;{% endmacro %}{{ m(x) }}", "{{ y }}", {}), ("macro's result", "{% macro m(y) %}{{ y }}{% endmacro %}$", "{{ m(x) }}", {}),
    ("include", "{% include 'part' %}", OUT, {"part": "$"}), ("included value", "$", "{% include 'value' %}", {"value": OUT}),
    ("block", "$", "{% block b %}{{ x }}{% endblock %}", {}),
    ("child block", "{% extends 'base' %}{% block b %}{{ x }}{% endblock %}", "{% block b %}{% endblock %}", {"base": "$"}),
    ("call", "{% macro m() %}$;{% endmacro %}{% call m() %}{{ x }}{% endcall %}", "{{ caller() }}", {}),
    ("set", "{% set y = x %}$", "{{ y }}", {}), ("filter block", "$", "{% filter trim %}{{ x }}{% endfilter %}", {}),
    ("trans", "{% trans y=x %}$;{% endtrans %}", "{{ y }}", {}), ("condition", "$", "{% if yes %}{{ x }}{% endif %}", {}),
]

VALUES = [
    "Tom & Jerry", "O'Neil \"x\"", "a/b?c=d&e=f#g", "/a/b?c=d&e=f#g", "https://example.org/x?y=1&z=2", "b=2&c=3", "#fff", "fff", "10px", "50%", "red",
    "user@example.com", "+49 30", "日本", "2026-01-02", "10:30", "1,234.5", "x-y_z", "success", "", "a <b> c", "8080", "a\\b", "example.com",
    "var(--accent)", "rgb(0 0 0 / 50%)", "a\nb", "section", 0, 2, 42, -1, 3.5, None, True, [1, "a"], {"a": 1},
    datetime.date(2026, 1, 2), Markup("plain"), Markup("a &amp; b"), Markup("<b>x</b>"),
]


def encode(v):
    if isinstance(v, Markup):
        return {"$markup": str(v)}
    if isinstance(v, datetime.date):
        return {"$date": v.isoformat()}
    return v


def main():
    texts, index, cases = [], {}, []
    for kind, place in PLACES:
        for way, around, out, others in WAYS:
            if way == "trans" and "{" in place.replace("{\"a", "").replace("{ ", "") or way.startswith("child") and "{% block" in place:
                continue
            if place.count("$") > 1 and "block" in way and way != "filter block":
                continue
            fill = lambda s: s.replace("$", place).replace("$", out)
            templates = {"page": fill(around), **{name: fill(text) for name, text in others.items()}}
            env = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader(templates), extensions=["jinja2.ext.i18n"])
            env.install_null_translations(newstyle=True)
            want = []
            for v in VALUES:
                try:
                    got = env.get_template("page").render(x=v, yes=True)
                except Exception:
                    got = None
                if got not in index:
                    index[got] = len(texts)
                    texts.append(got)
                want.append(index[got])
            cases.append({"kind": kind, "way": way, "place": place, "templates": templates, "want": want})
    shown = [str(v) for v in VALUES]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "benign.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"jinja2": jinja2.__version__, "values": [encode(v) for v in VALUES], "shown": shown, "texts": texts, "cases": cases}, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")
    print(len(cases), "contexts,", len(cases) * len(VALUES), "cases")


main()
