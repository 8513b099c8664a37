#!/usr/bin/python3
"""Makes vectors.json: what Werkzeug answers to the requests below.

Run with Debian's python3-werkzeug (2.2):

    /usr/bin/python3 routing/testdata/vectors.py > routing/testdata/vectors.json

A seed and a number of random maps may be given.

Werkzeug 3 quotes fewer characters than 2.2. The quoting functions are
replaced here by the standard library's with Werkzeug 3's sets of safe
characters. Where Werkzeug 3 behaves differently in another way, the case is
not here but in a table of a Go test.
"""

import json
import random
import re
import sys
import urllib.parse
import uuid
import warnings

import werkzeug.routing.converters as converters
import werkzeug.routing.map as map_module
import werkzeug.routing.rules as rules_module
from werkzeug.datastructures import iter_multi_items
from werkzeug.exceptions import BadHost, MethodNotAllowed, NotFound
from werkzeug.routing import BuildError, Map, RequestRedirect, Rule
from werkzeug.routing.exceptions import WebsocketMismatch

warnings.simplefilter("ignore")

PATH = "!$&'()*+,/:;=@"
QUERY = "!$'()*,/:;?@"


def quote_path(value, *args, **kwargs):
    return urllib.parse.quote(value, safe=PATH)


def encode_query(query, charset="utf-8", sort=False, key=None):
    items = list(iter_multi_items(query))
    if sort:
        items.sort(key=key)
    items = [(k, v) for k, v in items if v is not None]
    return urllib.parse.urlencode(items, safe=QUERY)


converters._fast_url_quote = quote_path
rules_module.url_quote = quote_path
rules_module.url_encode = encode_query
map_module.url_quote = quote_path
map_module.url_encode = encode_query


def plain(value):
    if isinstance(value, uuid.UUID):
        return {"$uuid": str(value)}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def answer(kind, url_map, rules, bind, call):
    try:
        m = Map([Rule(r["string"], **{k: v for k, v in r.items() if k != "string"}) for r in rules], **url_map)
    except LookupError as e:
        return {"exception": "LookupError", "message": e.args[0]}
    except ValueError as e:
        return {"exception": "ValueError", "message": str(e)}
    except TypeError:
        return {"exception": "TypeError"}
    if kind == "map_error":
        return {"result": None}
    try:
        adapter = m.bind(**bind)
    except BadHost:
        return {"exception": "BadHost"}
    try:
        if kind == "match":
            found, values = adapter.match(**call)
            if call.get("return_rule"):
                return {"result": {"rule": found.rule, "values": plain(values)}}
            return {"result": {"endpoint": found, "values": plain(values)}}
        if kind == "build":
            return {"result": adapter.build(**call)}
        return {"result": sorted(adapter.allowed_methods(**call))}
    except RequestRedirect as e:
        return {"exception": "RequestRedirect", "new_url": e.new_url, "code": e.code}
    except WebsocketMismatch:
        return {"exception": "WebsocketMismatch"}
    except MethodNotAllowed as e:
        return {"exception": "MethodNotAllowed", "valid_methods": sorted(e.valid_methods)}
    except NotFound:
        return {"exception": "NotFound"}
    except BuildError as e:
        return {"exception": "BuildError", "message": str(e)}
    except ValueError as e:
        return {"exception": "ValueError", "message": str(e)}


GROUPS = []


def group(name, rules, calls, url_map=None, bind=None):
    """Records calls on one map. A call is (kind, {arguments}), or a path to match."""
    url_map = url_map or {}
    bind = {"server_name": "example.org", **(bind or {})}
    done = []
    for call in calls:
        if isinstance(call, str):
            call = ("match", {"path_info": call})
        kind, arguments = call
        if kind == "match" and isinstance(arguments, str):
            arguments = {"path_info": arguments}
        done.append({"kind": kind, "call": arguments, "answer": answer(kind, url_map, rules, bind, arguments)})
    GROUPS.append({"name": name, "map": url_map, "rules": rules, "bind": bind, "calls": done})


def R(string, endpoint="e", **kwargs):
    return {"string": string, "endpoint": endpoint, **kwargs}


def build(endpoint, values=None, **kwargs):
    return ("build", {"endpoint": endpoint, "values": values or {}, **kwargs})


def match(path, method=None, **kwargs):
    call = {"path_info": path, **kwargs}
    if method:
        call["method"] = method
    return ("match", call)


def allowed(path):
    return ("allowed_methods", {"path_info": path})


