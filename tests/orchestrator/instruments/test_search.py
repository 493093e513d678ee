"""Search by words, best match first."""

import pytest

from domain.account import BrokerId
from domain.instrument import Exchange, Kind
from orchestrator.instruments.search import Search, Segment, segment_of
from tests.orchestrator.instruments.masters import GROWW, NOV, UPSTOX, ZERODHA, contract, joined

SEARCH = Search(
    joined({BrokerId.ZERODHA: ZERODHA, BrokerId.UPSTOX: UPSTOX, BrokerId.GROWW: GROWW}).instruments
)


def found(query: str, exchange: Exchange | None = None) -> list[str]:
    return [str(one.id) for one in SEARCH.find(query, exchange=exchange)[0]]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("infy", ["NSE:INFY", "BSE:INFY"]),
        ("INFY", ["NSE:INFY", "BSE:INFY"]),
        ("infosys", ["NSE:INFY", "BSE:INFY"]),
        ("nse:infy", ["NSE:INFY"]),
        ("INE009A01021", ["NSE:INFY", "BSE:INFY"]),
        ("nifty 24500 ce", ["NFO:NIFTY26NOV24500CE", "NFO:NIFTYNXT5026NOV24500CE"]),
        ("nifty 24500 put", ["NFO:NIFTY26NOV24500PE"]),
        ("reliance fut nov", ["NFO:RELIANCE26NOVFUT"]),
        ("reliance fut", ["NFO:RELIANCE26NOVFUT", "NFO:RELIANCE26DECFUT"]),
        ("nifty 50", ["NSE:NIFTY 50"]),
        ("reliance", ["NSE:RELIANCE"]),
        ("tcs", ["NSE:TCS"]),
        ("no such thing", []),
    ],
)
def test_the_best_matches_come_first(query: str, best: list[str]) -> None:
    assert found(query)[: len(best)] == best


def test_an_exchange_can_be_asked_for() -> None:
    assert found("infy", exchange=Exchange.BSE) == ["BSE:INFY"]


@pytest.mark.parametrize(
    ("segment", "exchanges"),
    [
        (Segment.EQUITY, {"NSE", "BSE"}),
        (Segment.INDEX, {"NSE"}),
        (Segment.DERIVATIVES, {"NFO"}),
        (Segment.COMMODITY, set()),
    ],
)
def test_a_segment_can_be_asked_for(segment: Segment, exchanges: set[str]) -> None:
    whole, _ = SEARCH.find("", limit=1000)
    shown, count = SEARCH.find("", segment=segment, limit=1000)
    assert {one.id.exchange for one in shown} == exchanges
    assert shown == [one for one in whole if segment_of(one.id.exchange, one.kind) is segment]
    assert count == len(shown)


def test_pages_cover_everything_once() -> None:
    whole, count = SEARCH.find("", limit=1000)
    pages = [one for offset in range(0, count, 3) for one in SEARCH.find("", offset=offset, limit=3)[0]]
    assert pages == whole
    assert len(whole) == count


def test_shares_come_before_contracts() -> None:
    kinds = [one.split(":")[0] for one in found("reliance")]
    assert kinds == ["NSE", "NSE", "NFO", "NFO"]


def test_contracts_of_the_word_come_before_those_of_an_underlying_that_has_it_in_its_name() -> None:
    fin = contract("NFO:FINNIFTY26NOV24500CE", "NIFTY FIN SERVICE", NOV, Kind.CALL, "24500")
    search = Search(joined({BrokerId.ZERODHA: [*ZERODHA, fin]}).instruments)
    best = [str(one.id) for one in search.find("nifty 24500 ce")[0]]
    assert best[0] == "NFO:NIFTY26NOV24500CE"
    assert "NFO:FINNIFTY26NOV24500CE" in best
    assert [str(one.id) for one in search.find("finnifty 24500 ce")[0]] == ["NFO:FINNIFTY26NOV24500CE"]
