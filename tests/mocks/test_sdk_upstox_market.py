"""Market data of the Upstox-compatible server by its official SDK: chains, candles, search, files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import httpx
import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import INFY, IST, VERSION, client_for, code_of, market, new_user

NIFTY = "NSE_INDEX|Nifty 50"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A trading afternoon, so that every interval has candles; time stands still."""
    options = ["--clock", "step", "--start", "2026-11-20T14:03:00+05:30"]
    with Sandbox.start(flow=False, only=("upstox",), options=options) as running:
        yield running


@pytest.fixture(scope="module")
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox)


@pytest.fixture(scope="module")
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


# --- options ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chain(client: Any) -> list[Any]:
    options = upstox_client.OptionsApi(client)
    first = min(one.expiry for one in options.get_option_contracts(NIFTY).data)
    rows: list[Any] = options.get_put_call_option_chain(NIFTY, first.strftime("%Y-%m-%d")).data
    return rows


def test_a_chain_has_a_call_and_a_put_at_every_strike(chain: list[Any]) -> None:
    strikes = [row.strike_price for row in chain]
    assert strikes == sorted(set(strikes))
    assert min(strikes) < chain[0].underlying_spot_price < max(strikes)
    for row in chain:
        assert row.underlying_key == NIFTY
        for side in (row.call_options, row.put_options):
            assert side.instrument_key.startswith("NSE_FO|")
            assert side.market_data.ltp > 0


def test_greeks_are_those_of_a_call_and_of_a_put(chain: list[Any]) -> None:
    deltas = [row.call_options.option_greeks.delta for row in chain]
    assert deltas == sorted(deltas, reverse=True)
    for row in chain:
        call, put = row.call_options.option_greeks, row.put_options.option_greeks
        assert 0 <= call.delta <= 1.1
        assert -1.1 <= put.delta <= 0
        assert call.gamma >= 0
        assert call.vega >= 0
        assert call.theta <= 0
        assert call.iv > 0  # percent


