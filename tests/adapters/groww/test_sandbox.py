"""The Groww adapter against the sandbox over real HTTP and websockets: its whole interface."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.broker import Change, Connected, Endpoints, Listing, MarginAsk, Session
from adapters.groww.broker import ADAPTER, GrowwBroker
from adapters.groww.terms import TERMS
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange, InstrumentId, Kind
from domain.market import Tick
from domain.money import Money, Price
from domain.order import ChildOrder, OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus
from mocks.launch import Sandbox
from tests.adapters.groww.samples import Table, child

INFY = InstrumentId(Exchange.NSE, "INFY")


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def endpoints(sandbox: Sandbox) -> Endpoints:
    base = sandbox.urls["groww"]
    return Endpoints(
        rest=base,
        login="",
        feed=base.replace("http://", "ws://"),
        instruments=f"{base}/instruments/instrument.csv",
    )


@pytest.fixture
def account(sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.post(
        "/sessions",
        {
            "broker": "groww",
            "cash": "500000",
            "holdings": [{"symbol": "NSE:HDFCBANK", "quantity": 20, "average_price": "800.25"}],
        },
    )
    return found


@pytest.fixture
def session(account: dict[str, Any]) -> Session:
    return Session(account["access_token"], account["user_id"], clock() + timedelta(hours=1))


@pytest.fixture(scope="module")
def master() -> list[Listing]:
    """The instrument master once it was read."""
    return []


@pytest.fixture
async def listed(endpoints: Endpoints, master: list[Listing]) -> list[Listing]:
    if not master:
        master += await ADAPTER.instruments(endpoints)
    return master


@pytest.fixture
def symbols(listed: list[Listing]) -> Table:
    return Table(tuple(listed))


@pytest.fixture
async def groww(
    session: Session, endpoints: Endpoints, symbols: Table, unpaced: None
) -> AsyncIterator[GrowwBroker]:
    broker = ADAPTER.connect(session, endpoints, symbols, clock=clock)
    yield broker
    await broker.aclose()


def order(**changes: Any) -> ChildOrder:
    """10 INFY far below the market, with a tag of its own."""
    asked = {"instrument": INFY, "tag": secrets.token_hex(8).upper(), "price": Price.of("1000"), **changes}
    return child(**asked)


async def low_price(groww: GrowwBroker) -> Price:
    (quote,) = await groww.quotes([INFY])
    return Price((quote.last_price.amount * Decimal("0.97")).quantize(Decimal(1)))


async def placed(groww: GrowwBroker, **changes: Any) -> ChildOrder:
    asked = order(**{"price": await low_price(groww), **changes})
    accepted = await groww.place(asked)
    return child(**{**_fields(asked), "broker_order_ids": (accepted.broker_order_id,)})


def _fields(asked: ChildOrder) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in ChildOrder.__slots__}


# --- login -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [("api_key", "api_secret"), ("api_key", "totp_secret"), ("access_token",)])
async def test_every_way_of_logging_in_gives_a_session_until_six(
    account: dict[str, Any], endpoints: Endpoints, way: tuple[str, ...]
) -> None:
    keys = {name: str(account[name]) for name in way}
    now = clock()
    session = await ADAPTER.login.session(keys, endpoints, answer={}, redirect_uri="", now=now)
    assert session.broker_user_id == account["user_id"]
    assert now < session.expires_at <= now + timedelta(days=1)
    assert session.expires_at.strftime("%H:%M %z") == "06:00 +0530"


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"api_key": "sandboxdemo"},
        {"api_key": "nobody", "api_secret": "x"},
        {"api_key": "sandboxdemo", "api_secret": "wrong"},
        {"api_key": "sandboxdemo", "totp_secret": "JBSWY3DPEHPK3PXP"},
        {"api_key": "sandboxdemo", "totp_secret": "not base32!"},
        {"access_token": "expired"},
    ],
)
async def test_wrong_keys_are_a_definite_no(endpoints: Endpoints, keys: dict[str, str]) -> None:
    with pytest.raises(BrokerRejected):
        await ADAPTER.login.session(keys, endpoints, answer={}, redirect_uri="", now=clock())


async def test_a_token_typed_at_login_wins_over_stored_keys(
    account: dict[str, Any], endpoints: Endpoints
) -> None:
    keys = {"api_key": "nobody", "api_secret": "x"}
    answer = {"access_token": str(account["access_token"])}
    session = await ADAPTER.login.session(keys, endpoints, answer=answer, redirect_uri="", now=clock())
    assert session.access_token == account["access_token"]


def test_there_is_no_login_page(endpoints: Endpoints) -> None:
    with pytest.raises(BrokerRejected):
        ADAPTER.login.url({}, endpoints, redirect_uri="", state="")


# --- account ---------------------------------------------------------------------------------------------------------


async def test_profile_funds_and_holdings(groww: GrowwBroker, account: dict[str, Any]) -> None:
    assert (await groww.profile()).broker_user_id == account["user_id"]
    margin = await groww.margin()
    assert (margin.cash, margin.used, margin.available) == (Money.of(500000), Money.of(0), Money.of(500000))
    (held,) = await groww.holdings()
    assert (held.quantity, held.t1_quantity, held.sellable_quantity) == (20, 0, 20)
    assert held.average_price == Price.of("800.25")


async def test_a_waiting_sale_locks_shares_without_taking_them(groww: GrowwBroker) -> None:
    hdfc = InstrumentId(Exchange.NSE, "HDFCBANK")
    (quote,) = await groww.quotes([hdfc])
    high = Price((quote.last_price.amount * Decimal("1.03")).quantize(Decimal(1)))
    await groww.place(order(instrument=hdfc, side=Side.SELL, quantity=5, price=high))
    (held,) = await groww.holdings()
    assert (held.quantity, held.sellable_quantity) == (20, 15)


async def test_sold_shares_leave_the_holding_at_once(groww: GrowwBroker) -> None:
    hdfc = InstrumentId(Exchange.NSE, "HDFCBANK")
    sale = order(instrument=hdfc, side=Side.SELL, quantity=5, order_type=OrderType.MARKET, price=None)
    await groww.place(sale)
    (held,) = await groww.holdings()
    assert (held.quantity, held.sellable_quantity) == (15, 15)
    (position,) = await groww.positions()
    assert (position.quantity, position.sell_quantity, position.product) == (-5, 5, Product.CNC)


async def test_shares_bought_today_stay_a_position(groww: GrowwBroker) -> None:
    bought = await placed(groww, order_type=OrderType.MARKET, price=None)
    (position,) = await groww.positions()
    assert (position.instrument, position.quantity, position.buy_quantity) == (INFY, 10, 10)
    fills = [found.fill for found in await groww.trades(bought)]
    assert sum(fill.quantity for fill in fills) == 10
    assert position.buy_value == Money.sum(fill.price * fill.quantity for fill in fills)
    assert [held.instrument.symbol for held in await groww.holdings()] == ["HDFCBANK"]


# --- orders ----------------------------------------------------------------------------------------------------------


async def test_an_order_is_placed_found_modified_and_cancelled(groww: GrowwBroker) -> None:
    mine = await placed(groww)
    report = await groww.order(mine)
    assert report is not None
    assert (report.status, report.tag, report.quantity) == (ReportStatus.OPEN, mine.tag, 10)
    assert [found.broker_order_id for found in await groww.find(mine)] == [mine.broker_order_id]
    assert mine.price is not None
    new_price = Price(mine.price.amount - 1)
    await groww.modify(mine, Change(12, OrderType.LIMIT, Validity.DAY, price=new_price))
    (report,) = [one for one in await groww.orders() if one.broker_order_id == mine.broker_order_id]
    assert (report.quantity, report.price, report.instrument) == (12, new_price, INFY)
    await groww.cancel(mine)
    report = await groww.order(mine)
    assert report is not None
    assert report.status is ReportStatus.CANCELLED


async def test_the_whole_book_is_read_page_by_page(groww: GrowwBroker) -> None:
    price = await low_price(groww)
    for _ in range(101):
        await groww.place(order(quantity=1, price=price))
    assert len(await groww.orders()) == 101


async def test_an_unknown_order_is_none_and_an_unknown_tag_finds_nothing(groww: GrowwBroker) -> None:
    assert await groww.order(order(broker_order_ids=("GMK0",))) is None
    assert await groww.find(order()) == []


async def test_a_reference_used_before_is_unknown_not_refused(groww: GrowwBroker) -> None:
    mine = await placed(groww)
    with pytest.raises(OutcomeUnknown) as caught:
        await groww.place(mine)
    assert caught.value.code == "GA007"
    assert len(await groww.find(mine)) == 1


async def test_money_short_is_rejected_in_growws_words(groww: GrowwBroker) -> None:
    with pytest.raises(BrokerRejected, match="Insufficient funds"):
        await groww.place(order(quantity=5000, price=await low_price(groww)))


async def test_a_price_off_the_tick_is_rejected(groww: GrowwBroker) -> None:
    price = await low_price(groww)
    with pytest.raises(BrokerRejected, match="tick"):
        await groww.place(order(price=Price(price.amount + Decimal("0.03"))))


async def test_a_stop_waits_for_its_trigger(groww: GrowwBroker) -> None:
    price = await low_price(groww)
    stop = await placed(
        groww,
        side=Side.SELL,
        product=Product.MIS,
        order_type=OrderType.SL_M,
        price=None,
        trigger_price=price,
    )
    report = await groww.order(stop)
    assert report is not None
    assert (report.status, report.order_type) == (ReportStatus.TRIGGER_PENDING, OrderType.SL_M)


async def test_an_instrument_that_groww_does_not_list_is_refused_here(groww: GrowwBroker) -> None:
    with pytest.raises(BrokerRejected, match="not listed"):
        await groww.place(order(instrument=InstrumentId(Exchange.NSE, "NOSUCH")))


async def test_moving_funds_is_refused(groww: GrowwBroker) -> None:
    with pytest.raises(BrokerRejected):
        await groww.move_funds(Money.of(1))


# --- faults ----------------------------------------------------------------------------------------------------------


async def test_accepted_and_then_an_html_error_is_unknown_and_found_by_tag(
    sandbox: Sandbox, groww: GrowwBroker, account: dict[str, Any]
) -> None:
    fault(sandbox, account, call="place", fault="error_5xx_after_accept")
    mine = order(price=await low_price(groww))
    with pytest.raises(OutcomeUnknown):
        await groww.place(mine)
    (found,) = await groww.find(mine)
    assert (found.status, found.quantity) == (ReportStatus.OPEN, 10)


async def test_a_rate_limit_was_surely_not_placed(
    sandbox: Sandbox, groww: GrowwBroker, account: dict[str, Any]
) -> None:
    fault(sandbox, account, call="place", fault="rate_limit")
    mine = order(price=await low_price(groww))
    with pytest.raises(BrokerUnavailable):
        await groww.place(mine)
    assert await groww.find(mine) == []


@pytest.mark.parametrize("call", ["place", "holdings"])
async def test_an_expired_session_says_so(
    sandbox: Sandbox, groww: GrowwBroker, account: dict[str, Any], call: str
) -> None:
    sandbox.post("/faults", {"broker": "groww", "fault": "expire_token", "account": account["user_id"]})
    with pytest.raises(SessionExpired):
        await (groww.place(order()) if call == "place" else groww.holdings())


def fault(sandbox: Sandbox, account: dict[str, Any], **rule: Any) -> None:
    sandbox.post("/faults", {"broker": "groww", "account": account["user_id"], "times": 1, **rule})


# --- market ----------------------------------------------------------------------------------------------------------


async def test_one_quote_has_depth_and_many_come_fifty_a_call(
    groww: GrowwBroker, listed: list[Listing]
) -> None:
    (full,) = await groww.quotes([INFY])
    assert full.depth.bids
    assert full.depth.bids[0].price < full.depth.asks[0].price
    many = [one.instrument.id for one in listed if one.instrument.kind in (Kind.EQUITY, Kind.FUTURE)]
    quotes = await groww.quotes(many)
    assert {quote.instrument for quote in quotes} == set(many)
    assert all(quote.prev_close for quote in quotes)


async def test_candles_are_oldest_first_over_more_than_one_call(groww: GrowwBroker) -> None:
    end = datetime(2026, 11, 20, 10, tzinfo=UTC)
    candles = await groww.candles(INFY, interval="5m", start=end - timedelta(days=45), end=end)
    times = [candle.time for candle in candles]
    assert times == sorted(set(times))
    assert times[0] < end - timedelta(days=40)


async def test_the_margin_of_an_order_is_growws_own_figure(groww: GrowwBroker) -> None:
    ask = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, price=Price.of(1000))
    assert await groww.required_margin(ask) == Money.of(10000)


async def test_the_master_names_shares_indices_and_contracts(symbols: Table) -> None:
    share = symbols.listing(INFY)
    assert share is not None
    assert (share.instrument.isin, share.feed_key) == ("INE009A01021", "/ld/eq/nse/price.1594")
    assert symbols.listing(InstrumentId(Exchange.NSE, "NIFTY 50")) is not None
    contracts = [one.instrument for one in symbols.listed if one.instrument.is_derivative]
    assert all(contract.expiry and contract.underlying for contract in contracts)
    assert all(one.instrument.freeze for one in symbols.listed if one.instrument.tradable)


# --- streams ---------------------------------------------------------------------------------------------------------


async def test_prices_come_over_the_feed(
    sandbox: Sandbox, session: Session, endpoints: Endpoints, symbols: Table, groww: GrowwBroker
) -> None:
    nifty = InstrumentId(Exchange.NSE, "NIFTY 50")
    async with ADAPTER.market_feed(session, endpoints, symbols, clock=clock) as feed:
        await feed.subscribe([INFY, nifty])
        moving = asyncio.create_task(_move(sandbox, groww))
        seen: dict[InstrumentId, Tick] = {}
        async with asyncio.timeout(60):
            async for tick in feed.ticks():
                seen[tick.instrument] = tick
                if len(seen) == 2:
                    break
        moving.cancel()
    assert seen[INFY].last_price.on_tick(Price.of("0.05"))
    assert abs(clock() - seen[INFY].at) < timedelta(minutes=1)


async def _move(sandbox: Sandbox, groww: GrowwBroker) -> None:
    """Up and down a little until somebody sees it."""
    (quote,) = await groww.quotes([INFY])
    for step in range(1, 100):
        price = quote.last_price.amount + (step % 2)
        await asyncio.to_thread(sandbox.post, "/prices", {"prices": {"NSE:INFY": str(price)}})
        await asyncio.sleep(0.3)


async def test_an_order_is_followed_over_the_feed(
    session: Session, endpoints: Endpoints, symbols: Table, groww: GrowwBroker
) -> None:
    events = ADAPTER.order_stream(session, endpoints, symbols, clock=clock)
    async with asyncio.timeout(60):
        assert isinstance(await anext(events), Connected)
        mine = await placed(groww)
        await groww.cancel(mine)
        reports = []
        async for event in events:
            assert isinstance(event, OrderReport)
            reports.append(event)
            if event.status is ReportStatus.CANCELLED:
                break
    assert {report.broker_order_id for report in reports} == {mine.broker_order_id}
    assert [report.words for report in reports][:3] == ["NEW", "NEW", "ACKED"]
    assert "APPROVED" in [report.words for report in reports]
    last = reports[-1]
    assert (last.instrument, last.side, last.product, last.price) == (INFY, Side.BUY, Product.CNC, mine.price)


async def test_a_dropped_feed_ends_the_stream(
    sandbox: Sandbox, session: Session, endpoints: Endpoints, symbols: Table, account: dict[str, Any]
) -> None:
    events = ADAPTER.order_stream(session, endpoints, symbols, clock=clock)
    assert isinstance(await anext(events), Connected)
    rule = {"broker": "groww", "fault": "drop_socket", "account": account["user_id"]}
    await asyncio.to_thread(sandbox.post, "/faults", rule)
    with pytest.raises(BrokerUnavailable):
        async with asyncio.timeout(60):
            await anext(events)


async def test_a_feed_with_a_dead_login_says_so(endpoints: Endpoints, symbols: Table) -> None:
    dead = Session("dead", "nobody", clock())
    with pytest.raises(SessionExpired):
        await anext(ADAPTER.order_stream(dead, endpoints, symbols, clock=clock))


async def test_a_quiet_instrument_still_gets_its_first_price(
    session: Session, endpoints: Endpoints, symbols: Table
) -> None:
    quiet = InstrumentId(Exchange.BSE, "MRF")
    async with asyncio.timeout(60), ADAPTER.market_feed(session, endpoints, symbols, clock=clock) as feed:
        for _ in range(2):  # again after leaving it
            await feed.subscribe([quiet, quiet])
            ticks = feed.ticks()
            assert (await anext(ticks)).instrument == quiet
            await feed.unsubscribe([quiet])


# --- conditional orders ----------------------------------------------------------------------------------------------


def waiting(last: Price, **changes: Any) -> ConditionalIntent:
    """Buy 10 INFY three rupees under the market once it is two under."""
    trigger, price = Price(last.amount - 2), Price(last.amount - 3)
    single = ConditionalLeg(trigger, 10, OrderType.LIMIT, price)
    fields: dict[str, Any] = {"side": Side.BUY, "product": Product.CNC, "legs": (single,), **changes}
    return ConditionalIntent(ConditionalKind.SINGLE, INFY, last_price=last, **fields)


async def last_price(groww: GrowwBroker) -> Price:
    (quote,) = await groww.quotes([INFY])
    return quote.last_price


async def kept(groww: GrowwBroker, conditional_id: str) -> ConditionalReport:
    (found,) = [one for one in await groww.conditionals() if one.conditional_id == conditional_id]
    return found


async def test_a_smart_order_is_kept_changed_and_ended(groww: GrowwBroker) -> None:
    asked = waiting(await last_price(groww))
    conditional_id = await groww.place_conditional(asked)
    report = await kept(groww, conditional_id)
    assert report.status is ConditionalStatus.ACTIVE
    assert report.intent is not None
    assert replace(report.intent, last_price=asked.last_price) == asked
    assert report.expires_at is not None
    assert report.expires_at > clock() + timedelta(days=364)
    fewer = replace(asked, legs=(replace(asked.legs[0], quantity=4),))
    await groww.modify_conditional(conditional_id, fewer)
    changed = await kept(groww, conditional_id)
    assert changed.intent is not None
    assert changed.intent.legs == fewer.legs
    await groww.cancel_conditional(changed)
    ended = await kept(groww, conditional_id)
    assert (ended.status, ended.words) == (ConditionalStatus.CANCELLED, "CANCELLED")
    with pytest.raises(BrokerRejected):
        await groww.cancel_conditional(ended)
    with pytest.raises(BrokerRejected):
        await groww.modify_conditional(conditional_id, asked)


async def test_a_smart_order_that_fires_is_told_and_its_order_is_in_the_book(
    sandbox: Sandbox, groww: GrowwBroker
) -> None:
    last = await last_price(groww)
    conditional_id = await groww.place_conditional(waiting(last))
    sandbox.post("/prices", {"prices": {"NSE:INFY": str(last.amount - 2)}})
    report = await kept(groww, conditional_id)
    assert report.status in (ConditionalStatus.TRIGGERED, ConditionalStatus.COMPLETED)
    (fired,) = await groww.orders()
    assert (fired.instrument, fired.quantity, fired.price) == (INFY, 10, Price(last.amount - 3))
    sandbox.post("/prices", {"prices": {"NSE:INFY": str(last)}})


async def test_an_oco_guards_a_position(groww: GrowwBroker) -> None:
    last = await last_price(groww)
    bought = await placed(groww, product=Product.MIS, order_type=OrderType.MARKET, price=None)
    assert bought.broker_order_id
    up, down = Price(last.amount + 20), Price(last.amount - 20)
    legs = (
        ConditionalLeg(up, 10, OrderType.LIMIT, up),
        ConditionalLeg(down, 10, OrderType.LIMIT, Price(down.amount - 1)),
    )
    oco = ConditionalIntent(ConditionalKind.OCO, INFY, Side.SELL, Product.MIS, legs, last)
    conditional_id = await groww.place_conditional(oco)
    report = await kept(groww, conditional_id)
    assert report.intent is not None
    assert (report.intent.kind, report.intent.legs) == (ConditionalKind.OCO, legs)
    with pytest.raises(BrokerRejected, match="held"):
        await groww.place_conditional(replace(oco, product=Product.NRML))
    await groww.cancel_conditional(report)


async def test_a_smart_order_lost_on_its_way_back_is_unknown_and_there_once(
    sandbox: Sandbox, groww: GrowwBroker, account: dict[str, Any]
) -> None:
    fault(sandbox, account, call="gtt_place", fault="error_5xx_after_accept")
    with pytest.raises(OutcomeUnknown):
        await groww.place_conditional(waiting(await last_price(groww)))
    assert len(await groww.conditionals()) == 1


async def test_the_probe_tells_what_the_account_may_do(groww: GrowwBroker) -> None:
    found = await groww.probe()
    assert (found.market_data, found.orders) == (True, None)
    assert found.exchanges == TERMS.exchanges


async def test_charges_are_estimated_by_groww(groww: GrowwBroker) -> None:
    ask = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, price=Price.of(1000))
    (charge,) = await groww.charges([ask]) or []
    assert Money.of(0) < charge < Money.of(100)
