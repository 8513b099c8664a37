"""Records what Flask's request, session, g and config give in templates.

    /usr/bin/python3 record.py

writes golden.json: the public attributes of Flask's classes, read from the classes
themselves, and what templates print of them for some requests. The Go test serves
the same requests with the same rules and compares.
"""
import json
import os
import sys

from flask import Blueprint, Flask, Request, Response, flash, g, render_template_string, request, session
from flask.config import Config
from flask.ctx import _AppCtxGlobals
from flask.sessions import SecureCookieSession
from werkzeug import datastructures as d
from werkzeug.routing import Rule
from werkzeug.user_agent import UserAgent

CLASSES = {
    "request": Request, "request.args": d.ImmutableMultiDict, "request.form": d.ImmutableMultiDict, "request.values": d.CombinedMultiDict,
    "request.files": d.ImmutableMultiDict, "request.cookies": d.ImmutableMultiDict, "request.headers": d.EnvironHeaders,
    "request.accept_mimetypes": d.MIMEAccept, "request.accept_languages": d.LanguageAccept, "request.accept_charsets": d.CharsetAccept,
    "request.accept_encodings": d.Accept, "request.if_match": d.ETags, "request.if_none_match": d.ETags, "request.user_agent": UserAgent,
    "request.authorization": d.Authorization, "session": SecureCookieSession, "g": _AppCtxGlobals, "config": Config,
}

app = Flask("shop")
app.config.update(SECRET_KEY="not a secret of anybody", MAX_CONTENT_LENGTH=1 << 20, BOOTSTRAP_BTN_STYLE="primary", POSTS_PER_PAGE=20, BRAND={"name": "Dewar & Co"}, LANGS=["en", "de"], LANGD={"de": "D", "en": "E"})
blog = Blueprint("blog", __name__, url_prefix="/blog")
template = ""

@app.before_request
def before():
    g.user = "ada"
    g.count = 3
    session.clear()
    session.permanent = True
    session.update({"cart": {"apples": 2}, "name": "Ada", "seen": [1, 2]})

@blog.route("/post/<int:id>", methods=["GET", "POST"])
def post(id):
    return Response(render_template_string(template), mimetype="text/plain")

@app.route("/flash")
def flashing():
    flash("Saved")
    flash("No <b>", "error")
    flash("x", "info")
    return Response(render_template_string(template), mimetype="text/plain")


@app.errorhandler(404)
def missing(e):
    return Response(render_template_string(template, e=e), mimetype="text/plain", status=404)


@app.route("/files/<path:name>", defaults={"kind": "any"})
@app.route("/form", methods=["GET", "POST", "PUT"])
def form(**_):
    return Response(render_template_string(template), mimetype="text/plain")

app.register_blueprint(blog)

REQUESTS = {
    "get": dict(method="GET", url="/blog/post/5?page=5&tag=a&tag=b&q=h%C3%A9&empty=&plus=a+b", headers={
        "Accept": "text/html,application/xhtml+xml;q=0.9,application/json;q=0.8,*/*;q=0.1", "Accept-Language": "de-AT,de;q=0.8,en-US;q=0.5",
        "Accept-Charset": "utf-8,iso-8859-1;q=0.5", "Accept-Encoding": "gzip, br;q=0.9", "User-Agent": "Mozilla/5.0 (X11; é)",
        "Cookie": 'theme=dark; a={"x":1}; quoted="\\054x"; theme=light; empty=', "Referer": "http://localhost/before?x=1", "X-Two": "1",
        "If-None-Match": 'W/"weak", "strong", "other"', "If-Modified-Since": "Fri, 02 Jan 2026 03:04:05 GMT", "Max-Forwards": "7",
        "Authorization": "Basic YWRhOnNlY3JldA==", "Origin": "http://localhost"}),
    "siblings": dict(method="GET", url="/blog/post/7?page=5&tag=a&tag=b&q=x", headers={"Accept-Language": "de", "User-Agent": "Mozilla"}),
    "bare": dict(method="GET", url="/form", headers={}),
    "flash": dict(method="GET", url="/flash", headers={}),
    "missing": dict(method="GET", url="/no/such?a=1", headers={}),
    "url": dict(method="GET", url="/form?x=1", headers={}),
    "iri": dict(method="GET", url="/files/h%C3%A9%20llo/a%2Bb@c:d;e?x=%C3%A9%26%FF%20%2f&y=[1]|2", headers={}),
    "form": dict(method="POST", url="/form?page=2&title=query", headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
                 body="title=Hi&tag=1&tag=x&tag=3&b%5B%5D=y&blank="),
    "upload": dict(method="POST", url="/form", headers={"Content-Type": "multipart/form-data; boundary=b"},
                   body='--b\r\nContent-Disposition: form-data; name="doc"; filename="a \'b.txt"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n'
                        '--b\r\nContent-Disposition: form-data; name="none"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n'
                        '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nUp\r\n--b--\r\n'),
    "json": dict(method="PUT", url="/form", headers={"Content-Type": "application/json"}, body='{"z": 1, "a": [1.5, null, true], "n": 12345678901234567890}'),
}

