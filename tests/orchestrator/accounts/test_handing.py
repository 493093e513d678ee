"""One process reads an account for all: the others take over what it read, and read where it is silent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import pytest
from fastapi import FastAPI
from redis import asyncio as redis

from adapters.broker import LoginKind
from domain.account import AccountId, BrokerId
from domain.errors import BrokerUnavailable
from domain.money import Money
from orchestrator.accounts import handing
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.handing import Handing
from orchestrator.accounts.shelf import Handed, Shelf, by_our_clock
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.settings.process import Role
from orchestrator.state import system_clock
from tests.orchestrator.accounts.conftest import connect, until
from tests.orchestrator.conftest import PASSWORD, browser
from tests.orchestrator.stub_broker import StubAdapter, terms

EMAIL = "asha@trademaster.test"


@dataclass
class Process:
    """A whole one, with the same broker as the others, which counts its questions apart."""

    app: FastAPI
    stub: StubAdapter

    @property
    def connections(self) -> Connections:
        found = self.app.state.connections
        assert isinstance(found, Connections)
        return found

    @property
    def account(self) -> Connection:
        [mine] = self.connections.all()
        return mine

    @property
    def cash(self) -> Money | None:
        return self.account.snapshot.margin.cash if self.account.snapshot else None

    @property
    def quiet(self) -> bool:
        """Whether it has read the account, and again for what a broker's books show late."""
        done = self.account.refreshing is not None and self.account.refreshing.done()
        return self.cash is not None and done and self.account.due_at == float("inf")

    @property
    def asked(self) -> int:
        return self.stub.calls["margin"]

    @property
    def handing(self) -> Handing:
        found = self.connections._readings.handing
        assert found is not None
        return found

    @property
    def shelf(self) -> Shelf:
        found = self.app.state.shelf
        assert isinstance(found, Shelf)
        return found

    def forget(self) -> None:
        """As when it has just been started."""
        self.account.snapshot, self.account.tried_at = None, float("-inf")

    async def look(self) -> None:
        await self.connections.ready(self.account.account.user_id)
        await until(lambda: self.cash is not None)  # a busy machine may take longer than a look waits


@dataclass
class Fleet:
    """A worker and two processes of HTTP; `asha` has an account."""

    worker: Process
    here: Process
    there: Process
    opened: dict[str, AsyncExitStack]

    def told(self, cash: int) -> None:
        """What the broker says from now on, whoever asks."""
        for one in (self.worker, self.here, self.there):
            one.stub.cash = Money.of(cash)

    async def end(self, name: str) -> None:
        await self.opened.pop(name).aclose()


@pytest.fixture
def shared(sqlite_settings: Settings, redis_url: str) -> Settings:
    """Nobody reads unasked but once: every question to the broker has a reason that the test gives."""
    update = {"redis_url": redis_url, "refresh_busy": 3600.0, "refresh_idle": 3600.0, "write_deadline": 0.1}
    return sqlite_settings.model_copy(update=update)


@pytest.fixture
async def fleet(
    cheap_passwords: None, shared: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Fleet]:
    monkeypatch.setattr(handing, "ANSWER", 60.0)  # a machine that is busy is no owner that is silent
    roles = {"worker": Role.WORKER, "here": Role.API, "there": Role.API}
    made: dict[str, Process] = {}
    async with AsyncExitStack() as all_of_them:
        opened = {name: await all_of_them.enter_async_context(AsyncExitStack()) for name in roles}
        for name, role in roles.items():
            stub = StubAdapter(terms(BrokerId.ZERODHA, LoginKind.REDIRECT))
            stub.users = {"good": "AB1234"}
            settings = shared.model_copy(update={"role": role})
            app = create_app(settings, clock=system_clock, adapters={BrokerId.ZERODHA: stub})
            await opened[name].enter_async_context(app.router.lifespan_context(app))
            made[name] = Process(app, stub)
        async with browser(made["here"].app) as asha:
            body = {"email": EMAIL, "password": PASSWORD}
            await asha.post("/v1/users/signup", json=body)
            token = (await asha.post("/v1/users/login", json=body)).json()["access_token"]
            asha.headers["authorization"] = f"Bearer {token}"
            await connect(asha)
        fleet = Fleet(**made, opened=opened)
        await until(lambda: all(one.connections.connected() for one in made.values()))
        await until(lambda: fleet.worker.quiet)
        fleet.here.forget()  # it read the account for whoever logged in
        for one in made.values():
            one.stub.calls.clear()
        yield fleet


async def test_what_the_owner_read_is_taken_over_with_its_age(fleet: Fleet) -> None:
    for one in (fleet.here, fleet.there):
        await one.look()
        assert one.account.snapshot == fleet.worker.account.snapshot
    assert [one.asked for one in (fleet.worker, fleet.here, fleet.there)] == [0, 0, 0], (
        "it had just been read"
    )


async def test_what_happened_here_is_in_what_is_shown_next_and_reaches_who_looks_elsewhere(
    fleet: Fleet,
) -> None:
    for one in (fleet.here, fleet.there):
        await one.look()
    fleet.told(7)
    for _ in range(5):
        fleet.here.connections.invalidate(fleet.here.account.account.id)
    await until(lambda: (fleet.here.cash, fleet.there.cash) == (Money.of(7), Money.of(7)))
    assert (fleet.here.asked, fleet.there.asked) == (0, 0)
    assert fleet.worker.asked >= 1


