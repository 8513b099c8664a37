"""Writes apps.json: pages in the style of well-known Flask applications with
mocks for what the applications give them, as Jinja2 renders them.

Run with a Python that has Jinja2 3.1.6: python3 apps.py
"""
import json, os

from reference import answer

M = lambda name: {"$mock": name}
LAYOUT = """<!doctype html>
{%- from "_macros.html" import nav_link, csrf -%}
<html lang="{{ g.lang|default('en', true) }}"{% if g.rtl %} dir="rtl"{% endif %}>
<head>
  <meta charset="utf-8">
  <title>{% block title %}{{ config.SITE_NAME }}{% endblock %}</title>
  {%- block head %}
  <link rel="stylesheet" href="{{ url_for('static', filename='css/site.css', v=config['VERSION']) }}">
  {%- endblock %}
  {% if description is defined %}<meta name="description" content="{{ description|striptags|truncate(160) }}">{% endif %}
</head>
<body class="{{ request.endpoint|replace('.', '-') }}{{ ' debug' if config.DEBUG }}">
  <nav>
    {% for id, label, icon in [('index', _('Home'), 'home'), ('blog.list', 'Blog', none), ('about', _('About %(name)s', name=config.SITE_NAME), 'info')] -%}
      {{ nav_link(id, label, icon=icon, active=request.endpoint == id) }}
    {% endfor %}
    {% if current_user.is_authenticated %}
      <span>{{ current_user.name }} ({{ current_user.email|lower }})</span>
      {%- if current_user.has_role('admin') and not current_user.locked %} <a href="{{ url_for('admin.index') }}">{{ _('Admin') }}</a>{% endif %}
    {% else %}
      <a href="{{ url_for('auth.login', next=request.path) }}">{% trans %}Log in{% endtrans %}</a>
    {% endif %}
  </nav>
  {% with messages = get_flashed_messages(with_categories=true) %}
    {% if messages %}<ul class="flashes">{% for category, message in messages %}<li class="{{ category or 'info' }}">{{ message }}</li>{% endfor %}</ul>{% endif %}
  {% endwith %}
  <main>{% block content required %}{% endblock %}</main>
  {% block footer %}<footer>&copy; {{ now.strftime('%Y') }} {{ config.get('OWNER', 'us') }}</footer>{% endblock %}
  {% block scripts %}{% endblock %}
</body>
</html>
"""
MACROS = """{# Shared pieces. #}
{% macro nav_link(endpoint, label, icon=none, active=false) -%}
<a href="{{ url_for(endpoint) }}"{% if active %} class="active"{% endif %}{{ kwargs|xmlattr }}>
  {%- if icon %}<i class="icon-{{ icon }}"></i> {% endif %}{{ label }}</a>
{%- endmacro %}
{% macro csrf() %}<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">{% endmacro %}
{% macro field(f, label_visible=true) %}
<div class="form-group{% if f.errors %} has-error{% endif %} {{ kwargs.pop('class_', '') }}">
  {% if (f.type != 'HiddenField' or f.type != 'CSRFTokenField') and label_visible %}{{ f.label(class_='control-label') }}{% endif %}
  {{ f(class_='form-control', **kwargs) }}
  {% if f.errors %}
    {% for e in f.errors %}<p class="help-block">{{ e }}</p>{% endfor %}
  {% endif %}
</div>
{% endmacro %}
{% macro pages(p, endpoint) %}
{% set args = dict(request.view_args) if request.view_args is mapping else {} %}
<ul class="pagination">
  <li{% if not p.has_prev %} class="disabled"{% endif %}><a href="{{ url_for(endpoint, page=p.prev_num, **args) if p.has_prev else '#' }}">&laquo;</a></li>
  {%- for n in p.iter_pages(left_edge=1, right_edge=2) %}
    {%- if n %}{% if n != p.page %}<li><a href="{{ url_for(endpoint, page=n, **args) }}">{{ n }}</a></li>{% else %}<li class="active">{{ n }}</li>{% endif %}
    {%- else %}<li class="dots">…</li>{% endif %}
  {%- endfor %}
</ul>
{% endmacro %}
{% macro panel(title, kind='default') %}<div class="panel panel-{{ kind }}"><h3>{{ title }}</h3>{{ caller(kind, loop is defined) }}</div>{% endmacro %}
{% macro tree(nodes, depth=0) %}{% if nodes and depth < 3 %}<ul>{% for n in nodes %}<li data-depth="{{ depth }}">{{ n.name }}{{ tree(n.children, depth + 1) }}</li>{% endfor %}</ul>{% endif %}{% endmacro %}
"""
LOADER = {"layout.html": LAYOUT, "_macros.html": MACROS, "_comment.html": "{% if comment is defined %}<article id=\"c{{ comment.id }}\">{{ comment.html|safe }}<time>{{ comment.created.isoformat() }}</time>{{ loop.index if loop is defined }}</article>{% else %}-{% endif %}\n",
          "admin/base.html": "{% extends 'layout.html' %}{% block content %}<aside>{% block sidebar scoped %}menu{% endblock %}</aside>{% block page %}{% endblock %}{% endblock %}"}
