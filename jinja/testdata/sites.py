"""Writes sites.json: sets of templates in the style of well-known programs
(admin pages, mails, forms, pagination, navigation, Ansible, Salt, dbt), over
plain data, as Jinja2 renders them.

Run with a Python that has Jinja2 3.1.6: python3 sites.py
"""
import json, os

from reference import answer

CASES = []


def site(templates, names, contexts, envs=({},)):
    for env in envs:
        for context in contexts:
            for name in names.split():
                CASES.append({"kind": "render", "source": None, "name": name, "loader": templates, "env": dict(env), "context": context})


DATE = {"$datetime": "2024-02-29T13:05:09"}
USERS = [{"id": i, "username": n, "email": "%s@example.org" % n.lower(), "active": i % 3 != 0, "groups": g, "joined": DATE if i % 2 else None,
          "balance": b, "bio": bio} for i, (n, g, b, bio) in enumerate([
    ("Alice", ["admin", "staff"], 10.5, "Hi <b>there</b> & welcome"), ("bob", [], -3.333, ""), ("Çelik", ["staff"], 0, None), ("dora \"d\"", ["x<y"], 1e6, "see http://example.org/a?b=1&c=2 now"), ("Eve", ["admin"], 12345678.9, "line\nline two\n\nend")])]
HTML = ({"autoescape": True}, {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}, {"autoescape": True, "class": "SandboxedEnvironment", "undefined": "ChainableUndefined"}, {"undefined": "StrictUndefined", "autoescape": True})

