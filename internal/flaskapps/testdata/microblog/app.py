"""A microblog: accounts, posts, followers, and a small JSON API."""
import datetime

from flask import (Blueprint, Flask, abort, current_app, flash, g, jsonify,
                   make_response, redirect, render_template, request, session,
                   url_for)
from flask_login import (LoginManager, UserMixin, current_user, login_required,
                         login_user, logout_user)
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import BooleanField, PasswordField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, EqualTo, Length, Regexp, ValidationError

db = SQLAlchemy()
login = LoginManager()
login.login_view = "auth.login"
login.login_message = "Please log in to see this page."
login.login_message_category = "info"
csrf = CSRFProtect()

followers = db.Table(
    "followers",
    db.Column("follower_id", db.ForeignKey("user.id"), primary_key=True),
    db.Column("followed_id", db.ForeignKey("user.id"), primary_key=True))


class User(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(64), unique=True, nullable=False)
    email = db.Column(db.String(120), unique=True, nullable=False)
    password_hash = db.Column(db.String(256))
    about_me = db.Column(db.String(140))
    posts = db.relationship("Post", backref="author", lazy="dynamic")
    followed = db.relationship(
        "User", secondary=followers, lazy="dynamic", backref=db.backref("followers", lazy="dynamic"),
        primaryjoin=followers.c.follower_id == id, secondaryjoin=followers.c.followed_id == id)

    def set_password(self, password):
        self.password_hash = generate_password_hash(password, method="pbkdf2:sha256:1000")

    def check_password(self, password):
        return check_password_hash(self.password_hash, password)

    def is_following(self, user):
        return self.followed.filter(followers.c.followed_id == user.id).count() > 0

    @property
    def initials(self):
        return self.username[:2].upper()

    def to_dict(self):
        return {"id": self.id, "username": self.username, "about_me": self.about_me, "post_count": self.posts.count(),
                "_links": {"self": url_for("api.get_user", id=self.id), "page": url_for("main.user", username=self.username, _external=True)}}


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    body = db.Column(db.String(140), nullable=False)
    timestamp = db.Column(db.DateTime, nullable=False)
    user_id = db.Column(db.ForeignKey("user.id"), nullable=False)


@login.user_loader
def load_user(id):
    return db.session.get(User, int(id))


class LoginForm(FlaskForm):
    username = StringField("Username", validators=[DataRequired()])
    password = PasswordField("Password", validators=[DataRequired()])
    remember_me = BooleanField("Remember me")
    submit = SubmitField("Sign in")


class RegistrationForm(FlaskForm):
    username = StringField("Username", validators=[DataRequired(), Regexp(r"^\w+$", message="Letters, digits and underscores.")])
    email = StringField("Email", validators=[DataRequired(), Length(max=120)])
    password = PasswordField("Password", validators=[DataRequired(), Length(min=4)])
    password2 = PasswordField("Repeat password", validators=[DataRequired(), EqualTo("password")])
    submit = SubmitField("Register")

    def validate_username(self, username):
        if User.query.filter_by(username=username.data).first():
            raise ValidationError("Please use a different username.")


class ProfileForm(FlaskForm):
    about_me = TextAreaField("About me", validators=[Length(max=140)])
    submit = SubmitField("Save")


main = Blueprint("main", __name__)
auth = Blueprint("auth", __name__, url_prefix="/auth")
api = Blueprint("api", __name__, url_prefix="/api")


@main.app_template_filter("moment")
def moment(value):
    return value.strftime("%d %b %Y %H:%M")


@main.app_template_filter()
def pluralize(n, word):
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


@main.app_context_processor
def names():
    return {"site": "Microblog", "year": 2024}


@main.before_app_request
def theme():
    g.theme = request.cookies.get("theme", "light")


def page_of(query, endpoint, **values):
    page = request.args.get("page", 1, type=int)
    posts = db.paginate(query.order_by(Post.id.desc()), page=page, per_page=current_app.config["POSTS_PER_PAGE"])
    return {"posts": posts, "endpoint": endpoint, "values": values}


@main.route("/")
@main.route("/index")
@login_required
def index():
    ids = [u.id for u in current_user.followed] + [current_user.id]
    return render_template("index.html", title="Home", can_post=True, **page_of(db.select(Post).where(Post.user_id.in_(ids)), "main.index"))


@main.post("/post")
@login_required
def post():
    body = request.form.get("body", "").strip()
    if not body or len(body) > 140:
        flash("A post has 1 to 140 letters.", "error")
    else:
        n = db.session.query(Post).count()
        at = datetime.datetime(2024, 2, 29, 12) + datetime.timedelta(minutes=7 * n)
        db.session.add(Post(body=body, timestamp=at, author=current_user))
        db.session.commit()
        flash("Your post is live: <b>look</b>!", "success")
    return redirect(url_for("main.index"))


@main.route("/explore/")
def explore():
    return render_template("index.html", title="Explore", can_post=False, **page_of(db.select(Post), "main.explore"))


