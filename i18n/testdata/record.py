"""Records what Python's gettext makes of plural rules and of a catalogue.

python3 record.py writes golden.json and messages.mo beside itself.
"""

import gettext
import json
import pathlib
import struct

here = pathlib.Path(__file__).parent

RULES = [
    "nplurals=1; plural=0;",
    "nplurals=2; plural=n != 1;",
    "nplurals=2; plural=(n > 1);",
    "nplurals=2; plural=n>1",
    "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;",
    "nplurals=3; plural=n==1 ? 0 : n==2 ? 1 : 2;",
    "nplurals=3; plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;",
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);",
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "nplurals=5; plural=(n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4);",
    "nplurals=2; plural=(n==1 || n==11) ? 0 : 1;",
    "nplurals=2; plural=n%10!=1 || n%100==11",
    "nplurals=4; plural=(n==1) ? 0 : (n==2) ? 1 : (n != 8 && n != 11) ? 2 : 3;",
    "nplurals=2; plural=!(n==1);",
    "nplurals=2; plural=!n;",
    "nplurals=3; plural=n%3;",
    "nplurals=2; plural=n - n + (n > 2);",
    "nplurals=3; plural=n/5%3;",
    "nplurals=3; plural=n*2%3;",
    "nplurals=2; plural=n==1||n==3&&n!=3?0:1;",
    "nplurals=3; plural=1+n%2;",
    "nplurals=2; plural=(((((n))))) != 1;",
    "nplurals=2; plural= n  <=  1 ;",
    "nplurals=2; plural=n >= 2 ? 1 : 0",
]

BAD = [
    "nplurals=2; plural=n+;",
    "nplurals=2; plural=n n;",
    "nplurals=2; plural=(n;",
    "nplurals=2; plural=n);",
    "nplurals=2; plural=m;",
    "nplurals=2; plural=n ? 1;",
    "nplurals=2; plural=__import__('os');",
    "nplurals=2; plural=n**2;",
    "nplurals=2; plural=n and 1;",
    "nplurals=2; plural=n=1;",
    "nplurals=2; plural=" + "(" * 50 + "n" + ")" * 50 + ";",
    "nplurals=2; plural=0x10;",
    "nplurals=2; plural='1';",
    "nplurals=2; plural=n!1;",
    "nplurals=2; plural=;",
]

NUMBERS = list(range(0, 230)) + [999, 1000, 1001, 1002, 1011, 1111, 2000, 1000000, 123456789]


def index(rule, n):
    expression = rule.split("plural=", 1)[1].split(";")[0]
    return gettext.c2py(expression)(n)


def refused(rule):
    try:
        for n in NUMBERS:
            index(rule, n)
    except Exception:
        return True
    return False


HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
MESSAGES = {
    "": HEADER,
    "Hello %(name)s": "Cześć %(name)s",
    "menu\x04Open": "Otwórz",
    "Open": "Otwarte",
    "%(num)s file\x00%(num)s files": "%(num)s plik\x00%(num)s pliki\x00%(num)s plików",
    "shop\x04%(num)s order\x00%(num)s orders": "%(num)s zamówienie\x00%(num)s zamówienia\x00%(num)s zamówień",
    "100%": "100 %",
    "quote \"\n\ttab\\": "cudzysłów \"\n\ttab\\",
}


def mo(messages, order):
    keys = sorted(messages, key=lambda k: k.encode())
    ids = values = b""
    offsets = []
    for k in keys:
        i, v = k.encode(), messages[k].encode()
        offsets.append((len(i), len(ids), len(v), len(values)))
        ids += i + b"\0"
        values += v + b"\0"
    n = len(keys)
    start = 28 + 16 * n
    head = struct.pack(order + "7I", 0x950412DE, 0, n, 28, 28 + 8 * n, 0, 0)
    table = b"".join(struct.pack(order + "2I", a, b + start) for a, b, _, _ in offsets)
    table += b"".join(struct.pack(order + "2I", c, d + start + len(ids)) for _, _, c, d in offsets)
    return head + table + ids + values


(here / "messages.mo").write_bytes(mo(MESSAGES, "<"))
(here / "messages-big.mo").write_bytes(mo(MESSAGES, ">"))
with open(here / "messages.mo", "rb") as f:
    t = gettext.GNUTranslations(f)
answers = []
for n in NUMBERS[:130]:
    answers.append(["ngettext", "%(num)s file", "%(num)s files", n, t.ngettext("%(num)s file", "%(num)s files", n)])
    answers.append(["npgettext", "%(num)s order", "%(num)s orders", n, t.npgettext("shop", "%(num)s order", "%(num)s orders", n)])
    answers.append(["ngettext", "%(num)s none", "%(num)s nones", n, t.ngettext("%(num)s none", "%(num)s nones", n)])
for text in ["Hello %(name)s", "Open", "100%", "quote \"\n\ttab\\", "absent", "%(num)s file"]:
    answers.append(["gettext", text, "", 0, t.gettext(text)])
for text in ["Open", "absent"]:
    answers.append(["pgettext", text, "", 0, t.pgettext("menu", text)])

golden = {
    "numbers": NUMBERS,
    "rules": {r: [index(r, n) for n in NUMBERS] for r in RULES},
    "bad": [r for r in BAD if refused(r)],
    "answers": answers,
}
assert golden["bad"] == BAD, set(BAD) - set(golden["bad"])
(here / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