# 1. Admin lists and forms.
site({
    "admin/base.html": """<!DOCTYPE html>
{% import 'admin/layout.html' as layout with context -%}
<html>
  <head>
    <title>{% block title %}{% if admin_view.category %}{{ admin_view.category }} - {% endif %}{{ admin_view.name }} - {{ admin_view.admin.name }}{% endblock %}</title>
    {% block head_meta %}
        <meta charset="UTF-8">
    {% endblock %}
    {% block head %}{% endblock %}
  </head>
<body>
{% block page_body %}
    <div class="container{% if config.get('FLUID') %}-fluid{% endif %}">
      {% block main_menu %}<ul>{{ layout.menu() }}</ul>{% endblock %}
      {% block messages %}{{ layout.messages() }}{% endblock %}
      {%- set render_ctx = h.resolve if h is defined else none %}
      {% block body %}{% endblock %}
    </div>
{% endblock %}
{% block tail %}{% endblock %}
</body></html>
""",
    "admin/layout.html": """{% macro menu(menu_root=none) %}
  {%- if menu_root is none %}{% set menu_root = admin_view.admin.menu %}{% endif %}
  {%- for item in menu_root %}
    {%- if item.children %}
      {%- set class_name = item.class or '' %}
      <li class="dropdown {{ 'active' if item.active else '' }} {{ class_name }}"><a href="#">{{ item.name }}<b class="caret"></b></a>
        <ul class="dropdown-menu">
        {%- for child in item.children %}
          <li{% if child.class %} class="{{ child.class }}"{% endif %}>{% if child.url %}<a href="{{ child.url }}"{{ {'target': child.target, 'title': child.title}|xmlattr }}>{{ child.name }}</a>{% else %}{{ child.name }}{% endif %}</li>
        {%- else %}<li class="empty"></li>
        {%- endfor %}
        </ul></li>
    {%- else %}
      <li{% if item.active %} class="active"{% endif %}><a href="{{ item.url|default('#', true) }}">{{ item.name|e }}</a></li>
    {%- endif %}
  {%- endfor %}
{%- endmacro %}
{% macro messages() %}
  {% for category, m in flashes or [] %}
    {% set mapping = {'message': 'info', 'error': 'danger'} %}
    <div class="alert alert-{{ mapping.get(category, category) }}">{{ m }}</div>
  {% endfor %}
{% endmacro %}
""",
    "admin/lib.html": """{% macro pager(page, pages, generator) -%}
{% if pages > 1 %}
<ul class="pagination">
  {% set min = page - 3 %}
  {% set max = page + 3 + 1 %}
  {% if min < 0 %}{% set max = max - min %}{% endif %}
  {% if max >= pages %}{% set min = min - max + pages %}{% endif %}
  {% if min < 0 %}{% set min = 0 %}{% endif %}
  {% if max >= pages %}{% set max = pages %}{% endif %}
  {% if min > 0 %}<li><a href="{{ generator|format(0) }}">&laquo;</a></li>{% else %}<li class="disabled"><a href="javascript:void(0)">&laquo;</a></li>{% endif %}
  {% for p in range(min, max) %}<li class="page-item{% if page == p %} active{% endif %}"><a href="{{ generator|format(p) }}">{{ p + 1 }}</a></li>{% if not loop.last %} {% endif %}{% endfor %}
</ul>
{% endif %}
{%- endmacro %}
{% macro field(f, kwargs={}) -%}
  {% set direct_error = f.errors|selectattr('is_string', 'defined')|list|length == 0 and f.errors %}
  <div class="form-group{{ ' has-error' if direct_error }}">
    <label for="{{ f.id }}" class="{{ kwargs.get('label_class', 'control-label') }}">{{ f.label }}{% if f.flags and f.flags.required %} <strong>&#42;</strong>{% else %}&nbsp;{% endif %}</label>
    {% if f.type == 'select' -%}
    <select name="{{ f.name }}">{% for v, l in f.choices %}<option value="{{ v }}"{% if v == f.data %} selected{% endif %}>{{ l }}</option>{% endfor %}</select>
    {%- elif f.type == 'textarea' -%}
    <textarea name="{{ f.name }}" rows="{{ kwargs.rows or 5 }}">{{ f.data|default('', true) }}</textarea>
    {%- else -%}
    <input{{ {'type': f.type or 'text', 'name': f.name, 'value': f.data, 'id': f.id, 'maxlength': f.max}|xmlattr }}>
    {%- endif %}
    {% if f.description %}<p class="help-block">{{ f.description|safe }}</p>{% endif %}
    {% if direct_error %}<ul>{% for e in f.errors if e is string %}<li>{{ e }}</li>{% endfor %}</ul>{% endif %}
  </div>
  {% if caller is defined %}{{ caller(f) }}{% endif %}
{%- endmacro %}
""",
    "admin/list.html": """{% extends 'admin/base.html' %}
{% import 'admin/lib.html' as lib %}
{% from 'admin/lib.html' import field as render %}
{% block body %}
{% block model_menu_bar %}<ul class="nav">{% if count %}<li>List ({{ count }}){% endif %}</ul>{% endblock %}
{% set column_names = ['username', 'email', 'active', 'groups', 'joined', 'balance', 'missing'] %}
<table>
<tr>{% for c in column_names %}<th class="col-{{ c }}">{{ c|capitalize|replace('_', ' ') }}{% if sort == c %}<i class="{{ 'up' if desc else 'down' }}"></i>{% endif %}</th>{% endfor %}</tr>
{% for row in data|sort(attribute=sort or 'id', reverse=desc|default(false)) %}
<tr class="{{ loop.cycle('odd', 'even') }}" data-n="{{ loop.index }}/{{ loop.length }}">
  {% for c in column_names -%}
  {% set value = row[c] %}
  <td>{% if value is boolean %}{{ '&#10003;'|safe if value else '-' }}{% elif value is mapping or value is sequence and value is not string %}{{ value|join(', ')|default('none', true) }}{% elif c == 'joined' %}{{ value.strftime('%d %b %Y %H:%M') if value else '' }}{% elif value is number %}{{ '%.2f'|format(value) }}{% else %}{{ value }}{% endif %}</td>
  {%- endfor %}
</tr>
{% else %}
<tr><td colspan="{{ column_names|length }}">There are no items.</td></tr>
{% endfor %}
</table>
{{ lib.pager(page, pages, '/list?page=%d') }}
{% for f in fields %}{% call(x) render(f, {'rows': 2 + loop.index0}) %}<!-- {{ x.name }} {{ loop.index }} -->{% endcall %}{% endfor %}
{% endblock %}
{% block tail %}{{ super() }}<script>var users = {{ data|map(attribute='username')|list|tojson }};</script>{% endblock %}
"""}, "admin/list.html", [
    {"data": USERS, "page": p, "pages": n, "count": len(USERS), "sort": s, "desc": d, "config": {"FLUID": d}, "flashes": [["error", "No <x>"], ["ok", {"$markup": "<b>fine</b>"}]],
     "admin_view": {"category": c, "name": "Users", "admin": {"name": "Adm & Co", "menu": [{"name": "Home", "url": "/", "active": True}, {"name": "More <", "class": "m", "children": [{"name": "A", "url": "/a?x=1&y", "target": "_blank"}, {"name": "B", "class": "b"}]}, {"name": "None"}]}},
     "fields": [{"id": "f1", "name": "n1", "label": "Name", "type": None, "data": "a\"b", "errors": ["too <long>", "bad"], "flags": {"required": True}, "max": 10}, {"id": "f2", "name": "n2", "label": "Pick", "type": "select", "choices": [{"$tuple": [1, "one"]}, {"$tuple": [2, "two"]}], "data": 2, "errors": [], "description": "<i>help</i>"}, {"id": "f3", "name": "n3", "label": "Text", "type": "textarea", "data": None, "errors": []}]}
    for p, n, s, d, c in ((0, 1, "id", False, None), (0, 12, "username", True, "People"), (5, 12, "email", False, ""), (11, 12, "balance", True, "x"), (2, 3, "nope", False, None))], HTML)

