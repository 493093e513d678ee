"""One browser's socket: its orders, accounts and portfolio as they happen, and the live prices that it asks for.

Kept events have numbers without gaps; who comes back with the last one that it heard (`since`) is told what it missed.

A browser that follows its portfolio is told which lines changed; else only that something did. Prices are asked for as
on the socket of live prices, and always come several in a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.account import UserId
from orchestrator.bus import LAGGED, PASSED, Bus, Event, user_topic
from orchestrator.http.frames import frames_of
from orchestrator.instruments.service import Instruments
from orchestrator.market.audience import Audience
from orchestrator.market.caller import TOO_MANY, Caller, Refused, read, receive_text
from orchestrator.market.following import ACTIONS, Allowance, Following, Options, named
from orchestrator.market.wording import Form
from orchestrator.schemas import in_ist

LONGEST_VERSION = 100  # characters
LONGEST_NUMBER = 18  # digits


class Changes(Protocol):
    """Messages about one user's portfolio after a version of it ("" for all of it), until it is closed."""

    def __call__(self, user_id: UserId, since: str) -> AsyncGenerator[str, None]: ...


class Kept(Protocol):
    """Where kept events are asked for (see outbox/delivery.py)."""

    async def begin(self, user_id: UserId) -> int:
        """The last number so far."""
        ...

    async def missed(self, user_id: UserId, seq: int) -> list[Event] | None:
        """Those behind a number; None: too many, or not all are there any more."""
        ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """`since`: the last number that it heard; None: it does not ask for what it missed."""

    prices: Options
    since: int | None


def options_of(query: Mapping[str, str]) -> Wishes:
    """How this browser wants its prices and where it goes on, from the address. Raises Refused."""
    options = Options.of(query)
    if options.form is not Form.JSON:
        raise Refused("unknown_option", "this socket speaks json")
    since = query.get("since")
    if since is not None and not (since.isascii() and since.isdigit() and len(since) <= LONGEST_NUMBER):
        raise Refused("unknown_option", f"since is the number (seq) of an event, not {since[:40]!r}")
    return Wishes(replace(options, batch=True), None if since is None else int(since))


async def run(
    socket: WebSocket,
    caller: Caller,
    bus: Bus,
    kept: Kept,
    changes: Changes,
    *,
    audience: Audience,
    instruments: Instruments,
    options: Wishes,
) -> None:
    """Until the browser leaves, its token ends, or it will not keep to the limits."""
    user_id = caller.user_id
    assert user_id is not None
    try:
        audience.streams.enter(user_id)
    except Refused as error:
        await caller.dismiss(error.body, TOO_MANY)
        return
    prices = Prices(socket, caller, audience=audience, instruments=instruments, options=options.prices)
    browser = _Browser(socket, caller, changes, prices)
    work = (browser.tell(bus, kept, options.since), browser.listen(), prices.beat(), caller.until_expired())
    parts: list[asyncio.Future[None]] = [asyncio.create_task(part) for part in work]
    parts += [browser.broken, prices.broken]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    except (WebSocketDisconnect, RuntimeError):
        return  # starlette says RuntimeError for a send after the end
    finally:
        audience.streams.leave(user_id)
        parts += browser.following
        prices.end()
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


class Prices:
    """Live prices on a socket of events, from the first time that it asks for some."""

    def __init__(
        self,
        socket: WebSocket,
        caller: Caller,
        *,
        audience: Audience,
        instruments: Instruments,
        options: Options,
    ) -> None:
        self._socket, self._caller, self._audience = socket, caller, audience
        self._instruments, self._options = instruments, options
        self._following: Following | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self.broken: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )  # by what ended that task

    async def obey(self, message: dict[str, object]) -> None:
        """Raises Refused, also when the user has too many sockets with prices."""
        if self._following is None:
            assert self._caller.user_id is not None
            self._audience.enter(self._caller.user_id)
            self._following = Following(
                frames_of(self._socket.scope),
                self._caller.say,
                audience=self._audience,
                instruments=self._instruments,
                options=self._options,
            )
            self._catching_up = asyncio.create_task(self._following.out.catch_up())
            self._catching_up.add_done_callback(self._ended)
        await self._following.obey(message)

    async def beat(self) -> None:
        """A quiet hour is told from a dead connection."""
        while True:
            await asyncio.sleep(self._audience.heartbeat)
            await self._caller.say({"type": "heartbeat", "at": in_ist(self._audience.clock())})

    def end(self) -> None:
        """Follow nothing any more."""
        if self._following is None or self._catching_up is None:
            return
        assert self._caller.user_id is not None
        self._catching_up.cancel()
        self._following.end()
        self._audience.leave(self._caller.user_id)
        self._following = None

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and not self.broken.done():
            self.broken.set_exception(task.exception() or WebSocketDisconnect())


