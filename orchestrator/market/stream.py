"""One browser's socket of events: its orders, accounts and portfolio, as they happen.

A browser that follows its portfolio is told which lines changed; else only that something did.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.account import UserId
from orchestrator.bus import LAGGED, Bus, Event, user_topic
from orchestrator.market.caller import Caller, Refused, receive
from orchestrator.schemas import in_ist

LONGEST_VERSION = 100  # characters


class Changes(Protocol):
    """Messages about one user's portfolio after a version of it ("" for all of it), until it is closed."""

    def __call__(self, user_id: UserId, since: str) -> AsyncGenerator[str, None]: ...


async def run(socket: WebSocket, caller: Caller, bus: Bus, changes: Changes) -> None:
    """Until the browser leaves or its token ends."""
    browser = _Browser(socket, caller, changes)
    tasks = [
        asyncio.create_task(part) for part in (browser.tell(bus), browser.listen(), caller.until_expired())
    ]
    parts: list[asyncio.Future[None]] = [*tasks, browser.broken]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    except (WebSocketDisconnect, RuntimeError):
        return  # starlette says RuntimeError for a send after the end
    finally:
        parts += browser.following
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


class _Browser:
    def __init__(self, socket: WebSocket, caller: Caller, changes: Changes) -> None:
        self._socket, self._caller, self._changes = socket, caller, changes
        self.following: list[asyncio.Task[None]] = []  # its portfolio: one task at most
        self.broken: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )  # by what ended that task

    @property
    def _user(self) -> UserId:
        assert self._caller.user_id is not None
        return self._caller.user_id

    async def tell(self, bus: Bus) -> None:
        async with bus.subscribe(user_topic(self._user)) as events:
            async for event in events:
                await self._socket.send_text(_text(event))

    async def listen(self) -> None:
        """Newer tokens, and whether it follows its portfolio."""
        while True:
            try:
                message = await receive(self._socket)
                match message.get("action"):
                    case "auth":
                        self._caller.take(str(message.get("token", "")))
                    case "follow":
                        self._follow(message)
                    case "unfollow":
                        self._unfollow(message)
                    case _:
                        raise Refused(
                            "unknown_action", "this socket takes the actions auth, follow and unfollow"
                        )
            except Refused as error:
                await self._socket.send_text(orjson.dumps(error.body).decode())

    def _follow(self, message: dict[str, object]) -> None:
        self._unfollow(message)
        since = message.get("since", "")
        if not isinstance(since, str) or len(since) > LONGEST_VERSION:
            raise Refused("invalid_version", "since is the version of a message, or left out")
        task = asyncio.create_task(self._tell_changes(since))
        task.add_done_callback(self._ended)
        self.following.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (bug := task.exception()) is not None and not self.broken.done():
            self.broken.set_exception(bug)

    def _unfollow(self, message: dict[str, object]) -> None:
        if message.get("what") != "portfolio":
            raise Refused("unknown_subject", 'what is "portfolio"')
        while self.following:
            self.following.pop().cancel()

    async def _tell_changes(self, since: str) -> None:
        try:
            async with aclosing(self._changes(self._user, since)) as messages:
                async for message in messages:
                    await self._socket.send_text(message)
        except (WebSocketDisconnect, RuntimeError):
            return  # it left: the listening part ends the rest


def _text(event: Event) -> str:
    # A reader that lagged missed some: the portfolio event makes a browser read everything again.
    kind, data = ("portfolio", {"reason": LAGGED}) if event.type == LAGGED else (event.type, event.data)
    return orjson.dumps({"type": kind, "seq": event.seq, "at": in_ist(event.at), "data": data}).decode()