blog = [
    R("/", "index"),
    R("/about", "about"),
    R("/posts/", "posts", methods=["GET"]),
    R("/posts/", "create", methods=["POST"]),
    R("/posts/<int:id>", "post", methods=["GET"]),
    R("/posts/<int:id>", "update", methods=["PUT", "PATCH"]),
    R("/posts/<int:id>/", "post_slash", methods=["DELETE"]),
    R("/posts/<slug>", "by_slug"),
    R("/posts/<int:year>/<int:month>/<slug>", "dated"),
    R("/static/<path:filename>", "static"),
    R("/<page>", "page"),
]
blog_paths = [
    "", "/", "//", "/about", "/about/", "/posts", "/posts/", "/posts/1", "/posts/1/", "/posts/01", "/posts/x", "/posts/x/",
    "/posts/1/2/three", "/posts/1/x/three", "/posts/1/2/three/", "/static/", "/static/a", "/static/a/b.css", "/static/a/",
    "/static//a", "/x", "/x/y", "/posts//1", "/posts/%31", "/posts/é", "/posts/a b", "/posts/١٢", "/about\n", "/static/a\nb",
]
group("blog", blog, [match(p, m, query_args="a=1&b=2") for p in blog_paths for m in ("GET", "POST", "DELETE", "HEAD", "put")]
      + [allowed(p) for p in blog_paths])
group("blog build", blog, [
    build("index"), build("about"), build("posts"), build("create"), build("post", {"id": 3}), build("post", {"id": "3"}),
    build("post", {"id": 3, "q": "x y", "z": None, "list": [1, "b", None, 2.5, True]}), build("post", {"q": 1}), build("post"),
    build("post", {"id": 3}, method="PUT"), build("update", {"id": 3}), build("update", {"id": 3}, method="GET"),
    build("dated", {"year": 2024, "month": 1, "slug": "a/b c?d#e%f"}), build("static", {"filename": "a/b c.css"}),
    build("dated", {"year": 2024}), build("pots"), build("dat", {"year": 1}), build(""), build("missing", {"page": 1}, method="POST"),
    build("post", {"id": 3}, force_external=True), build("post", {"id": 3}, force_external=True, url_scheme="https"),
    build("post", {"id": 3}, force_external=True, url_scheme=""), build("post", {"id": 3}, url_scheme="https"),
    build("index", {"q": "a=b&c+d/e?f:g;h,i~j*k(l)'m!n$o@p"}), build("index", {"é": "ü"}), build("index", {"a": []}),
    build("index", {"q": 1}, append_unknown=False), build("page", {"page": "x!$&'()*+,/:;=@~_.-[]{}|^`\"<>\\"}),
    build("post", {"id": "x"}), build("post", {"id": 3.7}), build("post", {"id": -3}), build("post", {"id": True}),
])
for script in ("/", "/app", "/app/", "app", "//x/"):
    for scheme in ("http", "https", "ws", "wss", ""):
        group(f"mount {script} {scheme}", blog[:5], [
            match("/posts", query_args={"a": "b c", "d": ["1", "2"]}), match("/about", method="GET"), build("about"),
            build("about", force_external=True), build("about", force_external=True, url_scheme="wss"),
        ], bind={"script_name": script, "url_scheme": scheme, "default_method": "GET"})

for strict in (True, False):
    for merge in (True, False):
        group(f"slashes strict={strict} merge={merge}", [
            R("/leaf", "leaf"), R("/branch/", "branch"), R("/var/<x>/", "var"), R("/var/<x>/leaf", "varleaf"), R("/post/", "post", methods=["POST"]),
            R("/free/", "free", strict_slashes=False), R("/free", "free2", methods=["PUT"]), R("/tight/", "tight", strict_slashes=True),
            R("/a//b", "doubled"), R("/a//c//", "doubled_tail"), R("/p/<path:p>", "p"), R("/p/<path:p>/edit", "edit"),
        ], [match(p, m) for p in (
            "/leaf", "/leaf/", "/leaf//", "/branch", "/branch/", "/branch//", "/var/1", "/var/1/", "/var//1", "/var/1//leaf", "/var/1/leaf/",
            "/post", "/post/", "/free", "/free/", "/free//", "/tight", "/tight/", "/a/b", "/a//b", "/a/c/", "/a//c//", "/a/c",
            "/p/a", "/p/a/b/", "/p/a//b", "/p//a", "/p/a/edit", "/p/a//edit", "/p/edit", "/p/a/edit/", "/p/edit/edit", "//leaf", "/x//y",
        ) for m in ("GET", "POST", "PUT")] + [build("doubled"), build("doubled_tail"), build("branch"), build("var", {"x": "a"})],
            url_map={"strict_slashes": strict, "merge_slashes": merge})

