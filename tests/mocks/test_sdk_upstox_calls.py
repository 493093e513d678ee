"""Every call of the official Upstox SDK that concerns trading, portfolio and market data is made once.

A call that neither is made here nor is named as out of scope fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import upstox_client as sdk

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import (
    CALLBACK,
    INFY,
    VERSION,
    client_for,
    gtt,
    limit,
    market,
    methods,
    new_user,
    rule,
)

NIFTY = "NSE_INDEX|Nifty 50"
KEYS = f"{INFY},{NIFTY}"
NO_FUNDAMENTALS = "company research, not trading"
NO_ANALYTICS = "figures of Upstox's own research pages"
NO_PAYOUT = "moves money to a bank"
OUT_OF_SCOPE = {
    **dict.fromkeys(
        (f"FundamentalsApi.get_{name}" for name in (
            "balance_sheet", "cash_flow", "company_profile", "competitors", "corporate_actions",
            "income_statement", "key_ratios", "share_holdings",
        )), NO_FUNDAMENTALS,
    ),
    **dict.fromkeys(
        (f"MarketApi.get_{name}" for name in (
            "change_oi_data", "dii_data", "fii_data", "max_pain_data", "oi_data", "pcr_data",
            "smartlist_futures", "smartlist_mtf", "smartlist_options",
        )), NO_ANALYTICS,
    ),
    **dict.fromkeys(
        (f"IpoApi.{name}" for name in (
            "get_ipo_details", "get_ipo_listing", "apply_for_ipo", "cancel_ipo_order", "get_ipo_order_by_id",
            "get_ipo_orders",
        )), "public issues",
    ),
    **dict.fromkeys(
        (f"MutualFundApi.get_mutual_fund_{name}" for name in ("holdings", "order", "orders", "sips")),
        "mutual funds",
    ),
    **dict.fromkeys(
        (f"UserApi.{name}" for name in (
            "get_payin_history", "get_payout_history", "cancel_payout", "get_payout_modes", "initiate_payout",
            "modify_payout",
        )), NO_PAYOUT,
    ),
    **dict.fromkeys(
        (f"ExpiredInstrumentApi.get_{name}" for name in (
            "expired_future_contracts", "expired_historical_candle_data", "expired_option_contracts", "expiries",
        )), "contracts that ended, sold to Plus clients only",
    ),
    **dict.fromkeys(
        (f"TradeProfitAndLossApi.get_{name}" for name in (
            "profit_and_loss_charges", "trade_wise_profit_and_loss_data", "trade_wise_profit_and_loss_meta_data",
        )), "yearly reports for the tax return",
    ),
    "NewsApi.get_news": "news",
    "WebsocketApi.get_market_data_feed": "the feed of version 2 ended in August 2025",
    "WebsocketApi.get_market_data_feed_authorize": "the feed of version 2 ended in August 2025",
    "WebsocketApi.get_market_data_feed_v3": "answers with a redirect to a websocket, which this client cannot follow",
    "WebsocketApi.get_portfolio_stream_feed": "answers with a redirect to a websocket, which it cannot follow",
}  # fmt: skip


@dataclass(frozen=True)
class Trader:
    """A user with an open order (`order_id`), a GTT order, an intraday position and INFY in his account."""

    session: dict[str, Any]
    client: Any
    order_id: str
    gtt_id: str

    @property
    def orders(self) -> Any:
        return sdk.OrderApi(self.client)

    @property
    def orders_v3(self) -> Any:
        return sdk.OrderApiV3(self.client)

    @property
    def today(self) -> date:
        """The sandbox keeps the machine's day."""
        return date.today()  # noqa: DTZ011 - the machine's own day is meant


@pytest.fixture(scope="module")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture
def trader(upstox_sandbox: Sandbox) -> Trader:
    session = new_user(upstox_sandbox)
    client = client_for(session["base_url"], session["access_token"])
    orders = sdk.OrderApiV3(client)
    orders.place_order(market(quantity=4, product="I"))
    [order_id] = orders.place_order(limit(tag="open")).data.order_ids
    [gtt_id] = orders.place_gtt_order(gtt()).data.gtt_order_ids
    return Trader(session, client, order_id, gtt_id)


def change(order_id: str) -> Any:
    return sdk.ModifyOrderRequest(
        order_id=order_id, quantity=11, validity="DAY", price=1451.0, order_type="LIMIT", trigger_price=0.0
    )