PAGES = {
    "blog list": """{% extends "layout.html" %}
{% from "_macros.html" import pages %}
{% block title %}{{ _('Posts') }} - {{ super() }}{% endblock %}
{% block content %}
{% for post in pagination.items if post.published %}
<article class="{{ loop.cycle('odd', 'even') }}{% if loop.first %} first{% endif %}{% if loop.last %} last{% endif %}">
  <h2><a href="{{ url_for('.show', slug=post.slug, _anchor='top') }}">{{ post.title|title }}</a></h2>
  <p>{{ post.body|striptags|truncate(40, killwords=true) }}</p>
  {% for tag in post.tags|sort(attribute='name') %}<a rel="tag">{{ tag.name }}</a>{{ ', ' if not loop.last }}{% else %}untagged{% endfor %}
  <small>{{ loop.index }}/{{ loop.length }} {% trans count=post.comments|length %}{{ count }} comment{% pluralize %}{{ count }} comments{% endtrans %}</small>
</article>
{% else %}
<p>{{ _('Nothing here yet.') }}</p>
{% endfor %}
{{ pages(pagination, '.list') }}
{% endblock %}
""",
    "post with comments": """{% extends "layout.html" %}{% import "_macros.html" as ui with context %}
{% block head %}{{ super() }}
  <script type="application/ld+json">{{ {'@type': 'Article', 'name': post.title, 'tags': ['a', 'b'], 'n': 3}|tojson }}</script>{% endblock %}
{% block content %}
<h1>{{ post.title }}</h1>{{ post.html|safe }}
{% for comment in post.comments %}{% include "_comment.html" %}{% endfor %}
{% include ["_comment_" ~ post.kind ~ ".html", "_comment.html"] ignore missing %}
{% call(kind, inner) ui.panel(_('Reply'), kind='primary') %}
  <form method="post">{{ ui.csrf() }}{{ form.hidden_tag() }}{% for f in [form.body, form.email] %}{{ ui.field(f, rows=4, class_='wide') }}{% endfor %}</form>{{ kind }}{{ inner }}
{% endcall %}
{% endblock %}
{% block scripts %}<script>var post = {{ post|tojson }}, user = {{ (current_user.id if current_user else none)|tojson }};</script>{% endblock %}
""",
    "admin table": """{% extends "admin/base.html" %}
{% set columns = [('id', '#'), ('name', _('Name')), ('size', _('Size'))] %}
{% block sidebar %}{{ super() }}{% for g in groups|groupby('kind') %}<b>{{ g.grouper }}</b>{{ g.list|map(attribute='name')|join(', ') }}{% endfor %}{% endblock %}
{% block page %}
<table>
  <tr>{% for key, title in columns %}<th>{% if sort == key %}<b>{% endif %}<a href="?{{ {'sort': key, 'desc': 1 if sort == key else 0}|urlencode }}">{{ title }}</a>{% if sort == key %}</b>{% endif %}</th>{% endfor %}</tr>
  {%- for row in rows|batch(2, none) %}
  <tr>{% for r in row %}<td>{% if r is none %}&nbsp;{% else %}{{ r.name }}: {{ r.size|filesizeformat }} {{ '%.1f%%'|format(r.share * 100) }}{% endif %}</td>{% endfor %}</tr>
  {%- endfor %}
</table>
{{ rows|sum(attribute='size') }} {{ rows|map(attribute='share')|sum|round(2) }} {{ rows|selectattr('active')|list|length }} {{ (rows|rejectattr('active')|first).name }}
{{ rows|map(attribute='name')|unique|sort|join('/') }} {{ rows|max(attribute='size') }}
{% endblock %}
""",
    "login form": """{% extends 'layout.html' %}{% from '_macros.html' import field, csrf %}
{% block content %}
<form action="{{ url_for('auth.login', **({'next': next} if next else {})) }}" method="post" {%- if multipart %} enctype="multipart/form-data"{% endif %}>
  {{ csrf() }}
  {{ field(form.username, autofocus=true, placeholder=_('User name')) }}
  {{ field(form.password, label_visible=false) }}
  {% if config.RECAPTCHA and not current_user.is_authenticated -%}
    {{ field(form.recaptcha) }}
  {%- endif %}
  <button{{ {'class': 'btn', 'disabled': none, 'data-id': 7, 'title': missing}|xmlattr }}>{{ _('Log in') }}</button>
</form>
{% endblock %}""",
    "nested categories": """{% extends 'layout.html' %}{% from '_macros.html' import tree %}
{% block content %}{{ tree(categories) }}
{% for c in menu recursive %}<li>{{ loop.depth }}:{{ c.label }}{% if c.sub %}<ul>{{ loop(c.sub) }}</ul>{% endif %}</li>{% endfor %}
{% set ns = namespace(total=0, names=[]) %}
{% for c in menu %}{% set ns.total = ns.total + c.sub|default([])|length %}{% if c.label not in ns.names %}{% set ns.names = ns.names + [c.label] %}{% endif %}{% endfor %}
{{ ns.total }} {{ ns.names|join(' > ') }}{% endblock %}""",
    "configuration file": """# {{ 'managed'|upper }} - do not edit
{% for name, vhost in vhosts|dictsort %}
server {
    listen {{ vhost.port|default(80)|int }}{{ ' ssl http2' if vhost.ssl else '' }};
    server_name {{ ([name] + vhost.aliases|default([]))|join(' ') }};
    {%- if vhost.ssl %}

    ssl_certificate {{ vhost.ssl.cert }};
    {%- endif %}
{%+ for path, target in vhost.get('locations', {}).items() %}
    location {{ path }} {
        {{ ('proxy_pass ' ~ target ~ ';')|indent(8) }}
        {% if loop.changed(target) %}# changed{% endif +%}
    }
{% endfor %}
}
{% endfor %}
{{ '%s-%03d' % ('build', 7) }} {{ '{0:>8}|{1:<5}|{n:,}'.format('r', 'l', n=1234567) }} {{ "a=%(a)s"|format(a=1) }}
{%- raw %} {{ kept }} {% kept %}{% endraw %}
""",
    "statement": """{% if conn.version >= '90400' or data.force %}
{% set columns = [] %}
{% for c in data.columns if c.name %}{% do columns.append(conn|d('c') ~ '.' ~ c.name) %}{% endfor %}
SELECT{% if columns %} {{ columns|join(', ') }}{% else %} *{% endif %}

FROM {{ data.schema }}.{{ data.table }}
{%- if data.where %} WHERE {% for w in data.where %}{{ w.column }}{% if w.op == 'in' %} IN ({% for v in w.list %}{{ v|tojson }}{% if not loop.last %}, {% endif %}{% endfor %}){% else %} = {{ w.value }}{% endif %}{{ ' AND ' if not loop.last }}{% endfor %}{% endif %};
{% endif %}
""",
    "mail": """{% trans trimmed name=user.name, url=url_for('confirm', token=token, _external=true) %}
  Hello {{ name }},
  please open {{ url }}.
{% endtrans %}

{% autoescape false %}{{ body|wordwrap(30) }}{% endautoescape %}
{% filter indent(4, true) %}{{ quote|default('> none') }}
second{% endfilter %}
{{ ngettext('%(num)s file', '%(num)s files', files|length) }}{% for f in files %}
* {{ "%-20s"|format(f.name) }} {{ f.size|filesizeformat(true) }}{% endfor %}
-- 
{{ sender.name if sender else 'nobody' }}""",
    "dashboard": """{% extends 'layout.html' %}
{% block content %}
{% set stats = {'users': 10, 'posts': 0, 'ratio': 2 / 3} %}
{% for k, v in stats.items() %}<div class="stat {% if v is number and v > 5 %}big{% elif not v %}none{% else %}small{% endif %}">{{ k|capitalize }}: {{ v|round(1) if v is float else v }}</div>{% endfor %}
{% for day in range(1, 8) %}{{ '%02d' % day }}{% if day is divisibleby 7 %}|{% elif loop.nextitem is defined %},{% endif %}{% endfor %}
{% for user in users[:5] %}{{ loop.revindex }} {{ user['name']|e }} {{ user.get_avatar(32) }} {{ user.roles|join('; ', attribute='name') }}{% endfor %}
<select>{% for value, label in choices %}<option value="{{ value }}"{% if value|string == selected|string %} selected{% endif %}>{{ label }}</option>{% endfor %}</select>
{{ text|urlize(20, nofollow=true) }} {{ text|wordcount }} {{ text|replace('\\n', '<br>'|safe) }}
<textarea>{{ text|forceescape }}</textarea>{{ joiner_test }}
{% set comma = joiner(', ') %}{% for u in users %}{{ comma() }}{{ u }}{% endfor %}
{% endblock %}""",
    "feed": """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>{{ config.SITE_NAME|e }}</title><updated>{{ updated.strftime('%Y-%m-%dT%H:%M:%SZ') }}</updated>
  {%- for entry in entries %}
  <entry{{ {'xml:lang': entry.lang}|xmlattr }}><id>{{ entry.url|urlencode }}</id><content type="html"><![CDATA[{{ entry.html|safe }}]]></content></entry>
  {%- endfor %}
</feed>
""",
    "error page": """{% extends 'layout.html' %}{% block title %}{{ error.code }} {{ error.name }}{% endblock %}
{% block content %}<h1>{{ error.code }}</h1><p>{{ error.description or _('Something went wrong.') }}</p>{% if config.DEBUG %}<pre>{{ {'path': '/x', 'args': [1, 2], 'form': {}}|pprint }}</pre>{% endif %}{{ self.title() }}{% endblock %}""",
    "child without its block": "{% extends 'layout.html' %}{% block title %}x{% endblock %}",
    "settings": """{% extends 'admin/base.html' %}{% block page %}
{% macro row(key, value) %}<tr><th>{{ key }}</th><td>{% if value is mapping %}<table>{% for k, v in value|dictsort %}{{ row(k, v) }}{% endfor %}</table>{% elif value is sequence and value is not string %}{{ value|join(', ') }}{% elif value is none %}<i>none</i>{% elif value is boolean %}{{ 'yes' if value else 'no' }}{% else %}{{ value }}{% endif %}</td></tr>{% endmacro %}
<table>{{ row('all', settings) }}</table>{% endblock %}""",
    "profile": """{% extends 'layout.html' %}
{% set title = user.name ~ ' (' ~ user.id ~ ')' %}
{% block title %}{{ title }}{% endblock %}
{% block content %}{% set title = 'inner' %}{{ title }}
{% if user.posts|length > 1 and user.posts[0].title[:3] == 'pos' or not (user.active and user.score is not none) %}A{% elif user in friends %}B{% else %}C{% endif %}
{% set bio %}<p>{{ user.bio }}</p>{% endset %}{{ bio }}{{ bio|length > 3 }}
{{ user.last_seen|default('never') }} {{ user.posts|map('upper')|list }} {{ (user.tags or ['none'])|first }} {{ user.posts|last }} {{ user.items()|list|length }}
{% for k, v in user.meta.items() %}{{ k }}={{ v }}{% endfor %}{{ user|attr('na' ~ 'me') }}{{ user.x.y.z(1, *[2, 3], key='v', **{'q': none}) }}
{% endblock %}""",
    "search": """{% extends 'layout.html' %}
{% block content %}{% set q = request.args.get('q', '')|trim %}
{%- if q|length < 3 -%}short{%- else -%}
{% for hit in results %}{% if loop.index > 10 %}{% break %}{% endif %}{% if hit.hidden == 'x' %}{% continue %}{% endif %}
<li value="{{ loop.index0 + offset }}">{{ hit.title|replace(q, '<mark>' ~ q ~ '</mark>')|safe }} {{ hit.score * 100 if hit.score is number else hit.score }}</li>{% endfor %}
{%- endif %}{% endblock %}""",
    "gallery": """{% for row in images|slice(3) %}<div>{% for i in row %}<img src="{{ url_for('thumb', id=i.id) }}" alt="{{ i.alt|default(i.name, true) }}">{% endfor %}</div>{% endfor %}
{{ images|length }} {{ images[0].meta['w'] }}x{{ images[-1].meta['h'] }} {{ images|random is defined }} {{ images|map(attribute='tags.0')|join }}""",
    "email list": """{%- for group in users|groupby('domain')|sort(attribute=0) %}{{ group[0] }}: {% for u in group[1]|sort(attribute='name,age', reverse=true) %}{{ u.name }}<{{ u.age }}>{{ "," if not loop.last }}{% endfor %};
{% endfor -%}""",
    "invoice": """{% set total = items|sum(attribute='price') %}{% for i in items %}{{ "%-10s %8.2f"|format(i.name, i.price) }}
{% endfor %}{{ '{:>19}'.format('%.2f'|format(total)) }}
{{ (total * 0.19)|round(2) }} {{ total // 1 }} {{ total % 7 }} {{ -total }} {{ 2 ** 10 }} {{ total|int }} {{ [1.5, 2.25, 3]|sum }} {{ 7 / 2 }} {{ 7 // 2 }} {{ '%d' % 3.99 }} {{ 1e3 }} {{ 0.1 + 0.2 }} {{ 10 ** 20 }} {{ 1_000 }}""",
    "wiki": """{% extends 'layout.html' %}{% block content %}{% for section in page.sections %}{% if loop.previtem is defined and loop.previtem.level == section.level %}-{% endif %}<h{{ loop.index }} id="{{ section.title|lower|replace(' ', '-')|urlencode }}">{{ section.title }}</h{{ loop.index }}>{{ section.body }}{% endfor %}
{{ page.revisions|map(attribute='author')|unique|join(', ') }}{{ page.updated.astimezone(tz).date() }}{{ (page.text|string).splitlines()[0].partition(' ')[0].rstrip('.').upper() }}{{ page.title.startswith('p') and page.title.format(1) }}{% endblock %}""",
    "navigation": """{% macro item(id, label, children=[]) %}<li{% if id in active %} class="on"{% endif %}>{{ label }}{% if children %}<ul>{% for c in children %}{{ item(*c) }}{% endfor %}</ul>{% endif %}{{ caller() if caller }}</li>{% endmacro %}
{{ item('a', 'A', [('b', 'B', [('c', 'C')]), ('d', '<D>')]) }}{% call item('x', 'X') %}inner{% endcall %}{{ varargs }}{{ item.name }}{{ item.arguments }}""",
}
GIVEN = {
    "rows": [{"name": "b", "size": 2048, "share": 0.25, "active": True}, {"name": "<a>", "size": 10, "share": 0.755, "active": False}, {"name": "b", "size": 123456789, "share": 0, "active": True}],
    "groups": [{"kind": "x", "name": "1"}, {"kind": "y", "name": "2"}, {"kind": "x", "name": "3"}], "sort": "name",
    "menu": [{"label": "A", "sub": [{"label": "A1", "sub": []}, {"label": "A2"}]}, {"label": "B"}],
    "vhosts": {"b.org": {"port": "8080", "locations": {"/": "http://x", "/y": "http://x"}}, "a.org": {"ssl": {"cert": "/c.pem"}, "aliases": ["www.a.org"]}},
    "data": {"schema": "public", "table": "t", "columns": [{"name": "id"}, {"name": ""}, {"name": "x"}], "where": [{"column": "a", "op": "in", "list": [1, "x'", None]}, {"column": "b", "value": 3}]},
    "conn": {"version": "90500"}, "body": "The quick brown fox jumps over the lazy dog <again> and again.", "files": [{"name": "a.txt", "size": 1}, {"name": "b", "size": 5000}],
    "choices": [[1, "One"], ["2", "Two <2>"]], "selected": 2, "text": "Look at http://example.org/a/long/path?x=1&y=2 or www.b.de.\nMail: me@example.org", "updated": {"$datetime": "2024-02-03T04:05:06"},
    "entries": [{"url": "http://x/ä ö?&", "html": {"$markup": "<b>x</b>"}, "lang": None}, {"url": "/", "html": "<i>", "lang": "de"}],
    "settings": {"b": [1, 2], "a": {"deep": {"x": None}, "t": True}, "C": "<s>"}, "images": [{"id": i, "name": "i%d" % i, "alt": "" if i % 2 else "<%d>" % i, "meta": {"w": i, "h": 2 * i}, "tags": ["t%d" % i]} for i in range(7)],
    "items": [{"name": "tea", "price": 3.5}, {"name": "coffee & cake", "price": 12.25}], "users": [{"name": "Ann", "age": 3, "domain": "b"}, {"name": "Bob", "age": 2, "domain": "a"}, {"name": "Ann", "age": 5, "domain": "b"}], "active": ["a", "c"], "token": "t&t", "offset": 10,
}
GLOBALS = "g config request url_for get_flashed_messages csrf_token".split()
MOCKS = "current_user now pagination post form next multipart categories user friends error sender quote page tz results description".split()
CASES = []
for name, source in PAGES.items():
    for all_mocks in (False, True):
        for auto in (True, False):
            # What a page does not find is undefined; once everything is a mock.
            context = {m: M(m) for m in MOCKS}
            for k, v in GIVEN.items():
                context[k] = M(k) if all_mocks else v
            for env in ({}, {"trim_blocks": True, "lstrip_blocks": True}, {"undefined": "StrictUndefined"}):
                CASES.append({"kind": "render", "source": None, "name": name, "loader": {**LOADER, name: source}, "globals": {m: M(m) for m in GLOBALS}, "context": context,
                              "env": {"autoescape": auto, "extensions": ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], "i18n": ["null", "newstyle_gettext"], **env}})

if __name__ == "__main__":
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "apps.json")
    kept = 0
    with open(out, "w") as f:
        for r in CASES:
            used = {"layout.html", "_macros.html", "_comment.html", "admin/base.html"} if "extends" in r["loader"][r["name"]] else set()
            r["loader"] = {k: v for k, v in r["loader"].items() if k in used or k == r["name"]}
            text = " ".join(r["loader"].values())
            r["context"] = {k: v for k, v in r["context"].items() if k in text}
            a = answer(r)
            if len(str(a)) < 12000:  # a tree of mocks is large
                kept += 1
                f.write(json.dumps({"request": r, "answer": a}, ensure_ascii=False) + "\n")
    print(kept, "cases")