uuids = ["a5f3b7d6-1f0c-4b9c-9bb0-2c1a3a9d5a11", "A5F3B7D6-1F0C-4B9C-9BB0-2C1A3A9D5A11", "a5f3b7d61f0c4b9c9bb02c1a3a9d5a11", "a5f3b7d6-1f0c-4b9c-9bb0-2c1a3a9d5a1g"]
converter_rules = [
    "<x>", "<string:x>", "<default:x>", "<string(length=2):x>", "<string(minlength=2):x>", "<string(maxlength=3):x>", "<string(2, 3):x>",
    "<string(minlength=0):x>", "<string(minlength=2,maxlength=2):x>", "<int:x>", "<int(fixed_digits=3):x>", "<int(3):x>", "<int(min=5):x>",
    "<int(max=5):x>", "<int(min=2, max=30, signed=True):x>", "<int(signed=True):x>", "<int(fixed_digits=3,signed=True):x>", "<float:x>", "<float(min=1.5):x>",
    "<float(max=2, signed=True):x>", "<float(signed=True):x>", "<path:x>", "<uuid:x>", "<any(a, b, 'c d', \"e,f\"):x>", "<any(ab, a, abc):x>",
    "<any('a/b', c):x>", "<any():x>", "<any(a.b, c_d, 1a):x>", "<any('(x)', \"y)\"):x>",
]
samples = ["a", "ab", "abc", "abcd", "1", "12", "123", "1234", "5", "6", "-1", "-3", "-12", "-012", "1.5", "1.50", "-1.5", "1.", ".5", "1e3", "2.0", "2.1",
           "0", "000", "٣", "é", "éé", "日本語", "a b", "c d", "e,f", "a/b", "c", "(x)", "y)", "c_d", "a.b", "1a", "x/y/z", "-", ".", "", "a\nb", "\n", " "] + uuids
for i, rule in enumerate(converter_rules):
    group(f"converter {rule}", [R(f"/c/{rule}", "c")], [f"/c/{s}" for s in samples])
    group(f"converter {rule} tail", [R(f"/{rule}/t", "c")], [f"/{s}/t" for s in samples])
    group(f"converter {rule} inside", [R(f"/pre-{rule}.html", "c")], [f"/pre-{s}.html" for s in samples] + ["/pre-.html", "/pre-a.html.html"])
    values = ["a", "ab", 1, 0, -5, 12, 1234, True, "é/ü", "a b", "e,f", "c d", "x?y#z%", uuids[0], "-12", "007"]
    if "float" in rule:
        values = [1, 1.5, 0.5, -2.25, 1.0, 100.0, "1.5", "3", 123456.789, 0.001, True, "x", 1.1, 0.815]
    group(f"converter {rule} build", [R(f"/c/{rule}", "c")], [build("c", {"x": v}) for v in values])

segments = ["<a>-<b>", "<int:a>-<b>", "<a>-<int:b>", "<a><b>", "<int:a><b>", "<a><int:b>", "<a>.<b>.<c>", "v<int:a>.<int:b>", "<string(length=2):a><b>",
            "<any(x, xy):a><b>", "<a>x<b>", "<path:a>-<b>", "<a>-<path:b>", "<path:a>.<path:b>", "<float:a><b>", "<uuid:a><b>", "<path:a>/<b>", "<path:a>/x/<path:b>",
            "<path:a>/<int:b>", "<a>-<path:b>/end", "<int(signed=True):a>-<b>", "<string(maxlength=2):a><string(maxlength=2):b>", "a<b>c<d>e", "<path:a><int:b>"]
texts = ["a-b", "a-b-c", "1-b", "a-1", "a-1-2", "ab", "a", "1a", "a1", "12", "a12", "1a2", "a.b.c", "a.b.c.d", "v1.2", "v1.2.3", "xy", "xyz", "x", "axb", "axxb", "xx",
         "a/b-c", "a-b/c", "a/b.c/d", "a.b/c", "1.5x", uuids[0] + "z", "a/b", "a/b/c", "a/x/b", "a/x/x/b", "a/b/1", "a/1", "a-b/c/end", "-1-b", "-1--b", "abcd", "abcde",
         "abc", "acbce", "abcde", "a/12", "--", "---", "-", "a-", "-a", "日-本", "..", "a..b", "a//b", "x/x/x"]
for segment in segments:
    group(f"segment {segment}", [R(f"/{segment}", "s")], [f"/{t}" for t in texts] + [f"/{t}/" for t in texts[:8]])
    group(f"segment {segment} in the middle", [R(f"/s/{segment}/t", "s")], [f"/s/{t}/t" for t in texts])