async def test_no_reading_is_taken_over_that_began_before_its_owner_heard_of_what_happened(
    fleet: Fleet,
) -> None:
    await fleet.here.look()
    mine, handing_, shelf = fleet.here.account, fleet.here.handing, fleet.worker.shelf
    assert mine.snapshot is not None
    between = handing_._of(mine)
    between.news = 3
    now, origin = system_clock(), handing_._origin
    early = Handed(replace(mine.snapshot, as_of=now, lacking="early"), 1_000_000, 1, {origin: 2}, now)
    assert await shelf.put(early)
    assert not await handing_._look(mine)
    assert mine.snapshot.lacking == ""
    assert await shelf.put(
        replace(early, snapshot=replace(early.snapshot, lacking="late"), number=2, heard={origin: 3})
    )
    assert await handing_._look(mine)
    assert mine.snapshot.lacking == "late"


async def test_an_older_reading_replaces_no_newer_one(fleet: Fleet) -> None:
    fleet.told(8)
    await fleet.here.connections.refresh(fleet.here.account.account.id)
    assert (fleet.here.cash, fleet.here.asked) == (Money.of(8), 1), "who asks for a reading now has one made"
    await fleet.there.look()
    assert fleet.there.cash == Money.of(100_000)
    assert not await fleet.here.handing._look(fleet.here.account)
    assert fleet.here.cash == Money.of(8)


async def test_an_owner_that_is_silent_is_waited_for_once(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "ANSWER", 0.01)
    await fleet.end("worker")
    fleet.told(9)
    fleet.here.connections.invalidate(fleet.here.account.account.id)
    await until(lambda: fleet.here.cash == Money.of(9))
    monkeypatch.setattr(handing, "ANSWER", 600.0)
    monkeypatch.setattr(handing, "SILENT", 600.0)
    fleet.told(10)
    fleet.here.handing._of(fleet.here.account).silent_until += 600.0
    fleet.here.connections.invalidate(fleet.here.account.account.id)
    await until(lambda: fleet.here.cash == Money.of(10))


async def test_what_an_owner_could_not_read_is_read_by_those_who_show_it(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "ANSWER", 0.01)
    fleet.worker.stub.fails["all"] = BrokerUnavailable("its own way out is cut")
    await fleet.worker.connections.refresh(fleet.worker.account.account.id)
    fleet.told(11)
    fleet.here.connections.invalidate(fleet.here.account.account.id)
    await until(lambda: fleet.here.cash == Money.of(11))
    assert fleet.here.account.failing_since is None


async def test_without_redis_each_reads_for_itself_and_waits_for_nobody(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Shelf("redis://127.0.0.1:1/0", fleet.here.app.state.vault, system_clock)
    monkeypatch.setattr(fleet.here.handing, "_shelf", nowhere)
    fleet.told(12)
    await fleet.here.look()
    await until(lambda: fleet.here.cash == Money.of(12))
    assert nowhere.away
    assert fleet.here.asked == 1
    await nowhere.close()


# --- what lies in Redis ------------------------------------------------------------------------------------------


def _handed(fleet: Fleet) -> Handed:
    snapshot = fleet.worker.account.snapshot
    assert snapshot is not None
    return Handed(snapshot, 5, 1, {"prc_1": 4}, system_clock())


async def test_a_process_that_wakes_up_puts_nothing_old_over_what_is_new(fleet: Fleet) -> None:
    first, shelf = _handed(fleet), fleet.worker.shelf
    assert await shelf.put(first)
    assert not await shelf.put(first)
    assert not await shelf.put(replace(first, fence=4, number=9)), "an earlier owner's"
    assert await shelf.put(replace(first, number=2))
    assert await shelf.put(replace(first, fence=6, number=1)), "the next owner's first"
    found = await fleet.here.shelf.look(first.snapshot.account_id)
    assert found == replace(first, fence=6, number=1)


async def test_redis_holds_no_readable_number_and_none_that_was_put_there_by_another(
    fleet: Fleet, redis_url: str
) -> None:
    first, shelf = _handed(fleet), fleet.worker.shelf
    assert await shelf.put(first)
    async with redis.Redis.from_url(redis_url) as raw:
        [key] = await raw.keys("trademaster:reading:*")
        body = await cast(Awaitable[bytes], raw.hget(key, "body"))
        assert b"100000" not in body
        assert 0 < await raw.pttl(key) <= 600_000
        other = AccountId("acc_other")
        await raw.copy(key, key.decode().replace(first.snapshot.account_id, other))
        assert await shelf.look(other) is None, "sealed for one account, it is of no use to another"
        await cast(Awaitable[int], raw.hset(key, "body", body[:-4].decode() + "AAAA"))
        assert await shelf.look(first.snapshot.account_id) is None


async def test_an_account_too_large_is_left_to_each(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.accounts.shelf.MOST", 100)
    assert not await fleet.worker.shelf.put(_handed(fleet))


async def test_ages_are_counted_by_one_clock_whatever_the_others_say(fleet: Fleet) -> None:
    handed = _handed(fleet)
    assert by_our_clock(handed, handed.at + timedelta(milliseconds=200)) is handed
    behind = timedelta(seconds=-3)
    ours = by_our_clock(handed, handed.at + behind)
    assert ours.snapshot.as_of == handed.snapshot.as_of + behind
    assert ours.snapshot.funds_as_of == handed.snapshot.funds_as_of + behind


async def test_a_reading_that_was_long_on_its_way_is_not_called_younger_than_it_is(fleet: Fleet) -> None:
    handed = _handed(fleet)
    slow = by_our_clock(handed, handed.at + timedelta(milliseconds=900))
    assert slow.snapshot.as_of == handed.snapshot.as_of, "an order of that time is not in its margin"
    ahead = by_our_clock(handed, handed.at + timedelta(minutes=1))
    assert ahead.snapshot.as_of == handed.snapshot.as_of + timedelta(seconds=59)