def test_greeks_of_single_options_agree_with_the_chain(client: Any, chain: list[Any]) -> None:
    side = chain[len(chain) // 2].call_options
    quotes = upstox_client.MarketQuoteV3Api(client)
    [one] = quotes.get_market_quote_option_greek(instrument_key=side.instrument_key).data.values()
    assert one.delta == side.option_greeks.delta
    assert one.iv == pytest.approx(side.option_greeks.iv / 100, abs=1e-4)  # a fraction here
    keys = ",".join(row.call_options.instrument_key for row in chain) + "," + INFY
    with pytest.raises(ApiException) as many:
        quotes.get_market_quote_option_greek(
            instrument_key=",".join([keys, *(f"NSE_EQ|{n}" for n in range(60))])
        )
    assert code_of(many.value) == "UDAPI100076"


def test_words_name_expiries(client: Any) -> None:
    options = upstox_client.OptionsApi(client)
    contracts = options.get_option_contracts(NIFTY).data
    days = sorted({one.expiry.date() for one in contracts})
    end_of_month = max(day for day in days if day.month == 11)
    month = options.get_option_contracts(NIFTY, expiry_date="current_month").data
    assert {one.expiry.date() for one in month} == {end_of_month}
    assert {one.underlying_symbol for one in month} == {"NIFTY"}
    with pytest.raises(ApiException) as wrong:
        options.get_put_call_option_chain(NIFTY, "soon")
    assert code_of(wrong.value) == "UDAPI1088"


# --- candles ------------------------------------------------------------------------------------------------


def candles(client: Any, unit: str, count: int, to: str, since: str) -> list[Any]:
    history = upstox_client.HistoryV3Api(client)
    rows: list[Any] = history.get_historical_candle_data1(INFY, unit, str(count), to, since).data.candles
    return rows


def test_minutes_make_the_day(client: Any) -> None:
    minutes = candles(client, "minutes", 1, "2026-11-19", "2026-11-19")
    [day] = candles(client, "days", 1, "2026-11-19", "2026-11-19")
    assert minutes == sorted(minutes, key=lambda row: row[0], reverse=True)
    assert day[0] == "2026-11-19T00:00:00+05:30"
    assert day[1:6] == [
        minutes[-1][1],
        max(row[2] for row in minutes),
        min(row[3] for row in minutes),
        minutes[0][4],
        sum(row[5] for row in minutes),
    ]


def test_the_past_ends_at_the_previous_close(client: Any) -> None:
    quotes = upstox_client.MarketQuoteV3Api(client)
    [quote] = quotes.get_full_market_quote_v3(instrument_key=INFY).data.values()
    [yesterday] = candles(client, "days", 1, "2026-11-19", "2026-11-19")
    assert yesterday[4] == quote.prev_close_price
    assert quote.year_low <= quote.prev_close_price <= quote.year_high


def test_days_make_weeks_and_months(client: Any) -> None:
    days = candles(client, "days", 1, "2026-10-30", "2026-10-01")[::-1]
    weeks = candles(client, "weeks", 1, "2026-10-30", "2026-10-01")[::-1]
    [month] = candles(client, "months", 1, "2026-10-30", "2026-10-01")

    def monday(row: Any) -> date:
        day = datetime.fromisoformat(row[0]).date()
        return day - timedelta(days=day.weekday())

    groups = [(begin, list(rows)) for begin, rows in groupby(days, monday)]
    assert [row[0][:10] for row in weeks] == [str(begin) for begin, _ in groups]
    assert [row[4] for row in weeks] == [rows[-1][4] for _, rows in groups]
    assert (month[0][:10], month[1], month[4]) == ("2026-10-01", days[0][1], days[-1][4])
    assert month[2] == max(row[2] for row in days)
    assert "2026-10-02" not in {row[0][:10] for row in days}  # a holiday


def test_version_two_tells_the_same_past(client: Any) -> None:
    old = upstox_client.HistoryApi(client)
    rows = old.get_historical_candle_data1(INFY, "day", "2026-11-19", "2026-11-10", VERSION).data.candles
    assert rows == candles(client, "days", 1, "2026-11-19", "2026-11-10")


def test_today_is_what_traded(client: Any) -> None:
    history = upstox_client.HistoryV3Api(client)
    before = history.get_intra_day_candle_data(INFY, "minutes", "3").data.candles
    traded = sum(row[5] for row in before)
    upstox_client.OrderApiV3(client).place_order(market(quantity=7))
    [newest, *_] = history.get_intra_day_candle_data(INFY, "minutes", "3").data.candles
    assert datetime.fromisoformat(newest[0]).astimezone(IST).minute == 3
    after = history.get_intra_day_candle_data(INFY, "hours", "1").data.candles
    assert sum(row[5] for row in after) == traded + 7
    live = upstox_client.MarketQuoteV3Api(client).get_market_quote_ohlc("I1", instrument_key=INFY).data
    assert live["NSE_EQ:INFY"].live_ohlc.volume >= 7


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("NSE_EQ|INE009A01021/years/1/2026-11-19/2026-11-18", "UDAPI1146"),
        ("NSE_EQ|INE009A01021/minutes/301/2026-11-19/2026-11-18", "UDAPI1147"),
        ("NSE_EQ|INE009A01021/hours/6/2026-11-19/2026-11-18", "UDAPI1147"),
        ("NSE_EQ|INE009A01021/minutes/1/2026-11-19/2026-09-18", "UDAPI1148"),
        ("NSE_EQ|INE009A01021/minutes/1/2021-11-19/2021-11-18", "UDAPI1148"),
        ("NSE_EQ|INE009A01021/days/1/2026-11-18/2026-11-19", "UDAPI1015"),
        ("NSE_EQ|INE000000000/days/1/2026-11-19/2026-11-18", "UDAPI100011"),
    ],
)
def test_wrong_spans_have_their_codes(user: dict[str, Any], path: str, code: str) -> None:
    answer = httpx.get(f"{user['base_url']}/v3/historical-candle/{path}")
    assert (answer.status_code, answer.json()["errors"][0]["error_code"]) == (400, code)


# --- instruments --------------------------------------------------------------------------------------------


def search(client: Any, query: str, **more: Any) -> Any:
    return upstox_client.InstrumentsApi(client).search_instrument(query, **more)


def test_a_search_finds_by_symbol_isin_and_name(client: Any) -> None:
    for query in ("INFY", "INE009A01021", "infosys"):
        found = search(client, query, segments="EQ", exchanges="NSE")
        assert found.data[0]["instrument_key"] == INFY
    page = search(client, "NIFTY", records=5, page_number=2).meta_data.page
    assert (page.page_number, page.records) == (2, 5)
    assert page.total_records > 10


