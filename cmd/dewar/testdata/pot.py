"""Writes messages.pot and its variants: what Babel makes of the templates here.

Run with a Python that has Babel and Jinja2: python3 pot.py
"""
import datetime, os

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

os.chdir(os.path.dirname(os.path.abspath(__file__)))
DATE = datetime.datetime(2024, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def make(out, keywords=(), tags=(), options={}, **write):
    known = dict(DEFAULT_KEYWORDS, **parse_keywords(keywords))
    catalog = Catalog(project="Shop", version="1.0", creation_date=DATE, copyright_holder="ACME", msgid_bugs_address="bugs@example.org")
    for name in ("messages.html", "messages2.html"):
        with open(name, "rb") as f:
            for line, message, comments, context in extract(babel_extract, f, known, tags, options):
                catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    with open(out, "wb") as f:
        write_po(f, catalog, **write)
    text = open(out).read().replace("Copyright (C) %d" % datetime.date.today().year, "Copyright (C) 2024").replace("<EMAIL@ADDRESS>, %d." % datetime.date.today().year, "<EMAIL@ADDRESS>, 2024.")
    lines = [l for l in text.splitlines(True) if not l.startswith('"Generated-By')]
    open(out, "w").write("".join(lines))


make("messages.pot", tags=["NOTE:"], width=76)
make("sorted.pot", keywords=["custom:2", "custom2"], width=40, sort_output=True, tags=["NOTE:", "other"])
make("nowrap.pot", width=None, no_location=True, omit_header=True, options={"trimmed": "1"})
make("byfile.pot", width=76, sort_by_file=True)
