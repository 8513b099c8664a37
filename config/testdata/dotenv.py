"""What python-dotenv reads in .env files, as Flask loads them.

    dotenv.py > dotenv.json        written by hand and made by chance
    dotenv.py SEED COUNT           more of the latter, for a comparison by hand
"""
import io
import json
import logging
import os
import random
import sys

sys.path = [p for p in sys.path if p != os.path.dirname(os.path.abspath(__file__))]  # this file is no package
from dotenv.main import DotEnv  # noqa: E402

HAND = r'''
A=b|A = b|A= b  |  A=b| export A=b|export	A=b|exportA=b|export=b|export|export A|A|A=|A= |A=#b|A= #b|A=b#c|A=b #c|A=b	#c|A=b # c # d
A="b"|A="b" |A="b" # c|A="b"#c|A="b" c|A="b|A='b'|A='b' # c|A='b|A="a # b" # c|A='a # b' # c|A="a 'b' c"|A='a "b" c'|A=""|A=''|A="" # x
A="a\nb\tc"|A='a\nb'|A="a\\b"|A='a\\b'|A="a\"b"|A='a\'b'|A='a\'|A="a\"|A="\a\b\f\n\r\t\v\\\'\""|A="\x\u0041\0\d"|A=a\nb|A=\"b\"
A="one~two~three"|A='one~two'|A="one~~two" # c|A="one~# two~three"|A="one~B=2|A='one~B=2~C='x'|A="one" x~B=2|A=one~two~B=2
# c~A=b|#A=b|~~A=b~~|A=b~A=c|A=b~A~B=${A}|A~B=${A:-d}|A=b~B=${A}|A=b~B='${A}'|A=b~B="${A}"|B=${A}~A=b|B=${A:-d}|B=${A:-}|B=${A:d}|B=${A-d}
B=${SET}|B=${SET:-d}|SET=x~B=${SET}|B=$SET|B=${|B=${}|B=${A|B=a${SET}b${SET}c|B=${A:-${SET}}|B=${A:${SET}}|B=\${SET}|B=${ SET }|B="${A:-x}y"
A B=c|A=b c|A = "b" |'A'=b|'A B'=c|''=b|'A=b|'A' = b|"A"=b|"A B"=c|=b|==|A==b|A=b=c|A:b|A: b|A-B=c|a.b=c|1A=b|é=ü|A=é # ü|日=本|A="日~本"
A=b~=c~B=d|A=b~x y z~B=d|A='b' 'c'~B=d|A="b"c~B=d|"~A=b|A="~B="~C=d|A='~B='~C=d|A='\'~B='x'|A='\\'~B=1|A="\\"~B=1|A="\\\""~B=1
'''
PIECES = ["A", "B", "C", "SET", "=", "=", "=", " ", " ", "\t", "~", "~", "~", "#", '"', '"', "'", "'", "\\", "$", "${", "}", "${A}", "${SET}",
          ":-", ":", "export ", "export", "x", "y z", "é", "\\n", '\\"', "\\'", "\r", "\r\n", "\u00a0", "\u2028", "\x0b", "\x1c"]


def read(text):
    os.environ.clear()
    os.environ["SET"] = "from outside"
    errors = []
    logging.getLogger("dotenv.main").handlers = [type("H", (logging.Handler,), {"emit": lambda self, r: errors.append(1)})()]
    logging.getLogger("dotenv.main").propagate = False
    # As open() reads the file.
    stream = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    values = DotEnv(None, stream=stream, override=False).dict()
    return {"text": text, "values": {k: v for k, v in values.items() if v is not None}, "bad": len(errors)}


def chance(seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        yield "".join(rng.choice(PIECES) for _ in range(rng.randint(3, 24))).replace("~", "\n")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        texts = list(chance(int(sys.argv[1]), int(sys.argv[2])))
    else:
        texts = [t.replace("~", "\n") for line in HAND.strip("\n").split("\n") for t in line.split("|")]
        texts += [t.replace("\n", "\r\n") for t in texts if "\n" in t] + list(chance(1, 400))
    json.dump([read(t) for t in texts], sys.stdout, indent=0)
    print()
