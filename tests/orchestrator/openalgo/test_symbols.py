"""OpenAlgo's names stand for the instruments that are written so, and for nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.values import Listing
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.instruments.families import INDICES, Families
from orchestrator.instruments.search import Search, Segment
from orchestrator.openalgo.symbols import INDEX, Name, Names, bases, day, read_day, written
from tests.orchestrator.instruments.masters import contract, index, joined, share

NOV24, DEC29, APR25 = date(2026, 11, 24), date(2026, 12, 29), date(2027, 4, 25)


class Listings:
    """A directory of these."""

    def __init__(self, rows: list[Listing], edition: int = 1) -> None:
        table = joined({BrokerId.ZERODHA: rows}).instruments
        self.edition, self.families, self._search, self._table = (
            edition,
            Families(table),
            Search(table),
            table,
        )

    def get(self, instrument: InstrumentId) -> Instrument | None:
        return self._table.get(instrument)

    def search(
        self, query: str, *, exchange: Exchange | None, segment: Segment | None, limit: int
    ) -> tuple[list[Instrument], int]:
        return self._search.find(query, exchange=exchange, segment=segment, limit=limit)


KNOWN = {
    ("NSE", "INFY"): share("NSE:INFY", "INE009A01021"),
    ("BSE", "INFY"): share("BSE:INFY", "INE009A01021"),
    ("NSE", "BAJAJ-AUTO"): share("NSE:BAJAJ-AUTO"),
    ("NSE", "M&M"): share("NSE:M&M"),
    ("NSE_INDEX", "NIFTY"): index("NSE:NIFTY 50"),
    ("NSE_INDEX", "BANKNIFTY"): index("NSE:NIFTY BANK"),
    ("NSE_INDEX", "INDIAVIX"): index("NSE:INDIA VIX"),
    ("NSE_INDEX", "NIFTYIT"): index("NSE:NIFTY IT"),
    ("BSE_INDEX", "SENSEX"): index("BSE:SENSEX"),
    ("NFO", "NIFTY24NOV2624500CE"): contract("NFO:NIFTY26NOV24500CE", "NIFTY", NOV24, Kind.CALL, "24500"),
    ("NFO", "NIFTY24NOV2624500PE"): contract("NFO:NIFTY26NOV24500PE", "NIFTY", NOV24, Kind.PUT, "24500"),
    ("NFO", "NIFTY24NOV26FUT"): contract("NFO:NIFTY26NOVFUT", "NIFTY", NOV24, Kind.FUTURE),
    ("NFO", "NIFTY29DEC26FUT"): contract("NFO:NIFTY26DECFUT", "NIFTY", DEC29, Kind.FUTURE),
    ("NFO", "VEDL24NOV26292.5CE"): contract("NFO:VEDL26NOV292.5CE", "VEDL", NOV24, Kind.CALL, "292.50"),
    ("NFO", "M&M24NOV26FUT"): contract("NFO:M&M26NOVFUT", "M&M", NOV24, Kind.FUTURE),
    ("BFO", "SENSEX24NOV26FUT"): contract("BFO:SENSEX26NOVFUT", "SENSEX", NOV24, Kind.FUTURE),
    ("CDS", "USDINR24NOV2682CE"): contract("CDS:USDINR26NOV82CE", "USDINR", NOV24, Kind.CALL, "82"),
    ("CDS", "726GS203325APR27FUT"): contract("CDS:726GS203327APRFUT", "726GS2033", APR25, Kind.FUTURE),
    ("MCX", "CRUDEOILM24NOV26FUT"): contract("MCX:CRUDEOILM26NOVFUT", "CRUDEOILM", NOV24, Kind.FUTURE),
}
NAMES = Names(Listings(list(KNOWN.values())))


@pytest.mark.parametrize(("name", "listing"), KNOWN.items(), ids=lambda value: str(value)[:40])
def test_names_of_openalgo_are_those_of_its_documentation(name: tuple[str, str], listing: Listing) -> None:
    assert written(listing.instrument) == Name(*name)
    found = NAMES.find(*name)
    assert found is not None
    assert found.id == listing.instrument.id


@pytest.mark.parametrize(
    ("exchange", "symbol"),
    [
        ("NFO", "NIFTY26NOV24500CE"),  # Kite's: by OpenAlgo's rule it would be 26 November 2024
        ("NFO", "NIFTY26NOVFUT"),
        ("NSE", "NIFTY"),  # an index is on NSE_INDEX
        ("NSE", "NIFTY 50"),
        ("NSE_INDEX", "NIFTY 50"),
        ("NSE_INDEX", "INFY"),
        ("NFO_INDEX", "NIFTY"),
        ("NSE", "infy"),
        ("NFO", "NIFTY24NOV2624500"),
        ("NFO", "NIFTY24NOV26024500CE"),
        ("NFO", "NIFTY31NOV26FUT"),
        ("NFO", ""),
        ("", "INFY"),
        ("GLOBAL_INDEX", "US30"),
        ("NASDAQ", "AAPL"),
        ("_INDEX", "NIFTY"),
    ],
)
def test_what_is_no_name_of_a_listed_instrument_is_refused(exchange: str, symbol: str) -> None:
    assert NAMES.find(exchange, symbol) is None


def test_names_follow_what_is_listed() -> None:
    listings = Listings([share("NSE:TCS")])
    names = Names(listings)
    assert names.find("NFO", "NIFTY24NOV26FUT") is None
    listings.__init__(list(KNOWN.values()), edition=2)  # type: ignore[misc]
    found = names.find("NFO", "NIFTY24NOV26FUT")
    assert found is not None
    assert found.id.symbol == "NIFTY26NOVFUT"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_as_it_is_written(one: date) -> None:
    assert read_day(day(one)) == one


@given(st.text("0123456789ABCDEFGJLMNOPRSTUVY-٣ß", max_size=12))
def test_what_is_no_day_is_none(text: str) -> None:
    found = read_day(text)
    assert found is None or day(found) == text.replace("-", "")


underlyings = st.one_of(
    st.sampled_from([*INDICES, "INFY", "M&M", "BAJAJ-AUTO", "726GS2033", "MARUTI", "24NOV26"]),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&-", min_size=1, max_size=12),
)
contracts = st.builds(
    lambda on, exchange, expiry, kind, strike: Listing(
        Instrument(
            InstrumentId(exchange, f"OURS {on} {expiry} {kind} {strike}".upper()),
            on,
            kind,
            1,
            Price.of("0.05"),
            expiry=expiry,
            strike=None if kind is Kind.FUTURE else Price(strike),
            underlying=on,
        ),
        f"{on} {expiry} {kind} {strike}",
        f"{exchange} {on} {expiry} {kind} {strike}",
    ),
    underlyings,
    st.sampled_from([Exchange.NFO, Exchange.BFO, Exchange.MCX, Exchange.CDS, Exchange.BCD]),
    st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    st.sampled_from([Kind.FUTURE, Kind.CALL, Kind.PUT]),
    st.decimals(Decimal("0.25"), Decimal(99999), places=2).map(lambda value: value.copy_abs()),
)


@given(st.lists(contracts, min_size=1, max_size=6))
def test_every_contract_is_found_by_the_name_it_is_written_with(rows: list[Listing]) -> None:
    names = Names(Listings(rows))
    for row in rows:
        name = written(row.instrument)
        found = names.find(name.exchange, name.symbol)
        assert found is not None
        assert written(found) == name
        terms = (found.id.exchange, found.expiry, found.kind, found.strike)
        one = row.instrument
        if len({written(other.instrument) for other in rows}) == len(rows):
            assert terms == (one.id.exchange, one.expiry, one.kind, one.strike)


@given(st.text(max_size=40), st.sampled_from([*Exchange, *(f"{one}{INDEX}" for one in Exchange), "X"]))
def test_any_text_is_a_name_or_none(symbol: str, exchange: str) -> None:
    found = NAMES.find(exchange, symbol)
    assert found is None or written(found) == Name(exchange, symbol)
    assert all(symbol.startswith(base) and base for base in bases(symbol))
