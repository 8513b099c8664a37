"""Serves one of the applications here for a test:

    /usr/bin/python3 serve.py NAME FOLDER

FOLDER is for its data. The port, which the kernel chooses, is the first line of
the output.
"""
import importlib.util
import pathlib
import sys

from werkzeug.serving import make_server

here = pathlib.Path(__file__).parent
name, folder = sys.argv[1:]
sys.path.insert(0, str(here / name))
spec = importlib.util.spec_from_file_location(name, here / name / "app.py")
module = importlib.util.module_from_spec(spec)
sys.modules[name] = module
spec.loader.exec_module(module)
app = module.create_app(folder)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.port, flush=True)
server.serve_forever()
