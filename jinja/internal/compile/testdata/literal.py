"""Writes literal.json: texts and the repr of what ast.literal_eval makes of
them, null where it fails.

Run: /usr/bin/python3 literal.py > literal.json
"""
import ast
import json
import warnings

warnings.simplefilter("ignore")
TEXTS = [
    "", "1", " 1", "1 ", "1\n", "\n1", "-1", "+1", "--1", "- 1", "1.5", "1.", ".5", ".", "1e5", "1e", "1E-3", "0x1f", "0b11", "0o17", "017", "00", "0", "1_000", "1__0", "_1", "1_",
    "123456789012345678901234567890", "1e999", "inf", "nan", "1j", "None", "True", "False", "true", "none", "Nonex", "None ", "[]", "[1]", "[1,]", "[,]", "[1 2]", "[1, [2, 3]]", "[1",
    "()", "(1)", "(1,)", "(1, 2)", "1, 2", "1,", ",", "{}", "{1}", "{1, 2}", "{1: 2}", "{1: 2, 3}", "{'a': [1, {'b': None}]}", "{[]: 1}", "{1:}", "'a'", '"a"', "'a", "'a\"'", "'a' 'b'", "'a' b",
    "'\\n\\t\\\\'", "'\\x41\\u00e9\\101'", "'\\q'", "'\\x4'", "'a\nb'", "u'a'", "a", "a.b", "f()", "1 + 1", "1 if 1 else 2", "[1]\n[2]", "(\n1,\n2)", "[1,\n 2]", "1 # c", "'é'", "-'a'", "-None", "-True",
    "{'a': 1, 'a': 2}", "((1))", "(((1, 2)))", "[[[]]]", "1 2", "1;2", "x", "*", "1,,2", "'' ''", "-1.5e3", "-0", "-0.0", "1.0", "1e16", "0.1",
]


def read(s):
    try:
        return repr(ast.literal_eval(ast.parse(s, mode="eval")))
    except (ValueError, SyntaxError, MemoryError, TypeError):
        return None


print(json.dumps([[s, read(s)] for s in TEXTS], indent=0))
