"""Turns the text of a personal token into its caller: kept in memory, so that a request asks the database nothing.

What is changed or revoked is told to every process at once, and found by itself within half a minute where the telling
was lost; sockets that were opened with the token hear of it, too.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.bus import LAGGED, Bus
from orchestrator.errors import Problem
from orchestrator.identity.caller import TOKEN_WORDS, Caller, TokenEnd
from orchestrator.loops import Loops
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tokens import repository, text
from orchestrator.tokens.repository import Token

TOPIC = "tokens"  # between processes: these are not as you know them
RECHECK = 30.0  # seconds that what is known is believed
KEPT = 4096
STORE_EVERY = 60.0  # seconds between writings of when tokens were last used


@dataclass(frozen=True, slots=True)
class Known:
    """`at` is of `time.monotonic`. `caller` lacks the address."""

    token: Token
    caller: Caller
    at: float


class PersonalTokens:
    """`caller` is all that most need."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, *, kept: int = KEPT, recheck: float = RECHECK
    ) -> None:
        self._db, self._bus, self._clock, self._most, self._recheck = db, bus, clock, kept, recheck
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._told = 0  # how often something was forgotten: what was read before may be old
        self._used: dict[str, tuple[datetime, str]] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._loops = Loops()

    async def start(self) -> None:
        self._loops.start("changed tokens", self._hear)
        self._loops.start("last uses of tokens", self._store_often)

    async def close(self) -> None:
        await self._loops.close()
        await self.store()

    async def caller(self, given: str, address: str) -> Caller:
        """Who holds this token. Raises Problem 401 `token_invalid`, `token_revoked`, `token_expired`, or 403
        `token_policy` for an address that it is not good for."""
        parts = text.read(given)
        if parts is None:
            raise _refused("token_invalid", "this is no personal token of ours")
        known = await self._look(parts[0])
        now = self._clock()
        if known is None or not _fits(known.token, parts[1], now):
            raise _refused("token_invalid", "this is no personal token of ours")
        return self._let_in(known, address, now)

    async def by_id(self, token_id: str, address: str) -> tuple[Token, Caller]:
        """The same for whoever has proved in another way to act by this token."""
        known = await self._look(token_id)
        if known is None:
            raise _refused("token_invalid", "this is no personal token of ours")
        return known.token, self._let_in(known, address, self._clock())

    def _let_in(self, known: Known, address: str, now: datetime) -> Caller:
        if (end := _end(known.token, now)) is not None:
            raise _refused(end.value, TOKEN_WORDS[end])
        if not known.token.limits.takes_address(address):
            raise Problem(
                403,
                "token_policy",
                "this token is not good for requests from this address",
                fix="send it from an allowed address, or change the token's addresses",
                clause="addresses",
                asked=address,
            )
        self._used[known.token.id] = (now, address)
        return _from(known.caller, address)

    def remembers(self, given: str) -> bool:
        """Whether the token that this names was good lately, whatever it is now: asks the database nothing."""
        parts = text.read(given)
        return parts is not None and parts[0] in self._known

    async def known(self, token_id: str) -> Token | None:
        """The token of an id that is good now, whoever asks: for who proves in another way that they hold it."""
        known = await self._look(token_id)
        return known.token if known is not None and _end(known.token, self._clock()) is None else None

    async def changed(self, ids: Iterable[str]) -> None:
        """They were changed or revoked in the database: look again, here and everywhere."""
        found = list(ids)
        self._forget(found)
        if found:
            await self._bus.publish(TOPIC, {"type": "changed", "data": {"tokens": found}})

    async def wait(self, token_id: str, seconds: float) -> TokenEnd | None:
        """Until it is revoked, changed or over, and which; None when the time is over before."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(token_id, set())
        waiting.add(told)
        try:
            known = await self._look(token_id)
            if (end := _end(known.token if known else None, self._clock())) is not None:
                return end
            async with asyncio.timeout(seconds):
                await told
        except TimeoutError:
            return None
        finally:
            waiting.discard(told)
            if not waiting and self._waiting.get(token_id) is waiting:
                del self._waiting[token_id]
        known = await self._look(token_id)
        return _end(known.token if known else None, self._clock()) or TokenEnd.CHANGED

    async def store(self) -> None:
        """Write down when tokens were last used."""
        used, self._used = self._used, {}
        rows = [(token, at, origin) for token, (at, origin) in used.items()]
        if rows:
            await self._db.write(lambda conn: repository.used(conn, rows))

    async def _look(self, token_id: str) -> Known | None:
        known = self._known.get(token_id)
        if known is not None and time.monotonic() - known.at < self._recheck:
            self._known.move_to_end(token_id)
            return known
        told, at = self._told, time.monotonic()
        token = await self._db.read(lambda conn: _of_somebody(conn, token_id))
        if token is None:
            self._known.pop(token_id, None)
            return None
        caller = Caller(UserId(token.user_id), token=token.id, scopes=token.may, policy=token.limits)
        fresh = Known(token, caller, at)
        if told == self._told:
            self._known[token_id] = fresh
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return fresh

    def _forget(self, ids: Iterable[str]) -> None:
        self._told += 1
        for token_id in ids:
            self._known.pop(token_id, None)
            for told in self._waiting.get(token_id, ()):
                if not told.done():
                    told.set_result(None)

    async def _hear(self) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            self._forget([*self._known])  # what was changed between the start and now
            async for event in events:
                self._forget([*self._known, *self._waiting] if event.type == LAGGED else event.data["tokens"])

    async def _store_often(self) -> None:
        while True:
            await asyncio.sleep(STORE_EVERY)
            await self.store()


def _of_somebody(conn: Connection, token_id: str) -> Token | None:
    """None for a token whose user was shut out, too."""
    token = repository.find(conn, token_id)
    return None if token is None or repository.disabled(conn, token.user_id) else token


def _fits(token: Token, hashed: str, now: datetime) -> bool:
    """Whether this is the hash of its text, or of the one before while that is still good."""
    if hmac.compare_digest(token.hash, hashed):
        return True
    old = token.old_hash is not None and hmac.compare_digest(token.old_hash, hashed)
    return old and token.old_until is not None and now < token.old_until


def _end(token: Token | None, now: datetime) -> TokenEnd | None:
    if token is None or token.revoked_at is not None:
        return TokenEnd.REVOKED
    return TokenEnd.EXPIRED if now >= token.expires_at else None


def _from(caller: Caller, address: str) -> Caller:
    return Caller(
        caller.user_id, token=caller.token, scopes=caller.scopes, policy=caller.policy, address=address
    )


def _refused(code: str, detail: str) -> Problem:
    return Problem(
        401,
        code,
        detail,
        fix="make a new personal token, or check that this one is complete",
        headers={"www-authenticate": "Bearer"},
    )