# 2. Mails, in text and HTML.
site({
    "mail/base.txt": "{% block greeting %}Dear {{ user.name|default(user.email, true)|title }},{% endblock %}\n\n{% block body %}{% endblock %}\n\n-- \n{{ sender.name }}\n{{ sender.address|indent(4) }}\n{% if unsubscribe %}\n{{ unsubscribe|wordwrap(30, break_long_words=false) }}\n{% endif %}",
    "mail/order.txt": """{% extends "mail/base.txt" %}
{%- from "mail/money.txt" import money, line with context %}
{% block body -%}
Thank you for your order #{{ '%06d' % order.id }} of {{ order.date.strftime('%A, %d %B %Y') }}.

{% for group in order.lines|groupby('category') -%}
{{ group.grouper|upper|center(40, ) }}
{% for i in group.list -%}
{{ line(i, loop.index) }}
{% endfor %}
{%- endfor -%}
{{ '-' * 40 }}
{%- set total = namespace(net=0, n=0) %}
{%- for i in order.lines if i.price %}{% set total.net = total.net + i.price * i.qty %}{% set total.n = total.n + i.qty %}{% endfor %}
{{ ('%d item%s' % (total.n, '' if total.n == 1 else 's')).ljust(25) }}{{ money(total.net)|string|trim }}
{{ "{:<25}{:>15,.2f}".format("VAT", total.net * 0.19) }}
{{ order.note|wordwrap(20)|indent(2, true) if order.note }}
{%- endblock %}
""",
    "mail/money.txt": """{% macro money(x, currency='EUR') %}{{ "%s %10.2f"|format(currency, x) }}{% endmacro %}
{% macro line(i, n) %}{{ '%2d.' % n }} {{ i.name|truncate(18, true, '~', 0) }}{{ ' ' * (20 - i.name|truncate(18, true, '~', 0)|length) }}{{ money(i.price * i.qty, order.currency or 'EUR') if i.price is number else 'n/a' }}{% endmacro %}""",
    "mail/order.html": """{% macro th() %}<th>{{ caller() }}</th>{% endmacro %}<h1>{% block greeting %}{{ user.name }}{% endblock %}</h1>{% include ["mail/" ~ lang ~ "/intro.html", "mail/intro.html"] ignore missing %}
<table>{% for h in ['Item', 'Price & more'] %}{% call th() %}{{ h }}{% endcall %}{% endfor %}
{% for i in order.lines|sort(attribute='price,name') %}<tr{{ {'class': 'cheap' if i.price < 5 else none}|xmlattr }}><td>{{ i.name|urlize }}</td><td>{{ i.price|round(1) }}</td></tr>{% endfor %}</table>
{% filter indent(width=2) %}{% include "mail/order.txt" %}{% endfilter %}""",
    "mail/intro.html": "<p>{{ order.note|default('no note', true)|striptags|e }}</p>",
    "mail/de/intro.html": "<p>Danke, {{ user.name|forceescape }}</p>"}, "mail/order.txt mail/order.html", [
    {"user": {"name": n, "email": "a@b.c"}, "sender": {"name": "Shop", "address": "Street 1\n12345 Town"}, "unsubscribe": u, "lang": lang,
     "order": {"id": 42, "date": DATE, "currency": cur, "note": note, "lines": [{"category": "books", "name": "A very long title of a book", "price": 12.5, "qty": 2}, {"category": "Books", "name": "B<", "price": 3, "qty": 1}, {"category": "air", "name": "http://x.org", "price": 0, "qty": 3}]}}
    for n, u, lang, cur, note in (("ann o'neil", "To leave, visit https://example.org/unsubscribe/0123456789", "de", None, "Please <ring> twice & wait for a while"), ("", None, "fr", "USD", None))], ({}, {"autoescape": True}, {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}))

