"""What every adapter must do at any account of its broker: the part of the contract that needs no control over it.

The test suite and `orchestrator brokers verify` make the same checks. A check raises Broken, or a broker's error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from adapters import rows
from adapters.broker import Change
from domain.errors import BrokerRejected
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import ChildOrder, OrderType, Validity
from domain.report import OrderReport, ReportStatus
from orchestrator.verify.bench import Bench, Broken, eventually, hold

Check = Callable[[Bench], Awaitable[None]]

NEVER_ISSUED = "250101000000000"


def working(report: OrderReport) -> bool:
    return report.status is ReportStatus.OPEN


def cancelled(report: OrderReport) -> bool:
    return report.status is ReportStatus.CANCELLED


# --- reading -----------------------------------------------------------------------------------------------------


async def the_profile_names_the_person(bench: Bench) -> None:
    hold((await bench.broker.profile()).broker_user_id, "the profile has no user id")


async def holdings_positions_and_orders_can_be_read(bench: Bench) -> None:
    held, open_, book = (
        await bench.broker.holdings(),
        await bench.broker.positions(),
        await bench.broker.orders(),
    )
    lacking = [*rows.unread(held), *rows.unread(open_), *rows.unread(book)]
    hold(not lacking, "; ".join(lacking))
    for one in held:
        parts = max(one.t1_quantity, one.sellable_quantity, one.pledged_quantity)
        hold(parts <= one.quantity, f"a part is more than the whole: {one}")
    for position in open_:
        net = position.buy_quantity - position.sell_quantity
        hold(position.quantity == net, f"bought less sold is not what is held: {position}")
    ids = [one.broker_order_id for one in book]
    hold(len(set(ids)) == len(ids), "an order is listed twice")


async def no_order_has_a_word_that_is_not_known(bench: Bench) -> None:
    for one in await bench.broker.orders():
        hold(one.status is not ReportStatus.UNRECOGNISED, f"an order is {one.words!r}")


async def funds_can_be_read(bench: Bench) -> None:
    margin = await bench.broker.margin()
    hold(margin.used >= Money.of(0), f"less than nothing is used: {margin}")


async def nothing_is_found_for_a_tag_never_sent(bench: Bench) -> None:
    hold(await bench.broker.find(bench.child()) == [], "an order was found")


async def an_order_the_broker_does_not_know_is_none(bench: Bench) -> None:
    stranger = replace(bench.child(), broker_order_ids=(NEVER_ISSUED,))
    hold(await bench.broker.order(stranger) is None, "an order was found")


async def what_the_account_may_do_is_told(bench: Bench) -> None:
    found = await bench.broker.probe()
    hold(found.market_data is not None, "whether there is market data could not be told")
    hold(found.exchanges is None or found.exchanges <= bench.broker.terms.exchanges, found.exchanges)


async def registered_addresses_are_listed_where_the_broker_tells_them(bench: Bench) -> None:
    found = await bench.broker.addresses()
    hold((found is not None) is bench.broker.terms.lists_addresses, found)


async def quotes_carry_price_close_band_and_depth(bench: Bench) -> None:
    (quote,) = await bench.broker.quotes([bench.instrument])
    hold(quote.instrument == bench.instrument, quote)
    hold(quote.last_price.amount > 0 and quote.prev_close is not None, quote)
    if quote.depth.bids and quote.depth.asks:  # after the close a side is empty
        hold(quote.depth.bids[0].price < quote.depth.asks[0].price, quote.depth)
    hold(quote.lower_circuit is None or quote.lower_circuit <= quote.last_price, quote)
    hold(quote.upper_circuit is None or quote.upper_circuit >= quote.last_price, quote)


async def the_master_names_the_share_both_ways(bench: Bench) -> None:
    listing = bench.names.listing(bench.instrument)
    if listing is None:
        raise Broken("not listed")
    hold(listing.instrument.lot == 1 and listing.instrument.tick.amount > 0, listing.instrument)
    named = bench.names.by_order_key(bench.instrument.exchange, listing.order_key)
    hold(named == bench.instrument, named)
    hold(bench.names.by_feed_key(listing.feed_key) == bench.instrument, listing.feed_key)


async def candles_come_oldest_first(bench: Bench) -> None:
    now = datetime.now(UTC)
    start = now - timedelta(days=20)
    candles = await bench.broker.candles(bench.instrument, interval="1d", start=start, end=now)
    hold(len(candles) >= 8, f"{len(candles)} days in twenty")
    hold([one.time for one in candles] == sorted(one.time for one in candles), "not in order of time")
    for one in candles:
        hold(one.low <= min(one.open, one.close) <= max(one.open, one.close) <= one.high, one)


# --- orders: far below the market, but for one -------------------------------------------------------------------


async def a_placed_order_is_open_and_found_by_its_tag(bench: Bench) -> None:
    child = await bench.placed(bench.child(7))
    report = await bench.until(child, working)
    hold(report.broker_order_id == child.broker_order_id, report)
    asked = (child.instrument, child.side, child.product, 7, 0, child.price)
    told = (report.instrument, report.side, report.product, report.quantity, report.filled_quantity)
    hold((*told, report.price) == asked, report)
    found = [one.broker_order_id for one in await bench.broker.find(child)]
    hold(found == [child.broker_order_id], f"by its tag: {found}")
    book = {one.broker_order_id: one for one in await bench.broker.orders()}
    hold(working(book[report.broker_order_id]), "the book shows another state")
    hold(await bench.broker.trades(child) == [], "trades of an order that never filled")


async def a_modification_is_seen_in_the_book(bench: Bench) -> None:
    child = await bench.placed(bench.child(10))
    await bench.until(child, working)
    lower = bench.off(7)
    await bench.broker.modify(child, Change(6, OrderType.LIMIT, Validity.DAY, lower))
    report = await bench.until(child, lambda one: one.quantity == 6)
    hold((report.price, report.filled_quantity) == (lower, 0), report)


async def a_cancelled_order_ends_unfilled_and_for_good(bench: Bench) -> None:
    free = (await bench.broker.margin()).available
    child = await bench.placed(bench.child(2))
    await bench.until(child, working)
    await bench.broker.cancel(child)
    report = await bench.until(child, cancelled)
    hold(report.filled_quantity == 0, report)
    await eventually(bench.broker.margin, lambda margin: margin.available == free)
    await rejected(bench.broker.cancel(child), "cancelled twice")
    change = Change(3, OrderType.LIMIT, Validity.DAY, bench.off(6))
    await rejected(bench.broker.modify(child, change), "changed after its end")


async def orders_sent_at_once_are_as_many_orders(bench: Bench) -> None:
    children = await asyncio.gather(*(bench.placed(bench.child(1 + number)) for number in range(12)))
    hold(len({one.broker_order_id for one in children}) == 12, "two orders share an id")
    for child in children:
        found = [one.quantity for one in await bench.broker.find(child)]
        hold(found == [child.quantity], f"{child.quantity} by its tag: {found}")


async def a_marketable_order_fills_and_its_trades_explain_it(bench: Bench) -> None:
    price = bench.off(-1)
    child = await bench.placed(bench.child(25, price=price))
    report = await bench.until(child, lambda one: one.status is ReportStatus.COMPLETE)
    hold(report.filled_quantity == 25 and report.average_price is not None, report)
    trades = await eventually(
        lambda: bench.broker.trades(child), lambda found: sum(one.fill.quantity for one in found) == 25
    )
    hold({one.broker_order_id for one in trades} == {child.broker_order_id}, trades)
    value = Money.sum(one.fill.price * one.fill.quantity for one in trades)
    if report.average_price is not None:
        hold(abs((report.average_price * 25 - value).amount) < Decimal("0.05"), (report, trades))
    hold(all(one.fill.price <= price for one in trades), trades)


# --- refusals ----------------------------------------------------------------------------------------------------


async def a_price_off_the_tick_is_refused(bench: Bench) -> None:
    await refused(bench, bench.child(price=Price(bench.off(5).amount + bench.listed.tick.amount * 3 / 10)))


async def a_price_outside_the_band_is_refused(bench: Bench) -> None:
    await refused(bench, bench.child(price=bench.off(50)))


async def an_instrument_not_listed_is_refused(bench: Bench) -> None:
    nowhere = InstrumentId(Exchange.NSE, "NOSUCHCO")
    child = bench.child(instrument=nowhere, price=Price.of(10))
    await rejected(bench.broker.place(child), "the order was taken")


async def refused(bench: Bench, order: ChildOrder) -> None:
    """It must not live: a definite no at once, or an order that ends REJECTED with words. No money stays held."""
    free = (await bench.broker.margin()).available
    try:
        child = await bench.placed(order)
    except BrokerRejected as no:
        words = no.words
    else:
        words = (await bench.until(child, lambda one: one.status is ReportStatus.REJECTED)).message
    hold(words, "refused without words")
    hold((await bench.broker.margin()).available == free, "a refused order holds money")


async def rejected(call: Awaitable[object], words: str) -> None:
    """The call must end in BrokerRejected."""
    try:
        await call
    except BrokerRejected:
        return
    raise Broken(words)


READING: tuple[Check, ...] = (
    the_profile_names_the_person,
    funds_can_be_read,
    holdings_positions_and_orders_can_be_read,
    no_order_has_a_word_that_is_not_known,
    nothing_is_found_for_a_tag_never_sent,
    an_order_the_broker_does_not_know_is_none,
    what_the_account_may_do_is_told,
    registered_addresses_are_listed_where_the_broker_tells_them,
    quotes_carry_price_close_band_and_depth,
    the_master_names_the_share_both_ways,
    candles_come_oldest_first,
)
ORDERING: tuple[Check, ...] = (
    a_placed_order_is_open_and_found_by_its_tag,
    a_modification_is_seen_in_the_book,
    a_cancelled_order_ends_unfilled_and_for_good,
    orders_sent_at_once_are_as_many_orders,
    a_marketable_order_fills_and_its_trades_explain_it,
    a_price_off_the_tick_is_refused,
    a_price_outside_the_band_is_refused,
    an_instrument_not_listed_is_refused,
)
