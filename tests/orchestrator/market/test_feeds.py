"""Which connection carries what: by limits, modes and soundness, over feeds that are played by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from adapters.broker import FeedTerms, Listing
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.calendar import Calendar
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import Instrument, InstrumentId, Kind
from domain.market import Mode, Quote, Tick
from domain.money import Price
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.market.feeds import OPENING, Feeds
from orchestrator.market.quotes import Quotes
from orchestrator.market.sources import Sources
from orchestrator.market.stalls import LAG, Stalls
from tests.adapters.desk import now

NAMES = [InstrumentId.parse(f"NSE:S{number}") for number in range(12)]
LTP, QUOTE, DEPTH = Mode
SMALL = FeedTerms(connections=2, together=3)


@dataclass
class Feed:
    """One open connection."""

    modes: dict[InstrumentId, Mode] = field(default_factory=dict)
    coming: asyncio.Queue[Tick | Exception] = field(default_factory=asyncio.Queue)

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        self.modes.update(dict.fromkeys(instruments, mode))

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        for name in instruments:
            del self.modes[name]

    async def ticks(self) -> AsyncIterator[Tick]:
        while True:
            told = await self.coming.get()
            if isinstance(told, Exception):
                raise told
            yield told


class Account:
    """A connection of the product to an account, with feeds of ours."""

    def __init__(self, name: str, terms: FeedTerms, broker: BrokerId = BrokerId.MOCK) -> None:
        self.account = BrokerAccount(
            AccountId(name), UserId("u"), broker, label=name, state=AccountState.CONNECTED
        )
        self.terms, self.generation, self.broker, self.symbols = self, 1, self, self
        self.feed = terms
        self.open: list[Feed] = []
        self.opening = self.most_opening = 0
        self.opened = 0
        self.may_open = asyncio.Event()
        self.may_open.set()
        self.day = 1
        self.unlisted: set[InstrumentId] = set()
        self.connection = cast(Connection, self)

    def health(self) -> None:
        return None

    def listing(self, name: InstrumentId) -> Listing | None:
        if name in self.unlisted:
            return None
        instrument = Instrument(name, name.symbol, Kind.EQUITY, lot=1, tick=Price.of("0.05"))
        return Listing(instrument, name.symbol, f"{name.symbol} of day {self.day}")

    @asynccontextmanager
    async def market_feed(self) -> AsyncIterator[Feed]:
        self.opening += 1
        self.most_opening = max(self.most_opening, self.opening)
        try:
            await self.may_open.wait()
        finally:
            self.opening -= 1
        self.opened += 1
        feed = Feed()
        self.open.append(feed)
        try:
            yield feed
        finally:
            self.open.remove(feed)

    @property
    def carries(self) -> list[dict[InstrumentId, Mode]]:
        return [feed.modes for feed in self.open]


class Names:
    """What the market looks up in all instruments: each account lists its own."""

    edition = 1

    def __init__(self, accounts: list[Account]) -> None:
        self._accounts = accounts

    def symbols(self, broker: BrokerId) -> Account:
        return next(one for one in self._accounts if one.account.broker is broker)


class Market:
    """Feeds over these accounts, served by hand."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = list(accounts)
        self.names = Names(self.accounts)
        self.over: list[str] = []
        self.heard: list[Tick] = []
        connections = cast(Connections, self)
        self.sources = Sources(connections, cast(Any, self.names))
        self.feeds = Feeds(self.sources, connections, self.heard.append)
        self.edition = 0

    def connected(self) -> list[Account]:
        return self.accounts

    async def login_needed(self, account_id: AccountId, words: str) -> bool:
        self.over.append(words)
        return True

    async def serve(self, wanted: dict[InstrumentId, Mode], good: Callable[[], bool]) -> None:
        """Until it is so."""
        self.edition += 1
        async with asyncio.timeout(60):
            while True:
                self.feeds.serve(wanted, self.edition)
                for _ in range(10):
                    await asyncio.sleep(0)
                if good():
                    return
                await asyncio.sleep(0.01)


@pytest.fixture
async def closing() -> AsyncIterator[list[Market]]:
    markets: list[Market] = []
    yield markets
    for one in markets:
        await one.feeds.close()