# 3. Navigation trees and breadcrumbs by recursive loops.
TREE = [{"t": "Home", "u": "/"}, {"t": "Docs", "u": "/d", "c": [{"t": "A & B", "u": "/d/a", "c": [{"t": "deep", "u": "/d/a/x", "c": []}]}, {"t": "C", "u": "/d/c"}]}, {"t": "End", "u": None, "c": [{"t": "z"}]}]
site({
    "nav.html": """<ul class="l{{ depth|default(0) }}">
{%- for item in tree recursive %}
  <li class="{{ loop.depth }}-{{ loop.index }}{{ ' first' if loop.first }}{{ ' last' if loop.last }}{{ ' changed' if loop.changed(item.t[0]) }}">
    {%- if loop.previtem %}<!-- after {{ loop.previtem.t }} -->{% endif %}
    <a{{ {'href': item.u, 'data-next': loop.nextitem.t if loop.nextitem is defined}|xmlattr }}>{{ item.t }}</a>
    {%- if item.c %}<ul>{{ loop(item.c) }}</ul>{% elif loop.depth0 %}<b>{{ loop.revindex }}</b>{% endif -%}
  </li>
{%- else %}<li>empty</li>
{%- endfor %}
</ul>""",
    "crumbs.html": """{% macro walk(nodes, path=[]) %}{% for n in nodes %}{% set here = path + [n.t] %}{% if n.u == current %}{{ here|join(' > ') }}{% endif %}{{ walk(n.c, here) if n.c }}{% endfor %}{% endmacro %}[{{ walk(tree) }}]
{% set ns = namespace(found=false, n=0) %}{% for n in tree recursive %}{% set ns.n = ns.n + 1 %}{% if n.u == current %}{% set ns.found = true %}{% endif %}{{ loop(n.c or []) }}{% endfor %}{{ ns.found }} {{ ns.n }}""",
    "flat.html": """{% for n in tree recursive %}{{ '  ' * loop.depth0 }}{{ loop.index }}. {{ n.t }}{{ "\\n" }}{% if n.c is defined and n.c %}{{ loop(n.c|sort(attribute='t', reverse=true)) }}{% endif %}{% endfor %}{% include "nav.html" %}"""},
    "nav.html crumbs.html flat.html", [{"tree": TREE, "current": "/d/a/x"}, {"tree": [], "current": "/"}, {"tree": TREE[:1], "current": "/", "depth": 3}], ({"autoescape": True}, {}, {"autoescape": True, "undefined": "DebugUndefined"}))

# 4. Ansible: configuration files.
ANSIBLE = {"trim_blocks": True, "keep_trailing_newline": True}
site({
    "nginx.conf.j2": """# {{ ansible_managed }}
user {{ nginx_user | default('www-data') }};
worker_processes {{ workers if workers is defined else (ansible_processor_vcpus | default(1) | int * 2) }};
events { worker_connections {{ [1024, max_conn | default(512)] | max }}; }
http {
{% for k, v in nginx_options | default({}) | dictsort %}
    {{ k }} {{ 'on' if v is sameas true else 'off' if v is sameas false else v }};
{% endfor %}
{% for host in groups['web'] | default([]) | unique | sort %}
{%   if loop.first %}
    upstream app {
{%   endif %}
        server {{ hostvars[host]['ip'] }}:{{ hostvars[host].port | default(8000) }}{{ ' weight=%d' % hostvars[host].weight if hostvars[host].weight is defined }}{{ ' backup' if loop.last and not loop.first }};
{%   if loop.last %}
    }
{%   endif %}
{% endfor %}
{% for site in sites | default([]) | rejectattr('disabled', 'defined') %}
    server {
        listen {{ site.port | default(80) }}{% if site.ssl | default(false) %} ssl{% endif %};
        server_name {{ site.names | join(' ') }};
{# Locations come in the order of their length. #}
{% for loc in (site.locations | default([])) | sort(attribute='path') | reverse %}
        location {{ loc.path }} {
            {{ loc.directives | default([]) | map('regex_free', ';') | join if false else (loc.directives | default([]) | join(';\\n            ')) ~ (';' if loc.directives else '') }}
        }
{% endfor %}
    }
{% endfor %}
}
""".replace("loc.directives | default([]) | map('regex_free', ';') | join if false else ", ""),
    "hosts.j2": """127.0.0.1 localhost
{% for item in groups['all'] %}
{{ hostvars[item]['ip'] }} {{ item }}{% if not loop.last %} {{ item.split('.')[0] }}{% endif %}

{% endfor %}
{%- set vars = {'a': 1} %}
{%- if vars.update({'b': 2}) %}{% endif %}
{{ vars | to_nice if false else vars | tojson(indent=2) }}
""".replace("vars | to_nice if false else ", ""),
    "app.ini.j2": """{% set sections = {'db': {'host': 'localhost', 'port': 5432, 'opts': ['a', 'b']}, 'log': {'level': log_level | default('INFO') | upper, 'file': none}} %}
{% for name, values in sections.items() %}
[{{ name }}]
{% for key, value in values.items() if value is not none %}
{{ key }} = {% if value is string %}"{{ value }}"{% elif value is iterable %}{{ value | join(',') }}{% else %}{{ value }}{% endif %}

{% endfor %}
{% endfor %}
{% macro opt(name, default) %}
{{ name }}={{ lookup[name] | default(default, true) }}
{% endmacro %}
{{ opt('alpha', 1) }}{{ opt('beta', 'x y') -}}
end
"""}, "nginx.conf.j2 hosts.j2 app.ini.j2", [
    {"ansible_managed": "Managed", "groups": {"web": ["b.x", "a.x", "b.x"], "all": ["a.x", "b.x"]}, "hostvars": {"a.x": {"ip": "10.0.0.1", "weight": 5}, "b.x": {"ip": "10.0.0.2", "port": 81}}, "nginx_options": {"gzip": True, "sendfile": False, "keepalive": 65},
     "sites": [{"names": ["x.org", "www.x.org"], "ssl": True, "port": 443, "locations": [{"path": "/", "directives": ["root /srv", "index a"]}, {"path": "/api"}]}, {"names": [], "disabled": True}, {"names": ["y"]}], "lookup": {"alpha": ""}},
    {"ansible_managed": "M", "groups": {"all": []}, "hostvars": {}, "workers": 3, "max_conn": 4096, "lookup": {"beta": [1]}, "log_level": "debug"}], (ANSIBLE, dict(ANSIBLE, lstrip_blocks=True), dict(ANSIBLE, undefined="StrictUndefined"), {"newline_sequence": "\r\n"}))