group("weights", [
    R("/<a>", "one"), R("/<int:a>", "int"), R("/<float:a>", "float"), R("/<path:a>", "path"), R("/<uuid:a>", "uuid"), R("/<any(x, y):a>", "any"),
    R("/<a>-<b>", "two"), R("/<a>.html", "html"), R("/page-<a>", "page"), R("/page-<a>.html", "page_html"), R("/<int:a>.html", "int_html"), R("/static", "static"),
    R("/<a>/<b>", "ab"), R("/<int:a>/<b>", "ib"), R("/<a>/<int:b>", "ai"), R("/x/<b>", "xb"), R("/<a>/y", "ay"), R("/<path:a>/z", "pz"), R("/x/<path:b>", "xp"),
    R("/<string(length=2):a>", "two_chars"), R("/<path:a>/<int:b>/z", "pbz"),
], [f"/{p}" for p in ("a", "1", "1.5", "x", "y", "a-b", "1-2", "a.html", "1.html", "page-1", "page-1.html", "static", "static/", "a/b", "1/b", "a/1", "1/1", "x/b", "x/1",
                     "x/y", "a/y", "a/z", "x/z", "a/b/z", "a/1/z", "x/1/z", "a/b/c", "ab", uuids[0], "")])

group("registration order", [
    R("/<string:a>", "first"), R("/<string:b>/", "second"), R("/<any(p, q):c>", "third"), R("/<default:d>/x", "fourth"), R("/<int:a>/x", "fifth"), R("/<int:b>/<c>", "sixth"),
], ["/p", "/p/", "/q", "/z", "/z/", "/1/x", "/1/y", "/a/x"])

group("defaults", [
    R("/all/", "all", defaults={"page": 1}), R("/all/page/<int:page>", "all"), R("/all/page/<int:page>/<lang>", "all"), R("/all/fr/", "all", defaults={"page": 1, "lang": "fr"}),
    R("/d/<int:a>/<b>", "d"), R("/d/<int:a>", "d", defaults={"b": "x"}), R("/d", "d", defaults={"a": 0, "b": "x"}), R("/const/<int:a>", "const", defaults={"a": 5}),
    R("/extra", "extra", defaults={"z": "w", "y": 2}),
], ["/all/", "/all", "/all/page/1", "/all/page/2", "/all/page/1/fr", "/all/page/1/de", "/all/page/2/fr", "/d/0/x", "/d/1/x", "/d/1/y", "/d", "/d/0", "/const/7", "/extra",
    match("/all/page/1", query_args="x=y"), build("all"), build("all", {"page": 1}), build("all", {"page": 2}), build("all", {"page": 1, "lang": "fr"}),
    build("all", {"page": 1, "lang": "de"}), build("all", {"lang": "fr"}), build("d", {"a": 0, "b": "x"}), build("d", {"a": 1, "b": "x"}), build("d", {"a": 1}), build("d"),
    build("d", {"a": "0", "b": "x"}), build("const"), build("const", {"a": 5}), build("const", {"a": 6}), build("extra", {"z": "w"}), build("extra", {"q": 1}), build("extra", {"y": 2.0})])
group("defaults without redirect", [R("/all/", "all", defaults={"page": 1}), R("/all/page/<int:page>", "all"), R("/old", "all", alias=True)],
      ["/all/", "/all/page/1", "/old", build("all", {"page": 1}), build("all", {"page": 3})], url_map={"redirect_defaults": False})
group("double defaults", [
    R("/<string:bar>", "foo", defaults={"baz": "xyz"}), R("/<string:bar>/<string:baz>", "foo"), R("/x/", "foo", defaults={"bar": "x", "baz": "xyz"}),
], ["/a", "/a/b", "/a/xyz", "/x/xyz", "/x/", "/x", build("foo", {"bar": "a"}), build("foo", {"bar": "a", "baz": "b"}), build("foo", {"bar": "x", "baz": "xyz"}), build("foo")])
group("alias", [
    R("/", "index"), R("/index.html", "index", alias=True), R("/users/", "users", defaults={"page": 1}), R("/users/index.html", "users", defaults={"page": 1}, alias=True),
    R("/users/page/<int:page>", "users"), R("/users/page-<int:page>.html", "users", alias=True), R("/only", "only", alias=True, methods=["POST"]), R("/real", "only"),
], ["/", "/index.html", "/users/", "/users/index.html", "/users/page/2", "/users/page-2.html", "/users/page-1.html", match("/index.html", query_args={"a": "b"}),
    match("/only", "POST"), build("index"), build("users", {"page": 1}), build("users", {"page": 2}), build("only")])
