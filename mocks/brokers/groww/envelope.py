"""Groww's envelopes: success, failure, and what a back office's refusal is called here.

Which HTTP status goes with which GA code is not documented: the pairs below are the sandbox's own convention.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import json_reply

INTERNAL, BAD_REQUEST, UNAVAILABLE, NOT_FOUND = "GA000", "GA001", "GA003", "GA004"
NOT_AUTHORISED, CANNOT_PROCESS, DUPLICATE_REFERENCE = "GA005", "GA006", "GA007"

Endpoint = Callable[[Request], Awaitable[Response]]


class Failure(Exception):
    """A definite no in Groww's words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class TooMany(Exception):
    """More requests than the budget of their kind: a 429 in a body without the envelope."""


RATE_LIMITED = b'{"message":"Rate limit exceeded"}'


def bad_request(message: str) -> Failure:
    return Failure(400, BAD_REQUEST, message)


_OF_CODE: Mapping[Code, tuple[int, str]] = {
    Code.NO_SESSION: (401, NOT_AUTHORISED),
    Code.SESSION_EXPIRED: (401, NOT_AUTHORISED),
    Code.UNKNOWN_USER: (401, NOT_AUTHORISED),
    Code.UNKNOWN_APP: (401, NOT_AUTHORISED),
    Code.UNKNOWN_ORDER: (404, NOT_FOUND),
    Code.TOO_MANY_CHANGES: (400, CANNOT_PROCESS),
}


def success(payload: Mapping[str, Any], status: int = 200) -> Response:
    return json_reply({"status": "SUCCESS", "payload": payload}, status)


def failure(no: Failure) -> Response:
    error = {"code": no.code, "message": no.message, "metadata": None}
    return json_reply({"status": "FAILURE", "error": error}, no.status)


def refused(no: Refusal) -> Response:
    status, code = _OF_CODE.get(no.code, (400, BAD_REQUEST))
    return failure(Failure(status, code, no.message))


def answering(handler: Endpoint) -> Endpoint:
    """The handler with its refusals turned into envelopes."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except Failure as no:
            return failure(no)
        except Refusal as no:
            return refused(no)
        except TooMany:
            return Response(RATE_LIMITED, 429, media_type="application/json")

    return endpoint


async def json_object(request: Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise bad_request("Request body must be a JSON object")
    return body


async def json_list(request: Request) -> list[dict[str, Any]]:
    body = await _json(request)
    if not isinstance(body, list) or not body or not all(isinstance(row, dict) for row in body):
        raise bad_request("Request body must be a list of orders")
    return body


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as bad:
        raise bad_request("Request body is not valid JSON") from bad