# 5. Salt: states with line statements.
SALT = {"line_statement_prefix": "%", "line_comment_prefix": "%%", "extensions": ["jinja2.ext.do"], "undefined": "StrictUndefined"}
site({
    "map.jinja": """% set defaults = {'pkg': 'httpd', 'service': 'httpd', 'ports': [80]}
% set os_map = {'Debian': {'pkg': 'apache2', 'service': 'apache2'}, 'RedHat': {}}
% set apache = defaults.copy()
% do apache.update(os_map.get(grains['os_family'], {}))
% do apache.update(pillar.get('apache', {}))
""",
    "init.sls": """% from "map.jinja" import apache with context
%% The package.
{{ apache.pkg }}:
  pkg.installed: []
  service.running:
    - name: {{ apache.service }}
    - watch:
      % for f in files:
      - file: {{ f.path }}  %% watched
      % endfor
% for user in pillar.get('users', {}).keys() | sort:
%   set data = pillar['users'][user]
{{ user }}:
  user.present:
    - uid: {{ data.uid }}
    - groups: {{ data.groups | default(['users']) | tojson }}
    % if data.get('shell')
    - shell: {{ data.shell }}
    % elif grains['os_family'] == 'Debian'
    - shell: /bin/bash
    % else
    - shell: /bin/sh
    % endif
% else
no-users: test.nop
% endfor
{% raw %}% for not a statement {{ here }}{% endraw %}

% macro port(p, proto="tcp")
    - dport: {{ p }}/{{ proto }}
% endmacro
% for p in apache.ports
{{- port(p) }}{{ port(p, proto="udp") if p > 100 }}
% endfor
% set lines = []
% for f in files if f.mode is defined
%   do lines.append("%s %04d" % (f.path, f.mode))
% endfor
{{ lines | join("\\n") | indent(4) }}
% include "tail.sls"
""",
    "tail.sls": "# {{ grains.id | default('?') }}\n  % if true\nyes\n  % endif\n"}, "init.sls", [
    {"grains": {"os_family": "Debian", "id": "m1"}, "pillar": {"apache": {"ports": [80, 443]}, "users": {"zed": {"uid": 2, "shell": "/bin/zsh"}, "amy": {"uid": 1, "groups": ["wheel"]}}}, "files": [{"path": "/etc/a", "mode": 644}, {"path": "/etc/b"}]},
    {"grains": {"os_family": "RedHat"}, "pillar": {}, "files": []}], (SALT, dict(SALT, trim_blocks=True), dict(SALT, lstrip_blocks=True, keep_trailing_newline=True), dict(SALT, **{"class": "SandboxedEnvironment"})))