def test_a_search_counts_strikes_from_the_money(client: Any) -> None:
    spot = (
        upstox_client.MarketQuoteV3Api(client)
        .get_ltp(instrument_key=NIFTY)
        .data["NSE_INDEX:NIFTY"]
        .last_price
    )

    def strike(offset: int) -> float:
        call = search(
            client, "NIFTY", segments="OPT", instrument_types="CE", expiry="current_week", atm_offset=offset
        ).data[0]
        assert call["underlying_symbol"] == "NIFTY"
        found: float = call["strike_price"]
        return found

    assert abs(strike(0) - spot) <= 25
    assert strike(-1) < strike(0) < strike(1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"query": ""}, "UDAPI1169"),
        ({"query": "x" * 51}, "UDAPI1170"),
        ({"exchanges": "NYSE"}, "UDAPI1171"),
        ({"segments": "MOON"}, "UDAPI1172"),
        ({"records": 31}, "UDAPI1173"),
        ({"page_number": 0}, "UDAPI1174"),
    ],
)
def test_wrong_searches_have_their_codes(client: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiException) as wrong:
        search(client, more.pop("query", "INFY"), **more)
    assert code_of(wrong.value) == code


def test_every_instrument_file_is_there(user: dict[str, Any]) -> None:
    def rows(name: str) -> list[dict[str, Any]]:
        url = f"{user['base_url']}/market-quote/instruments/exchange/{name}.json.gz"
        found: list[dict[str, Any]] = json.loads(gzip.decompress(httpx.get(url).content))
        return found

    everything = rows("complete")
    keys = [row["instrument_key"] for row in everything]
    assert len(set(keys)) == len(keys)
    assert len(rows("NSE")) + len(rows("BSE")) == len(everything)
    assert {row["segment"] for row in rows("NSE_MIS")} == {"NSE_EQ"}
    assert rows("BSE_MIS")[0]["intraday_leverage"] == 5.0
    assert all(row["mtf_enabled"] for row in rows("MTF"))
    for name in ("MCX", "suspended-instrument", "mf-instruments", "global"):
        assert rows(name) == []
    assert httpx.get(f"{user['base_url']}/market-quote/instruments/exchange/x.json.gz").status_code == 404


# --- money --------------------------------------------------------------------------------------------------


def test_a_hedge_needs_less_than_its_parts(client: Any, chain: list[Any]) -> None:
    middle = len(chain) // 2
    sold, bought = chain[middle].call_options.instrument_key, chain[middle + 4].call_options.instrument_key
    lot = search(client, "NIFTY", segments="OPT", records=1).data[0]["lot_size"]
    legs = [
        upstox_client.Instrument(instrument_key=key, quantity=lot, product="D", transaction_type=side)
        for key, side in ((bought, "BUY"), (sold, "SELL"))
    ]
    margin = upstox_client.ChargeApi(client).post_margin(upstox_client.MarginRequest(legs)).data
    assert len(margin.margins) == 2
    assert margin.final_margin < sum(one.total_margin for one in margin.margins)
    with pytest.raises(ApiException) as twice:
        upstox_client.ChargeApi(client).post_margin(upstox_client.MarginRequest([legs[0], legs[0]]))
    assert code_of(twice.value) == "UDAPI1103"


def test_what_was_traded_is_found_when_the_day_is_over(sandbox: Sandbox) -> None:
    session = new_user(sandbox)
    one = client_for(session["base_url"], session["access_token"])
    upstox_client.OrderApiV3(one).place_order(market(quantity=3, transaction_type="SELL"))
    report = upstox_client.PostTradeApi(one)
    assert report.get_trades_by_date_range("2026-11-20", "2026-11-20", 1, 10).data == []
    sandbox.post("/settle")
    answer = report.get_trades_by_date_range("2026-11-20", "2026-11-20", 1, 10, segment="EQ")
    [trade] = answer.data
    assert (trade.symbol, trade.quantity, trade.transaction_type, trade.segment) == ("INFY", 3, "SELL", "EQ")
    assert answer.meta_data.page.total_records == 1
