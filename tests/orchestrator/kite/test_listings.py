"""Numbers of instruments: Zerodha's where it lists them, ours where it does not, and never one for two."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from typing import Any, cast

from adapters.broker import Listing
from adapters.zerodha import master
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.directory import join
from orchestrator.instruments.service import Instruments
from orchestrator.kite.listings import OWN, Listings, own_token


def share(symbol: str, exchange: Exchange = Exchange.NSE) -> Instrument:
    return Instrument(InstrumentId(exchange, symbol), f"{symbol} LTD", Kind.EQUITY, 1, Price.paise(5))


CALL = Instrument(
    InstrumentId(Exchange.NFO, "NIFTY26NOV24500CE"),
    "NIFTY",
    Kind.CALL,
    75,
    Price.paise(5),
    expiry=date(2026, 11, 24),
    strike=Price.of(24500),
    underlying="NIFTY",
)


class Masters:
    """The part of `Instruments` that is looked at, over masters made by hand."""

    def __init__(self, masters: dict[BrokerId, list[Listing]]) -> None:
        self._directory = join({broker: Columns.of(rows) for broker, rows in masters.items()})
        self.edition = 1

    def get(self, name: InstrumentId) -> Instrument | None:
        return self._directory.instruments.get(name)

    def every(self) -> Any:
        return iter(self._directory.instruments)

    def brokers(self, name: InstrumentId) -> list[BrokerId]:
        return self._directory.brokers(name)

    def symbols(self, broker: BrokerId) -> Any:
        return self._directory.names[broker]


async def listings() -> Listings:
    zerodha = [Listing(share("INFY"), "INFY", "408065"), Listing(CALL, CALL.id.symbol, "12345602")]
    groww = [Listing(share("INFY"), "INFY", "1594"), Listing(share("TINY", Exchange.BSE), "TINY", "599999")]
    masters = Masters({BrokerId.ZERODHA: zerodha, BrokerId.GROWW: groww})
    return await Listings(cast(Instruments, masters)).ready()


async def test_a_number_is_zerodhas_or_ours_and_leads_back() -> None:
    found = await listings()
    infy, tiny = InstrumentId(Exchange.NSE, "INFY"), InstrumentId(Exchange.BSE, "TINY")
    assert found.token(infy) == 408065
    own = found.token(tiny)
    assert own >> 8 >= OWN
    assert own & 0xFF == 4  # BSE, as programs expect it in the lowest byte
    assert own < 1 << 32
    assert (found.of_token(408065), found.of_token(own)) == (infy, tiny)
    assert found.token(InstrumentId(Exchange.NSE, "NOSUCH")) == 0
    assert found.of_token(0) is found.of_token(7) is None


async def test_an_instrument_is_found_by_name_or_number_and_by_nothing_like_it() -> None:
    found = await listings()
    assert found.asked("NSE:INFY") == found.asked("408065")
    for text in ("INFY", "NSE:infy", "LSE:INFY", "", ":", "408065 ", "-1", "1" * 40, "٤٠٨٠٦٥"):
        assert found.asked(text) is None, text


async def test_the_list_is_read_back_by_our_own_reader_of_zerodhas() -> None:
    found = await listings()
    text = gzip.decompress(await found.dump("")).decode()
    read = {one.instrument.id: one for one in master.listings(text)}
    assert read.keys() == {InstrumentId(Exchange.NSE, "INFY"), InstrumentId(Exchange.BSE, "TINY"), CALL.id}
    call = read[CALL.id].instrument
    assert (call.strike, call.expiry, call.lot, call.kind) == (CALL.strike, CALL.expiry, 75, Kind.CALL)
    assert {one.feed_key for one in read.values()} == {str(found.token(name)) for name in read}
    only = list(csv.DictReader(io.StringIO(gzip.decompress(await found.dump("BSE")).decode())))
    assert [row["tradingsymbol"] for row in only] == ["TINY"]


def test_two_of_ours_are_told_apart_or_left_out() -> None:
    numbers = {own_token(share(f"S{at}", Exchange.BSE)) for at in range(2000)}
    assert len(numbers) >= 1999
