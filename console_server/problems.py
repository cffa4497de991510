"""Every error as `application/problem+json` (RFC 9457) with a stable `code`.

Owns the mapping from errors to HTTP, the only place that knows both; not the errors themselves.
What an unexpected fault says stays in the log: the caller gets a number to quote.
"""

import re
import secrets
from http import HTTPStatus
from typing import Any

import psycopg
import redis.exceptions
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from psycopg_pool import PoolTimeout

from console_server.errors import (
    Conflict,
    Forbidden,
    GridbeatError,
    Invalid,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from console_server.wire.access import Problem

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_FAULT_S = 2  # parts that died are restarted within a second or two

_STATUS: dict[type[GridbeatError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Forbidden: HTTPStatus.FORBIDDEN,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_HTTP_CODES = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "no_such_route",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
}
# The decoder speaks of the object; a caller wants to hear of the field.
_NAMED_IN_MESSAGE = re.compile(
    r"^Object (?:missing required|contains unknown) field `(?P<field>\w+)`"
)
_log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]


def problem_response(
    status: HTTPStatus,
    code: str,
    detail: str = "",
    errors: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[Problem]:
    """A problem as a response; `code` also makes its `type` (a relative reference)."""
    body = Problem(
        type=f"/problems/{code}",
        title=status.phrase,
        status=status.value,
        code=code,
        detail=detail,
        errors=errors,
    )
    return Response(body, status_code=status.value, media_type=PROBLEM_JSON, headers=headers)


def on_gridbeat_error(_request: AnyRequest, error: GridbeatError) -> Response[Problem]:
    """A broken rule, with its own code."""
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    headers = (
        {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooManyAttempts) else None
    )
    return problem_response(status, error.code, error.detail, error.errors, headers)


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    """What the framework refused: unknown routes, bodies that do not decode, sizes."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_fault(request, error)
    status = HTTPStatus(error.status_code)
    errors = _field_errors(error.extra)
    if status is HTTPStatus.BAD_REQUEST and errors:
        return problem_response(
            HTTPStatus.BAD_REQUEST, "invalid", "Some fields cannot be accepted.", errors
        )
    code = _HTTP_CODES.get(status, "bad_request")
    return problem_response(status, code, error.detail, errors, error.headers)


def _field_errors(extra: object) -> tuple[str, ...]:
    """`field: reason` of each, from the framework's list of `{key, message, source}`."""
    if not isinstance(extra, list):
        return ()
    return tuple(_field_error(item) for item in extra if isinstance(item, dict))


def _field_error(item: dict[str, str]) -> str:
    message, key = item.get("message", ""), item.get("key", "")
    if named := _NAMED_IN_MESSAGE.search(message):
        return f"{named['field']}: {'is missing' if 'missing' in message else 'is not known'}"
    return f"{key}: {message}" if key else message


def on_store_fault(request: AnyRequest, error: Exception) -> Response[Problem]:
    """The store or the cache does not answer: say so, and when to try again."""
    _log.error("part_unavailable", path=request.url.path, error=repr(error))
    return problem_response(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        "A part of the installation does not answer. Try again in a moment.",
        headers={"Retry-After": str(RETRY_AFTER_FAULT_S)},
    )


def on_unusable_value(request: AnyRequest, error: Exception) -> Response[Problem]:
    """A value of the right kind that no column and no calendar holds: the year 9999, 2^40, NUL."""
    _log.warning("unusable_value", path=request.url.path, exc_info=error)
    return problem_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid",
        "A value is out of the range that can be worked with, or holds a NUL character.",
    )


def on_nested_body(_request: AnyRequest, _error: RecursionError) -> Response[Problem]:
    """A body nested deeper than the decoder goes; no body of ours has more than a few levels."""
    return problem_response(HTTPStatus.BAD_REQUEST, "bad_request", "The body is nested too deeply.")


def on_fault(request: AnyRequest, error: Exception) -> Response[Problem]:
    """A fault of ours: the log has the cause under the number that the caller is given."""
    number = secrets.token_hex(4)
    _log.error("fault", fault=number, path=request.url.path, exc_info=error)
    return problem_response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "fault",
        f"Something went wrong on the server. The log has it as fault {number}.",
    )


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    GridbeatError: on_gridbeat_error,
    HTTPException: on_http_exception,
    PoolTimeout: on_store_fault,
    psycopg.OperationalError: on_store_fault,
    psycopg.DataError: on_unusable_value,
    OverflowError: on_unusable_value,
    RecursionError: on_nested_body,
    redis.exceptions.ConnectionError: on_store_fault,
    redis.exceptions.TimeoutError: on_store_fault,
    Exception: on_fault,
}
