"""Makes common.txt.gz from the list of Django (contrib/auth/common-passwords.txt.gz: BSD-3-Clause, by Royce Williams).

    python3 accounts/testdata/common.py /usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz

It keeps what a password of 8 to 14 characters can be: shorter ones are refused by their length, and longer ones are not
in it in any number that helps.
"""
import gzip
import pathlib
import sys

words = gzip.open(sys.argv[1], "rt", encoding="utf-8").read().split("\n")
kept = sorted({w for w in words if 8 <= len(w) <= 14})
text = "\n".join(kept) + "\n"
with open(pathlib.Path(__file__).parent.parent / "common.txt.gz", "wb") as out:
    out.write(gzip.compress(text.encode(), 9, mtime=0))
print(len(kept), "passwords")
