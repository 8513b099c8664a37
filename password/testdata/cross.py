"""Cross password hashes with the real Werkzeug.

Reads a JSON object from standard input: "count" and "made", a list of hashes
that Go made, each with its password. Writes "checked", whether each is right
here, and as many hashes made here. Werkzeug before 2.3 has no scrypt: its
recipe is followed with hashlib then.

    /usr/bin/python3 cross.py < request.json
"""
import hashlib
import hmac
import json
import random
import sys

import werkzeug.security as security


def scrypt(password, salt, n, r, p):
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=2**26).hex()


def check(pwhash, password):
    if not pwhash.startswith("scrypt:"):
        return security.check_password_hash(pwhash, password)
    try:
        return security.check_password_hash(pwhash, password)
    except ValueError:
        method, salt, value = pwhash.split("$", 2)
        return hmac.compare_digest(scrypt(password, salt, *map(int, method.split(":")[1:])), value)


def main():
    q = json.load(sys.stdin)
    checked = [check(m["hash"], m["password"]) for m in q["made"]]
    r = random.Random(q["seed"])
    made = []
    for i in range(q["count"]):
        password = "".join(r.choice("ab$ \u00e9\u20ac\U0001f600\x00") for _ in range(r.randrange(70)))
        if i % 10:
            method = f"pbkdf2:{r.choice(['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'md5', 'sha3_256'])}:{r.randrange(1, 30)}"
            h = security.generate_password_hash(password, method=method, salt_length=r.randrange(1, 30))
        else:
            n, rr, p, salt = 2 ** r.randrange(1, 8), r.randrange(1, 4), r.randrange(1, 3), f"salt{i}"
            h = f"scrypt:{n}:{rr}:{p}${salt}${scrypt(password, salt, n, rr, p)}"
        made.append({"hash": h, "password": password})
    json.dump({"checked": checked, "made": made}, sys.stdout)


main()
