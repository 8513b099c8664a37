"""Renders with Jinja2, autoescaping on: reads {"template", "x", "h", "t"} a line,
writes {"text"} or {"error"} a line."""
import json
import sys

import jinja2

env = jinja2.Environment(autoescape=True)
compiled = {}
for line in sys.stdin:
    case = json.loads(line)
    source = case["template"]
    try:
        if source not in compiled:
            compiled[source] = env.from_string(source)
        out = {"text": compiled[source].render(x=case["x"], h=case["h"], t=case["t"], y=True)}
    except Exception as e:
        out = {"error": type(e).__name__}
    print(json.dumps(out), flush=True)