group("redirect_to", [
    R("/old/<x>", None, redirect_to="new/<x>"), R("/abs/<int:x>", None, redirect_to="/new/<x>"), R("/host/<x>", None, redirect_to="http://other.example/<x>?a=b"),
    R("/rel/<path:x>", None, redirect_to="//cdn.example/<x>"), R("/query", None, redirect_to="?q=1"), R("/up", None, redirect_to="../x/./y/../z"), R("/d/<x>", None, redirect_to="<x>/<x>", defaults={"y": 1}),
    R("/f", None, redirect_to="#top"), R("/empty", None, redirect_to=""), R("/mail", None, redirect_to="mailto:x@y"), R("/same", None, redirect_to="http:/a/b"),
], ["/old/a b", "/old/a%2f", "/abs/07", "/abs/x", "/host/z", "/rel/a/b", "/query", "/up", "/d/1", "/f", "/empty", "/mail", match("/old/x", query_args="a=b")],
    bind={"script_name": "/mount/here"})
group("redirect_to on a subdomain", [R("/old", None, redirect_to="new", subdomain="<s>")], ["/old"], bind={"subdomain": "sub"})

group("subdomains", [
    R("/", "root"), R("/", "www", subdomain="www"), R("/", "user", subdomain="<user>"), R("/", "numbered", subdomain="n<int:n>"), R("/x/", "x", subdomain="<user>"), R("/deep", "deep", subdomain="a.<user>.b"),
], [build("root"), build("www"), build("user", {"user": "joe"}), build("numbered", {"n": 4}), build("x", {"user": "joe"}), build("deep", {"user": "u"}), build("user", {"user": "J b"}), build("user"), build("root", force_external=True)])
for sub in (None, "", "www", "joe", "n12", "a.joe.b", "a.b.c", "WWW"):
    group(f"subdomain {sub}", GROUPS[-1]["rules"] if sub is None else sub_rules, [
        "/", "/x", "/x/", "/deep", "/x//", build("root"), build("www"), build("user", {"user": "joe"}), build("user", {"user": "www"}),
    ], bind={"subdomain": sub})
    sub_rules = GROUPS[-1]["rules"]
group("default subdomain", [R("/", "root"), R("/", "bare", subdomain=""), R("/", "www2", subdomain="www2")],
      ["/", build("root"), build("bare"), build("www2")], url_map={"default_subdomain": "www"})
group("default subdomain bare", [R("/", "root"), R("/", "bare", subdomain=""), R("/", "www2", subdomain="www2")],
      ["/", build("root"), build("bare"), build("www2")], url_map={"default_subdomain": "www"}, bind={"subdomain": ""})

hosts = [R("/", "index", host="www.<domain>"), R("/", "files", host="files.<domain>"), R("/", "shop", host="shop.example.org:5000"), R("/x/", "x", host="<a>.<b>"), R("/y", "nohost"), R("/<int:n>", "both", host="h<int:m>.test"), R("/", "index", host="other.test", methods=["POST"])]
for server in ("www.example.org", "WWW.Example.ORG", "files.example.org", "shop.example.org:5000", "shop.example.org", "a.b", "h7.test", "localhost"):
    group(f"host {server}", hosts, ["/", "/x", "/x/", "/y", "/3", "/x//", allowed("/"), build("index", {"domain": "example.org"}), build("index", {"domain": "example.net"}), build("files", {"domain": "example.org"}),
          build("shop"), build("both", {"m": 7, "n": 1}), build("x", {"a": "a", "b": "b"}), build("nohost"), build("index"), build("index", force_external=True, values={"domain": "d"})],
          url_map={"host_matching": True}, bind={"server_name": server})

group("websocket", [R("/ws", "ws", websocket=True), R("/both", "http"), R("/both", "sock", websocket=True), R("/get", "get", methods=["GET"], websocket=True), R("/h", "h"), R("/s/", "s", websocket=True)], [
    match(p, m, **({} if w is None else {"websocket": w})) for p in ("/ws", "/both", "/get", "/h", "/s", "/s/", "/none") for m in ("GET", "POST") for w in (None, True, False)
] + [build("ws"), build("sock"), build("http"), build("get", url_scheme="https")])
for scheme in ("ws", "wss", "https"):
    group(f"websocket over {scheme}", [R("/ws", "ws", websocket=True), R("/h", "h"), R("/s/", "s", websocket=True)], [
        "/ws", "/h", "/s", match("/h", websocket=False), build("ws"), build("h"), build("h", force_external=True)], bind={"url_scheme": scheme})

