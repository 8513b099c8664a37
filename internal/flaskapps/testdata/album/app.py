"""An album of photos: people upload, tag, like and comment. SQL by hand."""
import functools
import os
import sqlite3

from flask import (Flask, Response, abort, current_app, flash, g, jsonify,
                   redirect, render_template, render_template_string, request,
                   send_from_directory, session, stream_with_context,
                   url_for)
from flask_wtf.csrf import CSRFError, CSRFProtect
from markupsafe import Markup, escape
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.utils import secure_filename

SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, password TEXT NOT NULL, admin INTEGER NOT NULL DEFAULT 0);
CREATE TABLE photo (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES person, title TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, likes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tag (photo INTEGER NOT NULL REFERENCES photo, name TEXT NOT NULL, PRIMARY KEY (photo, name));
CREATE TABLE comment (id INTEGER PRIMARY KEY, photo INTEGER NOT NULL REFERENCES photo, author TEXT NOT NULL, body TEXT NOT NULL);
"""
PER_PAGE = 4
csrf = CSRFProtect()


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(os.path.join(current_app.instance_path, "album.sqlite"))
        g.db.row_factory = sqlite3.Row
    return g.db


def close_db(error=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def rows(sql, *args):
    return [dict(row) for row in get_db().execute(sql, args)]


def row_or_404(sql, *args):
    found = rows(sql, *args)
    if not found:
        abort(404, f"Nothing with the number {args[0]}.")
    return found[0]


def login_required(view):
    @functools.wraps(view)
    def wrapped(**values):
        if g.person is None:
            session["after"] = request.full_path.rstrip("?")
            flash("Sign in first.", "warning")
            return redirect(url_for("signin"))
        return view(**values)
    return wrapped


def nl2br(text):
    return Markup("<br>\n").join(escape(line) for line in text.splitlines())


class Pages:
    def __init__(self, page, total):
        self.page, self.total = page, total
        self.pages = max(1, -(-total // PER_PAGE))

    @property
    def has_prev(self):
        return self.page > 1

    @property
    def has_next(self):
        return self.page < self.pages

    def numbers(self):
        return list(range(1, self.pages + 1))


def create_app(folder):
    app = Flask(__name__, instance_path=folder)
    app.config.update(SECRET_KEY="a key for tests alone, of 32 bytes or more", MAX_CONTENT_LENGTH=200_000, SITE_NAME="Album & Co", SESSION_COOKIE_SAMESITE="Lax")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.add_extension("jinja2.ext.loopcontrols")
    app.jinja_env.trim_blocks = False
    csrf.init_app(app)
    app.teardown_appcontext(close_db)
    app.add_template_filter(nl2br)
    app.add_template_global(lambda n, one, many: one if n == 1 else many, "plural")
    app.add_template_test(lambda photo: photo["likes"] >= 2, "popular")
    uploads = os.path.join(folder, "uploads")
    os.makedirs(uploads, exist_ok=True)
    with sqlite3.connect(os.path.join(folder, "album.sqlite")) as db:
        db.executescript(SCHEMA)
    db.close()

    @app.before_request
    def load_person():
        id = session.get("person")
        found = rows("SELECT id, name, admin FROM person WHERE id = ?", id) if id is not None else []
        g.person = found[0] if found else None

    @app.context_processor
    def cart():
        return {"chosen": session.get("chosen", []), "all_tags": lambda: [r["name"] for r in rows("SELECT DISTINCT name FROM tag ORDER BY name")]}

    @app.after_request
    def version(response):
        response.headers["X-Album"] = "1"
        return response

    @app.route("/", defaults={"page": 1})
    @app.route("/page/<int:page>")
    def index(page):
        total = rows("SELECT count(*) AS n FROM photo")[0]["n"]
        pages = Pages(page, total)
        if page > pages.pages:
            abort(404)
        photos = rows("SELECT photo.*, person.name AS who FROM photo JOIN person ON person.id = owner ORDER BY photo.id DESC LIMIT ? OFFSET ?", PER_PAGE, (page - 1) * PER_PAGE)
        return render_template("index.html", photos=photos, pages=pages)

    @app.route("/signup", methods=["GET", "POST"])
    def signup():
        error = None
        if request.method == "POST":
            name, password = request.form["name"].strip(), request.form["password"]
            if not name or not password:
                error = "Name and password are required."
            elif rows("SELECT 1 FROM person WHERE name = ?", name):
                error = f"“{name}” is taken."
            else:
                with get_db() as db:
                    db.execute("INSERT INTO person (name, password, admin) VALUES (?, ?, (SELECT count(*) = 0 FROM person))", (name, generate_password_hash(password, method="pbkdf2:sha256:1000")))
                flash("Welcome! Now sign in.")
                return redirect(url_for("signin"))
        return render_template("account.html", title="Sign up", error=error)

    @app.route("/signin", methods=["GET", "POST"])
    def signin():
        error = None
        if request.method == "POST":
            found = rows("SELECT * FROM person WHERE name = ?", request.form["name"])
            if not found or not check_password_hash(found[0]["password"], request.form["password"]):
                error = "Wrong name or password."
            else:
                after = session.get("after")
                session.clear()
                session["person"] = found[0]["id"]
                session.permanent = bool(request.form.get("stay"))
                return redirect(after or url_for("index"))
        return render_template("account.html", title="Sign in", error=error)

    @app.post("/signout")
    def signout():
        session.pop("person", None)
        flash("Bye.")
        return redirect(url_for("index"), 303)

    @app.route("/upload", methods=["GET", "POST"])
    @login_required
    def upload():
        if request.method == "POST":
            files = [f for f in request.files.getlist("photo") if f.filename]
            for f in files:
                name = secure_filename(f.filename)
                if not name.lower().endswith((".svg", ".png", ".txt")):
                    flash(f"{f.filename}: not a photo", "error")
                    continue
                data = f.read()
                with get_db() as db:
                    id = db.execute("INSERT INTO photo (owner, title, file, size) VALUES (?, ?, ?, ?)", (g.person["id"], request.form.get("title") or name, name, len(data))).lastrowid
                    for tag in sorted(set(request.form.get("tags", "").lower().split())):
                        db.execute("INSERT INTO tag VALUES (?, ?)", (id, tag))
                path = os.path.join(uploads, f"{id}-{name}")
                with open(path, "wb") as out:
                    out.write(data)
                os.utime(path, (1709200000 + id, 1709200000 + id))
                flash(Markup("Uploaded <i>%s</i>.") % name)
            if not files:
                flash("Choose a file.", "error")
                return render_template("upload.html"), 400
            return redirect(url_for("index"))
        return render_template("upload.html")

    @app.route("/photo/<int:id>/")
    def photo(id):
        photo = row_or_404("SELECT photo.*, person.name AS who FROM photo JOIN person ON person.id = owner WHERE photo.id = ?", id)
        comments = rows("SELECT * FROM comment WHERE photo = ? ORDER BY id", id)
        tags = [r["name"] for r in rows("SELECT name FROM tag WHERE photo = ? ORDER BY name", id)]
        near = {key: (rows(f"SELECT id FROM photo WHERE id {op} ? ORDER BY id {way} LIMIT 1", id) or [{"id": None}])[0]["id"] for key, op, way in [("prev", "<", "DESC"), ("next", ">", "ASC")]}
        return render_template("photo.html", photo=photo, comments=comments, tags=tags, **near)

    @app.route("/photo/<int:id>/file/<path:name>")
    def file(id, name):
        return send_from_directory(uploads, f"{id}-{name}", mimetype="image/svg+xml" if name.endswith(".svg") else None)

    @app.route("/photo/<int:id>/download")
    def download(id):
        photo = row_or_404("SELECT * FROM photo WHERE id = ?", id)
        return send_from_directory(uploads, f"{id}-{photo['file']}", as_attachment=True, download_name=photo["title"] + ".txt")

    @app.post("/photo/<int:id>/comment")
    def comment(id):
        row_or_404("SELECT id FROM photo WHERE id = ?", id)
        body = request.form.get("body", "")
        if body.strip():
            with get_db() as db:
                db.execute("INSERT INTO comment (photo, author, body) VALUES (?, ?, ?)", (id, g.person["name"] if g.person else request.form.get("author", "anonymous"), body))
        else:
            flash("Say something.", "error")
        return redirect(url_for("photo", id=id, _anchor="comments"))

    @app.post("/photo/<int:id>/like")
    def like(id):
        with get_db() as db:
            db.execute("UPDATE photo SET likes = likes + 1 WHERE id = ?", (id,))
        return jsonify(id=id, likes=row_or_404("SELECT * FROM photo WHERE id = ?", id)["likes"])

    @app.post("/photo/<int:id>/delete")
    @login_required
    def delete(id):
        photo = row_or_404("SELECT * FROM photo WHERE id = ?", id)
        if photo["owner"] != g.person["id"] and not g.person["admin"]:
            abort(403)
        with get_db() as db:
            for table in ("comment", "tag"):
                db.execute(f"DELETE FROM {table} WHERE photo = ?", (id,))
            db.execute("DELETE FROM photo WHERE id = ?", (id,))
        os.remove(os.path.join(uploads, f"{id}-{photo['file']}"))
        flash("Gone.")
        return redirect(url_for("index"))

    @app.route("/tag/<name>")
    def tag(name):
        photos = rows("SELECT photo.*, person.name AS who FROM photo JOIN person ON person.id = owner JOIN tag ON tag.photo = photo.id WHERE tag.name = ? ORDER BY photo.id", name)
        return render_template("tag.html", name=name, photos=photos)

    @app.post("/choose/<int:id>")
    def choose(id):
        chosen = session.get("chosen", [])
        session["chosen"] = [c for c in chosen if c != id] if id in chosen else chosen + [id]
        return redirect(request.referrer or url_for("index"))

    @app.route("/chosen.csv")
    def chosen_csv():
        def lines():
            yield "id,title\r\n"
            for id in session.get("chosen", []):
                for r in rows("SELECT id, title FROM photo WHERE id = ?", id):
                    yield f"{r['id']},\"{r['title']}\"\r\n"
        return Response(stream_with_context(lines()), mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=chosen.csv"})

    @app.route("/stats")
    def stats():
        people = rows("SELECT person.name, count(photo.id) AS n, coalesce(sum(size), 0) AS bytes FROM person LEFT JOIN photo ON owner = person.id GROUP BY person.id ORDER BY person.name")
        photos = rows("SELECT photo.*, person.name AS who FROM photo JOIN person ON person.id = owner ORDER BY photo.id")
        response = app.make_response(render_template("stats.html", people=people, photos=photos))
        response.add_etag()
        return response.make_conditional(request)

    @app.route("/api/photos")
    def api():
        return jsonify([{"id": p["id"], "title": p["title"], "url": url_for("photo", id=p["id"], _external=True)} for p in rows("SELECT * FROM photo ORDER BY id")])

    @app.route("/hello")
    def hello():
        return render_template_string("Hello, {{ name|default('you', true) }}!", name=request.args.get("name"))

    @app.errorhandler(CSRFError)
    def bad_token(e):
        return render_template("error.html", e=e), 400

    @app.errorhandler(403)
    @app.errorhandler(404)
    @app.errorhandler(405)
    @app.errorhandler(413)
    def error(e):
        return render_template("error.html", e=e), e.code

    return app
