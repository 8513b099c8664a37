"""Make json.json: what Python's json module makes of malformed and unusual
texts, and base64.json: what itsdangerous' base64_decode makes of unusual ones.

    /usr/bin/python3 goldens.py
"""
import json
import os

from itsdangerous.encoding import base64_decode
from itsdangerous.exc import BadData

here = os.path.dirname(os.path.abspath(__file__))

TEXTS = [
    "", " ", "null", " null ", "nul", "true", "false", "tru", "NaN", "Infinity", "-Infinity", "-Inf", "nan", "None",
    "0", "-0", "00", "01", "-", "+1", "1.", ".5", "1.5", "-1.5e3", "1e5", "1E+5", "1e", "1e+", "1.e3", "1e400", "-1e400", "1e-400", "0x10", "1_000",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1" * 400,
    "[]", "[1]", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "[[]]", "[1, 2,3 ]", "{}", "{", "}", "{\"a\":1}", "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{a:1}",
    "{\"a\" : 1 , \"b\":2}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "{1:2}", "{\"a\":1", "{\"a\"", "{,}",
    "\"\"", "\"a\"", "\"a", "'a'", "\"\\n\\t\\r\\b\\f\\/\\\\\\\"\"", "\"\\x\"", "\"\\u00e9\"", "\"\\u00E9\"", "\"\\u12\"", "\"\\uZZZZ\"", "\"\\ud83d\\ude00\"", "\"\\",
    "\"\n\"", "\"\t\"", "\"\x7f\"", "\"\u00e9\"", "\"\u2028\"", "\ufeff1", "1 2", "1,", "null null", "\u00a01", "\x0b1", "[1]x", "\"a\"\"b\"", "[\"\u00e9\", x]", "\n\n  x",
    "[" * 100 + "]" * 100,
]

rows = []
for text in TEXTS:
    row = {"text": text}
    try:
        v = json.loads(text)
        row["ascii"] = json.dumps(v)
        row["compact"] = json.dumps(v, ensure_ascii=False, separators=(",", ":"))
    except ValueError as e:
        row["error"] = str(e)
    rows.append(row)
with open(os.path.join(here, "json.json"), "w") as f:
    json.dump(rows, f, indent=1)
    f.write("\n")

STRINGS = ["", "=", "==", "====", "A", "AA", "AAA", "AAAA", "AAAAA", "A=", "A==", "A===", "AA=", "AA==", "AA===", "AA==AA", "AA=A", "AA=A=", "AAA=A", "AAA=AAAA",
           "A A A A", "AA\n", "!!!!", "A!", "AB!", "ABC!", "ABCD!", "-_-_", "+/+/", "-/+_", "A-", "====AAAA", "=AAAA", "A=AA=A", "AAAA====", "AAAAA===", "QUJD", "Zg", "Zh", "Zm8", "Zm9v", "\x00AA", "\x7fAAA"]
rows = []
for text in STRINGS:
    try:
        rows.append({"text": text, "hex": base64_decode(text.encode()).hex()})
    except BadData as e:
        rows.append({"text": text, "error": e.message, "cause": str(e.__cause__)})
with open(os.path.join(here, "base64.json"), "w") as f:
    json.dump(rows, f, indent=1)
    f.write("\n")
