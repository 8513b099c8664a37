"""The HTTP suite's server on Flask: its session, Jinja2, Flask-WTF, Flask-Talisman.

gunicorn starts it: DIR is the folder with the static files, TEMPLATES that of
the templates, DB PostgreSQL's address.
"""

import logging
import os
import sys
import time

from flask import Flask, abort, g, jsonify, redirect, render_template, request, session, url_for
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect

app = Flask(
    __name__,
    static_folder=os.path.join(os.environ["DIR"], "static"),
    template_folder=os.environ["TEMPLATES"],
)
app.config.update(SECRET_KEY="0123456789abcdefghijklmnopqrstuv", SESSION_COOKIE_SAMESITE="Lax")

TEXT = "Hello, World!"
USER = "Ada <ada@example.test>"
FORTUNES = [
    (1, "fortune: No such file or directory"),
    (2, "A computer scientist is someone who fixes things that aren't broken."),
    (3, "After enough decimal places, nobody gives a damn."),
    (4, "A bad random number generator: 1, 1, 1, 1, 1, 4.33e67, 1, 1, 1"),
    (5, "A computer program does what you tell it to do, not what you want it to do."),
    (6, "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen"),
    (7, "Any program that runs right is obsolete."),
    (8, "A list is only as strong as its weakest link. — Donald Knuth"),
    (9, "Feature: A bug with seniority."),
    (10, "Computers make very fast, very accurate mistakes."),
    (11, '<script>alert("This should not be displayed in a browser alert box.");</script>'),
    (12, "フレームワークのベンチマーク"),
]


class Fortune:
    __slots__ = ("ID", "Message")

    def __init__(self, ID, Message):
        self.ID, self.Message = ID, Message


class Order:
    __slots__ = ("ID", "Date", "Item", "Sum", "Paid")

    def __init__(self, i):
        items = ["Lamp & shade", "Chair", 'Desk, 60"', "Shelf <oak>", "Rug", "Mirror", "Clock"]
        self.ID, self.Date, self.Item = 4200 + i, "2026-03-%02d" % (i + 1), items[i % 7]
        self.Sum, self.Paid = "%d.%02d" % (19 + 7 * i, 5 * i), i % 3 != 0


ORDERS = [Order(i) for i in range(14)]


def fortunes_page(rows):
    rows = [Fortune(*row) for row in rows]
    rows.append(Fortune(0, "Additional fortune added at request time."))
    rows.sort(key=lambda f: f.Message)
    return render_template("fortunes.html", fortunes=rows)


@app.get("/plaintext")
def plaintext():
    return TEXT, {"Content-Type": "text/plain; charset=utf-8"}


@app.get("/json")
def json():
    return jsonify(message=TEXT)


@app.get("/users/<int:id>/posts/<slug>")
def post(id, slug):
    return "user %d, post %s" % (id, slug), {"Content-Type": "text/plain; charset=utf-8"}


@app.get("/fortunes")
def fortunes():
    return fortunes_page(FORTUNES)


if os.environ.get("DB"):
    import psycopg2

    connection = None

    @app.get("/db")
    def db():
        global connection
        if connection is None:  # one a worker, after the fork
            connection = psycopg2.connect(os.environ["DB"])
            connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, message FROM fortune")
            return fortunes_page(cursor.fetchall())


# The secure page has an application of its own, so that the other routes have
# no extension's hooks around them.
secure = Flask(
    "secure",
    static_folder=os.path.join(os.environ["DIR"], "static"),
    template_folder=os.environ["TEMPLATES"],
)
secure.config.update(app.config)
CSRFProtect(secure)
Talisman(
    secure,
    force_https=False,
    session_cookie_secure=False,
    referrer_policy="same-origin",
    frame_options="DENY",
    content_security_policy={
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    },
    content_security_policy_nonce_in=["script-src"],
)
log = logging.getLogger("access")
log.addHandler(logging.StreamHandler(sys.stderr))
log.setLevel(logging.INFO)
count = 0


@secure.before_request
def begin():
    g.began = time.perf_counter()


@secure.after_request
def end(response):
    global count
    count += 1
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    log.info("%s %s %d %.6f", request.method, request.url_rule, response.status_code, time.perf_counter() - g.began)
    return response


@secure.get("/login")
def login():
    session["user"] = USER
    return redirect(url_for("account"), 303)


@secure.route("/account", methods=["GET", "POST"])
def account():
    if "user" not in session:
        abort(401)
    return render_template("account.html", name=session["user"], orders=ORDERS)


secure.add_url_rule("/fortunes", "fortunes", fortunes)
secure.add_url_rule("/users/<int:id>/posts/<slug>", "post", post)


def wsgi(environ, start_response):
    if environ["PATH_INFO"] in ("/account", "/login"):
        return secure(environ, start_response)
    return app(environ, start_response)
