"""Writes what Flask and Werkzeug answer: testdata/goldens.json.

Run with Debian's python3-flask:  /usr/bin/python3 testdata/goldens.py
"""
import datetime, decimal, json, pathlib, uuid
from flask import Flask, jsonify
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

app = Flask("golden")

ACCEPT = [
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ["application/json", "text/html"]),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ["application/json", "image/png"]),
    ("application/json", ["text/html", "application/json"]),
    ("*/*", ["text/html", "application/json"]),
    ("text/*;q=0.5, application/json;q=0.4", ["application/json", "text/html"]),
    ("text/html;q=0, */*", ["text/html", "text/plain"]),
    ("text/plain; q=0.5, text/html", ["text/plain", "text/html"]),
    ("image/png", ["text/html"]),
    ("text/html;level=1", ["text/html", "text/html;level=1"]),
    ("TEXT/HTML", ["text/html"]),
    ("text/html;q=0.4,application/json;q=0.4", ["application/json", "text/html"]),
    ("application/json;q=0.9, text/html;q=0.9, */*;q=0.1", ["text/plain", "text/html"]),
]
LANGUAGE = [
    ("de-AT,de;q=0.8,en;q=0.5", ["en", "de"]),
    ("de-AT,en;q=0.5", ["de", "en"]),
    ("de", ["de-AT", "en"]),
    ("fr", ["en", "de"]),
    ("en-us, en;q=0.8, *;q=0.1", ["fr", "en-US"]),
    ("en_US", ["en-us"]),
]
JSON = [
    {"b": 1, "a": [True, None, 1.5, 1e16, 1e-7, 100.0, -0.0]},
    {"é": "ü<b>&'\"\\\n\t\x07\x7f😀"},
    {"d": decimal.Decimal("1.10"), "u": uuid.UUID(int=5), "t": datetime.datetime(2020, 1, 2)},
    [], {}, [[], {}], {"x": {"y": [1, {"z": "}],:"}]}},
    "text", 12345678901234567890, 0.1,
]

def flask_json(debug):
    app.debug = debug
    app.json.compact = None
    with app.test_request_context():
        return [jsonify(v).get_data(as_text=True) for v in JSON]

out = {
    "accept": [{"header": h, "offers": o, "best": parse_accept_header(h, MIMEAccept).best_match(o) or ""} for h, o in ACCEPT],
    "language": [{"header": h, "offers": o, "best": parse_accept_header(h, LanguageAccept).best_match(o) or ""} for h, o in LANGUAGE],
    "json": flask_json(False),
    "json_debug": flask_json(True),
}
pathlib.Path(__file__).with_name("goldens.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
