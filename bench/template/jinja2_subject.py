"""Jinja2 as a subject: one JSON question a line, one answer a line."""
import datetime, json, sys, time, types

try:
    import jinja2
except ImportError as e:
    jinja2, missing = None, str(e)


class Row(types.SimpleNamespace):
    """A record with attributes and keys, as sqlite3.Row is in Flaskr."""

    def __getitem__(self, key):
        return getattr(self, key)


def record(d):
    if "created" in d:
        d["created"] = datetime.datetime.fromisoformat(d["created"].replace("Z", "+00:00"))
    return Row(**d)


def main():
    template, vars = None, None
    for line in sys.stdin:
        q = json.loads(line)
        if q["do"] == "hello":
            a = {"version": jinja2.__version__ + ", Python " + sys.version.split()[0]} if jinja2 else {"missing": missing}
        elif q["do"] == "load":
            vars = q["vars"]
            if not q["maps"]:
                vars = {k: json.loads(json.dumps(v), object_hook=record) for k, v in vars.items()}
            env = jinja2.Environment(loader=jinja2.DictLoader(q["templates"]), autoescape=True)
            template = env.get_template("page.html")
            a = {"output": template.render(vars)}
        elif q["do"] == "run":
            best = None
            for _ in range(q["batches"]):
                n, t = 0, 0.0
                start = time.perf_counter()
                while t < q["seconds"]:
                    template.render(vars)
                    n += 1
                    t = time.perf_counter() - start
                best = t / n if best is None else min(best, t / n)
            a = {"ns": best * 1e9}
        else:
            start = time.perf_counter()
            jinja2.Environment(autoescape=True).from_string(q["source"])
            a = {"ns": (time.perf_counter() - start) * 1e9}
        print(json.dumps(a), flush=True)


main()