class _Browser:
    def __init__(self, socket: WebSocket, caller: Caller, changes: Changes, prices: Prices) -> None:
        self._socket, self._caller, self._changes, self._prices = socket, caller, changes, prices
        self._allowance = Allowance()
        self.following: list[asyncio.Task[None]] = []  # its portfolio: one task at most
        self.broken: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )  # by what ended that task

    @property
    def _user(self) -> UserId:
        assert self._caller.user_id is not None
        return self._caller.user_id

    async def tell(self, bus: Bus, kept: Kept, since: int | None) -> None:
        """Kept events each once and in order, beginning behind `since`; hints as they come."""
        async with bus.subscribe(user_topic(self._user)) as events:
            heard = await kept.begin(self._user)
            if since is not None:
                heard = await self._catch_up(kept, since)
                await self._caller.say({"type": "caught_up", "seq": heard})
            async for event in events:
                if event.type == LAGGED or (event.kept and event.seq > heard + 1):
                    heard = await self._catch_up(kept, heard)
                if event.kept and event.seq > heard:
                    heard = event.seq
                    await self._send(event)
                elif not event.kept:
                    await self._send(event)

    async def _catch_up(self, kept: Kept, since: int) -> int:
        """Tell what came behind a number, or that everything is to be read again; says how far it has come."""
        head = await kept.begin(self._user)
        missed = await kept.missed(self._user, since)
        if missed is None:
            await self._caller.say({"type": "portfolio", "data": {"reason": LAGGED}})
            return head
        for event in missed:
            await self._send(event)
        return missed[-1].seq if missed else since

    async def _send(self, event: Event) -> None:
        if _heard_by(self._caller, event):
            await self._socket.send_text(_text(event))
        elif event.kept:
            await self._caller.say({"type": PASSED, "seq": event.seq})

    async def listen(self) -> None:
        """Newer tokens, whether it follows its portfolio, and which prices it wants. Returns for one that will not keep
        to the limits."""
        while True:
            message: dict[str, object] = {}
            try:
                text = await receive_text(self._socket)
                self._allowance.take(asyncio.get_running_loop().time())
                message = read(text)
                await self._obey(message)
            except Refused as error:
                await self._caller.say(error.body | named(message))
                if error.code == "message_too_long" or self._allowance.overdrawn:
                    await self._caller.dismiss(error.body, TOO_MANY)
                    return

    async def _obey(self, message: dict[str, object]) -> None:
        action = message.get("action")
        if action == "auth":
            await self._caller.take(str(message.get("token", "")))
        elif action == "follow":
            self._follow(message)
        elif action == "unfollow":
            self._unfollow(message)
        elif action in ACTIONS:
            await self._prices.obey(message)
        else:
            raise Refused(
                "unknown_action", f"action is auth, follow, unfollow, {', '.join(ACTIONS)}, not {action!r}"
            )

    def _follow(self, message: dict[str, object]) -> None:
        if self._caller.limited:
            raise Refused(
                "token_policy", "this token is limited to accounts: ask for the portfolio over HTTP"
            )
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


def _heard_by(caller: Caller, event: Event) -> bool:
    """A token hears of what it asked itself to approve; one that sees some accounts only hears beside that of orders
    that are all there, and that it lagged. Of others it hears the number."""
    if event.type == PASSED:
        return False
    if event.type == "approval":
        return caller.token in (None, event.data["token"])
    if not caller.limited:
        return True
    if event.type == "order":
        return all(caller.sees(child["account"]) for child in event.data["children"])
    return event.type == LAGGED


def _text(event: Event) -> str:
    # A reader that lagged missed some: the portfolio event makes a browser read everything again.
    kind, data = ("portfolio", {"reason": LAGGED}) if event.type == LAGGED else (event.type, event.data)
    number = {"seq": event.seq} if event.kept else {}
    return orjson.dumps({"type": kind, **number, "at": in_ist(event.at), "data": data}).decode()
