"""The portfolios that someone looks at, kept up to date in memory: readings and prices are taken as they come, so that
whoever asks is answered at once, and whoever follows is told of what changed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import orjson

from domain.account import AccountId, UserId
from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.money import Money
from orchestrator.accounts.connections import Connections
from orchestrator.bus import Bus, user_topic
from orchestrator.guards.result import PRICELESS, unread
from orchestrator.identity.caller import Caller
from orchestrator.instruments.service import Instruments
from orchestrator.leases.shards import Asked, Owning
from orchestrator.loops import Loops
from orchestrator.market.hub import Hub
from orchestrator.portfolio.kept import Kept
from orchestrator.schemas import in_ist
from orchestrator.state import Clock

PRICE_WAIT = 1.0  # seconds that a first look waits for prices nobody has told yet
PASS = 0.1  # seconds between looks at what moved
SLICE = 16  # lines valued in one go: orders wait no longer than that
LOOKED_AT = 60.0  # seconds that one look keeps a portfolio up to date
GLANCE = 10.0  # seconds between tellings of what it is priced by
PACE = 1.0  # seconds between two messages to a follower that prices alone give reason to
SOON = 0.01  # seconds until what is being valued is looked at again
MOST_PARTS = 20  # of one portfolio that are kept: sets of accounts that tokens are limited to
AGAIN = 1.0  # seconds between looks at whether accounts are read where that happens only when someone asks


class Portfolios:
    """`owning`: the accounts of users whom this process works for are read anyway; those of others when someone looks
    or another process tells."""

    def __init__(
        self,
        *,
        connections: Connections,
        instruments: Instruments,
        hub: Hub,
        bus: Bus,
        clock: Clock,
        calendar: Calendar,
        owning: Owning | None = None,
    ) -> None:
        self._connections, self._instruments, self._hub = connections, instruments, hub
        self._bus, self._clock, self._owning = bus, clock, owning or Asked()
        self._calendar = calendar
        self._kept: dict[UserId, Kept] = {}
        self._parts: dict[UserId, dict[frozenset[AccountId], Kept]] = {}  # what limited tokens see of these
        self._priced_by: dict[InstrumentId, set[UserId]] = {}
        self._until: dict[UserId, float] = {}  # looked at: kept up to date until then, on the loop's clock
        self._glanced: dict[UserId, float] = {}
        self._followers: dict[UserId, set[asyncio.Event]] = {}
        self._wake = asyncio.Event()
        self._loops = Loops()

    async def look(self, user_id: UserId) -> Kept:
        """The user's portfolio as it is now. What it shows is streamed and kept up to date for a while."""
        mine = await self._connections.ready(user_id)
        kept = self._kept_on(user_id)
        kept.shown = True
        unpriced = {name for name in kept.unpriced if self._hub.last(name) is None}
        if unpriced and mine:
            kept.unpriced -= unpriced  # waited for once
            await self._hub.prime(unpriced, patience=PRICE_WAIT)
            self._take(user_id, kept)
        kept.settle()
        return kept

    async def look_for(self, caller: Caller) -> Kept:
        """The same as far as the caller sees the accounts."""
        whole = await self.look(caller.user_id)
        if not caller.limited:
            return whole
        mine = self._connections.of_user(caller.user_id)
        seen = [one for one in mine if caller.sees(one.account.id)]
        parts = self._parts.setdefault(caller.user_id, {})
        key = frozenset(one.account.id for one in seen)
        if (part := parts.get(key)) is None:
            if len(parts) >= MOST_PARTS:
                parts.pop(next(iter(parts)))
            part = parts[key] = Kept(self._instruments, self._hub.last, self._calendar)
        part.take(seen, self._clock())
        part.settle()
        return part

    async def refresh(self, user_id: UserId) -> Kept:
        """The same after a reading of all the user's accounts, made now and at the same time."""
        mine = self._connections.of_user(user_id)
        await asyncio.gather(*(self._connections.refresh(one.account.id) for one in mine))
        return await self.look(user_id)

    def day_result(self, user_id: UserId) -> tuple[Money | None, str]:
        """What today has brought over all the user's accounts, or None and why. Nothing is read or waited for."""
        if why := unread(self._connections.of_user(user_id)):
            return None, why
        kept = self._kept_on(user_id)
        kept.settle()
        result = kept.live.day_pnl
        return result, "" if result is not None else PRICELESS

    async def changes(self, user_id: UserId, since: str) -> AsyncGenerator[str, None]:
        """Messages for a screen: what changed after the version `since`, then whatever changes, until it is closed.

        What is more than a price is told at once, prices once a second; a slow reader gets the newest, never a queue.
        """
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        self._followers.setdefault(user_id, set()).add(woken)
        hearing = asyncio.create_task(self._hurry(user_id), name="portfolio events")
        try:
            tag, numbers, told_at = since, -1, float("-inf")
            kept = await self.look(user_id)
            while True:
                due = kept.numbers != numbers or loop.time() - told_at >= PACE
                if tag != kept.tag and due and kept.settled:
                    message = self._message(kept, tag)
                    tag, numbers, told_at = kept.tag, kept.numbers, loop.time()
                    yield message  # what changes before the reader comes back is in the next one
                await self._woken(woken, PACE if tag == kept.tag else told_at + PACE - loop.time())
                kept = self._held(user_id)
        finally:
            hearing.cancel()
            self._followers[user_id].discard(woken)
            if not self._followers[user_id]:
                del self._followers[user_id]

    async def _woken(self, woken: asyncio.Event, seconds: float) -> None:
        woken.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(SOON, seconds)):
                await woken.wait()

    def _message(self, kept: Kept, tag: str) -> str:
        now = self._clock()
        head = {"type": "portfolio_lines", "seq": kept.version, "at": in_ist(now)}
        return (orjson.dumps(head)[:-1] + b',"data":%s}' % kept.changes(tag, now)).decode()

    # --- keeping -------------------------------------------------------------------------------------------------

    def _held(self, user_id: UserId) -> Kept:
        kept = self._kept.get(user_id)
        if kept is None:
            kept = self._kept[user_id] = Kept(self._instruments, self._hub.last, self._calendar)
        return kept

    def _kept_on(self, user_id: UserId) -> Kept:
        """The newest readings are in it, and it is kept up to date for a while."""
        kept = self._held(user_id)
        self._until[user_id] = asyncio.get_running_loop().time() + LOOKED_AT
        self._take(user_id, kept)
        return kept

    def _take(self, user_id: UserId, kept: Kept) -> None:
        now = asyncio.get_running_loop().time()
        new = kept.take(self._connections.of_user(user_id), self._clock())
        for name in new:
            self._priced_by.setdefault(name, set()).add(user_id)
        if new or now - self._glanced.get(user_id, float("-inf")) > GLANCE:
            self._glanced[user_id] = now
            self._hub.glance(kept.names)

    def _moved(self, name: InstrumentId) -> None:
        for user_id in self._priced_by.get(name, ()):
            self._kept[user_id].moved[name] = None
            for part in self._parts.get(user_id, {}).values():
                part.moved[name] = None

    def _forget(self, user_id: UserId) -> None:
        kept = self._kept.pop(user_id)
        self._parts.pop(user_id, None)
        self._until.pop(user_id, None)
        self._glanced.pop(user_id, None)
        for name in kept.names:
            users = self._priced_by.get(name, set())
            users.discard(user_id)
            if not users:
                self._priced_by.pop(name, None)

    # --- running -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self._hub.prices.on_change(self._moved)
        self._loops.start("portfolios", self._keep)
        self._loops.start("portfolios of other processes", self._hear)
        self._loops.start("readings for portfolios", self._ask)

    async def close(self) -> None:
        await self._loops.close()

    async def _keep(self) -> None:
        """Value in small parts what moved, for those who look; forget what nobody looks at."""
        loop = asyncio.get_running_loop()
        while True:
            await self._woken(self._wake, PASS)
            for user_id in list(self._kept):
                if user_id in self._followers:
                    self._until[user_id] = loop.time() + LOOKED_AT
                if self._until.get(user_id, 0.0) < loop.time():
                    self._forget(user_id)
                else:
                    await self._bring_up(user_id, self._kept[user_id])

    async def _bring_up(self, user_id: UserId, kept: Kept) -> None:
        self._take(user_id, kept)
        while not kept.settle(SLICE):
            self._write(kept)
            await asyncio.sleep(0)
        self._write(kept)
        if kept.tag != kept.told:
            kept.told = kept.tag
            for woken in self._followers.get(user_id, ()):
                woken.set()

    def _write(self, kept: Kept) -> None:
        """For a limit alone nothing needs writing."""
        if kept.shown:
            kept.write()

    async def _hurry(self, user_id: UserId) -> None:
        """What an account tells of itself is taken over now: a fill is not to wait for the next pass."""
        async with self._bus.subscribe(user_topic(user_id)) as events:
            async for event in events:
                if event.type == "portfolio":
                    self._wake.set()

    async def _ask(self) -> None:
        """For those who follow: have their accounts read that are due, as a look would."""
        while True:
            await asyncio.sleep(AGAIN)
            for user_id in list(self._followers):
                if not self._owning.owns(user_id):
                    await self._connections.ready(user_id)

    async def _hear(self) -> None:
        """Another process read other numbers of an account: ours are old."""
        async with self._bus.subscribe() as events:
            async for event in events:
                if event.type == "portfolio" and "account" in event.data:
                    account = self._connections.get(AccountId(str(event.data["account"])))
                    if account is None or self._owning.owns(account.account.user_id):
                        continue
                    if account.account.user_id in self._until:
                        self._connections.told(account.account.id)
