#!/usr/bin/python3
"""Random forms with what the real WTForms answers, in the format of reference.py's cases.

    randomforms.py <seed> <count>

Left out is what differs on purpose: see the package comment of forms.
"""
import json
import random
import sys

import reference as R

rnd = random.Random(int(sys.argv[1]))
TEXTS = R.TEXTS + R.NUMBERS + R.DATES[:12] + R.TIMES[:6] + R.DATETIMES[:6] + R.MONTHS[:4] + R.EMAILS[:20] + R.URLS[:20] + R.IPS[:10] + ["a", "b", "p", "1", "2"]
TEXTS = [t for t in TEXTS if not any(w in t.lower() for w in ("_", "nan", "inf", "\n", "false", "off", "no")) and t not in ("0", "1e400") and len(t) < 300 and sum(c.isdigit() for c in t) < 18]
SIMPLE = R.TEXT + ["IntegerField", "DecimalField", "FloatField", "BooleanField", "DateField", "TimeField", "DateTimeField", "MonthField", "SelectField", "SelectMultipleField", "RadioField", "IntegerRangeField"]


def mutate(text):
    text = list(text)
    for _ in range(rnd.choice([0, 0, 1, 2])):
        if text and rnd.random() < 0.5:
            text.pop(rnd.randrange(len(text)))
        else:
            text.insert(rnd.randrange(len(text) + 1), rnd.choice(" .-:@/129aZé,;+eT<&\"'"))
    return "1" if text == ["0"] else "".join(text)


def checks(type_):
    out = []
    if rnd.random() < 0.5:
        out.append([rnd.choice(["DataRequired", "InputRequired", "Optional"]), {}])
    if type_ in R.TEXT and rnd.random() < 0.6:
        out.append(rnd.choice([["Length", {"min": 2}], ["Length", {"max": 5}], ["Length", {"min": 3, "max": 9}], ["Email", {}], ["URL", {}], ["URL", {"require_tld": False}], ["IPAddress", {"ipv6": True}], ["MacAddress", {}], ["AnyOf", {"values": ["a", "b"]}], ["NoneOf", {"values": ["a", "1"]}]]))
    if type_ in ("IntegerField", "DecimalField", "FloatField", "IntegerRangeField") and rnd.random() < 0.5:
        out.append(["NumberRange", rnd.choice([{"min": 0}, {"max": 10}, {"min": 1, "max": 100}])])
    rnd.shuffle(out)
    return out


def field(name, depth=0):
    r = rnd.random()
    if depth < 2 and r < 0.12:
        return {"name": name, "type": "FormField", "fields": [field(f"x{i}", depth + 1) for i in range(rnd.choice([1, 2]))]}
    if depth < 2 and r < 0.22:
        return {"name": name, "type": "FieldList", "entry": field("e", depth + 1)}
    type_ = rnd.choice(SIMPLE)
    f = {"name": name, "type": type_, "validators": checks(type_)}
    if type_ in ("SelectField", "SelectMultipleField", "RadioField"):
        f.update(rnd.choice([{"choices": R.FLAT}, {"choices": R.INTS, "coerce": "int"}, {"choices": ["a", "b", "c"] if type_ == "RadioField" else R.GROUPS}]))
    if rnd.random() < 0.2:
        f["description"] = "d <b>"
    if rnd.random() < 0.2:
        f["render_kw"] = {"class": "k", "data-x": "<"}
    if type_ in R.TEXT and rnd.random() < 0.2:
        f["filters"] = ["strip"]
    if type_ in R.TEXT and rnd.random() < 0.2:
        f["default"] = rnd.choice(TEXTS)
    return f


def send(f, prefix, out):
    name = prefix + f["name"]
    if f["type"] == "FormField":
        for sub in f["fields"]:
            send(sub, name + "-", out)
    elif f["type"] == "FieldList":
        for i in range(rnd.choice([0, 1, 2, 3])):
            send({**f["entry"], "name": str(i)}, name + "-", out)
    else:
        for _ in range(rnd.choice([0, 1, 1, 1, 1, 2])):
            out.append([name, mutate(rnd.choice(TEXTS))])


count = 0
while count < int(sys.argv[2]):
    fields = [field(f"f{i}") for i in range(rnd.choice([1, 2, 3]))]
    prefix = rnd.choice(["", "", "", "p", "q-"])
    data = None
    if rnd.random() < 0.9:
        data = []
        for f in fields:
            send(f, prefix + "-" if prefix == "p" else prefix, data)
    request = {"kind": "form", "fields": fields, "formdata": data, "prefix": prefix, "render": []}
    if "FieldList" not in json.dumps(fields):  # entries of lists are numbered anew
        request["render"] = [[f["name"], {}] for f in fields] + [[f["name"] + ".label", {}] for f in fields]
    answer = R.answer(request)
    if "exception" not in answer:
        count += 1
        print(json.dumps({"id": f"random/{sys.argv[1]}/{count}", "request": request, "answer": answer}, ensure_ascii=False))
