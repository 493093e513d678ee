"""What the Upstox broker asks for and how it reads the answers, call by call, on a stubbed transport."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import orjson
import pytest
import respx
from respx import MockRouter

from adapters.broker import Change, Conversion, Endpoints, MarginAsk, Session
from adapters.rows import unread
from adapters.upstox.broker import ADAPTER, UpstoxBroker
from adapters.upstox.calls import batched
from adapters.upstox.session import session_end
from domain.calendar import IST
from domain.conditional import ConditionalReport, ConditionalStatus
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import OrderType, Product, Side, Validity
from domain.report import ReportStatus
from tests.adapters.upstox.upstox_payloads import (
    CHILD,
    FUNDS,
    GTT_ROW,
    HOLDING_ROW,
    INFY,
    INFY_BSE,
    NOW,
    ORDER_ROW,
    PLACED,
    POSITION_ROW,
    QUOTE_ROW,
    TOKEN,
    Names,
    ok,
    refusal,
)

REST, HFT = "https://api.upstox.test", "https://api-hft.upstox.test"
ENDPOINTS = Endpoints(rest=REST, login=REST, order_rest=HFT, instruments="https://assets.upstox.test")
CREDENTIALS = {"api_key": "key", "api_secret": "secret"}
REDIRECT = "https://trademaster.test/callback"


@pytest.fixture
async def broker() -> AsyncIterator[UpstoxBroker]:
    session = Session("secret-token", "SB0001", NOW + timedelta(hours=8))
    broker = ADAPTER.connect(session, ENDPOINTS, Names(), clock=lambda: NOW)
    yield broker
    await broker.aclose()


@pytest.fixture
def upstox() -> Iterator[MockRouter]:
    with respx.mock(using="httpx") as router:
        yield router


def answer(content: bytes, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=content)


# --- login -------------------------------------------------------------------------------------------------------


def test_the_login_page_gets_the_apps_key_the_exact_redirect_and_our_state() -> None:
    url = urlsplit(ADAPTER.login.url(CREDENTIALS, ENDPOINTS, redirect_uri=REDIRECT, state="s&t"))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{REST}/v2/login/authorization/dialog"
    assert dict(parse_qsl(url.query)) == {
        "response_type": "code", "client_id": "key", "redirect_uri": REDIRECT, "state": "s&t",
    }  # fmt: skip


async def test_a_code_is_traded_for_a_session_that_ends_at_half_past_three(upstox: MockRouter) -> None:
    route = upstox.post(f"{REST}/v2/login/authorization/token").mock(return_value=answer(orjson.dumps(TOKEN)))
    session = await ADAPTER.login.session(
        {**CREDENTIALS, "algo_name": " Tide "},
        ENDPOINTS,
        answer={"code": "c0de", "state": "s"},
        redirect_uri=REDIRECT,
        now=NOW,
    )
    assert session.algo_name == "Tide"
    request = route.calls.last.request
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"], "code": ["c0de"], "client_id": ["key"],
        "client_secret": ["secret"], "redirect_uri": [REDIRECT],
    }  # fmt: skip
    assert (session.access_token, session.broker_user_id, session.api_key) == (
        "secret-token",
        "SB0001",
        "key",
    )
    assert session.expires_at == datetime(2026, 11, 21, 3, 30, tzinfo=IST)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "UDAPI100057"), (401, "UDAPI100069"), (401, "UDAPI100016")]
)
async def test_a_refused_code_or_key_is_a_rejection_not_an_expired_session(
    upstox: MockRouter, status: int, code: str
) -> None:
    upstox.post(f"{REST}/v2/login/authorization/token").mock(return_value=answer(refusal(code), status))
    with pytest.raises(BrokerRejected):
        await ADAPTER.login.session(
            CREDENTIALS, ENDPOINTS, answer={"code": "c"}, redirect_uri=REDIRECT, now=NOW
        )


async def test_an_unclear_login_answer_is_unknown_because_the_code_is_spent(upstox: MockRouter) -> None:
    upstox.post(f"{REST}/v2/login/authorization/token").mock(return_value=answer(b"<html>", 502))
    with pytest.raises(OutcomeUnknown):
        await ADAPTER.login.session(
            CREDENTIALS, ENDPOINTS, answer={"code": "c"}, redirect_uri=REDIRECT, now=NOW
        )


async def test_a_redirect_without_a_code_is_a_rejection() -> None:
    with pytest.raises(BrokerRejected):
        await ADAPTER.login.session(CREDENTIALS, ENDPOINTS, answer={}, redirect_uri=REDIRECT, now=NOW)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 17, 20, 0, tzinfo=IST), datetime(2026, 11, 18, 3, 30, tzinfo=IST)),
        (datetime(2026, 11, 18, 2, 30, tzinfo=IST), datetime(2026, 11, 18, 3, 30, tzinfo=IST)),
        (datetime(2026, 11, 18, 3, 30, tzinfo=IST), datetime(2026, 11, 19, 3, 30, tzinfo=IST)),
    ],
)
def test_a_token_dies_at_the_next_half_past_three(now: datetime, end: datetime) -> None:
    assert session_end(now) == end


# --- orders ------------------------------------------------------------------------------------------------------


async def test_place_goes_once_to_the_order_host_with_the_token(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    route = upstox.post(f"{HFT}/v3/order/place").mock(
        return_value=answer(ok({"order_ids": ["261120000000001"]}))
    )
    accepted = await broker.place(CHILD)
    assert (accepted.broker_order_id, accepted.at) == ("261120000000001", NOW)
    assert route.call_count == 1
    assert route.calls.last.request.headers["authorization"] == "Bearer secret-token"
    assert json.loads(route.calls.last.request.content)["instrument_token"] == "NSE_EQ|INE009A01021"


async def test_a_registered_algorithm_is_named_on_orders_and_on_nothing_else(upstox: MockRouter) -> None:
    session = Session("secret-token", "SB0001", NOW, algo_name="Tide")
    broker = ADAPTER.connect(session, ENDPOINTS, Names(), clock=lambda: NOW)
    order = upstox.post(f"{HFT}/v3/order/place").mock(return_value=answer(ok({"order_ids": ["1"]})))
    kept = upstox.delete(f"{REST}/v3/order/gtt/cancel").mock(
        return_value=answer(ok({"gtt_order_ids": ["GTT-1"]}))
    )
    book = upstox.get(f"{REST}/v2/order/retrieve-all").mock(return_value=answer(ok([])))
    await broker.place(CHILD)
    await broker.cancel_conditional(ConditionalReport("GTT-1", ConditionalStatus.ACTIVE, "", None))
    await broker.orders()
    await broker.aclose()
    for route in (order, kept):
        assert route.calls.last.request.headers["X-Algo-Name"] == "Tide"
    assert "X-Algo-Name" not in book.calls.last.request.headers
    assert json.loads(kept.calls.last.request.content) == {"gtt_order_id": "GTT-1"}


async def test_without_a_registered_algorithm_none_is_named(upstox: MockRouter, broker: UpstoxBroker) -> None:
    route = upstox.post(f"{HFT}/v3/order/place").mock(return_value=answer(ok({"order_ids": ["1"]})))
    await broker.place(CHILD)
    assert "X-Algo-Name" not in route.calls.last.request.headers


async def test_a_lost_answer_to_place_is_unknown_and_never_sent_again(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    route = upstox.post(f"{HFT}/v3/order/place").mock(side_effect=httpx.ReadTimeout("slow"))
    with pytest.raises(OutcomeUnknown):
        await broker.place(CHILD)
    assert route.call_count == 1


async def test_an_unlisted_instrument_is_refused_before_anything_is_sent(broker: UpstoxBroker) -> None:
    with pytest.raises(BrokerRejected):
        await broker.place(replace(CHILD, instrument=InstrumentId(Exchange.NSE, "NOSUCH")))


async def test_modify_sends_the_total_quantity(upstox: MockRouter, broker: UpstoxBroker) -> None:
    route = upstox.put(f"{HFT}/v3/order/modify").mock(
        return_value=answer(ok({"order_id": "261120000000001"}))
    )
    await broker.modify(PLACED, Change(20, OrderType.LIMIT, Validity.DAY, price=Price(Decimal("1500"))))
    assert json.loads(route.calls.last.request.content) == {
        "order_id": "261120000000001", "quantity": 20, "validity": "DAY", "price": 1500.0, "order_type": "LIMIT",
        "trigger_price": 0.0,
    }  # fmt: skip


async def test_cancel_names_the_order_in_the_query(upstox: MockRouter, broker: UpstoxBroker) -> None:
    route = upstox.delete(f"{HFT}/v3/order/cancel", params={"order_id": "261120000000001"}).mock(
        return_value=answer(ok({"order_id": "261120000000001"}))
    )
    await broker.cancel(PLACED)
    assert route.call_count == 1


async def test_a_final_order_cannot_be_cancelled_and_says_so(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    upstox.delete(f"{HFT}/v3/order/cancel").mock(
        return_value=answer(refusal("UDAPI100040", "already done"), 400)
    )
    with pytest.raises(BrokerRejected, match="already done"):
        await broker.cancel(PLACED)


async def test_an_order_upstox_does_not_know_is_none(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/order/details").mock(return_value=answer(refusal("UDAPI100010"), 400))
    assert await broker.order(PLACED) is None


async def test_an_order_is_found_by_its_tag_and_a_duplicate_shows(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    rows = [
        ORDER_ROW,
        {**ORDER_ROW, "order_id": "261120000000002"},
        {**ORDER_ROW, "order_id": "3", "tag": "other"},
        {**ORDER_ROW, "order_id": "4", "tag": None},
    ]
    upstox.get(f"{REST}/v2/order/retrieve-all").mock(return_value=answer(ok(rows)))
    assert [report.broker_order_id for report in await broker.find(CHILD)] == [
        "261120000000001",
        "261120000000002",
    ]


async def test_absence_from_the_book_is_checked_in_the_history(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    stages = [
        {**ORDER_ROW, "status": "put order req received", "order_timestamp": "2026-11-20 10:59:58"},
        {**ORDER_ROW, "status": "open", "order_timestamp": "2026-11-20 10:59:58"},
    ]
    upstox.get(f"{REST}/v2/order/retrieve-all").mock(return_value=answer(ok([])))
    upstox.get(f"{REST}/v2/order/history", params={"tag": CHILD.tag}).mock(return_value=answer(ok(stages)))
    [report] = await broker.find(CHILD)
    assert report.status is ReportStatus.OPEN


async def test_a_tag_nobody_used_finds_nothing(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/order/retrieve-all").mock(return_value=answer(ok([])))
    upstox.get(f"{REST}/v2/order/history").mock(return_value=answer(refusal("UDAPI100010"), 400))
    assert await broker.find(CHILD) == []


async def test_a_failed_lookup_is_no_absence(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/order/retrieve-all").mock(return_value=answer(ok([])))
    upstox.get(f"{REST}/v2/order/history").mock(return_value=answer(b"", 502))
    with pytest.raises(BrokerUnavailable):
        await broker.find(CHILD)


# --- reads -------------------------------------------------------------------------------------------------------


async def test_the_account_reads(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/user/profile").mock(return_value=answer(ok(TOKEN)))
    upstox.get(f"{REST}/v3/user/get-funds-and-margin").mock(return_value=answer(ok(FUNDS)))
    upstox.get(f"{REST}/v2/portfolio/long-term-holdings").mock(return_value=answer(ok([HOLDING_ROW])))
    upstox.get(f"{REST}/v2/portfolio/short-term-positions").mock(return_value=answer(ok([POSITION_ROW])))
    upstox.get(f"{REST}/v3/portfolio/mtf-positions").mock(
        return_value=answer(ok([POSITION_ROW, {**POSITION_ROW, "product": "MTF", "quantity": 3}]))
    )
    assert (await broker.profile()).broker_user_id == "SB0001"
    assert (await broker.margin()).available == Money(Decimal("90000.5"))
    assert [holding.quantity for holding in await broker.holdings()] == [80]
    assert [position.quantity for position in await broker.positions()] == [-20, 3]


@pytest.mark.parametrize("row", [{}, None, {**POSITION_ROW, "quantity": "many"}])
async def test_a_position_that_cannot_be_read_is_named_and_hides_no_other(
    upstox: MockRouter, broker: UpstoxBroker, row: object
) -> None:
    upstox.get(f"{REST}/v2/portfolio/short-term-positions").mock(return_value=answer(ok([row, POSITION_ROW])))
    upstox.get(f"{REST}/v3/portfolio/mtf-positions").mock(return_value=answer(refusal("UDAPI100036"), 400))
    found = await broker.positions()
    assert (len(found), len(unread(found))) == (1, 1)


async def test_positions_that_are_no_list_are_no_answer(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/portfolio/short-term-positions").mock(return_value=answer(ok({"a": 1})))
    upstox.get(f"{REST}/v3/portfolio/mtf-positions").mock(return_value=answer(refusal("UDAPI100036"), 400))
    with pytest.raises(BrokerUnavailable):
        await broker.positions()


async def test_a_dead_token_is_an_expired_session(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v2/user/profile").mock(return_value=answer(refusal("UDAPI100050"), 401))
    with pytest.raises(SessionExpired):
        await broker.profile()


async def test_quotes_are_matched_by_key_not_by_symbol(upstox: MockRouter, broker: UpstoxBroker) -> None:
    rows = {"BSE_EQ:INFY": {**QUOTE_ROW, "instrument_token": "BSE_EQ|INE009A01021"}, "NSE_EQ:INFY": QUOTE_ROW}
    route = upstox.get(f"{REST}/v3/market-quote/quotes").mock(return_value=answer(ok(rows)))
    quotes = await broker.quotes([INFY, INFY_BSE, InstrumentId(Exchange.NSE, "NOSUCH")])
    assert {quote.instrument for quote in quotes} == {INFY, INFY_BSE}
    assert route.calls.last.request.url.params["instrument_key"] == "NSE_EQ|INE009A01021,BSE_EQ|INE009A01021"


async def test_candles_join_history_and_today_oldest_first(upstox: MockRouter, broker: UpstoxBroker) -> None:
    key = "NSE_EQ%7CINE009A01021"
    past = upstox.get(url__regex=rf"{REST}/v3/historical-candle/{key}/minutes/5/.*").mock(
        return_value=answer(
            ok(
                {
                    "candles": [
                        ["2026-11-19T09:20:00+05:30", 2, 2, 2, 2, 1, 0],
                        ["2026-11-19T09:15:00+05:30", 1.05, 2, 1, 2, 7, 0],
                    ]
                }
            )
        )
    )
    upstox.get(url__regex=rf"{REST}/v3/historical-candle/intraday/{key}/minutes/5").mock(
        return_value=answer(ok({"candles": [["2026-11-20T09:15:00+05:30", 3, 3, 3, 3, 1, 0]]}))
    )
    candles = await broker.candles(INFY, interval="5m", start=NOW - timedelta(days=40), end=NOW)
    assert [candle.open for candle in candles] == [Price(Decimal(text)) for text in ("1.05", "2", "3")]
    assert past.call_count == 2  # at most a month a call
    with pytest.raises(BrokerRejected):
        await broker.candles(INFY, interval="7m", start=NOW, end=NOW)


async def test_the_margin_call_is_a_read(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.post(f"{REST}/v2/charges/margin").mock(
        return_value=answer(ok({"margins": [], "required_margin": 5000.5, "final_margin": 4800.25}))
    )
    ask = MarginAsk(INFY, Side.BUY, 10, OrderType.MARKET, Product.MIS)
    assert await broker.required_margin(ask) == Money(Decimal("5000.5"))
    upstox.post(f"{REST}/v2/charges/margin").mock(side_effect=httpx.ReadTimeout("slow"))
    with pytest.raises(BrokerUnavailable):
        await broker.required_margin(ask)


async def test_funds_do_not_move_over_the_api(broker: UpstoxBroker) -> None:
    with pytest.raises(BrokerRejected):
        await broker.move_funds(Money(Decimal("1")))


async def test_a_token_without_prices_still_lists_gtt_orders(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    upstox.get(f"{REST}/v3/order/gtt").mock(return_value=answer(ok([GTT_ROW])))
    upstox.get(f"{REST}/v3/market-quote/ltp").mock(return_value=answer(refusal("UDAPI100067"), 403))
    [kept] = await broker.conditionals()
    assert kept.intent is not None
    assert kept.intent.last_price == Price(Decimal("1400"))


async def test_charges_need_a_price_to_be_reckoned_with(upstox: MockRouter, broker: UpstoxBroker) -> None:
    upstox.get(f"{REST}/v3/market-quote/ltp").mock(return_value=answer(ok({})))
    with pytest.raises(BrokerUnavailable):
        await broker.charges([MarginAsk(INFY, Side.BUY, 10, OrderType.MARKET, Product.MIS)])


@pytest.mark.parametrize(
    "data", [{"order_ids": ["x"]}, {"gtt_order_ids": []}, {"gtt_order_ids": ["1", "2"]}, {}]
)
async def test_a_gtt_answer_without_exactly_one_id_is_unknown(
    upstox: MockRouter, broker: UpstoxBroker, data: object
) -> None:
    upstox.delete(f"{REST}/v3/order/gtt/cancel").mock(return_value=answer(ok(data)))
    with pytest.raises(OutcomeUnknown):
        await broker.cancel_conditional(ConditionalReport("GTT-1", ConditionalStatus.ACTIVE, "", None))


async def test_a_conversion_that_is_not_said_to_be_complete_is_unknown(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    route = upstox.put(f"{REST}/v2/portfolio/convert-position")
    route.mock(return_value=answer(ok({"status": "pending"})))
    with pytest.raises(OutcomeUnknown):
        await broker.convert(Conversion(INFY, Side.BUY, 4, Product.MIS, Product.CNC))
    assert json.loads(route.calls.last.request.content) == {
        "instrument_token": "NSE_EQ|INE009A01021", "new_product": "D", "old_product": "I",
        "transaction_type": "BUY", "quantity": 4,
    }  # fmt: skip


async def test_orders_alike_cost_the_same_and_are_asked_once(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    route = upstox.get(f"{REST}/v2/charges/brokerage").mock(
        return_value=answer(ok({"charges": {"total": 31.74}}))
    )
    ask = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.MIS, Price(Decimal("1500.05")))
    assert await broker.charges([ask] * 3) == [Money(Decimal("31.74"))] * 3
    assert dict(route.calls.last.request.url.params) == {
        "instrument_token": "NSE_EQ|INE009A01021", "quantity": "10", "product": "I",
        "transaction_type": "BUY", "price": "1500.05",
    }  # fmt: skip
    assert route.call_count == 1


@pytest.mark.parametrize("word", ["poa", "ddpi"])
async def test_a_power_of_attorney_needs_no_leave(
    upstox: MockRouter, broker: UpstoxBroker, word: str
) -> None:
    upstox.get(f"{REST}/v2/user/profile").mock(return_value=answer(ok({**TOKEN, "poa": False, word: True})))
    assert "no leave is needed" in (await broker.authorisation({INFY: 5})).words


# --- webhooks ----------------------------------------------------------------------------------------------------


def posted(row: object) -> bytes:
    return orjson.dumps(row)


def test_a_webhooks_order_is_read_like_the_streams() -> None:
    body = posted({**ORDER_ROW, "update_type": "order", "status": "complete"})
    report = ADAPTER.postback(body, {}, "", Names())
    assert report is not None
    assert (report.broker_order_id, report.status) == ("261120000000001", ReportStatus.COMPLETE)


def test_a_hint_without_a_time_is_older_than_everything() -> None:
    row = {**ORDER_ROW, "update_type": "order", "order_timestamp": None, "exchange_timestamp": None}
    report = ADAPTER.postback(posted(row), {}, "", Names())
    assert report is not None
    assert report.at.year == 1970


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        posted({**ORDER_ROW, "update_type": "gtt_order"}),
        posted({**ORDER_ROW, "update_type": "order", "order_id": 17}),
        posted({"update_type": "order"}),
    ],
)
def test_what_is_no_order_is_no_hint(body: bytes) -> None:
    assert ADAPTER.postback(body, {}, "", Names()) is None


def test_a_long_list_is_asked_for_in_pieces() -> None:
    keys = [str(number) for number in range(1201)]
    pieces = [list(piece) for piece in batched(keys, 500)]
    assert [len(piece) for piece in pieces] == [500, 500, 201]
    assert [key for piece in pieces for key in piece] == keys


async def test_a_gtt_order_that_cannot_be_read_hides_no_other(
    upstox: MockRouter, broker: UpstoxBroker
) -> None:
    kept = [None, {**GTT_ROW, "gtt_order_id": None}, {**GTT_ROW, "gtt_order_id": "X", "rules": []}, GTT_ROW]
    upstox.get(f"{REST}/v3/order/gtt").mock(return_value=answer(ok(kept)))
    upstox.get(f"{REST}/v3/market-quote/ltp").mock(return_value=answer(b"", 502))
    listed = await broker.conditionals()
    assert [(one.conditional_id, one.intent is None) for one in listed] == [
        ("X", True),
        (GTT_ROW["gtt_order_id"], False),
    ]
    assert len(unread(listed)) == 2
