"""Writes filenames.json: digests of what Werkzeug's secure_filename makes of a large corpus.

The corpus is every code point between two letters, in blocks of 4,096, and 50,000 names of random pieces, in blocks of
1,000; golden_test.go makes the same names. A block's digest is the SHA-256 of its results, each with a line break.
Werkzeug puts an underscore before the names of Windows devices on Windows alone; Dewar does everywhere, so os.name is
set. Names of more than 255 bytes, which Dewar cuts, do not occur.
"""

import hashlib
import json
import os

import werkzeug.utils
from werkzeug.utils import secure_filename

PIECES = [
    "a", "Z", "9", "name", "photo", "..", ".", "_", "-", "/", "\\", " ", "\t", "\n", "\x00", "\x1c", "\x7f", "\x85", "~", "%2e", "%2f",
    "CON", "aux", "LPT1", "com1", "nul", ".txt", ".tar.gz", ".PNG", "é", "e\u0301", "ß", "ﬁ", "①", "Ａ", "／", "．", "\u2024", "\u00a0", "\u2028", "ä¸", "日本",
    "\u202e", "\ufeff", "\U0001f600", "Å", "½", "ſ", "İ", "ı", "'", '"', "`", "$(x)", ";", "|", "&", "<", ">", ":", "*", "?",
]


def random_names(count):
    state = 20261127
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        name = ""
        for _ in range(1 + (state >> 33) % 6):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            name += PIECES[(state >> 33) % len(PIECES)]
        yield name


def digests(names, block):
    out, h, n = [], hashlib.sha256(), 0
    for name in names:
        h.update(secure_filename(name).encode() + b"\n")
        n += 1
        if n % block == 0:
            out.append(h.hexdigest())
            h = hashlib.sha256()
    return out


real = os.name
os.name = "nt"
unicode = digests(("a" + chr(c) + "b" for c in range(0x110000) if not 0xD800 <= c < 0xE000), 4096)
random = digests(random_names(50_000), 1000)
os.name = real
with open(os.path.join(os.path.dirname(__file__), "filenames.json"), "w") as f:
    json.dump({"werkzeug": werkzeug.__version__ if hasattr(werkzeug, "__version__") else "", "pieces": PIECES, "unicode": unicode, "random": random}, f, indent=0)
    f.write("\n")
