"""Records what Werkzeug makes of what a request carries. Run with a Python that has Werkzeug; writes golden.json beside
itself. With a number, that many random cases are written instead, to the file that comes next:

    python3 record.py 20000 /tmp/cases.json && WERKZEUG_CASES=/tmp/cases.json go test ./internal/werkzeug -run Werkzeug

Bytes are written as Latin-1, one character a byte. An answer of null is Werkzeug's error, or the empty form it makes of one.
"""
import io, json, os, random, sys
import werkzeug.http
from werkzeug.formparser import MultiPartParser
from werkzeug.wrappers import Request


def query(s):
    r = Request({"QUERY_STRING": s.decode("latin1"), "REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()})
    return list(r.args.items(multi=True))


def cookie(s):
    r = Request({"HTTP_COOKIE": s.decode("latin1"), "REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()})
    return list(r.cookies.items(multi=True))


def options(s):
    try:
        value, options = werkzeug.http.parse_options_header(s.decode("utf-8", "replace"))
    except (ValueError, LookupError):
        return None
    return [value, sorted((k, v) for k, v in options.items() if v is not None)]


def multipart(s):
    try:
        form, files = MultiPartParser().parse(io.BytesIO(s), b"b", len(s))
    except (ValueError, LookupError):
        return None
    if any(name is None for name, _ in [*form.items(multi=True), *files.items(multi=True)]):
        return None
    return [list(form.items(multi=True)), [(n, f.filename, f.read().decode("latin1")) for n, f in files.items(multi=True)]]


def read_json(s):
    try:
        return json.dumps(json.loads(s), sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None


KINDS = {"query": query, "cookie": cookie, "options": options, "multipart": multipart, "json": read_json}


def part(disposition, body, *more):
    return b"\r\n".join([b"--b", b"Content-Disposition: " + disposition, *more, b"", body, b""])


END = b"--b--\r\n"
HAND = {
    "query": [b"", b"q=a;b", b"q=100%", b"q=%ff", b"q=%e2%82", b"q=%f0%9f%98", b"q=%ed%a0%80", b"q=%C3%A9", b"a=1&a=2&b", b"a", b"=x", b"&&a=1&",
              b"a=b=c", b"a+b=c+d", b"a=%2", b"a=%zz", b"a=%%41", b"q=\xc3\xa9", b"q=\xff\xfe", b"a=%00b", b"%00=1", b"a%3Db=1", b"a=1;b=2&c=3", b"+=+", b"a[]=1&a[]=2"],
    "cookie": [b'a={"x":1}', "a=é".encode(), b'a="\\054"', b'a="b"', b'a="', b'a="b', b"a", b"a=", b"=b", b";", b"a=1; a=2", b'a="q\\"uote"', b'a="\\\\"',
               b"a = b ; c=d", b"a=b=c", b"a=\xff", b'a="\\303\\251"', b'a="\\000"', b"a=1,b=2", b"a=b c", b"=__Host-x=1", b'a="\\400"', b'a="x\\', b"__Host-session=1",
               b'a=x"y"', b"a=%20", b"a=1;b=2;;c=3", b'a="\\05"', b"\xc3\xa9=1"],
    "options": [b"text/html; charset=utf8", b"", b"a", b"form-data; name=f; filename=a b.txt", b'form-data; name="f"; filename="a\\"b.txt"', b"x; a", b"x; a=", b"x;a=1;a=2",
                b"form-data; name=f; filename*=UTF-8''%e2%82%ac%20rates", b"form-data; filename*0=a; filename*1=b; name=x", b"x; A=B", b'x; a="b;c"; d=e',
                b'form-data; filename="C:\\\\dir\\\\x.txt"', b'form-data; filename="C:\\dir\\x.txt"', b"x; filename*=iso-8859-1'en'%A3", b'x; a = "b"', b"multipart/form-data; boundary=\"a b\"",
                b"x; a=\"\"", b"x;;a=1", b"x; filename*0*=UTF-8''%e2; filename*1*=%82%ac", "x; f=é".encode(), b"text/html ; a=1"],
    "multipart": [part(b'form-data; name="a"', b"1") + END, part(b"form-data; name=a; filename=a b.txt", b"text") + END,
                  part(b'form-data; name="f"; filename=""', b"") + END, part(b'form-data; name="f"; filename="x.txt"', b"\x00\xff", b"Content-Type: image/png") + END,
                  b"preamble\r\n" + part(b"form-data; name=a", b"1") + END, part(b"form-data; name=a", b"1").replace(b"\r\n", b"\n") + b"--b--", part(b"form-data; name=a", b"1").replace(b"\r\n", b"\r") + b"--b--",
                  b"--b--", b"--b--\r\n", b"", b"x", part(b"form-data; name=a", b"1"), b"--b\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n--b--", part(b"form-data; name=a", b"1\r\n--bc\r\n2") + END,
                  part(b"form-data; name=a", b"1\r\n--b  \r\nContent-Disposition: form-data; name=c\r\n\r\n2") + END, part(b"form-data; name=a", b"\r\n\r\n") + END, part(b"form-data; name=a", b"--b") + END,
                  part(b"form-data; name=a", b"\xe9", b"Content-Type: text/plain; charset=iso-8859-1") + END, part(b"form-data; name=a", b"\xff") + END, b"--b\r\nContent-Type: x\r\n\r\n1\r\n--b--",
                  part(b'form-data; name="a\\"b"', b"1") + END, part("form-data; name=é; filename=ü".encode(), b"1") + END, part(b"form-data; name=a", b"1") + b"--b--junk", part(b"form-data; name=a; filename*=UTF-8''%c3%a9", b"1") + END,
                  part(b"form-data; name=a", b"1") + part(b"form-data; name=a", b"2") + END, b"--b\r\n\r\n1\r\n--b--", part(b"form-data", b"1") + END, part(b"form-data; name=a", b"x" * 100 + b"\r\n--") + END],
    "json": [b'{"n":1}', b'\xef\xbb\xbf{"n":1}', '{"n":"é"}'.encode(), '{"n":"é"}'.encode("utf-16"), '{"n":"é"}'.encode("utf-16-le"), '{"n":"é"}'.encode("utf-16-be"), '{"n":"é"}'.encode("utf-32"),
             '{"n":"é"}'.encode("utf-32-le"), '{"n":"é"}'.encode("utf-32-be"), b"", b" ", b"1", b'"\\u00e9"', b'"\\ud83d\\ude00"', b"[1,]", b'{"a":1,"a":2}', b"1 2", b'"\\u0000"', b"null", "1".encode("utf-16-le")],
}

PIECES = {
    "query": [b"a", b"b", b"=", b"&", b";", b"%", b"%4", b"%41", b"%ff", b"%e2", b"%82", b"%ac", b"+", b"%00", b"\xff", b"\xc3\xa9", b" ", b"%26", b"%3d", b"%u0041"],
    "cookie": [b"a", b"b", b"=", b";", b'"', b"\\", b"\\054", b"\\303\\251", b" ", b"\t", b"; ", b"\xff", b"\xc3\xa9", b",", b"\\8", b"%41"],
    "options": [b"x", b"; ", b";", b"name", b"filename", b"=", b'"', b"\\", b'\\"', b" ", b"a", b"*", b"*0", b"*1", b"UTF-8''", b"%41", b"%e2%82%ac", b"b"],
    "multipart": [b"--b", b"--b--", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"--b\r\n", b"\r\n--b\r\n", b"\r\n--b--\r\n", b"Content-Disposition: form-data; name=a\r\n\r\n", b'Content-Disposition: form-data; name="f"; filename="x"\r\n\r\n',
                  b"v", b" ", b"-", b"b", b"--bb", b"x: y\r\n", b"\xff"],
    "json": [b"{", b"}", b'"a"', b":", b",", b"1", b"[", b"]", b" ", b"\xef\xbb\xbf", b"\x00", b"\xff\xfe", b"\xc3\xa9", b"null"],
}


def cases(count):
    if not count:
        for kind, inputs in HAND.items():
            for s in inputs:
                yield kind, s
        return
    rng = random.Random(int.from_bytes(os.urandom(4), "big"))
    for _ in range(count):
        kind = rng.choice(list(KINDS))
        s = b"".join(rng.choices(PIECES[kind], k=rng.randrange(1, 14)))
        if kind == "multipart" and rng.random() < 0.8:
            s = b"--b\r\nContent-Disposition: form-data; name=n\r\n\r\n" + s + rng.choice([b"\r\n--b--\r\n", b"\r\n--b--"])
        if kind == "options" and rng.random() < 0.8:
            s = b"x; " + s
        yield kind, s


count = int(sys.argv[1]) if len(sys.argv) > 1 else 0
path = sys.argv[2] if count else os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
with open(path, "w") as f:
    f.write("[\n" + ",\n".join(json.dumps({"kind": k, "input": s.decode("latin1"), "answer": KINDS[k](s)}) for k, s in cases(count)) + "\n]\n")
