#!/usr/bin/env python3
"""Makes parse.json and answers.json: what limits and Flask-Limiter really do.

Run with Debian's python3-flask-limiter: /usr/bin/python3 make_golden.py
The clock stands still but for "+n" steps, which move it n seconds.
"""
import itertools
import json
import pathlib
import time
import warnings

warnings.simplefilter("ignore")
clock = [1_800_000_000.0]
time.time = lambda: clock[0]

import flask  # noqa: E402
import flask_limiter  # noqa: E402
import limits  # noqa: E402
from flask_limiter.util import get_remote_address  # noqa: E402

here = pathlib.Path(__file__).parent


def parse(text):
    try:
        return "; ".join(f"{i!r} ({i.get_expiry()} s)" for i in limits.parse_many(text))
    except ValueError:
        return None


def strings():
    amounts = ["10", "0", "010", "", "-1", " 7 "]
    seps = ["/", " per ", "PER", "", " ", "//"]
    multiples = ["", " 2 ", "05", "0", "-1"]
    units = ["second", "minutes", "HOUR", "days", "month", "year", "min", "weeks", "", "hour x"]
    for a, s, m, u in itertools.product(amounts, seps, multiples, units):
        yield a + s + m + u
    for joined in [
        "1/second;2/minute", "1/second, 2/minute | 3/hour", "1/second;", ";1/second", "1/second;;2/minute", "1/second:;5/minute",
        "1/second 2/minute", "1/second;2/min", "1/second\n;\t2/minute", "", "  ", "1/day;1/day", "10 per 2 hours; 100/day", "1/second&2/minute",
        "１0/minute", "10\u00a0/minute", "10/minute\u2003", "10/ſecond", "10/minuteſ",
    ]:
        yield joined


def app_of(**options):
    app = flask.Flask("golden")
    options.setdefault("storage_uri", "memory://")
    options.setdefault("headers_enabled", True)
    limiter = flask_limiter.Limiter(get_remote_address, app=app, **options)

    def view(name, rule=None, methods=("GET",), wrap=lambda f: f, on=app):
        def f():
            return name

        f.__name__ = name
        f = wrap(f)
        on.add_url_rule(rule or "/" + name, name, f, methods=list(methods))

    return app, limiter, view


