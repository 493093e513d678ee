"""The official SDK reads the market: instruments with Zerodha's own numbers, quotes, candles."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from kiteconnect import exceptions

from tests.mocks.kite_sdk import IST
from tests.orchestrator.kite.programs import Program

INFY, NIFTY = 408065, 256265


async def test_the_list_of_instruments_has_zerodhas_own_numbers(program: Program) -> None:
    listed = {one["instrument_token"]: one for one in await program.call("instruments", "NSE")}
    infy = listed[INFY]
    assert (infy["tradingsymbol"], infy["instrument_type"], infy["segment"]) == ("INFY", "EQ", "NSE")
    assert (infy["exchange_token"], infy["lot_size"], infy["tick_size"]) == ("1594", 1, 0.1)
    assert (listed[NIFTY]["segment"], listed[NIFTY]["tradingsymbol"]) == ("INDICES", "NIFTY 50")
    contracts = await program.call("instruments", "NFO")
    assert {one["segment"] for one in contracts} == {"NFO-FUT", "NFO-OPT"}
    assert all(one["expiry"] for one in contracts)
    every = await program.call("instruments")
    assert len({one["instrument_token"] for one in every}) == len(every) > len(contracts) + len(listed)
    with pytest.raises(exceptions.InputException, match="exchange"):
        await program.call("instruments", "LSE")


async def test_quotes_are_keyed_as_they_were_asked_for(program: Program) -> None:
    asked = ["NSE:INFY", "NSE:NIFTY 50", "NSE:NOSUCH", str(INFY)]
    quotes = await program.call("quote", asked)
    assert quotes.keys() == {"NSE:INFY", "NSE:NIFTY 50", str(INFY)}
    infy = quotes["NSE:INFY"]
    assert infy == quotes[str(INFY)]
    assert infy["instrument_token"] == INFY
    assert infy["lower_circuit_limit"] < infy["last_price"] < infy["upper_circuit_limit"]
    assert [len(infy["depth"][side]) for side in ("buy", "sell")] == [5, 5]
    assert infy["depth"]["buy"][0]["price"] < infy["depth"]["sell"][0]["price"]
    assert infy["net_change"] == pytest.approx(infy["last_price"] - infy["ohlc"]["close"])
    assert isinstance(infy["timestamp"], datetime)
    ohlc = await program.call("ohlc", "NSE:INFY")
    assert ohlc["NSE:INFY"]["ohlc"].keys() == {"open", "high", "low", "close"}
    assert (await program.call("ltp", "NSE:INFY"))["NSE:INFY"]["instrument_token"] == INFY
    with pytest.raises(exceptions.InputException, match="`i`"):
        await program.call("ltp")


@pytest.mark.parametrize("interval", ["minute", "15minute", "60minute", "day"])
async def test_candles_come_in_every_interval(program: Program, interval: str) -> None:
    now = datetime.now(IST)
    since = now - timedelta(days=4 if interval != "day" else 30)
    candles = await program.call("historical_data", INFY, since, now, interval, oi=True)
    assert len(candles) > 3
    times = [one["date"] for one in candles]
    assert times == sorted(times)
    assert all(one["low"] <= min(one["open"], one["close"]) for one in candles)
    assert all(one["date"].utcoffset() == timedelta(hours=5.5) for one in candles)
    assert {"oi"} <= candles[0].keys()


async def test_candles_that_cannot_be_are_refused(program: Program) -> None:
    now = datetime.now(IST)
    early = now - timedelta(days=90)
    for words, asked in (
        ("exceeds max limit: 60 days", (INFY, early, now, "minute")),
        ("Invalid `from`", (INFY, "0001-01-01", "0001-01-01", "day")),
        ("interval", (INFY, early, now, "2minute")),
        ("instrument_token", (1, early, now, "day")),
        ("after", (INFY, now, early, "day")),
        ("from", (INFY, "yesterday", now, "day")),
        ("continuous", (INFY, early, now, "day", True)),
    ):
        with pytest.raises(exceptions.InputException, match=words):
            await program.call("historical_data", *asked)
