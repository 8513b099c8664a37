"""A blog of Flaskr's shape on Flask, as the tutorial writes it, with SQLite.

It is attacked by soak, under gunicorn with two workers of four threads.
"""

import os
import secrets
import sqlite3

from flask import Flask, g, redirect, render_template_string, request, session
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
# The workers share what lies in the folder.
folder = os.environ["SOAK_FLASK_DIR"]
key_file = os.path.join(folder, "key")
try:
    with open(key_file, "x") as f:
        f.write(secrets.token_hex(32))
except FileExistsError:
    pass
with open(key_file) as f:
    app.secret_key = f.read()

INDEX = """<!doctype html><title>Posts - Flaskr</title>
<nav>{% if user %}{{ user }}{% else %}<a href="/auth/login">Log In</a>{% endif %}</nav>
{% for post in posts %}<article><h2>{{ post['title'] }}</h2><div>by {{ post['username'] }}</div><p>{{ post['body'] }}</p></article>{% endfor %}"""
LOGIN = """<!doctype html><title>Log In - Flaskr</title><p>{{ problem }}</p>
<form method="post"><input name="username"><input name="password" type="password"><button>Log In</button></form>"""


def db():
    if "db" not in g:
        g.db = sqlite3.connect(os.path.join(folder, "flaskr.sqlite"))
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close(_):
    if "db" in g:
        g.db.close()


with app.app_context():
    db().executescript(
        "CREATE TABLE IF NOT EXISTS user (username TEXT PRIMARY KEY, password TEXT);"
        "CREATE TABLE IF NOT EXISTS post (id INTEGER PRIMARY KEY, username TEXT, title TEXT, body TEXT);"
    )


@app.get("/")
def index():
    page = max(1, request.args.get("page", 1, type=int))
    posts = db().execute("SELECT * FROM post ORDER BY id DESC LIMIT 20 OFFSET ?", ((page - 1) * 20,)).fetchall()
    return render_template_string(INDEX, posts=posts, user=session.get("user"))


@app.post("/create")
def create():
    if "user" not in session:
        return redirect("/auth/login")
    db().execute("INSERT INTO post (username, title, body) VALUES (?, ?, ?)", (session["user"], request.form["title"], request.form["body"]))
    db().commit()
    return redirect("/")


@app.post("/auth/register")
def register():
    db().execute("INSERT OR REPLACE INTO user VALUES (?, ?)", (request.form["username"], generate_password_hash(request.form["password"])))
    db().commit()
    return redirect("/auth/login")


@app.route("/auth/login", methods=["GET", "POST"])
def login():
    problem = ""
    if request.method == "POST":
        row = db().execute("SELECT password FROM user WHERE username = ?", (request.form.get("username"),)).fetchone()
        if row and check_password_hash(row["password"], request.form.get("password", "")):
            session.clear()
            session["user"] = request.form["username"]
            return redirect("/")
        problem = "Incorrect username or password."
    return render_template_string(LOGIN, problem=problem)
