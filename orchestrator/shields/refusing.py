"""Answering before anything of a request is read. Pure ASGI."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from orchestrator.errors import Problem, respond

DENIAL = "websocket.http.response"  # the ASGI extension: a handshake is refused in our words
POLICY_VIOLATION = 1008  # RFC 6455; before the handshake the server makes it a 403


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first of this name (lower case), as it came."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """The problem, to a request or to a socket's handshake; where the server cannot send one before a socket is open,
    a refused handshake."""
    if scope["type"] == "websocket" and DENIAL not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": problem.code})
    else:
        await respond(problem)(scope, receive, send)