def old_order() -> Any:
    body = limit(tag="old").to_dict()
    return sdk.PlaceOrderRequest(**{name: body[name] for name in sdk.PlaceOrderRequest.attribute_map})


def line(mark: str) -> Any:
    body = limit(tag="many").to_dict()
    fields = {name: body.get(name) for name in sdk.MultiOrderRequest.attribute_map if name in body}
    return sdk.MultiOrderRequest(**{**fields, "slice": False, "correlation_id": mark})


def expiry(trader: Trader) -> str:
    """The nearest of NIFTY's options."""
    contracts = sdk.OptionsApi(trader.client).get_option_contracts(NIFTY).data
    nearest: str = min(one.expiry for one in contracts).strftime("%Y-%m-%d")
    return nearest


def with_notifier(trader: Trader) -> Any:
    """The token request, of an app that has an address for the answer."""
    session = trader.session
    body = {
        "client_id": session["api_key"],
        "client_secret": session["api_secret"],
        "notifier_url": "http://127.0.0.1:9/notify",
    }
    trader.client.call_api(
        "/sandbox/app", "PUT", body=body, header_params={"Content-Type": "application/json"}
    )
    request = sdk.IndieUserTokenRequest(client_secret=session["api_secret"])
    return sdk.LoginApi(trader.client).init_token_request_for_indie_user(request, session["api_key"])


