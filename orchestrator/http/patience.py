"""How long and how much of a request's head is waited for: a connection that sends it drop by drop is closed.

The server's own parser waits for ever and keeps whatever comes (slowloris). Bodies are timed and counted in
`limits.py`.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from orchestrator.errors import Problem, respond

WITHIN = 15.0  # seconds from a request's first byte (or the connection) to the end of its head
MOST = 64 * 1024  # bytes; cookies and tokens have a twentieth of it


class Patient(HttpToolsProtocol):
    """uvicorn's protocol, with an end to waiting, and our words for what is no HTTP."""

    within = WITHIN
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        if self._timer is None:
            self._head = 0
            self._wait()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head = 0
        self._stop_waiting()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        self._head += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head > MOST and not self.transport.is_closing():
            self._close(b"431 Request Header Fields Too Large")

    def send_400_response(self, msg: str) -> None:
        """What cannot be read, or has an address of more than 64 kB."""
        answer = respond(Problem(400, "bad_request", msg, fix="send it anew, as HTTP/1.1"))
        head = b"".join(b"%s: %s\r\n" % row for row in answer.raw_headers)
        self._stop_waiting()
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n" + head + b"connection: close\r\n\r\n" + bytes(answer.body)
        )
        self.transport.close()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.within, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self._close(b"408 Request Timeout")

    def _close(self, status: bytes) -> None:
        self._stop_waiting()
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()
