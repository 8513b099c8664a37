"""Writes browsermarks.json: the marks of browsers that Flask-Login keeps in the
session as "_id", made by Flask-Login itself.

    /usr/bin/python3 testdata/browsermarks.py > testdata/browsermarks.json
"""
import json

from flask import Flask
from flask_login.utils import _create_identifier

AGENTS = [
    None, "", "Mozilla/5.0 (X11; Linux x86_64) Firefox/1.0", "it's", 'say "x"', "it's \"both\"", "back\\slash",
    "tab\there", "caf\u00e9", "\u00ff\u0080", "~ !#$%&()*+,-./:;<=>?@[]^_`{|}",
]

app = Flask("app")
rows = []
for address in ["127.0.0.1", "2001:db8::1"]:
    for agent in AGENTS:
        headers = {} if agent is None else {"User-Agent": agent}
        with app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": address, "HTTP_USER_AGENT": None}) as ctx:
            if agent is None:
                ctx.request.environ.pop("HTTP_USER_AGENT", None)
            else:
                ctx.request.environ["HTTP_USER_AGENT"] = agent
            rows.append({"address": address, "agent": agent, "id": _create_identifier()})
print(json.dumps(rows, indent=1))
