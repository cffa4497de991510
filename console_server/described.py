"""The OpenAPI description at `/schema`, with what the framework does not know by itself.

Owns how errors look to a caller and which session a route asks for; the routes themselves and
their bodies come from the handlers. Every error is a `Problem`, whatever its status.
"""

from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from console_server.access.middleware import COOKIE, CSRF_HEADER, SAFE_METHODS
from console_server.field.session import COOKIE as FIELD_COOKIE
from console_server.field.session import COOKIE_PATH as FIELD_PATH
from console_server.geojson import GEOJSON
from console_server.problems import PROBLEM_JSON
from console_server.wire.access import Problem

_REF: Final = "#/components/schemas/{name}"
_REFUSED: Final[dict[str, Any]] = {
    "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name=Problem.__name__)}}}
}
_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "fieldSession": {"type": "apiKey", "in": "cookie", "name": FIELD_COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
    "key": {"type": "http", "scheme": "bearer"},
}


class Description(JsonRenderPlugin):
    """The description as JSON, completed."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Render with errors and sessions."""
        return self.render_json(request, _completed(request.app, openapi_schema))


def description(version: str) -> OpenAPIConfig:
    """What the application is told of its own description."""
    return OpenAPIConfig(
        title="Gridbeat",
        version=version,
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[Description(path=["/", "/openapi.json"])],
    )


def _completed(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = _told_as_any(deepcopy(schema))
    components = whole.setdefault("components", {})
    _, bodies = msgspec.json.schema_components([Problem], ref_template=_REF)
    components.setdefault("schemas", {}).update(bodies)
    components["securitySchemes"] = _SCHEMES
    for route in app.routes:
        for method, operation in whole["paths"].get(route.path_format, {}).items():
            if isinstance(route, HTTPRoute):
                _complete(operation, route, method.upper())
    return whole


def _told_as_any(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """With `anyOf` for `oneOf`: 1 is an integer and a number, and still one value of a union."""
    if isinstance(part, list):
        return [_told_as_any(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {"anyOf" if key == "oneOf" else key: _told_as_any(each) for key, each in part.items()}


def _complete(operation: dict[str, Any], route: HTTPRoute, method: str) -> None:
    handler = next(each for each in route.route_handlers if method in each.http_methods)
    refused = [HTTPStatus.BAD_REQUEST] if str(400) in operation["responses"] else []
    if not handler.opt.get("public"):
        refused += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
        operation["security"] = [_asked(route.path_format, method)]
    elif key := handler.opt.get("key"):
        operation["security"] = [{key: []}]
    for status in refused:
        operation["responses"][str(status.value)] = {"description": status.phrase} | _REFUSED
    operation["responses"]["default"] = {"description": "Any other refusal"} | _REFUSED
    if GEOJSON in (content := operation["responses"].get("200", {}).get("content", {})):
        content[GEOJSON] = {"schema": {"type": "object"}}  # the handler gives it as bytes


def _asked(path: str, method: str) -> dict[str, list[str]]:
    """The session that a route needs, and for commands the token that came with it."""
    session = "fieldSession" if path.startswith(f"{FIELD_PATH}/") else "session"
    asked: dict[str, list[str]] = {session: []}
    return asked if method in SAFE_METHODS else asked | {"csrf": []}