def scenarios():
    app, limiter, view = app_of()
    view("a", wrap=limiter.limit("2/minute; 3/hour"))
    view("free")
    yield "two limits of a route", app, ["/a", "/a", "/a", "/free", "+61", "/a", "/a", "+3600", "/a"]

    app, limiter, view = app_of(default_limits=["3/minute"])
    view("a")
    view("b")
    view("own", wrap=limiter.limit("1/minute"))
    view("both", wrap=limiter.limit("5/minute", override_defaults=False))
    view("exempt", wrap=limiter.exempt)
    yield "default limits", app, ["/a", "/a", "/a", "/a", "/b", "/own", "/own", "/both", "/both", "/both", "/both", "/exempt", "/exempt", "/exempt", "/exempt"]

    app, limiter, view = app_of(application_limits=["3/minute"])
    view("a")
    view("b", wrap=limiter.limit("1/minute"))
    view("exempt", wrap=limiter.exempt)
    yield "application limits", app, ["/a", "/b", "/a", "/a", "/b", "/exempt"]

    app, limiter, view = app_of()
    shared = limiter.shared_limit("3/minute", scope="pair")
    view("a", wrap=shared)
    view("b", wrap=shared)
    yield "a shared scope", app, ["/a", "/b", "/a", "/b", "/a"]

    app, limiter, view = app_of()
    view("a", methods=("GET", "POST"), wrap=limiter.limit("2/minute", per_method=True))
    view("b", methods=("GET", "POST"), wrap=limiter.limit("1/minute", methods=["POST"]))
    yield "methods", app, ["/a", "/a", "/a", "POST /a", "POST /a", "POST /a", "/b", "/b", "POST /b", "POST /b", "/b"]

    app, limiter, view = app_of(default_limits=["2/minute"])
    view("a", methods=("GET", "POST"), wrap=limiter.limit("1/minute", methods=["POST"]))
    yield "defaults of other methods", app, ["/a", "POST /a", "POST /a", "/a", "/a"]

    app, limiter, view = app_of()
    view("a", wrap=limiter.limit("10/minute", cost=4))
    view("b", wrap=limiter.limit("5/minute", cost=lambda: int(flask.request.args.get("n", 1))))
    yield "cost", app, ["/a", "/a", "/a", "/b?n=2", "/b?n=2", "/b", "/b"]

    app, limiter, view = app_of()
    view("a", wrap=limiter.limit("1/minute", exempt_when=lambda: flask.request.args.get("staff") == "yes"))
    yield "exempt when", app, ["/a?staff=yes", "/a", "/a", "/a?staff=yes"]

    app, limiter, view = app_of()
    view("a", wrap=limiter.limit("2/minute", deduct_when=lambda r: r.status_code == 401))

    @app.after_request
    def status(response):
        if flask.request.args.get("fail"):
            response.status_code = 401
        return response

    yield "deduct when", app, ["/a", "/a", "/a?fail=1", "/a?fail=1", "/a", "+61", "/a"]

    app, limiter, view = app_of()
    view("a", wrap=limiter.limit("1/minute", error_message="slowly, please"))
    view("zero", wrap=limiter.limit("0/minute"))
    yield "messages", app, ["/a", "/a", "/zero"]

    app, limiter, view = app_of(default_limits=["2/minute"])

    @limiter.request_filter
    def health():
        return flask.request.headers.get("X-Health") == "yes"

    view("a")
    yield "filter", app, ["/a", "/a", "health /a", "/a", "/nothing"]

    app, limiter, view = app_of()
    blueprint = flask.Blueprint("bp", "golden")
    view("a", on=blueprint)
    view("b", on=blueprint, wrap=limiter.limit("1/minute"))
    limiter.limit("2/minute")(blueprint)
    app.register_blueprint(blueprint, url_prefix="/bp")
    yield "a blueprint", app, ["/bp/a", "/bp/a", "/bp/a", "/bp/b", "/bp/b", "+61", "/bp/b"]

    app, limiter, view = app_of()
    view("a", wrap=lambda f: limiter.limit("3/minute")(limiter.limit("1/second")(f)))
    yield "two decorators", app, ["/a", "/a", "+1", "/a", "+1", "/a", "+1", "/a"]

    app, limiter, view = app_of(headers_enabled=False)
    view("a", wrap=limiter.limit("1/minute"))
    yield "no headers", app, ["/a", "/a"]


def run(app, steps):
    client = app.test_client()
    answers = []
    for step in steps:
        if step[0] == "+":
            clock[0] += int(step[1:])
            continue
        words = step.split()
        headers = {"X-Health": "yes"} if words[0] == "health" else {}
        method = words[0] if words[0] in ("GET", "POST") else "GET"
        r = client.open(words[-1], method=method, headers=headers)
        entry = {"step": step, "status": r.status_code}
        for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"):
            if name in r.headers:
                entry[name] = int(r.headers[name])
        if r.status_code == 429:
            entry["text"] = r.get_data(as_text=True).split("<p>")[1].split("</p>")[0]
        answers.append(entry)
    return answers



lines = ",\n".join(json.dumps([s, parse(s)], ensure_ascii=False) for s in dict.fromkeys(strings()))
(here / "parse.json").write_text("[\n" + lines + "\n]\n")
result = []
for name, app, steps in scenarios():
    clock[0] = 1_800_000_000.0
    result.append({"name": name, "steps": steps, "answers": run(app, steps)})
text = ",\n".join(
    '{"name": %s, "steps": %s, "answers": [\n %s\n]}' % (json.dumps(r["name"]), json.dumps(r["steps"]), ",\n ".join(json.dumps(a) for a in r["answers"]))
    for r in result
)
(here / "answers.json").write_text("[\n" + text + "\n]\n")
print(f"Flask-Limiter {flask_limiter.__version__}, limits {limits.__version__}")
