"""Cross tokens with the real itsdangerous.

Reads a JSON object from standard input: "count" and "seed", and "tokens", a
list of tokens that Go made, each with its class and options and with the JSON
text of its value, and "broken", tokens that Go has damaged, each with a maximum
age and the time. Writes one with "loaded", what each token means here,
"broken", what is wrong with each of those, and "tokens", as many made here.

    /usr/bin/python3 cross.py < request.json
"""
import hashlib
import json
import random
import sys

import itsdangerous as it

CLASSES = ["Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer"]
DERIVATIONS = ["django-concat", "concat", "hmac", "none"]
DIGESTS = ["sha1", "sha224", "sha256", "sha384", "sha512"]


def canonical(v):
    return json.dumps(v, sort_keys=True, separators=(",", ":"))


def make(o):
    if o["class"].endswith("Signer"):
        cls = getattr(it, o["class"])
        return cls(o["keys"], salt=o["salt"], sep=o["sep"], key_derivation=o["derivation"], digest_method=getattr(hashlib, o["digest"]))
    return getattr(it, o["class"])(
        o["keys"], salt=o["salt"],
        signer_kwargs={"sep": o["sep"], "key_derivation": o["derivation"], "digest_method": getattr(hashlib, o["digest"])})


def text(r):
    alphabet = "ab z\"\\/<>&'\x00\x1f\x7f\n\t\u00e9\u20ac\u2028\ufeff\U0001f600\U0010ffff"
    return "".join(r.choice(alphabet) for _ in range(r.randrange(12)))


def value(r, depth=0):
    k = r.randrange(9 if depth < 4 else 6)
    if k == 0:
        return r.choice([None, True, False])
    if k == 1:
        return r.randrange(-10, 1000)
    if k == 2:
        return r.randrange(-2**r.randrange(1, 200), 2**r.randrange(1, 200))
    if k == 3:
        return r.choice([0.0, -0.0, 1.0, 1e16, 1e-5, 123456789012345680.0, 5e-324, 1.7976931348623157e308,
                         r.uniform(-1, 1), r.uniform(-1, 1) * 10.0**r.randrange(-300, 300)])
    if k in (4, 5):
        return text(r)
    if k == 6:
        return {text(r): value(r, depth + 1) for _ in range(r.randrange(5))}
    if k == 7:
        return [value(r, depth + 1) for _ in range(r.randrange(5))]
    return ["again and "] * r.randrange(60)


def diagnose(t):
    """What loading a damaged token gives: a value or an exception."""
    s = make(t)
    it.TimestampSigner.get_timestamp = lambda self: t["now"]
    kwargs = {}
    if "Time" in t["class"]:
        kwargs["max_age"] = t["max_age"]
    try:
        if t["class"].endswith("Signer"):
            v = s.unsign(t["token"].encode("latin-1"), **kwargs).decode("latin-1")
        else:
            v = s.loads(t["token"].encode("latin-1"), **kwargs)
        return {"value": canonical(v)}
    except it.BadData as e:
        d = {"exception": type(e).__name__, "message": e.message}
        if getattr(e, "payload", None) is not None:
            d["payload"] = e.payload.decode("latin-1")
        if getattr(e, "date_signed", None) is not None:
            d["date"] = int(e.date_signed.timestamp())
        return d


def main():
    q = json.load(sys.stdin)
    broken = []
    clock = it.TimestampSigner.get_timestamp
    for t in q["broken"]:
        try:
            broken.append(diagnose(t))
        except (ValueError, OverflowError, OSError) as e:  # a date that Python does not have
            broken.append({"exception": "ValueError", "message": str(e)})
    it.TimestampSigner.get_timestamp = clock
    loaded = []
    for t in q["tokens"]:
        try:
            s = make(t)
            if t["class"].endswith("Signer"):
                loaded.append(canonical(s.unsign(t["token"]).decode()))
            else:
                loaded.append(canonical(s.loads(t["token"])))
        except Exception as e:
            loaded.append(f"{type(e).__name__}: {e}")
    r = random.Random(q["seed"])
    tokens = []
    for i in range(q["count"]):
        o = {
            "class": r.choice(CLASSES + ["Signer", "TimestampSigner"]), "keys": [f"key {r.randrange(100)}" for _ in range(r.randrange(1, 4))],
            "salt": text(r), "sep": r.choice([".", ":", "!", "..", "|x|"]),
            "derivation": r.choice(DERIVATIONS), "digest": r.choice(DIGESTS),
        }
        v = value(r)
        s = make(o)
        if o["class"].endswith("Signer"):
            v = text(r)
            token = s.sign(v).decode()
        else:
            token = s.dumps(v)
        tokens.append({**o, "token": token, "value": canonical(v)})
    json.dump({"loaded": loaded, "broken": broken, "tokens": tokens, "version": it.__version__}, sys.stdout)


main()
