"""The guard's rules: what is repeated, what never is, and when a broker is left alone."""

from __future__ import annotations

import asyncio
import time as real_time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, cast

import pytest

from adapters.broker import Broker, Change, LoginKind, MarketProtection, RateLimit, Terms
from adapters.guard import Guarded, GuardSettings, NotSent
from domain.account import AccountId, BrokerId, Margin
from domain.errors import (
    AddressRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import (
    Accepted,
    ChangeAsked,
    ChildId,
    ChildOrder,
    OrderId,
    OrderType,
    Product,
    Side,
    Validity,
)
from domain.report import OrderReport, ReportStatus

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
TERMS = Terms(
    broker=BrokerId.MOCK,
    name="Mock",
    letter="M",
    login=LoginKind.REDIRECT,
    credential_fields=(),
    session_ends_at=time(6),
    exchanges=frozenset(Exchange),
    products=frozenset(Product),
    order_types=frozenset(OrderType),
    validities=frozenset(Validity),
    tag_length=(1, 20),
    tag_alphabet="abc",
    limits=(),
    disclosed_quantity=True,
    market_protection=MarketProtection.SENT,
)
CHILD = ChildOrder(
    id=ChildId("chd_1"),
    order_id=OrderId("ord_1"),
    account_id=AccountId("acc_1"),
    broker=BrokerId.MOCK,
    slice=1,
    instrument=InstrumentId(Exchange.NSE, "INFY"),
    side=Side.BUY,
    quantity=10,
    order_type=OrderType.MARKET,
    product=Product.CNC,
    validity=Validity.DAY,
    price=None,
    trigger_price=None,
    tag="t1",
)
FUNDS = Margin(Money.of(1), Money.of(0), Money.of(1))


class Scripted:
    """A broker that does what the script says, one entry a call."""

    def __init__(self, *script: BrokerError | str, terms: Terms = TERMS) -> None:
        self.terms, self._script, self.calls = terms, list(script), 0
        self.book: list[OrderReport] = []

    async def _next(self, value: Any) -> Any:
        self.calls += 1
        step = self._script.pop(0) if self._script else "ok"
        if isinstance(step, BrokerError):
            raise step
        if step == "hang":
            await asyncio.sleep(60)
        return value

    async def margin(self) -> Margin:
        return cast(Margin, await self._next(FUNDS))

    async def orders(self) -> list[OrderReport]:
        return cast(list[OrderReport], await self._next(self.book))

    async def place(self, child: ChildOrder) -> Accepted:
        return cast(Accepted, await self._next(Accepted("1", NOW)))

    async def modify(self, child: ChildOrder, change: Change) -> None:
        await self._next(None)

    async def cancel(self, child: ChildOrder) -> None:
        await self._next(None)


def report(number: int, at: datetime = datetime(1970, 1, 1, 0, 10, tzinfo=UTC)) -> OrderReport:
    """An order of the day of second 1000."""
    return OrderReport(str(number), ReportStatus.COMPLETE, "COMPLETE", at, 1, 1)


def guard(inner: Scripted, *, wall: Callable[[], float] | None = None, **settings: Any) -> Guarded:
    return Guarded(
        cast(Broker, inner),
        GuardSettings(
            **{
                "read_deadline": 0.2,
                "write_deadline": 0.2,
                "write_patience": 0.0,
                "cancel_patience": 0.0,
                **settings,
            }
        ),
        wall=wall or real_time.time,
    )


async def test_a_read_is_repeated_until_it_works() -> None:
    broker = Scripted(BrokerUnavailable("down"), BrokerUnavailable("down"))
    assert await guard(broker).margin() == FUNDS
    assert broker.calls == 3


@pytest.mark.parametrize(
    "error",
    [BrokerUnavailable("down"), OutcomeUnknown("lost"), BrokerRejected("no"), SessionExpired("login")],
)
async def test_a_write_is_sent_once_whatever_comes_back(error: BrokerError) -> None:
    broker = Scripted(error)
    with pytest.raises(type(error)):
        await guard(broker).place(CHILD)
    assert broker.calls == 1


async def test_a_refusal_of_the_address_is_told_beside_being_raised() -> None:
    told: list[str] = []
    broker = Scripted(AddressRefused("not from here"))
    guarded = Guarded(cast(Broker, broker), address_refused=told.append)
    with pytest.raises(AddressRefused):
        await guarded.place(CHILD)
    assert (told, broker.calls, guarded.health().writes) == (["not from here"], 1, "closed")


@pytest.mark.parametrize("error", [BrokerRejected("no"), SessionExpired("login")])
async def test_a_definite_no_to_a_read_is_not_repeated(error: BrokerError) -> None:
    broker = Scripted(error)
    with pytest.raises(type(error)):
        await guard(broker).margin()
    assert broker.calls == 1


async def test_a_write_past_its_deadline_is_unknown_and_a_read_unavailable() -> None:
    broker = Scripted("hang", "hang", "hang", "hang")
    with pytest.raises(OutcomeUnknown):
        await guard(broker).place(CHILD)
    with pytest.raises(BrokerUnavailable):
        await guard(broker, read_attempts=1).margin()


async def test_the_call_that_trips_the_breaker_keeps_its_own_error() -> None:
    broker = Scripted(*(OutcomeUnknown("lost") for _ in range(3)))
    guarded = guard(broker, breaker_failures=3)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            await guarded.place(CHILD)
    assert guarded.health().writes == "open"
    assert guarded.health().tripped


async def test_an_open_breaker_sends_nothing_and_says_so_as_never_sent() -> None:
    broker = Scripted(*(OutcomeUnknown("lost") for _ in range(3)))
    guarded = guard(broker, breaker_failures=3)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            await guarded.place(CHILD)
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    assert broker.calls == 3


async def test_reads_and_writes_have_breakers_of_their_own() -> None:
    broker = Scripted(*(OutcomeUnknown("lost") for _ in range(3)))
    guarded = guard(broker, breaker_failures=3)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            await guarded.place(CHILD)
    assert await guarded.margin() == FUNDS
    assert guarded.health().reads == "closed"


async def test_rejections_do_not_trip_the_breaker() -> None:
    broker = Scripted(*(BrokerRejected("no") for _ in range(5)))
    guarded = guard(broker, breaker_failures=2)
    for _ in range(5):
        with pytest.raises(BrokerRejected):
            await guarded.place(CHILD)
    assert guarded.health().writes == "closed"


async def test_a_breaker_lets_one_call_try_after_the_pause_and_closes_when_it_works() -> None:
    broker = Scripted(BrokerUnavailable("down"))
    guarded = guard(broker, breaker_failures=1, breaker_reset=0.5, read_attempts=1)
    with pytest.raises(BrokerUnavailable):
        await guarded.margin()
    assert guarded.health().reads == "open"
    await asyncio.sleep(0.55)
    assert guarded.health().reads == "half_open"
    assert await guarded.margin() == FUNDS
    assert guarded.health().reads == "closed"


async def test_a_spent_budget_holds_an_order_back_before_it_leaves() -> None:
    broker = Scripted(terms=replace(TERMS, limits=(RateLimit("order", 5, 1),)))
    guarded = guard(broker, wall=lambda: 1000.25)
    for _ in range(3):  # five, less the two kept for cancels
        await guarded.place(CHILD)
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    await guarded.cancel(CHILD)
    await guarded.cancel(CHILD)
    with pytest.raises(NotSent):
        await guarded.cancel(CHILD)


async def test_a_second_is_counted_from_the_call_and_not_from_our_clocks_second() -> None:
    now = 1000.9
    broker = Scripted(terms=replace(TERMS, limits=(RateLimit("order", 3, 1),)))
    guarded = guard(broker, wall=lambda: now)
    await guarded.place(CHILD)
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    now = 1001.0  # the broker's clock may still be in the same second
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    now = 1002.0
    await guarded.place(CHILD)
    assert broker.calls == 2


async def test_a_sliding_minute_frees_calls_one_by_one() -> None:
    now = 1000.0
    broker = Scripted(terms=replace(TERMS, limits=(RateLimit("order", 4, 60),)))
    guarded = guard(broker, wall=lambda: now)
    await guarded.place(CHILD)
    now = 1030.0
    await guarded.place(CHILD)
    with pytest.raises(NotSent):
        await guarded.place(CHILD)
    now = 1060.5
    await guarded.place(CHILD)
    assert broker.calls == 3


async def test_an_order_waits_for_room_in_the_budget_rather_than_fail() -> None:
    ticks = iter([1000.0, 1000.995, 1001.06])
    broker = Scripted(terms=replace(TERMS, limits=(RateLimit("order", 3, 1),)))
    guarded = guard(broker, wall=lambda: next(ticks), write_patience=0.5)
    await guarded.place(CHILD)
    await guarded.place(CHILD)
    assert broker.calls == 2


async def test_a_change_beyond_the_brokers_most_is_not_sent() -> None:
    broker = Scripted(terms=replace(TERMS, most_changes=1))
    change = Change(quantity=10, order_type=OrderType.LIMIT, validity=Validity.DAY, price=Price.of(5))
    asked = ChangeAsked(1, 10, OrderType.LIMIT, Price.of(5), None, 0, NOW)
    await guard(broker).modify(replace(CHILD, asked=asked), change)
    with pytest.raises(NotSent, match="Mock takes 1 changes of one order"):
        await guard(broker).modify(replace(CHILD, asked=replace(asked, number=2)), change)
    assert broker.calls == 1


async def test_an_order_that_breaks_a_rule_for_orders_by_api_never_leaves() -> None:
    broker = Scripted()
    gold = replace(CHILD, instrument=InstrumentId(Exchange.MCX, "GOLD26DECFUT"), validity=Validity.IOC)
    with pytest.raises(NotSent, match="MCX takes no IOC orders"):
        await guard(broker).place(gold)
    assert broker.calls == 0


async def test_an_exit_may_use_the_room_that_is_kept_for_it_and_an_order_may_not() -> None:
    guarded = guard(Scripted(), wall=lambda: 1000.25, orders_a_second=3)
    await guarded.place(CHILD)
    with pytest.raises(NotSent, match="3 order calls a second to one exchange, below the legal 10"):
        await guarded.place(CHILD)
    await guarded.place(CHILD, exits=True)
    await guarded.cancel(CHILD)


async def test_what_fits_within_a_moment_is_not_refused_beforehand_and_a_spent_day_is() -> None:
    broker = Scripted(terms=replace(TERMS, limits=(RateLimit("order", 100, 86400),)))
    guarded = guard(broker, wall=lambda: 1000.25, orders_a_second=3, write_patience=2.0)
    await guarded.place(CHILD)
    assert guarded.held_back(Exchange.NSE) is None
    broker.book = [report(number) for number in range(95)]
    await guarded.orders()
    hold = guarded.held_back(Exchange.NSE)
    assert hold is not None
    assert "100 orders a day" in hold.rule
    assert guarded.held_back(Exchange.NSE, exits=True) is None
