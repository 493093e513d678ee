"""What no request may be: too long, too slow, or with NUL characters, which PostgreSQL cannot keep. Pure ASGI."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.errors import Problem, respond

LONGEST_BODY = 256 * 1024  # bytes; the longest sensible request has a tenth of it
WITHIN = 30.0  # seconds in which a body must have come
CODES = {408: "request_timeout", 413: "body_too_large"}
LONGER = {"/v1/trades/import": 4 * 1024 * 1024}  # a file


class Limits:
    """Refuses before anything is parsed or kept in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (problem := _refusal(scope)) is not None:
            await respond(problem)(scope, receive, send)
        else:
            try:
                await self._app(scope, _counted(receive, _longest(scope)), send)
            except HTTPException as error:  # on the short way, where nobody makes a problem of it
                problem = Problem(error.status_code, CODES[error.status_code], str(error.detail))
                await respond(problem)(scope, receive, send)


def _longest(scope: Scope) -> int:
    return LONGER.get(scope["path"], LONGEST_BODY)


def _refusal(scope: Scope) -> Problem | None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return Problem(400, "invalid_input", "the address has a NUL character", fix="leave %00 out")
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    longest = _longest(scope)
    if length.isdigit() and int(length) > longest:
        return Problem(
            413, "body_too_large", "the request is too long", rule=f"at most {longest} bytes of body"
        )
    return None


def _counted(receive: Receive, longest: int) -> Receive:
    """For a body that does not say how long it is, or never ends."""
    seen, until, whole = 0, asyncio.get_running_loop().time() + WITHIN, False

    async def counting() -> Message:
        nonlocal seen, whole
        if whole:  # who waits now waits for the caller to leave
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, "the request came too slowly") from None
        whole = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > longest:
            raise HTTPException(413, "the request is too long")
        return message

    return counting