# 6. dbt: SQL by macros.
DBT = {"extensions": ["jinja2.ext.do"]}
site({
    "macros.sql": """{% macro cents_to_dollars(column_name, precision=2) -%}
    ({{ column_name }} / 100)::numeric(16, {{ precision }})
{%- endmacro %}
{%- macro star(columns, except=[], alias=none) -%}
    {%- set include_cols = [] %}
    {%- for col in columns %}{% if col.name|lower not in except|map('lower')|list %}{% do include_cols.append(col.name) %}{% endif %}{% endfor %}
    {%- for col in include_cols %}
        {%- if alias %}{{ alias }}.{% endif %}"{{ col }}"{%- if not loop.last %},{{ '\\n    ' }}{% endif %}
    {%- endfor -%}
{%- endmacro %}
{% macro pivot(column, values, alias=True, agg='sum', cmp='=', prefix='', suffix='', then_value=1, else_value=0, quote_identifiers=True, distinct=False) %}
  {% for value in values %}
    {{ agg }}(
      {% if distinct %} distinct {% endif %}
      case
      when {{ column }} {{ cmp }} '{{ value|replace("'", "''") }}'
        then {{ then_value }}
      else {{ else_value }}
      end
    )
    {% if alias %}
      {% if quote_identifiers %}
            as "{{ prefix ~ value ~ suffix }}"
      {% else %}
        as {{ (prefix ~ value ~ suffix)|replace(' ', '_')|lower }}
      {% endif %}
    {% endif %}
    {% if not loop.last %},{% endif %}
  {% endfor %}
{% endmacro %}
{% macro generate_surrogate_key(field_list) -%}
{%- set fields = [] -%}
{%- for field in field_list -%}
    {%- do fields.append("coalesce(cast(" ~ field ~ " as varchar), '_null_')") -%}
    {%- if not loop.last %}{%- do fields.append("'-'") -%}{%- endif -%}
{%- endfor -%}
md5({{ fields|join(' || ') }})
{%- endmacro %}
{% macro union(relations) %}{%- for r in relations %}
(select * from {{ r }}){% if not loop.last %} union all{% endif %}
{%- endfor %}{% endmacro %}
""",
    "orders.sql": """{%- import "macros.sql" as utils -%}
{{ config_line(materialized='incremental') if config_line is defined }}
{% set payment_methods = ["bank_transfer", "credit_card", "gift card", "o'clock"] %}
with src as (
    select {{ utils.star(columns, except=['ID'], alias='o') }}
    from {{ ref.get('orders', 'raw') }} as o
    {% if is_incremental %}where updated_at > (select max(updated_at) from {{ this }}){% endif %}
), agg as (
    select order_id,
    {% for m in payment_methods -%}
    sum(case when method = '{{ m|replace("'", "''") }}' then amount end) as {{ m|replace(' ', '_')|replace("'", '') }}_amount
    {%- if not loop.last %},{% endif %}
    {% endfor %}
    , {{ utils.cents_to_dollars('amount') }} as a, {{ utils.cents_to_dollars('b', precision=4) }} as b
    from payments group by {% for _ in range(1, groups + 1) %}{{ loop.index }}{{ ", " if not loop.last }}{% endfor %}

)
select {{ utils.generate_surrogate_key(['a', 'b'] + extra) }} as id,
{{ utils.pivot('size', ['S', 'M x'], quote_identifiers=quoted, prefix='p_') }}
from ({{ utils.union(tables)|trim|indent(2) }}) t
{%- if filters %}

where {% for k, v in filters|dictsort %}{{ 'and ' if not loop.first }}{{ k }}{% if v is none %} is null{% elif v is string %} = '{{ v }}'{% elif v is iterable %} in ({{ v|map('string')|join(', ') }}){% else %} = {{ v }}{% endif %} {% endfor %}{% endif %}

{%- call utils.nope() if false else none %}{% endcall %}
""".replace("\n{%- call utils.nope() if false else none %}{% endcall %}\n", "\n")}, "orders.sql", [
    {"columns": [{"name": "id"}, {"name": "Total"}, {"name": "x y"}], "ref": {"orders": "db.orders"}, "is_incremental": True, "this": "t", "groups": 3, "extra": [], "quoted": True, "tables": ["a", "b"], "filters": {"z": None, "a": "q", "m": [1, 2], "k": 5}},
    {"columns": [], "ref": {}, "is_incremental": False, "groups": 0, "extra": ["c"], "quoted": False, "tables": [], "filters": {}}], (DBT, dict(DBT, trim_blocks=True, lstrip_blocks=True), dict(DBT, **{"class": "NativeEnvironment"}), dict(DBT, **{"class": "SandboxedEnvironment", "undefined": "StrictUndefined"})))

