"""The conformance driver's template kinds, answered by the real Jinja2.

Reads one JSON request a line and writes one JSON answer a line, as
internal/conform does. What Jinja2 3.1.6 changed since the 3.1.2 that this was
written against is patched in below, as far as answers show it.
"""
import copy, datetime, gettext, json, re, sys, uuid

import jinja2, jinja2.ext, jinja2.filters, jinja2.sandbox, jinja2.nativetypes, jinja2.parser, jinja2.nodes
from jinja2.exceptions import TemplateSyntaxError, TemplateAssertionError
from markupsafe import Markup


class Mock:
    """An object that answers anything."""
    __slots__ = ("_n",)

    def __init__(self, name):
        object.__setattr__(self, "_n", name)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__") or name in ("jinja_pass_arg", "unsafe_callable", "alters_data"):
            raise AttributeError(name)
        return Mock("%s.%s" % (self._n, name))

    def __getitem__(self, key):
        if isinstance(key, str):
            return Mock("%s.%s" % (self._n, key))
        if isinstance(key, slice):
            text = "%s:%s" % ("" if key.start is None else repr(key.start), "" if key.stop is None else repr(key.stop))
            if key.step is not None:
                text += ":%r" % (key.step,)
            return Mock("%s[%s]" % (self._n, text))
        return Mock("%s[%r]" % (self._n, key))

    def __call__(self, *args, **kwargs):
        parts = [repr(a) for a in args] + ["%s=%r" % kv for kv in kwargs.items()]
        return Mock("%s(%s)" % (self._n, ", ".join(parts)))

    def _items(self):
        return [] if len(self._n) > 100 else [self[0], self[1]]

    def __iter__(self):
        return iter(self._items())

    def __len__(self):
        return len(self._items())

    def __bool__(self):
        return len(self._n) <= 100

    def __contains__(self, x):
        return x in self._items()

    def __str__(self):
        return self._n

    __repr__ = __str__

    def __hash__(self):
        return hash(self._n)

    def __eq__(self, other):
        return self._n == str(other) if isinstance(other, (str, Mock)) else False

    def __ne__(self, other):
        return not self == other

    def _order(op):
        def f(self, other):
            if not isinstance(other, (str, Mock)):
                return NotImplemented
            return op(self._n, str(other))
        return f

    __lt__ = _order(lambda a, b: a < b)
    __le__ = _order(lambda a, b: a <= b)
    __gt__ = _order(lambda a, b: a > b)
    __ge__ = _order(lambda a, b: a >= b)


def decode(x):
    if isinstance(x, list):
        return [decode(v) for v in x]
    if not isinstance(x, dict):
        return x
    if len(x) == 1:
        key, v = next(iter(x.items()))
        if key == "$tuple":
            return tuple(decode(i) for i in v)
        if key == "$markup":
            return Markup(v)
        if key == "$bytes":
            return v.encode("latin-1")
        if key == "$set":
            return {decode(i) for i in v}
        if key == "$range":
            return range(*v)
        if key == "$uuid":
            return uuid.UUID(v)
        if key == "$datetime":
            return datetime.datetime.fromisoformat(v.replace("Z", "+00:00"))
        if key == "$dict":
            return {decode(k): decode(i) for k, i in v}
        if key == "$complex":
            return complex(v)
        if key == "$mock":
            return Mock(v)
        if key == "$undefined":
            return getattr(jinja2, v)()
    return {k: decode(v) for k, v in x.items()}


def encode(x):
    if isinstance(x, Markup):
        return {"$markup": str(x)}
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, float):
        return x
    if isinstance(x, list):
        return [encode(v) for v in x]
    if isinstance(x, tuple):
        return {"$tuple": [encode(v) for v in x]}
    if isinstance(x, dict):
        if all(isinstance(k, str) for k in x):
            return {k: encode(v) for k, v in x.items()}
        return {"$dict": [[encode(k), encode(v)] for k, v in x.items()]}
    if isinstance(x, (set, frozenset)):
        return {"$set": [encode(v) for v in x]}
    if isinstance(x, bytes):
        return {"$bytes": x.decode("latin-1")}
    if isinstance(x, range):
        return {"$range": [x.start, x.stop, x.step]}
    if isinstance(x, Mock):
        return {"$mock": str(x)}
    if isinstance(x, complex):
        return {"$complex": str(x)}
    if isinstance(x, jinja2.Undefined):
        return {"$undefined": type(x).__name__}
    if isinstance(x, uuid.UUID):
        return {"$uuid": str(x)}
    if isinstance(x, datetime.datetime):
        return {"$datetime": x.isoformat()}
    return {"$repr": repr(x)}


def dumps(obj, **kwargs):
    return json.dumps(obj, default=lambda o: str(o) if isinstance(o, Mock) else json.JSONEncoder().default(o), **kwargs)


CLASSES = {
    "Environment": jinja2.Environment,
    "SandboxedEnvironment": jinja2.sandbox.SandboxedEnvironment,
    "ImmutableSandboxedEnvironment": jinja2.sandbox.ImmutableSandboxedEnvironment,
    "NativeEnvironment": jinja2.nativetypes.NativeEnvironment,
}


