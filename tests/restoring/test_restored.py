"""The product is put back to an earlier moment while its brokers have gone on: nothing is sent again, all is found.

Once from a backup (SQLite), once to a moment between two orders (PostgreSQL's own log).
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from mocks.launch import Sandbox
from orchestrator.backups import archive, crypt, restoring
from orchestrator.backups.afterwards import Safe
from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings
from orchestrator.storage.db import open_database
from orchestrator.tables.orders import order_children
from tests.restoring.archived import archived
from tests.services import POSTGRES_BIN, _left_out, make_tables
from tests.stories.product import Product, Trader, eventually
from tests.traders import NewUser, sandbox_settings

SLOW = 8  # seconds that a broker takes for the order that is under way at the moment


@dataclass
class Installation:
    """`back`: ends the product and gives another one, on the database as it was when `mark` was awaited."""

    product: Product
    mark: Callable[[], Awaitable[None]]
    back: Callable[[], Awaitable[tuple[Product, Settings]]]


@dataclass
class Story:
    """One user with one account, before and after."""

    sandbox: Sandbox
    user: dict[str, Any]

    def there(self) -> dict[str, Any]:
        truth: dict[str, Any] = self.sandbox.get(f"/users/{self.user['broker']}/{self.user['user_id']}")
        return truth

    def held(self) -> int:
        return sum(int(one["quantity"]) for one in self.there()["positions"])


async def position(trader: Trader) -> int:
    return sum(int(line["quantity"]) for line in (await trader.portfolio())["positions"])


async def status_of(settings: Settings, order_id: str) -> str:
    """Of the one part of an order, in a database that no process uses."""
    database, child = open_database(settings), order_children.c
    query = sa.select(child.status).where(child.order_id == order_id)
    found = await database.read(lambda conn: conn.execute(query).scalar_one())
    await database.close()
    return str(found)


@pytest.fixture
async def installation(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[Installation]:
    async with AsyncExitStack() as opened:
        yield await request.param(sandbox, tmp_path, opened)


async def from_a_backup(sandbox: Sandbox, folder: Path, opened: AsyncExitStack) -> Installation:
    key, backup = folder / "key.txt", folder / "backup.age"
    first = _product(folder / "first", sandbox, opened)
    here = Settings(data=first.data, backup_recipients=crypt.make_key(key), _env_file=None)

    async def mark() -> None:
        await archive.make(here, backup, version="test", now=datetime.now(UTC))

    async def back() -> tuple[Product, Settings]:
        await first.stop()
        second = _product(folder / "second", sandbox, opened, keys_of=first)
        there = Settings(data=second.data, _env_file=None)
        found = await restoring.restore(there, backup, key, now=datetime.now(UTC))
        assert found.safe.held == 1
        return second, there

    return Installation(first, mark, back)


async def to_a_moment(sandbox: Sandbox, folder: Path, opened: AsyncExitStack) -> Installation:
    if POSTGRES_BIN is None:
        _left_out("PostgreSQL is not installed")
    server = opened.enter_context(archived())
    here = Settings(database_url=server.url, _env_file=None)
    database = open_database(here)
    await make_tables(database)
    await database.close()
    await asyncio.to_thread(server.base)
    more = {"TRADEMASTER_DATABASE_URL": server.url}
    first, moments = _product(folder / "first", sandbox, opened, more), list[datetime]()

    async def mark() -> None:
        moments.append(datetime.now(UTC))

    async def back() -> tuple[Product, Settings]:
        await first.stop()
        await asyncio.to_thread(server.put_back, moments[0])

        async def taken_up() -> Safe | None:
            with suppress(BadBackup):  # leases of that moment have to run out
                return await restoring.take_up(here, moments[0], now=datetime.now(UTC))
            return None

        safe = await eventually(taken_up, lambda done: done is not None)
        assert safe.held == 1
        return _product(folder / "second", sandbox, opened, more, keys_of=first), here

    return Installation(first, mark, back)


def _product(
    folder: Path,
    sandbox: Sandbox,
    opened: AsyncExitStack,
    more: Mapping[str, str] | None = None,
    keys_of: Product | None = None,
) -> Product:
    """`keys_of`: with the keys of another, and nothing else of it."""
    patient = {"TRADEMASTER_WRITE_DEADLINE": str(3 * SLOW)}
    made = Product(folder, {**sandbox_settings(sandbox.urls), **patient, **(more or {})})
    made.data.mkdir(parents=True, mode=0o700)
    for name in ("master.key", "jwt.key") if keys_of is not None else ():
        assert keys_of is not None
        shutil.copy2(keys_of.data / name, made.data / name)
    opened.push_async_callback(made.kill)
    return made


@pytest.mark.timeout(300)  # three starts of the product and two of PostgreSQL, on a busy machine
@pytest.mark.parametrize("installation", [from_a_backup, to_a_moment], indirect=True)
async def test_nothing_is_sent_again_and_what_came_after_is_found(
    installation: Installation, sandbox: Sandbox, new_user: NewUser
) -> None:
    story, product = Story(sandbox, new_user("kite")), installation.product
    await product.start()
    async with httpx.AsyncClient(base_url=product.url, trust_env=False, timeout=20) as http:
        trader = Trader(http)
        await trader.sign_up()
        await trader.connect(story.user)
        await trader.settled()
        before = await trader.filled("BUY 10 NSE:INFY MIS MARKET")

        mine = {"broker": "kite", "account": story.user["user_id"], "call": "place", "times": 1}
        sandbox.post("/faults", {**mine, "fault": "delay", "seconds": SLOW})
        going = asyncio.create_task(trader.place("BUY 3 NSE:INFY MIS MARKET"))
        listed = await eventually(
            lambda: trader.call("GET", "/v1/orders"), lambda seen: len(seen["items"]) == 2
        )
        (slow,) = (one["id"] for one in listed["items"] if one["id"] != before["id"])
        await installation.mark()
        await going
        await trader.order_when(slow, "FILLED")
        after = await trader.filled("BUY 5 NSE:INFY MIS MARKET")
        await trader.filled("SELL 2 NSE:INFY MIS MARKET")

    truth = story.there()
    assert (len(truth["orders"]), story.held()) == (4, 16)
    second, settings = await installation.back()
    assert await status_of(settings, slow) == "SUBMITTING", "it was under way at the moment"
    await second.start()
    async with httpx.AsyncClient(base_url=second.url, trust_env=False, timeout=20) as http:
        trader = Trader(http, trader.email)
        await trader.log_in()
        await _is_whole(trader, story, before["id"], slow, after["id"])
        await _waits_to_be_released(trader, story)
    assert len(story.there()["orders"]) == 6, "an exit, and the order after the release"


async def _is_whole(trader: Trader, story: Story, before: str, slow: str, after: str) -> None:
    """Ours are ours, what came after is known as placed elsewhere, and the numbers are the exchange's."""
    assert (await trader.order(before))["status"] == "FILLED"
    await trader.order_when(slow, "FILLED")
    await trader.call("GET", f"/v1/orders/{after}", expect=404)
    ours = {(await trader.order(one))["children"][0]["broker_order_id"] for one in (before, slow)}
    theirs = {str(one["order_id"]) for one in story.there()["orders"]}
    seen = await eventually(
        lambda: trader.call("GET", "/v1/orders/external"), lambda page: len(page["items"]) == 2
    )
    assert {one["broker_order_id"] for one in seen["items"]} == theirs - ours
    await eventually(lambda: position(trader), lambda units: units == story.held())
    assert len(story.there()["orders"]) == 4, "nothing was sent again"


async def _waits_to_be_released(trader: Trader, story: Story) -> None:
    switch = await trader.call("GET", "/v1/kill-switch")
    assert (switch["engaged"], switch["depth"]) == (True, "no_new_risk")
    assert switch["words"].startswith("Put back to ")
    refused = await trader.place("BUY 1 NSE:INFY MIS MARKET", expect=409)
    assert "kill_switch" in str(refused)
    await trader.filled("SELL 1 NSE:INFY MIS MARKET")
    body = {"confirm": "release", "number": switch["number"]}
    await trader.call("POST", "/v1/kill-switch/release", json=body)
    await trader.filled("BUY 1 NSE:INFY MIS MARKET")
    await eventually(lambda: position(trader), lambda units: units == story.held() == 16)