MULTI = """{{ X }}
{{ X|length }} {{ 'page' in X }} {{ 'no' in X }} {{ X is mapping }} {{ X is iterable }} {{ X is sequence }} {{ 1 if X else 0 }}
{% for k in X %}{{ k }};{% endfor %}
{% for k in X.keys() %}{{ k }};{% endfor %}
{% for k, v in X.items() %}{{ k }}={{ v }};{% endfor %}
{% for k, v in X.items(multi=True) %}{{ k }}={{ v }};{% endfor %}
{% for k, v in X.items(True) %}{{ k }}={{ v }};{% endfor %}
{% for k, v in X|items %}{{ k }}={{ v }};{% endfor %}
{% for k, v in X.lists() %}{{ k }}={{ v }};{% endfor %}
{{ X.listvalues()|list }} {{ X.values()|list }}
{{ X.to_dict() }} {{ X.to_dict(flat=False) }} {{ X.to_dict(False) }}
{{ X|tojson }} {{ dict(X) }} {{ dict(X, more=1) }} {{ X|list }} {{ X|dictsort }} {{ X|urlencode }} {{ X|first }}
{{ X == {} }} {{ X == X.to_dict(flat=False) }} {{ X.copy() == X }} {{ X.copy() }} {{ X.deepcopy() == X }}
{{ X.get('page') }} {{ X.get('no') }} {{ X.get('no', 'd') }} {{ X.get('page', default='d') }} {{ X.getlist('no') }} {{ X.getlist('tag') }}
{{ X['page'] }} {{ X.page }} {{ X['no'] is defined }} {{ X.no is defined }} {{ X.page|default('d') }} {{ X.no|default('d') }}
{{ X.keys()|list }} {{ X.keys()|sort }} {{ X.fromkeys is callable }}
{% set y = X.copy() %}{{ y.update({'new': [1, 2]}) }}{{ y.add('new', 3) }}{{ y.getlist('new') }}{{ y.setdefault('q2', 5) }}{{ y.pop('new') }}{{ y.setlist('l', [7, 8]) }}{{ y.poplist('l') }}{{ y.poplist('l') }}{{ y }}
{{ url_for('form', **X) }} {{ url_for('form', **X.to_dict()) }} {{ url_for('form', **X.to_dict(flat=False)) }}"""

