"""Reads {"key":…,"now":…,"rows":[{"secret":…,"token":…}]} and writes, a line
for each row, what Flask-WTF's validate_csrf says: "ok" or its message."""
import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

import flask
import flask_wtf.csrf
from wtforms import ValidationError

request = json.load(sys.stdin)
time.time = lambda: float(request["now"])
app = flask.Flask("golden")
app.secret_key = request["key"]
for row in request["rows"]:
    with app.test_request_context():
        flask.session["csrf_token"] = row["secret"]
        try:
            flask_wtf.csrf.validate_csrf(row["token"])
            print("ok")
        except ValidationError as e:
            print(e.args[0])