Call = Callable[[Trader], Any]
TRADING: dict[str, Call] = {
    "OrderApi.place_order": lambda one: one.orders.place_order(old_order(), VERSION),
    "OrderApi.modify_order": lambda one: one.orders.modify_order(change(one.order_id), VERSION),
    "OrderApi.cancel_order": lambda one: one.orders.cancel_order(one.order_id, VERSION),
    "OrderApi.place_multi_order": lambda one: one.orders.place_multi_order([line("1"), line("2")]),
    "OrderApi.cancel_multi_order": lambda one: one.orders.cancel_multi_order(),
    "OrderApi.exit_positions": lambda one: one.orders.exit_positions(),
    "OrderApi.get_order_book": lambda one: one.orders.get_order_book(VERSION),
    "OrderApi.get_order_details": lambda one: one.orders.get_order_details(VERSION, order_id=one.order_id),
    "OrderApi.get_order_status": lambda one: one.orders.get_order_status(order_id=one.order_id),
    "OrderApi.get_trade_history": lambda one: one.orders.get_trade_history(VERSION),
    "OrderApi.get_trades_by_order": lambda one: one.orders.get_trades_by_order(one.order_id, VERSION),
    "OrderApiV3.place_order": lambda one: one.orders_v3.place_order(limit()),
    "OrderApiV3.modify_order": lambda one: one.orders_v3.modify_order(change(one.order_id)),
    "OrderApiV3.cancel_order": lambda one: one.orders_v3.cancel_order(one.order_id),
    "OrderApiV3.place_gtt_order": lambda one: one.orders_v3.place_gtt_order(gtt()),
    "OrderApiV3.modify_gtt_order": lambda one: one.orders_v3.modify_gtt_order(
        sdk.GttModifyOrderRequest(
            type="SINGLE", quantity=6, gtt_order_id=one.gtt_id, rules=[rule("ENTRY", "BELOW", 1440.0)]
        )
    ),
    "OrderApiV3.cancel_gtt_order": lambda one: one.orders_v3.cancel_gtt_order(
        sdk.GttCancelOrderRequest(gtt_order_id=one.gtt_id)
    ),
    "OrderApiV3.get_gtt_order_details": lambda one: one.orders_v3.get_gtt_order_details(
        gtt_order_id=one.gtt_id
    ),
    "PostTradeApi.get_trades_by_date_range": lambda one: sdk.PostTradeApi(
        one.client
    ).get_trades_by_date_range(str(one.today - timedelta(days=7)), str(one.today), 1, 50, segment="EQ"),
}
ACCOUNT: dict[str, Call] = {
    "PortfolioApi.convert_positions": lambda one: sdk.PortfolioApi(one.client).convert_positions(
        sdk.ConvertPositionRequest(
            instrument_token=INFY, new_product="D", old_product="I", transaction_type="BUY", quantity=1
        ),
        VERSION,
    ),
    "PortfolioApi.get_holdings": lambda one: sdk.PortfolioApi(one.client).get_holdings(VERSION),
    "PortfolioApi.get_mtf_positions": lambda one: sdk.PortfolioApi(one.client).get_mtf_positions(),
    "PortfolioApi.get_positions": lambda one: sdk.PortfolioApi(one.client).get_positions(VERSION),
    "UserApi.get_profile": lambda one: sdk.UserApi(one.client).get_profile(VERSION),
    "UserApi.get_user_fund_margin": lambda one: sdk.UserApi(one.client).get_user_fund_margin(VERSION),
    "UserApi.get_user_fund_margin_v3": lambda one: sdk.UserApi(one.client).get_user_fund_margin_v3(),
    "UserApi.get_kill_switch": lambda one: sdk.UserApi(one.client).get_kill_switch(),
    "UserApi.update_kill_switch": lambda one: sdk.UserApi(one.client).update_kill_switch(
        [sdk.KillSwitchSegmentUpdateRequest(segment="NSE_FO", action="ENABLE")]
    ),
    "UserApi.get_user_ips": lambda one: sdk.UserApi(one.client).get_user_ips(),
    "UserApi.update_user_ip": lambda one: sdk.UserApi(one.client).update_user_ip(
        sdk.UpdateUserIpRequest(primary_ip="127.0.0.1")
    ),
    "ChargeApi.get_brokerage": lambda one: sdk.ChargeApi(one.client).get_brokerage(
        INFY, 10, "D", "BUY", 1500.0, VERSION
    ),
    "ChargeApi.post_margin": lambda one: sdk.ChargeApi(one.client).post_margin(
        sdk.MarginRequest(
            [
                sdk.Instrument(
                    instrument_key=INFY, quantity=1, product="D", transaction_type="BUY", price=1500.0
                )
            ]
        )
    ),
    "LoginApi.init_token_request_for_indie_user": with_notifier,
    "LoginApi.logout": lambda one: sdk.LoginApi(one.client).logout(VERSION),
    "WebsocketApi.get_market_data_feed_authorize_v3": lambda one: sdk.WebsocketApi(
        one.client
    ).get_market_data_feed_authorize_v3(),
    "WebsocketApi.get_portfolio_stream_feed_authorize": lambda one: sdk.WebsocketApi(
        one.client
    ).get_portfolio_stream_feed_authorize(VERSION, holding_update=True),
}
DAYS = (date.today() - timedelta(days=1)).isoformat(), (date.today() - timedelta(days=9)).isoformat()  # noqa: DTZ011
MARKET: dict[str, Call] = {
    "MarketQuoteApi.get_full_market_quote": lambda one: sdk.MarketQuoteApi(one.client).get_full_market_quote(
        KEYS, VERSION
    ),
    "MarketQuoteApi.get_market_quote_ohlc": lambda one: sdk.MarketQuoteApi(one.client).get_market_quote_ohlc(
        KEYS, "1d", VERSION
    ),
    "MarketQuoteApi.ltp": lambda one: sdk.MarketQuoteApi(one.client).ltp(KEYS, VERSION),
    "MarketQuoteV3Api.get_full_market_quote_v3": lambda one: sdk.MarketQuoteV3Api(
        one.client
    ).get_full_market_quote_v3(instrument_key=KEYS),
    "MarketQuoteV3Api.get_ltp": lambda one: sdk.MarketQuoteV3Api(one.client).get_ltp(instrument_key=KEYS),
    "MarketQuoteV3Api.get_market_quote_ohlc": lambda one: sdk.MarketQuoteV3Api(
        one.client
    ).get_market_quote_ohlc("I1", instrument_key=KEYS),
    "MarketQuoteV3Api.get_market_quote_option_greek": lambda one: sdk.MarketQuoteV3Api(
        one.client
    ).get_market_quote_option_greek(instrument_key=KEYS),
    "OptionsApi.get_option_contracts": lambda one: sdk.OptionsApi(one.client).get_option_contracts(NIFTY),
    "OptionsApi.get_put_call_option_chain": lambda one: sdk.OptionsApi(one.client).get_put_call_option_chain(
        NIFTY, expiry(one)
    ),
    "InstrumentsApi.search_instrument": lambda one: sdk.InstrumentsApi(one.client).search_instrument("INFY"),
    "HistoryApi.get_historical_candle_data": lambda one: sdk.HistoryApi(
        one.client
    ).get_historical_candle_data(INFY, "day", DAYS[0], VERSION),
    "HistoryApi.get_historical_candle_data1": lambda one: sdk.HistoryApi(
        one.client
    ).get_historical_candle_data1(INFY, "30minute", *DAYS, VERSION),
    "HistoryApi.get_intra_day_candle_data": lambda one: sdk.HistoryApi(one.client).get_intra_day_candle_data(
        INFY, "1minute", VERSION
    ),
    "HistoryV3Api.get_historical_candle_data": lambda one: sdk.HistoryV3Api(
        one.client
    ).get_historical_candle_data(INFY, "weeks", "1", DAYS[0]),
    "HistoryV3Api.get_historical_candle_data1": lambda one: sdk.HistoryV3Api(
        one.client
    ).get_historical_candle_data1(INFY, "minutes", "7", *DAYS),
    "HistoryV3Api.get_intra_day_candle_data": lambda one: sdk.HistoryV3Api(
        one.client
    ).get_intra_day_candle_data(INFY, "hours", "1"),
    "MarketHolidaysAndTimingsApi.get_exchange_timings": lambda one: sdk.MarketHolidaysAndTimingsApi(
        one.client
    ).get_exchange_timings("2026-12-24"),
    "MarketHolidaysAndTimingsApi.get_holiday": lambda one: sdk.MarketHolidaysAndTimingsApi(
        one.client
    ).get_holiday("2026-12-25"),
    "MarketHolidaysAndTimingsApi.get_holidays": lambda one: sdk.MarketHolidaysAndTimingsApi(
        one.client
    ).get_holidays(),
    "MarketHolidaysAndTimingsApi.get_market_status": lambda one: sdk.MarketHolidaysAndTimingsApi(
        one.client
    ).get_market_status("NSE"),
}
CALLS = TRADING | ACCOUNT | MARKET
WITHOUT_ENVELOPE: dict[str, Call] = {
    "LoginApi.authorize": lambda one: sdk.LoginApi(one.client).authorize(
        one.session["api_key"], CALLBACK, VERSION
    ),
    "LoginApi.token": lambda one: pytest.fail(
        "made in test_sdk_upstox_account.py, with a code from the login page"
    ),
}


