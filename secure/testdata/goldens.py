"""Writes goldens.json: what the real libraries answer. Run with
/usr/bin/python3 from this directory (Debian: python3-flask,
python3-flaskext.wtf). Time is fixed, so a second run writes the same file."""
import io
import json
import random
import time
import warnings

warnings.simplefilter("ignore")

import flask
import flask_wtf.csrf
import werkzeug
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.test import EnvironBuilder
from werkzeug.utils import secure_filename, send_file

NOW = 1700000000
time.time = lambda: float(NOW)
random.seed(7)

out = {"werkzeug": werkzeug.__version__}

# Hosts
trusted = ["localhost", "example.com", ".example.org", "127.0.0.1", "bücher.example"]
hosts = [
    "localhost", "LOCALHOST", "localhost:5000", "example.com", "Example.COM:80", "www.example.com",
    "example.org", "a.example.org", "a.b.example.org:8443", "notexample.org", "example.org.evil.test",
    "evil-example.org", "127.0.0.1", "127.0.0.1:1", "127.0.0.2", "", "xn--bcher-kva.example",
    "com", ".example.org", "example.comx", "xexample.com",
]
out["hosts"] = {"trusted": trusted, "rows": [[h, host_is_trusted(h, trusted)] for h in hosts]}

# IDNA labels. Python's codec prepares names; these need no preparation but case.
labels = ["bücher", "例え", "правда", "ελληνικά", "mañana", "Ünïcödé", "日本語", "a-ü-b", "пример-1", "한국", "ü"]
out["idna"] = [[l, l.encode("idna").decode()] for l in labels]

# File names
names = [
    "My cool movie.mov", "../../../etc/passwd", "i contain cool \xfcml\xe4uts.txt", "__filename__", "foo$&^*)bar",
    "", ".", "..", "...", "/", "//", "\\", "..\\..\\boot.ini", "C:\\Windows\\system32", "a/b/c.txt", "a  b\tc\nd",
    "\x00evil.txt", "evil\x00.txt", "x\r\nSet-Cookie: a=b.txt", ".htaccess", "-rf", "--help", "name.", "name. ",
    "ｆｕｌｌ／ｗｉｄｔｈ．ｔｘｔ", "\u2126mega.txt", "\ufb01le.pdf", "½.txt", "①②③.doc", "№5", "㎏.txt", "😀.png", "日本語.txt",
    "日本語 a.txt", "e\u0301tude.txt", "İstanbul.txt", "ß.txt", "\u00a0x\u00a0y", "a\u2028b", "x\x1cy\x1dz", "a\x0bb\x0cc",
    "%2e%2e%2fetc", "a;b.txt", "a:b.txt", "con-fig.txt", "CONSOLE.txt", "tar.gz", "a..b", "a._.b", "_._a_._",
    "\u202egpj.exe", "\ufeffbom.txt", "\u2024\u2024/x", "\u2025/y", "…", "ﷺ", "𝒜𝓑.txt", "🄰.txt", "Ǆ.txt",
]
alphabet = "abcXYZ019._-/ \\\t\n:;%$é\u00a0ﬁ½①ü日\u0301\uff0f\u3000ʰ™"
for _ in range(200):
    names.append("".join(random.choice(alphabet) for _ in range(random.randrange(1, 24))))
out["filenames"] = [[n, secure_filename(n)] for n in names]

# Content-Disposition
disposition = []
environ = EnvironBuilder().get_environ()
for n in ["hello.txt", "two words.txt", 'quo"te.txt', "semi;colon.txt", "per%20cent.txt", "naïve.txt", "日本語.txt", "a=b.txt", "comma,.txt",
          "ünï cödé.txt", "(x).txt", "it's.txt", "½.txt", "x~y.txt", "star*.txt", "été 100%.txt"]:
    for attachment in (True, False):
        r = send_file(io.BytesIO(b""), environ, mimetype="text/plain", as_attachment=attachment, download_name=n)
        disposition.append([n, attachment, r.headers["Content-Disposition"]])
out["disposition"] = disposition

# ProxyFix
def seen(environ, start_response):
    seen.environ = environ
    return []

cases = []
for counts, headers in [
    ({"x_for": 1, "x_proto": 1}, {"X-Forwarded-For": "192.168.0.2", "X-Forwarded-Proto": "https"}),
    ({"x_for": 1, "x_proto": 1}, {"X-Forwarded-For": "6.6.6.6, 192.168.0.2", "X-Forwarded-Proto": "ftp, https"}),
    ({"x_for": 2, "x_proto": 1}, {"X-Forwarded-For": "6.6.6.6, 192.168.0.3, 10.1.1.1", "X-Forwarded-Proto": "https"}),
    ({"x_for": 3, "x_proto": 0}, {"X-Forwarded-For": "192.168.0.3, 10.1.1.1", "X-Forwarded-Proto": "https"}),
    ({"x_for": 1, "x_proto": 2}, {"X-Forwarded-For": "2001:db8::1", "X-Forwarded-Proto": "https,http"}),
    ({"x_for": 1, "x_host": 1}, {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "spoof.test, example.com:8443"}),
    ({"x_host": 1}, {"X-Forwarded-Host": "[2001:db8::1]"}),
    ({"x_host": 1, "x_port": 1}, {"X-Forwarded-Host": "example.com:80", "X-Forwarded-Port": "8443"}),
    ({"x_host": 1, "x_port": 1}, {"X-Forwarded-Host": "[2001:db8::1]", "X-Forwarded-Port": "8443"}),
    ({"x_port": 1}, {"X-Forwarded-Port": "8080"}),
    ({"x_prefix": 1}, {"X-Forwarded-Prefix": "/app"}),
    ({"x_prefix": 2}, {"X-Forwarded-Prefix": "/outer,/inner"}),
    ({"x_for": 1, "x_proto": 1}, {}),
    ({"x_for": 1}, {"X-Forwarded-For": ""}),
    ({"x_for": 1}, {"X-Real-Ip": "6.6.6.6"}),
]:
    full = {"x_for": 0, "x_proto": 0, "x_host": 0, "x_port": 0, "x_prefix": 0, **counts}
    environ = EnvironBuilder(base_url="http://orig.test/").get_environ()
    environ["REMOTE_ADDR"] = "10.0.0.1"
    for k, v in headers.items():
        environ["HTTP_" + k.upper().replace("-", "_")] = v
    ProxyFix(seen, **full)(environ, None)
    cases.append({
        "counts": full, "headers": headers,
        "addr": environ["REMOTE_ADDR"], "scheme": environ["wsgi.url_scheme"],
        "host": environ["HTTP_HOST"], "prefix": environ["SCRIPT_NAME"],
    })
out["proxyfix"] = cases

# Flask-WTF tokens
tokens = []
key = "a-long-enough-secret-key-0123456789abcdefghij-QWERTZ"
app = flask.Flask("golden")
app.secret_key = key
for secret in ["0123456789abcdef0123456789abcdef01234567", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "short", "naïve 日本 \U0001f600"]:
    with app.test_request_context():
        flask.session["csrf_token"] = secret
        tokens.append({"secret": secret, "token": flask_wtf.csrf.generate_csrf()})
out["csrf"] = {"key": key, "now": NOW, "tokens": tokens}

with open("goldens.json", "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
