import json
import time

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

app = Flask(__name__)
app.secret_key = "0123456789abcdefghijklmnopqrstuv"
serializer = SecureCookieSessionInterface().get_signing_serializer(app)
values = {"_user_id": "42", "csrf_token": "0f" * 20, "theme": "d" * 35}
cookie = serializer.dumps(values)


def load():
    assert serializer.loads(cookie, max_age=31 * 86400)["_user_id"] == "42"


def save():
    session = serializer.loads(cookie, max_age=31 * 86400)
    session["theme"] = "e" * 35
    serializer.dumps(session)


def measure(f, n=2000):
    began = time.perf_counter_ns()
    for _ in range(n):
        f()
    return (time.perf_counter_ns() - began) / n


load()
print(json.dumps({
    "Flask on CPython: load, read a value": measure(load),
    "Flask on CPython: load, change a value, save": measure(save),
}))