# 7. A blog with blocks in loops, feeds and translations.
I18N = {"extensions": ["jinja2.ext.i18n", "jinja2.ext.loopcontrols"], "i18n": ["null", "newstyle_gettext"], "autoescape": True}
POSTS = [{"title": "First <post>", "slug": "first", "body": "Hello *world*\n\nhttp://x.org/ & more", "tags": ["a", "b c"], "date": DATE, "comments": 0}, {"title": "Second", "slug": "second", "body": "<p>html</p>", "tags": [], "date": DATE, "comments": 1, "draft": True}, {"title": "Third", "slug": "third/x", "body": "word " * 60, "tags": ["b c"], "date": DATE, "comments": 12}]
site({
    "blog/base.html": """{% from "blog/m.html" import tag with context %}<title>{% block title %}{{ blog.name }}{% endblock %}</title>
{% block content %}{% for post in posts %}{% block post scoped %}<article>{{ post.title }}</article>{% endblock %}{% endfor %}{% endblock %}
{% trans count=posts|length %}{{ count }} post{% pluralize %}{{ count }} posts{% endtrans %}{% block foot %}{% include 'blog/foot.html' %}{% endblock %}""",
    "blog/m.html": "{% macro tag(t) %}<a href=\"{{ blog.root }}/tag/{{ t|urlencode }}\">{{ t }}</a>{% endmacro %}",
    "blog/foot.html": "<footer>{% trans trimmed name=blog.name, year=now.year %}\n  &copy; {{ year }}\n  {{ name }}, 100% free\n{% endtrans %}</footer>",
    "blog/index.html": """{% extends "blog/base.html" %}{% block title %}{{ _('Index') }} - {{ super() }}{% endblock %}
{% block post %}{% if post.draft %}<!-- {{ post.slug }} -->{% else %}{{ loop.index }}/{{ loop.length }} {{ super() }}{{ post.body|truncate(40)|urlize(20, nofollow=true) }}
{% for t in post.tags %}{{ tag(t) }}{{ ', ' if not loop.last }}{% else %}{{ _('untagged') }}{% endfor %}
{% trans n=post.comments, title=post.title %}one comment on {{ title }}{% pluralize n %}{{ n }} comments on {{ title }}{% endtrans %}{% endif %}{% endblock %}
{% block foot %}{% for p in posts %}{% if p.draft %}{% continue %}{% endif %}{% if loop.index > 2 %}{% break %}{% endif %}{{ p.slug }};{% endfor %}{{ super() }}{{ self.title() }}{% endblock %}""",
    "blog/feed.xml": """<?xml version="1.0"?>
<feed>{% for p in posts|rejectattr('draft')|sort(attribute='date,slug', reverse=true) %}
<entry><title>{{ p.title }}</title><id>{{ blog.root }}/{{ p.slug|urlencode }}</id><updated>{{ p.date.isoformat() }}Z</updated><content type="html">{{ p.body|e|replace('\\n', '<br/>') }}</content>{% for t in p.tags|map('title') %}<category term="{{ t }}"/>{% endfor %}</entry>{% endfor %}
{% for year, list in posts|groupby('date.year') %}{{ year }}: {{ list|map(attribute='title')|join('; ') }}{% endfor %}
{% for t, n in posts|map(attribute='tags')|sum(start=[])|groupby %}{% endfor %}</feed>""".replace("{% for t, n in posts|map(attribute='tags')|sum(start=[])|groupby %}{% endfor %}", "{{ posts|map(attribute='tags')|sum(start=[])|unique|list }}")},
    "blog/index.html blog/feed.xml blog/base.html", [{"blog": {"name": "B & B", "root": "https://b.org"}, "posts": POSTS, "now": DATE}, {"blog": {"name": "x", "root": ""}, "posts": POSTS[:1], "now": DATE}, {"blog": {}, "posts": [], "now": DATE}],
    (I18N, dict(I18N, i18n=["null"]), dict(I18N, trim_blocks=True, lstrip_blocks=True, policies={"ext.i18n.trimmed": True}), dict(I18N, undefined="StrictUndefined")))

