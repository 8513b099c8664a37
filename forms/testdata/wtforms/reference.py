#!/usr/bin/python3
"""What the real WTForms answers to requests of the kind "form" (conform's).

    reference.py < requests > answers      one JSON object a line
    reference.py cases > goldens.jsonl     the recorded cases: id, request, answer

It needs Debian's python3-wtforms and python3-email-validator.
"""
import datetime
import decimal
import json
import math
import sys
import types
import uuid
import warnings

import wtforms
from wtforms import validators
from werkzeug.datastructures import MultiDict

warnings.simplefilter("ignore")

FILTERS = {
    "strip": lambda s: s.strip() if isinstance(s, str) else s,
    "lower": lambda s: s.lower() if isinstance(s, str) else s,
    "upper": lambda s: s.upper() if isinstance(s, str) else s,
}
COERCE = {"int": int, "str": str, "float": float}
TAGS = {
    "$decimal": decimal.Decimal,
    "$date": datetime.date.fromisoformat,
    "$time": datetime.time.fromisoformat,
    "$datetime": datetime.datetime.fromisoformat,
    "$uuid": uuid.UUID,
    "$float": float,
}


def read(value):
    """A value of a request: tagged objects become what JSON lacks."""
    if isinstance(value, list):
        return [read(v) for v in value]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in TAGS:
            tag, text = next(iter(value.items()))
            return TAGS[tag](text)
        return {k: read(v) for k, v in value.items()}
    return value