TEMPLATES = {
    "get": [
        MULTI.replace("X", "request.args"),
        MULTI[: MULTI.index("{{ url_for")].strip().replace("X", "request.cookies"),
        "{{ url_for('blog.post', id=1, **request.args) }} {{ request.args.get('page', 1, type=f) }} {{ request.args.get('q', 7, type=f) }} {{ request.args.getlist('tag', type=f) }} {{ request.args.getlist('page', f) }}",
        "{{ request.values['page'] }} {{ request.values.get('page') }} {{ request.values.getlist('tag') }} {{ request.values }}",
        "{{ request.query_string }} {{ request.query_string.decode() }} {{ request.query_string|length }}",
        "{{ request.headers.get('x-two') }} {{ request.headers['X-TWO'] }} {{ request.headers.x }} {{ 'user-agent' in request.headers }} {{ 'no' in request.headers }} "
        "{{ request.headers|length }} {{ request.headers.keys()|sort }} {{ request.headers.keys(lower=True)|sort }} {{ request.headers|sort }} {{ request.headers.items()|sort }} "
        "{{ request.headers.values()|sort }} {{ request.headers.getlist('X-Two') }} {{ request.headers.get('X-Two', type=f) }} {{ request.headers.get_all('x-two') }} "
        "{{ request.headers.get('no', 'd') }} {{ request.headers.get('X-Two', as_bytes=True) }} {{ request.headers.to_wsgi_list()|sort == request.headers|sort }} {{ request.headers is mapping }}"
        "{% for k, v in request.headers|sort %}{{ k }}: {{ v }};{% endfor %}{% for k, v in request.headers.items(True)|sort %}{{ k }};{% endfor %}",
        "{{ request.user_agent }} {{ request.user_agent.string }} {{ request.user_agent.browser }} {{ request.user_agent.platform }} {{ request.user_agent.version }} "
        "{{ request.user_agent.language }} {{ request.user_agent.to_header() }} {{ 1 if request.user_agent else 0 }} {{ [request.user_agent] }} {{ 'Mozilla' in request.user_agent.string }}",
        "{{ request.accept_languages }} {{ [request.accept_languages] }} {{ request.accept_languages.best }} {{ request.accept_languages.best_match(['en', 'de']) }} "
        "{{ request.accept_languages.best_match(['fr'], 'x') }} {{ request.accept_languages.best_match(['en-GB', 'de_CH']) }} {{ 'de' in request.accept_languages }} {{ 'fr' in request.accept_languages }} "
        "{{ request.accept_languages.values()|list }} {{ request.accept_languages|list }} {{ request.accept_languages[0] }} {{ request.accept_languages['de'] }} {{ request.accept_languages|length }} "
        "{{ request.accept_languages.quality('en-us') }} {{ request.accept_languages.find('de') }} {{ request.accept_languages.find('x') }} {{ request.accept_languages.index('de') }} "
        "{{ request.accept_languages.to_header() }} {{ request.accept_languages.provided }} {{ request.accept_languages.count(('de', 0.8)) }} {{ request.accept_languages.copy()|length }}"
        "{% for lang, q in request.accept_languages %}{{ lang }}:{{ q }};{% endfor %}",
        "{{ request.accept_mimetypes }} {{ request.accept_mimetypes.best }} {{ request.accept_mimetypes.accept_html }} {{ request.accept_mimetypes.accept_json }} {{ request.accept_mimetypes.accept_xhtml }} "
        "{{ request.accept_mimetypes.best_match(['application/json', 'text/html']) }} {{ request.accept_mimetypes['application/json'] }} {{ 'image/png' in request.accept_mimetypes }} {{ [request.accept_mimetypes] }} "
        "{{ request.accept_mimetypes['application/json'] > request.accept_mimetypes['text/html'] }} {{ request.accept_mimetypes.quality('image/png') }}",
        "{{ request.accept_charsets }} {{ 'UTF8' in request.accept_charsets }} {{ 'latin1' in request.accept_charsets }} {{ request.accept_charsets.best }}",
        "{{ request.accept_encodings }} {{ 'gzip' in request.accept_encodings }} {{ request.accept_encodings.values()|list }} {{ request.accept_encodings.best }}",
        "{{ 'strong' in request.if_none_match }} {{ 'weak' in request.if_none_match }} {{ request.if_none_match.contains_weak('weak') }} {{ request.if_none_match.contains('strong') }} "
        "{{ request.if_none_match.contains_raw('W/\"weak\"') }} {{ request.if_none_match.is_weak('weak') }} {{ request.if_none_match.is_strong('weak') }} {{ request.if_none_match|length }} "
        "{{ request.if_none_match.as_set()|sort }} {{ request.if_none_match.as_set(include_weak=True)|sort }} {{ request.if_none_match.star_tag }} {{ 1 if request.if_none_match else 0 }} {{ request.if_none_match|sort }} {{ request.if_none_match.to_header()|length }}",
        "{{ request.authorization.type }} {{ request.authorization.username }} {{ request.authorization['username'] }} {{ request.authorization.get('username') }} {{ 1 if request.authorization else 0 }} "
        "{{ request.authorization.realm }} {{ request.authorization.uri }} {{ request.authorization.qop }} {{ 'username' in request.authorization }} {{ request.authorization.no is defined }}",
        "{{ request.if_modified_since }} {{ request.if_unmodified_since }} {{ request.date }} {{ request.max_forwards }} {{ request.origin }} {{ request.referrer }} {{ request.is_json }} {{ request.is_secure }}",
        "{{ request.method }} {{ request.url }} {{ request.base_url }} {{ request.root_url }} {{ request.url_root }} {{ request.host }} {{ request.host_url }} {{ request.path }} {{ request.full_path }} "
        "{{ request.script_root }} {{ request.root_path }} {{ request.scheme }} {{ request.remote_addr }} {{ request.access_route }} {{ request }}",
        "{{ request.endpoint }} {{ request.blueprint }} {{ request.blueprints }} {{ request.view_args }} {{ request.view_args.id }} {{ request.url_rule }} {{ request.url_rule.rule }} {{ request.url_rule.endpoint }} "
        "{{ request.url_rule.methods|sort }} {{ request.url_rule.arguments|sort }} {{ request.url_rule.defaults }} {{ request.url_rule.host }} {{ request.url_rule.subdomain }} {{ request.url_rule.build_only }} "
        "{{ request.url_rule.strict_slashes }} {{ request.url_rule.merge_slashes }} {{ request.url_rule.websocket }} {{ request.url_rule.alias }} {{ request.url_rule.is_leaf }} {{ request.url_rule.is_branch }} {{ request.url_rule.redirect_to }} {{ request.url_rule.provide_automatic_options }}",
        "{{ session }} {{ session.items() }} {{ session.keys() }} {{ session.values() }} {{ session|length }} {{ 'name' in session }} {{ 'no' in session }} {{ session.get('name') }} {{ session.get('no', 'd') }} "
        "{{ session.cart.apples }} {{ session['cart']['apples'] }} {{ session.seen[1] }} {{ session.permanent }} {{ session.new }} {{ session|tojson }} {{ session|dictsort }} {{ session is mapping }} {{ dict(session) }} "
        "{% for k in session %}{{ k }};{% endfor %}{% for k, v in session.items() %}{{ k }}={{ v }};{% endfor %}{{ session.copy() }} {{ session == dict(session) }} {{ session.fromkeys is callable }} {{ session.accessed }} {{ session.modified }}",
        "{{ session.pop('name') }} {{ session.name is defined }} {{ session.pop('name', 'gone') }} {{ session.setdefault('k', 'v') }} {{ session.setdefault('k', 'w') }} {{ session.update({'cart': 1}, z=2) }} {{ session.cart }} {{ session.z }} {{ session.k }} {{ session|length }} {{ session.clear() }} {{ session }}",
        "{{ g.user }} {{ g['count'] if g['count'] is defined else g.count }} {{ g.get('user') }} {{ g.get('no') }} {{ g.get('no', 'd') }} {{ 'user' in g }} {{ 'no' in g }} {% for k in g %}{{ k }};{% endfor %}{{ g.no is defined }} {{ g }} "
        "{{ g.setdefault('x', 5) }} {{ g.x }} {{ g.setdefault('x', 6) }} {{ g.pop('x') }} {{ g.x is defined }} {{ g.pop('x', 'd') }}",
        "{{ config.BOOTSTRAP_BTN_STYLE }} {{ config['POSTS_PER_PAGE'] }} {{ config.POSTS_PER_PAGE + 1 }} {{ config.BRAND.name }} {{ config.get('NO', 'd') }} {{ 'BRAND' in config }} {{ config.NO is defined }} {{ config.DEBUG }} {{ config.TESTING }} "
        "{{ config.SESSION_COOKIE_NAME }} {{ config.PERMANENT_SESSION_LIFETIME }} {{ config.MAX_CONTENT_LENGTH }} {{ config.APPLICATION_ROOT }} {{ config.SERVER_NAME }} {{ config is mapping }} {{ config.items() is iterable }} {{ config.get('POSTS_PER_PAGE') }} "
        "{{ 'BRAND' in config.keys() }} {{ 20 in config.values() }} {{ config.copy().BRAND.name }}",
    ],
    "siblings": [
        "{{ dict(request.view_args.items() | list + request.args.items() | list) }} {% set a = {} %}{% set _ = a.update(request.view_args) %}{% set _ = a.update(request.args) %}{{ a }}",
        "{{ request.args.items() | rejectattr(0, 'eq', 'page') | list }} {{ request.args.items()|map('join', '=')|join('&') }}",
        "{{ request.args.page|int + 1 }} {{ request.args.get('page')|int(1) }} {{ request.args.getlist('zz') or ['d'] }} {{ request.args.getlist('tag')|join(',') }}",
        "{{ request.accept_languages.best_match(config.LANGS) }} {{ request.accept_languages.best_match(config.LANGD.keys()) }} {{ request.accept_languages.best_match(config.LANGD) }} {{ config.LANGD.items()|list }}",
        "{{ request.host.split(':')[0] }} {{ request.url|replace('http://', 'https://') }} {{ request.path.rstrip('/') }} {{ request.url_root[:-1] }} {{ request.full_path[:-1] }}",
        "{{ session.get('cart', {})|length }} {{ session['cart'].items()|list }} {{ session.seen|sum }} {{ session.name is string }}{% for k in session.cart %}{{ k }}{% endfor %}",
        "{{ request.args is mapping }}{{ request.args is string }}{{ request is defined }}{{ request.args.x is undefined }}{{ request.form is mapping }}{{ session is mapping }}{{ config is mapping }}{{ request.headers is mapping }}{{ g is mapping }}",
        "{{ request.args|pprint }} {{ session|pprint }} {{ request.args|string }} {{ request.args|length }} {{ request.args|count }} {{ request.args|last }} {{ request.args|sort }} {{ request.args|reverse|list }} {{ request.args|join(',') }}",
        "{{ request.args|xmlattr }} {{ {'a': request.args}|tojson }} {{ [request.args.tag, request.args['tag']]|unique|list }} {{ request.args.items()|groupby(0)|length }}",
        "{% for key in request.args if key.startswith('t') %}{{ key }}{{ request.args.getlist(key) }}{% endfor %}{% for k, vs in request.args.lists() %}{{ k }}{{ vs|length }}{% endfor %}",
        "{{ request.args.get('q', default='x') }} {{ request.args.get(key='q') }} {{ request.args.get('zz', type=f, default=9) }} {{ request.args.getlist(key='tag') }}",
        "{{ url_for('blog.post', id=3, _external=True, **request.args.to_dict(flat=True)) }} {{ url_for('blog.post', **dict(request.args.items(), id=4)) }} {{ url_for('.post', id=1) }} {{ url_for(request.url_rule.endpoint, id=2) }}",
        "{{ request.args.get('page') ~ request.args.get('zz') }} {{ request.args['zz'] }}|{{ request.args.zz }}|{{ request.args['zz']|default('d') }} {{ request.args.zz or 'o' }}",
        "{% if request.args and 'page' in request.args and not request.args.zz %}y{% endif %}{% if request.endpoint in ['blog.post', 'w'] %}e{% endif %}{% if request.method == 'POST' or request.args.page == '5' %}p{% endif %}",
        "{{ request.headers.get('user-agent', '')|truncate(5) }} {{ request.user_agent.string[:3] }} {{ request.remote_addr or 'x' }} {{ request.headers.Host }} {{ request.headers['host'] }}",
        "{{ g.get('nobody', {'name': 'n'}).name }} {% if g.nobody %}u{% else %}n{% endif %} {{ g.nobody is defined }} {{ g.user|upper }} {{ g.nobody|default('anon') }}",
        "{% set q = request.args.copy() %}{% if q.pop('page', none) %}{% endif %}{{ q }} {{ url_for('blog.post', id=1, **q) }}",
        "{{ request.query_string|string }} {{ request.query_string.decode('utf-8') }} {{ request.query_string.decode()|urlencode }}",
        "{{ request.view_args }} {{ request.view_args.items()|list }} {{ request.view_args.get('id') }} {{ request.view_args['id'] + 1 }} {{ request.view_args|length }}",
    ],
    "bare": [
        MULTI.replace("X", "request.args").replace("{{ request.args['page'] }}", ""),
        "{{ request.args }} {{ request.form }} {{ request.files }} {{ request.values }} {{ request.cookies }} {{ request.content_type }} {{ request.content_length }} {{ request.mimetype }}| {{ request.mimetype_params }} {{ request.is_json }} "
        "{{ request.referrer }} {{ request.origin }} {{ request.date }} {{ request.max_forwards }} {{ request.if_modified_since }} {{ request.authorization }} {{ request.if_none_match }}| {{ request.if_match.star_tag }} {{ 1 if request.if_match else 0 }} "
        "{{ request.accept_languages }}| {{ request.accept_languages.best }} {{ request.accept_languages.best_match(['de', 'en']) }} {{ request.accept_languages.best_match(['de'], 'en') }} {{ 1 if request.accept_languages else 0 }} {{ request.accept_languages.provided }} "
        "{{ request.get_json(silent=True) }} {{ request.get_json(force=True, silent=True) }} {{ request.blueprint }} {{ request.blueprints }} {{ request.view_args }} {{ request.url_rule.rule }} {{ request.url_rule.is_leaf }} {{ request.full_path }} {{ request.query_string }} {{ request.url }} "
        "{{ request.content_encoding }} {{ request.content_md5 }} {{ request.access_control_request_method }} {{ request.max_content_length }} {{ 1 if request.user_agent.string is string else 0 }}",
    ],
    "flash": [
        "{{ get_flashed_messages() }} {{ get_flashed_messages() }} {{ get_flashed_messages(with_categories=true) }} {{ get_flashed_messages(True) }} {{ get_flashed_messages(category_filter=['error']) }} {{ get_flashed_messages(category_filter=['message', 'info']) }} "
        "{{ get_flashed_messages(true, ['error', 'no']) }} {{ get_flashed_messages(category_filter=('info',)) }} {{ get_flashed_messages(with_categories=true, category_filter=['info']) }} {{ get_flashed_messages(category_filter=['no']) }} {{ get_flashed_messages(false) }} {{ get_flashed_messages(category_filter=[]) }}",
        "{% with messages = get_flashed_messages(with_categories=true) %}{% if messages %}{% for category, message in messages %}{{ category }}:{{ message }};{% endfor %}{% endif %}{% endwith %}{{ session|length }}",
        "{% for m in get_flashed_messages() %}{{ loop.index }}{{ m }}{{ m is string }}{% else %}none{% endfor %}{{ '_flashes' in session }}",
    ],
    "missing": [
        "{{ request.endpoint }} {{ request.url_rule }} {{ request.view_args }} {{ request.blueprint }} {{ request.blueprints }} {{ request.path }} {{ request.url }} {{ request.args.a }} {{ e.code }} {{ e.name }} {{ session|length }} {{ g.user }} {{ url_for('form') }}",
    ],
    "url": [
        "{{ url_for('form', b=1, a=2) }} {{ url_for('form', z=[3, 1, 2], a=none, y=true, x=1.0, w=0.5) }} {{ url_for('form', a=[], b=(1, 'x'), c='', d=[none, 1]) }} {{ url_for('form', q='a b&c=d+é#%') }}",
        "{{ url_for('form', _anchor='top') }} {{ url_for('form', a=1, _anchor='a/b:c') }} {{ url_for('form', _external=True) }} {{ url_for('form', _external=False) }} {{ url_for('form', _scheme='https') }} {{ url_for('form', _external=True, _scheme='https', b=1) }} {{ url_for('form', _method='POST') }} {{ url_for('form', _anchor=none, _scheme=none, _external=none, _method=none) }} {{ url_for('form', _anchor=5) }}",
        "{{ url_for('blog.post', id=1) }} {{ url_for('blog.post', id='2', _='x') }} {{ url_for('form', name='a/b c') }} {{ url_for('form', name='x', kind='any') }} {{ url_for('form', kind='any', name='x', more='y') }} {{ url_for('form', _foo=1) }} {{ url_for('static', filename='a b.css', v=3) }}",
    ],
    "iri": [
        "{{ request.url }} {{ request.base_url }} {{ request.path }} {{ request.full_path }} {{ request.query_string }} {{ request.view_args }} {{ request.url_rule.defaults }} {{ request.url_rule.arguments|sort }} {{ request }}",
    ],
    "form": [
        MULTI.replace("X", "request.form"),
        "{{ request.values }} {{ request.values['title'] }} {{ request.values.getlist('title') }} {{ request.values.getlist('tag', type=f) }} {{ request.values|length }} {{ request.values.keys()|sort }} {{ request.values.items()|sort }} {{ request.values.items(multi=True)|list }} "
        "{{ request.values.to_dict()|dictsort }} {{ request.values.to_dict(flat=False)|dictsort }} {{ 'page' in request.values }} {{ 'tag' in request.values }} {{ request.values.get('page', type=f) }} {{ request.values.lists()|list }} {{ request.values.values()|list }} {{ request.values.listvalues()|list }} {{ request.values.copy() is mapping }}",
        "{{ request.content_type }} {{ request.mimetype }} {{ request.mimetype_params }} {{ request.mimetype_params.charset }} {{ request.content_length }} {{ request.method }} {{ request.files }} {{ request.files|length }}",
    ],
    "upload": [
        "{{ request.files }} {{ request.files.doc }} {{ request.files['doc'].filename }} {{ request.files.doc.name }} {{ request.files.doc.content_type }} {{ request.files.doc.mimetype }} {{ request.files.doc.mimetype_params }} {{ request.files.doc.content_length }} "
        "{{ 'doc' in request.files }} {{ request.files|length }} {{ request.files.getlist('doc')|length }} {{ 1 if request.files.doc else 0 }} {{ 1 if request.files.none else 0 }} {{ request.form }} {{ request.form.title }} {{ request.values }} {{ request.files.keys()|list }} {% for k, v in request.files.items() %}{{ k }}={{ v.filename }};{% endfor %}",
    ],
    "json": [
        "{{ request.json }} {{ request.json.a[0] }} {{ request.get_json() }} {{ request.get_json(silent=True).z }} {{ request.is_json }} {{ request.json.n }} {{ request.values }} {{ request.form }}",
    ],
}

