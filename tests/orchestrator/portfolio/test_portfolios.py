"""Portfolios that someone looks at stay up to date by themselves, and tell those who follow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from domain.account import AccountId, AccountState
from domain.instrument import InstrumentId
from domain.money import Money
from domain.token_policy import TokenPolicy
from orchestrator.bus import user_topic
from orchestrator.identity.caller import Caller
from orchestrator.portfolio.portfolios import Portfolios
from tests.aggregation.cases import NOW, holds
from tests.orchestrator.portfolio.desk import ASHA, Desk, body


@asynccontextmanager
async def running(desk: Desk, *, background: bool = True) -> AsyncIterator[Portfolios]:
    portfolios = desk.portfolios(background=background)
    await portfolios.start()
    try:
        yield portfolios
    finally:
        await portfolios.close()


async def heard(messages: AsyncIterator[str]) -> dict[str, Any]:
    async with asyncio.timeout(60):
        told: dict[str, Any] = json.loads(await anext(messages))
    assert told["type"] == "portfolio_lines"
    return dict(told["data"])


async def test_what_is_looked_at_is_streamed_and_valued() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("BSE:INFY", 10, "1400", last="1500"))
    async with running(desk) as portfolios:
        kept = await portfolios.look(ASHA)
        assert desk.hub.glanced == {InstrumentId.parse("BSE:INFY"), InstrumentId.parse("NSE:INFY")}
        desk.hub.tick("NSE:INFY", "1550", "1500")
        assert body(await portfolios.look(ASHA))["totals"]["value"] == "15500.00"
        assert await portfolios.look(ASHA) is kept


async def test_what_a_limited_token_sees_is_kept_and_stays_as_new_as_the_whole() -> None:
    desk = Desk()
    first, second = desk.accounts.add("z"), desk.accounts.add("u")
    first.tells(holds("NSE:INFY", 10, "1400", last="1500"))
    second.tells(holds("NSE:INFY", 5, "1300", last="1500"))
    one, other = (
        Caller(ASHA, token=name, policy=TokenPolicy(accounts=frozenset([AccountId(name)])))
        for name in ("z", "u")
    )
    async with running(desk) as portfolios:
        part = await portfolios.look_for(one)
        assert body(part)["totals"]["value"] == "15000.00"
        tag = part.tag
        assert await portfolios.look_for(one) is part
        assert part.tag == tag, "nothing changed: a program is told so"
        assert body(await portfolios.look_for(other))["totals"]["value"] == "7500.00"
        assert body(await portfolios.look_for(Caller(ASHA)))["totals"]["value"] == "22500.00"
        desk.hub.tick("NSE:INFY", "1600")
        assert body(await portfolios.look_for(one))["totals"]["value"] == "16000.00"
        first.tells(holds("NSE:INFY", 1, "1400"))
        assert body(await portfolios.look_for(one))["totals"]["value"] == "1600.00"
        desk.accounts.mine.remove(second)
        assert body(await portfolios.look_for(other))["holdings"] == []


async def test_the_days_result_is_the_newest_portfolios_and_one_that_is_not_known_says_why() -> None:
    desk = Desk()
    first, second = desk.accounts.add("z"), desk.accounts.add("u", AccountState.LOGIN_NEEDED)
    desk.accounts.add("new", AccountState.CONNECTING)  # owns nothing that could be missing
    first.tells(holds("NSE:INFY", 10, "1400"))
    async with running(desk) as portfolios:
        assert portfolios.day_result(ASHA) == (None, "U was not read yet")
        second.tells(holds("BSE:INFY", 5, "1300"), stale_since=NOW)
        assert portfolios.day_result(ASHA) == (None, "the numbers of U are old")
        second.tells(holds("BSE:INFY", 5, "1300"))
        assert portfolios.day_result(ASHA) == (None, "a price or a close is not known")
        desk.hub.tick("NSE:INFY", "1550")
        assert portfolios.day_result(ASHA) == (None, "a price or a close is not known")
        desk.hub.tick("NSE:INFY", "1480", "1500")
        assert portfolios.day_result(ASHA) == (Money.of("-300.00"), "")
        first.tells(holds("NSE:INFY", 20, "1400"))
        assert portfolios.day_result(ASHA) == (Money.of("-500.00"), "")
        assert (await portfolios.look(ASHA)).totals().day_pnl == Money.of("-500.00")


async def test_what_a_limit_alone_asks_for_is_kept_and_not_written() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400", last="1500"))
    async with running(desk) as portfolios:
        portfolios.day_result(ASHA)
        desk.hub.tick("NSE:INFY", "1550", "1500")
        kept = portfolios._held(ASHA)
        async with asyncio.timeout(60):
            while not kept.settled or kept.moved:
                await asyncio.sleep(0.01)
        assert not kept._texts
        assert await portfolios.look(ASHA) is kept
        assert body(kept)["totals"]["day_pnl"] == "500.00"


async def test_what_changes_while_a_reader_takes_a_message_is_in_the_next_one() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"))
    async with running(desk) as portfolios, aclosing(portfolios.changes(ASHA, "")) as messages:
        await heard(messages)
        account.tells(holds("NSE:INFY", 20, "1400", last="1500"))
        await portfolios.look(ASHA)
        assert [line["quantity"] for line in (await heard(messages))["holdings"]] == [20]


async def test_prices_that_no_account_tells_are_waited_for_once() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400"), holds("NSE:TCS", 1, "3000", last="3100"))
    async with running(desk) as portfolios:
        await portfolios.look(ASHA)
        await portfolios.look(ASHA)
    assert desk.hub.primed == [{InstrumentId.parse("NSE:INFY")}]


async def test_a_follower_gets_everything_then_what_changes_numbers_before_prices() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"), holds("NSE:TCS", 1, "3000", last="3100"))
    async with running(desk) as portfolios, aclosing(portfolios.changes(ASHA, "")) as messages:
        first = await heard(messages)
        assert (first["whole"], len(first["holdings"])) == (True, 2)
        desk.hub.tick("NSE:INFY", "1550", "1500")
        account.tells(holds("NSE:INFY", 11, "1400", last="1500"), holds("NSE:TCS", 1, "3000", last="3100"))
        told = await heard(messages)
        assert not told["whole"]
        assert [line["quantity"] for line in told["holdings"]] == [11]
        assert told["totals"]["value"] == "20150.00"
        for price in ("1551", "1552", "1553"):
            desk.hub.tick("NSE:INFY", price, "1500")
        told = await heard(messages)
        assert told["totals"]["value"] == "20183.00", "the newest, not one after the other"


async def test_a_follower_that_comes_back_gets_only_what_it_missed() -> None:
    desk = Desk()
    account = desk.accounts.add("z")
    account.tells(holds("NSE:INFY", 10, "1400", last="1500"), holds("NSE:TCS", 1, "3000", last="3100"))
    async with running(desk) as portfolios:
        async with aclosing(portfolios.changes(ASHA, "")) as messages:
            version = (await heard(messages))["version"]
        account.tells(holds("NSE:INFY", 10, "1400", last="1500"))
        async with aclosing(portfolios.changes(ASHA, version)) as messages:
            told = await heard(messages)
    assert (told["whole"], told["holdings"], len(told["gone"]["holdings"])) == (False, [], 1)


async def test_a_refresh_asks_every_broker_before_any_has_answered() -> None:
    desk = Desk()
    for name in "zug":
        desk.accounts.add(name).tells(holds("NSE:INFY", 1, "1400", last="1500"))
    desk.accounts.go = asyncio.Event()
    async with running(desk) as portfolios:
        refreshing = asyncio.create_task(portfolios.refresh(ASHA))
        while sum(desk.accounts.asked[name] for name in "zug") < 3:
            await asyncio.sleep(0)
        assert not refreshing.done()
        desk.accounts.go.set()
        assert body(await refreshing)["holdings"][0]["quantity"] == 3
    assert [desk.accounts.asked[name] for name in "zug"] == [1, 1, 1]


async def test_a_process_that_reads_only_when_asked_reads_again_what_another_read_anew() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 1, "1400", last="1500"))
    async with running(desk, background=False) as portfolios:
        await portfolios.look(ASHA)
        event = {"type": "portfolio", "data": {"reason": "numbers", "account": "z"}}
        async with asyncio.timeout(60):
            while not desk.accounts.asked["soon z"]:
                await desk.bus.publish(user_topic(ASHA), event)
                await asyncio.sleep(0)


async def test_a_process_that_reads_only_when_asked_asks_for_those_who_follow() -> None:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 1, "1400", last="1500"))
    async with (
        running(desk, background=False) as portfolios,
        aclosing(portfolios.changes(ASHA, "")) as messages,
    ):
        await heard(messages)
        before = desk.accounts.asked["ready"]
        async with asyncio.timeout(60):
            while desk.accounts.asked["ready"] == before:
                await asyncio.sleep(0.01)