def wants(count: int, mode: Mode = LTP) -> dict[InstrumentId, Mode]:
    return dict.fromkeys(NAMES[:count], mode)


async def test_instruments_are_spread_over_connections_and_accounts_by_their_limits(
    closing: list[Market],
) -> None:
    one, two = Account("a", SMALL), Account("b", SMALL, BrokerId.GROWW)
    market = Market(one, two)
    closing.append(market)
    await market.serve(wants(8), lambda: sum(map(len, one.carries + two.carries)) == 8)
    assert [len(modes) for modes in one.carries] == [3, 3]
    assert [len(modes) for modes in two.carries] == [2]
    every = [name for modes in one.carries + two.carries for name in modes]
    assert sorted(every) == sorted(NAMES[:8])


async def test_what_no_connection_has_room_for_waits_until_one_has(closing: list[Market]) -> None:
    one = Account("a", FeedTerms(connections=1, together=3))
    market = Market(one)
    closing.append(market)
    await market.serve(wants(4), lambda: [len(modes) for modes in one.carries] == [3])
    left = next(name for name in NAMES[:4] if name not in one.carries[0])
    gone = next(iter(one.carries[0]))
    wanted = {name: LTP for name in NAMES[:4] if name != gone}
    market.feeds._retry_at = 0.0
    await market.serve(wanted, lambda: left in one.carries[0])
    assert gone not in one.carries[0]


async def test_a_stronger_wish_changes_the_mode_where_it_is(closing: list[Market]) -> None:
    one = Account("a", FeedTerms())
    market = Market(one)
    closing.append(market)
    await market.serve(wants(2), lambda: one.carries == [wants(2)])
    both = {NAMES[0]: DEPTH, NAMES[1]: LTP}
    await market.serve(both, lambda: one.carries == [both])
    await market.serve(wants(2), lambda: one.carries == [wants(2)])
    assert one.opened == 1


async def test_what_does_not_fit_in_its_new_mode_moves(closing: list[Market]) -> None:
    terms = FeedTerms(connections=2, alone={DEPTH: 1}, mixed={LTP: 1, DEPTH: 1}, together=3)
    one = Account("a", terms)
    market = Market(one)
    closing.append(market)
    await market.serve(wants(3), lambda: one.carries == [wants(3)])
    wanted = {NAMES[0]: DEPTH, NAMES[1]: LTP, NAMES[2]: LTP}
    await market.serve(wanted, lambda: len(one.carries) == 2 and sum(map(len, one.carries)) == 3)
    assert one.carries == [{NAMES[1]: LTP, NAMES[2]: LTP}, {NAMES[0]: DEPTH}]


async def test_the_feed_that_tells_most_is_the_better_one(closing: list[Market]) -> None:
    little = Account("a", FeedTerms(gives=frozenset({LTP})))
    whole = Account("b", FeedTerms(), BrokerId.UPSTOX)
    market = Market(little, whole)
    closing.append(market)
    await market.serve(wants(1), lambda: little.carries == [wants(1)])
    wanted = {NAMES[0]: LTP, NAMES[1]: QUOTE}
    await market.serve(wanted, lambda: whole.carries == [{NAMES[1]: QUOTE}])
    assert little.carries == [wants(1)]
    assert not market.feeds.lean()


async def test_what_the_only_feed_does_not_tell_is_known_to_be_read_elsewhere(closing: list[Market]) -> None:
    one = Account("a", FeedTerms(gives=frozenset({LTP})))
    market = Market(one)
    closing.append(market)
    wanted = {NAMES[0]: LTP, NAMES[1]: DEPTH}
    await market.serve(wanted, lambda: one.carries == [wanted])
    assert market.feeds.lean() == {NAMES[1]}


async def test_a_lost_feed_hands_over_and_the_other_one_keeps_what_it_got(closing: list[Market]) -> None:
    one, two = Account("a", FeedTerms()), Account("b", FeedTerms(), BrokerId.GROWW)
    market = Market(one, two)
    closing.append(market)
    await market.serve(wants(2), lambda: one.carries == [wants(2)])
    one.may_open.clear()
    one.open[0].coming.put_nowait(BrokerUnavailable("gone"))
    await market.serve(wants(2), lambda: two.carries == [wants(2)])
    assert market.feeds.fed() == set(NAMES[:2])
    one.may_open.set()
    await market.serve(wants(2), lambda: len(one.open) == 1)
    assert (one.carries, two.carries) == ([{}], [wants(2)])


