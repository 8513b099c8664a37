"""Reads tokens and remember cookies that Dewar made, and makes as many with
Flask-WTF and Flask-Login. JSON comes in and goes out.
"""
import json
import sys

from flask import Flask, session
from flask_login import decode_cookie, encode_cookie
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

given = json.load(sys.stdin)
app = Flask("cross")
app.config["SECRET_KEY"] = given["key"]
wrong, tokens, cookies = [], [], []
with app.test_request_context():
    for secret, token in given["tokens"]:
        session["csrf_token"] = secret
        try:
            validate_csrf(token)
        except ValidationError as e:
            wrong.append([secret, token, str(e)])
    for user, cookie in given["cookies"]:
        if decode_cookie(cookie) != user:
            wrong.append([user, cookie, "decode_cookie"])
        cookies.append([user, encode_cookie(user)])
for _ in given["tokens"]:
    with app.test_request_context():
        token = generate_csrf()
        tokens.append([session["csrf_token"], token])
json.dump({"wrong": wrong, "tokens": tokens, "cookies": cookies}, sys.stdout)