def public(c):
    return sorted(n for n in dir(c) if not n.startswith("_"))

def ask(name, text):
    global template
    template = text
    r = REQUESTS[name]
    with app.test_client(use_cookies=False) as client:
        rv = client.open(r["url"], method=r["method"], headers=[("Host", "localhost")] + [(k, v.encode().decode("latin1")) for k, v in r["headers"].items()], data=r.get("body"),
                         environ_overrides={} if "User-Agent" in r["headers"] else {"HTTP_USER_AGENT": ""})
    assert rv.status_code in (200, 404), (name, text, rv.data)
    return rv.get_data(as_text=True)

def f(text):
    return int(text)

app.jinja_env.globals["f"] = f
app.jinja_env.autoescape = False
app.config["PROPAGATE_EXCEPTIONS"] = True

golden = {
    "requests": REQUESTS,
    "classes": {k: public(v) for k, v in CLASSES.items()},
    "rule": sorted(vars(list(app.url_map.iter_rules())[0])),
    "cases": [],
}
for name, texts in TEMPLATES.items():
    for text in texts:

        for line in text.split("\n"):
            golden["cases"].append({"request": name, "template": line, "answer": ask(name, line)})
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
with open(path, "w") as out:
    json.dump(golden, out, indent=1, ensure_ascii=False)
    out.write("\n")