async def test_a_session_that_is_over_is_asked_for_and_not_tried_again(closing: list[Market]) -> None:
    one = Account("a", FeedTerms())
    market = Market(one)
    closing.append(market)
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    one.may_open.clear()
    one.open[0].coming.put_nowait(SessionExpired("log in"))
    await asyncio.sleep(0.01)
    assert market.over == ["log in"]
    one.generation, one.day = 2, 2
    one.may_open.set()
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    assert one.opened == 2


async def test_names_of_a_new_day_are_subscribed_on_a_new_connection(closing: list[Market]) -> None:
    one = Account("a", FeedTerms())
    market = Market(one)
    closing.append(market)
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    market.names.edition = 2
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    assert one.opened == 1  # the same names
    one.day, market.names.edition = 2, 3
    await market.serve(wants(1), lambda: one.opened == 2 and one.carries == [wants(1)])


async def test_few_connections_to_a_broker_are_opened_at_once(closing: list[Market]) -> None:
    one = Account("a", FeedTerms(connections=6, together=2))
    one.may_open.clear()
    market = Market(one)
    closing.append(market)
    await market.serve(wants(12), lambda: one.opening == OPENING)
    one.may_open.set()
    await market.serve(wants(12), lambda: sum(map(len, one.carries)) == 12)
    assert (one.most_opening, one.opened) == (OPENING, 6)


# --- feeds that are up and behind --------------------------------------------------------------------------------


@contextmanager
def looking(market: Market, quotes: dict[InstrumentId, Quote]) -> Iterator[Stalls]:
    class Rest:
        async def renew(self, names: Collection[InstrumentId]) -> None:
            """They are there."""

        async def one(self, name: InstrumentId, *, max_age: float) -> Quote | None:
            return quotes.get(name)

    rest = cast(Quotes, Rest())
    yield Stalls(market.feeds, rest, Calendar(always_open=True), now, silence=0.05)


@pytest.mark.parametrize(
    ("price", "later", "behind"),
    [
        ("1510", LAG * 2, True),  # another price, told long after ours
        ("1510", LAG / 2, False),  # ours may be on its way
        ("1500", LAG * 2, False),  # nothing moved
    ],
)
async def test_a_feed_whose_prices_are_old_is_passed_over(
    closing: list[Market], price: str, later: timedelta, behind: bool
) -> None:
    one, two = Account("a", FeedTerms()), Account("b", FeedTerms(), BrokerId.GROWW)
    market = Market(one, two)
    closing.append(market)
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    told = Tick(NAMES[0], Price.of("1500"), now())
    one.open[0].coming.put_nowait(told)
    await market.serve(wants(1), lambda: market.heard == [told])
    quote = Quote(NAMES[0], Price.of(price), told.at + later)
    with looking(market, {NAMES[0]: quote}) as stalls:
        (line,) = market.feeds.up()
        assert await stalls._behind(line) is behind
        if behind:
            market.feeds.suspect(line)
            assert market.feeds.lacking(one.account.id)
            await market.serve(wants(1), lambda: two.carries == [wants(1)])


async def test_a_price_that_arrives_meanwhile_clears_the_feed(closing: list[Market]) -> None:
    one = Account("a", FeedTerms())
    market = Market(one)
    closing.append(market)
    await market.serve(wants(1), lambda: one.carries == [wants(1)])
    told = Tick(NAMES[0], Price.of("1500"), now())
    one.open[0].coming.put_nowait(told)
    await market.serve(wants(1), lambda: market.heard == [told])
    with looking(market, {NAMES[0]: Quote(NAMES[0], Price.of("1510"), told.at + 2 * LAG)}) as stalls:
        (line,) = market.feeds.up()
        looked = asyncio.create_task(stalls._behind(line))
        await asyncio.sleep(0)
        one.open[0].coming.put_nowait(replace(told, last_price=Price.of("1510"), at=told.at + 2 * LAG))
        assert not await looked