def test_every_call_is_made_or_out_of_scope() -> None:
    assert methods() == CALLS.keys() | WITHOUT_ENVELOPE.keys() | OUT_OF_SCOPE.keys()


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_answered_in_the_documented_form(name: str, trader: Trader) -> None:
    """The SDK itself refuses words outside its enumerations; no documented part may be missing."""
    answer = CALLS[name](trader)
    assert answer.status == "success"
    assert answer.data is not None


OFTEN_NULL = frozenset(
    {
        # Upstox's own rows have no value here until there is something to say.
        "tag", "status_message", "status_message_raw", "exchange_order_id", "parent_order_id",
        "exchange_timestamp", "average_price", "prev_ohlc", "message", "order_id", "trailing_gap", "market_protection",
        "primary_ip", "secondary_ip", "primary_ip_updated_at", "secondary_ip_updated_at", "errors",
    }
)  # fmt: skip
# Fields that the SDK's classes have and Upstox's documentation of the endpoint has not.
ELSEWHERE = frozenset(
    {
        "access_tokens_invalidated",  # answers to a change only
        "instrument_key", "order_ref_id", "guid", "pending_quantity", "order_request_id",  # not in every row
        "isin", "country", "latency", "description", "currency", "short_name", "last_trading_date",
        "price_quote_unit", "start_time", "end_time", "week_days", "general_denominator", "general_numerator",
        "price_numerator", "price_denominator", "mtf_enabled", "mtf_bracket", "security_type", "qty_multiplier",
    }
)  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_no_documented_field_is_null(name: str, trader: Trader) -> None:
    answer = CALLS[name](trader)
    assert sorted(_nulls(answer) - OFTEN_NULL - ELSEWHERE) == []


def _nulls(value: Any) -> set[str]:
    """The names of the fields that are null anywhere inside."""
    if isinstance(value, list):
        return {name for one in value for name in _nulls(one)}
    if isinstance(value, dict):
        return {name for one in value.values() for name in _nulls(one)}
    if not hasattr(value, "swagger_types"):
        return set()
    found: set[str] = set()
    for name in value.swagger_types:
        inside = getattr(value, name)
        found |= {name} if inside is None else _nulls(inside)
    return found


def test_the_login_dialog_is_a_page(trader: Trader) -> None:
    WITHOUT_ENVELOPE["LoginApi.authorize"](trader)
    assert b"Upstox" in trader.client.last_response.data
