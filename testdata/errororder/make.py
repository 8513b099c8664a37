"""Records which error handler Flask calls. Run with a Python that has Flask; writes golden.json beside itself.

A case is a set of handlers, each a scope and what it is for, and what the view of the inner blueprint raises. The answer
is the scope and kind of the handler that was called, or the status of the page that Flask makes itself.
"""
import json, os, random
from flask import Flask, Blueprint, abort
from werkzeug.exceptions import HTTPException


class Base(Exception):
    pass


class Derived(Base):
    pass


KINDS = {"404": 404, "410": 410, "500": 500, "HTTPError": HTTPException, "error": Exception, "Base": Base, "Derived": Derived}
RAISES = {"404": lambda: abort(404), "410": lambda: abort(410), "500": lambda: abort(500), "Base": lambda: raise_(Base()),
          "Derived": lambda: raise_(Derived()), "plain": lambda: raise_(ValueError())}


def raise_(e):
    raise e


def case(rng):
    app = Flask("app")
    outer, inner = Blueprint("outer", "app"), Blueprint("inner", "app")
    scopes = {"inner": inner, "outer": outer, "app": app}
    handlers = []
    for scope in scopes:
        for kind in rng.sample(sorted(KINDS), rng.choice([0, 1, 1, 2, 3])):
            handlers.append([scope, kind])
    rng.shuffle(handlers)
    for scope, kind in handlers:
        scopes[scope].register_error_handler(KINDS[kind], lambda e, t=scope + " " + kind: (t, 299))
    what = rng.choice(sorted(RAISES))
    inner.add_url_rule("/", view_func=lambda: RAISES[what](), endpoint="x")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.logger.disabled = True
    answer = app.test_client().get("/")
    return {"handlers": handlers, "raise": what, "answer": answer.text if answer.status_code == 299 else str(answer.status_code)}


rng = random.Random(1)
seen = {json.dumps(case(rng)): None for _ in range(250)}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json"), "w") as f:
    f.write("[\n" + ",\n".join(seen) + "\n]\n")
