#!/usr/bin/python3
"""What the real Flask-WTF shows with a template: for each request line
{"template":…, "name":…, "folders":[…], "fields":[…], "formdata":[[name,value],…] or null} one line {"html":…}.

The template sees form. The token is replaced by the word TOKEN. It needs Debian's python3-flask-bootstrap and
python3-flaskext.wtf.
"""
import json
import re
import sys

import flask_bootstrap
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict

import reference

for request in map(json.loads, sys.stdin):
    app = Flask(__name__)
    app.secret_key = "x" * 32
    flask_bootstrap.Bootstrap5(app)
    app.jinja_loader = ChoiceLoader([DictLoader(request.get("templates", {}))] + [FileSystemLoader(f) for f in request.get("folders", [])])
    class_ = type("F", (FlaskForm,), {f["name"]: reference.field(f) for f in request["fields"]})

    @app.route("/", methods=["GET", "POST"])
    def view():
        form = class_(MultiDict(request["formdata"])) if request["formdata"] is not None else class_()
        if request["formdata"] is not None:
            form.validate()
            form.csrf_token.errors = []
        return render_template_string(request["template"], form=form)

    page = app.test_client().open("/", method="GET" if request["formdata"] is None else "POST").get_data(as_text=True)
    page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1TOKEN", page)
    print(json.dumps({"html": page}), flush=True)