group("methods", [R("/a", "get", methods=["GET"]), R("/a", "post", methods=["post"]), R("/b", "head", methods=["HEAD"]), R("/c", "any"), R("/d", "none", methods=[]), R("/e", "custom", methods=["PROPFIND", "GET"]), R("/e/", "slash", methods=["POST"])],
      [match(p, m) for p in ("/a", "/b", "/c", "/d", "/e", "/e/") for m in ("GET", "HEAD", "POST", "OPTIONS", "propfind", "--")] + [allowed(p) for p in ("/a", "/b", "/c", "/d", "/e", "/e/", "/f")]
      + [match("/a", "GET", return_rule=True), match("/a", "POST", return_rule=True)]
      + [build("none"), build("none", method="GET"), build("head"), build("slash", method="get"), build("any", method="anything")])
group("method fallback", [R("/", "index", methods=["GET"]), R("/<name>", "hello", methods=["GET"]), R("/select", "hello", methods=["POST"]), R("/search_get", "search", methods=["GET"]), R("/search_post", "search", methods=["POST"])],
      [build("index"), build("hello", {"name": "x"}), build("hello"), build("hello", method="POST"), build("search"), build("search", method="GET"), build("search", method="POST"), build("search", method="PUT"), build("hello", method="GET"), build("hello", {"nme": 1})])
group("method fallback with a default method", GROUPS[-1]["rules"], [build("search"), build("hello"), build("index"), build("hello", {"name": "x"})], bind={"default_method": "POST"})

group("sorted parameters", [R("/<x>", "x")], [build("x", {"x": "a", "c": 2, "b": ["z", "y"], "a": "1", "B": 0}), build("x", {"x": "a", "n": [10, 9, 8]})], url_map={"sort_parameters": True})
group("build only", [R("/", "index"), R("/cdn/<path:p>", "cdn", build_only=True, subdomain="cdn"), R("/x/", "x", build_only=True), R("/x/", "y")], ["/cdn/a", "/x/", "/x", build("cdn", {"p": "a/b"}), build("x"), build("y")])
group("unicode", [R("/wébsite/<x>", "w"), R("/日本/", "j"), R("/a b/<c d>", "bad")][:2], ["/wébsite/ü", "/日本", "/日本/", "/w%C3%A9bsite/x", "//日本", build("w", {"x": "ö/ß"}), build("j"), build("j", {"ключ": "знач ение"})])
group("odd static text", [R("/a+b", "plus"), R("/a%20b", "percent"), R("/a b", "space"), R("/a?b", "question"), R("/a#b", "hash"), R("/(.*)", "regex"), R("/a|b", "pipe"), R("/x{1}", "brace"), R("/v:<x>", "colon"), R("/^$", "anchors"), R("/[a-z]+-<x>", "class")],
      ["/a+b", "/a b", "/a%20b", "/a?b", "/a#b", "/(.*)", "/anything", "/a|b", "/x{1}", "/x", "/v:1", "/^$", "/[a-z]+-1", "/abc-1"] + [build(e, {"x": "q"}) for e in ("plus", "percent", "space", "question", "hash", "regex", "pipe", "brace", "colon", "anchors", "class")])
group("bound path", [R("/x/", "x")], [("match", {}), ("match", {"path_info": "/y"}), ("match", {"query_args": "c=d"})], bind={"path_info": "/x", "query_args": "a=b"})
group("bound query", [R("/x/", "x")], [("match", {}), match("/x", query_args={"é": "ü&", "n": [1, 2]})], bind={"path_info": "/x", "query_args": {"a": ["1", "2"], "b": "c d"}})
for name in ("example.org:8080", "EXAMPLE.org", "münchen.example", "☃.net:81", "-", "a_b", "127.0.0.1", "localhost.", "日本語.jp", "straße.example:80", "ＥＸample.org", "so\u00adft.example", "ΣΑΣΣ.gr", "a\u3002b", "a\uff0eb\uff61c", "x" * 59 + "é"):
    group(f"server name {name}", [R("/a/", "a")], ["/a", build("a", force_external=True)], bind={"server_name": name})
group("joining", [R("/<x>", "x"), R("/<x>/", "y")], [build("x", {"x": "y:z"}), build("x", {"x": "y:z"}, force_external=True), build("x", {"x": "//evil"}), build("y", {"x": "/evil"}), "//evil.example/x", "//evil.example", "/evil.example//"])

group("suggestions", [R("/a/<x>", "user.show", methods=["GET"]), R("/a", "user.index"), R("/b/<y>", "user.show", methods=["POST"]), R("/c", "blog.index"), R("/d/<p>/<q>", "blog.entry"), R("/e", "blog.archive", defaults={"p": 1, "q": 2})],
      [build(e, v, **({"method": m} if m else {})) for e in ("user.show", "user.shw", "blog", "blog.entry", "blgo.index", "x", "", "it's", 'both"\'', "blog.archive", "ünïcode")
       for v in ({}, {"x": 1}, {"q": 2, "p": 3}, {"z": None}) for m in (None, "POST", "PUT")])
