"""One reading of an account: its parts at the same time, each with its age when one is not told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from adapters.broker import Endpoints, LoginKind, Session
from adapters.guard import GuardSettings
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.errors import BrokerError, BrokerRejected, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.portfolio import AccountSnapshot
from domain.position import Holding
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.readings import LAG, SETTLE, Readings
from orchestrator.accounts.telling import Telling
from orchestrator.bus import LocalBus
from orchestrator.config import Settings
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.directory import EMPTY, BrokerNames
from tests.orchestrator.conftest import Watch
from tests.orchestrator.stub_broker import StubAdapter, terms

INFY = Holding(InstrumentId(Exchange.NSE, "INFY"), "INE009A01021", 10, 0, 10, Price.of(1400))
TCS = Holding(InstrumentId(Exchange.NSE, "TCS"), "INE467B01029", 1, 0, 1, Price.of(3000))
DOWN = BrokerRejected("not now")  # a read that is refused is not tried again


@dataclass
class Desk:
    """One account at a broker made by hand, and what reads it."""

    watch: Watch
    stub: StubAdapter = field(
        default_factory=lambda: StubAdapter(terms(BrokerId.ZERODHA, LoginKind.REDIRECT))
    )
    ended: list[str] = field(default_factory=list)
    dead: bool = False

    def __post_init__(self) -> None:
        names = BrokerNames(EMPTY.instruments, {}, Columns.of([]))
        account = BrokerAccount(
            AccountId("acc_z"), UserId("usr_a"), BrokerId.ZERODHA, "Mine", AccountState.CONNECTED
        )
        here = Endpoints("https://broker.test", "https://broker.test/login")
        self.account = Connection(account, self.stub, here, names, self.watch)
        session = Session("token", "AB1234", self.watch.now, "")
        self.account.begin(session, "sealed", GuardSettings(breaker_failures=1000))
        bus = LocalBus()
        self.readings = Readings(
            bus=bus,
            settings=Settings(_env_file=None),
            clock=self.watch,
            telling=Telling(bus),
            spawn=asyncio.create_task,
            session_over=self._over,
        )

    async def _over(self, account: AccountId, words: str) -> bool:
        self.ended.append(words)
        return self.dead

    async def read(self, **fails: BrokerError) -> AccountSnapshot:
        self.stub.fails = dict(fails)
        await self.readings.reading(self.account)
        assert self.account.snapshot is not None
        return self.account.snapshot


@pytest.fixture
async def desk(watch: Watch) -> Desk:
    return Desk(watch)


async def test_holdings_and_positions_are_of_one_pass_and_funds_may_be_newer(desk: Desk) -> None:
    desk.stub.held = [INFY]
    began = (await desk.read()).as_of
    desk.watch.pass_time(minutes=1)
    desk.stub.held, desk.stub.cash = [INFY, TCS], Money.of(7)
    seen = await desk.read(positions=DOWN)
    assert seen.holdings == (INFY,), "a new list beside an old one would count shares twice"
    assert (seen.as_of, seen.stale_since, seen.lacking) == (began, desk.watch.now, "positions")
    assert (seen.margin.cash, seen.funds_as_of, seen.margin_stale_since) == (
        Money.of(7),
        desk.watch.now,
        None,
    )
    desk.watch.pass_time(minutes=1)
    assert (await desk.read(positions=DOWN, holdings=DOWN)).lacking == "holdings and positions"
    seen = await desk.read()
    assert (seen.holdings, seen.as_of, seen.stale_since) == ((INFY, TCS), desk.watch.now, None)
    assert seen.lacking == ""


async def test_funds_that_are_not_told_leave_the_rest_fresh(desk: Desk) -> None:
    began = (await desk.read()).as_of
    desk.watch.pass_time(minutes=1)
    desk.stub.held, desk.stub.cash = [INFY], Money.of(7)
    seen = await desk.read(margin=DOWN)
    assert (seen.holdings, seen.as_of, seen.stale_since) == ((INFY,), desk.watch.now, None)
    assert (seen.margin.cash, seen.funds_as_of) == (Money.of(100_000), began)
    assert (seen.margin_stale_since, seen.lacking) == (desk.watch.now, "funds")
    since = desk.watch.now
    desk.watch.pass_time(minutes=1)
    assert (await desk.read(margin=DOWN)).margin_stale_since == since
    assert desk.account.failing_since == since


async def test_nothing_told_leaves_everything_old(desk: Desk) -> None:
    before = await desk.read()
    desk.watch.pass_time(minutes=1)
    seen = await desk.read(all=DOWN)
    assert (seen.as_of, seen.stale_since, seen.margin_stale_since) == (
        before.as_of,
        desk.watch.now,
        desk.watch.now,
    )


async def test_one_endpoint_that_calls_a_living_session_dead_takes_no_other_part_with_it(desk: Desk) -> None:
    await desk.read()
    desk.watch.pass_time(minutes=1)
    desk.stub.cash = Money.of(7)
    seen = await desk.read(holdings=SessionExpired("not with this plan"))
    assert desk.ended == ["not with this plan"]
    assert (seen.margin.cash, seen.lacking) == (Money.of(7), "holdings")
    assert desk.account.last_error == "not with this plan"


async def test_an_account_of_which_only_a_part_was_ever_told_is_not_shown_smaller_than_it_is(
    desk: Desk,
) -> None:
    desk.stub.fails = {"positions": DOWN}
    await desk.readings.reading(desk.account)
    assert desk.account.snapshot is None
    assert desk.account.last_error == "not now"


async def test_the_parts_are_asked_for_at_the_same_time(desk: Desk) -> None:
    desk.stub.hold_back = asyncio.Event()
    reading = desk.readings.reading(desk.account)
    while desk.stub.calls.total() < 3:
        await asyncio.sleep(0)
    assert not reading.done()
    desk.stub.hold_back.set()
    await reading


async def test_after_a_fill_the_account_is_due_at_once_and_once_more_for_books_that_lag(desk: Desk) -> None:
    account, loop = desk.account, asyncio.get_running_loop()
    await desk.read()
    account.tried_at = loop.time() - 60
    assert desk.readings.expect(account)
    assert account.due_at <= loop.time()
    await desk.read()
    assert account.due_at == account.tried_at + LAG
    assert desk.readings.expect(account)
    assert account.due_at == pytest.approx(account.tried_at + SETTLE), "what comes close together gathers"
    account.dirty = False
    await desk.read()
    assert account.due_at == float("inf")


async def test_shares_that_moved_are_looked_at_again_since_the_two_lists_are_told_one_after_the_other(
    desk: Desk,
) -> None:
    desk.stub.held = [INFY]
    await desk.read()
    assert desk.account.due_at == float("inf")
    desk.stub.held = [TCS]  # in the night: another holding, and no position yet
    await desk.read()
    assert desk.account.due_at == desk.account.tried_at + LAG
    await desk.read()
    assert desk.account.due_at == float("inf")
    desk.stub.cash = Money.of(7)
    await desk.read()
    assert desk.account.due_at == float("inf"), "money moves alone"


async def test_what_a_holding_had_cost_outlives_its_last_share(desk: Desk) -> None:
    desk.stub.held = [INFY, TCS]
    await desk.read()
    desk.stub.held = [TCS]
    for _ in range(2):
        tcs, gone = (await desk.read()).holdings
        assert tcs == TCS
        assert (gone.isin, gone.quantity, gone.sellable_quantity) == (INFY.isin, 0, 0)
        assert gone.average_price == INFY.average_price
    desk.stub.held = [INFY]
    assert (await desk.read()).holdings[0] == INFY


async def test_a_slow_reading_replaces_no_newer_one_that_was_taken_over_meanwhile(desk: Desk) -> None:
    before = await desk.read()
    desk.watch.pass_time(seconds=1)
    desk.stub.hold_back = asyncio.Event()
    slow = desk.readings.reading(desk.account)
    while desk.stub.calls.total() < 6:
        await asyncio.sleep(0)
    desk.watch.pass_time(seconds=1)
    newer = replace(before, as_of=desk.watch.now, margin_as_of=None)
    await desk.readings.take_over(desk.account, newer)
    desk.stub.hold_back.set()
    await slow
    assert desk.account.snapshot == newer, "an order that was sent meanwhile is in this one alone"


async def test_what_is_handed_on_slowly_is_not_fresh_after_the_session_has_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.read()

    class Slow:
        def heard(self, _: Connection) -> dict[str, int]:
            return {}

        async def read(self, connection: Connection, *_: object) -> None:
            connection.end(AccountState.LOGIN_NEEDED, "over", desk.watch.now)

    monkeypatch.setattr(desk.readings, "handing", Slow())
    seen = await desk.read()
    assert seen.stale_since == desk.watch.now