# 8. Reports in Markdown and CSV, 9. PHP- and ERB-style delimiters, 10. errors in the middle of all that.
site({
    "report.md": """# {{ title }}
{{ '=' * (title|length + 2) }}

|{% for h in heads %} {{ h|center(10) }} |{% endfor %}

|{% for h in heads %}{{ ':' ~ '-' * 10 ~ ':' }}|{% endfor %}

{% for row in rows -%}
|{% for h in heads %} {{ (row[h] if h in row else '')|string|truncate(10, true, '')|center(10) }} |{% endfor %}

{% endfor -%}
Total: {{ rows|sum(attribute='n') }}, mean {{ (rows|sum(attribute='n') / rows|length)|round(2) if rows else 'n/a' }}, best {{ (rows|max(attribute='n')).name }}
{% for key, part in rows|groupby('k', default='none') %}
* {{ key }}: {{ part|length }} ({{ (100 * part|length / rows|length)|round|int }}%) {{ part|map(attribute='n')|map('filesizeformat', true)|join(', ') }}
{% endfor %}
{% for pair in rows|map(attribute='name')|batch(2, '-') %}{{ pair|join('/') }} {% endfor %}{% for col in rows|slice(2) %}[{{ col|length }}]{% endfor %}
""",
    "report.csv": "{% for row in rows %}{% for h in heads %}{{ '\"' ~ (row[h]|default('')|string|replace('\"', '\"\"')) ~ '\"' }}{{ ',' if not loop.last else '\\r\\n' }}{% endfor %}{% endfor %}{% include 'sum.csv' %}",
    "sum.csv": "{% set s = rows|map(attribute='n')|list %}{{ s|join(';') }};{{ s[::-1] }};{{ s[-1] }};{{ s[1:] }}\n{{ rows[0].name.first }}{{ rows[0].name.first.letter if rows[0].name.first }}\n"},
    "report.md report.csv", [{"title": "Rëport", "heads": ["name", "n", "k"], "rows": rows} for rows in ([{"name": "a \"q\"", "n": 3, "k": "x"}, {"name": "longer than ten", "n": 1500}, {"name": "c", "n": 2.5, "k": "X"}], [{"name": "one", "n": 1}], [])], ({}, {"undefined": "StrictUndefined"}, {"undefined": "ChainableUndefined"}, {"undefined": "DebugUndefined"}))
PHP = {"block_start_string": "<?", "block_end_string": "?>", "variable_start_string": "<?=", "variable_end_string": "?>", "comment_start_string": "<?#", "comment_end_string": "?>", "trim_blocks": True}
ERB = {"block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<%=", "variable_end_string": "%>", "comment_start_string": "<%#", "comment_end_string": "%>", "lstrip_blocks": True, "line_statement_prefix": "%"}
SOURCE = "BEGIN{%- macro f(x, *) %}".replace("BEGIN{%- macro f(x, *) %}", "") + """{% macro f(x) -%}<{{ x }}|{{ varargs|join }}>{%- endmacro %}
<a href="{{ url }}">{# note #}{{ f(1, 2, 3) }}</a>
  {% for i in range(3) %}
    {{ i }}{% if i == 1 %} one{% endif %}

  {% endfor %}
{%- set x = {'a': {'b': 1} } -%}
{{ x.a.b }}{{- ' t ' -}} {{ x['a'] }} {{ nope.nope }}
"""


def spell(env):
    text = SOURCE
    for ours, theirs in (("{{", "\0"), ("}}", "\1"), ("{%", "\2"), ("%}", "\3"), ("{#", "\4"), ("#}", "\5")):
        text = text.replace(ours, theirs)
    for c, key in (("\0", "variable_start_string"), ("\1", "variable_end_string"), ("\2", "block_start_string"), ("\3", "block_end_string"), ("\4", "comment_start_string"), ("\5", "comment_end_string")):
        text = text.replace(c, env[key])
    return text


for env in (PHP, ERB):
    for extra in ({}, {"undefined": "DebugUndefined"}, {"undefined": "ChainableUndefined", "autoescape": True}):
        site({"page": spell(env), "outer": env["block_start_string"] + " include 'page' " + env["block_end_string"] + "\n#"}, "page outer", [{"url": "/?a=1&b"}], (dict(env, **extra),))

if __name__ == "__main__":
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sites.json")
    with open(out, "w") as f:
        for r in CASES:
            f.write(json.dumps({"request": r, "answer": answer(r)}, ensure_ascii=False) + "\n")
    print(len(CASES), "cases")
