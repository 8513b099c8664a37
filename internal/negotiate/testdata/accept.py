"""Writes what Werkzeug answers: accept.json beside this file.

Run with Debian's python3-werkzeug:  /usr/bin/python3 internal/negotiate/testdata/accept.py
"""
import json, pathlib
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

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

out = {
    "accept": [{"header": h, "offers": o, "best": parse_accept_header(h, MIMEAccept).best_match(o) or ""} for h, o in ACCEPT],
    "language": [{"header": h, "offers": o, "best": parse_accept_header(h, LanguageAccept).best_match(o) or ""} for h, o in LANGUAGE],
}
pathlib.Path(__file__).with_name("accept.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
