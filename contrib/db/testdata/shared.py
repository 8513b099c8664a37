"""What SQLAlchemy and Flask-SQLAlchemy make of a database that Go uses too.

    shared.py make INSTANCE URL          make the tables and one row, print where the file is
    shared.py read INSTANCE URL          print the rows as SQLAlchemy reads them
    shared.py urls > urls.json           what SQLAlchemy understands of URLs
    shared.py pages > pages.json         iter_pages() and its kin for many pages
"""
import datetime
import json
import sys

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.pagination import Pagination

db = SQLAlchemy()


class Visit(db.Model):
    __tablename__ = "visits"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(20))
    at = db.Column(db.DateTime, nullable=False)
    seen = db.Column(db.DateTime)
    day = db.Column(db.Date)
    hour = db.Column(db.Time)


def app(instance, url):
    made = Flask("app", instance_path=instance)
    made.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(made)
    return made


def show(v):
    return None if v is None else v.isoformat()


def make(instance, url):
    with app(instance, url).app_context():
        db.create_all()
        db.session.add(Visit(
            name="python", at=datetime.datetime(2026, 1, 2, 3, 4, 5, 600), day=datetime.date(2026, 1, 2),
            hour=datetime.time(23, 59, 58, 7)))
        db.session.commit()
        mode = db.session.execute(sa.text("PRAGMA journal_mode")).scalar() if url.startswith("sqlite") else ""
        return {"file": db.engine.url.database, "journal": mode}


def read(instance, url):
    rows = []
    with app(instance, url).app_context():
        for v in db.session.execute(sa.select(Visit).order_by(Visit.at)).scalars():
            # A naive time and an aware one cannot be compared.
            v.at < datetime.datetime.utcnow()
            raw = ""
            if url.startswith("sqlite"):
                raw = db.session.execute(sa.text("SELECT at FROM visits WHERE id = :id"), {"id": v.id}).scalar()
                # What SQLAlchemy 2 does with the text.
                if datetime.datetime.fromisoformat(raw).tzinfo:
                    raise TypeError("an aware time: " + raw)
            rows.append({
                "name": v.name, "at": show(v.at), "seen": show(v.seen), "day": show(v.day), "hour": show(v.hour),
                "raw": raw, "later": v.at > datetime.datetime(2026, 1, 2, 3, 4, 5, 600)})
        later = db.session.execute(
            sa.select(Visit.name).where(Visit.at > datetime.datetime(2026, 1, 2, 3, 4, 5, 600))).scalars().all()
        mode = db.session.execute(sa.text("PRAGMA journal_mode")).scalar() if url.startswith("sqlite") else ""
    return {"rows": rows, "later": sorted(later), "journal": mode}


URLS = """
sqlite:///shop.db
sqlite:///data/shop.db
sqlite:////srv/shop.db
sqlite+pysqlite:///a b.db
sqlite:///a%20b.db
postgresql://u:p@db.example/shop
postgresql://u:p%2Fw%40x@db.example:5433/shop
postgresql+psycopg2://u@db.example/shop?sslmode=require
postgresql+psycopg://u:p@[::1]:5432/shop
postgresql+asyncpg://u:p@db.example/shop
postgresql+pg8000://u:p@db.example/shop
postgresql:///shop?host=/var/run/postgresql
postgresql+psycopg2://u:p@/shop?host=/var/run/postgresql&port=5433
postgresql+psycopg2://u@/shop?host=db.example
mysql+pymysql://u:p@db.example/shop?charset=utf8mb4
mysql+mysqldb://u:p@db.example:3307/shop
mysql+mysqlconnector://u@db.example/shop
mysql://u:p@/shop?unix_socket=/run/mysqld/mysqld.sock
""".split("\n")[1:-1]


def urls():
    out = []
    for text in URLS:
        u = sa.engine.make_url(text)
        out.append({"url": text, "name": u.get_backend_name(), "user": u.username, "password": u.password,
                    "host": u.host, "port": u.port, "database": u.database, "query": dict(u.query)})
    return out


class Numbers(Pagination):
    def _query_items(self):
        start = self._query_offset
        return list(range(start, min(start + self.per_page, self._query_args["n"])))

    def _query_count(self):
        return self._query_args["n"]


def pages():
    out = []
    edges = [{}, {"left_edge": 0, "right_edge": 0}, {"left_current": 0, "right_current": 0}, {"right_current": 5},
             {"left_edge": 1, "left_current": 1, "right_current": 2, "right_edge": 1}]
    for n in (0, 1, 3, 4, 30, 61):
        for page in range(1, n // 3 + 2):
            p = Numbers(page=page, per_page=3, error_out=False, n=n)
            if page > 1 and not p.items:
                continue
            out.append({
                "n": n, "page": page, "pages": p.pages, "total": p.total, "first": p.first, "last": p.last,
                "has_prev": p.has_prev, "has_next": p.has_next, "prev_num": p.prev_num, "next_num": p.next_num,
                "items": p.items, "iter": [list(p.iter_pages(**e)) for e in edges]})
    return out


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](*sys.argv[2:]), sys.stdout)
    print()
