"""The Flask half: an application as Flask's documentation would have it.

    SHOP_SECRET_KEY=... /usr/bin/python3 flask_app.py [5001 | unix:///path]

Two lines are for the proxy in front: ProxyFix, and listening where only the
proxy can connect.
"""
import json
import os
import pathlib
import sys

from flask import Flask, flash, redirect, render_template, request, session
from flask_login import (LoginManager, UserMixin, current_user,
                         fresh_login_required, login_required, login_user,
                         logout_user)
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import check_password_hash

here = pathlib.Path(__file__).parent
app = Flask(__name__, template_folder=here / "templates")
app.config["SECRET_KEY"] = os.environ["SHOP_SECRET_KEY"]
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
CSRFProtect(app)
login = LoginManager(app)
login.login_view = login.refresh_view = "sign_in"
users = json.loads((here / "users.json").read_text())


class User(UserMixin):
    def __init__(self, id):
        self.id = id


@login.user_loader
def load_user(id):
    return User(id) if id in users else None


def page(**values):
    user = current_user.id if current_user.is_authenticated else None
    return render_template("page.html", side="Flask", user=user, notes=session.get("notes", []), **values)


@app.route("/login", methods=["GET", "POST"])
def sign_in():
    if request.method == "POST":
        name = request.form["name"]
        if check_password_hash(users.get(name, ""), request.form["password"]):
            login_user(User(name), remember="remember" in request.form)
            flash(f"Welcome, {name}", "hello")
            return redirect("/")
        flash("Wrong name or password", "error")
    return page(form="/login")


@app.route("/account")
@login_required
def account():
    return page(form="/notes")


@app.route("/payment")
@fresh_login_required
def payment():
    return page(form="/notes")


@app.post("/feedback")
def feedback():
    flash(f"Thank you for: {request.form['text']}")
    return redirect("/")


@app.post("/logout")
def sign_out():
    logout_user()
    return redirect("/")


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else "5001"
    if where.startswith("unix:"):
        app.run(host=where)
    else:
        app.run(host="127.0.0.1", port=int(where))
