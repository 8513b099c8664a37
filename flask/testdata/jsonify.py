"""Writes what Flask's jsonify gives: jsonify.json beside this file.

Run with Debian's python3-flask:  /usr/bin/python3 flask/testdata/jsonify.py
"""
import datetime, decimal, json, pathlib, uuid
from flask import Flask, jsonify

app = Flask("golden")

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

out = {"plain": flask_json(False), "debug": flask_json(True)}
pathlib.Path(__file__).with_name("jsonify.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
