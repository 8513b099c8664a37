import json
import time

from flask import Flask, render_template, request
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from wtforms import BooleanField, DateField, EmailField, IntegerField, PasswordField, SelectField, StringField, TextAreaField, URLField
from wtforms.validators import URL, InputRequired, Length, NumberRange, Optional, Regexp

app = Flask(__name__)
app.secret_key = "x" * 32
app.config["WTF_CSRF_ENABLED"] = False
app.jinja_loader = DictLoader({"form.html": "".join("<p>{{ form.%s.label }} {{ form.%s(class='wide') }}</p>" % (n, n) for n in "email password name age birthday country website bio newsletter terms".split())})


class Signup(FlaskForm):
    # Email needs a package that Debian's WTForms does not bring: a pattern stands for it.
    email = EmailField("E-mail", [InputRequired(), Regexp(r"^[^@ ]+@[^@ ]+\.[a-z]+$")])
    password = PasswordField("Password", [InputRequired(), Length(min=8, max=200)])
    name = StringField("Name", [InputRequired(), Length(max=80)])
    age = IntegerField("Age", [InputRequired(), NumberRange(min=18, max=120)])
    birthday = DateField("Birthday", [InputRequired()])
    country = SelectField("Country", choices=[("at", "Austria"), ("ch", "Switzerland"), ("de", "Germany")])
    website = URLField("Website", [Optional(), URL()])
    bio = TextAreaField("Bio", [Length(max=500)])
    newsletter = BooleanField("Newsletter")
    terms = BooleanField("Terms", [InputRequired()])


body = json.loads(BODY)


def decode():
    with app.test_request_context("/", method="POST", data=body, content_type="application/x-www-form-urlencoded"):
        assert request.form["age"] == "36"
        form = Signup()
        assert form.validate() and form.data["age"] == 36, form.errors


def nothing():
    with app.test_request_context("/", method="POST", data=body, content_type="application/x-www-form-urlencoded"):
        pass


def measure(f, n=300):
    f()
    began = time.perf_counter_ns()
    for _ in range(n):
        f()
    return (time.perf_counter_ns() - began) / n


def render():
    with app.test_request_context("/", method="POST", data=body, content_type="application/x-www-form-urlencoded"):
        form = Signup()
        form.validate()
        render_template("form.html", form=form)
        began = time.perf_counter_ns()
        for _ in range(300):
            render_template("form.html", form=form)
        return (time.perf_counter_ns() - began) / 300


print(json.dumps({"decode": measure(decode) - measure(nothing), "render": render()}))