@main.route("/search")
def search():
    q = request.args.get("q", "")
    found = Post.query.filter(Post.body.contains(q, autoescape=True)).order_by(Post.id).all() if q else []
    return render_template("search.html", title="Search", q=q, found=found)


@main.route("/user/<username>")
@login_required
def user(username):
    user = User.query.filter_by(username=username).first_or_404()
    return render_template("user.html", title=user.username, user=user, **page_of(db.select(Post).where(Post.user_id == user.id), "main.user", username=username))


@main.route("/post/<int:id>")
def show(id):
    return render_template("post.html", title="Post", post=db.get_or_404(Post, id))


@main.post("/post/<int:id>/delete")
@login_required
def delete(id):
    post = db.get_or_404(Post, id)
    if post.author != current_user:
        abort(403)
    db.session.delete(post)
    db.session.commit()
    flash("Deleted.", "success")
    return redirect(request.form.get("next") or url_for("main.index"), 303)


@main.route("/profile", methods=["GET", "POST"])
@login_required
def profile():
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        current_user.about_me = form.about_me.data
        db.session.commit()
        flash("Your changes have been saved.")
        return redirect(url_for(".user", username=current_user.username))
    return render_template("profile.html", title="Profile", form=form)


@main.post("/follow/<username>")
@login_required
def follow(username):
    user = User.query.filter_by(username=username).first_or_404()
    if user == current_user:
        flash("You cannot follow yourself!", "error")
    elif current_user.is_following(user):
        current_user.followed.remove(user)
        flash(f"You are not following {username}.")
    else:
        current_user.followed.append(user)
        flash(f"You are following {username}!")
    db.session.commit()
    return redirect(url_for("main.user", username=username))


@main.route("/theme/<any(light, dark):name>")
def set_theme(name):
    response = make_response(redirect(url_for("main.about")))
    response.set_cookie("theme", name, max_age=3600, httponly=True, samesite="Lax")
    return response


@main.route("/about")
def about():
    session["visits"] = session.get("visits", 0) + 1
    response = make_response(render_template("about.html", title="About"))
    response.headers["X-Theme"] = g.theme
    return response


@main.route("/old-about")
def old_about():
    return redirect(url_for("main.about", _anchor="us"), 301)


@auth.route("/login", endpoint="login", methods=["GET", "POST"])
def login_page():
    if current_user.is_authenticated:
        return redirect(url_for("main.index"))
    form = LoginForm()
    if form.validate_on_submit():
        user = User.query.filter_by(username=form.username.data).first()
        if user is None or not user.check_password(form.password.data):
            flash("Invalid username or password", "error")
            return redirect(url_for("auth.login"))
        login_user(user, remember=form.remember_me.data)
        after = request.args.get("next", "")
        return redirect(after if after.startswith("/") and not after.startswith("//") else url_for("main.index"))
    return render_template("auth/login.html", title="Sign In", form=form)


@auth.post("/logout")
def logout():
    logout_user()
    return redirect(url_for("main.explore"))


@auth.route("/register", methods=["GET", "POST"])
def register():
    form = RegistrationForm()
    if form.validate_on_submit():
        user = User(username=form.username.data, email=form.email.data)
        user.set_password(form.password.data)
        db.session.add(user)
        db.session.commit()
        flash("Congratulations, you are now a registered user!", "success")
        return redirect(url_for("auth.login"))
    return render_template("auth/register.html", title="Register", form=form)


@api.get("/users/<int:id>")
def get_user(id):
    return jsonify(db.get_or_404(User, id).to_dict())


@api.get("/posts")
def posts():
    return {"items": [{"id": p.id, "body": p.body, "author": p.author.username, "at": p.timestamp} for p in Post.query.order_by(Post.id)], "total": Post.query.count()}


@api.post("/echo")
@csrf.exempt
def echo():
    data = request.get_json()
    return jsonify(got=data, keys=sorted(data)), 201, {"X-Echo": "ä".encode("latin-1").decode("latin-1")}


@api.errorhandler(404)
def api_404(e):
    return {"error": e.name.lower(), "message": e.description}, 404


@main.app_errorhandler(404)
def not_found(e):
    if request.path.startswith("/api/"):
        return {"error": "not found"}, 404
    return render_template("errors/404.html", title="Not found", e=e), 404


@main.app_errorhandler(403)
def forbidden(e):
    return render_template("errors/403.html", title="Forbidden"), 403


@main.app_errorhandler(500)
def broken(e):
    db.session.rollback()
    return render_template("errors/500.html", title="Broken"), 500


@main.route("/crash")
def crash():
    raise RuntimeError("as planned")


def create_app(folder):
    app = Flask(__name__, instance_path=folder)
    app.config.update(
        SECRET_KEY="a key for tests alone, of 32 bytes or more", POSTS_PER_PAGE=3, SQLALCHEMY_DATABASE_URI="sqlite:///microblog.db",
        SESSION_COOKIE_SAMESITE="Lax", REMEMBER_COOKIE_SAMESITE="Lax")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    for extension in (db, login, csrf):
        extension.init_app(app)
    for blueprint in (main, auth, api):
        app.register_blueprint(blueprint)
    with app.app_context():
        db.create_all()
    return app