def write(value):
    """A value of an answer."""
    if isinstance(value, (list, tuple)):
        return [write(v) for v in value]
    if isinstance(value, dict):
        return {str(k): write(v) for k, v in value.items()}
    if isinstance(value, decimal.Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"$date": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"$time": value.isoformat()}
    if isinstance(value, uuid.UUID):
        return {"$uuid": str(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def errors(value):
    """The errors. WTForms lists wrong choices in a set's order; here they are sorted."""
    if isinstance(value, dict):
        return {str(k): errors(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [errors(v) for v in value]
    words, sep, rest = str(value).partition(" are not valid choices")
    return ", ".join(sorted(words.split(", "))) + sep + rest if sep else str(value)


def field(f):
    """An unbound field of its description."""
    class_ = getattr(wtforms, f["type"])
    kw = {}
    for name in ("label", "description", "render_kw", "places", "format", "validate_choice", "min_entries", "max_entries"):
        if name in f:
            kw[name] = f[name]
    if "default" in f:
        kw["default"] = read(f["default"])
    if "coerce" in f:
        kw["coerce"] = COERCE[f["coerce"]]
    if "choices" in f:
        choices = f["choices"]
        if isinstance(choices, dict):
            kw["choices"] = {g: [tuple(c) for c in list_] for g, list_ in choices.items()}
        else:
            kw["choices"] = [tuple(c) if isinstance(c, list) else c for c in choices]
    if "filters" in f:
        kw["filters"] = [FILTERS[name] for name in f["filters"]]
    if "validators" in f:
        kw["validators"] = [getattr(validators, name)(**read(args)) for name, args in f["validators"]]
    if f["type"] == "FormField":
        return class_(form(f["fields"]), **kw)
    if f["type"] == "FieldList":
        return class_(field(f["entry"]), **kw)
    return class_(**kw)


def form(fields):
    """A form class of a list of descriptions."""
    return type("F", (wtforms.Form,), {f["name"]: field(f) for f in fields})


def find(f, path):
    for name in path.split("."):
        if name.isdigit():
            f = list(f)[int(name)]
        elif name == "label":
            f = f.label
        else:
            f = f[name]
    return f


def answer(request):
    try:
        formdata = request.get("formdata")
        if formdata is not None:
            formdata = MultiDict((k, v) for k, v in formdata)
        obj = request.get("obj")
        if obj is not None:
            obj = types.SimpleNamespace(**read(obj))
        f = form(request["fields"])(formdata, obj, prefix=request.get("prefix", ""))
        out = {}
        if formdata is not None:
            out["valid"] = f.validate()
        out["data"] = write(f.data)
        out["errors"] = errors(f.errors)
        out["html"] = [str(find(f, name)(**kw)) for name, kw in request.get("render", [])]
        return out
    except Exception as e:
        return {"exception": type(e).__name__, "message": str(e)}


# The cases. Each is (id, request without its kind).

TEXT = ["StringField", "TextAreaField", "PasswordField", "EmailField", "URLField", "TelField", "SearchField", "HiddenField"]
TEXTS = ["", " ", "\t\n", "abc", " 12 ", "None", "0", "<b>&\"'", "Grüße", "日本語", "\u0661\u0662", "é́", "a\r\nb", "x" * 2000, "🙂", "null", "\u00a0", "\u200b", "a\tb", "{{ 1 }}"]
NUMBERS = ["", " ", "0", "1", "-1", "+1", " 12 ", "12 ", "\u0661\u0662", "１２", "1.0", "1.", ".5", "-.5", "1.50", "1e5", "1E5", "1e-2", "1_000", "1__0", "_1", "0x10", "007", "-0", "--1", "+-1", "1,5", "1 000",
           "abc", "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "99999999999999999999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "3.14159", "2.675", "0.1", "1e", "e5", "½", "²", "\t7\n", "\u00a07", "true", "None", "-", "+", "."]
DATES = ["", " ", "2026-02-28", "2026-02-29", "2024-02-29", "2026-2-3", "2026-02-28 ", " 2026-02-28", "28.02.2026", "2026/02/28", "0001-01-01", "9999-12-31", "10000-01-01", "0000-01-01", "2026-13-01", "2026-00-10", "2026-01-32", "2026-02", "20260228", "-2026-02-28", "٢٠٢٦-٠٢-٢٨", "2026-02-28T10:00", "abc", "26-02-28", "2026-02-28\n"]
TIMES = ["", "12:30", "00:00", "23:59", "24:00", "12:60", "1:5", "12:30:15", "12.30", " 12:30", "12:30 ", "noon", "-1:00", "12:3", "012:30"]
DATETIMES = ["", "2026-02-28 12:30:00", "2026-02-28T12:30:00", "2026-02-28 12:30", "2026-02-28T12:30", "2026-02-28  12:30:00", "2026-02-28 12:30:60", "2026-02-28 12:30:61", "2026-02-28 12:30:00.5", "2026-02-28T12:30:00Z", "2026-02-30 12:30:00", "2026-2-8 1:2:3", "abc", " 2026-02-28 12:30:00"]
MONTHS = ["", "2026-02", "2026-2", "2026-13", "2026-00", "2026", "2026-02-01", "26-02", " 2026-02"]
EMAILS = ["a@b.de", "a@b", "a@localhost", "", " a@b.de", "a@b.de ", "a b@c.de", "a@b..de", "a..b@c.de", ".a@b.de", "a.@b.de", "a@-b.de", "a@b-.de", "a+tag@b.de", "a@b.c", "ä@b.de", "a@bücher.de", "a@xn--bcher-kva.de", "\"a b\"@c.de", "a@[127.0.0.1]", "a@127.0.0.1", "A@B.DE", "a@b.de.", "@b.de", "a@", "a", "a@@b.de", "a@b@c.de", "a@b_c.de", "o'hara@b.de", "a!#$%&'*+/=?^_`{|}~-@b.de", "x" * 64 + "@b.de", "x" * 65 + "@b.de", "a@" + "b" * 63 + ".de", "a@" + "b" * 64 + ".de",
          "a@" + "b." * 130 + "de", "a@b.test", "a@b.local", "a@example.com", "a@b.invalid", "a@b.12", "a(c)@b.de", "a@b.de\n", "a\x00@b.de", "a,b@c.de", "<a@b.de>", "a;b@c.de", "日本@例え.jp", "a@b。de", "a@b.DE", "a@sub.sub.b.co.uk", "a@b.xn--p1ai"]
URLS = ["http://a.de", "https://a.de/", "https://a.de:80/x?y=1#z", "ftp://a.de", "HTTP://A.DE", "http://a", "http://localhost", "http://localhost:5000/", "http://127.0.0.1", "http://127.0.0.1:80/x", "http://[::1]/", "http://256.1.1.1", "//a.de", "a.de", "http:/a.de", "http://", "http:///x", "http://a b.de", "http://a.de/ x", "javascript://a.de/%0aalert(1)", "javascript:alert(1)", "http://bücher.de", "http://xn--bcher-kva.de", "http://a_b.de", "http://-a.de", "http://a-.de", "http://a..de", "http://.de", "http://a.d", "http://a.123", "http://a.de?x", "http://a.de#x", "http://user@a.de", "http://user:pw@a.de", "http://a.de\n", "", " http://a.de", "http://a.de ", "http://" + "a" * 64 + ".de", "http://" + "a." * 130 + "de", "mailto:a@b.de", "h2://a.de", "http://a.de:", "http://a.de:x", "http://a.de:99999", "http://1.2.3", "http://a.de./", "http://a.verylongtopleveldomainname", "http://xn--a.xn--p1ai", "http://日本.jp"]
IPS = ["1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", " 1.2.3.4", "1.2.3.4 ", "::1", "::", "2001:db8::1", "2001:DB8::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2::3", "12345::", "[::1]", "1.2.3.4/24", "", "abc", "0x1.2.3.4", "1.2.3.-4", "١.٢.٣.٤", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3.4", "16909060"]
MACS = ["00:11:22:33:44:55", "AA:bb:CC:dd:EE:ff", "00-11-22-33-44-55", "001122334455", "00:11:22:33:44", "00:11:22:33:44:5g", "", "00:11:22:33:44:55\n", " 00:11:22:33:44:55", "00:11:22:33:44:55:66"]
UUIDS = ["12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}", "urn:uuid:12345678-1234-5678-1234-567812345678", "12345678-1234-5678-1234-56781234567", "", "abc", "ABCDEFAB-1234-5678-1234-567812345678", "g2345678-1234-5678-1234-567812345678", "1-2345678123456781234567812345678", " 12345678-1234-5678-1234-567812345678", "00000000-0000-0000-0000-000000000000"]
FLAT = [["a", "Apple"], ["b", "Bär"], ["<", "<i>&\""]]
INTS = [[1, "one"], [2, "two"], [10, "ten"]]
GROUPS = {"Fruit": [["a", "Apple"], ["p", "Pear"]], "Nuts & \"co\"": [["h", "Hazel"]]}
WIDE = [["x", {}], ["x", {"class_": "wide", "data_x": 1, "aria_label": "A & B"}], ["x.label", {}], ["x.label", {"class": "l", "for": "other"}]]


def one(type_, data, validators_=None, render=(("x", {}),), **kw):
    """A form with one field x and the values sent for it, None for none sent."""
    f = {"name": "x", "type": type_, **kw}
    if validators_ is not None:
        f["validators"] = validators_
    pairs = [] if data is None else [["x", d] for d in ([data] if isinstance(data, str) else data)]
    return {"fields": [f], "formdata": pairs, "render": [list(r) for r in render]}


def cases():
    # Every field, unsent and untouched.
    every = TEXT + ["IntegerField", "IntegerRangeField", "DecimalField", "DecimalRangeField", "FloatField", "BooleanField", "DateField", "TimeField", "DateTimeField", "DateTimeLocalField", "MonthField", "SelectField", "SelectMultipleField", "RadioField", "SubmitField", "FileField", "MultipleFileField"]
    for t in every:
        kw = {"choices": FLAT} if t in ("SelectField", "SelectMultipleField", "RadioField") else {}
        for label, more in (("", {}), ("label", {"label": "A <b> & \"c\""}), ("kw", {"render_kw": {"class": "rk", "placeholder": "<p>", "data-z": "1", "disabled": False, "autofocus": True}}), ("required", {"validators": [["DataRequired", {}]]}), ("input", {"validators": [["InputRequired", {}]]}), ("optional", {"validators": [["Optional", {}]]})):
            # The Python attribute name makes the label.
            r = {"fields": [{"name": "first_name", "type": t, **kw, **more}], "formdata": None,
                 "render": [["first_name", {}], ["first_name", {"class_": "wide", "data_x": 1, "aria_label": "A & B", "id": "i"}], ["first_name.label", {}], ["first_name.label", {"class": "l", "for": "other"}], ["first_name", {"required": False, "hidden": True, "value": "v"}]]}
            yield f"field/{t}/{label or 'plain'}", r
            if t not in ("FileField", "MultipleFileField"):
                yield f"unsent/{t}/{label or 'plain'}", {**r, "formdata": [], "render": r["render"][:1]}
    for t in TEXT:
        for i, s in enumerate(TEXTS if t in ("StringField", "TextAreaField") else TEXTS[:9:2]):
            yield f"text/{t}/{i}", one(t, s)
        for i, s in enumerate(["", "  ", "v"]):
            for v in ("DataRequired", "InputRequired", "Optional"):
                yield f"text/{t}/{v}/{i}", one(t, s, [[v, {}], ["Length", {"min": 3, "max": 5}]])
        yield f"text/{t}/twice", one(t, ["a", "b"])
        yield f"text/{t}/default", {"fields": [{"name": "x", "type": t, "default": "d<>\"'&"}], "formdata": None, "render": WIDE}
    for t in ("IntegerField", "DecimalField", "FloatField"):
        for i, s in enumerate(NUMBERS):
            yield f"number/{t}/{i}", one(t, s)
        for i, s in enumerate(["0", "1", "5", "10", "11", "-3", "", "x", "5.5"]):
            for j, a in enumerate([{"min": 1}, {"max": 10}, {"min": 1, "max": 10}, {"min": 1, "max": 10, "message": "Between %(min)s and %(max)s!"}]):
                yield f"number/{t}/range{j}/{i}", one(t, s, [["NumberRange", a]])
        for v in ("DataRequired", "InputRequired", "Optional"):
            for i, s in enumerate(["0", "", " ", "x", None]):
                yield f"number/{t}/{v}/{i}", one(t, s, [[v, {}]])
    for t, x in (("IntegerRangeField", 3), ("DecimalRangeField", {"$decimal": "3.5"})):
        for i, s in enumerate(["4", "x", "", "4.5", "100"]):
            yield f"number/{t}/{i}", one(t, s, [["NumberRange", {"min": 1, "max": 9}]], default=x)
    for i, (places, d) in enumerate([(2, "1"), (2, "1.005"), (2, "1.015"), (0, "2.5"), (4, "1.23456789"), (None, "1.500"), (2, "-0.001"), (1, "1E+3"), (3, "1E-7")]):
        yield f"number/places/{i}", {"fields": [{"name": "x", "type": "DecimalField", "places": places, "default": {"$decimal": d}}], "formdata": None, "render": [["x", {}]]}
    for i, n in enumerate([0, 5, -7, 10**20]):
        yield f"number/default/{i}", {"fields": [{"name": "x", "type": "IntegerField", "default": n}], "formdata": None, "render": [["x", {}]]}
    for i, n in enumerate([0.0, 1.5, 1e21, 1e16, 1e-5, 0.1, 100.0, 123456789.125]):
        yield f"number/floatdefault/{i}", {"fields": [{"name": "x", "type": "FloatField", "default": n}], "formdata": None, "render": [["x", {}]]}
    for t, list_, default in (("DateField", DATES, {"$date": "2026-02-28"}), ("TimeField", TIMES, {"$time": "08:05:00"}), ("DateTimeField", DATETIMES, {"$datetime": "2026-02-28T08:05:09"}), ("DateTimeLocalField", DATETIMES, {"$datetime": "2026-02-28T08:05:09"}), ("MonthField", MONTHS, {"$date": "2026-02-01"})):
        for i, s in enumerate(list_):
            yield f"date/{t}/{i}", one(t, s)
        for v in ("DataRequired", "InputRequired", "Optional"):
            for i, s in enumerate(["", "x", list_[2] if t != "TimeField" else "12:30"]):
                yield f"date/{t}/{v}/{i}", one(t, s, [[v, {}]])
        yield f"date/{t}/default", {"fields": [{"name": "x", "type": t, "default": default}], "formdata": None, "render": WIDE}
    for i, (t, fmt, s) in enumerate([("DateField", "%d.%m.%Y", "28.02.2026"), ("DateField", "%d.%m.%Y", "2026-02-28"), ("DateField", ["%Y-%m-%d", "%d.%m.%Y"], "28.02.2026"), ("DateField", "%-d.%-m.%Y", "3.2.2026"), ("DateField", "%m/%d/%y", "02/28/26"), ("DateField", "%d %b %Y", "28 Feb 2026"), ("DateField", "%d %B %Y", "28 february 2026"), ("TimeField", "%I:%M %p", "01:30 PM"), ("TimeField", "%I:%M %p", "1:30 pm"), ("TimeField", "%H:%M:%S", "12:30:15"), ("TimeField", ["%H:%M:%S", "%H:%M"], "12:30"), ("DateTimeField", "%Y-%m-%dT%H:%M", "2026-02-28T12:30"), ("DateTimeField", "%Y-%m-%d %H:%M:%S.%f", "2026-02-28 12:30:00.25"), ("DateTimeField", "%j %Y", "059 2026"), ("DateField", "%d%%%m%%%Y", "28%02%2026")]):
        yield f"date/format/{i}", one(t, s, format=fmt)
        yield f"date/format/{i}/default", {"fields": [{"name": "x", "type": t, "format": fmt, "default": {"DateField": {"$date": "2026-02-03"}, "TimeField": {"$time": "13:05:09"}, "DateTimeField": {"$datetime": "2026-02-03T13:05:09"}}[t]}], "formdata": None, "render": [["x", {}]]}
    for t in ("DateField", "DateTimeField"):
        yield f"date/{t}/twoparts", one(t, ["2026-02-28", "12:30:00"])
    for t in ("BooleanField", "SubmitField"):
        for i, s in enumerate(["y", "", "true", "True", "false", "False", "0", "1", "off", "on", "no", "n", "<x>", None, ["", "y"], ["y", ""]]):
            yield f"bool/{t}/{i}", one(t, s)
        for d in (True, False, None):
            yield f"bool/{t}/default{d}", {"fields": [{"name": "x", "type": t, "default": d}], "formdata": None, "render": WIDE}
            yield f"bool/{t}/default{d}/unsent", {"fields": [{"name": "x", "type": t, "default": d}], "formdata": [["other", "1"]], "render": [["x", {}]]}
        for v in ("DataRequired", "InputRequired", "Optional"):
            for i, s in enumerate(["y", "false", "", None]):
                yield f"bool/{t}/{v}/{i}", one(t, s, [[v, {}]])
    options = (("x", {}), ("x.0", {}), ("x.0.label", {}), ("x.1", {"class_": "o"}))
    for t in ("SelectField", "RadioField", "SelectMultipleField"):
        shapes = [("flat", {"choices": FLAT}), ("values", {"choices": ["a", "b", "c"]}), ("ints", {"choices": INTS, "coerce": "int"}), ("open", {"choices": FLAT, "validate_choice": False})]
        if t != "RadioField":
            shapes += [("groups", {"choices": GROUPS}), ("empty", {"choices": []})]
        for shape, kw in shapes:
            o = options[:2] if shape == "empty" else options
            o = o if shape != "empty" else (("x", {}),)
            for i, s in enumerate(["a", "b", "z", "", "1", "2", "01", " 2 ", "x1", None, ["a", "b"], ["a", "z"], ["1", "2"], ["1", "x"], ["a", "a"], "p", "h", "<", "A"]):
                yield f"select/{t}/{shape}/{i}", one(t, s, render=o, **kw)
            for v in ("DataRequired", "InputRequired", "Optional"):
                for i, s in enumerate([None, "", "a", "z", "1"]):
                    yield f"select/{t}/{shape}/{v}/{i}", one(t, s, [[v, {}]], **kw)
            for i, d in enumerate(["b", 2, None, ["a", "b"], [1, 10], "None"]):
                if t == "SelectMultipleField" and not isinstance(d, list):
                    continue
                if t != "SelectMultipleField" and isinstance(d, list):
                    continue
                yield f"select/{t}/{shape}/default/{i}", {"fields": [{"name": "x", "type": t, "default": d, **kw}], "formdata": None, "render": [list(r) for r in o]}
        yield f"select/{t}/floats", one(t, "1.5", choices=[[1.5, "a"], [2.0, "b"]], coerce="float")
        yield f"select/{t}/rendered", {"fields": [{"name": "x", "type": t, "choices": FLAT, "render_kw": {"class": "rk"}}], "formdata": None, "render": [["x", {}], ["x", {"class_": "wide", "size": 3}], ["x.2", {}], ["x.2.label", {}]]}
    # Validators.
    def checks(name, args, texts, label=""):
        for i, s in enumerate(texts):
            yield f"check/{name}{label}/{i}", one("StringField", s, [[name, args]])
    yield from checks("Email", {}, EMAILS)
    yield from checks("Email", {"message": "No address"}, ["x"], "/message")
    yield from checks("Email", {"allow_smtputf8": False}, ["ä@b.de", "a@bücher.de", "a@b.de"], "/ascii")
    yield from checks("URL", {}, URLS)
    yield from checks("URL", {"require_tld": False}, URLS[:12] + ["http://a_b", "http://a-"], "/notld")
    yield from checks("IPAddress", {}, IPS)
    yield from checks("IPAddress", {"ipv6": True}, IPS[8:22], "/both")
    yield from checks("IPAddress", {"ipv4": False, "ipv6": True}, IPS, "/v6")
    yield from checks("MacAddress", {}, MACS)
    yield from checks("UUID", {}, UUIDS)
    for j, a in enumerate([{"min": 1}, {"min": 2}, {"max": 1}, {"max": 3}, {"min": 2, "max": 3}, {"min": 3, "max": 3}, {"min": 1, "max": 1}, {"min": 2, "max": 3, "message": "%(min)d to %(max)d, not %(length)d"}]):
        yield from checks("Length", a, ["", "a", "ab", "abc", "abcd", "日本", "🙂🙂", "  "], f"/{j}")
    yield from checks("AnyOf", {"values": ["a", "b"]}, ["a", "c", "", "A"])
    yield from checks("AnyOf", {"values": ["a", "b"], "message": "One of %(values)s"}, ["c"], "/message")
    yield from checks("NoneOf", {"values": ["a", "b"]}, ["a", "c", ""])
    yield from checks("NoneOf", {"values": ["a", "<b>"], "message": "None of %(values)s"}, ["a"], "/message")
    for i, s in enumerate(["1", "3", ""]):
        yield f"check/AnyOf/int/{i}", one("IntegerField", s, [["AnyOf", {"values": [1, 2]}]])
        yield f"check/NoneOf/int/{i}", one("IntegerField", s, [["NoneOf", {"values": [1, 2]}]])
    for j, a in enumerate([{"regex": "^[a-z]+$"}, {"regex": "[a-z]"}, {"regex": "\\d{3}", "message": "Three digits"}, {"regex": "^$"}]):
        yield from checks("Regexp", a, ["", "abc", "ABC", "1abc", "abc1", "123", "1234", "abc\n", "\u0661\u0662\u0663"], f"/{j}")
    for v in ("DataRequired", "InputRequired", "Optional"):
        yield from checks(v, {}, [None, "", " ", "\u00a0", "0", "a", "\u200b"])
    yield from checks("DataRequired", {"message": "Say it"}, [None, " "], "/message")
    yield from checks("InputRequired", {"message": "Say it"}, [None, " ", ""], "/message")
    yield from checks("Optional", {"strip_whitespace": False}, ["", " "], "/strip")
    for i, chain in enumerate([[["Optional", {}], ["Length", {"min": 3}]], [["Length", {"min": 3}], ["Optional", {}]], [["Length", {"min": 3}], ["DataRequired", {}]], [["DataRequired", {}], ["Length", {"min": 3}], ["Regexp", {"regex": "[0-9]"}]], [["Length", {"min": 3}], ["Regexp", {"regex": "[0-9]"}], ["Email", {}]], [["InputRequired", {}], ["Optional", {}]]]):
        for j, s in enumerate(["", " ", "a", "abc", "123"]):
            yield f"check/chain/{i}/{j}", one("StringField", s, chain)
    for i, (a, b, kw) in enumerate([("x", "x", {}), ("x", "y", {}), ("x", None, {}), (None, None, {}), ("x", "y", {"message": "%(other_label)s and %(other_name)s differ"}), ("x", "X", {})]):
        for other in ("b", "nobody"):
            yield f"check/EqualTo/{i}/{other}", {"fields": [{"name": "a", "type": "StringField", "validators": [["EqualTo", {"fieldname": other, **kw}]]}, {"name": "b", "type": "StringField", "label": "The Other"}], "formdata": [[n, v] for n, v in (("a", a), ("b", b)) if v is not None], "render": [["a", {}], ["b", {}]]}
    # Attributes that come from validators.
    for t in TEXT + ["IntegerField", "DateField"]:
        v = [["NumberRange", {"min": 1, "max": 9}]] if t in ("IntegerField", "DateField") else [["Length", {"min": 2, "max": 9}], ["InputRequired", {}]]
        yield f"attributes/{t}", {"fields": [{"name": "x", "type": t, "validators": v}], "formdata": None, "render": [["x", {}], ["x", {"maxlength": 3, "required": False}], ["x", {"class_": "a", "class__": "b"}], ["x", {"data_a_b": "c", "title": None}]]}
    # Filters.
    for i, (filters, s) in enumerate([(["strip"], " a "), (["strip", "lower"], " A b "), (["upper"], "ß"), (["strip"], "   "), (["strip"], None), (["lower"], "ÄÖ"), (["lower"], "İ")]):
        for v in ([], [["DataRequired", {}]], [["InputRequired", {}]]):
            yield f"filter/{i}/{len(v) and v[0][0]}", one("StringField", s, v, filters=filters)
    # Prefixes.
    for i, p in enumerate(["a", "a-", "a_", "a.", "p1:", ""]):
        sep = p if not p or p[-1] in "-_;:/." else p + "-"
        yield f"prefix/{i}", {"fields": [{"name": "x", "type": "StringField", "validators": [["DataRequired", {}]]}, {"name": "b", "type": "BooleanField"}, {"name": "l", "type": "FieldList", "entry": {"name": "e", "type": "StringField"}}], "prefix": p, "formdata": [[sep + "x", "v"], ["x", "other"], [sep + "l-0", "e"]], "render": [["x", {}], ["x.label", {}], ["b", {}], ["l", {}]]}
    # From an object.
    obj = {"s": "text", "i": 5, "d": {"$date": "2026-02-28"}, "b": True, "c": "b", "m": ["a", "b"], "f": {"street": "Road 1", "zip": 123}, "l": ["one", "two"], "r": [{"street": "A", "zip": 1}, {"street": "B", "zip": 2}], "dec": {"$decimal": "2.5"}, "unknown": 1}
    address = [{"name": "street", "type": "StringField", "validators": [["DataRequired", {}]]}, {"name": "zip", "type": "IntegerField", "validators": [["Optional", {}]]}]
    fields = [{"name": "s", "type": "StringField"}, {"name": "i", "type": "IntegerField"}, {"name": "d", "type": "DateField"}, {"name": "b", "type": "BooleanField"}, {"name": "c", "type": "SelectField", "choices": FLAT}, {"name": "m", "type": "SelectMultipleField", "choices": FLAT}, {"name": "f", "type": "FormField", "fields": address}, {"name": "l", "type": "FieldList", "entry": {"name": "e", "type": "StringField"}}, {"name": "r", "type": "FieldList", "entry": {"name": "e", "type": "FormField", "fields": address}}, {"name": "dec", "type": "DecimalField"}, {"name": "absent", "type": "StringField", "default": "def"}]
    render = [[n, {}] for n in ("s", "i", "d", "b", "c", "m", "f", "l", "r", "dec", "absent", "f.street", "l.1", "r.0.street", "f.street.label", "r.1.zip.label")]
    yield "obj/all", {"fields": fields, "formdata": None, "obj": obj, "render": render}
    for i, data in enumerate([[], [["s", "new"]], [["s", ""], ["i", "x"], ["m", "b"], ["f-street", "new"], ["l-0", "x"], ["r-1-street", "new"]], [["b", "y"], ["l-1", "x"], ["l-0", "y"], ["r-0-zip", "9"]]]):
        yield f"obj/posted/{i}", {"fields": fields, "formdata": data, "obj": obj, "render": render[:12]}
    for i, o in enumerate([{"s": None, "i": None, "d": None, "c": None, "m": None, "dec": None, "b": None}, {"i": 0, "b": False, "s": ""}]):
        # A None where a form or a list is expected keeps WTForms' default.
        yield f"obj/none/{i}", {"fields": fields[:6] + fields[9:], "formdata": None, "obj": o, "render": [r for r in render if r[0] in ("s", "i", "d", "b", "c", "m", "dec", "absent")]}
    # FormField.
    nested = [{"name": "a", "type": "FormField", "fields": address, "label": "Address"}, {"name": "x", "type": "StringField"}]
    for i, data in enumerate([[], [["a-street", "R"]], [["a-street", ""], ["a-zip", "x"]], [["a-zip", "5"], ["x", "y"]], [["a-street", "R"], ["a-zip", " "]], [["a.street", "R"]], [["a", "R"]]]):
        yield f"nested/form/{i}", {"fields": nested, "formdata": data, "render": [["a", {}], ["a.street", {"class_": "c"}], ["a.label", {}], ["a.zip.label", {}], ["a", {"class_": "t", "id": "t"}]]}
    deep = [{"name": "a", "type": "FormField", "fields": [{"name": "b", "type": "FormField", "fields": address}, {"name": "h", "type": "HiddenField"}, {"name": "l", "type": "FieldList", "entry": {"name": "e", "type": "IntegerField"}}]}]
    for i, data in enumerate([[["a-b-street", "R"], ["a-l-0", "1"], ["a-l-5", "x"]], [["a-b-zip", "x"]], [["a-h", "secret"], ["a-b-street", "<"]]]):
        yield f"nested/deep/{i}", {"fields": deep, "formdata": data, "render": [["a", {}], ["a.b.street", {}], ["a.l", {}]]}
    # FieldList.
    def list_(entry, **kw):
        return [{"name": "l", "type": "FieldList", "entry": {"name": "e", **entry}, **kw}]
    string, integer, sub = {"type": "StringField", "validators": [["DataRequired", {}]]}, {"type": "IntegerField"}, {"type": "FormField", "fields": address}
    datas = [None, [], [["l-0", "a"]], [["l-0", "a"], ["l-1", ""]], [["l-5", "b"], ["l-2", "a"]], [["l-0", "1"], ["l-0", "2"]], [["l-00", "a"]], [["l-x", "a"]], [["l", "a"]], [["l-", "a"]], [["l--1", "a"]], [["l-1-x", "a"]], [["l-0-street", "R"], ["l-1-zip", "x"]], [["l-0-street", "R"], ["l-3-street", "S"], ["l-3-zip", "3"]], [["l-٣", "a"]], [[f"l-{n}", str(n)] for n in range(6)], [["l-1", "x"], ["l-0", "7"]], [["ll-0", "a"]]]
    for name, fields in (("string", list_(string)), ("int", list_(integer)), ("form", list_(sub)), ("min", list_(string, min_entries=2)), ("max", list_(string, max_entries=3)), ("label", list_(string, label="The <list>", description="d")), ("minform", list_(sub, min_entries=2)), ("default", list_({"type": "StringField"}, default=["p", "q"]))):
        for i, data in enumerate(datas):
            yield f"nested/list/{name}/{i}", {"fields": fields, "formdata": data, "render": [["l", {}], ["l.label", {}], ["l", {"class_": "ul"}]]}
    yield "nested/list/entry", {"fields": list_(string), "formdata": [["l-4", "a"], ["l-7", "b"]], "render": [["l.0", {}], ["l.1.label", {}], ["l.1", {"class_": "x"}]]}
    # Whole forms.
    login = [{"name": "csrf", "type": "HiddenField"}, {"name": "email", "type": "EmailField", "label": "E-mail", "validators": [["DataRequired", {}], ["Email", {}]], "filters": ["strip", "lower"]}, {"name": "password", "type": "PasswordField", "validators": [["DataRequired", {}], ["Length", {"min": 8}]]}, {"name": "confirm", "type": "PasswordField", "validators": [["EqualTo", {"fieldname": "password"}]]}, {"name": "remember", "type": "BooleanField"}, {"name": "submit", "type": "SubmitField", "label": "Log in"}]
    for i, data in enumerate([None, [], [["email", " A@B.de "], ["password", "longenough"], ["confirm", "longenough"]], [["email", "x"], ["password", "short"], ["confirm", "other"], ["remember", "y"], ["submit", "Log in"]], [["email", "a@b.de"], ["password", "longenough"], ["confirm", ""]]]):
        yield f"form/login/{i}", {"fields": login, "formdata": data, "render": [[f["name"], {}] for f in login] + [[f["name"] + ".label", {}] for f in login]}


def main():
    if sys.argv[1:] == ["cases"]:
        seen = set()
        for id_, request in cases():
            assert id_ not in seen, id_
            seen.add(id_)
            request = {"kind": "form", **request}
            print(json.dumps({"id": id_, "request": request, "answer": answer(request)}, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        return
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), ensure_ascii=False, allow_nan=False), flush=True)


if __name__ == "__main__":
    main()
