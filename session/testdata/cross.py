"""Cross sessions, remember cookies and tagged JSON with the real Flask.

Reads a JSON object from standard input: "keys" (oldest to newest), "count",
"seed", and "cookies" and "remembered" that Go made. Writes what they mean here
as tagged JSON with sorted names, and as many made here. All cookies of Go and
half of those made here go through a real request to a Flask application.

    /usr/bin/python3 cross.py < request.json
"""
import datetime
import json
import random
import sys
import uuid

import flask
from flask.sessions import SecureCookieSessionInterface
from flask.json.tag import TaggedJSONSerializer
from flask_login.utils import decode_cookie, encode_cookie
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup

tagger = TaggedJSONSerializer()


def canonical(v):
    return json.dumps(tagger.tag(v), sort_keys=True, separators=(",", ":"))


def text(r):
    alphabet = "ab z\"\\/<>&'\x00\x1f\x7f\n\t\u00e9\u20ac\u2028\U0001f600"
    return "".join(r.choice(alphabet) for _ in range(r.randrange(10)))


def name(r):
    return r.choice([" t", " b", " m", " u", " d", " di", " x", "", "a", "n\u00e9", text(r)])


def value(r, depth=0):
    k = r.randrange(13 if depth < 4 else 9)
    if k == 0:
        return r.choice([None, True, False])
    if k == 1:
        return r.randrange(-10, 1000)
    if k == 2:
        return r.randrange(-2**r.randrange(1, 100), 2**r.randrange(1, 100))
    if k == 3:
        return r.choice([0.0, 1.0, 1e16, 1e-5, r.uniform(-1, 1) * 10.0**r.randrange(-300, 300)])
    if k == 4:
        return text(r)
    if k == 5:
        return r.randbytes(r.randrange(10))
    if k == 6:
        return Markup(text(r))
    if k == 7:
        return uuid.UUID(int=r.getrandbits(128))
    if k == 8:
        return datetime.datetime.fromtimestamp(r.randrange(-10**10, 10**11), tz=datetime.timezone.utc)
    if k == 9:
        return {name(r): value(r, depth + 1) for _ in range(r.randrange(3))}
    if k == 10:
        return [value(r, depth + 1) for _ in range(r.randrange(4))]
    if k == 11:
        return tuple(value(r, depth + 1) for _ in range(r.randrange(4)))
    return "again and " * r.randrange(60)


def main():
    q = json.load(sys.stdin)
    app = flask.Flask(__name__)
    app.secret_key = q["keys"][-1]

    @app.get("/<int:i>")
    def view(i):
        flask.session.update(made[i])
        for _ in range(i % 3):
            flask.flash(f"message {i}", "category")
        return ""

    @app.get("/read")
    def read():
        return canonical(dict(flask.session))

    signer_kwargs = {"key_derivation": "hmac"}
    rotating = URLSafeTimedSerializer(q["keys"], salt="cookie-session", serializer=tagger, signer_kwargs=signer_kwargs)
    loaded = []
    for cookie in q["cookies"]:
        loaded.append(app.test_client(use_cookies=False).get("/read", headers={"Cookie": f"session={cookie}"}).text)

    r = random.Random(q["seed"])
    made = [{name(r): value(r) for _ in range(r.randrange(1, 5))} for _ in range(q["count"])]
    cookies = []
    for i, m in enumerate(made):
        if i % 2:
            key = r.choice(q["keys"])
            cookie = URLSafeTimedSerializer(key, salt="cookie-session", serializer=tagger, signer_kwargs=signer_kwargs).dumps(m)
        else:
            response = app.test_client().get(f"/{i}")
            header = response.headers["Set-Cookie"]
            cookie = header.split(";")[0].split("=", 1)[1]
            m = rotating.loads(cookie)
        cookies.append({"cookie": cookie, "value": canonical(m)})

    remembered = [decode_cookie(c, key=q["keys"][-1]) for c in q["remembered"]]
    users = [text(r) + "|" * r.randrange(2) for _ in range(q["count"])]
    json.dump({
        "loaded": loaded, "cookies": cookies, "remembered": remembered,
        "users": [{"user": u, "cookie": encode_cookie(u, key=r.choice(q["keys"]))} for u in users],
    }, sys.stdout)


main()
