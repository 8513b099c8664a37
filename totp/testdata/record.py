"""Writes golden.json: codes and URIs of pyotp (Debian: python3-pyotp 2.8).

    /usr/bin/python3 record.py
"""
import hashlib
import json

import pyotp

HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
codes, uris = [], []
for secret in ["JBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "mfrg gzdf mztw q2lk", "MFRGGZDFMZTWQ2LKNNWG23TP", "MFRGGZDFMZTWQ2LKNNWG23TPOA"]:
    for algorithm, digits, period in [("SHA1", 6, 30), ("SHA256", 8, 30), ("SHA512", 7, 60)]:
        t = pyotp.TOTP(secret.replace(" ", ""), digits=digits, digest=HASHES[algorithm], interval=period)
        for at in [0, 29, 30, 1111111109, 1234567890, 2000000000, 20000000000]:
            codes.append({"secret": secret, "algorithm": algorithm, "digits": digits, "period": period, "at": at, "code": t.at(at)})
for issuer, name, algorithm, digits, period in [
    ("Shop", "ann@example.org", "SHA1", 6, 30),
    ("", "ann@example.org", "SHA1", 6, 30),
    ("Ann's Shop & Co", "ann+x@example.org", "SHA1", 6, 30),
    ("Größe", "漢字 ann", "SHA256", 8, 60),
    ("50% off", "a?c=d#e~f-g_h.i", "SHA512", 7, 15),
]:
    t = pyotp.TOTP("JBSWY3DPEHPK3PXP", digits=digits, digest=HASHES[algorithm], interval=period)
    uris.append({"issuer": issuer, "name": name, "algorithm": algorithm, "digits": digits, "period": period,
                 "uri": t.provisioning_uri(name, issuer_name=issuer or None)})
json.dump({"codes": codes, "uris": uris}, open("golden.json", "w"), indent=0, ensure_ascii=False)