group("no rules", [], ["/", build("x"), build("x", {"a": 1}, method="GET"), allowed("/")])
group("many letters", [R("/a", "aaaa" * 60), R("/b", "ab" * 110), R("/c", "abcabc" * 40 + "z")], [build("ba" * 105), build("aaaa" * 55), build("abcab" * 44 + "zz"), build("z" * 210)])

for bad in ("/<", "/<a", "/a>b", "/<>", "/<1a>", "/<a b>", "/<a-b>", "/<int:>", "/<int(:a>", "/<int(1:a>", "/<int)1(:a>", "/<:a>", "/<nope:a>", "/<nope(1):a>", "/<int(foo=1):a>",
            "/<a>/<", "/<<a>>", "/<a><", "/<a>>", "/<uuid(1):a>", "/<é>", "/<string(minlength='x'):a>", "/<a()>", "/<a():b>"):
    group(f"malformed {bad}", [R(bad)], [("map_error", {})])
for good in ("/<string():a>", "/<int(signed=True):a>", "/<any(a,b):a>", "/<any('x)'):a>", "/<_a1>", "/a>", "/<any(a):any>", "/<string(length=2,minlength=5):a>", "/<float(1, 2.5):a>", "/<any(\"a'b\"):x>"):
    group(f"well-formed {good}", [R(good)], [("map_error", {})])
group("malformed host", [R("/", host="<a")], [("map_error", {})], url_map={"host_matching": True})
group("websocket methods", [R("/", websocket=True, methods=["POST"])], [("map_error", {})])

# Random maps, and calls that fit their rules or nearly do.
rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 20240229)
NAMES = ["a", "b", "c", "d"]
CONVERTERS = ["", "", "string(length=2):", "int:", "int(max=9):", "float:", "path:", "any(x, y, 'x y'):", "uuid:",
              "int(signed=True):", "string(maxlength=3):", "int(fixed_digits=2):", "string(minlength=2):"]
TEXTS = ["x", "y", "xy", "1", "07", "10", "é", "1.5", "px", "x.q", "x-y", "1-2", "px.q", "a-b", "a b", "zz", "z", "-3", "", uuids[0], "x1", "p1.q", "xx", "x.", "1.2"]
VARIABLE = re.compile(r"<(?:([a-z]+)(?:\([^)]*\))?:)?([a-z])>")


def random_part(used):
    def fresh():
        free = [n for n in NAMES if n not in used]
        if free:
            used.append(rng.choice(free))
            return used[-1]

    if rng.random() < 0.35:
        return rng.choice(["x", "y", "xy", "1", "é", "a-b", "a b"])
    name = fresh()
    if name is None:
        return "z"
    part = f"<{rng.choice(CONVERTERS)}{name}>"
    kind = rng.random()
    if kind < 0.15:
        return "p" + part
    if kind < 0.3:
        return part + ".q"
    if kind < 0.4 and (other := fresh()):
        return part + rng.choice(["-", "", ".", "x"]) + f"<{rng.choice(['', 'int:', 'path:'])}{other}>"
    return part


def parts_key(string, domain):
    """Equal for two rules that Werkzeug 3 calls duplicates, or nearly."""
    string = re.sub(r":?\b[abcd]>", ">", string).replace("(max=9)", "").replace("(fixed_digits=2)", "")
    return string, (domain or "").replace("<a>", "<>")


def random_rules(mode):
    rules, seen = [], set()

    def add(rule, domain, at=None):
        # A path with a slash at its end is matched otherwise by Werkzeug 3.
        if "<path" in rule["string"] and rule["string"].endswith("/") or parts_key(rule["string"], domain) in seen:
            return
        seen.add(parts_key(rule["string"], domain))
        rules.insert(len(rules) if at is None else at, rule)

    for _ in range(rng.randint(1, 7)):
        used, domain = [], None
        if mode != "plain" and rng.random() < 0.6:
            domain = rng.choice(["x", "<a>", "<int:a>", "x.<a>", "<a>.test"])
            if "<" in domain:
                used.append("a")
        string = "/" + "/".join(random_part(used) for _ in range(rng.randint(0, 3))) + rng.choice(["", "", "/"])
        rule = R("/" if string == "//" else string, rng.choice(["e1", "e2", "e3"]))
        if mode == "subdomain" and domain:
            rule["subdomain"] = domain
        elif mode == "host":
            rule["host"] = domain or "h"
        if rng.random() < 0.3:
            rule["methods"] = rng.choice([["GET"], ["POST"], ["PUT", "GET"]])
        if rng.random() < 0.25:
            rule["defaults"] = {rng.choice(NAMES): rng.choice(["x", 1, 5]) for _ in range(rng.randint(1, 2))}
        if rng.random() < 0.1:
            rule["strict_slashes"] = False
        if rng.random() < 0.1:
            rule["alias"] = True
        if rng.random() < 0.1:
            rule["websocket"] = True
            rule.pop("methods", None)
        if rng.random() < 0.08:
            rule["build_only"] = True
        add(rule, domain)
        # Often a rule that has one of the variables as a default.
        names = [name for _, name in VARIABLE.findall(rule["string"])]
        if names and rng.random() < 0.35:
            shorter = re.sub(r"/[^/]*<[^<>]*" + rng.choice(names) + r">[^/]*", "", rule["string"], count=1) or "/"
            left = [name for _, name in VARIABLE.findall(shorter)]
            defaults = {n: rng.choice(["x", 1, 5]) for n in names if n not in left}
            add({**rule, "string": shorter, "defaults": {**defaults, **rule.get("defaults", {})}}, domain, rng.randint(0, len(rules)))
    return rules