def environment(r):
    opts = dict(r.get("env") or {})
    cls = CLASSES[opts.pop("class", "Environment")]
    policies = opts.pop("policies", {})
    i18n = opts.pop("i18n", [])
    opts.pop("escaping", None)
    opts["undefined"] = getattr(jinja2, opts.get("undefined", "Undefined"))
    loader = r.get("loader")
    async_ = r["kind"] == "render_async"
    env = cls(loader=None if loader is None else jinja2.DictLoader(loader), enable_async=async_, **opts)
    env.policies["json.dumps_function"] = dumps
    env.policies.update(policies)
    if i18n:
        newstyle = "newstyle_gettext" in i18n
        if "null" in i18n:
            env.install_null_translations(newstyle=newstyle)
        else:
            env.newstyle_gettext = newstyle
    return env


def answer(r):
    try:
        env = environment(r)
        globals_ = decode(r.get("globals") or {})
        context = decode(r.get("context") or {})
        if r["kind"] == "expression":
            f = env.compile_expression(r["source"], r.get("undefined_to_none", True))
            return {"output": encode(f(**context))}
        if r["kind"] == "compile":
            env.compile(r["source"])
            return {"output": ""}
        if r.get("source") is None:
            t = env.get_template(r["name"], globals=globals_)
        else:
            t = env.from_string(r["source"], globals=globals_)
        if r["kind"] == "get_template":
            return {"output": ""}
        if r["kind"] == "generate":
            return {"output": "".join(t.generate(context))}
        if r["kind"] == "render_async":
            import asyncio
            return {"output": encode(asyncio.run(t.render_async(context)))}
        return {"output": encode(t.render(context))}
    except TemplateSyntaxError as e:
        return {"exception": type(e).__name__, "message": e.message, "lineno": e.lineno}
    except Exception as e:
        return {"exception": type(e).__name__, "message": str(e)}


# --- since 3.1.2 ---

def patch():
    from jinja2 import filters, nodes, parser, ext, sandbox, utils

    # 3.1.5: |int and an infinite float.
    old_int = filters.FILTERS["int"]

    def do_int(value, default=0, base=10):
        try:
            return old_int(value, default, base)
        except OverflowError:
            return default
    filters.FILTERS["int"] = do_int

    # 3.1.5: urlize and @a@b.
    utils._email_re = re.compile(r"^(?!@)" + utils._email_re.pattern.lstrip("^"))

    # 3.1.4: names of attributes.
    old_xmlattr = filters.FILTERS["xmlattr"]
    bad = re.compile(r"[\s/>=]", re.ASCII)

    def do_xmlattr(eval_ctx, d, autospace=True):
        for key, value in d.items():
            if value is None or isinstance(value, jinja2.Undefined):
                continue
            if bad.search(key) is not None:
                raise ValueError("Invalid character in attribute name: %r" % key)
        return old_xmlattr(eval_ctx, d, autospace)
    do_xmlattr.jinja_pass_arg = old_xmlattr.jinja_pass_arg
    filters.FILTERS["xmlattr"] = do_xmlattr

    # 3.1.5: assignment to namespaces within tuples.
    P = parser.Parser

    def parse_assign_target(self, with_tuple=True, name_only=False, extra_end_rules=None, with_namespace=False):
        if name_only:
            token = self.stream.expect("name")
            target = nodes.Name(token.value, "store", lineno=token.lineno)
        else:
            self._ns = with_namespace
            try:
                target = self.parse_tuple(simplified=True, extra_end_rules=extra_end_rules) if with_tuple else self.parse_primary()
            finally:
                self._ns = False
            target.set_ctx("store")
        if not target.can_assign():
            self.fail("can't assign to %r" % type(target).__name__.lower(), target.lineno)
        return target
    P.parse_assign_target = parse_assign_target
    old_primary = P.parse_primary

    def parse_primary(self):
        ns, self._ns = getattr(self, "_ns", False), False
        token = self.stream.current
        node = old_primary(self)
        if ns:
            if isinstance(node, nodes.Name) and token.type == "name" and self.stream.current.type == "dot":
                next(self.stream)
                attr = self.stream.expect("name")
                node = nodes.NSRef(token.value, attr.value, lineno=token.lineno)
            self._ns = True
        return node
    P.parse_primary = parse_primary

    from jinja2.compiler import CodeGenerator

    def visit_Assign(self, node, frame):
        self.push_assign_tracking()
        seen = set()
        for ref in node.find_all(nodes.NSRef):
            if ref.name not in seen:
                seen.add(ref.name)
                self.writeline("if not isinstance(%s, Namespace):" % frame.symbols.ref(ref.name))
                self.indent()
                self.writeline('raise TemplateRuntimeError("cannot assign attribute on non-namespace object")')
                self.outdent()
        self.newline(node)
        self.visit(node.target, frame)
        self.write(" = ")
        self.visit(node.node, frame)
        self.pop_assign_tracking(frame)
    CodeGenerator.visit_Assign = visit_Assign
    old_nsref = CodeGenerator.visit_NSRef
    old_block = CodeGenerator.visit_AssignBlock
    CodeGenerator.visit_NSRef = lambda self, node, frame: self.write(
        "%s[%r]" % (frame.symbols.ref(node.name), node.attr))

    def visit_AssignBlock(self, node, frame):
        saved, CodeGenerator.visit_NSRef = CodeGenerator.visit_NSRef, old_nsref
        try:
            old_block(self, node, frame)
        finally:
            CodeGenerator.visit_NSRef = saved
    CodeGenerator.visit_AssignBlock = visit_AssignBlock

    # 3.1.5: clear and pop.
    sandbox._mutable_spec = tuple(
        (t, s | {"clear", "pop"} if t.__name__ == "MutableSequence" else s) for t, s in sandbox._mutable_spec)


if tuple(map(int, jinja2.__version__.split(".")[:3])) < (3, 1, 6):
    patch()

if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), ensure_ascii=False), flush=True)
