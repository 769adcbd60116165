"""moto's server with a log of what was asked: one JSON line a request, with AWS' service and action.

Prints its port, and ends when its standard input does: so it outlives nobody, however that one ends.
"""

import io
import json
import os
import re
import sys
import threading
from urllib.parse import parse_qs

import cbor_bridge
import moto_consoles  # noqa: F401 - it changes what moto answers
import moto_corrections  # noqa: F401 - so does it
import moto_refreshes  # noqa: F401 - and it
import moto_roles  # noqa: F401 - and it
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server
from werkzeug.wrappers import Request

host, log, os.environ["MOTO_CONSOLES"] = sys.argv[1:]


# Longer values are documents, policies and the like.
SHORT = 200


def asked(request: Request, body: bytes) -> dict:
    """Which action of which service a request is for, and what of; for those that speak REST, its method and path."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", request.headers.get("Authorization", ""))
    target = request.headers.get("X-Amz-Target")
    form = parse_qs(body.decode("utf-8", "replace")) if target is None else {}
    cbor = cbor_bridge.OPERATION.match(request.path)
    if cbor:
        return {"service": "cloudwatch", "action": cbor[1], "parameters": {}}
    action = target.split(".")[-1] if target else form.get("Action", [f"{request.method} {request.path}"])[0]
    parameters = {name: values[0] for name, values in form.items() if len(values[0]) <= SHORT}
    return {"service": scope.group(1) if scope else "", "action": action, "parameters": parameters}


def region_of(request: Request) -> str:
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", request.headers.get("Authorization", ""))
    return scope.group(1) if scope else "us-east-1"


class Logged:
    def __init__(self, application) -> None:
        self.application = application

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data(cache=True)
        if not request.path.startswith("/moto-api"):
            with open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(asked(request, body)) + "\n")
        translated = cbor_bridge.answer(request.path, body, region_of(request), f"http://{host}:{server.port}")
        if translated is not None:
            status, content = translated
            headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
            start_response(status, headers + [("Content-Length", str(len(content)))])
            return [content]
        # The body was read: give it again.
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self.application(environ, start_response)


application = DomainDispatcherApplication(create_backend_app)
server = make_server(host, 0, Logged(application), threaded=True, request_handler=MotoRequestHandler)
os.environ["MOTO_PORT"] = str(server.port)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
os._exit(0)
