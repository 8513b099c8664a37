"""Prints every public name of Flask's objects, and Werkzeug's descriptions of errors, as JSON."""
import inspect
import json

import flask
import flask.cli
from flask.ctx import _AppCtxGlobals
from flask.sessions import SecureCookieSession
from werkzeug.exceptions import default_exceptions


def public(of):
    return [n for n in dir(of) if not n.startswith("_")]


commands = ["flask " + max(p.opts, key=len) for p in flask.cli.cli.params]
for command in flask.cli.cli.commands.values():
    commands.append(command.name)
    commands += [command.name + " " + max(p.opts, key=len) for p in command.params if p.opts[0].startswith("-")]
print(json.dumps({
    "names": {
        "flask": [n for n in public(flask) if not inspect.ismodule(getattr(flask, n))],
        "Flask": public(flask.Flask("x")),
        "Blueprint": public(flask.Blueprint("x", "x")),
        "request": public(flask.Request({})),
        "session": public(SecureCookieSession()),
        "g": public(_AppCtxGlobals()),
        "commands": commands,
    },
    "errors": {str(code): {"name": e.name if (e := kind()) else "", "description": e.description} for code, kind in default_exceptions.items()},
}))
