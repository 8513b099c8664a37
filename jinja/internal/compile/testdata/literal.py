"""Writes literal.json: texts and the repr of what ast.literal_eval makes of
them, null where it fails, and the message of a failure that Jinja2 lets through.

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
    # Complex numbers.
    "1+2j", "-1 - 2j", "1 +2j", "(1)+2j", "(1+2j)", "-(1)", "-(-1)", "-(1+2j)", "+(1)+2j", "1j+2j", "+1j+2j", "1+True", "True+1j", "1+(2j)", "1-(-2j)", "1+2j+3j", "[1+2j,-1-2j]", "{1+2j: 3}", "1+2", "1\n+2j", "(1\n+2j)", "1.5-2.5j",
    # The empty set.
    "set()", "set( )", "set ()", "[set(), {1}]", "set([])", "set", "sets()", "set()+1j", "-set()",
    # What has no hash.
    "{[]}", "{{}: 1}", "{{1}}", "[1, {set()}]", "{[]: 1", "{[]} x", "[x, {[]}]", "{([],)}", "{{{1}}: 2}",
    # Bytes.
    "b'a'", "b'\u00e9'", "b'\\xe9'", "b'\\u0041\\U00000041\\N{DIGIT ONE}'", "b'a' 'b'", "b'a' b'b'", "rb'\\n'", "b\"\"\"a\nb\"\"\"",
    # Depth and margin.
    "[" * 30 + "]" * 30, "[" * 201 + "]" * 201, "(" * 200 + "1" + ")" * 200, "(" * 201 + "1" + ")" * 201, "\f1", "\f 1", " \f1", "\f\t1", "1\f",
]


def read(s):
    try:
        return [repr(ast.literal_eval(ast.parse(s, mode="eval")))]
    except TypeError as e:
        return [None, str(e)]
    except (ValueError, SyntaxError, MemoryError):
        return [None]


print(json.dumps([[s] + read(s) for s in TEXTS], indent=0))
