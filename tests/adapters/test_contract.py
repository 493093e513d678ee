"""What every broker behind the interface must do in good weather, asked of each against its sandbox server.

`test_contract_faults.py` is the bad weather: dead sessions, every fault, streams that end. The part that needs no
control over the broker is in `orchestrator.verify.checks`, where `orchestrator brokers verify` makes it too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.broker import Change, MarginAsk
from domain.account import BrokerId
from domain.errors import BrokerRejected
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import OrderType, Product, Side, Validity
from domain.report import ReportStatus
from mocks.exchange.catalogue import instruments
from mocks.launch import Sandbox
from orchestrator.verify import checks
from orchestrator.verify.checks import Check
from tests.adapters.desk import INFY, TCS, Desk, Names, complete, eventually, now, opened, present, working


def test_every_broker_is_held_to_the_contract() -> None:
    assert set(present()) == set(BrokerId)


@pytest.mark.parametrize("check", checks.READING + checks.ORDERING, ids=lambda one: one.__name__)
async def test_the_part_that_can_be_checked_anywhere(desk: Desk, check: Check) -> None:
    await check(desk.bench)


# --- the account -------------------------------------------------------------------------------------------------


async def test_the_profile_names_the_person(desk: Desk) -> None:
    profile = await desk.broker.profile()
    assert profile.broker_user_id == desk.user_id


async def test_a_fresh_account_has_all_its_cash_free(desk: Desk) -> None:
    margin = await desk.broker.margin()
    assert (margin.cash, margin.used, margin.available) == (
        Money.of(1_000_000),
        Money.of(0),
        Money.of(1_000_000),
    )


async def test_an_open_order_holds_its_margin(desk: Desk) -> None:
    child = desk.child(quantity=10)
    await desk.placed(child)
    assert child.price is not None
    free = Money.of(1_000_000) - child.price * 10
    await eventually(desk.broker.margin, lambda margin: margin.available == free)


async def test_holdings_count_settled_and_t1_shares(desk: Desk) -> None:
    holdings = {one.instrument: one for one in await desk.broker.holdings()}
    infy, tcs = holdings[INFY], holdings[TCS]
    assert (infy.isin, infy.quantity, infy.t1_quantity) == ("INE009A01021", 50, 0)
    assert (infy.sellable_quantity, infy.average_price) == (50, Price.of("1400.55"))
    assert (tcs.quantity, tcs.t1_quantity) == (20, 5)


async def test_a_share_sold_today_leaves_the_holding(desk: Desk) -> None:
    child = await desk.placed(desk.child(Side.SELL, 20, order_type=OrderType.MARKET))
    await desk.until(child, complete)

    async def infy() -> int:
        return {one.instrument: one for one in await desk.broker.holdings()}[INFY].quantity

    await eventually(infy, lambda quantity: quantity == 30)


async def test_positions_are_empty_until_something_trades(desk: Desk) -> None:
    assert [one for one in await desk.broker.positions() if one.quantity] == []
    child = await desk.placed(desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS))
    filled = await desk.until(child, complete)
    positions = await eventually(desk.broker.positions, lambda found: any(one.quantity for one in found))
    (position,) = [one for one in positions if one.quantity]
    assert (position.instrument, position.product) == (INFY, Product.MIS)
    assert (position.quantity, position.overnight_quantity, position.buy_quantity) == (10, 0, 10)
    assert filled.average_price is not None
    assert position.buy_value == filled.average_price * 10
    assert position.average_price == filled.average_price


async def test_delivery_bought_today_is_a_position_and_not_yet_a_holding(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=3, order_type=OrderType.MARKET))
    await desk.until(child, complete)
    positions = await eventually(desk.broker.positions, lambda found: any(one.quantity for one in found))
    (position,) = [one for one in positions if one.quantity]
    assert (position.product, position.quantity) == (Product.CNC, 3)
    holdings = {one.instrument: one for one in await desk.broker.holdings()}
    assert holdings[INFY].quantity == 50


async def test_required_margin_is_the_brokers_own_figure(desk: Desk) -> None:
    price = Price.of(1500)
    delivery = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, price)
    intraday = replace(delivery, product=Product.MIS)
    assert await desk.broker.required_margin(delivery) == Money.of(15_000)
    assert await desk.broker.required_margin(intraday) == Money.of(3_000)


# --- an order's life ---------------------------------------------------------------------------------------------


async def test_nothing_is_found_for_a_tag_never_sent(desk: Desk) -> None:
    await desk.placed(desk.child())
    assert await desk.broker.find(desk.child()) == []


async def test_an_order_the_broker_does_not_know_is_none(desk: Desk) -> None:
    child = await desk.placed(desk.child())
    stranger = replace(child, broker_order_ids=("250101000000000",), tag=desk.child().tag)
    assert await desk.broker.order(stranger) is None


async def test_a_market_order_fills_inside_its_protection(desk: Desk) -> None:
    last = desk.price(INFY)
    child = await desk.placed(desk.child(quantity=5, order_type=OrderType.MARKET))
    report = await desk.until(child, complete)
    assert report.average_price is not None
    assert report.average_price.amount <= last.amount * Decimal("1.05")


async def test_a_stop_waits_for_its_trigger(desk: Desk) -> None:
    price = Price(desk.far_below(percent=3).amount)
    limit = desk.far_below(percent=4)
    order = desk.child(Side.SELL, 5, order_type=OrderType.SL, price=limit, trigger_price=price)
    child = await desk.placed(order)
    report = await desk.until(child, lambda one: one.status is ReportStatus.TRIGGER_PENDING)
    assert (report.trigger_price, report.order_type) == (price, OrderType.SL)


async def test_an_ioc_order_does_not_stay(desk: Desk) -> None:
    if Validity.IOC not in desk.broker.terms.validities:
        with pytest.raises(BrokerRejected):
            await desk.broker.place(desk.child(validity=Validity.IOC))
        return
    child = await desk.placed(desk.child(validity=Validity.IOC))
    await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)


async def test_an_ioc_order_keeps_what_it_filled(desk: Desk) -> None:
    if Validity.IOC not in desk.broker.terms.validities:
        return
    (quote,) = await desk.broker.quotes([INFY])
    best = quote.depth.asks[0]
    fields = {"product": Product.MIS, "validity": Validity.IOC, "price": best.price}
    child = await desk.placed(desk.child(Side.BUY, best.quantity + 1_000, **fields))
    report = await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)
    trades = await desk.broker.trades(child)
    assert 0 < report.filled_quantity < child.quantity
    assert report.filled_quantity == sum(one.fill.quantity for one in trades)


async def test_a_filled_order_cannot_be_cancelled_or_changed(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=5, order_type=OrderType.MARKET))
    await desk.until(child, complete)
    with pytest.raises(BrokerRejected):
        await desk.broker.cancel(child)
    with pytest.raises(BrokerRejected):
        await desk.broker.modify(child, Change(3, OrderType.LIMIT, Validity.DAY, desk.far_below()))
    report = await desk.until(child, complete)
    assert report.filled_quantity == 5


# --- contracts ---------------------------------------------------------------------------------------------------


def nifty_future(names: Names) -> Instrument:
    """The nearest one, told by its lot: brokers name it differently."""
    futures = [one for one in names.instruments() if one.kind is Kind.FUTURE and one.lot == 65]
    return min(futures, key=lambda one: one.expiry or date.max)


async def test_a_future_is_ordered_in_units_and_not_in_lots(desk: Desk) -> None:
    future = nifty_future(desk.names)
    assert (future.lot, future.id.exchange) == (65, Exchange.NFO)
    price = Price.of(25_700)
    fields: dict[str, Any] = {"instrument": future.id, "product": Product.NRML, "price": price}
    child = await desk.placed(desk.child(quantity=130, **fields))
    report = await desk.until(child, working)
    assert (report.quantity, report.instrument, report.product) == (130, future.id, Product.NRML)
    await refused(desk, quantity=66, **fields)


async def test_a_future_carried_from_yesterday_is_an_overnight_position(
    sandbox: Sandbox, desk: Desk, masters: dict[BrokerId, Names]
) -> None:
    symbol = next(one.key for one in instruments(now().date()) if one.kind == "FUT" and one.name == "NIFTY")
    carried = {"symbol": symbol, "product": "NRML", "quantity": -65, "price": "26000"}
    async with opened(sandbox, desk.broker.terms.broker, masters, positions=[carried]) as other:
        (position,) = await other.broker.positions()
    assert position.instrument == nifty_future(desk.names).id
    assert (position.product, position.quantity, position.overnight_quantity) == (Product.NRML, -65, -65)
    assert (position.sell_quantity, position.buy_quantity) == (65, 0)
    assert (position.sell_value, position.average_price) == (Money.of(65 * 26_000), Price.of(26_000))


async def test_the_same_share_trades_at_the_other_exchange(desk: Desk) -> None:
    at_bse = InstrumentId(Exchange.BSE, "INFY")
    child = await desk.placed(desk.child(quantity=2, instrument=at_bse, order_type=OrderType.MARKET))
    report = await desk.until(child, complete)
    assert report.instrument == at_bse


# --- refusals ----------------------------------------------------------------------------------------------------


async def refused(desk: Desk, **fields: object) -> None:
    """Place an order that must not live: a definite no at once, or an order that ends REJECTED with words."""
    free = (await desk.broker.margin()).available
    order = desk.child(**fields)  # type: ignore[arg-type]
    words = ""
    try:
        child = await desk.placed(order)
    except BrokerRejected as no:
        words = no.words
    else:
        words = (await desk.until(child, lambda one: one.status is ReportStatus.REJECTED)).message
    assert words
    assert (await desk.broker.margin()).available == free


async def test_an_order_beyond_the_cash_is_refused_with_words(desk: Desk) -> None:
    await refused(desk, quantity=5_000)


async def test_selling_more_than_is_held_is_refused_with_words(desk: Desk) -> None:
    await refused(desk, side=Side.SELL, quantity=51, price=desk.price(INFY))


async def test_an_instrument_not_listed_is_refused_before_anything_leaves(desk: Desk) -> None:
    with pytest.raises(BrokerRejected):
        await desk.broker.place(
            desk.child(instrument=InstrumentId(Exchange.NSE, "NOSUCHCO"), price=Price.of(10))
        )
    assert desk.truth()["orders"] == []


async def test_money_moves_only_where_the_terms_say_so(desk: Desk) -> None:
    if desk.broker.terms.moves_funds:
        await desk.broker.move_funds(Money.of("250.50"))
        assert (await desk.broker.margin()).available == Money.of("1000250.50")
        return
    with pytest.raises(BrokerRejected):
        await desk.broker.move_funds(Money.of(100))


# --- market data -------------------------------------------------------------------------------------------------


async def test_quotes_carry_price_close_band_and_depth(desk: Desk) -> None:
    quotes = {one.instrument: one for one in await desk.broker.quotes([INFY, TCS])}
    assert set(quotes) == {INFY, TCS}
    quote = quotes[INFY]
    assert quote.last_price == desk.price(INFY)
    assert quote.prev_close is not None
    assert abs(now() - quote.at) < timedelta(minutes=5)
    assert quote.depth.bids[0].price < quote.depth.asks[0].price
    assert quote.lower_circuit is None or quote.lower_circuit < quote.last_price


async def test_the_master_lists_shares_with_lot_and_tick(desk: Desk) -> None:
    listing = desk.names.listing(INFY)
    assert listing is not None
    assert (listing.instrument.lot, listing.instrument.tick) == (1, Price.of("0.10"))
    assert listing.instrument.isin in (None, "INE009A01021")
    assert desk.names.by_order_key(Exchange.NSE, listing.order_key) == INFY