def random_path(rules):
    path = "/" + "/".join(rng.choice(TEXTS) for _ in range(rng.randint(0, 4))) + rng.choice(["", "", "/"])
    if rules and rng.random() < 0.7:
        rule = rng.choice(rules)

        def text(m):
            if m[2] in rule.get("defaults", {}) and rng.random() < 0.6:
                return str(rule["defaults"][m[2]])
            return rng.choice({"int": ["1", "5", "07", "10", "-3"], "float": ["1.5", "1.2", "5.0"], "path": ["a/b", "x", "a//b", "1/5"],
                               "uuid": [uuids[0]]}.get(m[1], ["x", "y", "xy", "1", "5", "é", "x y"]))

        path = VARIABLE.sub(text, rule["string"])
        path = rng.choice([path, path, path, path.rstrip("/"), path + "/", "/" + path, path.replace("/", "//", 2)])
    return path


def random_build(rules):
    endpoint, values = rng.choice(["e1", "e2", "e3", "e4"]), {n: rng.choice(TEXTS) for n in rng.sample(NAMES + ["q"], rng.randint(0, 4))}
    if rules and rng.random() < 0.8:
        rule = rng.choice(rules)
        endpoint, values = rule["endpoint"], {}
        for converter, name in VARIABLE.findall(rule["string"] + rule.get("subdomain", "") + rule.get("host", "")):
            values[name] = rng.choice({"int": [1, 5, 10, "7", -3], "float": [1.5, 5, "2.0"], "uuid": [uuids[0]]}.get(converter, ["x", "y", "x y", "é", "a/b", 5]))
        for name, value in rule.get("defaults", {}).items():
            if rng.random() < 0.5:
                values[name] = value
        if rng.random() < 0.3:
            values["q"] = rng.choice([[1, "b"], "z z", None, [None, 2]])
    call = {"endpoint": endpoint, "values": values}
    if rng.random() < 0.3:
        call["method"] = rng.choice(["GET", "POST"])
    if rng.random() < 0.2:
        call["force_external"] = True
    if rng.random() < 0.2:
        call["append_unknown"] = False
    return "build", call


for number in range(int(sys.argv[2]) if len(sys.argv) > 2 else 200):
    mode = rng.choice(["plain", "plain", "subdomain", "host"])
    rules = random_rules(mode)
    calls = [match(p, rng.choice([None, "GET", "POST", "PUT"]), **({"query_args": "q=1"} if rng.random() < 0.2 else {}))
             for p in (random_path(rules) for _ in range(14)) if "///" not in p]
    calls += [random_build(rules) for _ in range(10)]
    url_map = {"host_matching": True} if mode == "host" else {}
    for option in ("redirect_defaults", "strict_slashes", "merge_slashes"):
        if rng.random() < 0.2:
            url_map[option] = False
    bind = {"server_name": "h"}
    if mode == "host":
        bind = {"server_name": rng.choice(["h", "x", "y.test", "1"])}
    elif mode == "subdomain":
        bind["subdomain"] = rng.choice(["", "x", "1", "x.y", "y.test"])
    try:
        group(f"random {number} {mode}", rules, calls, url_map, bind)
    except (AssertionError, TypeError):
        pass  # an alias without a rule to redirect to, or a default that its converter cannot write

out = [json.dumps(g, ensure_ascii=False, separators=(",", ":")) for g in GROUPS]
print("[\n" + ",\n".join(out) + "\n]")
print(sum(len(g["calls"]) for g in GROUPS), "calls in", len(GROUPS), "groups", file=sys.stderr)
